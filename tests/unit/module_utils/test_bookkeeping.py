"""Who keeps others away from a server is found while it does, and not once it has ended."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _bookkeeping
from ansible_collections.twoway.mysql.plugins.module_utils._bookkeeping import UNFINISHED, exclusive, find_excluding


def test_who_keeps_others_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bookkeeping, "state_path", lambda _session, name: str(tmp_path / f"{name}-3307.json"))
    session: Any = None
    assert find_excluding(UNFINISHED, str(tmp_path)) is None
    with exclusive(session, UNFINISHED):
        os.utime(tmp_path / "unfinished-3307.json.lock", (0, 1764068400))
        assert find_excluding(UNFINISHED, str(tmp_path)) == {
            "process": os.getpid(),
            "port": 3307,
            "began_at": "2025-11-25T11:00:00Z",
        }
        assert find_excluding("compare", str(tmp_path)) is None
    assert (tmp_path / "unfinished-3307.json.lock").exists()
    assert find_excluding(UNFINISHED, str(tmp_path)) is None


def test_who_did_not_say_so_is_found_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bookkeeping, "state_path", lambda _session, name: str(tmp_path / f"{name}-3306.json"))
    session: Any = None
    with exclusive(session, UNFINISHED):
        (tmp_path / "unfinished-3306.json.lock").write_text("")
        found = find_excluding(UNFINISHED, str(tmp_path))
        assert found is not None
        assert (found["process"], found["port"]) == (None, 3306)
