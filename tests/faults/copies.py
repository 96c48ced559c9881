"""Breaks the copy of a donor's data in every way, and lets the deployment run again: it must end in a sound pair.

Usage: copies.py FLAVOR [--method NAME] [--sample N]

The donor has data for a copy of some seconds, and a writer that goes on. In the middle of the copy something breaks.
Then the run must say so and leave a recipient that is marked, or get over it by itself; the donor must be clean; and
the run after it must make the pair, with every acknowledged row on both members.

The last line is JSON with what was found.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import disk
import labkit
import pair
import playbook

MEGABYTES = 400
#: On a small disk: more than the twice as much that a seed asks for.
_ROOM_MEGABYTES = 1400

_BALLAST = """
    CREATE SCHEMA ballast;
    CREATE TABLE ballast.block (id INT PRIMARY KEY, content LONGBLOB NOT NULL) ENGINE=InnoDB;
    SET SESSION sql_log_bin = 0;
    INSERT INTO ballast.block
    SELECT n, REPEAT(UNHEX(CONCAT(SHA2(n, 512), SHA2(-n, 512))), 8192) FROM (
        SELECT a.id + 40 * (b.id - 1) AS n FROM wikidb.category a JOIN wikidb.page b ON a.id <= 10 AND b.id <= {count}
    ) AS numbers;
"""
_PROGRESS = "cat /var/lib/twoway/progress-3306.json 2>/dev/null || true"
_SERVER = "pkill -KILL -x mysqld; pkill -KILL -x mariadbd; true"
_LEFT_ON_DONOR = """
    pgrep -a 'mysqldump|mariadb-dump|mariadb-backup|mariabackup' || true; ls /run/twoway-seed 2>/dev/null || true
"""


@dataclass(frozen=True)
class Fault:
    """Something that breaks in the middle of the copy.

    :ivar strike: breaks it.
    :ivar mend: undoes that, when the run is over or after some seconds.
    :ivar mend_after: seconds after which it is undone while the run goes on; None for when the run is over.
    :ivar kills_run: whether the run itself is what breaks.
    :ivar small_disk: whether the recipient's data lie on a disk that can be filled.
    """

    name: str
    strike: Callable[[], object]
    mend: Callable[[], object] = lambda: None
    mend_after: float | None = None
    kills_run: bool = False
    small_disk: bool = False


def _nothing() -> None:
    """For faults that are the run's own."""


FAULTS = (
    Fault("the run and what it left are killed", _nothing, kills_run=True),
    Fault("the recipient's server is killed", lambda: labkit.shell("db2", _SERVER)),
    Fault("the donor's server is killed", lambda: labkit.shell("db1", _SERVER)),
    Fault("the network is cut for 8 s", lambda: labkit.cut("db1"), labkit.heal, mend_after=8),
    Fault(
        "the recipient's disk is full",
        lambda: disk.fill("db2"),
        lambda: disk.free("db2"),
        small_disk=True,
    ),
)


@dataclass(frozen=True)
class Outcome:
    """What became of a broken copy."""

    fault: Fault
    first_exit_code: int
    problems: tuple[str, ...]
    rows_lost: int
    seconds: float


def prepare(flavor: str, fault: Fault) -> None:
    """A donor with enough data, and an empty recipient."""
    pair.fresh_pair(flavor)
    labkit.sql("db1", _BALLAST.format(count=MEGABYTES // 10))
    if fault.small_disk:
        disk.make_small("db2", _ROOM_MEGABYTES)


def is_copying() -> bool:
    """Whether the copy has begun and is not over."""
    return '"stage": "copy"' in labkit.shell("db2", _PROGRESS).stdout


def broken_run(fault: Fault, variables: dict[str, object]) -> playbook.Finished:
    """The run in whose copy the fault strikes."""
    with playbook.started(variables=variables) as (process, record, output):
        playbook.wait(lambda: process.poll() is not None or is_copying())
        fault.strike()
        if fault.kills_run:
            playbook.kill_group(process)
            playbook.kill_on_members()
        if fault.mend_after is not None:
            deadline = time.monotonic() + fault.mend_after
            playbook.wait(lambda: time.monotonic() > deadline)
            fault.mend()
        process.wait(playbook.MOST_SECONDS)
        text = output.read_text(encoding="utf-8", errors="replace")
        return playbook.Finished(process.returncode, text, playbook.read_tasks(record))


def donor_problems() -> list[str]:
    """What the broken copy left on the donor, once its server is back."""
    playbook.wait(lambda: not labkit.shell("db1", "mysqladmin ping || mariadb-admin ping", check=False).returncode)
    playbook.wait(lambda: not _seed_sessions() and not _left())
    found = [f"a session of the seed is left on the donor: {row}" for row in _seed_sessions()]
    return found + [f"left on the donor: {line}" for line in _left()]


def _seed_sessions() -> list[list[str | None]]:
    return labkit.sql("db1", "SELECT id, state FROM information_schema.processlist WHERE user = 'twoway_seed'")


def _left() -> list[str]:
    return labkit.shell("db1", _LEFT_ON_DONOR).stdout.splitlines()


def attempt(flavor: str, fault: Fault, variables: dict[str, object]) -> Outcome:
    """Break a copy with the fault, and judge what the next two runs make of it."""
    start = time.monotonic()
    prepare(flavor, fault)
    first, problems = broken_run(fault, variables), []
    if fault.mend_after is None:
        fault.mend()
    if not fault.kills_run and first.exit_code and not first.errors:
        problems.append(f"the run failed without a word: {first.output[-2000:]}")
    problems += donor_problems()
    again = playbook.run(variables=variables)
    if again.exit_code:
        problems.append(f"the run after it failed: {again.output[-4000:]}")
    third = playbook.run(variables=variables)
    if third.exit_code or third.changes:
        problems.append(f"the third run was not without changes: {third.changes or third.output[-4000:]}")
    try:
        verdict = pair.judge()
    except labkit.LabError as error:
        verdict = pair.Verdict((str(error),), 0)
    seconds = time.monotonic() - start
    return Outcome(fault, first.exit_code, (*problems, *verdict.problems), verdict.rows_lost, seconds)


def main(arguments: list[str]) -> int:
    """Exit code: 0 when every broken copy was followed by a sound pair."""
    parser = argparse.ArgumentParser(prog="copies.py")
    parser.add_argument("flavor", choices=labkit.FLAVORS)
    parser.add_argument("--method", default="auto")
    parser.add_argument("--sample", type=int, default=len(FAULTS), help="only so many of the faults, any")
    options = parser.parse_args(arguments)
    outcomes = []
    with playbook.frozen_collection():
        for fault in random.sample(FAULTS, options.sample):
            outcome = attempt(options.flavor, fault, {"pair_seed_method": options.method})
            outcomes.append(outcome)
            verdict = "FAILED" if outcome.problems else "ok"
            ended = f"the run ended with {outcome.first_exit_code}"
            print(f"{verdict} {outcome.seconds:5.1f} s  {options.method}: {fault.name}; {ended}", flush=True)
            for problem in outcome.problems:
                print(f"    {problem}", flush=True)
    result = {
        "flavor": options.flavor,
        "method": options.method,
        "faults": len(outcomes),
        "converged": sum(not outcome.problems for outcome in outcomes),
        "rows_lost": sum(outcome.rows_lost for outcome in outcomes),
    }
    print(json.dumps(result))
    return int(result["converged"] != result["faults"] or bool(result["rows_lost"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
