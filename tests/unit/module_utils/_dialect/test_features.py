"""Versions on each side of every boundary."""

from __future__ import annotations

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import (
    _FEATURES,
    MARIADB,
    MYSQL,
    Server,
    Version,
    parse_version,
)
from ansible_collections.twoway.mysql.plugins.module_utils._errors import UnsupportedServer


def boundaries() -> list[tuple[str, str, Version, bool]]:
    """Return feature, flavor, version at a boundary, and whether the feature is there from it on."""
    found = []
    for feature, flavors in _FEATURES.items():
        for flavor, (since, until) in flavors.items():
            found += [(feature, flavor, since, True)] if since else []
            found += [(feature, flavor, until, False)] if until else []
    return found


def just_before(version: Version) -> Version:
    """Return the highest version that is older.

    >>> just_before((8, 2, 0))
    (8, 1, 99)
    """
    numbers = list(version)
    place = max(index for index, number in enumerate(numbers) if number)
    numbers[place] -= 1
    return (*numbers[: place + 1], *[99] * (len(numbers) - place - 1))


@pytest.mark.parametrize(("feature", "flavor", "version", "begins"), boundaries())
def test_boundary(feature: str, flavor: str, version: Version, begins: bool) -> None:
    assert Server(flavor, version).supports(feature) is begins
    assert Server(flavor, just_before(version)).supports(feature) is not begins


@pytest.mark.parametrize(("feature", "flavor", "version", "begins"), boundaries())
@pytest.mark.parametrize("newer", [(26, 7, 0), (26, 10, 0), (26, 10, 0, 1), (100, 0, 0)])
def test_newest_versions_are_new(feature: str, flavor: str, version: Version, begins: bool, newer: Version) -> None:
    assert Server(flavor, newer).supports(feature) is begins


# Feature, flavor, first version that has it, last that has not: written down a second time, from the manuals.
@pytest.mark.parametrize(
    ("feature", "flavor", "has", "lacks"),
    [
        ("change_source_statement", MYSQL, (8, 0, 23), (8, 0, 22)),
        ("replica_statements", MYSQL, (8, 0, 22), (8, 0, 21)),
        ("binary_log_status", MYSQL, (8, 2, 0), (8, 1, 0)),
        ("binary_log_status", MYSQL, (8, 4, 0), (8, 0, 43)),
        ("reset_binary_logs", MYSQL, (8, 2, 0), (8, 0, 43)),
        ("replica_variables", MYSQL, (8, 0, 26), (8, 0, 25)),
        ("semisync_source_plugin", MYSQL, (8, 0, 26), (8, 0, 25)),
        ("channel_compression", MYSQL, (8, 0, 18), (8, 0, 17)),
        ("retention_seconds", MYSQL, (8, 0, 1), (5, 7, 44)),
        ("retention_seconds", MARIADB, (10, 6, 1), (10, 6, 0)),
        ("public_key_request", MYSQL, (8, 0, 4), (5, 7, 44)),
        ("channel_retry_count", MARIADB, (12, 0, 1), (11, 8, 9)),
        ("own_certificates", MARIADB, (11, 4, 1), (10, 11, 14)),
        ("purge_waits_for_replicas", MARIADB, (11, 4, 0), (11, 2, 6)),
        ("binlog_format_setting", MYSQL, (5, 7, 44), (8, 0, 11)),
    ],
)
def test_manuals(feature: str, flavor: str, has: Version, lacks: Version) -> None:
    assert Server(flavor, has).supports(feature)
    assert not Server(flavor, lacks).supports(feature)


@pytest.mark.parametrize("feature", ["change_source_statement", "super_read_only", "gtid_mode", "semisync_plugins"])
@pytest.mark.parametrize("version", [(10, 6, 18), (11, 8, 9), (12, 3, 0)])
def test_never_on_mariadb(feature: str, version: Version) -> None:
    assert not Server(MARIADB, version).supports(feature)


def test_unknown_feature() -> None:
    with pytest.raises(KeyError):
        Server(MYSQL, (9, 7, 4)).supports("teleport")


@pytest.mark.parametrize(
    ("text", "flavor", "version"),
    [
        ("9.7.4-2", MYSQL, (9, 7, 4)),
        ("5.7.44-log", MYSQL, (5, 7, 44)),
        ("8.0.36-28.1", MYSQL, (8, 0, 36)),
        ("8.4.7", MYSQL, (8, 4, 7)),
        ("26.10.0", MYSQL, (26, 10, 0)),
        ("26.10.0.1", MYSQL, (26, 10, 0, 1)),
        ("5.5.5-10.6.18-MariaDB-log", MARIADB, (10, 6, 18)),
        ("11.8.9-MariaDB-0+deb13u1 from Debian-log", MARIADB, (11, 8, 9)),
        ("12.3.1-MariaDB", MARIADB, (12, 3, 1)),
        ("/usr/sbin/mysqld  Ver 8.0.36-0ubuntu0.22.04.1 for Linux on x86_64 ((Ubuntu))", MYSQL, (8, 0, 36)),
        ("/opt/mysql-8.0.11/bin/mysqld  Ver 9.7.4 for Linux on x86_64 (Source)", MYSQL, (9, 7, 4)),
        ("mariadbd  Ver 11.8.9-MariaDB-0+deb13u1 from Debian for debian-linux-gnu on x86_64 ()", MARIADB, (11, 8, 9)),
    ],
)
def test_version(text: str, flavor: str, version: Version) -> None:
    assert parse_version(text) == Server(flavor, version)


def test_no_version() -> None:
    with pytest.raises(UnsupportedServer):
        parse_version("none to be seen")


@pytest.mark.parametrize("server", [Server(MYSQL, (5, 6, 51)), Server(MARIADB, (10, 5, 28))])
def test_too_old(server: Server) -> None:
    with pytest.raises(UnsupportedServer, match=r"oldest supported version is (5\.7|10\.6)"):
        dialect_for(server)


@pytest.mark.parametrize("server", [Server(MYSQL, (5, 7, 0)), Server(MARIADB, (10, 6, 0)), Server(MYSQL, (26, 10, 0))])
def test_old_enough(server: Server) -> None:
    assert dialect_for(server).server == server
