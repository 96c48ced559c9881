"""How long the module waits for a server."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._argspec import login_options
from ansible_collections.twoway.mysql.plugins.modules import member_info

HOST = {"program": None}


@pytest.mark.parametrize("seconds", [None, 55])
def test_each_answer_is_waited_for_so_long(monkeypatch: pytest.MonkeyPatch, seconds: int | None) -> None:
    seen: list[Any] = []

    def read_member(login: Any, **_options: Any) -> dict[str, Any]:
        seen.append(login.answer_timeout)
        return {"server": None}

    monkeypatch.setattr(member_info, "read_host", lambda *_arguments, **_options: dict(HOST))
    monkeypatch.setattr(member_info, "read_member", read_member)
    options = login_options().merged(member_info.SPEC).options
    params = {name: option.get("default") for name, option in options.items()}
    module: Any = SimpleNamespace(params={**params, "answer_timeout": seconds}, run_command=None)
    assert member_info.read(module)["server"] is None
    assert seen == [seconds]
