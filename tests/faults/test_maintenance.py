"""What is done to a pair that is well, with a writer that goes on writing: a killed run is run again."""

from __future__ import annotations

import address
import labkit
import load
import pair
import playbook
import pytest

VERIFY = "twoway.mysql.verify_pair"
ROTATE = "twoway.mysql.rotate_password"
RESTART = "twoway.mysql.restart_pair"
REMOVE = "twoway.mysql.remove_pair"
SWITCH_OVER = "twoway.mysql.switch_over"
_BOTH = labkit.DEFAULT_MEMBERS
_REMOVE = "twoway.mysql.pair : Remove | "
_PEER = {"db1": "db2", "db2": "db1"}
_ROTATION = "twoway.mysql.pair : Rotate | "
#: How an applier is stopped, the channel started again, and removed.
_CHANNEL = {
    "mysql": ("STOP REPLICA SQL_THREAD", "START REPLICA", "STOP REPLICA; RESET REPLICA ALL"),
    "mariadb": ("STOP SLAVE SQL_THREAD", "START SLAVE", "STOP SLAVE; RESET SLAVE ALL"),
}
_REMOVAL = {"pair_remove": "wiki_pair", "pair_wait_seconds": 5}
#: A variable that no server changes while it runs.
_SETTING = "table_open_cache_instances"
#: The passwords that the pair is given in turn.
_BEFORE, _AFTER = "before-1", "after-1"
_FAILOVER_CLAIM = """
    INSERT INTO twoway.active
    SELECT MAX(term) + 1, @@GLOBAL.server_id, 'failover', '' FROM (SELECT term FROM twoway.active) AS claims
"""
_DUMPS = "SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'"


def _lets_in(client: str, password: str) -> list[bool]:
    """Whether each member lets its peer in with a password."""
    tls = "--ssl-mode=REQUIRED" if client == "mysql" else "--ssl --skip-ssl-verify-server-cert"
    command = "MYSQL_PWD='{}' {} {} --host={} --user=replication -e 'SELECT 1'"
    answers = [
        labkit.shell(_PEER[member], command.format(password, client, tls, labkit.address(member)), check=False)
        for member in _BOTH
    ]
    assert all(answer.returncode == 0 or "1045" in answer.stderr for answer in answers), answers
    return [answer.returncode == 0 for answer in answers]


def _receivers_connect_anew() -> bool:
    """Whether the receiver of each member is let in again after its connection has broken."""
    before = {member: {row[0] for row in labkit.sql(member, _DUMPS)} for member in _BOTH}
    for member, ids in before.items():
        labkit.sql(member, "".join(f"KILL {number};" for number in ids))

    def is_back(member: str) -> bool:
        now = {row[0] for row in labkit.sql(member, _DUMPS)}
        return bool(now) and now.isdisjoint(before[member])

    playbook.wait(lambda: all(map(is_back, _BOTH)))
    return all(before.values()) and all(pair.channel_threads(member) == ["Yes", "Yes"] for member in _BOTH)


@pytest.mark.long
def test_a_rotation_in_check_mode_changes_nothing(client: str) -> None:
    checked = playbook.run(ROTATE, {"pair_replication_password": "checked-1"}, ["--check", "--diff"])
    assert checked.exit_code == 0, checked.output
    assert checked.changes == [
        _ROTATION + "The peer is let in with the new password as well",
        _ROTATION + "The channel from the peer connects with it",
    ]
    assert _lets_in(client, "checked-1") == [False, False]


@pytest.mark.long
def test_a_killed_rotation_refuses_no_receiver(client: str) -> None:
    begun = playbook.run(ROTATE, {"pair_replication_password": _BEFORE})
    assert begun.exit_code == 0, begun.output
    task = _ROTATION + "The peer is let in with the new password alone"
    killed = playbook.run(ROTATE, {"pair_replication_password": _AFTER}, FAULT_TASK=task)
    assert killed.exit_code == -9, killed.output
    assert [_lets_in(client, password) for password in (_BEFORE, _AFTER)] == [[True, True]] * 2
    assert _receivers_connect_anew()
    third = playbook.run(ROTATE, {"pair_replication_password": "third-1"})
    assert third.exit_code != 0
    assert "finish it first" in " ".join(third.output.split())
    seen = playbook.run(VERIFY)
    assert all(f"REPLICATION_ACCOUNT_TWO_PASSWORDS on {member}" in seen.output for member in _BOTH), seen.output


@pytest.mark.long
def test_a_rotation_leaves_no_account_with_the_former_password(client: str) -> None:
    rename = "SET sql_log_bin = 0; RENAME USER replication@'{}' TO replication@'{}'"
    # As a finished rotation has it, whatever was begun before.
    begun = playbook.run(ROTATE, {"pair_replication_password": _BEFORE})
    assert begun.exit_code == 0, begun.output
    address = labkit.address("db2")
    labkit.sql("db1", rename.format(address, "%"))
    missing = playbook.run(ROTATE, {"pair_replication_password": _AFTER})
    assert "has no account 'replication'@" in " ".join(missing.output.split())
    labkit.sql("db1", rename.format("%", address))
    for host in ("%", labkit.address("db1")):
        create = f"CREATE USER replication@'{host}' IDENTIFIED BY '{_BEFORE}'"
        grant = f"GRANT REPLICATION SLAVE ON *.* TO replication@'{host}'"
        labkit.sql("db1", f"SET sql_log_bin = 0; {create}; {grant}")
    another = playbook.run(ROTATE, {"pair_replication_password": _AFTER})
    assert "'replication'@'%' on db1 would let in" in " ".join(another.output.split())
    assert [run.exit_code != 0 and run.changes for run in (missing, another)] == [[], []], another.output
    assert _lets_in(client, _AFTER) == [False, False]
    labkit.sql("db1", "SET sql_log_bin = 0; DROP USER replication@'%'")
    done = playbook.run(ROTATE, {"pair_replication_password": _AFTER})
    assert done.exit_code == 0, done.output
    assert labkit.sql("db1", "SELECT host FROM mysql.user WHERE user = 'replication'") == [[address]]


@pytest.mark.long
def test_a_rotation_ends_with_one_password(client: str) -> None:
    for password, other in ((_BEFORE, _AFTER), (_AFTER, _BEFORE)):
        done = playbook.run(ROTATE, {"pair_replication_password": password})
        assert done.exit_code == 0, done.output
        assert (_lets_in(client, password), _lets_in(client, other)) == ([True, True], [False, False])
        assert _receivers_connect_anew()
    again = playbook.run(ROTATE, {"pair_replication_password": _AFTER})
    assert (again.exit_code, again.changes) == (0, []), again.output
    assert pair.judge_in_between() == pair.Verdict((), 0)


#: Who reads the password of a MariaDB's channel finds none; the server goes on with the file that it has open.
_HIDE = ": > /run/hidden && mount --bind /run/hidden /var/lib/mysql/master.info"
_SHOW = "umount /var/lib/mysql/master.info"


@pytest.mark.long
def test_a_rotation_reaches_a_channel_whose_password_nobody_reads(client: str) -> None:
    if client == "mysql":
        pytest.skip("the server itself tells it")
    wish = {"pair_replication_password": "unread-1"}
    for member in _BOTH:
        labkit.shell(member, _HIDE)
    done, hidden = playbook.run(ROTATE, wish), playbook.run(variables=wish)
    for member in _BOTH:
        labkit.shell(member, _SHOW)
    assert done.exit_code == 0, done.output
    assert (_lets_in(client, "unread-1"), _lets_in(client, _AFTER)) == ([True, True], [False, False])
    assert _receivers_connect_anew()
    shown = playbook.run(variables=wish)
    for deployed in (hidden, shown):
        assert (deployed.exit_code, deployed.changes) == (0, []), deployed.output
    assert pair.judge_in_between() == pair.Verdict((), 0)


def _started() -> list[str]:
    """Since when the server of each member runs."""
    ask = "systemctl show --value --property=ActiveEnterTimestampMonotonic mysql mariadb"
    return [labkit.shell(member, ask).stdout for member in _BOTH]


@pytest.mark.long
def test_a_rolling_restart_brings_a_setting_and_keeps_every_row(client: str) -> None:
    before = _started()
    done = playbook.run(RESTART, {"mysql_server_options": {_SETTING: 3}})
    assert done.exit_code == 0, done.output
    assert [old == new for old, new in zip(before, _started(), strict=True)] == [False, False]
    assert [labkit.sql(member, f"SELECT @@GLOBAL.{_SETTING}") for member in _BOTH] == [[["3"]]] * 2
    assert pair.judge_in_between() == pair.Verdict((), 0)


def _ignored(client: str) -> list[bool]:
    """Whether each member leaves the schema ``scratch`` out of what it applies."""
    asked = (
        "SELECT FILTER_RULE FROM performance_schema.replication_applier_global_filters"
        if client == "mysql"
        else "SELECT @@GLOBAL.replicate_ignore_db"
    )
    return [["scratch"] in labkit.sql(member, asked) for member in _BOTH]


@pytest.mark.long
def test_a_rolling_restart_brings_a_filter_and_takes_it_away(client: str) -> None:
    wish = {"mysql_server_replicate_ignore_db": ["scratch"]}
    task = "twoway.mysql.pair : Restart one | It came back"
    killed = playbook.run(RESTART, wish, FAULT_TASK=task)
    assert (killed.exit_code, _ignored(client)) == (-9, [False, True]), killed.output
    for wished, is_ignored in ((wish, True), ({}, False)):
        done = playbook.run(RESTART, wished)
        assert done.exit_code == 0, done.output
        assert _ignored(client) == [is_ignored] * 2
    assert pair.judge_in_between() == pair.Verdict((), 0)


@pytest.mark.long
def test_a_rolling_restart_that_was_killed_is_run_again(client: str) -> None:
    task = "twoway.mysql.pair : Rolling restart | The member that took the writes takes them again"
    killed = playbook.run(RESTART, FAULT_TASK=task)
    assert killed.exit_code == -9, killed.output
    before = _started()
    # The writes were moved to db2. Nobody takes them while it restarts.
    done = playbook.run(RESTART, {"pair_restart_moves_writes": False})
    assert done.exit_code == 0, done.output
    assert [old == new for old, new in zip(before, _started(), strict=True)] == [False, False]
    back = playbook.run(SWITCH_OVER, {"pair_switch_to": "db1"})
    assert (back.exit_code, len(back.changes)) == (0, 1), back.output
    assert pair.judge_in_between() == pair.Verdict((), 0)


#: Another build of the server's packages, of what is installed; the one called like the server takes any of the others.
_ANOTHER_BUILD = r"""
set -e
cd "$(mktemp -d)"
for package in {client}-server-core {client}-server; do
    mkdir -p build/DEBIAN
    dpkg-query --listfiles $package | tail -n +2 | while read -r path; do
        if [ -d "$path" ] && [ ! -L "$path" ]; then
            mkdir -p "build$path"
        elif [ -e "$path" ]; then
            cp -a --parents "$path" build
        fi
    done
    for part in conffiles config postinst postrm preinst prerm templates; do
        [ ! -e /var/lib/dpkg/info/$package.$part ] || cp -p /var/lib/dpkg/info/$package.$part build/DEBIAN/$part
    done
    dpkg-query --status $package | awk '/^[^ ]/ {{ skip = /^(Status|Conffiles):/ }} !skip' \
        | sed -E 's/^Version: .*/Version: {version}/; s/({client}-server-core) \([^)]*\)/\1/' > build/DEBIAN/control
    dpkg-deb --build -Znone build $package.deb >/dev/null
    rm -r build
    dpkg-deb --field $package.deb >> Packages
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' $package.deb "$(stat --format=%s $package.deb)" \
        "$(sha256sum < $package.deb | cut -d' ' -f1)" >> Packages
done
chmod -R a+rX .
echo "deb [trusted=yes] file:$PWD ./" > /etc/apt/sources.list.d/another-build.list
"""
_VERSIONS = "dpkg-query --show --showformat='${{Version}} ' {client}-server-core {client}-server"


@pytest.mark.long
def test_an_upgrade_reaches_the_server_behind_the_package_that_stands_for_it(client: str) -> None:
    ask = _VERSIONS.format(client=client)
    version = labkit.shell("db1", ask).stdout.split()[0] + "+another"
    for member in _BOTH:
        labkit.shell(member, _ANOTHER_BUILD.format(client=client, version=version))
    before = _started()
    done = playbook.run(RESTART, {"pair_restart_upgrades": True})
    assert done.exit_code == 0, done.output
    assert [labkit.shell(member, ask).stdout.split() for member in _BOTH] == [[version] * 2] * 2
    assert [old == new for old, new in zip(before, _started(), strict=True)] == [False, False]
    assert pair.judge_in_between() == pair.Verdict((), 0)


@pytest.mark.long
def test_an_upgrade_that_leaves_the_program_as_it_was_is_an_error(client: str) -> None:
    """The packages are called newer, and hold the same program."""
    labkit.shell("db2", _ANOTHER_BUILD.format(client=client, version="9:99.1.2-1"))
    before = _started()
    failed = playbook.run(RESTART, {"pair_restart_upgrades": True})
    assert failed.exit_code != 0, failed.output
    assert "is 99.1.2, and the server answers" in " ".join(failed.output.split())
    assert _started()[0] == before[0]
    assert pair.judge_in_between() == pair.Verdict((), 0)
    again = playbook.run(RESTART)
    assert again.exit_code == 0, again.output


@pytest.mark.long
def test_a_rolling_restart_takes_no_writes_that_were_given_away_meanwhile(client: str) -> None:
    def give_away() -> None:
        # It is restarted last.
        playbook.wait(lambda: labkit.shell("db1", [client, "-e", "DO 1"], check=False).returncode != 0)
        lift = "SET GLOBAL super_read_only = 0;" if client == "mysql" else ""
        labkit.sql("db2", lift + _FAILOVER_CLAIM)

    task = "twoway.mysql.pair : Restart one | Everything has arrived on both members"
    run = playbook.run_struck(task, give_away, RESTART, {"pair_restart_moves_writes": False})
    assert run.exit_code != 0
    assert any("were given to server" in error and "meanwhile" in error for error in run.errors), run.output
    address.eventually(load.open_members, ["db2"])
    back = playbook.run(SWITCH_OVER, {"pair_switch_to": "db1"})
    assert back.exit_code == 0, back.output
    assert pair.judge_in_between() == pair.Verdict((), 0)


@pytest.mark.long
def test_nothing_is_removed_while_something_is_not_applied(client: str) -> None:
    stop, start, _remove = _CHANNEL[client]
    unnamed = playbook.run(REMOVE)
    assert "say -e pair_remove=wiki_pair" in " ".join(unnamed.output.split())
    labkit.sql("db2", stop)
    try:
        refused = playbook.run(REMOVE, _REMOVAL)
        assert [run.exit_code != 0 and run.changes for run in (unnamed, refused)] == [[], []], refused.output
        assert [pair.channel_threads(member) for member in _BOTH] == [["Yes", "Yes"], ["Yes", "No"]]
    finally:
        labkit.sql("db2", start)
    checked = playbook.run(REMOVE, _REMOVAL, ["--check", "--diff"])
    assert (checked.exit_code, len(checked.changes)) == (0, 7), (checked.changes, checked.output)
    assert pair.judge_in_between() == pair.Verdict((), 0)


@pytest.mark.long
def test_a_killed_removal_ends_in_two_servers_with_all_rows(client: str) -> None:
    stop, start, remove = _CHANNEL[client]
    acknowledged = set(labkit.writer_acked("db1"))
    killed = playbook.run(REMOVE, _REMOVAL, FAULT_TASK=_REMOVE + "The channel, when it has applied what it received")
    assert killed.exit_code == -9, killed.output
    # As if it had come as far as that on one member.
    labkit.sql("db1", remove)
    labkit.sql("db2", stop)
    refused = playbook.run(REMOVE, _REMOVAL)
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    labkit.sql("db2", start)
    killed = playbook.run(REMOVE, _REMOVAL, FAULT_TASK=_REMOVE + "No member follows the other")
    assert (killed.exit_code, killed.changes) == (-9, [_REMOVE + "The channel, when it has applied what it received"])
    done = playbook.run(REMOVE, _REMOVAL)
    assert done.exit_code == 0, done.output
    assert [acknowledged - pair.ledger(member) for member in _BOTH] == [set(), set()]
    again = playbook.run(REMOVE, _REMOVAL)
    assert (again.exit_code, again.changes) == (0, []), again.output


_LEFT = """
    SELECT user FROM mysql.user WHERE user LIKE 'twoway%' OR user = 'replication';
    SHOW DATABASES LIKE 'twoway';
    SELECT @@GLOBAL.read_only + 0, @@GLOBAL.auto_increment_increment;
    SHOW GLOBAL VARIABLES WHERE Variable_name LIKE 'rpl_semi_sync%_enabled' AND Value = 'ON';
"""
#: Whatever is called after the collection; what was saved and recorded, and the option file, stay.
_FILES = (
    r"find /etc /usr/local \( -name '*twoway*' -o -path '*/twoway/*' \) ! -name twoway-writer.py ! -name '*.cnf.*~'"
)
_OPTION_FILES = {"mysql": "/etc/mysql/mysql.conf.d/zz-twoway.cnf", "mariadb": "/etc/mysql/mariadb.conf.d/99-twoway.cnf"}


@pytest.mark.long
def test_nothing_of_the_pair_is_left(client: str) -> None:
    unit = "mariadb" if client == "mariadb" else "mysql"
    assert [labkit.sql(member, _LEFT) for member in _BOTH] == [[["0", "1"]]] * 2
    for member in _BOTH:
        labkit.shell(member, ["systemctl", "restart", unit])
        assert labkit.sql(member, _LEFT) == [["0", "1"]]
        assert pair.channel_threads(member) == []
        found = labkit.shell(member, _FILES).stdout.splitlines()
        kept = [_OPTION_FILES[client], _OPTION_FILES[client] + ".proven"]
        assert sorted(path for path in found if "twoway-tls" not in path) == kept


@pytest.mark.long
def test_the_option_file_is_removed_where_that_is_wished(client: str) -> None:
    wish = {**_REMOVAL, "pair_remove_option_file": ["db2"]}
    done = playbook.run(REMOVE, wish)
    assert (done.exit_code, done.changes) == (0, ["twoway.mysql.pair : Alone | No option file, where that is wished"])
    assert [bool(labkit.shell(member, _FILES).stdout) for member in _BOTH] == [True, False]
    labkit.shell("db2", ["systemctl", "restart", "mariadb" if client == "mariadb" else "mysql"])
    again = playbook.run(REMOVE, wish)
    assert (again.exit_code, again.changes) == (0, []), again.output


@pytest.mark.long
def test_two_servers_become_a_pair_again(client: str) -> None:
    labkit.sql("db2", "INSERT INTO wikidb.category (id, name) VALUES (909, 'alone')")
    refused = playbook.run()
    assert refused.exit_code != 0
    assert "DATA_ON_RECIPIENT" in refused.output
    done = playbook.run(variables={"pair_seed_overwrite": ["db2"]})
    assert done.exit_code == 0, done.output
    assert "alone" in labkit.shell("db2", "cat /var/backups/twoway/before-seed-*.sql").stdout
    assert labkit.sql("db2", "SELECT id FROM wikidb.category WHERE id = 909") == []
    assert pair.judge_in_between() == pair.Verdict((), 0)
