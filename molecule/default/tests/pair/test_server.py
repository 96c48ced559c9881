"""Each member as a server: what the defaults mean on this flavor."""

from __future__ import annotations

import pytest

_PACKAGES = {"mysql": ["mysql-server", "mysql-client"], "mariadb": ["mariadb-server", "mariadb-client"]}

_DURABLE = {
    "sync_binlog": "1",
    "innodb_flush_log_at_trx_commit": "1",
    "binlog_format": "ROW",
    "log_bin": "ON",
    "binlog_expire_logs_seconds": "1209600",
}
_DURABLE_BY_FLAVOR = {
    "mysql": {
        "log_replica_updates": "ON",
        "gtid_mode": "ON",
        "enforce_gtid_consistency": "ON",
        "relay_log_recovery": "OFF",
        "sync_relay_log": "1",
        "rpl_semi_sync_source_enabled": "ON",
        "rpl_semi_sync_replica_enabled": "ON",
        "rpl_semi_sync_source_wait_point": "AFTER_SYNC",
        "rpl_semi_sync_source_timeout": "3000",
    },
    "mariadb": {
        "log_slave_updates": "ON",
        "gtid_strict_mode": "ON",
        "relay_log_recovery": "ON",
        "rpl_semi_sync_master_enabled": "ON",
        "rpl_semi_sync_slave_enabled": "ON",
        "rpl_semi_sync_master_wait_point": "AFTER_SYNC",
        "rpl_semi_sync_master_timeout": "3000",
    },
}


def test_packages_and_service(member):
    assert all(member.host.package(name).is_installed for name in _PACKAGES[member.flavor])
    assert member.host.service(member.service).is_running
    assert member.host.service(member.service).is_enabled


def test_option_file_is_the_administrator_s(member):
    file = member.host.file(member.option_file)
    assert (file.user, file.group, file.mode) == ("root", "root", 0o644)


def test_commits_are_durable(member):
    expected = {**_DURABLE, **_DURABLE_BY_FLAVOR[member.flavor]}
    assert member.variables(*expected) == expected


def test_identity_comes_from_the_address(member, pair):
    expected = {
        "server_id": str(member.derived_server_id),
        "auto_increment_increment": "2",
        "auto_increment_offset": str(pair.index(member) + 1),
        "report_host": member.address,
    }
    if member.flavor == "mariadb":
        expected["gtid_domain_id"] = str(member.derived_server_id)
    assert member.variables(*expected) == expected


def test_server_listens_for_its_peer_and_for_itself(member):
    listened = set(member.host.check_output("ss -Hltn 'sport = :3306' | awk '{print $4}'").split())
    assert listened & {f"{member.address}:3306"}
    assert not listened & {"0.0.0.0:3306", "*:3306", "[::]:3306"}


def test_semi_sync_is_in_force(db1):
    name = {"mysql": "Rpl_semi_sync_source_status", "mariadb": "Rpl_semi_sync_master_status"}[db1.flavor]
    assert db1.status(name) == {name: "ON"}


@pytest.mark.parametrize("folder", ["/etc", "/var", "/tmp", "/run", "/home", "/opt", "/srv", "/root"])
def test_secret_is_in_no_file_that_others_can_read(member, folder, secret):
    found = member.host.run("find %s -xdev -type f -perm -004 -exec grep -lF -- %s {} +", folder, secret)
    assert found.stdout == ""
