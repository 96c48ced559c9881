"""What is told of a member whose server does not answer."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._read import member


def test_a_server_that_hangs_at_the_login_hides_no_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"at": "2026-11-24T01:02:03Z"}
    monkeypatch.setattr(member, "read_comparison", lambda: kept)
    monkeypatch.setattr(member, "read_skipped", lambda: {"count": 0, "last": []})
    monkeypatch.setattr(member, "find_excluding", lambda _name: None)
    path = str(tmp_path / "mysqld.sock")
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(path)
        silent.listen()
        login = Login(unix_socket=path, answer_timeout=1)
        told = member.read_member(login, is_installed=True, with_audit=False, options=[])
    assert (told["server"], told["comparison"], told["login_error"]["errno"]) == (None, kept, 2013)
