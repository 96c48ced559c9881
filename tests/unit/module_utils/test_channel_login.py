"""How somebody logs in at a channel's source: whom the channel verifies is verified, and by the same CA."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._channel_login import login_as_channel
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused
from ansible_collections.twoway.mysql.plugins.module_utils._secret import Secret
from ansible_collections.twoway.mysql.plugins.module_utils._state.channel import ChannelSettings

MYSQL, MARIADB, OLD_MARIADB = "9.7.4", "11.8.9-MariaDB", "10.11.14-MariaDB"


def login(version: str, folder: Path, tls: bool, verify: bool, ca: str) -> Login:
    settings = ChannelSettings("198.51.100.2", 3307, "replication", Secret("s3cret"), "gtid", tls, verify, ca)
    return login_as_channel(parse_version(version), settings, str(folder), 2)


@pytest.mark.parametrize("version", [MYSQL, MARIADB, OLD_MARIADB])
def test_account_and_place_are_the_channel_s(version: str, tmp_path: Path) -> None:
    found = login(version, tmp_path, tls=False, verify=False, ca="")
    assert found == Login(
        "replication",
        Secret("s3cret"),
        "198.51.100.2",
        3307,
        check_hostname=False,
        connect_timeout=2,
    )


@pytest.mark.parametrize("version", [MYSQL, MARIADB, OLD_MARIADB])
@pytest.mark.parametrize("verify", [True, False])
def test_source_is_verified_by_the_channel_s_authority(version: str, verify: bool, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.touch()
    for name in (str(path), "ca.pem"):
        found = login(version, tmp_path, tls=True, verify=verify, ca=name)
        assert (found.tls, found.ca_cert, found.check_hostname) == (True, str(path), verify)
        assert not found.withholds_password


def test_authority_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=str(tmp_path / "gone.pem")):
        login(MYSQL, tmp_path, tls=True, verify=True, ca="gone.pem")


def test_without_encryption_nothing_is_verified(tmp_path: Path) -> None:
    found = login(MYSQL, tmp_path, tls=False, verify=True, ca="gone.pem")
    assert (found.tls, found.ca_cert, found.check_hostname, found.withholds_password) == (False, None, False, False)


@pytest.mark.parametrize(
    ("version", "by_name", "by_password"),
    [(MYSQL, True, False), (OLD_MARIADB, True, False), (MARIADB, False, True)],
)
def test_server_that_verifies_by_the_password_is_not_told_it(
    version: str, by_name: bool, by_password: bool, tmp_path: Path
) -> None:
    found = login(version, tmp_path, tls=True, verify=True, ca="")
    assert (found.check_hostname, found.withholds_password) == (by_name, by_password)
