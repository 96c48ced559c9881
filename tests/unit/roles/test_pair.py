"""Which plain replicas stand in the way of newer members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.test.core import version_compare
from jinja2 import Environment

TOP = Path(__file__).resolve().parents[3]
VARS = yaml.safe_load((TOP / "roles/pair/vars/main.yml").read_text("utf-8"))


def rendered(name: str, **values: Any) -> Any:
    environment = Environment()
    environment.tests["version"] = version_compare
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
