"""Reads all code with every linter at once, and shows what those said that found something.

Usage: lint.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from checkout import BIN, COLLECTIONS, TOP, environment

#: Python packages that are typed throughout; a package that does not exist is left out.
TYPED_PACKAGES = (
    (COLLECTIONS, "ansible_collections.twoway.mysql.plugins"),
    (TOP / "tests" / "lab", "labkit"),
)
#: Folders in tests that hold typed scripts.
SCRIPT_FOLDERS = ("tools", "faults", "bench")


@dataclass(frozen=True)
class Linter:
    """A command whose exit code says whether the code is in order."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What a linter said, and how long it took."""

    linter: Linter
    exit_code: int
    output: str
    seconds: float


def linters() -> list[Linter]:
    """All of them, the slowest first."""
    return [
        Linter("ansible-lint", ("ansible-lint", "--offline", "--profile", "production", "--nocolor", "-q")),
        Linter("mypy", ("mypy", *_typed_packages())),
        Linter("mypy scripts", ("mypy", *_scripts())),
        Linter("yamllint", ("yamllint", "--strict", "--format", "parsable", ".")),
        Linter("ruff check", ("ruff", "check", "--quiet", "--output-format", "concise")),
        Linter("ruff format", ("ruff", "format", "--check", "--quiet")),
    ]


def _typed_packages() -> list[str]:
    existing = [name for root, name in TYPED_PACKAGES if (root / name.replace(".", "/")).is_dir()]
    return [word for name in existing for word in ("--package", name)]


def _scripts() -> list[str]:
    return [str(path) for folder in SCRIPT_FOLDERS for path in sorted((TOP / "tests" / folder).glob("*.py"))]


def run(linter: Linter) -> Verdict:
    """The linter's verdict on the whole checkout."""
    start = time.monotonic()
    command = [str(BIN / linter.command[0]), *linter.command[1:]]
    done = subprocess.run(
        command, cwd=TOP, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return Verdict(linter, done.returncode, done.stdout, time.monotonic() - start)


def main() -> int:
    """Exit code: 0 when every linter is content."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        verdicts = list(pool.map(run, linters()))
    for verdict in verdicts:
        if verdict.exit_code:
            print(f"--- {verdict.linter.name}\n{verdict.output.rstrip()}\n")
    for verdict in verdicts:
        print(f"{verdict.linter.name:<18}{'FAILED' if verdict.exit_code else 'ok':<8}{verdict.seconds:5.1f} s")
    return int(any(verdict.exit_code for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
