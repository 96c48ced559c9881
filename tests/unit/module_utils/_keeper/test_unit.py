"""How the keeper becomes a service: one that comes back however often it ends."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import unit


def test_systemd_never_gives_up() -> None:
    content, _mode = unit._files(Login(), dialect_for(parse_version("9.7.4")), keeps_gate=True)[unit._UNIT]
    begin, service = content.decode().split("[Service]\n")
    assert "\nStartLimitIntervalSec=0\n" in begin
    assert "\nRestart=always\n" in service


@pytest.mark.parametrize(
    ("running", "is_environment", "expected"),
    [("python3.13", False, "python3"), ("python3.13", True, "python3.13"), ("python3.14", False, "python3.14")],
)
def test_the_python_of_the_system_has_a_name_that_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, running: str, is_environment: bool, expected: str
) -> None:
    for name in ("python3.13", "python3.14"):
        (tmp_path / name).touch()
    (tmp_path / "python3").symlink_to("python3.13")
    monkeypatch.setattr(unit, "_PYTHON", str(tmp_path / "python3"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / running))
    monkeypatch.setattr(sys, "prefix", "/opt/python" if is_environment else sys.base_prefix)
    assert unit._python() == str(tmp_path / expected)


def test_nothing_is_left_of_an_installation_that_was_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "login.json.new").write_text("a password")
    for name in ("_LOGIN", "_PROGRAM", "_UNIT"):
        monkeypatch.setattr(unit, name, str(tmp_path / "etc" / f"{name[1:].lower()}.json"))
    monkeypatch.setattr(unit, "_option_file", lambda _dialect: str(tmp_path / "gate.cnf"))
    said: list[list[str]] = []

    def run(command: Sequence[str]) -> tuple[int, str, str]:
        said.append([*command])
        return 0, "", ""

    unit.remove_keeper(dialect_for(parse_version("9.7.4")), run)
    assert list(tmp_path.iterdir()) == []
    assert said == [["systemctl", "daemon-reload"]]
