"""Runs every stage of the suite, two at a time, and ends with a table of them.

Usage: suite.py [--lanes 1,2] [--list] [STAGE …]

A lane runs one stage after the other with a lab of its own: its number is their LAB_INSTANCE. A stage that fails stops
no other. What a stage prints is shown with its name before each line, and kept in tests/output/suite.
"""

from __future__ import annotations

import argparse
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from checkout import BIN, OUTPUT, TOP, environment

FLAVORS = ("mysql", "mariadb", "mariadb-lts")
LOGS = OUTPUT / "suite"
LAB = TOP / "tests" / "lab" / "lab"
#: The scenarios of each flavor: what they are about does not differ there, but for the installation on bare hosts. That
#: of MariaDB 11.8 is run with the newest ansible-core.
SCENARIOS = {
    "mysql": ("default", "recipe"),
    "mariadb": ("adopt", "own_ca", "refuse", "site"),
    "mariadb-lts": ("default",),
}
#: A stage that takes longer hangs.
MOST_SECONDS = 40 * 60
#: Lines of a failed stage that are shown again at the end.
LAST_LINES = 25


@dataclass(frozen=True)
class Stage:
    """A command of the suite.

    :ivar script: path from the top, and its arguments; one that ends in ``.py`` is run with the environment's Python.
    :ivar needs_lab: whether it starts members, and so has a lab that has to be removed afterwards.
    """

    name: str
    script: tuple[str, ...]
    needs_lab: bool = False

    @property
    def command(self) -> list[str]:
        words = [str(TOP / self.script[0]), *self.script[1:]]
        return [str(BIN / "python"), *words] if self.script[0].endswith(".py") else words


@dataclass(frozen=True)
class Outcome:
    """How a stage went."""

    stage: Stage
    exit_code: int
    seconds: float
    last_lines: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return self.exit_code == 0


def stages() -> list[Stage]:
    """All stages: what is quick to fail comes first, then what takes long."""
    tools = "tests/tools"
    return [
        Stage("lint", (f"{tools}/lint.py",)),
        Stage("unit", (".venv/bin/pytest", "-q")),
        Stage("unit newest", (f"{tools}/newest.py",)),
        Stage("sanity", (f"{tools}/sanity.py",)),
        Stage("build", (f"{tools}/tarball.py",)),
        *(
            Stage(f"molecule {flavor}", (f"{tools}/scenarios.py", flavor, *SCENARIOS[flavor]), True)
            for flavor in FLAVORS
        ),
        *(Stage(f"integration {flavor}", (f"{tools}/integration.py", flavor), True) for flavor in FLAVORS),
        *(Stage(f"faults {flavor}", ("tests/faults/run.py", flavor, "--short"), True) for flavor in FLAVORS[:2]),
        # What differs between the series of MariaDB; all of it would take a quarter of an hour more.
        Stage("faults mariadb-lts", ("tests/faults/run.py", "mariadb-lts", "--short", "--moves"), True),
        # One of each, at another random moment in every run.
        Stage("killed deployment", ("tests/faults/deploy.py", "mysql", "--sample", "1"), True),
        Stage("broken copy", ("tests/faults/copies.py", "mariadb", "--sample", "1"), True),
        Stage("molecule newest", (f"{tools}/newest.py", "mariadb", "default"), True),
        Stage("tarball", (f"{tools}/tarball.py", "--flavor", "mysql", "twoway.mysql.deploy_pair"), True),
    ]


def run(stage: Stage, lane: str) -> Outcome:
    """Run the stage in that lane, and pass on what it prints."""
    start = time.monotonic()
    lines: deque[str] = deque(maxlen=LAST_LINES)
    log = LOGS / f"{re.sub('[^a-z]+', '-', stage.name)}.log"
    _say(f"=== {stage.name}: started")
    with (
        log.open("w", encoding="utf-8") as kept,
        subprocess.Popen(
            stage.command,
            cwd=TOP,
            env=environment(LAB_INSTANCE=lane, PYTHONUNBUFFERED="1", ANSIBLE_NOCOLOR="1", NO_COLOR="1"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process,
    ):
        limit = threading.Timer(MOST_SECONDS, _end, [process])
        limit.start()
        _running.add(process)
        for line in process.stdout or ():
            kept.write(line)
            lines.append(line.rstrip("\n"))
            _say(f"[{stage.name}] {lines[-1]}")
        exit_code = process.wait()
        _running.discard(process)
        limit.cancel()
    outcome = Outcome(stage, exit_code, time.monotonic() - start, tuple(lines))
    _say(f"=== {stage.name}: {'passed' if outcome.passed else 'FAILED'} after {outcome.seconds:.0f} s")
    return outcome


_running: set[subprocess.Popen[str]] = set()
_printing = threading.Lock()


def _say(line: str) -> None:
    with _printing:
        print(line, flush=True)


def _end(process: subprocess.Popen[str]) -> None:
    """Ask the stage, and all that it has started, to end."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)


def run_lane(lane: str, waiting: queue.SimpleQueue[Stage]) -> list[Outcome]:
    """Outcomes of the stages that this lane took from those waiting; the lane's lab is gone afterwards."""
    outcomes = []
    while not waiting.empty():
        try:
            stage = waiting.get_nowait()
        except queue.Empty:
            break
        outcomes.append(run(stage, lane))
        if stage.needs_lab:
            subprocess.run([str(LAB), "down"], env=environment(LAB_INSTANCE=lane), capture_output=True, check=False)
    return outcomes


def run_all(chosen: Iterable[Stage], lanes: list[str]) -> list[Outcome]:
    """Outcomes of the stages, in the order in which they were given."""
    order = list(chosen)
    waiting: queue.SimpleQueue[Stage] = queue.SimpleQueue()
    for stage in order:
        waiting.put(stage)
    with ThreadPoolExecutor(max_workers=len(lanes)) as pool:
        try:
            done = list(pool.map(lambda lane: run_lane(lane, waiting), lanes))
        except KeyboardInterrupt:
            while not waiting.empty():
                waiting.get_nowait()
            for process in list(_running):
                _end(process)
            raise
    outcomes = [outcome for lane in done for outcome in lane]
    return sorted(outcomes, key=lambda outcome: order.index(outcome.stage))


def report(outcomes: list[Outcome], seconds: float) -> None:
    """Show the ends of what failed, the table, and in the last line the count."""
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        print(f"\n--- {outcome.stage.name}, its last lines", *outcome.last_lines, sep="\n")
    print("\nStage                     seconds")
    for outcome in outcomes:
        result = "passed" if outcome.passed else f"FAILED ({outcome.exit_code})"
        print(f"{outcome.stage.name:<24}{outcome.seconds:9.0f}  {result}")
    print(f"{'all':<24}{seconds:9.0f}\n")
    print(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="suite.py")
    parser.add_argument("--lanes", default="1,2")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("stages", nargs="*", help="a stage, or the first word of several")
    options = parser.parse_args(arguments)
    known = stages()
    chosen = [
        stage
        for stage in known
        if not options.stages or stage.name in options.stages or stage.name.split()[0] in options.stages
    ]
    if options.list or not chosen:
        print(*(stage.name for stage in known), sep="\n")
        return 0 if options.list else 2
    LOGS.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    if any(stage.needs_lab for stage in chosen):
        # Once for all lanes: two that install or start it at the same moment stand in each other's way.
        subprocess.run([str(LAB), "engine"], stdin=subprocess.DEVNULL, check=False)
    outcomes = run_all(chosen, options.lanes.split(","))
    report(outcomes, time.monotonic() - start)
    return int(any(not outcome.passed for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
