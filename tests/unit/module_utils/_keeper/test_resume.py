"""When a source that gave up waiting for its replica begins again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import resume
from ansible_collections.twoway.mysql.plugins.module_utils._keeper.resume import AGAIN_SECONDS, CLOSE_SECONDS, Resume

_TICK_SECONDS = 0.4


def at(position: str) -> Any:
    """A session whose server has everything up to there."""
    dialect = dialect_for(parse_version("11.8.9-MariaDB"))
    return SimpleNamespace(dialect=dialect, query=lambda _statement, _action: [{"written": position, "applied": ""}])


class Ticks:
    """The looks of a keeper, one after the other, and how often its server was told to wait again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._resume = Resume()
        self._now = 1000.0
        self.begun = 0
        self.has_given_up = True
        monkeypatch.setattr(resume.time, "monotonic", lambda: self._now)
        monkeypatch.setattr(resume, "has_given_up", lambda _own: self.has_given_up)
        monkeypatch.setattr(resume, "wait_again", self._wait_again)

    def _wait_again(self, _own: Any) -> None:
        self.begun += 1

    def look(self, own: str, peer: str | None, seconds: float = _TICK_SECONDS) -> bool:
        """One look at both, so long after the one before."""
        self._now += seconds
        if peer:
            self._resume.see_peer(at(peer))
        return self._resume.see_own(at(own))


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    return Ticks(monkeypatch)


def test_peer_that_is_always_a_little_behind(ticks: Ticks) -> None:
    assert [ticks.look("1-1-100", "1-1-95"), ticks.look("1-1-200", "1-1-190")] == [False, True]
    assert ticks.begun == 1


def test_peer_that_is_far_behind(ticks: Ticks) -> None:
    assert not any(ticks.look(f"1-1-{number}00", f"1-1-{number}") for number in range(1, 9))


def test_peer_that_does_not_answer(ticks: Ticks) -> None:
    assert not any(ticks.look("1-1-100", None) for _number in range(5))


def test_looks_that_are_far_apart_tell_nothing(ticks: Ticks) -> None:
    assert not any(ticks.look("1-1-100", "1-1-100", CLOSE_SECONDS) for _number in range(5))


def test_source_that_waits(ticks: Ticks) -> None:
    ticks.has_given_up = False
    assert not any(ticks.look("1-1-100", "1-1-100") for _number in range(5))


def test_source_that_gives_up_again_is_left_alone_for_a_while(ticks: Ticks) -> None:
    assert any(ticks.look("1-1-100", "1-1-100") for _number in range(2))
    assert not any(ticks.look("1-1-100", "1-1-100") for _number in range(int(AGAIN_SECONDS / _TICK_SECONDS) - 1))
    assert any(ticks.look("1-1-100", "1-1-100") for _number in range(4))
