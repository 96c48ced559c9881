"""A run in check mode on what killed runs have left: it changes nothing, and says what the next run would do."""

from __future__ import annotations

from dataclasses import dataclass

import address
import held
import labkit
import pair
import playbook
import pytest

_BOTH = labkit.DEFAULT_MEMBERS
_IMPORTING_SESSIONS = """
    SELECT COUNT(*) FROM information_schema.processlist
    WHERE user = 'root' AND (db = 'wikidb' OR info LIKE 'LOAD DATA%')
"""
_REBUILD = "twoway.mysql.rebuild_member"
_REMOVE_CHANNEL = {"mysql": "STOP REPLICA; RESET REPLICA ALL", "mariadb": "STOP SLAVE; RESET SLAVE ALL"}


@dataclass(frozen=True)
class Checked:
    """A run in check mode, with what each member was before and after it."""

    run: playbook.Finished
    before: dict[str, list[str]]
    after: dict[str, list[str]]

    def outlook(self) -> str:
        """The output with its line breaks and indents as single spaces."""
        return " ".join(self.run.output.split())

    def changed_on(self, task_name: str) -> set[str]:
        """Members on which tasks of that name would change something."""
        return {member for task in self.run.tasks if task.name == task_name for member in task.changed}


def _check() -> Checked:
    before = {member: pair.fingerprint(member) for member in _BOTH}
    run = playbook.run(arguments=["--check", "--diff"])
    return Checked(run, before, {member: pair.fingerprint(member) for member in _BOTH})


@pytest.fixture(scope="module")
def half_imported(flavor: str) -> Checked:
    """Configured servers, accounts, and tables that are not all filled, with a mark that says so; no channels."""
    held.prepare(flavor)
    with held.no_reader():
        held.kill_in_copy()
        playbook.kill_on_members()
    labkit.writer_stop("db1")
    # The server still takes back the statement whose client is gone.
    playbook.wait(lambda: labkit.sql("db2", _IMPORTING_SESSIONS) == [["0"]])
    assert held.is_reached()
    assert '"importing"' in str(labkit.sql("db2", "SELECT mark FROM twoway.seed"))
    return _check()


@pytest.fixture(scope="module")
def half_linked(half_imported: Checked, flavor: str) -> Checked:
    """What the next run leaves that is killed when db2 follows db1, and db1 not yet db2."""
    killed = playbook.run_until_task("twoway.mysql.pair : Prove | Canaries in both directions")
    assert killed.exit_code == -9, killed.output
    labkit.sql("db1", _REMOVE_CHANNEL[labkit.FLAVORS[flavor].client])
    assert [pair.channel_threads(member) for member in _BOTH] == [[], ["Yes", "Yes"]]
    return _check()


@pytest.fixture(params=["half_imported", "half_linked"])
def checked(request: pytest.FixtureRequest) -> Checked:
    """Each half-built pair in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Checked)
    return found


def test_check_mode_changes_nothing(checked: Checked) -> None:
    assert checked.run.exit_code == 0, checked.run.output
    for member in _BOTH:
        assert pair.different_lines(checked.before[member], checked.after[member]) == [], checked.run.output


def test_it_would_seed_again_and_link(half_imported: Checked) -> None:
    outlook = half_imported.outlook()
    for words in (
        "SEED_UNFINISHED on db2: an import from db1 was not finished",
        "Copy the data of db1 (wikidb)",
        "Make the account for db1 and the channel from it",
        "Make the account for db2 and the channel from it",
    ):
        assert words in outlook
    assert half_imported.changed_on("twoway.mysql.pair : Link | Channel from the peer") == {"db1", "db2"}


def test_it_would_make_the_channel_that_is_missing(half_linked: Checked) -> None:
    outlook = half_linked.outlook()
    assert "Make the account for db2 and the channel from it" in outlook
    assert "Make the account for db1" not in outlook
    assert "Copy the data" not in outlook
    assert half_linked.changed_on("twoway.mysql.pair : Link | Channel from the peer") == {"db1"}


def test_the_next_run_finishes_it(half_linked: Checked) -> None:
    done = playbook.run()
    assert done.exit_code == 0, done.output
    assert pair.judge() == pair.Verdict((), 0)


def test_a_server_that_stands_still_is_started_with_the_options_it_has(half_linked: Checked, flavor: str) -> None:
    options = "cat /etc/mysql/*.conf.d/*-twoway*.cnf"
    before = labkit.shell("db2", options).stdout
    labkit.shell("db2", f"systemctl stop {labkit.FLAVORS[flavor].unit}")
    done = playbook.run()
    assert done.exit_code == 0, done.output
    assert "SERVER_STOPPED on db2" in done.output
    assert labkit.shell("db2", options).stdout == before
    assert pair.judge() == pair.Verdict((), 0)


@pytest.mark.long
def test_of_two_writers_none_writes_before_it_is_linked(half_linked: Checked) -> None:
    writers = {"pair_writers": "both"}
    assert playbook.run(variables=writers).exit_code == 0
    assert _gates() == ["open", "open"]
    for name, variables in ((_REBUILD, {**writers, "pair_rebuild_member": "db2"}), (playbook.DEPLOY, writers)):
        killed = playbook.run(name, variables, FAULT_TASK="twoway.mysql.pair : Link | Both members are ready")
        assert killed.exit_code == -9, killed.output
        assert _gates() == ["open", "closed"]
    done = playbook.run(variables=writers)
    assert done.exit_code == 0, done.output
    assert "Seed | Copy from the donor" not in {task.name.split(" : ")[-1] for task in done.tasks if task.changed}
    assert _gates() == ["open", "open"]
    assert pair.judge().rows_lost == 0
    assert list(pair.different_tables()) == []


def _gates() -> list[str]:
    return [address.gate(member) for member in _BOTH]
