# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Which method copies the data: the fastest of those that can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from .._connection import Session
from .._errors import Refused
from .._module import login_of, remote_login_of
from .._read.data import holds_data, read_schemas
from .._secret import Secret
from .backup import BackupSeed
from .clone import CloneSeed
from .dump import DumpSeed
from .method import Method
from .parallel import ParallelDumpSeed

AUTO = "auto"


@dataclass(frozen=True)
class Choice:
    """A method, and why faster ones were passed over: name and obstacles of each."""

    method: Method
    passed_over: List[Tuple[str, List[str]]]

    def as_dict(self) -> Dict[str, Any]:
        """Return what a module shows of it."""
        return {"method": self.method.name, "passed_over": self.reasons}

    @property
    def reasons(self) -> List[str]:
        """One line for each method that was passed over."""
        return ["%s: %s" % (name, "; ".join(obstacles)) for name, obstacles in self.passed_over]


def choose(methods: Sequence[Method], wished: str) -> Choice:
    """Return the first method without an obstacle.

    :param methods: the fastest first.
    :param wished: name of a method, or ``auto``; one name may stand for several ways to do it.
    :raises Refused: when the wished one cannot be used here.
    """
    passed_over: List[Tuple[str, List[str]]] = []
    for method in methods:
        if wished not in (AUTO, method.name):
            continue
        obstacles = method.obstacles()
        if not obstacles:
            return Choice(method, passed_over)
        passed_over.append((method.name, obstacles))
    raise Refused(
        "The data cannot be copied by %s. %s. Nothing was touched."
        % (wished, ". ".join("%s: %s" % (name, "; ".join(obstacles)) for name, obstacles in passed_over))
    )


def methods_for(params: Mapping[str, Any], session: Session, donor: Session) -> List[Method]:
    """Return the ways to copy that these options leave, the fastest first."""
    logins = (session, login_of(params), donor, remote_login_of(params, "donor"))
    long_seconds = params["long_query_seconds"]
    stream = DumpSeed(*logins, long_seconds, file=params["file"])
    if params["file"]:
        return [stream]
    dumps = [ParallelDumpSeed(*logins, long_seconds), stream]
    if params["method"] == AUTO and not any(holds_data(schema) for schema in read_schemas(donor)):
        # Without data there is nothing that would be worth a restart.
        return dumps
    return [CloneSeed(*logins), _backup(params, session, donor), *dumps]


def _backup(params: Mapping[str, Any], session: Session, donor: Session) -> Method:
    """Return the way by the donor's offer."""
    secret = Secret(params["offer_password"]) if params["offer_password"] else None
    return BackupSeed(session, login_of(params), donor, params["donor_host"], params["offer_port"], secret)
