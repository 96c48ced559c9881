"""The page of pairs: complete in itself, readable in light and dark, and with every value as text."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._report.directory import keep_report
from ansible_collections.twoway.mysql.plugins.module_utils._report.page import render_page
from ansible_collections.twoway.mysql.plugins.module_utils._report.page_style import DARK, LIGHT, TEXTS

HOSTILE = "</title><script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;"


class Page(HTMLParser):
    """The elements of a page, its text, and whether each end tag meets the start tag that it belongs to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def broken(pair):
    """A pair with everything on its page: an error, findings, differences and a ledger."""
    pair.break_applier("db2")
    pair.find("FILTERS_DIFFER", "blocker")
    kept = {"at": "2026-11-25T10:00:00Z", "source": "10.8.60.1", "is_equal": False, "tables": 9}
    pair.facts["db2"]["comparison"] = {**kept, "different": ["wikidb.page"]}
    pair.facts["db2"]["skipped_transactions"] = {"count": 1, "last": [{"errno": 1062, "reason": "dup"}]}
    return pair.report()


def test_page_loads_nothing_and_runs_nothing(pair):
    page = Page(render_page([broken(pair)]))
    assert not {"script", "link", "img", "iframe", "object", "image", "use"} & {
        tag for tag, _attributes in page.elements
    }
    assert "url(" not in render_page([broken(pair)]) and "@import" not in render_page([broken(pair)])
    assert [meta["content"] for meta in page.named("meta") if "http-equiv" in meta] == [
        "default-src 'none'; style-src 'unsafe-inline'"
    ]


def test_everything_is_said(pair):
    text = Page(render_page([broken(pair)])).text
    for said in ("Duplicate entry '7'", "FILTERS_DIFFER", "Change it.", "wikidb.page", "error 1062 (dup)", "10.8.60.6"):
        assert said in text


def test_every_value_is_a_text(pair):
    harmless = Page(render_page([broken(pair)]))
    pair.wish["name"] = HOSTILE
    pair.find(HOSTILE, "blocker", HOSTILE)
    pair.break_applier("db2", HOSTILE)
    pair.facts["db1"]["server"]["version"] = HOSTILE
    page = Page(render_page([pair.report()]))
    assert {tag for tag, _attributes in page.elements} <= {tag for tag, _attributes in harmless.elements}
    assert not [name for _tag, attributes in page.elements for name in attributes if name.startswith("on")]
    assert HOSTILE in page.text


def test_drawing_is_told_in_words(pair):
    page = Page(render_page([pair.report()]))
    drawings = [svg for svg in page.named("svg") if str(svg.get("class")).startswith("drawing")]
    assert [svg["role"] for svg in drawings] == ["img", "img"]
    identifiers = [str(attributes["id"]) for _tag, attributes in page.elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    for svg in drawings:
        assert set(str(svg["aria-labelledby"]).split()) <= set(identifiers)
    assert "db1 to db2 runs, lag 0 s, gap 0 transactions" in page.text


def test_state_is_not_told_by_color_alone(pair):
    for report in (pair.report(), broken(pair)):
        page = Page(render_page([report]))
        assert report["verdict"]["state"] in page.text
    assert "✕" in page.text
    assert any(line.get("stroke-dasharray") for line in page.named("line"))


def test_worst_pair_comes_first(pair):
    well = pair.report()
    pair.wish["name"] = "blog_pair"
    page = Page(render_page([well, broken(pair)]))
    assert [link["href"] for link in page.named("a")][:2] == ["#pair-0", "#pair-1"]
    assert page.text.index("blog_pair") < page.text.index("wiki_pair")
    assert page.text.lstrip().startswith("CRITICAL: blog_pair")


def test_charts_of_the_last_runs(pair, tmp_path: Path):
    for lag in (0, None, 5):
        pair.channel("db2")["lag_seconds"] = lag
        report = keep_report(pair.report(), str(tmp_path), most_runs=9)
    page = Page((tmp_path / "index.html").read_text("utf-8"))
    assert "The last 3 runs" in page.text
    assert "at most 5 s" in page.text
    assert len([svg for svg in page.named("svg") if svg.get("class") == "chart"]) == 5
    assert len(report["history"]) == 3


def test_pairs_of_which_nothing_can_be_drawn(pair):
    report = pair.report()
    report["members"], report["directions"] = report["members"][:1], []
    assert "No findings." in Page(render_page([report])).text
    assert "No pair was reported yet." in Page(render_page([])).text


def luminance(color: str) -> float:
    """Source: WCAG 2.2, definition of relative luminance."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("colors", "text", "ground"),
    [(colors, text, ground) for colors, (text, behind) in itertools.product((LIGHT, DARK), TEXTS.items())
     for ground in sorted({behind, "card"})],
)  # fmt: skip
def test_texts_can_be_read(colors, text, ground):
    darker, lighter = sorted((luminance(colors[text]), luminance(colors[ground])))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_style_uses_no_color_but_those_of_both_tables():
    used = set(re.findall(r"var\(--([a-z-]+)\)", render_page([])))
    assert used <= set(LIGHT) == set(DARK)
