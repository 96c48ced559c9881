"""The keeper: what it says of a peer that it does not get in at."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused, ServerError
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import program
from ansible_collections.twoway.mysql.plugins.module_utils._plan.keeper import Seen

UNTRUSTED = ServerError("connect", 2003, None, "certificate verify failed", was_there=True)


class Peer:
    """A session that shows nothing and can be closed."""

    def close(self) -> None:
        return None


@pytest.mark.parametrize("obstacle", [Refused("The CA of the channel cannot be read."), UNTRUSTED])
def test_obstacle_is_said_until_it_is_gone(monkeypatch: pytest.MonkeyPatch, obstacle: Exception) -> None:
    session: Any = object()
    obstacles: list[Exception] = [obstacle]

    def login_of_peer(_session: Any) -> Login:
        if obstacles:
            raise obstacles.pop()
        return Login(user="replication")

    keeper = program.Keeper(Login(), keeps_gate=True)
    monkeypatch.setattr(program, "login_of_peer", login_of_peer)
    monkeypatch.setattr(program, "connect", lambda _login: Peer())
    monkeypatch.setattr(program, "look_at", lambda _peer: Seen(2, "closed", None))
    monkeypatch.setattr(keeper, "_note", lambda _peer, _seen: None)

    assert keeper._look_at_peer(session) is None
    assert keeper._trouble == f" ({obstacle})"
    assert keeper._look_at_peer(session) == Seen(2, "closed", None)
    assert keeper._trouble == ""
