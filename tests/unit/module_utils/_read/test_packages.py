"""What the distribution has of a server program, as the tools of Debian and Ubuntu tell it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._read.packages import read_upgrade

#: Ubuntu 24.04: ``mysql-server`` is content with any version of what it stands for.
UBUNTU = {
    "--search": "mysql-server-core-8.0: /usr/sbin/mysqld\n",
    "--show": """\
libmysqlclient21 mysql-8.0 installed
mysql-client-8.0 mysql-8.0 config-files
mysql-common mysql-defaults installed
mysql-server mysql-8.0 installed
mysql-server-8.0 mysql-8.0 installed
mysql-server-core-8.0 mysql-8.0 installed
python3-pymysql python-pymysql installed
""",
    "show": """\
Package: libmysqlclient21
Source: mysql-8.0
Version: 8.0.44-0ubuntu0.24.04.1
Description-en: MySQL database client library
 Version: 5.7 of it is another one.

Package: mysql-server
Version: 8.0.44-0ubuntu0.24.04.1

Package: mysql-server-8.0
Version: 8.0.44-0ubuntu0.24.04.1

Package: mysql-server-core-8.0
Version: 8.0.43-0ubuntu0.24.04.2
""",
}


class Host:
    """A host whose tools say what is written down, and which remembers the questions."""

    def __init__(self, answers: dict[str, str]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def run(self, arguments: Sequence[str]) -> tuple[int, str, str]:
        self.asked.append(" ".join(arguments))
        answer = next((text for word, text in self._answers.items() if word in arguments), "")
        return int(not answer), answer, ""


@pytest.fixture(autouse=True)
def _tools_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name, **_options: f"/usr/bin/{name}")


def test_what_a_package_stands_for_is_found() -> None:
    host = Host(UBUNTU)
    newest = dict.fromkeys(["libmysqlclient21", "mysql-server", "mysql-server-8.0"], "8.0.44")
    assert read_upgrade(host.run, "/usr/sbin/mysqld") == {
        "package": "mysql-server-core-8.0",
        "candidates": {**newest, "mysql-server-core-8.0": "8.0.43"},
    }
    packages = "libmysqlclient21 mysql-server mysql-server-8.0 mysql-server-core-8.0"
    assert host.asked[-1] == f"apt-cache --no-all-versions show {packages}"


@pytest.mark.parametrize(
    ("told", "package"),
    [
        ("mysql-community-server-core: /usr/sbin/mysqld\n", "mysql-community-server-core"),
        ("mariadb-server-core:amd64: /usr/sbin/mariadbd\n", "mariadb-server-core"),
        ("diversion by local from: /usr/sbin/mysqld\nmysql-server-core: /usr/sbin/mysqld\n", "mysql-server-core"),
    ],
)
def test_the_package_of_a_program(told: str, package: str) -> None:
    found = read_upgrade(Host({"--search": told}).run, "/usr/sbin/mysqld")
    assert found == {"package": package, "candidates": {}}


def test_a_program_of_no_package() -> None:
    host = Host({})
    assert read_upgrade(host.run, "/usr/local/mysql/bin/mysqld") is None
    assert len(host.asked) == 1
