# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Plans one channel. No plan ever drops events that were received and not yet applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional

from .._errors import Refused
from .._state.binlog import BinlogCoordinates
from .._state.channel import FILE_POSITION, Channel, ChannelSettings
from .steps import (
    ChangeSource,
    DrainApplier,
    Plan,
    RemoveChannel,
    SetAppliedGtid,
    StartApplier,
    StartReceiver,
    Step,
    StopApplier,
    StopReceiver,
)

# What the receiver alone uses: it can change while the applier goes on, where the server allows that.
_RECEIVER_SETTINGS = frozenset(
    {
        "source_host",
        "source_port",
        "source_user",
        "source_password",
        "tls",
        "tls_verify",
        "tls_ca",
        "tls_cert",
        "tls_key",
        "connect_retry_seconds",
        "retry_count",
        "heartbeat_seconds",
        "compression",
        "public_key_request",
    }
)


@dataclass(frozen=True)
class DesiredChannel:
    """A wished channel.

    :ivar state: ``present`` (exists, threads as they are), ``started``, ``stopped`` or ``absent``.
    :ivar start_at: where to begin in the source's binary log, for a channel by file position that is made anew.
    :ivar reposition: also move an existing channel to ``start_at``.
    :ivar discard_received: remove it with what it received and did not apply.
    :ivar replaces_unknown_login: also set a password where the one that the channel has cannot be read.
    :ivar applied_gtid: what is to be said of the applied position before the channel is removed.
    """

    name: str
    state: str
    settings: ChannelSettings = field(default_factory=ChannelSettings)
    start_at: Optional[BinlogCoordinates] = None
    reposition: bool = False
    discard_received: bool = False
    replaces_unknown_login: bool = False
    applied_gtid: Optional[SetAppliedGtid] = None


def show_channel(actual: Optional[Channel], desired: DesiredChannel) -> Optional[Dict[str, Any]]:
    """Return the part of a channel that was wished for, and its threads; ``None`` for a channel that does not exist.

    A password that cannot be read here is taken for the wished one: a reading proves nothing else.
    """
    if actual is None:
        return None
    settings = actual.settings.as_dict()
    # What was not wished for is the server's own affair, and is not compared.
    return _shown(
        {name: settings[name] for name, value in desired.settings.as_dict().items() if value is not None},
        receiver="off" if actual.receiver_state == "off" else "on",
        applier="on" if actual.applier_running else "off",
        password_is_wished=actual.settings.source_password is None or _password_is_wished(actual, desired, None),
    )


def _shown(settings: Dict[str, Any], receiver: str, applier: str, password_is_wished: bool = True) -> Dict[str, Any]:
    return {
        **{name: value for name, value in settings.items() if name != "source_password"},
        "source_password": "as wished" if password_is_wished else "another",
        "receiver": receiver,
        "applier": applier,
    }


def _password_is_wished(actual: Channel, desired: DesiredChannel, password_works: Optional[bool]) -> bool:
    wished = desired.settings.source_password
    if wished is None:
        return True
    stored = actual.settings.source_password
    if stored is not None:
        return stored == wished
    if desired.replaces_unknown_login:
        return False
    # The stored password cannot be read here. A receiver that connected has one that works, and so does the wished one.
    return password_works is not False and actual.receiver_state == "on"


def plan_channel(
    actual: Optional[Channel],
    desired: DesiredChannel,
    receiver_can_change_alone: bool,
    password_works: Optional[bool] = None,
) -> Plan:
    """Return the steps from a channel (or none) to the wished one.

    :param receiver_can_change_alone: whether this server lets the source change while the applier runs.
    :param password_works: whether the source accepts the wished password; ``None`` when it was not tried.
    :raises Refused: when the channel has to be stopped, and what it received could not be applied first.
    """
    before = show_channel(actual, desired)
    if desired.state == "absent":
        return _plan_removal(actual, desired)
    changes = (actual.settings if actual else ChannelSettings()).changes_to(desired.settings)
    changes.pop("source_password", None)
    if desired.settings.source_password is not None and not (
        actual and _password_is_wished(actual, desired, password_works)
    ):
        changes["source_password"] = desired.settings.source_password
    if actual is None:
        return _plan_creation(desired, changes)
    move_to = _place_to_move_to(actual, desired, changes)
    steps = _steps_to_change(actual, desired.name, changes, move_to, receiver_can_change_alone)
    steps += _steps_to_run(actual, desired, steps, receiver_can_change_alone)
    shown = before or {}
    after = _shown(
        {**shown, **changes},
        receiver=_wished_thread(desired.state, shown["receiver"]),
        applier=_wished_thread(desired.state, shown["applier"]),
    )
    return Plan(after, steps)


def _place_to_move_to(actual: Channel, desired: DesiredChannel, changes: Dict[str, Any]) -> Optional[BinlogCoordinates]:
    """Return where an existing channel shall go on, ``None`` for where it is.

    :raises Refused: when its file position would lose its meaning. The servers forget it with every new address of the
        source, even another name of the same server, and begin at the oldest event. Source: run on
        MariaDB 11.8; MySQL manual, "CHANGE REPLICATION SOURCE TO".
    """
    has_new_address = not changes.keys().isdisjoint({"source_host", "source_port"})
    if desired.reposition and (has_new_address or desired.start_at != actual.applied):
        return desired.start_at
    if has_new_address and changes.get("coordinates", actual.settings.coordinates) == FILE_POSITION:
        raise Refused(
            "The source of channel %r gets another address, and its file position belongs to the one that it has: it"
            " would begin at the new source's oldest event. Name source_log_file and source_log_position, with"
            " reposition." % actual.name
        )
    return None


def _wished_thread(state: str, now: str) -> str:
    return {"started": "on", "stopped": "off"}.get(state, now)


def _plan_creation(desired: DesiredChannel, changes: Dict[str, Any]) -> Plan:
    start_at = desired.start_at if desired.settings.coordinates == FILE_POSITION else None
    steps: List[Step] = [ChangeSource("the channel does not exist", desired.name, changes, start_at)]
    running = desired.state == "started"
    if running:
        steps += _start_both(desired.name, "the channel shall run")
    thread = "on" if running else "off"
    return Plan(_shown(changes, thread, thread), steps)


def _start_both(channel: str, reason: str) -> List[Step]:
    # The applier first: it never has to wait for what the receiver brings.
    return [StartApplier(reason, channel), StartReceiver(reason, channel)]


def _plan_removal(actual: Optional[Channel], desired: DesiredChannel) -> Plan:
    anew: List[Step] = [desired.applied_gtid] if desired.applied_gtid else []
    if actual is None:
        return Plan(None, anew)
    reason = "the channel is not wanted"
    steps = _steps_to_discard(actual) if desired.discard_received else _steps_to_halt(actual, reason)
    return Plan(None, [*steps, *anew, RemoveChannel(reason, desired.name)])


def _steps_to_discard(actual: Channel) -> List[Step]:
    reason = "what it received is not wanted either"
    return [StopReceiver(reason, actual.name), StopApplier(reason, actual.name)]


def _steps_to_halt(actual: Channel, reason: str) -> List[Step]:
    """Return the steps that stop both threads with nothing left unapplied.

    :raises Refused: when the applier does not run, so that nobody can tell that nothing is left.
    """
    # The applier first: on MariaDB two stopped threads are enough to drop what was received.
    steps = _steps_to_apply(actual, "what was received has to be applied first")
    is_receiving = actual.receiver_state != "off"
    if is_receiving:
        steps.append(StopReceiver(reason, actual.name))
    if actual.applier_running or is_receiving:
        steps.append(DrainApplier("what was received would be dropped", actual.name, restores_receiver=is_receiving))
    steps.append(StopApplier(reason, actual.name))
    return steps


def _steps_to_apply(actual: Channel, reason: str) -> List[Step]:
    """Return the steps that make the applier run, and show that it goes on running.

    :raises Refused: when it stands still with an error, which it would only meet again.
    """
    if actual.applier_running:
        return []
    if actual.applier_error is not None:
        raise Refused(
            "The applier of channel %r stands still with error %d (%s). Stopping or changing the channel now would"
            " drop events that were received and not applied. Repair the applier first."
            % (actual.name, actual.applier_error.code, actual.applier_error.message)
        )
    return [StartApplier(reason, actual.name), DrainApplier("an applier that stops again would lose it", actual.name)]


def _steps_to_change(
    actual: Channel,
    name: str,
    changes: Dict[str, Any],
    move_to: Optional[BinlogCoordinates],
    receiver_can_change_alone: bool,
) -> List[Step]:
    if not changes and not move_to:
        return []
    reason = "%s differ%s" % (", ".join(sorted(changes)) or "the coordinates", "s" if len(changes) == 1 else "")
    change = ChangeSource(reason, name, changes, move_to)
    if receiver_can_change_alone and not move_to and _RECEIVER_SETTINGS.issuperset(changes):
        # With the applier running, what it has not applied yet is kept.
        steps = _steps_to_apply(actual, "a stopped applier would lose what was received")
        if actual.receiver_state != "off":
            steps.append(StopReceiver(reason, name))
        return [*steps, change]
    return [*_steps_to_halt(actual, reason), change]


def _steps_to_run(
    actual: Channel, desired: DesiredChannel, taken: List[Step], receiver_can_change_alone: bool
) -> List[Step]:
    """Return the steps that bring the threads to where they shall be, after the steps taken so far."""
    receiver_on = actual.receiver_state != "off"
    applier_on = actual.applier_running
    for step in taken:
        receiver_on = {StopReceiver: False, StartReceiver: True}.get(type(step), receiver_on)
        applier_on = {StopApplier: False, StartApplier: True}.get(type(step), applier_on)
    want_receiver = _wished_thread(desired.state, "on" if actual.receiver_state != "off" else "off") == "on"
    want_applier = _wished_thread(desired.state, "on" if actual.applier_running else "off") == "on"
    if receiver_on and not (want_receiver or applier_on or receiver_can_change_alone):
        # Such a server forgets what was received as soon as both threads stand still.
        return _steps_to_halt(actual, "the channel shall stand still")
    steps: List[Step] = []
    stops_receiver = receiver_on and not want_receiver
    if stops_receiver:
        steps.append(StopReceiver("the channel shall stand still", desired.name))
    if applier_on and not want_applier:
        steps.append(DrainApplier("what was received would be dropped", desired.name, stops_receiver))
        steps.append(StopApplier("the channel shall stand still", desired.name))
    if want_applier and not applier_on:
        steps.append(StartApplier("the channel shall run", desired.name))
    if desired.state == "started" and receiver_on and actual.is_refused and not taken:
        # It would try again only after its pause; what its source refused may be right by now.
        steps.append(StopReceiver("the source refused it, and it shall try again at once", desired.name))
        receiver_on = False
    if want_receiver and not receiver_on:
        steps.append(StartReceiver("the channel shall run", desired.name))
    return steps
