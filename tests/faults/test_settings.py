"""Settings that come to a pair in use, or were there before: they are in force when the run is over, and stay."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import labkit
import pair
import playbook
import pytest

pytestmark = pytest.mark.long

_BOTH = ("db1", "db2")
_TLS = {name: f"/etc/mysql/site-tls/{name}.pem" for name in ("ca", "cert", "key")}
#: A certificate authority on the controller's side of the lab, and a certificate of it for each address.
_AUTHORITY = """
    set -e; mkdir -p {folder}; cd {folder}
    openssl req -x509 -days 30 -newkey rsa:2048 -noenc -subj '/CN=The site' -keyout ca-key.pem -out ca.pem
"""
_CERTIFICATE = """
    set -e; cd {folder}
    openssl req -x509 -days {days} -CA ca.pem -CAkey ca-key.pem -newkey rsa:2048 -noenc -subj /CN=member \
        -addext subjectAltName=IP:{address} -keyout key.pem -out cert.pem
    chown -R mysql {folder}
"""
_LOG_FOLDER = "/var/log/mysql"


def folder_of_options(flavor: str) -> str:
    return f"/etc/mysql/{labkit.FLAVORS[flavor].client}.conf.d"


def value(member: str, variable: str) -> str | None:
    return labkit.sql(member, f"SELECT @@GLOBAL.{variable}")[0][0]


def filters(member: str, client: str) -> list[str]:
    """What the member's binary log and its replica let through, where that is not everything."""
    status, applied = {
        "mysql": (
            "SHOW BINARY LOG STATUS",
            "SELECT FILTER_RULE FROM performance_schema.replication_applier_global_filters",
        ),
        "mariadb": ("SHOW MASTER STATUS", "SELECT @@GLOBAL.replicate_do_db"),
    }[client]
    rules = [labkit.sql(member, status)[0][2], *(row[0] for row in labkit.sql(member, applied))]
    return [rule for rule in rules if rule]


def changes_nothing(variables: Mapping[str, object] | None = None) -> None:
    again = playbook.run(variables=variables)
    assert (again.exit_code, again.changes) == (0, []), again.output
    assert [pair.channel_threads(member) for member in _BOTH] == [["Yes", "Yes"]] * 2


@pytest.fixture(scope="module")
def client(flavor: str) -> Iterator[str]:
    """A pair made of servers in use: db1 logs statements, and where its administrator wanted it."""
    labkit.up(flavor, image="server", fresh=True)
    client = labkit.FLAVORS[flavor].client
    before = f"log_bin = {_LOG_FOLDER}/mysql-bin.log\\nbinlog_format = MIXED"
    labkit.shell(
        "db1",
        f"install -d -o mysql {_LOG_FOLDER}; printf '[mysqld]\\n{before}\\n' > {folder_of_options(flavor)}/80-site.cnf;"
        f" systemctl restart {labkit.FLAVORS[flavor].unit}",
    )
    labkit.load_wikidb("db1")
    done = playbook.run()
    assert done.exit_code == 0, done.output
    yield client


def test_what_was_there_before(client: str) -> None:
    assert value("db1", "log_bin_basename") == f"{_LOG_FOLDER}/mysql-bin"
    assert [value(member, "binlog_format") for member in _BOTH] == ["ROW", "ROW"]
    changes_nothing()


@pytest.mark.parametrize(
    ("wished", "members"), [(f"{_LOG_FOLDER}/mysql-bin.log", ["db2"]), ("site-bin", ["db1", "db2"])]
)
def test_no_binary_log_moves_that_the_peer_reads(client: str, wished: str, members: list[str]) -> None:
    refused = playbook.run(variables={"mysql_server_log_bin": wished})
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    said = "\n".join(refused.errors)
    assert [member for member in _BOTH if f"BINLOG_WOULD_MOVE on {member}" in said] == members
    changes_nothing()


def test_no_further_option_moves_it_either(client: str) -> None:
    refused = playbook.run(variables={"mysql_server_options": {"log-bin": "site-bin"}})
    assert (refused.exit_code != 0, refused.changes) == (True, []), refused.output
    assert "log_bin is the variable mysql_server_log_bin" in refused.output


def test_certificates_of_a_pair_that_replicates(client: str) -> None:
    folder = os.path.dirname(_TLS["ca"])
    labkit.shell("db1", _AUTHORITY.format(folder=folder))
    authority = {name: labkit.shell("db1", f"cat {folder}/{name}").stdout for name in ("ca.pem", "ca-key.pem")}
    for member in _BOTH:
        labkit.shell(member, f"mkdir -p {folder}")
        for name, text in authority.items():
            labkit.shell(member, f"cat > {folder}/{name}", stdin=text)
        labkit.shell(member, _CERTIFICATE.format(folder=folder, address=labkit.address(member), days=20))
    done = playbook.run(variables={"pair_tls": _TLS})
    assert done.exit_code == 0, done.output
    changes_nothing({"pair_tls": _TLS})
    if client == "mysql":
        labkit.shell("db2", _CERTIFICATE.format(folder=folder, address=labkit.address("db2"), days=25))
        renewed = playbook.run(variables={"pair_tls": _TLS})
        assert renewed.exit_code == 0, renewed.output
        assert len(renewed.changes) == 1, renewed.output
        changes_nothing({"pair_tls": _TLS})


def test_filters_come_and_go(client: str) -> None:
    wished = {"pair_tls": _TLS, "mysql_server_binlog_do_db": ["wikidb"], "mysql_server_replicate_do_db": ["wikidb"]}
    done = playbook.run(variables=wished)
    assert done.exit_code == 0, done.output
    assert [sorted(rule.split(",")) for member in _BOTH for rule in filters(member, client)] == [
        ["twoway", "wikidb"]
    ] * 4
    changes_nothing(wished)
    without = playbook.run(variables={"pair_tls": _TLS})
    assert without.exit_code == 0, without.output
    assert [filters(member, client) for member in _BOTH] == [[], []]


def test_another_file_that_has_the_last_word(client: str, flavor: str) -> None:
    path = f"{folder_of_options(flavor)}/zzz-site.cnf"
    labkit.shell("db2", f"printf '[mysqld]\\nsync_binlog = 7\\n' > {path}")
    done = playbook.run(variables={"pair_tls": _TLS, "mysql_server_options": {"back_log": 99}})
    assert done.exit_code != 0, done.output
    assert any(path in message and "sync_binlog" in message for message in done.errors), done.output
    told = playbook.run(variables={"pair_tls": _TLS, "mysql_server_options": {"back_log": 99}})
    assert told.exit_code == 0, told.output
    assert "OPTION_OVERRIDDEN on db2" in told.output
    labkit.shell("db2", f"rm {path}")
    changes_nothing({"pair_tls": _TLS, "mysql_server_options": {"back_log": 99}})
