"""A run without permission: what it says, and that nothing was changed."""

from __future__ import annotations

import re

import pytest


def _look_at(member):
    """What a run could have changed."""
    return {
        "data": {schema: member.content(schema) for schema in member.schemas()},
        "accounts": member.accounts(),
        "channels": member.channels(),
        "server_id": member.value("SELECT @@global.server_id"),
        "process": member.host.check_output("systemctl show --property=MainPID %s", member.service),
    }


@pytest.fixture(scope="module")
def before(pair):
    return {member.name: _look_at(member) for member in pair}


@pytest.fixture(scope="module")
def refused(before, deploy):
    """The run, with the scenario's permission taken away."""
    return deploy('--extra-vars={"pair_seed_overwrite": []}')


def test_run_fails_before_it_changes_anything(refused):
    assert refused.exit_code != 0
    assert refused.changed == {"db1": 0, "db2": 0}
    assert "Nothing was changed" in refused.message


def test_message_shows_both_sides_and_the_way_out(refused):
    finding = refused.message.partition("DATA_ON_RECIPIENT on db2")[2]
    assert finding
    recipient, _words, donor = finding.partition("the donor db1 holds")
    for side, own in ((recipient, "diary"), (donor, "shop")):
        for schema in (own, "common"):
            size = re.search(rf"\b{schema} \(1 tables, ([0-9.]+) [KM]iB\)", side)
            assert size and float(size.group(1)) > 0
    assert "pair_seed_overwrite: [db2]" in donor


def test_members_are_as_they_were(refused, before, member):
    assert _look_at(member) == before[member.name]
    assert not member.host.file(member.option_file).exists
    assert "twoway" not in {row[0] for row in member.sql("SHOW DATABASES")}
