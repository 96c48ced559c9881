"""The same hosts with permission: db2's data are saved, then it is a copy of db1."""

from __future__ import annotations

import pytest
from members import Member

_LOST = "höchst privat, db2"


@pytest.fixture(scope="module")
def saved(db2):
    """The only dump in the folder of backups."""
    names = db2.host.file("/var/backups/twoway").listdir()
    assert len(names) == 1
    return db2.host.file(f"/var/backups/twoway/{names[0]}")


def test_saved_dump_is_for_the_administrator_alone(saved):
    assert (saved.user, saved.mode) == ("root", 0o600)


def test_saved_dump_brings_the_lost_rows_back(saved):
    """On a server that is not part of the pair."""
    bystander = Member("db3")
    bystander.sql(saved.content_string)
    assert bystander.schemas() == ["common", "diary"]
    assert bystander.value("SELECT text FROM diary.entry") == _LOST
    assert bystander.value("SELECT text FROM common.entry") == _LOST


def test_db2_holds_what_db1_holds_and_nothing_else(db1, db2):
    assert db1.schemas() == ["common", "shop"]
    assert db2.schemas() == ["common", "shop"]
    assert db2.value("SELECT text FROM common.entry") == "höchst privat, db1"
    for schema in db1.schemas():
        assert db2.content(schema) == db1.content(schema)


def test_both_channels_run_and_move_data(db1, db2):
    assert (db1.channels(), db2.channels()) == ({db2.address: (True, True)}, {db1.address: (True, True)})
    db1.sql("INSERT INTO common.entry VALUES (2, 'after the link')")
    db2.waits_for("SELECT text FROM common.entry WHERE id = 2", "after the link")
