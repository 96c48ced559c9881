"""A member of MariaDB is lost with something half done: the survivor takes the writes all the same, or waits again."""

from __future__ import annotations

import os
import re
import subprocess

import address
import labkit
import load
import pair
import playbook
import pytest

FAIL_OVER = "twoway.mysql.fail_over"
REJOIN = "twoway.mysql.rejoin_member"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.environ.get("FLAVOR") == "mysql", reason="only MariaDB can be told to receive slowly"),
]

_LARGE_TRANSACTION = """
    CREATE TABLE wikidb.large (id INT PRIMARY KEY, text LONGTEXT);
    INSERT INTO wikidb.large SELECT seq, REPEAT('x', 100000) FROM wikidb.seq_1_to_160;
"""


@pytest.fixture(scope="module", autouse=True)
def members(flavor: str) -> None:
    load.fresh_pair(flavor)


def test_over_a_part_of_a_transaction() -> None:
    active, survivor = load.settled()
    # It is not given up on while it receives.
    labkit.sql(active, "SET GLOBAL rpl_semi_sync_master_timeout = 300000")
    labkit.sql(survivor, "SET GLOBAL read_binlog_speed_limit = 1000")
    large = labkit.shell_command(active, ["mariadb", "-e", _LARGE_TRANSACTION])
    with subprocess.Popen(large, stderr=subprocess.DEVNULL) as client:
        playbook.wait(lambda: _unapplied_bytes(survivor) > 1_000_000)
        labkit.kill(active)
        client.wait()
    try:
        taken = playbook.run(FAIL_OVER, {"pair_fail_over_to": survivor})
        assert taken.exit_code == 0, taken.output
        assert address.gate(survivor) == "open"
        assert _unapplied_bytes(survivor) > 0
    finally:
        labkit.sql(survivor, "SET GLOBAL read_binlog_speed_limit = 0")
        labkit.heal()
    assert load.settled() == (survivor, active)
    rejoined = playbook.run(REJOIN, {"pair_rejoin_member": active})
    assert rejoined.exit_code == 0, rejoined.output
    # Not the part of it that had been received, from the place of which the log could be read.
    assert "had 1 transaction(s) that" in " ".join(rejoined.output.split())
    assert [labkit.sql(member, "SELECT COUNT(*) FROM wikidb.large") for member in address.MEMBERS] == [[["160"]]] * 2
    assert list(pair.different_tables()) == []


def _unapplied_bytes(member: str) -> int:
    status = labkit.shell(member, 'mariadb -E -e "SHOW ALL SLAVES STATUS"').stdout
    places = {name: re.search(rf"^ *{name}_Master_Log_Pos: (.*)$", status, re.MULTILINE) for name in ("Read", "Exec")}
    read, applied = (int(found.group(1)) if found else 0 for found in places.values())
    return read - applied


def test_that_is_killed_lets_commits_wait_again() -> None:
    active, survivor = load.settled()
    patience = "SELECT @@GLOBAL.rpl_semi_sync_master_timeout"
    before = labkit.sql(survivor, patience)
    hold = labkit.shell_command(survivor, ["mariadb", "-e", "LOCK TABLES wikidb.category READ; SELECT SLEEP(600)"])
    with subprocess.Popen(hold, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        playbook.wait(lambda: bool(_holders(survivor)))
        labkit.sql(active, "INSERT INTO wikidb.category (id, name) VALUES (990, 'held')")
        labkit.kill(active)
        with playbook.started(FAIL_OVER, {"pair_fail_over_to": survivor}) as (process, _record, _output):
            playbook.wait(lambda: labkit.sql(survivor, patience) == [["1"]])
            playbook.kill_group(process)
        playbook.kill_on_members((survivor,))
        address.eventually(lambda: labkit.sql(survivor, patience), before)
        for [session] in _holders(survivor):
            labkit.sql(survivor, f"KILL {session}")
    labkit.heal()
    assert load.settled() == (active, survivor)
    assert list(pair.different_tables()) == []


def _holders(member: str) -> list[list[str | None]]:
    return labkit.sql(member, "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(600)'")
