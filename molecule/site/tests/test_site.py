"""Each pair is a pair of its own, and what the site's roles did before and after is there."""

from __future__ import annotations

import pytest
from members import Member

_PAIRS = {"wiki_pair": (Member("db1"), Member("db2")), "blog_pair": (Member("db3"), Member("db4"))}


@pytest.fixture(params=_PAIRS)
def members(request):
    """The members of each pair in turn: the active one, and the standby."""
    return _PAIRS[request.param]


def test_members_follow_each_other_and_nobody_else(members):
    active, standby = members
    assert active.channels() == {standby.address: (True, True)}
    assert standby.channels() == {active.address: (True, True)}


def test_all_server_ids_differ():
    ids = {member.value("SELECT @@global.server_id") for pair in _PAIRS.values() for member in pair}
    assert len(ids) == 4


def test_role_before_ran_on_every_member(members):
    for member in members:
        assert member.host.file("/etc/site/name").content_string == f"{member.name}\n"


def test_role_after_wrote_into_the_finished_pair(members):
    active, standby = members
    standby.waits_for("SELECT value FROM application.setting WHERE name = 'home'", active.name)
    assert active.content("application") == standby.content("application")


def test_rows_of_one_pair_do_not_reach_the_other(members):
    active, standby = members
    active.sql(f"INSERT INTO application.setting VALUES ('only', '{active.name}')")
    standby.waits_for("SELECT value FROM application.setting WHERE name = 'only'", active.name)
    for pair in _PAIRS.values():
        for member in pair:
            values = [row[0] for row in member.sql("SELECT DISTINCT value FROM application.setting")]
            assert values == [pair[0].name]


def test_standby_of_each_pair_is_read_only(members):
    assert [member.value("SELECT @@global.read_only") for member in members] == ["0", "1"]
