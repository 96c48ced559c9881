# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Rows in bulk on a driver's connection: as the bytes that come, and as bytes that go.

The driver makes a Python value of each column of each row; that takes longer than both servers need for them.
Source: MySQL manual, "Client/Server Protocol", text result sets and LOCAL INFILE; alike in MariaDB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Iterator, List, Tuple

_COM_QUERY = 3
_READ_BYTES = 1 << 18
_LONGEST_PACKET = 0xFFFFFF

# The first byte of a value says how its length is told, or what else comes.
_NULL = 0xFB
_LENGTH_IN_2, _LENGTH_IN_3, _LENGTH_IN_8 = 0xFC, 0xFD, 0xFE
_ERROR = 0xFF
_SHORTEST_LENGTH_IN_8 = 9


@dataclass(frozen=True)
class Block:
    """Some rows: each is what stood in the result, its values joined.

    :ivar content: all rows, with the mark at the end of each.
    :ivar rows: how many they are.
    """

    content: bytes
    rows: int


@dataclass(frozen=True)
class Loaded:
    """What a server did with rows."""

    rows: int
    warnings: int


class RowTooLong(Exception):
    """A row is a value that the server could not put together, because it is longer than its longest packet."""


def read_blocks(connection: Any, statement: str, marks: Tuple[bytes, bytes, bytes], is_joined: bool) -> Iterator[Block]:
    """Yield the rows of a question.

    :param marks: between values, at the end of a row, for NULL.
    :param is_joined: whether each row is one value already.
    :raises RowTooLong: when one of those is NULL.
    """
    connection._execute_command(_COM_QUERY, statement)
    columns = int(connection._read_packet().read_length_encoded_integer())
    for _column in range(columns + 1):
        # The last one ends the description of the columns.
        connection._read_packet()
    return _blocks(connection._rfile, marks, is_joined)


def _blocks(source: Any, marks: Tuple[bytes, bytes, bytes], is_joined: bool) -> Iterator[Block]:
    between, end, _null = marks
    packets = _Packets(source)
    for batch in packets:
        rows = [_joined(packet) for packet in batch] if is_joined else [
            between.join(_values(packet, marks)) for packet in batch
        ]  # fmt: skip
        if rows:
            count = len(rows)
            rows.append(b"")
            yield Block(end.join(rows), count)


def _joined(packet: bytes) -> bytes:
    first = packet[0]
    if first < _NULL:
        return packet[1:]
    if first == _NULL:
        raise RowTooLong
    return packet[{_LENGTH_IN_2: 3, _LENGTH_IN_3: 4}.get(first, 9) :]


def _values(packet: bytes, marks: Tuple[bytes, bytes, bytes]) -> Iterator[bytes]:
    at, size, null = 0, len(packet), marks[2]
    while at < size:
        first = packet[at]
        if first == _NULL:
            at += 1
            yield null
            continue
        width = {_LENGTH_IN_2: 2, _LENGTH_IN_3: 3, _LENGTH_IN_8: 8}.get(first, 0)
        length = int.from_bytes(packet[at + 1 : at + 1 + width], "little") if width else first
        begin = at + 1 + width
        at = begin + length
        yield packet[begin:at]


class _Packets:
    """Yields what comes on a connection, up to the end of the result, in batches of whole packets."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._rest = b""
        self._long: List[bytes] = []
        self._is_over = False

    def __iter__(self) -> Iterator[List[bytes]]:
        while not self._is_over:
            missing = self._missing()
            # What is known to be long is waited for, instead of being put together from many pieces.
            more = self._source.read(missing) if missing > _READ_BYTES else self._source.read1(_READ_BYTES)
            if not more:
                raise ConnectionError("the donor closed the connection")
            yield self._split(self._rest + more if self._rest else more)

    def _missing(self) -> int:
        """Return how many bytes the packet still lacks that has begun to come."""
        if len(self._rest) < 4:
            return 0
        return 4 + int.from_bytes(self._rest[:3], "little") - len(self._rest)

    def _split(self, content: bytes) -> List[bytes]:
        packets: List[bytes] = []
        at, size = 0, len(content)
        while size - at > 4:
            length = content[at] | content[at + 1] << 8 | content[at + 2] << 16
            end = at + 4 + length
            if end > size:
                break
            first = content[at + 4]
            if first >= _LENGTH_IN_8 or length == _LONGEST_PACKET or self._long:
                if not self._take_special(content[at + 4 : end], packets):
                    break
            else:
                packets.append(content[at + 4 : end])
            at = end
        self._rest = content[at:]
        return packets

    def _take_special(self, packet: bytes, packets: List[bytes]) -> bool:
        """Take a packet that is a part of a row, or ends the result; return whether the result goes on."""
        if not self._long and packet[0] == _ERROR:
            raise _error_of(packet)
        if not self._long and packet[0] == _LENGTH_IN_8 and len(packet) < _SHORTEST_LENGTH_IN_8:
            self._is_over = True
            return False
        self._long.append(packet)
        if len(packet) < _LONGEST_PACKET:
            packets.append(b"".join(self._long))
            self._long = []
        return True


class ResultBroken(Exception):
    """The server ended a result with an error.

    :ivar errno: its number.
    """

    def __init__(self, errno: int, message: str) -> None:
        super().__init__(message)
        self.errno = errno


def _error_of(packet: bytes) -> ResultBroken:
    # 0xFF, number, "#" and sqlstate, message.
    return ResultBroken(int.from_bytes(packet[1:3], "little"), packet[9:].decode("utf-8", "replace"))


def load(connection: Any, statement: str, blocks: Iterable[Block]) -> Loaded:
    """Have a server load rows, by a statement that asks its client for a file; no file is opened here.

    What the server asks for is not looked at: it gets these rows and nothing else.
    """
    connection._execute_command(_COM_QUERY, statement)
    request = connection._read_packet()
    if request.get_all_data()[:1] != bytes([_NULL]):
        raise ConnectionError("the server did not ask for the rows")
    try:
        for block in blocks:
            view = memoryview(block.content)
            for at in range(0, len(view), _READ_BYTES):
                connection.write_packet(bytes(view[at : at + _READ_BYTES]))
    except BaseException:
        # An end here would make the server commit what it has: without one it forgets it.
        connection._force_close()
        raise
    connection.write_packet(b"")
    answer = connection._read_packet()
    answer.advance(1)
    rows = int(answer.read_length_encoded_integer())
    answer.read_length_encoded_integer()
    _status, warnings = answer.read_uint16(), answer.read_uint16()
    return Loaded(rows, int(warnings))
