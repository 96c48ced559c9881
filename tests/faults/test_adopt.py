"""Servers that replicate already, by other means or no more, become a pair, or are left alone with a word of why."""

from __future__ import annotations

import re
from collections.abc import Iterator

import labkit
import pair
import playbook
import pytest

pytestmark = pytest.mark.long

_BOTH = labkit.DEFAULT_MEMBERS
_LINK = {
    "mysql": "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '{source}', SOURCE_USER = 'site', SOURCE_PASSWORD = 's1te',"
    " SOURCE_SSL = 1, SOURCE_AUTO_POSITION = 1; START REPLICA",
    "mariadb": "CHANGE MASTER TO MASTER_HOST = '{source}', MASTER_USER = 'site', MASTER_PASSWORD = 's1te',"
    " MASTER_USE_GTID = slave_pos; START SLAVE",
}
_UNLINK = {"mysql": "STOP REPLICA; RESET REPLICA ALL", "mariadb": "STOP SLAVE; RESET SLAVE ALL"}
_SITE = {
    "mysql": "gtid_mode = ON\\nenforce_gtid_consistency = ON\\n",
    "mariadb": "log_bin = site-bin\\nlog_slave_updates = ON\\n",
}
#: After the distribution's own file, which binds the server to the host itself, and before the pair's.
_FILES = {"mysql": "/etc/mysql/mysql.conf.d/zz-site.cnf", "mariadb": "/etc/mysql/mariadb.conf.d/80-site.cnf"}
_PURGE = "FLUSH BINARY LOGS; FLUSH BINARY LOGS; PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY"
#: As a site has them that does not number its servers by their addresses.
_IDS = "mysql_server_id: \"{{ 1 if inventory_hostname == 'db1' else 2 }}\"\n"


def _site(flavor: str) -> str:
    """Two servers with a binary log and an account for replication, which nobody has linked; the client's family."""
    labkit.up(flavor, image="server", fresh=True)
    client = labkit.FLAVORS[flavor].client
    for number, member in enumerate(_BOTH, start=1):
        lines = f"[mysqld]\\nserver_id = {number}\\nbind_address = 0.0.0.0\\n{_SITE[client]}"
        labkit.shell(member, f"printf '{lines}' > {_FILES[client]}; systemctl restart {client}")
        # Where Ansible puts what it sends; a look at a host makes it.
        labkit.shell(member, "mkdir -p /root/.ansible/tmp")
        account = "CREATE USER site@'%' IDENTIFIED BY 's1te'; GRANT REPLICATION SLAVE ON *.* TO site@'%'"
        labkit.sql(member, f"SET sql_log_bin = 0; {account}")
    return client


def _follow(client: str, replica: str, source: str) -> None:
    labkit.sql(replica, _LINK[client].format(source=labkit.address(source)))
    playbook.wait(lambda: pair.channel_threads(replica) == ["Yes", "Yes"])


def _refused(code: str, variables: playbook.Variables | None = None) -> str:
    """What a run said that found this, and changed nothing."""
    before = {member: pair.fingerprint(member) for member in _BOTH}
    done = playbook.run(variables=variables)
    assert done.exit_code != 0
    assert re.search(rf"^\s+{code}\b", "\n".join(done.errors), re.MULTILINE), done.output
    assert done.changes == [], done.output
    for member in _BOTH:
        changed = pair.different_lines(before[member], pair.fingerprint(member))
        assert [line for line in changed if "wikidb.ledger" not in line] == []
    return "\n".join(done.errors)


def _deployed(variables: playbook.Variables | None = None) -> playbook.Finished:
    """A run that went well, after which another one finds nothing to do."""
    done = playbook.run(variables=variables)
    assert done.exit_code == 0, done.output
    again = playbook.run(variables=variables)
    assert (again.exit_code, again.changes) == (0, []), again.output
    return done


def _gates() -> list[str]:
    """Whether each member is read-only."""
    return [str(labkit.sql(member, "SELECT @@GLOBAL.read_only")[0][0]) for member in _BOTH]


@pytest.fixture(scope="module")
def one_way(flavor: str) -> str:
    """An application on db1, and a replica that nobody has closed."""
    client = _site(flavor)
    labkit.load_wikidb("db1")
    labkit.writer_start("db1")
    _follow(client, "db2", "db1")
    playbook.wait(lambda: bool(pair.ledger("db2")))
    labkit.writer_stop("db1")
    return client


def test_servers_keep_the_ids_under_which_they_replicate(one_way: str) -> None:
    said = _refused("SERVER_ID_WOULD_CHANGE")
    assert "SERVER_ID_WOULD_CHANGE on db1" in said and "SERVER_ID_WOULD_CHANGE on db2" in said


def test_no_channel_begins_at_a_place_that_nobody_knows(one_way: str) -> None:
    assert "HISTORY_ON_REPLICA on db2" in _refused("HISTORY_ON_REPLICA", _IDS + "pair_coordinates: file_position\n")


def test_the_source_of_a_replica_goes_on_taking_writes(one_way: str) -> None:
    labkit.writer_start("db1")
    _deployed(_IDS)
    assert pair.judge() == pair.Verdict((), 0)


def test_what_a_replica_wrote_by_itself_is_not_applied_on_its_source(flavor: str) -> None:
    client = _site(flavor)
    labkit.load_wikidb("db1")
    _follow(client, "db2", "db1")
    labkit.sql("db2", "CREATE DATABASE repaired_by_hand")
    _refused("HISTORY_ON_REPLICA", _IDS)
    done = playbook.run("twoway.mysql.rebuild_member", _IDS + "pair_rebuild_member: db2\n")
    assert done.exit_code == 0, done.output
    assert pair.channel_threads("db1") == pair.channel_threads("db2") == ["Yes", "Yes"]
    assert labkit.sql("db1", "SHOW DATABASES LIKE 'repaired%'") == []


def test_of_two_open_members_nobody_guesses_the_writer(flavor: str) -> None:
    client = _site(flavor)
    labkit.load_wikidb("db1")
    _follow(client, "db2", "db1")
    _follow(client, "db1", "db2")
    # A channel that runs may still be reading what is no news to its replica.
    playbook.wait(lambda: all(pair.fingerprint(member) == pair.fingerprint(member) for member in _BOTH))
    _refused("WRITER_UNKNOWN", _IDS)
    _deployed(_IDS + "pair_active_member: db2\n")
    assert _gates() == ["1", "0"]


@pytest.mark.parametrize("active", ["", "db1"])
def test_the_donor_or_the_named_member_takes_the_writes_of_a_new_pair(flavor: str, active: str) -> None:
    labkit.up(flavor, image="server", fresh=True)
    labkit.load_wikidb("db2")
    _deployed({"pair_seed_from": "db2", "pair_active_member": active})
    assert _gates() == (["0", "1"] if active else ["1", "0"])
    assert list(pair.different_tables()) == []


@pytest.fixture
def lost_channel(client: str) -> Iterator[str]:
    """A pair whose standby has lost its channel, while the application goes on."""
    labkit.sql("db2", _UNLINK[client])
    yield client
    labkit.writer_stop("db1")


def test_a_member_that_lost_its_channel_goes_on(lost_channel: str) -> None:
    done = _deployed()
    assert not [task for task in done.tasks if task.name.endswith("Seed | Copy from the donor")]
    assert pair.judge_in_between() == pair.Verdict((), 0)


def test_a_channel_that_moves_no_data_fails_the_run(client: str) -> None:
    if client == "mysql":
        pytest.skip("with GTIDs a channel of MySQL ignores no server ids")
    ignore = "STOP SLAVE; CHANGE MASTER TO IGNORE_SERVER_IDS = ({}); START SLAVE"
    labkit.sql("db2", ignore.format(pair.server_id("db1")))
    done = playbook.run(variables={"pair_wait_seconds": 20})
    assert done.exit_code != 0
    assert "The channel from db1 to db2 moves no data" in "\n".join(done.errors)
    labkit.sql("db2", ignore.format(""))


def test_a_member_that_cannot_go_on_is_named_before_the_other_channel_goes(lost_channel: str) -> None:
    labkit.writer_stop("db1")
    labkit.sql("db1", "CREATE DATABASE unseen; DROP DATABASE unseen; " + _PURGE)
    _refused("DATA_ON_RECIPIENT")
    assert pair.channel_threads("db1") == ["Yes", "Yes"]
