"""What a seed changes on the recipient around the copy, and what becomes of it when it is killed or fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _bookkeeping
from ansible_collections.twoway.mysql.plugins.module_utils._compare import record
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login, Session
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import MARIADB, Server
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._errors import TwowayError
from ansible_collections.twoway.mysql.plugins.module_utils._plan import seed as plan
from ansible_collections.twoway.mysql.plugins.module_utils._seed import ledger, run
from ansible_collections.twoway.mysql.plugins.module_utils._seed.choice import Choice
from ansible_collections.twoway.mysql.plugins.module_utils._seed.ledger import (
    hold_setting,
    release_setting,
    restore_settings,
    rows_accepted,
)
from ansible_collections.twoway.mysql.plugins.module_utils._seed.method import Copied, Method
from ansible_collections.twoway.mysql.plugins.module_utils._seed.progress import Progress
from ansible_collections.twoway.mysql.plugins.module_utils._seed.run import SeedRun
from ansible_collections.twoway.mysql.plugins.module_utils._state.comparison import begin_of


class Recipient:
    """A recipient with an event that was copied, and the settings that are changed.

    :ivar said: what was set, and to which events something was done.
    """

    dialect = dialect_for(Server(MARIADB, (11, 8, 9)))

    def __init__(self, local_infile: str = "OFF", event_scheduler: str = "ON") -> None:
        self.values = {"local_infile": local_infile, "event_scheduler": event_scheduler}
        self.said: list[str] = []

    def variables(self) -> dict[str, str]:
        return self.values

    def revive(self) -> None:
        """It is never gone."""

    def query(self, statement: Statement, _action: str) -> list[dict[str, Any]]:
        verb, _space, rest = statement.text.partition(" GLOBAL ")
        if verb == "SET":
            name, _equals, value = rest.replace("`", "").partition(" = ")
            self.values[name] = value.strip("'")
            self.said.append(f"{name} {self.values[name]}")
        if statement.text.startswith("ALTER EVENT"):
            self.said.append("event off")
        for prefix, word in {"DROP SCHEMA IF EXISTS": "drop", "SET SESSION foreign_key_checks =": "checks"}.items():
            if statement.text.startswith(prefix):
                self.said.append(word + statement.text[len(prefix) :])
        return [{"name": "wikidb", "event": "cleans"}] if "information_schema.EVENTS" in statement.text else []

    def value(self, _statement: Statement, _action: str) -> int:
        return 1


class Imports(Method):
    """A copy of rows, which may fail."""

    name = "dump"
    is_physical = False

    def __init__(self, recipient: Recipient, error: BaseException | None = None) -> None:
        self.recipient = recipient
        self.error = error

    def obstacles(self) -> list[str]:
        return []

    def run(self, _progress: Progress) -> Copied:
        self.recipient.said.append("import")
        if self.error:
            raise self.error
        return Copied("b.1", 4, "", 0, 0.0)


@pytest.fixture
def note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "touched-3306.json"
    for module in (ledger, _bookkeeping):
        monkeypatch.setattr(module, "state_path", lambda _session, _name: str(path))
    monkeypatch.setattr(run, "state_path", lambda _session, _name: None)
    monkeypatch.setattr(_bookkeeping, "STATE_FOLDER", str(tmp_path))
    return path


def run_of(recipient: Recipient, error: BaseException | None = None) -> SeedRun:
    session = cast(Session, recipient)
    return SeedRun(session, Login(), session, Choice(Imports(recipient, error), []), {})


def test_rows_are_accepted_for_a_while(note: Path) -> None:
    server = Recipient()
    session = cast(Session, server)
    with rows_accepted(session):
        assert server.values["local_infile"] == "ON"
        assert json.loads(note.read_text("utf-8")) == {"local_infile": "OFF"}
    assert server.values["local_infile"] == "OFF"
    assert not note.exists()


@pytest.mark.parametrize("value", ["OFF", "DISABLED"])
def test_what_is_so_already_is_not_set(note: Path, value: str) -> None:
    server = Recipient(event_scheduler=value)
    release_setting(
        cast(Session, server), "event_scheduler", hold_setting(cast(Session, server), "event_scheduler", "OFF")
    )
    assert server.said == []
    assert not note.exists()


def test_run_after_a_kill_knows_the_value_before_the_first(note: Path) -> None:
    server = Recipient()
    session = cast(Session, server)
    hold_setting(session, "event_scheduler", "OFF")
    hold_setting(session, "local_infile", "ON")
    restore_settings(session, kept=["event_scheduler"])
    assert server.values == {"local_infile": "OFF", "event_scheduler": "OFF"}
    with rows_accepted(session):
        before = hold_setting(session, "event_scheduler", "OFF")
    assert before == "ON"
    assert json.loads(note.read_text("utf-8")) == {"event_scheduler": "ON"}
    restore_settings(session)
    assert server.values["event_scheduler"] == "ON"
    assert not note.exists()


def test_events_are_off_before_the_scheduler_is_on(note: Path) -> None:
    server = Recipient()
    actions = run_of(server).actions()
    actions[plan.ImportData](plan.ImportData("", ("wikidb",)))
    assert note.exists()
    actions[plan.DisableEvents](plan.DisableEvents(""))
    assert server.said == ["event_scheduler OFF", "import", "event off", "event_scheduler ON"]
    assert not note.exists()


@pytest.mark.parametrize("error", [TwowayError("the donor is gone"), KeyboardInterrupt()])
def test_events_of_half_an_import_do_not_run(note: Path, error: BaseException) -> None:
    server = Recipient()
    with pytest.raises(type(error)):
        run_of(server, error).actions()[plan.ImportData](plan.ImportData("", ("wikidb",)))
    assert server.said == ["event_scheduler OFF", "import", "event off", "event_scheduler ON"]
    assert not note.exists()


def test_scheduler_stays_off_after_a_failure_until_a_copy_is_whole(
    note: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's next start has it off as well, so that what it was is known by the note alone."""
    monkeypatch.setattr(run, "state_path", lambda _session, name: str(tmp_path / name))
    server, imports = Recipient(), plan.ImportData("", ("wikidb",))
    with pytest.raises(TwowayError):
        run_of(server, TwowayError("the donor is gone")).actions()[plan.ImportData](imports)
    assert server.said == ["event_scheduler OFF", "import", "event off"]
    assert json.loads(note.read_text("utf-8")) == {"event_scheduler": "ON"}
    actions = run_of(server).actions()
    actions[plan.ImportData](imports)
    assert server.values["event_scheduler"] == "OFF"
    actions[plan.DisableEvents](plan.DisableEvents(""))
    # Nor after that, as long as it would start with it off: the note goes with the value.
    assert (server.values["event_scheduler"], note.exists()) == ("OFF", True)
    monkeypatch.setattr(run, "ensure_bookkeeping", lambda _session: None)
    monkeypatch.setattr(run, "read_binlog", lambda *_arguments: None)
    monkeypatch.setattr(run, "describe_binlog", lambda _status: {"file": "b.1", "position": 4, "gtid": ""})
    monkeypatch.setattr(run, "open_starts", lambda _dialect: None)
    monkeypatch.setattr(run, "forget_comparison", lambda _session: None)
    actions[plan.MarkDone](plan.MarkDone(""))
    assert server.values["event_scheduler"] == "ON"
    assert not note.exists()


@pytest.mark.parametrize("is_here", [True, False])
def test_what_was_compared_before_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_here: bool) -> None:
    kept = tmp_path / "compare.json"
    kept.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(record, "RECORD", str(kept))
    monkeypatch.setattr(record, "state_path", lambda _session, name: str(tmp_path / name) if is_here else None)
    monkeypatch.setattr(run, "state_path", lambda _session, _name: None)
    monkeypatch.setattr(run, "describe_binlog", lambda _place: {"file": "b.1", "position": 4, "gtid": ""})
    for name in ("ensure_bookkeeping", "read_binlog", "forget_state"):
        monkeypatch.setattr(run, name, lambda *_arguments: None)
    marks: list[dict[str, Any]] = []

    def mark(_session: Session, content: dict[str, Any]) -> None:
        marks.append({**content, "is_forgotten": not kept.exists()})

    monkeypatch.setattr(run, "write_seed_mark", mark)
    seed = run_of(Recipient())
    seed.copied = Copied("b.1", 4, "", 0, 0.0)
    for _again in (1, 2):
        seed.actions()[plan.MarkDone](plan.MarkDone(""))
    # Before the mark, after which nobody would do it.
    assert [(written["state"], written["is_forgotten"]) for written in marks] == [("done", is_here)] * 2
    assert begin_of(marks[0]["done_at"], 0) == marks[0]["done_at"]


def test_schemas_are_dropped_whatever_refers_to_them() -> None:
    server = Recipient()
    run_of(server).actions()[plan.DropSchemas](plan.DropSchemas("", ("a", "b")))
    assert server.said == ["checks 0", "drop `a`", "drop `b`", "checks DEFAULT"]
