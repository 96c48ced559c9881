"""The writes move to the other member, planned or not: nothing acknowledged is lost, and one gate is open."""

from __future__ import annotations

import labkit
import load
import pair
import playbook
import pytest

SWITCH_OVER = "twoway.mysql.switch_over"
FAIL_OVER = "twoway.mysql.fail_over"
_BOTH = labkit.DEFAULT_MEMBERS


@pytest.fixture(scope="module")
def deployed(flavor: str) -> str:
    """A pair with data, in which db1 takes the writes; the name of its flavor."""
    labkit.up(flavor, image="server", fresh=True)
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


def test_switchover_under_load(deployed: str) -> None:
    labkit.writer_start("db1")
    moved = playbook.run(SWITCH_OVER, {"pair_switch_to": "db2"})
    labkit.writer_stop("db1")
    assert moved.exit_code == 0, moved.output
    assert load.open_members() == ["db2"]
    _acknowledged_rows_are_on_both("db1")


def test_the_move_lasts(deployed: str) -> None:
    again = playbook.run(SWITCH_OVER, {"pair_switch_to": "db2"})
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
        assert load.open_members() == ["db2"]
    finally:
        labkit.sql("db1", "START REPLICA" if is_mysql else "START SLAVE")


def test_a_failover_is_refused_while_the_other_member_answers(deployed: str) -> None:
    refused = playbook.run(FAIL_OVER, {"pair_fail_over_to": "db1"})
    assert refused.exit_code != 0
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
    labkit.sql(
        "db1", "INSERT INTO wikidb.ledger (id, writer, note) VALUES (2000000001, 'survivor', 'after the failover')"
    )
    labkit.heal()
    playbook.wait(lambda: pair.channel_threads("db2") == ["Yes", "Yes"] == pair.channel_threads("db1"))
    playbook.wait(lambda: "2000000001" in pair.ledger("db2"))
    assert "2000000001" in pair.ledger("db2")
    assert load.open_members() == ["db1"]
    _acknowledged_rows_are_on_both("db2")
    deploy = playbook.run()
    assert (deploy.exit_code, deploy.changes) == (0, []), deploy.output
