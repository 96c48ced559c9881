"""Insert rows into wikidb.ledger and keep the ids of those whose commit the server acknowledged.

Runs in a member and needs nothing but Python and the server's own client. Promises:

- Every row is one transaction with an id that no other row ever had, also after a crash of the server.
- An id is appended to the file of acknowledged ids only after the server reported success for the commit. A row whose
  fate is unknown (the connection broke in between) is not acknowledged, and not tried again under the same id.
- A server that goes away, refuses writes or restarts only interrupts: the writer connects again until told to stop.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from types import FrameType

_RECONNECT_SECONDS = 0.1
#: How long the order to stop waits for the answer to the row that is on its way.
_LAST_ROW_SECONDS = 5


class Refused(Exception):
    """The server did not acknowledge a row; the message is the client's."""


class Session:
    """One connection, held by one client process.

    The client runs a batch: it ends at the first error and never reconnects on its own, so what it prints after a
    statement proves that the statement succeeded on this very connection.
    """

    def __init__(self, user: str) -> None:
        client = shutil.which("mariadb") or shutil.which("mysql")
        if client is None:
            raise Refused("neither mariadb nor mysql is installed")
        self._process = subprocess.Popen(
            [
                client, f"--user={user}", "--protocol=socket", "--database=wikidb", "--default-character-set=utf8mb4",
                "--batch", "--skip-column-names", "--unbuffered", "--skip-reconnect", "--connect-timeout=5",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            bufsize=1,
        )  # fmt: skip

    def insert(self, writer: str, row_id: str) -> None:
        """Return when the row is committed. :raises Refused: when that is not certain."""
        note = f"written by {writer} at {time.time():.6f}"
        insert = f"INSERT INTO ledger (id, writer, note) VALUES ('{row_id}', '{writer}', '{note}');"
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(f"{insert} SELECT '{row_id}';\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Refused(self._last_words()) from None
        if self._process.stdout.readline() != f"{row_id}\n":
            raise Refused(self._last_words())

    def _last_words(self) -> str:
        assert self._process.stderr is not None
        self._process.kill()
        return self._process.stderr.read().strip()

    def close(self) -> None:
        """End the client and wait for its end."""
        self._process.kill()
        self._process.communicate()


class Stopped(Exception):
    """The writer was told to stop."""


class Stop:
    """The order to stop: obeyed at once between two rows; a row on its way may still be answered."""

    def __init__(self) -> None:
        self._is_busy = False
        self._is_ordered = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._order)
        signal.signal(signal.SIGALRM, self._give_up)

    def __enter__(self) -> None:
        self._is_busy = True

    def __exit__(self, *_failure: object) -> None:
        self._is_busy = False
        if self._is_ordered:
            raise Stopped

    def _order(self, _signal: int, _frame: FrameType | None) -> None:
        self._is_ordered = True
        if not self._is_busy:
            raise Stopped
        signal.alarm(_LAST_ROW_SECONDS)

    def _give_up(self, _signal: int, _frame: FrameType | None) -> None:
        raise Stopped


def _row_ids(writer: str) -> Iterator[str]:
    """Ids that never come back: the writer's name, the time of its start and a count."""
    started = time.time_ns()
    count = 0
    while True:
        count += 1
        yield f"{writer}-{started}-{count}"


def _pace(rate: float) -> Iterator[None]:
    """One turn per row; each waits for its time, and a delay is not made up for."""
    due = time.monotonic()
    while True:
        yield
        if rate > 0:
            due = max(due + 1 / rate, time.monotonic() - 1 / rate)
            time.sleep(max(0.0, due - time.monotonic()))


def write(arguments: argparse.Namespace, acknowledged: int, stop: Stop) -> None:
    """Write rows until told to stop; `acknowledged` is the descriptor of the file of ids."""
    ids, pace = _row_ids(arguments.name), _pace(arguments.rate)
    last_refusal = ""
    while True:
        session = None
        try:
            session = Session(arguments.user)
            for _turn in pace:
                row_id = next(ids)
                with stop:
                    session.insert(arguments.name, row_id)
                    os.write(acknowledged, f"{row_id}\n".encode())
                last_refusal = ""
        except Refused as refusal:
            if str(refusal) != last_refusal:
                last_refusal = str(refusal)
                print(f"not acknowledged, connecting again: {refusal}", file=sys.stderr, flush=True)
            time.sleep(_RECONNECT_SECONDS)
        finally:
            if session is not None:
                session.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Insert rows into wikidb.ledger and keep the acknowledged ids.")
    parser.add_argument("--name", required=True, help="the writer's name, part of every id")
    parser.add_argument("--acked", required=True, help="file that the acknowledged ids are appended to")
    parser.add_argument("--rate", type=float, default=20.0, help="rows per second, 0 for no limit")
    parser.add_argument("--user", default="wikiapp", help="account, without a password, over the socket")
    arguments = parser.parse_args()
    acknowledged = os.open(arguments.acked, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        write(arguments, acknowledged, Stop())
    except Stopped:
        print("stopped", file=sys.stderr)


if __name__ == "__main__":
    main()
