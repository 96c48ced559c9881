"""Kills the deployment of a pair again and again, and lets it run once more: it must end in a sound pair every time.

Usage: deploy.py FLAVOR [--sample N] [--seed N] [--every] [--only NUMBER …]

Each time two fresh members: db1 with data and a writer that goes on writing, db2 with an empty server. The run is
killed where one of its tasks begins, or at a random moment of the copy; the run after it must succeed, the third must
change nothing.

A task that sends nothing to a member leaves the members as they were: the boundaries before and after it are one
state, which is tried once (`--every`: each time). At every second moment of the copy the connection breaks as well:
what the run left behind on the members is killed with it, instead of going on by itself.

The last line is JSON with what was found.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import labkit
import pair
import playbook

MOMENTS = 10
_COPY = "replication_seed"


@dataclass(frozen=True)
class Point:
    """Where a run is killed.

    :ivar fraction: how far into the copy; None for the beginning of the task.
    :ivar is_broken: whether the processes on the members die with the run.
    """

    task: playbook.Task
    fraction: float | None = None
    is_broken: bool = False

    def __str__(self) -> str:
        if self.fraction is None:
            return f"before task {self.task.number}, {self.task.name}"
        rest = ", with what it left on the members" if self.is_broken else ""
        return f"at {self.fraction:.0%} of task {self.task.number}, {self.task.name}{rest}"


@dataclass(frozen=True)
class Outcome:
    """What became of the pair after a kill."""

    point: Point
    problems: tuple[str, ...]
    rows_lost: int
    seconds: float


def states(tasks: Sequence[playbook.Task]) -> list[playbook.Task]:
    """The tasks before which the members are in a state that no earlier boundary has shown."""
    first = [tasks[0]]
    return first + [task for before, task in itertools.pairwise(tasks) if before.touches_members]


def copy_points(tasks: Sequence[playbook.Task], count: int, source: random.Random) -> list[Point]:
    """Random moments of the copy, one in each of as many equal parts of it."""
    copy = next(task for task in tasks if task.action.endswith(_COPY) and task.hosts)
    return [Point(copy, (part + source.random()) / count, part % 2 == 1) for part in range(count)]


def spread(tasks: Sequence[playbook.Task], count: int) -> list[playbook.Task]:
    """As many of the tasks, at equal distances; the last is among them."""
    count = min(count, len(tasks))
    return [tasks[len(tasks) * (index + 1) // count - 1] for index in range(count)]


def choose(tasks: Sequence[playbook.Task], options: argparse.Namespace) -> list[Point]:
    """All points, or a sample: a third of it in the copy."""
    boundaries = list(tasks) if options.every else states(tasks)
    moments = MOMENTS
    if options.sample:
        moments = max(1, options.sample // 3)
        boundaries = spread(boundaries, options.sample - moments)
    return [*map(Point, boundaries), *copy_points(tasks, moments, random.Random(options.seed))]


def interrupt(point: Point) -> playbook.Finished:
    """The run that was killed at that point."""
    if point.fraction is None:
        return playbook.run_until_task(point.task.number)
    killed = playbook.run_until_moment(point.task.name, point.fraction * (point.task.seconds or 0))
    if point.is_broken:
        playbook.kill_on_members()
    return killed


def attempt(flavor: str, point: Point) -> Outcome:
    """Deploy with a kill at that point, and judge what the next two runs make of it."""
    start = time.monotonic()
    pair.fresh_pair(flavor)
    killed, problems = interrupt(point), []
    if killed.exit_code != -9:
        problems.append(f"the run was not killed, it ended with {killed.exit_code}: {killed.output[-2000:]}")
    # A copy that goes on by itself on the members is waited for.
    again = playbook.run()
    if again.exit_code:
        problems.append(f"the run after it failed: {again.output[-4000:]}")
    third = playbook.run()
    if third.exit_code:
        problems.append(f"the third run failed: {third.output[-4000:]}")
    elif third.changes:
        problems.append(f"the third run changed something: {', '.join(third.changes)}")
    try:
        verdict = pair.judge()
    except labkit.LabError as error:
        verdict = pair.Verdict((str(error),), 0)
    return Outcome(point, (*problems, *verdict.problems), verdict.rows_lost, time.monotonic() - start)


def clean_run(flavor: str) -> playbook.Finished:
    """An undisturbed deployment, of which the tasks are counted.

    :raises SystemExit: when it fails or makes no sound pair: then there is nothing to interrupt.
    """
    pair.fresh_pair(flavor)
    done = playbook.run()
    verdict = pair.judge() if not done.exit_code else pair.Verdict((done.output[-4000:],), 0)
    if verdict.problems:
        sys.exit(f"The undisturbed run does not work: {'; '.join(verdict.problems)}")
    return done


def show(outcome: Outcome, place: str) -> None:
    """Print the outcome for people."""
    print(f"{place} {'FAILED' if outcome.problems else 'ok'} {outcome.seconds:5.1f} s  {outcome.point}", flush=True)
    for problem in outcome.problems:
        print(f"    {problem}", flush=True)


def main(arguments: list[str]) -> int:
    """Exit code: 0 when every run after a kill made a sound pair with all rows."""
    parser = argparse.ArgumentParser(prog="deploy.py")
    parser.add_argument("flavor", choices=labkit.FLAVORS)
    parser.add_argument("--sample", type=int, default=0, help="only so many points, spread over the run")
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(10**6), help="of the random moments"
    )
    parser.add_argument("--every", action="store_true", help="also the boundaries that show no new state")
    parser.add_argument("--only", type=int, nargs="+", default=[], help="these of the points, by their number")
    options = parser.parse_args(arguments)
    # Who ends this ends the run that it has started, too.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    with playbook.frozen_collection():
        return survey(options)


def survey(options: argparse.Namespace) -> int:
    """Try the points that the options choose, and return the exit code."""
    tasks = clean_run(options.flavor).tasks
    points = choose(tasks, options)
    numbers = options.only or range(1, len(points) + 1)
    print(f"{options.flavor}: {len(tasks)} task boundaries, {len(states(tasks))} states of the members;", end=" ")
    print(f"{len(numbers)} points, seed {options.seed}", flush=True)
    outcomes = []
    for number in numbers:
        outcomes.append(attempt(options.flavor, points[number - 1]))
        show(outcomes[-1], f"{number}/{len(points)}")
    result = {
        "flavor": options.flavor,
        "kill_points": len(outcomes),
        "converged": sum(not outcome.problems for outcome in outcomes),
        "rows_lost": sum(outcome.rows_lost for outcome in outcomes),
    }
    print(json.dumps(result))
    return int(result["converged"] != result["kill_points"] or bool(result["rows_lost"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
