"""The address stays with the open gate, whatever becomes of keepalived or of a run of the role."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.test.core import changed
from jinja2 import Environment

ROLE = Path(__file__).resolve().parents[3] / "roles/pair_vip"


def loaded(name: str) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = yaml.safe_load((ROLE / name).read_text("utf-8"))
    return tasks


def test_keepalived_comes_back_when_it_dies() -> None:
    files = {
        each["dest"]: each["content"] for task in loaded("tasks/keepalived.yml") for each in task.get("loop", []) or []
    }
    unit, service = files["/etc/systemd/system/keepalived.service.d/twoway.conf"].split("[Service]")
    assert "StartLimitIntervalSec=0" in unit
    assert "Restart=on-failure" in service


@pytest.mark.parametrize(
    ("seen", "is_open", "is_wrong"),
    [
        ([{}], True, True),
        ([{"ifname": "eth0"}], True, False),
        ([{"ifname": "eth0"}], False, True),
        ([], False, False),
    ],
    ids=str,
)
def test_an_address_that_is_elsewhere_has_keepalived_read_its_files_again(
    seen: list[Any], is_open: bool, is_wrong: bool
) -> None:
    """A run that was killed before its handler leaves files as they should be, which keepalived has not read."""
    tasks = loaded("tasks/keepalived.yml")
    flush = next(number for number, task in enumerate(tasks) if "ansible.builtin.meta" in task)
    look = tasks[flush - 1]
    assert look["notify"] == "Reload keepalived"
    environment = Environment()
    environment.filters["from_json"] = json.loads
    # As Ansible's own, which takes what comes one by one as well.
    environment.filters["length"] = lambda values: len(list(values))
    server = {"identity": {"is_gate_open": is_open}}
    is_changed = environment.compile_expression(look["changed_when"])
    assert is_changed(__pair_vip_here={"stdout": json.dumps(seen)}, __pair_vip_server=server) is is_wrong


@pytest.mark.parametrize(
    ("is_check", "package", "is_told"),
    [
        (True, {"changed": True}, False),
        (True, {"changed": False}, True),
        (True, None, True),
        (False, {"changed": True}, True),
    ],
    ids=str,
)
def test_check_mode_asks_nothing_of_a_service_that_is_not_there(
    is_check: bool, package: dict[str, bool] | None, is_told: bool
) -> None:
    environment = Environment()
    environment.tests["changed"] = changed
    values = {"ansible_check_mode": is_check, **({"__pair_vip_package": package} if package else {})}
    assert environment.compile_expression(loaded("handlers/main.yml")[0]["when"])(**values) is is_told
