"""Runs the integration tests of the modules on real servers of a flavor, one target after the other.

Usage: integration.py FLAVOR [TARGET …]

LAB_INSTANCE chooses the lab. What a target that failed has printed is shown; the lab is left up then.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time

import yaml
from checkout import BIN, TOP, environment, lab_state
from outcome import Outcome

INTEGRATION = TOP / "tests" / "integration"
LAB = TOP / "tests" / "lab" / "lab"


def target_names() -> list[str]:
    """All targets, in their order."""
    names: list[str] = yaml.safe_load((INTEGRATION / "vars.yml").read_text(encoding="utf-8"))["all_targets"]
    return names


def run(name: str) -> Outcome:
    """Run one target; its output is shown only when it fails."""
    instance = os.environ.get("LAB_INSTANCE", "0")
    start = time.monotonic()
    done = subprocess.run(
        [
            str(BIN / "ansible-playbook"),
            "--inventory",
            str(lab_state(instance) / "inventory.yml"),
            "--extra-vars",
            json.dumps({"targets": [name]}),
            str(INTEGRATION / "run.yml"),
        ],
        cwd=TOP,
        check=False,
        env=environment(ANSIBLE_NOCOLOR="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    outcome = Outcome(name, done.returncode == 0, time.monotonic() - start)
    if not outcome.passed:
        print(done.stdout)
    print(outcome.line, flush=True)
    return outcome


def main(arguments: list[str]) -> int:
    """Exit code: 0 when all targets passed."""
    parser = argparse.ArgumentParser(prog="integration.py")
    parser.add_argument("flavor")
    parser.add_argument("targets", nargs="*", default=target_names())
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.targets) - set(target_names()))
    if unknown:
        parser.error(f"no target {', '.join(unknown)}; there are: {', '.join(target_names())}")
    start = time.monotonic()
    # Packages and option files of another flavor's members would be in the way; members of this one are taken anew.
    subprocess.run([str(LAB), "up", options.flavor, "--image", "server", "--fresh"], cwd=TOP, check=True)
    outcomes = [run(name) for name in options.targets]
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    print(f"Integration on {options.flavor}: {len(outcomes) - len(failed)} of {len(outcomes)} targets passed", end="")
    print(f" in {time.monotonic() - start:.0f} s" + (f"; failed: {', '.join(failed)}" if failed else ""))
    if not failed:
        subprocess.run([str(LAB), "down"], cwd=TOP, check=True)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
