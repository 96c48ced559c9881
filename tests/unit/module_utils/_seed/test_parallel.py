"""What the copy by rows asks of the donor and says to the recipient besides the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from types import SimpleNamespace
from typing import IO, Any, cast

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login, Session
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.bulk_rows import Table
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import Server
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._errors import ServerError, TwowayError
from ansible_collections.twoway.mysql.plugins.module_utils._seed import parallel, snapshot
from ansible_collections.twoway.mysql.plugins.module_utils._seed.parallel import ParallelDumpSeed
from ansible_collections.twoway.mysql.plugins.module_utils._seed.progress import Progress
from ansible_collections.twoway.mysql.plugins.module_utils._seed.tables import Definition

Rows = list[dict[str, Any]]
Answers = dict[str, Rows | Iterator[Rows]]

BIG, SMALL = ("wikidb", "page"), ("wikidb", "site")


class RecordedSession:
    """A session that gives the rows of the first answer whose key is in the statement, or of one after the other.

    :ivar said: all statements.
    """

    def __init__(self, version: tuple[int, ...] = (9, 7, 4), answers: Answers | None = None):
        self.dialect = dialect_for(Server("mysql", version))
        self.said: list[str] = []
        self._answers = answers or {}

    def query(self, statement: Statement, _action: str) -> list[dict[str, Any]]:
        self.said.append(statement.text)
        found = next((rows for part, rows in self._answers.items() if part in statement.text), [])
        if isinstance(found, Iterator):
            return next(found)
        return found

    def stay_connected(self) -> None:
        self.said.append("stay connected")

    def limit_silence(self, seconds: float) -> None:
        self.said.append(f"silent for {seconds} s at most")

    def close(self) -> None:
        """There is nothing to give back."""


def seed_from(donor: RecordedSession, recipient: RecordedSession) -> ParallelDumpSeed:
    return ParallelDumpSeed(cast(Session, recipient), Login(), cast(Session, donor), Login(), 2.0)


def source_of(**values: Any) -> parallel._Source:
    empty: dict[str, Any] = {"schemas": [], "sizes": {}, "columns": {}, "keys": {}, "definitions": {}}
    return parallel._Source(**{**empty, **values})


def test_sessions_that_wait_for_others_are_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = RecordedSession()
    for module in (parallel, snapshot):
        monkeypatch.setattr(module, "connect", lambda _login: opened)
    seed_from(RecordedSession(), RecordedSession())._writer()
    snapshot._reader(Login())
    assert opened.said.count("stay connected") == 2


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


class RecordedObjects:
    """Views and the like that are neither read nor made."""

    def __init__(self, order: list[str]) -> None:
        self.order = order

    def read(self, _file: IO[bytes], schemas: list[str], tables: Iterable[Table], left_out: list[Table]) -> None:
        self.order.append(f"read {schemas} {list(tables)} {left_out}")

    def make(self, _file: IO[bytes]) -> None:
        self.order.append("make")


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done in which order, while a snapshot is open."""
    done: list[str] = []

    @contextmanager
    def block(*_arguments: Any) -> Iterator[Any]:
        yield SimpleNamespace(moment=None)

    monkeypatch.setattr(parallel, "rows_accepted", block)
    monkeypatch.setattr(parallel, "ObjectsCopy", lambda *_logins: RecordedObjects(done))
    monkeypatch.setattr(ParallelDumpSeed, "_snapshot", block)
    monkeypatch.setattr(
        ParallelDumpSeed, "_read_source", lambda _self: source_of(schemas=["twoway", "wikidb"], sizes={BIG: 1})
    )
    monkeypatch.setattr(ParallelDumpSeed, "_copy_tables", lambda *_arguments: done.append("rows"))
    return done


def test_objects_are_read_at_the_beginning(order: list[str]) -> None:
    donor = RecordedSession(answers={"information_schema.EVENTS": [{"s": "wikidb", "o": "cleans"}]})
    seed_from(donor, RecordedSession())._copy_rows(BytesIO(), Progress(None))
    assert order == ["read ['wikidb'] [('wikidb', 'page')] []", "rows"]


def test_object_that_is_made_while_the_copy_begins_ends_it(order: list[str]) -> None:
    events = iter([[], [{"s": "wikidb", "o": "cleans"}]])
    donor = RecordedSession(answers={"information_schema.EVENTS": events})
    with pytest.raises(TwowayError, match=r"came or went .*: event wikidb\.cleans\. Run again"):
        seed_from(donor, RecordedSession())._copy_rows(BytesIO(), Progress(None))
    assert "rows" not in order


def test_table_that_came_with_the_objects_is_left_to_replication(
    order: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = RecordedSession()
    monkeypatch.setattr(ParallelDumpSeed, "_writer", lambda _self: writer)
    ours = [{"s": "wikidb", "t": "page", "size": 1}]
    recipient = RecordedSession(
        answers={"'BASE TABLE'": iter([ours, [*ours, {"s": "wikidb", "t": "later", "size": 0}]])}
    )
    seed_from(RecordedSession(), recipient)._make_objects(source_of(schemas=["wikidb"], sizes={BIG: 1}), BytesIO())
    assert order == ["make"]
    assert writer.said == ["DROP TABLE `wikidb`.`later`"]


def test_broken_views_are_named(order: list[str]) -> None:
    class Donor(RecordedSession):
        """A server with a view that is broken, one of which it is not sure, and nothing else."""

        def query(self, statement: Statement, action: str) -> Rows:
            if statement.text == "SHOW COLUMNS FROM `wikidb`.`broken`":
                raise ServerError(action, 1356, "HY000", "View 'wikidb.broken' references invalid table(s)")
            return super().query(statement, action)

    views = [{"s": "wikidb", "t": "broken"}, {"s": "wikidb", "t": "odd"}]
    seed = seed_from(Donor(answers={"TABLE_COMMENT": views}), RecordedSession())
    assert seed.warnings() == [
        "Views that nobody can open, since what they are made of is gone, are not copied: wikidb.broken."
    ]
    seed._copy_rows(BytesIO(), Progress(None))
    assert order[0].endswith("[('wikidb', 'broken')]")
