"""A pair with an address that moves: its clients from outside, and what both gates were all the while."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import labkit
import pair
import playbook
import pymysql

MEMBERS = labkit.DEFAULT_MEMBERS
ROLE = "twoway.mysql.pair_vip"
_ACCOUNT = "vipclient"
_PASSWORD = "lab-vip-4711"
_SETTLE_SECONDS = 60
_POLL_SECONDS = 0.05
_WRITE_PAUSE_SECONDS = 0.02
#: A longer pause in the samples is a server that did not answer: nothing is known of its gate meanwhile.
_BLIND_SECONDS = 0.5

#: Runs in a member, which may be cut off: the moments before and after each look at the gate, fifty times a second.
_SAMPLER = """
import time, pymysql
session = None
while True:
    try:
        socket = "/run/mysqld/mysqld.sock"
        session = session or pymysql.connect(user="root", unix_socket=socket, connect_timeout=1, read_timeout=0.5)
        began = time.time()
        with session.cursor() as cursor:
            cursor.execute("SELECT @@GLOBAL.read_only + 0")
            word = "closed" if str(cursor.fetchone()[0]) == "1" else "open"
        print(began, time.time(), word, flush=True)
    except (pymysql.err.Error, OSError):
        session = None
    time.sleep(0.02)
"""

Variables = Mapping[str, object]


def variables(more: Variables | None = None) -> dict[str, object]:
    """What the inventory of such a pair says more."""
    return {
        "pair_vip_address": labkit.virtual_address() + "/24",
        "mysql_server_bind_addresses": ["0.0.0.0"],
        **(more or {}),
    }


def run(name: str, more: Variables | None = None, arguments: Sequence[str] = ()) -> playbook.Finished:
    """The finished run of a playbook."""
    done = playbook.run(name, variables(more), arguments)
    assert done.exit_code == 0, done.output
    return done


def deploy(flavor: str, more: Variables | None = None) -> None:
    """A fresh pair with an account for clients, and with the address where its gate is open."""
    labkit.up(flavor, image="server", fresh=True, vip=True)
    labkit.load_wikidb("db1")
    run(playbook.DEPLOY)
    make_client_account()
    run(ROLE, more)


def make_client_account() -> None:
    """Let clients from outside in, on both members."""
    client = f"""
        CREATE USER {_ACCOUNT}@'%' IDENTIFIED BY '{_PASSWORD}';
        GRANT SELECT, INSERT ON wikidb.ledger TO {_ACCOUNT}@'%';
    """
    labkit.sql("db1", client)


def gate(member: str) -> str:
    """``open``, ``closed``, or ``away`` while the server does not answer."""
    try:
        return "closed" if labkit.sql(member, "SELECT @@GLOBAL.read_only + 0") == [["1"]] else "open"
    except labkit.LabError:
        return "away"


def gates() -> dict[str, str]:
    return {member: gate(member) for member in MEMBERS}


def places() -> list[str]:
    """The members that have the address."""
    question = f"ip -4 -o address show to {labkit.virtual_address()}/32"
    return [member for member in MEMBERS if labkit.shell(member, question).stdout]


def commits_wait(member: str) -> bool:
    """Whether commits of the member wait for its peer."""
    question = (
        "SHOW GLOBAL STATUS WHERE Variable_name IN ('Rpl_semi_sync_source_status', 'Rpl_semi_sync_master_status')"
    )
    return [row[1] for row in labkit.sql(member, question)] == ["ON"]


def unit_of(member: str) -> str:
    """The server's service."""
    found = next(each for each in labkit.status() if each.member == member)
    return labkit.FLAVORS[found.flavor].unit


def process_of(member: str) -> str:
    """The id of the server's process; ``0`` while there is none."""
    return labkit.shell(member, ["systemctl", "show", "--value", "--property=MainPID", unit_of(member)]).stdout.strip()


def kill_server(member: str) -> None:
    """End the server's process at once, as a crash does; the host lives on."""
    labkit.shell(member, f"systemctl kill --signal=KILL {unit_of(member)}")


def kill_until_back(member: str) -> None:
    """End the server's process at once, and return when systemd has started it again."""
    killed = process_of(member)
    kill_server(member)
    eventually(lambda: process_of(member) not in ("0", killed), True)


def eventually(ask: Callable[[], object], expected: object, seconds: float = _SETTLE_SECONDS) -> None:
    """Return when the answer is the expected one. :raises AssertionError: with the last answer."""
    answer = labkit.look_until(ask, lambda seen: seen == expected, seconds)
    assert answer == expected, f"after {seconds} s it is still {answer!r}, not {expected!r}"


def settled_gates() -> tuple[str, str]:
    """Names of the active member and the standby, once both serve."""
    eventually(lambda: sorted(gates().values()), ["closed", "open"])
    active = next(member for member, word in gates().items() if word == "open")
    return active, next(member for member in MEMBERS if member != active)


def settled() -> tuple[str, str]:
    """The same, once the address is where the gate is open."""
    active, standby = settled_gates()
    eventually(places, [active])
    return active, standby


def keep(is_kept: bool) -> None:
    """Let the keepers look after the gates, or end them with the gates as they are."""
    for member in MEMBERS:
        labkit.shell(member, ["systemctl", "start" if is_kept else "stop", "twoway-gate"])


class Receipt(NamedTuple):
    """The acknowledgment of a row: between which moments the server, of that id, took it."""

    began: float
    ended: float
    server: int


class Client(threading.Thread):
    """Writes through the address, one commit per row, and connects again until it is told to stop.

    :ivar acknowledged: the receipt of each acknowledged row, by the row's id.
    """

    #: A server that does not answer for so long is given up.
    patience_seconds = 0.5

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._is_stopped = threading.Event()
        self._servers: dict[pymysql.Connection, int] = {}
        self.acknowledged: dict[str, Receipt] = {}

    def run(self) -> None:
        number, connection = 0, None
        while not self.is_stopped(_WRITE_PAUSE_SECONDS):
            number += 1
            try:
                connection = connection or self.connect(labkit.virtual_address())
                self.write(connection, f"{self.name}-{number}")
            except (pymysql.err.Error, OSError):
                if connection:
                    connection._force_close()
                connection = None

    def write(self, connection: pymysql.Connection, row_id: str) -> None:
        began = time.time()
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO wikidb.ledger (id, writer, note) VALUES (%s, 'client', '')", (row_id,))
        self.acknowledged[row_id] = Receipt(began, time.time(), self._servers[connection])

    def connect(self, host: str) -> pymysql.Connection:
        connection = pymysql.connect(
            host=host,
            user=_ACCOUNT,
            password=_PASSWORD,
            autocommit=True,
            connect_timeout=0.2,
            read_timeout=self.patience_seconds,
            write_timeout=self.patience_seconds,
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT @@GLOBAL.server_id")
            self._servers[connection] = cursor.fetchone()[0]
        return connection

    def is_stopped(self, pause_seconds: float) -> bool:
        """Whether it was told to stop, by the end of a pause."""
        return self._is_stopped.wait(pause_seconds)

    def has_acknowledged(self, rows: int) -> bool:
        return len(self.acknowledged) >= rows

    def stop(self) -> None:
        self._is_stopped.set()
        self.join()


class Sampler(threading.Thread):
    """Looks at the gate of a member until it is told to stop, also of one that was away and is back.

    :ivar samples: the moments before and after each look, with what was seen.
    """

    def __init__(self, member: str) -> None:
        super().__init__(daemon=True)
        self._member = member
        self._command = labkit.shell_command(member, ["python3", "-c", _SAMPLER])
        self._is_over = threading.Event()
        self.samples: list[tuple[float, float, str]] = []

    def run(self) -> None:
        while not self._is_over.is_set():
            with subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="ascii",
            ) as process:
                for line in process.stdout or ():
                    words = line.split()
                    if len(words) == 3:
                        self.samples.append((float(words[0]), float(words[1]), words[2]))
            # It ends with the member.
            self._is_over.wait(_POLL_SECONDS)

    def stop(self) -> None:
        self._is_over.set()
        while self.is_alive():
            labkit.shell(self._member, "pkill -f 'import time, [p]ymysql'", check=False)
            self.join(1)


@dataclass(frozen=True)
class Observed:
    """What clients and samplers saw, and see."""

    clients: Sequence[Client]
    samplers: Mapping[str, Sampler]

    @property
    def acknowledged(self) -> dict[str, Receipt]:
        # A copy is made in one go; a list of pairs is not, and the clients go on meanwhile.
        return {row: receipt for client in self.clients for row, receipt in client.acknowledged.copy().items()}

    def first_of(self, server_id: int, moment: float) -> float | None:
        """When a server acknowledged its first row after a moment."""
        ends = (each.ended for each in self.acknowledged.values() if each.server == server_id)
        return min((ended for ended in ends if ended > moment), default=None)

    def last_of(self, server_id: int) -> float:
        """When a server acknowledged its last row."""
        return max(each.ended for each in self.acknowledged.values() if each.server == server_id)

    def wait_for_rows(self, rows: int = 10, seconds: float = _SETTLE_SECONDS) -> None:
        """Return when each client has had so many more rows acknowledged."""
        for client in self.clients:
            wanted = len(client.acknowledged) + rows
            eventually(partial(client.has_acknowledged, wanted), True, seconds)

    def gates(self, member: str) -> set[str]:
        """All that the gate of a member was."""
        return {word for _began, _ended, word in self.samplers[member].samples}

    def two_open_gates(self) -> int:
        """How often a gate was surely open while the other one surely was."""
        first, second = (open_spans(self.samplers[member].samples) for member in MEMBERS)
        return sum(min(a[1], b[1]) > max(a[0], b[0]) for a in first for b in second)

    def rows_of_deposed(self) -> int:
        """How many rows a server took while the gate of the other one was surely open."""
        one, other = MEMBERS
        rivals = {pair.server_id(one): other, pair.server_id(other): one}
        spans = {server: open_spans(self.samplers[rival].samples) for server, rival in rivals.items()}
        return sum(
            since <= receipt.began and receipt.ended <= until
            for receipt in self.acknowledged.values()
            for since, until in spans[receipt.server]
        )

    def lost_rows(self) -> dict[str, int]:
        """By member the number of acknowledged rows that it lacks, once it has had time to catch up."""
        rows = set(self.acknowledged)

        def missing() -> dict[str, int]:
            return {member: len(rows - pair.ledger(member)) for member in MEMBERS}

        with suppress(AssertionError):
            eventually(missing, dict.fromkeys(MEMBERS, 0))
        return missing()


def open_spans(samples: Sequence[tuple[float, float, str]]) -> list[tuple[float, float]]:
    """Spans in which a gate was open: from the answer of one look to the question of a later one that saw it open too.

    >>> open_spans([(1, 1.1, "open"), (1.2, 1.3, "open"), (1.4, 1.5, "closed"), (1.6, 1.7, "open")])
    [(1.1, 1.2), (1.7, 1.7)]
    """
    spans: list[tuple[float, float]] = []
    before = (0.0, 0.0, "")
    for began, ended, word in samples:
        if word == before[2] == "open" and began - before[1] < _BLIND_SECONDS:
            spans[-1] = (spans[-1][0], began)
        elif word == "open":
            spans.append((ended, ended))
        before = (began, ended, word)
    return spans


@contextmanager
def observed(kind: type[Client] = Client) -> Iterator[Observed]:
    """Four clients that write and samplers that look, all the while."""
    started = time.time_ns()
    clients = [kind(f"client{number}-{started}") for number in range(4)]
    samplers = {member: Sampler(member) for member in MEMBERS}
    workers: list[Client | Sampler] = [*clients, *samplers.values()]
    for worker in workers:
        worker.start()
    try:
        yield Observed(clients, samplers)
    finally:
        for worker in workers:
            worker.stop()
