"""Each finding on a recorded healthy pair with one thing wrong, and on one where that thing is nearly wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.twoway.mysql.plugins.filter.pair import pair_findings

HERE = Path(__file__).parent
PLANS = HERE.parents[2] / "plugins" / "module_utils" / "_plan"
CODES = sorted(path.name for path in HERE.iterdir() if path.name.isupper())
FLAVORS = ("mysql", "mariadb")

every_code = pytest.mark.parametrize("code", CODES)


def healthy(flavor: str) -> dict[str, Any]:
    """What both members of a pair told that deploy_pair had made with its defaults."""
    facts: dict[str, Any] = json.loads((HERE / "healthy" / f"{flavor}.json").read_text("utf-8"))
    return facts


def wish_for(facts: dict[str, Any]) -> dict[str, Any]:
    """The wish of such a pair."""
    addresses = {"db1": facts["db2"], "db2": facts["db1"]}
    by_member = {
        name: {
            "server_id": facts[name]["server"]["server_id"],
            "address": addresses[name]["replication"]["channels"][0]["source_host"],
            "flavor": facts[name]["server"]["flavor"],
            "filters": {},
            "auto_increment": {"increment": 2, "offset": offset},
            "restart_needed": [],
        }
        for offset, name in enumerate(facts, start=1)
    }
    wish = {"members": ["db1", "db2"], "hosts": ["db1", "db2"], "donor": "db1", "active": "db1", "writers": "one"}
    limits = {"coordinates": "gtid", "outage_seconds": 259200, "lag_seconds": 60}
    return {**wish, **limits, "password": "s3cret", "overwrite": [], "may_restart": True, "by_member": by_member}


def value_at(tree: Any, path: str) -> Any:
    for step in path.split("."):
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    return tree


def filled(value: Any, facts: dict[str, Any]) -> Any:
    """Return a value of a case with ``@path@`` replaced by what the healthy pair has there."""
    if isinstance(value, list):
        return [filled(item, facts) for item in value]
    if not isinstance(value, str) or "@" not in value:
        return value
    before, path, after = value.split("@", 2) if value.count("@") == 2 else (value, "", "")
    if not path.startswith("db"):
        return value
    found = value_at(facts, path)
    return found if not before and not after else f"{before}{found}{after}"


def change(tree: Any, path: str, value: Any) -> None:
    above, _dot, last = path.rpartition(".")
    place = value_at(tree, above) if above else tree
    place[int(last) if isinstance(place, list) else last] = value


def found(case: dict[str, Any]) -> list[dict[str, Any]]:
    """What is found in a case: a healthy pair with the changes of the case, in facts and in the wish."""
    facts = healthy(case["flavor"])
    wish = {**wish_for(facts), "scope": case.get("scope", "running")}
    changes = {path: filled(value, facts) for path, value in case.get("facts", {}).items()}
    for path, value in changes.items():
        change(facts, path, value)
    for path, value in case.get("wish", {}).items():
        change(wish, path, value)
    return list(pair_findings(facts, wish))


def case_of(code: str, name: str) -> dict[str, Any]:
    case: dict[str, Any] = yaml.safe_load((HERE / code / f"{name}.yml").read_text("utf-8"))
    return case


@pytest.mark.parametrize("flavor", FLAVORS)
@pytest.mark.parametrize("scope", ["deployment", "running", "restarting", "replica"])
def test_a_healthy_pair_has_none(flavor: str, scope: str) -> None:
    assert found({"flavor": flavor, "scope": scope}) == []


@pytest.mark.parametrize(("scope", "codes"), [("deployment", ["CHANNEL_FOLLOWS_ANOTHER"]), ("replica", [])])
def test_the_source_of_a_plain_replica_follows_another(scope: str, codes: list[str]) -> None:
    change = {"db1.replication.channels.0.source_host": "198.51.100.99"}
    assert [finding["code"] for finding in found({"flavor": "mysql", "scope": scope, "facts": change})] == codes


@every_code
def test_a_pair_that_has_it(code: str) -> None:
    case = case_of(code, "has")
    seen = [finding for finding in found(case) if finding["code"] == code]
    assert [finding["member"] for finding in seen] == [case["found"]["member"]]
    assert case["found"]["evidence"] in seen[0]["evidence"]
    assert seen[0]["remedy"].endswith(".")


@every_code
def test_a_pair_that_nearly_has_it(code: str) -> None:
    assert code not in [finding["code"] for finding in found(case_of(code, "nearly"))]


def test_servers_that_run_with_one_id() -> None:
    seen = found({"flavor": "mysql", "facts": {"db2.server.server_id": "@db1.server.server_id@"}})
    assert [finding["evidence"] for finding in seen if finding["code"] == "DUPLICATE_SERVER_ID"] == [
        "the servers of both members run with the id 168309249"
    ]


@pytest.mark.parametrize("holder", ["db1", "db2"])
@pytest.mark.parametrize("domain_of_db1", ["0", "168309505"])
def test_a_history_from_before_the_pair_is_nobodys(holder: str, domain_of_db1: str) -> None:
    """Servers that nobody has set up write in one domain, and under one server id."""
    facts: dict[str, object] = {}
    for member, domain in (("db1", domain_of_db1), ("db2", "0")):
        position = "0-1-29" if member == holder else ""
        settings = {"gtid_domain_id": domain, "gtid_current_pos": position}
        facts.update({f"{member}.settings.{name}": value for name, value in settings.items()})
        facts[f"{member}.server.server_id"] = 1 if domain == "0" else 168309505
        facts[f"{member}.replication.channels"] = []
    assert found({"flavor": "mariadb", "scope": "deployment", "facts": facts}) == []


@pytest.mark.parametrize("seed", [None, {"state": "importing", "donor": "db1"}, {"state": "done", "donor": "db1"}])
def test_transactions_of_a_member_that_is_new_come_with_its_seed(seed: dict[str, str] | None) -> None:
    facts = {"db2.settings.gtid_current_pos": "", "db2.seed": seed}
    facts.update({f"{member}.replication.channels": [] for member in ("db1", "db2")})
    codes = [finding["code"] for finding in found({"flavor": "mariadb", "scope": "deployment", "facts": facts})]
    assert ("ERRANT_TRANSACTIONS" in codes) == (seed is not None and seed["state"] == "done")


def test_a_shared_domain_tells_its_author_by_the_server_id() -> None:
    facts: dict[str, object] = {f"{member}.settings.gtid_domain_id": "0" for member in ("db1", "db2")}
    facts["db2.replication.channels.0.receiver.state"] = "off"
    positions = {"db1": "0-168309505-20", "db2": "0-168309505-29"}
    facts.update({f"{member}.settings.gtid_current_pos": position for member, position in positions.items()})
    seen = [
        finding for finding in found({"flavor": "mariadb", "facts": facts}) if finding["code"] == "ERRANT_TRANSACTIONS"
    ]
    assert [(finding["member"], "0-168309505-29" in finding["evidence"]) for finding in seen] == [("db2", True)]


def codes(case: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Code and member of what is found in a case."""
    return [(finding["code"], finding["member"]) for finding in found(case)]


ONE, TWO = "e6410339-e8be-11f1-a1e8-02420a083201", "e63c20d0-e8be-11f1-add4-02420a083206"
COPIED = {"gtid": f"{ONE}:1-2", "file": "binlog.000001", "position": 900}
OWN = {"gtid": f"{ONE}:1-2", "gtid_applied": ""}
SEEDED = {"state": "done", "donor": "db1", "own": OWN, "binlog": {"file": "b.1"}, "coordinates": COPIED}
SCHEMAS = [{"name": "old", "tables": 3, "routines": 0, "size_bytes": 49152, "engines": {"InnoDB": 3}}]


@pytest.mark.parametrize("is_open", [True, False])
def test_a_replica_without_a_history_of_its_own_becomes_a_member(is_open: bool) -> None:
    facts = {
        "db1.replication.channels": [],
        "db1.replication.binlog.gtid": f"{ONE}:1-4",
        "db2.replication.binlog.gtid": f"{ONE}:1-5",
        # The newest one came after the source was asked.
        "db2.replication.channels.0.receiver.gtid": f"{ONE}:1-5",
        "db2.server.is_gate_open": is_open,
    }
    assert found({"flavor": "mysql", "scope": "deployment", "facts": facts}) == []
    facts["db2.replication.binlog.gtid"] = f"{ONE}:1-5,{TWO}:1"
    assert codes({"flavor": "mysql", "scope": "deployment", "facts": facts}) == [("HISTORY_ON_REPLICA", "db2")]
    rebuilt = {"flavor": "mysql", "scope": "deployment", "facts": facts, "wish": {"rebuild": "db2"}}
    assert codes(rebuilt) == []


@pytest.mark.parametrize(
    ("seed", "canaries", "is_found"),
    [
        (None, [], True),
        (SEEDED, [], False),
        ({**SEEDED, "donor": "db3"}, [], True),
        ({**SEEDED, "binlog": {}}, [], True),
        # Another server is in the place of the source.
        ({**SEEDED, "coordinates": {**COPIED, "gtid": f"{ONE}:1-5"}}, [], True),
        ({**SEEDED, "coordinates": {**COPIED, "gtid": ""}}, [], False),
        ({**SEEDED, "coordinates": {**COPIED, "gtid": "", "position": 9000000, "file": "binlog.000002"}}, [], True),
        # The source has followed it before, and nobody knows up to where.
        ({**SEEDED, "compared": True}, [], True),
        (SEEDED, [{"server_id": 168309254, "sent_at": 1.0}], True),
    ],
)
def test_a_first_channel_by_file_position_begins_at_a_known_place(
    seed: dict[str, Any] | None, canaries: list[Any], is_found: bool
) -> None:
    facts = {"db1.replication.channels": [], "db2.seed": seed, "db1.canaries": canaries}
    facts["db2.replication.channels.0.coordinates"] = "file_position"
    case = {"flavor": "mysql", "scope": "deployment", "facts": facts, "wish": {"coordinates": "file_position"}}
    assert codes(case) == ([("HISTORY_ON_REPLICA", "db2")] if is_found else [])


@pytest.mark.parametrize(
    ("written", "applied", "removed", "evidence"),
    [
        ("0-168309505-40", "", "", None),
        ("0-168309505-40,0-168309510-41", "", "", "did not write: up to 0-168309510-41"),
        ("0-168309505-42,0-168309510-41", "0-168309505-42", "", None),
        ("0-168309505-40", "", "0-168309505-9", "0-168309505-9 is gone"),
        ("0-168309505-40", "0-168309505-30", "0-168309505-9", None),
    ],
)
def test_a_mariadb_tells_by_its_log_what_it_has_of_others(
    written: str, applied: str, removed: str, evidence: str | None
) -> None:
    facts = {
        "db1.replication.channels": [],
        "db1.settings.gtid_slave_pos": applied,
        "db2.settings.gtid_binlog_state": written,
        "db2.replication.binlog.gtid_purged": removed,
    }
    seen = found({"flavor": "mariadb", "scope": "deployment", "facts": facts})
    assert [(finding["code"], finding["member"]) for finding in seen] == (
        [("HISTORY_ON_REPLICA", "db2")] if evidence else []
    )
    assert all(str(evidence) in finding["evidence"] for finding in seen)


def test_a_seeded_member_that_lost_its_channel_goes_on_or_is_not_seeded_without_a_word() -> None:
    facts: dict[str, Any] = {"db2.replication.channels": [], "db2.seed": SEEDED, "db2.schemas": SCHEMAS}
    case = {"flavor": "mysql", "scope": "deployment", "facts": facts}
    # Nor does it need room for a second copy.
    full = {**facts, "db1.schemas": SCHEMAS, "db2.host.free_bytes": 1}
    assert codes(case) == codes({**case, "facts": full}) == []
    facts["db1.replication.binlog.gtid_purged"] = f"{ONE}:1-9"
    assert codes(case) == [("DATA_ON_RECIPIENT", "db2")]
    assert "has changed since" in found(case)[0]["evidence"]
    assert codes({**case, "wish": {"overwrite": ["db2"]}}) == []
    assert codes({**case, "scope": "replica"}) == [("DATA_ON_RECIPIENT", "db2")]
    # Nobody may overwrite what the application writes to.
    facts["db2.claim"] = {"term": 7, "server_id": 168309254, "reason": "switchover", "received": ""}
    written = found({**case, "wish": {"overwrite": ["db2"], "active": "db2"}})
    assert [(finding["code"], "which of the two has the right data" in finding["remedy"]) for finding in written] == [
        ("DATA_ON_RECIPIENT", True)
    ]
    facts["db2.claim"] = None
    facts["db2.seed"] = {**SEEDED, "own": {"gtid": f"{TWO}:1-4,{ONE}:1-4", "gtid_applied": ""}}
    assert codes(case) == []


def test_a_followed_member_keeps_its_server_id_unless_it_is_seeded() -> None:
    wish = {"by_member.db1.server_id": 4711, "by_member.db2.server_id": 4712}
    followed = {"db1.replication.channels": [], "db2.seed": SEEDED}
    case = {"flavor": "mysql", "scope": "deployment", "facts": followed, "wish": wish}
    assert codes(case) == [("SERVER_ID_WOULD_CHANGE", "db1"), ("SERVER_ID_WOULD_CHANGE", "db2")]
    # A server that was installed anew in place of a lost one.
    assert codes({**case, "facts": {"db2.replication.channels": []}}) == [("SERVER_ID_WOULD_CHANGE", "db1")]


@pytest.mark.parametrize(
    ("linked", "replicas_of_db1", "found_on"),
    [
        (["db1", "db2"], [], ["db1", "db2"]),
        (["db2"], [], ["db1", "db2"]),
        # One that is to be seeded begins another one anyway.
        (["db1"], [], ["db1"]),
        ([], [], []),
        ([], [{"server_id": 9, "host": "db9", "port": 3306, "uuid": None}], ["db1"]),
    ],
)
def test_a_binary_log_that_others_read_stays(
    linked: list[str], replicas_of_db1: list[Any], found_on: list[str]
) -> None:
    wish = {f"by_member.{name}.log_bin_basename": "/var/log/mysql/bin" for name in ("db1", "db2")}
    facts: dict[str, Any] = {f"{name}.settings.log_bin_basename": "/srv/binlog" for name in ("db1", "db2")}
    facts.update({f"{name}.replication.channels": [] for name in ("db1", "db2") if name not in linked})
    facts.update({"db1.replication.replicas": replicas_of_db1, "db2.replication.replicas": []})
    seen = codes({"flavor": "mysql", "scope": "deployment", "facts": facts, "wish": wish})
    assert [name for code, name in seen if code == "BINLOG_WOULD_MOVE"] == found_on
    off = {f"{name}.settings.log_bin_basename": "" for name in ("db1", "db2")}
    seen = codes({"flavor": "mysql", "scope": "deployment", "facts": {**facts, **off}, "wish": wish})
    assert "BINLOG_WOULD_MOVE" not in [code for code, _name in seen]


@pytest.mark.parametrize(
    ("channels", "codes_found"),
    [
        ([], [("GTID_MODE_NOT_ON", "db1"), ("GTID_MODE_NOT_ON", "db2")]),
        # Servers that follow nobody get their GTIDs by a restart, and a new one with its seed.
        (["db1", "db2"], []),
        (["db2"], [("GTID_MODE_NOT_ON", "db1")]),
    ],
)
def test_servers_that_replicate_without_gtids(channels: list[str], codes_found: list[tuple[str, str]]) -> None:
    facts: dict[str, Any] = {f"{name}.settings.gtid_mode": "OFF" for name in ("db1", "db2")}
    facts.update({f"{name}.replication.channels": [] for name in channels})
    case: dict[str, Any] = {"flavor": "mysql", "scope": "deployment", "facts": facts}
    assert codes(case) == codes_found
    assert codes({**case, "wish": {"coordinates": "file_position"}}) == []


def test_an_adopted_source_may_be_named_as_the_writer() -> None:
    facts = {"db1.replication.channels": [], "db2.server.is_gate_open": True, "db2.seed": SEEDED}
    case = {"flavor": "mysql", "scope": "deployment", "facts": facts}
    assert codes({**case, "wish": {"active": "db1", "named": "db1"}}) == []
    assert codes({**case, "wish": {"active": "db2", "named": "db2"}}) == [("WRITER_DIFFERS", "db1")]


def test_a_plain_replica_may_have_channels_of_its_own_and_an_open_gate() -> None:
    open_gate: dict[str, Any] = {"db2.server.is_gate_open": True}
    for facts in (open_gate, {"db2.replication.channels": [{"name": "erp", "source_host": "203.0.113.9"}]}):
        assert codes({"flavor": "mysql", "scope": "replica", "facts": facts}) == []


@pytest.mark.parametrize("flavor", FLAVORS)
def test_a_server_in_place_of_a_lost_source_does_not_follow_its_survivor(flavor: str) -> None:
    survivor = healthy(flavor)["db2"]["server"]["server_id"]
    copied = {"mysql": f"{ONE}:1-2", "mariadb": "168309505-168309505-3"}[flavor]
    facts: dict[str, Any] = {
        "db1.replication.channels": [],
        "db1.replication.binlog.gtid": "",
        "db2.seed": {**SEEDED, "coordinates": {**COPIED, "gtid": copied}},
        "db2.replication.channels.0.receiver.gtid": "",
        "db2.server.is_gate_open": True,
        "db2.claim": {"term": 7, "server_id": survivor, "reason": "failover", "received": ""},
    }
    seen = found({"flavor": flavor, "scope": "deployment", "facts": facts, "wish": {"active": "db2"}})
    histories = [finding for finding in seen if finding["code"] == "HISTORY_ON_REPLICA"]
    assert ["right data" in finding["remedy"] for finding in histories] == [True]


@pytest.mark.parametrize("last", [{"at": "2026-11-24T01:02:03Z", "errno": 1062}, {"reason": "cannot be read"}])
def test_a_skip_without_a_time_ends_when_the_ledger_is_moved_away(last: dict[str, Any]) -> None:
    equal = {"at": "2026-11-24T02:00:00Z", "begun_at": "2026-11-24T01:30:00Z", "source": "db1", "is_equal": True}
    skipped = {"count": 2, "last": [{"reason": "cannot be read"}, last]}
    facts: dict[str, Any] = {"db2.comparison": {**equal, "tables": 9, "different": []}}
    seen = found({"flavor": "mysql", "facts": {**facts, "db2.skipped_transactions": skipped}})
    assert [(finding["code"], "move the ledger away" in finding["remedy"]) for finding in seen] == [
        ("TRANSACTIONS_SKIPPED", True)
    ]
    assert "None" not in seen[0]["evidence"]
    assert found({"flavor": "mysql", "facts": {**facts, "db2.skipped_transactions": {"count": 0, "last": []}}}) == []


@pytest.mark.parametrize(
    ("errno", "said"), [(1045, "Let Ansible be root"), (None, "Let Ansible be root"), (2013, "hangs")]
)
def test_a_server_that_does_not_answer_a_login_is_not_taken_for_one_that_refuses_it(
    errno: int | None, said: str
) -> None:
    facts = {"db2.login_error": {"message": "Failed", "errno": errno}, "db2.server": None, "db2.replication": None}
    seen = found({"flavor": "mysql", "scope": "deployment", "facts": facts})
    assert [said in finding["remedy"] for finding in seen if finding["code"] == "LOGIN_FAILED"] == [True]


_IGNORED = {"replicate_ignore_db": ["scratch"]}
_WISHED_FOR_BOTH = {f"by_member.{member}.filters": _IGNORED for member in ("db1", "db2")}


def restarting(facts: dict[str, Any], wish: dict[str, Any], flavor: str = "mysql") -> list[tuple[str, str]]:
    """Code and severity of what is found in a pair that is to be restarted."""
    seen = found({"flavor": flavor, "scope": "restarting", "facts": facts, "wish": wish})
    return [(finding["code"], finding["severity"]) for finding in seen]


@pytest.mark.parametrize("flavor", FLAVORS)
@pytest.mark.parametrize("restarted", [[], ["db1"], ["db2"], ["db1", "db2"]])
def test_restarts_bring_a_filter_to_one_member_after_the_other(flavor: str, restarted: list[str]) -> None:
    facts = {f"{member}.settings.replicate_ignore_db": "scratch" for member in restarted}
    assert restarting(facts, _WISHED_FOR_BOTH, flavor) == [("FILTERS_LOSE_DATA", "warning")]
    # Taken out of the inventory again.
    assert restarting(facts, {}, flavor) == []


@pytest.mark.parametrize("restarted", [[], ["db1"], ["db2"]])
def test_restarts_bring_no_filter_that_is_wished_for_one_member(restarted: list[str]) -> None:
    facts = {f"{member}.settings.replicate_ignore_db": "scratch" for member in restarted}
    wish = {"by_member.db2.filters": _IGNORED}
    assert restarting(facts, wish)[0] == ("FILTERS_DIFFER", "blocker")


def test_restarts_leave_no_filter_of_another_file_on_one_member() -> None:
    facts = {"db2.host.option_file": {"filters_elsewhere": {"binlog_ignore_db": ["logs"]}}}
    assert restarting(facts, {}) == [("FILTERS_ELSEWHERE", "blocker")]


@pytest.mark.parametrize(
    ("present", "wished", "refused_for"),
    [
        ((2, 2), (4, 4), None),
        ((4, 2), (4, 4), None),
        ((2, 4), (4, 4), None),
        ((4, 4), (2, 2), None),
        # While one member counts in twos and the other in threes, both come to 5.
        ((2, 2), (3, 3), "Run deploy_pair first"),
        ((1, 1), (2, 2), "Run deploy_pair first"),
        ((2, 2), (2, 4), "for the group"),
        ((1, 1), (1, 1), "for the group"),
    ],
)
@pytest.mark.parametrize("writers", ["one", "both"])
def test_restarts_bring_numbers_that_collide_at_no_time(
    present: tuple[int, int], wished: tuple[int, int], refused_for: str | None, writers: str
) -> None:
    facts: dict[str, Any] = {
        f"{name}.settings.auto_increment_increment": str(step)
        for name, step in zip(("db1", "db2"), present, strict=True)
    }
    wish: dict[str, Any] = {
        f"by_member.{name}.auto_increment.increment": step for name, step in zip(("db1", "db2"), wished, strict=True)
    }
    # Both gates would be open.
    facts["db2.server.is_gate_open"] = writers == "both"
    wish["writers"] = writers
    seen = found({"flavor": "mysql", "scope": "restarting", "facts": facts, "wish": wish})
    colliding = [finding for finding in seen if finding["code"] == "AUTO_INCREMENT_COLLIDES"]
    severity = "blocker" if writers == "both" else "warning"
    assert [finding["severity"] for finding in colliding] == ([severity] if refused_for else [])
    assert all(str(refused_for) in finding["remedy"] for finding in colliding)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"db2.host.unusable_files": ["/etc/mysql/ca.pem"]}, "TLS_FILE_UNUSABLE"),
        ({"db2.host.own_address": {"address": "203.0.113.9", "error": "no such address"}}, "BIND_ADDRESS_UNUSABLE"),
        ({"db2.host.rejected_options": "unknown variable"}, "OPTIONS_REJECTED"),
        ({"db2.replication.channels.0.applier.state": "off"}, "APPLIER_STOPPED"),
        ({"db2.server": None, "db2.host.service.is_running": False}, "SERVER_STOPPED"),
    ],
)
def test_nothing_is_restarted_into_an_option_file_that_fails_or_in_a_pair_that_is_not_well(
    facts: dict[str, Any], code: str
) -> None:
    assert (code, "blocker") in restarting(facts, {})
