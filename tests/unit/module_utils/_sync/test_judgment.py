"""What is changed row by row, and what is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._compare.columns import Column
from ansible_collections.twoway.mysql.plugins.module_utils._compare.result import MOST_DIFFERENCES, TableResult
from ansible_collections.twoway.mysql.plugins.module_utils._compare.rows import WHOLE_CHUNK, Seen
from ansible_collections.twoway.mysql.plugins.module_utils._compare.tables import Shared, Table
from ansible_collections.twoway.mysql.plugins.module_utils._sync.judgment import (
    TableSync,
    reason_against,
    reason_since,
)

NAME = ("wikidb", "page")
KEY = (Column("id", "int", nullable=False),)
TABLE = Table(NAME, (*KEY, Column("title", "varchar", "utf8mb4")), KEY, "PRIMARY")
SHARED = Shared(TABLE, TABLE)
ROWS = {(1,): Seen(5, None), (2,): Seen(None, 6), (3,): Seen(7, 8)}


def differing(**more: object) -> TableResult:
    found = TableResult(NAME, **more)
    found.add(ROWS)
    return found


def test_rows_with_a_key_are_changed() -> None:
    assert reason_against(differing(), SHARED) is None


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("columns_differ", "columns are not the same"),
        ("missing_at_source", "only the member to be changed has it"),
        ("missing_at_replica", "does not have it"),
    ],
)
def test_what_is_no_difference_of_rows(result: str, words: str) -> None:
    assert words in str(reason_against(TableResult(NAME, result), None))


def test_what_is_not_known() -> None:
    found = TableResult(NAME)
    found.leave_open("was altered; compare again")
    assert reason_against(found, None) == "it was altered; compare again"


def test_rows_without_a_name() -> None:
    assert "no key" in str(reason_against(differing(has_key=False), SHARED))


def test_more_rows_than_are_counted() -> None:
    many = differing()
    many.add({(number,): Seen(1, 2) for number in range(MOST_DIFFERENCES + 1)})
    whole = differing()
    whole.add({WHOLE_CHUNK: Seen(1, 2)})
    assert ["rebuild the member" in str(reason_against(found, SHARED)) for found in (many, whole)] == [True, True]


def test_only_the_changed_members_table_counts() -> None:
    with_triggers, without_transactions = replace(TABLE, has_triggers=True), replace(TABLE, is_transactional=False)
    assert "triggers" in str(reason_against(differing(), Shared(TABLE, with_triggers)))
    assert "no transactions" in str(reason_against(differing(), Shared(TABLE, without_transactions)))
    assert "history" in str(reason_against(differing(), Shared(TABLE, replace(TABLE, is_versioned=True))))
    assert reason_against(differing(), Shared(with_triggers, TABLE)) is None
    assert reason_against(differing(), Shared(without_transactions, TABLE)) is None


def test_what_was_altered_while_it_was_compared() -> None:
    found = differing()
    found.note_change()
    assert "altered" in str(reason_against(found, SHARED))


def test_what_was_altered_since() -> None:
    def since(source: Table | None, replica: Table | None) -> str | None:
        return reason_since(SHARED, tuple({NAME: table} if table else {} for table in (source, replica)))

    with_more = replace(TABLE, columns=(*TABLE.columns, Column("more", "int")))
    assert since(TABLE, TABLE) is None
    for source, replica in (
        (with_more, TABLE),
        (TABLE, with_more),
        (with_more, with_more),
        (None, TABLE),
        (TABLE, None),
    ):
        assert "was altered or dropped" in str(since(source, replica))
    assert "was altered" in str(since(replace(TABLE, key=()), TABLE))
    assert "triggers" in str(since(TABLE, replace(TABLE, has_triggers=True)))


def test_counts() -> None:
    found = TableSync(NAME, "different", dict(ROWS)).as_dict()
    assert (found["inserted_rows"], found["deleted_rows"], found["replaced_rows"], found["left_rows"]) == (1, 1, 1, 0)


@pytest.mark.parametrize(
    ("must_be_settled", "kept"), [(False, {(2,): Seen(None, 9), (3,): Seen(7, 8)}), (True, {(3,): Seen(7, 8)})]
)
def test_rows_that_changed_since(must_be_settled: bool, kept: dict[tuple[int], Seen]) -> None:
    table = TableSync(NAME, "different", dict(ROWS))
    table.keep({(1,): Seen(5, 5), (2,): Seen(None, 9), (3,): Seen(7, 8)}, must_be_settled)
    assert table.rows == kept
    assert table.left == 3 - len(kept)
