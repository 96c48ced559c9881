"""The account that manages a recipient outlives a physical copy of a donor that does not know it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.base import Dialect
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import MARIADB, MYSQL, Server
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._errors import TwowayError
from ansible_collections.twoway.mysql.plugins.module_utils._seed import management
from ansible_collections.twoway.mysql.plugins.module_utils._state.account import AccountName

MYSQL_NEW = dialect_for(Server(MYSQL, (9, 7, 4)))
MARIADB_NEW = dialect_for(Server(MARIADB, (11, 8, 9)))

# As MySQL 9.7.4 and MariaDB 11.8.9 print them.
MYSQL_ROOT = (
    "CREATE USER `root`@`localhost` IDENTIFIED WITH 'caching_sha2_password' AS 0x2441 DEFAULT ROLE `x`@`localhost`"
    " REQUIRE NONE PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK"
)
MARIADB_ROOT = "CREATE USER `root`@`localhost` IDENTIFIED VIA mysql_native_password USING 'invalid' OR unix_socket"
MARIADB_GRANTS = [
    "GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` IDENTIFIED VIA mysql_native_password USING '*AB12'"
    " OR unix_socket WITH GRANT OPTION",
    "GRANT `role` TO `root`@`localhost`",
    "GRANT PROXY ON ``@`%` TO `root`@`localhost` WITH GRANT OPTION",
    "GRANT SELECT ON `wikidb`.`page` TO `root`@`localhost`",
    "GRANT SELECT ON `odd ON *.* TO `.* TO `root`@`localhost`",
]


class RecordedSession:
    """A session on a server with some accounts."""

    def __init__(self, dialect: Dialect, current: str, accounts: dict[str, tuple[str, list[str]]]) -> None:
        self.dialect = dialect
        self._current = current
        self._accounts = accounts
        self.asked: list[str] = []

    def query(self, statement: Statement, _action: str) -> list[dict[str, Any]]:
        self.asked.append(statement.text)
        if "CURRENT_USER" in statement.text:
            return [{"CURRENT_USER()": self._current}]
        for name, (definition, grants) in self._accounts.items():
            user, host = name.split("@")
            if f"'{user}'" in statement.text and f"'{host}'" in statement.text:
                if statement.text.startswith("SHOW CREATE USER"):
                    return [{"CREATE USER": definition}]
                return [{"Grants": grant} for grant in grants] if "GRANTS" in statement.text else [{"plugin": "x"}]
        return []

    def value(self, statement: Statement, action: str) -> Any:
        rows = self.query(statement, action)
        return next(iter(rows[0].values())) if rows else None


def test_login_of_mysql_is_put_back_without_roles() -> None:
    created, altered = MYSQL_NEW.put_back_login(MYSQL_ROOT)
    rest = (
        "`root`@`localhost` IDENTIFIED WITH 'caching_sha2_password' AS 0x2441"
        " REQUIRE NONE PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK"
    )
    assert created.text == f"CREATE USER IF NOT EXISTS {rest}"
    assert altered.text == f"ALTER USER {rest}"
    assert "0x2441" not in created.redacted + altered.redacted


def test_only_global_grants_are_put_back() -> None:
    kept = MARIADB_NEW.put_back_grants(MARIADB_GRANTS)
    assert [grant.text for grant in kept] == MARIADB_GRANTS[:1]
    assert "AB12" not in kept[0].redacted


def test_those_who_may_log_in_come_before_what_they_may_do() -> None:
    accounts = {
        "root@localhost": (MARIADB_ROOT, MARIADB_GRANTS),
        "debian-sys-maint@localhost": (MARIADB_ROOT.replace("root", "debian-sys-maint"), []),
        "peer@10.0.0.1": (
            MARIADB_ROOT.replace("root", "peer"),
            ["GRANT REPLICATION SLAVE ON *.* TO `peer`@`10.0.0.1`"],
        ),
    }
    server: Any = RecordedSession(MARIADB_NEW, "root@localhost", accounts)
    others = [AccountName("peer", "10.0.0.1"), AccountName("absent", "%"), AccountName("root", "localhost")]
    statements = management.read_accounts(server, others)
    assert [statement.text.split(" ")[0] for statement in statements] == ["CREATE", "ALTER"] * 3 + ["GRANT"] * 2


def test_hashes_are_read_in_digits_where_the_server_can() -> None:
    server: Any = RecordedSession(MYSQL_NEW, "admin@10.0.0.%", {"admin@10.0.0.%": (MYSQL_ROOT, [])})
    management.read_accounts(server)
    assert server.asked[1] == "SET SESSION print_identified_with_as_hex = ON"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mysql" / "conf.d"
    path.mkdir(parents=True)
    monkeypatch.setattr(MARIADB_NEW, "option_folders", [str(tmp_path / "absent"), str(path)])
    monkeypatch.setattr(management.os, "fchown", lambda *_arguments: None)
    return path


def test_start_is_held_only_inside_the_block(folder: Path, tmp_path: Path) -> None:
    accounts = MARIADB_NEW.put_back_login(MARIADB_ROOT)
    with management.held_start(MARIADB_NEW, str(tmp_path), accounts):
        options = (folder / "zzz-twoway-seed.cnf").read_text()
        init_file = folder.parent / "twoway-seed-init.sql"
        assert options.startswith("[mysqld]\n")
        assert f"init_file = {init_file}\n" in options
        assert init_file.stat().st_mode & 0o777 == 0o640
        assert init_file.read_text().splitlines()[-1] == f"ALTER USER {MARIADB_ROOT[12:]};"
    assert [path.name for path in folder.parent.rglob("*")] == ["conf.d"]


def test_what_a_killed_run_left_is_released(folder: Path) -> None:
    (folder / "zzz-twoway-seed.cnf").touch()
    (folder.parent / "twoway-seed-init.sql").touch()
    management.release_starts(MARIADB_NEW)
    assert [path.name for path in folder.parent.rglob("*")] == ["conf.d"]


def test_host_without_a_folder_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MARIADB_NEW, "option_folders", ["/nowhere"])
    assert any("/nowhere" in obstacle for obstacle in management.held_start_obstacles(MARIADB_NEW))
    with pytest.raises(TwowayError), management.held_start(MARIADB_NEW, "/tmp", []):
        pass


def test_server_starts_closed_until_its_data_are_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(management.os, "geteuid", lambda: 0)
    management.close_starts(MARIADB_NEW)
    # What a copy of files makes for its own start does not end it.
    management.release_starts(MARIADB_NEW)
    said = (folder / "zzz-twoway-unfinished.cnf").read_text().splitlines()
    assert said[1:] == ["[mysqld]", "read_only = ON", "event_scheduler = OFF"]
    for _again in range(2):
        management.open_starts(MARIADB_NEW)
        assert list(folder.iterdir()) == []


def test_who_may_not_write_option_files_is_not_kept_from_a_seed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(management.os, "geteuid", lambda: 1000)
    management.close_starts(MARIADB_NEW)
    assert list(folder.iterdir()) == []
