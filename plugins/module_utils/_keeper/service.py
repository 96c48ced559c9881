# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The service that the own server runs as: whether its process died, or was ended because somebody wanted that."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from typing import Dict, Optional

from .._connection import Session

DIED, ENDED, UNKNOWN = "died", "ended", "unknown"
_DEATHS = ("signal", "core-dump", "oom-kill", "watchdog")


@dataclass(frozen=True)
class Service:
    """A unit of systemd.

    :ivar restarts: how often systemd had started it again by itself; empty where it does not tell.
    """

    unit: str
    restarts: str


def unit_in(cgroups: str) -> Optional[str]:
    r"""Return the service that a process belongs to, by what the kernel tells of its control groups.

    >>> unit_in("12:cpuset:/\n1:name=systemd:/system.slice/mysql.service\n")
    'mysql.service'
    >>> unit_in("0::/system.slice/mariadb.service\n"), unit_in("0::/user.slice\n")
    ('mariadb.service', None)
    """
    found = re.search(r"/([^/\n]+\.service)$", cgroups, re.MULTILINE)
    return found.group(1) if found else None


def service_of(session: Session) -> Optional[Service]:
    """Return the service of the server, which runs on this host; ``None`` where it is none."""
    variables = session.variables()
    try:
        with open(os.path.join(variables["datadir"], variables["pid_file"]), encoding="ascii") as file:
            process = int(file.read())
        with open("/proc/%d/cgroup" % process, encoding="ascii") as file:
            unit = unit_in(file.read())
    except (OSError, ValueError):
        return None
    return Service(unit, _ask(unit).get("NRestarts", "")) if unit else None


def how_it_ended(service: Service) -> str:
    """Return ``died`` after a signal that nobody orders an end with, ``ended`` otherwise; ``unknown`` for the moment.

    Where systemd has started it again already, it died.
    """
    return judge(service, _ask(service.unit))


def judge(service: Service, told: Dict[str, str]) -> str:
    """Return the same of what systemd tells.

    >>> mysql = Service("mysql.service", "0")
    >>> judge(mysql, {"ActiveState": "failed", "Result": "signal", "NRestarts": "0"})
    'died'
    >>> judge(mysql, {"ActiveState": "activating", "Result": "success", "NRestarts": "1"})
    'died'
    >>> judge(mysql, {"ActiveState": "deactivating", "Result": "success", "NRestarts": "0"})
    'ended'
    >>> judge(mysql, {"ActiveState": "active", "Result": "success", "NRestarts": "0"})
    'unknown'

    After a start that somebody ordered, systemd counts anew.

    >>> judge(Service("mysql.service", "2"), {"ActiveState": "active", "Result": "success", "NRestarts": "0"})
    'ended'
    """
    counts = service.restarts, told.get("NRestarts", "")
    more = int(counts[1]) - int(counts[0]) if all(count.isdigit() for count in counts) else 0
    if told.get("Result") in _DEATHS or more > 0:
        return DIED
    return UNKNOWN if more == 0 and told.get("ActiveState") in (None, "active") else ENDED


def _ask(unit: str) -> Dict[str, str]:
    command = ["systemctl", "show", "--property=ActiveState,Result,NRestarts", unit]
    asked = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return dict(line.split("=", 1) for line in asked.stdout.decode("utf-8").splitlines() if "=" in line)
