# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reports of pairs as one page of HTML, which needs nothing else: no script, no font, no file beside it."""

from __future__ import annotations

from typing import Any, Iterator, List, Mapping, Optional, Sequence

from . import words
from .chart import direction_series, draw_lines, draw_verdicts
from .drawing import draw_pair
from .markup import Child, Markup, joined, tag
from .page_style import STYLE
from .verdict import writer_line

Report = Mapping[str, Any]

_WORST_FIRST = ("critical", "unknown", "warning", "ok")
_ICONS = {
    "ok": '<circle cx="10" cy="10" r="9"/><path d="M5.5 10.5l3 3 6-7"/>',
    "warning": '<path d="M10 1.5l9 16.5h-18z"/><path d="M10 7.5v5M10 15v.6"/>',
    "critical": (
        '<path d="M6.3 1h7.4l5.3 5.3v7.4l-5.3 5.3h-7.4l-5.3-5.3v-7.4z"/><path d="M6.8 6.8l6.4 6.4M13.2 6.8l-6.4 6.4"/>'
    ),
    "unknown": (
        '<circle cx="10" cy="10" r="9"/><path d="M7.3 7.6c0-3.6 5.5-3.4 5.5-.3 0 2-2.8 2.2-2.8 4.4M10 14.6v.6"/>'
    ),
}
_NOT_KNOWN = Markup('<span class="quiet">unknown</span>')


def render_page(reports: Sequence[Report]) -> str:
    """Return the page of all pairs, those first that need somebody most."""
    ordered = sorted(reports, key=lambda report: _WORST_FIRST.index(report["verdict"]["state"]))
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        # Nothing on this page may load anything, whatever a server or a host calls itself.
        tag("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'"),
        tag("title", _title(ordered)),
        tag("style", Markup(STYLE)),
    ]
    body = [
        tag("header", tag("h1", "Pairs"), _overview(ordered)),
        tag("main", *(_pair(report, number) for number, report in enumerate(ordered))),
        tag("footer", "Made by twoway.mysql. A page that is older than its runs are far apart says nothing of now."),
    ]
    page = tag("html", tag("head", *head), tag("body", *body), lang="en")
    return "<!DOCTYPE html>\n%s\n" % page


def _title(reports: Sequence[Report]) -> str:
    worst = reports[0]["verdict"]["state"] if reports else "unknown"
    names = ", ".join(str(report["pair"]) for report in reports if report["verdict"]["state"] == worst)
    return "%s: %s" % (worst.upper(), names or "no pair")


def _overview(reports: Sequence[Report]) -> Markup:
    """Return a link for each pair, with its verdict."""
    if not reports:
        return tag("p", "No pair was reported yet.")
    links = [
        tag("li", tag("a", _badge(report["verdict"]["state"]), tag("span", report["pair"]), href="#pair-%d" % number))
        for number, report in enumerate(reports)
    ]
    return tag("nav", tag("ul", *links), aria_label="All pairs")


def _badge(state: str) -> Markup:
    icon = Markup('<svg viewBox="0 0 20 20" aria-hidden="true">%s</svg>' % _ICONS[state])
    return tag("span", icon, state, class_="badge " + state)


def _pair(report: Report, number: int) -> Markup:
    verdict = report["verdict"]
    reasons = [tag("li", reason) for reason in verdict["reasons"]]
    title = tag("h2", report["pair"], id="pair-%d-name" % number)
    when = tag("p", "as of ", tag("time", words.moment(report["at"]), datetime=report["at"]), class_="when")
    return tag(
        "section",
        tag("div", _badge(verdict["state"]), title, when, class_="head"),
        tag("p", tag("strong", writer_line(report)), class_="writer-line"),
        tag("ul", *reasons, class_="reasons") if reasons else None,
        draw_pair(report, number),
        _findings(report["findings"]),
        tag("div", *(_direction(direction) for direction in report["directions"]), class_="grid"),
        tag("div", _data(report), _members(report), class_="grid"),
        _charts(report),
        id="pair-%d" % number,
        aria_labelledby="pair-%d-name" % number,
        class_="pair " + verdict["state"],
    )


def _findings(findings: Sequence[Mapping[str, Any]]) -> Markup:
    if not findings:
        return tag("p", "No findings.", class_="quiet none")
    items = [
        tag(
            "li",
            tag("span", finding["severity"], class_="severity " + finding["severity"]),
            tag("a", words.finding(finding), href=finding["page"], rel="noreferrer", class_="code"),
            tag("p", finding["evidence"]),
            tag("p", tag("b", "What to do: "), finding["remedy"]),
        )
        for finding in findings
    ]
    return joined([tag("h3", "Findings"), tag("ul", *items, class_="findings")])


def _direction(direction: Mapping[str, Any]) -> Markup:
    failure = direction["error"]
    return tag(
        "div",
        tag("h3", "%s → %s" % (direction["source"], direction["replica"])),
        tag("p", words.error(failure), class_="error") if failure else None,
        _list(
            ("state", words.state(direction)),
            ("receiver, applier", "%s, %s" % (direction["receiver"] or "unknown", direction["applier"] or "unknown")),
            ("lag", words.lag_in_full(direction)[len("lag ") :]),
            ("gap", words.gap(direction)[len("gap ") :]),
            ("written", _place(direction["written"])),
            ("received", _place(direction["received"])),
            ("applied", _place(direction["applied"])),
            ("encryption", words.tls(direction)),
            ("semi-sync", words.semi_sync(direction)),
            ("last canary", words.canary(direction)),
        ),
        class_="block",
    )


def _place(coordinates: Optional[Mapping[str, Any]]) -> Markup:
    place = words.place(coordinates)
    return _NOT_KNOWN if place == words.UNKNOWN else tag("code", place)


def _data(report: Report) -> Markup:
    skipped = report["skipped"]
    entries = [tag("li", words.skipped(entry)) for entry in skipped["last"]]
    return tag(
        "div",
        tag("h3", "Data"),
        _list(
            ("last comparison", words.comparison(report)),
            ("skipped", words.plural(skipped["count"], "transaction")),
        ),
        tag("ul", *entries, class_="ledger") if entries else None,
        class_="block",
    )


def _members(report: Report) -> Markup:
    """Return what does not fit into the boxes of the drawing."""
    rows = []
    for member in report["members"]:
        binlog = member["binlog"]
        rows += [
            (member["name"], member["error"] or "%s, %s" % (words.server(member), words.gate(member))),
            ("binary log", _place(binlog)),
            ("GTIDs", tag("code", binlog["gtid"]) if binlog["gtid"] else _NOT_KNOWN),
            ("free for data", words.size(member["free_bytes"])),
        ]
    return tag("div", tag("h3", "Members"), _list(*rows), class_="block")


def _list(*rows: Sequence[Child]) -> Markup:
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in rows))


def _charts(report: Report) -> Optional[Markup]:
    history = report["history"]
    if len(history) < 2:
        return None
    span = "%s to %s" % (words.moment(history[0]["at"]), words.moment(history[-1]["at"]))
    return joined(
        [
            tag("h3", "The last %d runs" % len(history)),
            tag("p", span, class_="quiet"),
            tag("div", *_figures(report, history), class_="charts"),
        ]
    )


def _figures(report: Report, history: Sequence[Mapping[str, Any]]) -> Iterator[Markup]:
    states = [str(entry["state"]) for entry in history]
    well = states.count("ok")
    yield _figure("Verdict", draw_verdicts("Verdicts of the last runs", states), "%d of %d ok" % (well, len(states)))
    for name, figure, unit in (
        ("Lag", "lag_seconds", "s"),
        ("Gap", "gap_transactions", "transactions"),
        ("Canary", "canary_milliseconds", "ms"),
    ):
        series = [direction_series(history, way["source"], figure) for way in report["directions"]]
        known = [value for values in series for value in values if value is not None]
        legend = "at most %g %s" % (max(known), unit) if known else "not measured"
        yield _figure(name, draw_lines("%s of the last runs" % name, series), legend, report["directions"])
    found = [float(sum(entry["findings"].values())) for entry in history]
    yield _figure("Findings", draw_lines("Findings of the last runs", [found]), "now %d" % found[-1])


def _figure(name: str, chart: Markup, legend: str, ways: Sequence[Mapping[str, Any]] = ()) -> Markup:
    keys: List[Child] = [
        tag("span", "%s → %s" % (way["source"], way["replica"]), class_="key " + kind)
        for way, kind in zip(ways, ("first", "second"))
    ]
    return tag("figure", tag("figcaption", tag("b", name), " ", legend), chart, tag("p", *keys) if keys else None)
