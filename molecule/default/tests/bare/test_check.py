"""Hosts without a server: a run in check mode says what it would do and does none of it."""

from __future__ import annotations

import pytest

_MARKER = "/run/before-the-check"
#: Files that change by themselves, or by Python looking at them.
_RESTLESS = ("/var/log", "/var/cache/apt", "/var/lib/systemd", "/var/lib/dhcp", "__pycache__")


@pytest.fixture(scope="module")
def checked(deploy, pair):
    """The run in check mode, with a marker on each host that is older than everything it would write."""
    for member in pair:
        assert member.host.run("touch %s", _MARKER).rc == 0
    return deploy("--check", "--diff")


def test_check_succeeds_and_announces_changes(checked):
    assert checked.exit_code == 0, checked.output
    assert all(count > 0 for count in checked.changed.values())
    assert set(checked.changed) == {"db1", "db2"}


def test_check_changes_no_file(checked, member):
    found = member.host.run(f"find /etc /usr /var /root -cnewer {_MARKER} -type f").stdout
    changed = [path for path in found.splitlines() if not any(part in path for part in _RESTLESS)]
    assert changed == []


def test_check_installs_nothing(checked, member):
    assert not member.host.exists("mysqld")
    assert not member.host.exists("mariadbd")
