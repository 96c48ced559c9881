"""Everything that the application had, and went on writing, is on both."""

from __future__ import annotations

import labkit
import pytest
from members import eventually

_OBJECTS = {
    "TRIGGERS": ("trigger_name", "trigger_schema", ["revision_saved"]),
    "ROUTINES": ("routine_name", "routine_schema", ["save_revision"]),
    "VIEWS": ("table_name", "table_schema", ["recent_change"]),
    "EVENTS": ("event_name", "event_schema", ["count_pages"]),
}


@pytest.fixture(scope="module", autouse=True)
def acknowledged(db1, db2):
    """The ids of all rows that the application was told are safe; the application is stopped."""
    assert labkit.status()[0].writer == "active"
    labkit.writer_stop("db1")
    ids = set(labkit.writer_acked("db1"))
    eventually(lambda: ids - db2.ledger(), set())
    return ids


def test_every_acknowledged_row_is_on_both(acknowledged, db1, db2):
    assert len(acknowledged) > 100
    assert acknowledged <= db1.ledger()
    assert acknowledged <= db2.ledger()


def test_all_tables_are_equal(db1, db2):
    content = db1.content("wikidb")
    assert content["page"][0] == 120
    assert content["revision"][0] == 600
    assert content["attachment"][0] == 48
    assert db2.content("wikidb") == content


@pytest.mark.parametrize("kind", _OBJECTS)
def test_programs_of_the_database_came_along(member, kind):
    name, schema, expected = _OBJECTS[kind]
    rows = member.sql(f"SELECT {name} FROM information_schema.{kind} WHERE {schema} = 'wikidb'")
    assert [row[0] for row in rows] == expected


def test_view_and_trigger_do_their_work_on_the_standby(db1, db2):
    assert db2.sql("SELECT * FROM wikidb.recent_change ORDER BY id") == db1.sql(
        "SELECT * FROM wikidb.recent_change ORDER BY id"
    )
    db1.sql("CALL wikidb.save_revision(1, NULL, 'after the link', 'Water finds its way.')")
    latest = (
        "SELECT summary FROM wikidb.revision JOIN wikidb.page ON latest_revision_id = revision.id WHERE page.id = 1"
    )
    db2.waits_for(latest, "after the link")


def test_event_runs_on_the_active_member_alone(db1, db2):
    question = "SELECT status FROM information_schema.EVENTS WHERE event_schema = 'wikidb'"
    assert db1.value(question) == "ENABLED"
    assert db2.value(question) != "ENABLED"


def test_accounts_came_with_the_files(member):
    assert {("old-hand", "localhost"), ("wikiapp", "localhost")} <= member.accounts()


def test_accounts_for_replication_are_each_members_own(member, peer):
    assert {account for account in member.accounts() if account[1] != "localhost"} == {("replication", peer.address)}


def test_both_channels_run(member, peer):
    assert member.channels() == {peer.address: (True, True)}
