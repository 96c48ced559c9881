# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The part of MySQL's language about channels."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional

from .._errors import Refused
from .._plan import steps as do
from .._plan.repair import COUNTER, EMPTY_TRANSACTION
from .._state.binlog import BinlogCoordinates
from .._state.channel import FILE_POSITION, GTID, Channel, ChannelSettings
from .base import Dialect
from .channel_row import Row, common_settings, normalize_row, parse_common
from .statement import Raw, Statement, sql, sql_list

# Settings that not every version has, and the feature that they are.
_FEATURE_OF_SETTING = {"compression": "channel_compression", "public_key_request": "public_key_request"}

# Option of CHANGE REPLICATION SOURCE TO for each setting; {} is SOURCE, or MASTER on old servers.
_SOURCE_OPTIONS = {
    "source_host": "{}_HOST",
    "source_port": "{}_PORT",
    "source_user": "{}_USER",
    "source_password": "{}_PASSWORD",
    "coordinates": "{}_AUTO_POSITION",
    "tls": "{}_SSL",
    "tls_verify": "{}_SSL_VERIFY_SERVER_CERT",
    "tls_ca": "{}_SSL_CA",
    "tls_cert": "{}_SSL_CERT",
    "tls_key": "{}_SSL_KEY",
    "connect_retry_seconds": "{}_CONNECT_RETRY",
    "retry_count": "{}_RETRY_COUNT",
    "heartbeat_seconds": "{}_HEARTBEAT_PERIOD",
    "delay_seconds": "{}_DELAY",
    "compression": "{}_COMPRESSION_ALGORITHMS",
    "public_key_request": "GET_{}_PUBLIC_KEY",
    "start_file": "{}_LOG_FILE",
    "start_position": "{}_LOG_POS",
}


class MysqlChannels(Dialect):
    """Channels of MySQL."""

    receiver_can_change_alone = True

    @property
    def _source(self) -> Raw:
        return Raw("SOURCE" if self.server.supports("change_source_statement") else "MASTER")

    @property
    def _replica(self) -> Raw:
        return Raw("REPLICA" if self.server.supports("replica_statements") else "SLAVE")

    @property
    def _replica_variable(self) -> str:
        return "replica" if self.server.supports("replica_variables") else "slave"

    def read_channels(self) -> Statement:
        return sql("SHOW {} STATUS", self._replica)

    def read_channel_options(self) -> Optional[Statement]:
        compression = "COMPRESSION_ALGORITHM" if self.server.supports("channel_compression") else "NULL"
        return sql(
            "SELECT c.CHANNEL_NAME AS channel, c.HEARTBEAT_INTERVAL AS heartbeat, {} AS compression,"
            " m.User_password AS source_password"
            " FROM performance_schema.replication_connection_configuration AS c"
            " LEFT JOIN mysql.slave_master_info AS m"
            " ON m.Channel_name = CONVERT(c.CHANNEL_NAME USING utf8mb4) COLLATE utf8mb4_bin",
            Raw(compression),
        )

    def read_channel_place(self, channel: str) -> Optional[Statement]:
        return sql("SELECT Host AS host, Port AS port FROM mysql.slave_master_info WHERE Channel_name = {}", channel)

    def parse_channel(self, row: Row, options: Optional[Row]) -> Optional[Channel]:
        row = normalize_row(row)
        if not row["source_host"]:
            return None
        options = options or {}
        heartbeat = options.get("heartbeat")
        settings = ChannelSettings(
            **common_settings(row),
            coordinates=GTID if int(row["auto_position"]) else FILE_POSITION,
            retry_count=int(row["source_retry_count"]),
            heartbeat_seconds=None if heartbeat is None else float(heartbeat),
            compression=options.get("compression"),
            public_key_request=bool(int(row.get("get_source_public_key") or 0)),
            source_password=self._stored_password(options),
        )
        return parse_common(
            row,
            name=row["channel_name"],
            settings=settings,
            source_uuid=row["source_uuid"] or None,
            gtid_received=row["retrieved_gtid_set"].replace("\n", ""),
            gtid_applied=row["executed_gtid_set"].replace("\n", ""),
        )

    def is_drained(self, channel: Channel) -> bool:
        # With auto-position a heartbeat moves the receiver's position on without an event for the applier.
        if channel.settings.coordinates == GTID:
            return self.gtid_covers(channel.gtid_applied or "", channel.gtid_received or "")
        return channel.received == channel.applied

    def has_applied_since(self, stuck: Channel, now: Channel) -> bool:
        # Not by GTIDs: this server's own transactions are among them.
        return now.applied != stuck.applied or self.is_drained(now)

    def source_option(self, setting: str, value: Any) -> Statement:
        feature = _FEATURE_OF_SETTING.get(setting)
        if feature and not self.server.supports(feature):
            raise Refused("A channel of MySQL %s has no setting %r." % (self.server.version_text, setting))
        option = _SOURCE_OPTIONS[setting].format(self._source.text)
        return sql("{} = {}", Raw(option), value == GTID if setting == "coordinates" else value)

    def _tell(self, verb: str, what: str, channel: str) -> Statement:
        return sql("{} {} {} FOR CHANNEL {}", Raw(verb), self._replica, Raw(what), channel)

    def _change(self, channel: str, options: List[Statement]) -> Statement:
        words = "CHANGE REPLICATION SOURCE TO " if self._source.text == "SOURCE" else "CHANGE MASTER TO "
        return sql_list(words, options, sql(" FOR CHANNEL {}", channel).text)

    def read_failed_transaction(self, channel: str) -> Optional[Statement]:
        if not self.server.supports("applying_transaction"):
            return None
        return sql(
            "SELECT APPLYING_TRANSACTION AS gtid FROM performance_schema.replication_applier_status_by_worker"
            " WHERE CHANNEL_NAME = {} AND LAST_ERROR_NUMBER <> 0 AND APPLYING_TRANSACTION LIKE '%-%:%'"
            " ORDER BY LAST_ERROR_TIMESTAMP DESC LIMIT 1",
            channel,
        )

    def way_to_skip(self, channel: Channel, has_gtid: bool, variables: Mapping[str, str]) -> str:
        # The counter is ignored without a word where a transaction has a GTID.
        return EMPTY_TRANSACTION if has_gtid else COUNTER

    def _commit_empty(self, step: do.CommitEmpty) -> List[Statement]:
        return [
            sql("SET SESSION gtid_next = {}", step.gtid),
            sql("BEGIN"),
            sql("COMMIT"),
            sql("SET SESSION gtid_next = 'AUTOMATIC'"),
        ]

    def _skip_next(self, step: do.SkipNext) -> List[Statement]:
        return [sql("SET GLOBAL sql_{}_skip_counter = 1", Raw(self._replica_variable))]

    def start_applier_until(self, channel: str, coordinates: BinlogCoordinates) -> Statement:
        return sql(
            "START {} SQL_THREAD UNTIL {}_LOG_FILE = {}, {}_LOG_POS = {} FOR CHANNEL {}",
            self._replica,
            self._source,
            coordinates.file,
            self._source,
            coordinates.position,
            channel,
        )
