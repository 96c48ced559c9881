"""Runs the unit tests, or a scenario, on the newest ansible-core that an interpreter of this machine can run.

Usage: newest.py [FLAVOR SCENARIO …]
"""

from __future__ import annotations

import subprocess
import sys

from checkout import TOP, environment
from pythons import NEWEST_CORE, newest_with_venv

NEWEST_VENV = TOP / ".venv-newest"
REQUIREMENTS = TOP / "requirements.txt"


def is_ready() -> bool:
    """Whether the environment stands and is as new as the requirements."""
    ready = NEWEST_VENV / "ready"
    return ready.exists() and ready.stat().st_mtime >= REQUIREMENTS.stat().st_mtime


def prepare() -> bool:
    """Whether the environment stands, made now where it was missing; False when no interpreter is new enough."""
    python = newest_with_venv()
    if python is None:
        return False
    if not is_ready():
        maker = str(TOP / "tests" / "tools" / "venv.py")
        subprocess.run([sys.executable, maker, NEWEST_VENV.name, str(python)], check=True)
    return True


def main(arguments: list[str]) -> int:
    if not prepare():
        print(f"No Python 3.{NEWEST_CORE} or newer is at hand: nothing is run on the newest ansible-core.")
        return 0
    python = str(NEWEST_VENV / "bin" / "python")
    subprocess.run([str(NEWEST_VENV / "bin" / "ansible"), "--version"], cwd=TOP, check=True)
    command = [python, str(TOP / "tests/tools/scenarios.py"), "--venv", str(NEWEST_VENV), *arguments]
    if not arguments:
        command = [python, "-m", "pytest", "-q"]
    return subprocess.run(command, cwd=TOP, env=environment(NEWEST_VENV), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
