"""Rows come and go as the bytes that they are, however the network cuts them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils import _bulk

MARKS = (b"<,>", b"<;>", b"<null>")
END = b"\xfe\x00\x00\x02\x00"
LONGEST = 0xFFFFFF


def packet(content: bytes) -> bytes:
    """The content as it goes over the network; what is longer than a packet goes in several."""
    parts = [content[at : at + LONGEST] for at in range(0, len(content) + 1, LONGEST)]
    return b"".join(len(part).to_bytes(3, "little") + b"\x00" + part for part in parts)


def value(content: bytes | None) -> bytes:
    """A value of a row, with its length before it."""
    if content is None:
        return b"\xfb"
    if len(content) < 0xFB:
        return bytes([len(content)]) + content
    for first, width in ((b"\xfc", 2), (b"\xfd", 3), (b"\xfe", 8)):
        if len(content) < 1 << 8 * width:
            return first + len(content).to_bytes(width, "little") + content
    raise ValueError("too long")


class Source(io.BytesIO):
    """What has come on a connection, a few bytes at a time."""

    def __init__(self, content: bytes, step: int) -> None:
        super().__init__(content)
        self._step = step

    def read1(self, _size: int | None = -1) -> bytes:
        return self.read(self._step)


class Connection:
    """A driver's connection on which a result has come."""

    def __init__(self, result: bytes, step: int = 1 << 18) -> None:
        self._rfile = Source(result, step)
        self.sent: list[bytes] = []
        self.is_closed = False

    def _execute_command(self, _command: int, statement: str) -> None:
        self.sent.append(statement.encode())

    def _read_packet(self) -> Connection:
        return self

    def read_length_encoded_integer(self) -> int:
        return 2

    def get_all_data(self) -> bytes:
        return b"\xfbrows"

    def advance(self, _count: int) -> None: ...

    def read_uint16(self) -> int:
        return 0

    def write_packet(self, content: bytes) -> None:
        self.sent.append(content)

    def _force_close(self) -> None:
        self.is_closed = True


ROWS: list[tuple[bytes | None, ...]] = [
    (b"a", None),
    (b"", b"\xfe\xff\xfb\x00"),
    (None, None),
    (b"x" * 250, b"y" * 251),
    (b"z" * 70_000, b"<"),
    (b"\xff" * 3, b"\xfe" * 3),
]


def read(connection: Any, is_joined: bool = False) -> tuple[bytes, int]:
    blocks = list(_bulk.read_blocks(connection, "SELECT", MARKS, is_joined))
    return b"".join(block.content for block in blocks), sum(block.rows for block in blocks)


@pytest.mark.parametrize("step", [1, 3, 7, 4096, 1 << 18])
def test_rows_are_joined_by_the_marks(step: int) -> None:
    result = b"".join(packet(b"".join(map(value, row))) for row in ROWS) + packet(END)
    content, rows = read(Connection(result, step))
    assert rows == len(ROWS)
    assert content == b"".join(b"<,>".join(b"<null>" if v is None else v for v in row) + b"<;>" for row in ROWS)


@pytest.mark.parametrize("size", [0, 250, 251, 65_535, 65_536, LONGEST - 4, LONGEST, LONGEST + 9, 2 * LONGEST - 9])
def test_values_of_any_length(size: int) -> None:
    content, rows = read(Connection(packet(value(b"v" * size)) + packet(END)), is_joined=True)
    assert rows == 1
    assert content == b"v" * size + b"<;>"


def test_row_that_the_server_could_not_join() -> None:
    with pytest.raises(_bulk.RowTooLong):
        read(Connection(packet(value(None)) + packet(END)), is_joined=True)


def test_error_in_the_middle() -> None:
    result = packet(value(b"a")) + packet(b"\xff\x25\x05#70100Query execution was interrupted")
    with pytest.raises(_bulk.ResultBroken, match="was interrupted") as broken:
        read(Connection(result), is_joined=True)
    assert broken.value.errno == 1317


def test_connection_that_ends() -> None:
    with pytest.raises(ConnectionError):
        read(Connection(packet(value(b"a"))), is_joined=True)


def test_rows_are_sent_in_packets_with_an_end() -> None:
    connection = Connection(b"")
    blocks = [_bulk.Block(b"a" * 300_000, 1), _bulk.Block(b"b", 1)]
    assert _bulk.load(connection, "LOAD", blocks) == _bulk.Loaded(2, 0)
    assert b"".join(connection.sent[1:]) == b"a" * 300_000 + b"b"
    assert connection.sent[-1] == b""


def test_rows_that_cannot_be_read_are_not_committed() -> None:
    def broken() -> Iterator[_bulk.Block]:
        yield _bulk.Block(b"a", 1)
        raise _bulk.RowTooLong

    connection = Connection(b"")
    with pytest.raises(_bulk.RowTooLong):
        _bulk.load(connection, "LOAD", broken())
    assert connection.is_closed
    assert connection.sent[-1] == b"a"
