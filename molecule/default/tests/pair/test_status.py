"""The status of the finished pair, and of the same pair with its standby's server stopped."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from members import Run, eventually, run_playbook

STATUS = Path(__file__).resolve().parents[4] / "playbooks" / "pair_status.yml"

Status = Callable[..., Run]


@pytest.fixture
def status(tmp_path: Path) -> Status:
    """Runs the playbook, which keeps what it finds in a folder of the test."""
    return lambda *arguments: run_playbook(STATUS, f"--extra-vars=pair_status_directory={tmp_path}/pairs", *arguments)


def kept(tmp_path: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((tmp_path / "pairs" / "wiki_pair.json").read_text("utf-8"))
    return report


def test_healthy_pair(status: Status, tmp_path: Path, db1, db2) -> None:
    run = status()
    assert run.exit_code == 0, run.output
    assert "OK wiki_pair db1 takes the writes" in run.message
    assert run.changed == {"db1": 0, "db2": 0}
    tasks = {name: int(ok) for name, ok in re.findall(r"^(db\d)\s+: ok=(\d+)", run.output, re.MULTILINE)}
    assert max(tasks.values()) <= 4
    report = kept(tmp_path)
    assert report["findings"] == []
    assert [found["state"] for found in report["directions"]] == ["running", "running"]
    assert [found["gap_transactions"] for found in report["directions"]] == [0, 0]
    assert [found["lag_is_measured"] for found in report["directions"]] == [True, True]
    assert [found["semi_sync"] for found in report["directions"]] == ["active", "active"]
    assert [member["server_id"] for member in report["members"]] == [db1.derived_server_id, db2.derived_server_id]


def test_check_keeps_nothing(status: Status, tmp_path: Path) -> None:
    run = status("--check")
    assert run.exit_code == 0, run.output
    assert "OK wiki_pair" in run.message
    assert not (tmp_path / "pairs").exists()


def test_lag_of_a_stopped_receiver(status: Status, tmp_path: Path, db1, db2) -> None:
    """The server has no lag to tell of then, and calls it 0 before; the keeper of the gate goes on measuring."""
    script = "import json; print(json.load(open('/var/lib/twoway/lag-3306.json'))['lag_seconds'] is not None)"
    stop, start = {
        "mysql": ("STOP REPLICA IO_THREAD", "START REPLICA IO_THREAD"),
        "mariadb": ("STOP SLAVE IO_THREAD", "START SLAVE IO_THREAD"),
    }[db2.flavor]
    db2.sql(stop)
    try:
        db1.sql("REPLACE INTO twoway.canary VALUES (1, 'not yet received', 0)")
        eventually(lambda: db2.host.check_output("python3 -c %s", script), "False")
        run = status("--extra-vars=pair_status_fail_on=never")
    finally:
        db2.sql(start)
    there = kept(tmp_path)["directions"][0]
    assert (there["state"], there["gap_transactions"], there["lag_is_measured"]) == ("stopped", 1, True), run.output
    assert there["lag_seconds"] > 0
    db2.waits_for("SELECT COUNT(*) FROM twoway.canary WHERE server_id = 1", 1)
    eventually(lambda: db2.host.check_output("python3 -c %s", script), "True")
    db1.sql("DELETE FROM twoway.canary WHERE server_id = 1")
    db2.waits_for("SELECT COUNT(*) FROM twoway.canary WHERE server_id = 1", 0)


def test_stopped_server_is_reported(status: Status, tmp_path: Path, db1, db2) -> None:
    db2.host.check_output("systemctl stop %s", db2.service)
    try:
        eventually(db1.channels, {db2.address: (False, True)})
        run = status()
        forgiving = status("--extra-vars=pair_status_fail_on=never")
    finally:
        db2.host.check_output("systemctl start %s", db2.service)
        eventually(db1.channels, {db2.address: (True, True)})
        eventually(db2.channels, {db1.address: (True, True)})
    assert run.exit_code == 2
    assert "CRITICAL wiki_pair: db2: its server does not run; " in run.message
    assert forgiving.exit_code == 0, forgiving.output
    report = kept(tmp_path)
    assert [member["error"] for member in report["members"]] == [None, "its server does not run"]
    assert [found["state"] for found in report["directions"]] == ["unknown", "connecting"]
    assert report["directions"][1]["complete_until"] > 0
    assert len(report["history"]) == 2
