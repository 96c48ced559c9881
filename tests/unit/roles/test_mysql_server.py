"""When a server goes back to the option file that it worked with, and which logs and certificates it is told to use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.filter.core import FilterModule
from jinja2 import Environment

TOP = Path(__file__).resolve().parents[3]
VARS = yaml.safe_load((TOP / "roles/mysql_server/vars/main.yml").read_text("utf-8"))

NONE: dict[str, Any] = {"exists": False}


def there(checksum: str) -> dict[str, Any]:
    return {"exists": True, "checksum": checksum}


def rendered(name: str, **values: Any) -> str:
    return Environment().from_string(VARS[name]).render(**values).strip()


@pytest.mark.parametrize(
    ("before", "now", "goes_back"),
    [
        (NONE, there("new"), False),
        (there("old"), there("old"), False),
        (there("old"), there("new"), True),
        (there("old"), NONE, True),
    ],
)
def test_it_goes_back_to_what_is_known_and_different(
    before: dict[str, Any], now: dict[str, Any], goes_back: bool
) -> None:
    looks = {"__mysql_server_options_before": {"stat": before}, "__mysql_server_options_now": {"stat": now}}
    assert rendered("_mysql_server_goes_back", **looks) == str(goes_back)


@pytest.mark.parametrize("flavor", ["mysql", "mariadb"])
def test_no_server_reads_the_copy(flavor: str) -> None:
    """Of a folder it reads the files whose name ends in ``.cnf``."""
    file = VARS["_mysql_server_option_files"][flavor]
    copy = rendered("_mysql_server_proven_file", _mysql_server_option_file=file)
    assert (file.endswith(".cnf"), copy.endswith(".cnf")) == (True, False)
    assert Path(copy).parent == Path(file).parent


@pytest.mark.parametrize(
    ("flavor", "wished", "place", "own_options", "log_bin"),
    [
        ("mariadb", "/var/log/mysql/wiki.log", "/var/lib/mysql/mysql-bin", ["log_bin"], "/var/log/mysql/wiki.log"),
        ("mariadb", "", "", [], "mysql-bin"),
        ("mariadb", "", "/var/lib/mysql/mysql-bin", ["log_bin"], "mysql-bin"),
        # Another file says where it is.
        ("mariadb", "", "/var/log/mysql/mysql-bin", [], ""),
        ("mariadb", "", "/var/lib/mysql/site-bin", [], ""),
        # The inventory said where it is.
        ("mariadb", "", "/var/log/mysql/mysql-bin", ["log_bin"], "/var/log/mysql/mysql-bin.log"),
        ("mysql", "", "/var/log/mysql/db1.wiki", ["log_bin"], "/var/log/mysql/db1.wiki.log"),
        ("mysql", "", "/var/lib/mysql/binlog", ["server_id"], ""),
        ("mysql", "", "", [], ""),
    ],
)
def test_a_binary_log_stays_where_it_is(
    flavor: str, wished: str, place: str, own_options: list[str], log_bin: str
) -> None:
    settings = {"log_bin_basename": place, "datadir": "/var/lib/mysql/"}
    values: dict[str, Any] = {
        "__mysql_server_facts": {"settings": settings, "host": {"option_file": {"options": own_options}}},
        "_mysql_server_flavor": flavor,
        "mysql_server_log_bin": wished,
    }
    for name in ("_mysql_server_log_bin_place", "_mysql_server_log_bin_by_default"):
        values[name] = rendered(name, **values)
    assert rendered("_mysql_server_log_bin", **values) == log_bin


@pytest.mark.parametrize(
    ("wished", "settings", "basename"),
    [
        ("/var/log/mysql/wiki.log", {"datadir": "/var/lib/mysql/"}, "/var/log/mysql/wiki"),
        ("/var/log//mysql/wiki", {"datadir": "/var/lib/mysql/"}, "/var/log/mysql/wiki"),
        ("wiki.log", {"datadir": "/var/lib/mysql/"}, "/var/lib/mysql/wiki"),
        ("./wiki", {"datadir": "/var/lib/mysql/"}, "/var/lib/mysql/wiki"),
        ("", {"datadir": "/var/lib/mysql/"}, ""),
        ("wiki", None, ""),
    ],
)
def test_where_a_wished_binary_log_would_be(wished: str, settings: dict[str, str] | None, basename: str) -> None:
    environment = Environment()
    environment.filters.update(FilterModule().filters())
    values = {"mysql_server_log_bin": wished, "__mysql_server_facts": {"settings": settings}}
    assert environment.from_string(VARS["_mysql_server_log_bin_basename"]).render(values).strip() == basename


def test_a_host_without_a_server_gets_a_binary_log() -> None:
    values: dict[str, Any] = {"__mysql_server_facts": {"settings": None, "host": {"option_file": None}}}
    for name in ("_mysql_server_log_bin_place", "_mysql_server_log_bin_by_default"):
        values[name] = rendered(name, **values)
    told = rendered("_mysql_server_log_bin", **values, _mysql_server_flavor="mariadb", mysql_server_log_bin="")
    assert told == "mysql-bin"


def test_openssl_of_every_supported_system_makes_a_certificate() -> None:
    tasks = yaml.safe_load((TOP / "roles/mysql_server/tasks/certificate.yml").read_text("utf-8"))
    (argv,) = [task["ansible.builtin.command"]["argv"] for task in tasks if "ansible.builtin.command" in task]
    # OpenSSL 1.1.1 has no -noenc.
    assert "-nodes" in argv and "-noenc" not in argv


OWN_CERTIFICATE = VARS["_mysql_server_own_tls"]["cert"]


@pytest.mark.parametrize(
    ("features", "wished", "present", "own_options", "makes"),
    [
        ([], {}, "", [], True),
        ([], {}, None, [], True),
        ([], {}, OWN_CERTIFICATE, ["ssl_cert"], True),
        # Its administrator has one.
        ([], {}, "/etc/mysql/site.pem", [], False),
        ([], {}, "/etc/mysql/site.pem", ["server_id"], False),
        # The inventory said it, and our file still does: without another the server would have none at its next start.
        ([], {}, "/etc/mysql/pair.pem", ["ssl_cert"], True),
        ([], {"cert": "/etc/mysql/pair.pem"}, "", [], False),
        (["own_certificates"], {}, "", [], False),
    ],
)
def test_a_certificate_is_made_where_there_is_none(
    features: list[str], wished: dict[str, str], present: str | None, own_options: list[str], makes: bool
) -> None:
    facts = {
        "server": {"features": features},
        "settings": {"ssl_cert": present},
        "host": {"option_file": {"options": own_options}},
    }
    values = {
        "__mysql_server_facts": facts,
        "mysql_server_tls": wished,
        "_mysql_server_own_tls": VARS["_mysql_server_own_tls"],
    }
    assert rendered("_mysql_server_makes_certificate", **values) == str(makes)


@pytest.mark.parametrize(
    ("is_gtid", "settings", "kept"),
    [
        (False, {"gtid_mode": "OFF", "enforce_gtid_consistency": "OFF"}, ["OFF", "OFF"]),
        (False, {"gtid_mode": "ON", "enforce_gtid_consistency": "ON"}, ["ON", "ON"]),
        (False, {"gtid_mode": "OFF_PERMISSIVE", "enforce_gtid_consistency": "WARN"}, ["OFF_PERMISSIVE", "WARN"]),
        # MariaDB, and a host without a server.
        (False, {"gtid_strict_mode": "OFF"}, ["", ""]),
        (False, None, ["", ""]),
        (True, {"gtid_mode": "OFF", "enforce_gtid_consistency": "OFF"}, ["", ""]),
    ],
)
def test_gtids_that_are_not_wished_stay_as_they_are(
    is_gtid: bool, settings: dict[str, str] | None, kept: list[str]
) -> None:
    environment = Environment()
    environment.filters.update(FilterModule().filters())
    values = {"mysql_server_gtid": is_gtid, "__mysql_server_facts": {"settings": settings}}
    names = ("_mysql_server_kept_gtid_mode", "_mysql_server_kept_gtid_consistency")
    assert [environment.from_string(VARS[name]).render(values).strip() for name in names] == kept


@pytest.mark.parametrize("playbook", ["remove_pair", "remove_replica"])
@pytest.mark.parametrize("channels", [[{"name": ""}], []])
@pytest.mark.parametrize("name", ["db1-relay-bin", "relay-bin", ""])
def test_a_server_that_leaves_keeps_the_name_of_its_relay_log(
    playbook: str, channels: list[dict[str, str]], name: str
) -> None:
    """Before its channel is gone, and in a second run afterwards."""
    tasks = yaml.safe_load((TOP / f"roles/pair/tasks/{playbook}.yml").read_text("utf-8"))
    values: dict[str, Any] = {
        "__mysql_server_facts": {"settings": {"relay_log": name}, "replication": {"channels": channels}}
    }
    wished = Environment().from_string(tasks[0]["vars"]["mysql_server_relay_log"]).render(**values)
    assert rendered("_mysql_server_relay_log", **values, mysql_server_relay_log=wished) == name
