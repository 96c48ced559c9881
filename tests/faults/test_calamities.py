"""What can happen to a pair under load: no acknowledged row is lost, two gates are never open, it ends as a pair."""

from __future__ import annotations

import os
import re
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
REJOIN = "twoway.mysql.rejoin_member"
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
_LARGE_TRANSACTION = """
    CREATE TABLE wikidb.large (id INT PRIMARY KEY, text LONGTEXT);
    INSERT INTO wikidb.large SELECT seq, REPEAT('x', 100000) FROM wikidb.seq_1_to_160;
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
    assert ["2000000100" in pair.ledger(member) for member in _BOTH] == [is_committed] * 2


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
            assert set(labkit.writer_acked(active)) - pair.ledger(_other(active)) == set()
        finally:
            labkit.heal()
    assert load.problems(watch) == []
    assert load.open_members() == [_other(active)]


def test_failover_over_a_part_of_a_transaction(words: dict[str, str]) -> None:
    if words["client"] == "mysql":
        pytest.skip("only MariaDB can be told to receive slowly")
    active = _active()
    survivor = _other(active)
    # It is not given up on while it receives.
    labkit.sql(active, "SET GLOBAL rpl_semi_sync_master_timeout = 300000")
    labkit.sql(survivor, "SET GLOBAL read_binlog_speed_limit = 1000")
    with subprocess.Popen(
        labkit.shell_command(active, [words["client"], "-e", _LARGE_TRANSACTION]), stderr=subprocess.DEVNULL
    ) as client:
        playbook.wait(lambda: _unapplied_bytes(survivor) > 1_000_000)
        labkit.kill(active)
        client.wait()
    try:
        taken = playbook.run(FAIL_OVER, {"pair_fail_over_to": survivor})
        assert taken.exit_code == 0, taken.output
        assert load.open_members((survivor,)) == [survivor]
        assert _unapplied_bytes(survivor) > 0
    finally:
        labkit.sql(survivor, "SET GLOBAL read_binlog_speed_limit = 0")
        labkit.heal()
    playbook.wait(load.is_whole)
    assert load.open_members() == [survivor]
    rejoined = playbook.run(REJOIN, {"pair_rejoin_member": active})
    assert rejoined.exit_code == 0, rejoined.output
    # Not the part of it that had been received, from the place of which the log could be read.
    assert "had 1 transaction(s) that" in " ".join(rejoined.output.split())
    assert [labkit.sql(member, "SELECT COUNT(*) FROM wikidb.large") for member in _BOTH] == [[["160"]]] * 2
    assert list(pair.different_tables()) == []


def _unapplied_bytes(member: str) -> int:
    status = labkit.shell(member, 'mariadb -E -e "SHOW ALL SLAVES STATUS"').stdout
    places = {name: re.search(rf"^ *{name}_Master_Log_Pos: (.*)$", status, re.MULTILINE) for name in ("Read", "Exec")}
    read, applied = (int(found.group(1)) if found else 0 for found in places.values())
    return read - applied


def test_a_failover_that_is_killed_lets_commits_wait_again(words: dict[str, str]) -> None:
    if words["client"] == "mysql":
        pytest.skip("it was tried on MariaDB alone")
    active = _active()
    survivor = _other(active)
    patience = "SELECT @@GLOBAL.rpl_semi_sync_master_timeout"
    before = labkit.sql(survivor, patience)
    hold = labkit.shell_command(
        survivor, [words["client"], "-e", "LOCK TABLES wikidb.category READ; SELECT SLEEP(600)"]
    )
    with subprocess.Popen(hold, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        playbook.wait(lambda: bool(_holders(survivor)))
        labkit.sql(active, "INSERT INTO wikidb.category (id, name) VALUES (990, 'held')")
        labkit.kill(active)
        with playbook.started(FAIL_OVER, {"pair_fail_over_to": survivor}) as (process, _record, _output):
            playbook.wait(lambda: labkit.sql(survivor, patience) == [["1"]])
            playbook.kill_group(process)
        playbook.kill_on_members((survivor,))
        playbook.wait(lambda: labkit.sql(survivor, patience) == before)
        assert labkit.sql(survivor, patience) == before
        for [session] in _holders(survivor):
            labkit.sql(survivor, f"KILL {session}")
    labkit.heal()
    playbook.wait(load.is_whole)
    assert load.open_members() == [active]
    assert list(pair.different_tables()) == []


def _holders(member: str) -> list[list[str | None]]:
    return labkit.sql(member, "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(600)'")


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
