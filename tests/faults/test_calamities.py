"""What can happen to a pair under load: no acknowledged row is lost, two gates are never open, it ends as a pair."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable

import labkit
import load
import pair
import playbook
import pytest

SWITCH_OVER = "twoway.mysql.switch_over"
FAIL_OVER = "twoway.mysql.fail_over"
REBUILD = "twoway.mysql.rebuild_member"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.environ.get("FLAVOR") == "mariadb-lts", reason="each family of servers is tried once"),
]

_BOTH = labkit.DEFAULT_MEMBERS
_MOVE = "twoway.mysql.pair : Switchover | Close one gate, and open the other when everything has arrived there"
#: Longer than a keeper waits for an answer.
_DOWN_SECONDS = 4.0
_STRIKES: dict[str, Callable[[str], None]] = {"kill": labkit.kill, "pause": labkit.pause, "cut": labkit.cut}
#: An application's transaction that is open for longer than a move of the writes has patience.
_LONG_TRANSACTION = """
    BEGIN; INSERT INTO wikidb.ledger (id, writer, note) VALUES ({id}, 'long', 'open for long');
    SELECT SLEEP(6); COMMIT; SELECT 'committed';
"""


@pytest.fixture(scope="module")
def words(flavor: str) -> dict[str, str]:
    """A pair with data; the words in which its servers are told about replication."""
    labkit.up(flavor, image="server", fresh=True)
    labkit.load_wikidb("db1")
    done = playbook.run()
    assert done.exit_code == 0, done.output
    client = labkit.FLAVORS[flavor].client
    return {"client": client, "R": "REPLICA" if client == "mysql" else "SLAVE"}


def _active() -> str:
    playbook.wait(load.is_whole)
    return load.open_members()[0]


def _other(member: str) -> str:
    return next(other for other in _BOTH if other != member)


def _wait_for_more_rows(count: int) -> None:
    before = len(load.acknowledged())
    playbook.wait(lambda: len(load.acknowledged()) >= before + count)


def test_switchover_with_a_long_transaction(words: dict[str, str]) -> None:
    with load.under_load() as watch:
        active = _active()
        statements = _LONG_TRANSACTION.format(id=2000000100)
        command = labkit.shell_command(active, [words["client"], "-uwikiapp", "--batch", "--skip-column-names"])
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
            assert client.stdin is not None
            client.stdin.write(statements)
            client.stdin.close()
            done = playbook.run(SWITCH_OVER, {"pair_switch_to": _other(active)})
            client.wait()
            assert client.stdout is not None
            is_committed = "committed" in client.stdout.read()
        assert load.open_members() == [_other(active) if done.exit_code == 0 else active], done.output
    assert load.problems(watch) == []
    assert ["2000000100" in load.rows(member) for member in _BOTH] == [is_committed] * 2


@pytest.mark.parametrize("victim", ["the old writer", "the new writer"])
def test_a_member_that_is_killed_in_the_middle_of_a_switchover(words: dict[str, str], victim: str) -> None:
    with load.under_load() as watch:
        active = _active()
        with playbook.started(SWITCH_OVER, {"pair_switch_to": _other(active)}) as (process, record, _output):
            playbook.wait(lambda: any(task.name == _MOVE for task in playbook.read_tasks(record)))
            labkit.kill(active if victim == "the old writer" else _other(active))
            process.wait(playbook.MOST_SECONDS)
        labkit.heal()
        load.start_writers()
        _wait_for_more_rows(20)
    assert load.problems(watch) == []


@pytest.mark.parametrize("who", ["active", "standby", "both"])
@pytest.mark.parametrize("strike", _STRIKES)
def test_members_that_are_away_for_a_while(words: dict[str, str], strike: str, who: str) -> None:
    with load.under_load() as watch:
        active = _active()
        _wait_for_more_rows(20)
        for member in {"active": [active], "standby": [_other(active)], "both": _BOTH}[who]:
            _STRIKES[strike](member)
        back_at = time.monotonic() + _DOWN_SECONDS
        playbook.wait(lambda: time.monotonic() > back_at)
        labkit.heal()
        load.start_writers()
        _wait_for_more_rows(20)
        assert load.open_members() == [active]
    assert load.problems(watch) == []


def test_failover_over_rows_that_were_received_and_not_applied(words: dict[str, str]) -> None:
    with load.under_load(rate=0) as watch:
        active = _active()
        labkit.sql(_other(active), f"STOP {words['R']} SQL_THREAD")
        _wait_for_more_rows(1000)
        labkit.kill(active)
        try:
            labkit.sql(_other(active), f"START {words['R']} SQL_THREAD")
            taken = playbook.run(FAIL_OVER, {"pair_fail_over_to": _other(active)})
            assert taken.exit_code == 0, taken.output
            assert set(labkit.writer_acked(active)) - load.rows(_other(active)) == set()
        finally:
            labkit.heal()
    assert load.problems(watch) == []
    assert load.open_members() == [_other(active)]


def test_binary_logs_that_are_purged_while_the_standby_is_away(words: dict[str, str]) -> None:
    with load.under_load() as watch:
        active = _active()
        labkit.sql(_other(active), f"STOP {words['R']} IO_THREAD")
        _wait_for_more_rows(20)
        labkit.sql(active, "FLUSH BINARY LOGS; FLUSH BINARY LOGS; PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY")
        labkit.sql(_other(active), f"START {words['R']} IO_THREAD")
        playbook.wait(lambda: pair.channel_threads(_other(active))[0] == "No")
        rebuilt = playbook.run(REBUILD, {"pair_rebuild_member": _other(active)})
        assert rebuilt.exit_code == 0, rebuilt.output
    assert load.problems(watch) == []
