"""A stream is only opened between two ends that know the same secret and see the same certificate."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._errors import TwowayError
from ansible_collections.twoway.mysql.plugins.module_utils._secret import Secret
from ansible_collections.twoway.mysql.plugins.module_utils._seed import transport

SECRET = Secret('it\'s \\a long "secret" ü')


class Donor(threading.Thread):
    """One end that sends what it is told to the first recipient."""

    def __init__(self, frames: list[tuple[bytes, bytes]], awaits: bool = False) -> None:
        super().__init__(daemon=True)
        self._frames = frames
        self._awaits = awaits
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.certificate = transport.ThrowawayCertificate()
        self.refusal: Exception | None = None

    def run(self) -> None:
        with self._listener:
            connection = self._listener.accept()[0]
        try:
            stream = transport.admit(connection, self.certificate, SECRET)
            if self._awaits:
                stream.await_begin()
        except (OSError, TwowayError) as error:
            self.refusal = error
            return
        for kind, content in self._frames:
            stream.send(kind, content)
        stream.close()


@pytest.fixture
def donor() -> Iterator[Donor]:
    content = bytes(range(256)) * 4096
    running = Donor([(transport.HEADER, b"{}"), (transport.DATA, content), (transport.TRAILER, b'{"ok": true}')])
    running.start()
    yield running
    running.join(10)
    assert not running.is_alive()


def test_what_is_sent_arrives(donor: Donor) -> None:
    stream = transport.fetch("127.0.0.1", donor.port, SECRET)
    frames = list(stream.frames())
    assert [kind for kind, _content in frames] == [transport.HEADER, transport.DATA, transport.TRAILER]
    assert frames[1][1] == bytes(range(256)) * 4096


@pytest.mark.parametrize("is_wanted", [True, False])
def test_what_is_offered_waits_for_who_took_it_up(is_wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STALL_SECONDS", "_HANDSHAKE_SECONDS"):
        monkeypatch.setattr(transport, name, 0.5)
    donor = Donor([(transport.TRAILER, b"{}")], awaits=True)
    donor.start()
    stream = transport.fetch("127.0.0.1", donor.port, SECRET)
    donor.join(1)
    assert donor.is_alive()
    if is_wanted:
        stream.begin()
        assert [kind for kind, _content in stream.frames()] == [transport.TRAILER]
    stream.close()
    donor.join(10)
    assert (donor.is_alive(), donor.refusal is None) == (False, is_wanted)


def test_recipient_with_another_secret_is_sent_nothing(donor: Donor) -> None:
    with pytest.raises(transport.NotAuthenticated) as refusal:
        transport.fetch("127.0.0.1", donor.port, Secret("another"))
    donor.join(10)
    assert isinstance(donor.refusal, transport.NotAuthenticated)
    assert "another" not in refusal.value.message


def test_stream_without_a_trailer_is_an_error() -> None:
    donor = Donor([(transport.HEADER, b"{}"), (transport.DATA, b"x")])
    donor.start()
    stream = transport.fetch("127.0.0.1", donor.port, SECRET)
    with pytest.raises(TwowayError, match="broke off"):
        list(stream.frames())


def test_proof_is_of_role_nonces_and_certificate() -> None:
    proofs = {
        transport.proof(secret, role, nonces, certificate)
        for secret in (SECRET, Secret("x"))
        for role in (b"donor", b"recipient")
        for nonces in (b"1", b"2")
        for certificate in (b"a", b"b")
    }
    assert len(proofs) == 16
