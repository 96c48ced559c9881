"""The writes move to the other member, planned or not: nothing acknowledged is lost, and one gate is open."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import labkit
import load
import pair
import playbook
import pytest

SWITCH_OVER = "twoway.mysql.switch_over"
FAIL_OVER = "twoway.mysql.fail_over"
REJOIN = "twoway.mysql.rejoin_member"
_BOTH = labkit.DEFAULT_MEMBERS
#: Root passes the gate of a MariaDB server.
_BUSY = """
    CREATE TABLE wikidb.busy (id INT PRIMARY KEY, n INT); INSERT INTO wikidb.busy VALUES (1, 0), (2, 0), (3, 0);
    CREATE USER worker@localhost; GRANT ALL ON wikidb.* TO worker@localhost;
"""
_OPEN_TRANSACTION = "BEGIN; UPDATE wikidb.busy SET n = n + 1;"
_LONG_STATEMENT = "UPDATE wikidb.busy SET n = n + 10 WHERE SLEEP(600) = 0;"
_ROW = "INSERT INTO wikidb.ledger (id, writer, note) VALUES ({id}, 'here', 'while the other one is not seen')"
_CLAIM = "INSERT INTO twoway.active VALUES (UNIX_TIMESTAMP() * 1000000 + 60000000, {member}, 'switchover', '')"
_NEWEST_CLAIM = "SELECT reason FROM twoway.active ORDER BY term DESC LIMIT 1"
_SIGNAL = "pkill --signal {signal} --exact 'mysqld|mariadbd'"
_SUM = "SELECT SUM(n) FROM wikidb.busy"
_ROWS = "SELECT COUNT(*), SUM(n) FROM wikidb.busy"
_HOLD = "LOCK TABLES wikidb.busy READ; SELECT SLEEP(600)"
_HOLDERS = "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(600)'"
_OLD_TRANSACTIONS = """
    SELECT trx_mysql_thread_id FROM information_schema.INNODB_TRX
    WHERE trx_mysql_thread_id > 0 AND trx_started < NOW() - INTERVAL 2 SECOND
"""


@pytest.fixture(scope="module")
def deployed(flavor: str) -> str:
    """A pair with data, in which db1 takes the writes; the name of its flavor."""
    # With that a member may change its own routes.
    labkit.up(flavor, image="server", fresh=True, vip=True)
    labkit.load_wikidb("db1")
    done = playbook.run()
    assert done.exit_code == 0, done.output
    return flavor


def _acknowledged_rows_are_on_both(writer: str) -> None:
    acknowledged = set(labkit.writer_acked(writer))
    assert acknowledged
    playbook.wait(lambda: all(acknowledged <= pair.ledger(member) for member in _BOTH))
    assert [acknowledged - pair.ledger(member) for member in _BOTH] == [set(), set()]


def test_a_run_in_check_mode_moves_nothing(deployed: str) -> None:
    looked = playbook.run(SWITCH_OVER, arguments=["--check", "--diff"])
    assert looked.exit_code == 0, looked.output
    assert load.open_members() == ["db1"]


def test_one_member_at_a_time_moves_nothing(deployed: str) -> None:
    refused = playbook.run(SWITCH_OVER, arguments=["--forks", "1"])
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    assert any("run with --forks 2 or more" in error for error in refused.errors), refused.output
    assert load.open_members() == ["db1"]


@contextmanager
def _working(member: str, flavor: str, statements: str) -> Iterator[subprocess.Popen[str]]:
    """A client of a member that stays when it has said that, once its transaction is old."""
    words = [labkit.FLAVORS[flavor].client, "--unbuffered", "--user=worker"]
    command = labkit.shell_command(member, words)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as client:
        assert client.stdin
        client.stdin.write(statements + "\n")
        client.stdin.flush()
        playbook.wait(lambda: bool(labkit.sql(member, _OLD_TRANSACTIONS)))
        yield client


def test_an_open_transaction_is_named_and_cut_off(deployed: str) -> None:
    labkit.sql("db1", _BUSY)
    with _working("db1", deployed, _OPEN_TRANSACTION) as client:
        looked = playbook.run(SWITCH_OVER, {"pair_switch_to": "db2"}, ["--check"])
        assert "3 changed rows: it would be waited for" in looked.output, looked.output
        moved = playbook.run(SWITCH_OVER, {"pair_switch_to": "db2"})
        assert moved.exit_code == 0, moved.output
        assert "3 changed rows: cut off, and fails at its next write" in moved.output
        _output, errors = client.communicate("COMMIT;\n")
    assert "1290" in errors
    playbook.wait(lambda: all(labkit.sql(member, _SUM) == [["0"]] for member in _BOTH))
    assert [labkit.sql(member, _SUM) for member in _BOTH] == [[["0"]], [["0"]]]
    back = playbook.run(SWITCH_OVER, {"pair_switch_to": "db1"})
    assert back.exit_code == 0, back.output


def test_a_long_statement_keeps_the_writes_until_it_may_be_killed(deployed: str) -> None:
    with _working("db1", deployed, _LONG_STATEMENT) as client:
        refused = playbook.run(SWITCH_OVER, {"pair_switch_to": "db2"})
        assert refused.exit_code != 0
        assert any("are at it for longer than 2 s: session" in error for error in refused.errors), refused.output
        assert load.open_members() == ["db1"]
        labkit.sql("db1", "INSERT INTO wikidb.busy VALUES (4, 0);")
        moved = playbook.run(SWITCH_OVER, {"pair_switch_to": "db2", "pair_switch_kill_sessions": True})
        assert moved.exit_code == 0, moved.output
        assert "0 changed rows: killed" in moved.output
        _output, errors = client.communicate()
    # What the client calls it is its own affair.
    assert client.returncode
    assert "ERROR" in errors
    assert load.open_members() == ["db2"]
    playbook.wait(lambda: all(labkit.sql(member, _ROWS) == [["4", "0"]] for member in _BOTH))
    assert [labkit.sql(member, _ROWS) for member in _BOTH] == [[["4", "0"]], [["4", "0"]]]
    back = playbook.run(SWITCH_OVER, {"pair_switch_to": "db1"})
    assert back.exit_code == 0, back.output


def test_switchover_under_load(deployed: str) -> None:
    labkit.writer_start("db1")
    moved = playbook.run(SWITCH_OVER, {"pair_switch_to": "db2"})
    labkit.writer_stop("db1")
    assert moved.exit_code == 0, moved.output
    assert load.open_members() == ["db2"]
    _acknowledged_rows_are_on_both("db1")


def test_the_move_lasts(deployed: str) -> None:
    # What waits for a restart, which is forbidden, is nothing to whoever restarts nothing.
    waiting = {"mysql_server_restart": False, "mysql_server_options": {"table_open_cache_instances": 3}}
    again = playbook.run(SWITCH_OVER, {"pair_switch_to": "db2", **waiting})
    assert (again.exit_code, set(again.changes)) == (0, set()), again.output
    deploy = playbook.run()
    assert (deploy.exit_code, deploy.changes) == (0, []), deploy.output
    assert load.open_members() == ["db2"]


def test_a_standby_that_does_not_apply_gets_no_writes(deployed: str) -> None:
    is_mysql = labkit.FLAVORS[deployed].client == "mysql"
    labkit.sql("db1", "STOP REPLICA SQL_THREAD" if is_mysql else "STOP SLAVE SQL_THREAD")
    try:
        refused = playbook.run(SWITCH_OVER, {"pair_switch_to": "db1", "pair_switch_timeout_seconds": 3})
        assert refused.exit_code != 0, refused.output
        # It never was closed, which would have kept the writers waiting for nothing.
        assert any("no gate was touched" in error for error in refused.errors), refused.output
        assert load.open_members() == ["db2"]
    finally:
        labkit.sql("db1", "START REPLICA" if is_mysql else "START SLAVE")


@pytest.mark.long
def test_a_deployment_opens_no_gate_before_the_last_writes_have_arrived(deployed: str) -> None:
    """A switchover was killed when the writes were given to db1, which does not apply."""
    is_mysql = labkit.FLAVORS[deployed].client == "mysql"
    labkit.sql("db1", "STOP REPLICA SQL_THREAD" if is_mysql else "STOP SLAVE SQL_THREAD")
    labkit.sql("db2", _ROW.format(id=2000000010))
    labkit.sql("db2", _CLAIM.format(member=pair.server_id("db1")))
    playbook.wait(lambda: load.open_members() == [])
    done = playbook.run()
    assert done.exit_code == 0, done.output
    assert "Prepare | Write gate" not in {task.rpartition(" : ")[2] for task in done.changes}
    playbook.wait(lambda: load.open_members() == ["db1"])
    assert "2000000010" in pair.ledger("db1")
    assert [labkit.sql(member, _NEWEST_CLAIM) for member in _BOTH] == [[["switchover"]]] * 2
    back = playbook.run(SWITCH_OVER, {"pair_switch_to": "db2"})
    assert back.exit_code == 0, back.output


def test_a_failover_is_refused_while_the_other_member_answers(deployed: str) -> None:
    refused = playbook.run(FAIL_OVER, {"pair_fail_over_to": "db1"})
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    assert any("The other member answers" in error for error in refused.errors), refused.output
    assert load.open_members() == ["db2"]


def test_a_failover_is_refused_while_the_other_server_refuses_logins(deployed: str) -> None:
    """Who is not let in knows that there is somebody."""
    account = f"replication@'{labkit.address('db1')}'"
    labkit.sql("db2", f"SET sql_log_bin = 0; ALTER USER {account} ACCOUNT LOCK")
    try:
        refused = playbook.run(FAIL_OVER, {"pair_fail_over_to": "db1", "pair_fail_over_lossy": "db2"})
        assert refused.exit_code != 0
        assert any("answers, and refuses this one" in error for error in refused.errors), refused.output
        assert load.open_members() == ["db2"]
    finally:
        labkit.sql("db2", f"SET sql_log_bin = 0; ALTER USER {account} ACCOUNT UNLOCK")


def test_failover_and_return(deployed: str) -> None:
    labkit.writer_start("db2")
    playbook.wait(lambda: len(labkit.writer_acked("db2")) > 50)
    labkit.kill("db2")
    taken = playbook.run(FAIL_OVER, {"pair_fail_over_to": "db1"})
    assert taken.exit_code == 0, taken.output
    acknowledged = set(labkit.writer_acked("db2"))
    assert acknowledged - pair.ledger("db1") == set()
    labkit.sql("db1", _ROW.format(id=2000000001))
    labkit.heal()
    playbook.wait(lambda: pair.channel_threads("db2") == ["Yes", "Yes"] == pair.channel_threads("db1"))
    playbook.wait(lambda: "2000000001" in pair.ledger("db2"))
    assert "2000000001" in pair.ledger("db2")
    assert load.open_members() == ["db1"]
    _acknowledged_rows_are_on_both("db2")
    deploy = playbook.run()
    assert (deploy.exit_code, deploy.changes) == (0, []), deploy.output


def test_nobody_rejoins_where_another_writer_is_meant(deployed: str) -> None:
    """The inventory may still name the member that took the writes before a failover."""
    refused = playbook.run(REJOIN, {"pair_active_member": "db2"})
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    assert "WRITER_DIFFERS on db1" in refused.output
    assert load.open_members() == ["db1"]


def test_a_failover_between_members_that_do_not_see_each_other_closes_the_other_gate(deployed: str) -> None:
    route = f"blackhole {labkit.address('db2')}"
    labkit.shell("db1", f"ip route add {route}")
    try:
        labkit.sql("db1", _ROW.format(id=2000000002))
        looked = playbook.run(FAIL_OVER, {"pair_fail_over_to": "db2"}, ["--check"])
        assert "its gate would be closed" in looked.output, looked.output
        assert load.open_members() == ["db1"]
        taken = playbook.run(FAIL_OVER, {"pair_fail_over_to": "db2"})
        assert taken.exit_code == 0, taken.output
        assert "its gate is closed" in taken.output
        assert load.open_members() == ["db2"]
        labkit.sql("db2", _ROW.format(id=2000000003))
    finally:
        labkit.shell("db1", f"ip route del {route}")
    wanted = {"2000000002", "2000000003"}
    playbook.wait(lambda: all(wanted <= pair.ledger(member) for member in _BOTH))
    assert [wanted - pair.ledger(member) for member in _BOTH] == [set(), set()]
    assert load.open_members() == ["db2"]
    again = playbook.run(SWITCH_OVER, {"pair_switch_to": "db2"})
    assert (again.exit_code, set(again.changes)) == (0, set()), again.output


def test_the_other_gate_stays_open_until_the_survivor_has_applied_everything(deployed: str) -> None:
    active, standby = load.settled()
    route = f"blackhole {labkit.address(standby)}"
    hold = labkit.shell_command(standby, [labkit.FLAVORS[deployed].client, "-e", _HOLD])
    with subprocess.Popen(hold, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        playbook.wait(lambda: bool(labkit.sql(standby, _HOLDERS)))
        labkit.sql(active, "INSERT INTO wikidb.busy VALUES (5, 0)")
        labkit.shell(active, f"ip route add {route}")
        try:
            refused = playbook.run(FAIL_OVER, {"pair_fail_over_to": standby, "pair_wait_seconds": 3})
            assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
            assert any(f"{active} takes the writes as before" in error for error in refused.errors), refused.output
            assert load.open_members() == [active]
        finally:
            labkit.shell(active, f"ip route del {route}")
            for [session] in labkit.sql(standby, _HOLDERS):
                labkit.sql(standby, f"KILL {session}")
    assert load.settled() == (active, standby)


@pytest.mark.long
def test_a_host_at_which_nothing_comes_to_an_end_is_not_left_behind_unnoticed(deployed: str) -> None:
    """Its kernel takes connections, as that of a host does which is short of memory."""
    active, standby = load.settled()
    labkit.pause(active)
    refused = playbook.run(FAIL_OVER, {"pair_fail_over_to": standby})
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    assert any("its server may have its gate open" in error for error in refused.errors), refused.output
    labkit.heal()
    assert load.settled() == (active, standby)


@pytest.mark.long
def test_a_server_that_hangs_is_not_left_behind_unnoticed(deployed: str) -> None:
    active, standby = load.settled()
    labkit.shell(active, _SIGNAL.format(signal="STOP"))
    refused = playbook.run(FAIL_OVER, {"pair_fail_over_to": standby})
    assert refused.exit_code != 0
    assert any("its server may have its gate open" in error for error in refused.errors), refused.output
    labkit.shell(active, _SIGNAL.format(signal="CONT"))
    assert load.settled() == (active, standby)
    labkit.shell(active, _SIGNAL.format(signal="STOP"))
    taken = playbook.run(FAIL_OVER, {"pair_fail_over_to": standby, "pair_fail_over_unfenced": active})
    assert taken.exit_code == 0, taken.output
    labkit.sql(standby, _ROW.format(id=2000000004))
    labkit.shell(active, _SIGNAL.format(signal="CONT"))
    assert load.settled() == (standby, active)
    playbook.wait(lambda: "2000000004" in pair.ledger(active))
    assert "2000000004" in pair.ledger(active)


@pytest.mark.long
def test_nobody_is_closed_for_a_survivor_that_is_not_there(deployed: str) -> None:
    active, standby = load.settled()
    labkit.kill(standby)
    refused = playbook.run(FAIL_OVER, {"pair_fail_over_to": standby})
    assert refused.exit_code != 0
    assert any(f"{standby} could not be asked" in error for error in refused.errors), refused.output
    assert load.open_members() == [active]
    labkit.heal()
    assert load.settled() == (active, standby)


@pytest.mark.long
def test_a_member_that_was_down_takes_no_writes_of_which_it_knows_nothing(deployed: str) -> None:
    active, standby = load.settled()
    unit = labkit.FLAVORS[deployed].unit
    labkit.shell(standby, ["systemctl", "stop", unit])
    labkit.sql(active, _ROW.format(id=2000000005))
    labkit.kill(active)
    labkit.shell(standby, ["systemctl", "start", unit])
    refused = playbook.run(FAIL_OVER, {"pair_fail_over_to": standby})
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    assert any("not since the server here was started" in error for error in refused.errors), refused.output
    labkit.heal()
    assert load.settled() == (active, standby)
    playbook.wait(lambda: "2000000005" in pair.ledger(standby))
    assert "2000000005" in pair.ledger(standby)
