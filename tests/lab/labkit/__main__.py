"""The lab's command line: a thin layer over the functions of this package."""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

import labkit

from .engine import connect, ensure_engine
from .layout import DEFAULT_MEMBERS, FLAVORS, HOST_NUMBERS, IMAGE_KINDS, LabError
from .progress import say


def main() -> int:
    """The exit code of the command that the command line names."""
    arguments = _parser().parse_args()
    try:
        return int(arguments.run(arguments) or 0)
    except LabError as problem:
        say(f"lab: {problem}")
        return problem.exit_code


def _up(arguments: argparse.Namespace) -> None:
    members = arguments.members.split(",")
    inventory = labkit.up(arguments.flavor, arguments.image, members, arguments.fresh, vip=arguments.vip)
    _status(arguments)
    print(f"inventory: {inventory}")


def _down(_arguments: argparse.Namespace) -> None:
    labkit.down()


def _sql(arguments: argparse.Namespace) -> NoReturn:
    command = labkit.sql_command(arguments.member)
    if arguments.statement is not None:
        command += ["--execute", arguments.statement]
    _become(command)


def _shell(arguments: argparse.Namespace) -> NoReturn:
    options = ["--interactive", "--tty"] if sys.stdin.isatty() and sys.stdout.isatty() else ["--interactive"]
    words = arguments.command or ["bash", "-l"]
    # One word may be a whole line for the shell; several are a command and its arguments.
    _become(labkit.shell_command(arguments.member, words[0] if len(words) == 1 else words, options=options))


def _become(command: list[str]) -> NoReturn:
    """Hand this process over to the command: its streams, its signals and its exit code are ours."""
    sys.stdout.flush()
    os.execve(command[0], command, connect().environment)


def _kill(arguments: argparse.Namespace) -> None:
    labkit.kill(arguments.member)


def _pause(arguments: argparse.Namespace) -> None:
    labkit.pause(arguments.member)


def _cut(arguments: argparse.Namespace) -> None:
    labkit.cut(arguments.member)


def _heal(_arguments: argparse.Namespace) -> None:
    labkit.heal()


def _status(_arguments: argparse.Namespace) -> None:
    rows = [("member", "address", "flavor", "image", "state", "server", "writer")]
    rows += [
        (each.member, each.address, each.flavor, each.image, each.state, each.server or "?", each.writer or "?")
        for each in labkit.status()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(text.ljust(widths[column]) for column, text in enumerate(row)).rstrip())


def _images(arguments: argparse.Namespace) -> None:
    labkit.build_images(arguments.flavor)


def _engine(_arguments: argparse.Namespace) -> None:
    docker = ensure_engine()
    print(f"Docker engine {docker.text('version', '--format', '{{.Server.Version}}')} answers {docker.program}")


def _writer(arguments: argparse.Namespace) -> None:
    if arguments.action == "start":
        labkit.writer_start(arguments.member, arguments.rate)
    elif arguments.action == "stop":
        labkit.writer_stop(arguments.member)
    else:
        ids = labkit.writer_acked(arguments.member)
        print("\n".join(ids) if arguments.list else len(ids))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lab",
        description="Members of a pair as containers that boot like hosts. LAB_INSTANCE=N gives a lab of its own.",
    )
    commands = parser.add_subparsers(dest="name", required=True, metavar="COMMAND")

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    for name, run, text in (
        ("down", _down, "remove all members and the network"),
        ("heal", _heal, "undo kill, pause and cut; returns when all members answer"),
        ("status", _status, "show all members"),
        ("engine", _engine, "make sure that a Docker engine answers"),
    ):
        command(name, run, text)
    for name, run_on, text in (
        ("kill", _kill, "stop a member at once, as a power cut"),
        ("pause", _pause, "freeze all processes of a member"),
        ("cut", _cut, "pull a member's network cable"),
    ):
        _add_member(command(name, run_on, text))
    _add_up(command("up", _up, "have members running a flavor's image, reachable by ssh"))
    images = command("images", _images, "build the images of a flavor")
    images.add_argument("flavor", choices=FLAVORS)
    sql = command("sql", _sql, "run SQL in a member as root; without a statement, what stdin brings")
    _add_member(sql)
    sql.add_argument("statement", nargs="?")
    shell = command("shell", _shell, "run a command in a member as root; without one, a shell")
    _add_member(shell)
    shell.add_argument("command", nargs=argparse.REMAINDER)
    _add_writer(command("writer", _writer, "insert into wikidb.ledger and keep the ids of acknowledged rows"))
    return parser


def _add_member(command: argparse.ArgumentParser) -> None:
    command.add_argument("member", choices=HOST_NUMBERS)


def _add_up(command: argparse.ArgumentParser) -> None:
    command.add_argument("flavor", choices=FLAVORS)
    command.add_argument("--image", choices=IMAGE_KINDS, default="bare", help="bare: no server installed (default)")
    command.add_argument("--members", default=",".join(DEFAULT_MEMBERS), metavar="db1,db2", help="default: %(default)s")
    command.add_argument("--fresh", action="store_true", help="replace members that exist already")
    command.add_argument("--vip", action="store_true", help="members that may take an address that moves")


def _add_writer(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", choices=("start", "stop", "acked"))
    _add_member(command)
    command.add_argument("--rate", type=float, default=20.0, help="start: rows per second, 0: no limit (default: 20)")
    command.add_argument("--list", action="store_true", help="acked: the ids instead of their number")


if __name__ == "__main__":
    sys.exit(main())
