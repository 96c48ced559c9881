"""A plain replica of a pair, from its first byte to its last, while a writer goes on writing on the active member."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import labkit
import pair
import playbook
import pytest

pytestmark = pytest.mark.long

ADD = "twoway.mysql.add_replica"
REMOVE = "twoway.mysql.remove_replica"
SWITCH_OVER = "twoway.mysql.switch_over"
_BOTH = labkit.DEFAULT_MEMBERS
_REPLICA = "db3"
_ACCOUNTS = "SELECT user, host FROM mysql.user WHERE user LIKE 'twoway%' OR user = 'replication'"
_MISSED = "SELECT name FROM wikidb.category WHERE id = 914"
_UNIT = "/etc/systemd/system/twoway-gate.service"
_KEEPER = r"[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n"
_INVENTORY = """
wiki_pair:
  hosts: {db3: {}}
  vars: {pair_replicas: [db3]}
"""


class Lab:
    """The pair with a third host in its group."""

    def __init__(self, flavor: str, inventory: Path) -> None:
        self.flavor = flavor
        self.more = ["-i", str(inventory)]

    def run(self, name: str, variables: playbook.Variables | None = None, *arguments: str, **more: str) -> list[str]:
        """The changes of a run that went well, or was killed where that was asked for."""
        done = playbook.run(name, variables, [*self.more, *arguments], **more)
        assert done.exit_code == (-9 if more else 0), done.output
        return done.changes


@pytest.fixture(scope="module")
def lab(flavor: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A pair with data, and a third server that knows nothing of it."""
    labkit.up(flavor, image="server", members=[*_BOTH, _REPLICA], fresh=True)
    labkit.load_wikidb("db1")
    labkit.writer_start("db1")
    inventory = tmp_path_factory.mktemp("lab") / "replicas.yml"
    inventory.write_text(_INVENTORY, encoding="utf-8")
    lab = Lab(flavor, inventory)
    lab.run(playbook.DEPLOY)
    yield lab
    # The inventory of the other tests is to have no third host.
    labkit.down()


def _has(member: str) -> bool:
    """Whether the replica has, or soon gets, what the member has."""
    rows = pair.ledger(member)
    playbook.wait(lambda: rows <= pair.ledger(_REPLICA))
    return bool(rows)


def _source() -> list[str]:
    row = labkit.shell(_REPLICA, "cat /var/lib/mysql/master.info", check=False).stdout.split()
    sql = "SELECT HOST FROM performance_schema.replication_connection_configuration"
    hosts = row if row else [str(found[0]) for found in labkit.sql(_REPLICA, sql)]
    return [member for member in _BOTH if labkit.address(member) in hosts]


def _is_closed() -> bool:
    rows = labkit.sql(_REPLICA, "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only', 'super_read_only')")
    return {value for _name, value in rows} == {"ON"}


def test_check_mode_of_a_first_run_changes_nothing(lab: Lab) -> None:
    # Where Ansible puts what it sends; a look at a host makes it.
    labkit.shell(_REPLICA, "mkdir -p /root/.ansible/tmp")
    before = pair.fingerprint(_REPLICA)
    assert lab.run(ADD, None, "--check")
    assert pair.different_lines(before, pair.fingerprint(_REPLICA)) == []
    assert labkit.sql("db2", _ACCOUNTS) == [["replication", labkit.address("db1")]]


def test_a_killed_run_is_run_again(lab: Lab) -> None:
    lab.run(ADD, FAULT_TASK="twoway.mysql.pair : Link | Channel from the peer")
    lab.run(ADD)
    assert _has("db1")
    assert (_source(), _is_closed()) == (["db2"], True)
    assert pair.judge() == pair.Verdict((), 0)
    playbook.wait(lambda: pair.content(_REPLICA) == pair.content("db1"))
    assert pair.content(_REPLICA) == pair.content("db1")
    labkit.writer_start("db1")
    assert lab.run(ADD) == []


def test_the_pair_is_as_it_was(lab: Lab) -> None:
    for name in (playbook.DEPLOY, "twoway.mysql.verify_pair", "twoway.mysql.pair_status"):
        assert lab.run(name) == []
    refused = playbook.run("twoway.mysql.remove_pair", {"pair_remove": "wiki_pair"}, lab.more)
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    assert "remove_replica" in refused.output


def test_it_is_not_given_to_the_active_member_for_a_standby_that_takes_no_part(lab: Lab) -> None:
    refused = playbook.run(ADD, None, [*lab.more, "--limit", f"db1,{_REPLICA}"])
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    assert "both members in this run" in " ".join(refused.output.split())
    assert _source() == ["db2"]


def test_it_stays_read_only_after_a_restart(lab: Lab) -> None:
    labkit.shell(_REPLICA, "systemctl restart mysql 2>/dev/null || systemctl restart mariadb")
    assert _is_closed()
    assert _has("db1")


def test_it_follows_the_standby_after_a_switchover(lab: Lab) -> None:
    lab.run(SWITCH_OVER, {"pair_switch_to": "db2"})
    labkit.sql("db1", "STOP REPLICA SQL_THREAD")
    labkit.sql("db2", "INSERT INTO wikidb.category (id, name) VALUES (911, 'elsewhere')")
    playbook.wait(lambda: bool(labkit.sql(_REPLICA, "SELECT id FROM wikidb.category WHERE id = 911")))
    refused = playbook.run(ADD, {"pair_wait_seconds": 3}, lab.more)
    assert refused.exit_code != 0
    assert "was not moved, and follows as before" in " ".join(refused.output.split()), refused.output
    assert (_source(), pair.channel_threads(_REPLICA)) == (["db2"], ["Yes", "Yes"])
    labkit.sql("db1", "START REPLICA SQL_THREAD")
    steps = ("Move | The replica applies what it has, and stands still", "Link | Channel from the peer")
    assert lab.run(ADD) == ["twoway.mysql.pair : " + step for step in steps]
    assert _source() == ["db1"]
    lab.run(SWITCH_OVER, {"pair_switch_to": "db1"})
    labkit.sql("db1", "INSERT INTO wikidb.category (id, name) VALUES (912, 'and back')")
    lab.run(ADD)
    assert _source() == ["db2"]
    assert pair.judge() == pair.Verdict((), 0)
    playbook.wait(lambda: pair.content(_REPLICA) == pair.content("db1"))
    assert pair.content(_REPLICA) == pair.content("db1")
    labkit.writer_start("db1")


def test_a_former_member_with_an_address_is_left_as_it_is(lab: Lab) -> None:
    labkit.shell(_REPLICA, "mkdir -p /etc/keepalived && touch /etc/keepalived/twoway.conf")
    refused = playbook.run(ADD, None, lab.more)
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    assert "pair_vip_state=absent" in refused.output
    labkit.shell(_REPLICA, "rm /etc/keepalived/twoway.conf")


def test_a_former_member_loses_its_keeper(lab: Lab) -> None:
    labkit.shell(_REPLICA, f"printf '{_KEEPER}' > {_UNIT} && systemctl enable --now twoway-gate")
    assert lab.run(ADD) == ["twoway.mysql.pair : Add one | Nobody keeps the write gate, and it is closed"]
    assert labkit.shell(_REPLICA, f"systemctl is-active twoway-gate; ls {_UNIT}", check=False).stdout == "inactive\n"
    assert _is_closed()


def test_a_pair_does_not_end_while_it_is_away(lab: Lab) -> None:
    unit = labkit.FLAVORS[lab.flavor].client
    labkit.shell(_REPLICA, ["systemctl", "stop", unit])
    dumps = "SELECT COUNT(*) FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'"
    playbook.wait(lambda: all(labkit.sql(member, dumps) == [["1"]] for member in _BOTH))
    refused = playbook.run("twoway.mysql.remove_pair", {"pair_remove": "wiki_pair"}, lab.more)
    labkit.shell(_REPLICA, ["systemctl", "start", unit])
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    said = " ".join(refused.output.split())
    assert all(f"{member} has accounts for {_REPLICA}" in said for member in _BOTH), refused.output
    playbook.wait(lambda: pair.channel_threads(_REPLICA) == ["Yes", "Yes"])


def test_its_accounts_are_not_left_on_members_that_take_no_part(lab: Lab) -> None:
    refused = playbook.run(REMOVE, {"pair_remove_replica": _REPLICA}, [*lab.more, "--limit", _REPLICA])
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    assert "run for it and for db1 and db2" in " ".join(refused.output.split())


def test_nothing_of_it_is_left(lab: Lab) -> None:
    before = pair.ledger("db1")
    lab.run(REMOVE, {"pair_remove_replica": _REPLICA})
    assert lab.run(REMOVE, {"pair_remove_replica": _REPLICA}) == []
    assert before <= pair.ledger(_REPLICA)
    for member, peer in zip(_BOTH, reversed(_BOTH), strict=True):
        assert labkit.sql(member, _ACCOUNTS) == [["replication", labkit.address(peer)]]
    assert labkit.sql(_REPLICA, _ACCOUNTS + "; SHOW DATABASES LIKE 'twoway'; SELECT @@GLOBAL.read_only + 0") == [["0"]]
    assert pair.channel_threads(_REPLICA) == []
    assert lab.run(playbook.DEPLOY) == []
    assert pair.judge() == pair.Verdict((), 0)


def test_data_of_its_own_are_in_the_way_and_saved(lab: Lab) -> None:
    labkit.sql(_REPLICA, "INSERT INTO wikidb.category (id, name) VALUES (913, 'alone')")
    refused = playbook.run(ADD, None, lab.more)
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    assert f"DATA_ON_RECIPIENT on {_REPLICA}" in refused.output
    lab.run(ADD, {"pair_seed_overwrite": [_REPLICA]})
    assert labkit.sql(_REPLICA, "SELECT id FROM wikidb.category WHERE id = 913") == []
    assert "alone" in labkit.shell(_REPLICA, "cat /var/backups/twoway/before-seed-*.sql").stdout


def test_one_whose_applier_stands_still_is_removed_and_added_anew(lab: Lab) -> None:
    labkit.sql("db1", "INSERT INTO wikidb.category (id, name) VALUES (914, 'here')")
    playbook.wait(lambda: labkit.sql(_REPLICA, _MISSED) == [["here"]])
    lift = "SET GLOBAL super_read_only = 0;" if labkit.FLAVORS[lab.flavor].client == "mysql" else ""
    labkit.sql(_REPLICA, f"{lift} SET sql_log_bin = 0; DELETE FROM wikidb.category WHERE id = 914")
    labkit.sql("db1", "UPDATE wikidb.category SET name = 'changed' WHERE id = 914")
    playbook.wait(lambda: "No" in pair.channel_threads(_REPLICA))
    lab.run(REMOVE, {"pair_remove_replica": _REPLICA})
    assert pair.channel_threads(_REPLICA) == []
    lab.run(ADD, {"pair_seed_overwrite": [_REPLICA]})
    assert labkit.sql(_REPLICA, _MISSED) == [["changed"]]


def test_a_lost_one_leaves_nothing(lab: Lab) -> None:
    labkit.kill(_REPLICA)
    done = playbook.run(REMOVE, {"pair_remove_replica": _REPLICA}, lab.more)
    assert set(done.changes) == {"twoway.mysql.pair : Remove replica | Its accounts on the members"}, done.output
    for member, peer in zip(_BOTH, reversed(_BOTH), strict=True):
        assert labkit.sql(member, _ACCOUNTS) == [["replication", labkit.address(peer)]]
    assert lab.run(playbook.DEPLOY, None, "--limit", ",".join(_BOTH)) == []
