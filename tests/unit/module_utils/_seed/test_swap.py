"""A replacement of a data directory that is stopped after any of its moves is finished by the next start."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._seed.swap import render_script

OLD = {"ibdata1": "old", "my db/t.ibd": "old", "mysql/user.MAD": "old", ".hidden": "old", "debian-11.8.flag": "host"}
NEW = {"ibdata1": "new", "shop/t.ibd": "new", "mysql/user.MAD": "new", "-odd": "new"}


def fill(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def content(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def start(directory: Path, moves: int | None = None) -> int:
    """Run the script as a start of the server does, killed at the move of that number."""
    script = render_script(str(directory), ["kept info"])
    if moves is not None:
        count = f'n=0; mv() {{ n=$((n+1)); [ $n -le {moves} ] || kill -9 $$; command mv "$@"; }}\nsync() {{ :; }}\n'
        script = count + script
    return subprocess.run(["sh", "-c", script], check=False).returncode


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "my data"
    fill(path, {**OLD, "kept info": "host"})
    fill(path / "mysql/.twoway-seed/data", NEW)
    return path


def test_copy_that_is_not_complete_stays_where_it_is(directory: Path) -> None:
    before = content(directory)
    assert start(directory) == 0
    assert content(directory) == before


@pytest.mark.parametrize("moves", range(12))
def test_killed_at_any_move(directory: Path, moves: int) -> None:
    (directory / "mysql/.twoway-seed/complete").touch()
    start(directory, moves)
    assert start(directory) == 0
    found = content(directory)
    replaced = {name: text for name, text in found.items() if ".twoway-old" not in name}
    assert replaced == {**NEW, "debian-11.8.flag": "host", "kept info": "host"}
    saved = {name.removeprefix("mysql/.twoway-old/"): text for name, text in found.items() if ".twoway-old" in name}
    assert saved == {name: text for name, text in OLD.items() if text == "old"}
    assert not (directory / ".twoway-new").exists()
    assert start(directory) == 0
    assert content(directory) == found
