"""What a person sees, what is waited for, and what two commands must not do at the same time."""

from __future__ import annotations

import fcntl
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from .layout import LabError

_PAUSE_SECONDS = 0.05

Seen = TypeVar("Seen")


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


def look_until(
    look: Callable[[], Seen], is_enough: Callable[[Seen], bool], seconds: float, pause_seconds: float = _PAUSE_SECONDS
) -> Seen:
    """What is seen as soon as it is enough, or else last within the time."""
    deadline = time.monotonic() + seconds
    while not is_enough(seen := look()) and time.monotonic() < deadline:
        time.sleep(pause_seconds)
    return seen


def wait_until(condition: Callable[[], bool], seconds: float, failure: str) -> None:
    """Return as soon as the condition holds. :raises LabError: with `failure` when it does not within the time."""
    if not look_until(condition, bool, seconds):
        raise LabError(f"{failure} (waited {seconds:.0f} s)")


@contextmanager
def lock(folder: Path, name: str) -> Iterator[None]:
    """Hold the lock of that name in the folder; another command that wants it waits."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
