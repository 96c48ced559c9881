"""Who counts as lost."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _unseen
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused, ServerError
from ansible_collections.twoway.mysql.plugins.module_utils._silence import ANSWERS, NO_WAY, SILENT


@pytest.mark.parametrize(
    ("errno", "is_refused"), [(1045, True), (1040, True), (4151, True), (2003, False), (None, False)]
)
def test_member_whose_server_refuses_the_login_is_not_lost(
    monkeypatch: pytest.MonkeyPatch, errno: int | None, is_refused: bool
) -> None:
    def connect(_login: Login) -> None:
        raise ServerError("connect to the server", errno, None, "reason")

    monkeypatch.setattr(_unseen, "required_login_of_peer", lambda _session: Login(host="db2"))
    monkeypatch.setattr(_unseen, "look_for", lambda _host, _port: ANSWERS)
    monkeypatch.setattr(_unseen, "connect", connect)
    session: Any = None
    if not is_refused:
        assert _unseen.refuse_when_peer_answers(session) is False
        return
    with pytest.raises(Refused, match="answers, and refuses this one"):
        _unseen.refuse_when_peer_answers(session)


@pytest.mark.parametrize(
    ("cause", "found", "hangs"),
    [
        (TimeoutError("timed out"), ANSWERS, True),
        (ConnectionRefusedError(), ANSWERS, False),
        (TimeoutError(), SILENT, False),
        # The kernel looks for a dead host on its own network again and again.
        (TimeoutError("timed out"), NO_WAY, False),
    ],
)
def test_server_that_says_nothing_on_a_host_that_answers_may_live(
    monkeypatch: pytest.MonkeyPatch, cause: OSError, found: str, hangs: bool
) -> None:
    def connect(_login: Login) -> None:
        raise ServerError("connect to the server", 2013, None, "Lost connection") from cause

    monkeypatch.setattr(_unseen, "required_login_of_peer", lambda _session: Login(host="db2"))
    monkeypatch.setattr(_unseen, "look_for", lambda _host, _port: found)
    monkeypatch.setattr(_unseen, "connect", connect)
    session: Any = None
    assert _unseen.refuse_when_peer_answers(session) is hangs
