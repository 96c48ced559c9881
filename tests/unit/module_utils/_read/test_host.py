"""What a host tells of itself, and what it asks of its server program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._read.host import read_host

VERSION = "/usr/sbin/mysqld  Ver 9.7.4 for Linux on x86_64 (MySQL Community Server - GPL)"


def test_the_option_file_of_the_flavor_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name, **_options: f"/usr/sbin/{name}" if name == "mysqld" else None)
    path = tmp_path / "zz.cnf"
    path.write_text("[mysqld]\n", encoding="utf-8")
    asked: list[Sequence[str]] = []

    def run(arguments: Sequence[str]) -> tuple[int, str, str]:
        asked.append(arguments)
        return 0, VERSION if "--version" in arguments else "--server_id=7", ""

    told = read_host(run, [], "/", [], None, {}, option_files={"mysql": str(path), "mariadb": "/none.cnf"})
    assert told["program"]["version"] == "9.7.4"
    assert told["option_file"] == {"options": ["server_id"], "overridden": [], "filters_elsewhere": {}}
    assert asked[-1] == ["/usr/sbin/mysqld", f"--defaults-file={path}", "--print-defaults"]
