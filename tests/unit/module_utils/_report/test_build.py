"""What a report says of a pair, and that it says nothing where nothing is known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._report.build import VERSION, build_report


def direction(report: dict[str, Any], source: str) -> dict[str, Any]:
    return next(found for found in report["directions"] if found["source"] == source)


def test_healthy_pair(pair):
    report = pair.report()
    assert report["report_version"] == VERSION
    assert [member["name"] for member in report["members"]] == ["db1", "db2"]
    assert [member["gate"] for member in report["members"]] == ["open", "closed"]
    assert report["open_members"] == ["db1"]
    assert [(found["source"], found["replica"]) for found in report["directions"]] == [("db1", "db2"), ("db2", "db1")]
    for found in report["directions"]:
        assert found["state"] == "running"
        assert (found["lag_seconds"], found["gap_transactions"], found["error"]) == (0, 0, None)
        assert (found["tls"], found["semi_sync"]) == (True, "active")
        assert found["canary"]["age_seconds"] >= 0
        assert found["canary"]["milliseconds"] is None
    assert report["verdict"]["state"] == "ok"


def test_report_is_what_json_can_carry(pair):
    report = pair.report()
    assert json.loads(json.dumps(report)) == report


def test_gap_counts_what_the_replica_has_not_applied(pair):
    binlog = pair.facts["db1"]["replication"]["binlog"]
    ahead = {":": ":1-2", "-": "-2"}
    # Five more transactions of the first member's own, in the words of either flavor.
    if ":" in binlog["gtid"]:
        uuid = pair.facts["db1"]["server"]["server_uuid"]
        binlog["gtid"] = binlog["gtid"].replace(f"{uuid}{ahead[':']}", f"{uuid}:1-7")
    else:
        first, _comma, rest = binlog["gtid"].partition(",")
        domain, server, sequence = first.split("-")
        binlog["gtid"] = f"{domain}-{server}-{int(sequence) + 5},{rest}"
    assert direction(pair.report(), "db1")["gap_transactions"] == 5
    assert direction(pair.report(), "db2")["gap_transactions"] == 0


def test_gap_by_file_position_is_not_known(pair):
    pair.channel("db2")["coordinates"] = "file_position"
    assert direction(pair.report(), "db1")["gap_transactions"] is None


def test_applier_with_an_error(pair):
    pair.break_applier("db2")
    found = direction(pair.report(), "db1")
    assert found["state"] == "broken"
    assert found["error"] == {
        "thread": "applier",
        "code": 1062,
        "message": "Duplicate entry '7' for key 'PRIMARY'",
        "at": "2026-11-25 10:59:58",
    }
    assert found["lag_seconds"] is None


@pytest.mark.parametrize(
    ("receiver", "applier", "state"),
    [
        ("connecting", "on", "connecting"),
        ("connecting", "off", "stopped"),
        ("off", "on", "stopped"),
        ("off", "off", "stopped"),
    ],
)
def test_state_of_a_direction(pair, receiver, applier, state):
    pair.channel("db1")["receiver"]["state"] = receiver
    pair.channel("db1")["applier"]["state"] = applier
    assert direction(pair.report(), "db2")["state"] == state


def test_channel_from_another_source_is_none_of_the_pair(pair):
    pair.channel("db2").update(source_host="192.0.2.1", source_server_id=99)
    assert direction(pair.report(), "db1")["state"] == "missing"


def test_dead_server(pair):
    pair.stop("db1")
    report = pair.report()
    assert report["members"][0]["error"] == "its server does not run"
    assert report["members"][0]["gate"] is None
    assert report["members"][0]["version"] is None
    assert direction(report, "db2")["state"] == "unknown"
    # The survivor still knows what it has from the dead one.
    assert direction(report, "db1")["canary"] is not None
    assert direction(report, "db1")["gap_transactions"] is None


@pytest.mark.parametrize(
    "failure", [{}, {"unreachable": True, "msg": "Task failed: broken\r\nno route"}, {"failed": True}]
)
def test_member_that_was_not_asked(pair, failure):
    pair.facts["db2"] = failure
    member = pair.report()["members"][1]
    assert not member["is_reached"]
    assert member["error"] == "not asked: " + ("no route" if failure.get("msg") else "it is not part of this run")


def test_gate_that_only_administrators_pass(pair):
    pair.facts["db2"]["server"]["variables"]["super_read_only"] = "OFF"
    assert pair.report()["members"][1]["gate"] == "half-open"


def test_semi_sync_fallen_back(pair):
    pair.facts["db1"]["replication"]["semi_sync"]["source"]["is_active"] = False
    assert direction(pair.report(), "db1")["semi_sync"] == "fallen_back"
    assert direction(pair.report(), "db2")["semi_sync"] == "active"


def test_canary_of_this_run_has_a_time(pair):
    pair.canaries = {"db2": {"arrived": True, "milliseconds": 9.3}, "db1": {"arrived": False, "milliseconds": None}}
    assert direction(pair.report(), "db1")["canary"]["milliseconds"] == 9.3
    assert direction(pair.report(), "db2")["canary"]["milliseconds"] is None


def test_latest_comparison_of_either_member(pair):
    kept = {"source": "10.8.60.1", "is_equal": True, "tables": 3, "different": [], "begun_at": None}
    pair.facts["db2"]["comparison"] = {**kept, "at": "2026-11-25T10:00:00Z"}
    pair.facts["db1"]["comparison"] = {**kept, "at": "2026-11-24T10:00:00Z", "source": "10.8.60.6"}
    comparison = pair.report()["comparison"]
    assert (comparison["source"], comparison["replica"]) == ("db1", "db2")
    pair.facts["db2"]["comparison"]["source"] = "db1"
    assert pair.report()["comparison"]["source"] == "db1"


def test_comparison_that_stayed_open_hides_no_difference(pair):
    kept = {"source": "db1", "tables": 9, "different": ["wikidb.page"]}
    pair.facts["db2"]["comparison"] = {**kept, "at": "2026-11-24T10:00:00Z", "is_equal": False}
    pair.facts["db1"]["comparison"] = {**kept, "at": "2026-11-25T10:00:00Z", "is_equal": None}
    report = pair.report()
    assert report["comparison"]["is_equal"] is False
    assert report["verdict"]["state"] == "critical"
    pair.facts["db2"]["comparison"] = None
    assert pair.report()["comparison"]["is_equal"] is None


def test_ledgers_of_both_members_are_one(pair):
    pair.facts["db1"]["skipped_transactions"] = {"count": 1, "last": [{"at": "2026-11-24T10:00:00Z", "errno": 1032}]}
    pair.facts["db2"]["skipped_transactions"] = {"count": 30, "last": [{"at": "2026-11-25T10:00:00Z", "errno": 1062}]}
    skipped = pair.report()["skipped"]
    assert skipped["count"] == 31
    assert [(entry["member"], entry["errno"]) for entry in skipped["last"]] == [("db2", 1062), ("db1", 1032)]


def test_findings_lead_to_their_pages(pair):
    pair.find("FILTERS_DIFFER", "blocker")
    (found,) = pair.report()["findings"]
    assert found["page"].endswith("/docs/findings/FILTERS_DIFFER.md")


def test_nothing_is_known_of_anybody(pair):
    report = build_report({}, pair.wish, [], {})
    assert report["verdict"]["state"] == "unknown"
    assert all(found["lag_seconds"] is None and found["tls"] is None for found in report["directions"])
