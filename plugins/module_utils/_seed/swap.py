# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Puts a copied data directory in the place of a server's own, in steps that any kill leaves to be finished.

The copy waits in a folder of the schema ``mysql``: the server takes a folder beside the schemas for a schema, and one
in there for nothing (seen on MariaDB 11.8). Files move within one filesystem, also where the data directory is a
mount of its own. The moves are made by a script that runs before the server starts, whoever starts it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from contextlib import suppress
from typing import List, Sequence

from .._bookkeeping import STATE_FOLDER
from .._errors import TwowayError

_HIDDEN = os.path.join("mysql", ".twoway-seed")
_HIDDEN_OLD = os.path.join("mysql", ".twoway-old")
_NEW = ".twoway-new"
_UNIT_FOLDER = "/etc/systemd/system"

# What belongs to the host and stays: of the filesystem, and of Debian's packages.
_KEPT = ("lost+found", "debian-*.flag")

# Each step can be done again. The file "emptied" tells the old files from the new ones.
_SCRIPT = """\
# Finishes the replacement of a data directory that was begun by a seed.
set -eu
cd {directory}
if [ -e {hidden}/complete ] && [ ! -e .twoway-new ]; then
    mv {hidden} .twoway-new
fi
[ -e .twoway-new/complete ] || exit 0
if [ ! -e .twoway-new/emptied ]; then
    mkdir -p .twoway-old
    for name in * .[!.]*; do
        case "$name" in
            '*' | '.[!.]*' | .twoway-new | .twoway-old | {kept}) ;;
            *) mv -f -- "$name" .twoway-old/ ;;
        esac
    done
    sync
    : > .twoway-new/emptied
    sync
fi
mkdir -p .twoway-new/data
cd .twoway-new/data
for name in * .[!.]*; do
    case "$name" in
        '*' | '.[!.]*') ;;
        *) mv -f -- "$name" ../../ ;;
    esac
done
cd ../..
if [ -e .twoway-old ]; then
    mv .twoway-old {hidden_old}
fi
sync
rmdir .twoway-new/data
rm -rf .twoway-new
"""

_DROP_IN = """\
[Service]
ExecStartPre=+/bin/sh -c 'if [ -e {script} ]; then exec /bin/sh {script}; fi'
"""


def render_script(directory: str, kept: Sequence[str] = ()) -> str:
    """Return the script that finishes a replacement, or does nothing where none was begun.

    :param kept: further names in the data directory that stay.
    """
    return _SCRIPT.format(
        directory=shlex.quote(directory),
        hidden=_HIDDEN,
        hidden_old=_HIDDEN_OLD,
        kept=" | ".join([*_KEPT, *map(shlex.quote, kept)]),
    )


class Swap:
    """The replacement of one server's data directory.

    :ivar staged: the folder that the copy is made in.
    """

    def __init__(self, directory: str, service: str) -> None:
        self._directory = os.path.realpath(directory)
        self._service = service
        self._folder = os.path.join(self._directory, _HIDDEN)
        self.staged = os.path.join(self._folder, "data")
        self._script = os.path.join(STATE_FOLDER, "finish-seed.sh")
        self._drop_in = os.path.join(_UNIT_FOLDER, "%s.service.d" % service, "twoway-seed.conf")

    def obstacles(self) -> List[str]:
        """Return why the data directory cannot be replaced, each a clause without a full stop."""
        if not os.path.isdir("/run/systemd/system"):
            return ["the recipient's server is not started by systemd"]
        if not os.path.isdir(self._directory):
            return ["the recipient's data directory is not on this host"]
        mounts = [entry.path for entry in os.scandir(self._directory) if os.path.ismount(entry.path)]
        return ["%s is a mount of its own" % path for path in mounts if os.path.basename(path) != "lost+found"]

    def leftover_bytes(self) -> int:
        """Return how much space :meth:`prepare` frees."""
        return sum(
            os.lstat(os.path.join(folder, name)).st_blocks * 512
            for left in (self._folder, os.path.join(self._directory, _HIDDEN_OLD))
            for folder, _folders, files in os.walk(left)
            for name in files
        )

    def prepare(self) -> None:
        """Make the empty folder for the copy, once what a killed run left is gone."""
        self.clean()
        os.makedirs(self.staged, mode=0o700)

    def release(self) -> None:
        """Give the copied files to the server's user, as the server itself would have made them."""
        owner = os.stat(self._directory)
        for folder, folders, files in os.walk(self.staged):
            for names, mode in ((folders, 0o700), (files, 0o660)):
                for name in names:
                    path = os.path.join(folder, name)
                    os.chown(path, owner.st_uid, owner.st_gid)
                    os.chmod(path, mode)

    def arm(self, kept: Sequence[str] = ()) -> None:
        """Have the next start of the server, whoever starts it, begin with the copy."""
        os.makedirs(STATE_FOLDER, mode=0o700, exist_ok=True)
        _write(self._script, render_script(self._directory, kept))
        os.makedirs(os.path.dirname(self._drop_in), mode=0o755, exist_ok=True)
        _write(self._drop_in, _DROP_IN.format(script=self._script))
        self._run("systemctl", "daemon-reload")
        os.sync()
        _write(os.path.join(self._folder, "complete"), "")
        os.sync()

    def restart(self) -> None:
        """Restart the server.

        :raises TwowayError: when it does not start with the copy; then its old files are beside the new ones.
        """
        try:
            self._run("systemctl", "restart", self._service)
        except TwowayError as error:
            raise TwowayError(
                "The server did not start with the copied files; what it held before is in %s. Its log says why:"
                " journalctl -u %s. (%s)" % (os.path.join(self._directory, _HIDDEN_OLD), self._service, error.message)
            ) from error

    def clean(self) -> None:
        """Remove everything that a replacement makes, the old files too; nothing left is no error."""
        self.disarm()
        shutil.rmtree(os.path.join(self._directory, _HIDDEN_OLD), ignore_errors=True)

    def disarm(self) -> None:
        """Call off a replacement, and remove the copy; old files of one that has been made stay.

        One that stopped half-way can only go on: it stays armed, and the next start finishes it.
        """
        if os.path.isdir(os.path.join(self._directory, _NEW, "data")):
            return
        if os.path.exists(self._drop_in):
            os.unlink(self._drop_in)
            with suppress(OSError):
                os.rmdir(os.path.dirname(self._drop_in))
            self._run("systemctl", "daemon-reload")
        with suppress(FileNotFoundError):
            os.unlink(self._script)
        shutil.rmtree(self._folder, ignore_errors=True)

    @staticmethod
    def _run(*command: str) -> None:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        if done.returncode:
            raise TwowayError("%s failed: %s" % (" ".join(command), done.stdout.decode("utf-8", "replace").strip()))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
