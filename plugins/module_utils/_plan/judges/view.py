# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What the judges of a pair look at: the wish, and what its members told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple

from ..._state.variables import normalize_value, todays_name
from ..link import Facts, goes_on, is_linked
from ..seed import IMPORTING
from ..steps import Finding

BLOCKER, WARNING, NOTE = "blocker", "warning", "note"


@dataclass(frozen=True)
class Member:
    """A member whose server answers.

    :ivar facts: what ``member_info`` returned.
    :ivar peer: the name of the other member.
    """

    name: str
    facts: Facts
    peer: str

    @cached_property
    def settings(self) -> Dict[str, str]:
        """All global variables, by the words of today whatever the server calls them."""
        told: Mapping[str, str] = self.facts["settings"]
        # A server that knows both words for a variable has it twice.
        return {**{todays_name(name): value for name, value in told.items()}, **told}

    def called(self, name: str) -> str:
        """Return what this server calls the variable that has that name today."""
        told: Mapping[str, str] = self.facts["settings"]
        return name if name in told else next((own for own in told if todays_name(own) == name), name)

    def number(self, name: str) -> Optional[float]:
        """Return a variable as a number, switches as 1 and 0; ``None`` where this server has no such variable."""
        if name not in self.settings:
            return None
        value = normalize_value(self.settings[name])
        return value if isinstance(value, float) else None

    @property
    def at_start(self) -> Optional[Dict[str, str]]:
        """What option files, and the server's own file over them, say of some settings; ``None`` when unknown."""
        files: Optional[Mapping[str, Optional[str]]] = self.facts["host"]["start_options"]
        if files is None or self.facts["persisted"] is None:
            return None
        known = {**files, **self.facts["persisted"]}
        return {todays_name(name): value for name, value in known.items() if value is not None}

    def has(self, feature: str) -> bool:
        """Return whether the server has a feature."""
        return feature in self.facts["server"]["features"]

    @property
    def channels(self) -> List[Mapping[str, Any]]:
        """All channels of the server."""
        return list(self.facts["replication"]["channels"])

    @property
    def channel(self) -> Optional[Mapping[str, Any]]:
        """The channel from the peer."""
        return next((channel for channel in self.channels if channel["name"] == ""), None)

    @property
    def is_open(self) -> bool:
        """Whether ordinary accounts may write."""
        return bool(self.facts["server"]["is_gate_open"])


@dataclass(frozen=True)
class Pair:
    """What is wished for a pair, and what its members told.

    :ivar members: names, in the order of the pair.
    :ivar facts: by name what ``member_info`` returned; a member that could not be asked is missing.
    :ivar wish: ``hosts`` (names in the inventory), ``donor``, ``active``, ``named`` (the active member, where a person
        named it), ``writers``, ``password``, ``may_restart``,
        ``overwrite`` (names whose data may be overwritten), ``coordinates``, ``outage_seconds`` (how long a member may
        be away without a new seed), ``lag_seconds`` (how far behind is too far), and ``by_member``: for each its
        ``server_id``, ``address``, ``flavor``, ``filters``, ``auto_increment``, ``restart_needed``,
        ``log_bin_basename`` (where its binary log is to be; empty where it is), why it may fail to apply what its
        source writes (``doubt``), and the ``deprecated`` ones of its options.
    """

    members: List[str]
    facts: Mapping[str, Facts]
    wish: Mapping[str, Any]

    @property
    def known(self) -> Iterator[Tuple[str, Facts]]:
        """Yield the members that told something, with what they told."""
        for name in self.members:
            if self.facts.get(name):
                yield name, self.facts[name]

    @cached_property
    def answering(self) -> List[Member]:
        """The members whose servers answer."""
        return [
            Member(name, facts, next((other for other in self.members if other != name), ""))
            for name, facts in self.known
            if facts["server"]
        ]

    @property
    def both(self) -> Optional[Tuple[Member, Member]]:
        """Both members, once the servers of both answer."""
        members = self.answering
        return (members[0], members[1]) if len(members) == 2 else None

    @property
    def directions(self) -> List[Tuple[Member, Member]]:
        """Source and replica of each direction, once the servers of both answer."""
        return [self.both, (self.both[1], self.both[0])] if self.both else []

    @property
    def recipient(self) -> Optional[str]:
        """The member that is not the donor."""
        return next((name for name in self.members if name != self.wish["donor"]), None)

    @property
    def in_use(self) -> List[Member]:
        """The answering members that replicate, or are followed by their peer and not about to be its copy."""
        linked = [member.name for member in self.answering if member.channel]
        return [
            member for member in self.answering if member.name in linked or (linked and not self.is_copied(member.name))
        ]

    def is_copied(self, name: str) -> bool:
        """Return whether a deployment gives a member the data of its peer, and a history that begins with them."""
        if name == self.wish.get("rebuild"):
            return True
        donor, facts = (self.facts.get(each) or {} for each in (self.wish["donor"], name))
        if name != self.recipient or (is_linked(facts) and (facts["seed"] or {}).get("state") != IMPORTING):
            return False
        # What a plain replica wrote since its seed would stay on it alone.
        return self.wish.get("scope") == "replica" or not goes_on(donor, facts, self.wish.get("coordinates", ""))


Judge = Callable[[Pair], Iterator[Finding]]
