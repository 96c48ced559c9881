"""The exporter on both members of the finished pair: what it tells, and what its account cannot do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from members import Member, Run, run_playbook

PLAYBOOK = Path(__file__).resolve().parents[4] / "playbooks" / "monitor_pair.yml"
USER = "twoway_metrics"
#: Everything that an option file may take for something else.
PASSWORD = """it's `4711` "x" #;=@/:%\\"""
FETCH = "python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())' %s"
GRANTS = {
    "mysql": {"PROCESS", "REPLICATION CLIENT"},
    "mariadb": {"PROCESS", "BINLOG MONITOR", "SLAVE MONITOR"},
}


def monitor(*arguments: str) -> Run:
    return run_playbook(PLAYBOOK, f"--extra-vars={json.dumps({'pair_metrics_password': PASSWORD})}", *arguments)


@pytest.fixture(scope="module")
def monitored(db1: Member) -> Run:
    """The first run, after one in check mode that has changed nothing."""
    looked = monitor("--check")
    assert looked.exit_code == 0, looked.output
    assert not db1.host.file("/etc/twoway/metrics.cnf").exists
    run = monitor()
    assert run.exit_code == 0, run.output
    return run


def test_second_run_changes_nothing(monitored: Run) -> None:
    again = monitor()
    assert again.exit_code == 0, again.output
    assert again.changed == {"db1": 0, "db2": 0}
    assert "4711" not in monitored.output + again.output


def test_a_run_after_one_that_was_killed_starts_the_exporter_again(monitored: Run, db1: Member) -> None:
    """As a run leaves it that is killed before its handler: the note is of other files."""
    db1.host.check_output("truncate --size=0 /etc/twoway/metrics.sha256")
    begun = "systemctl show --property=ExecMainStartTimestampMonotonic prometheus-mysqld-exporter"
    before = db1.host.check_output(begun)
    again = monitor()
    assert again.exit_code == 0, again.output
    assert again.changed["db1"] > 0
    assert again.changed["db2"] == 0
    assert db1.host.check_output(begun) != before


def test_exporter_answers_at_the_address_of_the_member(monitored: Run, member: Member) -> None:
    told = member.host.check_output(FETCH, f"http://{member.address}:9104/metrics").splitlines()
    assert "mysql_up 1" in told
    threads = [line for line in told if "_io_running{" in line and line.startswith("mysql_slave_status_")]
    assert [line.rpartition(" ")[2] for line in threads] == ["1"]
    listening = member.host.check_output("ss -Hltn sport = :9104").split()
    assert f"{member.address}:9104" in listening
    assert not [place for place in listening if place.startswith(("*:9104", "0.0.0.0:9104", "[::]:9104"))]


def test_password_lies_with_the_exporter_alone(monitored: Run, member: Member) -> None:
    file = member.host.file("/etc/twoway/metrics.cnf")
    assert (file.user, file.mode) == ("prometheus", 0o400)
    assert "4711" not in member.host.check_output("ps -eo args; systemctl cat prometheus-mysqld-exporter")


def test_account_reads_the_state_and_nothing_else(monitored: Run, member: Member) -> None:
    [grant] = [str(row[0]) for row in member.sql(f"SHOW GRANTS FOR {USER}@localhost")]
    assert set(grant.removeprefix("GRANT ").partition(" ON *.* TO ")[0].split(", ")) == GRANTS[member.flavor]
    assert "GRANT OPTION" not in grant
    client = "MYSQL_PWD=%s %s --user=%s --batch --execute=%s"
    for statement in (
        "SELECT term FROM twoway.active",
        "SELECT user FROM mysql.user",
        "CREATE DATABASE intruder",
        "SET GLOBAL read_only = 0",
        {"mysql": "STOP REPLICA IO_THREAD", "mariadb": "STOP SLAVE IO_THREAD"}[member.flavor],
    ):
        refused = member.host.run(client, PASSWORD, member.service, USER, statement)
        assert refused.rc != 0, statement
        # The gate of the standby is closed for whoever could.
        assert re.search("denied|--read-only", refused.stderr), refused.stderr
    assert member.host.run(client, PASSWORD, member.service, USER, "SELECT 1").rc == 0
