"""One fault after the other on a running pair: each is named, and once it is undone nothing is found any more."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

import facts
import figures
import labkit
import pair
import playbook
import pytest
from fault import WORDS, Fault, Steps
from injected import FAULTS, FINAL_FAULTS

STATUS = "twoway.mysql.pair_status"
_FLAVOR = os.environ.get("FLAVOR", "mariadb")
_BOTH = labkit.DEFAULT_MEMBERS
#: How long a change may need to be seen: it may have to reach the peer, or a server has to start.
_SECONDS = 60
_MOST_TASKS = 4
#: Faults follow each other faster than systemd lets a server be started again.
_START_AT_WILL = """
    mkdir -p /etc/systemd/system/{unit}.d
    printf '[Unit]\\nStartLimitIntervalSec=0\\n' > /etc/systemd/system/{unit}.d/tests.conf
    systemctl daemon-reload
"""


def _cases(faults: list[Fault]) -> list[object]:
    return [
        pytest.param(fault, id=fault.name, marks=[] if fault.is_sample else [pytest.mark.long])
        for fault in faults
        if _FLAVOR in fault.flavors
    ]


@pytest.fixture(scope="module", autouse=True)
def words(flavor: str) -> dict[str, dict[str, str]]:
    """A pair as deploy_pair makes it, that of the tests before or a new one; by member the words of its steps."""
    if not _is_healthy():
        labkit.up(flavor, image="server", fresh=True)
        labkit.load_wikidb("db1")
        done = playbook.run()
        assert done.exit_code == 0, done.output
        facts.install()
    for member in _BOTH:
        labkit.shell(member, _START_AT_WILL.format(unit=labkit.FLAVORS[flavor].unit))
    return {member: _words(member) for member in _BOTH}


def _is_healthy() -> bool:
    """Whether the pair of the tests before still stands; the counters of its writer's server begin anew."""
    try:
        if [pair.channel_threads(member) for member in _BOTH] != [["Yes", "Yes"]] * 2:
            return False
        labkit.writer_stop("db1")
        labkit.shell("db1", f"systemctl restart {labkit.FLAVORS[_FLAVOR].unit}")
        facts.install()
    except labkit.LabError:
        return False
    return _found_until(lambda found: not found) == set()


def _words(member: str) -> dict[str, str]:
    peer = facts.read(_peer(member))["server"]
    ids = {
        "own": str(facts.read(member)["server"]["server_id"]),
        "peer": str(peer["server_id"]),
        "peer_uuid": str(peer["server_uuid"]),
        "peer_address": labkit.address(_peer(member)),
    }
    return {**WORDS[labkit.FLAVORS[_FLAVOR].client], **ids}


def _peer(member: str) -> str:
    return next(other for other in _BOTH if other != member)


def _do(member: str, steps: Steps, words: Mapping[str, str]) -> None:
    for step in [steps] if isinstance(steps, str) else steps:
        if step.startswith("$"):
            labkit.shell(member, step[1:].format(**words))
        else:
            labkit.sql(member, step.format(**words))


def _found_until(is_enough: Callable[[facts.Found], bool], **wish: object) -> facts.Found:
    """What is found once it is enough, or the time is over."""
    return labkit.look_until(lambda: facts.found(**wish), is_enough, _SECONDS)


def _is_named(fault: Fault) -> None:
    wanted = set(fault.codes.split())

    def is_enough(found: facts.Found) -> bool:
        members = {member for code, member in found if code in wanted}
        return wanted <= {code for code, _member in found} and (not fault.reaches_peer or members >= set(_BOTH))

    began = time.monotonic()
    found = _found_until(is_enough, **fault.wish)
    figures.note("from the fault to its name", time.monotonic() - began)
    assert is_enough(found), (sorted(wanted - {code for code, _member in found}), found)
    if not fault.reaches_peer:
        assert {member for code, member in found if code in wanted} <= {fault.member, None}


def test_a_healthy_pair(words: dict[str, dict[str, str]]) -> None:
    assert facts.found() == set()
    began = time.monotonic()
    done = playbook.run(STATUS)
    figures.note("status run of a healthy pair", time.monotonic() - began)
    assert (done.exit_code, done.changes) == (0, []), done.output
    executed = {member: [task.name for task in done.tasks if member in task.hosts] for member in _BOTH}
    assert all(0 < len(names) <= _MOST_TASKS for names in executed.values()), executed


@pytest.mark.parametrize("fault", _cases(FAULTS))
def test_named(fault: Fault, words: dict[str, dict[str, str]]) -> None:
    own, peer = words[fault.member], _peer(fault.member)
    try:
        _do(peer, fault.peer_before, own)
        _do(fault.member, fault.does, own)
        _do(peer, fault.peer_after, own)
        _is_named(fault)
    finally:
        _do(fault.member, fault.undo, own)
        _do(peer, fault.peer_undo, own)
    assert _found_until(lambda found: not found) == set()


@pytest.mark.long
@pytest.mark.parametrize("fault", _cases(FINAL_FAULTS))
def test_named_and_not_undone(fault: Fault, words: dict[str, dict[str, str]]) -> None:
    _do(fault.member, fault.does, words[fault.member])
    _do(_peer(fault.member), fault.peer_after, words[fault.member])
    _is_named(fault)
