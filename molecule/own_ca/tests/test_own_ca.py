"""A pair whose members verify each other, made from old tables, with a dump that stays on the recipient."""

from __future__ import annotations

import pytest
from members import eventually

_FOLDER = "/etc/mysql/site-tls"
_DUMP = "/var/backups/site/wiki.sql"

_STATUS = {"mysql": "SHOW REPLICA STATUS", "mariadb": "SHOW ALL SLAVES STATUS"}
_RELOAD = {"mysql": "ALTER INSTANCE RELOAD TLS", "mariadb": "FLUSH SSL"}
_RECEIVER = {"mysql": "{} REPLICA IO_THREAD", "mariadb": "{} SLAVE IO_THREAD"}
#: What the client library says of a certificate that is not right for the address.
_CERTIFICATE_ERRORS = ("certificate", "TLS/SSL error", "SSL connection error")


@pytest.fixture(scope="module", autouse=True)
def deployed(deploy):
    """The first run of the playbook."""
    return deploy()


def _status(member):
    """The member's only channel, by the names of the columns with today's words."""
    printed = member.host.check_output("%s -E -e %s", member.service, _STATUS[member.flavor])
    pairs = (line.strip().partition(": ") for line in printed.replace("Master", "Source").splitlines())
    return {name: value for name, _colon, value in pairs}


def _restart_receiver(member):
    for word in ("STOP", "START"):
        member.sql(_RECEIVER[member.flavor].format(word))


def _keeper_says(member):
    """The last line of the member's keeper."""
    return member.host.check_output("journalctl --unit twoway-gate --lines 1 --output cat")


def test_run_says_that_old_tables_are_locked(deployed):
    assert deployed.exit_code == 0, deployed.output
    assert "TABLES_WITHOUT_TRANSACTIONS on db1: tables of MyISAM" in deployed.message
    assert "Tables of MyISAM have no snapshot: all tables of the donor are locked during the dump." in deployed.message


def test_next_run_changes_nothing(deploy):
    run = deploy()
    assert run.exit_code == 0, run.output
    assert run.changed == {"db1": 0, "db2": 0}


def test_server_shows_the_certificate_of_the_site(member):
    expected = {name: f"{_FOLDER}/{name.removeprefix('ssl_')}.pem" for name in ("ssl_ca", "ssl_cert", "ssl_key")}
    assert member.variables(*expected) == expected


def test_channel_verifies_its_source(member, peer):
    assert member.channels() == {peer.address: (True, True)}
    status = _status(member)
    expected = {
        "Source_SSL_Allowed": "Yes",
        "Source_SSL_Verify_Server_Cert": "Yes",
        "Source_SSL_CA_File": f"{_FOLDER}/ca.pem",
        "Source_SSL_Cert": f"{_FOLDER}/cert.pem",
        "Source_SSL_Key": f"{_FOLDER}/key.pem",
    }
    assert {name: status[name] for name in expected} == expected


def test_every_table_is_on_both(db1, db2):
    letters = db1.content("archive")
    assert letters["letter"][0] == 4
    assert db2.content("archive") == letters
    assert db2.content("wikidb") == db1.content("wikidb")
    engine = "SELECT engine FROM information_schema.tables WHERE table_schema = 'archive'"
    assert (db1.value(engine), db2.value(engine)) == ("MyISAM", "MyISAM")


def test_rows_written_on_the_active_member_arrive(db1, db2):
    db1.sql("INSERT INTO archive.letter (text) VALUES ('nach der Verbindung')")
    db1.sql("INSERT INTO wikidb.category (name) VALUES ('after the link')")
    db2.waits_for("SELECT COUNT(*) FROM wikidb.category WHERE name = 'after the link'", 1)
    assert db2.value("SELECT text FROM archive.letter ORDER BY id DESC LIMIT 1") == "nach der Verbindung"


def test_dump_is_kept_on_the_recipient_for_the_administrator(db1, db2):
    for path in (_DUMP, f"{_DUMP}.sha256"):
        file = db2.host.file(path)
        assert (file.user, file.mode) == ("root", 0o600)
        assert not db1.host.file(path).exists
    assert not db2.host.file(f"{_DUMP}.partial").exists


def test_checksum_of_the_dump_is_right(db2):
    assert db2.host.check_output("cd /var/backups/site && sha256sum -c wiki.sql.sha256") == "wiki.sql: OK"


def test_dump_holds_the_data(db2):
    dump = db2.host.file(_DUMP).content.decode("utf-8")
    for words in ("CREATE TABLE `letter`", "Liebe Großmutter", "CREATE TABLE `revision`", "-- Dump completed"):
        assert words in dump


def test_source_with_the_certificate_of_another_is_not_followed(db1, db2):
    db1.host.check_output(f"cd {_FOLDER} && cp -p cert.pem kept.pem && cp elsewhere.pem cert.pem")
    try:
        db1.sql(_RELOAD[db1.flavor])
        _restart_receiver(db2)
        eventually(lambda: _status(db2)["Last_IO_Errno"] != "0", True)
        status = _status(db2)
        assert any(words in status["Last_IO_Error"] for words in _CERTIFICATE_ERRORS), status["Last_IO_Error"]
        assert db2.channels() == {db1.address: (False, True)}
        # Nor is it told the password by the keeper, which logs in as the channel does.
        db2.host.check_output("systemctl restart twoway-gate")
        eventually(lambda: "certificate verify failed" in _keeper_says(db2), True)
    finally:
        db1.host.check_output(f"cd {_FOLDER} && mv kept.pem cert.pem")
        db1.sql(_RELOAD[db1.flavor])
    _restart_receiver(db2)
    eventually(db2.channels, {db1.address: (True, True)})
    eventually(lambda: _keeper_says(db2), f"closed: the writes belong to server {db1.derived_server_id}")
    db1.sql("INSERT INTO wikidb.category (name) VALUES ('verified again')")
    db2.waits_for("SELECT COUNT(*) FROM wikidb.category WHERE name = 'verified again'", 1)
