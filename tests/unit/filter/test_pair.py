"""What the filters make of members that could not be asked, and of settings that differ from those of a server."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.filter.pair import options_needing_restart, pair_findings, server_options


@pytest.mark.parametrize("scope", ["deployment", "running"])
def test_member_without_facts_is_a_finding(scope: str) -> None:
    wish: dict[str, Any] = {
        "members": ["db1", "db2"],
        "hosts": ["db1", "db2"],
        "donor": "db1",
        "active": "db1",
        "writers": "one",
        "password": "s3cret",
        "overwrite": [],
        "scope": scope,
        "coordinates": "gtid",
        "outage_seconds": 259200,
        "lag_seconds": 60,
        "may_restart": True,
        "by_member": {"db1": {}, "db2": {}},
    }
    found = pair_findings({"db1": {}, "db2": {}}, wish)
    assert {(finding["code"], finding["member"]) for finding in found} >= {
        ("MEMBER_NOT_ASKED", "db1"),
        ("MEMBER_NOT_ASKED", "db2"),
    }


@pytest.mark.parametrize(
    ("version", "settings", "running", "needed"),
    [
        # Taken out of the inventory, or added to a pair that replicates.
        ("9.7.4", {"binlog_do_db": []}, {"binlog_do_db": "twoway,wikidb"}, ["binlog_do_db"]),
        ("9.7.4", {"replicate_do_db": []}, {"replicate_do_db": "twoway,wikidb"}, ["replicate_do_db"]),
        ("11.8.9-MariaDB", {"replicate_do_db": []}, {"replicate_do_db": "twoway,wikidb"}, ["replicate_do_db"]),
        (
            "11.8.9-MariaDB",
            {"replicate_wild_do_table": ["a.%"]},
            {"replicate_wild_do_table": ""},
            ["replicate_wild_do_table"],
        ),
        ("9.7.4", {"binlog_do_db": ["wikidb", "twoway"]}, {"binlog_do_db": "twoway,wikidb"}, []),
        ("9.7.4", {"binlog_do_db": [], "replicate_do_db": []}, {"binlog_do_db": "", "replicate_do_db": ""}, []),
        # An old format; one that is right is left to be the default.
        ("9.7.4", {"row_format": True}, {"binlog_format": "MIXED"}, ["binlog_format"]),
        ("8.0.36", {"row_format": True}, {"binlog_format": "ROW"}, []),
        ("9.7.4", {"row_format": False}, {}, []),
        # A relative name leads somewhere as well.
        (
            "9.7.4",
            {"log_bin": "wiki", "log_bin_basename": "/var/lib/mysql/wiki"},
            {"log_bin": "ON", "log_bin_basename": "/var/lib/mysql/binlog"},
            ["log_bin_basename"],
        ),
        (
            "9.7.4",
            {"log_bin": "wiki", "log_bin_basename": "/var/lib/mysql/wiki"},
            {"log_bin": "ON", "log_bin_basename": "/var/lib/mysql/wiki"},
            [],
        ),
        # Kept as they are, and other than the program's default.
        ("9.7.4", {"gtid": False, "gtid_mode": "OFF"}, {"gtid_mode": "OFF"}, []),
        ("8.4.7", {"gtid": False, "gtid_mode": "ON_PERMISSIVE"}, {"gtid_mode": "ON_PERMISSIVE"}, []),
        # Only before 8.0.16 it takes a restart.
        ("8.0.15", {"tls_cert": "/t/cert.pem"}, {"ssl_cert": ""}, ["ssl_cert"]),
        ("8.0.16", {"tls_cert": "/t/cert.pem"}, {"ssl_cert": ""}, []),
    ],
)
def test_what_waits_for_a_restart(
    version: str, settings: dict[str, Any], running: dict[str, str], needed: list[str]
) -> None:
    flavor = "mariadb" if "MariaDB" in version else "mysql"
    host = {"program": {"flavor": flavor, "version": version}, "start_options": {}}
    facts = {"host": host, "settings": {"slave_connections_needed_for_purge": "0", **running}}
    options = server_options(settings, facts, flavor, {})
    assert options_needing_restart(options, facts, flavor) == needed


@pytest.mark.parametrize(("is_said", "lines"), [(True, ["binlog_format = ROW"]), (False, [])])
def test_the_format_is_written_where_it_has_to_be_said(is_said: bool, lines: list[str]) -> None:
    facts = {"host": {"program": {"flavor": "mysql", "version": "9.7.4"}}}
    options = server_options({"row_format": is_said}, facts, "mysql", {})
    assert [line for option in options for line in option["lines"]] == lines
