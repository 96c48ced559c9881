"""Whether a server can listen at an address of its host."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._read.addresses import look_at_address


def knows(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """The host has the address 198.51.100.1 and takes every name for these."""

    class Trial:
        def __init__(self, *_kind: Any) -> None:
            pass

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_error: Any) -> None:
            pass

        def bind(self, place: Any) -> None:
            if place[0] not in ("198.51.100.1", "fe80::1%eth0"):
                raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")

    def resolve(_name: str, _port: int, **_options: Any) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, 1, 6, "", (address, 0)) for address in addresses
        ]

    monkeypatch.setattr("socket.socket", Trial)
    monkeypatch.setattr("socket.getaddrinfo", resolve)


@pytest.mark.parametrize(
    ("addresses", "flavor", "said"),
    [
        (["198.51.100.1"], "mysql", None),
        (["127.0.1.1"], "mysql", "127.0.1.1"),
        (["127.0.1.1"], "mariadb", "127.0.1.1"),
        (["203.0.113.7"], "mysql", "no interface here has 203.0.113.7"),
        (["fe80::1%eth0"], "mysql", None),
        # MySQL takes the first one of IPv4, MariaDB all.
        (["127.0.1.1", "198.51.100.1"], "mysql", "127.0.1.1"),
        (["127.0.1.1", "198.51.100.1"], None, "127.0.1.1"),
        (["127.0.1.1", "198.51.100.1"], "mariadb", None),
        (["::1", "198.51.100.1"], "mysql", None),
    ],
)
def test_where_the_server_is_to_listen(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], flavor: str | None, said: str | None
) -> None:
    knows(monkeypatch, *addresses)
    error = look_at_address("db1", flavor)["error"]
    assert (error is None) == (said is None)
    assert said is None or said in error


def test_a_name_that_the_host_does_not_know() -> None:
    error = look_at_address("no such name", "mysql")["error"]
    assert error is not None
    assert error.startswith("it stands for no address here")
