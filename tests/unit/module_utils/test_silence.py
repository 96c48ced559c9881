"""Who answers, refuses, or says nothing at an address."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._silence import (
    ANSWERS,
    NO_WAY,
    is_silent,
    look_for,
)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that accepts nobody, and has room for one who waits for that."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        yield server


def test_who_takes_a_connection_is_there(listener: socket.socket) -> None:
    assert not is_silent("127.0.0.1", listener.getsockname()[1])


def test_who_refuses_a_connection_is_there(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    assert not is_silent("127.0.0.1", port)
    assert look_for("127.0.0.1", port) == ANSWERS


def test_who_says_nothing_is_silent(listener: socket.socket) -> None:
    with ExitStack() as stack:
        # The kernel answers as long as there is room, and after that no more.
        for _number in range(3):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        assert is_silent("127.0.0.1", listener.getsockname()[1])


def test_a_name_that_nobody_knows_is_not_silence() -> None:
    assert not is_silent("no-such-host.invalid", 3306)
    assert look_for("no-such-host.invalid", 3306) == NO_WAY


@pytest.mark.parametrize(
    ("error", "found"), [(errno.EHOSTUNREACH, NO_WAY), (errno.ENETUNREACH, NO_WAY), (errno.ECONNREFUSED, ANSWERS)]
)
def test_who_cannot_be_found_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, error: int, found: str, listener: socket.socket
) -> None:
    """Whether the kernel says so at once, or after it has looked."""
    monkeypatch.setattr(socket.socket, "getsockopt", lambda *_arguments: error)
    assert look_for("127.0.0.1", listener.getsockname()[1]) == found
    monkeypatch.setattr(socket.socket, "connect_ex", lambda *_arguments: error)
    assert look_for("127.0.0.1", listener.getsockname()[1]) == found
