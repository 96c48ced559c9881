"""Space is required where something is copied or saved, and what is removed before counts as free."""

from __future__ import annotations

from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused
from ansible_collections.twoway.mysql.plugins.module_utils._plan.seed import DONE, IMPORTING, Recipient
from ansible_collections.twoway.mysql.plugins.module_utils._seed import run as seed_run
from ansible_collections.twoway.mysql.plugins.module_utils._seed.method import Method
from ansible_collections.twoway.mysql.plugins.module_utils._seed.swap import Swap

MIB = 1 << 20
SIZE = 100 * MIB
Usage = namedtuple("Usage", "free")
UNFINISHED = {"state": IMPORTING, "schemas": ["wikidb"]}


class Dump(Method):
    """A method that writes over what is there."""

    name = "dump"
    is_physical = False

    def obstacles(self) -> list[str]:
        return []

    def run(self, progress: Any) -> Any:
        raise AssertionError("nothing is copied here")


class Copy(Dump):
    """A method that keeps what is there until it is done."""

    name = "backup"
    is_physical = True

    def frees_bytes(self, doomed_bytes: int) -> int:
        return 0


class Server:
    """A session on the recipient."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def variables(self) -> dict[str, str]:
        return {"datadir": str(self._directory)}


def seed_with(method: Method, free: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> seed_run.SeedRun:
    """A seed of a schema of 100 MiB over one of the same name and size, with so much free on its only filesystem."""
    schemas = [{"name": "wikidb", "tables": 1, "routines": 0, "events": 0, "size_bytes": SIZE, "engines": {}}]
    monkeypatch.setattr(seed_run, "read_schemas", lambda _session: schemas)
    monkeypatch.setattr(seed_run.shutil, "disk_usage", lambda _path: Usage(free))
    params = {
        "donor_name": "db1",
        "donor_host": "198.51.100.1",
        "overwrite": True,
        "again": False,
        "backup_directory": str(tmp_path / "backups" / "twoway"),
    }
    session: Any = Server(tmp_path)
    choice: Any = seed_run.Choice(method, [])
    return seed_run.SeedRun(session, session, session, choice, params)


@pytest.mark.parametrize(
    ("method", "mark", "is_untouched", "needed"),
    [
        # Twice the donor's size, and what is saved first; that is gone from the tables by then.
        (Dump(), None, False, 2 * SIZE),
        (Copy(), None, False, 3 * SIZE),
        # What an interrupted run left is not saved, but removed.
        (Dump(), UNFINISHED, False, SIZE),
        (Copy(), UNFINISHED, False, 2 * SIZE),
        (Dump(), {"state": DONE, "schemas": ["wikidb"]}, True, 0),
    ],
)
def test_space_that_a_seed_needs(
    method: Method,
    mark: dict[str, Any] | None,
    is_untouched: bool,
    needed: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recipient = Recipient(("wikidb",), ("wikidb",), mark, is_untouched, None)
    seed_with(method, needed, tmp_path, monkeypatch).steps_for(recipient)
    if needed:
        with pytest.raises(Refused, match="The seed needs about 200"):
            seed_with(method, needed - 1, tmp_path, monkeypatch).steps_for(recipient)


def test_what_is_saved_has_to_have_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = seed_with(Dump(), SIZE - 1, tmp_path, monkeypatch)
    with pytest.raises(Refused, match="A dump of what the recipient holds needs about 100"):
        run.steps_for(Recipient(("wikidb",), ("wikidb",), None, False, None))


def test_what_a_killed_run_staged_counts_as_free(tmp_path: Path) -> None:
    for name in (".twoway-seed/data/shop", ".twoway-old"):
        (tmp_path / "mysql" / name).mkdir(parents=True)
        (tmp_path / "mysql" / name / "t.ibd").write_bytes(bytes(MIB))
    (tmp_path / "mysql" / "user.MAD").write_bytes(bytes(MIB))
    assert Swap(str(tmp_path), "mariadb").leftover_bytes() == 2 * MIB
