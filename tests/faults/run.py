"""Runs the fault tests on a flavor: half-built pairs, bad input, secrets, one fault per finding, interrupted
deployments, broken copies, and whatever can happen to a pair under load.

Usage: run.py FLAVOR [--sample N] [--seed N] [--moves]

LAB_INSTANCE chooses the lab, which is removed afterwards. A sample leaves out the tests marked as long, the load, and
on MariaDB the refusals of bad input, which are of the same code as on MySQL. With --moves only the moves of the writes
are tested.
The last lines are JSON with what the interrupted deployments, the broken copies and the load showed; see deploy.py,
copies.py and schedule.py.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import labkit
from checkout import BIN, TOP, environment

HERE = Path(__file__).parent


def main(arguments: list[str]) -> int:
    """Exit code: 0 when all of them passed."""
    if not arguments or arguments[0] not in labkit.FLAVORS:
        sys.exit(f"Name a flavor: {', '.join(labkit.FLAVORS)}.")
    settings = environment(FLAVOR=arguments[0])
    only_moves = "--moves" in arguments
    tables = [str(BIN / "pytest"), "-q", "--confcutdir", str(HERE), str(HERE / "test_moves.py" if only_moves else HERE)]
    if "--sample" in arguments:
        tables += ["-m", "not long", *(["-k", "not test_is_refused"] if arguments[0] != "mysql" else [])]
    failures = subprocess.run(tables, cwd=TOP, env=settings, check=False).returncode
    if not only_moves:
        failures |= _strike(arguments, settings)
    labkit.down()
    return int(bool(failures))


def _strike(arguments: list[str], settings: dict[str, str]) -> int:
    """What the programs ended with that kill deployments and copies, and load a pair: 0 when all is well."""
    points = [str(BIN / "python"), str(HERE / "deploy.py"), *arguments]
    failures = subprocess.run(points, cwd=TOP, env=settings, check=False).returncode
    sample = ["--sample", "1"] if "--sample" in arguments else []
    for method in ("auto",) if sample else ("auto", "dump"):
        copies = [str(BIN / "python"), str(HERE / "copies.py"), arguments[0], "--method", method, *sample]
        failures |= subprocess.run(copies, cwd=TOP, env=settings, check=False).returncode
    if not sample:
        schedule = [str(BIN / "python"), str(HERE / "schedule.py"), *arguments]
        failures |= subprocess.run(schedule, cwd=TOP, env=settings, check=False).returncode
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
