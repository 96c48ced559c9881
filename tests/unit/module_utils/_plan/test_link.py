"""Whether a member that was seeded once, and has lost its channel, goes on without a new seed."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._plan.link import goes_on, is_linked, is_untouched

ONE, TWO = "e6410339-e8be-11f1-a1e8-02420a083201", "e63c20d0-e8be-11f1-add4-02420a083206"
Facts = dict[str, Any]


def mysql(held: str, removed: str = "", channels: tuple[str, ...] = (), mode: str = "ON") -> Facts:
    return {
        "server": {"features": ["gtid_mode"]},
        "settings": {"gtid_mode": mode},
        "replication": {
            "channels": [{"name": name} for name in channels],
            "binlog": {"gtid": held, "gtid_purged": removed, "file": "binlog.000002", "position": 157},
        },
        "seed": None,
    }


def mariadb(applied: str, written: str = "", removed: str = "", channels: tuple[str, ...] = ()) -> Facts:
    facts = mysql(written, removed, channels)
    return {**facts, "server": {"features": ["gtid_domains"]}, "settings": {"gtid_slave_pos": applied}}


def seeded(facts: Facts, own: Facts | None = None, gtid: str = f"{ONE}:1-3") -> Facts:
    return {**facts, "seed": {"state": "done", "donor": "db1", "own": own, "coordinates": {"gtid": gtid}}}


def test_a_channel_with_a_name_is_not_the_pairs() -> None:
    assert is_linked(mysql("", channels=("erp", "")))
    assert not is_linked(mysql("", channels=("erp",)))
    assert not is_linked({})


@pytest.mark.parametrize(
    ("own", "held", "expected"),
    [
        ({"gtid": f"{ONE}:1-7", "gtid_applied": ""}, f"{ONE}:1-7", True),
        ({"gtid": f"{ONE}:1-7", "gtid_applied": ""}, f"{ONE}:1-8", False),
        ({"file": "binlog.000002", "position": 157}, "", True),
        ({"file": "binlog.000002", "position": 99}, "", False),
        (None, "", False),
    ],
)
def test_untouched(own: Facts | None, held: str, expected: bool) -> None:
    assert is_untouched(seeded(mysql(held), own)) is expected
    assert not is_untouched(mysql(held))


@pytest.mark.parametrize(
    ("donor", "recipient", "expected"),
    [
        (mysql(f"{ONE}:1-9", f"{ONE}:1-7"), mysql(f"{ONE}:1-8"), True),
        # What it lacks is gone from the donor's log.
        (mysql(f"{ONE}:1-9", f"{ONE}:1-9"), mysql(f"{ONE}:1-8"), False),
        # What it wrote since comes to the donor, as long as it is still in its log.
        (mysql(f"{ONE}:1-9"), mysql(f"{ONE}:1-8,{TWO}:1-3", f"{ONE}:1-5"), True),
        (mysql(f"{ONE}:1-9"), mysql(f"{ONE}:1-8,{TWO}:1-3", f"{ONE}:1-5,{TWO}:1"), False),
        # Another server than the one that it was seeded from.
        (mysql(f"{TWO}:1-9"), mysql(f"{ONE}:1-8", f"{ONE}:1-5"), False),
        (mysql("", mode="OFF"), mysql(f"{ONE}:1-8"), False),
        (mysql(f"{ONE}:1-9"), mysql(f"{ONE}:1-8", mode="ON_PERMISSIVE"), False),
        (mysql(f"{ONE}:1-9"), mysql(f"{ONE}:1-8", channels=("",)), False),
        ({}, mysql(f"{ONE}:1-8"), False),
        (mysql(f"{ONE}:1-9"), {"server": None}, False),
    ],
)
def test_mysql_goes_on(donor: Facts, recipient: Facts, expected: bool) -> None:
    touched = seeded(recipient, {"gtid": f"{ONE}:1", "gtid_applied": ""})
    assert goes_on(donor, touched, "gtid") is expected
    assert not goes_on(donor, touched, "file_position")
    assert not goes_on(donor, recipient | {"seed": None}, "gtid")


@pytest.mark.parametrize(
    ("donor", "recipient", "seeded_at", "expected"),
    [
        (mariadb("", "1-1-9", "1-1-7"), mariadb("1-1-8"), "1-1-5", True),
        (mariadb("", "1-1-9", "1-1-9"), mariadb("1-1-8"), "1-1-5", False),
        # Somebody took its position away.
        (mariadb("", "1-1-9"), mariadb(""), "1-1-5", False),
        (mariadb("", "1-1-9"), mariadb("1-1-4"), "1-1-5", False),
        (mariadb("", "1-1-9"), mariadb("1-1-8"), "", False),
        # The donor is another server now, or has lost what it had.
        (mariadb(""), mariadb("1-1-8"), "1-1-5", False),
        (mariadb("", "1-1-7"), mariadb("1-1-8"), "1-1-5", False),
        (mariadb("2-2-3", "1-1-9"), mariadb("1-1-8,2-2-3"), "1-1-5", True),
        # Without a channel the donor begins where it stands.
        (mariadb("", "1-1-9"), mariadb("1-1-8", removed="2-2-3"), "1-1-5", False),
        (mariadb("2-2-3", "1-1-9"), mariadb("1-1-8", removed="2-2-3"), "1-1-5", True),
        (mariadb("", "1-1-9", channels=("",)), mariadb("1-1-8", removed="2-2-3"), "1-1-5", True),
    ],
)
def test_mariadb_goes_on(donor: Facts, recipient: Facts, seeded_at: str, expected: bool) -> None:
    assert goes_on(donor, seeded(recipient, {"gtid": "", "gtid_applied": "1-1-1"}, seeded_at), "gtid") is expected


def test_an_untouched_seed_is_finished_by_the_seed() -> None:
    held = f"{ONE}:1-8"
    assert not goes_on(mysql(held), seeded(mysql(held), {"gtid": held, "gtid_applied": ""}), "gtid")
