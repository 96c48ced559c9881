# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Keeps a server manageable over a physical copy, which replaces all its accounts by the donor's."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import Iterator, List, Optional, Sequence

from .._connection import Session
from .._dialect.base import Dialect
from .._dialect.statement import Statement, sql
from .._errors import TwowayError
from .._executor import writable
from .._plan.steps import RemoveChannel
from .._read.replication import read_channels
from .._state.account import AccountName
from .events import resume_scheduler

OPTION_FILE = "zzz-twoway-seed.cnf"
"""Read after all others, so that it wins; gone when the seed is over."""

CLOSED_FILE = "zzz-twoway-unfinished.cnf"
"""The same for as long as the recipient is marked as unfinished."""

_INIT_FILE = "twoway-seed-init.sql"

#: Accounts with which the distribution's own scripts manage the server, where it has them.
_MAINTENANCE = (AccountName("debian-sys-maint", "localhost"),)


def read_accounts(session: Session, others: Sequence[AccountName] = ()) -> List[Statement]:
    """Return the statements that put the account of this session, and some others, back into another server's tables.

    Put back are how an account authenticates and its privileges on everything. What the account of the same name has
    beyond that on the donor stays.

    :param others: further accounts to keep; one that does not exist is left out.
    """
    current = str(session.value(sql("SELECT CURRENT_USER()"), "read the account of this session"))
    user, _at, host = current.rpartition("@")
    names = list(dict.fromkeys([AccountName(user, host), *_MAINTENANCE, *others]))
    exact = session.dialect.exact_definitions()
    if exact:
        session.query(exact, "ask for definitions without loss")
    kept = [definition for name in names for definition in [_put_back(session, name)] if definition]
    # A server stops at the first statement that fails: first who may log in, then what they may do.
    return [statement for part in zip(*kept) for statements in part for statement in statements]


def _put_back(session: Session, name: AccountName) -> Optional[tuple[List[Statement], List[Statement]]]:
    dialect, action = session.dialect, "read the account %s" % name
    if not session.query(dialect.read_account(name), action):
        return None
    definition = str(session.value(dialect.read_definition(name), action))
    grants = [str(next(iter(row.values()))) for row in session.query(dialect.read_grants(name), action)]
    return dialect.put_back_login(definition), dialect.put_back_grants(grants)


def _option_folder(dialect: Dialect) -> Optional[str]:
    return next((folder for folder in dialect.option_folders if os.path.isdir(folder)), None)


def held_start_obstacles(dialect: Dialect) -> List[str]:
    """Return why :func:`held_start` cannot be used on this host, each a clause without a full stop."""
    obstacles = []
    if os.geteuid() != 0:
        obstacles.append("the server's option files can only be written as root")
    if not _option_folder(dialect):
        obstacles.append("none of the folders %s for option files exists" % ", ".join(dialect.option_folders))
    return obstacles


def forget_donor(session: Session, event_scheduler: str) -> None:
    """Remove what a physical copy brought of the donor's own life, before it can begin: channels, and running events.

    :param event_scheduler: the variable's value before the held start.
    """
    with writable(session):
        for channel in read_channels(session):
            for statement in session.dialect.render(RemoveChannel("it is the donor's", channel.name)):
                session.query(statement, "remove the donor's channel %r" % channel.name)
        resume_scheduler(session, event_scheduler)


@contextmanager
def held_start(dialect: Dialect, data_directory: str, accounts: Sequence[Statement]) -> Iterator[None]:
    """Have every start of the server inside the block be one that changes nothing by itself.

    Replication and the event scheduler stay off, clients cannot write, and the accounts are put back before the first
    login. Outside the binary log all of it.

    :param accounts: from :func:`read_accounts`.
    :raises TwowayError: where there is no folder for option files.
    """
    folder = _option_folder(dialect)
    if not folder:
        raise TwowayError("There is no folder for option files on this host: %s." % ", ".join(dialect.option_folders))
    init_file = os.path.join(os.path.dirname(folder), _INIT_FILE)
    try:
        # The server's own system user reads both; the second holds hashes of passwords.
        _write(os.path.join(folder, OPTION_FILE), _option_lines(dialect, init_file), 0o644, 0)
        lines = ["%s;" % statement.text for statement in [*dialect.init_file_start(), *accounts]]
        _write(init_file, lines, 0o640, os.stat(data_directory).st_gid)
        yield
    finally:
        release_starts(dialect)


def release_starts(dialect: Dialect) -> None:
    """Remove what :func:`held_start` of a killed run left behind; nothing left is no error."""
    for folder in dialect.option_folders:
        for path in (os.path.join(folder, OPTION_FILE), os.path.join(os.path.dirname(folder), _INIT_FILE)):
            with suppress(FileNotFoundError):
                os.unlink(path)


def close_starts(dialect: Dialect) -> None:
    """Have the server start without letting clients write or events run.

    Does nothing where option files are not ours to write.
    """
    folder = _option_folder(dialect)
    if folder and os.geteuid() == 0:
        lines = ["# A seed of this server was not finished.", "[mysqld]", "read_only = ON", "event_scheduler = OFF"]
        _write(os.path.join(folder, CLOSED_FILE), lines, 0o644, 0)


def open_starts(dialect: Dialect) -> None:
    """Remove what :func:`close_starts` wrote; nothing there is no error."""
    for folder in dialect.option_folders:
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(folder, CLOSED_FILE))


def _option_lines(dialect: Dialect, init_file: str) -> List[str]:
    options = dialect.held_start_options(init_file)
    return ["[mysqld]", *("%s = %s" % item for item in options.items())]


def _write(path: str, lines: Sequence[str], mode: int, group: int) -> None:
    descriptor = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchown(file.fileno(), 0, group)
        os.fchmod(file.fileno(), mode)
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)
