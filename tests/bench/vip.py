"""Measures how long nobody can write through the pair's address when the active server dies.

Usage: vip.py FLAVOR [--runs N]

Four clients write through the address from this machine, one commit per row; a run's figure is the time from the kill
to the first row that the other member acknowledged. Each run ends with a whole pair, whose rows are compared with the
acknowledged ones. The last line is JSON; the exit code is 1 when a row is lost, or two gates were open at once.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from dataclasses import dataclass

import address
import labkit
import pair
import playbook

_GOALS = "median 600 ms, worst 1500 ms"


@dataclass(frozen=True)
class Run:
    """What one death of the active server came to."""

    gap_ms: float
    rows: int
    rows_lost: int
    two_open_gates: int


def run() -> Run:
    """Kill the active server, wait for the writes to go on and for the pair to be whole again."""
    active, standby = address.settled()
    survivor = pair.server_id(standby)
    with address.observed() as seen:
        seen.wait_for_rows()
        began = address.kill_server(active)
        address.eventually(lambda: address.gate(standby), "open")
        if address.settled() != (standby, active):
            sys.exit(f"The writes did not go from {active} to {standby}.")
        seen.wait_for_rows()
    first = seen.first_of(survivor, began)
    if first is None:
        sys.exit("The survivor acknowledged no row.")
    lost = max(seen.lost_rows().values())
    return Run((first - began) * 1000, len(seen.acknowledged), lost, seen.two_open_gates())


def cpu_percent(member: str, seconds: float = 5.0) -> float:
    """Processor time of the member's keeper, in percent of one core."""

    def used() -> int:
        return int(labkit.shell(member, "systemctl show --property=CPUUsageNSec --value twoway-gate").stdout)

    before = used()
    time.sleep(seconds)
    return (used() - before) / seconds / 1e7


def measure(flavor: str, count: int) -> dict[str, object]:
    """The figures of a flavor."""
    with playbook.frozen_collection():
        address.deploy(flavor, {"pair_vip_takeover": True})
    kills = [run() for _number in range(count)]
    gaps = [each.gap_ms for each in kills]
    print(f"Kills: {', '.join(f'{gap:.0f}' for gap in gaps)} ms; load {os.getloadavg()[0]:.1f}", flush=True)
    active, standby = address.settled()
    return {
        "flavor": flavor,
        "runs": count,
        "vip_kill_ms": round(statistics.median(gaps)),
        "vip_kill_worst_ms": round(max(gaps)),
        "rows_acknowledged": sum(each.rows for each in kills),
        "rows_lost": sum(each.rows_lost for each in kills),
        "two_open_gates": sum(each.two_open_gates for each in kills),
        "keeper_cpu_percent": {"active": round(cpu_percent(active), 1), "standby": round(cpu_percent(standby), 1)},
    }


def main(arguments: list[str]) -> int:
    """Exit code: 0 when nothing was lost and no two gates were open."""
    parser = argparse.ArgumentParser(prog="vip.py")
    parser.add_argument("flavor", choices=labkit.FLAVORS)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args(arguments)
    print(f"Goals: {_GOALS}")
    figures = measure(options.flavor, options.runs)
    labkit.down()
    print(json.dumps(figures))
    return int(bool(figures["rows_lost"] or figures["two_open_gates"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
