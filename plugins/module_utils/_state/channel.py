# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""One direction of flow: what a replica knows of its source, and how it is getting on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Dict, List, Optional

from .._secret import Secret
from .binlog import BinlogCoordinates

GTID = "gtid"
FILE_POSITION = "file_position"
CURRENT_POS = "gtid_current_pos"
"""Of a reading alone: by GTIDs, of which the replica takes its own for received (MariaDB). Nobody should wish that."""

REPLICA_FILTERS = (
    "replicate_do_db",
    "replicate_ignore_db",
    "replicate_do_table",
    "replicate_ignore_table",
    "replicate_wild_do_table",
    "replicate_wild_ignore_table",
)
"""What a replica, or one of its channels, may leave out."""
FILTERS = ("binlog_do_db", "binlog_ignore_db", *REPLICA_FILTERS)
"""The same, and what a source may leave out of its binary log."""

# Errors of a receiver that no further attempt heals.
_FINAL_RECEIVER_ERRORS = frozenset({1045, 1236, 2026, 2061, 13114, 13117})


@dataclass(frozen=True)
class ChannelSettings:
    """How a channel reaches its source. In a wish, ``None`` means "leave as it is"; in a reading, "not known".

    :ivar coordinates: ``gtid`` or ``file_position``; in a reading also ``gtid_current_pos``.
    :ivar tls_verify: whether the source's certificate has to be right for its host name.
    :ivar connect_retry_seconds: pause between two attempts to connect.
    :ivar retry_count: attempts before the receiver gives up; 0 is for ever.
    :ivar heartbeat_seconds: the source says it is alive after so long without an event.
    :ivar delay_seconds: the applier keeps this far behind on purpose.
    :ivar compression: algorithms in order of preference, as ``zstd,zlib,uncompressed`` (MySQL).
    :ivar public_key_request: ask the source for its key where the password has to travel without TLS (MySQL).
    """

    source_host: Optional[str] = None
    source_port: Optional[int] = None
    source_user: Optional[str] = None
    source_password: Optional[Secret] = None
    coordinates: Optional[str] = None
    tls: Optional[bool] = None
    tls_verify: Optional[bool] = None
    tls_ca: Optional[str] = None
    tls_cert: Optional[str] = None
    tls_key: Optional[str] = None
    connect_retry_seconds: Optional[int] = None
    retry_count: Optional[int] = None
    heartbeat_seconds: Optional[float] = None
    delay_seconds: Optional[int] = None
    compression: Optional[str] = None
    public_key_request: Optional[bool] = None

    def changes_to(self, wish: ChannelSettings) -> Dict[str, Any]:
        """Return, by name, the values of the wish that differ from these settings."""
        wanted = {item.name: getattr(wish, item.name) for item in fields(wish)}
        return {name: value for name, value in wanted.items() if value is not None and value != getattr(self, name)}

    def as_dict(self) -> Dict[str, Any]:
        """Return the settings without the password."""
        shown = {item.name: getattr(self, item.name) for item in fields(self)}
        del shown["source_password"]
        return shown


@dataclass(frozen=True)
class ThreadError:
    """The last error of a thread, as the server tells it."""

    code: int
    message: str
    at: Optional[str] = None


@dataclass(frozen=True)
class Channel:
    """A channel as a replica reports it.

    :ivar receiver_state: ``on``, ``connecting`` or ``off``.
    :ivar received: the place in the source's binary log up to which events have been received.
    :ivar applied: the place in the source's binary log up to which events have been applied.
    :ivar relay: the same place in the relay log, where the next transaction begins.
    :ivar lag_seconds: what the server calls its lag; ``None`` when it knows none, which is not 0.
    :ivar gtid_received: GTID set (MySQL) or position (MariaDB) of the receiver, as text.
    :ivar gtid_applied: GTID set or position executed by this server, as text.
    """

    name: str
    settings: ChannelSettings
    receiver_state: str
    applier_running: bool
    source_server_id: Optional[int] = None
    source_uuid: Optional[str] = None
    received: Optional[BinlogCoordinates] = None
    applied: Optional[BinlogCoordinates] = None
    relay: Optional[BinlogCoordinates] = None
    receiver_error: Optional[ThreadError] = None
    applier_error: Optional[ThreadError] = None
    lag_seconds: Optional[int] = None
    gtid_received: Optional[str] = None
    gtid_applied: Optional[str] = None
    relay_log_bytes: Optional[int] = None
    until_condition: Optional[str] = None
    filters: Dict[str, str] = field(default_factory=dict)
    ignored_server_ids: List[int] = field(default_factory=list)

    @property
    def is_running(self) -> bool:
        """Whether both threads run and the receiver is connected."""
        return self.receiver_state == "on" and self.applier_running

    @property
    def applier_trouble(self) -> Optional[str]:
        """Why the applier does not get on; ``None`` while nothing keeps it.

        >>> Channel("", ChannelSettings(), "on", applier_running=False).applier_trouble
        'the applier is stopped'
        """
        if self.applier_error:
            return "error %d: %s" % (self.applier_error.code, self.applier_error.message)
        return None if self.applier_running else "the applier is stopped"

    @property
    def is_refused(self) -> bool:
        """Whether the receiver is not connected, and its last attempt met an error that no further one heals."""
        error = self.receiver_error
        return self.receiver_state != "on" and error is not None and error.code in _FINAL_RECEIVER_ERRORS

    @property
    def is_stuck(self) -> bool:
        """Whether the applier stands still with an error."""
        return not self.applier_running and self.applier_error is not None

    def as_dict(self) -> Dict[str, Any]:
        """Return the channel in the shape that the info modules and diffs use."""
        return {
            "name": self.name,
            **self.settings.as_dict(),
            "source_server_id": self.source_server_id,
            "source_uuid": self.source_uuid,
            "receiver": {
                "state": self.receiver_state,
                "coordinates": _coordinates(self.received),
                "gtid": self.gtid_received,
                "error": _error(self.receiver_error),
            },
            "applier": {
                "state": "on" if self.applier_running else "off",
                "coordinates": _coordinates(self.applied),
                "gtid": self.gtid_applied,
                "error": _error(self.applier_error),
                "until": self.until_condition,
            },
            "lag_seconds": self.lag_seconds,
            "relay_log_bytes": self.relay_log_bytes,
            "filters": dict(self.filters),
            "ignored_server_ids": list(self.ignored_server_ids),
        }


def _coordinates(coordinates: Optional[BinlogCoordinates]) -> Optional[Dict[str, Any]]:
    return asdict(coordinates) if coordinates else None


def _error(error: Optional[ThreadError]) -> Optional[Dict[str, Any]]:
    return asdict(error) if error else None
