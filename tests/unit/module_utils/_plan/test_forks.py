"""With so many forks nobody waits in vain, and with one less somebody does."""

from __future__ import annotations

import random

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._plan.forks import forks_needed


def ends(order: list[str], pairs: dict[str, list[str]], forks: int) -> bool:
    """Whether all hosts of a task end, of which so many work at once."""
    at_work: set[str] = set()
    for host in order:
        if len(at_work) == forks:
            return False
        at_work.add(host)
        if at_work.issuperset(pairs[host]):
            at_work.difference_update(pairs[host])
    return not at_work


@pytest.mark.parametrize("seed", range(50))
def test_as_many_as_it_takes(seed: int) -> None:
    order = [f"{pair}{place}" for pair in "abcd" for place in (1, 2)]
    random.Random(seed).shuffle(order)
    pairs = {host: [host[0] + "1", host[0] + "2"] for host in order}
    needed = forks_needed(pairs)
    assert ends(order, pairs, needed)
    assert not ends(order, pairs, needed - 1)


def test_a_host_that_is_no_member_waits_for_nobody() -> None:
    pair = ["db1", "db2"]
    assert forks_needed({"db3": pair, "db4": pair, "db5": [], "db1": pair, "db2": pair}) == 2
