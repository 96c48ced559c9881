"""The writer that runs in a member: see demo/writer.py for what it does and promises."""

from __future__ import annotations

import io
import tarfile

from .engine import Docker
from .layout import LAB_FOLDER, Flavor, LabError
from .members import Container

UNIT = "twoway-writer.service"

_SOURCE = LAB_FOLDER / "demo" / "writer.py"
_PROGRAM = "/usr/local/lib/twoway-writer.py"
_ACKED = "/var/lib/twoway-writer/acked"
#: An application's account: unlike root it has to respect read_only.
_ACCOUNT = "'wikiapp'@'localhost'"

#: Rows if the account exists and may write; fails where there is no ledger.
FIND_ACCOUNT = f"""
    SELECT 1 FROM wikidb.ledger LIMIT 0;
    SELECT privilege_type FROM information_schema.table_privileges
    WHERE grantee = "{_ACCOUNT}" AND table_schema = 'wikidb' AND table_name = 'ledger' AND privilege_type = 'INSERT';
"""


def account_statements(flavor: Flavor) -> str:
    """Statements that make the writer's account, in this member only."""
    make = f"""
        SET sql_log_bin = 0;
        CREATE USER IF NOT EXISTS {_ACCOUNT};
        GRANT SELECT, INSERT ON wikidb.ledger TO {_ACCOUNT};
    """
    if flavor.client == "mysql":
        # super_read_only refuses even root. read_only, which stays on, keeps every application out meanwhile.
        return f"""
            SET @gate = @@global.super_read_only;
            SET GLOBAL super_read_only = 0;
            {make}
            SET GLOBAL super_read_only = @gate;
        """
    return make


def start(docker: Docker, container: Container, rate: float) -> None:
    """Run the writer as a unit of the member's systemd."""
    stop(docker, container)
    docker.text("cp", str(_SOURCE), f"{container.name}:{_PROGRAM}")
    docker.text(
        "exec", container.name, "systemd-run", "--quiet", "--collect", f"--unit={UNIT}",
        "--property=StateDirectory=twoway-writer",
        # The order to stop is for the writer alone: its client is to finish the row that is on its way.
        "--property=KillMode=mixed",
        "python3", _PROGRAM, "--name", container.member, "--rate", str(rate), "--acked", _ACKED,
    )  # fmt: skip


def stop(docker: Docker, container: Container) -> None:
    """End the writer and wait for its end; nothing happens when none runs."""
    done = docker.run("exec", container.name, "systemctl", "stop", UNIT)
    # 5: there is no such unit.
    if done.returncode not in (0, 5):
        raise LabError(f"The writer of {container.member} can't be stopped: {done.stderr.strip()}")


def acked(docker: Docker, container: Container) -> list[str]:
    """The acknowledged ids, also of a member that is paused or stopped; none where no writer ever ran."""
    done = docker.run("cp", f"{container.name}:{_ACKED}", "-")
    if done.returncode:
        if "could not find the file" in done.stderr.lower() or "no such file" in done.stderr.lower():
            return []
        raise LabError(f"The acknowledged ids of {container.member} can't be read: {done.stderr.strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout.encode("utf-8", "surrogateescape"))) as archive:
        content = archive.extractfile(archive.getmembers()[0])
        assert content is not None
        return content.read().decode("ascii").split()
