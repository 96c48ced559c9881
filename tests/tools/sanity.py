"""Runs `ansible-test sanity` on a copy of the checkout, in the only kind of place where it works.

ansible-test wants to stand in …/ansible_collections/twoway/mysql, not behind a link, in a git repository of its own; it
fetches pip from the network, which a copy of the interpreter's own pip replaces; and it looks for other versions of
Python on PATH, where starters that choose a version by themselves (pyenv) mislead it.

Usage: sanity.py [FILE or --option …]
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from checkout import BIN, TOP, VENV, copy_files, environment
from pythons import real_folders

SHELLCHECK_MISSING = "shellcheck is not installed: its test is left out. Debian: apt-get install shellcheck"
#: Stands in for the home folder, where ansible-test keeps environments that make the next run fast.
HOME = TOP / ".ansible" / "sanity"
#: Said by ansible-test when it has found nothing to do, with exit code 0.
NOTHING_DONE = "All targets skipped"

_PIP_STAND_IN = """\
import subprocess
import sys

sys.exit(subprocess.call([sys.executable, "-m", "ensurepip", "--upgrade", "--default-pip"]))
"""


def make_repository(folder: Path) -> None:
    """A git repository in the folder that tracks all of the checkout's files."""
    copy_files(folder)
    for command in (["init", "-q"], ["add", "--all", "--force"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def provide_pip() -> None:
    """Put the stand-in where ansible-test keeps its downloads of pip, under the name of the version that it wants."""
    (source,) = VENV.glob("lib/python3*/site-packages/ansible_test/_internal/python_requirements.py")
    versions = re.findall(r"\bpip='([0-9.]+)'", source.read_text(encoding="utf-8"))
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in versions:
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(_PIP_STAND_IN, encoding="utf-8")


def keep_settings_of_pip() -> None:
    """Let pip find its settings, which ansible-test takes from it with the home folder and the environment."""
    listed = subprocess.run(
        [str(BIN / "python"), "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    # Lines such as global.cert='/path' and, stronger and first in the list, :env:.cert='/path'.
    settings = dict(re.findall(r"^(?:global|:env:)\.([a-z-]+)='(.*)'$", "\n".join(reversed(listed.splitlines())), re.M))
    file = HOME / ".config" / "pip" / "pip.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("[global]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()), encoding="utf-8")
    file.chmod(0o600)


def has_shellcheck() -> bool:
    """Whether shellcheck is there; as root on Debian and Ubuntu it is installed."""
    if not shutil.which("shellcheck") and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "shellcheck"]):
            subprocess.run(["apt-get", *command], env=quiet, stdout=subprocess.DEVNULL, check=False)
    return shutil.which("shellcheck") is not None


def run(folder: Path, arguments: list[str]) -> int:
    """The exit code of ansible-test there, its output passed on; 1 when it skipped everything."""
    path = os.pathsep.join([*map(str, real_folders()), environment()["PATH"]])
    command = [str(BIN / "python"), str(BIN / "ansible-test"), "sanity", "--color", "no", *arguments]
    variables = environment(PATH=path, HOME=str(HOME))
    with subprocess.Popen(
        command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        did_nothing = False
        for line in process.stdout or ():
            print(line, end="", flush=True)
            did_nothing |= NOTHING_DONE in line
    if did_nothing:
        print("ansible-test found nothing to test: that is a failure.")
    return process.returncode or int(did_nothing)


def main(arguments: list[str]) -> int:
    options = list(arguments)
    if not has_shellcheck():
        print(SHELLCHECK_MISSING)
        options = ["--skip-test", "shellcheck", *options]
    provide_pip()
    keep_settings_of_pip()
    with tempfile.TemporaryDirectory(prefix="twoway-sanity-") as temporary:
        folder = Path(temporary, "ansible_collections", "twoway", "mysql")
        folder.mkdir(parents=True)
        make_repository(folder)
        return run(folder, options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
