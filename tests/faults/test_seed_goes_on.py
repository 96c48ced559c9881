"""A run that finds a copy in the background of a member, left by one that was killed: it waits for it, and goes on."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import held
import labkit
import pair
import playbook
import pytest

pytestmark = pytest.mark.long

_COPY = "twoway.mysql.pair : Seed | Copy from the donor"
_WAITS = "db2: waits for the copy that process"
_ELSEWHERE = "Another run waits for the copy into db2"
#: When a run that waits for the copy has said so last, in seconds of the epoch; 0 where none has.
_WATCHED = "cat /var/lib/twoway/watched-3306.json 2>/dev/null || echo 0"
_PROCESS = "cat /var/lib/twoway/unfinished-3306.json.lock"
#: Those that a run makes for itself.
_ACCOUNTS = "SELECT user FROM mysql.user WHERE user IN ('twoway_seed', 'twoway_repair')"
_MARK = "SELECT mark FROM twoway.seed"
#: A run looks for others for a while before it says that it waits.
_LISTEN_SECONDS = 15


@dataclass
class Waiting:
    """A run that waits for the copy, and what it has shown so far; the result when it is over."""

    output: Path
    result: playbook.Finished | None = None

    def shown(self) -> str:
        """Its output by now."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def finished(self) -> playbook.Finished:
        """The result."""
        assert self.result is not None
        return self.result


@contextmanager
def _waiting() -> Iterator[Waiting]:
    """A run that has begun to wait; when the block is left, it has ended by itself."""
    with playbook.started(variables={"pair_seed_method": "dump"}) as (process, record, output):
        run = Waiting(output)
        playbook.wait(lambda: process.poll() is not None or _WAITS in run.shown())
        assert _WAITS in run.shown(), run.shown()
        yield run
        process.wait(playbook.MOST_SECONDS)
        run.result = playbook.Finished(process.returncode, run.shown(), playbook.read_tasks(record))


def _watched_at() -> int:
    return int(labkit.shell("db2", _WATCHED).stdout)


def _copies(run: playbook.Finished) -> bool:
    return any(task.name == _COPY and task.changed for task in run.tasks)


@pytest.fixture(autouse=True)
def prepared(flavor: str) -> None:
    """A donor with a table that can be held, and a recipient without data."""
    held.prepare(flavor)


def test_it_waits_and_finds_the_copy_done() -> None:
    with held.no_reader() as release:
        held.kill_in_copy()
        killed_at = _watched_at()
        checked = playbook.run(arguments=["--check"])
        repaired = playbook.run("twoway.mysql.repair_channel")
        accounts = labkit.sql("db1", _ACCOUNTS)
        with _waiting() as run:
            assert run.shown().count("SEED_GOES_ON") == 0
            playbook.wait(lambda: _watched_at() > killed_at + _LISTEN_SECONDS)
            # Nobody else waits beside it, and its own connection may break.
            second = playbook.run()
            labkit.cut("db2")
            time.sleep(5)
            labkit.heal()
            release()
    done = run.finished()
    assert checked.exit_code != 0
    assert "SEED_GOES_ON on db2" in checked.output
    assert _WAITS not in checked.output
    assert "There is no channel" in repaired.output
    assert accounts == [["twoway_seed"]]
    assert second.exit_code != 0
    assert _ELSEWHERE in second.output
    assert done.exit_code == 0, done.output
    assert not _copies(done)
    assert pair.judge() == pair.Verdict((), 0)


def test_it_begins_again_where_the_process_was_ended() -> None:
    with held.no_reader() as release:
        held.kill_in_copy()
        process = labkit.shell("db2", _PROCESS).stdout
        with _waiting() as run:
            labkit.shell("db2", f"kill -{signal.SIGKILL} {process}")
            release()
    done = run.finished()
    assert done.exit_code == 0, done.output
    assert f"process {process} " in done.output
    assert _copies(done)
    assert pair.judge() == pair.Verdict((), 0)


def test_where_the_run_that_began_it_is_at_work_nobody_waits() -> None:
    with (
        held.no_reader() as release,
        playbook.started(variables={"pair_seed_method": "dump"}) as (process, _record, output),
    ):
        playbook.wait(lambda: process.poll() is not None or held.is_reached())
        second = playbook.run()
        release()
        process.wait(playbook.MOST_SECONDS)
        assert process.returncode == 0, output.read_text(encoding="utf-8", errors="replace")
    assert second.exit_code != 0
    assert _ELSEWHERE in second.output
    assert pair.judge() == pair.Verdict((), 0)
