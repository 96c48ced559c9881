"""One fault after the other on a running pair: each is named, and once it is undone nothing is found any more."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

import facts
import labkit
import pair
import playbook
import pytest
from injected import FAULTS, FINAL_FAULTS, WORDS, Fault

_FLAVOR = os.environ.get("FLAVOR", "mariadb")
#: With FAULTS_SAMPLE=3 every third fault is tried.
_SAMPLE = int(os.environ.get("FAULTS_SAMPLE", "1"))
_HERE = [fault for fault in FAULTS if _FLAVOR in fault.flavors][::_SAMPLE]
#: How long a change may need to be seen: it may have to reach the peer, or a thread has to stop.
_SECONDS = 30
_POLL_SECONDS = 0.2


@pytest.fixture(scope="module", autouse=True)
def words(flavor: str) -> dict[str, dict[str, str]]:
    """A pair as deploy_pair makes it, that of the tests before or a new one; by member the words of its statements."""
    try:
        threads = [pair.channel_threads(member) for member in labkit.DEFAULT_MEMBERS]
    except labkit.LabError:
        threads = []
    if threads != [["Yes", "Yes"]] * 2:
        pair.fresh_pair(flavor)
        labkit.writer_stop("db1")
        done = playbook.run()
        assert done.exit_code == 0, done.output
    facts.install()
    assert _found_until(lambda codes: not codes) == set()
    told = facts.read_both()
    return {member: _words(told[member]["server"], told[_peer(member)]["server"]) for member in told}


def _words(own: Mapping[str, Any], peer: Mapping[str, Any]) -> dict[str, str]:
    ids = {"own": str(own["server_id"]), "peer": str(peer["server_id"]), "peer_uuid": str(peer["server_uuid"])}
    return {**WORDS[labkit.FLAVORS[_FLAVOR].client], **ids}


def _peer(member: str) -> str:
    return next(other for other in labkit.DEFAULT_MEMBERS if other != member)


def _do(member: str, what: str, words: Mapping[str, str]) -> None:
    if what.startswith("$"):
        labkit.shell(member, what[1:].format(**words))
    elif what:
        labkit.sql(member, what.format(**words))


def _found_until(is_enough: Any, **wish: object) -> set[tuple[str, str | None]]:
    """Codes with their members, once they are enough or the time is over."""
    deadline = time.monotonic() + _SECONDS
    while True:
        found = {(str(each["code"]), each["member"]) for each in facts.findings(facts.read_both(), **wish)}
        if is_enough(found) or time.monotonic() > deadline:
            return found
        time.sleep(_POLL_SECONDS)


def _expect(fault: Fault) -> None:
    codes = set(fault.codes.split())
    found = _found_until(lambda seen: codes <= {code for code, _member in seen}, **fault.wish)
    assert codes <= {code for code, _member in found}, found
    assert {member for code, member in found if code in codes} <= {fault.member, None}


@pytest.mark.parametrize("fault", _HERE, ids=lambda fault: str(fault.name))
def test_named(fault: Fault, words: dict[str, dict[str, str]]) -> None:
    own, peer = words[fault.member], _peer(fault.member)
    try:
        _do(peer, fault.peer_before, own)
        _do(fault.member, fault.does, own)
        _do(peer, fault.peer_after, own)
        _expect(fault)
    finally:
        _do(fault.member, fault.undo, own)
        _do(peer, fault.peer_undo, own)
    assert _found_until(lambda codes: not codes) == set()


@pytest.mark.parametrize("fault", FINAL_FAULTS, ids=lambda fault: str(fault.name))
def test_named_and_not_undone(fault: Fault, words: dict[str, dict[str, str]]) -> None:
    _do(fault.member, fault.does, words[fault.member])
    _do(_peer(fault.member), fault.peer_after, words[fault.member])
    _expect(fault)
