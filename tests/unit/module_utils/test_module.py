"""What a module writes to the system's log about its options, and what it says where the host refuses it a file."""

from __future__ import annotations

import errno
from typing import Any, NoReturn

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.twoway.mysql.plugins.module_utils import _module
from ansible_collections.twoway.mysql.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.twoway.mysql.plugins.module_utils._module import Module, run_module
from ansible_collections.twoway.mysql.plugins.module_utils._secret import MASK

# The second and the third are escaped when Python prints a list of options that holds them.
PASSWORDS = ["s3cret", r"back\slash", "both ' and \"", "é €"]


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What reaches the log of ``AnsibleModule``, which masks the secrets that it finds word for word."""
    found: list[Any] = []

    def log(self: Any, msg: Any, log_args: dict[str, Any] | None = None) -> None:
        found.append(
            (_without_plain(self, msg), {name: _without_plain(self, v) for name, v in (log_args or {}).items()})
        )

    monkeypatch.setattr(AnsibleModule, "log", log)
    return found


def _without_plain(module: Any, text: Any) -> Any:
    for secret in module.no_log_values:
        text = text.replace(secret, MASK) if isinstance(text, str) else text
    return text


def module_with(*secrets: str) -> Any:
    """A module that has read its options, the secrets among them."""
    module = object.__new__(Module)
    module.no_log_values = set(secrets)
    return module


@pytest.mark.parametrize("password", PASSWORDS)
def test_secret_in_a_suboption_is_masked_however_it_is_printed(logged: list[Any], password: str) -> None:
    accounts = str([{"user": "replication", "password": password}])
    module_with(password).log(f"Invoked with accounts={accounts}", log_args={"accounts": accounts, "port": 3306})
    ((message, arguments),) = logged
    shown = str([{"user": "replication", "password": MASK}])
    # Python chooses its quotes by the text, which is why only the inside is compared.
    assert message.replace('"', "'") == f"Invoked with accounts={shown}"
    assert arguments["accounts"].replace('"', "'") == shown
    assert arguments["port"] == 3306


def test_message_without_a_secret_stays_as_it_is(logged: list[Any]) -> None:
    module_with("s3cret").log("Invoked with port=3306")
    module_with().log(b"bytes")
    assert logged == [("Invoked with port=3306", {}), (b"bytes", {})]


class Failed(Exception):
    """A module has ended with a failure."""


class Quiet:
    """A module that ends without ending the process."""

    def __init__(self, **_options: Any) -> None:
        self.params: dict[str, Any] = {}

    def fail_json(self, msg: str, **_details: Any) -> NoReturn:
        raise Failed(msg)


def test_a_file_that_is_for_root_alone_tells_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_module, "Module", Quiet)

    def read(_module: Any) -> dict[str, Any]:
        raise PermissionError(errno.EACCES, "Permission denied", "/var/lib/twoway/compare.json")

    with pytest.raises(Failed) as failure:
        run_module(ArgumentSpec({}), read)
    told = str(failure.value)
    assert told.startswith("/var/lib/twoway/compare.json is not for ")
    assert "become: true" in told
    assert len(told.splitlines()) == 1


def test_a_refusal_that_is_of_no_file_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_module, "Module", Quiet)

    def read(_module: Any) -> dict[str, Any]:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    with pytest.raises(PermissionError):
        run_module(ArgumentSpec({}), read)
