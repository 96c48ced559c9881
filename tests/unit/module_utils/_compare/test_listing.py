"""Which tables are missing or unlike, over several looks."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._compare.columns import Column
from ansible_collections.twoway.mysql.plugins.module_utils._compare.listing import settle_listing
from ansible_collections.twoway.mysql.plugins.module_utils._compare.result import TableResult
from ansible_collections.twoway.mysql.plugins.module_utils._compare.run import Comparison
from ansible_collections.twoway.mysql.plugins.module_utils._compare.scope import Scope, describe_left_out
from ansible_collections.twoway.mysql.plugins.module_utils._compare.tables import Choice, Table, read_tables
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused

ID, WORD, MORE = Column("id", "int", nullable=False), Column("word", "text"), Column("more", "int")
NAME = ("s", "t")


def table(*columns: Column, row_bytes: int = 0) -> Table:
    return Table(NAME, columns, row_bytes=row_bytes)


OLD, NEW, NEWEST = table(ID), table(ID, WORD), table(ID, WORD, MORE)


def settled(*looks: tuple[Table | None, Table | None]) -> tuple[str | None, int, int]:
    """Result, number of looks, and of tables to read, when source and replica show these tables look after look."""
    made = 0

    def look() -> Any:
        nonlocal made
        made += 1
        source, replica = looks[min(made, len(looks)) - 1]
        return {NAME: source} if source else {}, {NAME: replica} if replica else {}

    results, shared = settle_listing(look(), look)
    return (results[NAME].result if results else None), made, len(shared)


def test_tables_that_are_alike_are_looked_at_once() -> None:
    assert settled((OLD, OLD)) == ("equal", 1, 1)


@pytest.mark.parametrize(
    ("source", "replica", "result"),
    [(OLD, None, "missing_at_replica"), (None, OLD, "missing_at_source"), (NEW, OLD, "columns_differ")],
)
def test_a_difference_counts_when_it_is_seen_twice(source: Table, replica: Table, result: str) -> None:
    assert settled((source, replica), (source, replica)) == (result, 2, 0)


@pytest.mark.parametrize("first", [(OLD, None), (None, OLD), (OLD, NEW), (NEW, OLD)])
def test_a_table_on_its_way_is_compared_once_it_arrived(first: tuple[Table | None, Table | None]) -> None:
    assert settled(first, (NEW, NEW)) == ("equal", 2, 1)


def test_a_table_that_is_dropped_in_between_is_no_difference() -> None:
    assert settled((OLD, None), (None, None)) == (None, 2, 0)


def test_a_table_that_changed_in_between_is_looked_at_once_more() -> None:
    assert settled((NEW, OLD), (NEWEST, NEW), (NEWEST, NEWEST)) == ("equal", 3, 1)
    assert settled((NEW, None), (NEWEST, NEW), (NEWEST, NEW)) == ("columns_differ", 3, 0)


def test_a_table_that_goes_on_changing_stays_open() -> None:
    assert settled(*[(NEW, OLD), (NEWEST, NEW)] * 5) == ("unknown", 6, 0)


def test_a_table_that_the_other_member_does_not_receive_stays_open() -> None:
    results, shared = settle_listing(({}, {NAME: OLD, ("s", "u"): OLD}), lambda: None)
    assert {(name, found.result) for name, found in results.items()} == {(NAME, "unknown"), (("s", "u"), "unknown")}
    assert ("does not receive" in str(results[NAME].reason), shared) == (True, [])


def test_an_estimated_size_is_no_change() -> None:
    assert settled((table(ID, row_bytes=7), None), (table(ID, row_bytes=9), None)) == ("missing_at_replica", 2, 0)


def column_row(name: str, is_period: int = 0) -> dict[str, Any]:
    """A column of whole numbers of the one table, as a server tells it."""
    kind = {"kind": "int", "type": "int(11)", "charset": None, "collation": None, "nullable": "NO", "is_made": 0}
    return {"s": "s", "t": "t", "c": name, **kind, "is_period": is_period}


class Server:
    """A member on which a table and a key are made while its tables are listed, after the columns were."""

    dialect = dialect_for(parse_version("8.4.7"))

    def query(self, statement: Any, _action: str) -> list[dict[str, Any]]:
        asked = statement.text
        if "information_schema.COLUMNS" in asked:
            return [column_row("id")]
        if "information_schema.STATISTICS" in asked:
            assert "AND IS_VISIBLE = 'YES'" in asked
            return [{"s": "s", "t": "t", "k": "new", "c": "new"}, {"s": "s", "t": "t", "k": "old", "c": "id"}]
        if "information_schema.TABLES" in asked:
            return [
                {"s": "s", "t": name, "bytes": 0, "engine": "InnoDB", "kind": "BASE TABLE"}
                for name in ("t", "made_now")
            ]
        return []


def test_what_is_made_during_the_list_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(read_tables.__globals__, "see_fresh_sizes", lambda _session: None)
    server: Any = Server()
    assert {name: (found.key_name, len(found.key)) for name, found in read_tables(server, Choice()).items()} == {
        NAME: ("old", 1)
    }


class Versioned(Server):
    """A member with a table that keeps its history, and a sequence."""

    def query(self, statement: Any, _action: str) -> list[dict[str, Any]]:
        asked = statement.text
        if "information_schema.COLUMNS" in asked:
            return [column_row("id"), column_row("until", is_period=1)]
        if "information_schema.STATISTICS" in asked:
            return [{"s": "s", "t": "t", "k": "PRIMARY", "c": name} for name in ("id", "until")]
        if "'SEQUENCE'" in asked:
            return [{"s": "s", "t": "numbers"}, {"s": "other", "t": "numbers"}]
        if "information_schema.TABLES" in asked:
            return [{"s": "s", "t": "t", "bytes": 0, "engine": "InnoDB", "kind": "SYSTEM VERSIONED"}]
        return []


def test_current_rows_of_a_versioned_table_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(read_tables.__globals__, "see_fresh_sizes", lambda _session: None)
    server: Any = Versioned()
    found = read_tables(server, Choice())[NAME]
    assert (found.is_versioned, found.columns, found.key) == (True, (ID,), (ID,))


def test_what_a_filter_keeps_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(read_tables.__globals__, "see_fresh_sizes", lambda _session: None)
    server: Any = Versioned()
    scope = Scope(server, server, Choice(tables=["s.t"]), [{}, {"replicate_ignore_db": "s"}])
    assert (scope.read(), scope.left_out) == (({}, {}), {NAME: "not_replicated"})


def test_sequences_are_left_out_and_named() -> None:
    server: Any = Versioned()
    scope = Scope(server, server, Choice(schemas=["s"]), [])
    assert describe_left_out(scope.left_out) == [{"schema": "s", "table": "numbers", "reason": "sequence"}]
    assert Comparison([], scope.left_out).is_equal is None
    assert Comparison([TableResult(NAME)], scope.left_out).is_equal is True


def test_a_name_that_no_member_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(read_tables.__globals__, "see_fresh_sizes", lambda _session: None)
    server: Any = Versioned()
    named = Choice(schemas=["s", "shpo"], tables=["s.t", "s.numbers", "s.itm"])
    with pytest.raises(Refused, match=r"compare for schema shpo, table s\.itm: "):
        Scope(server, server, named, []).read_first()
    for known in (Choice(), Choice(schemas=["s"]), Choice(tables=["s.t"]), Choice(tables=["s.numbers"])):
        Scope(server, server, known, []).read_first()
    # What a filter keeps out is known all the same.
    Scope(server, server, Choice(tables=["s.t"]), [{"replicate_ignore_db": "s"}]).read_first()
