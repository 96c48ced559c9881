"""What no status of a pair shows, and a comparison does: two writers' conflicts, a member that skips its own events."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import labkit
import pair
import playbook
import pytest

COMPARE = "twoway.mysql.compare_pair"
pytestmark = pytest.mark.long

Rows = list[list[str | None]]

_BOTH = labkit.DEFAULT_MEMBERS
_TWO_WRITERS = {"pair_writers": "both"}
_TABLE = """
    CREATE SCHEMA shop;
    CREATE TABLE shop.item (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, stock INT) ENGINE = InnoDB;
    INSERT INTO shop.item VALUES (1, 'apple', 10), (2, 'berry', 20), (3, 'cherry', NULL);
"""
_ROWS = "SELECT id, name, stock FROM shop.item ORDER BY id"
#: Those that a lock of the whole server would wait behind.
_LONG_READERS = "SELECT id FROM information_schema.PROCESSLIST WHERE info LIKE 'SELECT SLEEP(600)%' AND time > 2"
_HELD = "SHOW OPEN TABLES FROM shop WHERE in_use > 0"
_WAITING = "SELECT id FROM information_schema.PROCESSLIST WHERE state LIKE 'Waiting for table metadata lock%'"
#: Of a sync, while somebody else has the lock of a row.
_LOCKING = (
    "SELECT id FROM information_schema.PROCESSLIST WHERE info LIKE '%FOR UPDATE' AND command = 'Query' AND time > 0"
)
_APPLIER = {
    "mysql": ("STOP REPLICA SQL_THREAD", "START REPLICA SQL_THREAD"),
    "mariadb": ("STOP SLAVE SQL_THREAD", "START SLAVE SQL_THREAD"),
}
#: A member whose data are replaced by those of an older backup, and that follows its peer from there with its old
#: server id: it takes the rows that it wrote since for its own, and skips them. A MariaDB server does not when it is
#: semi-synchronous and strict.
_RESTORE = {
    "mysql": """
        STOP REPLICA; RESET BINARY LOGS AND GTIDS; SET GLOBAL gtid_purged = '{gtid}';
        SET sql_log_bin = 0; {rows} SET sql_log_bin = 1; START REPLICA;
    """,
    "mariadb": """
        STOP SLAVE; SET GLOBAL rpl_semi_sync_slave_enabled = OFF; RESET MASTER;
        SET sql_log_bin = 0; {rows} SET sql_log_bin = 1;
        SET GLOBAL gtid_slave_pos = '{gtid}'; START SLAVE;
    """,
}
_EXECUTED = {"mysql": "SELECT @@gtid_executed", "mariadb": "SELECT @@gtid_current_pos"}
_BACKUP_GTID = {"mysql": "SELECT REPLACE(@@gtid_executed, '\\n', '')", "mariadb": "SELECT @@gtid_slave_pos"}


@pytest.fixture(scope="module")
def client(flavor: str) -> str:
    """A pair of two writers with a table; the name of its client program."""
    labkit.up(flavor, image="server", fresh=True)
    labkit.load_wikidb("db1")
    labkit.sql("db1", _TABLE)
    done = playbook.run(variables=_TWO_WRITERS)
    assert done.exit_code == 0, done.output
    return labkit.FLAVORS[flavor].client


def _compare(**variables: object) -> tuple[playbook.Finished, dict[str, Any]]:
    """A run of the playbook, and what it kept on the member that compared."""
    done = playbook.run(COMPARE, {**_TWO_WRITERS, **variables})
    kept: dict[str, Any] = json.loads(labkit.shell("db2", "cat /var/lib/twoway/compare.json").stdout)
    return done, kept


def _table(kept: dict[str, Any]) -> dict[str, Any]:
    return next(table for table in kept["tables"] if (table["schema"], table["table"]) == ("shop", "item"))


def _different_tables(kept: dict[str, Any]) -> list[str]:
    return [table["table"] for table in kept["tables"] if table["result"] != "equal"]


def _looks_healthy() -> bool:
    return pair.channel_threads("db2") == ["Yes", "Yes"]


def _wait_for_rows(member: str, rows: Rows) -> None:
    playbook.wait(lambda: labkit.sql(member, _ROWS) == rows)
    assert labkit.sql(member, _ROWS) == rows


def _wait_for_table(member: str, table: str, question: str, rows: Rows) -> None:
    is_there = f"SHOW TABLES FROM shop LIKE '{table}'"
    playbook.wait(lambda: bool(labkit.sql(member, is_there)) and labkit.sql(member, question) == rows)
    assert labkit.sql(member, question) == rows


def _accounts() -> list[list[list[str | None]]]:
    """The account for comparisons, on each member."""
    return [labkit.sql(member, "SELECT user FROM mysql.user WHERE user = 'twoway_compare'") for member in _BOTH]


def test_a_fresh_pair_is_equal(client: str) -> None:
    checked = playbook.run(COMPARE, _TWO_WRITERS, ["--check"])
    assert (checked.exit_code, checked.changes) == (0, []), checked.output
    assert "EQUAL: db1 and db2" in checked.output
    assert _accounts() == [[], []]


def test_the_account_of_a_killed_comparison_is_removed(client: str) -> None:
    killed = playbook.run(COMPARE, _TWO_WRITERS, FAULT_TASK="twoway.mysql.pair : Compare | Content of both members")
    assert killed.exit_code == -9, killed.output
    assert any(_accounts())
    done = playbook.run(variables=_TWO_WRITERS)
    accounts = "twoway.mysql.pair : Prepare | Accounts for the peer, not replicated"
    assert (done.exit_code, done.changes) == (0, [accounts]), done.output
    assert not any(_accounts())


def test_rows_that_two_writers_swapped(client: str) -> None:
    stop, start = _APPLIER[client]
    for member in _BOTH:
        labkit.sql(member, stop)
    labkit.sql("db1", "UPDATE shop.item SET name = 'by db1' WHERE id IN (1, 3);")
    labkit.sql("db2", "UPDATE shop.item SET name = 'by db2' WHERE id IN (1, 3);")
    for member in _BOTH:
        labkit.sql(member, start)
    # The last event of either is one that the other never receives, because it is its own.
    _wait_for_rows("db1", [["1", "by db2", "10"], ["2", "berry", "20"], ["3", "by db2", None]])
    _wait_for_rows("db2", [["1", "by db1", "10"], ["2", "berry", "20"], ["3", "by db1", None]])
    assert _looks_healthy()
    done, kept = _compare(pair_compare_truth="db1")
    assert (done.exit_code, done.changes) == (2, []), done.output
    assert "shop.item: 2 rows on both, with different values" in done.output
    assert "TO CHANGE on db2, so that its rows are those of db1" in done.output
    assert _different_tables(kept) == ["item"]
    assert sorted(row["key"]["id"] for row in _table(kept)["rows"]) == [1, 3]
    assert [row["columns"] for row in _table(kept)["rows"]] == [["name"], ["name"]]
    assert labkit.sql("db2", _ROWS) == [["1", "by db1", "10"], ["2", "berry", "20"], ["3", "by db1", None]]


def test_a_long_statement_at_the_source_is_in_nobodys_way(client: str) -> None:
    reader = labkit.shell_command("db1", [client, "-e", "SELECT SLEEP(600) FROM shop.item LIMIT 1"])
    with subprocess.Popen(reader, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        playbook.wait(lambda: bool(labkit.sql("db1", _LONG_READERS)))
        done, kept = _compare()
        for [session] in labkit.sql("db1", _LONG_READERS):
            labkit.sql("db1", f"KILL {session}")
    assert "shop.item: 2 rows on both, with different values" in done.output, done.output
    assert sorted(row["key"]["id"] for row in _table(kept)["rows"]) == [1, 3]


@pytest.mark.parametrize("change", ["DROP COLUMN gone", "ADD COLUMN more INT DEFAULT 5"])
def test_a_table_that_is_altered_before_its_rows_are_read_is_unknown(client: str, change: str) -> None:
    labkit.sql("db1", "CREATE TABLE shop.altered (id INT PRIMARY KEY, gone INT);")
    playbook.wait(lambda: bool(labkit.sql("db2", "SHOW TABLES FROM shop LIKE 'altered'")))
    with subprocess.Popen(labkit.shell_command("db1", [client]), stdin=subprocess.PIPE, text=True) as holder:
        assert holder.stdin
        holder.stdin.write("SET sql_log_bin = 0; LOCK TABLES shop.altered WRITE;\n")
        holder.stdin.flush()
        playbook.wait(lambda: bool(labkit.sql("db1", _HELD)))
        with ThreadPoolExecutor() as pool:
            comparing = pool.submit(_compare)
            playbook.wait(lambda: bool(labkit.sql("db1", _WAITING)))
            holder.communicate(f"ALTER TABLE shop.altered {change}; UNLOCK TABLES;\n")
            done, kept = comparing.result()
    labkit.sql("db1", "DROP TABLE shop.altered;")
    assert done.exit_code == 2, done.output
    assert "shop.altered: was altered or dropped while it was compared" in done.output
    found = {table["table"]: table["result"] for table in kept["tables"]}
    assert (found["altered"], found["item"]) == ("unknown", "different")


def test_rows_are_changed_on_the_member_that_is_named_alone(client: str) -> None:
    refused = playbook.run(COMPARE, {**_TWO_WRITERS, "pair_compare_truth": "db2", "pair_compare_change": "db2"})
    assert refused.exit_code == 2
    assert any("pair_compare_change the other one" in error for error in refused.errors), refused.output
    executed = {member: labkit.sql(member, _EXECUTED[client]) for member in _BOTH}
    done = playbook.run(COMPARE, {**_TWO_WRITERS, "pair_compare_truth": "db2", "pair_compare_change": "db1"})
    assert done.exit_code == 0, done.output
    assert "CHANGED on db1, so that its rows are those of db2" in done.output
    assert "EQUAL: db2 and db1" in done.output
    assert {member: labkit.sql(member, _EXECUTED[client]) for member in _BOTH} == executed
    rows: Rows = [["1", "by db1", "10"], ["2", "berry", "20"], ["3", "by db1", None]]
    assert [labkit.sql(member, _ROWS) for member in _BOTH] == [rows, rows]
    # What changed on one side alone goes on changing on both.
    labkit.sql("db1", "UPDATE shop.item SET name = 'by both' WHERE id IN (1, 3);")
    _wait_for_rows("db2", [["1", "by both", "10"], ["2", "berry", "20"], ["3", "by both", None]])


def _change_db2(**more: object) -> playbook.Finished:
    return playbook.run(COMPARE, {**_TWO_WRITERS, "pair_compare_truth": "db1", "pair_compare_change": "db2", **more})


def test_a_row_that_is_too_long_for_a_statement_is_left_alone(client: str) -> None:
    [[before]] = labkit.sql("db2", "SELECT @@GLOBAL.max_allowed_packet")
    labkit.sql("db2", "SET GLOBAL max_allowed_packet = 16777216;")
    labkit.sql(
        "db1",
        "CREATE TABLE shop.photo (id INT PRIMARY KEY, content LONGBLOB NOT NULL) ENGINE = InnoDB;"
        " INSERT INTO shop.photo VALUES (1, REPEAT(X'00FF', 4500000));",
    )
    there = "SELECT LENGTH(content), content = REPEAT(X'00FF', 4500000) FROM shop.photo"
    playbook.wait(lambda: bool(labkit.sql("db2", "SHOW TABLES FROM shop LIKE 'photo'") and labkit.sql("db2", there)))
    labkit.sql(
        "db2",
        "SET sql_log_bin = 0; UPDATE shop.photo SET content = INSERT(content, 1, 1, 'x');"
        " UPDATE shop.item SET stock = 99 WHERE id = 1;",
    )
    done = _change_db2()
    assert done.exit_code == 2, done.output
    assert "shop.photo: left alone, because a row of it is too long as SQL for max_allowed_packet" in done.output
    assert "shop.item: 1 row replaced" in done.output
    assert labkit.sql("db2", there) == [["9000000", "0"]]
    assert labkit.sql("db2", _ROWS) == labkit.sql("db1", _ROWS)
    assert _looks_healthy()
    labkit.sql("db2", f"SET GLOBAL max_allowed_packet = {before};")
    labkit.sql("db1", "DROP TABLE shop.photo;")
    playbook.wait(lambda: not labkit.sql("db2", "SHOW TABLES FROM shop LIKE 'photo'"))


def test_the_applier_goes_on_where_the_session_of_a_sync_is_killed(client: str) -> None:
    labkit.sql("db2", "SET sql_log_bin = 0; UPDATE shop.item SET stock = 98 WHERE id = 2;")
    with subprocess.Popen(labkit.shell_command("db2", [client]), stdin=subprocess.PIPE, text=True) as holder:
        assert holder.stdin
        holder.stdin.write("BEGIN; SELECT id FROM shop.item WHERE id = 2 FOR UPDATE;\n")
        holder.stdin.flush()
        with ThreadPoolExecutor() as pool:
            changing = pool.submit(_change_db2)
            playbook.wait(lambda: bool(labkit.sql("db2", _LOCKING)))
            for [session] in labkit.sql("db2", _LOCKING):
                labkit.sql("db2", f"KILL {session}")
            done = changing.result()
        holder.communicate("ROLLBACK;\n")
    assert done.exit_code == 2, done.output
    playbook.wait(_looks_healthy)
    assert _looks_healthy()
    assert labkit.sql("db2", "SELECT stock FROM shop.item WHERE id = 2") == [["98"]]
    done = _change_db2()
    assert "shop.item: 1 row replaced" in done.output, done.output
    assert (done.exit_code, labkit.sql("db2", _ROWS)) == (0, labkit.sql("db1", _ROWS))


def test_tables_that_are_more_than_their_rows(client: str) -> None:
    if client == "mysql":
        pytest.skip("this server has neither versioned tables nor sequences")
    labkit.sql(
        "db1",
        "CREATE TABLE shop.price (id INT PRIMARY KEY, cents INT) ENGINE = InnoDB WITH SYSTEM VERSIONING;"
        " CREATE TABLE shop.period (id INT PRIMARY KEY, cents INT, since TIMESTAMP(6) GENERATED ALWAYS AS ROW START,"
        " until TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (since, until)) ENGINE = InnoDB"
        " WITH SYSTEM VERSIONING;"
        " CREATE SEQUENCE shop.numbers; DO NEXTVAL(shop.numbers);"
        " INSERT INTO shop.price VALUES (1, 100), (2, 200); UPDATE shop.price SET cents = cents + 1;"
        " INSERT INTO shop.period (id, cents) SELECT id, cents FROM shop.price;"
        " UPDATE shop.period SET cents = cents + 1;",
    )
    cents = "SELECT id, cents FROM shop.period ORDER BY id"
    history = "SELECT COUNT(*) FROM shop.price FOR SYSTEM_TIME ALL"
    _wait_for_table("db2", "period", cents, [["1", "102"], ["2", "202"]])
    done, kept = _compare()
    assert (done.exit_code, kept["is_equal"]) == (0, True), done.output
    assert "not compared (a sequence): shop.numbers" in done.output
    rows = {table["table"]: table["replica_rows"] for table in kept["tables"]}
    assert (rows["price"], rows["period"]) == (2, 2)
    labkit.sql(
        "db2",
        "SET sql_log_bin = 0; UPDATE shop.price SET cents = 7 WHERE id = 2; DELETE FROM shop.period WHERE id = 1;",
    )
    before = labkit.sql("db2", history)
    done = _change_db2()
    assert done.exit_code == 2, done.output
    assert "shop.price: 1 row on both, with different values" in done.output
    assert "shop.price: left alone, because a change would leave a history" in done.output
    assert "shop.period: 1 row only on db1" in done.output
    assert labkit.sql("db2", history) == before
    labkit.sql("db1", "DROP TABLE shop.price, shop.period; DROP SEQUENCE shop.numbers;")
    playbook.wait(lambda: not labkit.sql("db2", "SHOW TABLES FROM shop LIKE 'price'"))


def test_a_restored_member_that_skipped_its_own_events(client: str) -> None:
    gtid = labkit.sql("db2", _BACKUP_GTID[client])[0][0]
    labkit.sql(
        "db2",
        "INSERT INTO shop.item VALUES (11, 'n', 1), (12, 'n', 1), (13, 'n', 1); DELETE FROM shop.item WHERE id = 3;",
    )
    present: Rows = [["1", "by both", "10"], ["2", "berry", "20"]]
    present += [[number, "n", "1"] for number in ("11", "12", "13")]
    _wait_for_rows("db1", present)
    rows = "DELETE FROM shop.item WHERE id > 10; INSERT INTO shop.item VALUES (3, 'by both', NULL);"
    labkit.sql("db2", _RESTORE[client].format(gtid=gtid, rows=rows))
    labkit.sql("db1", "UPDATE shop.item SET stock = 22 WHERE id = 2;")
    _wait_for_rows("db2", [["1", "by both", "10"], ["2", "berry", "22"], ["3", "by both", None]])
    assert _looks_healthy()
    done, kept = _compare()
    assert done.exit_code == 2, done.output
    assert _different_tables(kept) == ["item"]
    found = _table(kept)
    assert (found["only_at_source"], found["only_at_replica"], found["different_rows"]) == (3, 1, 0)
    assert sorted((row["key"]["id"], row["where"]) for row in found["rows"]) == [
        (3, "replica"), (11, "source"), (12, "source"), (13, "source"),
    ]  # fmt: skip
