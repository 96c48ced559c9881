"""The finished pair while an application writes: a run in check mode, and a restart of the standby."""

from __future__ import annotations

import labkit
import pytest
from members import eventually


@pytest.fixture(scope="module", autouse=True)
def load(db1, db2):
    """A database on the active member, and an application that goes on writing into it."""
    db1.load_wikidb()
    labkit.writer_start("db1", rate=50)
    db2.waits_for("SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'ledger'", 1)
    db2.waits_for("SELECT COUNT(*) > 100 FROM wikidb.ledger", 1)
    yield
    labkit.writer_stop("db1")


def test_check_of_the_finished_pair_has_nothing_to_say(deploy):
    run = deploy("--check", "--diff")
    assert run.exit_code == 0, run.output
    assert run.changed == {"db1": 0, "db2": 0}


def test_restarted_standby_is_closed_and_follows(db1, db2):
    db2.host.check_output("systemctl restart %s", db2.service)
    assert db2.value("SELECT @@global.read_only") == "1"
    refused = db2.as_application("clerk", "INSERT INTO shop.item (name) VALUES ('lost')")
    assert "read-only" in refused.stderr
    eventually(db2.channels, {db1.address: (True, True)})
    eventually(db1.channels, {db2.address: (True, True)})


def test_every_acknowledged_row_is_on_both(db1, db2):
    labkit.writer_stop("db1")
    acknowledged = set(labkit.writer_acked("db1"))
    assert len(acknowledged) > 50
    assert acknowledged <= db1.ledger()
    eventually(lambda: acknowledged - db2.ledger(), set())
    eventually(lambda: db2.content("wikidb") == db1.content("wikidb"), True)
