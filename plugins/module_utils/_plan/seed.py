# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Plans a seed: what is saved, dropped, imported and marked, and when nothing of it may happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from .._errors import Refused
from .steps import Plan, Step

IMPORTING = "importing"
DONE = "done"


@dataclass(frozen=True)
class SaveData(Step):
    """Save a dump of the user data that is going to be overwritten."""

    schemas: Tuple[str, ...]


@dataclass(frozen=True)
class HoldClients(Step):
    """Refuse writes of ordinary accounts on the recipient; what it holds is nobody's data until the seed is done."""


@dataclass(frozen=True)
class ReleaseClients(Step):
    """Give the write gate the state back that it had before :class:`HoldClients`."""


@dataclass(frozen=True)
class MarkImporting(Step):
    """Mark the recipient as unfinished, with the schemas that are dropped before an import begins again."""

    schemas: Tuple[str, ...]


@dataclass(frozen=True)
class DropSchemas(Step):
    """Drop schemas on the recipient alone."""

    schemas: Tuple[str, ...]


@dataclass(frozen=True)
class ImportData(Step):
    """Copy the donor's schemas, and keep the coordinates that belong to them."""

    schemas: Tuple[str, ...]


@dataclass(frozen=True)
class DisableEvents(Step):
    """Keep the copied events from running on the recipient as well."""


@dataclass(frozen=True)
class StartHistory(Step):
    """Let the recipient's binary log begin at the copied data."""


@dataclass(frozen=True)
class MarkDone(Step):
    """Mark the recipient as seeded, with the coordinates."""


@dataclass(frozen=True)
class Recipient:
    """What a seed has to know of the recipient.

    :ivar schemas: user schemas, with or without data.
    :ivar schemas_with_data: those that hold tables, routines or events.
    :ivar mark: the mark of an earlier seed.
    :ivar is_untouched: nothing has been written or applied since the seed that the mark tells of.
    :ivar follows: address of the source of a channel, where one exists.
    :ivar is_continued: what an unfinished seed has copied is a part of this one.
    """

    schemas: Tuple[str, ...]
    schemas_with_data: Tuple[str, ...]
    mark: Optional[Dict[str, Any]]
    is_untouched: bool
    follows: Optional[str]
    is_continued: bool = False


@dataclass(frozen=True)
class DesiredSeed:
    """A wished seed.

    :ivar donor: name of the donor, for people and for the mark.
    :ivar donor_address: its address, as the channel names it.
    :ivar schemas: the user schemas the donor has.
    :ivar overwrite: whether other data on the recipient may be overwritten.
    :ivar replaces_all: whether the copy replaces everything the recipient has, so that nothing has to be dropped first.
    :ivar again: copy also where the recipient was seeded already.
    """

    donor: str
    donor_address: str
    schemas: Tuple[str, ...]
    overwrite: bool
    replaces_all: bool = False
    again: bool = False


def needed_bytes(donor_schemas: Sequence[Mapping[str, Any]]) -> int:
    """Return the space that a copy of these schemas needs: the data, and the logs that importing them writes."""
    return 2 * sum(int(schema["size_bytes"]) for schema in donor_schemas)


def show_seed(recipient: Recipient) -> Dict[str, Any]:
    """Return the recipient as people see it."""
    state = recipient.mark["state"] if recipient.mark else "none"
    return {"seed": state, "schemas": sorted(recipient.schemas)}


def plan_seed(recipient: Recipient, desired: DesiredSeed) -> Plan:
    """Return the steps that make the recipient a copy of the donor, none where it is one already.

    :raises Refused: when the recipient holds data of its own and nobody said that they may be overwritten.
    """
    state = recipient.mark["state"] if recipient.mark else None
    if state != IMPORTING:
        follows_donor = recipient.follows == desired.donor_address
        if follows_donor or (state == DONE and recipient.is_untouched and not desired.again):
            return Plan(show_seed(recipient))
    unfinished = recipient.mark if state == IMPORTING else None
    reason = "the recipient is to be seeded again" if desired.again else "the recipient has not been seeded"
    if unfinished:
        reason = "an earlier import was not finished"
    # What was there before was saved by the run that set the mark.
    ours = set(unfinished["schemas"]) if unfinished else set()
    own = tuple(name for name in recipient.schemas_with_data if name not in ours)
    steps: List[Step] = [HoldClients("clients must not write into half an import")]
    doomed = set(recipient.schemas)
    if unfinished and not desired.replaces_all:
        doomed &= ours
    elif own:
        _require_permission(own, desired)
        steps.append(SaveData("they are going to be overwritten", own))
    steps.append(MarkImporting(reason, tuple(sorted(doomed | set(desired.schemas)))))
    if doomed and not desired.replaces_all and not (unfinished and recipient.is_continued):
        steps.append(DropSchemas(reason, tuple(sorted(doomed))))
    steps += [
        ImportData(reason, tuple(desired.schemas)),
        DisableEvents("the donor runs them"),
        StartHistory("its history is the donor's from here on"),
        MarkDone("the import is complete"),
        ReleaseClients("the data are whole"),
    ]
    return Plan({"seed": DONE, "schemas": sorted((set(recipient.schemas) - doomed) | set(desired.schemas))}, steps)


def _require_permission(own: Sequence[str], desired: DesiredSeed) -> None:
    if desired.overwrite:
        return
    raise Refused(
        "The recipient holds user data of its own: schemas %s; the donor %s holds %s. Nothing was touched."
        " To have the recipient's data saved and then overwritten, say so by name."
        % (", ".join(own), desired.donor, ", ".join(desired.schemas) or "none")
    )
