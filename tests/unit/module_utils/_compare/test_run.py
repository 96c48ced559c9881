"""Chunks that are read on both members, and tables that change meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._compare import run
from ansible_collections.twoway.mysql.plugins.module_utils._compare.chunks import Checksum, Chunk
from ansible_collections.twoway.mysql.plugins.module_utils._compare.columns import Column
from ansible_collections.twoway.mysql.plugins.module_utils._compare.result import TableResult
from ansible_collections.twoway.mysql.plugins.module_utils._compare.tables import Shared, Table, share
from ansible_collections.twoway.mysql.plugins.module_utils._errors import ServerError

ID = Column("id", "int", nullable=False)


def table(name: str) -> Shared:
    return share(Table(("s", name), (ID,), (ID,), "PRIMARY"), Table(("s", name), (ID,), (ID,), "PRIMARY"))


class Lane:
    """Both members; what they say of a table may be an error."""

    def __init__(self, errors: dict[str, int]) -> None:
        self._errors = errors
        self.read: list[str] = []

    def checksums(self, chunk: Chunk) -> tuple[Checksum, Checksum]:
        name = chunk.table.name[1]
        self.read.append(name)
        if name in self._errors:
            raise ServerError("compute a checksum", self._errors[name], "42S02", "it is another one")
        return Checksum(3, 7), Checksum(3, 7)


def compared(monkeypatch: pytest.MonkeyPatch, lane: Any, names: list[str]) -> dict[str, TableResult]:
    """Return the results of tables of two chunks each."""

    def pieces(_session: Any, _table: Table, chunk: Chunk, _rows: int) -> Any:
        yield Chunk(chunk.table, None, (5,))
        yield Chunk(chunk.table, (5,), None)

    monkeypatch.setattr(run, "pieces", pieces)
    anything: Any = type("Throttle", (), {"wait": lambda _self: None})()
    results = {("s", name): TableResult(("s", name), source_rows=0, replica_rows=0) for name in names}
    chunks = run._chunks(anything, [table(name) for name in names], 1000, anything, results)
    assert run._suspects([lane], run._Feed(chunks), results) == []
    return {name[1]: result for name, result in results.items()}


@pytest.mark.parametrize("errno", [1049, 1054, 1146, 1176, 1412])
def test_a_table_that_changes_meanwhile_is_unknown_and_the_others_are_compared(
    monkeypatch: pytest.MonkeyPatch, errno: int
) -> None:
    lane = Lane({"b": errno})
    found = compared(monkeypatch, lane, ["a", "b", "c"])
    assert lane.read == ["a", "a", "b", "c", "c"]
    assert [(found[name].result, found[name].source_rows) for name in "abc"] == [
        ("equal", 6),
        ("unknown", None),
        ("equal", 6),
    ]


def test_any_other_error_ends_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ServerError, match="errno 2013"):
        compared(monkeypatch, Lane({"b": 2013}), ["a", "b", "c"])


def test_a_column_that_came_or_went_in_the_meantime_makes_a_table_unknown() -> None:
    tables = [table(name) for name in ("kept", "more", "on_its_way", "dropped")]
    results = {shared.name: TableResult(shared.name, source_rows=3, replica_rows=3) for shared in tables}
    now = [{shared.name: shared.source for shared in tables} for _member in range(2)]
    for member, name in ((0, "more"), (1, "more"), (0, "on_its_way")):
        now[member]["s", name] = replace(now[member]["s", name], columns=(ID, Column("more", "int")))
    del now[1]["s", "dropped"]
    run._note_changes(results, tables, (now[0], now[1]))
    assert [found.result for found in results.values()] == ["equal", "unknown", "unknown", "unknown"]
