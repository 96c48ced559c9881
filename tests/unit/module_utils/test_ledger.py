"""A skipped transaction stands in the ledger once, whatever was killed when."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _ledger
from ansible_collections.twoway.mysql.plugins.module_utils._read.records import read_ledger, read_skipped

ENTRY = {"channel": "", "transaction": "1-1-41", "errno": 1062, "message": "Duplicate", "table": "a.b", "reason": "été"}


def test_each_transaction_of_a_channel_is_noted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "twoway"
    monkeypatch.setattr(_ledger, "STATE_FOLDER", str(folder))
    for entry in (ENTRY, ENTRY, {**ENTRY, "channel": "north"}, {**ENTRY, "transaction": "1-1-42"}):
        _ledger.note_skip(entry)
    noted = list(read_ledger(str(folder)))
    assert [(line["channel"], line["transaction"]) for line in noted] == [
        ("", "1-1-41"),
        ("north", "1-1-41"),
        ("", "1-1-42"),
    ]
    assert {name: noted[0][name] for name in ENTRY} == ENTRY
    assert read_skipped(str(folder))["count"] == 3
    assert (folder / "skipped.jsonl").stat().st_mode & 0o777 == 0o600
