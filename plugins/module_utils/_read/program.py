# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Asks the server's program on a host: which one it is, and what it makes of options and of option files."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from tempfile import NamedTemporaryFile
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


def read_program(run: RunCommand) -> Optional[Dict[str, Any]]:
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


def read_rejection(run: RunCommand, program: Dict[str, Any], options: Mapping[str, Any]) -> Optional[str]:
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


def read_options(run: RunCommand, program: Dict[str, Any], own_file: str) -> Dict[str, Any]:
    """Return the ``start_options`` that the program finds, and what it makes of one ``option_file``, if that is there.

    Both are ``None`` where the program cannot read its option files.
    """
    status, output, _errors = run([program["path"], "--print-defaults"])
    if status:
        return {"start_options": None, "option_file": None}
    own = (
        run([program["path"], "--defaults-file=" + own_file, "--print-defaults"])[1] if os.path.exists(own_file) else ""
    )
    return {"start_options": parse_start_options(output), "option_file": judge_option_file(output, own)}
