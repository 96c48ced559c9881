"""What belongs to schemas besides tables: read at one time, and made at another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import MYSQL, Server
from ansible_collections.twoway.mysql.plugins.module_utils._seed import objects
from ansible_collections.twoway.mysql.plugins.module_utils._seed.objects import ObjectsCopy

ON_MYSQL = dialect_for(Server(MYSQL, (9, 7, 4)))


@pytest.fixture
def ignored(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """For each run of the dump program what it left out; it writes which options it has."""
    runs: list[list[str]] = []

    @contextmanager
    def program(arguments: list[str], reads: bool) -> Iterator[Any]:
        text = Path(arguments[1].partition("=")[2]).read_text(encoding="utf-8")
        given = [argument.partition("=")[2] for argument in arguments if argument.startswith("--ignore-table=")]
        listed = [line.split('"')[1] for line in text.splitlines() if line.startswith("ignore-table")]
        runs.append(listed + given)
        options = [argument for argument in arguments if argument in ("--events", "--triggers")]
        yield SimpleNamespace(chunks=lambda: iter([option.encode() for option in options]))

    monkeypatch.setattr(objects, "find_program", lambda names: names[0])
    monkeypatch.setattr(objects, "program", program)
    return runs


def test_views_that_cannot_be_opened_are_in_no_dump(ignored: list[list[str]]) -> None:
    file = BytesIO()
    copy = ObjectsCopy(Login(), ON_MYSQL, Login(), ON_MYSQL)
    copy.read(file, ["wikidb"], [("wikidb", "page"), ("wikidb", "site")], [("wikidb", "broken")])
    assert ignored == [["wikidb.page", "wikidb.site", "wikidb.broken"], ["wikidb.broken"]]
    assert file.getvalue() == b"--events--triggers"


def test_a_name_that_no_option_file_can_hold_is_given_otherwise(ignored: list[list[str]]) -> None:
    copy = ObjectsCopy(Login(), ON_MYSQL, Login(), ON_MYSQL)
    copy.read(BytesIO(), ["wikidb"], [("wikidb", "page\tof"), ("wikidb", "site")], [("wikidb", "sum\nof")])
    assert ignored == [["wikidb.site", "wikidb.page\tof", "wikidb.sum\nof"], ["wikidb.sum\nof"]]


def test_without_schemas_there_is_nothing_to_read(ignored: list[list[str]]) -> None:
    ObjectsCopy(Login(), ON_MYSQL, Login(), ON_MYSQL).read(BytesIO(), [], [], [])
    assert ignored == []


def test_all_of_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bytes] = []

    @contextmanager
    def import_client(*_arguments: Any) -> Iterator[Any]:
        yield SimpleNamespace(write=made.append)

    monkeypatch.setattr(objects, "import_client", import_client)
    monkeypatch.setattr(objects, "CHUNK_BYTES", 4)
    file = BytesIO()
    file.write(b"CREATE VIEW")
    ObjectsCopy(Login(), ON_MYSQL, Login(), ON_MYSQL).make(file)
    assert made == [b"CREA", b"TE V", b"IEW"]
