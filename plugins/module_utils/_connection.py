# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""How to log in at a server, and sessions there."""

from __future__ import annotations

import os
import select
import socket
import ssl
import struct
from dataclasses import dataclass, replace
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Union

from ._bulk import Block, Loaded, ResultBroken, RowTooLong, load, read_blocks
from ._dialect import dialect_for
from ._dialect.base import Dialect
from ._dialect.bulk_rows import Marks
from ._dialect.client_file import parse_client_file
from ._dialect.features import parse_version
from ._dialect.statement import Statement, sql
from ._driver import close_connection, errors_named, open_connection, require_driver, rows_cursor
from ._errors import ServerError, TwowayError
from ._secret import Secret
from ._wait import wait_for

DEFAULT_SOCKETS = (
    "/run/mysqld/mysqld.sock",
    "/var/run/mysqld/mysqld.sock",
    "/var/lib/mysql/mysql.sock",
    "/tmp/mysql.sock",
)

# A server that knows the client and does not want it; waiting would not change that.
_REFUSALS = (1044, 1045, 1698)

_DEFAULT_USER, _DEFAULT_PORT = "root", 3306

_IDLE_SECONDS = 28800
# The longest that servers know: a year.
_LONGEST_IDLE_SECONDS = 31536000
# A firewall may forget a connection that was silent for a few minutes.
_KEEPALIVE_SECONDS = 60

# A server may be set to read quotes and backslashes in another way; our sessions never do.
_SESSION_START = (
    "SET SESSION sql_mode = 'STRICT_TRANS_TABLES', SESSION time_zone = '+00:00', SESSION wait_timeout = %d"
    % _IDLE_SECONDS
)


@dataclass(frozen=True)
class Login:
    """How to reach a server and as whom.

    :ivar host: ``None`` for the local socket.
    :ivar config_file: option file of a client, which says what the login leaves open.
    :ivar tls: whether a connection over the network has to be encrypted, certificates or not.
    :ivar withholds_password: whether the server is shown a proof of the password only, whatever it asks for.
    :ivar answer_timeout: seconds to wait for each answer; ``None`` is for ever.
    :ivar host_timeout: seconds that the other host may be silent, however long its server takes to answer; ``None`` is
        as long as the kernel waits.
    :ivar sends_rows: whether the session is there for :meth:`Session.load`.
    """

    user: str = _DEFAULT_USER
    password: Optional[Secret] = None
    host: Optional[str] = None
    port: int = _DEFAULT_PORT
    unix_socket: Optional[str] = None
    config_file: Optional[str] = None
    ca_cert: Optional[str] = None
    client_cert: Optional[str] = None
    client_key: Optional[str] = None
    check_hostname: Optional[bool] = None
    connect_timeout: int = 30
    tls: bool = False
    withholds_password: bool = False
    answer_timeout: Optional[int] = None
    host_timeout: Optional[int] = None
    sends_rows: bool = False

    @property
    def place(self) -> str:
        """Where the server is, in words."""
        return "%s:%d" % (self.host, self.port) if self.host else "socket %s" % self.socket_path

    @property
    def socket_path(self) -> str:
        """The socket's path: the one given, else the first usual one that exists."""
        if self.unix_socket:
            return self.unix_socket
        return next((path for path in DEFAULT_SOCKETS if os.path.exists(path)), DEFAULT_SOCKETS[0])

    def resolved(self) -> Login:
        """Return the login with what its option file says of user, password and place, where the login does not.

        :raises TwowayError: when the file cannot be read.
        """
        if not self.config_file:
            return self
        path = os.path.expanduser(self.config_file)
        try:
            with open(path, encoding="utf-8") as file:
                said = parse_client_file(file.read())
        except (OSError, ValueError) as error:
            raise TwowayError("The option file of the login, %s, cannot be read: %s." % (path, error)) from error
        login = self
        if login.user == _DEFAULT_USER:
            login = replace(login, user=said.get("user", _DEFAULT_USER))
        if login.password is None and "password" in said:
            login = replace(login, password=Secret(said["password"]))
        if not login.host and not login.unix_socket:
            # To the servers' clients this name is the local socket.
            host = said.get("host", "localhost")
            login = replace(login, host=None if host == "localhost" else host, unix_socket=said.get("socket"))
        if login.port == _DEFAULT_PORT and said.get("port", "").isdigit():
            login = replace(login, port=int(said["port"]))
        return replace(login, config_file=None)

    def _tls_context(self) -> Optional[ssl.SSLContext]:
        if not (self.tls or self.ca_cert or self.client_cert):
            return None
        context = ssl.create_default_context(cafile=self.ca_cert)
        # The servers' manuals make a CA without the extension for key usage, which Python refuses from 3.13 on.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.check_hostname = bool(self.ca_cert) if self.check_hostname is None else self.check_hostname
        verifies = bool(self.ca_cert or context.check_hostname)
        context.verify_mode = ssl.CERT_REQUIRED if verifies else ssl.CERT_NONE
        if self.client_cert:
            context.load_cert_chain(self.client_cert, keyfile=self.client_key)
        return context

    def driver_arguments(self) -> Dict[str, Any]:
        """Return the arguments for the driver's connection."""
        arguments: Dict[str, Any] = {
            "user": self.user,
            # As bytes: the driver would encode a text as latin-1.
            "password": self.password.reveal().encode("utf-8") if self.password else b"",
            "connect_timeout": self.connect_timeout,
            "charset": "utf8mb4",
            "autocommit": True,
            "init_command": _SESSION_START,
            # Without it a server that takes the connection and says nothing more would be waited for for ever.
            "read_timeout": self.answer_timeout or self.connect_timeout,
            "write_timeout": self.answer_timeout or self.connect_timeout,
            "local_infile": self.sends_rows,
            "withholds_password": self.withholds_password,
        }
        if self.host:
            arguments.update(host=self.host, port=self.port)
            context = self._tls_context()
            if context:
                arguments["ssl"] = context
        else:
            arguments["unix_socket"] = self.socket_path
        return arguments


class Session:
    """One connection; errors become :class:`ServerError` and name what was being done."""

    def __init__(self, connection: Any, login: Optional[Login] = None) -> None:
        """Prepare.

        :param login: how the connection was made, where it is to be made anew once it is gone.
        """
        self._connection = connection
        self._login = login
        self.dialect: Dialect = dialect_for(parse_version(connection.get_server_info()))

    def query(self, statement: Statement, action: str) -> List[Dict[str, Any]]:
        """Return the rows of a statement, each a dict by column name.

        :param action: what is being done, as it completes the sentence "Failed to …".
        :raises ServerError: when the server refuses or the connection breaks.
        """
        is_secret = statement.text != statement.redacted
        with errors_named(action, is_secret), rows_cursor(self._connection) as cursor:
            if not is_secret or not self.dialect.logs_secrets:
                cursor.execute(statement.text)
                return list(cursor.fetchall())
            cursor.execute("SET SESSION sql_log_off = 1")
            try:
                cursor.execute(statement.text)
                return list(cursor.fetchall())
            finally:
                cursor.execute("SET SESSION sql_log_off = 0")

    def value(self, statement: Statement, action: str) -> Any:
        """Return the only column of the only row; ``None`` when there is no row."""
        rows = self.query(statement, action)
        return next(iter(rows[0].values())) if rows else None

    def variables(self) -> Dict[str, str]:
        """Return all global variables by name in lower case."""
        rows = self.query(sql("SHOW GLOBAL VARIABLES"), "read the server's variables")
        return {row["Variable_name"].lower(): row["Value"] or "" for row in rows}

    def status(self) -> Dict[str, str]:
        """Return all global status counters by name in lower case."""
        rows = self.query(sql("SHOW GLOBAL STATUS"), "read the server's status counters")
        return {row["Variable_name"].lower(): row["Value"] or "" for row in rows}

    def blocks(self, statement: Statement, marks: Marks, is_joined: bool, action: str) -> Iterator[Block]:
        """Yield the rows of a question as bytes.

        :param is_joined: whether each row is one value already.
        :raises TwowayError: when a row is longer than the server's longest packet.
        """
        marked = (marks.value, marks.row, marks.null)
        try:
            with errors_named(action):
                yield from read_blocks(self._connection, statement.text, marked, is_joined)
        except ResultBroken as error:
            raise ServerError(action, error.errno, None, str(error)) from error
        except RowTooLong as error:
            raise TwowayError("Failed to %s: a row is longer than max_allowed_packet." % action) from error

    def load(self, statement: Statement, blocks: Iterable[Block], action: str) -> Loaded:
        """Have the server load rows by a statement that asks its client for a file, and return how many it took."""
        with errors_named(action):
            return load(self._connection, statement.text, blocks)

    def server_process(self) -> Optional[int]:
        """Return the number of the server's process, as this host counts them, by the socket; Linux alone.

        ``None`` over the network.
        """
        connection = self._connection._sock
        if connection.family != socket.AF_UNIX:
            return None
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return int(struct.unpack("3i", credentials)[0])

    def limit_idleness(self, seconds: int = _IDLE_SECONDS) -> None:
        """Have the server end the session, and with it what it holds, once it was asked nothing for so long."""
        self.query(sql("SET SESSION wait_timeout = {}", seconds), "limit how long the session may be idle")

    def stay_connected(self) -> None:
        """Outlast days in which nothing is asked, at the server and at whatever is in between."""
        self.limit_idleness(_LONGEST_IDLE_SECONDS)
        connection = self._connection._sock
        if connection.family != socket.AF_UNIX:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL"):
                if hasattr(socket, name):
                    connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), _KEEPALIVE_SECONDS)

    def limit_silence(self, seconds: Optional[float]) -> None:
        """From now on fail when the server says nothing for so long while an answer is waited for; ``None`` is ever."""
        self._connection._read_timeout = self._connection._write_timeout = seconds
        self._connection._sock.settimeout(seconds)

    def limit_silence_of_host(self, seconds: float) -> None:
        """From now on fail when the host, not only its server, says nothing for so long while it should; Linux alone.

        The kernel of the host confirms what it receives, however long the server takes to answer.
        """
        self._connection._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))

    def probe_host(self, seconds: int) -> None:
        """From now on have the kernel ask whether the other host is there, and fail when it is silent for so long."""
        connection = self._connection._sock
        # Nothing is sent while an answer is waited for, so that without a question a lost host would not be missed.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL):
            connection.setsockopt(socket.IPPROTO_TCP, option, max(1, seconds // 4))
        self.limit_silence_of_host(seconds)

    def reconnect(self, login: Login, timeout_seconds: float) -> None:
        """Connect anew, as soon as the server answers again after a restart; nothing of the old session is kept.

        :raises ServerError: with the last reason, when it does not answer in time.
        """
        self.close()

        def attempt() -> Union[Session, ServerError]:
            try:
                return connect(login)
            except ServerError as error:
                return error

        def is_decided(seen: Union[Session, ServerError]) -> bool:
            return isinstance(seen, Session) or seen.errno in _REFUSALS

        _decided, found = wait_for(attempt, is_decided, timeout_seconds)
        if isinstance(found, ServerError):
            raise found
        self._connection, self.dialect = found._connection, found.dialect

    def revive(self) -> None:
        """Log in anew, at once, where the session is gone; nothing of the old one is kept then.

        :raises ServerError: when there is none to be had.
        """
        try:
            self.query(sql("DO 0"), "see whether the session is there")
        except ServerError:
            if self._login is None:
                raise
            self.reconnect(self._login, timeout_seconds=0)

    def close(self) -> None:
        """Give the connection back; a connection that is gone already is no error."""
        close_connection(self._connection)


def wait_for_end(sessions: Sequence[Session], seconds: float) -> bool:
    """Return within that time whether a server has ended its session; unasked, a server sends nothing else."""
    sockets = [session._connection._sock for session in sessions]
    return None in sockets or bool(select.select(sockets, [], [], seconds)[0])


def connect(login: Login) -> Session:
    """Return a session.

    :raises TwowayError: when the driver is missing on this host.
    :raises ServerError: when the server cannot be reached or refuses the login.
    """
    require_driver()
    login = login.resolved()
    with errors_named("connect to the server at %s as %s" % (login.place, login.user)):
        session = Session(open_connection(login.driver_arguments()), login)
    session.limit_silence(login.answer_timeout)
    if login.host and login.host_timeout:
        session.probe_host(login.host_timeout)
    return session
