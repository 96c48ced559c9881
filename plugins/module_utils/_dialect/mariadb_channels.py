# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The part of MariaDB's language about channels."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Tuple

from .._errors import Refused
from .._plan import steps as do
from .._plan.repair import COUNTER, POSITION
from .._state.binlog import BinlogCoordinates
from .._state.channel import CURRENT_POS, FILE_POSITION, GTID, Channel, ChannelSettings
from .._state.gtid import GtidPosition, parse_gtid_position
from .base import Dialect
from .channel_row import Row, common_settings, normalize_row, parse_common
from .statement import Raw, Statement, sql, sql_list

_SOURCE_OPTIONS = {
    "source_host": "MASTER_HOST",
    "source_port": "MASTER_PORT",
    "source_user": "MASTER_USER",
    "source_password": "MASTER_PASSWORD",
    "coordinates": "MASTER_USE_GTID",
    "tls": "MASTER_SSL",
    "tls_verify": "MASTER_SSL_VERIFY_SERVER_CERT",
    "tls_ca": "MASTER_SSL_CA",
    "tls_cert": "MASTER_SSL_CERT",
    "tls_key": "MASTER_SSL_KEY",
    "connect_retry_seconds": "MASTER_CONNECT_RETRY",
    "retry_count": "MASTER_RETRY_COUNT",
    "heartbeat_seconds": "MASTER_HEARTBEAT_PERIOD",
    "delay_seconds": "MASTER_DELAY",
    "start_file": "MASTER_LOG_FILE",
    "start_position": "MASTER_LOG_POS",
}
_COORDINATES = {"no": FILE_POSITION, "slave_pos": GTID, "current_pos": CURRENT_POS}


class MariadbChannels(Dialect):
    """Channels of MariaDB, in its own words, which every supported version understands."""

    receiver_can_change_alone = False

    def read_channels(self) -> Statement:
        return sql("SHOW ALL SLAVES STATUS")

    def parse_channel(self, row: Row, options: Optional[Row]) -> Optional[Channel]:
        row = normalize_row(row)
        if not row["source_host"]:
            return None
        retry_count = row.get("source_retry_count")
        settings = ChannelSettings(
            **common_settings(row),
            coordinates=_COORDINATES[row["using_gtid"].lower()],
            retry_count=None if retry_count is None else int(retry_count),
            heartbeat_seconds=float(row["replica_heartbeat_period"]),
            source_password=self._stored_password(options),
        )
        return parse_common(
            row,
            name=row["connection_name"],
            settings=settings,
            gtid_received=row["gtid_io_pos"],
            gtid_applied=row["gtid_replica_pos"],
        )

    def channel_file(self, channel: str) -> Optional[str]:
        # The server writes the name of a named connection in lower case into the file's name.
        return "master-%s.info" % channel.lower() if channel else "master.info"

    def password_in_channel_file(self, content: str) -> str:
        # Lines: count of lines, log file, position, host, user, password, …
        return content.split("\n")[5]

    def place_in_channel_file(self, content: str) -> Tuple[str, int]:
        lines = content.split("\n")
        return lines[3], int(lines[6])

    def is_drained(self, channel: Channel) -> bool:
        if channel.received == channel.applied:
            return True
        # Of a transaction that its source did not live to send as a whole, the receiver counts the place, and no GTID.
        by_gtid = channel.settings.coordinates != FILE_POSITION and bool(channel.gtid_received)
        return by_gtid and self.gtid_covers(channel.gtid_applied or "", channel.gtid_received or "")

    def place_of_drained(self, channel: Channel) -> Optional[BinlogCoordinates]:
        # A part of a transaction that was received is not here.
        return channel.applied

    def has_applied_since(self, stuck: Channel, now: Channel) -> bool:
        if now.settings.coordinates != FILE_POSITION:
            # A receiver that follows GTIDs may fetch everything again, and both file positions begin anew with it.
            return now.gtid_applied != stuck.gtid_applied
        return now.applied != stuck.applied or self.is_drained(now)

    def source_option(self, setting: str, value: Any) -> Statement:
        if setting == "coordinates":
            return sql("MASTER_USE_GTID = {}", Raw("slave_pos" if value == GTID else "no"))
        if setting not in _SOURCE_OPTIONS:
            raise Refused("A channel of MariaDB has no setting %r." % setting)
        return sql("{} = {}", Raw(_SOURCE_OPTIONS[setting]), value)

    @staticmethod
    def _name(channel: str) -> Raw:
        """Return what stands behind the word for a replica: nothing where the channel has no name."""
        return Raw(sql(" {}", channel).text if channel else "")

    def _tell(self, verb: str, what: str, channel: str) -> Statement:
        return sql("{} SLAVE{} {}", Raw(verb), self._name(channel), Raw(what))

    def _change(self, channel: str, options: List[Statement]) -> Statement:
        return sql_list("CHANGE MASTER%s TO " % self._name(channel).text, options)

    def gtid_without_returned(self, variables: Mapping[str, str]) -> Optional[str]:
        own = int(variables["gtid_domain_id"]), int(variables["server_id"])
        applied = parse_gtid_position(variables["gtid_slave_pos"])
        left = GtidPosition(tuple(gtid for gtid in applied.gtids if gtid[:2] != own))
        return None if left == applied else str(left)

    def _set_applied_gtid(self, step: do.SetAppliedGtid) -> List[Statement]:
        position = sql("SET GLOBAL gtid_slave_pos = {}", step.gtid)
        if not step.is_strict:
            return [position]
        # One statement, so that the server is strict again also where it refuses the position or the connection breaks.
        return [
            sql(
                "BEGIN NOT ATOMIC"
                " DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SET GLOBAL gtid_strict_mode = 1; RESIGNAL; END;"
                " SET GLOBAL gtid_strict_mode = 0; {}; SET GLOBAL gtid_strict_mode = 1;"
                " END",
                Raw(position.text),
            )
        ]

    def applies_out_of_order(self, variables: Mapping[str, str]) -> bool:
        # Appliers in parallel wait for each other within a domain alone; the place in the relay log only moves on.
        own = int(variables["gtid_domain_id"])
        domains = {gtid[0] for gtid in parse_gtid_position(variables["gtid_slave_pos"]).gtids} - {own}
        return int(variables.get("slave_parallel_threads", "0")) > 0 and len(domains) > 1

    def way_to_skip(self, channel: Channel, has_gtid: bool, variables: Mapping[str, str]) -> str:
        # The counter leaves alone what was received; appliers in parallel refuse it where there are several domains.
        is_parallel = int(variables.get("slave_parallel_threads", "0")) > 0
        return POSITION if channel.settings.coordinates != FILE_POSITION and is_parallel else COUNTER

    def gtid_after(self, variables: Mapping[str, str], gtid: str) -> str:
        return str(parse_gtid_position(variables["gtid_slave_pos"]).advanced_to(parse_gtid_position(gtid)))

    def _skip_next(self, step: do.SkipNext) -> List[Statement]:
        return [
            sql("SET SESSION default_master_connection = {}", step.channel),
            sql("SET GLOBAL sql_slave_skip_counter = 1"),
        ]

    def start_applier_until(self, channel: str, coordinates: BinlogCoordinates) -> Statement:
        return sql(
            "START SLAVE{} SQL_THREAD UNTIL MASTER_LOG_FILE = {}, MASTER_LOG_POS = {}",
            self._name(channel),
            coordinates.file,
            coordinates.position,
        )
