"""What is done to a pair in the course of its life, on one pair after the other, with a writer that goes on writing."""

from __future__ import annotations

import json

import labkit
import pair
import playbook
import pytest

REBUILD = "twoway.mysql.rebuild_member"
_BOTH = labkit.DEFAULT_MEMBERS
#: What only an administrator can do on a member whose gate is closed.
_LIFT = {"mysql": "SET GLOBAL super_read_only = 0;", "mariadb": ""}
_DIVERGED_ROWS = "SELECT id, name FROM wikidb.category WHERE id > 900 ORDER BY id"


@pytest.fixture(scope="module")
def client(flavor: str) -> str:
    """The family of the servers of the pair that the tests of this file share."""
    pair.fresh_pair(flavor)
    done = playbook.run()
    assert done.exit_code == 0, done.output
    return labkit.FLAVORS[flavor].client


def _on_standby(client: str, statements: str) -> None:
    labkit.sql("db2", _LIFT[client] + statements)


def _judge() -> pair.Verdict:
    """The verdict on the pair; its writer goes on afterwards."""
    verdict = pair.judge()
    labkit.writer_start("db1")
    return verdict


@pytest.fixture(scope="module")
def diverged(client: str) -> str:
    """db2 has a row that no log has, and two transactions that db1 cannot apply."""
    labkit.sql("db1", "SET sql_log_bin = 0; INSERT INTO wikidb.category (id, name) VALUES (901, 'another')")
    _on_standby(
        client,
        """
        INSERT INTO wikidb.category (id, name) VALUES (901, 'errant one');
        INSERT INTO wikidb.category (id, name) VALUES (902, 'errant two');
        SET sql_log_bin = 0;
        INSERT INTO wikidb.category (id, name) VALUES (903, 'unlogged');
        """,
    )
    playbook.wait(lambda: pair.channel_threads("db1") == ["Yes", "No"])
    return client


@pytest.mark.long
def test_rebuild_wants_a_member_that_does_not_take_the_writes(diverged: str) -> None:
    for name, code in (("db1", "REBUILD_FROM_STANDBY on db2"), ("", "REBUILD_MEMBER_INVALID")):
        before = {member: pair.channel_threads(member) for member in _BOTH}
        refused = playbook.run(REBUILD, {"pair_rebuild_member": name})
        assert refused.exit_code != 0
        assert code in refused.output
        assert {member: pair.channel_threads(member) for member in _BOTH} == before


@pytest.mark.long
def test_check_mode_tells_what_would_be_lost(diverged: str) -> None:
    rows = labkit.sql("db2", _DIVERGED_ROWS)
    checked = playbook.run(REBUILD, {"pair_rebuild_member": "db2"}, ["--check"])
    assert checked.exit_code == 0, checked.output
    assert "wikidb.category" in checked.output
    assert "are not on db1" in checked.output
    assert labkit.sql("db2", _DIVERGED_ROWS) == rows
    assert pair.channel_threads("db2") == ["Yes", "Yes"]


@pytest.mark.long
def test_a_rebuild_can_be_killed(diverged: str) -> None:
    killed = playbook.run(
        REBUILD, {"pair_rebuild_member": "db2"}, FAULT_TASK="twoway.mysql.pair : Link | Both members are ready"
    )
    assert killed.exit_code == -9, killed.output


def test_rebuild_saves_what_only_the_member_has_and_ends_in_a_sound_pair(diverged: str) -> None:
    done = playbook.run(REBUILD, {"pair_rebuild_member": "db2"})
    assert done.exit_code == 0, done.output
    saved = labkit.shell("db2", "cat /var/backups/twoway/errant-*.sql").stdout
    assert "errant one" in saved
    assert "errant two" in saved
    assert "unlogged" in labkit.shell("db2", "cat /var/backups/twoway/before-seed-*.sql").stdout
    assert labkit.sql("db2", _DIVERGED_ROWS) == [["901", "another"]]
    assert _judge() == pair.Verdict((), 0)
    mark = json.loads(str(labkit.sql("db2", "SELECT mark FROM twoway.seed")[0][0]))
    assert mark["donor"] == "db1"
    assert mark["compared"]
