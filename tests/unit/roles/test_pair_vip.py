"""The address stays with the open gate, whatever becomes of keepalived or of a run of the role."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.test.core import changed
from jinja2 import Environment

ROLE = Path(__file__).resolve().parents[3] / "roles/pair_vip"


needs_sha256sum = pytest.mark.skipif(not shutil.which("sha256sum"), reason="sha256sum is not installed here")


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
    look = tasks[numbered("tasks/keepalived.yml")["The address is where it should be"]]
    assert look["notify"] == "Reload keepalived"
    environment = Environment()
    environment.filters["from_json"] = json.loads
    # As Ansible's own, which takes what comes one by one as well.
    environment.filters["length"] = lambda values: len(list(values))
    server = {"identity": {"is_gate_open": is_open}}
    is_changed = environment.compile_expression(look["changed_when"])
    assert is_changed(__pair_vip_here={"stdout": json.dumps(seen)}, __pair_vip_server=server) is is_wrong


def numbered(name: str) -> dict[str, int]:
    """The tasks of a file by what they are called, after the name of the file."""
    return {task["name"].partition(" | ")[2]: number for number, task in enumerate(loaded(name))}


@needs_sha256sum
def test_files_that_keepalived_has_not_read_are_told_from_those_that_it_has(tmp_path: Path) -> None:
    """On a standby the address is nowhere, whether keepalived has its configuration or not."""
    names, tasks = numbered("tasks/keepalived.yml"), loaded("tasks/keepalived.yml")
    look, note = tasks[names["It has read the files as they are"]], tasks[names["Note what it has read"]]
    ours, read = (str(tmp_path / name) for name in ("twoway.conf", "twoway.sha256"))
    whole = tmp_path / "keepalived.conf"
    paths = {"_pair_vip_file": ours, "_pair_vip_read_file": read}
    words = [Environment().from_string(word).render(paths) for word in look["ansible.builtin.command"]["argv"]]
    noting = Environment().from_string(note["ansible.builtin.shell"]["cmd"]).render(paths)
    noting = noting.replace("/etc/keepalived/keepalived.conf", str(whole))

    def is_told() -> bool:
        status = subprocess.run(words, check=False, capture_output=True).returncode
        return bool(Environment().compile_expression(look["changed_when"])(__pair_vip_read={"rc": status}))

    whole.write_text("include twoway.conf\n", encoding="utf-8")
    Path(ours).write_text("one\n", encoding="utf-8")
    assert is_told()
    subprocess.run(noting, shell=True, check=True)
    assert not is_told()
    Path(ours).write_text("two\n", encoding="utf-8")
    assert is_told()
    subprocess.run(noting, shell=True, check=True)
    whole.write_text("", encoding="utf-8")
    assert is_told()
    Path(read).write_text("", encoding="utf-8")
    assert is_told()


def test_it_is_noted_only_after_keepalived_has_read_them() -> None:
    names, tasks = numbered("tasks/keepalived.yml"), loaded("tasks/keepalived.yml")
    look, flush, note = (
        names[name]
        for name in ("It has read the files as they are", "Runs with what was changed", "Note what it has read")
    )
    assert names["It reads that beside what it has"] < look < flush < note
    assert tasks[look]["notify"] == "Reload keepalived"


def test_the_configuration_goes_last() -> None:
    """As long as it is there a run that was killed has to have keepalived read its files again."""
    names, tasks = numbered("tasks/absent.yml"), loaded("tasks/absent.yml")
    look, flush = tasks[names["The configuration is still there"]], names["keepalived gives it up"]
    assert look["notify"] == "Reload keepalived"
    assert names["The configuration is still there"] < flush < names["No configuration"] == len(tasks) - 1
    [others] = [task["loop"] for task in tasks if "loop" in task]
    assert "{{ _pair_vip_file }}" not in others
    # One that the address comes back to is not to think that keepalived has it.
    assert "{{ _pair_vip_read_file }}" in others


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
