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


def is_silent(host: str, port: int, seconds: float = 0.6) -> bool:
    """Return whether nothing came back from there within that time; not so where nobody knows how to get there."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return False
    with selectors.DefaultSelector() as answers, ExitStack() as sockets:
        for _packet in range(_PACKETS):
            for family, kind, protocol, _name, address in places:
                attempt = sockets.enter_context(socket.socket(family, kind, protocol))
                attempt.setblocking(False)
                if attempt.connect_ex(address) not in _BEGUN:
                    return False
                answers.register(attempt, selectors.EVENT_WRITE)
            if answers.select(seconds / _PACKETS):
                return False
    return True
