# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads everything a server says about its replication."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import Any, Dict, List, Mapping, Optional, Tuple

from .._bookkeeping import LAG, read_note_file, state_path
from .._connection import Session
from .._dialect.channel_row import normalize_row
from .._dialect.statement import sql
from .._secret import Secret
from .._state.binlog import BinlogCoordinates, BinlogStatus
from .._state.binlog_cache import describe_caches
from .._state.channel import Channel
from .._state.lag import describe_lag
from .._state.variables import is_on
from .retention import read_retention

# Threads that belong to replication, by what the process list calls their command or user.
_REPLICATION_THREADS = sql(
    "SELECT ID AS id, USER AS user, HOST AS host, COMMAND AS command, TIME AS seconds, STATE AS state"
    " FROM information_schema.PROCESSLIST"
    " WHERE COMMAND LIKE 'Binlog Dump%' OR COMMAND LIKE 'Slave%' OR COMMAND LIKE 'Replica%' OR USER = 'system user'"
    " ORDER BY ID"
)


def read_channels(session: Session, data_directory: Optional[str] = None) -> List[Channel]:
    """Return all channels of the server.

    :param data_directory: where MariaDB keeps the passwords of its channels; only a process on the same host that may
        read there learns them.
    """
    dialect = session.dialect
    options: Dict[str, Mapping[str, Any]] = {}
    question = dialect.read_channel_options()
    if question:
        rows = session.query(question, "read the settings of the channels")
        options = {str(row["channel"]): row for row in rows}
    channels = []
    for row in session.query(dialect.read_channels(), "read the status of the channels"):
        name = row.get("Channel_Name", row.get("Connection_name", ""))
        channel = dialect.parse_channel(row, options.get(name))
        if channel:
            channels.append(_with_password_from_file(session, channel, data_directory))
    return channels


def read_channel(session: Session, name: str, data_directory: Optional[str] = None) -> Optional[Channel]:
    """Return one channel, ``None`` when it does not exist."""
    return next((channel for channel in read_channels(session, data_directory) if channel.name == name), None)


def read_channel_place(session: Session, name: str) -> Optional[Tuple[str, int]]:
    """Return the host and the port that a channel of a server on this host leads to; ``None`` without a channel.

    The server is not asked for the channel's status: while the applier is being stopped, or the disk is full, that may
    not come for hours.
    """
    dialect = session.dialect
    question = dialect.read_channel_place(name)
    if question:
        rows = session.query(question, "read where the channel leads to")
        return (str(rows[0]["host"]), int(rows[0]["port"])) if rows and rows[0]["host"] else None
    folder = str(session.value(sql("SELECT @@datadir"), "find the files of the channel"))
    try:
        with open(os.path.join(folder, dialect.channel_file(name) or ""), encoding="utf-8", errors="replace") as file:
            host, port = dialect.place_in_channel_file(file.read())
    except (OSError, IndexError, ValueError):
        # There is none, or it is being written.
        return None
    return (host, port) if host else None


def _with_password_from_file(session: Session, channel: Channel, data_directory: Optional[str]) -> Channel:
    path = session.dialect.channel_file(channel.name)
    if not path or not data_directory:
        return channel
    try:
        with open(os.path.join(data_directory, path), encoding="utf-8", errors="surrogateescape") as file:
            password = session.dialect.password_in_channel_file(file.read())
    except (OSError, IndexError):
        # It cannot be read here, or is being written.
        return channel
    return replace(channel, settings=replace(channel.settings, source_password=Secret(password)))


def read_binlog(session: Session, variables: Mapping[str, str]) -> BinlogStatus:
    """Return what the server says of its own binary log."""
    rows = session.query(session.dialect.read_binlog_status(), "read the position in the binary log")
    return session.dialect.parse_binlog_status(rows, variables)


def read_gtid_at(session: Session, coordinates: BinlogCoordinates) -> str:
    """Return the GTID position that belongs to a place in the server's binary log; empty where a server cannot tell."""
    question = session.dialect.read_gtid_at(coordinates)
    if question is None:
        return ""
    return str(session.value(question, "read the GTID position at %s" % coordinates) or "")


def read_replicas(session: Session) -> List[Dict[str, Any]]:
    """Return the replicas that are connected: ``server_id``, ``host``, ``port``, ``uuid`` (``None`` on MariaDB)."""
    rows = session.query(session.dialect.read_replicas(), "read the connected replicas")
    return [
        {
            "server_id": int(row["server_id"]),
            "host": row["host"] or None,
            "port": int(row["port"]),
            "uuid": row.get("replica_uuid"),
        }
        for row in map(normalize_row, rows)
    ]


def read_semi_sync(session: Session) -> Optional[bool]:
    """Return whether commits of this server wait for its replica; ``None`` where it knows no such thing."""
    question = sql("SHOW GLOBAL STATUS LIKE {}", session.dialect.semi_sync_name() + "_status")
    rows = session.query(question, "read the state of semi-synchronous replication")
    return is_on(rows[0]["Value"]) if rows else None


def describe_binlog(status: BinlogStatus) -> Dict[str, Any]:
    """Return the status of the binary log in the shape of the info modules."""
    coordinates = status.coordinates
    return {
        "enabled": coordinates is not None,
        "file": coordinates.file if coordinates else None,
        "position": coordinates.position if coordinates else None,
        "do_db": list(status.do_db),
        "ignore_db": list(status.ignore_db),
        "gtid": status.gtid,
        "gtid_purged": status.gtid_purged,
    }


def _switch(values: Mapping[str, str], name: str) -> Optional[bool]:
    return is_on(values[name]) if name in values else None


def _count(values: Mapping[str, str], name: str) -> Optional[int]:
    return int(values[name]) if name in values else None


def describe_semi_sync(variables: Mapping[str, str], counters: Mapping[str, str]) -> Dict[str, Any]:
    """Return both ends of semi-synchronous replication: whether each is switched on, and in force at the moment.

    What a server without the plugin does not say is ``None``.

    >>> told = describe_semi_sync({"rpl_semi_sync_master_enabled": "ON"}, {"Rpl_semi_sync_master_clients": "1"})
    >>> told["source"]["is_enabled"], told["source"]["replicas"], told["source"]["is_active"]
    (True, 1, None)
    """
    wished, seen = normalize_row(variables), normalize_row(counters)
    return {
        "source": {
            "is_enabled": _switch(wished, "rpl_semi_sync_source_enabled"),
            "is_active": _switch(seen, "rpl_semi_sync_source_status"),
            "replicas": _count(seen, "rpl_semi_sync_source_clients"),
            "acknowledged": _count(seen, "rpl_semi_sync_source_yes_tx"),
            "unacknowledged": _count(seen, "rpl_semi_sync_source_no_tx"),
            "timeout_ms": _count(wished, "rpl_semi_sync_source_timeout"),
            "wait_point": wished.get("rpl_semi_sync_source_wait_point"),
        },
        "replica": {
            "is_enabled": _switch(wished, "rpl_semi_sync_replica_enabled"),
            "is_active": _switch(seen, "rpl_semi_sync_replica_status"),
        },
    }


class LagReader:
    """Tells the best that is known of the lag of one channel after the other."""

    def __init__(self, session: Session, name: str = "") -> None:
        """Prepare, for the channel of that name. A keeper, on the server's own host, follows the one from the peer."""
        self._path = state_path(session, LAG) if name == "" else None

    def read(self, channel: Channel) -> Dict[str, Any]:
        """Return what :func:`describe_lag` does, now."""
        kept = read_note_file(self._path) if self._path and channel.name == "" else None
        return describe_lag(kept, channel.lag_seconds, time.time())


def describe_channel(session: Session, channel: Optional[Channel]) -> Optional[Dict[str, Any]]:
    """Return a channel in the shape of the info modules; ``None`` where there is none."""
    if channel is None:
        return None
    return {**channel.as_dict(), **LagReader(session, channel.name).read(channel)}


def describe_channels(session: Session) -> List[Dict[str, Any]]:
    """Return all channels in the shape of the info modules, with the best that is known of their lag."""
    channels = read_channels(session)
    lag = LagReader(session)
    return [{**channel.as_dict(), **lag.read(channel)} for channel in channels]


def read_replication(session: Session, variables: Mapping[str, str], counters: Mapping[str, str]) -> Dict[str, Any]:
    """Return binary log, channels, connected replicas, threads and binlog cache counters, in neutral keys."""
    status = read_binlog(session, variables)
    return {
        "binlog": {**describe_binlog(status), **read_retention(session, variables, status)},
        "channels": describe_channels(session),
        "replicas": read_replicas(session),
        "threads": session.query(_REPLICATION_THREADS, "read the process list"),
        "semi_sync": describe_semi_sync(variables, counters),
        "binlog_cache": describe_caches(variables, counters),
    }
