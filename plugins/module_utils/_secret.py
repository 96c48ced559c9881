# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Secrets that cannot be printed by accident: our own, and those in statements of others."""

from __future__ import annotations

import re

MASK = "********"

_SECRET_FOLLOWS = re.compile(
    r"\b(IDENTIFIED\W+(?:BY|VIA|WITH)\b|SET\s+PASSWORD\b|\w*PASSWORD(?=\s*[=('\"])).*", re.IGNORECASE | re.DOTALL
)


def without_secret(text: str) -> str:
    r"""Return a statement, or a message that repeats one, up to where it may tell a password or its hash.

    >>> without_secret("CREATE OR REPLACE  user u IDENTIFIED\n BY 'pw'"), without_secret("set password for u = 'pw'")
    ('CREATE OR REPLACE  user u IDENTIFIED\n BY …', 'set password …')
    >>> without_secret("ALTER TABLE t ADD password CHAR(8)"), without_secret("OPTIONS (PASSWORD 'pw', PORT 1)")
    ('ALTER TABLE t ADD password CHAR(8)', 'OPTIONS (PASSWORD …')
    """
    return _SECRET_FOLLOWS.sub(r"\1 …", text)


class Secret:
    """A text that shows itself only through :meth:`reveal`.

    >>> print(Secret("s3cret"), [Secret("s3cret")])
    ******** [Secret(********)]
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return "Secret(%s)" % MASK
