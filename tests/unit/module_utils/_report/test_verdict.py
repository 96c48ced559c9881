"""One word and one line for everything that can be wrong with a pair."""

from __future__ import annotations


def line(pair) -> str:
    return pair.report()["verdict"]["line"]


def test_all_is_well(pair):
    assert line(pair) == "OK wiki_pair: both directions run, lag 0 s; db1 takes the writes"


def test_broken_direction(pair):
    pair.break_applier("db2")
    assert line(pair) == "CRITICAL wiki_pair: db1 → db2 is broken (applier error 1062)"


def test_dead_writer(pair):
    pair.stop("db1")
    pair.channel("db2")["receiver"]["state"] = "connecting"
    assert line(pair) == (
        "CRITICAL wiki_pair: db1: its server does not run; nobody is known to take writes; and 1 more"
    )


def test_two_open_gates(pair):
    pair.facts["db2"]["server"]["is_gate_open"] = True
    assert line(pair) == "CRITICAL wiki_pair: db1 and db2 take writes, and only one should"
    pair.wish["writers"] = "both"
    assert line(pair).startswith("OK wiki_pair: both directions run")


def test_second_writer_does_not_write(pair):
    pair.wish["writers"] = "both"
    assert line(pair) == "CRITICAL wiki_pair: db2 should take writes, and does not"


def test_no_open_gate(pair):
    pair.facts["db1"]["server"]["is_gate_open"] = False
    assert line(pair) == "CRITICAL wiki_pair: nobody takes writes"


def test_lag(pair):
    for lag, verdict in ((59, "OK"), (60, "WARNING"), (599, "WARNING"), (600, "CRITICAL")):
        pair.channel("db2")["lag_seconds"] = lag
        assert line(pair).startswith(verdict + " ")
    assert line(pair) == "CRITICAL wiki_pair: db1 → db2 is 10 min behind"


def test_unknown_lag_of_a_running_direction(pair):
    pair.channel("db2")["lag_seconds"] = None
    assert line(pair) == "WARNING wiki_pair: db1 → db2: its lag is unknown"


def test_findings_weigh_what_their_severity_says(pair):
    pair.find("TABLES_WITHOUT_TRANSACTIONS", "warning", "db2")
    pair.find("SOME_NOTE", "note")
    assert line(pair) == "WARNING wiki_pair: TABLES_WITHOUT_TRANSACTIONS on db2"
    pair.find("FILTERS_DIFFER", "blocker")
    assert line(pair) == "CRITICAL wiki_pair: FILTERS_DIFFER; TABLES_WITHOUT_TRANSACTIONS on db2"


def test_difference_in_the_data(pair):
    comparison = {"at": "2026-11-25T10:00:00Z", "source": "10.8.60.1", "tables": 9}
    pair.facts["db2"]["comparison"] = {**comparison, "is_equal": False, "different": ["wikidb.page"]}
    assert line(pair) == "CRITICAL wiki_pair: the last comparison found differences in wikidb.page"


def test_skipped_transaction_is_a_warning_until_the_data_were_compared(pair):
    ledger = {"count": 1, "last": [{"at": "2026-11-25T10:00:00Z", "errno": 1062}]}
    pair.facts["db2"]["skipped_transactions"] = ledger
    assert line(pair) == "WARNING wiki_pair: 1 transaction skipped, and not compared since"
    comparison = {"source": "10.8.60.1", "is_equal": True, "tables": 9, "different": []}
    comparison["at"] = "2026-11-25T10:30:00Z"
    pair.facts["db2"]["comparison"] = {**comparison, "begun_at": "2026-11-25T09:00:00Z"}
    assert line(pair).startswith("WARNING")
    pair.facts["db2"]["comparison"] = {**comparison, "begun_at": "2026-11-25T10:10:00Z"}
    assert line(pair).startswith("OK")


def test_nobody_was_asked(pair):
    pair.facts = {"db1": {"unreachable": True, "msg": "timed out"}, "db2": {}}
    assert line(pair) == "UNKNOWN wiki_pair: db1: not asked: timed out; db2: not asked: it is not part of this run"


def test_line_is_one_line(pair):
    pair.facts["db1"] = {"unreachable": True, "msg": "a\r\nb\n"}
    pair.break_applier("db2", "x\ny")
    assert "\n" not in line(pair) and "\r" not in line(pair)


def test_skip_without_a_time_is_not_taken_for_compared(pair):
    pair.facts["db2"]["skipped_transactions"] = {"count": 1, "last": [{"reason": "this line cannot be read"}]}
    kept = {"source": "10.8.60.1", "tables": 9, "different": [], "is_equal": True}
    pair.facts["db2"]["comparison"] = {**kept, "at": "2026-11-25T10:00:00Z", "begun_at": "2026-11-25T09:00:00Z"}
    assert line(pair) == "WARNING wiki_pair: 1 transaction skipped, and not compared since"
