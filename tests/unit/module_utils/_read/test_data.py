"""What of a schema counts as data that could be lost."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._read.data import holds_data, read_schemas


class Server:
    """A session on a server with one schema, which answers by what it is asked for."""

    def __init__(self, **rows: dict[str, Any]) -> None:
        self._rows = {"list the schemas": {}, **{name.replace("_", " "): row for name, row in rows.items()}}

    def query(self, _statement: Statement, action: str) -> list[dict[str, Any]]:
        row = self._rows.get(action)
        return [] if row is None else [{"name": "shop", **row}]


@pytest.mark.parametrize(
    ("rows", "is_data"),
    [
        ({}, False),
        ({"measure_the_tables": {"engine": "InnoDB", "tables_count": 1, "size_bytes": 0}}, True),
        ({"count_the_routines": {"found": 1}}, True),
        ({"count_the_events": {"found": 1}}, True),
    ],
)
def test_what_holds_data(rows: dict[str, Any], is_data: bool) -> None:
    session: Any = Server(**rows)
    [schema] = read_schemas(session)
    assert holds_data(schema) is is_data
