"""A session: what of its secrets logs and errors do not show, who counts as there, and how its end is seen."""

from __future__ import annotations

import os
import socket
import ssl
import struct
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymysql
import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _connection, _driver
from ansible_collections.twoway.mysql.plugins.module_utils._connection import (
    Login,
    Session,
    connect,
    wait_for_end,
)
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import sql
from ansible_collections.twoway.mysql.plugins.module_utils._driver import errors_named
from ansible_collections.twoway.mysql.plugins.module_utils._errors import ServerError, TwowayError
from ansible_collections.twoway.mysql.plugins.module_utils._secret import Secret
from pymysql.constants import CLIENT

MYSQL, MARIADB = "9.7.4", "11.8.9-MariaDB"
PLAIN = sql("SELECT {}", "harmless")
SECRET = sql("SET PASSWORD = {}", Secret("it's-s3cret"))
OFF, ON = "SET SESSION sql_log_off = 1", "SET SESSION sql_log_off = 0"


class Connection:
    """A connection that writes down what it is asked.

    :ivar failing: the statement that the server refuses, with this error.
    """

    def __init__(self, version: str, failing: str | None = None, error: tuple[int, str] = (1819, "too weak")) -> None:
        self.asked: list[str] = []
        self._error = error
        self._version = version
        self._failing = failing

    def get_server_info(self) -> str:
        return self._version

    def cursor(self, _kind: Any) -> Connection:
        return self

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def execute(self, text: str) -> None:
        self.asked.append(text)
        if text == self._failing:
            raise pymysql.err.OperationalError(*self._error)

    def fetchall(self) -> list[dict[str, Any]]:
        return [{"last": self.asked[-1]}]


@pytest.mark.parametrize(
    ("version", "statement", "asked"),
    [
        (MYSQL, PLAIN, [PLAIN.text]),
        (MARIADB, PLAIN, [PLAIN.text]),
        # MySQL itself rewrites such a statement in its log.
        (MYSQL, SECRET, [SECRET.text]),
        (MARIADB, SECRET, [OFF, SECRET.text, ON]),
    ],
)
def test_log_is_off_for_a_secret_alone(version: str, statement: Any, asked: list[str]) -> None:
    connection = Connection(version)
    rows = Session(connection).query(statement, "try it")
    assert connection.asked == asked
    assert rows == [{"last": statement.text}]


def test_log_is_on_again_after_a_refusal() -> None:
    connection = Connection(MARIADB, failing=SECRET.text)
    with pytest.raises(ServerError) as caught:
        Session(connection).query(SECRET, "set the password")
    assert connection.asked == [OFF, SECRET.text, ON]
    assert (caught.value.errno, caught.value.action) == (1819, "set the password")
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize("version", [MYSQL, MARIADB])
def test_secret_is_not_repeated_as_wrong_syntax(version: str) -> None:
    connection = Connection(version, SECRET.text, (1064, "You have an error near ''it\\'s-s3cret''"))
    with pytest.raises(ServerError) as caught:
        Session(connection).query(SECRET, "set the password")
    assert "s3cret" not in caught.value.message
    assert caught.value.errno == 1064


@pytest.mark.parametrize(
    ("errno", "is_answer"),
    [(1040, True), (1045, True), (1130, True), (3118, True), (4151, True), (2003, False), (2013, False), (None, False)],
)
def test_who_refuses_is_there(errno: int | None, is_answer: bool) -> None:
    assert ServerError("connect", errno, None, "reason").is_answer is is_answer


@pytest.mark.parametrize(
    ("cause", "is_answer"), [(ssl.SSLCertVerificationError("expired"), True), (ConnectionRefusedError(), False)]
)
def test_who_shows_a_certificate_is_there(cause: OSError, is_answer: bool) -> None:
    error = pymysql.err.OperationalError(2003, "Can't connect")
    error.original_exception = cause
    with pytest.raises(ServerError) as caught, errors_named("connect"):
        raise error
    assert caught.value.is_answer is is_answer


@pytest.mark.parametrize(
    ("cause", "nobody_listens"),
    [
        (ConnectionRefusedError(), True),
        (FileNotFoundError(), True),
        # The queue of a socket whose server takes nobody in is full.
        (BlockingIOError(), False),
        (TimeoutError("timed out"), False),
    ],
)
def test_who_is_late_is_not_absent(cause: OSError, nobody_listens: bool) -> None:
    error = pymysql.err.OperationalError(2003, "Can't connect")
    error.original_exception = cause
    with pytest.raises(ServerError) as caught, errors_named("connect"):
        raise error
    assert caught.value.details["nobody_listens"] is nobody_listens


def test_nobody_listens_at_a_socket_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ServerError) as caught:
        connect(Login(unix_socket=str(tmp_path / "mysqld.sock")))
    assert (caught.value.errno, caught.value.details["nobody_listens"]) == (2003, True)


@pytest.fixture
def authority(tmp_path: Path) -> str:
    """A CA certificate that Python can read: one of those that it trusts anyway."""
    bundle = ssl.get_default_verify_paths().cafile or ssl.get_default_verify_paths().openssl_cafile
    if not Path(bundle).exists():
        pytest.skip("this host has no certificates")
    end = "-----END CERTIFICATE-----\n"
    path = tmp_path / "ca.pem"
    path.write_text(Path(bundle).read_text(encoding="utf-8").partition(end)[0] + end, encoding="utf-8")
    return str(path)


def test_source_is_verified_with_the_site_s_authority_as_the_servers_do(authority: str) -> None:
    context = Login(host="198.51.100.1", ca_cert=authority).driver_arguments()["ssl"]
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT


def test_encryption_without_an_authority_verifies_nothing() -> None:
    context = Login(host="198.51.100.1", tls=True).driver_arguments()["ssl"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)


def test_a_name_is_verified_without_an_authority_by_those_of_the_host() -> None:
    context = Login(host="198.51.100.1", tls=True, check_hostname=True).driver_arguments()["ssl"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def greeting(plugin: str, is_encrypting: bool) -> bytes:
    """The first packet of a server that wants a password in this way."""
    capabilities = CLIENT.PROTOCOL_41 | CLIENT.PLUGIN_AUTH | CLIENT.SECURE_CONNECTION
    capabilities |= CLIENT.SSL if is_encrypting else 0
    low, high = struct.pack("<I", capabilities)[:2], struct.pack("<I", capabilities)[2:]
    body = b"\x0a9.7.4\0" + struct.pack("<I", 7) + b"saltsalt\0" + low + b"\x21\x02\x00" + high
    body += b"\x15" + bytes(10) + b"saltsaltsalt\0" + plugin.encode() + b"\0"
    return struct.pack("<I", len(body))[:3] + b"\0" + body


def told_to(server_says: list[bytes], login: Login) -> tuple[bytes, ServerError]:
    """Log in at somebody who says this, one after the other: what he is told in between, and how that ends."""
    told: list[bytes] = []

    def serve() -> None:
        there, _address = listener.accept()
        with there:
            for packet in server_says:
                there.sendall(packet)
                told.append(there.recv(4096))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        port = listener.getsockname()[1]
        with pytest.raises(ServerError) as caught:
            connect(replace(login, host="127.0.0.1", port=port, password=Secret("s3cret")))
        thread.join()
    return b"".join(told), caught.value


def test_who_shows_no_certificate_is_told_nothing_where_he_is_to_be_verified(authority: str) -> None:
    told, error = told_to([greeting("mysql_native_password", is_encrypting=False)], Login(ca_cert=authority))
    assert (told, error.errno, error.is_answer) == (b"", 2026, True)


@pytest.mark.parametrize("plugin", ["sha256_password", "caching_sha2_password", "mysql_clear_password"])
def test_password_is_withheld_from_who_asks_for_it_at_once(plugin: str) -> None:
    told, error = told_to([greeting(plugin, is_encrypting=False)], Login(withholds_password=True))
    assert (told, error.errno, error.is_answer) == (b"", 2059, True)


@pytest.mark.parametrize("plugin", ["sha256_password", "caching_sha2_password", "mysql_clear_password", "dialog"])
def test_password_is_withheld_from_who_asks_for_it_later(plugin: str) -> None:
    switch = b"\xfe" + plugin.encode() + b"\0saltsaltsaltsaltsalt\0"
    says = [greeting("mysql_native_password", False), struct.pack("<I", len(switch))[:3] + b"\x02" + switch]
    told, error = told_to(says, Login(withholds_password=True))
    assert (b"s3cret" in told, error.errno) == (False, 2059)
    assert b"mysql_native_password" in told


def test_the_end_of_a_session_is_seen_at_once() -> None:
    here, there = socket.socketpair()
    connection: Any = Connection(MYSQL)
    connection._sock = here
    session = Session(connection)
    assert not wait_for_end([session], 0.01)
    there.close()
    assert wait_for_end([session], 600)
    here.close()
    connection._sock = None
    assert wait_for_end([session], 600)


@pytest.fixture
def client_file(tmp_path: Path) -> str:
    path = tmp_path / "client.cnf"
    path.write_text("[client]\nuser=admin\npassword='p w'\nhost=db1\nport=3307\nsocket=/run/other.sock\n")
    return str(path)


def test_an_option_file_says_what_the_login_leaves_open(client_file: str) -> None:
    login = Login(config_file=client_file).resolved()
    password = login.password.reveal() if login.password else None
    assert (login.user, password, login.host, login.port) == ("admin", "p w", "db1", 3307)


def test_what_the_login_says_counts_more_than_its_option_file(client_file: str) -> None:
    said = Login(user="joe", password=Secret("own"), unix_socket="/run/mine.sock", port=3308)
    assert replace(said, config_file=client_file).resolved() == said


def test_localhost_in_an_option_file_is_the_socket(tmp_path: Path) -> None:
    path = tmp_path / "client.cnf"
    path.write_text("[client]\nhost=localhost\nsocket=/run/other.sock\n")
    assert Login(config_file=str(path)).resolved().place == "socket /run/other.sock"


def test_an_option_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.cnf")
    with pytest.raises(TwowayError, match=f"option file of the login, {missing}, cannot be read"):
        Login(config_file=missing).resolved()


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_driver, "HAS_PYMYSQL", False)
    with pytest.raises(TwowayError, match="python3-pymysql"):
        connect(Login())


def test_a_session_that_is_there_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_connection, "connect", lambda _login: pytest.fail("it logs in anew"))
    connection = Connection(MYSQL)
    Session(connection, Login()).revive()
    assert connection.asked == ["DO 0"]


def test_a_session_that_is_gone_logs_in_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    gone, new = Connection(MYSQL, "DO 0", (2006, "server has gone away")), Connection(MYSQL)
    logins: list[Login] = []
    monkeypatch.setattr(_connection, "close_connection", lambda _connection: None)
    monkeypatch.setattr(_connection, "connect", lambda login: logins.append(login) or Session(new, login))
    session = Session(gone, Login(user="me"))
    session.revive()
    session.query(PLAIN, "try it")
    assert ([login.user for login in logins], new.asked) == (["me"], [PLAIN.text])


@pytest.mark.parametrize(
    ("login", "is_probed"), [(Login(host="db1", host_timeout=8), True), (Login(host="db1"), False)]
)
def test_a_host_is_asked_whether_it_is_there(monkeypatch: pytest.MonkeyPatch, login: Login, is_probed: bool) -> None:
    connection: Any = Connection(MYSQL)
    monkeypatch.setattr(_connection, "open_connection", lambda _arguments: connection)
    with socket.socket() as connection._sock:
        connect(login)
        asked = {
            name: connection._sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
            for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_USER_TIMEOUT")
        }
        is_kept = bool(connection._sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))
    expected = {"TCP_KEEPIDLE": 2, "TCP_KEEPINTVL": 2, "TCP_USER_TIMEOUT": 8000}
    assert (is_kept, asked == expected) == (is_probed, is_probed)


def test_a_session_outlasts_silence_also_through_a_firewall() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as here:
        connection: Any = Connection(MYSQL)
        connection._sock = here
        Session(connection, Login()).stay_connected()
        assert connection.asked == ["SET SESSION wait_timeout = 31536000"]
        assert here.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert here.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 60


def test_a_session_on_a_socket_outlasts_silence() -> None:
    here, there = socket.socketpair()
    with here, there:
        connection: Any = Connection(MARIADB)
        connection._sock = here
        Session(connection, Login()).stay_connected()
        assert connection.asked == ["SET SESSION wait_timeout = 31536000"]


def test_the_server_at_the_other_end_of_a_socket_has_a_process() -> None:
    here, there = socket.socketpair()
    with here, there:
        connection: Any = Connection(MYSQL)
        connection._sock = here
        assert Session(connection).server_process() == os.getpid()


def test_a_server_over_the_network_has_no_process_here() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as here:
        connection: Any = Connection(MYSQL)
        connection._sock = here
        assert Session(connection).server_process() is None
