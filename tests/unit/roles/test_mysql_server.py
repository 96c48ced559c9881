"""When a server goes back to the option file that it worked with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment

TOP = Path(__file__).resolve().parents[3]
VARS = yaml.safe_load((TOP / "roles/mysql_server/vars/main.yml").read_text("utf-8"))

NONE: dict[str, Any] = {"exists": False}


def there(checksum: str) -> dict[str, Any]:
    return {"exists": True, "checksum": checksum}


def rendered(name: str, **values: Any) -> str:
    return Environment().from_string(VARS[name]).render(**values).strip()


@pytest.mark.parametrize(
    ("before", "now", "goes_back"),
    [
        (NONE, there("new"), False),
        (there("old"), there("old"), False),
        (there("old"), there("new"), True),
        (there("old"), NONE, True),
    ],
)
def test_it_goes_back_to_what_is_known_and_different(
    before: dict[str, Any], now: dict[str, Any], goes_back: bool
) -> None:
    looks = {"__mysql_server_options_before": {"stat": before}, "__mysql_server_options_now": {"stat": now}}
    assert rendered("_mysql_server_goes_back", **looks) == str(goes_back)


@pytest.mark.parametrize("flavor", ["mysql", "mariadb"])
def test_no_server_reads_the_copy(flavor: str) -> None:
    """Of a folder it reads the files whose name ends in ``.cnf``."""
    file = rendered("_mysql_server_option_file", _mysql_server_flavor=flavor)
    copy = rendered("_mysql_server_proven_file", _mysql_server_option_file=file)
    assert (file.endswith(".cnf"), copy.endswith(".cnf")) == (True, False)
    assert Path(copy).parent == Path(file).parent
