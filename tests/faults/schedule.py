"""Lets one thing after the other happen to a pair under load: it must be whole after each, with every acknowledged row.

Usage: schedule.py FLAVOR [--minutes N] [--seed N] [--only NUMBER …] [--keep]

Everything that can happen, see calamities.py, happens once, in any order; then one thing or another, at random, until
the minutes are over. A pair that did not become whole is replaced by a fresh one.

The last line is JSON with what was found; the exit code is 1 when there was any problem.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import calamities
import labkit
import load
import playbook

NAMES = list(calamities.CALAMITIES)


def happenings(names: Sequence[str], seconds: float) -> Iterator[str]:
    """Yield what happens next, until all has happened and the time is over."""
    until = time.monotonic() + seconds
    yield from random.sample(names, len(names))
    while time.monotonic() < until:
        yield random.choice(names)


def attempt(name: str) -> load.Verdict:
    """Let it happen to the pair, and judge what becomes of that."""
    failures = []
    with load.under_load() as seen:
        try:
            calamities.CALAMITIES[name](seen)
        except (AssertionError, labkit.LabError, subprocess.TimeoutExpired) as error:
            failures.append(str(error))
            labkit.heal()
    try:
        verdict = load.judge(seen)
    except labkit.LabError as error:
        verdict = load.Verdict((str(error),), 0, len(seen.acknowledged), seen.two_open_gates())
    return replace(verdict, problems=(*failures, *verdict.problems))


def show(name: str, seconds: float, verdict: load.Verdict) -> None:
    """Print for people what came of it."""
    word = "FAILED" if verdict.problems else "ok"
    print(f"{time.strftime('%T')} {word} {seconds:5.1f} s  {verdict.rows:5} rows  {name}", flush=True)
    for problem in verdict.problems:
        print(f"    {problem}", flush=True)


def survey(options: argparse.Namespace) -> dict[str, object]:
    """What came of all that happened."""
    names = [NAMES[number - 1] for number in options.only] or NAMES
    verdicts: list[load.Verdict] = []
    began = time.monotonic()
    for name in happenings(names, 60 * options.minutes):
        if not verdicts or verdicts[-1].problems:
            load.fresh_pair(options.flavor)
        started = time.monotonic()
        verdicts.append(attempt(name))
        show(name, time.monotonic() - started, verdicts[-1])
        if verdicts[-1].problems and options.keep:
            break
    return {
        "flavor": options.flavor,
        "seconds": round(time.monotonic() - began),
        "events": len(verdicts),
        "rows": sum(verdict.rows for verdict in verdicts),
        "rows_lost": sum(verdict.rows_lost for verdict in verdicts),
        "two_open_gates": sum(verdict.two_open_gates for verdict in verdicts),
        "problems": sum(len(verdict.problems) for verdict in verdicts),
    }


def main(arguments: list[str]) -> int:
    """Exit code: 0 when nothing was lost, and the pair was whole after everything."""
    parser = argparse.ArgumentParser(
        prog="schedule.py",
        epilog="; ".join(f"{number}: {name}" for number, name in enumerate(NAMES, 1)),
    )
    parser.add_argument("flavor", choices=labkit.FLAVORS)
    parser.add_argument("--minutes", type=float, default=10, help="how long at least")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="of what is random")
    parser.add_argument("--only", type=int, nargs="+", default=[], help="these of what can happen, by their number")
    parser.add_argument("--keep", action="store_true", help="end with the first problem, and keep the members")
    options = parser.parse_args(arguments)
    random.seed(options.seed)
    print(f"{options.flavor}: seed {options.seed}, {options.minutes:g} minutes", flush=True)
    with playbook.frozen_collection():
        found = survey(options)
    if not (options.keep and found["problems"]):
        labkit.down()
    print(json.dumps(found))
    return int(bool(found["problems"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
