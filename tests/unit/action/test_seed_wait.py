"""Waiting for a seed that another run has left: until its process is gone, and not beside somebody else."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.action import seed_wait
from ansible_collections.twoway.mysql.plugins.plugin_utils import _seed_watch

BEGAN_AT = 1764068400
SEED = {"process": 4711, "began_at": "2025-11-25T11:00:00Z"}
OVER = {"goes_on": False}
Look = tuple[dict[str, Any], dict[str, Any]]


def going_on(after: int, watched_at: int = 0, updated_at: float = 0) -> Look:
    """What the host tells so many seconds after the seed has begun."""
    told = {"goes_on": True, "process": "4711", "began_at": BEGAN_AT, "watched_at": watched_at, "now": BEGAN_AT + after}
    return told, {"stage": "copy", "updated_at": updated_at}


class Watch:
    """A watch that sees what it is given."""

    def __init__(self, looks: list[Look]) -> None:
        self._looks = looks
        self.is_noted = False
        self.said: list[str] = []
        self.shown: list[float] = []
        self.noted_at: list[int] = []

    def looks(self) -> Iterator[Look]:
        for number, look in enumerate(self._looks):
            if self.is_noted:
                self.noted_at.append(number)
            yield look

    def say(self, text: str) -> None:
        self.said.append(text)

    def show(self, _progress: dict[str, Any], silent_seconds: float) -> None:
        self.shown.append(silent_seconds)


def waited(watch: Watch, check_mode: bool = False) -> dict[str, Any]:
    class Action(seed_wait.ActionModule):
        def __init__(self) -> None:
            self._task: Any = SimpleNamespace(check_mode=check_mode)

    typed: Any = watch
    return Action()._wait(typed, "db2")


def test_it_waits_until_the_process_is_gone() -> None:
    watch = Watch([going_on(10, updated_at=BEGAN_AT + 9), ({}, {}), going_on(40, updated_at=BEGAN_AT + 9), (OVER, {})])
    assert waited(watch) == {"seed": SEED, "is_over": True}
    assert watch.shown == [1, 31]
    assert len(watch.said) == 1
    assert "process 4711 has been making since 2025-11-25T11:00:00Z" in watch.said[0]


def test_progress_of_an_earlier_seed_is_not_shown() -> None:
    watch = Watch([going_on(10, updated_at=BEGAN_AT - 1), (OVER, {})])
    assert waited(watch)["is_over"]
    assert watch.shown == []


def test_nothing_is_waited_for_where_none_goes_on() -> None:
    watch = Watch([(OVER, {})])
    assert waited(watch) == {"seed": None, "is_over": True}
    assert watch.said == []


def test_check_mode_waits_for_nothing() -> None:
    assert waited(Watch([going_on(10), (OVER, {})]), check_mode=True) == {"seed": SEED, "is_over": False}


def test_who_has_listened_in_vain_says_that_it_waits() -> None:
    """What was noted before it came is of a run that is gone, and what is noted later is its own."""
    looks = [going_on(after, watched_at=BEGAN_AT + 9) for after in (10, 15, 20, 25)]
    watch = Watch([*looks, going_on(30, watched_at=BEGAN_AT + 30), (OVER, {})])
    assert waited(watch)["is_over"]
    assert watch.noted_at == [4, 5]


def test_where_another_run_waits_it_does_not() -> None:
    watch = Watch([going_on(10), going_on(15, watched_at=BEGAN_AT + 14), (OVER, {})])
    result = waited(watch)
    assert result["failed"]
    assert "Another run waits for the copy into db2" in result["msg"]
    assert watch.noted_at == []


def test_a_host_that_is_silent_is_named() -> None:
    result = waited(Watch([going_on(10), ({}, {})]))
    assert result["failed"]
    assert "Nothing was heard of db2 for 60 s" in result["msg"]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The host, which is this one, with its state in a folder of the test."""
    monkeypatch.setattr(seed_wait, "STATE_FOLDER", str(tmp_path))
    monkeypatch.setattr(seed_wait, "_LOOK_SECONDS", 0)
    monkeypatch.setattr(_seed_watch, "STATE_FOLDER", str(tmp_path))

    class Action(seed_wait.ActionModule):
        def __init__(self) -> None:
            self._task: Any = SimpleNamespace(check_mode=False)
            self.programs = os.environ["PATH"]
            self.as_whom: list[str] = []

        def validate_argument_spec(self, *_arguments: Any, **_more: Any) -> Any:
            return None, {"port": 3306}

        def _low_level_execute_command(self, command: str) -> dict[str, Any]:
            # As behind a terminal, where errors stand between the lines.
            said = subprocess.run(
                [*self.as_whom, "/bin/sh", "-c", command],
                check=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env={"PATH": self.programs},
            )
            return {"stdout": said.stdout}

        def _wait(self, watch: Any, _host: str) -> dict[str, Any]:
            return {"looks": list(itertools.islice(watch.looks(), 1))}

    monkeypatch.setattr(seed_wait.ActionBase, "run", lambda *_arguments: {})
    return Action()


def test_host_tells_who_holds_the_lock(tmp_path: Path, ask: Any) -> None:
    lock = tmp_path / "unfinished-3306.json.lock"
    lock.write_text("4711")
    os.utime(lock, (BEGAN_AT, BEGAN_AT))
    (tmp_path / "progress-3306.json").write_text(json.dumps({"stage": "copy"}))
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        [(told, progress)] = ask.run()["looks"]
        assert told["watched_at"] == 0
        # A full disk has left nothing of it.
        (tmp_path / "watched-3306.json").write_text("")
        [(told, progress)] = ask.run()["looks"]
        assert told["watched_at"] == 0
        (tmp_path / "watched-3306.json").write_text("1764068460\n")
        [(told, progress)] = ask.run()["looks"]
    assert told.pop("now") > BEGAN_AT
    assert told == {"goes_on": True, "process": "4711", "began_at": BEGAN_AT, "watched_at": 1764068460}
    assert progress == {"stage": "copy"}
    assert ask.run()["looks"] == [(OVER, progress)]


def test_host_on_which_nobody_ever_seeded(tmp_path: Path, ask: Any) -> None:
    assert ask.run()["looks"] == [(OVER, {})]
    assert list(tmp_path.iterdir()) == []


def test_a_host_without_the_program_for_locks_is_not_taken_for_one_without_a_seed(tmp_path: Path, ask: Any) -> None:
    (tmp_path / "unfinished-3306.json.lock").write_text("4711")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("cat", "sleep"):
        (programs / name).symlink_to(Path("/bin") / name)
    ask.programs = str(programs)
    [(told, _progress)] = ask.run()["looks"]
    assert told == {"goes_on": False, "obstacle": "program"}


def test_a_folder_that_cannot_be_entered_is_not_taken_for_none(tmp_path: Path, ask: Any) -> None:
    tmp_path.chmod(0o600)
    if os.geteuid() == 0:
        # Root may enter every folder, as long as nothing is taken from it.
        ask.as_whom = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    [(told, _progress)] = ask.run()["looks"]
    tmp_path.chmod(0o700)
    assert told == {"goes_on": False, "obstacle": "folder"}


@pytest.mark.parametrize(
    ("obstacle", "words"), [("folder", "/var/lib/twoway there is for root alone"), ("program", "flock")]
)
def test_a_host_that_cannot_tell_is_a_failure(obstacle: str, words: str) -> None:
    result = waited(Watch([({"goes_on": False, "obstacle": obstacle}, {})]))
    assert result["failed"]
    assert "into db2" in result["msg"]
    assert words in result["msg"]
    assert "is_over" not in result
