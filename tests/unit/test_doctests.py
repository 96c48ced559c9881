"""Every private module imports without a server, and its examples are true."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
PACKAGE = "ansible_collections.twoway.mysql.plugins"


def module_names() -> list[str]:
    """Dotted names, below ``plugins``, of the modules that hold logic of their own."""
    paths = sorted(path for folder in ("module_utils", "filter") for path in (PLUGINS / folder).rglob("*.py"))
    return [".".join(path.relative_to(PLUGINS).with_suffix("").parts) for path in paths if path.stem != "__init__"]


@pytest.mark.parametrize("name", module_names())
def test_examples_are_true(name: str) -> None:
    module = importlib.import_module(f"{PACKAGE}.{name}")
    assert doctest.testmod(module).failed == 0
