"""How what was found is counted and told."""

from __future__ import annotations

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._compare.result import MOST_DIFFERENCES, TableResult
from ansible_collections.twoway.mysql.plugins.module_utils._compare.rows import WHOLE_CHUNK, Seen
from ansible_collections.twoway.mysql.plugins.module_utils._compare.verdict import is_equal

NAME = ("wikidb", "page")
COUNTS = ("only_at_source", "only_at_replica", "different_rows")


def counts(result: TableResult) -> tuple[int | None, ...]:
    return tuple(result.as_dict()[name] for name in COUNTS)


def test_rows_are_counted_by_side() -> None:
    result = TableResult(NAME)
    result.add({(1,): Seen(5, None), (2,): Seen(None, 6), (3,): Seen(5, 6), (4,): Seen(7, 8)})
    assert result.result == "different"
    assert counts(result) == (1, 1, 2)


def test_without_a_key_contents_are_counted() -> None:
    result = TableResult(NAME, has_key=False)
    result.add({(11,): Seen(3, 1), (12,): Seen(None, 4)})
    assert counts(result) == (2, 4, 0)


def test_an_equal_table_has_none() -> None:
    assert counts(TableResult(NAME)) == (0, 0, 0)


@pytest.mark.parametrize("result", ["missing_at_source", "missing_at_replica", "columns_differ", "unknown"])
def test_what_was_not_read_is_not_counted(result: str) -> None:
    assert counts(TableResult(NAME, result)) == (None, None, None)


def test_what_was_not_counted_to_the_end_has_no_count() -> None:
    whole, many = TableResult(NAME), TableResult(NAME)
    whole.add({WHOLE_CHUNK: Seen(1, 2)})
    many.add({(number,): Seen(1, 2) for number in range(MOST_DIFFERENCES + 1)})
    assert whole.result == many.result == "different"
    assert counts(whole) == counts(many) == (None, None, None)


def test_unknown_is_not_equal_and_not_different() -> None:
    equal, unknown, different = TableResult(NAME), TableResult(NAME, "unknown"), TableResult(NAME, "different")
    assert is_equal([equal]) is True
    assert is_equal([equal, unknown]) is None
    assert is_equal([equal, unknown, different]) is False


def test_rows_that_differ_for_certain_count_beside_open_ones() -> None:
    open_first, altered_first = TableResult(NAME), TableResult(NAME)
    open_first.leave_open("goes on changing")
    altered_first.note_change()
    for result in (open_first, altered_first):
        result.add({(1,): Seen(5, None)})
    assert (open_first.result, open_first.reason, counts(open_first)) == ("different", None, (1, 0, 0))
    assert (altered_first.result, counts(altered_first)) == ("different", (None, None, None))
    assert "was altered" in str(altered_first.reason)
