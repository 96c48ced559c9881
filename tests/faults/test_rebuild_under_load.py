"""The donor is lost while a member gets its data anew, under load: the rebuild is run again, and no row is missing."""

from __future__ import annotations

import os

import labkit
import load
import playbook
import pytest

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.environ.get("FLAVOR") != "mysql", reason="who takes the writes is no matter of the flavor"),
]

REBUILD = "twoway.mysql.rebuild_member"
_COPY = "twoway.mysql.pair : Seed | Copy from the donor"
_MORE_ROWS = 20


@pytest.fixture(scope="module", autouse=True)
def members(flavor: str) -> None:
    """A pair with data, in which db1 takes the writes."""
    labkit.up(flavor, image="server", fresh=True)
    labkit.load_wikidb("db1")
    done = playbook.run()
    assert done.exit_code == 0, done.output


def test_a_donor_that_is_lost_in_the_middle_of_a_rebuild() -> None:
    with load.under_load() as watch:
        playbook.wait(load.is_whole)
        assert load.open_members() == ["db1"]
        with playbook.started(REBUILD, {"pair_rebuild_member": "db2"}) as (process, record, _output):
            playbook.wait(lambda: any(task.name == _COPY for task in playbook.read_tasks(record)))
            labkit.kill("db1")
            process.wait(playbook.MOST_SECONDS)
        labkit.heal()
        playbook.kill_on_members()
        # The donor saw no peer when it started, and is closed: the run opens its gate.
        again = playbook.run(REBUILD, {"pair_rebuild_member": "db2"})
        assert again.exit_code == 0, again.output
        assert load.open_members() == ["db1"]
        before = len(load.acknowledged())
        load.start_writers()
        playbook.wait(lambda: len(load.acknowledged()) >= before + _MORE_ROWS)
        assert len(load.acknowledged()) >= before + _MORE_ROWS
    assert load.problems(watch) == []
