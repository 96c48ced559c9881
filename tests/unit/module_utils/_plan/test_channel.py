"""Plans of channels, carried out on a small server that drops events by the rules of each flavor.

Rules of MySQL: a change with both threads stopped drops what was received and not applied; so does removal.
Rules of MariaDB: a change needs both threads stopped; with GTIDs two stopped threads are enough to drop it.
Both: an applier that has met a bad event stops there, and does so again whenever it is started.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._errors import Refused
from ansible_collections.twoway.mysql.plugins.module_utils._plan import steps as do
from ansible_collections.twoway.mysql.plugins.module_utils._plan.channel import (
    DesiredChannel,
    plan_channel,
    show_channel,
)
from ansible_collections.twoway.mysql.plugins.module_utils._secret import Secret
from ansible_collections.twoway.mysql.plugins.module_utils._state.binlog import BinlogCoordinates
from ansible_collections.twoway.mysql.plugins.module_utils._state.channel import Channel, ChannelSettings, ThreadError

MYSQL = True
MARIADB = False
SEEDS = range(1500)


class Dropped(AssertionError):
    """Events that had been received were lost."""


class Unsupported(AssertionError):
    """The server would refuse the statement."""


@dataclass
class Member:
    """A server with at most one channel.

    :ivar changes_alone: whether the receiver's settings can change while the applier runs (MySQL).
    :ivar pending: events that were received and not applied.
    :ivar bad_event: the next pending event cannot be applied.
    """

    changes_alone: bool
    exists: bool = False
    settings: ChannelSettings = field(default_factory=ChannelSettings)
    receiver: str = "off"
    applier: bool = False
    has_error: bool = False
    pending: int = 0
    bad_event: bool = False
    position: int = 4
    reads_password: bool = True

    def read(self) -> Channel | None:
        if not self.exists:
            return None
        settings = self.settings if self.reads_password else replace(self.settings, source_password=None)
        return Channel(
            name="",
            settings=settings,
            receiver_state=self.receiver,
            applier_running=self.applier,
            received=BinlogCoordinates("bin.000001", self.position + self.pending),
            applied=BinlogCoordinates("bin.000001", self.position),
            applier_error=ThreadError(1062, "Duplicate entry") if self.has_error else None,
        )

    def run(self, step: do.Step) -> None:
        self.pending += self.receiver == "on"  # the source goes on writing all the while
        getattr(self, "_" + step.name)(step)
        self._forget_when_idle()

    def _forget_when_idle(self) -> None:
        idle = self.exists and self.receiver == "off" and not self.applier
        if idle and self.pending and not self.changes_alone and self.settings.coordinates == "gtid":
            raise Dropped("both threads stand still")

    def _require(self, condition: bool, what: str) -> None:
        if not condition:
            raise Unsupported(what)

    def _stop_receiver(self, _step: do.Step) -> None:
        self._require(self.exists and self.receiver != "off", "the receiver is off already")
        self.receiver = "off"

    def _start_receiver(self, _step: do.Step) -> None:
        self._require(self.exists and self.receiver == "off", "the receiver is on already")
        self.receiver = "on"

    def _start_applier(self, _step: do.Step) -> None:
        self._require(self.exists and not self.applier, "the applier is on already")
        self.has_error = bool(self.pending and self.bad_event)
        self.applier = not self.has_error

    def _stop_applier(self, _step: do.Step) -> None:
        self._require(self.exists and self.applier, "the applier is off already")
        if self.pending:
            raise Dropped("the applier is stopped before it has applied everything")
        self.applier = False

    def _drain_applier(self, _step: do.Step) -> None:
        if self.has_error or not self.applier:
            raise DrainFailed
        self.position += self.pending
        self.pending = 0

    def _change_source(self, step: do.ChangeSource) -> None:
        receiver_alone = (
            self.changes_alone and not step.start_at and not {"coordinates", "delay_seconds"} & set(step.settings)
        )
        self._require(self.receiver == "off", "a change with a running receiver")
        self._require(receiver_alone or not self.applier, "a change with a running applier")
        if self.pending and not self.applier:
            raise Dropped("a change with both threads stopped")
        self.settings = replace(self.settings, **step.settings)
        if step.start_at:
            self.position = step.start_at.position
        self.exists = True

    def _remove_channel(self, _step: do.Step) -> None:
        self._require(self.exists and self.receiver == "off" and not self.applier, "removal of a running channel")
        if self.pending:
            raise Dropped("removal")
        self.exists, self.settings = False, ChannelSettings()


class DrainFailed(Exception):
    """What the executor raises when the applier does not get there; nothing is done after it."""


def some_member(rng: random.Random) -> Member:
    if rng.random() < 0.15:
        return Member(changes_alone=rng.random() < 0.5)
    member = Member(
        changes_alone=rng.random() < 0.5,
        exists=True,
        settings=some_settings(rng, complete=True),
        receiver=rng.choice(["on", "connecting", "off"]),
        applier=rng.random() < 0.6,
        pending=rng.choice([0, 0, 3]),
        reads_password=rng.random() < 0.5,
    )
    member.bad_event = bool(member.pending) and rng.random() < 0.3
    if member.bad_event and rng.random() < 0.7:
        member.applier, member.has_error = False, True
    elif member.bad_event and member.applier:
        member.bad_event = False
    try:
        member._forget_when_idle()
    except Dropped:
        member.pending, member.bad_event, member.has_error = 0, False, False  # they were lost before we came
    return member


def some_settings(rng: random.Random, complete: bool = False) -> ChannelSettings:
    values: dict[str, list[Any]] = {
        "source_host": ["198.51.100.1", "198.51.100.6"],
        "source_port": [3306, 3307],
        "source_user": ["repl"],
        "source_password": [Secret("one"), Secret("two")],
        "coordinates": ["gtid", "file_position"],
        "tls": [True, False],
        "connect_retry_seconds": [5, 60],
        "delay_seconds": [0, 7],
    }
    return ChannelSettings(**{k: rng.choice(v) for k, v in values.items() if complete or rng.random() < 0.6})


def some_wish(rng: random.Random) -> DesiredChannel:
    state = rng.choice(["present", "started", "stopped", "absent"])
    start_at, replaces = BinlogCoordinates("bin.000001", 4), rng.random() < 0.3
    return DesiredChannel("", state, some_settings(rng), start_at, reposition=False, replaces_unknown_login=replaces)


def plan_for(member: Member, wish: DesiredChannel) -> do.Plan:
    works = None if member.reads_password else member.settings.source_password == wish.settings.source_password
    return plan_channel(member.read(), wish, member.changes_alone, works)


def found_as_planned(member: Member, wish: DesiredChannel, plan: do.Plan) -> bool:
    if plan.after is None or member.has_error:
        return member.exists == (plan.after is not None)
    return bool(show_channel(member.read(), wish) == plan.after)


def outcome(member: Member, wish: DesiredChannel, interrupt_after: int | None = None) -> str:
    """Plan and carry out, and say how it ended; interrupted runs say nothing."""
    try:
        plan = plan_for(member, wish)
    except Refused:
        return "refused"
    for number, step in enumerate(plan.steps):
        if number == interrupt_after:
            return "interrupted"
        try:
            member.run(step)
        except DrainFailed:
            return "not drained"
    if any(isinstance(step, do.StartApplier) for step in plan.steps) and member.has_error:
        return "applier stopped"
    assert found_as_planned(member, wish, plan)
    return "done"


def essence(member: Member, wish: DesiredChannel) -> Any:
    """Return what a wish decides of the end state. ``present`` decides nothing about the threads."""
    threads = () if wish.state == "present" else (member.receiver != "off", member.applier)
    return member.exists, member.settings, threads


@pytest.mark.parametrize("flavor", [MYSQL, MARIADB], ids=["mysql", "mariadb"])
def test_no_plan_drops_events_and_every_interrupted_one_ends_the_same(flavor: bool) -> None:
    endings: dict[str, int] = {}
    for seed in SEEDS:
        rng = random.Random(seed)
        start, wish = replace(some_member(rng), changes_alone=flavor), some_wish(rng)
        try:
            start._forget_when_idle()
        except Dropped:
            continue
        straight = replace(start)
        ending = outcome(straight, wish)
        endings[ending] = endings.get(ending, 0) + 1
        if ending != "done":
            continue
        assert outcome(replace(straight), wish) == "done", (seed, start, wish)
        if straight.reads_password or (straight.receiver == "on" and not wish.replaces_unknown_login):
            assert plan_for(straight, wish).steps == [], (seed, start, wish)
        for cut in range(len(plan_for(start, wish).steps)):
            member = replace(start)
            assert outcome(member, wish, interrupt_after=cut) == "interrupted"
            assert outcome(member, wish) == "done", (seed, cut, start, wish)
            assert essence(member, wish) == essence(straight, wish), (seed, cut, start, wish)
    assert endings["done"] > 1000
    assert endings["refused"] > 20


def channel(
    receiver: str = "on", applier: bool = True, error: int = 0, receiver_error: int = 0, **settings: Any
) -> Channel:
    return Channel(
        name="north",
        settings=ChannelSettings(**{"source_host": "198.51.100.1", "coordinates": "gtid", **settings}),
        receiver_state=receiver,
        applier_running=applier,
        applied=BinlogCoordinates("bin.000002", 4711),
        receiver_error=ThreadError(receiver_error, "it fails") if receiver_error else None,
        applier_error=ThreadError(error, "it fails") if error else None,
    )


def names(plan: do.Plan) -> str:
    short = {"start": "+", "stop": "-"}
    words = [step.name.split("_") for step in plan.steps]
    return " ".join(
        short.get(first, first + " ").strip() + ("" if first not in short else rest[0]) for first, *rest in words
    )


def wish(state: str, **settings: Any) -> DesiredChannel:
    return DesiredChannel("north", state, ChannelSettings(**settings))


NEW_HOST = {"source_host": "198.51.100.6"}

# Actual channel, wish, steps on MySQL, steps on MariaDB.
TABLE = [
    (None, wish("absent"), "", ""),
    (None, wish("stopped", **NEW_HOST), "change", "change"),
    (None, wish("present", **NEW_HOST), "change", "change"),
    (None, wish("started", **NEW_HOST), "change +applier +receiver", "change +applier +receiver"),
    (channel(), wish("started"), "", ""),
    (channel(), wish("present", source_host="198.51.100.1"), "", ""),
    (channel("connecting"), wish("started"), "", ""),
    (channel("off", False), wish("started"), "+applier +receiver", "+applier +receiver"),
    (channel("off", True), wish("started"), "+receiver", "+receiver"),
    (channel("on", False), wish("started"), "+applier", "+applier"),
    (channel(), wish("stopped"), "-receiver drain -applier", "-receiver drain -applier"),
    (channel("on", False), wish("stopped"), "-receiver", "+applier drain -receiver drain -applier"),
    (channel("off", False), wish("stopped"), "", ""),
    (channel(), wish("started", **NEW_HOST), "-receiver change +receiver",
        "-receiver drain -applier change +applier +receiver"),
    (channel("off", True), wish("present", **NEW_HOST), "change", "drain -applier change +applier"),
    (channel("off", False), wish("present", **NEW_HOST), "+applier drain change drain -applier",
        "+applier drain -applier change"),
    (channel(), wish("started", delay_seconds=7), "-receiver drain -applier change +applier +receiver",
     "-receiver drain -applier change +applier +receiver"),
    (channel(), wish("absent"), "-receiver drain -applier remove", "-receiver drain -applier remove"),
    (channel("off", False), wish("absent"), "+applier drain -applier remove", "+applier drain -applier remove"),
    (channel("on", False), wish("absent"), "+applier drain -receiver drain -applier remove",
        "+applier drain -receiver drain -applier remove"),
    # A source that refuses the receiver is asked again; one that is not there is being asked already.
    (channel("connecting", receiver_error=1045), wish("started"), "-receiver +receiver", "-receiver +receiver"),
    (channel("connecting", receiver_error=1045), wish("present"), "", ""),
    (channel("connecting", receiver_error=2003), wish("started"), "", ""),
    (channel("on", receiver_error=1045), wish("started"), "", ""),
    (channel("connecting", receiver_error=1045), wish("started", **NEW_HOST), "-receiver change +receiver",
     "-receiver drain -applier change +applier +receiver"),
    (channel("on", False, error=1062), wish("stopped"), "-receiver", "refused"),
    (channel("on", False, error=1062), wish("absent"), "refused", "refused"),
    (channel("on", False, error=1062), wish("started", **NEW_HOST), "refused", "refused"),
    (channel("on", False, error=1062), wish("started", delay_seconds=7), "refused", "refused"),
]  # fmt: skip


@pytest.mark.parametrize(("actual", "desired", "on_mysql", "on_mariadb"), TABLE)
def test_steps(actual: Channel | None, desired: DesiredChannel, on_mysql: str, on_mariadb: str) -> None:
    for changes_alone, expected in ((MYSQL, on_mysql), (MARIADB, on_mariadb)):
        try:
            found = names(plan_channel(actual, desired, changes_alone))
        except Refused as refusal:
            assert "1062" in refusal.message
            found = "refused"
        assert found == expected, changes_alone


@pytest.mark.parametrize("flavor", [MYSQL, MARIADB], ids=["mysql", "mariadb"])
@pytest.mark.parametrize("desired", [wish("stopped"), wish("absent"), wish("started", delay_seconds=7)])
def test_a_receiver_is_started_again_where_it_was_stopped_in_vain(desired: DesiredChannel, flavor: bool) -> None:
    for actual in (channel(), channel("off"), channel("on", False)):
        is_stopped = False
        for step in plan_channel(actual, desired, flavor).steps:
            is_stopped = is_stopped or isinstance(step, do.StopReceiver)
            if isinstance(step, do.DrainApplier):
                assert step.restores_receiver is is_stopped, actual


@pytest.mark.parametrize(
    ("stored", "receiver", "works", "changes"),
    [
        (Secret("s3cret"), "on", None, False),
        (Secret("two"), "on", None, True),
        (Secret("two"), "on", True, True),
        (Secret("s3cret"), "off", False, False),
        (None, "on", True, False),
        (None, "on", None, False),
        (None, "on", False, True),
        (None, "off", True, True),
        (None, "connecting", None, True),
    ],
)
def test_password(stored: Secret | None, receiver: str, works: bool | None, changes: bool) -> None:
    desired = wish("present", source_password=Secret("s3cret"))
    plan = plan_channel(channel(receiver, source_password=stored), desired, True, works)
    changed = [step for step in plan.steps if isinstance(step, do.ChangeSource)]
    assert bool(changed) is changes
    assert "s3cret" not in repr(plan)


@pytest.mark.parametrize(("stored", "changes"), [(Secret("s3cret"), False), (Secret("two"), True), (None, True)])
def test_a_login_that_works_is_replaced_on_request_where_it_is_unknown(stored: Secret | None, changes: bool) -> None:
    desired = replace(wish("started", source_password=Secret("s3cret")), replaces_unknown_login=True)
    for changes_alone in (MYSQL, MARIADB):
        plan = plan_channel(channel(source_password=stored), desired, changes_alone, password_works=True)
        settings = [step.settings for step in plan.steps if isinstance(step, do.ChangeSource)]
        assert settings == [{"source_password": Secret("s3cret")}] * changes
    asked_nothing = replace(wish("started"), replaces_unknown_login=True)
    assert plan_channel(channel(source_password=stored), asked_nothing, MARIADB).steps == []


def test_a_channel_is_moved_only_on_request() -> None:
    there, elsewhere = BinlogCoordinates("bin.000002", 4711), BinlogCoordinates("bin.000003", 4)
    position: dict[str, Any] = {"coordinates": "file_position"}
    for start_at, reposition, moves in ((elsewhere, False, False), (there, True, False), (elsewhere, True, True)):
        desired = DesiredChannel("north", "started", ChannelSettings(**position), start_at, reposition)
        plan = plan_channel(channel(**position), desired, True)
        assert [step.start_at for step in plan.steps if isinstance(step, do.ChangeSource)] == [elsewhere] * moves


@pytest.mark.parametrize("address", [NEW_HOST, {"source_port": 3307}])
@pytest.mark.parametrize("state", ["present", "started", "stopped"])
def test_another_address_by_file_position_needs_a_place(address: dict[str, Any], state: str) -> None:
    place, there = BinlogCoordinates("bin.000009", 4), {"source_port": 3306, "coordinates": "file_position"}
    for actual, wished in ((channel(**there), address), (channel(source_port=3306), {**there, **address})):
        for start_at in (None, place):
            with pytest.raises(Refused, match="oldest event"):
                plan_channel(actual, DesiredChannel("north", state, ChannelSettings(**wished), start_at), True)
        moved = plan_channel(actual, DesiredChannel("north", state, ChannelSettings(**wished), place, True), True)
        assert [step.start_at for step in moved.steps if isinstance(step, do.ChangeSource)] == [place]
        by_gtid = wish(state, **{**wished, "coordinates": "gtid"})
        (change,) = [step for step in plan_channel(actual, by_gtid, True).steps if isinstance(step, do.ChangeSource)]
        assert change.start_at is None


def test_a_new_channel_by_gtid_has_no_position() -> None:
    place = BinlogCoordinates("bin.000002", 4711)
    for coordinates, start_at in (("gtid", None), ("file_position", place)):
        desired = DesiredChannel("", "stopped", ChannelSettings(coordinates=coordinates), place)
        (step,) = plan_channel(None, desired, True).steps
        assert isinstance(step, do.ChangeSource) and step.start_at == start_at
