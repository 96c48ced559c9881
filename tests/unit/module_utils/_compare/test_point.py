"""The applier goes on after a synchronized point, whatever became of it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._compare import point
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._errors import ServerError
from ansible_collections.twoway.mysql.plugins.module_utils._state.channel import Channel, ChannelSettings


class Replica:
    """A member whose session may be gone, until it is made anew."""

    dialect = dialect_for(parse_version("11.8.9-MariaDB"))

    def __init__(self) -> None:
        self.is_gone = False
        self.asked: list[str] = []

    def query(self, statement: Statement, action: str) -> list[Any]:
        if self.is_gone:
            raise ServerError(action, 2013, None, "lost connection")
        self.asked.append(statement.text)
        return []

    def revive(self) -> None:
        self.is_gone = False


def test_applier_goes_on_where_the_session_that_held_it_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    replica: Any = Replica()
    lane: Any = type("Lane", (), {"source": Replica(), "replica": Replica()})()
    channel = Channel("", ChannelSettings(), "on", applier_running=True)
    monkeypatch.setattr(point, "read_channel", lambda _session, _name: channel)
    monkeypatch.setattr(point, "state_path", lambda _session, _name: None)
    monkeypatch.setattr(point, "forget_state", lambda _session, _name: None)
    synchronizer = point.Synchronizer(replica, Login(), "", 5)
    monkeypatch.setattr(synchronizer, "_begin", lambda _lane: None)
    with pytest.raises(ZeroDivisionError), synchronizer.point(lane, holds_applier=True):
        replica.is_gone = True
        raise ZeroDivisionError
    assert replica.asked[-1] == replica.dialect.start_applier("").text
