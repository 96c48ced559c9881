"""What is made of a host that tells how far its seed is, or cannot be asked."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.twoway.mysql.plugins.plugin_utils import _seed_watch
from ansible_collections.twoway.mysql.plugins.plugin_utils._seed_watch import SeedWatch

NOTHING: tuple[dict[str, Any], dict[str, Any]] = ({}, {})


class Clock:
    """Time that passes when somebody looks at it, or sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += 0.5
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(_seed_watch, "time", found)
    return found


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(_seed_watch.display, "display", lines.append)
    return lines


def watch_of(ask: Any, **more: Any) -> SeedWatch:
    return SeedWatch(ask, "db2", 3307, **{"goes_on": "true", "tell": "echo '{}'", "pause": 0, **more})


def test_a_broken_connection_is_got_over_and_a_lost_one_is_given_up(clock: Clock) -> None:
    answers: list[Any] = [AnsibleConnectionFailure("cut"), {"stdout": '{"a": 1}\n{"stage": "copy"}'}]

    def ask(_command: str) -> dict[str, Any]:
        answer = answers.pop(0) if answers else AnsibleConnectionFailure("cut")
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    looks = list(watch_of(ask).looks())
    assert looks[:2] == [NOTHING, ({"a": 1}, {"stage": "copy"})]
    assert looks[2:] == [NOTHING] * (len(looks) - 2)
    assert _seed_watch.SILENCE_SECONDS <= clock.now < _seed_watch.SILENCE_SECONDS + 10


def test_a_worker_whose_run_is_gone_looks_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    parents = itertools.chain([17, 17, 17], itertools.repeat(1))
    monkeypatch.setattr(os, "getppid", lambda: next(parents))
    assert len(list(watch_of(lambda _command: {"stdout": '{"a": 1}\n'}).looks())) == 2


def test_a_line_every_few_seconds(shown: list[str]) -> None:
    watch = watch_of(lambda _command: {})
    for _time in range(20):
        watch.show({"stage": "copy"}, silent_seconds=120)
    assert shown == ["db2: copy, the same for 2 min"] * 2


@pytest.mark.parametrize("is_noted", [True, False])
def test_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_noted: bool) -> None:
    monkeypatch.setattr(_seed_watch, "STATE_FOLDER", str(tmp_path))
    (tmp_path / "progress-3307.json").write_text('{"stage": "copy"}')
    tell = "goes_on && echo '{\"goes_on\": true}'"
    question = watch_of(lambda _command: {}, tell=tell, is_noted=is_noted).question()
    said = subprocess.run(["sh", "-c", question], check=True, capture_output=True, text=True)
    assert [json.loads(line) for line in said.stdout.splitlines() if line] == [{"goes_on": True}, {"stage": "copy"}]
    assert said.stdout.partition("\n")[2].strip() == '{"stage": "copy"}'
    assert said.stderr == ""
    watched = tmp_path / "watched-3307.json"
    assert watched.exists() == is_noted
    assert not is_noted or watched.read_text().strip().isdigit()


def test_question_before_the_seed_has_made_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_seed_watch, "STATE_FOLDER", str(tmp_path / "none"))
    question = watch_of(lambda _command: {}, goes_on="false").question()
    said = subprocess.run(["sh", "-c", question], check=True, capture_output=True, text=True).stdout
    assert said.splitlines() == ["{}", ""]
