"""What a server program tells of itself, of options, and of option files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._read.program import (
    judge_option_file,
    read_options,
    read_program,
    read_rejection,
)

VERSIONS = {
    "mysql": "/usr/sbin/mysqld  Ver 9.7.4 for Linux on x86_64 (MySQL Community Server - GPL)",
    "mariadb": "/usr/sbin/mariadbd  Ver 11.8.9-MariaDB for debian-linux-gnu on x86_64",
}
TRIAL = "--defaults-file="


class Program:
    """A server program that refuses what its option file holds, and remembers what it was told."""

    def __init__(self, flavor: str, refusal: str = "") -> None:
        self._flavor = flavor
        self._refusal = refusal
        self.arguments: list[str] = []
        self.option_file = ""
        self.mode = 0

    def run(self, arguments: Sequence[str]) -> tuple[int, str, str]:
        if "--version" in arguments:
            return 0, VERSIONS[self._flavor], ""
        self.arguments += arguments
        for argument in arguments:
            if argument.startswith(TRIAL):
                path = Path(argument[len(TRIAL) :])
                self.option_file, self.mode = path.read_text("utf-8"), path.stat().st_mode & 0o777
                return int(bool(self._refusal)), "", self._refusal
        return 0, "", ""


@pytest.fixture(autouse=True)
def _program_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name, **_options: f"/usr/sbin/{name}" if name == "mysqld" else None)


def rejection(program: Program, options: dict[str, Any]) -> str | None:
    found = read_program(program.run)
    assert found is not None
    return read_rejection(program.run, found, options)


@pytest.mark.parametrize(("flavor", "trial"), [("mysql", ["--validate-config"]), ("mariadb", ["--help", "--verbose"])])
def test_options_are_tried_from_a_file(flavor: str, trial: list[str]) -> None:
    program = Program(flavor)
    assert rejection(program, {"keyring-secret": "s3cret word", "skip_name_resolve": True}) is None
    assert program.option_file == '[mysqld]\nkeyring_secret = "s3cret word"\nskip_name_resolve = ON\n'
    assert program.mode == 0o600
    assert set(trial) <= set(program.arguments)
    assert not any("s3cret" in argument for argument in program.arguments)


def test_a_refusal_does_not_repeat_the_value() -> None:
    refusal = "[ERROR] [MY-000067] [Server] unknown variable 'keyring_secret=s3cret'.\n[ERROR] [Server] Aborting"
    assert rejection(Program("mysql", refusal), {"keyring_secret": "s3cret"}) == "unknown variable 'keyring_secret'"


def test_a_value_that_no_file_carries_is_refused_by_name() -> None:
    program = Program("mariadb")
    told = rejection(program, {"init_connect": 's3"cret'})
    assert told is not None
    assert told.startswith("init_connect: ")
    assert "s3" not in told
    assert program.option_file == ""


OWN = (
    "mysqld would start with:\n--server_id=7 --slave_net_timeout=10 --binlog_do_db=a --plugin_load_add=x.so --read_only"
)


@pytest.mark.parametrize(
    ("before", "after", "overridden", "filters"),
    [
        ("", "", [], {}),
        ("--server-id=1 --binlog_do_db=b", "", [], {"binlog_do_db": ["b"]}),
        ("", "--server-id=1 --sync_binlog=0", ["server_id"], {}),
        ("", "--server-id=7 --loose-server_id=07", [], {}),
        # The word of today for the same thing.
        ("", "--replica-net-timeout=60", ["slave_net_timeout"], {}),
        # To these, other files add.
        ("", "--plugin_load_add=y.so --read_only=OFF --binlog-do-db=a", [], {"binlog_do_db": ["a"]}),
        (
            "--replicate-do-table=c.t",
            "--replicate_do_db=b --replicate_do_db=a",
            [],
            {"replicate_do_db": ["a", "b"], "replicate_do_table": ["c.t"]},
        ),
    ],
)
def test_what_other_option_files_make_of_ours(
    before: str, after: str, overridden: list[str], filters: dict[str, list[str]]
) -> None:
    told = judge_option_file(f"{before} {OWN} {after}", OWN)
    assert told["options"] == ["binlog_do_db", "plugin_load_add", "read_only", "server_id", "slave_net_timeout"]
    assert (told["overridden"], told["filters_elsewhere"]) == (overridden, filters)


def test_a_file_that_the_server_does_not_read_is_not_in_force() -> None:
    assert judge_option_file("--port=3306", "--server_id=7")["overridden"] == ["server_id"]


def test_the_file_is_asked_for_alone(tmp_path: Path) -> None:
    path = tmp_path / "zz.cnf"
    path.write_text("[mysqld]\n", encoding="utf-8")
    program = Program("mysql")
    told = read_options(program.run, {"path": "/usr/sbin/mysqld"}, str(path))
    assert told["option_file"] == {"options": [], "overridden": [], "filters_elsewhere": {}}
    assert program.arguments[-3:] == ["/usr/sbin/mysqld", f"--defaults-file={path}", "--print-defaults"]
