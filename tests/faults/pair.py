"""What must hold of a finished pair, asked of its members directly and not through the collection."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import labkit

#: How long the standby may need to apply what the active member has committed.
CATCH_UP_SECONDS = 60

_SCHEMAS = """
    SELECT schema_name FROM information_schema.schemata
    WHERE schema_name NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema') ORDER BY 1;
"""
#: Everything that a deployment could change: files, packages, the server's process, its accounts, settings, mark of the
#: seed, and channels. A heartbeat comes without anybody's doing.
_FINGERPRINT = r"""
exec 2>&1
find /etc/mysql /var/backups /root/.ansible/tmp ! -path '*/ansible-tmp-*' \
    \( -type f -exec sha256sum {} + -o -true \) -printf '%p %M %u %g %T@\n' | grep -v '^/root/.ansible/tmp ' | sort
dpkg-query --show --showformat='${Package} ${Version} ${db:Status-Status}\n'
systemctl show --property=MainPID,UnitFileState mysql mariadb
client=$(command -v mariadb || command -v mysql)
$client -e "SHOW GLOBAL VARIABLES" | grep -v '^innodb_buffer_pool_load'
$client -N -e "SELECT table_schema, table_name, create_time FROM information_schema.tables
    WHERE table_schema NOT IN ('information_schema', 'performance_schema', 'sys') ORDER BY 1, 2"
$client -N -e "SELECT * FROM mysql.user ORDER BY 1, 2"
$client -N -e "SELECT * FROM twoway.seed"
case $client in
*mariadb) $client -E -e "SHOW MASTER STATUS; SHOW ALL SLAVES STATUS" | grep -v Slave_received_heartbeats ;;
*) $client -E -e "SHOW BINARY LOG STATUS; SHOW REPLICA STATUS" ;;
esac
"""
_TRANSACTIONS = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('gtid_executed', 'gtid_current_pos')"
_THREADS = re.compile(r"^\s*(?:Slave|Replica)_(?:IO|SQL)_Running: (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Verdict:
    """What was found wrong with a pair, and how many acknowledged rows it lacks."""

    problems: tuple[str, ...]
    rows_lost: int


def fresh_pair(flavor: str) -> None:
    """Two members with stock servers: db1 with data and a writer that goes on writing, db2 empty."""
    labkit.up(flavor, image="server", fresh=True)
    labkit.load_wikidb("db1")
    labkit.writer_start("db1")


def fingerprint(member: str) -> list[str]:
    """What the member looks like, and the content of its tables; equal lists mean that nothing was changed."""
    looks = labkit.shell(member, _FINGERPRINT, check=False).stdout.splitlines()
    return looks + [f"{name} {what}" for name, what in content(member).items()]


def different_lines(before: list[str], after: list[str]) -> list[str]:
    """The lines that only one of them has, in the manner of a diff."""
    return [f"-{line}" for line in before if line not in after] + [f"+{line}" for line in after if line not in before]


def judge() -> Verdict:
    """The verdict on the pair, whose writer is stopped for it."""
    labkit.writer_stop("db1")
    acknowledged = set(labkit.writer_acked("db1"))
    missing = _wait_for_rows(acknowledged)
    problems = [f"{member} lacks {len(rows)} acknowledged rows" for member, rows in missing.items() if rows]
    if not acknowledged:
        problems.append("the writer had no row acknowledged")
    problems += [problem for member in labkit.DEFAULT_MEMBERS for problem in _member_problems(member)]
    problems += different_tables()
    return Verdict(tuple(problems), len(set().union(*missing.values())))


def judge_in_between() -> Verdict:
    """The verdict on the pair, whose writer goes on afterwards."""
    verdict = judge()
    labkit.writer_start("db1")
    return verdict


def _wait_for_rows(acknowledged: set[str]) -> dict[str, set[str]]:
    """By member the acknowledged rows that it lacks, also after it had time to catch up."""

    def missing() -> dict[str, set[str]]:
        return {member: acknowledged - ledger(member) for member in labkit.DEFAULT_MEMBERS}

    return labkit.look_until(missing, lambda rows: not any(rows.values()), CATCH_UP_SECONDS)


def ledger(member: str) -> set[str]:
    """Ids of the rows that a member holds; none where there is no such table."""
    try:
        return {str(row[0]) for row in labkit.sql(member, "SELECT id FROM wikidb.ledger")}
    except labkit.LabError:
        return set()


def _member_problems(member: str) -> Iterator[str]:
    threads = channel_threads(member)
    if threads != ["Yes", "Yes"]:
        yield f"{member}: the threads of its channel are {threads}"
    marks = labkit.sql(member, "SELECT mark FROM twoway.seed")
    if any('"importing"' in str(mark) for mark in marks):
        yield f"{member}: the mark of its seed says importing"
    for [user] in labkit.sql(member, "SELECT user FROM mysql.user WHERE user IN ('twoway_seed', 'twoway_repair')"):
        yield f"{member}: the account {user} is left"
    gate = labkit.sql(member, "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only', 'super_read_only')")
    # Every one of them: with one alone, administrators may write.
    if {value for _name, value in gate} != {"ON" if member == "db2" else "OFF"}:
        yield f"{member}: its gate is {gate}"


def channel_threads(member: str) -> list[str]:
    """States of receiver and applier of each channel of a member."""
    question = (
        'if command -v mariadb >/dev/null; then mariadb -E -e "SHOW ALL SLAVES STATUS";'
        ' else mysql -E -e "SHOW REPLICA STATUS"; fi'
    )
    return _THREADS.findall(labkit.shell(member, question).stdout)


def different_tables() -> Iterator[str]:
    """Yield what differs between the tables of the members, once both had time to become equal."""
    first, second = labkit.look_until(
        lambda: [content(member) for member in labkit.DEFAULT_MEMBERS],
        lambda contents: contents[0] == contents[1],
        CATCH_UP_SECONDS,
    )
    if not first:
        yield "db1 has no tables"
    for name in sorted(first.keys() | second.keys()):
        if first.get(name) != second.get(name):
            yield f"{name} differs: {first.get(name)} on db1, {second.get(name)} on db2"


def different_transactions() -> Iterator[str]:
    """Yield which transactions of the members' own only one of them has, once both had time to become equal."""
    first, second = labkit.look_until(
        lambda: [_transactions(member) for member in labkit.DEFAULT_MEMBERS],
        lambda transactions: transactions[0] == transactions[1],
        CATCH_UP_SECONDS,
    )
    if first != second:
        yield f"transactions differ: only db1 says {first - second}, only db2 {second - first}"


def _transactions(member: str) -> set[str]:
    """What a member has, by server on MySQL; by domain on MariaDB, where those count that a member writes."""
    [[_name, value]] = labkit.sql(member, _TRANSACTIONS)
    domains = {str(server_id(each)) for each in labkit.DEFAULT_MEMBERS}
    places = {place.strip() for place in str(value).split(",")}
    return {place for place in places if ":" in place or place.partition("-")[0] in domains}


def server_id(member: str) -> int:
    return int(str(labkit.sql(member, "SELECT @@GLOBAL.server_id")[0][0]))


def content(member: str) -> labkit.Content:
    """Number of rows and a digest of them, by table, of everything that a member shares with others."""
    schemas = [str(row[0]) for row in labkit.sql(member, _SCHEMAS)]
    return {name: what for name, what in labkit.content(member, schemas).items() if name != "twoway.seed"}
