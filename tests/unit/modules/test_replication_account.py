"""Accounts as their option names them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.modules.replication_account import desired_account


@pytest.mark.parametrize("version", ["9.7.4", "11.8.9-MariaDB"])
@pytest.mark.parametrize(
    ("host", "kept"),
    [
        ("DB2.example.com", "db2.example.com"),
        ("2001:DB8::6", "2001:db8::6"),
        ("10.8.0.%", "10.8.0.%"),
        ("10.8.0.0/255.255.255.0", "10.8.0.0/255.255.255.0"),
    ],
)
def test_host_is_looked_for_as_servers_keep_it(version: str, host: str, kept: str) -> None:
    wish: dict[str, Any] = {"user": "Replication", "host": host, "password": None, "purpose": "member", "tls": True}
    wished = desired_account({**wish, "state": "present", "former_login": "leave"}, dialect_for(parse_version(version)))
    assert (wished.name.user, wished.name.host) == ("Replication", kept)
