"""A copy of rows that somebody keeps from going on."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import labkit
import pair
import playbook

#: With a key that is no number the copy reads nothing of the table before it has made it on the recipient.
_TABLE = """
    CREATE TABLE wikidb.held (id VARCHAR(20) CHARACTER SET ascii PRIMARY KEY, text LONGTEXT NOT NULL);
    INSERT INTO wikidb.held SELECT id, REPEAT('x', 1000000) FROM wikidb.page ORDER BY id LIMIT 4;
"""
_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'wikidb'"


def prepare(flavor: str) -> None:
    """A donor with a table that can be held, and a recipient whose server does not restart any more."""
    pair.fresh_pair(flavor)
    labkit.sql("db1", _TABLE)
    # A server that restarts behind this task would end the session that holds the table.
    killed = playbook.run_until_task("twoway.mysql.pair : Prepare | Write gate")
    assert killed.exit_code == -9, killed.output


def kill_in_copy() -> None:
    """Kill a run in the middle of its copy, as long as the table is held; what it left on the members goes on."""
    # The only method that a kill can leave with some of the tables.
    killed = playbook.run_until(is_reached, {"pair_seed_method": "dump"})
    assert killed.exit_code == -9, killed.output


def is_reached() -> bool:
    """Whether the copy has come to the table that is held."""
    try:
        rows = labkit.sql("db2", _TABLES)
    except labkit.LabError:
        # Its server restarts.
        return False
    return "held" in {str(row[0]) for row in rows}


@contextmanager
def no_reader() -> Iterator[Callable[[], None]]:
    """Have whoever reads the table wait, until the block is left, or what it is given is called."""
    command = [*labkit.sql_command("db1"), "--unbuffered"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
        assert session.stdin is not None and session.stdout is not None
        session.stdin.write("LOCK TABLES wikidb.held WRITE; SELECT 'locked';\n")
        session.stdin.flush()
        assert session.stdout.readline() == "locked\n"
        yield session.stdin.close
        session.stdin.close()
