"""Runs the fault tests on a flavor: half-built pairs, bad input, secrets, one fault per finding, interrupted
deployments, broken copies, and whatever can happen to a pair under load.

Usage: run.py FLAVOR [--short] [--moves]

LAB_INSTANCE chooses the lab, which is removed afterwards. The short run leaves out the tests marked as long, the
interrupted deployments, the broken copies and the load, and on MariaDB the refusals of bad input, which are of the same
code as on MySQL. With --moves only the moves of the writes are tested.
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
    is_short = "--short" in arguments
    tests = str(HERE / "test_moves.py" if only_moves else HERE)
    tables = [str(BIN / "pytest"), "-q", "--durations=25", "--confcutdir", str(HERE), tests]
    if is_short:
        tables += ["-m", "not long", *(["-k", "not test_is_refused"] if arguments[0] != "mysql" else [])]
    failures = subprocess.run(tables, cwd=TOP, env=settings, check=False).returncode
    if not only_moves and not is_short:
        failures |= _strike(arguments[0], settings)
    labkit.down()
    return int(bool(failures))


def _strike(flavor: str, settings: dict[str, str]) -> int:
    """What the programs ended with that kill deployments and copies, and load a pair: 0 when all is well."""
    programs = (
        ["deploy.py", flavor],
        ["copies.py", flavor, "--method", "auto"],
        ["copies.py", flavor, "--method", "dump"],
        ["schedule.py", flavor],
    )
    failures = 0
    for name, *options in programs:
        command = [str(BIN / "python"), str(HERE / name), *options]
        failures |= subprocess.run(command, cwd=TOP, env=settings, check=False).returncode
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
