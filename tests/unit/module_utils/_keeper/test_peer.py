"""The peer: what the keeper says of one that it does not get in at, and which one it is."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, cast

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused, ServerError
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import login, peer
from ansible_collections.twoway.mysql.plugins.module_utils._keeper.fence import Fence
from ansible_collections.twoway.mysql.plugins.module_utils._keeper.offer import Offer
from ansible_collections.twoway.mysql.plugins.module_utils._keeper.resume import Resume
from ansible_collections.twoway.mysql.plugins.module_utils._plan.keeper import Seen

UNTRUSTED = ServerError("connect", 2003, None, "certificate verify failed", was_there=True)


class Session:
    """A session that shows nothing and can be closed."""

    def close(self) -> None:
        return None


def hurry() -> None:
    """Nobody is told."""


@pytest.fixture
def kept() -> peer.Peer:
    return peer.Peer(Offer(), Fence(), Resume(), hurry)


@pytest.mark.parametrize("obstacle", [Refused("The CA of the channel cannot be read."), UNTRUSTED])
def test_obstacle_is_said_until_it_is_gone(
    kept: peer.Peer, monkeypatch: pytest.MonkeyPatch, obstacle: Exception
) -> None:
    own: Any = object()
    obstacles: list[Exception] = [obstacle]

    def stand_in(result: Any) -> Any:
        if obstacles and isinstance(obstacles[0], Refused) == isinstance(result, Login):
            raise obstacles.pop()
        return result

    monkeypatch.setattr(peer, "login_of_peer", lambda _session: stand_in(Login(user="replication")))
    monkeypatch.setattr(peer, "leads_elsewhere", lambda _own, _login: False)
    monkeypatch.setattr(peer, "connect", lambda _login: stand_in(Session()))
    monkeypatch.setattr(peer, "look_at", lambda _peer: Seen(2, "closed", None))

    assert kept.look(own) is None
    assert kept.trouble == f" ({obstacle})"
    assert kept.look(own) == Seen(2, "closed", None)
    assert kept.trouble == ""


def test_what_the_kernel_says_of_an_absent_peer_is_said_once(kept: peer.Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    own: Any = object()
    reasons = ["timed out", "No route to host", "timed out"]

    def connect(_login: Login) -> Any:
        raise ServerError("connect", 2003, None, reasons.pop(0))

    monkeypatch.setattr(peer, "login_of_peer", lambda _session: Login(host="10.8.0.2"))
    monkeypatch.setattr(peer, "leads_elsewhere", lambda _own, _login: False)
    monkeypatch.setattr(peer, "connect", connect)
    told = set()
    while reasons:
        kept.look(own)
        told.add(kept.trouble)
    assert told == {" (Failed to connect: timed out (errno 2003, sqlstate none))"}


@pytest.mark.parametrize(
    ("place", "is_left"),
    [(("10.8.0.3", 3306), True), (("10.8.0.2", 3307), True), (("10.8.0.2", 3306), False), (None, False)],
)
def test_a_peer_that_the_channel_leads_to_no_longer_is_left(
    kept: peer.Peer, monkeypatch: pytest.MonkeyPatch, place: tuple[str, int] | None, is_left: bool
) -> None:
    """One that was replaced may run on, and know no claim but its own of before; without a channel nobody has."""
    own: Any = object()
    kept.session, kept.login = cast(Any, Session()), Login(host="10.8.0.2")
    monkeypatch.setattr(login, "read_channel_place", lambda _session, _name: place)
    assert not kept.follow_channel(own, after_seconds=10)
    assert kept.session is not None
    assert kept.follow_channel(own) is is_left
    assert (kept.session is None) is is_left


def test_a_question_that_failed_is_not_asked_again_at_once(kept: peer.Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    own: Any = object()
    asked: list[float] = []

    def fail(_session: Any, _login: Login) -> bool:
        asked.append(1)
        raise ServerError("read where the channel leads to", 2013, None, "timed out")

    kept.session, kept.login = cast(Any, Session()), Login(host="10.8.0.2")
    monkeypatch.setattr(peer, "leads_elsewhere", fail)
    with pytest.raises(ServerError):
        kept.follow_channel(own)
    kept.follow_channel(own, after_seconds=10)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("error", "is_elsewhere", "seconds", "times"),
    [
        (ServerError("connect", 2003, None, "timed out"), False, 30, 1),
        (ServerError("connect", 2003, None, "timed out"), True, 30, 3),
        (ServerError("connect", 2003, None, "timed out"), False, -1, 3),
        (ServerError("connect", 1045, "28000", "access denied"), False, 30, 3),
        (UNTRUSTED, False, 30, 3),
    ],
)
def test_channel_is_read_again_where_the_known_login_may_not_do(
    kept: peer.Peer, monkeypatch: pytest.MonkeyPatch, error: Exception, is_elsewhere: bool, seconds: int, times: int
) -> None:
    own: Any = object()
    read: list[int] = []

    def login_of_peer(_session: Any) -> Login:
        read.append(1)
        return Login(host="10.8.0.2")

    def connect(_login: Login) -> Any:
        raise error

    monkeypatch.setattr(peer, "login_of_peer", login_of_peer)
    monkeypatch.setattr(peer, "leads_elsewhere", lambda _own, _login: is_elsewhere)
    monkeypatch.setattr(peer, "connect", connect)
    monkeypatch.setattr(peer, "LOGIN_SECONDS", seconds)
    for _look in range(3):
        assert kept.look(own) is None
    assert len(read) == times
    assert kept.login == Login(host="10.8.0.2")


def test_own_server_that_does_not_tell_is_not_taken_for_the_peer(
    kept: peer.Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    own: Any = object()

    def login_of_peer(_session: Any) -> Login:
        raise ServerError("read the channel", 2013, None, "timed out")

    monkeypatch.setattr(peer, "login_of_peer", login_of_peer)
    with pytest.raises(ServerError):
        kept.look(own)
    assert kept.trouble == ""


class Watch:
    """Sees whom it is shown."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def see_peer(self, _peer: Any, server_id: int) -> None:
        self.seen.append(server_id)


def test_what_the_peer_shows_is_kept_for_whoever_decides_without_it(
    kept: peer.Peer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own: Any = object()
    watch: Any = Watch()
    note = tmp_path / "peer-3306.json"
    monkeypatch.setattr(peer, "login_of_peer", lambda _session: Login(user="replication"))
    monkeypatch.setattr(peer, "connect", lambda _login: Session())
    monkeypatch.setattr(peer, "look_at", lambda _peer: Seen(2, "open", None))
    monkeypatch.setattr(peer, "read_semi_sync", lambda _peer: True)
    kept.keep(str(note), watch)
    kept.look(own)
    # Not at each look.
    assert (watch.seen, note.exists()) == ([2], False)
    monkeypatch.setattr(peer, "NOTE_SECONDS", 0)
    kept.look(own)
    noted = json.loads(note.read_text("utf-8"))
    assert time.time() - noted.pop("at") < 60
    assert noted == {"gate": "open", "is_semi_sync": True}
