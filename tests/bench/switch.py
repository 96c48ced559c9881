"""Measures how long writers wait when the writes of a pair move: planned, by bare SQL, by command and by takeover.

Usage: switch.py FLAVOR [--moves N] [--losses N]

Four writers with a connection to each member write where they are let, one commit per row; a gap is the time between
the last row of a writer that the one member acknowledged and the first that the other did. The floor is the same with
nothing but SQL: close the one gate, wait until the other member has applied everything, open its gate; the keepers of
the gates rest meanwhile. A pause is the longest time between any two rows of a writer while the playbook runs, which on
a busy machine is not that of the move.
Then the active host is lost, and fail_over run; then the active server is killed, and the standby takes over; then the
active host is cut off, and the standby takes over when it is turned off (see vip.py).

The last line is JSON; the exit code is 1 when an acknowledged row is lost, or two gates were open at once.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import address
import labkit
import load
import pair
import playbook
import power
import pymysql
import vip

_GOALS = (
    "gap p95 250 ms; fail_over 6000 ms, its module 1000 ms;"
    " takeover: median 600 ms, worst 1500 ms, of a host that is cut off 1000 ms"
)
_ADMINISTRATOR, _PASSWORD = "benchadmin", "lab-bench-4711"
_MODULE_SECONDS = re.compile(r'"seconds": ([0-9.]+)')
_TAKEOVER = {"pair_vip_takeover": True}


class Writer(load.Roamer):
    """Writes often, so that a gap is no pause of its own."""

    pause_seconds = 0.005


def gaps_ms(seen: address.Observed) -> list[float]:
    """By writer the time from the last acknowledgment of the one member to the first of the other."""
    return [
        1000 * (b.ended - a.ended)
        for client in seen.clients
        for a, b in itertools.pairwise(client.acknowledged.values())
        if a.server != b.server
    ]


def longest_pause_ms(seen: address.Observed, began: float, ended: float) -> float:
    """The longest time between two acknowledgments of one writer of which one is between those moments."""
    times = [[receipt.ended for receipt in client.acknowledged.values()] for client in seen.clients]
    return 1000 * max(b - a for each in times for a, b in itertools.pairwise(each) if b > began and a < ended)


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[18]


def tell(what: str, values_ms: Sequence[float]) -> None:
    """Print what was measured."""
    print(
        f"{what}: median {statistics.median(values_ms):.0f}, worst {max(values_ms):.0f} ms of {len(values_ms)}:"
        f" {', '.join(f'{value:.0f}' for value in values_ms)}; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


class Bench:
    """A pair under load, and what came of it."""

    def __init__(self) -> None:
        self.rows_lost = self.two_open_gates = 0

    @contextmanager
    def writing(self) -> Iterator[address.Observed]:
        """Writers at work; at the end their rows are looked for."""
        with address.observed(Writer) as seen:
            seen.wait_for_rows()
            yield seen
            seen.wait_for_rows()
        self.rows_lost += max(seen.lost_rows().values())
        self.two_open_gates += seen.two_open_gates()

    def moves(self, count: int, move: Callable[[], object]) -> tuple[list[float], list[float]]:
        """The gaps of all writers in so many moves, and the longest pause of each move, in milliseconds."""
        gaps: list[float] = []
        pauses = []
        for _number in range(count):
            with self.writing() as seen:
                began = time.time()
                move()
                ended = time.time()
            gaps += gaps_ms(seen)
            pauses.append(longest_pause_ms(seen, began, ended))
        return gaps, pauses

    def failover(self) -> tuple[float, float]:
        """Milliseconds from the command to the first row that the survivor acknowledges, and those of its module."""
        active, standby = address.settled()
        survivor = pair.server_id(standby)
        with self.writing() as seen:
            labkit.kill(active)
            began = time.time()
            done = address.run("twoway.mysql.fail_over", {"pair_fail_over_to": standby, **_TAKEOVER}, ["-v"])
            address.eventually(lambda: seen.first_of(survivor, began) is not None, True)
            labkit.heal()
            if address.settled() != (standby, active):
                sys.exit(f"The writes did not stay on {standby}.")
        *_looks, seconds = _MODULE_SECONDS.findall(done.output)
        return 1000 * ((seen.first_of(survivor, began) or 0) - began), 1000 * float(seconds)


def bare_move(flavor: str) -> None:
    """Move the writes with SQL alone, over sessions that are there already."""
    old, new = (_administrator(member) for member in address.settled_gates())
    if labkit.FLAVORS[flavor].client == "mysql":
        old("SET GLOBAL super_read_only = ON")
        new(f"SELECT WAIT_FOR_EXECUTED_GTID_SET('{old('SELECT @@GLOBAL.gtid_executed')}', 30)")
    else:
        old("SET GLOBAL read_only = ON")
        new(f"SELECT MASTER_GTID_WAIT('{old('SELECT @@GLOBAL.gtid_binlog_pos')}', 30)")
    new("SET GLOBAL read_only = OFF")


def _administrator(member: str) -> Callable[[str], str]:
    """A session that answers a question with the first value of the result."""
    connection = pymysql.connect(host=labkit.address(member), user=_ADMINISTRATOR, password=_PASSWORD, autocommit=True)

    def ask(statement: str) -> str:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone()
        return str(row[0]).replace("\n", "") if row else ""

    return ask


def measure(flavor: str, moves: int, losses: int) -> dict[str, object]:
    """The figures of a flavor."""
    address.deploy(flavor, _TAKEOVER)
    active, _standby = address.settled()
    account = f"'{_ADMINISTRATOR}'@'%'"
    labkit.sql(active, f"CREATE USER {account} IDENTIFIED BY '{_PASSWORD}'; GRANT ALL ON *.* TO {account}")
    bench = Bench()
    gaps, pauses = bench.moves(moves, lambda: address.run("twoway.mysql.switch_over", _TAKEOVER))
    tell("Gaps of switch_over", gaps)
    tell("Longest pauses beside it", pauses)
    address.settled()
    address.keep(is_kept=False)
    # There and back: the newest claim is right again.
    floor, _pauses = bench.moves(2 * max(1, moves // 2), lambda: bare_move(flavor))
    address.keep(is_kept=True)
    tell("Gaps of bare SQL", floor)
    failovers = [bench.failover() for _number in range(losses)]
    tell("fail_over", [first for first, _module in failovers])
    tell("Its module", [module for _first, module in failovers])
    kills = [vip.run(vip.kill) for _number in range(losses)]
    tell("Takeover", [each.gap_ms for each in kills])
    power.install()
    cuts = [vip.run(vip.cut) for _number in range(losses)]
    tell("Takeover of a host that is cut off", [each.gap_ms for each in cuts])
    return {
        "flavor": flavor,
        "gap_p95_ms": round(p95(gaps)),
        "floor_p95_ms": round(p95(floor)),
        "failover_s": round(statistics.median(first for first, _module in failovers) / 1000, 2),
        "vip_kill_ms": round(statistics.median(each.gap_ms for each in kills)),
        "vip_cut_ms": round(statistics.median(each.gap_ms for each in cuts)),
        "rows_lost": bench.rows_lost + sum(each.rows_lost for each in (*kills, *cuts)),
        "two_open_gates": bench.two_open_gates + sum(each.two_open_gates for each in (*kills, *cuts)),
    }


def main(arguments: list[str]) -> int:
    """Exit code: 0 when nothing was lost and no two gates were open."""
    parser = argparse.ArgumentParser(prog="switch.py")
    parser.add_argument("flavor", choices=labkit.FLAVORS)
    parser.add_argument("--moves", type=int, default=20, help="planned ones")
    parser.add_argument("--losses", type=int, default=20, help="of a host, and again of a server")
    options = parser.parse_args(arguments)
    print(f"Goals: {_GOALS}")
    with playbook.frozen_collection():
        figures = measure(options.flavor, options.moves, options.losses)
    labkit.down()
    print(json.dumps(figures))
    return int(bool(figures["rows_lost"] or figures["two_open_gates"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
