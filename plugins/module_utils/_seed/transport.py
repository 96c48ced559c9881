# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""One stream from a donor to a recipient: encrypted, each sure of the other by a shared secret, in frames."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
from typing import Any, Dict, Iterator, Tuple

from .._errors import TwowayError
from .._secret import Secret

BEGIN = b"B"
HEADER = b"H"
DATA = b"D"
TRAILER = b"T"

STALL_SECONDS = 60
"""As long the other end may say nothing; the donor says something every few seconds."""

_HANDSHAKE_SECONDS = 10
_LONGEST_FRAME = 1 << 22
_NONCE_BYTES = 32
_MAGIC = b"twoway-seed-1\n\n\n"
_FRAME = struct.Struct("!cI")

# A peer whose host or cable is gone is noticed by TCP itself after about so many milliseconds.
_SILENCE_MS = 20000
_TCP_OPTIONS = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": _SILENCE_MS}


class NotAuthenticated(TwowayError):
    """The other end does not know the secret, or somebody is in between."""


def proof(secret: Secret, role: bytes, nonces: bytes, certificate: bytes) -> bytes:
    """Return what only one who knows the secret, and sees the same certificate, can send.

    :param role: ``donor`` or ``recipient``, so that no end can be answered with its own proof.
    :param nonces: the recipient's, then the donor's.
    :param certificate: the donor's, in DER.
    """
    said = b"|".join([_MAGIC, role, nonces, hashlib.sha256(certificate).digest()])
    return hmac.new(secret.reveal().encode("utf-8"), said, hashlib.sha256).digest()


class Stream:
    """An authenticated connection, on which frames are sent or received.

    Frames are one byte for the kind, four for the length, and the content. Two threads may send.
    """

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self._connection = connection
        self._sending = threading.Lock()

    def send(self, kind: bytes, content: bytes) -> None:
        """Send a frame.

        :raises OSError: when the other end is gone, or takes nothing for too long.
        """
        with self._sending:
            self._connection.sendall(_FRAME.pack(kind, len(content)) + content)

    def send_json(self, kind: bytes, content: Dict[str, Any]) -> None:
        """Send a frame of JSON."""
        self.send(kind, json.dumps(content).encode("utf-8"))

    def begin(self) -> None:
        """Ask for what is offered.

        :raises TwowayError: when the donor is gone.
        """
        try:
            self.send(BEGIN, b"")
        except OSError as error:
            raise TwowayError("The stream from the donor broke off: %s." % error) from error

    def await_begin(self) -> None:
        """Return when the recipient wants what is offered, however long that takes.

        :raises OSError: when it is gone, which TCP notices, or wants nothing.
        """
        self._connection.settimeout(None)
        kind, _length = _FRAME.unpack(_receive(self._connection, _FRAME.size))
        if kind != BEGIN:
            raise ConnectionError("the other end is no recipient")
        self._connection.settimeout(STALL_SECONDS)

    def frames(self) -> Iterator[Tuple[bytes, bytes]]:
        """Yield kind and content of each frame, up to the trailer.

        :raises TwowayError: when the stream ends before, or is none.
        """
        kind = b""
        while kind != TRAILER:
            try:
                kind, length = _FRAME.unpack(_receive(self._connection, _FRAME.size))
                if length > _LONGEST_FRAME:
                    raise TwowayError("What the donor sends is no seed.")
                content = _receive(self._connection, length)
            except OSError as error:
                raise TwowayError("The stream from the donor broke off: %s." % (error or "no data")) from error
            yield kind, content

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def _receive(connection: ssl.SSLSocket, count: int) -> bytes:
    content = bytearray(count)
    view, filled = memoryview(content), 0
    while filled < count:
        received = connection.recv_into(view[filled:])
        if not received:
            raise ConnectionError("the other end closed it")
        filled += received
    return bytes(content)


def _prepare(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _TCP_OPTIONS.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    connection.settimeout(_HANDSHAKE_SECONDS)


class ThrowawayCertificate:
    """A certificate for one offer. Its key exists in memory alone.

    :ivar der: the certificate, as the other end sees it.
    """

    def __init__(self) -> None:
        """Make it with the program ``openssl``.

        :raises TwowayError: when that fails.
        """
        with tempfile.TemporaryDirectory(prefix="twoway-", dir=_memory_folder()) as folder:
            files = {name: os.path.join(folder, name) for name in ("key", "cert")}
            self._make(files)
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(files["cert"], files["key"])
            with open(files["cert"], encoding="ascii") as file:
                self.der = ssl.PEM_cert_to_DER_cert(file.read())

    @staticmethod
    def _make(files: Dict[str, str]) -> None:
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", files["key"]]
        command = ["openssl", "req", "-x509", *key, "-days", "2", "-subj", "/CN=twoway-seed", "-out", files["cert"]]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
            )
        except FileNotFoundError:
            raise TwowayError("The program openssl is not installed on this host.") from None
        if done.returncode:
            raise TwowayError("openssl made no certificate: %s" % done.stderr.decode("utf-8", "replace")[-500:].strip())


def _memory_folder() -> str:
    return "/dev/shm" if os.path.isdir("/dev/shm") else tempfile.gettempdir()


def admit(connection: socket.socket, certificate: ThrowawayCertificate, secret: Secret) -> Stream:
    """Return the stream to a recipient that has proved to know the secret.

    :raises NotAuthenticated: when it has not.
    :raises OSError: when it does not speak as a recipient does.
    """
    _prepare(connection)
    secured = certificate.context.wrap_socket(connection, server_side=True)
    hello = _receive(secured, len(_MAGIC) + _NONCE_BYTES)
    own_nonce = os.urandom(_NONCE_BYTES)
    secured.sendall(own_nonce)
    nonces = hello[len(_MAGIC) :] + own_nonce
    answer = _receive(secured, hashlib.sha256().digest_size)
    expected = proof(secret, b"recipient", nonces, certificate.der)
    if not hello.startswith(_MAGIC) or not hmac.compare_digest(answer, expected):
        secured.close()
        raise NotAuthenticated("The recipient does not know the secret of this seed.")
    secured.sendall(proof(secret, b"donor", nonces, certificate.der))
    secured.settimeout(STALL_SECONDS)
    return Stream(secured)


def fetch(host: str, port: int, secret: Secret) -> Stream:
    """Return the stream from a donor that has proved to know the secret.

    :raises NotAuthenticated: when it has not, or when this end does not know it.
    :raises TwowayError: when the donor cannot be reached.
    """
    # The secret tells whose certificate it is; there is no authority to ask.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    place = "%s:%d" % (host, port)
    try:
        connection = socket.create_connection((host, port), timeout=_HANDSHAKE_SECONDS)
        _prepare(connection)
        secured = context.wrap_socket(connection)
    except OSError as error:
        raise TwowayError("The donor's offer at %s cannot be reached: %s." % (place, error)) from error
    try:
        _prove(secured, secret)
    except (OSError, NotAuthenticated) as error:
        secured.close()
        raise NotAuthenticated("The donor at %s and this recipient do not know the same secret." % place) from error
    secured.settimeout(STALL_SECONDS)
    return Stream(secured)


def decline(host: str, port: int, secret: Secret) -> None:
    """Let a donor's offer end that is not wanted; one that is not there, or not ours, is no error."""
    try:
        fetch(host, port, secret).close()
    except TwowayError:
        return


def _prove(secured: ssl.SSLSocket, secret: Secret) -> None:
    certificate = secured.getpeercert(binary_form=True) or b""
    own_nonce = os.urandom(_NONCE_BYTES)
    secured.sendall(_MAGIC + own_nonce)
    nonces = own_nonce + _receive(secured, _NONCE_BYTES)
    secured.sendall(proof(secret, b"recipient", nonces, certificate))
    answer = _receive(secured, hashlib.sha256().digest_size)
    if not hmac.compare_digest(answer, proof(secret, b"donor", nonces, certificate)):
        raise NotAuthenticated("The donor gave the wrong answer.")
