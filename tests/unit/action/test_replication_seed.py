"""The seed in the background: what becomes of it when nothing is heard of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.twoway.mysql.plugins.action import replication_seed
from ansible_collections.twoway.mysql.plugins.plugin_utils import _seed_watch
from ansible_collections.twoway.mysql.plugins.plugin_utils._seed_watch import SeedWatch

RESULTS = "/root/.ansible_async/j1.7"


class Seed(replication_seed.ActionModule):
    """A seed that was started, and of which this is known in the end."""

    def __init__(self, status: dict[str, Any] | None) -> None:
        shell = SimpleNamespace(get_option=lambda _name: "~/.ansible/tmp", set_option=lambda _name, _value: None)
        self._connection: Any = SimpleNamespace(_shell=shell)
        self._task: Any = SimpleNamespace(async_val=0, args={})
        self._status = status
        self.commands: list[str] = []

    def _async_folder(self) -> str:
        return "/root/.ansible_async"

    def _execute_module(self, module_name: str | None = None, *_arguments: Any, **_more: Any) -> dict[str, Any]:
        if not module_name:
            return {"ansible_job_id": "j1.7", "results_file": RESULTS}
        if self._status is None:
            raise AnsibleConnectionFailure("The host is out of reach.")
        return dict(self._status)

    def _low_level_execute_command(self, command: str) -> dict[str, Any]:
        self.commands.append(command)
        return {"stdout": ""}


@pytest.mark.parametrize("status", [{"started": True, "finished": False, "ansible_job_id": "j1.7"}, None])
def test_seed_that_may_go_on_keeps_its_files(monkeypatch: pytest.MonkeyPatch, status: dict[str, Any] | None) -> None:
    monkeypatch.setattr(_seed_watch, "SILENCE_SECONDS", 0)
    seed = Seed(status)
    result = seed._run_in_background({})
    assert result["failed"]
    assert RESULTS in result["msg"]
    assert seed.commands == []


def test_seed_that_has_ended_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_seed_watch, "SILENCE_SECONDS", 0)
    seed = Seed({"finished": True, "ansible_job_id": "j1.7", "changed": True})
    assert seed._run_in_background({}) == {"changed": True}
    assert len(seed.commands) == 1
    assert seed.commands[0].startswith(f"rm -rf {RESULTS} /dev/shm/twoway-")


@pytest.mark.parametrize(
    ("job", "has_folder", "is_told"),
    [
        ({"started": 1, "finished": 0}, True, True),
        ({"started": 1, "finished": 0}, False, False),
        ({"changed": True}, False, True),
    ],
)
def test_host_tells_of_a_job_that_runs_or_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: dict[str, Any], has_folder: bool, is_told: bool
) -> None:
    results, folder = tmp_path / "job", tmp_path / "folder"
    results.write_text(json.dumps(job), encoding="utf-8")
    if has_folder:
        folder.mkdir()
    monkeypatch.setattr(_seed_watch, "STATE_FOLDER", str(tmp_path / "none"))
    question = SeedWatch(
        lambda _command: {},
        "db2",
        3306,
        goes_on=replication_seed._GOES_ON.format(job=results),
        tell=replication_seed._TELL.format(job=results, folder=folder),
        pause=0,
    ).question()
    said = subprocess.run(["sh", "-c", question], check=True, capture_output=True, text=True).stdout
    assert json.loads(said.partition("\n")[0] or "{}") == (job if is_told else {})
