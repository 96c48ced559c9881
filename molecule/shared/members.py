"""The members of the lab as the scenarios' tests see them, and runs of playbooks against them."""

from __future__ import annotations

import functools
import ipaddress
import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import labkit
import testinfra

#: What the lab's inventory gives to its pairs.
SECRET = "lab-replication-4711"

_RECAP = re.compile(r"^(?P<host>\S+)\s+: ok=\d+\s+changed=(?P<changed>\d+)\s", re.MULTILINE)
_WIKIDB = Path(labkit.__file__).parents[1] / "demo" / "wikidb.sql"
_SYSTEM_SCHEMAS = "('mysql', 'sys', 'performance_schema', 'information_schema', 'twoway')"

Rows = list[list[str | None]]


@dataclass(frozen=True)
class Run:
    """A finished run of a playbook."""

    exit_code: int
    output: str

    @property
    def changed(self) -> dict[str, int]:
        """The number of changed tasks by host."""
        return {found["host"]: int(found["changed"]) for found in _RECAP.finditer(self.output)}

    @property
    def message(self) -> str:
        """The output with its line breaks and indents as single spaces."""
        return " ".join(self.output.split())


def run_playbook(playbook: Path, *arguments: str) -> Run:
    """Run it from its own folder, with the lab's inventory and the scenario's own."""
    inventories = [labkit.inventory(), *playbook.parent.glob("inventory")]
    done = subprocess.run(
        ["ansible-playbook", *(f"--inventory={path}" for path in inventories), *arguments, playbook.name],
        cwd=playbook.parent,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Run(done.returncode, done.stdout)


@dataclass(frozen=True)
class Member:
    """A member: its host, and SQL as root over the socket."""

    name: str

    @functools.cached_property
    def host(self) -> Any:
        """The member as testinfra sees it."""
        return testinfra.get_host(f"ansible://{self.name}?ansible_inventory={labkit.inventory()}")

    @functools.cached_property
    def flavor(self) -> str:
        """mysql or mariadb."""
        return "mariadb" if "MariaDB" in self.value("SELECT VERSION()") else "mysql"

    @property
    def address(self) -> str:
        return labkit.address(self.name)

    @property
    def derived_server_id(self) -> int:
        """The server id that stands for the address."""
        return int(ipaddress.IPv4Address(self.address))

    @property
    def service(self) -> str:
        """Name of the unit, and of the client."""
        return self.flavor

    @property
    def option_file(self) -> str:
        return {"mysql": "/etc/mysql/mysql.conf.d/zz-twoway.cnf", "mariadb": "/etc/mysql/mariadb.conf.d/99-twoway.cnf"}[
            self.flavor
        ]

    def sql(self, statements: str) -> Rows:
        return labkit.sql(self.name, statements)

    def value(self, question: str) -> str:
        """The first value of the first row, as text."""
        return str(self.sql(question)[0][0])

    def variables(self, *names: str) -> dict[str, str]:
        """Global variables; those that this server does not have are missing."""
        listed = ", ".join(f"'{name}'" for name in names)
        rows = self.sql(f"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({listed})")
        return {str(name): str(value or "") for name, value in rows}

    def status(self, *names: str) -> dict[str, str]:
        """Counters and states of the server."""
        listed = ", ".join(f"'{name}'" for name in names)
        return {
            str(name): str(value) for name, value in self.sql(f"SHOW GLOBAL STATUS WHERE Variable_name IN ({listed})")
        }

    def schemas(self) -> list[str]:
        """The schemas of users."""
        question = (
            f"SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN {_SYSTEM_SCHEMAS} ORDER BY 1"
        )
        return [str(row[0]) for row in self.sql(question)]

    def content(self, schema: str) -> dict[str, tuple[int, str]]:
        """Number of rows and a digest of them, by table; a table without rows is not there."""
        return {name.partition(".")[2]: what for name, what in labkit.content(self.name, [schema]).items()}

    def channels(self) -> dict[str, tuple[bool, bool]]:
        """Whether receiver and applier run, by the address of the source."""
        if self.flavor == "mysql":
            question = """
                SELECT host, c.service_state = 'ON', a.service_state = 'ON'
                FROM performance_schema.replication_connection_configuration
                JOIN performance_schema.replication_connection_status c USING (channel_name)
                JOIN performance_schema.replication_applier_status a USING (channel_name)
            """
            return {str(source): (receives == "1", applies == "1") for source, receives, applies in self.sql(question)}
        # The fourth column is the source; the 13th and 14th say whether receiver and applier run.
        rows = self.sql("SHOW ALL SLAVES STATUS")
        return {str(row[3]): (row[12] == "Yes", row[13] == "Yes") for row in rows}

    def load_wikidb(self) -> None:
        """Load the demo's database."""
        self.sql(_WIKIDB.read_text(encoding="utf-8"))

    def ledger(self) -> set[str]:
        """The ids of the rows that the lab's writer fills in."""
        return {str(row[0]) for row in self.sql("SELECT id FROM wikidb.ledger")}

    def accounts(self) -> set[tuple[str, str]]:
        """Names and hosts of all accounts."""
        return {(str(user), str(host)) for user, host in self.sql("SELECT user, host FROM mysql.user")}

    def waits_for(self, question: str, expected: Any, seconds: float = 30) -> None:
        """Return when the first value is the expected one; it may still be on its way.

        :raises AssertionError: when it does not come in time.
        """
        eventually(lambda: self.value(question), str(expected), seconds)

    def as_application(self, user: str, statement: str) -> Any:
        """The finished client, connected as an account that has no password and no administrative privilege."""
        return self.host.run("%s --user=%s --protocol=socket --execute=%s", self.service, user, statement)


def eventually(ask: Callable[[], Any], expected: Any, seconds: float = 30) -> None:
    """Return when the answer is the expected one; each question is a process, which is pause enough.

    :raises AssertionError: with the last answer.
    """
    deadline = time.monotonic() + seconds
    while (answer := ask()) != expected:
        assert time.monotonic() < deadline, f"after {seconds} s it is still {answer!r}, not {expected!r}"
