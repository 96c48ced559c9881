"""Senders that a server holds at their end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement
from ansible_collections.twoway.mysql.plugins.module_utils._keeper import senders
from ansible_collections.twoway.mysql.plugins.module_utils._keeper.senders import AGAIN_SECONDS, LOOK_SECONDS, Senders


class Server:
    """A server, and how often it was told to let everything go.

    :ivar ending: the senders at their end.
    :ivar waits: whether its commits wait for a replica.
    """

    def __init__(self, version: str = "10.11.19-MariaDB") -> None:
        self.dialect = dialect_for(parse_version(version))
        self.ending: list[int] = []
        self.waits = False
        self.restarts = 0

    def query(self, statement: Statement, _action: str) -> list[dict[str, Any]]:
        assert statement == self.dialect.read_ending_senders()
        return [{"id": each} for each in self.ending]


class Looks:
    """The looks of a keeper at its server, one after the other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._senders = Senders()
        self._now = 1000.0
        clock = SimpleNamespace(monotonic=lambda: self._now)
        monkeypatch.setattr(senders, "time", clock)
        monkeypatch.setattr(senders, "read_semi_sync", lambda own: own.waits)
        monkeypatch.setattr(senders, "restart_semi_sync", self._restart)

    @staticmethod
    def _restart(own: Server) -> bool:
        own.restarts += 1
        return True

    def look(self, own: Any, seconds: float = LOOK_SECONDS, is_open: bool = True) -> bool:
        """One look, so long after the one before."""
        self._now += seconds
        return self._senders.set_free(own, is_open)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    return Looks(monkeypatch)


def test_one_that_does_not_end_is_set_free(looks: Looks) -> None:
    server = Server()
    server.ending = [7]
    assert [looks.look(server), looks.look(server)] == [False, True]
    assert server.restarts == 1


def test_ones_that_end_are_left_alone(looks: Looks) -> None:
    server = Server()
    for each in range(5):
        server.ending = [each]
        assert not looks.look(server)


def test_two_looks_at_one_moment_tell_nothing(looks: Looks) -> None:
    server = Server()
    server.ending = [7]
    assert not any(looks.look(server, LOOK_SECONDS / 100) for _number in range(50))


def test_commits_that_wait_are_not_let_go(looks: Looks) -> None:
    server = Server()
    server.ending, server.waits = [7], True
    assert not any(looks.look(server) for _number in range(5))
    server.waits = False
    assert looks.look(server)


def test_where_nobody_writes_nobody_waits(looks: Looks) -> None:
    server = Server()
    server.ending, server.waits = [7], True
    assert [looks.look(server, is_open=False) for _number in range(2)] == [False, True]


def test_what_does_not_help_is_not_done_all_the_time(looks: Looks) -> None:
    server = Server()
    server.ending = [7]
    assert sum(looks.look(server) for _number in range(AGAIN_SECONDS)) == 1
    assert sum(looks.look(server) for _number in range(AGAIN_SECONDS)) == 1


def test_mysql_holds_none(looks: Looks) -> None:
    server = Server("9.7.4")
    assert not any(looks.look(server) for _number in range(3))
