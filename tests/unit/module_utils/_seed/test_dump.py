"""What goes to the recipient's client besides the dump."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import MARIADB, MYSQL, Server
from ansible_collections.twoway.mysql.plugins.module_utils._seed import dump
from ansible_collections.twoway.mysql.plugins.module_utils._seed.dump import import_client


class Client:
    """Keeps what is written to it."""

    def __init__(self) -> None:
        self.read = b""

    def write(self, chunk: bytes) -> None:
        self.read += chunk


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    running = Client()

    @contextmanager
    def sql_client(*_arguments: Any) -> Iterator[Client]:
        yield running

    monkeypatch.setattr(dump, "sql_client", sql_client)
    return running


@pytest.mark.parametrize(
    ("server", "setting"),
    [
        (Server(MYSQL, (9, 7, 4)), b"SET SESSION `restrict_fk_on_non_standard_key` = 0;\n"),
        (Server(MARIADB, (11, 8, 9)), b"SET SESSION `check_constraint_checks` = 0;\n"),
    ],
)
def test_what_was_right_at_the_donor_is_not_judged_again(client: Client, server: Server, setting: bytes) -> None:
    with import_client(Login(), dialect_for(server), dialect_for(server)):
        assert setting in client.read


@pytest.mark.parametrize(
    ("flavor", "donor", "recipient", "setting"),
    [
        (MYSQL, (5, 7, 44), (8, 4, 7), "`default_collation_for_utf8mb4` = 'utf8mb4_general_ci'"),
        (MYSQL, (8, 0, 36), (8, 4, 7), None),
        (MYSQL, (5, 7, 40), (5, 7, 44), None),
        (MARIADB, (10, 6, 5), (11, 8, 9), "`character_set_collations` = ''"),
        (MARIADB, (11, 4, 8), (11, 8, 9), None),
        (MARIADB, (10, 6, 5), (10, 11, 14), None),
    ],
)
def test_collation_that_an_old_donor_does_not_name_is_its_own(
    client: Client, flavor: str, donor: tuple[int, ...], recipient: tuple[int, ...], setting: str | None
) -> None:
    with import_client(Login(), dialect_for(Server(flavor, recipient)), dialect_for(Server(flavor, donor))):
        said = client.read.decode()
    assert ("collation" in said) == bool(setting)
    assert setting is None or f"SET SESSION {setting};\n" in said
