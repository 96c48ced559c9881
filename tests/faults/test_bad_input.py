"""What cannot work is refused with one clear error, before anything is changed on any member, or is taken back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field

import labkit
import pair
import playbook
import pytest

Finding = tuple[str, str | None]

_LISTED = re.compile(r"^\s+([A-Z][A-Z_]+)(?: on (\S+?))?: ", re.MULTILINE)
_BOTH = ("db1", "db2")
_STRANGE_PASSWORD = """'"\\%;#{{ é"""


@contextmanager
def as_it_is(_flavor: str) -> Iterator[None]:
    """The members as they are."""
    yield


@contextmanager
def cut_off(_flavor: str) -> Iterator[None]:
    """Nobody reaches db2."""
    labkit.cut("db2")
    try:
        yield
    finally:
        labkit.heal()


@contextmanager
def done(command: str, undo: str) -> Iterator[None]:
    """Something is done to db2, and undone afterwards."""
    labkit.shell("db2", command)
    try:
        yield
    finally:
        labkit.shell("db2", undo)


def foreign_filter(flavor: str) -> AbstractContextManager[None]:
    """An option file of db2 has a filter that nobody wishes."""
    path = f"/etc/mysql/{labkit.FLAVORS[flavor].client}.conf.d/50-site.cnf"
    return done(f"printf '[mysqld]\\nbinlog_do_db = shop\\n' > {path}", f"rm {path}")


def name_of_loopback(_flavor: str) -> AbstractContextManager[None]:
    """db2 takes a name of its own for loopback, as Debian writes it."""
    add = "cp /etc/hosts /root/kept && echo '127.0.1.1 db2.invalid' >> /etc/hosts"
    return done(add, "cat /root/kept > /etc/hosts")


def old_program(flavor: str) -> AbstractContextManager[None]:
    """The server program that db2 finds first is older than any that is supported."""
    old = {"mysql": ("mysqld", "mysqld  Ver 5.6.24 for Linux on x86_64 (MySQL Community Server (GPL))")}
    name, version = old.get(flavor, ("mariadbd", "mariadbd  Ver 10.3.39-MariaDB for debian-linux-gnu on x86_64"))
    path = f"/usr/local/sbin/{name}"
    return done(f"printf '%s\\n' '#!/bin/sh' \"echo '{version}'\" > {path} && chmod 755 {path}", f"rm {path}")


@contextmanager
def full_disk(flavor: str) -> Iterator[None]:
    """The file system of db2's data has less than a megabyte left."""
    unit = labkit.FLAVORS[flavor].unit
    labkit.shell(
        "db2",
        f"""set -e
        systemctl stop {unit}
        mount -t tmpfs -o size=1g tmpfs /mnt
        cp -a /var/lib/mysql/. /mnt/
        chown mysql:mysql /mnt
        mount --bind /mnt /var/lib/mysql
        systemctl start {unit}
        # Filled up and then let go: the server takes space of its own meanwhile, so none can be counted beforehand.
        ! head --bytes 2G /dev/zero 2>/dev/null > /var/lib/mysql/ballast
        truncate --size -900K /var/lib/mysql/ballast""",
    )
    try:
        yield
    finally:
        labkit.shell("db2", f"systemctl stop {unit}; umount /var/lib/mysql /mnt; systemctl start {unit}")


@contextmanager
def other_flavor(flavor: str) -> Iterator[None]:
    """db2 has a server of the other flavor."""
    labkit.up("mariadb" if flavor == "mysql" else "mysql", image="server", members=["db2"])
    try:
        yield
    finally:
        labkit.up(flavor, image="server", members=["db2"])


@dataclass(frozen=True)
class Case:
    """An input, and what has to be said about it.

    :ivar findings: all findings that stand against it, with the member that each names.
    """

    name: str
    variables: playbook.Variables = field(default_factory=dict)
    findings: frozenset[Finding] = frozenset()
    situation: Callable[[str], AbstractContextManager[None]] = as_it_is
    flavors: tuple[str, ...] = tuple(labkit.FLAVORS)


def on_db2(value: str, otherwise: str) -> str:
    """A variable's value that db2 alone has."""
    return f"{{{{ {value} if inventory_hostname == 'db2' else {otherwise} }}}}"


def found(code: str, *members: str | None) -> frozenset[Finding]:
    """The finding on each of these members; without a member, that of the pair."""
    return frozenset((code, member) for member in members or (None,))


_LOGIN = "{'login_user': 'nobody', 'login_password': 'wrong'}"
_TLS = "{'ca': '/etc/hostname', 'cert': '/etc/ssl/none.pem', 'key': '/etc/ssl/none.pem'}"
_UNUSED_ADDRESS = labkit.address("db1").rpartition(".")[0] + ".99"

CASES = [
    Case("same member twice", {"pair_members": ["db1", "db1"]}, found("PAIR_MEMBERS_INVALID")),
    Case("one member", {"pair_members": ["db1"]}, found("PAIR_MEMBERS_INVALID")),
    Case("three members", {"pair_members": ["db1", "db2", "db3"]}, found("PAIR_MEMBERS_INVALID")),
    Case("equal server ids", {"mysql_server_id": 7}, found("DUPLICATE_SERVER_ID")),
    Case(
        "peer's address that nobody has",
        {"pair_address": on_db2(repr(_UNUSED_ADDRESS), "ansible_host")},
        found("PEER_UNREACHABLE", "db1") | found("BIND_ADDRESS_UNUSABLE", "db2"),
    ),
    Case(
        "name that is loopback on its member",
        {"pair_address": on_db2("'db2.invalid'", "ansible_host")},
        # Nobody else knows the name.
        found("PEER_UNREACHABLE", "db1") | found("BIND_ADDRESS_UNUSABLE", "db2"),
        situation=name_of_loopback,
    ),
    Case(
        "member that Ansible cannot reach",
        {},
        # Its peer does not reach it either.
        found("MEMBER_NOT_ASKED", "db2") | found("PEER_UNREACHABLE", "db1"),
        situation=cut_off,
    ),
    Case("wrong login", {"pair_login": on_db2(_LOGIN, "{}")}, found("LOGIN_FAILED", "db2")),
    Case("wrong TLS files", {"pair_tls": on_db2(_TLS, "{}")}, found("TLS_FILE_UNUSABLE", "db2")),
    Case("password of 33 characters", {"pair_replication_password": "x" * 33}, found("PASSWORD_UNUSABLE")),
    Case("empty password", {"pair_replication_password": ""}, found("PASSWORD_UNUSABLE")),
    Case("password with a line break", {"pair_replication_password": "two\nlines"}, found("PASSWORD_UNUSABLE")),
    Case("unknown option", {"mysql_server_options": {"no_such_option": 1}}, found("OPTIONS_REJECTED", *_BOTH)),
    Case("unsupported version", {}, found("VERSION_UNSUPPORTED", "db2"), situation=old_program),
    Case("filter with a quote", {"mysql_server_binlog_do_db": ["wiki'db"]}, found("FILTER_NAME_INVALID", *_BOTH)),
    Case("filter of another file", {}, found("FILTERS_ELSEWHERE", "db2"), situation=foreign_filter),
    Case(
        "binary log off, restart forbidden",
        {"mysql_server_restart": False},
        found("RESTART_FORBIDDEN", *_BOTH),
        flavors=("mariadb", "mariadb-lts"),
    ),
    Case("disk too small", {}, found("DISK_TOO_SMALL", "db2"), situation=full_disk),
    Case("MySQL with MariaDB", {}, found("FLAVORS_DIFFER"), situation=other_flavor),
]


@pytest.fixture(scope="module")
def members(flavor: str) -> str:
    """Stock servers, db1 with data; the name of their flavor."""
    labkit.up(flavor, image="server", fresh=True)
    labkit.load_wikidb("db1")
    return flavor


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_is_refused(members: str, case: Case) -> None:
    if members not in case.flavors:
        pytest.skip(f"cannot be on {members}")
    with ExitStack() as stack:
        stack.enter_context(case.situation(members))
        before = {member: pair.fingerprint(member) for member in _BOTH}
        done = playbook.run(variables=case.variables)
        after = {member: pair.fingerprint(member) for member in _BOTH}
    assert done.exit_code != 0, done.output
    for member in _BOTH:
        assert pair.different_lines(before[member], after[member]) == [], done.output
    listed = frozenset((code, name or None) for message in done.errors for code, name in _LISTED.findall(message))
    assert listed == case.findings, done.output


def test_strange_password_works(members: str) -> None:
    quoted = _STRANGE_PASSWORD.replace("'", "''")
    variables = f"pair_replication_password: !unsafe '{quoted}'\n"
    first = playbook.run(variables=variables)
    assert first.exit_code == 0, first.output
    assert [pair.channel_threads(member) for member in _BOTH] == [["Yes", "Yes"]] * 2
    second = playbook.run(variables=variables)
    assert (second.exit_code, second.changes) == (0, []), second.output


@pytest.mark.long
def test_an_option_file_the_server_does_not_start_with_is_taken_back(flavor: str) -> None:
    """Its program has nothing against the size of a page; the data have another."""
    labkit.up(flavor, image="server", fresh=True)
    unit, folder = labkit.FLAVORS[flavor].unit, {"mysql": "mysql.conf.d/zz", "mariadb": "mariadb.conf.d/99"}
    path = f"/etc/mysql/{folder[labkit.FLAVORS[flavor].client]}-twoway.cnf"
    look = f"systemctl is-active {unit}; cat {path} 2>&1"
    bad = {"mysql_server_options": {"innodb_page_size": 8192}}
    first = playbook.run(variables=bad)
    assert first.exit_code != 0, first.output
    assert "did not start with" in first.output
    for member in _BOTH:
        assert labkit.shell(member, look, check=False).stdout.split("\n")[0] == "active"
        assert "No such file" in labkit.shell(member, look, check=False).stdout
    good = playbook.run()
    assert good.exit_code == 0, good.output
    before = {member: labkit.shell(member, look).stdout for member in _BOTH}
    second = playbook.run(variables=bad)
    assert second.exit_code != 0, second.output
    assert {member: labkit.shell(member, look).stdout for member in _BOTH} == before
    again = playbook.run()
    assert again.exit_code == 0, again.output


@pytest.mark.long
def test_an_option_file_that_a_killed_run_has_left_is_taken_back(flavor: str) -> None:
    """Nothing is new in it for the next run, which finds the server up, or down."""
    unit, bad = labkit.FLAVORS[flavor].unit, {"mysql_server_options": {"innodb_page_size": 8192}}
    files = "cat /etc/mysql/*.conf.d/*-twoway.cnf"
    before = {member: labkit.shell(member, files).stdout for member in _BOTH}
    task = "twoway.mysql.mysql_server : Restart | Server"
    killed = playbook.run(variables=bad, FAULT_TASK=task)
    assert killed.exit_code == -9, killed.output
    assert all("8192" in labkit.shell(member, files).stdout for member in _BOTH)
    again = playbook.run(variables=bad)
    assert again.exit_code != 0, again.output
    assert "It runs with the options that it worked with before again" in " ".join(again.output.split())
    assert {member: labkit.shell(member, files).stdout for member in _BOTH} == before
    assert all(labkit.shell(member, ["systemctl", "is-active", unit]).stdout == "active\n" for member in _BOTH)
    killed = playbook.run(variables=bad, FAULT_TASK=task)
    assert killed.exit_code == -9, killed.output
    labkit.shell("db2", f"systemctl restart {unit}", check=False)
    assert labkit.shell("db2", f"systemctl is-active {unit}", check=False).stdout != "active\n"
    done = playbook.run()
    assert done.exit_code == 0, done.output
    assert "which an interrupted run may have left" in " ".join(done.output.split())
    assert {member: labkit.shell(member, files).stdout for member in _BOTH} == before
    last = playbook.run()
    assert (last.exit_code, last.changes) == (0, []), last.output
