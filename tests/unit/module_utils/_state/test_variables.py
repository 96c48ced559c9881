"""Values of variables are compared by meaning."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._state.variables import same_value


@pytest.mark.parametrize(
    ("have", "wanted"),
    [
        ("1", 1),
        ("1", True),
        ("ON", 1),
        ("ON", "on"),
        ("ON", "true"),
        ("YES", True),
        ("OFF", False),
        ("OFF", 0),
        ("NO", "0"),
        ("65536", "64K"),
        ("65536", "64k"),
        ("1073741824", "1G"),
        ("1099511627776", "1T"),
        ("30.000", 30),
        ("0.50", "0.5"),
        ("ROW", "row"),
        ("/var/lib/mysql/", "/var/lib/mysql"),
        ("", None),
        ("", ""),
        ("wikidb,twoway", "wikidb,twoway"),
        ("-1", -1),
    ],
)
def test_same(have: str, wanted: Any) -> None:
    assert same_value(have, wanted)
    assert same_value(wanted, have)


@pytest.mark.parametrize(
    ("have", "wanted"),
    [
        ("ON", "OFF"),
        ("1", "2"),
        ("ROW", "MIXED"),
        ("", 0),
        ("", "0"),
        ("", False),
        ("64K", "64M"),
        ("1-1-40", "1-1-41"),
        ("wikidb", "wikidb,twoway"),
        ("ON", "ON_PERMISSIVE"),
        ("k", "0"),
        ("/a/b", "/a"),
    ],
)
def test_different(have: str, wanted: Any) -> None:
    assert not same_value(have, wanted)
    assert not same_value(wanted, have)
