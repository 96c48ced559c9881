# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Brings the keeper to a member as a service: its program, its login, its unit."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import zipfile
from contextlib import suppress
from typing import Any, Dict, Sequence, Tuple

from .._connection import Login
from .._dialect.base import Dialect
from .._dialect.options import options_for
from .._errors import TwowayError
from .._read.host import KEEPER
from .._read.program import RunCommand
from . import program
from .told import GATE_FILE

_PACKAGE = program.__name__.rpartition("._keeper")[0]
_PROGRAM = "/usr/local/lib/twoway/gate.pyz"
_LOGIN = "/etc/twoway/gate-login.json"
_DRAFT = ".new"
_PYTHON = "/usr/bin/python3"
_UNIT = "/etc/systemd/system/%s.service" % KEEPER

_UNIT_TEXT = """\
# Made by the module twoway.mysql.pair_gate.
[Unit]
Description=Write gate of this member of a replicated pair
Documentation=man:systemd.service(5)
After=network.target mysql.service mariadb.service
# Tried again for ever: without it no gate is opened any more.
StartLimitIntervalSec=0

[Service]
RuntimeDirectory=twoway
RuntimeDirectoryPreserve=yes
ExecStartPre=/bin/sh -c 'echo 0 > {gate}'
ExecStart={command}
# However it ends: nobody looks at the gate now.
ExecStopPost=/bin/sh -c 'echo 0 > {gate}'
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
"""


def archive() -> bytes:
    """Return the program with the parts of the collection that it uses, as a file that Python runs.

    They are the very ones that this process was loaded from. The same parts make the same bytes.
    """
    packages = {name for name in sys.modules if (name + ".").startswith(_PACKAGE + ".")}
    files = {"__main__.py": "from %s import main\nmain()\n" % program.__name__}
    for name in packages:
        module = sys.modules[name]
        is_package = hasattr(module, "__path__")
        source = module.__spec__ and module.__spec__.loader and _source(module)
        files[name.replace(".", "/") + ("/__init__.py" if is_package else ".py")] = source or ""
    for name in list(files):
        parts = name.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            files.setdefault("/".join([*parts[:depth], "__init__.py"]), "")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(files):
            file.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _source(module: Any) -> str:
    read = getattr(module.__spec__.loader, "get_source", None)
    return (read(module.__name__) if read else None) or ""


def _option_file(dialect: Dialect) -> str:
    folders = [folder for folder in dialect.option_folders if os.path.isdir(folder)] or dialect.option_folders
    return os.path.join(folders[0], "zz-twoway-gate.cnf")


def _files(login: Login, dialect: Dialect, keeps_gate: bool) -> Dict[str, Tuple[bytes, int]]:
    """Return content and mode of every file, by path. The server starts closed only where somebody opens it."""
    values = {
        name: getattr(login, name)
        for name in ("user", "host", "port", "unix_socket", "config_file", "ca_cert", "client_cert", "client_key")
    }
    values.update(check_hostname=login.check_hostname, password=login.password.reveal() if login.password else None)
    command = [_python(), "-u", _PROGRAM, _LOGIN, *([] if keeps_gate else [program.WATCH])]
    unit = _UNIT_TEXT.format(command=" ".join(command), gate=GATE_FILE)
    files = {
        _PROGRAM: (archive(), 0o644),
        _LOGIN: (json.dumps(values, sort_keys=True).encode(), 0o600),
        _UNIT: (unit.encode(), 0o644),
    }
    return {**_start_closed(dialect), **files} if keeps_gate else files


def _python() -> str:
    """Return the Python of this process; that of the system by the name that outlasts an upgrade of the system."""
    running = sys.executable or _PYTHON
    # One in an environment of its own has other packages, although it may be the same file in the end.
    is_system = sys.prefix == sys.base_prefix and os.path.realpath(running) == os.path.realpath(_PYTHON)
    return _PYTHON if is_system else running


def _start_closed(dialect: Dialect) -> Dict[str, Tuple[bytes, int]]:
    lines = [
        line for option in options_for(dialect.server, {"read_only": True}, {}) for line in option.as_dict()["lines"]
    ]
    options = "# Made by the module twoway.mysql.pair_gate. The service %s opens the gate.\n[mysqld]\n" % KEEPER
    return {_option_file(dialect): ((options + "\n".join(lines) + "\n").encode(), 0o644)}


def is_possible() -> bool:
    """Return whether this host has services, and this process may make one."""
    return bool(shutil.which("systemctl")) and os.path.isdir("/run/systemd/system") and os.geteuid() == 0


def read_keeper(login: Login, dialect: Dialect, keeps_gate: bool, run: RunCommand) -> str:
    """Return ``kept`` where the wished keeper runs, ``absent`` where there is none, else ``outdated``."""
    wished = _files(login, dialect, keeps_gate)
    found = {path: _content(path) for path in (*wished, _option_file(dialect))}
    if not any(found.values()):
        return "absent"
    is_same = bool(found[_option_file(dialect)]) == keeps_gate and all(
        found[path] == content for path, (content, _mode) in wished.items()
    )
    _status, output, _errors = run(["systemctl", "show", "--property=ActiveState,UnitFileState", KEEPER])
    is_running = "ActiveState=active" in output and "UnitFileState=enabled" in output
    return "kept" if is_same and is_running else "outdated"


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def install_keeper(login: Login, dialect: Dialect, keeps_gate: bool, run: RunCommand) -> None:
    """Write the files, and have the service run now and at every boot."""
    for path, (content, mode) in _files(login, dialect, keeps_gate).items():
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        draft = path + _DRAFT
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(content)
            # A power cut must not leave an empty file, with which the server would start with its gate open.
            file.flush()
            os.fsync(file.fileno())
        os.chmod(draft, mode)
        os.replace(draft, path)
    for words in (["daemon-reload"], ["enable", KEEPER], ["restart", KEEPER]):
        _systemctl(run, words)


def remove_keeper(dialect: Dialect, run: RunCommand) -> None:
    """Stop the service and remove its files; from now on the server starts with its gate open."""
    if os.path.exists(_UNIT):
        _systemctl(run, ["disable", "--now", KEEPER])
    for path in (_option_file(dialect), _UNIT, _LOGIN, _PROGRAM):
        # A draft is what an installation that was killed has left, of the login as well.
        for each in (path, path + _DRAFT):
            if os.path.exists(each):
                os.unlink(each)
    for path in (_LOGIN, _PROGRAM):
        # A folder with something else in it stays.
        with suppress(OSError):
            os.rmdir(os.path.dirname(path))
    _systemctl(run, ["daemon-reload"])


def _systemctl(run: RunCommand, words: Sequence[str]) -> None:
    status, _output, errors = run(["systemctl", *words])
    if status:
        raise TwowayError("systemctl %s failed: %s" % (" ".join(words), errors.strip()))
