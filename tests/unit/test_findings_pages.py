"""Every finding has a page that explains it, and every page a finding."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "faults"))

from injected import FAULTS, FINAL_FAULTS, NOT_IN_THE_LAB, SHOWN_BY_A_RUN

TOP = Path(__file__).resolve().parents[2]
PAGES = TOP / "docs" / "findings"
PLANS = TOP / "plugins" / "module_utils" / "_plan"


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of ``Finding``, with its code."""
    for path in sorted(PLANS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding":
                code = node.args[0]
                assert isinstance(code, ast.Constant) and isinstance(code.value, str), ast.unparse(node)
                yield code.value, node


def findings() -> dict[str, set[str]]:
    """Return, by code, the severities that a finding may have."""
    found: dict[str, set[str]] = {}
    for code, node in calls():
        names = (name.id for name in ast.walk(node.args[1]) if isinstance(name, ast.Name))
        found.setdefault(code, set()).update(name.lower() for name in names if name.isupper())
    return found


def examples() -> dict[str, list[str]]:
    """Return, by code, patterns for what a line of a report says of it: the evidence, then the remedy."""
    found: dict[str, list[str]] = {}
    for code, node in calls():
        evidence, remedy = map(templates, node.args[3:5])
        found.setdefault(code, []).extend(rf"{one}\. {other}" for one in evidence for other in remedy)
    return found


def templates(said: ast.expr) -> list[str]:
    """Return what an expression says, as patterns in which whatever is filled in may be anything."""
    if isinstance(said, ast.Constant):
        return [re.sub(r"%(\\\.\d)?[sdr]|%\\\.0f", ".*", re.escape(str(said.value))).replace("%%", "%")]
    if isinstance(said, ast.IfExp):
        return templates(said.body) + templates(said.orelse)
    if isinstance(said, ast.BinOp) and isinstance(said.op, ast.Add):
        return [one + other for one in templates(said.left) for other in templates(said.right)]
    return templates(said.left) if isinstance(said, ast.BinOp) else [".*"]


FINDINGS = findings()
EXAMPLES = examples()
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
    shown = re.findall(rf"^    {code}(?: on db\d)?: (.*)$", text, re.MULTILINE)
    assert shown
    for line in shown:
        assert any(re.fullmatch(pattern, line) for pattern in EXAMPLES[code]), EXAMPLES[code]


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
