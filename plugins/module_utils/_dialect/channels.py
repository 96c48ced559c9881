# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What a dialect says about channels: how they are asked, changed, and brought past what they stand at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, List, Mapping, Optional, Tuple

from .._errors import Refused
from .._plan import steps as do
from .._secret import Secret
from .._state.binlog import BinlogCoordinates
from .._state.channel import Channel
from .accounts import as_text
from .channel_row import Row
from .statement import Statement


class ChannelDialect(ABC):
    """The part of a dialect about channels."""

    #: Whether settings of the receiver can change while the applier runs.
    receiver_can_change_alone: bool

    @abstractmethod
    def read_channels(self) -> Statement:
        """Return the question for the status of all channels."""

    def read_channel_options(self) -> Optional[Statement]:
        """Return the question for settings that the status lacks, by ``channel``; ``None`` where a server has none."""
        return None

    @abstractmethod
    def parse_channel(self, row: Row, options: Optional[Row]) -> Optional[Channel]:
        """Return a channel from a row of :meth:`read_channels` and the row of options of the same channel.

        ``None`` for a row that stands for no channel (a server keeps one after a filter was set).
        """

    def channel_file(self, channel: str) -> Optional[str]:
        """Return the file, below the data directory, that keeps a channel's password; ``None`` where a table does."""
        return None

    def password_in_channel_file(self, content: str) -> str:
        """Return the password from the content of :meth:`channel_file`."""
        raise TypeError("this server keeps the settings of its channels in a table")

    def place_in_channel_file(self, content: str) -> Tuple[str, int]:
        """Return the host and the port of the source from the content of :meth:`channel_file`."""
        raise TypeError("this server keeps the settings of its channels in a table")

    def read_channel_place(self, channel: str) -> Optional[Statement]:
        """Return the question for ``host`` and ``port`` of a channel's source; ``None`` where a file keeps them."""
        return None

    @abstractmethod
    def is_drained(self, channel: Channel) -> bool:
        """Return whether every transaction that the channel received as a whole has been applied."""

    def place_of_drained(self, channel: Channel) -> Optional[BinlogCoordinates]:
        """Return the place in the source's binary log up to which a drained channel has everything."""
        return channel.received

    @abstractmethod
    def has_applied_since(self, stuck: Channel, now: Channel) -> bool:
        """Return whether an applier that stood still with an error has got past the event that it stood at."""

    @abstractmethod
    def source_option(self, setting: str, value: Any) -> Statement:
        """Return one option of the statement that changes a channel."""

    @abstractmethod
    def _tell(self, verb: str, what: str, channel: str) -> Statement:
        """Return the statement that tells the server a verb, and about which thread, or part, of a channel."""

    @abstractmethod
    def _change(self, channel: str, options: List[Statement]) -> Statement:
        """Return the statement that changes a channel, or makes it, with options of :meth:`source_option`."""

    def _change_source(self, step: do.ChangeSource) -> List[Statement]:
        settings = dict(step.settings)
        if step.start_at:
            settings.update(start_file=step.start_at.file, start_position=step.start_at.position)
        return [self._change(step.channel, [self.source_option(name, value) for name, value in settings.items()])]

    def stop_receiver(self, channel: str) -> Statement:
        """Return the statement that stops the receiver alone."""
        return self._tell("STOP", "IO_THREAD", channel)

    def start_receiver(self, channel: str) -> Statement:
        """Return the statement that starts the receiver alone."""
        return self._tell("START", "IO_THREAD", channel)

    def stop_applier(self, channel: str) -> Statement:
        """Return the statement that stops the applier alone."""
        return self._tell("STOP", "SQL_THREAD", channel)

    def start_applier(self, channel: str) -> Statement:
        """Return the statement that starts the applier alone."""
        return self._tell("START", "SQL_THREAD", channel)

    @abstractmethod
    def start_applier_until(self, channel: str, coordinates: BinlogCoordinates) -> Statement:
        """Return the statement that applies events up to a place in the source's binary log and then stops."""

    def remove_channel(self, channel: str) -> Statement:
        """Return the statement that forgets a channel with all its settings."""
        return self._tell("RESET", "ALL", channel)

    def gtid_without_returned(self, variables: Mapping[str, str]) -> Optional[str]:
        """Return the applied position without this server's own transactions.

        ``None`` where it has none of them, or where a server keeps them apart.
        """
        return None

    def _set_applied_gtid(self, step: do.SetAppliedGtid) -> List[Statement]:
        raise Refused("This server's applied position is what it has executed")

    def read_failed_transaction(self, channel: str) -> Optional[Statement]:
        """Return the question for the GTID of the transaction that a channel's applier failed with.

        ``None`` where it is the first one that is not applied.
        """
        return None

    def applies_out_of_order(self, variables: Mapping[str, str]) -> bool:
        """Return whether the first transaction that is not applied may be another than the one that failed.

        Only where a server does not say itself which one failed.
        """
        return False

    @abstractmethod
    def way_to_skip(self, channel: Channel, has_gtid: bool, variables: Mapping[str, str]) -> str:
        """Return how the applier of a channel passes over exactly one transaction: a word of ``_plan.repair``.

        :param has_gtid: whether the transaction has a GTID.
        """

    def gtid_after(self, variables: Mapping[str, str], gtid: str) -> str:
        """Return the applied position with one more transaction."""
        raise Refused("This server's applied position is what it has executed")

    def _commit_empty(self, step: do.CommitEmpty) -> List[Statement]:
        raise Refused("This server takes no transaction for executed without what it does")

    @abstractmethod
    def _skip_next(self, step: do.SkipNext) -> List[Statement]: ...

    @staticmethod
    def _stored_password(options: Optional[Row]) -> Optional[Secret]:
        """Return the password that the channel connects with, where the row of options has it."""
        password = (options or {}).get("source_password")
        return None if password is None else Secret(as_text(password))
