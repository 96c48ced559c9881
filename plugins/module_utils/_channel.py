# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""One channel on a live server: bring it to a wish, wait for it."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from ansible.module_utils.basic import AnsibleModule

from ._channel_login import login_as_channel
from ._connection import Session, connect
from ._dialect.features import Server
from ._errors import Refused, ServerError, TwowayError
from ._module import reconcile
from ._plan.channel import DesiredChannel, plan_channel, show_channel
from ._plan.steps import DrainApplier, Plan, SetAppliedGtid
from ._read.replication import LagReader, describe_channel, read_channel
from ._secret import Secret
from ._state.account import check_replication_password
from ._state.binlog import BinlogCoordinates
from ._state.channel import FILE_POSITION, Channel, ChannelSettings
from ._state.variables import is_on
from ._wait import wait_for

_LATER = "Run it again, or raise wait_seconds (pair_wait_seconds in the role)."


def _coordinates_of(params: Mapping[str, Any]) -> Optional[BinlogCoordinates]:
    file = params["source_log_file"]
    return BinlogCoordinates(file, params["source_log_position"]) if file else None


def _desired(params: Mapping[str, Any], session: Session) -> DesiredChannel:
    values = {item.name: params[item.name] for item in fields(ChannelSettings)}
    if values["source_password"] is not None:
        check_replication_password(values["source_password"])
        values["source_password"] = Secret(values["source_password"])
    if not session.dialect.server.supports("channel_retry_count"):
        values["retry_count"] = None
    if values["heartbeat_seconds"] is not None:
        # As finely as servers tell it, or it would never be found.
        values["heartbeat_seconds"] = round(values["heartbeat_seconds"], 3)
    # Before the first step, not in the middle: what cannot be said to this server is refused here.
    for name, value in values.items():
        if value is not None:
            session.dialect.source_option(name, value)
    if params["source_log_file"] and values["coordinates"] != FILE_POSITION:
        raise Refused("source_log_file says where to begin by file position: it needs coordinates: file_position.")
    return DesiredChannel(
        name=params["channel"],
        state=params["state"],
        settings=ChannelSettings(**values),
        start_at=_coordinates_of(params),
        reposition=params["reposition"],
        discard_received=params["discard_received"],
        replaces_unknown_login=params["unknown_login"] == "replace",
        applied_gtid=_without_returned(session) if params["source_begins_anew"] else None,
    )


def _without_returned(session: Session) -> Optional[SetAppliedGtid]:
    """Return how this server forgets which of its own transactions came back to it; ``None`` where none is noted."""
    variables = session.variables()
    position = session.dialect.gtid_without_returned(variables)
    if position is None:
        return None
    reason = "the source's log begins anew, and would lack the own transactions that came back last"
    return SetAppliedGtid(reason, position, is_on(variables["gtid_strict_mode"]))


def _try_account(
    server: Server, data_directory: str, actual: Optional[Channel], desired: DesiredChannel
) -> Optional[bool]:
    """Return whether the source accepts the wished password; ``None`` when that did not have to be found out."""
    wish = desired.settings
    if actual is None or actual.settings.source_password is not None or wish.source_password is None:
        return None
    settings = replace(actual.settings, **actual.settings.changes_to(wish))
    try:
        connect(login_as_channel(server, settings, data_directory, timeout_seconds=5)).close()
    except TwowayError as error:
        return False if error.details.get("errno") == 1045 else None
    return True


def _drain(session: Session, timeout_seconds: float) -> Callable[[DrainApplier], None]:
    def drain(step: DrainApplier) -> None:
        def is_done(channel: Optional[Channel]) -> bool:
            return channel is None or channel.applier_error is not None or session.dialect.is_drained(channel)

        _done, found = wait_for(lambda: read_channel(session, step.channel), is_done, timeout_seconds)
        if found is None or session.dialect.is_drained(found):
            return
        trouble = found.applier_trouble or "after %d s it is still at %s" % (timeout_seconds, found.applied)
        remedy = "Repair the applier first." if found.applier_trouble else _LATER
        raise TwowayError(
            "The applier of channel %r did not apply everything that was received (up to %s): %s. %sNothing was done"
            " that would drop the rest. %s" % (step.channel, found.received, trouble, restore(step, found), remedy)
        )

    def restore(step: DrainApplier, found: Channel) -> str:
        """Start the receiver again, and return what became of it; nothing of that where it was not stopped."""
        if not step.restores_receiver:
            return ""
        # With both threads off, some servers drop what was received as soon as the receiver starts.
        if not found.applier_running:
            return "The receiver stays stopped. "
        try:
            session.query(session.dialect.start_receiver(step.channel), "start the receiver again")
        except ServerError as error:
            return "The receiver stays stopped (%s). " % error.message
        return "The receiver was started again. "

    return drain


def apply_channel(module: AnsibleModule, session: Session) -> Dict[str, Any]:
    """Return the result of the module ``replication_channel``."""
    desired = _desired(module.params, session)
    wait_seconds = module.params["wait_seconds"]
    data_directory = session.variables()["datadir"]

    def read() -> Optional[Channel]:
        return read_channel(session, desired.name, data_directory)

    before = read()
    password_works = _try_account(session.dialect.server, data_directory, before, desired)

    def plan(actual: Optional[Channel]) -> Plan:
        return plan_channel(actual, desired, session.dialect.receiver_can_change_alone, password_works)

    def show(actual: Optional[Channel]) -> Any:
        return show_channel(actual, desired)

    result: Dict[str, Any] = {}
    try:
        result = reconcile(module, session, read, plan, show, {DrainApplier: _drain(session, wait_seconds)})
        if desired.state == "started" and not module.check_mode:
            wait_until_running(session, desired.name, before, wait_seconds)
    except TwowayError as error:
        done: Dict[str, Any] = {key: result[key] for key in ("changed", "steps") if key in result}
        error.details = {"channel": _channel_after_failure(session, read), **done, **error.details}
        raise
    return {**result, "channel": describe_channel(session, read())}


def _channel_after_failure(session: Session, read: Callable[[], Optional[Channel]]) -> Optional[Dict[str, Any]]:
    try:
        return describe_channel(session, read())
    except TwowayError:
        return None


def wait_until_running(session: Session, name: str, before: Optional[Channel], timeout_seconds: float) -> None:
    """Return when the receiver is connected and the applier works.

    An applier that stood still with an error runs for a moment before it meets the same event again: it has to apply
    something first, or to be at work still when the time is over.
    """
    stuck = before if before and before.is_stuck else None

    def is_decided(channel: Optional[Channel]) -> bool:
        if channel is None or channel.is_refused or channel.is_stuck:
            return True
        return channel.is_running and (stuck is None or session.dialect.has_applied_since(stuck, channel))

    _decided, channel = wait_for(lambda: read_channel(session, name), is_decided, timeout_seconds)
    if channel and channel.is_running:
        return
    error = (channel.applier_error if channel.is_stuck else channel.receiver_error) if channel else None
    raise TwowayError(
        "Channel %r does not run: %s" % (name, error.message if error else "its receiver is not connected"),
        errno=error.code if error else None,
        channel=describe_channel(session, channel),
    )


Condition = Tuple[str, Callable[[Optional[Channel]], bool]]


def _conditions(params: Mapping[str, Any], session: Session) -> List[Condition]:
    """Return what to wait for, in words and as a predicate."""
    coordinates, lag = _coordinates_of(params), params["lag_below_seconds"]
    conditions: List[Condition] = []
    if params["running"]:
        conditions.append(("both threads run", lambda channel: bool(channel and channel.is_running)))
    if coordinates:
        conditions.append(
            (
                "the applier has reached %s" % coordinates,
                lambda channel: bool(channel and channel.applied and not channel.applied.is_before(coordinates)),
            )
        )
    if params["drained"]:
        conditions.append(
            ("what was received is applied", lambda channel: bool(channel and session.dialect.is_drained(channel)))
        )
    if lag is not None:
        reader = LagReader(session, params["channel"])

        def is_below(channel: Optional[Channel]) -> bool:
            seconds = reader.read(channel)["lag_seconds"] if channel else None
            return seconds is not None and bool(seconds < lag)

        conditions.append(("the lag is below %d s" % lag, is_below))
    return conditions


def wait_for_channel(module: AnsibleModule, session: Session) -> Dict[str, Any]:
    """Return the result of the module ``replication_wait``.

    :raises TwowayError: when a condition was not met in time, with the channel as it was then.
    """
    params = module.params
    start = time.monotonic()
    deadline = start + params["timeout_seconds"]

    def read() -> Optional[Channel]:
        return read_channel(session, params["channel"])

    def tell(channel: Optional[Channel]) -> Dict[str, Any]:
        return {
            "channel": describe_channel(session, channel),
            "is_drained": session.dialect.is_drained(channel) if channel else None,
        }

    def give_up(condition: str, channel: Optional[Channel]) -> None:
        raise TwowayError("Not within %d s: %s." % (params["timeout_seconds"], condition), **tell(channel))

    for words, is_met in [] if module.check_mode else _conditions(params, session):
        met, seen = wait_for(read, is_met, deadline - time.monotonic())
        if not met:
            give_up(words, seen)
    if params["gtid"] and not module.check_mode:
        question = session.dialect.wait_for_gtid(params["gtid"], max(0.0, deadline - time.monotonic()))
        if session.value(question, "wait for the GTIDs %s" % params["gtid"]) != 1:
            give_up("the GTIDs %s are applied" % params["gtid"], read())
    return {"changed": False, "waited_seconds": round(time.monotonic() - start, 3), **tell(read())}
