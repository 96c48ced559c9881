"""The two servers as a pair: accounts, channels, write gates, and rows on both."""

from __future__ import annotations


def test_both_channels_run(member, peer):
    assert member.channels() == {peer.address: (True, True)}


def test_account_may_replicate_and_nothing_else(member, peer):
    grants = member.sql(f"SHOW GRANTS FOR 'replication'@'{peer.address}'")
    # The second lets it read who takes the writes.
    assert [str(row[0]).replace("`", "")[:32] for row in grants[1:]] == ["GRANT SELECT ON twoway.active TO"]
    granted = str(grants[0][0]).replace("`", "").replace("'", "")
    assert granted.startswith("GRANT REPLICATION SLAVE ON *.* TO replication@")


def test_only_that_account_was_added(member, peer):
    own = {(user, host) for user, host in member.accounts() if host != "localhost"}
    assert own == {("replication", peer.address)}


def test_gate_is_closed_on_the_standby_for_good(db1, db2):
    assert db1.value("SELECT @@global.read_only") == "0"
    assert db2.value("SELECT @@global.read_only") == "1"
    for member in (db1, db2):
        gate = member.host.file(member.option_file).content_string
        assert "read_only" not in gate
        assert member.host.service("twoway-gate").is_running
        assert member.host.service("twoway-gate").is_enabled


def test_canaries_of_both_are_on_both(db1, db2):
    question = "SELECT server_id, token, sent_at FROM twoway.canary ORDER BY server_id"
    rows = db1.sql(question)
    assert [row[0] for row in rows] == sorted(str(member.derived_server_id) for member in (db1, db2))
    assert db2.sql(question) == rows


def test_row_written_on_the_active_member_is_on_the_standby(db1, db2):
    db1.sql("""
        CREATE DATABASE shop;
        CREATE TABLE shop.item (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) CHARACTER SET utf8mb4);
        INSERT INTO shop.item (name) VALUES ('café'), ('茶'), (NULL);
        CREATE USER clerk@localhost;
        GRANT SELECT, INSERT ON shop.* TO clerk@localhost;
    """)
    db2.waits_for("SELECT COUNT(*) FROM mysql.user WHERE user = 'clerk'", 1)
    assert db2.sql("SELECT * FROM shop.item ORDER BY id") == [["1", "café"], ["3", "茶"], ["5", None]]


def test_application_cannot_write_on_the_standby(db1, db2):
    refused = db2.as_application("clerk", "INSERT INTO shop.item (name) VALUES ('lost')")
    assert refused.rc != 0
    assert "read-only" in refused.stderr
    assert db1.as_application("clerk", "INSERT INTO shop.item (name) VALUES ('kept')").rc == 0
    db2.waits_for("SELECT name FROM shop.item ORDER BY id DESC LIMIT 1", "kept")
