"""The donor is made sure of before anything changes, and the half of a copy is kept closed until it is whole."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import MARIADB, Server
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._errors import TwowayError
from ansible_collections.twoway.mysql.plugins.module_utils._plan import seed as plan
from ansible_collections.twoway.mysql.plugins.module_utils._seed import run as seed_run
from ansible_collections.twoway.mysql.plugins.module_utils._seed.method import Copied
from ansible_collections.twoway.mysql.plugins.module_utils._state.claim import Claim


class Method:
    """A method that copies nothing, whose donor may be gone."""

    name = "dump"
    is_physical = False

    def __init__(self, is_there: bool) -> None:
        self._is_there = is_there

    def reserve(self) -> None:
        if not self._is_there:
            raise TwowayError("The donor's offer cannot be reached.")


class Session:
    """A session that writes down what it is asked."""

    dialect = dialect_for(Server(MARIADB, (11, 8, 9)))

    def __init__(self) -> None:
        self.asked: list[str] = []

    def query(self, statement: Statement, _action: str) -> list[dict[str, Any]]:
        self.asked.append(statement.text)
        return []

    def variables(self) -> dict[str, str]:
        return {}


def new_run(recipient: Session, is_there: bool, monkeypatch: pytest.MonkeyPatch) -> seed_run.SeedRun:
    monkeypatch.setattr(seed_run, "read_schemas", lambda _session: [])
    params = {"donor_name": "db1", "donor_host": "198.51.100.1", "overwrite": False, "again": False}
    method: Any = Method(is_there)
    session: Any = recipient
    return seed_run.SeedRun(session, session, session, seed_run.Choice(method, []), params)


def test_nothing_changes_where_the_donor_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    recipient = Session()
    run = new_run(recipient, False, monkeypatch)
    with pytest.raises(TwowayError, match="offer"):
        run.actions()[plan.HoldClients](plan.HoldClients("half of it"))
    assert recipient.asked == []


def test_server_starts_closed_exactly_as_long_as_the_mark_is_unfinished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipient, told = Session(), []

    def hold(_session: Any, name: str, value: str) -> str:
        told.append(f"{name} {value}")
        return "ON"

    left_out = "ensure_bookkeeping", "wait_for_earlier_import", "restore_settings", "forget_comparison", "forget_state"
    for name in left_out:
        monkeypatch.setattr(seed_run, name, lambda *_arguments, **_named: None)
    monkeypatch.setattr(seed_run, "writable", lambda _session: nullcontext())
    monkeypatch.setattr(seed_run, "find_seed_mark", lambda _session: None)
    monkeypatch.setattr(seed_run, "state_path", lambda _session, name: str(tmp_path / name))
    monkeypatch.setattr(seed_run, "write_state", lambda _path, mark: told.append(mark["state"]))
    monkeypatch.setattr(seed_run, "write_seed_mark", lambda _session, mark: told.append(mark["state"]))
    monkeypatch.setattr(seed_run, "hold_setting", hold)
    monkeypatch.setattr(seed_run, "disable_events", lambda _session: told.append("events off"))
    monkeypatch.setattr(
        seed_run, "release_setting", lambda _session, name, before: told.append(f"{name} back to {before}")
    )
    monkeypatch.setattr(seed_run, "close_starts", lambda _dialect: told.append("closed"))
    monkeypatch.setattr(seed_run, "open_starts", lambda _dialect: told.append("open"))
    monkeypatch.setattr(seed_run, "read_binlog", lambda *_arguments: None)
    place = {"file": "b.1", "position": 4, "gtid": ""}
    monkeypatch.setattr(seed_run, "describe_binlog", lambda _status: place)
    run = new_run(recipient, True, monkeypatch)
    run.copied = Copied("b.1", 4, "", 0, 0.0)
    actions = run.actions()
    actions[plan.MarkImporting](plan.MarkImporting("it begins", ("wikidb",)))
    actions[plan.DisableEvents](plan.DisableEvents("the donor runs them"))
    actions[plan.MarkDone](plan.MarkDone("it is whole"))
    begun = ["importing", "importing", "event_scheduler OFF", "closed"]
    # A start in between has the scheduler off, and what it was is still noted then.
    assert told == [*begun, "events off", "open", "event_scheduler back to ON", "done"]


@pytest.mark.parametrize(("claim", "term"), [(Claim(7, 1, "failover", "b.1:4"), 7), (None, None)])
def test_mark_tells_which_claim_the_donor_knew(
    claim: Claim | None, term: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipient, marks = Session(), []
    for name in ("ensure_bookkeeping", "wait_for_earlier_import", "restore_settings", "state_path"):
        monkeypatch.setattr(seed_run, name, lambda *_arguments, **_named: None)
    monkeypatch.setattr(seed_run, "writable", lambda _session: nullcontext())
    monkeypatch.setattr(seed_run, "find_seed_mark", lambda _session: None)
    monkeypatch.setattr(seed_run, "write_seed_mark", lambda _session, mark: marks.append(mark))
    monkeypatch.setattr(seed_run, "read_claim", lambda _session: claim)
    run = new_run(recipient, True, monkeypatch)
    run.actions()[plan.MarkImporting](plan.MarkImporting("it begins", ("wikidb",)))
    assert [mark["claim"] for mark in marks] == [term]
