"""What is done to a pair in the course of its life, on one pair after the other, with a writer that goes on writing."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import labkit
import pair
import playbook
import pytest

FAIL_OVER = "twoway.mysql.fail_over"
REBUILD = "twoway.mysql.rebuild_member"
REJOIN = "twoway.mysql.rejoin_member"
COMPARE = "twoway.mysql.compare_pair"
REPAIR = "twoway.mysql.repair_channel"
_BOTH = labkit.DEFAULT_MEMBERS
#: How an administrator writes on a member whose gate is closed.
_LIFTED = {"mysql": "SET GLOBAL super_read_only = 0; {} SET GLOBAL super_read_only = 1", "mariadb": "{}"}
_DIVERGED_ROWS = "SELECT id, name FROM wikidb.category WHERE id IN (901, 902, 903) ORDER BY id"


def _on_standby(client: str, statements: str) -> None:
    labkit.sql("db2", _LIFTED[client].format(statements))


@pytest.fixture
def stuck(request: pytest.FixtureRequest, client: str) -> str:
    """The id of the transaction that db2 cannot apply, as the playbook shows it; the statements are the parameter."""
    on_standby, on_active = request.param
    _on_standby(client, f"SET sql_log_bin = 0; {on_standby};")
    labkit.sql("db1", on_active)
    return _stands_at()


def _stands_at() -> str:
    """The id of the transaction that db2 cannot apply, as the playbook shows it."""
    playbook.wait(lambda: pair.channel_threads("db2") == ["Yes", "No"])
    shown = playbook.run(REPAIR)
    assert (shown.exit_code, shown.changes) == (0, []), shown.output
    assert "Choices: fix_row, skip, rebuild_member" in shown.output
    return str(re.findall(r"Transaction: ([^\s\"',]+)", shown.output)[0])


def _insert(row: int, name: str) -> str:
    return f"INSERT INTO wikidb.category (id, name) VALUES ({row}, '{name}')"


_DELETE = (
    f"SET sql_log_bin = 0; {_insert(904, 'gone')}; SET sql_log_bin = 1; DELETE FROM wikidb.category WHERE id = 904"
)
_CHOICES = {"pair_repair_reason": "the test made it"}


def _rows(row: int) -> list[list[list[str | None]]]:
    return [labkit.sql(member, f"SELECT id, name FROM wikidb.category WHERE id = {row}") for member in _BOTH]


@pytest.mark.long
@pytest.mark.parametrize("stuck", [(_insert(905, "here"), _insert(905, "source"))], indirect=True)
def test_a_row_in_the_way_is_saved_and_removed(stuck: str) -> None:
    wrong = playbook.run(REPAIR, {"pair_repair_choice": "fix_row", "pair_repair_transaction": stuck + "0"})
    assert wrong.exit_code != 0
    assert _rows(905) == [[["905", "source"]], [["905", "here"]]]
    choice = {"pair_repair_choice": "fix_row", "pair_repair_transaction": stuck}
    checked = playbook.run(REPAIR, choice, ["--check", "--diff"])
    assert (checked.exit_code, checked.changes) == (0, ["twoway.mysql.pair : Repair | Let the channel go on"]), (
        checked.output
    )
    assert _rows(905) == [[["905", "source"]], [["905", "here"]]]
    fixed = playbook.run(REPAIR, choice)
    assert fixed.exit_code == 0, fixed.output
    assert _rows(905) == [[["905", "source"]], [["905", "source"]]]
    assert "'here'" in labkit.shell("db2", "cat /var/backups/twoway/removed-*.sql").stdout
    assert pair.judge_in_between() == pair.Verdict((), 0)


@pytest.mark.long
def test_a_row_that_was_removed_can_be_put_back_as_it_was(client: str) -> None:
    labkit.sql(
        "db1", "CREATE TABLE wikidb.odd (id INT PRIMARY KEY, share FLOAT, at TIMESTAMP NULL, hidden TEXT INVISIBLE)"
    )
    rows = "SELECT id, share * 1e0, UNIX_TIMESTAMP(at), hidden FROM wikidb.odd"
    playbook.wait(lambda: labkit.sql("db2", "SHOW TABLES FROM wikidb LIKE 'odd'") != [])
    values = "(id, share, at, hidden) VALUES (1, 1 / 3, '2026-06-01 12:00:00', 'it''s')"
    _on_standby(client, f"SET sql_log_bin = 0, time_zone = '+05:00'; INSERT INTO wikidb.odd {values};")
    removed = labkit.sql("db2", rows)
    labkit.sql("db1", "INSERT INTO wikidb.odd (id) VALUES (1)")
    fixed = playbook.run(REPAIR, {"pair_repair_choice": "fix_row", "pair_repair_transaction": _stands_at()})
    assert fixed.exit_code == 0, fixed.output
    assert labkit.sql("db2", rows) == labkit.sql("db1", rows) == [["1", None, None, None]]
    saved = labkit.shell("db2", "cat $(ls -t /var/backups/twoway/removed-*.sql | head -1)").stdout
    _on_standby(client, f"SET sql_log_bin = 0, time_zone = '-03:00'; DELETE FROM wikidb.odd; {saved}")
    assert labkit.sql("db2", rows) == removed
    labkit.sql("db1", "DROP TABLE wikidb.odd")


@pytest.mark.long
def test_a_row_that_others_refer_to_is_not_removed(client: str) -> None:
    labkit.sql(
        "db1",
        """
        CREATE TABLE wikidb.parent (id INT PRIMARY KEY, number INT UNIQUE);
        CREATE TABLE wikidb.child (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES wikidb.parent (id));
        """,
    )
    playbook.wait(lambda: labkit.sql("db2", "SHOW TABLES FROM wikidb LIKE 'child'") != [])
    rows = "SELECT p.id, c.id FROM wikidb.parent p JOIN wikidb.child c ON c.parent = p.id"
    insert = "INSERT INTO wikidb.parent (id, number) VALUES ({}, 5)"
    _on_standby(client, f"SET sql_log_bin = 0; {insert.format(2)}; INSERT INTO wikidb.child VALUES (7, 2);")
    labkit.sql("db1", insert.format(1))
    choice = {**_CHOICES, "pair_repair_choice": "fix_row", "pair_repair_transaction": _stands_at()}
    refused = playbook.run(REPAIR, choice)
    assert refused.exit_code != 0
    assert "other tables refer to its id" in " ".join(refused.output.split())
    assert labkit.sql("db2", rows) == [["2", "7"]]
    # A skip leaves them as they are, and says that they differ.
    assert playbook.run(REPAIR, {**choice, "pair_repair_choice": "skip"}).exit_code != 0
    labkit.sql("db1", "DROP TABLE wikidb.child, wikidb.parent")
    assert pair.judge_in_between() == pair.Verdict((), 0)


@pytest.mark.long
@pytest.mark.parametrize("stuck", [("DO 0", _DELETE)], indirect=True)
def test_a_transaction_is_skipped_and_noted(stuck: str) -> None:
    choice = {**_CHOICES, "pair_repair_choice": "skip", "pair_repair_transaction": stuck}
    skipped = playbook.run(REPAIR, choice)
    assert skipped.exit_code == 0, skipped.output
    noted = json.loads(labkit.shell("db2", "tail -n 1 /var/lib/twoway/skipped.jsonl").stdout)
    assert (noted["transaction"], noted["errno"], noted["table"]) == (stuck, 1032, "wikidb.category")
    assert noted["reason"] == _CHOICES["pair_repair_reason"]
    assert _rows(904) == [[], []]
    assert pair.judge_in_between() == pair.Verdict((), 0)


@pytest.mark.long
@pytest.mark.parametrize("stuck", [(_insert(906, "here too"), _insert(906, "source too"))], indirect=True)
def test_a_skip_that_leaves_a_difference_fails(stuck: str) -> None:
    choice = {**_CHOICES, "pair_repair_choice": "skip", "pair_repair_transaction": stuck}
    skipped = playbook.run(REPAIR, choice)
    assert skipped.exit_code != 0
    assert "cannot be said to be equal on both members" in " ".join(skipped.output.split())
    assert pair.channel_threads("db2") == ["Yes", "Yes"]
    synced = playbook.run(COMPARE, {"pair_compare_truth": "db1", "pair_compare_change": "db2"})
    assert synced.exit_code == 0, synced.output
    assert _rows(906) == [[["906", "source too"]], [["906", "source too"]]]
    back = playbook.run(REJOIN)
    assert back.exit_code == 0, back.output
    assert pair.judge_in_between() == pair.Verdict((), 0)


def _purge_all_but_the_last_log(member: str) -> None:
    labkit.sql(member, "FLUSH BINARY LOGS")

    def is_gone() -> bool:
        files = labkit.sql(member, "SHOW BINARY LOGS")
        labkit.sql(member, f"PURGE BINARY LOGS TO '{files[-1][0]}'")
        return len(files) == 1

    # A server keeps the file that it sends, until whoever gets it has come to the next one.
    playbook.wait(is_gone)


@pytest.fixture(scope="module")
def diverged(client: str) -> str:
    """db2 has a row that no log has, and two transactions that db1 cannot apply; its log begins after rows of db1."""
    _purge_all_but_the_last_log("db2")
    labkit.sql("db1", "SET sql_log_bin = 0; INSERT INTO wikidb.category (id, name) VALUES (901, 'another')")
    _on_standby(
        client,
        """
        INSERT INTO wikidb.category (id, name) VALUES (901, 'errant one');
        INSERT INTO wikidb.category (id, name) VALUES (902, 'errant two');
        SET sql_log_bin = 0;
        INSERT INTO wikidb.category (id, name) VALUES (903, 'unlogged');
        """,
    )
    playbook.wait(lambda: pair.channel_threads("db1") == ["Yes", "No"])
    return client


@pytest.mark.long
def test_rebuild_wants_a_member_that_does_not_take_the_writes(diverged: str) -> None:
    for name, code in (("db1", "REBUILD_FROM_STANDBY on db2"), ("", "REBUILD_MEMBER_INVALID")):
        before = {member: pair.channel_threads(member) for member in _BOTH}
        refused = playbook.run(REBUILD, {"pair_rebuild_member": name})
        assert refused.exit_code != 0
        assert code in refused.output
        assert {member: pair.channel_threads(member) for member in _BOTH} == before


@pytest.mark.long
def test_check_mode_tells_what_would_be_lost(diverged: str) -> None:
    rows = labkit.sql("db2", _DIVERGED_ROWS)
    checked = playbook.run(REBUILD, {"pair_rebuild_member": "db2"}, ["--check"])
    assert checked.exit_code == 0, checked.output
    assert "wikidb.category" in checked.output
    assert "are not on db1" in checked.output
    assert labkit.sql("db2", _DIVERGED_ROWS) == rows
    assert pair.channel_threads("db2") == ["Yes", "Yes"]


@pytest.mark.long
def test_a_member_comes_back_when_its_peer_can_apply_what_it_has(diverged: str) -> None:
    rows = labkit.sql("db2", _DIVERGED_ROWS)
    for arguments, files in ((["--check"], 0), ([], 1)):
        refused = playbook.run(REJOIN, arguments=arguments)
        assert refused.exit_code != 0
        assert "REJOIN_NOT_CLEAN on db2: it has 2 transactions" in " ".join(refused.output.split())
        assert labkit.shell("db2", "ls /var/backups/twoway", check=False).stdout.count("errant-") == files
    saved = labkit.shell("db2", "cat /var/backups/twoway/errant-*.sql").stdout
    assert "errant one" in saved
    assert "errant two" in saved
    assert labkit.sql("db2", _DIVERGED_ROWS) == rows
    assert labkit.sql("db1", _DIVERGED_ROWS) == [["901", "another"]]


@pytest.mark.long
def test_a_rebuild_can_be_killed(diverged: str) -> None:
    killed = playbook.run(
        REBUILD, {"pair_rebuild_member": "db2"}, FAULT_TASK="twoway.mysql.pair : Link | Both members are ready"
    )
    assert killed.exit_code == -9, killed.output


def test_rebuild_saves_what_only_the_member_has_and_ends_in_a_sound_pair(diverged: str) -> None:
    done = playbook.run(REBUILD, {"pair_rebuild_member": "db2"})
    assert done.exit_code == 0, done.output
    saved = labkit.shell("db2", "cat /var/backups/twoway/errant-*.sql").stdout
    assert "errant one" in saved
    assert "errant two" in saved
    assert "unlogged" in labkit.shell("db2", "cat /var/backups/twoway/before-seed-*.sql").stdout
    assert labkit.sql("db2", _DIVERGED_ROWS) == [["901", "another"]]
    assert pair.judge_in_between() == pair.Verdict((), 0)
    mark = json.loads(str(labkit.sql("db2", "SELECT mark FROM twoway.seed")[0][0]))
    assert mark["donor"] == "db1"
    assert mark["compared"]


def _last_file(kind: str) -> str:
    return labkit.shell("db2", f"cat $(ls /var/backups/twoway/{kind}-*.sql | tail -n 1)").stdout


def test_what_a_rebuild_saved_can_be_played_back(diverged: str) -> None:
    """As new transactions: db2 has used the numbers of the old ones again."""
    saved = _last_file("errant")
    labkit.sql("db1", "DELETE FROM wikidb.category WHERE id = 901")
    labkit.shell("db1", [diverged, "--binary-mode"], stdin=saved)
    rows: list[list[str | None]] = [["901", "errant one"], ["902", "errant two"]]
    playbook.wait(lambda: labkit.sql("db2", _DIVERGED_ROWS) == rows)
    assert [labkit.sql(member, _DIVERGED_ROWS) for member in _BOTH] == [rows, rows]
    assert pair.judge_in_between() == pair.Verdict((), 0)


@contextmanager
def _held_applier(client: str) -> Iterator[None]:
    """db1 applies nothing of the table, and meets no error."""
    question = "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(600)'"
    hold = labkit.shell_command("db1", [client, "-e", "LOCK TABLES wikidb.category READ; SELECT SLEEP(600)"])
    with subprocess.Popen(hold, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        playbook.wait(lambda: bool(labkit.sql("db1", question)))
        try:
            yield
        finally:
            for [session] in labkit.sql("db1", question):
                labkit.sql("db1", f"KILL {session}")


@pytest.mark.long
def test_what_the_peer_still_applies_is_not_given_up(diverged: str) -> None:
    with _held_applier(diverged):
        _on_standby(diverged, _insert(912, "on its way") + ";")
        for name in (REJOIN, REBUILD):
            refused = playbook.run(name, {"pair_rebuild_member": "db2", "pair_wait_seconds": 3})
            assert refused.exit_code != 0
            assert "db1 still applies what db2 wrote, without an error" in " ".join(refused.output.split())
            assert "REJOIN_NOT_CLEAN" not in refused.output
            assert _rows(912) == [[], [["912", "on its way"]]]
            assert [pair.channel_threads(member) for member in _BOTH] == [["Yes", "Yes"]] * 2
    done = playbook.run(REBUILD, {"pair_rebuild_member": "db2"})
    assert done.exit_code == 0, done.output
    assert _rows(912) == [[["912", "on its way"]]] * 2
    assert pair.judge_in_between() == pair.Verdict((), 0)


@pytest.mark.long
def test_what_is_gone_from_a_log_is_named_and_does_not_keep_a_member_from_a_rebuild(diverged: str) -> None:
    labkit.sql("db1", "STOP REPLICA")
    _on_standby(diverged, _insert(913, "purged") + ";")
    _purge_all_but_the_last_log("db2")
    _on_standby(diverged, _insert(914, "kept") + ";")
    refused = playbook.run(REJOIN)
    assert refused.exit_code != 0
    told = " ".join(refused.output.split())
    assert "REJOIN_NOT_CLEAN on db2: it has 1 transactions" in told
    assert re.search(r"not read: \S+ is gone from the binary log", told)
    assert [name in _last_file("errant") for name in ("'kept'", "'purged'")] == [True, False]
    assert [_rows(913), _rows(914)] == [[[], [["913", "purged"]]], [[], [["914", "kept"]]]]
    done = playbook.run(REBUILD, {"pair_rebuild_member": "db2"})
    assert done.exit_code == 0, done.output
    assert "is gone from the binary log" in " ".join(done.output.split())
    assert "'purged'" in _last_file("before-seed")
    assert [_rows(913), _rows(914)] == [[[], []]] * 2
    assert pair.judge_in_between() == pair.Verdict((), 0)


@pytest.mark.long
def test_what_a_lost_member_wrote_unseen_is_saved_when_it_comes_back(client: str) -> None:
    labkit.writer_stop("db1")
    labkit.cut("db1")
    try:
        labkit.sql("db1", "INSERT INTO wikidb.category (id, name) VALUES (907, 'unseen')")
        taken = playbook.run(FAIL_OVER, {"pair_fail_over_to": "db2", "pair_fail_over_lossy": ["db1"]})
        assert taken.exit_code == 0, taken.output
        labkit.sql("db2", "INSERT INTO wikidb.category (id, name) VALUES (908, 'survivor')")
    finally:
        labkit.heal()
    playbook.wait(lambda: all(pair.channel_threads(member) == ["Yes", "Yes"] for member in _BOTH))
    back = playbook.run(REJOIN)
    assert back.exit_code == 0, back.output
    assert "transaction(s) that db2 did not have when it took the writes" in " ".join(back.output.split())
    assert "'unseen'" in labkit.shell("db1", "cat /var/backups/twoway/errant-*.sql").stdout
    rows = "SELECT id, name FROM wikidb.category WHERE id IN (907, 908) ORDER BY id"
    assert [labkit.sql(member, rows) for member in _BOTH] == [[["907", "unseen"], ["908", "survivor"]]] * 2
    assert [labkit.sql(member, "SELECT @@GLOBAL.read_only + 0") for member in _BOTH] == [[["1"]], [["0"]]]
