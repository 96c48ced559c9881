"""The address stays with the open gate, whatever becomes of keepalived or of a run of the role."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

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
