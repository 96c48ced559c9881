"""Which differences count, over several points."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._compare import verdict
from ansible_collections.twoway.mysql.plugins.module_utils._compare.chunks import Chunk, Place
from ansible_collections.twoway.mysql.plugins.module_utils._compare.columns import Column
from ansible_collections.twoway.mysql.plugins.module_utils._compare.result import TableResult
from ansible_collections.twoway.mysql.plugins.module_utils._compare.rows import Seen
from ansible_collections.twoway.mysql.plugins.module_utils._compare.tables import Table, share
from ansible_collections.twoway.mysql.plugins.module_utils._errors import ServerError

ID = Column("id", "int", nullable=False)
TABLE = share(Table(("s", "t"), (ID,), (ID,), "PRIMARY"), Table(("s", "t"), (ID,), (ID,), "PRIMARY"))
OLD, NEW = Seen(1, 2), Seen(3, 2)


class Points:
    """A synchronizer whose points are counted."""

    def __init__(self) -> None:
        self.made = 0

    @contextmanager
    def point(self, _lane: Any) -> Iterator[None]:
        self.made += 1
        yield


def judged(
    monkeypatch: pytest.MonkeyPatch, looks: list[dict[Place, Seen]], takes_writes: bool, is_received: bool = True
) -> Any:
    """Return the result, the number of points and of exchanges, when one chunk shows this look after look."""
    points, exchanges, told = Points(), [], []

    def differing_rows(_lane: Any, _chunk: Chunk) -> Iterator[tuple[Place, Seen]]:
        yield from looks[min(points.made, len(looks)) - 1].items()

    monkeypatch.setattr(verdict, "differing_rows", differing_rows)
    result = TableResult(("s", "t"))
    details: list[Any] = [lambda _lane, _table, found: told.extend(found)]
    anything: Any = points
    judge = verdict.Judge(anything, anything, {("s", "t"): result}, details, takes_writes)

    def exchange() -> bool:
        exchanges.append(points.made)
        return is_received

    judge.decide([Chunk(TABLE)], exchange)
    return result, points.made, exchanges, told


def test_a_table_that_is_altered_at_a_point_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(_lane: Any, _chunk: Chunk) -> Iterator[tuple[Place, Seen]]:
        raise ServerError("compute a checksum", 1412, "HY000", "Table definition has changed")

    anything: Any = Points()
    monkeypatch.setattr(verdict, "differing_rows", changed)
    result = TableResult(("s", "t"), source_rows=5, replica_rows=5)
    judge = verdict.Judge(anything, anything, {("s", "t"): result}, [], takes_writes=False)
    judge.decide([Chunk(TABLE)], lambda: True)
    assert (result.result, result.source_rows, verdict.is_equal([result])) == ("unknown", None, None)


def test_a_row_that_was_on_its_way_is_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    result, points, exchanges, told = judged(monkeypatch, [{}], takes_writes=False)
    assert (result.result, points, exchanges, told) == ("equal", 1, [], [])


def test_a_row_that_differs_in_the_same_way_twice_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    result, points, exchanges, told = judged(monkeypatch, [{(7,): OLD}, {(7,): OLD}], takes_writes=True)
    assert result.differing == {(7,): OLD}
    assert (points, exchanges, told) == (2, [1], [(7,)])


def test_a_row_of_the_replica_that_arrives_in_between_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    result, *_rest = judged(monkeypatch, [{(7,): OLD, (8,): OLD}, {(8,): OLD}], takes_writes=True)
    assert result.differing == {(8,): OLD}


def test_what_the_source_does_not_receive_is_no_difference_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    result, points, *_rest = judged(monkeypatch, [{(7,): OLD}], takes_writes=True, is_received=False)
    assert (result.result, result.differing, points) == ("unknown", {}, 1)
    assert "does not receive" in result.reason


def test_that_is_nothing_to_a_replica_that_does_not_write(monkeypatch: pytest.MonkeyPatch) -> None:
    result, *_rest = judged(monkeypatch, [{(7,): OLD}], takes_writes=False, is_received=False)
    assert result.differing == {(7,): OLD}


def test_a_row_that_goes_on_changing_is_unknown_where_the_replica_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [{(7,): OLD}, {(7,): NEW}] * 5
    result, points, *_rest = judged(monkeypatch, looks, takes_writes=True)
    assert (result.result, result.differing, points) == ("unknown", {}, 5)


def test_it_is_a_difference_where_nobody_writes_on_the_replica(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [{(7,): OLD}, {(7,): NEW}] * 5
    result, *_rest = judged(monkeypatch, looks, takes_writes=False)
    assert (result.result, list(result.differing)) == ("different", [(7,)])


def test_a_certain_row_is_told_once_while_another_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [{(7,): OLD, (8,): OLD}, {(7,): OLD, (8,): NEW}, {(7,): OLD, (8,): NEW}]
    result, points, _exchanges, told = judged(monkeypatch, looks, takes_writes=True)
    assert result.differing == {(7,): OLD, (8,): NEW}
    assert told == [(7,), (8,)]
    assert points == 3
