"""What a module writes to the system's log about its options."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.twoway.mysql.plugins.module_utils._module import Module
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
