"""Writing on a member whose gate is closed."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import Statement, sql
from ansible_collections.twoway.mysql.plugins.module_utils._errors import ServerError
from ansible_collections.twoway.mysql.plugins.module_utils._executor import writable


class Server:
    """The gate of a MySQL server; in the middle of a transaction it cannot be closed."""

    dialect = dialect_for(parse_version("9.7.4"))

    def __init__(self) -> None:
        self.gate = {"read_only": 1, "super_read_only": 1}
        self.is_in_transaction = False
        self.is_gone = False

    def revive(self) -> None:
        self.is_in_transaction = self.is_in_transaction and not self.is_gone
        self.is_gone = False

    def query(self, statement: Statement, action: str) -> list[Any]:
        if self.is_gone:
            raise ServerError(action, 2006, None, "server has gone away")
        if statement.text.startswith("SELECT"):
            return [{"closed": self.gate["super_read_only"], "half": self.gate["read_only"]}]
        if statement.text in ("START TRANSACTION", "ROLLBACK"):
            self.is_in_transaction = statement.text == "START TRANSACTION"
            return []
        assert not self.is_in_transaction
        self.gate = {
            "SET GLOBAL super_read_only = OFF": {"read_only": 1, "super_read_only": 0},
            "SET GLOBAL super_read_only = ON": {"read_only": 1, "super_read_only": 1},
            "SET GLOBAL read_only = OFF": {"read_only": 0, "super_read_only": 0},
        }[statement.text]
        return []


def test_gate_is_closed_again_after_an_error() -> None:
    server: Any = Server()
    with pytest.raises(ZeroDivisionError), writable(server, unlogged=False):
        assert server.gate == {"read_only": 1, "super_read_only": 0}
        server.query(sql("START TRANSACTION"), "begin")
        raise ZeroDivisionError
    assert server.gate == {"read_only": 1, "super_read_only": 1}


def test_another_session_closes_the_gate_where_the_first_is_gone() -> None:
    server: Any = Server()
    with pytest.raises(ZeroDivisionError), writable(server, unlogged=False):
        server.query(sql("START TRANSACTION"), "begin")
        server.is_gone = True
        raise ZeroDivisionError
    assert server.gate == {"read_only": 1, "super_read_only": 1}


def test_a_session_that_ends_unnoticed_is_an_error_all_the_same() -> None:
    server: Any = Server()
    with pytest.raises(ServerError, match="gone away"), writable(server, unlogged=False):
        server.is_gone = True
    assert server.gate == {"read_only": 1, "super_read_only": 1}


def test_gate_that_somebody_opened_meanwhile_stays_open() -> None:
    server: Any = Server()
    with writable(server, unlogged=False):
        server.query(server.dialect.set_gate(is_open=True), "as a switchover does")
    assert server.gate == {"read_only": 0, "super_read_only": 0}
