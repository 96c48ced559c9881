"""The report as Markdown, in which nothing that a server said is markup."""

from __future__ import annotations

from ansible_collections.twoway.mysql.plugins.module_utils._report.markdown import render_markdown


def test_tables_have_a_row_for_each_member_and_direction(pair):
    lines = render_markdown(pair.report()).splitlines()
    assert lines[0] == "# wiki_pair: ok"
    rows = [line.split(" | ") for line in lines if line.startswith("| db")]
    assert [row[0] for row in rows] == ["| db1", "| db2", "| db1 → db2", "| db2 → db1"]
    assert {len(row) for row in rows} == {7}


def test_error_with_markup_stays_a_text(pair):
    pair.break_applier("db2", "a|b\n# <script>alert(1)</script> [x](y) `z`")
    text = render_markdown(pair.report())
    assert "a\\|b # &lt;script>alert(1)&lt;/script> \\[x\\](y) \\`z\\`" in text
    assert [line for line in text.splitlines() if line.startswith("# ")] == ["# wiki_pair: critical"]


def test_name_with_markup_stays_a_text_everywhere(pair):
    pair.break_applier("db2")
    report = pair.report()
    for direction in report["directions"]:
        direction["source"] = "a*b*"
    assert "a*b*" not in render_markdown(report)


def test_findings_have_their_remedies_and_pages(pair):
    pair.find("FILTERS_DIFFER", "blocker")
    text = render_markdown(pair.report())
    assert "## Blocker: [FILTERS_DIFFER](https://" in text
    assert "What to do: Change it." in text


def test_dead_member_has_a_row(pair):
    pair.stop("db1")
    assert "| db1 | its server does not run |  |" in render_markdown(pair.report())
