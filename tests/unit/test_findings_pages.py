"""Every finding has a page that explains it, and every page a finding."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "faults"))

from injected import FAULTS, FINAL_FAULTS, NOT_IN_THE_LAB, SHOWN_BY_A_RUN

TOP = Path(__file__).resolve().parents[2]
PAGES = TOP / "docs" / "findings"
PLANS = TOP / "plugins" / "module_utils" / "_plan"


def findings() -> dict[str, set[str]]:
    """Return by code the words that the code says in every case, from all calls of ``Finding`` with a literal code."""
    found: dict[str, set[str]] = {}
    for path in sorted(PLANS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding"):
                continue
            code, severity = node.args[:2]
            assert isinstance(code, ast.Constant) and isinstance(code.value, str), ast.unparse(node)
            words = {name.id.lower() for name in ast.walk(severity) if isinstance(name, ast.Name) and name.id.isupper()}
            found.setdefault(code.value, set()).update(words)
    return found


FINDINGS = findings()
every_code = pytest.mark.parametrize("code", sorted(FINDINGS))


def test_pages_are_those_of_the_findings() -> None:
    assert sorted(path.stem for path in PAGES.glob("[A-Z]*_*.md")) == sorted(FINDINGS)


@every_code
def test_page(code: str) -> None:
    text = (PAGES / f"{code}.md").read_text("utf-8")
    assert text.startswith(f"# {code}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
        "What it means",
        "How it is seen",
        "Example",
        "What to do",
    ]
    assert re.search(rf"^    {code}( on db\d)?: \S", text, re.MULTILINE)


@every_code
def test_severity(code: str) -> None:
    text = (PAGES / f"{code}.md").read_text("utf-8")
    said = re.search(r"^Severity: (.*)$", text, re.MULTILINE)
    assert said
    assert set(re.findall("blocker|warning|note", said.group(1))) == FINDINGS[code]


def test_index_lists_every_page() -> None:
    index = (PAGES / "README.md").read_text("utf-8")
    assert re.findall(r"\]\(([A-Z_]+)\.md\)", index) == sorted(FINDINGS)


def test_every_finding_is_shown_on_real_servers_where_it_can_be() -> None:
    injected = {code for fault in [*FAULTS, *FINAL_FAULTS] for code in fault.codes.split()}
    assert injected | set(SHOWN_BY_A_RUN) | set(NOT_IN_THE_LAB) == set(FINDINGS)
    assert not injected & (set(SHOWN_BY_A_RUN) | set(NOT_IN_THE_LAB))


@pytest.mark.parametrize("code", sorted(SHOWN_BY_A_RUN))
def test_the_run_that_shows_a_finding(code: str) -> None:
    assert re.search(rf"\b{code}\b", (TOP / SHOWN_BY_A_RUN[code]).read_text("utf-8"))
