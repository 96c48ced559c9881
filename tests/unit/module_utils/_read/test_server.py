"""How the write gate stands, and which certificate new sessions get."""

from __future__ import annotations

import calendar
import socket
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import parse_version
from ansible_collections.twoway.mysql.plugins.module_utils._read import server
from ansible_collections.twoway.mysql.plugins.module_utils._read.server import describe_identity, read_gate, tls_in_use


class Server:
    """Answers how its write gate stands."""

    def __init__(self, flavor: str, version: str, row: dict[str, Any]) -> None:
        self.dialect = dialect_for(parse_version(f"{version} {flavor}"))
        self._row = row

    def query(self, _statement: Any, _action: str) -> list[dict[str, Any]]:
        return [self._row]


@pytest.mark.parametrize(
    ("flavor", "version", "closed", "half", "gate"),
    [
        ("mysql", "9.7.4", 0, 0, "open"),
        ("mysql", "9.7.4", 0, 1, "half-open"),
        ("mysql", "9.7.4", 1, 1, "closed"),
        ("mariadb", "11.8.9", 0, 0, "open"),
        ("mariadb", "11.8.9", 1, 1, "closed"),
        # From 12.0 on it answers in words (MDEV-36425).
        ("mariadb", "12.3.1", "OFF", "OFF", "open"),
        ("mariadb", "12.3.1", "ON", "ON", "closed"),
        ("mariadb", "12.3.1", "NO_LOCK_NO_ADMIN", "NO_LOCK_NO_ADMIN", "closed"),
    ],
)
def test_write_gate(flavor: str, version: str, closed: Any, half: Any, gate: str) -> None:
    session: Any = Server(flavor, version, {"closed": closed, "half": half})
    assert read_gate(session) == gate


@pytest.mark.parametrize(("value", "is_open"), [("OFF", True), ("ON", False), ("NO_LOCK", False)])
def test_identity_tells_whether_the_gate_is_open(value: str, is_open: bool) -> None:
    session: Any = Server("mariadb", "12.3.1", {})
    variables = {"server_id": "7", "hostname": "db1", "port": "3306", "datadir": "/d/", "read_only": value}
    assert describe_identity(session, variables, {"uptime": "1"})["is_gate_open"] is is_open


UNTIL = "Nov 22 10:56:45 2036 GMT"
SECONDS = float(calendar.timegm((2036, 11, 22, 10, 56, 45)))


@pytest.mark.parametrize(
    ("told", "in_file", "certificate"),
    [
        ({}, SECONDS, "{file}"),
        ({"ssl_server_not_after": ""}, SECONDS, "{file}"),
        ({"ssl_server_not_after": UNTIL}, SECONDS, "{file}"),
        ({"ssl_server_not_after": UNTIL}, None, "{file}"),
        ({"ssl_server_not_after": UNTIL}, SECONDS + 86400, "{file} as it was"),
        ({"current_tls_cert": "server-cert.pem"}, None, "server-cert.pem"),
    ],
)
def test_certificate_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: dict[str, str], in_file: float | None, certificate: str
) -> None:
    path = tmp_path / "cert.pem"
    path.write_text("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", encoding="ascii")
    monkeypatch.setattr(server, "certificate_end", lambda _der: in_file)
    variables = {"datadir": "/", "ssl_cert": str(path), "ssl_ca": "/t/ca.pem", "hostname": socket.gethostname()}
    in_use = tls_in_use(variables, told)
    assert in_use["current_tls_cert"] == certificate.format(file=path)
    assert in_use["current_tls_ca"] == "/t/ca.pem"
    elsewhere = tls_in_use({**variables, "hostname": "elsewhere.invalid"}, told)
    assert not elsewhere["current_tls_cert"].endswith(" as it was")
