"""What is known of a lag, where what a keeper measured counts more than what the server says, and of a channel."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _channel
from ansible_collections.twoway.mysql.plugins.module_utils._compare import throttle
from ansible_collections.twoway.mysql.plugins.module_utils._compare.throttle import Limits, Throttle
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._errors import TwowayError
from ansible_collections.twoway.mysql.plugins.module_utils._read import replication
from ansible_collections.twoway.mysql.plugins.module_utils._state.channel import Channel, ChannelSettings

UP_TO_DATE = Channel("", ChannelSettings(), "on", applier_running=True, lag_seconds=0)
WISH = {"running": False, "drained": False, "source_log_file": None, "channel": "", "lag_below_seconds": 5}


@pytest.fixture
def note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "lag-3306.json"
    monkeypatch.setattr(replication, "state_path", lambda _session, _name: str(path))
    monkeypatch.setattr(throttle, "read_channel", lambda _session, _name: UP_TO_DATE)
    return path


def measured(note: Path, seconds_behind: float, silent_seconds: float = 0) -> None:
    now = time.time()
    told = {"at": now, "seen_at": now - silent_seconds, "complete_until": now - seconds_behind, "lag_seconds": None}
    note.write_text(json.dumps(told), encoding="utf-8")


def is_below() -> bool:
    session: Any = None
    [(_words, condition)] = _channel._conditions(WISH, session)
    return condition(UP_TO_DATE)


def wait_for_calm() -> None:
    session: Any = None
    Throttle(session, "", session, Limits(lag_seconds=5, threads_running=None, pause_seconds=0)).wait()


def test_replica_whose_applier_has_nothing_to_do_and_whose_source_is_ahead(note: Path) -> None:
    measured(note, 60)
    assert not is_below()
    with pytest.raises(TwowayError, match=r"the replica is 60.* s behind"):
        wait_for_calm()


def test_source_that_is_silent_is_not_caught_up_with(note: Path) -> None:
    measured(note, 60, silent_seconds=30)
    assert not is_below()
    wait_for_calm()


def test_where_nobody_measures_the_server_is_believed(note: Path) -> None:
    assert is_below()
    wait_for_calm()


class Server:
    """A server that tells of its data directory, and of a channel by its table alone."""

    def __init__(self, version: str, folder: Path, rows: list[dict[str, Any]]) -> None:
        self.dialect = dialect_for(parse_version(version))
        self._folder = folder
        self._rows = rows

    def value(self, statement: Any, _action: str) -> str:
        assert statement.text == "SELECT @@datadir"
        return str(self._folder)

    def query(self, statement: Any, _action: str) -> list[dict[str, Any]]:
        assert "slave_master_info" in statement.text
        return self._rows


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("33\n\n4\n10.8.0.2\nrepl\nsecret\n3307\n60\n", ("10.8.0.2", 3307)),
        # What is being written, a channel that was forgotten, and none.
        ("33\n\n4\n10.8.", None),
        ("33\n\n4\n\n\n\n3306\n60\n", None),
        (None, None),
    ],
)
def test_where_a_channel_leads_to_stands_in_its_file(tmp_path: Path, content: str | None, place: Any) -> None:
    """The status of a channel does not come while its applier is being stopped."""
    if content:
        (tmp_path / "master.info").write_text(content)
    session: Any = Server("11.8.9-MariaDB", tmp_path, [])
    assert replication.read_channel_place(session, "") == place


@pytest.mark.parametrize(
    ("rows", "place"),
    [([{"host": "10.8.0.2", "port": 3307}], ("10.8.0.2", 3307)), ([{"host": "", "port": 3306}], None), ([], None)],
)
def test_where_a_channel_leads_to_stands_in_its_table(tmp_path: Path, rows: list[dict[str, Any]], place: Any) -> None:
    session: Any = Server("9.7.4", tmp_path, rows)
    assert replication.read_channel_place(session, "") == place
