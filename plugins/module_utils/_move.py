# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Moves the writes of a pair from one member to the other: planned, or because the one that had them is lost.

A planned move is a claim that travels through the channel. The member that has the writes closes its gate and names
its peer in a claim, which its binary log holds behind all that was ever written to it. Where the claim has arrived,
everything has. Until it has, the old member can take the writes back with a newer claim: whoever moves them holds
``twoway.writes`` on the old member, and nobody opens a gate while that is held. A move that is killed is finished, or
undone, by the keepers of the gates, which follow the newest claim. No gate is closed before somebody is there on the
other member to open one, unless that takes long: it would be the keeper of that gate then.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Dict, List

from ansible.module_utils.basic import AnsibleModule

from ._claim import is_lock_used, is_moving_here, is_peer_ready, moving_writes, read_claim, say_ready, write_claim
from ._connection import Session, connect
from ._errors import Refused, ServerError, TwowayError
from ._executor import writable
from ._failover import refuse_standstill, seconds_since_seen
from ._in_the_way import clear_the_way, close_gate, read_work
from ._keeper.login import ANSWER_SECONDS, SILENT_SECONDS, required_login_of_peer
from ._keeper.look import look_at
from ._module import reconcile
from ._plan.keeper import OPEN, Seen, decide
from ._plan.move import Part, plan_move, show_part
from ._plan.steps import FailOver, Fence, HandOver, Plan, TakeOver
from ._read.server import read_gate_and_id
from ._state.claim import SWITCHOVER
from ._unseen import apply_received, fail_over, fence, refuse_when_peer_answers, risks_where_allowed
from ._wait import wait_for

_LONGEST_PAUSE_SECONDS = 0.01
"""Writes stand still meanwhile: both members look often."""
_GLANCE_SECONDS = 0.25
"""So seldom the new writer looks whether the old one is still at it."""
_READY_SECONDS = 5
"""So long the other member's part is waited for. Where tasks run on one host after the other it never comes."""


def move_writes(module: AnsibleModule, session: Session) -> Dict[str, Any]:
    """Return the result of the module ``pair_switchover``."""
    params, began = module.params, time.monotonic()
    if params["only_apply"]:
        if not module.check_mode:
            apply_received(session, params["timeout_seconds"])
        return _with_details({"changed": False, "steps": []}, began)
    if params["lost"] and module.check_mode:
        # Of a server that answers nothing more, whoever asks has to hear that, and not that a task took too long.
        session.limit_silence(SILENT_SECONDS)
    target = params["server_id"] or read_gate_and_id(session)[1]

    def read() -> Part:
        own = look_at(session)
        return Part(own.server_id, own.gate, own.claim.server_id if own.claim else None)

    def plan(part: Part) -> Plan:
        return plan_move(part, target, params["lost"])

    risks: List[str] = []
    peer_hangs, seen_seconds = False, None
    if params["lost"] and any(isinstance(step, FailOver) for step in plan(read()).steps):
        peer_hangs = refuse_when_peer_answers(session)
        seen_seconds = seconds_since_seen(session)
        risks = risks_where_allowed(session, params["accept_loss"])
        refuse_standstill(session)
    met: List[Dict[str, Any]] = []

    def hand_over(_step: HandOver) -> None:
        met.extend(
            _hand_over(session, target, params["patience_seconds"], params["timeout_seconds"], params["kill_sessions"])
        )

    result = reconcile(
        module,
        session,
        read,
        plan,
        show_part,
        actions={
            HandOver: hand_over,
            # The old writer is patient with statements twice, and with whoever else moves the writes.
            TakeOver: lambda _step: _take_over(
                session, target, 3 * params["patience_seconds"] + params["timeout_seconds"]
            ),
            Fence: lambda _step: fence(session, target, params["patience_seconds"]),
            FailOver: lambda _step: fail_over(session, params["timeout_seconds"]),
        },
    )
    if module.check_mode and any(isinstance(step, HandOver) for step in plan(read()).steps):
        met.extend(work.as_dict(None) for work in read_work(session))
    return _with_details(
        result, began, risks=risks, peer_hangs=peer_hangs, peer_seen_seconds=seen_seconds, sessions=met
    )


def _with_details(result: Dict[str, Any], began: float, **details: Any) -> Dict[str, Any]:
    nothing: Dict[str, Any] = {"risks": [], "peer_hangs": False, "peer_seen_seconds": None, "sessions": []}
    return {**result, **nothing, **details, "seconds": round(time.monotonic() - began, 3)}


def _hand_over(
    session: Session, target: int, patience_seconds: int, timeout_seconds: int, kills: bool
) -> List[Dict[str, Any]]:
    """Give the writes of this member to its peer, or have them again when that fails.

    :param target: the server id of the peer.
    :param patience_seconds: how long running statements may keep the gate from closing; new ones wait behind them.
    :param timeout_seconds: how long the peer may take to apply everything, with no member taking writes.
    :param kills: whether sessions in the middle of a write are ended after that patience.
    :return: the sessions that were in the middle of a write, and what became of them.
    :raises TwowayError: when the writes are still here.
    """
    peer = connect(required_login_of_peer(session))
    try:
        wait_for(
            lambda: is_peer_ready(session),
            lambda is_ready: is_ready,
            _READY_SECONDS,
            longest_pause_seconds=_LONGEST_PAUSE_SECONDS,
        )
        with moving_writes(session, patience_seconds):
            seen = _look_at_target(peer, target)
            met = clear_the_way(session, patience_seconds, kills)
            try:
                _hand_over_to(session, peer, seen, patience_seconds, timeout_seconds)
            except TwowayError as error:
                error.details["sessions"] = met
                raise
    finally:
        peer.close()
    return met


def _look_at_target(peer: Session, target: int) -> Seen:
    """Return what the peer shows.

    :raises Refused: when the writes cannot be given to it.
    """
    seen = look_at(peer)
    if seen.server_id != target:
        raise Refused("The peer is server %d; the writes were to go to server %d." % (seen.server_id, target))
    if seen.gate == "open":
        raise Refused("The gate of the peer is open already; two members take writes. Close the wrong one first.")
    return seen


def _hand_over_to(session: Session, peer: Session, seen: Seen, patience_seconds: int, timeout_seconds: int) -> None:
    gate, own_id = read_gate_and_id(session)
    claimed = False
    try:
        close_gate(session, patience_seconds)
        with writable(session, unlogged=False):
            claimed = True
            claim = write_claim(session, seen.server_id, SWITCHOVER, seen.claim)
        arrived, last = wait_for(
            lambda: read_claim(peer),
            lambda newest: newest is not None and newest.term >= claim.term,
            timeout_seconds,
            longest_pause_seconds=_LONGEST_PAUSE_SECONDS,
        )
        if not arrived:
            raise TwowayError(
                "The peer did not apply everything within %d s; the last claim that it knows is %s."
                % (timeout_seconds, last.term if last else None)
            )
    except TwowayError as error:
        outcome = _take_back(session, own_id, gate == "open", claimed)
        raise TwowayError("%s %s" % (outcome, error.message), **error.details) from error


def _take_back(session: Session, own_id: int, was_open: bool, claimed: bool) -> str:
    """Have the writes again, and return what became of that.

    Where the peer may come to see the claim that was made for it, a newer one takes it back. A session that broke has
    lost the lock, although it may be there again: the peer may have opened its gate by that claim.
    """
    left_alone = (
        "The writes were not moved, and could not be taken back (%s). The services twoway-gate open one gate, by the"
        " newest claim, as soon as both servers answer."
    )
    try:
        if claimed and not is_moving_here(session):
            return left_alone % "the session that reserved the move was lost"
        if claimed:
            with writable(session, unlogged=False):
                write_claim(session, own_id, SWITCHOVER)
        if was_open:
            session.query(session.dialect.set_gate(is_open=True), "open the write gate again")
    except ServerError as error:
        return left_alone % error.message
    return "The writes were not moved; this member has them as before."


def _take_over(session: Session, own_id: int, timeout_seconds: int) -> None:
    """Open this member's gate as soon as its peer has handed the writes over.

    :param own_id: this member's server id.
    :raises TwowayError: when that does not happen in time; the gate stays closed.
    """
    deadline = time.monotonic() + timeout_seconds
    peer = connect(required_login_of_peer(session))
    try:
        say_ready(peer)
        if not _is_given(session, own_id, peer, timeout_seconds):
            raise TwowayError(
                "This member was not given the writes, and its gate stays closed. If they are handed over later, its"
                " service opens it."
            )
        remaining_seconds = max(1, round(deadline - time.monotonic()))
        peer.limit_silence(remaining_seconds + ANSWER_SECONDS)
        # Whoever hands over ends as soon as it sees that its claim has arrived.
        with moving_writes(session, 1), moving_writes(peer, remaining_seconds):
            obstacle = _open_when_given(session, peer)
    finally:
        peer.close()
    if obstacle:
        raise TwowayError("This member was not given the writes: %s." % obstacle)


def _is_given(session: Session, own_id: int, peer: Session, timeout_seconds: int) -> bool:
    """Wait for the claim to arrive, and return whether it did; little is asked, since the writes stand still then."""

    def look() -> bool:
        claim = read_claim(session)
        return claim is not None and claim.server_id == own_id

    deadline, is_begun = time.monotonic() + timeout_seconds, False
    while time.monotonic() < deadline:
        if wait_for(look, bool, _GLANCE_SECONDS, longest_pause_seconds=_LONGEST_PAUSE_SECONDS)[0]:
            return True
        was_begun, is_begun = is_begun, is_lock_used(peer)
        if was_begun and not is_begun:
            # Whoever handed over has given up; or was killed, and the claim is on its way.
            return wait_for(look, bool, ANSWER_SECONDS)[0]
    return False


def _open_when_given(session: Session, peer: Session) -> str:
    """Open the gate where the writes were handed over, and return what stands against that; empty when it is open.

    The move of the writes is reserved on both members.
    """
    own = look_at(session)
    if own.gate == "open":
        return ""
    decision, reason = decide(replace(own, is_moving=False), replace(look_at(peer), is_moving=False), is_alone=False)
    if decision != OPEN:
        return reason
    session.query(session.dialect.set_gate(is_open=True), "open the write gate")
    return ""
