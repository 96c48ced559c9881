"""Commits that wait for no replica for a while, and what becomes of that when somebody is killed meanwhile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _patience
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._patience import (
    commits_at_once,
    has_given_up,
    restore_patience,
    wait_again,
)

_PREFIXES = ("rpl_semi_sync_master_", "rpl_semi_sync_source_")
_MYSQL = dialect_for(parse_version("9.7.4"))


class Server:
    """A server with semi-synchronous replication, and what of it is asked and set here.

    :ivar waiting: how many commits wait for a replica.
    :ivar switched_off: the variables that were 0 for a while, in that order.
    :ivar has_ended_sessions: whether the sessions of replicas were ended.
    """

    dialect = dialect_for(parse_version("11.8.9-MariaDB"))

    def __init__(self, timeout_ms: int, enabled: str = "ON", clients: int = 0, waiting: int = 0) -> None:
        self.values = {"timeout": str(timeout_ms), "enabled": enabled, "wait_no_slave": "ON", "clients": str(clients)}
        self.values["wait_no_replica"] = "ON"
        self.status = "OFF"
        self.waiting = waiting
        self.switched_off: list[str] = []
        self.has_ended_sessions = False
        self.is_locked = False

    def query(self, statement: Statement, _action: str) -> list[dict[str, str]]:
        if statement == self.dialect.end_sessions_of_replicas():
            self.has_ended_sessions = True
            return []
        verb, _space, rest = statement.text.partition(" GLOBAL ")
        if verb == "SHOW":
            name = rest.partition("LIKE ")[2].strip("'")
            values = {**self.values, "wait_sessions": str(self.waiting), "status": self.status}
            return [{"Variable_name": name, "Value": values[part_of(name)]}]
        for setting in rest.split(", GLOBAL "):
            name, _equals, value = setting.partition(" = ")
            self.values[part_of(name)] = value
            if value == "0":
                self.switch_off(part_of(name))
        return []

    def switch_off(self, part: str) -> None:
        self.switched_off.append(part)
        if part == "enabled" or self.values["clients"] == "0":
            self.waiting = 0

    def value(self, statement: Statement, _action: str) -> int:
        is_free, self.is_locked = not self.is_locked, "GET_LOCK" in statement.text
        return int(is_free)


def part_of(name: str) -> str:
    """Return a variable's name without what all of them begin with."""
    assert name.startswith(_PREFIXES)
    return name[len(_PREFIXES[0]) :]


@pytest.fixture
def note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "patience-3306.json"
    monkeypatch.setattr(_patience, "state_path", lambda _session, _name: str(path))
    return path


def killed_in_between(note: Path) -> Any:
    """A server as somebody leaves it who is killed while commits wait for nobody; the lock is gone as well."""
    server: Any = Server(3000)
    with commits_at_once(server):
        left = note.read_text("utf-8")
    note.write_text(left, encoding="utf-8")
    server.values["timeout"] = "1"
    return server


def test_nothing_is_left_of_it(note: Path) -> None:
    server: Any = Server(3000)
    with commits_at_once(server):
        assert server.values["timeout"] == "1"
        assert json.loads(note.read_text("utf-8")) == {"timeout_ms": 3000}
    assert server.values["timeout"] == "3000"
    assert not note.exists()
    assert not server.is_locked


def test_commits_that_wait_for_nobody_anyway_are_left_alone(note: Path) -> None:
    server: Any = Server(3000, "OFF")
    with commits_at_once(server):
        assert server.values["timeout"] == "3000"
    assert not note.exists()


@pytest.mark.parametrize(
    ("clients", "switched_off"),
    [
        (0, ["wait_no_slave"]),
        # A replica that is gone counts as connected until the server notices.
        (1, ["wait_no_slave", "enabled"]),
    ],
)
def test_commits_that_wait_already_are_let_go(note: Path, clients: int, switched_off: list[str]) -> None:
    server: Any = Server(3000, clients=clients, waiting=3)
    with commits_at_once(server):
        assert (server.waiting, server.switched_off) == (0, switched_off)
        assert server.has_ended_sessions is bool(clients)
        assert server.values["wait_no_slave"] == "1"
        assert server.values["enabled"] in ("ON", "1")


def test_after_a_kill_the_keeper_restores_it(note: Path) -> None:
    server = killed_in_between(note)
    assert server.values["timeout"] == "1"
    restore_patience(server, str(note))
    assert server.values["timeout"] == "3000"
    assert not note.exists()


def test_a_server_that_has_no_such_patience_any_more_is_left_alone(note: Path) -> None:
    """An error at each look would keep the keeper from everything else."""

    class Without(Server):
        def query(self, statement: Statement, _action: str) -> list[dict[str, str]]:
            assert statement.text.startswith("SHOW ")
            return []

    note.write_text('{"timeout_ms": 3000}', encoding="utf-8")
    server: Any = Without(0)
    restore_patience(server, str(note))
    assert not note.exists()


def test_after_a_kill_another_run_restores_it(note: Path) -> None:
    server = killed_in_between(note)
    with commits_at_once(server):
        assert server.values["timeout"] == "1"
    assert server.values["timeout"] == "3000"
    assert not note.exists()


def test_what_was_set_since_the_kill_counts(note: Path) -> None:
    server = killed_in_between(note)
    server.values["timeout"] = "500"
    restore_patience(server, str(note))
    assert server.values["timeout"] == "500"
    assert not note.exists()


def test_the_keeper_waits_for_whoever_is_at_it(note: Path) -> None:
    server: Any = Server(3000)
    with commits_at_once(server):
        restore_patience(server, str(note))
        assert server.values["timeout"] == "1"
        server.is_locked = True
    assert server.values["timeout"] == "3000"


def test_a_full_disk_keeps_nobody_from_the_writes(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_patience, "write_state", fail)
    server: Any = Server(3000)
    with commits_at_once(server):
        assert server.values["timeout"] == "1"
    assert server.values["timeout"] == "3000"


@pytest.mark.parametrize(
    ("status", "clients", "enabled", "told"),
    [("OFF", 1, "ON", True), ("ON", 1, "ON", False), ("OFF", 0, "ON", False), ("OFF", 1, "OFF", False)],
)
def test_given_up(status: str, clients: int, enabled: str, told: bool) -> None:
    server: Any = Server(3000, enabled=enabled, clients=clients)
    server.status = status
    assert has_given_up(server) is False
    server.dialect = _MYSQL
    assert has_given_up(server) is told


def test_wait_again() -> None:
    server: Any = Server(3000, clients=1)
    server.dialect = _MYSQL
    wait_again(server)
    assert (server.switched_off, server.values["wait_no_replica"]) == (["wait_no_replica"], "1")
