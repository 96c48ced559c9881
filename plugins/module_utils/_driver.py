# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What this collection needs of PyMySQL, and where it has to be stricter than that."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager, suppress
from typing import Any, Dict, Iterator, Optional, Type

from ._errors import ServerError, TwowayError

try:
    import pymysql
    from pymysql.connections import Connection, MysqlPacket
    from pymysql.constants import CLIENT, CR
    from pymysql.cursors import DictCursor

    HAS_PYMYSQL = True
except ImportError:
    HAS_PYMYSQL = False

_WRONG_SYNTAX = 1064

# Ways to log in that prove the password to the server without telling it.
_PROOFS = ("", "mysql_native_password", "client_ed25519")


def require_driver() -> None:
    """Make sure that there is a driver.

    :raises TwowayError: when it is missing on this host.
    """
    if not HAS_PYMYSQL:
        raise TwowayError(
            "The Python library PyMySQL is missing on this host. Install the package python3-pymysql"
            " (the role twoway.mysql.mysql_server does)."
        )


def open_connection(arguments: Dict[str, Any]) -> Any:
    """Return a connection of the driver."""
    return _connection_class()(**arguments)


def close_connection(connection: Any) -> None:
    """Give the connection back; a connection that is gone already is no error."""
    with suppress(pymysql.err.Error):
        connection.close()


def rows_cursor(connection: Any) -> Any:
    """Return what runs statements, and gives each row as a dict by column name."""
    return connection.cursor(DictCursor)


def is_timeout(error: Optional[BaseException]) -> bool:
    """Return whether an error came of waiting too long for an answer, over a connection that stood all the while.

    Where the kernel ends the connection, its error has a number; with TLS it may look like an end of data instead.
    """
    while error is not None:
        if isinstance(error, socket.timeout) and error.errno is None:
            return True
        error = error.__cause__ or error.__context__
    return False


def _connection_class() -> Type[Any]:
    """Return the class of a connection.

    The driver itself goes on without encryption, and sends the password as it is, where the server wants that.
    """
    packet_class = _packet_class()

    class _Connection(Connection):
        def __init__(self, withholds_password: bool, **arguments: Any) -> None:
            self._withholds_password = withholds_password
            self._verifies = "ssl" in arguments and arguments["ssl"].verify_mode == ssl.CERT_REQUIRED
            super().__init__(**arguments)

        def _get_server_information(self) -> None:
            super()._get_server_information()
            if self._verifies and not self.server_capabilities & CLIENT.SSL:
                raise pymysql.err.OperationalError(CR.CR_SSL_CONNECTION_ERROR, "the server shows no certificate")
            self._check_way(self._auth_plugin_name)

        def _process_auth(self, plugin_name: bytes, *arguments: Any) -> Any:
            self._check_way(plugin_name.decode("ascii", "replace"))
            return super()._process_auth(plugin_name, *arguments)

        def _check_way(self, plugin: str) -> None:
            if self._withholds_password and plugin not in _PROOFS:
                reason = "the server did not show who it is, and wants the password by %s" % plugin
                raise pymysql.err.OperationalError(CR.CR_AUTH_PLUGIN_CANNOT_LOAD, reason)

        def _read_packet(self, packet_type: Type[Any] = packet_class) -> Any:
            return super()._read_packet(packet_class if packet_type is MysqlPacket else packet_type)

    return _Connection


def _packet_class() -> Type[Any]:
    """Return the class of a packet whose error keeps the server's sqlstate."""

    class _Packet(MysqlPacket):
        def raise_for_error(self) -> None:
            try:
                super().raise_for_error()
            except pymysql.err.MySQLError as error:
                if self._data[3:4] == b"#":
                    error.sqlstate = self._data[4:9].decode("ascii")
                raise

    return _Packet


@contextmanager
def errors_named(action: str, is_secret: bool = False) -> Iterator[None]:
    """Turn the driver's errors into ours.

    :param is_secret: whether the statement holds a secret, of which the server then repeats a part as wrong syntax.
    """
    try:
        yield
    except pymysql.err.MySQLError as error:
        number = error.args[0] if error.args and isinstance(error.args[0], int) else None
        reason = str(error.args[-1]) if error.args else type(error).__name__
        if is_secret and number == _WRONG_SYNTAX:
            reason = "this server does not know the statement"
        # To the driver a certificate that is not to be trusted is a host that cannot be reached, and so is a late one.
        original = getattr(error, "original_exception", None)
        is_distrusted = isinstance(original, ssl.SSLCertVerificationError)
        has_shown_itself = is_distrusted or number in (CR.CR_SSL_CONNECTION_ERROR, CR.CR_AUTH_PLUGIN_CANNOT_LOAD)
        nobody_listens = isinstance(original, (ConnectionRefusedError, FileNotFoundError))
        sqlstate = getattr(error, "sqlstate", None)
        raise ServerError(action, number, sqlstate, reason, has_shown_itself, nobody_listens) from error
    except (OSError, ssl.SSLError, RuntimeError) as error:
        raise ServerError(action, None, None, str(error)) from error
