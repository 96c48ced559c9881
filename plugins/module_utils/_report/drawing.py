# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The drawing of a pair: two members, an arrow in each direction, and on the arrows how far apart they are.

It is drawn twice, side by side for wide pages and one above the other for narrow ones; the style shows one of them. No
state is told by color alone: arrows differ in their lines and signs, and say their state in words.
"""

from __future__ import annotations

from typing import Any, List, Mapping, Tuple

from . import words
from .markup import Markup, tag

_ARROWS = {
    "running": "good",
    "connecting": "doubtful",
    "unknown": "quiet",
    "missing": "bad",
    "stopped": "bad",
    "broken": "bad",
}
_SIGNS = {"connecting": "…", "unknown": "?", "missing": "✕", "stopped": "‖", "broken": "✕"}
_DASHES = {"connecting": "7 6", "unknown": "1 7", "missing": "1 7", "stopped": "12 6", "broken": "12 6"}

_BOX = (250, 148)
_WIDE = (900, 196)
_NARROW = (328, 488)

Point = Tuple[float, float]


def draw_pair(report: Mapping[str, Any], index: int) -> Markup:
    """Return both drawings of a pair; nothing where its members are not two.

    :param index: of the pair on its page, for names that are unique there.
    """
    if len(report["members"]) != 2 or len(report["directions"]) != 2:
        return Markup("")
    return Markup(
        _draw(report, "p%dw" % index, _wide, _WIDE, "wide") + _draw(report, "p%dn" % index, _narrow, _NARROW, "narrow")
    )


def describe(report: Mapping[str, Any]) -> str:
    """Return the drawing in words, for those who cannot see it."""
    members = ["%s, %s, %s" % (m["name"], words.server(m), m["error"] or words.gate(m)) for m in report["members"]]
    ways = [
        "%s to %s %s, %s, %s" % (d["source"], d["replica"], words.state(d), words.lag(d), words.gap(d))
        for d in report["directions"]
    ]
    return ". ".join(members + ways) + "."


def _draw(report: Mapping[str, Any], name: str, layout: Any, size: Tuple[int, int], kind: str) -> Markup:
    return tag(
        "svg",
        tag("title", "The pair %s" % report["pair"], id=name + "t"),
        tag("desc", describe(report), id=name + "d"),
        *layout(report),
        viewBox="0 0 %d %d" % size,
        role="img",
        aria_labelledby="%st %sd" % (name, name),
        class_="drawing " + kind,
    )


def _wide(report: Mapping[str, Any]) -> List[Markup]:
    width = _BOX[0]
    left, right = report["members"]
    there, back = report["directions"]
    start, end = width + 12, _WIDE[0] - width - 12
    middle = _WIDE[0] / 2
    return [
        _member(report, left, (1, 24), width),
        _member(report, right, (_WIDE[0] - width - 1, 24), width),
        _arrow(there, (start, 68), (end, 68)),
        *_labels(there, (middle, 46), (middle, 94), "middle"),
        _arrow(back, (end, 146), (start, 146)),
        *_labels(back, (middle, 124), (middle, 172), "middle"),
    ]


def _narrow(report: Mapping[str, Any]) -> List[Markup]:
    height = _BOX[1]
    top, bottom = report["members"]
    there, back = report["directions"]
    start, end = height + 13, _NARROW[1] - height - 13
    return [
        _member(report, top, (1, 1), _NARROW[0] - 2),
        _member(report, bottom, (1, _NARROW[1] - height - 1), _NARROW[0] - 2),
        _arrow(there, (20, start), (20, end)),
        *_stack(there, (38, start + 44)),
        _arrow(back, (184, end), (184, start)),
        *_stack(back, (202, start + 44)),
    ]


def _member(report: Mapping[str, Any], member: Mapping[str, Any], at: Point, width: int) -> Markup:
    """Return the box of a member, its band saying whether it takes the writes."""
    (x, y), height = at, _BOX[1]
    is_writer = member["gate"] == "open"
    tone = "dead" if member["error"] else "writer" if is_writer else "reader"
    lines = (
        [member["error"]]
        if member["error"]
        else [words.server(member), "up " + words.duration(member["uptime_seconds"])]
    )
    lines += [str(member["address"] or "")]
    if member["server_id"]:
        lines += ["server id %s" % member["server_id"]]
    band = "no answer" if member["error"] else "✎ takes writes" if is_writer else words.gate(member)
    return tag(
        "g",
        tag(
            "path", d="M%d %dv-18a10 10 0 0 1 10 -10h%da10 10 0 0 1 10 10v18z" % (x, y + 28, width - 20), class_="band"
        ),
        tag("rect", x=x, y=y, width=width, height=height, rx=10, class_="box"),
        tag("text", _short(band, 34), x=x + 14, y=y + 19, class_="band-text"),
        tag("text", _short(member["name"], 24), x=x + 14, y=y + 54, class_="name"),
        *(
            tag("text", _short(line, int(width / 7.4)), x=x + 14, y=y + 78 + 19 * row, class_="small")
            for row, line in enumerate(lines)
        ),
        class_="member " + tone,
    )


def _arrow(direction: Mapping[str, Any], start: Point, end: Point) -> Markup:
    """Return an arrow; one that nothing flows through is open in the middle, and has a sign there."""
    state = direction["state"]
    (x1, y1), (x2, y2) = start, end
    ahead = ((x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1))
    tip = "M%g %g l%g %g l%g %g z" % (
        x2, y2,
        -13 * ahead[0] - 7 * ahead[1], -13 * ahead[1] - 7 * ahead[0],
        14 * ahead[1], 14 * ahead[0],
    )  # fmt: skip
    parts = [
        tag("line", x1=x1, y1=y1, x2=x2 - 10 * ahead[0], y2=y2 - 10 * ahead[1], stroke_dasharray=_DASHES.get(state)),
        tag("path", d=tip),
    ]
    if state in _SIGNS:
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        parts += [
            tag("circle", cx=x, cy=y, r=12),
            tag("text", _SIGNS[state], x=x, y=y + 5, text_anchor="middle", class_="sign"),
        ]
    return tag("g", *parts, class_="arrow " + _ARROWS[state])


def _figures(direction: Mapping[str, Any]) -> Tuple[List[str], List[str]]:
    """Return what stands above and below an arrow."""
    if direction["state"] in ("missing", "unknown"):
        return [words.state(direction)], []
    return [words.state(direction), words.lag(direction)], [words.gap(direction), words.semi_sync(direction)]


def _labels(direction: Mapping[str, Any], above: Point, below: Point, anchor: str) -> List[Markup]:
    upper, lower = _figures(direction)
    return [
        tag("text", " · ".join(upper), x=above[0], y=above[1], text_anchor=anchor, class_="label"),
        tag("text", " · ".join(lower), x=below[0], y=below[1], text_anchor=anchor, class_="small"),
    ]


def _stack(direction: Mapping[str, Any], at: Point) -> List[Markup]:
    upper, lower = _figures(direction)
    short = [line.replace(" transactions", "").replace(" transaction", "") for line in lower]
    return [
        tag("text", line, x=at[0], y=at[1] + 20 * row, class_="label" if row == 0 else "small")
        for row, line in enumerate([*upper, *short])
    ]


def _short(line: str, most: int) -> str:
    """Return a text that fits; what is cut off stands in the tables below the drawing.

    >>> _short("a-very-long-name", 8)
    'a-very-…'
    """
    return line if len(line) <= most else line[: most - 1] + "…"
