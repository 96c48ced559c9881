"""What the lab can do, one function per command."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import access, writer
from . import members as containers
from .engine import connect, ensure_engine, find_engine
from .images import ensure_image
from .layout import DEFAULT_MEMBERS, FLAVORS, IMAGE_KINDS, LAB_FOLDER, LabError, checked_flavor, checked_kind, lab_of
from .rows import DUMP, Content, digest

WIKIDB = LAB_FOLDER / "demo" / "wikidb.sql"

_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\0": "\0", "\\\\": "\\"}


class SqlError(LabError):
    """The member's client refused a statement; the message is the client's own."""


@dataclass(frozen=True)
class MemberStatus:
    """What can be seen of a member from outside."""

    member: str
    address: str
    flavor: str
    image: str
    #: running, cut, paused, or what the engine calls a container that does not run
    state: str
    #: systemd's word for the server's unit and for the writer; None when the member can't be asked
    server: str | None
    writer: str | None


def up(
    flavor: str,
    image: str = "bare",
    members: Sequence[str] = DEFAULT_MEMBERS,
    fresh: bool = False,
    instance: int | None = None,
    vip: bool = False,
) -> Path:
    """The path of the inventory, once these members run and can be reached.

    A member that runs already is kept as it is (and healed), unless its image is another or `fresh` is set: then it is
    replaced. Members that are not named are left alone.

    :param vip: the members may take further addresses, as keepalived does; one that may not is replaced.
    """
    lab, wanted, kind = lab_of(instance), checked_flavor(flavor), checked_kind(image)
    if not members:
        raise LabError("Name at least one member.")
    for member in members:
        lab.address(member)
    containers.bring_up(ensure_engine(), lab, wanted, kind, members, fresh, vip)
    return access.inventory_path(lab)


def down(instance: int | None = None) -> None:
    """Remove the lab's members and network. Images and the ssh key stay.

    Where no engine answers no member runs; what the engine may still know of them goes with the next ``up --fresh``.
    """
    docker, lab = find_engine(), lab_of(instance)
    if docker is not None:
        containers.take_down(docker, lab)


def build_images(flavor: str) -> None:
    """Build both images of the flavor, as far as they are missing or out of date."""
    docker = ensure_engine()
    for kind in IMAGE_KINDS:
        ensure_image(docker, checked_flavor(flavor), kind)


def inventory(instance: int | None = None) -> Path:
    """Path of the lab's inventory; the file exists while members do."""
    return access.inventory_path(lab_of(instance))


def virtual_address(instance: int | None = None) -> str:
    """An address on the lab's network that belongs to no member."""
    return lab_of(instance).virtual_address


def gateway(instance: int | None = None) -> str:
    """The address of this machine on the lab's network."""
    return lab_of(instance).gateway


def address(member: str, instance: int | None = None) -> str:
    """The member's address on the lab's network."""
    return lab_of(instance).address(member)


def status(instance: int | None = None) -> list[MemberStatus]:
    """Every member that exists."""
    docker, lab = connect(), lab_of(instance)
    return [
        MemberStatus(
            member=found.member,
            address=lab.address(found.member),
            flavor=found.flavor,
            image=found.kind,
            state=containers.effective_state(docker, found),
            server=containers.unit_state(docker, found, FLAVORS[found.flavor].unit),
            writer=containers.unit_state(docker, found, writer.UNIT),
        )
        for found in containers.find_containers(docker, lab).values()
    ]


def kill(member: str, instance: int | None = None) -> None:
    """Stop the member at once, as a power cut does.

    Unlike then, what its programs wrote without fsync is not lost: the host lives on.
    """
    docker = connect()
    docker.text("kill", "--signal", "KILL", containers.find_container(docker, lab_of(instance), member).name)


def pause(member: str, instance: int | None = None) -> None:
    """Freeze all processes of the member; its connections stay open and nothing answers."""
    docker = connect()
    docker.text("pause", containers.find_container(docker, lab_of(instance), member).name)


def cut(member: str, instance: int | None = None) -> None:
    """Isolate the member from its peer, from this machine and from everything else; `sql` and `shell` still work."""
    docker = connect()
    containers.set_port_down(docker, containers.find_container(docker, lab_of(instance), member))


def heal(instance: int | None = None) -> None:
    """Undo kill, pause and cut of every member; returns when all have booted and answer ssh."""
    docker, lab = connect(), lab_of(instance)
    containers.recover(docker, lab, list(containers.find_containers(docker, lab)))


def shell_command(
    member: str, command: str | Sequence[str], instance: int | None = None, options: Sequence[str] = ("--interactive",)
) -> list[str]:
    """The command line that runs a command in the member as root: a text by the member's bash, a sequence as it is."""
    docker = connect()
    container = containers.find_container(docker, lab_of(instance), member)
    words = ["bash", "-c", command] if isinstance(command, str) else list(command)
    return docker.command("exec", *options, container.name, *words)


def shell(
    member: str,
    command: str | Sequence[str],
    instance: int | None = None,
    check: bool = True,
    stdin: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """The finished command with its output as text.

    :raises LabError: when `check` is set and the command's exit code is not 0.
    """
    done = _run(shell_command(member, command, instance), stdin)
    if check and done.returncode:
        raise LabError(f"On {member}, {command!r} ended with {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done


def sql_command(member: str, instance: int | None = None) -> list[str]:
    """The command line of the member's client: root over the socket, statements on stdin, rows without a header."""
    docker, lab = connect(), lab_of(instance)
    client = FLAVORS[containers.find_container(docker, lab, member).flavor].client
    words = [
        client,
        "--user=root",
        "--protocol=socket",
        "--default-character-set=utf8mb4",
        "--batch",
        "--skip-column-names",
    ]
    return shell_command(member, words, lab.instance)


def sql(member: str, statements: str, instance: int | None = None) -> list[list[str | None]]:
    """The rows of all the statements' results, every value as text.

    NULL is None; the client prints the text NULL alike, so that text is None too.

    :raises SqlError: at the first statement that fails.
    """
    done = _run(sql_command(member, instance), statements)
    if done.returncode:
        raise SqlError(done.stderr.strip() or f"The client in {member} ended with {done.returncode}.", done.returncode)
    return [[_value(text) for text in line.split("\t")] for line in done.stdout.split("\n")[:-1]]


def content(member: str, schemas: Sequence[str], instance: int | None = None) -> Content:
    """Number of rows and a digest of them, by `schema.table`, for every table of the schemas that has rows."""
    if not schemas:
        return {}
    names = " ".join(shlex.quote(schema) for schema in schemas)
    return digest(shell(member, f"{DUMP} {names}", instance).stdout)


def load_wikidb(member: str, instance: int | None = None) -> None:
    """Load the demo's database into the member's server."""
    sql(member, WIKIDB.read_text(encoding="utf-8"), instance)


def writer_start(member: str, rate: float = 20.0, instance: int | None = None) -> None:
    """Start the writer in the member: `rate` rows per second into wikidb.ledger, one transaction each (0: no limit).

    A writer that runs already is replaced; the acknowledged ids of earlier ones are kept.
    """
    docker, lab = connect(), lab_of(instance)
    container = containers.find_container(docker, lab, member)
    if not sql(member, writer.FIND_ACCOUNT, lab.instance):
        sql(member, writer.account_statements(FLAVORS[container.flavor]), lab.instance)
    writer.start(docker, container, rate)


def writer_stop(member: str, instance: int | None = None) -> None:
    """Stop the member's writer and return when it has ended."""
    docker = connect()
    writer.stop(docker, containers.find_container(docker, lab_of(instance), member))


def writer_acked(member: str, instance: int | None = None) -> list[str]:
    """The ids of all rows whose commit the server acknowledged to the member's writers, in order."""
    docker = connect()
    return writer.acked(docker, containers.find_container(docker, lab_of(instance), member))


def _run(command: Sequence[str], stdin: str | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=connect().environment,
        input=stdin or "",
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )


def _value(text: str) -> str | None:
    """One value of the client's batch output, its escapes undone.

    >>> _value("a\\\\tb"), _value("NULL"), _value("")
    ('a\\tb', None, '')
    """
    if text == "NULL":
        return None
    return re.sub(r"\\[nt0\\]", lambda found: _ESCAPES[found.group()], text)
