# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What can go wrong while talking to a server, as exceptions that know their evidence."""

from __future__ import annotations

from typing import Any, Dict, Optional

TABLE_CHANGED = (1049, 1054, 1146, 1176, 1412)
"""Errors of whoever reads a table that somebody alters or drops meanwhile, with its schema or its key."""


class TwowayError(Exception):
    """A failure with a message for people; ``details`` go into the module's result."""

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details: Dict[str, Any] = details


class ServerError(TwowayError):
    """The server, or the way to it, answered with an error.

    :ivar errno: the server's or the client's error number, ``None`` where the driver gave none.
    :ivar is_answer: whether a server said so; else nothing is known of it.
    :ivar sqlstate: five characters, ``None`` for errors of the client.
    """

    def __init__(
        self,
        action: str,
        errno: Optional[int],
        sqlstate: Optional[str],
        reason: str,
        was_there: bool = False,
        nobody_listens: bool = False,
    ) -> None:
        """Make the message.

        :param was_there: whether a server is known to have answered, whatever the number says.
        :param nobody_listens: whether there is no server at that place, which a number does not tell.
        """
        evidence = "errno %s, sqlstate %s" % (
            "unknown" if errno is None else errno,
            "none" if sqlstate is None else sqlstate,
        )
        super().__init__(
            "Failed to %s: %s (%s)" % (action, reason, evidence),
            errno=errno,
            sqlstate=sqlstate,
            nobody_listens=nobody_listens,
        )
        # The numbers of the client's own errors, which say that there is no answer, are those from 2000 on.
        self.is_answer = was_there or (errno is not None and errno >= 1000 and not 2000 <= errno < 3000)
        self.action = action
        self.errno = errno
        self.sqlstate = sqlstate
        self.reason = reason


class ProgramFailed(TwowayError):
    """A server's own program ended with an error; the message has what it said."""


class UnsupportedServer(TwowayError):
    """The server is of a flavor or version that the collection does not know how to speak to."""


class Refused(TwowayError):
    """The wish could be carried out only by losing or breaking something; the message says what to do instead."""
