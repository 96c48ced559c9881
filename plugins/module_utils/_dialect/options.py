# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Neutral settings of a member as options of its server: names by flavor and version, values as the file takes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple

from .features import MARIADB, Server


@dataclass(frozen=True)
class Option:
    """One option of a server.

    :ivar name: its name in the option file.
    :ivar values: one line of the file for each.
    :ivar variable: the global variable to compare with and to set; ``None`` when there is nothing to compare.
    :ivar wanted: the variable's value, where it is spelled in another way than in the file.
    """

    name: str
    values: List[Any]
    variable: Optional[str] = None
    wanted: Any = None

    @property
    def lines(self) -> List[str]:
        """The lines of the file.

        :raises ValueError: for a value that it cannot carry. The option is named; the value, maybe a secret, is not.
        """
        try:
            return ["%s = %s" % (self.name, quote_option(value)) for value in self.values]
        except ValueError as error:
            raise ValueError("%s: %s" % (self.name, error)) from None

    def as_dict(self) -> Dict[str, Any]:
        """Return the option for the template of the option file and for the comparison with the running server."""
        return {
            "name": self.name,
            "lines": self.lines,
            "variable": self.variable,
            "wanted": self.values[0] if self.wanted is None and self.values else self.wanted,
        }


Renderer = Callable[[Server, Any], List[Option]]


def variable_of(option: str) -> str:
    """Return the name of the variable that an option is about, as far as its name tells.

    >>> variable_of("innodb-read-io-threads"), variable_of("loose_audit_log")
    ('innodb_read_io_threads', 'audit_log')
    """
    name = option.replace("-", "_")
    return name[len("loose_") :] if name.startswith("loose_") else name


def quote_option(value: Any) -> str:
    r"""Return a value as the option file takes it.

    >>> [quote_option(value) for value in (1, True, "ROW", "a b", "x#y", "back\\slash")]
    ['1', 'ON', 'ROW', '"a b"', '"x#y"', '"back\\\\slash"']

    :raises ValueError: for a value with a line break or a quote, which option files cannot carry safely.
    """
    if isinstance(value, bool):
        return "ON" if value else "OFF"
    text = str(value)
    if re.search(r"[\x00-\x1f\"]", text):
        raise ValueError("a value of an option file can hold neither a double quote nor a control character")
    return text if re.fullmatch(r"[\w.,:/*%+@-]*", text) else '"%s"' % text.replace("\\", "\\\\")


def _simple(name: str, value: Any) -> Option:
    return Option(name, [value], variable=name)


def _renamed(server: Server, old: str, new: str, value: Any) -> Option:
    """Return an option that MySQL has renamed, by the name this server knows best."""
    return _simple(new if server.supports("replica_variables") else old, value)


def _filters(name: str, names: List[str]) -> Option:
    # Without a line it is compared all the same: a filter that was taken back holds until the server starts anew.
    return Option(name, list(names), variable=name, wanted=filter_value(names))


def filter_value(names: Iterable[str]) -> str:
    """Return the value of a filter as if it were a variable, whichever files it is put together from.

    >>> filter_value(["wikidb", "blog", "wikidb"]), filter_value([""])
    ('blog,wikidb', '')
    """
    return ",".join(sorted(set(filter(None, names))))


def _bind_addresses(server: Server, addresses: List[str]) -> List[Option]:
    if not addresses:
        return []
    listed = addresses
    if not server.supports("bind_address_list") and len(addresses) > 1:
        # Such a server listens on one address or on all; local clients use the socket.
        outward = [address for address in addresses if not address.startswith("127.") and address != "::1"]
        listed = outward if len(outward) == 1 else ["*"]
    options = [_simple("bind_address", ",".join(listed))]
    if server.supports("x_plugin"):
        options.append(_simple("mysqlx_bind_address", "127.0.0.1"))
    return options


def _retention(server: Server, seconds: int) -> List[Option]:
    if server.supports("retention_seconds"):
        return [_simple("binlog_expire_logs_seconds", seconds)]
    return [_simple("expire_logs_days", -(-seconds // 86400))]


def _gtid(server: Server, is_wanted: bool) -> List[Option]:
    if not server.supports("gtid_mode"):
        return [_simple("gtid_strict_mode", is_wanted)]
    if not is_wanted:
        return []
    return [_simple("enforce_gtid_consistency", True), _simple("gtid_mode", "ON")]


def _kept_gtid(name: str) -> Renderer:
    """Return what writes an option of GTIDs as it is, since its default is another one from version to version."""
    return lambda server, value: [_simple(name, value)] if server.supports("gtid_mode") else []


def _gate(server: Server, is_closed: bool) -> List[Option]:
    if not is_closed:
        return []
    # Not compared: the gate of a running server is opened and closed by itself, at the right moment.
    return [Option("super_read_only" if server.supports("super_read_only") else "read_only", [True])]


def _semi_sync(server: Server, timeout_ms: Optional[int]) -> List[Option]:
    if server.supports("semisync_source_plugin"):
        source, replica = "source", "replica"
    else:
        source, replica = "master", "slave"
    options = []
    if server.supports("semisync_plugins") and timeout_ms:
        plugins = ["semisync_%s.so" % source, "semisync_%s.so" % replica]
        options.append(Option("plugin_load_add", list(plugins)))
    if not timeout_ms:
        # A plugin that was loaded for it stays until the next start. Without it, nobody knows these names.
        loose = "loose_" if server.supports("semisync_plugins") else ""
        names = ["rpl_semi_sync_%s_enabled" % side for side in (source, replica)]
        return [Option(loose + name, [False], variable=name) for name in names]
    return options + [
        _simple("rpl_semi_sync_%s_enabled" % source, True),
        _simple("rpl_semi_sync_%s_enabled" % replica, True),
        _simple("rpl_semi_sync_%s_wait_point" % source, "AFTER_SYNC"),
        _simple("rpl_semi_sync_%s_timeout" % source, timeout_ms),
    ]


def _relay_recovery(server: Server, is_gtid: bool) -> List[Option]:
    if server.flavor == MARIADB:
        # With GTIDs MariaDB fetches again what it had not applied, whatever is in the relay log.
        return [_simple("relay_log_recovery", True)]
    # Recovery throws away what was received and acknowledged. With GTIDs a synced relay log is safe without it;
    # by file position the receiver's own place may be behind its relay log after a crash, and only recovery is safe.
    return [_simple("relay_log_recovery", not is_gtid), _simple("sync_relay_log", 1 if is_gtid else 10000)]


def _retry_count(server: Server, count: int) -> List[Option]:
    # It is an option of the server there, and no variable shows it.
    return [] if server.supports("channel_retry_count") else [Option("master_retry_count", [count])]


def _row_format(server: Server, is_said: bool) -> List[Option]:
    """Return what makes rows of whatever is logged and applied.

    :param is_said: whether the format is another one, or said in an option file; else it is left to be the default
        where a server warns of the option.
    """
    options = [_simple("binlog_format", "ROW")] if is_said or server.supports("binlog_format_setting") else []
    if server.supports("purge_waits_for_replicas"):
        # An absent peer must not fill the disk of the active member: the retention decides.
        options.append(_simple("slave_connections_needed_for_purge", 0))
    if server.supports("ddl_exec_mode"):
        # By default a replicated CREATE TABLE replaces a table that is there: its rows would be gone without a word.
        options.append(_simple("slave_ddl_exec_mode", "STRICT"))
    return options


# In the order of the option file. A setting that is None or empty is left to the server; but a filter is none then.
_SETTINGS: Dict[str, Renderer] = {
    "server_id": lambda server, value: [_simple("server_id", value)],
    "bind_addresses": _bind_addresses,
    "report_host": lambda server, value: [_simple("report_host", value)],
    "log_bin": lambda server, value: [Option("log_bin", [value], variable="log_bin", wanted="ON")],
    # The same option, by the place that it leads to.
    "log_bin_basename": lambda server, value: [Option("log_bin", [], variable="log_bin_basename", wanted=value)],
    "row_format": _row_format,
    "binlog_do_db": lambda server, value: [_filters("binlog_do_db", value)],
    "binlog_ignore_db": lambda server, value: [_filters("binlog_ignore_db", value)],
    "replicate_do_db": lambda server, value: [_filters("replicate_do_db", value)],
    "replicate_ignore_db": lambda server, value: [_filters("replicate_ignore_db", value)],
    "replicate_wild_do_table": lambda server, value: [_filters("replicate_wild_do_table", value)],
    "replicate_wild_ignore_table": lambda server, value: [_filters("replicate_wild_ignore_table", value)],
    "binlog_retention_seconds": _retention,
    "binlog_cache_size": lambda server, value: [_simple("binlog_cache_size", value)],
    "sync_binlog": lambda server, value: [_simple("sync_binlog", value)],
    "flush_log_at_commit": lambda server, value: [_simple("innodb_flush_log_at_trx_commit", value)],
    "gtid": _gtid,
    "enforce_gtid_consistency": _kept_gtid("enforce_gtid_consistency"),
    "gtid_mode": _kept_gtid("gtid_mode"),
    "gtid_domain_id": lambda server, value: (
        [_simple("gtid_domain_id", value)] if server.supports("gtid_domains") else []
    ),
    "log_replica_updates": lambda server, value: [_renamed(server, "log_slave_updates", "log_replica_updates", value)],
    "relay_log": lambda server, value: [_simple("relay_log", value)],
    "relay_recovery_for_gtid": _relay_recovery,
    "net_timeout_seconds": lambda server, value: [_renamed(server, "slave_net_timeout", "replica_net_timeout", value)],
    "retry_count": _retry_count,
    "link_compression": lambda server, value: [
        _renamed(server, "slave_compressed_protocol", "replica_compressed_protocol", value)
    ],
    "auto_increment_increment": lambda server, value: [_simple("auto_increment_increment", value)],
    "auto_increment_offset": lambda server, value: [_simple("auto_increment_offset", value)],
    "semi_sync_timeout_ms": _semi_sync,
    "tls_ca": lambda server, value: [_simple("ssl_ca", value)],
    "tls_cert": lambda server, value: [_simple("ssl_cert", value)],
    "tls_key": lambda server, value: [_simple("ssl_key", value)],
    "read_only": _gate,
}


# Options of replication that a version has renamed or given up: since when the server warns, and what to say instead.
_DEPRECATED: Dict[str, Tuple[str, Optional[str]]] = {
    "log_slave_updates": ("replica_variables", "log_replica_updates"),
    "slave_net_timeout": ("replica_variables", "replica_net_timeout"),
    "slave_skip_errors": ("replica_variables", "replica_skip_errors"),
    "skip_slave_start": ("replica_variables", "skip_replica_start"),
    "slave_parallel_workers": ("replica_variables", "replica_parallel_workers"),
    "slave_compressed_protocol": ("replica_variables", "SOURCE_COMPRESSION_ALGORITHMS of the channel"),
    "sync_master_info": ("replica_variables", "sync_source_info"),
    "replica_parallel_type": ("replica_variables", None),
    "slave_parallel_type": ("replica_variables", None),
    "expire_logs_days": ("persisted_variables", "binlog_expire_logs_seconds"),
}


def deprecated_options(server: Server, names: Iterable[str]) -> List[str]:
    """Return, in words, which options of an option file this server will not know for ever.

    >>> deprecated_options(Server("mysql", (8, 0, 36)), ["slave_net_timeout", "port"])
    ['slave_net_timeout (now replica_net_timeout)']
    """
    told = []
    for name in sorted(set(names)):
        feature, now = _DEPRECATED.get(name, ("", None))
        if feature and server.supports(feature):
            told.append("%s (now %s)" % (name, now) if now else name)
    return told


def options_for(server: Server, settings: Mapping[str, Any], extra: Mapping[str, Any]) -> List[Option]:
    """Return the options of the drop-in file, in its order.

    :param settings: values by the neutral names of this module.
    :param extra: further options of this very server by their own names; they win over the settings.
    :raises ValueError: for a setting that is not known, and for a further option whose setting is judged first.
    """
    unknown = sorted(set(settings) - set(_SETTINGS))
    if unknown:
        raise ValueError("unknown settings: %s" % ", ".join(unknown))
    options = [
        option
        for setting, renderer in _SETTINGS.items()
        if settings.get(setting) not in (None, "")
        for option in renderer(server, settings[setting])
    ]
    overridden = {variable_of(name) for name in extra}
    if "log_bin" in overridden:
        # A live member's may not move.
        raise ValueError("log_bin is the variable mysql_server_log_bin, not one of mysql_server_options")
    return [option for option in options if option.name not in overridden] + further_options(extra)


def further_options(extra: Mapping[str, Any]) -> List[Option]:
    """Return options that a person has named as the server does."""
    return [
        Option(name.replace("-", "_"), [value], variable=variable_of(name)) for name, value in sorted(extra.items())
    ]
