"""Whose the files on a host are, and who keeps others away from a server: found while it does, and not afterwards."""

from __future__ import annotations

import os
import socket
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


class Server:
    """The session with a server that was started under a name of its host."""

    def __init__(self, host: str, folder: Path) -> None:
        self._row = {"host": host, "port": 3306, "folder": str(folder), "process": "mysqld.pid"}

    def query(self, _statement: Any, _action: str) -> list[dict[str, Any]]:
        return [self._row]


@pytest.mark.parametrize(
    ("host", "process", "is_here"),
    [
        (socket.gethostname(), "no number", True),
        # The host was given another name since.
        ("localhost", str(os.getpid()), True),
        # In a container whose folders are there by the same names.
        ("3f1c5d", "1", False),
        ("3f1c5d", "no number", False),
    ],
)
def test_a_server_is_of_this_host_by_name_or_by_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, process: str, is_here: bool
) -> None:
    own = Path("/proc/self/comm").read_text("utf-8").strip()
    monkeypatch.setattr(_bookkeeping, "_SERVERS", (own,))
    (tmp_path / "mysqld.pid").write_text(process)
    session: Any = Server(host, tmp_path)
    assert (_bookkeeping.state_path(session, "peer") == "/var/lib/twoway/peer-3306.json") is is_here
