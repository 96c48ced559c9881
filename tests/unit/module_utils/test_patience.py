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
from ansible_collections.twoway.mysql.plugins.module_utils._patience import commits_at_once, restore_patience


class Server:
    """A server with semi-synchronous replication, and what of it is asked and set here."""

    dialect = dialect_for(parse_version("11.8.9-MariaDB"))

    def __init__(self, timeout_ms: int, enabled: str = "ON") -> None:
        self.values = {"timeout": str(timeout_ms), "enabled": enabled}
        self.is_locked = False

    def query(self, statement: Statement, _action: str) -> list[dict[str, str]]:
        verb, _space, rest = statement.text.partition(" GLOBAL ")
        if verb == "SHOW":
            part = rest.strip("'").rpartition("_")[2]
            return [{"Variable_name": rest, "Value": self.values[part]}]
        for setting in rest.split(", GLOBAL "):
            name, _equals, value = setting.partition(" = ")
            self.values[name.rpartition("_")[2]] = value
        return []

    def value(self, statement: Statement, _action: str) -> int:
        is_free, self.is_locked = not self.is_locked, "GET_LOCK" in statement.text
        return int(is_free)


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


def test_after_a_kill_the_keeper_restores_it(note: Path) -> None:
    server = killed_in_between(note)
    assert server.values["timeout"] == "1"
    restore_patience(server, str(note))
    assert server.values["timeout"] == "3000"
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
