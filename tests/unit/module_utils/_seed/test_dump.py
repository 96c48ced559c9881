"""What the dump program is told, and what goes to the recipient's client besides the dump."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, cast

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login, Session
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import MARIADB, MYSQL, Server
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused, ServerError
from ansible_collections.twoway.mysql.plugins.module_utils._seed import dump
from ansible_collections.twoway.mysql.plugins.module_utils._seed.dump import DumpSeed, import_client, save_dump


class Client:
    """Keeps what is written to it."""

    def __init__(self) -> None:
        self.read = b""

    def write(self, chunk: bytes) -> None:
        self.read += chunk


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    running = Client()

    @contextmanager
    def sql_client(*_arguments: Any) -> Iterator[Client]:
        yield running

    monkeypatch.setattr(dump, "sql_client", sql_client)
    return running


@pytest.mark.parametrize(
    ("server", "setting"),
    [
        (Server(MYSQL, (9, 7, 4)), b"SET SESSION `restrict_fk_on_non_standard_key` = 0;\n"),
        (Server(MARIADB, (11, 8, 9)), b"SET SESSION `check_constraint_checks` = 0;\n"),
    ],
)
def test_what_was_right_at_the_donor_is_not_judged_again(client: Client, server: Server, setting: bytes) -> None:
    with import_client(Login(), dialect_for(server), dialect_for(server)):
        assert setting in client.read


@pytest.mark.parametrize(
    ("flavor", "donor", "recipient", "setting"),
    [
        (MYSQL, (5, 7, 44), (8, 4, 7), "`default_collation_for_utf8mb4` = 'utf8mb4_general_ci'"),
        (MYSQL, (8, 0, 36), (8, 4, 7), None),
        (MYSQL, (5, 7, 40), (5, 7, 44), None),
        (MARIADB, (10, 6, 5), (11, 8, 9), "`character_set_collations` = ''"),
        (MARIADB, (11, 4, 8), (11, 8, 9), None),
        (MARIADB, (10, 6, 5), (10, 11, 14), None),
    ],
)
def test_collation_that_an_old_donor_does_not_name_is_its_own(
    client: Client, flavor: str, donor: tuple[int, ...], recipient: tuple[int, ...], setting: str | None
) -> None:
    with import_client(Login(), dialect_for(Server(flavor, recipient)), dialect_for(Server(flavor, donor))):
        said = client.read.decode()
    assert ("collation" in said) == bool(setting)
    assert setting is None or f"SET SESSION {setting};\n" in said


class Keeper:
    """A server with tables that keep their earlier rows.

    :ivar tables: their names, and whether they go by transactions.
    """

    def __init__(self, version: tuple[int, ...], tables: dict[str, bool]) -> None:
        self.dialect = dialect_for(Server(MARIADB, version))
        self.tables = tables

    def query(self, statement: Statement, _action: str) -> list[dict[str, Any]]:
        if "SYSTEM VERSIONED" in statement.text:
            return [{"name": name} for name in self.tables]
        if "ROW START" in statement.text:
            return [{"name": name} for name, is_numbered in self.tables.items() if is_numbered]
        return []

    def value(self, _statement: Statement, _action: str) -> int:
        return 0

    def variables(self) -> dict[str, str]:
        return {}


OLD, MIDDLE, NEW = (10, 6, 18), (10, 11, 14), (11, 8, 9)


@pytest.mark.parametrize(
    ("donor", "recipient", "tables", "arguments", "obstacle"),
    [
        (NEW, NEW, {}, [], None),
        (NEW, NEW, {"a.b": False}, ["--dump-history"], None),
        (OLD, MIDDLE, {"a.b": False}, ["--dump-history"], None),
        (MIDDLE, NEW, {"a.b": False}, ["--dump-history", "--update-history"], None),
        (OLD, OLD, {"a.b": False}, [], "the dump program of 10.6.18 would lose the history of a.b"),
        (NEW, NEW, {"a.b": False, "c.d": True}, [], "no dump has the history of c.d, which goes by transactions"),
    ],
)
def test_history_comes_too_or_the_dump_is_refused(
    donor: tuple[int, ...],
    recipient: tuple[int, ...],
    tables: dict[str, bool],
    arguments: list[str],
    obstacle: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dump, "find_program", lambda names: names[0])
    sessions = (cast(Session, Keeper(recipient, {})), Login(), cast(Session, Keeper(donor, tables)), Login())
    seed = DumpSeed(*sessions, 2.0)
    assert seed.obstacles() == ([obstacle] if obstacle else [])
    assert [word for word in seed._dump_arguments("/options", [], []) if "history" in word] == arguments


def test_nothing_is_overwritten_whose_history_could_not_be_saved(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"lose the history of a\.b\. Nothing was overwritten"):
        save_dump(cast(Session, Keeper(OLD, {"a.b": False})), Login(), ["a"], str(tmp_path / "saved.sql"))
    assert list(tmp_path.iterdir()) == []


class WithBrokenViews(Keeper):
    """A server with views that cannot be opened, one of them in a schema that stays."""

    VIEWS = (("a", "plain"), ("a", "sum\nof"), ("b", "other"))

    def query(self, statement: Statement, action: str) -> list[dict[str, Any]]:
        if "TABLE_TYPE = 'VIEW'" in statement.text:
            return [{"s": schema, "t": name} for schema, name in self.VIEWS]
        if statement.text.startswith("SHOW COLUMNS"):
            raise ServerError(action, 1356, "HY000", "View references invalid table(s)")
        if statement.text == "SHOW CREATE VIEW `a`.`plain`":
            return [{"View": "plain", "Create View": "CREATE VIEW `a`.`plain` AS select 1 from `gone`"}]
        if statement.text == "SHOW CREATE VIEW `a`.`sum\nof`":
            return [
                {"View": "sum", "Create View": "CREATE VIEW `a`.`sum\nof` AS select '\nDROP SCHEMA a;' from `gone`"}
            ]
        return super().query(statement, action)


def test_a_view_that_cannot_be_opened_is_saved_as_a_comment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[str]] = []

    class Program:
        def chunks(self) -> Iterator[bytes]:
            yield b"INSERT INTO page VALUES (1);\n"

    def program(arguments: list[str], reads: bool) -> Any:
        told.append([word for word in arguments if "ignore" in word])
        lines = Path(arguments[1].partition("=")[2]).read_text(encoding="utf-8").splitlines()
        told.append([line for line in lines if "ignore" in line])
        return nullcontext(Program())

    monkeypatch.setattr(dump, "find_program", lambda names: names[0])
    monkeypatch.setattr(dump, "program", program)
    saved = tmp_path / "saved.sql"
    save_dump(cast(Session, WithBrokenViews(NEW, {})), Login(), ["a"], str(saved))
    # No option file can hold a line break.
    assert told == [["--ignore-table=a.sum\nof"], ['ignore-table = "a.plain"']]
    first, *rest = saved.read_text("utf-8").splitlines()
    assert first == "INSERT INTO page VALUES (1);"
    assert "-- CREATE VIEW `a`.`sum" in rest
    assert [line for line in rest if line and not line.startswith("-- ")] == []
