"""Measures how long nobody can write through the pair's address when the active server dies, or its host is cut off.

Usage: vip.py FLAVOR [--runs N] [--fence-after SECONDS]

Four clients write through the address from this machine, one commit per row; a run's figure is the time from the last
row that the lost member acknowledged to the first of the other one. A host that is cut off is turned off by a program
that ends its container, which is part of that time. Each run ends with a whole pair, whose rows are compared with the
acknowledged ones. The last line is JSON; the exit code is 1 when a row is lost, or two gates were open at once.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import address
import labkit
import pair
import playbook
import power

_GOALS = "a killed server: median 600 ms, worst 1500 ms; a host that is cut off: 1000 ms"
Loss = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True)
class Run:
    """What one loss of the active member came to."""

    gap_ms: float
    rows: int
    rows_lost: int
    two_open_gates: int


@contextmanager
def kill(active: str) -> Iterator[None]:
    """The active server dies; its host starts it again."""
    address.kill_server(active)
    yield


@contextmanager
def cut(active: str) -> Iterator[None]:
    """The active host's cable is pulled, and somebody turns that off once the standby asks for it."""
    # By the last one its host has just started.
    time.sleep(power.AFTER_START_SECONDS)
    with power.switch(active):
        labkit.cut(active)
        try:
            yield
        finally:
            labkit.heal()


def run(lose: Loss) -> Run:
    """Lose the active member, wait for the writes to go on and for the pair to be whole again."""
    active, standby = address.settled()
    lost, survivor = pair.server_id(active), pair.server_id(standby)
    with address.observed() as seen:
        seen.wait_for_rows()
        with lose(active):
            address.eventually(lambda: address.gate(standby), "open")
            seen.wait_for_rows()
        if address.settled() != (standby, active):
            sys.exit(f"The writes did not go from {active} to {standby}.")
    last = seen.last_of(lost)
    first = seen.first_of(survivor, last)
    if first is None:
        sys.exit("The survivor acknowledged no row.")
    missing = max(seen.lost_rows().values())
    return Run((first - last) * 1000, len(seen.acknowledged), missing, seen.two_open_gates())


def tell(what: str, runs: Sequence[Run]) -> None:
    """Print how long nobody could write."""
    print(f"{what}: {', '.join(f'{each.gap_ms:.0f}' for each in runs)} ms; load {os.getloadavg()[0]:.1f}", flush=True)


def cpu_percent(member: str, seconds: float = 5.0) -> float:
    """Processor time of the member's keeper, in percent of one core."""

    def used() -> int:
        return int(labkit.shell(member, "systemctl show --property=CPUUsageNSec --value twoway-gate").stdout)

    before = used()
    time.sleep(seconds)
    return (used() - before) / seconds / 1e7


def measure(flavor: str, count: int, fence_after: float) -> dict[str, object]:
    """The figures of a flavor."""
    with playbook.frozen_collection():
        address.deploy(flavor, {"pair_vip_takeover": True})
    kills = [run(kill) for _number in range(count)]
    tell("Kills", kills)
    power.install(fence_after)
    cuts = [run(cut) for _number in range(count)]
    tell("Cuts", cuts)
    active, standby = address.settled()
    return {
        "flavor": flavor,
        "runs": count,
        "fence_after_s": fence_after,
        "vip_kill_ms": round(statistics.median(each.gap_ms for each in kills)),
        "vip_kill_worst_ms": round(max(each.gap_ms for each in kills)),
        "vip_cut_ms": round(statistics.median(each.gap_ms for each in cuts)),
        "vip_cut_worst_ms": round(max(each.gap_ms for each in cuts)),
        "rows_acknowledged": sum(each.rows for each in (*kills, *cuts)),
        "rows_lost": sum(each.rows_lost for each in (*kills, *cuts)),
        "two_open_gates": sum(each.two_open_gates for each in (*kills, *cuts)),
        "keeper_cpu_percent": {"active": round(cpu_percent(active), 1), "standby": round(cpu_percent(standby), 1)},
    }


def main(arguments: list[str]) -> int:
    """Exit code: 0 when nothing was lost and no two gates were open."""
    parser = argparse.ArgumentParser(prog="vip.py")
    parser.add_argument("flavor", choices=labkit.FLAVORS)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--fence-after", type=float, default=power.AFTER_SECONDS)
    options = parser.parse_args(arguments)
    print(f"Goals: {_GOALS}")
    figures = measure(options.flavor, options.runs, options.fence_after)
    labkit.down()
    print(json.dumps(figures))
    return int(bool(figures["rows_lost"] or figures["two_open_gates"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
