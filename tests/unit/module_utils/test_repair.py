"""Why a channel stands still, also where the log that would tell more cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _repair
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._errors import ProgramFailed, Refused
from ansible_collections.twoway.mysql.plugins.module_utils._plan.repair import SKIP, RepairWish, plan_repair
from ansible_collections.twoway.mysql.plugins.module_utils._state.binlog import BinlogCoordinates
from ansible_collections.twoway.mysql.plugins.module_utils._state.channel import Channel, ChannelSettings, ThreadError

SAID = "mysqlbinlog failed with status 1: ERROR: Error in Log_event::read_log_event(): 'read error'"


class Server:
    """A member with a relay log, whose program prints it no further than to its first lines."""

    def __init__(self, version: str, folder: Path) -> None:
        self.dialect = dialect_for(parse_version(version))
        (folder / "relay.000007").touch()
        self._folder = folder

    def variables(self) -> dict[str, str]:
        return {"relay_log_basename": str(self._folder / "relay")}

    def value(self, _question: Any, _action: str) -> None:
        return None


def _print(_session: Any, _login: Any, _arguments: Any) -> Iterator[bytes]:
    yield b"# at 401"
    raise ProgramFailed(SAID)


@pytest.mark.parametrize(
    ("version", "errno"), [("9.7.4", 13121), ("8.0.46", 1594), ("11.8.9-MariaDB", 1594), ("11.8.9-MariaDB", 1595)]
)
def test_a_relay_log_that_cannot_be_read_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, errno: int
) -> None:
    error = ThreadError(errno, "Relay log read failure")
    relay = BinlogCoordinates("./relay.000007", 401)
    channel = Channel(
        "", ChannelSettings(), "on", applier_running=False, relay=relay, applied=relay, applier_error=error
    )
    monkeypatch.setattr(_repair, "read_channel", lambda _session, _name: channel)
    monkeypatch.setattr(_repair, "print_log", _print)
    session: Any = Server(version, tmp_path)
    login: Any = None
    failure = _repair._read_failure(session, login, "")
    described = _repair._describe(failure, None, print)
    assert described is not None
    assert (described["errno"], described["message"]) == (errno, "Relay log read failure")
    assert (described["transaction"], described["unread"]) == (None, SAID)
    assert described["choices"] == ["rebuild_member"]
    with pytest.raises(Refused, match="no transaction that could be skipped") as refused:
        plan_repair(failure, RepairWish("", SKIP, "1-1-41"), "")
    assert SAID in refused.value.message
