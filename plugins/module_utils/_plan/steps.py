# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What planners decide: steps to take, and findings that speak against or about them.

A step says what is to be done and why; how it is said to a server is the dialect's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple

from .._secret import Secret
from .._state.account import AccountName
from .._state.binlog import BinlogCoordinates
from .._state.table import Image, Table


@dataclass(frozen=True)
class Step:
    """One thing to do on a server.

    :ivar reason: why, in words for people.
    """

    reason: str

    @property
    def name(self) -> str:
        """The step's name in results.

        >>> StopReceiver("…", channel="").name
        'stop_receiver'
        """
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


@dataclass(frozen=True)
class CreateAccount(Step):
    """Make an account that does not exist."""

    account: AccountName
    password: Secret
    require_tls: bool


@dataclass(frozen=True)
class SetPassword(Step):
    """Give an account another password."""

    account: AccountName
    password: Secret


@dataclass(frozen=True)
class AddPassword(Step):
    """Give an account another password, beside which the one that it has goes on being accepted.

    :ivar kept: what the server keeps of that one.
    """

    account: AccountName
    password: Secret
    kept: Secret


@dataclass(frozen=True)
class DiscardFormerLogin(Step):
    """Accept no other password of an account than this one."""

    account: AccountName
    password: Secret


@dataclass(frozen=True)
class SetTlsRequirement(Step):
    """Demand TLS of an account, or stop to."""

    account: AccountName
    require_tls: bool


@dataclass(frozen=True)
class GrantPrivileges(Step):
    """Give an account global privileges that it lacks."""

    account: AccountName
    privileges: Tuple[str, ...]


@dataclass(frozen=True)
class RevokePrivileges(Step):
    """Take away global privileges that an account should not have."""

    account: AccountName
    privileges: Tuple[str, ...]


@dataclass(frozen=True)
class DropAccount(Step):
    """Remove an account."""

    account: AccountName


@dataclass(frozen=True)
class StopReceiver(Step):
    """Stop receiving events; what was received goes on being applied."""

    channel: str


@dataclass(frozen=True)
class StopApplier(Step):
    """Stop applying events."""

    channel: str


@dataclass(frozen=True)
class StartReceiver(Step):
    """Receive events from the source."""

    channel: str


@dataclass(frozen=True)
class StartApplier(Step):
    """Apply received events."""

    channel: str


@dataclass(frozen=True)
class DrainApplier(Step):
    """Wait until the applier has applied everything that was received.

    :ivar restores_receiver: whether the receiver was stopped for this, and is started again where it comes to no end.
    """

    channel: str
    restores_receiver: bool = False


@dataclass(frozen=True)
class ChangeSource(Step):
    """Change settings of a channel, or make the channel.

    :ivar settings: new values by the names of ``ChannelSettings``.
    :ivar start_at: where in the source's binary log to begin (file positions only).
    """

    channel: str
    settings: Dict[str, Any] = field(default_factory=dict)
    start_at: Optional[BinlogCoordinates] = None


@dataclass(frozen=True)
class RemoveChannel(Step):
    """Forget a channel with all its settings."""

    channel: str


@dataclass(frozen=True)
class SetAppliedGtid(Step):
    """Say anew which GTID position has been applied, while no applier runs.

    :ivar is_strict: whether the server would refuse a position that lacks its own transactions.
    """

    gtid: str
    is_strict: bool


@dataclass(frozen=True)
class CommitEmpty(Step):
    """Take a transaction for executed, by committing one with its GTID that does nothing."""

    gtid: str


@dataclass(frozen=True)
class SkipNext(Step):
    """Let the applier pass over the transaction that it stands at, once it starts."""

    channel: str


@dataclass(frozen=True)
class NoteSkip(Step):
    """Record, on this member, which transaction is passed over."""

    transaction: str


@dataclass(frozen=True)
class SaveRow(Step):
    """Keep a row that is about to be removed, as SQL in a file."""

    table: Table
    key: Tuple[str, ...]
    image: Image


@dataclass(frozen=True)
class RemoveRow(Step):
    """Remove the row with a key."""

    table: Table
    key: Tuple[str, ...]
    image: Image


@dataclass(frozen=True)
class PutRow(Step):
    """Put a row that is missing."""

    table: Table
    image: Image


@dataclass(frozen=True)
class SetVariable(Step):
    """Set a global variable of the running server."""

    variable: str
    value: Any


@dataclass(frozen=True)
class ReloadTls(Step):
    """Give new sessions the certificates that the variables name, as the files are now."""


@dataclass(frozen=True)
class CloseGate(Step):
    """Refuse writes of clients."""


@dataclass(frozen=True)
class OpenGate(Step):
    """Accept writes of clients."""


@dataclass(frozen=True)
class ClaimWrites(Step):
    """Note, for both members, that this one takes the writes from now on."""


@dataclass(frozen=True)
class HandOver(Step):
    """Close this member's gate, and give the writes to the peer once everything has arrived there."""


@dataclass(frozen=True)
class TakeOver(Step):
    """Open this member's gate once the peer has handed the writes over."""


@dataclass(frozen=True)
class Fence(Step):
    """Close this member's gate and give its writes away, without the peer, which is not reached from here."""


@dataclass(frozen=True)
class FailOver(Step):
    """Apply what was received, and take the writes of a member that is lost."""


@dataclass(frozen=True)
class InstallKeeper(Step):
    """Have a service open and close the write gate by the claims."""


@dataclass(frozen=True)
class RemoveKeeper(Step):
    """Leave the write gate to itself."""


@dataclass(frozen=True)
class GrantTables(Step):
    """Let an account read tables."""

    account: AccountName
    tables: Tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """A problem with a name.

    :ivar code: stable, in capitals; it has a page in the documentation.
    :ivar severity: ``blocker``, ``warning`` or ``note``.
    :ivar member: whom it is about; ``None`` for the pair as a whole.
    :ivar evidence: what was seen.
    :ivar remedy: what to do.
    """

    code: str
    severity: str
    member: Optional[str]
    evidence: str
    remedy: str

    def as_dict(self) -> Dict[str, Optional[str]]:
        """Return the finding in the shape that results use."""
        return {
            "code": self.code,
            "severity": self.severity,
            "member": self.member,
            "evidence": self.evidence,
            "remedy": self.remedy,
        }


@dataclass(frozen=True)
class Plan:
    """The steps from an actual state to the wished one.

    :ivar after: the state to be found when all steps are done, in the shape that people see.
    :ivar warnings: what people should know although nothing is done about it.
    """

    after: Any
    steps: List[Step] = field(default_factory=list)
    warnings: List[str] = field(default_factory=list)
