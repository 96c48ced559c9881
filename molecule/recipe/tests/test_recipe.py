"""What the recipe's reader wants to see: each value in force, and rows of each side on the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

_COMPRESSION = {"mysql": "replica_compressed_protocol", "mariadb": "slave_compressed_protocol"}
_STATUS = {"mysql": "SHOW BINARY LOG STATUS", "mariadb": "SHOW MASTER STATUS"}


def test_values_are_in_force(member, pair):
    expected = {
        "server_id": str(pair.index(member) + 1),
        "bind_address": "0.0.0.0",
        "log_bin": "ON",
        "log_bin_basename": "/var/log/mysql/mysql-bin",
        "binlog_expire_logs_seconds": "1209600",
        "sync_binlog": "1",
        _COMPRESSION[member.flavor]: "ON",
        "auto_increment_increment": "2",
        "auto_increment_offset": str(pair.index(member) + 1),
        "read_only": "OFF",
    }
    assert member.variables(*expected) == expected


def test_filters_are_in_force(member):
    file, _position, do_db, ignore_db = member.sql(_STATUS[member.flavor])[0][:4]
    assert str(file).startswith("mysql-bin.")
    assert "wikidb" in str(do_db).split(",")
    assert str(ignore_db).split(",") == ["mysql", "test"]


def test_binary_log_is_where_the_recipe_has_it(member):
    index = member.host.file("/var/log/mysql/mysql-bin.index")
    assert index.exists
    newest = index.content_string.split()[-1]
    assert member.host.file(newest).size > 0


def test_channels_follow_file_and_position(member, peer):
    assert member.channels() == {peer.address: (True, True)}
    if member.flavor == "mysql":
        question = "SELECT auto_position FROM performance_schema.replication_connection_configuration"
        assert member.sql(question) == [["0"]]
    else:
        assert member.host.run_expect([0], "mariadb -e 'SHOW ALL SLAVES STATUS\\G' | grep -w 'Using_Gtid: No'")


def test_row_of_each_side_is_on_the_other(member, peer):
    text = f"written on {member.name}"
    member.sql(f"INSERT INTO wikidb.note (text) VALUES ('{text}')")
    peer.waits_for(f"SELECT COUNT(*) FROM wikidb.note WHERE text = '{text}'", 1)


def test_rows_of_the_same_moment_do_not_collide(pair):
    def write(member):
        member.sql(
            "".join(f"INSERT INTO wikidb.note (text) VALUES ('{member.name} {number}');" for number in range(100))
        )

    with ThreadPoolExecutor(len(pair)) as pool:
        list(pool.map(write, pair))
    for number, member in enumerate(pair):
        member.waits_for("SELECT COUNT(*) FROM wikidb.note WHERE text LIKE 'db_ %'", 200)
        parity = f"SELECT DISTINCT id % 2 FROM wikidb.note WHERE text LIKE '{member.name} %'"
        assert member.sql(parity) == [[str((number + 1) % 2)]]
    assert pair[0].content("wikidb") == pair[1].content("wikidb")


def test_row_from_before_the_pair_is_on_both(member):
    assert member.value("SELECT text FROM wikidb.note ORDER BY id LIMIT 1") == "before the pair"


@pytest.mark.parametrize("schema", ["other", "test"])
def test_unnamed_schemas_stay_where_they_are(db1, db2, schema):
    db1.sql(f"CREATE DATABASE IF NOT EXISTS {schema}")
    db1.sql("INSERT INTO wikidb.note (text) VALUES ('after the other schema')")
    db2.waits_for("SELECT text FROM wikidb.note ORDER BY id DESC LIMIT 1", "after the other schema")
    assert schema not in db2.schemas()
