"""Compares a seed with what people do by hand: a dump piped into the peer, and the data directory copied by tar.

Usage: seed.py FLAVOR [--rounds N] [--megabytes N] [--tables N …] [--skip-stall]

Everything is measured in the same run, in interleaved rounds on the same donor, each with a fresh peer; the figures
are medians. A ratio says how many times faster a seed is: `pipe_ratio` and `tar_ratio` the method that `auto` takes,
against either; `dump_ratio` the method `dump` against the pipe; `run_ratio` a whole deployment, from an empty peer to
a verified pair, against the pipe alone. `stall_ms` is by how much the longest gap between two commits of a writer on
the donor grows during the copy, and `lock_ms` how long commits were held by a lock (null where a method takes none),
both by method and situation; `tables` are the numbers of further tables. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import commits
import data
import labkit
import playbook

_COPY = "twoway.mysql.pair : Seed | Copy from the donor"
_LOCK_MS = re.compile(r'"lock_ms": ([0-9.]+|null)')
_METHODS = ("auto", "dump")
_RATE = 200.0
#: For so long a writer is heard alone, to compare with.
_LISTENING_SECONDS = 15.0
_STATEMENT_SECONDS = 10

#: What a reader of an old recipe has: a binary log, synced at each commit, and nothing else.
_RECIPE_OPTIONS = "[mysqld]\nserver_id = {number}\nlog_bin = mysql-bin\nsync_binlog = 1\nbind_address = 0.0.0.0\n"
_OPTION_FILES = {
    "mysql": "/etc/mysql/mysql.conf.d/recipe.cnf",
    "mariadb": "/etc/mysql/mariadb.conf.d/80-recipe.cnf",
}
_PIPE = {
    "mysql": "mysqldump --host={donor} --user=pipe --single-transaction --source-data=2 --set-gtid-purged=OFF"
    " --routines --triggers --events --databases bulk | mysql",
    "mariadb": "mariadb-dump --host={donor} --user=pipe --single-transaction --master-data=2"
    " --routines --triggers --events --skip-ssl --databases bulk | mariadb",
}
_FORGET_PEER = {"mysql": "STOP REPLICA; RESET REPLICA ALL;", "mariadb": "STOP SLAVE; RESET SLAVE ALL;"}
_PIPE_ACCOUNT = "SET SESSION sql_log_bin = 0; CREATE USER IF NOT EXISTS pipe@'%'; GRANT ALL ON *.* TO pipe@'%';"


@dataclass
class Times:
    """Seconds of each way, one for each round."""

    pipe: list[float] = field(default_factory=list)
    tar: list[float] = field(default_factory=list)
    seed: list[float] = field(default_factory=list)
    dump: list[float] = field(default_factory=list)
    run: list[float] = field(default_factory=list)


def timed(action: Callable[[], object]) -> float:
    """Seconds that the action takes."""
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


class Bench:
    """A donor that stays, and a peer that is new for each measurement."""

    def __init__(self, flavor: str) -> None:
        self.flavor = flavor
        self.client = labkit.FLAVORS[flavor].client
        self.unit = labkit.FLAVORS[flavor].unit
        self.method = ""
        self.lock_ms: float | None = None

    def prepare_donor(self, size_bytes: int) -> None:
        """A server with the data, and with what the recipe sets."""
        labkit.up(self.flavor, image="server", members=["db1"], fresh=True)
        self._follow_recipe("db1")
        data.fill("db1", size_bytes)
        labkit.load_wikidb("db1")
        labkit.sql("db1", _PIPE_ACCOUNT)

    def _follow_recipe(self, member: str) -> None:
        text = _RECIPE_OPTIONS.format(number=member[-1])
        labkit.shell(member, f"cat > {_OPTION_FILES[self.client]}; systemctl restart {self.unit}", stdin=text)

    def fresh_peer(self) -> None:
        """An empty server beside the donor, which has forgotten the peer before it."""
        labkit.up(self.flavor, image="server", members=["db2"], fresh=True)
        labkit.sql("db1", _FORGET_PEER[self.client])

    def pipe(self) -> float:
        """The recipe's way: a dump, straight into the peer."""
        self.fresh_peer()
        self._follow_recipe("db2")
        command = "set -o pipefail; " + _PIPE[self.client].format(donor=labkit.address("db1"))
        return timed(lambda: labkit.shell("db2", command))

    def tar(self) -> float:
        """The bytes of the data directory and nothing else; the donor stands still meanwhile, and the peer starts."""
        self.fresh_peer()
        labkit.shell("db2", f"systemctl stop {self.unit}; find /var/lib/mysql -mindepth 1 -delete")
        labkit.shell("db1", f"systemctl stop {self.unit}")

        def copy() -> None:
            port = "7000"
            listener = (
                "import socket,sys,subprocess; s=socket.create_server(('', int(sys.argv[1]))); c,_=s.accept();"
                " sys.exit(subprocess.run(['tar','-C','/var/lib/mysql','-xf','-'], stdin=c.fileno()).returncode)"
            )
            sender = (
                "import socket,sys,subprocess; c=socket.create_connection((sys.argv[2], int(sys.argv[1])));"
                " sys.exit(subprocess.run(['tar','-C','/var/lib/mysql','-cf','-','.'], stdout=c.fileno()).returncode)"
            )
            labkit.shell("db2", f'python3 -c "{listener}" {port} >/dev/null 2>&1 & echo $! > /run/tar.pid')
            labkit.shell(
                "db1", f'until python3 -c "{sender}" {port} {labkit.address("db2")} 2>/dev/null; do sleep 0.05; done'
            )
            labkit.shell(
                "db2",
                f"while kill -0 $(cat /run/tar.pid) 2>/dev/null; do sleep 0.05; done; rm -f /var/lib/mysql/auto.cnf;"
                f" systemctl start {self.unit}",
            )

        seconds = timed(copy)
        labkit.shell("db1", f"systemctl start {self.unit}")
        return seconds

    def deploy(self, method: str) -> tuple[playbook.Task, float]:
        """The task that copies, and the seconds of the whole run."""
        self.fresh_peer()
        begun = time.monotonic()
        # With the results of the tasks in its output.
        done = playbook.run(variables={"pair_seed_method": method}, arguments=["-v"])
        seconds = time.monotonic() - begun
        if done.exit_code:
            sys.exit(f"The deployment failed:\n{done.output[-4000:]}")
        copy = next(task for task in done.tasks if task.name == _COPY)
        lock = _LOCK_MS.search(done.output)
        self.lock_ms = json.loads(lock.group(1)) if lock else None
        seed = json.loads(str(labkit.sql("db2", "SELECT mark FROM twoway.seed")[0][0]))
        if method == "auto":
            self.method = seed["method"]
        return copy, seconds

    def stall(self, method: str) -> float:
        """Milliseconds by which the longest gap between commits grows during the copy."""
        labkit.writer_start("db1", rate=_RATE)
        time.sleep(_LISTENING_SECONDS)
        begun = time.time()
        undisturbed = commits.longest_gap_ms("db1", begun - _LISTENING_SECONDS + 3, begun)
        copy, _seconds = self.deploy(method)
        labkit.writer_stop("db1")
        offset = time.time() - time.monotonic()
        start = copy.at + offset
        return round(commits.longest_gap_ms("db1", start, start + (copy.seconds or 0)) - undisturbed, 1)


@dataclass
class Stalls:
    """Milliseconds by method and situation."""

    stall_ms: dict[str, float] = field(default_factory=dict)
    lock_ms: dict[str, float | None] = field(default_factory=dict)

    def measure(self, bench: Bench, situation: str) -> None:
        """Copy by each method while a writer writes."""
        for method in _METHODS:
            name = f"{method}, {situation}"
            self.stall_ms[name] = bench.stall(method)
            self.lock_ms[name] = bench.lock_ms
            print(f"stall by {name}: {self.stall_ms[name]} ms, lock {bench.lock_ms} ms", flush=True)


def measure_stalls(bench: Bench, further_tables: list[int]) -> Stalls:
    """With so many further tables, and with a statement that reads for a long time whenever the copy begins."""
    stalls = Stalls()
    for count in further_tables:
        labkit.sql("db1", many_tables(count))
        stalls.measure(bench, f"{count} tables")
    labkit.sql("db1", many_tables(0))
    read = f"{bench.client} -e 'SELECT SLEEP({_STATEMENT_SECONDS}) FROM wikidb.ledger LIMIT 1'"
    labkit.shell("db1", f"(while [ ! -e /run/enough ]; do {read}; done) >/dev/null 2>&1 &")
    stalls.measure(bench, "long statement")
    labkit.shell("db1", "touch /run/enough")
    return stalls


def many_tables(count: int) -> str:
    """Statements that make a schema with so many tables, each with a row, and none of it in the binary log."""
    tables = "".join(
        f"CREATE TABLE many.t{number} (id INT PRIMARY KEY) ENGINE=InnoDB; INSERT INTO many.t{number} VALUES (1);"
        for number in range(count)
    )
    return f"SET SESSION sql_log_bin = 0; DROP SCHEMA IF EXISTS many; CREATE SCHEMA many; {tables}"


def measure_speed(bench: Bench, rounds: int) -> Times:
    """All ways, one after the other, as often as there are rounds."""
    times = Times()
    for number in range(1, rounds + 1):
        times.pipe.append(bench.pipe())
        times.tar.append(bench.tar())
        copy, seconds = bench.deploy("auto")
        times.seed.append(copy.seconds or 0.0)
        times.run.append(seconds)
        copy, _seconds = bench.deploy("dump")
        times.dump.append(copy.seconds or 0.0)
        last = {name: round(values[-1], 1) for name, values in vars(times).items()}
        print(f"round {number} of {rounds}: {last}, load {os.getloadavg()[0]:.1f}", flush=True)
    return times


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="seed.py")
    parser.add_argument("flavor", choices=labkit.FLAVORS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--tables", type=int, nargs="*", default=[10, 10000], help="further empty tables of the donor")
    parser.add_argument("--skip-stall", action="store_true")
    options = parser.parse_args(arguments)
    bench = Bench(options.flavor)
    with playbook.frozen_collection():
        bench.prepare_donor(options.megabytes * 1_000_000)
        times = measure_speed(bench, options.rounds)
        stalls = Stalls() if options.skip_stall else measure_stalls(bench, options.tables)
    labkit.down()
    medians = {name: statistics.median(values) for name, values in vars(times).items()}
    figures = {
        "flavor": options.flavor,
        "method": bench.method,
        "pipe_ratio": round(medians["pipe"] / medians["seed"], 2),
        "tar_ratio": round(medians["tar"] / medians["seed"], 2),
        "dump_ratio": round(medians["pipe"] / medians["dump"], 2),
        "run_ratio": round(medians["pipe"] / medians["run"], 2),
        "stall_ms": stalls.stall_ms,
        "lock_ms": stalls.lock_ms,
        "tables": options.tables,
        "megabytes": options.megabytes,
        "seconds": {name: round(value, 1) for name, value in medians.items()},
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
