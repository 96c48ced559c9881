"""Figures that the tests of this folder print when all is over; none of them decides about a test."""

from __future__ import annotations

import json
import statistics

_SECONDS: dict[str, list[float]] = {}


def note(what: str, seconds: float) -> None:
    """Keep how long something took."""
    _SECONDS.setdefault(what, []).append(seconds)


def line() -> str:
    """Number, median and worst of everything that was noted, as one line of JSON; empty when nothing was."""
    told = {
        what: {
            "times": len(seconds),
            "median_s": round(statistics.median(seconds), 2),
            "worst_s": round(max(seconds), 2),
        }
        for what, seconds in _SECONDS.items()
    }
    return json.dumps(told) if told else ""
