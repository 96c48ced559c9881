# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What every dialect has to answer. Nothing above the dialects knows which server it speaks to."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, Callable, Dict, FrozenSet, List, Mapping, Optional, Sequence, Type

from .._plan import steps as do
from .._state.binlog import BinlogCoordinates, BinlogStatus
from .._state.variables import normalize_value
from .accounts import AccountDialect
from .channel_row import Row
from .channels import ChannelDialect
from .features import Server
from .rows import put_row, remove_row
from .statement import Identifier, Raw, Statement, sql

#: Variables that every server reads only when it starts, or, as filters, lets nobody set while a replica runs.
RESTART_VARIABLES = frozenset(
    "bind_address port report_host report_port log_bin log_bin_basename log_bin_index log_slave_updates"
    " binlog_do_db binlog_ignore_db replicate_do_db replicate_ignore_db replicate_wild_do_table"
    " replicate_wild_ignore_table relay_log relay_log_basename relay_log_recovery".split()
)
TLS_FILES = frozenset({"ssl_ca", "ssl_cert", "ssl_key"})
#: A table and its rows are taken as they are: what was right at the donor is not judged again.
IMPORT_SETTINGS: Mapping[str, Any] = {
    "sql_mode": "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES",
    "foreign_key_checks": 0,
    "net_read_timeout": 600,
}
EXPORT_SETTINGS: Mapping[str, Any] = {
    "character_set_results": "binary",
    "net_write_timeout": 600,
}
Renderer = Callable[[Any], List[Statement]]


class Dialect(ChannelDialect, AccountDialect):
    """The language of one server.

    Methods that return a :class:`Statement` say how to ask; ``parse_…`` methods say how to read the answer.
    """

    #: Whether the general log shows the passwords of statements, so that these have to be kept out of it.
    logs_secrets: bool

    def __init__(self, server: Server) -> None:
        self.server = server
        self._renderers: Dict[Type[do.Step], Renderer] = {
            do.CreateAccount: self._create_account,
            do.SetPassword: self._set_password,
            do.AddPassword: self._add_password,
            do.DiscardFormerLogin: self._discard_former_login,
            do.SetTlsRequirement: self._set_tls_requirement,
            do.GrantPrivileges: self._grant_privileges,
            do.GrantTables: self._grant_tables,
            do.RevokePrivileges: self._revoke_privileges,
            do.DropAccount: self._drop_account,
            do.SetVariable: self._set_variable,
            do.ReloadTls: lambda step: [self.reload_tls()],
            do.StopReceiver: lambda step: [self.stop_receiver(step.channel)],
            do.StopApplier: lambda step: [self.stop_applier(step.channel)],
            do.StartReceiver: lambda step: [self.start_receiver(step.channel)],
            do.StartApplier: lambda step: [self.start_applier(step.channel)],
            do.ChangeSource: self._change_source,
            do.RemoveChannel: lambda step: [self.remove_channel(step.channel)],
            do.SetAppliedGtid: self._set_applied_gtid,
            do.CommitEmpty: self._commit_empty,
            do.SkipNext: self._skip_next,
            do.RemoveRow: remove_row,
            do.PutRow: put_row,
            do.CloseGate: lambda step: [self.set_gate(is_open=False)],
            do.OpenGate: lambda step: [self.set_gate(is_open=True)],
        }

    def render(self, step: do.Step) -> List[Statement]:
        """Return the statements that carry out a step, in order.

        :raises KeyError: for a step that is not said in SQL.
        """
        return self._renderers[type(step)](step)

    def _set_variable(self, step: do.SetVariable) -> List[Statement]:
        return [sql("SET GLOBAL {} = {}", Identifier(step.variable), _number(step.value))]

    # The first start after a physical copy.

    #: Name of the server's systemd unit.
    service: str
    #: Folders whose option files the server reads, after the packaged ones.
    option_folders: List[str]

    def init_file_start(self) -> List[Statement]:
        """Return with which statements an init file begins, so that it is read as definitions were written."""
        return [sql("SET SESSION sql_log_bin = 0"), sql("SET SESSION sql_mode = 'STRICT_TRANS_TABLES'")]

    def held_start_options(self, init_file: str) -> Dict[str, str]:
        """Return the options of a start at which neither replication nor events nor clients change anything.

        An administrator can write: the init file has to get through.
        """
        skip = "skip_replica_start" if self.server.supports("replica_variables") else "skip_slave_start"
        options = {"init_file": init_file, skip: "ON", "event_scheduler": "OFF", "read_only": "ON"}
        return {**options, "super_read_only": "OFF"} if self.server.supports("super_read_only") else options

    # Variables.

    @property
    @abstractmethod
    def restart_variables(self) -> FrozenSet[str]:
        """Variables that this server reads only when it starts."""

    @abstractmethod
    def reload_tls(self) -> Statement:
        """Return the statement, for this server alone, after which new sessions get the certificates as they are."""

    @abstractmethod
    def read_origins(self) -> Optional[Statement]:
        """Return the question which ``file`` a variable (``name``) has its value from; those from none are left out.

        ``None`` where a server does not tell.
        """

    #: A variable that no server lets anybody set.
    never_set = "version"

    def try_to_set(self, variable: str) -> Statement:
        """Return a statement that fails with 1238 and sets nothing.

        The error names the variable where a running server lets nobody set it, else :attr:`never_set`: all settings of
        a statement are looked at, in order, before the first is made.
        """
        name = Identifier(variable)
        return sql("SET GLOBAL {} = @@GLOBAL.{}, GLOBAL {} = ''", name, name, Identifier(self.never_set))

    @abstractmethod
    def read_table_files(self) -> Statement:
        """Return the question for the files of InnoDB's tables (``path``), as the server knows them."""

    # Binary log, GTIDs, replicas.

    def read_snapshot_coordinates(self) -> Optional[Statement]:
        """Return the question, inside a snapshot, for its place in the binary log (``file``, ``position``).

        ``None`` where a server can tell that only while writes are held.
        """
        return None

    def read_commits_under_way(self, variables: Mapping[str, str]) -> Optional[Statement]:
        """Return the question for transactions that are being committed: one value, empty while there are none.

        A transaction is in it until the status of the binary log shows it. ``None`` where a server does not tell.
        """
        return None

    #: Whether holding commits also waits for statements that read, with all writes waiting behind it.
    hold_waits_for_readers: bool

    @abstractmethod
    def hold_commits(self) -> List[Statement]:
        """Return the statements after which no session commits, so that several snapshots can be one."""

    @abstractmethod
    def release_commits(self) -> Statement:
        """Return the statement that lets commits go on."""

    #: The setting with which a character set has the collation where none is named that older servers give it.
    former_collations: Mapping[str, Any]

    def import_settings(self, donor: Server) -> Dict[str, Any]:
        """Return the settings of a session that loads another server's tables and rows as they are."""
        # An older donor may not name a collation that is its default.
        is_former = self.server.supports("default_collations") and not donor.supports("default_collations")
        return {**IMPORT_SETTINGS, **(self.former_collations if is_former else {})}

    @abstractmethod
    def export_settings(self) -> Dict[str, Any]:
        """Return the settings of a session that reads a server's rows for another."""

    @abstractmethod
    def read_binlog_status(self) -> Statement:
        """Return the question for the server's own position; no row comes back while the binary log is off."""

    @abstractmethod
    def read_gtids(self) -> Statement:
        """Return the question, open to every account, for the GTIDs of the server.

        The row has ``written``, what its binary log holds, ``applied`` where that is kept apart, and ``own``, all that
        it can ever have written itself, where GTIDs tell their author.
        """

    @abstractmethod
    def parse_binlog_status(self, rows: Sequence[Row], variables: Mapping[str, str]) -> BinlogStatus:
        """Return the status from the answer to :meth:`read_binlog_status` and the server's global variables."""

    def read_global_filters(self) -> Optional[Statement]:
        """Return the question for replica-side filters (``name``, ``rule``), ``None`` where variables show them."""
        return None

    #: Filters without a rule, where the answer to :meth:`read_global_filters` leaves them out.
    empty_filters: Mapping[str, str] = {}

    @abstractmethod
    def semi_sync_name(self) -> str:
        """Return how the names of variables and counters of a semi-synchronous source begin."""

    @abstractmethod
    def semi_sync_waits_alone(self) -> str:
        """Return the variable that tells whether commits also wait while no replica is connected."""

    def semi_sync_begins_with(self) -> Optional[str]:
        """Return the variable that makes a source wait at once when it is set to the other value and back.

        ``None`` where that is left to the source, which waits again once its replica has everything at some moment.
        """
        return None

    def end_sessions_of_replicas(self) -> Optional[Statement]:
        """Return the statement that comes before a source's end of semi-synchronous replication is switched off.

        ``None`` where nothing has to. A replica that lives comes back by itself.
        """
        return None

    def read_ending_senders(self) -> Optional[Statement]:
        """Return the question for the ``id`` of each sender at its end, where the server may hold it there for ever.

        ``None`` where it holds none.
        """
        return None

    @abstractmethod
    def read_replicas(self) -> Statement:
        """Return the question for the replicas that are connected."""

    @abstractmethod
    def start_history(self, gtid: str, own_domain: Optional[int]) -> List[Statement]:
        """Return the statements that empty the server's binary log and let its history begin at a GTID set or position.

        :param gtid: what the server's data hold, as text; empty when GTIDs play no part.
        :param own_domain: the replication domain this server writes in (MariaDB).
        """

    @abstractmethod
    def wait_for_gtid(self, gtid: str, timeout_seconds: float) -> Statement:
        """Return the question that waits for a GTID set or position; its only column is 1 when it was reached."""

    @abstractmethod
    def gtid_covers(self, held: str, wanted: str) -> bool:
        """Return whether a server that holds one GTID set (or position) has everything of the other."""

    @abstractmethod
    def gtid_beyond(self, held: Sequence[str], wanted: str) -> str:
        """Return the part of a GTID set (or position) that no one of the others has; empty when they have it all."""

    # The servers' own client programs.

    #: Names of the dump program, the best first.
    dump_programs: List[str]
    #: Names of the client program, the best first.
    client_programs: List[str]
    #: Names of the program that copies the files of a running server, the best first; empty where there is none.
    backup_programs: List[str] = []
    #: Names of the program that unpacks its stream.
    stream_programs: List[str] = []
    #: Names of the program that prints a log, the best first.
    log_programs: List[str]

    @abstractmethod
    def log_filter(self, beyond: str, held: Sequence[str], gone: str, written: str) -> Optional[List[str]]:
        """Return the arguments with which the program prints only what :meth:`gtid_beyond` found.

        ``None`` where the program of this version cannot choose by GTID.

        :param gone: the GTIDs that are gone before the oldest file begins.
        :param written: all GTIDs that were written to the log.
        """

    @abstractmethod
    def dump_coordinates_arguments(self, variables: Mapping[str, str]) -> List[str]:
        """Return the arguments with which a dump carries its coordinates, and its GTID set where GTIDs are on."""

    @abstractmethod
    def dump_plain_arguments(self) -> List[str]:
        """Return the arguments with which a dump carries no coordinates at all."""

    def dump_history_arguments(self, source: Server) -> Optional[List[str]]:
        """Return the arguments with which this server's dump program keeps the history of another's tables.

        ``None`` where it does not keep it.
        """
        return None

    @abstractmethod
    def client_tls_options(self, ca_cert: Optional[str]) -> Dict[str, Any]:
        """Return the options of a client that demand TLS, and the right certificate where a CA is given."""

    def read_gtid_at(self, coordinates: BinlogCoordinates) -> Optional[Statement]:
        """Return the question for the GTID position at a place in the binary log; ``None`` where a dump tells it."""
        return None

    def fresh_statistics(self) -> Optional[Statement]:
        """Return the statement after which the session sees sizes of tables as they are; ``None`` where it does."""
        return None

    @abstractmethod
    def index_may_be_used(self) -> str:
        """Return the condition, about a row of ``information_schema.STATISTICS``, that its index is not hidden."""

    def read_first_gtids(self, file: str) -> Optional[Statement]:
        """Return the question for the GTIDs that are gone before a file of the binary log begins.

        ``None`` where a variable tells them.
        """
        return None

    def parse_first_gtids(self, rows: Sequence[Row]) -> Optional[str]:
        """Return the GTIDs from the answer to :meth:`read_first_gtids`."""
        return None

    # Kept variables, write gate, events.

    def read_persisted(self) -> Optional[Statement]:
        """Return the question for the variables (``name``, ``value``) that the server itself keeps for its next start.

        ``None`` where it keeps none.
        """
        return None

    @abstractmethod
    def gate_variable(self) -> str:
        """Return the variable that says whether all writes of clients are refused."""

    @abstractmethod
    def set_gate(self, is_open: bool) -> Statement:
        """Return the statement that opens or closes the write gate."""

    @abstractmethod
    def lift_gate(self) -> Optional[Statement]:
        """Return the statement that lets an administrator write on a gated server, while ordinary accounts stay out.

        ``None`` where an administrator can write as it is.
        """

    def disable_event_on_replica(self, schema: str, event: str) -> Statement:
        """Return the statement that keeps a copied event from running on this member too."""
        place = "REPLICA" if self.server.supports("event_disable_on_replica") else "SLAVE"
        return sql("ALTER EVENT {}.{} DISABLE ON {}", Identifier(schema), Identifier(event), Raw(place))


def _number(value: Any) -> Any:
    """Return a number that came as text as a number: servers take ``64K`` and ``'65536'`` for a text, and refuse them.

    >>> [_number(value) for value in ("65536", "64K", "0.5", "ROW", 1, "1-1-40", "")]
    [65536, 65536, 0.5, 'ROW', 1, '1-1-40', '']
    """
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?[kmgt]?", value.strip().lower()):
        number = float(normalize_value(value))
        return int(number) if number.is_integer() and "." not in value else number
    return value
