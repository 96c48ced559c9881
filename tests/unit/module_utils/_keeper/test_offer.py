"""An offer is made once, for a death alone, and withdrawn by its own name."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._errors import ServerError, TwowayError
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import offer
from ansible_collections.twoway.mysql.plugins.module_utils._keeper.service import DIED, ENDED, UNKNOWN, Service
from ansible_collections.twoway.mysql.plugins.module_utils._plan.keeper import Seen
from ansible_collections.twoway.mysql.plugins.module_utils._state.claim import Claim

CLAIM = Claim(7, 1, "deploy")
ACTIVE = Seen(1, "open", CLAIM)
STANDBY = Seen(2, "closed", CLAIM)


class Peer:
    """The session with the peer's server; it grants every lock.

    :ivar holder: the session that holds an offer there.
    :ivar refusal: what the server says to whoever ends a session; ``None`` when it does so.
    """

    def __init__(self, holder: int | None = None, refusal: int | None = None) -> None:
        self.said: list[str] = []
        self.holder, self.refusal = holder, refusal

    def value(self, statement: Any, _action: str) -> int | None:
        if "IS_USED_LOCK" in statement.text:
            return self.holder
        self.said.append(statement.text)
        return 1

    def query(self, statement: Any, action: str) -> None:
        self.said.append(statement.text)
        if self.refusal:
            raise ServerError(action, self.refusal, None, "no")
        self.holder = None


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How the own server ends, one word for each time that systemd is asked."""
    words: list[str] = []
    monkeypatch.setattr(offer, "service_of", lambda _session: Service("mysql.service", "0"))
    monkeypatch.setattr(offer, "how_it_ended", lambda _service: words.pop(0))
    monkeypatch.setattr(offer, "look_at", lambda _peer: STANDBY)
    return words


def watched(last: Seen | None) -> offer.Offer:
    made: Any = offer.Offer()
    made.watch(None)
    if last:
        made.note(last)
    return made


def test_a_death_is_offered_once_and_withdrawn(ends: list[str]) -> None:
    ends += [UNKNOWN, DIED, DIED]
    peer: Any = Peer()
    made = watched(ACTIVE)
    assert not made.make(peer)
    assert made.make(peer)
    assert not made.make(peer)
    assert peer.said == ["SELECT GET_LOCK('twoway.offer.7', 0)"]
    made.withdraw(peer, CLAIM.term)
    made.withdraw(peer, CLAIM.term)
    assert peer.said[1:] == ["SELECT RELEASE_LOCK('twoway.offer.7')"]


@pytest.mark.parametrize(
    ("last", "end"),
    [
        (None, DIED),
        (ACTIVE, ENDED),
        (Seen(1, "closed", CLAIM), DIED),
        (Seen(1, "open", Claim(8, 1, "deploy")), DIED),
        (Seen(1, "open", CLAIM, is_moving=True), DIED),
    ],
    ids=str,
)
def test_nothing_else_is_offered(ends: list[str], last: Seen | None, end: str) -> None:
    ends.append(end)
    peer: Any = Peer()
    assert not watched(last).make(peer)
    assert peer.said == []


def test_an_offer_that_outlived_its_session_is_withdrawn_as_well() -> None:
    """The service, the host or the network was gone for longer than its end of the session was kept."""
    peer: Any = Peer(holder=41)
    offer.Offer().withdraw(peer, CLAIM.term)
    assert peer.said == ["KILL 41"]


def test_what_somebody_else_holds_is_no_offer() -> None:
    peer: Any = Peer(holder=41, refusal=1095)
    offer.Offer().withdraw(peer, CLAIM.term)


def test_no_gate_is_opened_over_an_offer_that_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offer, "_END_SECONDS", 0)
    peer: Any = Peer(holder=41, refusal=1094)
    with pytest.raises(TwowayError, match="still stands"):
        offer.Offer().withdraw(peer, CLAIM.term)
