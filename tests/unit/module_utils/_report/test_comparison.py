"""A comparison in lines for people."""

from __future__ import annotations

from typing import Any

from ansible_collections.twoway.mysql.plugins.module_utils._report.comparison import report_comparison


def table(name: str, result: str = "equal", **more: Any) -> dict[str, Any]:
    known = 0 if result == "equal" else None
    return {
        "schema": "wikidb", "table": name, "result": result, "reason": None, "source_rows": 10, "replica_rows": 10,
        "columns": [], "only_at_source": known, "only_at_replica": known, "different_rows": known, "rows": [], **more,
    }  # fmt: skip


def lines(is_equal: bool | None, *tables: dict[str, Any]) -> list[str]:
    return report_comparison(found(is_equal, *tables), "db2")


def found(is_equal: bool | None, *tables: dict[str, Any], left_out: Any = ()) -> dict[str, Any]:
    return {"is_equal": is_equal, "source": "db1", "seconds": 0.42, "tables": list(tables), "left_out": left_out}


def test_equal() -> None:
    assert lines(True, table("page"), table("log")) == [
        "EQUAL: db1 and db2, 2 tables, 20 rows on db2, 0.4 s",
        "  2 tables are equal",
    ]


def test_rows() -> None:
    rows = [
        {"key": {"id": 7}, "where": "source", "columns": []},
        {"key": {"id": 12, "part": 1}, "where": "both", "columns": ["title", "body"]},
    ]
    different = table("page", "different", only_at_source=1, only_at_replica=0, different_rows=2, rows=rows)
    assert lines(False, different, table("log")) == [
        "DIFFERENT: db1 and db2, 2 tables, 20 rows on db2, 0.4 s",
        "  wikidb.page: 1 row only on db1; 2 rows on both, with different values",
        "    id = 7: only on db1",
        "    id = 12, part = 1: title, body",
        "  1 table is equal",
    ]


def test_what_has_no_rows_to_name() -> None:
    missing = [table("a", "missing_at_source"), table("b", "missing_at_replica")]
    other = [
        table("c", "columns_differ", columns=["word"]),
        table("d", "unknown", reason="was altered; compare again"),
        table("e", "different"),
    ]
    assert lines(False, *missing, *other)[1:] == [
        "  wikidb.a: missing on db1",
        "  wikidb.b: missing on db2",
        "  wikidb.c: columns that are not alike: word",
        "  wikidb.d: was altered; compare again",
        "  wikidb.e: differs in more rows than are counted (db1 has 10, db2 has 10)",
    ]


def test_what_is_left_out_is_named() -> None:
    left_out = [{"schema": "a", "table": f"n{number}", "reason": "sequence"} for number in range(7)]
    told = report_comparison(found(True, table("page"), left_out=left_out), "db2")
    assert told[-1] == "  not compared (a sequence): a.n0, a.n1, a.n2, a.n3, a.n4 and 2 more"


def test_a_difference_in_a_table_that_was_altered() -> None:
    altered = table("page", "different", reason="was altered; compare again")
    assert lines(False, altered)[1] == "  wikidb.page: differs, and was altered; compare again"


def test_many_rows_are_cut() -> None:
    rows = [{"key": {"id": number}, "where": "replica", "columns": []} for number in range(20)]
    many = table("a", "different", only_at_source=0, only_at_replica=20, different_rows=0, rows=rows)
    assert lines(False, many)[-1] == "    and 15 more that the result names"


def sync(name: str, **more: Any) -> dict[str, Any]:
    counts = {"inserted_rows": 0, "deleted_rows": 0, "replaced_rows": 0, "left_rows": 0, "reason": None}
    return {"schema": "wikidb", "table": name, "result": "different", **counts, **more}


def changes(*tables: dict[str, Any], **more: Any) -> list[str]:
    done = {
        "is_applied": True,
        "changes_file": "/b/1.sql",
        "undo_file": "/b/1-undo.sql",
        "tables": list(tables),
        **more,
    }
    return report_comparison(found(True, table("page")), "db2", done)


def test_changes_come_first() -> None:
    moved = sync("page", inserted_rows=1, replaced_rows=2, left_rows=1)
    assert changes(moved, sync("log", reason="it has no key that would name a row"))[:-1] == [
        "CHANGED on db2, so that its rows are those of db1",
        "  wikidb.page: 1 row inserted; 2 rows replaced; 1 row left alone, having changed meanwhile",
        "  wikidb.log: left alone, because it has no key that would name a row",
        "  the changes: /b/1.sql",
        "  to take them back: /b/1-undo.sql",
        "EQUAL: db1 and db2, 1 table, 10 rows on db2, 0.4 s",
    ]


def test_a_dry_run_of_nothing() -> None:
    assert changes(is_applied=False, changes_file=None, undo_file=None)[:2] == [
        "TO CHANGE on db2, so that its rows are those of db1",
        "  nothing",
    ]
