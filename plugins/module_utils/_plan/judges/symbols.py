# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Names of the errors with which channels stop, as the servers' manuals list them."""

from __future__ import annotations

from typing import Dict, Optional

_SYMBOLS: Dict[int, str] = {
    1007: "ER_DB_CREATE_EXISTS",
    1008: "ER_DB_DROP_EXISTS",
    1021: "ER_DISK_FULL",
    1026: "ER_ERROR_ON_WRITE",
    1032: "ER_KEY_NOT_FOUND",
    1040: "ER_CON_COUNT_ERROR",
    1045: "ER_ACCESS_DENIED_ERROR",
    1049: "ER_BAD_DB_ERROR",
    1050: "ER_TABLE_EXISTS_ERROR",
    1051: "ER_BAD_TABLE_ERROR",
    1054: "ER_BAD_FIELD_ERROR",
    1060: "ER_DUP_FIELDNAME",
    1061: "ER_DUP_KEYNAME",
    1062: "ER_DUP_ENTRY",
    1091: "ER_CANT_DROP_FIELD_OR_KEY",
    1114: "ER_RECORD_FILE_FULL",
    1129: "ER_HOST_IS_BLOCKED",
    1130: "ER_HOST_NOT_PRIVILEGED",
    1146: "ER_NO_SUCH_TABLE",
    1205: "ER_LOCK_WAIT_TIMEOUT",
    1213: "ER_LOCK_DEADLOCK",
    1236: "ER_SOURCE_FATAL_ERROR_READING_BINLOG",
    1290: "ER_OPTION_PREVENTS_STATEMENT",
    1396: "ER_CANNOT_USER",
    1451: "ER_ROW_IS_REFERENCED_2",
    1452: "ER_NO_REFERENCED_ROW_2",
    1593: "ER_REPLICA_FATAL_ERROR",
    1594: "ER_REPLICA_RELAY_LOG_READ_FAILURE",
    1595: "ER_REPLICA_RELAY_LOG_WRITE_FAILURE",
    1677: "ER_REPLICA_CONVERSION_FAILED",
    1872: "ER_REPLICA_RLI_INIT_REPOSITORY",
    1950: "ER_GTID_STRICT_OUT_OF_ORDER",
    2002: "CR_CONNECTION_ERROR",
    2003: "CR_CONN_HOST_ERROR",
    2005: "CR_UNKNOWN_HOST",
    2013: "CR_SERVER_LOST",
    2026: "CR_SSL_CONNECTION_ERROR",
    2061: "CR_AUTH_PLUGIN_ERR",
    3159: "ER_SECURE_TRANSPORT_REQUIRED",
    13114: "ER_SERVER_SOURCE_FATAL_ERROR_READING_BINLOG",
    13117: "ER_REPLICA_FATAL_ERROR",
    13121: "ER_REPLICA_RELAY_LOG_READ_FAILURE",
    13124: "ER_REPLICA_RLI_INIT_REPOSITORY",
}


def symbol_of(code: Optional[int]) -> str:
    """Return an error's number with its name, where it has one.

    >>> symbol_of(1062), symbol_of(4711), symbol_of(None)
    ('1062 (ER_DUP_ENTRY)', '4711', 'unknown')
    """
    if code is None:
        return "unknown"
    return "%d (%s)" % (code, _SYMBOLS[code]) if code in _SYMBOLS else str(code)
