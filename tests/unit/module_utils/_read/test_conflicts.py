"""Rows of a transaction that do not fit those of this server, with what its earlier rows did in mind."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Session
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._read.conflicts import find_conflicts
from ansible_collections.twoway.mysql.plugins.module_utils._state.transaction import RowChange

Row = dict[str, Any]


class Server:
    """A table ``a.b`` with the columns ``id`` (its first key, by default the primary one) and ``code`` (unique).

    :ivar code_type: the type of ``code``.
    :ivar referenced: the columns to which other tables refer.
    """

    def __init__(self, *rows: Row, generated: bool = False, first_key: str = "PRIMARY") -> None:
        self.rows = rows
        self.generated = generated
        self.first_key = first_key
        self.code_type = "int"
        self.referenced: tuple[str, ...] = ()

    def query(self, statement: Statement, _action: str) -> list[Row]:
        text = statement.text
        if "information_schema.COLUMNS" in text:
            column = {"is_unsigned": 0, "charset": None, "is_optional": 1, "is_generated": self.generated}
            types = {"id": "int", "code": self.code_type} if "'b'" in text else {}
            return [{**column, "name": name, "data_type": kind} for name, kind in types.items()]
        if "KEY_COLUMN_USAGE" in text:
            return [{"name": name} for name in self.referenced]
        if "information_schema.STATISTICS" in text:
            return [{"name": self.first_key, "column_name": "id"}, {"name": "code", "column_name": "code"}]
        found = re.search(r"WHERE `(\w+)` = (\d+)", text)
        assert found
        return [row for row in self.rows if str(row[found.group(1)]) == found.group(2)]

    def value(self, _statement: Statement, _action: str) -> int:
        return 0


def change(before: tuple[str, str] | None = None, after: tuple[str, str] | None = None, table: str = "b") -> RowChange:
    images = [dict(enumerate(image or (), 1)) for image in (before, after)]
    return RowChange("update", "a", table, images[0], images[1])


def found(server: Server, *changes: RowChange) -> tuple[bool, list[tuple[str, str]]]:
    is_whole, conflicts = find_conflicts(cast(Session, server), list(changes))
    return is_whole, [(conflict.kind, conflict.key[0]) for conflict in conflicts]


HERE = {"id": 1, "code": 10}


@pytest.mark.parametrize(
    ("changes", "conflicts"),
    [
        pytest.param([change(after=("2", "20"))], [], id="a row that has a place"),
        pytest.param([change(after=("1", "20"))], [("present", "id")], id="same primary key"),
        pytest.param([change(after=("2", "10"))], [("present", "code")], id="same unique key"),
        pytest.param([change(after=("2", "NULL"))], [], id="NULL is equal to nothing"),
        pytest.param([change(("1", "10"), ("1", "11"))], [], id="a row that is here"),
        pytest.param([change(("3", "30"), ("3", "31"))], [("missing", "id")], id="updated and missing"),
        pytest.param([change(("3", "30"))], [("missing", "id")], id="deleted and missing"),
        pytest.param([change(after=("3", "30")), change(("3", "30"), ("3", "31"))], [], id="made before"),
        pytest.param([change(("1", "10")), change(after=("2", "10"))], [], id="its place was made free before"),
    ],
)
def test_conflicts(changes: list[RowChange], conflicts: list[tuple[str, str]]) -> None:
    assert found(Server(HERE), *changes) == (True, conflicts)


def test_what_cannot_be_looked_for_is_told() -> None:
    assert found(Server(HERE), change(after=("1", "10"), table="unknown")) == (False, [])
    assert found(Server(HERE, generated=True), change(after=("1", "10"))) == (False, [])
    assert found(Server(HERE), RowChange("insert", "a", "b", {}, {1: "1"})) == (False, [])


def test_a_row_is_looked_for_by_a_key_without_null() -> None:
    server = Server({"id": None, "code": 10}, first_key="a_unique_one")
    assert found(server, change(("NULL", "10"))) == (True, [])
    assert found(server, change(("NULL", "11"))) == (True, [("missing", "code")])


def test_a_row_without_such_a_key_is_not_said_to_be_missing() -> None:
    """It may be here: put once more, it would be there twice."""
    server = Server({"id": None, "code": None}, first_key="a_unique_one")
    assert found(server, change(("NULL", "NULL"))) == (False, [])


def test_a_key_that_the_log_does_not_tell_exactly_hides_its_own_conflict_alone() -> None:
    server = Server(HERE)
    server.code_type = "varbinary"
    taken = change(after=("1", r"'\x0a'"))
    assert found(server, taken, change(("3", "30"), ("3", "30"))) == (False, [("present", "id"), ("missing", "id")])


@pytest.mark.parametrize(("referenced", "orphans"), [((), ()), (("id",), ("id",)), (("code",), ())])
def test_who_refers_to_a_row_that_is_in_the_way(referenced: tuple[str, ...], orphans: tuple[str, ...]) -> None:
    """The row that comes has the same code, and another id."""
    server = Server(HERE)
    server.referenced = referenced
    _is_whole, conflicts = find_conflicts(cast(Session, server), [change(after=("2", "10"))])
    assert [conflict.orphans for conflict in conflicts] == [orphans]
