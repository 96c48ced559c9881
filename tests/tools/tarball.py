"""Builds the collection's tarball, installs it where nothing else is and keeps it; may then run playbooks from there.

Usage: tarball.py [--flavor FLAVOR PLAYBOOK …]

Each playbook, such as twoway.mysql.deploy_pair, is run on a fresh pair of that flavor. LAB_INSTANCE chooses the lab.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from checkout import BIN, TOP, copy_files, environment, lab_state

LAB = TOP / "tests" / "lab" / "lab"
#: In the tarball whatever else is in the checkout.
EXPECTED = ("LICENSE", "README.md", "meta/runtime.yml")
#: Never in the tarball: what only the checkout needs.
UNWANTED = ("tests", "molecule", "Makefile", "ansible.cfg", "pyproject.toml")


def build(folder: Path) -> Path:
    """The tarball, made in the folder from the files that git tracks or would track."""
    source = folder / "source"
    copy_files(source)
    command = [str(BIN / "ansible-galaxy"), "collection", "build", "--output-path", str(folder)]
    subprocess.run(command, cwd=source, env=environment(), check=True)
    (tarball,) = folder.glob("*.tar.gz")
    return tarball


def complaints(tarball: Path) -> list[str]:
    """What is wrong with the tarball's list of files."""
    with tarfile.open(tarball) as archive:
        names = set(archive.getnames())
    missing = [f"{name} is missing" for name in EXPECTED if name not in names]
    tops = {name.split("/")[0] for name in names}
    surplus = [f"{name} does not belong in it" for name in sorted(tops) if name in UNWANTED or name.startswith(".")]
    return missing + surplus


def install(tarball: Path, home: Path) -> None:
    """Install the tarball, and nothing else, under that ANSIBLE_HOME."""
    command = [str(BIN / "ansible-galaxy"), "collection", "install", "--offline", str(tarball)]
    subprocess.run(command, cwd=home, env=environment(ANSIBLE_HOME=str(home)), check=True)


def run_playbooks(home: Path, flavor: str, playbooks: list[str]) -> int:
    """The exit code of the first playbook that fails on a fresh pair, else 0. The pair is removed after that."""
    instance = os.environ.get("LAB_INSTANCE", "0")
    inventory = str(lab_state(instance) / "inventory.yml")
    subprocess.run([str(LAB), "up", flavor, "--fresh"], check=True)
    try:
        for playbook in playbooks:
            command = [str(BIN / "ansible-playbook"), "--inventory", inventory, playbook]
            done = subprocess.run(command, cwd=home, env=environment(ANSIBLE_HOME=str(home)), check=False)
            if done.returncode:
                return done.returncode
    finally:
        subprocess.run([str(LAB), "down"], check=False)
    return 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tarball.py")
    parser.add_argument("--flavor", default="mysql")
    parser.add_argument("playbooks", nargs="*")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="twoway-tarball-") as temporary:
        folder, home = Path(temporary), Path(temporary, "home")
        home.mkdir()
        tarball = build(folder)
        wrong = complaints(tarball)
        if wrong:
            print(f"{tarball.name}: {'; '.join(wrong)}.")
            return 1
        install(tarball, home)
        print(f"Kept as {shutil.copy(tarball, TOP)}", flush=True)
        return run_playbooks(home, options.flavor, options.playbooks) if options.playbooks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
