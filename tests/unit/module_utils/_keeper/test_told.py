"""What the keeper tells on the host is never half there."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import told


def test_the_file_says_whether_the_gate_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "gate-open"
    monkeypatch.setattr(told, "GATE_FILE", str(path))
    said = []
    for is_open in (False, True, False):
        told.tell_gate(is_open)
        said.append(path.read_text("ascii"))
    assert said == ["0\n", "1\n", "0\n"]


def test_nothing_is_told_twice(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    written: list[bool] = []
    monkeypatch.setattr(told, "tell_gate", written.append)
    teller = told.Told()
    for gate in ("open", "open", "half-open", "closed"):
        teller.tell(gate)
        teller.say(gate)
    assert written == [True, False, False]
    assert teller.gate == "closed"
    assert capsys.readouterr().out == "open\nhalf-open\nclosed\n"
