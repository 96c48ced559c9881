"""Keeps the house as it is laid out: who may import whom, where words live, how large rooms are."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
UTILS = PLUGINS / "module_utils"
PACKAGE = "ansible_collections.twoway.mysql.plugins"
PRIVATE = "# This module util is private to the collection. It may change without notice."

#: Code that runs on managed hosts, as old as their Python may be.
SHIPPED = sorted([*UTILS.rglob("*.py"), *(PLUGINS / "modules").glob("*.py")])
MODULES = sorted(path for path in (PLUGINS / "modules").glob("*.py") if path.stem != "__init__")


def name_of(path: Path) -> str:
    return str(path.relative_to(PLUGINS))


every_util = pytest.mark.parametrize("path", sorted(UTILS.rglob("*.py")), ids=name_of)
every_shipped_file = pytest.mark.parametrize("path", SHIPPED, ids=name_of)
every_module = pytest.mark.parametrize("path", MODULES, ids=name_of)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(path: Path) -> set[str]:
    """Return what a file imports, by absolute dotted names; ours begin with the folder below ``plugins``."""
    package = path.parent.relative_to(PLUGINS).parts
    found = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, node.module] if node.module else above)
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return {name.removeprefix(PACKAGE + ".") for name in found}


def offenders(path: Path, *forbidden: str) -> set[str]:
    return {name for name in imports(path) if any(f"{name}.".startswith(f"{prefix}.") for prefix in forbidden)}


# Folder of module_utils and what nothing in it may import.
FORBIDDEN = {
    "_state": ("ansible", "pymysql", *(f"module_utils.{room}" for room in (
        "_plan", "_dialect", "_read", "_seed", "_connection", "_executor", "_module", "_channel"
    ))),
    "_plan": ("ansible", "pymysql", *(f"module_utils.{room}" for room in (
        "_dialect", "_read", "_seed", "_connection", "_executor", "_module", "_channel"
    ))),
    "_report": ("ansible", "pymysql", *(f"module_utils.{room}" for room in (
        "_plan", "_dialect", "_read", "_seed", "_connection", "_executor", "_module", "_channel"
    ))),
    "_dialect": ("ansible", "pymysql", *(f"module_utils.{room}" for room in (
        "_read", "_seed", "_connection", "_executor", "_module", "_channel"
    ))),
    "_read": ("ansible", "pymysql", "module_utils._plan", "module_utils._executor", "module_utils._module"),
}  # fmt: skip


def guarded() -> list[tuple[str, Path]]:
    return [(room, path) for room in FORBIDDEN for path in sorted((UTILS / room).rglob("*.py"))]


@pytest.mark.parametrize(("room", "path"), guarded(), ids=lambda item: name_of(item) if isinstance(item, Path) else "")
def test_direction_of_imports(room: str, path: Path) -> None:
    assert not offenders(path, *FORBIDDEN[room])


def test_guarded_rooms_exist() -> None:
    assert {room for room, _path in guarded()} == set(FORBIDDEN)


@every_shipped_file
def test_one_file_knows_the_driver(path: Path) -> None:
    if name_of(path) != "module_utils/_driver.py":
        assert not offenders(path, "pymysql", "MySQLdb", "mysql")


def words_of(path: Path) -> Iterator[str]:
    """Yield the code of a file without comments and docstrings, and of a module without its documentation."""
    tree = parse(path)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            skipped |= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("DOCUMENTATION", "EXAMPLES", "RETURN"):
            skipped |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type != tokenize.COMMENT and token.start[0] not in skipped:
            yield token.string


#: Words in capitals are the servers' own keywords.
KEYWORDS = re.compile(r"MASTER|SLAVE")
#: What stands outside the dialect because it is no statement: privileges as ``SHOW GRANTS`` prints them.
PRIVILEGES = re.compile(r"(REPLICATION )?SLAVE MONITOR|REPLICATION SLAVE( ADMIN)?|REPLICATION MASTER ADMIN")


@every_shipped_file
def test_keywords_of_servers_live_in_the_dialect(path: Path) -> None:
    # The head of a dump is read with the words in which the dump programs write it.
    if "_dialect" not in path.parts and name_of(path) != "module_utils/_seed/dump.py":
        assert not [word for word in words_of(path) if KEYWORDS.search(PRIVILEGES.sub("", word))]


@every_shipped_file
def test_flavors_are_told_apart_in_the_dialect(path: Path) -> None:
    if "_plan" in path.parts or "_state" in path.parts:
        assert not [word for word in words_of(path) if word.strip("\"'").lower() in ("mysql", "mariadb", "percona")]


@every_shipped_file
def test_versions_are_compared_in_the_table_of_features(path: Path) -> None:
    if path.name == "features.py":
        return
    compared = [
        ast.unparse(node)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Compare) and re.search(r"\bversion\b", ast.unparse(node))
    ]
    assert not compared


@every_util
def test_private_utils_say_so(path: Path) -> None:
    text = path.read_text("utf-8")
    assert path.relative_to(UTILS).parts[0].startswith("_")
    assert not text.strip() or PRIVATE in text.splitlines()[:8]


@every_shipped_file
def test_oldest_python_can_read_it(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    if any(isinstance(node, (ast.FunctionDef, ast.AnnAssign)) for node in ast.walk(tree)):
        assert "from __future__ import annotations" in text


#: Methods of str that Python 3.8 lacks, and names that came later.
NEWER = re.compile(
    r"\b(removeprefix|removesuffix|zoneinfo|tomllib|itertools\.(batched|pairwise)|bit_count|slots=True)\b"
)


@every_shipped_file
def test_oldest_python_has_what_it_uses(path: Path) -> None:
    assert not NEWER.findall(path.read_text("utf-8"))


def lines_of_code(path: Path) -> int:
    """Return the number of lines that hold code: no blank ones, no comments, no docstrings, no documentation."""
    lines, blank = set(), (tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENCODING, tokenize.ENDMARKER)
    tree = parse(path)
    prose = {
        line
        for node in ast.walk(tree)
        if (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("DOCUMENTATION", "EXAMPLES", "RETURN"))
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type not in (*blank, tokenize.INDENT, tokenize.DEDENT):
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - prose)


@every_module
def test_modules_are_thin(path: Path) -> None:
    assert lines_of_code(path) <= 90


@every_module
def test_modules_run_through_one_frame(path: Path) -> None:
    """The frame gives every module check mode, the login options and one way to fail."""
    used = {name.rpartition(".")[2] for name in imports(path) if name.startswith("module_utils._module.")}
    assert used & {"run_module", "run_session_module"}
    assert not offenders(path, "ansible.module_utils.basic")


def test_the_frame_supports_check_mode() -> None:
    assert "supports_check_mode=True" in (UTILS / "_module.py").read_text("utf-8")


@every_module
def test_modules_say_what_they_support(path: Path) -> None:
    text = path.read_text("utf-8")
    kind = "info" if path.stem.endswith(("_info", "_wait", "_compare")) else "writing"
    assert re.search(r"^  - twoway\.mysql\.login$", text, re.MULTILINE)
    assert re.search(r"^  - twoway\.mysql\.attributes$", text, re.MULTILINE)
    assert re.search(rf"^  - twoway\.mysql\.attributes\.{kind}$", text, re.MULTILINE)


def test_rooms_are_not_too_large() -> None:
    assert {name_of(path): count for path in SHIPPED if (count := lines_of_code(path)) > 500} == {}
