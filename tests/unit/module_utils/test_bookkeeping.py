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

    def __init__(self, host: str, folder: Path, process: int | None) -> None:
        self._row = {"host": host, "port": 3306, "folder": str(folder), "process": "mysqld.pid"}
        self._process = process

    def query(self, _statement: Any, _action: str) -> list[dict[str, Any]]:
        return [self._row]

    def server_process(self) -> int | None:
        return self._process


@pytest.mark.parametrize(
    ("host", "file", "process", "is_here"),
    [
        (socket.gethostname(), "no number", None, True),
        # The host was given another name since.
        ("localhost", "4711", 4711, True),
        # Over the network it may be a server elsewhere, and the file that of the own one, which has the same path.
        ("db2", "4711", None, False),
        # In a container whose folders are there by the same names.
        ("3f1c5d", "1", 4711, False),
        ("3f1c5d", "no number", 4711, False),
    ],
)
def test_a_server_is_of_this_host_by_name_or_by_process(
    tmp_path: Path, host: str, file: str, process: int | None, is_here: bool
) -> None:
    (tmp_path / "mysqld.pid").write_text(file)
    session: Any = Server(host, tmp_path, process)
    assert (_bookkeeping.state_path(session, "peer") == "/var/lib/twoway/peer-3306.json") is is_here


def test_a_server_without_a_file_for_its_process_is_known_by_name_alone(tmp_path: Path) -> None:
    session: Any = Server("localhost", tmp_path, 4711)
    assert _bookkeeping.state_path(session, "peer") is None
