"""What is known of a lag: what a keeper measured counts more than what the server says of itself."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _channel
from ansible_collections.twoway.mysql.plugins.module_utils._compare import throttle
from ansible_collections.twoway.mysql.plugins.module_utils._compare.throttle import Limits, Throttle
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
