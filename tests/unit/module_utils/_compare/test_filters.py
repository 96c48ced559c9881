"""Which tables filters keep from a replica."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._compare import filters
from ansible_collections.twoway.mysql.plugins.module_utils._state.binlog import BinlogStatus
from ansible_collections.twoway.mysql.plugins.module_utils._state.channel import Channel, ChannelSettings

TABLES = [("shop", "item"), ("shop", "cache_1"), ("tmp", "item")]


@pytest.mark.parametrize(
    ("rules", "left_out"),
    [
        ({}, []),
        ({"binlog_do_db": "", "replicate_ignore_table": ""}, []),
        ({"binlog_do_db": "shop,other"}, ["tmp.item"]),
        ({"binlog_ignore_db": "tmp"}, ["tmp.item"]),
        ({"replicate_do_db": "tmp", "replicate_ignore_db": "tmp"}, ["shop.item", "shop.cache_1"]),
        ({"binlog_ignore_db": "tmp", "replicate_do_db": "tmp"}, ["shop.item", "shop.cache_1", "tmp.item"]),
        ({"replicate_ignore_table": "shop.item"}, ["shop.item"]),
        ({"replicate_do_table": "shop.item"}, ["shop.cache_1", "tmp.item"]),
        ({"replicate_wild_do_table": "%.item"}, ["shop.cache_1"]),
        ({"replicate_wild_ignore_table": r"shop.cache\_%,tmp.%"}, ["shop.cache_1", "tmp.item"]),
        ({"replicate_do_table": "tmp.item", "replicate_wild_ignore_table": "tmp.%"}, ["shop.item", "shop.cache_1"]),
    ],
)
def test_rules(rules: dict[str, str], left_out: list[str]) -> None:
    assert [".".join(name) for name in TABLES if filters.leaves_out(rules, name)] == left_out


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        ("closed", [{"replicate_do_db": "to replica"}]),
        ("open", [{"replicate_do_db": "to replica"}, {"replicate_do_db": "to source"}]),
    ],
)
def test_the_way_back_counts_where_the_replica_writes(
    monkeypatch: pytest.MonkeyPatch, gate: str, expected: list[dict[str, str]]
) -> None:
    session: Any = type("Member", (), {"variables": lambda _self: {}})()
    channel = Channel("", ChannelSettings(), "on", applier_running=True, filters={"replicate_do_db": "to replica"})
    monkeypatch.setattr(filters, "read_channel", lambda _session, _name: channel)
    monkeypatch.setattr(filters, "read_binlog", lambda _session, _variables: BinlogStatus(None, do_db=("logged",)))
    monkeypatch.setattr(filters, "read_gate", lambda _session: gate)
    monkeypatch.setattr(filters, "read_settings", lambda _session: {"replicate_do_db": "to source"})
    found = filters.read_filters(session, session, "")
    assert [{name: rule for name, rule in kinds.items() if name == "replicate_do_db"} for kinds in found] == expected
    assert [kinds["binlog_do_db"] for kinds in found] == ["logged"] * len(expected)
