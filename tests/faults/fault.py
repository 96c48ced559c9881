"""What a fault of the table is, and the words in which it is said to the servers of each family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ALL = ("mysql", "mariadb", "mariadb-lts")
MYSQL = ("mysql",)
MARIADB = ("mariadb", "mariadb-lts")

#: A text of statements, or a command line where it begins with ``$``; several of them one after the other.
Steps = str | tuple[str, ...]

#: Words of the steps, by client: the same thing is said in both.
WORDS: dict[str, Mapping[str, str]] = {
    "mysql": {
        "R": "REPLICA",
        "r": "replica",
        "s": "source",
        "S": "SOURCE",
        "change": "CHANGE REPLICATION SOURCE TO SOURCE",
        "lift": "SET GLOBAL super_read_only = OFF; SET sql_log_bin = 0;",
        "shut": "SET GLOBAL super_read_only = ON;",
        "power": "CONNECTION_ADMIN",
        "by_file": "AUTO_POSITION = 0",
        "by_gtid": "AUTO_POSITION = 1",
        "folder": "/etc/mysql/mysql.conf.d",
        "file": "/etc/mysql/mysql.conf.d/zz-twoway.cnf",
        "unit": "mysql",
        "skip_start": "skip_replica_start",
        "log_updates": "log_replica_updates",
        "skip_errors": "replica_skip_errors",
        "binlog": "binlog",
    },
    "mariadb": {
        "R": "SLAVE",
        "r": "slave",
        "s": "master",
        "S": "MASTER",
        "change": "CHANGE MASTER TO MASTER",
        "lift": "SET sql_log_bin = 0;",
        "shut": "",
        "power": "READ_ONLY ADMIN",
        "by_file": "USE_GTID = no",
        "by_gtid": "USE_GTID = slave_pos",
        "folder": "/etc/mysql/mariadb.conf.d",
        "file": "/etc/mysql/mariadb.conf.d/99-twoway.cnf",
        "unit": "mariadb",
        "skip_start": "skip_slave_start",
        "log_updates": "log_slave_updates",
        "skip_errors": "slave_skip_errors",
        "binlog": "mysql-bin",
    },
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a pair.

    :ivar codes: what has to be found; other findings may come with it.
    :ivar member: where it is done, and found unless it is about the pair.
    :ivar does: words in braces are of ``WORDS``, or of both servers: ``{own}`` and ``{peer}`` are their ids,
        ``{peer_uuid}`` and ``{peer_address}`` the other one's; ``undo`` alike.
    :ivar peer_before: what is done on the peer before; ``peer_after`` after, and ``peer_undo`` in the end.
    :ivar wish: how what is wished differs from a pair deployed with the defaults.
    :ivar reaches_peer: whether the peer gets it too, and so has it as well.
    :ivar is_sample: whether it is tried by the suite, which takes a few.
    """

    codes: str
    member: str
    does: Steps
    undo: Steps
    flavors: tuple[str, ...] = ALL
    peer_before: Steps = ()
    peer_after: Steps = ()
    peer_undo: Steps = ()
    wish: Mapping[str, object] = field(default_factory=dict)
    reaches_peer: bool = False
    is_sample: bool = False

    @property
    def name(self) -> str:
        return f"{self.codes.replace(' ', '+')} on {self.member}"


def setting(code: str, member: str, name: str, wrong: str, right: str, flavors: tuple[str, ...] = ALL) -> Fault:
    """A variable that is set while the server runs."""
    return Fault(code, member, f"SET GLOBAL {name} = {wrong}", f"SET GLOBAL {name} = {right}", flavors)


def applier_setting(code: str, name: str, wrong: str, right: str, flavors: tuple[str, ...] = ALL) -> Fault:
    """A variable of db2 that can be set while the applier stands still."""

    def around(value: str) -> str:
        return f"STOP {{R}} SQL_THREAD; SET GLOBAL {name} = {value}; START {{R}} SQL_THREAD"

    return Fault(code, "db2", around(wrong), around(right), flavors)


def channel(
    code: str,
    wrong: str,
    right: str,
    flavors: tuple[str, ...] = ALL,
    peer_after: Steps = (),
    peer_undo: Steps = (),
    wish: Mapping[str, object] | None = None,
) -> Fault:
    """A setting of the channel of db2, changed while everything that it received is applied."""

    def around(value: str) -> str:
        return "STOP {R}; {change}_" + value + "; START {R}"

    return Fault(
        code,
        "db2",
        around(wrong),
        around(right),
        flavors,
        peer_after=peer_after,
        peer_undo=peer_undo,
        wish=wish or {},
    )


def file(code: str, member: str, path: str, command: str, flavors: tuple[str, ...] = ALL) -> Fault:
    """A file that reads differently; the server is not restarted."""
    return Fault(code, member, f"$cp -p {path} /root/kept && {command}", f"$cp -p /root/kept {path}", flavors)


def restart(code: str, options: str, flavors: tuple[str, ...] = ALL, before: str = "", peer_undo: Steps = ()) -> Fault:
    """Options that db2 is restarted with."""
    path = "{folder}/zzz-fault.cnf"
    return Fault(
        code,
        "db2",
        f"$set -e; {before}\nprintf '[mysqld]\\n%s\\n' {options} > {path}; systemctl restart {{unit}}",
        f"$rm -f {path}; systemctl restart {{unit}}",
        flavors,
        peer_undo=peer_undo,
    )
