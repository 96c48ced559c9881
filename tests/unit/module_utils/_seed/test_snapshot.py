"""All sessions see one moment, and the coordinates are those of that moment, whatever the donor commits meanwhile."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused
from ansible_collections.twoway.mysql.plugins.module_utils._seed import hold, snapshot

_STAGES = ("logged", "committed", "executed")


class Donor:
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
    """A session on the simulated donor, with as many transactions as its snapshot sees."""

    dialect = dialect_for(parse_version("9.7.4"))

    def __init__(self, donor: Donor) -> None:
        self.donor = donor
        self.seen: int | None = None
        self.is_closed = False

    def query(self, statement: Statement, _action: str) -> list[dict[str, Any]]:
        self.donor.go_on()
        counts, text = self.donor.counts, statement.text
        if text.startswith("START TRANSACTION"):
            self.seen = counts["committed"]
        elif text.startswith("FLUSH TABLES"):
            self.donor.set_held(True)
        elif text == "UNLOCK TABLES":
            self.donor.set_held(False)
        elif text.startswith("SHOW BINARY LOG"):
            place = {"File": "b.1", "Position": counts["logged"], "Executed_Gtid_Set": f"u:1-{counts['executed']}"}
            return [{**place, "Binlog_Do_DB": "", "Binlog_Ignore_DB": ""}]
        elif "PROCESSLIST" in text:
            return [{"id": 7, "user": "report", "seconds": 90, "state": "executing"}] * self.donor.long_statements
        return []

    def value(self, statement: Statement, _action: str) -> Any:
        self.donor.go_on()
        if "gtid_owned" in statement.text:
            return "u:7" if self.donor.counts["logged"] > self.donor.counts["executed"] else ""
        return 1

    def variables(self) -> dict[str, str]:
        return {"log_bin": "ON", "gtid_mode": self.donor.gtid_mode}

    def limit_silence(self, seconds: float) -> None:
        assert seconds > 0

    def close(self) -> None:
        self.is_closed = True


def pace_of(seed: int, share: float) -> Iterator[int]:
    """How many stages a donor gets on each time: none but for a share of the times."""
    source = random.Random(seed)
    while True:
        yield source.randint(1, 5) if source.random() < share else 0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let time go by without waiting: a second for each look at the clock."""
    seconds = iter(range(100_000))
    monkeypatch.setattr(snapshot.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(snapshot.time, "monotonic", lambda: float(next(seconds)))


def take(donor: Donor, monkeypatch: pytest.MonkeyPatch) -> snapshot.Snapshot:
    for module in (snapshot, hold):
        monkeypatch.setattr(module, "connect", lambda _login: Session(donor))
    return snapshot.Snapshot(Login(), 3, 2.0)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(50))
def test_one_moment(seed: int, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = take(Donor(pace_of(seed, share)), monkeypatch)
    seen = {session.seen for session in taken.sessions}
    assert seen == {taken.coordinates["position"]}
    assert taken.coordinates["gtid"] == f"u:1-{taken.coordinates['position']}"


def test_quiet_donor_is_not_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    donor = Donor(pace_of(1, 0), long_statements=1)
    taken = take(donor, monkeypatch)
    assert (donor.locks, taken.lock_ms) == (0, 0)


def test_busy_donor_is_locked_and_released(monkeypatch: pytest.MonkeyPatch) -> None:
    donor = Donor(pace_of(1, 1))
    taken = take(donor, monkeypatch)
    assert (donor.locks, donor.is_held) == (1, False)
    assert taken.lock_ms > 0


def test_without_gtids_the_lock_comes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    donor = Donor(pace_of(1, 0), gtid_mode="OFF")
    take(donor, monkeypatch)
    assert donor.locks == 1


def test_busy_donor_with_a_long_statement_is_not_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    donor = Donor(pace_of(1, 1), long_statements=1)
    with pytest.raises(Refused, match="session 7 of report"):
        take(donor, monkeypatch)
    assert donor.locks == 0
