# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Whether there is anybody at an address at all.

The kernel of a live host takes or refuses a connection at once, however busy its servers are, unless too many wait
there already. One packet that is lost on the way is sent again after a second only, so this sends several.
"""

from __future__ import annotations

import errno
import selectors
import socket
from contextlib import ExitStack

_PACKETS = 3
_BEGUN = (0, errno.EINPROGRESS)
_OF_THE_HOST = (0, errno.ECONNREFUSED, errno.ECONNRESET)
"""How an attempt ends that the host itself took or refused."""

SILENT = "silent"
ANSWERS = "answers"
NO_WAY = "no way"


def look_for(host: str, port: int, seconds: float = 0.6) -> str:
    """Return whether the host answers, says nothing for that time, or nobody knows how to get there.

    On a host's own network the kernel looks for it by its address first, for three seconds, and all attempts of that
    time end at once with no way to the host.

    :return: :data:`ANSWERS`, :data:`SILENT` or :data:`NO_WAY`.
    """
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return NO_WAY
    with selectors.DefaultSelector() as answers, ExitStack() as sockets:
        for _packet in range(_PACKETS):
            for family, kind, protocol, _name, address in places:
                attempt = sockets.enter_context(socket.socket(family, kind, protocol))
                attempt.setblocking(False)
                error = attempt.connect_ex(address)
                if error not in _BEGUN:
                    return ANSWERS if error in _OF_THE_HOST else NO_WAY
                answers.register(attempt, selectors.EVENT_WRITE, attempt)
            ended = [key.data for key, _events in answers.select(seconds / _PACKETS)]
            errors = [each.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) for each in ended]
            if errors:
                return ANSWERS if any(error in _OF_THE_HOST for error in errors) else NO_WAY
    return SILENT


def is_silent(host: str, port: int, seconds: float = 0.6) -> bool:
    """Return whether nothing came back from there within that time; not so where nobody knows how to get there."""
    return look_for(host, port, seconds) == SILENT
