"""The table in the terminal, compared line by line."""

from __future__ import annotations

from ansible_collections.twoway.mysql.plugins.module_utils._report.terminal import render_terminal


def plain(text: str, tone: str) -> str:
    return text


def test_healthy_pair(pair, golden):
    pair.wish["at"] = "2026-11-25T11:20:00Z"
    flavor = pair.facts["db1"]["server"]["flavor"]
    golden(f"healthy-{flavor}.txt", "\n".join(render_terminal(pair.report(), plain)) + "\n")


def test_broken_pair(pair, golden):
    pair.wish["at"] = "2026-11-25T11:20:00Z"
    flavor = pair.facts["db1"]["server"]["flavor"]
    pair.stop("db1")
    pair.break_applier("db2")
    pair.find("FILTERS_DIFFER", "blocker")
    pair.find("TABLES_WITHOUT_TRANSACTIONS", "warning", "db2")
    comparison = {"at": "2026-11-25T10:00:00Z", "source": "10.8.60.1", "tables": 9}
    pair.facts["db2"]["comparison"] = {**comparison, "is_equal": False, "different": ["wikidb.page", "wikidb.link"]}
    skipped = {"at": "2026-11-24T10:00:00Z", "transaction": "1-1-7", "errno": 1062, "table": "wikidb.page"}
    pair.facts["db2"]["skipped_transactions"] = {"count": 2, "last": [skipped, skipped]}
    golden(f"broken-{flavor}.txt", "\n".join(render_terminal(pair.report(), plain)) + "\n")


def test_a_value_that_a_server_repeats_cannot_play_with_the_terminal(pair):
    pair.break_applier("db2", "Duplicate entry '\x1b]0;x\x07\x9b2J\u202e' for key 'PRIMARY'")
    text = "\n".join(render_terminal(pair.report(), plain))
    assert "Duplicate entry '\ufffd]0;x\ufffd\ufffd2J\ufffd' for key" in text
    assert all(line.isprintable() for line in text.splitlines())


def test_state_is_said_in_a_color_and_in_a_word(pair):
    first = render_terminal(pair.report(), lambda text, tone: f"<{tone}>{text}</{tone}>")[0]
    assert first.startswith("<good>OK</good>  wiki_pair")
