# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Markup of HTML and SVG in which every text is escaped unless it is markup already."""

from __future__ import annotations

from html import escape
from typing import Iterable, Optional, Union

_VOID = frozenset({"meta", "link", "br", "hr"})


class Markup(str):
    """A text that is markup already."""


Child = Union[str, int, float, None]


def text(value: Child) -> Markup:
    """Return a value as markup; a text is escaped.

    >>> text("<b>"), text(Markup("<b>")), text(None), text(3)
    ('&lt;b&gt;', '<b>', '', '3')
    """
    if isinstance(value, Markup):
        return value
    return Markup("" if value is None else escape(str(value), quote=True))


def joined(children: Iterable[Child]) -> Markup:
    """Return several values as one piece of markup."""
    return Markup("".join(text(child) for child in children))


def tag(_name: str, *children: Child, **attributes: Optional[Union[str, int, float]]) -> Markup:
    """Return an element; an attribute that is ``None`` is left out.

    A name that Python keeps for itself ends in an underscore, and one with a dash has an underscore instead.

    >>> tag("p", "a < b", tag("br"), class_="x", aria_label='"')
    '<p class="x" aria-label="&quot;">a &lt; b<br></p>'
    """
    said = "".join(
        ' %s="%s"' % (name.rstrip("_").replace("_", "-"), text(value))
        for name, value in attributes.items()
        if value is not None
    )
    if _name in _VOID:
        return Markup("<%s%s>" % (_name, said))
    return Markup("<%s%s>%s</%s>" % (_name, said, joined(children), _name))
