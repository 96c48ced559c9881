"""An offer is made once, for a death alone, and withdrawn by its own name."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import offer
from ansible_collections.twoway.mysql.plugins.module_utils._keeper.service import DIED, ENDED, UNKNOWN, Service
from ansible_collections.twoway.mysql.plugins.module_utils._plan.keeper import Seen
from ansible_collections.twoway.mysql.plugins.module_utils._state.claim import Claim

CLAIM = Claim(7, 1, "deploy")
ACTIVE = Seen(1, "open", CLAIM)
STANDBY = Seen(2, "closed", CLAIM)


class Peer:
    """The session with the peer's server; it grants every lock."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def value(self, statement: Any, _action: str) -> int:
        self.said.append(statement.text)
        return 1


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
    made.withdraw(peer)
    made.withdraw(peer)
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
