"""Who goes on without its peer after a start: who did so before, and was not turned off meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import alone
from ansible_collections.twoway.mysql.plugins.module_utils._keeper.fence import Settings
from ansible_collections.twoway.mysql.plugins.module_utils._plan.keeper import Seen
from ansible_collections.twoway.mysql.plugins.module_utils._state.claim import Claim

ACTIVE = Seen(1, "open", Claim(7, 1, "deploy"))
STARTED = Seen(1, "closed", ACTIVE.claim)

IsAlone = Callable[..., bool]


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return tmp_path / "alone.json"


@pytest.fixture
def is_alone(note: Path) -> IsAlone:
    """Whether a member goes on alone whose peer has been away for long."""

    def ask(own: Seen, is_peer_seen: bool = False, is_peer_off: bool = False) -> bool:
        return alone.is_alone(str(note), own, is_peer_seen, is_peer_away=True, is_peer_off=is_peer_off)

    return ask


def may_be_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "read_settings", lambda: Settings("/bin/true", 1.0, "eth0"))


def test_who_goes_on_without_its_peer_does_so_after_a_start(is_alone: IsAlone) -> None:
    assert not is_alone(STARTED)
    is_alone(ACTIVE)
    assert is_alone(STARTED)
    assert not is_alone(STARTED, is_peer_seen=True)
    assert not is_alone(STARTED)


def test_a_note_that_cannot_be_read_tells_nothing(is_alone: IsAlone, note: Path) -> None:
    note.write_bytes(b"\0\0\0")
    assert not is_alone(STARTED)
    is_alone(ACTIVE)
    assert is_alone(STARTED)


def test_who_may_have_been_turned_off_opens_no_gate_alone(is_alone: IsAlone, monkeypatch: pytest.MonkeyPatch) -> None:
    is_alone(ACTIVE)
    may_be_off(monkeypatch)
    assert not is_alone(ACTIVE)
    assert not is_alone(STARTED)


def test_who_had_its_peer_turned_off_goes_on_alone(is_alone: IsAlone, monkeypatch: pytest.MonkeyPatch) -> None:
    may_be_off(monkeypatch)
    assert is_alone(STARTED, is_peer_off=True)
    assert is_alone(ACTIVE, is_peer_off=True)
    # Also when the service itself has started again, but not its host: that may have been turned off as well.
    assert is_alone(STARTED)
    monkeypatch.setattr(alone, "read_boot", lambda: "another")
    assert not is_alone(STARTED)
