"""What can happen to a pair: each begins with a whole pair under load, and leaves one that becomes whole by itself."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial

import address
import clock
import disk
import labkit
import load
import pair
import playbook
import pymysql

_SWITCH_OVER = "twoway.mysql.switch_over"
_FAIL_OVER = "twoway.mysql.fail_over"
_REBUILD = "twoway.mysql.rebuild_member"
_STATUS = "twoway.mysql.pair_status"
_MOVE = "twoway.mysql.pair : Move | Close one gate, and open the other when everything has arrived there"
_COPY = "twoway.mysql.pair : Seed | Copy from the donor"
_LINK = "twoway.mysql.pair : Link | Channel from the peer"
_SWITCHOVERS = 20
#: Longer than a keeper waits for an answer.
_AWAY_SECONDS = 4
#: A task is struck at any moment of so many seconds.
_STRIKE_WITHIN_SECONDS = 1.5
#: Of each of the four writers.
_MANY_ROWS = 250
_HOUR_SECONDS = 3600
#: Longer than a server waits until it looks again whether there is room.
_AGAIN_SECONDS = 75
#: For what a server writes beside the rows of its writers, until the room is taken away.
_ROOM_MEGABYTES = 200
_SENDERS = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'"
_STRIKES: Mapping[str, Callable[[str], None]] = {"kill": labkit.kill, "pause": labkit.pause, "cut": labkit.cut}
_WHO = ("active", "standby", "both")

Calamity = Callable[[address.Observed], None]


class _Patient(address.Client):
    """An application with a transaction that is open for long."""

    patience_seconds = 30.0


def _succeed(name: str, **variables: object) -> None:
    done = playbook.run(name, variables)
    assert done.exit_code == 0, done.output


def _strike(member: str) -> None:
    """A power cut, soon."""
    time.sleep(random.uniform(0, _STRIKE_WITHIN_SECONDS))
    labkit.kill(member)


def switchover(seen: address.Observed) -> None:
    active, standby = load.settled()
    _succeed(_SWITCH_OVER, pair_switch_to=standby)
    assert load.settled() == (standby, active)
    seen.wait_for_rows()


def switchovers(seen: address.Observed) -> None:
    """Back and forth."""
    for _number in range(_SWITCHOVERS):
        switchover(seen)


def long_transaction(_seen: address.Observed) -> None:
    """Whether the writes move or stay, the transaction is on both members or on none, as its writer was told."""
    active, standby = load.settled()
    writer = _Patient(f"long-{time.time_ns()}")
    with closing(writer.connect(labkit.address(active))) as connection:
        connection.begin()
        writer.write(connection, writer.name)
        moved = playbook.run(_SWITCH_OVER, {"pair_switch_to": standby})
        try:
            connection.commit()
            is_committed = True
        except pymysql.err.Error:
            is_committed = False
    assert load.settled() == ((active, standby) if moved.exit_code else (standby, active)), moved.output
    places = [is_committed] * len(address.MEMBERS)
    address.eventually(lambda: [writer.name in pair.ledger(member) for member in address.MEMBERS], places)


def stopped_applier(seen: address.Observed) -> None:
    """The writes do not go to a member that lacks rows."""
    active, standby = load.settled()
    labkit.sql(standby, "STOP REPLICA SQL_THREAD")
    seen.wait_for_rows()
    refused = playbook.run(_SWITCH_OVER, {"pair_switch_to": standby, "pair_switch_timeout_seconds": 3})
    assert refused.exit_code, refused.output
    assert address.settled_gates() == (active, standby)
    labkit.sql(standby, "START REPLICA SQL_THREAD")
    seen.wait_for_rows()


def killed_in_a_switchover(seen: address.Observed, is_old_writer: bool) -> None:
    active, standby = load.settled()
    victim = active if is_old_writer else standby
    playbook.run_struck(_MOVE, partial(_strike, victim), _SWITCH_OVER, {"pair_switch_to": standby})
    labkit.heal()
    load.settled()
    seen.wait_for_rows()


def away(seen: address.Observed, strike: str, who: str) -> None:
    """Whoever had the writes has them when all are back, with what an application on its own host wrote meanwhile."""
    active, standby = load.settled()
    labkit.writer_start(active)
    seen.wait_for_rows()
    for member in {"active": [active], "standby": [standby], "both": [active, standby]}[who]:
        _STRIKES[strike](member)
    time.sleep(_AWAY_SECONDS)
    labkit.heal()
    assert load.settled() == (active, standby)
    seen.wait_for_rows()
    labkit.writer_stop(active)
    rows = set(labkit.writer_acked(active))
    address.eventually(lambda: [len(rows - pair.ledger(member)) for member in address.MEMBERS], [0, 0])


def failover(seen: address.Observed) -> None:
    """Over rows that the survivor has received and not applied."""
    active, standby = load.settled()
    labkit.sql(standby, "STOP REPLICA SQL_THREAD")
    seen.wait_for_rows(_MANY_ROWS)
    labkit.kill(active)
    labkit.sql(standby, "START REPLICA SQL_THREAD")
    _succeed(_FAIL_OVER, pair_fail_over_to=standby)
    assert set(seen.acknowledged) - pair.ledger(standby) == set()
    seen.wait_for_rows()
    labkit.heal()
    assert load.settled() == (standby, active)


def failover_after_absence(seen: address.Observed) -> None:
    """Commits wait for a standby that was away as soon as it is close behind, also where nobody stops writing."""
    active, standby = load.settled()
    labkit.cut(standby)
    address.eventually(lambda: address.commits_wait(active), False)
    labkit.heal()
    address.eventually(lambda: address.commits_wait(active), True)
    time.sleep(_AWAY_SECONDS)
    labkit.kill(active)
    _succeed(_FAIL_OVER, pair_fail_over_to=standby)
    assert set(seen.acknowledged) - pair.ledger(standby) == set()
    labkit.heal()
    assert load.settled() == (standby, active)
    seen.wait_for_rows()


def purged_binary_logs(seen: address.Observed) -> None:
    """Of the active member, while the standby is away."""
    active, standby = load.settled()
    labkit.sql(standby, "STOP REPLICA IO_THREAD")
    seen.wait_for_rows()
    # A server keeps the file that it sends, and may notice only now that nobody takes it any more.
    address.eventually(lambda: labkit.sql(active, _SENDERS), [["0"]])
    labkit.sql(active, "FLUSH BINARY LOGS; FLUSH BINARY LOGS; PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY")
    labkit.sql(standby, "START REPLICA IO_THREAD")
    address.eventually(lambda: pair.channel_threads(standby), ["No", "Yes"])
    _succeed(_REBUILD, pair_rebuild_member=standby)
    assert load.settled() == (active, standby)


def killed_in_a_seed(seen: address.Observed, is_donor: bool) -> None:
    """The rebuild is run again."""
    active, standby = load.settled()
    rebuild = {"pair_rebuild_member": standby}
    playbook.run_struck(_COPY, partial(_strike, active if is_donor else standby), _REBUILD, rebuild)
    labkit.heal()
    playbook.kill_on_members()
    _succeed(_REBUILD, **rebuild)
    assert load.settled() == (active, standby)
    seen.wait_for_rows()


def full_disk(seen: address.Observed, is_active: bool) -> None:
    """Who has no room looks for it once a minute, or stops and is started by the next run."""
    active, standby = load.settled()
    member = active if is_active else standby
    disk.make_small(member, _ROOM_MEGABYTES)
    try:
        assert load.settled() == (active, standby)
        seen.wait_for_rows()
        disk.fill(member)
        time.sleep(_AWAY_SECONDS)
        disk.free(member)
        if not labkit.look_until(load.is_whole, bool, _AGAIN_SECONDS):
            _succeed(playbook.DEPLOY)
        assert load.settled() == (active, standby)
        seen.wait_for_rows(seconds=load.WHOLE_SECONDS)
    finally:
        disk.make_as_before(member)
    assert load.settled() == (active, standby)


def lost_between_links(seen: address.Observed) -> None:
    """A donor that follows its peer again, and may not be followed yet, is killed; the writes move if they can."""
    active, standby = load.settled()
    with playbook.started(_REBUILD, {"pair_rebuild_member": standby}) as (process, record, _output):
        playbook.wait(lambda: [task.name for task in playbook.read_tasks(record)].count(_LINK) == len(address.MEMBERS))
        playbook.kill_group(process)
    playbook.kill_on_members()
    assert pair.channel_threads(active)
    labkit.kill(active)
    taken = playbook.run(_FAIL_OVER, {"pair_fail_over_to": standby})
    labkit.heal()
    active, standby = (active, standby) if taken.exit_code else (standby, active)
    assert address.settled_gates() == (active, standby)
    _succeed(_REBUILD, pair_rebuild_member=standby)
    assert load.settled() == (active, standby)
    seen.wait_for_rows()


def clock_jump(seen: address.Observed) -> None:
    """The newest claim counts, whatever the time was for who made it."""
    member, _standby = load.settled()
    clock.jump(member, _HOUR_SECONDS)
    told = playbook.run(_STATUS)
    assert f"CLOCKS_DIFFER on {member}" in told.output, told.output
    switchover(seen)
    [[term]] = labkit.sql(member, "SELECT MAX(term) FROM twoway.active")
    assert int(str(term)) / 1e6 > time.time() + _HOUR_SECONDS / 2, "the claim was not made by the clock that is ahead"
    switchover(seen)
    clock.jump(member, 0)
    failover(seen)


CALAMITIES: Mapping[str, Calamity] = {
    "a switchover": switchover,
    f"{_SWITCHOVERS} switchovers": switchovers,
    "a switchover while a transaction is open": long_transaction,
    "a switchover to a member that does not apply": stopped_applier,
    "a switchover in which the old writer is killed": partial(killed_in_a_switchover, is_old_writer=True),
    "a switchover in which the new writer is killed": partial(killed_in_a_switchover, is_old_writer=False),
    **{f"{strike} of {who}": partial(away, strike=strike, who=who) for strike in _STRIKES for who in _WHO},
    "a failover over rows that are not applied": failover,
    "a failover soon after the standby was away": failover_after_absence,
    "binary logs that are purged while the standby is away": purged_binary_logs,
    "a rebuild in which the donor is killed": partial(killed_in_a_seed, is_donor=True),
    "a rebuild in which the recipient is killed": partial(killed_in_a_seed, is_donor=False),
    "no room on the active member": partial(full_disk, is_active=True),
    "no room on the standby": partial(full_disk, is_active=False),
    "a rebuild that is killed between its links, and its donor with it": lost_between_links,
    "a clock that goes an hour forward and back": clock_jump,
}
