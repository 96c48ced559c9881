"""What earlier runs left on a member's host, whole, missing or cut short."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._read.records import read_comparison, read_skipped


def test_no_records_are_no_failure(tmp_path: Path) -> None:
    assert read_comparison(str(tmp_path)) is None
    assert read_skipped(str(tmp_path)) == {"count": 0, "last": []}


def test_comparison_names_what_differs(tmp_path: Path) -> None:
    tables = [
        {"schema": "wikidb", "table": "page", "result": "equal"},
        {"schema": "wikidb", "table": "link", "result": "different"},
        {"schema": "wikidb", "table": "user", "result": "missing"},
    ]
    kept = {"at": "2026-11-24T01:02:03Z", "seconds": 2.5, "source": "198.51.100.1", "is_equal": False, "tables": tables}
    (tmp_path / "compare.json").write_text(json.dumps(kept), encoding="utf-8")
    assert read_comparison(str(tmp_path)) == {
        "at": "2026-11-24T01:02:03Z",
        "begun_at": "2026-11-24T01:02:00Z",
        "source": "198.51.100.1",
        "is_equal": False,
        "tables": 3,
        "different": ["wikidb.link", "wikidb.user"],
    }


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00"])
def test_comparison_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "compare.json").write_text(text, encoding="utf-8")
    assert read_comparison(str(tmp_path)) is None


@pytest.mark.parametrize("read", [read_comparison, read_skipped])
def test_records_that_may_not_be_read_are_not_taken_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[str], object]
) -> None:
    def refuse(path: str, **_options: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(PermissionError):
        read(str(tmp_path))


def test_ledger_with_odd_bytes_is_counted(tmp_path: Path) -> None:
    (tmp_path / "skipped.jsonl").write_bytes(b'{"transaction": "1-1-1"}\n{"reason": "\xff"}\n')
    assert read_skipped(str(tmp_path))["count"] == 2


def test_ledger_counts_all_and_shows_the_last(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"transaction": f"1-1-{number}"}) + "\n" for number in range(25))
    (tmp_path / "skipped.jsonl").write_text(lines, encoding="utf-8")
    skipped = read_skipped(str(tmp_path))
    assert (skipped["count"], len(skipped["last"])) == (25, 20)
    assert skipped["last"][-1] == {"transaction": "1-1-24"}


def test_line_cut_short_is_counted(tmp_path: Path) -> None:
    (tmp_path / "skipped.jsonl").write_text('{"transaction": "1-1-1"}\n{"transac', encoding="utf-8")
    skipped = read_skipped(str(tmp_path))
    assert skipped["count"] == 2
    assert "cannot be read" in skipped["last"][1]["reason"]
