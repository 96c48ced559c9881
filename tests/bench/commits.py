"""The moments at which the lab's writer had its rows committed, as it notes them in each row."""

from __future__ import annotations

import itertools

import labkit


def longest_gap_ms(member: str, start: float, end: float) -> float:
    """Milliseconds between the two neighbouring commits of the writer on the member that are farthest apart.

    :param start: seconds of the epoch.
    """
    noted = f"written by {member} at "
    question = f"SELECT SUBSTRING_INDEX(note, ' ', -1) + 0e0 FROM wikidb.ledger WHERE note LIKE '{noted}%'"
    moments = sorted(float(str(row[0])) for row in labkit.sql(member, question))
    inside = [moment for moment in moments if start <= moment <= end]
    return 1000 * max((later - earlier for earlier, later in itertools.pairwise(inside)), default=0.0)
