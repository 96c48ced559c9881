"""What is said about the collection in several places says the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from scenarios import makes_sense, scenario_names
from suite import SCENARIOS

TOP = Path(__file__).resolve().parents[2]


def modules() -> list[str]:
    return sorted(path.stem for path in (TOP / "plugins" / "modules").glob("*.py") if path.stem != "__init__")


def test_action_group_holds_the_modules() -> None:
    runtime = yaml.safe_load((TOP / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["action_groups"]["all"] == modules()


def test_modules_carry_the_name_of_the_action_group() -> None:
    fragment = "twoway.mysql.attributes"
    without = [
        name for name in modules() if fragment not in (TOP / "plugins/modules" / f"{name}.py").read_text("utf-8")
    ]
    assert not without


def test_every_module_is_tried_on_real_servers() -> None:
    """But for the one that needs both members at once, which the moves of the fault tests try."""
    integration = TOP / "tests" / "integration"
    named = yaml.safe_load((integration / "vars.yml").read_text(encoding="utf-8"))["all_targets"]
    there = sorted(path.name for path in (integration / "targets").iterdir() if path.name != "setup_pair")
    assert sorted(named) == there == [name for name in modules() if name != "pair_switchover"]


def test_every_scenario_is_run_in_the_suite() -> None:
    """On a flavor for which it makes sense: the suite leaves it out of the others."""
    run = {name for flavor, names in SCENARIOS.items() for name in names if makes_sense(name, flavor)}
    assert sorted(run) == scenario_names()


def test_nothing_that_sanity_finds_is_ignored() -> None:
    lists = sorted((TOP / "tests" / "sanity").glob("ignore-*.txt"))
    assert lists
    assert [path.name for path in lists if path.read_text(encoding="utf-8").strip()] == []


@pytest.mark.parametrize("path", sorted((TOP / "playbooks").glob("*.yml")), ids=lambda path: path.stem)
def test_members_of_a_pair_go_in_step(path: Path) -> None:
    """A member that goes ahead of its peer finds nothing of it where it looks, whatever ansible.cfg prefers."""
    for play in yaml.safe_load(path.read_text(encoding="utf-8")):
        roles = [task.get("ansible.builtin.import_role", {}).get("name") for task in play["tasks"]]
        if "twoway.mysql.pair" in roles:
            assert play["strategy"] == "ansible.builtin.linear"
