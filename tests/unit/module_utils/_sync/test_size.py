"""Changes that are too much for a statement, or for all of them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._compare.chunks import Place
from ansible_collections.twoway.mysql.plugins.module_utils._compare.columns import Column
from ansible_collections.twoway.mysql.plugins.module_utils._compare.rows import Seen
from ansible_collections.twoway.mysql.plugins.module_utils._compare.tables import Shared, Table
from ansible_collections.twoway.mysql.plugins.module_utils._sync import size
from ansible_collections.twoway.mysql.plugins.module_utils._sync.statements import insertion

KEY = (Column("id", "int", nullable=False),)
TABLE = Table(
    ("shop", "photo"), (*KEY, Column("content", "longblob"), Column("word", "text", "utf8mb4")), KEY, "PRIMARY"
)
SHARED = Shared(TABLE, TABLE)
MEGABYTE = 2**20


def reason(
    monkeypatch: pytest.MonkeyPatch, rows: dict[Place, Seen], lengths: dict[str, dict[Place, int]], packet: int
) -> str | None:
    """The reason when the rows have these lengths on the source and on the replica."""
    monkeypatch.setattr(
        size, "row_lengths", lambda member, _table, places: {place: lengths[member][place] for place in places}
    )
    lane: Any = type("Lane", (), {"both": lambda _self, source, replica: (source("source"), replica("replica"))})()
    return size.reason_by_size(lane, SHARED, rows, packet)


@pytest.mark.parametrize("side", ["source", "replica"])
def test_a_row_that_is_too_long_for_a_statement(monkeypatch: pytest.MonkeyPatch, side: str) -> None:
    lengths = {"source": {(1,): 5}, "replica": {(1,): 5}}
    assert reason(monkeypatch, {(1,): Seen(1, 2)}, lengths, 16 * MEGABYTE) is None
    lengths[side] = {(1,): 9_000_000}
    assert "max_allowed_packet (16777216 bytes)" in str(reason(monkeypatch, {(1,): Seen(1, 2)}, lengths, 16 * MEGABYTE))
    assert reason(monkeypatch, {(1,): Seen(1, 2)}, lengths, 64 * MEGABYTE) is None


def test_a_row_that_a_member_lacks_is_not_measured_there(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: dict[str, dict[Place, int]] = {"source": {(1,): 5}, "replica": {(2,): 5}}
    assert reason(monkeypatch, {(1,): Seen(1, None), (2,): Seen(None, 1)}, lengths, MEGABYTE) is None


def test_all_rows_together_are_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: dict[Place, Seen] = {(number,): Seen(1, None) for number in range(30)}
    for length, is_too_much in ((4 * MEGABYTE, False), (5 * MEGABYTE, True)):
        found = reason(monkeypatch, rows, {"source": dict.fromkeys(rows, length), "replica": {}}, 64 * MEGABYTE)
        assert (found is not None) is is_too_much
        assert not found or "256 MiB" in found


@pytest.mark.parametrize(("content", "word"), [(b"\xff" * 999, "\n" * 99), (b"", "'" * 999), (None, None)])
def test_no_statement_is_longer_than_it_was_taken_for(content: bytes | None, word: str | None) -> None:
    values = (-(2**63), *(None if value is None else value.hex() for value in (content, word and word.encode())))
    length = len(str(values[0])) + len(content or b"") + len(word or "")
    assert len(insertion(TABLE, values).encode()) <= size._insertion_bytes(TABLE, length)
