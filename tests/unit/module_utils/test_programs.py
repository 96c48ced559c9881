"""The option file with a login, as the client programs get it."""

from __future__ import annotations

import os
import re
import stat
from contextlib import ExitStack
from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._dialect import dialect_for
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.features import MARIADB, MYSQL, Server
from ansible_collections.twoway.mysql.plugins.module_utils._programs import option_file
from ansible_collections.twoway.mysql.plugins.module_utils._secret import Secret

ON_MYSQL = dialect_for(Server(MYSQL, (9, 7, 4)))
ON_MARIADB = dialect_for(Server(MARIADB, (11, 8, 9)))
STRANGE = [
    "plain",
    "it's",
    'say "so"',
    "back\\slash",
    "ends with \\",
    "\\n is no line break",
    "# no comment",
    "a;b=c",
    " é€ ",
]


def values_in(content: str) -> dict[str, str]:
    """The options, unquoted as the manuals say: an escape is a backslash and the character itself."""
    head, *lines = content.splitlines()
    assert head == "[client]"
    found = {}
    for line in lines:
        name, _sign, value = line.partition(" = ")
        assert re.fullmatch(r'"(?:[^"\\]|\\["\\])*"', value), line
        found[name] = re.sub(r"\\(.)", r"\1", value[1:-1])
    return found


@pytest.mark.parametrize("password", STRANGE)
def test_password_is_quoted(password: str) -> None:
    with option_file(Login(user="twoway_seed", password=Secret(password), host="198.51.100.1"), ON_MYSQL) as path:
        values = values_in(Path(path).read_text(encoding="utf-8"))
    assert values == {
        "user": "twoway_seed",
        "password": password,
        "host": "198.51.100.1",
        "port": "3306",
        "protocol": "tcp",
        "ssl-mode": "REQUIRED",
    }


def test_certificate_is_verified_where_there_is_an_authority() -> None:
    login = Login(host="198.51.100.1", port=3307, ca_cert="/etc/my ca.pem")
    expected = {
        ON_MYSQL: {"ssl-mode": "VERIFY_CA", "ssl-ca": "/etc/my ca.pem"},
        ON_MARIADB: {"ssl": "1", "ssl-verify-server-cert": "1", "ssl-ca": "/etc/my ca.pem"},
    }
    for dialect, options in expected.items():
        with option_file(login, dialect) as path:
            values = values_in(Path(path).read_text(encoding="utf-8"))
        assert values == {"user": "root", "host": "198.51.100.1", "port": "3307", "protocol": "tcp", **options}


def test_local_login_has_a_socket_and_no_password() -> None:
    with option_file(Login(unix_socket="/run/some.sock"), ON_MARIADB) as path:
        assert values_in(Path(path).read_text(encoding="utf-8")) == {"user": "root", "socket": "/run/some.sock"}


def test_file_is_in_memory_for_its_owner_and_gone_afterwards() -> None:
    with option_file(Login(password=Secret("s3cret")), ON_MYSQL) as path:
        assert path.startswith(f"/proc/{os.getpid()}/fd/")
        assert os.readlink(path).startswith("/memfd:")
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        kept = os.readlink(path)
    assert not os.path.exists(path) or os.readlink(path) != kept


def test_no_file_for_what_it_cannot_carry() -> None:
    unusable = option_file(Login(password=Secret("two\nlines")), ON_MYSQL)
    with pytest.raises(ValueError, match="control character") as caught:
        ExitStack().enter_context(unusable)
    assert "lines" not in str(caught.value)
