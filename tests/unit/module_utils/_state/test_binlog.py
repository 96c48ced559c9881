"""Places in a binary log are ordered by number."""

from __future__ import annotations

import random

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._state.binlog import BinlogCoordinates

IN_ORDER = [
    BinlogCoordinates(file, position)
    for file, position in (
        ("binlog.000001", 4),
        ("binlog.000001", 1130),
        ("binlog.000009", 4),
        ("binlog.000010", 4),
        ("binlog.000099", 999),
        ("binlog.999999", 4),
        ("binlog.1000000", 4),
        ("binlog.1000000", 10),
        ("binlog.10000000", 4),
    )
]


def test_order() -> None:
    shuffled = random.Random(7).sample(IN_ORDER, len(IN_ORDER))
    for one in shuffled:
        for other in shuffled:
            assert one.is_before(other) == (IN_ORDER.index(one) < IN_ORDER.index(other)), (one, other)


def test_name_with_dots() -> None:
    assert BinlogCoordinates("db1.example.org-bin.000002", 4).is_before(
        BinlogCoordinates("db1.example.org-bin.000010", 4)
    )


def test_name_without_number() -> None:
    with pytest.raises(ValueError):
        BinlogCoordinates("binlog", 4).is_before(IN_ORDER[0])


def test_text() -> None:
    assert str(IN_ORDER[1]) == "binlog.000001:1130"
