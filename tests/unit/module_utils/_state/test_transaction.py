"""Transactions from what the servers' programs print: what counts as a statement, and what is not shown of it."""

from __future__ import annotations

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._state.transaction import read_transactions, summarize

#: What mysqlbinlog prints around the statement of a query event.
PRINTED = """\
# at 401
#261125 10:59:19 server id 1  end_log_pos 490 CRC32 0x0c \tGTID\tlast_committed=1\tsequence_number=2
SET @@SESSION.GTID_NEXT= '3e11fa47-71ca-11e1-9e33-c80aa9429562:7'/*!*/;
# at 490
#261125 10:59:19 server id 1  end_log_pos 700 CRC32 0x0d \tQuery\tthread_id=8\texec_time=0\terror_code=0
use `wikidb`/*!*/;
SET TIMESTAMP=1795604359/*!*/;
/*!\\C utf8mb4 *//*!*/;
SET @@session.character_set_client=255/*!*/;
/*!80011 SET @@session.default_collation_for_utf8mb4=255*//*!*/;
{statement}
/*!*/;
SET @@SESSION.GTID_NEXT= 'AUTOMATIC'/*!*/;
"""


def statements(text: str) -> list[str]:
    transactions = list(read_transactions(PRINTED.format(statement=text).splitlines()))
    assert [transaction.gtid for transaction in transactions] == ["3e11fa47-71ca-11e1-9e33-c80aa9429562:7"]
    return [change["statement"] for change in summarize(transactions)]


@pytest.mark.parametrize(
    "text",
    [
        "DROP TABLE page",
        "/* of a program */ CREATE TABLE page (\n  id INT\n)",
        "/*!50003 CREATE TRIGGER t BEFORE INSERT ON page FOR EACH ROW SET NEW.id = 1 */",
        "ALTER USER u PASSWORD EXPIRE",
        "GRANT SELECT ON wikidb.* TO u",
    ],
)
def test_statements_are_shown_as_they_are(text: str) -> None:
    assert statements(text) == [text]


@pytest.mark.parametrize("text", ["BEGIN", "/* of a program */ BEGIN", "COMMIT", "SET @@session.sql_mode=0", "/* */"])
def test_what_changes_no_data_is_not_shown(text: str) -> None:
    assert statements(text) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CREATE USER u IDENTIFIED BY 'SECRET'", "CREATE USER u IDENTIFIED BY …"),
        ("create or replace\nuser u identified by 'SECRET'", "create or replace\nuser u identified by …"),
        ("/* x */ GRANT ALL ON *.* TO u IDENTIFIED BY 'SECRET'", "/* x */ GRANT ALL ON *.* TO u IDENTIFIED BY …"),
        ("ALTER USER 'u'@'%' IDENTIFIED WITH 'p' AS 'SECRET'", "ALTER USER 'u'@'%' IDENTIFIED WITH …"),
        ("SET PASSWORD FOR u = 'SECRET'", "SET PASSWORD …"),
        ("SET PASSWORD = PASSWORD('SECRET')", "SET PASSWORD …"),
        (
            "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (PASSWORD 'SECRET')",
            "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (PASSWORD …",
        ),
    ],
)
def test_passwords_are_not_shown(text: str, shown: str) -> None:
    assert statements(text) == [shown]
