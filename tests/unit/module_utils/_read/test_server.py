"""Which certificate new sessions get."""

from __future__ import annotations

import calendar
import socket
from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._read import server
from ansible_collections.twoway.mysql.plugins.module_utils._read.server import tls_in_use

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
