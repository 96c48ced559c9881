"""The algebra of GTIDs, compared with sets of Python."""

from __future__ import annotations

import random

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._state.gtid import (
    GtidSet,
    parse_gtid_position,
    parse_gtid_set,
)

A = "3e11fa47-71ca-11e1-9e33-c80aa9429562"
B = "d94a8ba6-e7a0-11f1-bd52-02420a080501"
SOURCES = (A, A + ":blue", B)

Members = set[tuple[str, int]]


def some_members(rng: random.Random) -> Members:
    return {(rng.choice(SOURCES), rng.randint(1, 14)) for _member in range(rng.randint(0, 20))}


def written(members: Members, rng: random.Random) -> str:
    """Return the members as a server or a person might write them: in any order, in pieces that may overlap."""
    pieces = [f"{source}:{number}" for source, number in members]
    pieces += [f"{s}:{n}-{n + 1}" for s, n in members if (s, n + 1) in members]
    rng.shuffle(pieces)
    return rng.choice([",", ",\n", " , "]).join(pieces)


def members_of(gtids: GtidSet) -> Members:
    return {(source, n) for source, held in gtids.sources for first, last in held for n in range(first, last + 1)}


@pytest.mark.parametrize("seed", range(150))
def test_sets_behave_like_sets(seed: int) -> None:
    rng = random.Random(seed)
    one, other = some_members(rng), some_members(rng)
    first, second = parse_gtid_set(written(one, rng)), parse_gtid_set(written(other, rng))
    assert members_of(first) == one
    assert first.count == len(one)
    assert bool(first) == bool(one)
    assert members_of(first.subtract(second)) == one - other
    assert first.contains(second) == (one >= other)
    assert members_of(first.of_source(A.upper())) == {member for member in one if member[0].startswith(A)}
    assert (first == second) == (one == other)
    assert parse_gtid_set(str(first)) == first


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("", ""),
        (" \n", ""),
        (f"{A}:1", f"{A}:1"),
        (f"{A}:1-1", f"{A}:1"),
        (f"{A.upper()}:1-3", f"{A}:1-3"),
        (f"{A}:5-7:1-4", f"{A}:1-7"),
        (f"{A}:1-5:3-9", f"{A}:1-9"),
        (f"{A}:1-2:4", f"{A}:1-2:4"),
        (f"{A}:1-3,{A}:4", f"{A}:1-4"),
        (f"{B}:1,\n{A}:1", f"{A}:1,{B}:1"),
        (f"{A}:1-3:blue:1-2", f"{A}:1-3,{A}:blue:1-2"),
        (f"{A}:blue:1-2:red_1:5", f"{A}:blue:1-2,{A}:red_1:5"),
        (f"{A}:Blue:1:BLUE:2", f"{A}:blue:1-2"),
        (f"{A}:1-9223372036854775806", f"{A}:1-9223372036854775806"),
    ],
)
def test_set_as_printed(text: str, printed: str) -> None:
    assert str(parse_gtid_set(text)) == printed


@pytest.mark.parametrize("text", ["x", A, f"{A}:0", f"{A}:3-2", f"{A}:1-x", "1-1-40", f"{A[1:]}:1", f"{A}:1-2-3"])
def test_set_refuses(text: str) -> None:
    with pytest.raises(ValueError):
        parse_gtid_set(text)


@pytest.mark.parametrize(
    ("held", "wanted", "covers"),
    [
        ("", "", True),
        ("0-1-1", "", True),
        ("", "0-1-1", False),
        ("0-1-100", "0-1-100", True),
        ("0-1-99", "0-1-100", False),
        ("0-2-101", "0-1-100", True),
        ("1-1-40,2-2-7", "2-2-7", True),
        ("1-1-40,2-2-7", "2-2-8", False),
        ("1-1-40", "1-1-1,2-2-1", False),
        ("1-1-9", "1-1-10", False),
        ("1-1-40,1-2-10", "1-1-40", True),
        ("1-1-10,1-2-40", "1-1-40", True),
    ],
)
def test_position_covers(held: str, wanted: str, covers: bool) -> None:
    assert parse_gtid_position(held).covers(parse_gtid_position(wanted)) is covers


@pytest.mark.parametrize(
    ("text", "printed"),
    [("", ""), ("2-2-7,1-1-40", "1-1-40,2-2-7"), ("0-1-1,\n0-2-5", "0-1-1,0-2-5"), ("10-1-1,9-1-1", "9-1-1,10-1-1")],
)
def test_position_as_printed(text: str, printed: str) -> None:
    position = parse_gtid_position(text)
    assert str(position) == printed
    assert bool(position) == bool(printed)


@pytest.mark.parametrize("text", ["1-1", "1-1-1-1", "a-1-1", f"{A}:1", "1--1"])
def test_position_refuses(text: str) -> None:
    with pytest.raises(ValueError):
        parse_gtid_position(text)
