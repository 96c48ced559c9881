"""The keeper's note of the lag: what it says, and what it outlives."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import watch
from ansible_collections.twoway.mysql.plugins.module_utils._keeper.watch import Watch


def session(version: str = "11.8.9-MariaDB", **row: str) -> Any:
    """A session whose server has these GTIDs."""
    dialect = dialect_for(parse_version(version))
    return SimpleNamespace(dialect=dialect, query=lambda _statement, _action: [row])


@pytest.fixture
def note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(watch, "_NOTE_SECONDS", -1)
    return tmp_path / "lag-3306.json"


def test_note(note: Path) -> None:
    kept = Watch(str(note))
    kept.see_peer(session(written="1-1-9,2-2-4", applied="2-2-4"), 1)
    kept.see_own(session(written="1-1-8,2-2-4", applied="1-1-9"))
    told = json.loads(note.read_text("utf-8"))
    assert told["source_server_id"] == 1
    assert told["seen_at"] == told["complete_until"] <= told["at"]
    assert told["lag_seconds"] >= 0


def test_what_a_member_wrote_and_lost_is_no_lag(note: Path) -> None:
    """No channel brings it back; ERRANT_TRANSACTIONS tells of it."""
    own, peer = (f"{digit}6410339-e8be-11f1-a1e8-02420a083201" for digit in "ef")
    kept = Watch(str(note))
    kept.see_peer(session("9.7.4", written=f"{own}:1-20,{peer}:1-5"), 1)
    kept.see_own(session("9.7.4", written=f"{own}:1-9,{peer}:1-4", own=f"{own}:1-9223372036854775806"))
    assert json.loads(note.read_text("utf-8"))["lag_seconds"] is None
    kept.see_own(session("9.7.4", written=f"{own}:1-9,{peer}:1-5", own=f"{own}:1-9223372036854775806"))
    assert json.loads(note.read_text("utf-8"))["lag_seconds"] >= 0


def test_peer_without_gtids(note: Path) -> None:
    kept = Watch(str(note))
    kept.see_peer(session(written=""), 1)
    kept.see_own(session(written=""))
    assert json.loads(note.read_text("utf-8"))["seen_at"] is None


@pytest.mark.parametrize("text", ["", "{", '{"at": 1'])
def test_note_that_a_power_cut_left_short(note: Path, text: str) -> None:
    note.write_text(text, encoding="utf-8")
    Watch(str(note)).see_own(session(written="1-1-8"))
    assert json.loads(note.read_text("utf-8"))["complete_until"] is None


def test_gate_is_kept_on_a_full_disk(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    Watch(str(note)).see_own(session(written="1-1-8"))
    assert not note.exists()
