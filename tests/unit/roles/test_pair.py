"""What the role decides by expressions: what stands in the way, who waits for the writes, and what is late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.test.core import version_compare
from jinja2 import Environment

TOP = Path(__file__).resolve().parents[3]
VARS = yaml.safe_load((TOP / "roles/pair/vars/main.yml").read_text("utf-8"))
_LOOK_FOR_ADDRESS = "Replica | Look for what the role pair_vip has put on the hosts"
_NO_ADDRESS = "Replica | It serves no address of a pair"


def rendered(name: str, **values: Any) -> Any:
    environment = Environment()
    environment.tests["version"] = version_compare
    environment.filters["bool"] = boolean
    environment.filters["flatten"] = lambda lists: [item for items in lists for item in items]
    environment.filters["difference"] = lambda items, others: [item for item in items if item not in others]
    environment.filters["unique"] = lambda values: sorted(set(values))
    return yaml.safe_load(environment.from_string(VARS[name]).render(**values))


@pytest.mark.parametrize(
    ("newest", "replica", "is_older"),
    [
        ("9.7.4", "9.7.4", False),
        # Of the same series it understands what a later one writes.
        ("8.4.8", "8.4.7", False),
        ("9.7.4", "8.4.7", True),
        ("11.8.9", "10.11.6", True),
        ("10.11.6", "11.8.9", False),
        ("10.11.6", "10.6.22", True),
    ],
)
def test_a_replica_of_an_older_series_stands_in_the_way(newest: str, replica: str, is_older: bool) -> None:
    facts = {"host": {"upgrade": {"package": "core", "candidates": {"server": newest, "core": newest}}}}
    series = rendered("_pair_next_series", __mysql_server_facts=facts)
    asked = {"results": [{"item": "db3", "server": {"version": replica}}]}
    older = rendered("_pair_older_replicas", __pair_replicas=asked, _pair_next_series=series)
    assert older == ([f"db3 ({replica})"] if is_older else [])


def test_without_an_upgrade_no_replica_is_asked() -> None:
    series = rendered("_pair_next_series", __mysql_server_facts={"host": {"upgrade": None}})
    older = rendered("_pair_older_replicas", __pair_replicas={"results": []}, _pair_next_series=series)
    assert (series, older) == ([], [])


@pytest.mark.parametrize(
    ("is_donor", "needs_seed", "goes_on", "is_open", "expected"),
    [
        (False, True, False, False, True),
        (False, True, False, True, True),
        (True, True, False, True, False),
        (False, False, False, True, False),
        # It was seeded, and the run was killed before it was linked.
        (False, False, True, False, True),
        # It has clients, which nobody sends away.
        (False, False, True, True, False),
        (True, False, True, False, False),
    ],
)
def test_a_member_without_its_data_takes_no_writes_yet(
    is_donor: bool, needs_seed: bool, goes_on: bool, is_open: bool, expected: bool
) -> None:
    values = {
        "_pair_is_donor": is_donor,
        "_pair_needs_seed": needs_seed,
        "_pair_goes_on": goes_on,
        "_pair_recipient_is_open": is_open,
    }
    assert rendered("_pair_writes_later", **values) is expected


@pytest.mark.parametrize(
    ("channels", "goes_on", "is_open", "expected"),
    [
        ([], False, False, True),
        ([], True, False, False),
        ([{"name": ""}], False, False, False),
        ([{"name": ""}], False, True, True),
    ],
)
def test_when_a_member_is_seeded(channels: list[dict[str, str]], goes_on: bool, is_open: bool, expected: bool) -> None:
    values = {"_pair_recipient_channels": channels, "_pair_goes_on": goes_on, "_pair_seed_is_open": is_open}
    assert rendered("_pair_needs_seed", **values) is expected


@pytest.mark.parametrize(
    ("rebuilds", "awaited", "expected"),
    [
        (True, None, True),
        (True, {"skipped": True}, True),
        (True, {"is_over": True}, False),
        (False, None, False),
    ],
)
def test_a_copy_that_was_waited_for_is_not_made_again(
    rebuilds: bool, awaited: dict[str, Any] | None, expected: bool
) -> None:
    tasks = yaml.safe_load((TOP / "roles/pair/tasks/seed.yml").read_text("utf-8"))
    [again] = [
        task["twoway.mysql.replication_seed"]["again"] for task in tasks if "twoway.mysql.replication_seed" in task
    ]
    environment = Environment()
    environment.filters["bool"] = boolean
    environment.tests["skipped"] = lambda result: result.get("skipped", False)
    values = {"_pair_rebuilds": rebuilds, **({} if awaited is None else {"__pair_awaited": awaited})}
    assert yaml.safe_load(environment.from_string(again).render(**values)) is expected


@pytest.mark.parametrize(
    ("seed", "claim", "expected"),
    [
        (None, {"term": 7}, False),
        ({"state": "done", "claim": 6}, {"term": 7}, False),
        ({"state": "done", "claim": 7}, {"term": 7}, True),
        ({"state": "done", "claim": 8}, {"term": 7}, True),
        ({"state": "done", "claim": None}, {"term": 7}, False),
        ({"state": "done", "claim": 7}, {}, False),
    ],
)
def test_a_log_that_began_after_the_failover_has_nothing_that_came_late(
    seed: dict[str, Any] | None, claim: dict[str, int], expected: bool
) -> None:
    assert rendered("_pair_log_is_another", _pair_recipient_facts={"seed": seed}, _pair_claim=claim) is expected


@pytest.mark.parametrize(
    ("is_here", "canary", "expected"),
    [
        (True, {"arrived": False}, True),
        (True, {"arrived": True}, False),
        (False, {"arrived": False}, False),
        # In check mode none is sent, and none to a plain replica.
        (True, {"arrived": None}, False),
        (True, {"skipped": True}, False),
    ],
)
def test_a_canary_is_late(is_here: bool, canary: dict[str, Any], expected: bool) -> None:
    assert rendered("_pair_canary_is_late", _pair_peer_is_here=is_here, __pair_canary=canary) is expected


def _threads(receiver: str, applier: str) -> dict[str, Any]:
    return {"receiver": {"state": receiver}, "applier": {"state": applier}}


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ({"is_drained": False, "channel": _threads("on", "on")}, True),
        ({"is_drained": True, "channel": _threads("on", "on")}, False),
        ({"is_drained": False, "channel": _threads("connecting", "on")}, False),
        ({"is_drained": False, "channel": _threads("on", "off")}, False),
        ({"is_drained": None, "channel": None}, False),
        ({"msg": "The server does not answer."}, False),
    ],
)
def test_a_late_canary_is_behind_what_is_still_applied(channel: dict[str, Any], expected: bool) -> None:
    assert rendered("_pair_is_applying", __pair_late_channel=channel) is expected


def test_nobody_keeps_the_gate_of_a_plain_replica() -> None:
    """The service of a former member would take its source for its peer, and may open the gate."""
    tasks = yaml.safe_load((TOP / "roles/pair/tasks/add_one.yml").read_text("utf-8"))
    [block] = [task["block"] for task in tasks if "block" in task]
    assert block[0]["twoway.mysql.pair_gate"] == {"is_active": False, "writers": "alone"}
    assert block[0]["when"] == "inventory_hostname == _pair_replica"


def test_a_former_member_with_an_address_is_left_as_it_is() -> None:
    vip = yaml.safe_load((TOP / "roles/pair_vip/vars/main.yml").read_text("utf-8"))
    tasks = yaml.safe_load((TOP / "roles/pair/tasks/add_replica.yml").read_text("utf-8"))[0]["block"]
    names = [task["name"] for task in tasks]
    looked, judged = (names.index(name) for name in (_LOOK_FOR_ADDRESS, _NO_ADDRESS))
    files = {vip[name] for name in ("_pair_vip_file", "_pair_vip_takeover_file", "_pair_vip_fence_file")}
    assert set(tasks[looked]["ansible.builtin.command"]["argv"][1:]) == files
    assert looked < judged < names.index("Replica | One after the other")
    is_free = Environment().compile_expression(tasks[judged]["ansible.builtin.assert"]["that"])
    assert is_free(__pair_vip_found={"stdout_lines": []}) is True
    assert is_free(__pair_vip_found={"stdout_lines": ["/etc/twoway/takeover"]}) is False


@pytest.mark.parametrize(
    ("host", "state", "address", "is_left_alone"),
    [
        ("db1", "present", "10.8.0.100/24", False),
        ("db1", "present", "", True),
        ("db3", "present", "10.8.0.100/24", True),
        ("db3", None, "10.8.0.100/24", True),
        # What it has from the time when it was a member.
        ("db3", "absent", "10.8.0.100/24", False),
    ],
)
def test_a_plain_replica_can_give_an_address_up(
    host: str, state: str | None, address: str, is_left_alone: bool
) -> None:
    [play] = yaml.safe_load((TOP / "playbooks/pair_vip.yml").read_text("utf-8"))
    is_over = Environment().compile_expression(play["tasks"][0]["when"])
    values = {"inventory_hostname": host, "pair_members": ["db1", "db2"], "pair_replicas": ["db3"]}
    chosen = {} if state is None else {"pair_vip_state": state}
    assert bool(is_over(**values, **chosen, pair_vip_address=address)) is is_left_alone


_ACCOUNTS = [
    {"user": "replication", "host": "10.8.0.6"},
    {"user": "replication", "host": "DB3.example.com"},
    {"user": "root", "host": "%"},
]


@pytest.mark.parametrize(
    ("accounts", "replicas", "hosts", "let_in"),
    [
        (_ACCOUNTS, {"db3": "db3.Example.com"}, ["10.8.0.6", "db3.example.com"], ["db3"]),
        (_ACCOUNTS, {"db3": "10.8.0.11"}, ["10.8.0.6", "db3.example.com"], []),
        # No server answers.
        (None, {"db3": "10.8.0.11"}, [], []),
    ],
)
def test_whom_a_member_lets_in(
    accounts: list[dict[str, str]] | None, replicas: dict[str, str], hosts: list[str], let_in: list[str]
) -> None:
    facts = {"accounts": accounts}
    found = rendered("_pair_account_hosts", __mysql_server_facts=facts, pair_replication_user="replication")
    assert found == hosts
    assert rendered("_pair_replicas_let_in", _pair_account_hosts=found, _pair_replica_addresses=replicas) == let_in


@pytest.mark.parametrize(
    ("hosts", "said"),
    [
        (["10.8.0.6"], []),
        # A copy has brought the one for its own address, and a plain replica has one.
        (["10.8.0.6", "10.8.0.1", "10.8.0.11"], []),
        ([], ["no account 'replication'@'DB2' with which"]),
        # To drop it would refuse the channel, which has no other.
        (["%"], ["there is % for that name. Run deploy_pair first"]),
        (["%", "10.8.0.6", "10.8.0.99"], ["'replication'@'%' on db1", "'replication'@'10.8.0.99' on db1"]),
    ],
)
def test_what_stands_against_a_new_password(hosts: list[str], said: list[str]) -> None:
    obstacles = rendered(
        "_pair_rotation_obstacles",
        _pair_account_hosts=hosts,
        _pair_peer_address="10.8.0.6" if hosts else "DB2",
        pair_address="10.8.0.1",
        _pair_replica_addresses={"db3": "10.8.0.11"},
        pair_replication_user="replication",
        inventory_hostname="db1",
        _pair_peer="db2",
    )
    assert len(obstacles) == len(said)
    assert all(words in obstacle for words, obstacle in zip(said, obstacles, strict=True)), obstacles


@pytest.mark.parametrize(
    ("connected", "let_in", "said"),
    [
        ([], [], []),
        (["10.8.0.11"], ["db3"], ["Other replicas follow db1: 10.8.0.11", "db1 has accounts for db3"]),
        # Its host boots.
        ([], ["db3"], ["db1 has accounts for db3"]),
        # Nobody has made it a replica by a playbook.
        (["10.8.0.12"], [], ["Other replicas follow db1: 10.8.0.12"]),
    ],
)
def test_a_pair_with_replicas_does_not_end(connected: list[str], let_in: list[str], said: list[str]) -> None:
    absent = {"stat": {"exists": False}}
    obstacles = rendered(
        "_pair_obstacles",
        pair_remove="wiki_pair",
        _pair_name="wiki_pair",
        pair_remove_option_file=[],
        pair_members=["db1", "db2"],
        _pair_peer_is_here=True,
        _pair_peer="db2",
        inventory_hostname="db1",
        __mysql_server_facts={"server": {"server_id": 1}, "seed": None},
        __pair_found={"results": [absent, absent]},
        _pair_other_replicas=connected,
        _pair_replicas_let_in=let_in,
    )
    assert len(obstacles) == len(said)
    assert all(words in obstacle for words, obstacle in zip(said, obstacles, strict=True)), obstacles
