"""What only the recipient had can be played back from the file that it is saved in, in the order of its lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import MARIADB, MYSQL, Server
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._seed.accounts import accounts_only_here, save_accounts
from ansible_collections.twoway.mysql.plugins.module_utils._state.account import AccountName

MARIADB_GRANTS = {
    "SHOW GRANTS FOR 'app'@'%'": ["GRANT `reader` TO `app`@`%`", "SET DEFAULT ROLE `reader` FOR `app`@`%`"],
    "SHOW GRANTS FOR `reader`": [
        "GRANT USAGE ON *.* TO `reader`",
        "GRANT `below` TO `reader`",
        "GRANT `both` TO `reader`",
        "GRANT ALL ON *.* TO `both`",
    ],
    "SHOW GRANTS FOR `PUBLIC`": ["GRANT SELECT ON `wikidb`.* TO PUBLIC"],
    "SHOW GRANTS FOR `below`": ["GRANT SELECT ON `wikidb`.* TO `below`"],
}
MYSQL_GRANTS = {
    "SHOW GRANTS FOR 'app'@'%'": ["GRANT `reader`@`%` TO `app`@`%`"],
    "SHOW GRANTS FOR 'reader'@'%'": ["GRANT SELECT ON `wikidb`.* TO `reader`@`%`"],
}


class Saved:
    """A session on a server with these accounts."""

    def __init__(self, flavor: str, accounts: list[tuple[str, str]], grants: dict[str, list[str]]) -> None:
        self.dialect = dialect_for(Server(flavor, (11, 8, 9) if flavor == MARIADB else (9, 7, 4)))
        self._accounts = accounts
        self._grants = grants

    def query(self, statement: Statement, _action: str) -> list[dict[str, Any]]:
        if "mysql.user" in statement.text:
            return [{"user": user, "host": host} for user, host in self._accounts]
        return [{"Grants": line} for line in self._grants.get(statement.text, [])]

    def value(self, statement: Statement, _action: str) -> str:
        if statement.text.startswith("SELECT"):
            return statement.text.split("'")[1]
        name = statement.text.replace("SHOW CREATE USER ", "").replace("'", "`")
        return f"CREATE USER {name}" + (" DEFAULT ROLE `reader`@`%` REQUIRE NONE" if "app" in name else "")


@pytest.mark.parametrize(
    ("flavor", "accounts", "grants"),
    [
        (MARIADB, [("PUBLIC", ""), ("app", "%"), ("below", ""), ("reader", "")], MARIADB_GRANTS),
        (MYSQL, [("app", "%"), ("reader", "%")], MYSQL_GRANTS),
    ],
)
def test_roles_are_there_before_they_are_granted(
    flavor: str, accounts: list[tuple[str, str]], grants: dict[str, list[str]], tmp_path: Path
) -> None:
    recipient: Any = Saved(flavor, [*accounts, ("both", "%")], grants)
    donor: Any = Saved(flavor, [("both", "%")], {})
    found = accounts_only_here(recipient, donor, "198.51.100.1")
    assert found == [AccountName(*account) for account in accounts]
    save_accounts(recipient, found, str(tmp_path / "saved.sql"))
    known: set[str] = set()
    lines = (tmp_path / "saved.sql").read_text("utf-8").splitlines()
    for line in lines:
        names = set(re.findall(r"`(app|reader|below)`", line))
        if line.startswith("CREATE"):
            known.add(re.findall(r"`(\w+)`", line)[0])
        assert names <= known, line
        assert "CREATE ROLE" not in line or "PUBLIC" not in line
        assert " TO `both`" not in line
    assert known == {user for user, _host in accounts} - {"PUBLIC"}
    assert set(lines) >= {line + ";" for listed in grants.values() for line in listed if "TO `both`" not in line}
