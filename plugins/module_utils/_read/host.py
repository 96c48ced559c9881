# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads a host as a home for a server: system, packages, program, service, space, and the way to its peer."""

from __future__ import annotations

import os
import platform
import shutil
from types import MappingProxyType
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from .._dialect.features import MARIADB, MYSQL
from .addresses import look_at_address, probe_peer
from .program import RunCommand, read_options, read_program, read_rejection

_SERVICES = {MYSQL: "mysql", MARIADB: "mariadb"}
KEEPER = "twoway-gate"
"""The service that opens and closes the write gate of a member."""


def parse_os_release(text: str) -> Dict[str, Optional[str]]:
    """Return ``id``, ``release`` and ``codename`` from ``/etc/os-release``; a rolling system has no release.

    >>> parse_os_release('ID=debian\\nVERSION_CODENAME=forky\\n')
    {'id': 'debian', 'release': None, 'codename': 'forky'}
    """
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    wanted = {"id": "ID", "release": "VERSION_ID", "codename": "VERSION_CODENAME"}
    return {name: values[key].strip('"') if key in values else None for name, key in wanted.items()}


def _read_system() -> Dict[str, Any]:
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            system: Dict[str, Any] = parse_os_release(file.read())
    except OSError:
        system = {"id": None, "release": None, "codename": None}
    return {**system, "architecture": platform.machine(), "python": platform.python_version()}


def _read_packages(run: RunCommand, names: List[str]) -> Dict[str, Optional[str]]:
    """Return the installed version of each Debian package, ``None`` for one that is not installed."""
    versions: Dict[str, Optional[str]] = dict.fromkeys(names)
    if not names or not shutil.which("dpkg-query"):
        return versions
    form = "${Package} ${db:Status-Status} ${Version}\n"
    _status, output, _errors = run(["dpkg-query", "--show", "--showformat=" + form, *names])
    for line in output.splitlines():
        name, status, version = line.split(" ", 2)
        if status == "installed":
            versions[name] = version
    return versions


def _read_services(run: RunCommand, flavor: Optional[str]) -> Dict[str, Optional[Dict[str, Any]]]:
    """Return the systemd units of the server (``service``) and of the gate's keeper; ``None`` without systemd.

    Of each its name, whether it is there, runs, and starts at boot.
    """
    name = _SERVICES.get(flavor or "")
    if not name or not shutil.which("systemctl"):
        return {"service": None, "keeper": None}
    properties = "--property=LoadState,ActiveState,UnitFileState"
    _status, output, _errors = run(["systemctl", "show", properties, name, KEEPER])
    return dict(zip(("service", "keeper"), parse_units([name, KEEPER], output)))


def parse_units(names: Sequence[str], output: str) -> List[Dict[str, Any]]:
    """Return the units that ``systemctl show`` told of, in the order in which they were named.

    >>> parse_units(["mysql"], "LoadState=loaded\\nActiveState=active\\nUnitFileState=enabled\\n")
    [{'name': 'mysql', 'is_installed': True, 'is_running': True, 'is_enabled': True}]
    """
    blocks = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in output.split("\n\n")]
    return [_unit(name, values) for name, values in zip(names, blocks)]


def _unit(name: str, values: Mapping[str, str]) -> Dict[str, Any]:
    return {
        "name": name,
        "is_installed": values.get("LoadState") == "loaded",
        "is_running": values.get("ActiveState") == "active",
        "is_enabled": values.get("UnitFileState") == "enabled",
    }


def _free_bytes(path: str) -> Optional[int]:
    """Return the free space where a path is, or would be."""
    while path != "/" and not os.path.exists(path):
        path = os.path.dirname(path)
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return None


def _is_pem(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return b"-----BEGIN " in file.read()
    except OSError:
        return False


def read_host(
    run: RunCommand,
    packages: List[str],
    data_directory: str,
    files: List[str],
    peer: Optional[Tuple[str, int]],
    options: Mapping[str, Any],
    own_address: Optional[str] = None,
    option_files: Mapping[str, str] = MappingProxyType({}),
) -> Dict[str, Any]:
    """Return the host's facts.

    :param packages: Debian packages to look for.
    :param files: PEM files that have to be there.
    :param peer: address and port to try to reach.
    :param options: further options of the server, which its program is asked about.
    :param own_address: where the server is to listen for its peer.
    :param option_files: the option file that is written for a server of each flavor.
    """
    program = read_program(run)
    flavor = program["flavor"] if program else None
    return {
        "system": _read_system(),
        "packages": _read_packages(run, packages),
        "program": program,
        **_read_services(run, flavor),
        "free_bytes": _free_bytes(data_directory),
        "unusable_files": [path for path in files if not _is_pem(path)],
        "rejected_options": read_rejection(run, program, options) if program else None,
        **(
            read_options(run, program, option_files.get(program["flavor"], ""))
            if program
            else {"start_options": None, "option_file": None}
        ),
        "peer": probe_peer(*peer) if peer else None,
        "own_address": look_at_address(own_address, flavor) if own_address else None,
    }
