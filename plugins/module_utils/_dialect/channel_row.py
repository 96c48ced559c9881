# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The columns of a channel's status that both flavors have, under names that do not depend on the server."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Tuple

from .._secret import without_secret
from .._state.binlog import BinlogCoordinates
from .._state.channel import REPLICA_FILTERS, Channel, ChannelSettings, ThreadError
from .._state.variables import todays_name

Row = Mapping[str, Any]

_RECEIVER_STATES = {"yes": "on", "connecting": "connecting", "preparing": "connecting", "no": "off"}


def normalize_row(row: Row) -> Dict[str, Any]:
    """Return a row with its columns in lower case and with today's words.

    >>> normalize_row({"Exec_Master_Log_Pos": 4, "Slave_IO_Running": "Yes"})
    {'exec_source_log_pos': 4, 'replica_io_running': 'Yes'}
    """
    return {todays_name(name.lower()): row[name] for name in row}


def names_in(text: Optional[str]) -> Tuple[str, ...]:
    """Return the names of a list that the server prints with commas.

    >>> names_in("wikidb,twoway"), names_in("")
    (('wikidb', 'twoway'), ())
    """
    return tuple(name for name in (text or "").split(",") if name)


def _coordinates(file: Optional[str], position: Optional[int]) -> Optional[BinlogCoordinates]:
    return BinlogCoordinates(file, int(position or 0)) if file else None


def _thread_error(row: Row, thread: str) -> Optional[ThreadError]:
    code = int(row["last_%s_errno" % thread] or 0)
    if not code:
        return None
    # Of a statement that failed the server repeats all, a password too.
    message = without_secret(row["last_%s_error" % thread] or "")
    return ThreadError(code, message, row.get("last_%s_error_timestamp" % thread) or None)


def _number(value: Any) -> Optional[int]:
    return None if value in (None, "") else int(value)


def parse_common(row: Row, name: str, settings: ChannelSettings, **more: Any) -> Channel:
    """Return the channel from a normalized row, with what the dialect itself read from it.

    Source: manuals, "SHOW REPLICA STATUS" (MySQL 5.7 to 9.7) and "SHOW REPLICA STATUS" (MariaDB 10.6 to 11.8).
    """
    return Channel(
        name=name,
        settings=settings,
        receiver_state=_RECEIVER_STATES[row["replica_io_running"].lower()],
        applier_running=row["replica_sql_running"].lower() == "yes",
        source_server_id=_number(row["source_server_id"]) or None,
        received=_coordinates(row["source_log_file"], row["read_source_log_pos"]),
        applied=_coordinates(row["relay_source_log_file"], row["exec_source_log_pos"]),
        relay=_coordinates(row.get("relay_log_file"), row.get("relay_log_pos")),
        receiver_error=_thread_error(row, "io"),
        applier_error=_thread_error(row, "sql"),
        lag_seconds=_number(row["seconds_behind_source"]),
        relay_log_bytes=_number(row["relay_log_space"]),
        until_condition=None if row["until_condition"] in (None, "", "None") else row["until_condition"],
        ignored_server_ids=[int(number) for number in names_in(row.get("replicate_ignore_server_ids"))],
        filters={column: row[column] for column in REPLICA_FILTERS if row.get(column)},
        **more,
    )


def common_settings(row: Row) -> Dict[str, Any]:
    """Return the settings of the channel that both flavors report, by the names of ``ChannelSettings``."""
    return {
        "source_host": row["source_host"],
        "source_port": int(row["source_port"]),
        "source_user": row["source_user"],
        "tls": row["source_ssl_allowed"] == "Yes",
        "tls_verify": row["source_ssl_verify_server_cert"] == "Yes",
        "tls_ca": row["source_ssl_ca_file"] or "",
        "tls_cert": row["source_ssl_cert"] or "",
        "tls_key": row["source_ssl_key"] or "",
        "connect_retry_seconds": int(row["connect_retry"]),
        "delay_seconds": int(row["sql_delay"] or 0),
    }
