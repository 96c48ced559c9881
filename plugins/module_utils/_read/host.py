# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads a host as a home for a server: system, packages, program, service, space, and the way to its peer."""

from __future__ import annotations

import errno
import ipaddress
import os
import platform
import re
import shutil
import socket
from collections import Counter
from tempfile import NamedTemporaryFile
from types import MappingProxyType
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from .._dialect.features import MARIADB, MYSQL, parse_version
from .._dialect.options import further_options, variable_of
from .._errors import UnsupportedServer
from .._state.channel import FILTERS
from .._state.variables import same_value, todays_name

RunCommand = Callable[[Sequence[str]], Tuple[int, str, str]]
"""Runs a command and returns exit status, standard output and standard error."""

_PROGRAMS = ("mariadbd", "mysqld")
_PROGRAM_FOLDERS = ("/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/usr/local/mysql/bin")
_TRIALS = {MYSQL: ["--validate-config"], MARIADB: ["--help", "--verbose"]}
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


def _read_program(run: RunCommand) -> Optional[Dict[str, Any]]:
    """Return path, flavor and version of the installed server program, ``None`` when there is none."""
    search = os.pathsep.join([os.environ.get("PATH", ""), *_PROGRAM_FOLDERS])
    path = next((found for name in _PROGRAMS for found in [shutil.which(name, path=search)] if found), None)
    if not path:
        return None
    _status, output, _errors = run([path, "--no-defaults", "--version"])
    try:
        server = parse_version(output)
    except UnsupportedServer:
        return {"path": path, "flavor": None, "version": None, "is_supported": False}
    return {
        "path": path,
        "flavor": server.flavor,
        "version": server.version_text,
        "is_supported": server.is_supported,
    }


def _read_rejection(run: RunCommand, program: Dict[str, Any], options: Mapping[str, Any]) -> Optional[str]:
    """Return what the server program says against these options, ``None`` when it takes them.

    It reads them from a file, as it does later: a value may be a secret, and a command line is read by everybody.
    """
    if not options or program["flavor"] not in _TRIALS:
        return None
    try:
        lines = [line for option in further_options(options) for line in option.lines]
    except ValueError as error:
        return str(error)
    # In the usual folder: AppArmor lets the program read its own files there, and few elsewhere.
    with NamedTemporaryFile("w", prefix="twoway-", suffix=".cnf", encoding="utf-8") as file:
        file.write("\n".join(["[mysqld]", *lines, ""]))
        file.flush()
        trial = ["--defaults-file=" + file.name, "--user=mysql", *_TRIALS[program["flavor"]]]
        status, output, errors = run([program["path"], *trial])
    return parse_rejection(errors or output) if status else None


def parse_rejection(text: str) -> str:
    """Return what a server program has against its options, without the value of one that it does not know.

    >>> parse_rejection("[ERROR] [MY-000067] [Server] unknown variable 'no_such_option=1'.\\n[ERROR] [Server] Aborting")
    "unknown variable 'no_such_option'"
    >>> parse_rejection("2026-11-26 [ERROR] /usr/sbin/mariadbd: Error while setting value 'x' to 'binlog_format'")
    "Error while setting value 'x' to 'binlog_format'"
    """
    line = next((line for line in text.splitlines() if "ERROR" in line), text.strip())
    said = re.sub(r"^/\S+: ", "", line.rpartition("] ")[2].rstrip("."))
    return re.sub(r"'([\w-]+)=.*'", r"'\1'", said)


_SHOWN_OPTIONS = (
    "read_only",
    "super_read_only",
    "skip_slave_start",
    "skip_replica_start",
    "master_retry_count",
    "replicate_same_server_id",
)
"""Options whose value is told; of the others, among which there may be secrets, only the name is."""


def parse_start_options(output: str) -> Dict[str, Optional[str]]:
    """Return the options that a server program finds in its option files; the last word on each counts.

    >>> parse_start_options("mysqld would start with:\\n--read-only --port=3306 --super_read_only=ON --read_only=0")
    {'read_only': '0', 'port': None, 'super_read_only': 'ON'}
    """
    return {name: value if name in _SHOWN_OPTIONS else None for name, value in _options_in(output)}


def _options_in(output: str) -> List[Tuple[str, str]]:
    words = [word[2:].partition("=") for word in output.split() if word.startswith("--")]
    return [(name.replace("-", "_"), value if is_valued else "ON") for name, is_valued, value in words]


_NOT_OVERRIDDEN = frozenset({*FILTERS, "plugin_load_add", "read_only", "super_read_only"})
"""Options to which other files add, or that the pair says in another file of its own."""


def judge_option_file(output: str, own: str) -> Dict[str, Any]:
    """Return what a server program makes of one option file, from what it finds in all of them and in that one.

    These are the variables that it is about, those of them on which another file has the last word, and the filters
    that other files add.

    >>> judge_option_file("--server_id=7 --port=1 --server-id=1 --binlog-do-db=a", "--server_id=7 --port=1")
    {'options': ['port', 'server_id'], 'overridden': ['server_id'], 'filters_elsewhere': {'binlog_do_db': ['a']}}
    """
    everything, here = ([(variable_of(name), value) for name, value in _options_in(text)] for text in (output, own))
    last = {todays_name(name): value for name, value in everything}
    filters: Dict[str, List[str]] = {}
    for name, value in sorted((Counter(everything) - Counter(here)).keys()):
        if name in FILTERS:
            filters.setdefault(name, []).append(value)
    compared = {name: value for name, value in here if name not in _NOT_OVERRIDDEN}
    return {
        "options": sorted({name for name, _value in here}),
        "overridden": sorted(
            name for name, value in compared.items() if not same_value(last.get(todays_name(name), ""), value)
        ),
        "filters_elsewhere": filters,
    }


def _read_options(run: RunCommand, program: Dict[str, Any], own_file: str) -> Dict[str, Any]:
    status, output, _errors = run([program["path"], "--print-defaults"])
    if status:
        return {"start_options": None, "option_file": None}
    own = (
        run([program["path"], "--defaults-file=" + own_file, "--print-defaults"])[1] if os.path.exists(own_file) else ""
    )
    return {"start_options": parse_start_options(output), "option_file": judge_option_file(output, own)}


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


def probe_peer(address: str, port: int, timeout_seconds: float = 5.0) -> Dict[str, Any]:
    """Return whether a host can be reached, whether something listens at the port there, and the error.

    A refused connection is an answer: the host is there, its server is not yet.
    """
    answer: Dict[str, Any] = {"address": address, "port": port, "reachable": True, "listening": False, "error": None}
    try:
        socket.create_connection((address, port), timeout=timeout_seconds).close()
        answer["listening"] = True
    except OSError as error:
        if error.errno != errno.ECONNREFUSED:
            answer.update(reachable=False, error=str(error))
    return answer


def look_at_address(address: str, flavor: Optional[str]) -> Dict[str, Any]:
    """Return whether a server that listens on an address of this host can be reached there, or what is against it.

    Where a name stands for several addresses, MariaDB listens on all of them, MySQL on the first of IPv4.
    """
    try:
        found = socket.getaddrinfo(address, 0, type=socket.SOCK_STREAM)
    except OSError as error:
        return {"address": address, "error": "it stands for no address here (%s)" % error}
    listened = sorted(found, key=lambda info: info[0] != socket.AF_INET)
    reasons = [_why_unreachable(info[0], info[4]) for info in (listened if flavor == MARIADB else listened[:1])]
    return {"address": address, "error": None if None in reasons else reasons[0]}


def _why_unreachable(family: int, place: Any) -> Optional[str]:
    if ipaddress.ip_address(place[0].partition("%")[0]).is_loopback:
        return "that is %s here, where only this host comes" % place[0]
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.bind(place)
    except OSError as error:
        return "no interface here has %s" % place[0] if error.errno == errno.EADDRNOTAVAIL else None
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
    program = _read_program(run)
    flavor = program["flavor"] if program else None
    return {
        "system": _read_system(),
        "packages": _read_packages(run, packages),
        "program": program,
        **_read_services(run, flavor),
        "free_bytes": _free_bytes(data_directory),
        "unusable_files": [path for path in files if not _is_pem(path)],
        "rejected_options": _read_rejection(run, program, options) if program else None,
        **(
            _read_options(run, program, option_files.get(program["flavor"], ""))
            if program
            else {"start_options": None, "option_file": None}
        ),
        "peer": probe_peer(*peer) if peer else None,
        "own_address": look_at_address(own_address, flavor) if own_address else None,
    }
