"""All sessions see one moment, and the place is that of this moment, whatever the server commits meanwhile."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _hold, _moment
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused

_STAGES = ("logged", "committed", "executed")


class Server:
    """A MySQL that takes its transactions through the stages of a commit while it answers.

    :ivar pace: how many stages it gets on before each answer.
    """

    def __init__(self, pace: Iterator[int], gtid_mode: str = "ON", long_statements: int = 0) -> None:
        self.pace = pace
        self.gtid_mode = gtid_mode
        self.long_statements = long_statements
        self.is_held = False
        self.locks = 0
        self.counts = dict.fromkeys(_STAGES, 0)

    def go_on(self) -> None:
        for _stage in range(next(self.pace)):
            if self.counts["executed"] < self.counts["committed"]:
                self.counts["executed"] += 1
            elif self.counts["committed"] < self.counts["logged"]:
                self.counts["committed"] += 1
            elif not self.is_held:
                self.counts["logged"] += 1

    def set_held(self, is_held: bool) -> None:
        self.is_held = is_held
        self.locks += is_held
        while is_held and self.counts["executed"] < self.counts["logged"]:
            self.go_on()


class Session:
    """A session on the simulated server, with as many transactions as its snapshot sees."""

    dialect = dialect_for(parse_version("9.7.4"))

    def __init__(self, server: Server) -> None:
        self.server = server
        self.seen: int | None = None
        self.idle: int | None = None

    def limit_idleness(self, seconds: int | None = None) -> None:
        assert not self.server.is_held, "nothing else is asked while commits are held"
        self.idle = seconds

    def query(self, statement: Statement, _action: str) -> list[dict[str, Any]]:
        self.server.go_on()
        counts, text = self.server.counts, statement.text
        if text.startswith("START TRANSACTION"):
            self.seen = counts["committed"]
        elif text.startswith("FLUSH TABLES"):
            assert self.idle is not None and self.idle <= 10, "a host that is gone would hold the commits"
            self.server.set_held(True)
        elif text == "UNLOCK TABLES":
            self.server.set_held(False)
        elif text.startswith("SHOW BINARY LOG"):
            place = {"File": "b.1", "Position": counts["logged"], "Executed_Gtid_Set": f"u:1-{counts['executed']}"}
            return [{**place, "Binlog_Do_DB": "", "Binlog_Ignore_DB": ""}]
        elif "PROCESSLIST" in text:
            return [{"id": 7, "user": "report", "seconds": 90, "state": "executing"}] * self.server.long_statements
        return []

    def value(self, statement: Statement, _action: str) -> Any:
        self.server.go_on()
        if "gtid_owned" in statement.text:
            return "u:7" if self.server.counts["logged"] > self.server.counts["executed"] else ""
        return 1

    def variables(self) -> dict[str, str]:
        return {"log_bin": "ON", "gtid_mode": self.server.gtid_mode}

    def close(self) -> None:
        """There is nothing to give back."""


def pace_of(seed: int, share: float) -> Iterator[int]:
    """How many stages a server gets on each time: none but for a share of the times."""
    source = random.Random(seed)
    while True:
        yield source.randint(1, 5) if source.random() < share else 0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let time go by without waiting: a second for each look at the clock."""
    seconds = iter(range(100_000))
    monkeypatch.setattr(_moment.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(_moment.time, "monotonic", lambda: float(next(seconds)))


def take(server: Server, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Session], _moment.Moment]:
    monkeypatch.setattr(_hold, "connect", lambda _login: Session(server))
    sessions = [Session(server) for _number in range(3)]
    return sessions, _moment.begin_snapshots(Session(server), Login(), sessions, 2.0, 60.0)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(50))
def test_one_moment(seed: int, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions, moment = take(Server(pace_of(seed, share)), monkeypatch)
    assert {session.seen for session in sessions} == {moment.place.position}
    assert moment.gtid == f"u:1-{moment.place.position}"


def test_quiet_server_is_not_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(pace_of(1, 0), long_statements=1)
    _sessions, moment = take(server, monkeypatch)
    assert (server.locks, moment.lock_ms) == (0, 0)


def test_busy_server_is_locked_and_released(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(pace_of(1, 1))
    _sessions, moment = take(server, monkeypatch)
    assert (server.locks, server.is_held) == (1, False)
    assert moment.lock_ms > 0


def test_without_gtids_the_lock_comes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(pace_of(1, 0), gtid_mode="OFF")
    take(server, monkeypatch)
    assert server.locks == 1


def test_busy_server_with_a_long_statement_is_not_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(pace_of(1, 1), long_statements=1)
    with pytest.raises(Refused, match="session 7 of report"):
        take(server, monkeypatch)
    assert server.locks == 0
