"""Runs molecule's scenarios on the lab's members, one after the other, and shows a line for each at the end.

Usage: scenarios.py [--venv FOLDER] FLAVOR [SCENARIO …]

A scenario whose molecule.yml names `LAB_FLAVORS` under ansible.env makes sense on these flavors only.
LAB_INSTANCE chooses the lab.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import yaml
from checkout import TOP, VENV, environment, lab_state
from outcome import Outcome

SCENARIOS = TOP / "molecule"


def scenario_names() -> list[str]:
    """Folders that hold a scenario."""
    return sorted(path.parent.name for path in SCENARIOS.glob("*/molecule.yml"))


def makes_sense(name: str, flavor: str) -> bool:
    """Whether the scenario is meant for that flavor."""
    settings = yaml.safe_load((SCENARIOS / name / "molecule.yml").read_text(encoding="utf-8")) or {}
    flavors = settings.get("ansible", {}).get("env", {}).get("LAB_FLAVORS")
    return flavors is None or flavor in flavors.replace(",", " ").split()


def run(name: str, flavor: str, venv: Path) -> Outcome:
    """Take the scenario through its whole sequence."""
    instance = os.environ.get("LAB_INSTANCE", "0")
    print(f"\n=== {name} on {flavor}", flush=True)
    start = time.monotonic()
    done = subprocess.run(
        [str(venv / "bin" / "molecule"), "test", "--scenario-name", name],
        cwd=TOP,
        check=False,
        env=environment(
            venv,
            FLAVOR=flavor,
            LAB_INVENTORY=str(lab_state(instance) / "inventory.yml"),
            MOLECULE_COMMAND_BORDERS="0",
            MOLECULE_EPHEMERAL_DIRECTORY=str(TOP / ".ansible" / "molecule" / instance / name),
            MOLECULE_GLOB="molecule/*/molecule.yml",
            NO_COLOR="1",
        ),
    )
    return Outcome(name, done.returncode == 0, time.monotonic() - start)


def main(arguments: list[str]) -> int:
    """Exit code: 0 when at least one scenario ran and all passed."""
    parser = argparse.ArgumentParser(prog="scenarios.py")
    parser.add_argument("--venv", type=Path, default=VENV)
    parser.add_argument("flavor")
    parser.add_argument("scenarios", nargs="*", default=scenario_names())
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.scenarios) - set(scenario_names()))
    if unknown:
        parser.error(f"no scenario {', '.join(unknown)}; there are: {', '.join(scenario_names()) or 'none'}")
    chosen = [name for name in options.scenarios if makes_sense(name, options.flavor)]
    outcomes = [run(name, options.flavor, options.venv.absolute()) for name in chosen]
    print(f"\nScenarios on {options.flavor}:")
    for outcome in outcomes:
        print(f"  {outcome.line}")
    for name in sorted(set(options.scenarios) - set(chosen)):
        print(f"  {name:<24}not for {options.flavor}")
    return 0 if outcomes and all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
