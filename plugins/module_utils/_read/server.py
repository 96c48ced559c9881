# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads who a server is and how it is set."""

from __future__ import annotations

import calendar
import os
import re
import socket
import ssl
import time
from typing import Any, Dict, Mapping, Optional, Tuple

from .._connection import Session
from .._dialect.statement import Raw, sql
from .._state.variables import TLS_IN_USE, is_off

# Variables that replication depends on, by their names of today and before; a server has one spelling of each.
_REPLICATION_VARIABLES = (
    "auto_increment_increment",
    "auto_increment_offset",
    "bind_address",
    "binlog_cache_size",
    "binlog_expire_logs_seconds",
    "binlog_format",
    "binlog_row_image",
    "enforce_gtid_consistency",
    "event_scheduler",
    "expire_logs_days",
    "gtid_binlog_pos",
    "gtid_current_pos",
    "gtid_domain_id",
    "gtid_executed",
    "gtid_mode",
    "gtid_purged",
    "gtid_slave_pos",
    "gtid_strict_mode",
    "innodb_flush_log_at_trx_commit",
    "innodb_page_size",
    "log_bin",
    "log_bin_basename",
    "log_replica_updates",
    "log_slave_updates",
    "lower_case_table_names",
    "read_only",
    "relay_log",
    "relay_log_basename",
    "relay_log_recovery",
    "report_host",
    "server_id",
    "server_uuid",
    "slave_net_timeout",
    "replica_net_timeout",
    "super_read_only",
    "sync_binlog",
    "sync_relay_log",
    "version_comment",
)


def vendor_of(version_comment: str) -> str:
    """Return who built a server.

    >>> vendor_of("Percona Server (GPL), Release 29"), vendor_of("(Debian)"), vendor_of("MySQL Community Server - GPL")
    ('percona', 'distribution', 'upstream')
    """
    comment = version_comment.lower()
    if "percona" in comment:
        return "percona"
    return "upstream" if "community" in comment or "mariadb.org" in comment else "distribution"


def describe_identity(session: Session, variables: Mapping[str, str], counters: Mapping[str, str]) -> Dict[str, Any]:
    """Return identity, flavor, version, features and the variables replication depends on."""
    server = session.dialect.server
    return {
        "flavor": server.flavor,
        "version": server.version_text,
        "vendor": vendor_of(variables.get("version_comment", "")),
        "server_id": int(variables["server_id"]),
        "server_uuid": variables.get("server_uuid"),
        "hostname": variables["hostname"],
        "port": int(variables["port"]),
        "data_directory": variables["datadir"],
        "uptime_seconds": int(counters["uptime"]),
        "is_gate_open": is_off(variables["read_only"]),
        "features": server.supported_features,
        "variables": {name: variables[name] for name in _REPLICATION_VARIABLES if name in variables},
    }


def read_started_at(session: Session) -> float:
    """Return when the server was started, in seconds since 1970: within a second, since it counts whole ones."""
    uptime = session.query(sql("SHOW GLOBAL STATUS LIKE 'Uptime'"), "ask how long the server has been running")
    return time.time() - int(uptime[0]["Value"])


def read_gate(session: Session) -> str:
    """Return ``open``, ``closed``, or ``half-open`` where only clients are refused and administrators could be too."""
    return _gate_in(session.query(sql("SELECT {}", _gate(session)), "read the write gate")[0])


def read_gate_and_id(session: Session) -> Tuple[str, int]:
    """Return the same, and the server id."""
    question = sql("SELECT {}, @@GLOBAL.server_id AS server_id", _gate(session))
    row = session.query(question, "read the write gate and the server id")[0]
    return _gate_in(row), int(row["server_id"])


def _gate(session: Session) -> Raw:
    return Raw("@@GLOBAL.%s AS closed, @@GLOBAL.read_only AS half" % session.dialect.gate_variable())


def _gate_in(row: Mapping[str, Any]) -> str:
    # MariaDB answers in words from 12.0 on, where read_only has more positions than two, all but OFF closed.
    if not is_off(row["closed"]):
        return "closed"
    return "open" if is_off(row["half"]) else "half-open"


def tls_in_use(variables: Mapping[str, str], counters: Mapping[str, str]) -> Dict[str, str]:
    """Return what of TLS new sessions get, by the names of ``TLS_IN_USE``.

    A server that does not tell is taken to use what its variables name. The certificate is another one than in its
    file where the two do not end at the same time, which is seen on the server's host alone.
    """
    in_use = {told: counters.get(told, variables.get(name, "")) for name, told in TLS_IN_USE.items()}
    is_here = variables.get("hostname") == socket.gethostname()
    used_until = _told_end(counters.get("ssl_server_not_after", "")) if is_here else None
    if used_until is not None and _end_in_file(variables) not in (None, used_until):
        in_use[TLS_IN_USE["ssl_cert"]] += " as it was"
    return in_use


_VALIDITY = re.compile(rb"[\x17\x18].(?P<since>\d{10,14})Z(?P<form>[\x17\x18]).(?P<until>\d{10,14})Z", re.DOTALL)
"""The two times of a certificate, one after the other: with a year of two digits (0x17) or of four (0x18)."""


def certificate_days_left(variables: Mapping[str, str], counters: Mapping[str, str], now: float) -> Optional[int]:
    """Return for how many whole days the server's certificate is valid; ``None`` where that cannot be known here."""
    until = _told_end(counters.get("ssl_server_not_after", "")) or _end_in_file(variables)
    return None if until is None else int((until - now) // 86400)


def _told_end(text: str) -> Optional[float]:
    """Return the end as seconds since 1970.

    >>> _told_end("Nov 22 10:56:45 2036 GMT")
    2110964205.0
    """
    try:
        return float(ssl.cert_time_to_seconds(text))
    except ValueError:
        return None


def _end_in_file(variables: Mapping[str, str]) -> Optional[float]:
    path = os.path.join(variables.get("datadir", "/"), variables.get("ssl_cert") or "")
    if not os.path.isfile(path):
        return None
    try:
        with open(path, encoding="ascii") as file:
            return certificate_end(ssl.PEM_cert_to_DER_cert(_first_certificate(file.read())))
    except (OSError, ValueError):
        return None


def _first_certificate(text: str) -> str:
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    return text[text.index(begin) : text.index(end) + len(end)]


def certificate_end(der: bytes) -> Optional[float]:
    """Return when a certificate ends, as seconds since 1970; ``None`` when its times cannot be found."""
    found = _VALIDITY.search(der)
    if not found:
        return None
    until = found.group("until").decode("ascii")
    form = "%Y%m%d%H%M%S" if found.group("form") == b"\x18" else "%y%m%d%H%M%S"
    return float(calendar.timegm(time.strptime(until, form)))
