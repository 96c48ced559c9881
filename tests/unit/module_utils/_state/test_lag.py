"""How far a replica is behind: what is known is never more than what was seen, and unknown is no number."""

from __future__ import annotations

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._state import lag
from ansible_collections.twoway.mysql.plugins.module_utils._state.lag import Progress, describe_lag

UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562"
GTIDS = {"set": lambda count: f"{UUID}:1-{count}", "position": lambda count: f"1-1-{count},2-2-7"}

pytestmark = pytest.mark.parametrize("kind", GTIDS)


def told(progress: Progress, now: float, reported: int | None = 0) -> tuple[float | None, bool, float | None]:
    found = describe_lag(progress.as_dict(now), reported, now)
    return found["lag_seconds"], found["lag_is_measured"], found["complete_until"]


def test_replica_that_follows(kind: str) -> None:
    progress = Progress()
    for second in range(1, 5):
        progress.see(second, 1, GTIDS[kind](second))
        progress.apply(second + 0.005, [GTIDS[kind](second), "2-2-7" if kind == "position" else ""])
    assert told(progress, 4.5) == (0.005, True, 4)


def test_replica_that_receives_nothing(kind: str) -> None:
    """The server calls that a lag of 0, or none at all."""
    progress = Progress()
    for second in range(1, 100):
        progress.see(second, 1, GTIDS[kind](second))
        progress.apply(second, [GTIDS[kind](min(second, 10))])
    assert told(progress, 99.5, None) == (89.5, True, 10)
    progress.apply(100, [GTIDS[kind](50)])
    assert told(progress, 100) == (50, True, 50)
    progress.apply(101, [GTIDS[kind](99)])
    assert told(progress, 101) == (2, True, 99)


def test_idle_source(kind: str) -> None:
    progress = Progress()
    for second in range(100):
        progress.see(second, 1, GTIDS[kind](7))
        progress.apply(second, [GTIDS[kind](7)])
    assert told(progress, 99.5) == (0, True, 99)


def test_replica_that_lacks_the_last_transaction_of_an_idle_source(kind: str) -> None:
    progress = Progress()
    progress.see(0, 1, GTIDS[kind](6))
    progress.apply(0, [GTIDS[kind](6)])
    for second in range(1, 100):
        progress.see(second, 1, GTIDS[kind](7))
        progress.apply(second, [GTIDS[kind](6)])
    assert told(progress, 99) == (99, True, 0)


def test_silent_source(kind: str) -> None:
    """It may be dead, or go on behind a network cut; its replica goes on with what it has received."""
    progress = Progress()
    progress.see(1, 1, GTIDS[kind](5))
    progress.apply(1, [GTIDS[kind](5)])
    progress.see(2, 1, GTIDS[kind](9))
    progress.apply(5, [GTIDS[kind](7)])
    assert told(progress, 6) == (5, True, 1)
    assert told(progress, 60) == (None, False, 1)
    progress.apply(60, [GTIDS[kind](9)])
    assert told(progress, 60) == (None, False, 2)


def test_what_was_measured_goes_on_after_a_restart_of_the_keeper(kind: str) -> None:
    progress = Progress()
    progress.see(1, 1, GTIDS[kind](5))
    progress.apply(1, [GTIDS[kind](5)])
    again = Progress(progress.as_dict(2))
    again.see(20, 1, GTIDS[kind](9))
    again.apply(20, [GTIDS[kind](5)])
    assert told(again, 20) == (19, True, 1)


def test_nothing_is_known_of_another_source(kind: str) -> None:
    progress = Progress()
    progress.see(1, 1, GTIDS[kind](5))
    progress.apply(1, [GTIDS[kind](5)])
    progress.see(2, 3, GTIDS[kind](5))
    progress.apply(2, [GTIDS[kind](4)])
    assert told(progress, 2, 4) == (4, False, None)


def test_source_that_was_seeded_anew(kind: str) -> None:
    """What it had before, and nobody else, is not waited for."""
    progress = Progress()
    progress.see(1, 1, GTIDS[kind](9))
    progress.apply(1, [GTIDS[kind](5)])
    progress.see(2, 1, GTIDS[kind](6))
    progress.apply(2, [GTIDS[kind](6)])
    assert told(progress, 2) == (0, True, 2)


def test_memory_is_bounded_and_the_answer_only_coarser(kind: str) -> None:
    progress = Progress()
    for second in range(1, 3 * lag._MOST_SAMPLES):
        progress.see(second, 1, GTIDS[kind](second))
    assert len(progress._waiting) <= lag._MOST_SAMPLES
    progress.apply(20000, [GTIDS[kind](9000)])
    until = progress.as_dict(20000)["complete_until"]
    assert 8990 < until <= 9000


def test_nobody_measures(kind: str) -> None:
    stale = Progress({"source_server_id": 1, "complete_until": 5.0, "seen_at": 5.0}).as_dict(5)
    assert describe_lag(stale, 3, 60)["lag_seconds"] == 3
    assert describe_lag(Progress().as_dict(60), None, 60)["lag_seconds"] is None


def test_clock_that_was_set_back(kind: str) -> None:
    progress = Progress()
    progress.see(3600, 1, GTIDS[kind](1))
    progress.apply(3600, [GTIDS[kind](1)])
    assert told(progress, 3600, 7) == (0, True, 3600)
    progress.see(1, 1, GTIDS[kind](2))
    progress.apply(1, [GTIDS[kind](1)])
    assert told(progress, 1, 7) == (7, False, None)
    progress.apply(3, [GTIDS[kind](2)])
    assert told(progress, 3, 7) == (2, True, 1)


def test_servers_of_two_kinds(kind: str) -> None:
    progress = Progress()
    progress.see(1, 1, GTIDS[kind](5))
    progress.apply(1, [GTIDS["set" if kind == "position" else "position"](5)])
    assert told(progress, 1, 0) == (0, False, None)
