# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Looks from a host at addresses: whether its peer is to be reached, and whether a server can listen at its own."""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import Any, Dict, Optional

from .._dialect.features import MARIADB


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
