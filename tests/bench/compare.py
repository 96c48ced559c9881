"""Compares a comparison with pt-table-checksum, of Debian's percona-toolkit, on the same pair in the same run.

Usage: compare.py FLAVOR [--rounds N] [--megabytes N]

A pair with data, and a writer on its active member; both tools read everything, in interleaved rounds. The figures are
medians. `ratio` says how many times faster `data_compare` is, the start of the module included. `stall_ms` is by how
much the longest gap between two commits of the writer grows meanwhile. `found` says which of the differences that are
made in the end each tool finds, of the kinds that `differences` names. What pt-table-checksum cannot do on a
flavor is null, with its words in `pt_error`. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field

import commits
import data
import labkit
import playbook

COMPARE = "twoway.mysql.compare_pair"
_TASK = "twoway.mysql.pair : Compare | Content of both members"
_RATE = 100.0
#: For so long a writer is heard alone, to compare with.
_LISTENING_SECONDS = 10.0
#: The tool has a host of its own: on Debian its package and MySQL's server exclude each other.
_TOOL_HOST = "db3"
_PASSWORD = "lab-checksum-1"
_ACCOUNT = """
    CREATE USER checksum@'%' IDENTIFIED BY '{password}'; GRANT ALL ON *.* TO checksum@'%' WITH GRANT OPTION;
    CREATE SCHEMA percona; CREATE TABLE percona.dsns (id INT PRIMARY KEY, parent_id INT, dsn VARCHAR(255));
    INSERT INTO percona.dsns VALUES (1, NULL, 'h={replica}');
"""
_CHECKSUM = (
    "pt-table-checksum h={source},u=checksum,p={password} --databases=bulk,wikidb --ignore-tables=wikidb.ledger"
    " --recursion-method=dsn=h={source},D=percona,t=dsns --no-check-binlog-format --no-version-check --quiet"
)
#: pt-table-checksum ends with these bits: 1 is an error, 8 a skipped replica, 16 a difference.
_TROUBLE, _DIFFERENT = 1 | 2 | 4 | 8 | 32 | 64, 16

#: Made on the standby alone, by kind.
_DIFFERENCES = {
    "flipped_bit": "UPDATE bulk.blobs SET content = INSERT(content, 1000, 1, CHAR(ASCII(SUBSTR(content, 1000, 1)) ^ 1))"
    " WHERE id = 7",
    "missing_last_row": "DELETE FROM bulk.rows2 ORDER BY id DESC LIMIT 1",
    # Checksums of rows that are joined by an exclusive or cancel each other out.
    "same_change_twice": "UPDATE bulk.rows1 SET pad = CONCAT('x', SUBSTR(pad, 2))"
    " WHERE id BETWEEN 1001 AND 9999 AND pad LIKE '3%' ORDER BY id LIMIT 2",
}
_DIFFERENT_CHUNKS = (
    "SELECT DISTINCT tbl FROM percona.checksums"
    " WHERE this_cnt <> master_cnt OR this_crc <> master_crc OR ISNULL(this_crc) <> ISNULL(master_crc)"
)
_TABLES = {"flipped_bit": "blobs", "missing_last_row": "rows2", "same_change_twice": "rows1"}


@dataclass
class Figures:
    """Of one tool, one value for each round."""

    seconds: list[float] = field(default_factory=list)
    stalls_ms: list[float] = field(default_factory=list)

    def add(self, seconds: float, stall_ms: float) -> None:
        self.seconds.append(round(seconds, 2))
        self.stalls_ms.append(round(stall_ms, 1))


class Bench:
    """A pair with data, and a host with the other tool."""

    def __init__(self, flavor: str) -> None:
        self.flavor = flavor
        self.pt_error: str | None = None

    def prepare(self, size_bytes: int) -> None:
        """The pair, and the tool on a host beside it."""
        labkit.up(self.flavor, image="server", fresh=True)
        data.fill("db1", size_bytes)
        labkit.load_wikidb("db1")
        done = playbook.run()
        if done.exit_code:
            sys.exit(f"The deployment failed:\n{done.output[-4000:]}")
        labkit.sql("db1", _ACCOUNT.format(password=_PASSWORD, replica=labkit.address("db2")))
        labkit.up("mariadb", image="bare", members=[_TOOL_HOST], fresh=True)
        labkit.shell(_TOOL_HOST, "apt-get update -q && apt-get install -qy --no-install-recommends percona-toolkit")

    def compare(self) -> tuple[float, float]:
        """When the module began, by the clock of the epoch, and its seconds."""
        done = playbook.run(COMPARE, {"target": "wiki_pair", "pair_compare_fails": False})
        task = next((task for task in done.tasks if task.name == _TASK), None)
        if done.exit_code or task is None:
            sys.exit(f"The comparison failed:\n{done.output[-4000:]}")
        return task.at + time.time() - time.monotonic(), task.seconds or 0.0

    def checksum(self) -> tuple[float, float]:
        """The same of the other tool."""
        begun = time.time()
        done = self._run_checksum()
        if done.returncode & _TROUBLE:
            self.pt_error = " ".join((done.stderr or done.stdout).split())[:300]
        return begun, time.time() - begun

    def _run_checksum(self) -> subprocess.CompletedProcess[str]:
        return labkit.shell(_TOOL_HOST, _CHECKSUM.format(source=labkit.address("db1"), password=_PASSWORD), check=False)

    def found_by_compare(self) -> set[str]:
        """Tables that the module finds to differ."""
        self.compare()
        kept = json.loads(labkit.shell("db2", "cat /var/lib/twoway/compare.json").stdout)
        return {table["table"] for table in kept["tables"] if table["result"] == "different"}

    def found_by_checksum(self) -> set[str]:
        """Tables that the other tool finds to differ, by the checksums that it has left on the standby."""
        self._run_checksum()
        rows = labkit.sql("db2", _DIFFERENT_CHUNKS)
        return {str(row[0]) for row in rows}


def measure(bench: Bench, rounds: int) -> dict[str, Figures]:
    """Both tools in turn, as often as there are rounds, with a writer on the active member all the while."""
    figures = {"compare": Figures(), "pt": Figures()}
    labkit.writer_start("db1", rate=_RATE)
    # The first seconds of a writer are not like the others.
    time.sleep(_LISTENING_SECONDS)
    for number in range(1, rounds + 1):
        for name, action in (("compare", bench.compare), ("pt", bench.checksum)):
            if name == "pt" and bench.pt_error:
                continue
            listening = time.time()
            time.sleep(_LISTENING_SECONDS)
            begun, seconds = action()
            if name == "pt" and bench.pt_error:
                # How soon it fails tells nothing.
                continue
            undisturbed = commits.longest_gap_ms("db1", listening, listening + _LISTENING_SECONDS)
            figures[name].add(seconds, commits.longest_gap_ms("db1", begun, begun + seconds) - undisturbed)
        last = {name: vars(figure) for name, figure in figures.items()}
        print(f"round {number} of {rounds}: {last}, load {os.getloadavg()[0]:.1f}", flush=True)
    labkit.writer_stop("db1")
    return figures


def find(bench: Bench) -> dict[str, list[str] | None]:
    """By tool the kinds of differences that it finds."""
    lift = "SET GLOBAL super_read_only = OFF;" if labkit.FLAVORS[bench.flavor].client == "mysql" else ""
    for statement in _DIFFERENCES.values():
        labkit.sql("db2", f"{lift} SET SESSION sql_log_bin = 0; {statement};")
    tables = {"compare": bench.found_by_compare(), "pt": None if bench.pt_error else bench.found_by_checksum()}
    return {
        tool: None if found is None else sorted(kind for kind, table in _TABLES.items() if table in found)
        for tool, found in tables.items()
    }


def _median(values: list[float]) -> float | None:
    return statistics.median(values) if values else None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="compare.py")
    parser.add_argument("flavor", choices=labkit.FLAVORS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--megabytes", type=int, default=300)
    options = parser.parse_args(arguments)
    bench = Bench(options.flavor)
    with playbook.frozen_collection():
        bench.prepare(options.megabytes * 1_000_000)
        figures = measure(bench, options.rounds)
        found = find(bench)
    labkit.down()
    seconds = {name: _median(figure.seconds) for name, figure in figures.items()}
    line = {
        "flavor": options.flavor,
        "megabytes": options.megabytes,
        "ratio": round(seconds["pt"] / seconds["compare"], 2) if seconds["pt"] and seconds["compare"] else None,
        "seconds": seconds,
        "stall_ms": {name: _median(figure.stalls_ms) for name, figure in figures.items()},
        "differences": sorted(_DIFFERENCES),
        "found": found,
        "pt_error": bench.pt_error,
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
