"""Accounts as real servers print them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused
from ansible_collections.twoway.mysql.plugins.module_utils._secret import Secret
from ansible_collections.twoway.mysql.plugins.module_utils._state.account import (
    Account,
    AccountName,
    check_replication_password,
    parse_grants,
    password_matches,
)

READABLE = ("caching_sha2_password", "mysql_native_password")

# Server, rows of SHOW GRANTS, global privileges, other scopes. 9.7 and 11.8 are recorded, the others as documented.
GRANTS = [
    ("5.7", ["GRANT REPLICATION SLAVE ON *.* TO 'r'@'%'"], "REPLICATION SLAVE", ()),
    ("5.7", ["GRANT USAGE ON *.* TO 'r'@'%'"], "", ()),
    ("5.7", ["GRANT ALL PRIVILEGES ON *.* TO 'root'@'localhost' WITH GRANT OPTION"], "ALL PRIVILEGES,GRANT OPTION", ()),
    ("5.7", ["GRANT PROXY ON ''@'' TO 'root'@'localhost' WITH GRANT OPTION"], "", ("''@''",)),
    ("8.0", ["GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `r`@`%`"],
        "REPLICATION CLIENT,REPLICATION SLAVE", ()),
    ("8.0", ["GRANT PROCESS ON *.* TO `r`@`%`", "GRANT BACKUP_ADMIN ON *.* TO `r`@`%`"], "BACKUP_ADMIN,PROCESS", ()),
    ("8.0", ["GRANT USAGE ON *.* TO `r`@`%`", "GRANT `role`@`%` TO `r`@`%`"], "", ()),
    ("8.0", ["GRANT SELECT ON *.* TO `r`@`%`", "REVOKE SELECT ON `mysql`.* FROM `r`@`%`"], "SELECT", ()),
    ("9.7", ["GRANT USAGE ON *.* TO `r`@`%` WITH GRANT OPTION"], "GRANT OPTION", ()),
    ("9.7", ["GRANT AUDIT_ADMIN,CLONE_ADMIN ON *.* TO `r`@`%` WITH GRANT OPTION"],
        "AUDIT_ADMIN,CLONE_ADMIN,GRANT OPTION", ()),
    ("9.7", ["GRANT USAGE ON *.* TO `r`@`%`", "GRANT SELECT ON `my db`.* TO `r`@`%`"], "", ("`my db`.*",)),
    ("9.7", ["GRANT SELECT, INSERT ON `wikidb`.`page` TO `r`@`%`"], "", ("`wikidb`.`page`",)),
    ("9.7", ["GRANT EXECUTE ON PROCEDURE `wikidb`.`p` TO `r`@`%`"], "", ("PROCEDURE `wikidb`.`p`",)),
    ("10.6", ["GRANT REPLICATION SLAVE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*24' REQUIRE SSL"],
        "REPLICATION SLAVE", ()),
    ("10.6", ["GRANT PROCESS, BINLOG MONITOR, SLAVE MONITOR ON *.* TO `r`@`%`"],
        "BINLOG MONITOR,PROCESS,REPLICA MONITOR", ()),
    ("10.11", ["GRANT REPLICATION REPLICA ON *.* TO `r`@`%`"], "REPLICATION SLAVE", ()),
    ("11.8", ["GRANT ALL PRIVILEGES ON *.* TO `r`@`%` WITH GRANT OPTION"], "ALL PRIVILEGES,GRANT OPTION", ()),
    ("11.8", ["GRANT REPLICATION SLAVE ON *.* TO `r`@`%` WITH MAX_QUERIES_PER_HOUR 5"], "REPLICATION SLAVE", ()),
    ("11.8", ["GRANT SELECT ON `my db`.* TO `r`@`%`"], "", ("`my db`.*",)),
    ("11.8", ["GRANT BINLOG MONITOR ON *.* TO `r`@`%` IDENTIFIED VIA ed25519 USING 'Gv2' REQUIRE SSL"],
        "BINLOG MONITOR", ()),
    ("11.8", ["GRANT USAGE ON *.* TO `odd'us er`@`10.0.0.%`"], "", ()),
]  # fmt: skip


@pytest.mark.parametrize(("server", "rows", "privileges", "other"), GRANTS)
def test_grants(server: str, rows: list[str], privileges: str, other: tuple[str, ...]) -> None:
    assert parse_grants(rows) == (frozenset(filter(None, privileges.split(","))), other)


def test_passwords_of_real_servers(recorded: Callable[[str], Any]) -> None:
    rows = recorded("passwords")
    for row in rows:
        matches = password_matches(row["plugin"], row["authentication_string"], Secret(row["password"]))
        assert matches is (True if row["plugin"] in READABLE else None), row
    assert {len(row["password"]) for row in rows} >= {0, 1, 32, 68}


def test_other_passwords_do_not_match(recorded: Callable[[str], Any]) -> None:
    rows = [row for row in recorded("passwords") if row["plugin"] in READABLE]
    for row in rows:
        password = row["password"]
        for other in {password + "x", password[:-1], password.swapcase(), " " + password, "é", ""} - {password}:
            assert password_matches(row["plugin"], row["authentication_string"], Secret(other)) is False, (row, other)


@pytest.mark.parametrize("plugin", ["auth_socket", "unix_socket", "sha256_password", "ed25519", "parsec", ""])
def test_unreadable(plugin: str) -> None:
    assert password_matches(plugin, "anything", Secret("password")) is None


def test_strange_hash_is_unreadable() -> None:
    assert password_matches("caching_sha2_password", "THIS_IS_NO_HASH", Secret("password")) is None


@pytest.mark.parametrize("password", ["x", "A" * 32, "é" * 16, "it's", 'a"b\\c', " ", "密码🔑"])
def test_channel_carries(password: str) -> None:
    check_replication_password(password)


@pytest.mark.parametrize("password", ["", "A" * 33, "é" * 17, "a\nb", "a\tb", "a\0b", "a\x7fb", "line\r"])
def test_channel_does_not_carry(password: str) -> None:
    with pytest.raises(Refused) as caught:
        check_replication_password(password)
    assert not password or password not in caught.value.message


def test_people_see_no_authentication_string() -> None:
    account = Account(
        AccountName("r", "%"), "mysql_native_password", "*2470C0", True, frozenset({"SELECT"}), ("`a`.*",)
    )
    assert "*2470C0" not in str(account.as_dict())
    assert str(account.name) == "'r'@'%'"
