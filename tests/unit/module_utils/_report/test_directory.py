"""Reports kept in a folder: whole at any moment, together on one page, and not for ever."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.twoway.mysql.plugins.module_utils._report.directory import keep_report, read_reports


def test_report_and_history_are_kept(pair, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "pairs"
    for minute in range(5):
        pair.wish["at"] = f"2026-11-25T11:0{minute}:00Z"
        kept = keep_report(pair.report(), str(folder), most_runs=3)
    assert [entry["at"][14:16] for entry in kept["history"]] == ["02", "03", "04"]
    assert json.loads((folder / "wiki_pair.json").read_text("utf-8")) == kept
    assert len((folder / "wiki_pair.history.jsonl").read_text("utf-8").splitlines()) == 3
    assert not list(folder.glob("*.new"))


def test_no_history_is_kept_where_none_is_wished(pair, tmp_path: Path) -> None:
    for _run in range(2):
        assert keep_report(pair.report(), str(tmp_path), most_runs=0)["history"] == []


def test_history_remembers_figures_and_not_the_unknown(pair, tmp_path: Path) -> None:
    pair.channel("db2")["lag_seconds"] = 7
    pair.break_applier("db1")
    pair.find("FILTERS_DIFFER", "blocker")
    pair.canaries = {"db2": {"arrived": True, "milliseconds": 9.3}}
    (entry,) = keep_report(pair.report(), str(tmp_path), most_runs=3)["history"]
    assert entry["state"] == "critical"
    assert entry["findings"] == {"blocker": 1, "warning": 0, "note": 0}
    there, back = entry["directions"]
    assert (there["lag_seconds"], there["canary_milliseconds"]) == (7, 9.3)
    assert (back["lag_seconds"], back["canary_milliseconds"]) == (None, None)


def test_line_of_the_history_that_was_cut_short_is_left_out(pair, tmp_path: Path) -> None:
    keep_report(pair.report(), str(tmp_path), most_runs=9)
    with (tmp_path / "wiki_pair.history.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"at": "2026')
    assert len(keep_report(pair.report(), str(tmp_path), most_runs=9)["history"]) == 2


def test_damaged_files_end_no_run(pair, tmp_path: Path) -> None:
    keep_report(pair.report(), str(tmp_path), most_runs=9)
    (tmp_path / "blog_pair.json").write_bytes(b"\xff\xfe{")
    with (tmp_path / "wiki_pair.history.jsonl").open("ab") as file:
        file.write(b"\xff\x00\n")
    assert len(keep_report(pair.report(), str(tmp_path), most_runs=9)["history"]) == 2


def test_name_of_a_pair_is_no_path(pair, tmp_path: Path) -> None:
    pair.wish["name"] = "../../etc/a b"
    keep_report(pair.report(), str(tmp_path / "pairs"), most_runs=9)
    assert [path.name for path in tmp_path.iterdir()] == ["pairs"]
    assert [report["pair"] for report in read_reports(str(tmp_path / "pairs"))] == ["../../etc/a b"]


def test_reports_of_another_version_and_other_files_are_left_out(pair, tmp_path: Path) -> None:
    for name in ("wiki_pair", "blog_pair"):
        pair.wish["name"] = name
        keep_report(pair.report(), str(tmp_path), most_runs=9)
    (tmp_path / "other.json").write_text("{", encoding="utf-8")
    (tmp_path / "list.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "later.json").write_text('{"report_version": 99, "pair": "a"}', encoding="utf-8")
    assert [report["pair"] for report in read_reports(str(tmp_path))] == ["blog_pair", "wiki_pair"]
