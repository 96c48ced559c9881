# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Small charts of the last runs: lines of figures, and a strip of verdicts."""

from __future__ import annotations

from typing import Any, Iterator, List, Mapping, Optional, Sequence, Tuple

from .markup import Markup, tag

_WIDTH, _HEIGHT, _EDGE = 300, 60, 3
_HEIGHTS = {"ok": 14, "warning": 30, "critical": 54, "unknown": 42}
_CLASSES = ("first", "second")

Series = Sequence[Optional[float]]


def draw_lines(title: str, series: Sequence[Series]) -> Markup:
    """Return a chart with a line for each series, from 0 to the largest value; what is not known is a gap in it.

    :param title: says in words what the chart shows.
    """
    top = max((value for values in series for value in values if value is not None), default=0) or 1
    lines = [
        tag("path", d=path, class_="line " + _CLASSES[number % len(_CLASSES)])
        for number, values in enumerate(series)
        for path in [_path(values, top)]
        if path
    ]
    base = tag("line", x1=0, y1=_HEIGHT - _EDGE, x2=_WIDTH, y2=_HEIGHT - _EDGE, class_="base")
    return _chart(title, [base, *lines])


def draw_verdicts(title: str, states: Sequence[str]) -> Markup:
    """Return a strip with a bar for each run; the worse the verdict, the higher it is."""
    step = _WIDTH / max(len(states), 12)
    bars = [
        tag(
            "rect",
            x=round(number * step, 2),
            y=_HEIGHT - _HEIGHTS[state],
            width=round(max(step * 0.8, step - 2), 2),
            height=_HEIGHTS[state],
            class_="bar " + state,
        )
        for number, state in enumerate(states)
        if state in _HEIGHTS
    ]
    return _chart(title, bars)


def _chart(title: str, parts: Sequence[Markup]) -> Markup:
    return tag(
        "svg",
        tag("title", title),
        *parts,
        viewBox="0 0 %d %d" % (_WIDTH, _HEIGHT),
        role="img",
        aria_label=title,
        class_="chart",
    )


def _path(values: Series, top: float) -> str:
    return " ".join(_stroke(points) for points in _runs(values, top))


def _runs(values: Series, top: float) -> Iterator[List[Tuple[float, float]]]:
    """Yield the points of each stretch of known values."""
    step = _WIDTH / max(len(values) - 1, 1)
    run: List[Tuple[float, float]] = []
    for number, value in enumerate(values):
        if value is None:
            if run:
                yield run
            run = []
        else:
            run.append((number * step, _HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * value / top))
    if run:
        yield run


def _stroke(points: Sequence[Tuple[float, float]]) -> str:
    """Return the path through points; one alone is a short dash.

    >>> _stroke([(0, 1.0), (2.5, 3.25)]), _stroke([(4, 5.0)])
    ('M0 1 L2.5 3.25', 'M2 5 h4')
    """
    if len(points) == 1:
        return "M%g %g h4" % (points[0][0] - 2, points[0][1])
    return "M" + " L".join("%g %g" % (round(x, 2), round(y, 2)) for x, y in points)


def direction_series(history: Sequence[Mapping[str, Any]], source: str, figure: str) -> List[Optional[float]]:
    """Return a figure of the direction from a member, by run."""
    return [next((way[figure] for way in entry["directions"] if way["source"] == source), None) for entry in history]
