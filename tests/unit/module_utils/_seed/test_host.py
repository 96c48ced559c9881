"""How many files a program may have open that copies a data directory."""

from __future__ import annotations

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._seed import host


class Resource:
    """A kernel's limits, which only some may raise."""

    RLIMIT_NOFILE = 7

    def __init__(self, soft: int, hard: int, may_raise: bool) -> None:
        self.limits = (soft, hard)
        self._may_raise = may_raise

    def getrlimit(self, _what: int) -> tuple[int, int]:
        return self.limits

    def setrlimit(self, _what: int, limits: tuple[int, int]) -> None:
        if limits[1] > self.limits[1] and not self._may_raise:
            raise ValueError("not allowed to raise maximum limit")
        self.limits = limits


@pytest.mark.parametrize(("may_raise", "allowed"), [(True, 1_000_000), (False, 20_000)])
def test_as_many_as_the_host_allows(may_raise: bool, allowed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Resource(1024, 20_000, may_raise)
    monkeypatch.setattr(host, "resource", limits)
    assert host.allow_many_files() == allowed
    assert limits.limits == (allowed, allowed)
