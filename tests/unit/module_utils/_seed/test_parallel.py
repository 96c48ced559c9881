"""What the copy by rows asks of the donor and says to the recipient besides the rows."""

from __future__ import annotations

from typing import Any, cast

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login, Session
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import Server
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._seed import parallel
from ansible_collections.twoway.mysql.plugins.module_utils._seed.parallel import ParallelDumpSeed
from ansible_collections.twoway.mysql.plugins.module_utils._seed.tables import Definition

BIG, SMALL = ("wikidb", "page"), ("wikidb", "site")


class RecordedSession:
    """A session that gives the rows of the first answer whose key is in the statement.

    :ivar said: all statements.
    """

    def __init__(self, version: tuple[int, ...] = (9, 7, 4), answers: dict[str, list[dict[str, Any]]] | None = None):
        self.dialect = dialect_for(Server("mysql", version))
        self.said: list[str] = []
        self._answers = answers or {}

    def query(self, statement: Statement, _action: str) -> list[dict[str, Any]]:
        self.said.append(statement.text)
        return next((rows for part, rows in self._answers.items() if part in statement.text), [])

    def close(self) -> None:
        """There is nothing to give back."""


def seed_from(donor: RecordedSession, recipient: RecordedSession) -> ParallelDumpSeed:
    return ParallelDumpSeed(cast(Session, recipient), Login(), cast(Session, donor), Login(), 2.0)


def source_of(**values: Any) -> parallel._Source:
    empty: dict[str, Any] = {"schemas": [], "sizes": {}, "columns": {}, "keys": {}, "definitions": {}}
    return parallel._Source(**{**empty, **values})


def test_limits_are_no_business_of_the_snapshot() -> None:
    donor = RecordedSession(answers={"MIN(": [{"smallest": 1, "largest": 9}]})
    source = source_of(keys={BIG: "id", SMALL: "id"})
    limits = seed_from(donor, RecordedSession())._limits(source, {BIG: 1 << 30, SMALL: 1 << 10})
    assert limits == {BIG: (1, 9)}
    assert donor.said == ["SELECT MIN(`id`) AS smallest, MAX(`id`) AS largest FROM `wikidb`.`page`"]


def test_foreign_keys_that_a_killed_run_added_are_not_added_again(monkeypatch: pytest.MonkeyPatch) -> None:
    writer = RecordedSession()
    monkeypatch.setattr(ParallelDumpSeed, "_writer", lambda _self: writer)
    recipient = RecordedSession(answers={"'FOREIGN KEY'": [{"s": "wikidb", "t": "page", "k": "to`site"}]})
    keys = {"to`site": "CONSTRAINT `to``site` …", "second": "CONSTRAINT `second` …", "first": "CONSTRAINT `first` …"}
    definitions = {BIG: Definition("", (), keys), SMALL: Definition("", (), {"to`site": "CONSTRAINT `to``site` …"})}
    source = source_of(schemas=["wikidb"], definitions=definitions)
    seed_from(RecordedSession(), recipient)._add_foreign_keys(source)
    assert writer.said == [
        "ALTER TABLE `wikidb`.`page` ADD CONSTRAINT `second` …, ADD CONSTRAINT `first` …",
        "ALTER TABLE `wikidb`.`site` ADD CONSTRAINT `to``site` …",
    ]


def test_schemas_are_made_by_a_session_that_takes_them_as_they_are() -> None:
    statement = "CREATE DATABASE IF NOT EXISTS `wikidb` /*!40100 DEFAULT CHARACTER SET utf8mb4 */"
    recipient, writer = RecordedSession(), RecordedSession()
    seed = seed_from(RecordedSession(answers={"SHOW CREATE": [{"Create Database": statement}]}), recipient)
    seed._workers.put((cast(Session, recipient), cast(Session, writer)))
    seed._make_schemas(["wikidb"])
    assert (recipient.said, writer.said) == ([], [statement])
