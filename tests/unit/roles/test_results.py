"""What roles read of a module's result is what the module returns."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

TOP = Path(__file__).resolve().parents[3]
MODULES = TOP / "plugins" / "modules"
FILES = sorted([*TOP.glob("roles/*/*/*.yml"), *TOP.glob("roles/*/templates/*"), *TOP.glob("playbooks/*.yml")])

#: What Ansible itself adds to every result, and to that of a loop.
ALWAYS = {"changed", "diff", "failed", "msg", "results"}


def results(tasks: Any) -> Iterator[tuple[str, str]]:
    """Yield the name of each result that tasks keep of a module of this collection, and the module."""
    if isinstance(tasks, list):
        for task in tasks:
            yield from results(task)
    if isinstance(tasks, dict):
        for key, value in tasks.items():
            name = key.removeprefix("twoway.mysql.")
            if "register" in tasks and name != key and (MODULES / f"{name}.py").exists():
                yield tasks["register"], name
            yield from results(value)


def returned(module: str) -> set[str]:
    loaded = importlib.import_module(f"ansible_collections.twoway.mysql.plugins.modules.{module}")
    return ALWAYS | set(yaml.safe_load(loaded.RETURN))


KEPT: dict[str, set[str]] = {}
for path in TOP.glob("roles/*/tasks/*.yml"):
    for register, kept_of in results(yaml.safe_load(path.read_text("utf-8"))):
        KEPT.setdefault(register, set()).update(returned(kept_of))


@pytest.mark.parametrize("register", sorted(KEPT))
def test_keys_of_a_result(register: str) -> None:
    read = {
        key
        for file in FILES
        for key in re.findall(rf"\b{register}(?: \| default\(\{{\}}(?:, true)?\)\))?\.(\w+)", file.read_text("utf-8"))
    }
    assert read <= KEPT[register]
