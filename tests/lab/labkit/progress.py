"""What a person sees and what two commands must not do at the same time."""

from __future__ import annotations

import fcntl
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .layout import LabError

_POLL_SECONDS = 0.05


def say(message: str) -> None:
    """Print one line of progress, apart from the output of the command."""
    print(message, file=sys.stderr, flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Announce a step that takes time, and how long it took."""
    say(f"{what} …")
    started = time.monotonic()
    yield
    say(f"{what}: {time.monotonic() - started:.1f} s")


def wait_until(condition: Callable[[], bool], seconds: float, failure: str) -> None:
    """Return as soon as the condition holds. :raises LabError: with `failure` when it does not within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise LabError(f"{failure} (waited {seconds:.0f} s)")
        time.sleep(_POLL_SECONDS)


@contextmanager
def lock(folder: Path, name: str) -> Iterator[None]:
    """Hold the lock of that name in the folder; another command that wants it waits."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
