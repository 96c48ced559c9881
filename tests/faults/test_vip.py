"""The address is where writes are accepted, and nowhere while none are; no row acknowledged through it is lost."""

from __future__ import annotations

import time

import address
import labkit
import playbook
import power
import pytest

pytestmark = pytest.mark.long

_CLAIM = """
    INSERT INTO twoway.active
    SELECT MAX(term) + 1, {}, 'switchover', '' FROM (SELECT term FROM twoway.active) AS claims
"""


@pytest.fixture(scope="module", autouse=True)
def pair(flavor: str) -> None:
    """A pair whose address follows the gates."""
    address.deploy(flavor)


def assert_whole(seen: address.Observed) -> None:
    assert seen.acknowledged
    assert seen.lost_rows() == {"db1": 0, "db2": 0}
    assert seen.two_open_gates() == 0


def test_a_second_run_changes_nothing() -> None:
    assert address.run(address.ROLE).changes == []


def test_a_killed_run_is_finished_by_the_next_one() -> None:
    """On the standby nothing but its own note tells that keepalived has not read the configuration."""
    names = ("It has read the files as they are", "Runs with what was changed", "Note what it has read")
    look, reload, note = (f"twoway.mysql.pair_vip : Keepalived | {name}" for name in names)
    other = {"pair_vip_advert_seconds": 0.06}
    assert playbook.run(address.ROLE, address.variables(other), FAULT_TASK=look).exit_code == -9
    assert address.run(address.ROLE, other).changes == [look, reload, note]
    address.run(address.ROLE)
    assert address.run(address.ROLE).changes == []
    address.settled()


def test_goes_with_a_switchover_under_load() -> None:
    assert address.settled() == ("db1", "db2")
    with address.observed() as seen:
        seen.wait_for_rows()
        address.run("twoway.mysql.switch_over")
        assert address.settled() == ("db2", "db1")
        seen.wait_for_rows()
    assert_whole(seen)


def test_is_nowhere_while_no_gate_is_open() -> None:
    active, standby = address.settled()
    labkit.shell(active, ["systemctl", "stop", "twoway-gate"])
    address.eventually(address.places, [])
    labkit.shell(active, ["systemctl", "start", "twoway-gate"])
    assert address.settled() == (active, standby)
    labkit.shell(active, ["systemctl", "stop", address.unit_of(active)])
    address.eventually(address.places, [])
    labkit.shell(active, ["systemctl", "start", address.unit_of(active)])
    assert address.settled() == (active, standby)


def test_a_killed_server_comes_back_and_the_standby_opens_no_gate() -> None:
    active, standby = address.settled()
    with address.observed() as seen:
        seen.wait_for_rows()
        address.kill_until_back(active)
        assert address.settled() == (active, standby)
        seen.wait_for_rows()
    assert_whole(seen)
    assert "open" not in seen.gates(standby)


def test_a_pulled_cable_opens_no_gate() -> None:
    active, standby = address.settled()
    with address.observed() as seen:
        seen.wait_for_rows()
        labkit.cut(active)
        # Longer than a keeper waits for an answer, and than it takes until it counts its peer as away.
        time.sleep(20)
        labkit.heal()
        assert address.settled() == (active, standby)
        seen.wait_for_rows()
    assert_whole(seen)
    assert "open" not in seen.gates(standby)


def test_a_claim_that_is_on_its_way_opens_no_gate() -> None:
    """As a switchover leaves it that is killed: the new writer lacks what was written before its claim."""
    active, standby = address.settled()
    closed = dict.fromkeys((active, standby), "closed")
    [[server_id]] = labkit.sql(standby, "SELECT @@GLOBAL.server_id")
    labkit.sql(standby, "STOP REPLICA SQL_THREAD")
    with address.observed() as seen:
        seen.wait_for_rows()
        labkit.sql(active, _CLAIM.format(server_id))
        address.eventually(address.gates, closed)
        time.sleep(3)
        assert address.gates() == closed
        labkit.sql(standby, "START REPLICA SQL_THREAD")
        assert address.settled() == (standby, active)
        seen.wait_for_rows()
    assert_whole(seen)


def test_keepalived_that_dies_leaves_no_address_behind() -> None:
    active, standby = address.settled()
    labkit.shell(active, "systemctl kill --signal=KILL keepalived")
    assert address.settled() == (active, standby)
    labkit.shell(active, "systemctl kill --signal=KILL keepalived")
    address.run("twoway.mysql.switch_over")
    assert address.settled() == (standby, active)


def test_a_bad_configuration_stops_nothing() -> None:
    look = "systemctl show --property=MainPID keepalived; cat /etc/keepalived/*.conf"
    before = labkit.shell("db1", look).stdout
    done = playbook.run(address.ROLE, address.variables({"pair_vip_router_id": 4711}))
    assert done.exit_code != 0
    assert "Keepalived | Configuration" in done.tasks[-1].name, done.output
    assert labkit.shell("db1", look).stdout == before


@pytest.fixture(scope="module")
def taking_over(pair: None) -> None:
    """From then on the standby takes the writes of a server that dies."""
    address.run(address.ROLE, {"pair_vip_takeover": True})


@pytest.mark.parametrize("turn", ["there", "and back"])
def test_the_writes_of_a_killed_server_are_taken(taking_over: None, turn: str) -> None:
    active, standby = address.settled()
    with address.observed() as seen:
        seen.wait_for_rows()
        address.kill_server(active)
        address.eventually(lambda: address.gate(standby), "open")
        assert address.settled() == (standby, active)
        address.eventually(lambda: address.commits_wait(standby), True)
        seen.wait_for_rows()
    assert_whole(seen)


def test_a_restart_in_order_moves_nothing(taking_over: None) -> None:
    active, standby = address.settled()
    with address.observed() as seen:
        seen.wait_for_rows()
        labkit.shell(active, ["systemctl", "restart", address.unit_of(active)])
        assert address.settled() == (active, standby)
        seen.wait_for_rows()
    assert_whole(seen)
    assert "open" not in seen.gates(standby)


def test_a_standby_that_does_not_apply_takes_nothing(taking_over: None) -> None:
    active, standby = address.settled()
    labkit.sql(standby, "STOP REPLICA SQL_THREAD")
    with address.observed() as seen:
        seen.wait_for_rows()
        address.kill_until_back(active)
        assert address.settled() == (active, standby)
        labkit.sql(standby, "START REPLICA SQL_THREAD")
        seen.wait_for_rows()
    assert_whole(seen)
    assert "open" not in seen.gates(standby)


def test_a_silent_host_is_followed_by_nobody(taking_over: None) -> None:
    test_a_pulled_cable_opens_no_gate()


def test_a_program_that_cannot_be_run_is_refused(taking_over: None) -> None:
    named = {"pair_vip_takeover": True, "pair_vip_fence_program": "/etc/hostname"}
    refused = playbook.run(address.ROLE, address.variables(named))
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    assert "/etc/hostname on db1 has to be one" in refused.output


@pytest.fixture(scope="module")
def fencing(taking_over: None) -> None:
    """From then on the standby has a silent host turned off."""
    power.install()


def _settled_for_long() -> tuple[str, str]:
    """Names of the active member and the standby, whose servers have not just started."""
    members = address.settled()
    time.sleep(power.AFTER_START_SECONDS)
    return members


@pytest.mark.parametrize("turn", ["there", "and back"])
def test_the_writes_of_a_silent_host_are_taken_once_it_is_off(fencing: None, turn: str) -> None:
    active, standby = _settled_for_long()
    with address.observed() as seen:
        seen.wait_for_rows()
        with power.switch(active) as asked:
            labkit.cut(active)
            address.eventually(lambda: address.gate(standby), "open")
            assert asked == [labkit.address(active)]
            seen.wait_for_rows()
        labkit.heal()
        assert address.settled() == (standby, active)
        address.eventually(lambda: address.commits_wait(standby), True)
        seen.wait_for_rows()
    assert_whole(seen)


def test_the_writes_of_a_host_that_may_not_be_off_are_not_taken(fencing: None) -> None:
    active, standby = _settled_for_long()
    with address.observed() as seen:
        seen.wait_for_rows()
        with power.switch(active, works=False) as asked:
            labkit.cut(active)
            address.eventually(lambda: asked, [labkit.address(active)])
            # Longer than it takes until commits wait for nobody, and the peer counts as away.
            time.sleep(15)
        labkit.heal()
        assert address.settled() == (active, standby)
        seen.wait_for_rows()
    assert_whole(seen)
    assert "open" not in seen.gates(standby)
    assert "power-off ended with 1" in labkit.shell(standby, "journalctl -u twoway-gate -n 50").stdout


def test_a_standby_whose_own_cable_is_out_has_nobody_turned_off(fencing: None) -> None:
    active, standby = _settled_for_long()
    with address.observed() as seen:
        seen.wait_for_rows()
        with power.switch(active) as asked:
            labkit.cut(standby)
            time.sleep(15)
            assert asked == []
        labkit.heal()
        assert address.settled() == (active, standby)
        seen.wait_for_rows()
    assert_whole(seen)
    assert "own cable, of eth0, is out" in labkit.shell(standby, "journalctl -u twoway-gate -n 50").stdout


def test_a_killed_server_on_a_live_host_is_not_turned_off(fencing: None) -> None:
    active, standby = address.settled()
    with power.switch(active) as asked:
        test_the_writes_of_a_killed_server_are_taken(None, "with a fence")
    assert asked == []
    assert address.settled() == (standby, active)


def test_is_given_up(taking_over: None) -> None:
    address.settled()
    refused = playbook.run("twoway.mysql.remove_pair", address.variables({"pair_remove": "wiki_pair"}))
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    assert "pair_vip_state=absent" in refused.output
    checked = playbook.run(address.ROLE, address.variables({"pair_vip_state": "absent"}), ["--check"])
    assert (checked.exit_code, len(checked.changes)) == (0, 6), checked.output
    assert len(address.places()) == 1
    absent, reload = {"pair_vip_state": "absent"}, "twoway.mysql.pair_vip : Absent | keepalived gives it up"
    assert playbook.run(address.ROLE, address.variables(absent), FAULT_TASK=reload).exit_code == -9
    assert reload in address.run(address.ROLE, absent).changes
    assert address.places() == []
    assert address.run(address.ROLE, {"pair_vip_state": "absent"}).changes == []
    left = "grep -rl twoway /etc/keepalived /etc/systemd/system/keepalived* /etc/tmpfiles.d; ls /etc/twoway/takeover"
    for member in address.MEMBERS:
        assert labkit.shell(member, left, check=False).stdout == ""
    address.settled_gates()
