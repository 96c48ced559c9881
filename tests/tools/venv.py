"""Makes a virtual environment in which Ansible finds the checkout as a collection, and tests find what they share.

Usage: venv.py FOLDER [PYTHON]
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from checkout import COLLECTIONS, TOP

#: Folders whose modules tests and tools of other folders use.
SHARED_FOLDERS = ("tests/lab", "tests/tools", "tests/faults", "molecule/shared")


def make_environment(folder: Path, python: str) -> None:
    """Build it anew unless it stands; a half-built one has no file ``ready`` and is built again.

    :raises SystemExit: when Python's own module for it is not there, with the package that has it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    print(f"Making {folder} from requirements.txt (about half a minute).", flush=True)
    if subprocess.run([python, "-m", "venv", str(folder)], check=False).returncode:
        raise SystemExit(
            "Python cannot make a virtual environment here. On Debian and Ubuntu: apt-get install python3-venv"
        )
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
    subprocess.run([*pip, "--requirement", str(TOP / "requirements.txt")], check=True)


def link_collection() -> None:
    """Let the folder ``twoway/mysql`` of the collections be this checkout."""
    link = COLLECTIONS / "ansible_collections" / "twoway" / "mysql"
    if link.is_symlink() and link.readlink() == TOP:
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(TOP, target_is_directory=True)


def link_shared(folder: Path) -> None:
    """Let everything that runs in the environment import what the tests share."""
    (packages,) = folder.glob("lib/python3.*/site-packages")
    lines = [str(TOP / name) for name in SHARED_FOLDERS]
    (packages / "twoway-tests.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> None:
    folder = TOP / arguments[0]
    make_environment(folder, arguments[1] if len(arguments) > 1 else sys.executable)
    link_collection()
    link_shared(folder)
    (folder / "ready").touch()


if __name__ == "__main__":
    main(sys.argv[1:])
