"""Where things are in this checkout, and what the tools that check it share."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
VENV = TOP / ".venv"
BIN = VENV / "bin"
ANSIBLE_HOME = VENV / "ansible-home"
#: Holds ansible_collections/twoway/mysql, which is this checkout.
COLLECTIONS = ANSIBLE_HOME / "collections"
OUTPUT = TOP / "tests" / "output"


def environment(venv: Path = VENV, **more: str) -> dict[str, str]:
    """This process's environment, with that virtual environment's commands first and the checkout as the collection."""
    path = os.pathsep.join([str(venv / "bin"), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "ANSIBLE_HOME": str(ANSIBLE_HOME), "VIRTUAL_ENV": str(venv), **more}


def files() -> Iterator[str]:
    """Paths, relative to the top, of the files that git tracks or would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=TOP, check=True, capture_output=True, text=True).stdout
    for name in sorted(set(filter(None, listed.split("\0")))):
        if (TOP / name).exists():
            yield name


def copy_files(target: Path) -> None:
    """Copy the files of the checkout into a folder."""
    for name in files():
        destination = target / name
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(TOP / name, destination, follow_symlinks=False)


def lab_state(instance: str) -> Path:
    """Folder in which the lab of that number keeps its inventory."""
    return TOP / ".lab" / ("" if instance == "0" else instance)
