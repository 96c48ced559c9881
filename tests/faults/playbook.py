"""Runs of a playbook on the lab: to the end, up to a task, or up to a moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import labkit
from checkout import ANSIBLE_HOME, BIN, TOP, copy_files, environment

DEPLOY = "twoway.mysql.deploy_pair"
#: Extra variables: values, or the text of a YAML file for what only YAML can say.
Variables = Mapping[str, object] | str
#: A run that takes longer hangs.
MOST_SECONDS = 600

#: What the controller does alone: no member sees anything of such a task.
_CONTROLLER_ACTIONS = frozenset(
    "assert debug fail import_role import_tasks include_role include_tasks include_vars meta set_fact".split()
)
_POLL_SECONDS = 0.02

#: Kills whatever came into the member by ssh, and all that it started.
_KILL_REMOTE = """
import os, signal, subprocess
def tree(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return [each for child in found for each in [int(child), *tree(child)]]
listener = subprocess.run(["systemctl", "show", "--value", "--property=MainPID", "ssh"], capture_output=True, text=True)
# What Ansible left in the background is nobody's child.
jobs = subprocess.run(["pgrep", "-f", "/dev/shm/twoway-"], capture_output=True, text=True).stdout.split()
roots = [int(job) for job in jobs if int(job) != os.getpid()]
for pid in [*tree(int(listener.stdout)), *roots, *(each for root in roots for each in tree(root))]:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
"""

_collections = [ANSIBLE_HOME / "collections"]


@contextmanager
def frozen_collection() -> Iterator[None]:
    """Run everything from a copy of the checkout: a long test is of one state of it, whatever is edited meanwhile."""
    with tempfile.TemporaryDirectory(prefix="twoway-faults-collection-") as folder:
        copy_files(Path(folder, "ansible_collections", "twoway", "mysql"))
        _collections.append(Path(folder))
        try:
            yield
        finally:
            _collections.pop()


@dataclass(frozen=True)
class Task:
    """A task of a run, as it came in the run."""

    number: int
    name: str
    action: str
    #: when it began, by the clock that only goes forward
    at: float
    #: seconds from its beginning to that of the next; None for the last
    seconds: float | None
    #: hosts on which it was executed, and on which it changed something
    hosts: frozenset[str]
    changed: frozenset[str]
    #: messages of the hosts on which it failed, or that could not be reached
    errors: Mapping[str, str]

    @property
    def touches_members(self) -> bool:
        """Whether the task sent anything to a member."""
        return bool(self.hosts) and self.action.rpartition(".")[2] not in _CONTROLLER_ACTIONS


@dataclass(frozen=True)
class Finished:
    """A run that is over."""

    exit_code: int
    output: str
    tasks: tuple[Task, ...]

    @property
    def changes(self) -> list[str]:
        """Names of the tasks that changed something."""
        return [task.name for task in self.tasks if task.changed]

    @property
    def errors(self) -> list[str]:
        """What the hosts failed with; what several hosts said alike is there once."""
        return sorted({message for task in self.tasks for message in task.errors.values()})


def read_tasks(record: Path) -> tuple[Task, ...]:
    """The tasks of a run, from what the callback wrote; a line that is not complete is left out."""
    text = record.read_text(encoding="utf-8") if record.exists() else ""
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    starts = [line for line in lines if "name" in line]
    ends: list[float | None] = [*(line["at"] for line in starts[1:]), None]
    results = [line for line in lines if "host" in line]
    return tuple(
        Task(
            number=start["number"],
            name=start["name"],
            action=start["action"],
            at=start["at"],
            seconds=None if end is None else end - start["at"],
            hosts=frozenset(line["host"] for line in results if line["number"] == start["number"]),
            changed=frozenset(
                line["host"] for line in results if line["number"] == start["number"] and line["changed"]
            ),
            errors={
                line["host"]: line["error"] for line in results if line["number"] == start["number"] and "error" in line
            },
        )
        for start, end in zip(starts, ends, strict=False)
    )


@contextmanager
def started(
    playbook: str = DEPLOY,
    variables: Variables | None = None,
    arguments: Sequence[str] = (),
    **more_environment: str,
) -> Iterator[tuple[subprocess.Popen[bytes], Path, Path]]:
    """The run, in a session of its own, with the files of its record and its output."""
    with tempfile.TemporaryDirectory(prefix="twoway-faults-") as folder:
        record, output = Path(folder, "record"), Path(folder, "output")
        command = [str(BIN / "ansible-playbook"), "-i", str(labkit.inventory()), playbook, *arguments]
        if variables:
            extra = Path(folder, "variables.yml")
            extra.write_text(variables if isinstance(variables, str) else json.dumps(variables), encoding="utf-8")
            command += ["--extra-vars", f"@{extra}"]
        settings = {
            **environment(
                ANSIBLE_CALLBACK_PLUGINS=str(Path(__file__).parent / "plugins"),
                ANSIBLE_CALLBACKS_ENABLED="boundary",
                ANSIBLE_COLLECTIONS_PATH=str(_collections[-1]),
                ANSIBLE_NOCOLOR="1",
                FAULT_RECORD=str(record),
            ),
            **more_environment,
        }
        with (
            output.open("wb") as file,
            subprocess.Popen(
                command,
                cwd=TOP,
                env=settings,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as process,
        ):
            try:
                yield process, record, output
            finally:
                if process.poll() is None:
                    kill_group(process)


def run(
    playbook: str = DEPLOY,
    variables: Variables | None = None,
    arguments: Sequence[str] = (),
    **more_environment: str,
) -> Finished:
    """The run when it is over, by itself or by a kill.

    :raises subprocess.TimeoutExpired: when it hangs.
    """
    with started(playbook, variables, arguments, **more_environment) as (process, record, output):
        process.wait(MOST_SECONDS)
        return _finished(process, record, output)


def run_struck(task_name: str, strike: Callable[[], None], playbook: str, variables: Variables) -> Finished:
    """A run that went on after something had struck when its task of that name had begun."""
    with started(playbook, variables) as (process, record, output):
        wait(lambda: process.poll() is not None or any(task.name == task_name for task in read_tasks(record)))
        strike()
        process.wait(MOST_SECONDS)
        return _finished(process, record, output)


def _finished(process: subprocess.Popen[bytes], record: Path, output: Path) -> Finished:
    return Finished(process.returncode, output.read_text(encoding="utf-8", errors="replace"), read_tasks(record))


def run_until_task(task: int | str, variables: Variables | None = None) -> Finished:
    """A run that was killed where its task of that number or name began."""
    return run(variables=variables, FAULT_TASK=str(task))


def run_until_moment(task_name: str, seconds: float, variables: Variables | None = None) -> Finished:
    """A run that was killed that many seconds after the task of that name began."""
    with started(variables=variables) as (process, record, output):
        wait(lambda: process.poll() is not None or any(task.name == task_name for task in read_tasks(record)))
        deadline = time.monotonic() + seconds
        wait(lambda: process.poll() is not None or time.monotonic() >= deadline)
        return _killed(process, record, output)


def run_until(is_seen: Callable[[], bool], variables: Variables | None = None) -> Finished:
    """A run that was killed as soon as something was seen."""
    with started(variables=variables) as (process, record, output):
        wait(lambda: process.poll() is not None or is_seen())
        return _killed(process, record, output)


def _killed(process: subprocess.Popen[bytes], record: Path, output: Path) -> Finished:
    kill_group(process)
    process.wait()
    return _finished(process, record, output)


def wait(condition: Callable[[], bool]) -> None:
    """Return when the condition is true, or has not been for as long as a run may take."""
    labkit.look_until(condition, bool, MOST_SECONDS, _POLL_SECONDS)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the run at once: its process group, and those of its workers, which have one each."""
    groups = {process.pid, *map(os.getpgid, _descendants(process.pid))}
    for group in groups - {os.getpgrp()}:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            continue


def kill_on_members(members: Sequence[str] = labkit.DEFAULT_MEMBERS) -> None:
    """Kill what a killed run left behind on the members, where it would go on by itself."""
    for member in members:
        labkit.shell(member, ["python3", "-c", _KILL_REMOTE])


def _descendants(pid: int) -> Iterator[int]:
    """Processes that this one has started, and theirs; ssh's kept connections are nobody's child any more."""
    try:
        children = [
            int(child)
            for thread in Path(f"/proc/{pid}/task").iterdir()
            for child in (thread / "children").read_text().split()
        ]
    except OSError:
        return
    for child in children:
        yield child
        yield from _descendants(child)
