# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges two members: before they become a pair, while they are one, before both restart, and with a plain replica.

Every problem that facts show, all at once.
"""

from __future__ import annotations

from typing import List

from .judges import (
    accounts,
    binlog,
    channels,
    durability,
    filters,
    flow,
    gate,
    gtids,
    history,
    hosts,
    identity,
    likeness,
    rebuild,
    rejoin,
    seed,
    writers,
)
from .judges.view import BLOCKER, NOTE, WARNING, Judge, Pair
from .steps import Finding

_IN_EVERY_CASE: List[Judge] = [
    hosts.asked,
    hosts.login,
    hosts.stopped,
    likeness.versions,
    likeness.series,
    likeness.table_names,
    identity.server_ids,
    identity.duplicate_uuid,
    binlog.moved,
    channels.sources,
    seed.running_seed,
    channels.beside,
    seed.unfinished_seed,
    seed.engines,
    gate.writer,
    gtids.errant,
    writers.keys_missing,
    writers.keys_further,
    writers.cascades,
    writers.triggers,
]

_BEFORE_A_DEPLOYMENT: List[Judge] = [
    hosts.system,
    hosts.reachable,
    hosts.own_address,
    hosts.files,
    hosts.options,
    hosts.overridden,
    hosts.password,
    hosts.restart,
    filters.wished_names,
    filters.wished_filters,
    filters.filters_elsewhere,
    gate.unknown_writer,
    gtids.modes_of_linked,
    history.on_replica,
    rebuild.member,
    rejoin.member,
    seed.data_on_recipient,
    seed.space,
]

# Whom it is to follow was not known yet when it was asked, and it is followed by nobody.
_NOT_OF_A_REPLICA: List[Judge] = [hosts.reachable, gate.unknown_writer, history.on_replica]

_BEFORE_A_REPLICA: List[Judge] = [
    hosts.asked,
    hosts.login,
    likeness.versions,
    likeness.series,
    likeness.table_names,
    identity.server_ids,
    identity.duplicate_uuid,
    binlog.moved,
    seed.running_seed,
    seed.unfinished_seed,
    seed.engines,
    *(judge for judge in _BEFORE_A_DEPLOYMENT if judge not in _NOT_OF_A_REPLICA),
]

_OF_A_RUNNING_PAIR: List[Judge] = [
    accounts.anonymous,
    accounts.certificate,
    accounts.deprecated_options,
    accounts.former_login,
    accounts.listening,
    accounts.replication_account,
    accounts.replication_hosts,
    accounts.replication_privileges,
    accounts.replication_tls,
    binlog.cache,
    binlog.disk,
    binlog.purge_waits,
    binlog.replica_updates,
    binlog.retention,
    binlog.row_format,
    binlog.row_image,
    binlog.switched_off,
    channels.at_boot,
    channels.encryption,
    channels.heartbeat,
    channels.ignored_ids,
    channels.missing,
    channels.own_id,
    channels.relay_log_name,
    channels.retries,
    channels.service,
    durability.acknowledged_events,
    durability.commits,
    durability.patience,
    durability.relay_log,
    durability.semi_sync_history,
    durability.semi_sync_sides,
    durability.semi_sync_state,
    durability.wait_point,
    filters.filters_in_force,
    flow.applier,
    flow.commit_order,
    flow.compared,
    flow.connection,
    flow.delay,
    flow.idempotent_definitions,
    flow.idempotent_rows,
    flow.lag,
    flow.receiver,
    flow.skip_counter,
    flow.skipped_errors,
    flow.skipped_transactions,
    flow.until,
    gate.after_restart,
    gate.against_claim,
    gate.both_open,
    gate.closed_member,
    gate.events_on_standby,
    gate.half_open,
    gate.none_open,
    gate.not_kept,
    gate.writes_through,
    gtids.coordinates,
    gtids.current_position,
    gtids.modes,
    gtids.purged,
    gtids.strictness,
    identity.auto_increment,
    identity.domains,
    hosts.overridden,
    identity.duplicate_id,
    likeness.cascades,
    likeness.charsets,
    likeness.clocks,
    likeness.sql_modes,
    likeness.time_zones,
    writers.events,
]

# One member has what is new in the inventory before the other: what is wished for both counts, not what they have.
_BROUGHT_BY_A_RESTART: List[Judge] = [filters.filters_in_force, identity.auto_increment]

_BEFORE_A_RESTART: List[Judge] = [
    *(judge for judge in _OF_A_RUNNING_PAIR if judge not in _BROUGHT_BY_A_RESTART),
    hosts.own_address,
    hosts.files,
    hosts.options,
    filters.wished_names,
    filters.wished_filters,
    filters.filters_elsewhere,
    identity.wished_auto_increment,
    identity.auto_increment_meanwhile,
]


def _found(pair: Pair, judges: List[Judge]) -> List[Finding]:
    invalid = list(hosts.members(pair))
    if invalid:
        # Nothing else can be judged while it is not clear who the members are.
        return invalid
    found = [finding for judge in judges for finding in judge(pair)]
    return sorted(found, key=lambda finding: (BLOCKER, WARNING, NOTE).index(finding.severity))


def judge(pair: Pair) -> List[Finding]:
    """Return what stands against deploying a pair, blockers first. What a deployment puts right is no finding."""
    return _found(pair, _IN_EVERY_CASE + _BEFORE_A_DEPLOYMENT)


def judge_replica(pair: Pair) -> List[Finding]:
    """Return what stands against a plain replica, blockers first: the member that is not the donor, its source."""
    return _found(pair, _BEFORE_A_REPLICA)


def judge_running(pair: Pair) -> List[Finding]:
    """Return what is wrong, or will be, with a pair as it stands, blockers first."""
    return _found(pair, _IN_EVERY_CASE + _OF_A_RUNNING_PAIR)


def judge_restarting(pair: Pair) -> List[Finding]:
    """Return what stands against restarting a pair, blockers first. What the restarts bring to both is no finding."""
    return _found(pair, _IN_EVERY_CASE + _BEFORE_A_RESTART)
