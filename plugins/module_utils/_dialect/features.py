# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What a server can do, by flavor and version: the only place where versions are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

from .._errors import UnsupportedServer

Version = Tuple[int, ...]
Range = Tuple[Optional[Version], Optional[Version]]
"""First version that has the feature and first one that no longer has it; ``None`` is unbounded."""

MYSQL = "mysql"
MARIADB = "mariadb"

ALWAYS: Range = (None, None)

_SUPPORTED_SINCE: Dict[str, Version] = {MYSQL: (5, 7), MARIADB: (10, 6)}

# Feature -> flavor -> range. A flavor that is not named never has it. Where no manual is named, it was run on a server.
_FEATURES: Dict[str, Dict[str, Range]] = {
    # CHANGE REPLICATION SOURCE TO. MySQL 8.0.23 release notes; MariaDB rejects it up to 11.8.
    "change_source_statement": {MYSQL: ((8, 0, 23), None)},
    # SHOW/START/STOP/RESET REPLICA. MySQL 8.0.22 release notes.
    "replica_statements": {MYSQL: ((8, 0, 22), None)},
    # SHOW BINARY LOG STATUS instead of SHOW MASTER STATUS. MySQL 8.2.0 release notes.
    "binary_log_status": {MYSQL: ((8, 2, 0), None)},
    # RESET BINARY LOGS AND GTIDS instead of RESET MASTER. MySQL 8.2.0 release notes.
    "reset_binary_logs": {MYSQL: ((8, 2, 0), None)},
    # SHOW REPLICAS instead of SHOW SLAVE HOSTS. MySQL 8.0.22 release notes.
    "show_replicas": {MYSQL: ((8, 0, 22), None)},
    # System variables named replica_… and …_source_… MySQL 8.0.26 release notes.
    "replica_variables": {MYSQL: ((8, 0, 26), None)},
    # A second password of an account. MySQL 8.0.14 release notes; in MariaDB a second way to log in, since 10.4.
    "former_login": {MYSQL: ((8, 0, 14), None), MARIADB: ALWAYS},
    # SUPER in parts. MySQL 8.0.0 release notes.
    "dynamic_privileges": {MYSQL: ((8, 0, 0), None)},
    # A gate that also holds accounts with administrative privileges. MySQL 5.7.8 release notes.
    "super_read_only": {MYSQL: ALWAYS},
    # GET_SOURCE_PUBLIC_KEY. MySQL manual, "CHANGE REPLICATION SOURCE TO".
    "public_key_request": {MYSQL: ((8, 0, 4), None)},
    # Compression chosen for each channel. MySQL 8.0.18 release notes.
    "channel_compression": {MYSQL: ((8, 0, 18), None)},
    # The number of connection attempts as an option of the channel. MariaDB 12.0.1 release notes.
    "channel_retry_count": {MYSQL: ALWAYS, MARIADB: ((12, 0, 1), None)},
    # binlog_expire_logs_seconds. MySQL 8.0.1 and MariaDB 10.6.1 release notes.
    "retention_seconds": {MYSQL: ((8, 0, 1), None), MARIADB: ((10, 6, 1), None)},
    # GTIDs can be off, and have to be switched on. MariaDB always writes them.
    "gtid_mode": {MYSQL: ALWAYS},
    # A GTID belongs to a replication domain.
    "gtid_domains": {MARIADB: ALWAYS},
    # Several addresses in bind_address. MySQL 8.0.13 release notes; MariaDB 10.11 documentation.
    "bind_address_list": {MYSQL: ((8, 0, 13), None), MARIADB: ((10, 11, 0), None)},
    # The server makes its own certificate and offers TLS with it. MariaDB 11.4.1 release notes.
    "own_certificates": {MYSQL: ALWAYS, MARIADB: ((11, 4, 1), None)},
    # A client can verify the server without a CA, through the account's password. MariaDB 11.4.1 release notes.
    "verify_without_ca": {MARIADB: ((11, 4, 1), None)},
    # Semi-synchronous replication as plugins, and their names. MySQL 8.0.26 release notes.
    "semisync_plugins": {MYSQL: ALWAYS},
    "semisync_source_plugin": {MYSQL: ((8, 0, 26), None)},
    # Binary logs are kept until enough replicas have connected and read them. MariaDB 11.4 documentation.
    "purge_waits_for_replicas": {MARIADB: ((11, 4, 0), None)},
    # binlog_format still has to be said; MySQL deprecates it (8.0.34) and defaults to ROW (5.7.7).
    "binlog_format_setting": {MYSQL: (None, (8, 0, 0)), MARIADB: ALWAYS},
    # performance_schema.replication_applier_global_filters. MySQL 8.0.1 release notes.
    "filter_tables": {MYSQL: ((8, 0, 1), None)},
    # ALTER EVENT … DISABLE ON REPLICA instead of DISABLE ON SLAVE. MySQL 8.2.0 release notes.
    "event_disable_on_replica": {MYSQL: ((8, 2, 0), None)},
    # The X plugin listens on a port of its own, with its own bind address. MySQL 8.0.11 release notes.
    "x_plugin": {MYSQL: ((8, 0, 11), None)},
    # SHOW CREATE USER can print hashes in hexadecimal digits. MySQL 8.0.17 release notes.
    "hex_definitions": {MYSQL: ((8, 0, 17), None)},
    # The CLONE plugin, and donors of another patch level of the same series. MySQL 8.0.17 and 8.0.37 release notes.
    "clone": {MYSQL: ((8, 0, 17), None)},
    "clone_within_series": {MYSQL: ((8, 0, 37), None)},
    # performance_schema.variables_info. MySQL manual, 8.0; MariaDB documentation, SYSTEM_VARIABLES (10.5).
    "variable_origins": {MYSQL: ((8, 0, 11), None), MARIADB: ALWAYS},
    # SET PERSIST, and performance_schema.persisted_variables. MySQL 8.0.11 release notes.
    "persisted_variables": {MYSQL: ((8, 0, 11), None)},
    # Certificates can be set and taken into use while the server runs. MySQL 8.0.16 release notes.
    "reload_tls": {MYSQL: ((8, 0, 16), None)},
    # Also with GTIDs, what was received is applied after a restart; MariaDB fetches it again.
    "keeps_relay_log": {MYSQL: ALWAYS},
    # APPLYING_TRANSACTION tells what a worker failed with. MySQL 8.0.1 release notes.
    "applying_transaction": {MYSQL: ((8, 0, 1), None)},
    # A replicated CREATE TABLE may replace a table that is there. MariaDB documentation, slave_ddl_exec_mode.
    "ddl_exec_mode": {MARIADB: ALWAYS},
    # mariadb-binlog chooses by GTID and domain. MariaDB 10.8.1 and 10.9.1 release notes.
    "log_by_gtid": {MYSQL: ALWAYS, MARIADB: ((10, 9, 1), None)},
    # The optimizer can be kept from an index. MySQL 8.0.0 release notes; MariaDB has it since 10.6.
    "hidden_indexes": {MYSQL: ((8, 0, 0), None), MARIADB: ALWAYS},
    # Sizes of tables are kept for a day, unless a session wants them fresh. MySQL 8.0.3 release notes.
    "statistics_cache": {MYSQL: ((8, 0, 3), None)},
    # sql_require_primary_key, sql_generate_invisible_primary_key. MySQL 8.0.13 and 8.0.30 release notes.
    "require_primary_key": {MYSQL: ((8, 0, 13), None)},
    "invisible_primary_key": {MYSQL: ((8, 0, 30), None)},
    # A session chooses the collation that a character set has where none is named; the servers' own choice has changed
    # since (MySQL 8.0.1, MariaDB 11.5.1). default_collation_for_utf8mb4, MySQL 8.0.11 release notes;
    # character_set_collations, MariaDB 11.2.1 release notes.
    "default_collations": {MYSQL: ((8, 0, 11), None), MARIADB: ((11, 2, 1), None)},
    # mariadb-dump --dump-history, and system_versioning_insert_history for its import. MariaDB 10.11.0 release notes.
    "dump_history": {MARIADB: ((10, 11, 0), None)},
    # TIMESTAMP up to 2106, with which the current rows of tables with a history end. MariaDB 11.5.1 release notes.
    "timestamps_to_2106": {MARIADB: ((11, 5, 1), None)},
    # restrict_fk_on_non_standard_key, which refuses foreign keys to what is not unique. MySQL 8.4.0 release notes.
    "standard_foreign_keys": {MYSQL: ((8, 4, 0), None)},
    # mysqldump --source-data instead of --master-data. MySQL 8.0.26 release notes.
    "dump_source_data": {MYSQL: ((8, 0, 26), None)},
}


@dataclass(frozen=True)
class Server:
    """Flavor and version of a server.

    :ivar flavor: ``mysql`` or ``mariadb``.
    :ivar version: integers, as many as the server names.
    """

    flavor: str
    version: Version

    @property
    def version_text(self) -> str:
        """The version as people write it.

        >>> Server("mysql", (9, 7, 4)).version_text
        '9.7.4'
        """
        return ".".join(str(number) for number in self.version)

    def supports(self, feature: str) -> bool:
        """Return whether this server has a feature of the table.

        >>> Server("mysql", (26, 10, 0)).supports("binary_log_status")
        True
        >>> Server("mysql", (8, 0, 36)).supports("binary_log_status")
        False

        :raises KeyError: when the table has no such feature.
        """
        since, until = _FEATURES[feature].get(self.flavor, ((), ()))
        if since == ():
            return False
        return (since is None or self.version >= since) and (until is None or self.version < until)

    @property
    def supported_features(self) -> List[str]:
        """The names of all features of the table that this server has, sorted."""
        return sorted(feature for feature in _FEATURES if self.supports(feature))

    @property
    def clone_series(self) -> Version:
        """What has to be the same on both sides of a clone: the series, or the very version before MySQL 8.0.37.

        >>> Server("mysql", (8, 4, 7)).clone_series, Server("mysql", (8, 0, 36)).clone_series
        ((8, 4), (8, 0, 36))
        """
        return self.version[:2] if self.supports("clone_within_series") else self.version

    def can_take_files_of(self, donor: Server) -> bool:
        """Return whether this server starts with the data files of another: of its series, and not of a newer release.

        >>> Server("mariadb", (11, 8, 9)).can_take_files_of(Server("mariadb", (11, 8, 2)))
        True
        >>> Server("mariadb", (11, 8, 2)).can_take_files_of(Server("mariadb", (11, 8, 9)))
        False
        """
        is_series = (self.flavor, self.version[:2]) == (donor.flavor, donor.version[:2])
        return is_series and self.version >= donor.version

    def doubt_about_source(self, source: Server) -> Optional[str]:
        """Return why this server may fail to apply what a source writes; ``None`` when it does not.

        >>> print(Server("mysql", (8, 0, 36)).doubt_about_source(Server("mysql", (8, 4, 7))))
        it is 8.0.36, older than its source with 8.4.7
        >>> Server("mysql", (8, 4, 7)).doubt_about_source(Server("mysql", (8, 4, 9))) is None
        True

        Source: MySQL manual, "Replication Compatibility Between MySQL Versions"; MariaDB documentation, "Replication
        Compatibility".
        """
        if self.flavor != source.flavor or self.version[:2] >= source.version[:2]:
            return None
        return "it is %s, older than its source with %s" % (self.version_text, source.version_text)

    @property
    def is_supported(self) -> bool:
        """Whether the collection supports this version."""
        return self.version >= _SUPPORTED_SINCE[self.flavor]

    def require_supported(self) -> None:
        """Return when the collection supports this version.

        :raises UnsupportedServer: for a version before MySQL 5.7 or MariaDB 10.6.
        """
        oldest = _SUPPORTED_SINCE[self.flavor]
        if not self.is_supported:
            raise UnsupportedServer(
                "This server is %s %s; the oldest supported version is %s."
                % (self.flavor, self.version_text, ".".join(str(number) for number in oldest))
            )


def parse_version(text: str) -> Server:
    """Return flavor and version from ``VERSION()`` or from what the server's program prints for ``--version``.

    >>> parse_version("9.7.4-2")
    Server(flavor='mysql', version=(9, 7, 4))
    >>> parse_version("11.8.9-MariaDB-0+deb13u1 from Debian-log")
    Server(flavor='mariadb', version=(11, 8, 9))
    >>> parse_version("5.5.5-10.11.6-MariaDB")
    Server(flavor='mariadb', version=(10, 11, 6))
    >>> parse_version("/usr/sbin/mysqld  Ver 8.0.36-0ubuntu0.22.04.1 for Linux on x86_64 ((Ubuntu))")
    Server(flavor='mysql', version=(8, 0, 36))

    :raises UnsupportedServer: when no version can be found in the text.
    """
    flavor = MARIADB if "mariadb" in text.lower() else MYSQL
    # MariaDB before 11 could announce itself as 5.5.5-… for the sake of old replicas.
    match = re.search(r"(\d+(?:\.\d+)+)", re.sub(r"\b5\.5\.5-", "", text.rpartition(" Ver ")[2]))
    if not match:
        raise UnsupportedServer("No version could be read from %r." % text)
    return Server(flavor, tuple(int(number) for number in match.group(1).split(".")))
