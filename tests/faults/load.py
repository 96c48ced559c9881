"""Writers on both members, and somebody who looks at both gates every 20 ms: what has to hold whatever happens."""

from __future__ import annotations

import itertools
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import address
import labkit
import pair
import playbook
import pymysql

_BOTH = labkit.DEFAULT_MEMBERS
_LOOK_SECONDS = 0.02
#: Looks that are farther apart tell nothing of the time between them.
_FARTHEST_SECONDS = 0.25
_REFUSED_BY_GATE = 1290
_CLIENT = (
    "exec $(command -v mariadb || command -v mysql) -uroot --protocol=socket --batch --skip-column-names --unbuffered"
)


@dataclass(frozen=True)
class Look:
    """What a gate was at some moment between two."""

    began: float
    ended: float
    is_open: bool


class Watch:
    """Looks at the gates of both members, also of one that is cut off, and of one that was down when it is back."""

    def __init__(self) -> None:
        self._looks: dict[str, list[Look]] = {member: [] for member in _BOTH}
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._watch, args=(member,)) for member in _BOTH]

    def __enter__(self) -> Watch:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _watch(self, member: str) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            # A member that is killed or paused ends or holds the client.
            with subprocess.Popen(
                labkit.shell_command(member, _CLIENT),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            ) as client:
                self._look(member, client)
                client.kill()

    def _look(self, member: str, client: subprocess.Popen[bytes]) -> None:
        assert client.stdin is not None and client.stdout is not None
        while not self._over.wait(_LOOK_SECONDS):
            began = time.monotonic()
            try:
                client.stdin.write(b"SELECT @@GLOBAL.read_only;\n")
            except BrokenPipeError:
                return
            answer = client.stdout.readline().strip()
            if not answer:
                return
            self._looks[member].append(Look(began, time.monotonic(), answer == b"0"))

    def looks(self) -> int:
        """How often the gate was seen that was seen less often."""
        return min(len(looks) for looks in self._looks.values())

    def both_open(self) -> list[tuple[float, float]]:
        """Spans of time in which both gates were open."""
        first, second = (list(self._open(member)) for member in _BOTH)
        return [
            (max(one[0], other[0]), min(one[1], other[1]))
            for one in first
            for other in second
            if max(one[0], other[0]) < min(one[1], other[1])
        ]

    def _open(self, member: str) -> Iterator[tuple[float, float]]:
        """Yield the spans in which every look, one soon after the other, saw the gate open."""
        since: float | None = None
        for one, other in itertools.pairwise([*self._looks[member], Look(float("inf"), float("inf"), False)]):
            since = one.ended if since is None and one.is_open else since
            if since is not None and not (other.is_open and other.ended - one.began < _FARTHEST_SECONDS):
                yield since, one.began
                since = None


class Roamer(address.Client):
    """A writer from outside with a connection to each member, which goes to the other one when it is refused."""

    pause_seconds = 0.02

    def run(self) -> None:
        hosts = itertools.cycle([labkit.address(member) for member in _BOTH])
        connections: dict[str, pymysql.Connection] = {}
        host = next(hosts)
        for number in itertools.count():
            if self.is_stopped(self.pause_seconds):
                break
            try:
                if host not in connections:
                    connections[host] = self.connect(host)
                self.write(connections[host], f"{self.name}-{number}")
            except (pymysql.err.Error, OSError) as error:
                # A refusal leaves the connection as it is; anything else ends it.
                if not isinstance(error, pymysql.err.OperationalError) or error.args[0] != _REFUSED_BY_GATE:
                    connections.pop(host, None)
                host = next(hosts)


@contextmanager
def under_load(rate: float = 50) -> Iterator[Watch]:
    """Let a writer on each member try to write, and watch; whoever has the gate open takes their rows."""
    start_writers(rate)
    with Watch() as watch:
        yield watch


def start_writers(rate: float = 50) -> None:
    """Let both members have a writer, once their servers answer."""
    playbook.wait(_answer)
    for member in _BOTH:
        labkit.writer_start(member, rate)


def _answer() -> bool:
    try:
        return all(labkit.sql(member, "SELECT 1") for member in _BOTH)
    except labkit.LabError:
        return False


def acknowledged() -> set[str]:
    """Ids of all rows that a server acknowledged to its writer."""
    return {row for member in _BOTH for row in labkit.writer_acked(member)}


def open_members(members: tuple[str, ...] = _BOTH) -> list[str]:
    """Members whose gate is open; only those that answer can be asked."""
    return [member for member in members if labkit.sql(member, "SELECT @@GLOBAL.read_only + 0") == [["0"]]]


def is_whole() -> bool:
    """Whether both members answer, both channels run, and one gate is open."""
    try:
        return [pair.channel_threads(member) for member in _BOTH] == [["Yes", "Yes"]] * 2 and len(open_members()) == 1
    except labkit.LabError:
        return False


def problems(watch: Watch) -> list[str]:
    """What does not hold of a pair that had the time to become whole again; the writers are stopped."""
    playbook.wait(is_whole)
    for member in _BOTH:
        labkit.writer_stop(member)
    all_rows = acknowledged()
    playbook.wait(lambda: all(all_rows <= pair.ledger(member) for member in _BOTH))
    missing = {member: all_rows - pair.ledger(member) for member in _BOTH}
    found = [f"{member} lacks {len(rows)} rows" for member, rows in missing.items() if rows]
    found += [f"both gates were open for {until - since:.3f} s" for since, until in watch.both_open()]
    if not watch.looks():
        found.append("a gate was not looked at")
    if not is_whole():
        found.append(f"gates open: {open_members()}, threads: {[pair.channel_threads(member) for member in _BOTH]}")
    return [*found, *pair.different_tables()]
