"""Shows the main job: a server with data and a live writer, a bare host, and one command that makes them a pair.

Usage: demo.py FLAVOR

The pair is left up, and how to reach and remove it is printed. LAB_INSTANCE chooses the lab.
"""

from __future__ import annotations

import subprocess
import sys
import uuid
from pathlib import Path

import labkit
from checkout import BIN, TOP, environment
from labkit.progress import wait_until

LEDGER = "SELECT id, writer, note FROM wikidb.ledger ORDER BY id"
#: How long the standby may take to apply the last rows of the writer.
CATCH_UP_SECONDS = 60


def say(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


def start_members(flavor: str) -> Path:
    """The inventory of a member with a server, data and a writer, and of one with nothing."""
    labkit.up(flavor, image="server", members=["db1"], fresh=True)
    inventory = labkit.up(flavor, image="bare", members=["db2"], fresh=True)
    labkit.load_wikidb("db1")
    labkit.writer_start("db1")
    return inventory


def play(inventory: Path, *words: str) -> None:
    """Run ansible-playbook. :raises SystemExit: when it fails, with its exit code."""
    command = [str(BIN / "ansible-playbook"), "-i", str(inventory.relative_to(TOP)), *words]
    say(f"$ {Path(command[0]).relative_to(TOP)} {' '.join(command[1:])}")
    code = subprocess.run(command, cwd=TOP, env=environment(), check=False).returncode
    if code:
        raise SystemExit(code)


def compare_ledger() -> None:
    """Stop the writer, and wait until both members hold the same rows. :raises SystemExit: when one is missing."""
    labkit.writer_stop("db1")
    acknowledged = set(labkit.writer_acked("db1"))
    wait_until(
        lambda: labkit.sql("db1", LEDGER) == labkit.sql("db2", LEDGER),
        CATCH_UP_SECONDS,
        "The writer's table differs between db1 and db2",
    )
    rows = labkit.sql("db1", LEDGER)
    missing = acknowledged - {row[0] for row in rows}
    if missing:
        raise SystemExit(f"{len(missing)} of {len(acknowledged)} acknowledged rows are missing.")
    say(
        f"The writer's table: {len(rows)} equal rows on db1 and db2,"
        f" and all {len(acknowledged)} that were acknowledged to the writer meanwhile are among them."
    )


def main(arguments: list[str]) -> int:
    (flavor,) = arguments
    say(f"Two hosts: db1 with {flavor}, the database wikidb and a writer that goes on; db2 with nothing.")
    inventory = start_members(flavor)
    play(inventory, "twoway.mysql.deploy_pair")
    play(inventory, "tests/tools/demo.yml", "--extra-vars", f"canary_token={uuid.uuid4()}")
    compare_ledger()
    say("The pair is up. Try:")
    print(f"""\
  tests/lab/lab sql db1 "SELECT COUNT(*) FROM wikidb.page"
  tests/lab/lab sql db2 "SELECT @@read_only"
  .venv/bin/ansible-playbook -i {inventory.relative_to(TOP)} twoway.mysql.deploy_pair    # changes nothing now
  tests/lab/lab shell db2                          # a shell on a member
  make demo-down                                   # remove it all""")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except labkit.LabError as error:
        sys.exit(str(error))
