# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Judges the channels between the members, and how they are set."""

from __future__ import annotations

from typing import Iterator

from ..._state.units import in_time
from ..._state.variables import is_on
from ..steps import Finding
from .view import BLOCKER, WARNING, Pair


def sources(pair: Pair) -> Iterator[Finding]:
    addresses = {name: pair.wish["by_member"][name]["address"] for name, _facts in pair.known}
    for name, facts in pair.known:
        peer = next((other for other in pair.members if other != name), None)
        for channel in (facts["replication"] or {}).get("channels", []):
            if channel["name"] == "" and peer in addresses and channel["source_host"] != addresses[peer]:
                yield Finding(
                    "CHANNEL_FOLLOWS_ANOTHER",
                    BLOCKER,
                    name,
                    "it follows %s; its peer %s has the address %s" % (channel["source_host"], peer, addresses[peer]),
                    "Set pair_address of the peer to the address the channel uses, or remove the channel on purpose.",
                )


def beside(pair: Pair) -> Iterator[Finding]:
    """Find channels of a member that are none of the pair's: what they bring is another server's."""
    for member in pair.answering:
        others = [
            "'%s' from %s" % (channel["name"], channel["source_host"]) for channel in member.channels if channel["name"]
        ]
        if others:
            yield Finding(
                "CHANNEL_BESIDE",
                BLOCKER,
                member.name,
                "it has channels beside the one without a name, which is the pair's: %s" % ", ".join(others),
                "Remove them on purpose, or have a server outside of the pair follow these sources.",
            )


def missing(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if not member.channel:
            yield Finding(
                "CHANNEL_MISSING",
                BLOCKER,
                member.name,
                "it has no channel from its peer %s" % member.peer,
                "Run deploy_pair, or rebuild the member if it was away for long.",
            )


def encryption(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if member.channel and not member.channel["tls"]:
            yield Finding(
                "CHANNEL_WITHOUT_TLS",
                WARNING,
                member.name,
                "its channel from %s is not encrypted: all data are readable on the way" % member.peer,
                "Run deploy_pair: it switches TLS on for the channel.",
            )


def retries(pair: Pair) -> Iterator[Finding]:
    wanted = pair.wish["outage_seconds"]
    for member in pair.answering:
        if not member.channel:
            continue
        count, pause = member.channel["retry_count"], member.channel["connect_retry_seconds"]
        if count is None:
            count = (member.at_start or {}).get("source_retry_count")
        # 0 is for ever.
        if count and int(count) * pause < wanted:
            yield Finding(
                "RETRIES_TOO_FEW",
                WARNING,
                member.name,
                "its receiver gives up when its source is away for %s (%d times %d s); pair_outage_seconds is %s"
                % (in_time(int(count) * pause), int(count), pause, in_time(wanted)),
                "Run deploy_pair: it sets the retries to last as long as the binary log is kept.",
            )


def heartbeat(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if member.channel and member.channel["heartbeat_seconds"] == 0:
            yield Finding(
                "HEARTBEAT_OFF",
                WARNING,
                member.name,
                "%s sends no heartbeat: without writes its channel looks as well as one whose source is gone"
                % member.peer,
                "CHANGE the channel with a heartbeat of half of %s (HEARTBEAT_PERIOD)."
                % member.called("replica_net_timeout"),
            )


def ignored_ids(pair: Pair) -> Iterator[Finding]:
    for source, replica in pair.directions:
        ignored = (replica.channel or {}).get("ignored_server_ids") or []
        if source.facts["server"]["server_id"] in ignored:
            yield Finding(
                "SOURCE_ID_IGNORED",
                BLOCKER,
                replica.name,
                "its channel ignores server id %d, which is its source %s"
                % (source.facts["server"]["server_id"], source.name),
                "Set IGNORE_SERVER_IDS = () on the channel, then compare the data: what was ignored is missing.",
            )


def own_id(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        # No variable of any server shows it.
        if is_on((member.at_start or {}).get("replicate_same_server_id", "OFF")):
            yield Finding(
                "OWN_EVENTS_APPLIED",
                BLOCKER,
                member.name,
                "replicate_same_server_id is on in its option files: events of its own come back and are applied again",
                "Remove the option and restart the server.",
            )


def at_boot(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        if is_on((member.at_start or {}).get("skip_replica_start", "OFF")):
            yield Finding(
                "CHANNELS_NOT_STARTED_AT_BOOT",
                WARNING,
                member.name,
                "its channels stay off after a restart of the server (skip_replica_start, or skip_slave_start)",
                "Remove the option from the option file.",
            )


def service(pair: Pair) -> Iterator[Finding]:
    for name, facts in pair.known:
        unit = facts["host"]["service"]
        if unit and facts["server"] and not unit["is_enabled"]:
            yield Finding(
                "SERVICE_NOT_ENABLED",
                WARNING,
                name,
                "the unit %s does not start at boot" % unit["name"],
                "Run deploy_pair, or systemctl enable %s." % unit["name"],
            )


def relay_log_name(pair: Pair) -> Iterator[Finding]:
    for member in pair.answering:
        name = member.settings.get("relay_log", "")
        if not name or member.settings["hostname"] in name:
            yield Finding(
                "RELAY_LOG_NAMED_AFTER_HOST",
                WARNING,
                member.name,
                "its relay log has the host's name in it (%s): after a change of that name the channel does not start"
                % (name or "the default"),
                "Set mysql_server_relay_log before the channel is made; the name of an existing one cannot change.",
            )
