"""Alert rules and dashboard: what they ask for is what the textfile has, and they fire when they should."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.twoway.mysql.plugins.module_utils._report.prometheus import HELP
from jinja2 import Environment

TOP = Path(__file__).resolve().parents[3]
FILES = TOP / "roles/pair_metrics/files"
RULES = FILES / "twoway.rules.yml"

ROLE = TOP / "roles/pair_metrics"

needs_sha256sum = pytest.mark.skipif(not shutil.which("sha256sum"), reason="sha256sum is not installed here")
needs_promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed here")


def rules() -> list[dict[str, Any]]:
    loaded = yaml.safe_load(RULES.read_text("utf-8"))
    return [rule for group in loaded["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FILES / "twoway-dashboard.json").read_text("utf-8"))["panels"]
    return found


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


@pytest.mark.parametrize("expression", list(expressions()))
def test_metrics_exist(expression: str) -> None:
    named = set(re.findall(r"\b(?:twoway|mysql)_[a-z_]+", expression))
    assert named
    assert {name for name in named if name.startswith("twoway_")} <= set(HELP)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_alerts_say_how_bad_it_is_and_what_it_is(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("critical", "warning")
    annotations = rule["annotations"]
    assert annotations["summary"]
    assert annotations["description"]
    if "runbook_url" in annotations:
        folder, _slash, page = annotations["runbook_url"].rpartition("/")
        assert folder == "https://github.com/twoway/mysql/blob/main/docs/runbook"
        assert (TOP / "docs/runbook" / page).is_file()


def test_names_are_unique() -> None:
    alerts = [rule["alert"] for rule in rules()]
    assert len(alerts) == len(set(alerts))
    numbers = [panel["id"] for panel in panels()]
    assert len(numbers) == len(set(numbers))


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not taken & cells
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_a_status_that_is_not_collected_any_more_is_told() -> None:
    """Without a sample an expression has no value, and an alert that is made of it no cause."""
    expression = next(rule["expr"] for rule in rules() if rule["alert"] == "TwowayStatusOld")
    assert "last_over_time(twoway_pair_status_timestamp_seconds[1d])" in expression


@needs_promtool
def test_promtool_has_nothing_against_the_rules() -> None:
    checked = subprocess.run(["promtool", "check", "rules", str(RULES)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@needs_promtool
def test_panels_ask_in_promql(tmp_path: Path) -> None:
    asked = [target["expr"].replace("$pair", ".*") for panel in panels() for target in panel["targets"]]
    recorded = [{"record": f"panel:number:{number}", "expr": expression} for number, expression in enumerate(asked)]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}), encoding="utf-8")
    checked = subprocess.run(["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@needs_promtool
def test_alerts_fire(tmp_path: Path) -> None:
    """Each case: a series, for how many minutes, and the alert that comes of it."""
    way = '{pair="wiki_pair",source="db1",replica="db2"}'
    cases = {
        'twoway_pair_state{pair="wiki_pair",state="critical"}': ("1+0x60", 5, "TwowayPairCritical"),
        'twoway_pair_state{pair="wiki_pair",state="warning"}': ("1+0x60", 20, "TwowayPairWarning"),
        'twoway_pair_status_timestamp_seconds{pair="wiki_pair"}': ("0+0x60", 20, "TwowayStatusOld"),
        'twoway_pair_status_timestamp_seconds{pair="lost_pair"}': ("0+0x2 stale", 20, "TwowayStatusOld"),
        'twoway_pair_writable_members{pair="wiki_pair"}': ("0+0x60", 5, "TwowayNobodyWrites"),
        f"twoway_direction_running{way}": ("0+0x60", 5, "TwowayDirectionStopped"),
        f"twoway_direction_lag_seconds{way}": ("61+0x60", 10, "TwowayReplicaLags"),
        f"twoway_direction_complete_timestamp_seconds{way}": ("0+0x60", 40, "TwowayReplicaIncomplete"),
        'mysql_slave_status_replica_io_running{instance="db2:9104"}': ("0+0x60", 5, "MysqlReceiverStopped"),
        'mysql_slave_status_slave_sql_running{instance="db2:9104"}': ("0+0x60", 5, "MysqlApplierStopped"),
    }
    tests = [
        {
            "interval": "1m",
            "input_series": [{"series": series, "values": values}],
            "promql_expr_test": [
                {
                    "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})',
                    "eval_time": f"{minutes}m",
                    "exp_samples": [{"labels": "{}", "value": 1}],
                }
            ],
        }
        for series, (values, minutes, alert) in cases.items()
    ]
    file = tmp_path / "rules_test.yml"
    file.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "tests": tests}), encoding="utf-8")
    checked = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@needs_sha256sum
def test_an_exporter_that_was_not_started_with_its_files_is_started_again(tmp_path: Path) -> None:
    """Its files are as they should be after a run that was killed before its handler; it has the former password."""
    tasks = yaml.safe_load((ROLE / "tasks/main.yml").read_text("utf-8"))
    number = next(number for number, task in enumerate(tasks) if "ansible.builtin.meta" in task)
    look, note = tasks[number - 1], tasks[number + 1]
    assert look["notify"] == "Restart the exporter"
    names = ("_pair_metrics_told", "_pair_metrics_credentials", "_pair_metrics_started_with")
    paths = {name: str(tmp_path / name) for name in names}
    told, credentials, started_with = (Path(path) for path in paths.values())
    words = [Environment().from_string(word).render(paths) for word in look["ansible.builtin.command"]["argv"]]
    noting = Environment().from_string(note["ansible.builtin.shell"]["cmd"]).render(paths)

    def is_changed() -> bool:
        status = subprocess.run(words, check=False, capture_output=True).returncode
        return bool(Environment().compile_expression(look["changed_when"])(__pair_metrics_started={"rc": status}))

    told.write_text("listens\n", encoding="utf-8")
    credentials.write_text("former password\n", encoding="utf-8")
    assert is_changed()
    subprocess.run(noting, shell=True, check=True)
    assert not is_changed()
    assert started_with.stat().st_mode & 0o777 == 0o600
    credentials.write_text("new password\n", encoding="utf-8")
    assert is_changed()
    subprocess.run(noting, shell=True, check=True)
    told.write_text("listens elsewhere\n", encoding="utf-8")
    assert is_changed()
