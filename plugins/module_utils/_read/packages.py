# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads what the distribution has of a server program: its packages, and the newest version of each."""

from __future__ import annotations

import os
import re
import shutil
from typing import Any, Dict, List, Optional

from .program import RunCommand


def parse_owner(output: str) -> Optional[str]:
    """Return the package that a file belongs to, as ``dpkg-query --search`` tells it.

    >>> parse_owner("mysql-server-core-8.0: /usr/sbin/mysqld")
    'mysql-server-core-8.0'
    """
    lines = [line for line in output.splitlines() if not line.startswith("diversion by ")]
    return re.split("[:,]", lines[0])[0] if lines else None


def parse_siblings(output: str, package: str) -> List[str]:
    """Return the installed packages of the source that a package is built from, out of names, sources and states.

    >>> parse_siblings("mysql-server mysql-8.0 installed\\nmysql-server-8.0 mysql-8.0 installed", "mysql-server-8.0")
    ['mysql-server', 'mysql-server-8.0']
    """
    rows = [line.split(" ") for line in output.splitlines()]
    sources = {name: source for name, source, status in rows if status == "installed"}
    return sorted(name for name, source in sources.items() if source == sources.get(package))


def parse_candidates(output: str) -> Dict[str, str]:
    """Return the version of each package that would be installed, without what the distribution calls its own builds.

    >>> parse_candidates("Package: libmariadb3\\nVersion: 1:11.8.9+ds-0+deb13u1\\n")
    {'libmariadb3': '11.8.9'}
    """
    names = re.findall(r"^Package: (\S+)$", output, re.MULTILINE)
    versions = re.findall(r"^Version: (?:\d+:)?(\d+(?:\.\d+)*)", output, re.MULTILINE)
    return dict(zip(names, versions))


def read_upgrade(run: RunCommand, path: str) -> Optional[Dict[str, Any]]:
    """Return the package of a program, and the newest version of it and of all that is built from the same source.

    One that is called like the server may only stand for others. ``None`` for a program that belongs to no package.
    """
    if not shutil.which("dpkg-query"):
        return None
    _status, output, _errors = run(["dpkg-query", "--search", os.path.realpath(path)])
    package = parse_owner(output)
    if package is None:
        return None
    form = "${Package} ${source:Package} ${db:Status-Status}\n"
    _status, output, _errors = run(["dpkg-query", "--show", "--showformat=" + form])
    _status, output, _errors = run(["apt-cache", "--no-all-versions", "show", *parse_siblings(output, package)])
    return {"package": package, "candidates": parse_candidates(output)}
