"""Which variables a running server lets nobody set, by what it says to whoever tries."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._errors import ServerError
from ansible_collections.twoway.mysql.plugins.module_utils._read.variables import (
    read_set_elsewhere,
    read_static,
    was_started_since,
)

# As MySQL 9.7 and MariaDB 11.8 answer, the last one in German.
REASONS = {
    "port": (1238, "Variable 'port' is a read only variable"),
    "version_comment": (1238, "Variable 'version_comment' is a read only variable"),
    "sync_binlog": (1238, "Variable 'version' is a read only variable"),
    "datadir": (1238, "Variable 'datadir' ist eine nur lesbare Variable"),
    "sql_log_bin": (1228, "Variable 'sql_log_bin' is a SESSION variable and can't be used with SET GLOBAL"),
}


def failing_session() -> Any:
    def query(statement: Statement, action: str) -> None:
        name = statement.text.split("`")[1]
        errno, reason = REASONS[name]
        raise ServerError(action, errno, "HY000", reason)

    return SimpleNamespace(dialect=dialect_for(parse_version("9.7.4")), query=query)


def test_variables_that_nobody_may_set() -> None:
    assert read_static(failing_session(), REASONS) == {"port", "version_comment", "datadir"}


@pytest.mark.parametrize(("age_seconds", "is_in_force"), [(30, False), (600, True)])
def test_server_that_was_started_since_its_file_was_written(
    tmp_path: Path, age_seconds: float, is_in_force: bool
) -> None:
    session: Any = SimpleNamespace(query=lambda _statement, _action: [{"Variable_name": "Uptime", "Value": "300"}])
    path = tmp_path / "option.cnf"
    path.write_text("[mysqld]\n", encoding="utf-8")
    os.utime(path, (time.time() - age_seconds,) * 2)
    assert was_started_since(session, str(path)) is is_in_force
    assert not was_started_since(session, str(tmp_path / "none"))
    assert not was_started_since(session, None)


@pytest.mark.parametrize("version", ["9.7.4", "11.8.9-MariaDB"])
def test_files_that_variables_are_from(version: str, tmp_path: Path) -> None:
    """The file may be named by another way to it."""
    (tmp_path / "own.cnf").touch()
    (tmp_path / "link.cnf").symlink_to("own.cnf")
    files = {"server_id": "/etc/later.cnf", "sync_binlog": str(tmp_path / "own.cnf"), "port": "/etc/first.cnf"}
    rows = [{"name": name, "file": file} for name, file in files.items()]
    session: Any = SimpleNamespace(dialect=dialect_for(parse_version(version)), query=lambda _statement, _action: rows)
    names = ["server_id", "sync_binlog", "read_only"]
    assert read_set_elsewhere(session, names, str(tmp_path / "link.cnf")) == {"server_id": "/etc/later.cnf"}
    assert read_set_elsewhere(session, ["sync_binlog"], None) == {"sync_binlog": str(tmp_path / "own.cnf")}


def test_a_server_that_does_not_tell_the_files() -> None:
    session: Any = SimpleNamespace(dialect=dialect_for(parse_version("5.7.44")))
    assert read_set_elsewhere(session, ["server_id"], None) == {}
