# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The seed by MySQL's CLONE plugin: the recipient's server fetches the donor's files, and starts again with them."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from typing import Any, Dict, FrozenSet, Iterator, List, Optional

from .._bookkeeping import folders_without_schema
from .._connection import Login, Session, connect
from .._dialect.statement import Raw, Statement, sql
from .._errors import ServerError, TwowayError
from .._executor import writable
from .._read.data import non_transactional_engines, outlying_tables, read_schemas
from .._secret import Secret
from .host import filesystem_of
from .management import forget_donor, held_start, held_start_obstacles, read_accounts, release_starts
from .method import Copied, Method
from .progress import Progress

_POLL_SECONDS = 0.25
_START_SECONDS = 600

# The copy is complete, and the server could not start itself again. Source: MySQL manual, "Cloning Remote Data".
_RESTART_FAILED = 3707
# The answer that a server that shuts down does not give any more.
_LOST = (2006, 2013, 1053)

# What has to be the same on both. Source: MySQL manual, "Remote Cloning Prerequisites".
_SAME_VARIABLES = ("innodb_page_size", "innodb_data_file_path", "lower_case_table_names", "character_set_server")

_PLUGINS = sql("SELECT PLUGIN_NAME AS name FROM information_schema.PLUGINS WHERE PLUGIN_STATUS = 'ACTIVE'")
_PLUGIN = "clone"


def has_plugin(session: Session) -> bool:
    """Return whether the CLONE plugin is active in a server."""
    return _PLUGIN in _plugins(session)


def install_plugin(session: Session) -> None:
    """Have the CLONE plugin, from now on, in a server that lacks it; nothing of it is replicated."""
    if not has_plugin(session):
        with writable(session):
            session.query(sql("INSTALL PLUGIN clone SONAME 'mysql_clone.so'"), "install the CLONE plugin")


def _plugins(session: Session) -> FrozenSet[str]:
    return frozenset(str(row["name"]) for row in session.query(_PLUGINS, "list the active plugins"))


class CloneSeed(Method):
    """See the top of the file."""

    name = "clone"
    is_physical = True

    def __init__(self, recipient: Session, recipient_login: Login, donor: Session, donor_login: Login) -> None:
        self._recipient = recipient
        self._recipient_login = recipient_login
        self._donor = donor
        self._donor_login = donor_login

    def obstacles(self) -> List[str]:
        """See :meth:`Method.obstacles`."""
        servers = (self._donor.dialect.server, self._recipient.dialect.server)
        if not all(server.supports("clone") for server in servers):
            return ["only MySQL 8.0.17 and later have it"]
        obstacles = held_start_obstacles(self._recipient.dialect)
        if servers[0].clone_series != servers[1].clone_series:
            obstacles.append("the donor is %s and the recipient %s" % tuple(server.version_text for server in servers))
        if not has_plugin(self._donor):
            obstacles.append("the donor does not offer it (the CLONE plugin is not active there)")
        return obstacles + self._differences() + self._content_obstacles()

    def _differences(self) -> List[str]:
        donor, recipient = self._donor.variables(), self._recipient.variables()
        found = [
            "%s is %s on the donor and %s here" % (name, donor[name], recipient[name])
            for name in _SAME_VARIABLES
            if donor[name] != recipient[name]
        ]
        # What the donor has loaded, the recipient has to have as well; its own plugin is loaded when it begins.
        missing = sorted(_plugins(self._donor) - _plugins(self._recipient) - {_PLUGIN})
        if missing:
            found.append("the plugins %s of the donor are not active here" % ", ".join(missing))
        if filesystem_of(recipient["datadir"]) == "overlay":
            found.append("%s is part of a container's image, where folders cannot be renamed" % recipient["datadir"])
        return found

    def _content_obstacles(self) -> List[str]:
        engines = non_transactional_engines(read_schemas(self._donor))
        emptied = ["the donor has tables of %s, which it would leave empty" % ", ".join(engines)] if engines else []
        return emptied + outlying_tables(self._donor)

    def run(self, progress: Progress) -> Copied:
        """See :meth:`Method.run`.

        :raises TwowayError: when the copy failed; the recipient then holds what it held before, or nothing.
        """
        self._end_sessions()
        try:
            return self._run(progress)
        except TwowayError:
            with suppress(ServerError):
                self._end_sessions()
            raise

    def _run(self, progress: Progress) -> Copied:
        start = time.monotonic()
        variables = self._recipient.variables()
        # What a killed run left of its own held start would hold this server's accounts of then.
        release_starts(self._recipient.dialect)
        install_plugin(self._recipient)
        accounts = read_accounts(self._recipient)
        with held_start(self._recipient.dialect, variables["datadir"], accounts):
            self._copy_or_clear(progress)
            progress.begin_stage("restart")
            self._recipient.reconnect(self._recipient_login, _START_SECONDS)
            forget_donor(self._recipient, variables["event_scheduler"])
        return self._copied(time.monotonic() - start)

    def _copy_or_clear(self, progress: Progress) -> None:
        """Copy; when that fails, remove the folders that it left, which no schema is in. Those of before stay."""
        names = [str(schema["name"]) for schema in read_schemas(self._donor)]
        before = folders_without_schema(self._recipient, names)
        try:
            self._copy(progress)
        except TwowayError:
            with suppress(ServerError):
                for folder in folders_without_schema(self._recipient, names):
                    if folder not in before:
                        shutil.rmtree(folder)
            raise

    def _end_sessions(self) -> None:
        """End a clone that failed at the donor, which waits five minutes for its recipient to come back."""
        question = sql(
            "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE COMMAND = 'clone' AND USER = {}",
            self._donor_login.user,
        )
        for row in self._donor.query(question, "look for sessions of a clone that failed"):
            self._donor.query(sql("KILL {}", Raw(str(row["id"]))), "end the session of a clone that failed")

    def _copy(self, progress: Progress) -> None:
        """Return when the server stops to start again with the copy."""
        runner = _Runner(self._recipient_login, self._statement())
        address = "%s:%d" % (self._donor_login.host, self._donor_login.port)
        try:
            # A closed gate would refuse to drop what the recipient holds.
            with writable(self._recipient), self._ready_for(address, runner):
                progress.begin_stage("copy", self._estimate())
                self._watch(runner, progress)
        except ServerError:
            # The gate of a server that stops to start again cannot be closed, and need not be.
            if not runner.has_copied:
                raise
        if runner.error and runner.error.errno == _RESTART_FAILED:
            self._start_server()

    @contextmanager
    def _ready_for(self, address: str, runner: _Runner) -> Iterator[None]:
        """Have the recipient clone from the donor inside the block, and as it was where that came to nothing."""
        shutdown = self._recipient.value(sql("SELECT @@GLOBAL.innodb_fast_shutdown"), "read how the server stops")
        try:
            self._recipient.query(sql("SET GLOBAL clone_valid_donor_list = {}", address), "name the donor")
            self._recipient.query(sql("SET GLOBAL clone_ssl_ca = {}", self._donor_login.ca_cert or ""), "name the CA")
            # The files of before are replaced as the server starts again: no need to write the last of them out first.
            self._recipient.query(sql("SET GLOBAL innodb_fast_shutdown = 2"), "have the server stop at once")
            yield
        finally:
            if not runner.has_copied:
                # A server that does not answer any more has nothing to take back; what went wrong is said already.
                with suppress(ServerError):
                    self._recipient.query(sql("SET GLOBAL clone_valid_donor_list = DEFAULT"), "forget the donor")
                    earlier = sql("SET GLOBAL innodb_fast_shutdown = {}", Raw(str(shutdown)))
                    self._recipient.query(earlier, "have the server stop as it did")

    def _watch(self, runner: _Runner, progress: Progress) -> None:
        """Return when the clone has ended well; one that is given up is ended.

        :raises ServerError: from a clone that failed.
        """
        runner.start()
        try:
            while runner.is_alive():
                runner.join(_POLL_SECONDS)
                self._note(progress)
        finally:
            if runner.is_alive():
                self._recipient.query(sql("KILL {}", Raw(str(runner.session_id or 0))), "end the clone")
                runner.join(_START_SECONDS)
        if runner.error and not runner.has_copied:
            raise runner.error

    def _statement(self) -> Statement:
        login = self._donor_login
        return sql(
            "CLONE INSTANCE FROM {}@{}:{} IDENTIFIED BY {} REQUIRE SSL",
            login.user,
            login.host or "",
            Raw(str(login.port)),
            login.password or Secret(""),
        )

    def _estimate(self) -> int:
        return sum(int(schema["size_bytes"]) for schema in read_schemas(self._donor))

    def _note(self, progress: Progress) -> None:
        question = sql(
            "SELECT CAST(SUM(DATA) AS UNSIGNED) AS bytes, CAST(SUM(ESTIMATE) AS UNSIGNED) AS expected"
            " FROM performance_schema.clone_progress"
        )
        try:
            row = self._recipient.query(question, "read how far the clone is")[0]
        except ServerError:
            # The server has stopped to start again.
            return
        progress.reach(int(row["bytes"] or 0), int(row["expected"] or 0))

    def _start_server(self) -> None:
        """Start a server that no supervisor starts again by itself."""
        done = subprocess.run(
            ["systemctl", "start", self._recipient.dialect.service],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            raise TwowayError(
                "The copy is complete and its server stopped, but it did not start again: %s"
                % done.stdout.decode("utf-8", "replace").strip()
            )

    def _copied(self, seconds: float) -> Copied:
        row = self._status()
        if row["STATE"] != "Completed":
            raise TwowayError("The clone was not completed: %s (error %s)" % (row["ERROR_MESSAGE"], row["ERROR_NO"]))
        size = self._recipient.value(
            sql("SELECT CAST(SUM(DATA) AS UNSIGNED) FROM performance_schema.clone_progress"), "read what was cloned"
        )
        return Copied(
            file=str(row["BINLOG_FILE"]),
            position=int(row["BINLOG_POSITION"]),
            gtid=str(row["GTID_EXECUTED"] or "").replace("\n", ""),
            bytes=int(size or 0),
            seconds=round(seconds, 3),
        )

    def _status(self) -> Dict[str, Any]:
        rows = self._recipient.query(sql("SELECT * FROM performance_schema.clone_status"), "read how the clone went")
        if not rows:
            raise TwowayError(
                "The recipient's server ended while it cloned, and started without the copy. Its log says why."
            )
        return rows[-1]


class _Runner(threading.Thread):
    """The statement that clones, in a session of its own.

    :ivar error: why it ended.
    """

    def __init__(self, login: Login, statement: Statement) -> None:
        super().__init__(daemon=True)
        self._login = login
        self._statement = statement
        self.session_id: Optional[int] = None
        self.error: Optional[ServerError] = None

    @property
    def has_copied(self) -> bool:
        """Whether it has ended as a clone does that was completed: with a server that stops to start again."""
        has_ended = self.session_id is not None and not self.is_alive()
        return has_ended and (self.error is None or self.error.errno in (*_LOST, _RESTART_FAILED))

    def run(self) -> None:
        """Clone."""
        try:
            session = connect(self._login)
            self.session_id = int(session.value(sql("SELECT CONNECTION_ID()"), "find the session that clones"))
            session.query(self._statement, "clone the donor (%s)" % self._statement.redacted)
        except ServerError as error:
            self.error = error
