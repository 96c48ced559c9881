"""The Python interpreters of this machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

#: Oldest and newest minor version of Python 3 that a managed host or a controller may have.
OLDEST, NEWEST = 8, 14
#: From this minor version on, the newest release of ansible-core can be installed.
NEWEST_CORE = 12


def _pyenv_root() -> Path:
    return Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv")))


def _candidates(minor: int) -> Iterator[Path]:
    """Files that may be that interpreter, pyenv's own before what is on PATH."""
    yield from sorted(_pyenv_root().glob(f"versions/3.{minor}.*/bin/python3.{minor}"), reverse=True)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        yield Path(folder, f"python3.{minor}")


def interpreter(minor: int) -> Path | None:
    """A Python 3 of that minor version that starts; None when there is none.

    A starter that chooses by itself (pyenv's shim) may exist for a version that is not to be had.
    """
    for path in _candidates(minor):
        if path.is_file() and subprocess.run([str(path), "-c", ""], capture_output=True, check=False).returncode == 0:
            return path
    return None


def real_folders() -> list[Path]:
    """Folders of the interpreters, one for each minor version that this machine has."""
    found = (interpreter(minor) for minor in range(OLDEST, NEWEST + 1))
    return list(dict.fromkeys(path.parent for path in found if path))


def newest_with_venv() -> Path | None:
    """The newest interpreter that runs the newest ansible-core and can make virtual environments; None without one."""
    for minor in range(NEWEST, NEWEST_CORE - 1, -1):
        path = interpreter(minor)
        if path and subprocess.run([str(path), "-c", "import ensurepip, venv"], check=False).returncode == 0:
            return path
    return None
