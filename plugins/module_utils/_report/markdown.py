# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""A report as Markdown, for a ticket or a chat."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, List, Mapping, Sequence

from . import words
from .verdict import writer_line

_MEMBER_HEAD = ("Member", "Server", "Gate", "Uptime", "Address", "Server id", "Binary log")
_DIRECTION_HEAD = ("Direction", "State", "Lag", "Gap", "TLS", "Semi-sync", "Canary")


def render_markdown(report: Mapping[str, Any]) -> str:
    """Return the report as a document."""
    lines = ["# %s: %s" % (_text(report["pair"]), report["verdict"]["state"]), ""]
    lines += ["%s, as of %s." % (_text(_capital(writer_line(report))), report["at"]), ""]
    lines += ["- **%s**" % _text(reason) for reason in report["verdict"]["reasons"]] + [""]
    lines += [*_table(_MEMBER_HEAD, _members(report)), "", *_table(_DIRECTION_HEAD, _directions(report)), ""]
    for direction in report["directions"]:
        if direction["error"]:
            lines += ["- %s: %s" % (_text(_name(direction)), _text(words.error(direction["error"])))]
    lines += ["- Compared: %s" % _text(words.comparison(report))]
    lines += ["- Skipped: %s" % words.plural(report["skipped"]["count"], "transaction")]
    lines += ["  - %s" % _text(words.skipped(entry)) for entry in report["skipped"]["last"]]
    lines += _findings(report)
    return "\n".join(lines) + "\n"


def _members(report: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for member in report["members"]:
        if member["error"]:
            yield member["name"], member["error"]
        else:
            yield (
                member["name"],
                words.server(member),
                words.gate(member),
                words.duration(member["uptime_seconds"]),
                str(member["address"]),
                str(member["server_id"]),
                words.place(member["binlog"]),
            )


def _directions(report: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for direction in report["directions"]:
        says = (words.lag_in_full, words.gap, words.tls, words.semi_sync, words.canary)
        yield (_name(direction), words.state(direction), *(say(direction) for say in says))


def _findings(report: Mapping[str, Any]) -> List[str]:
    lines: List[str] = []
    for finding in report["findings"]:
        title = "[%s](%s)" % (_text(words.finding(finding)), finding["page"])
        lines += ["", "## %s: %s" % (_capital(finding["severity"]), title), ""]
        lines += [_text(finding["evidence"]), "", "What to do: " + _text(finding["remedy"])]
    return lines


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> List[str]:
    """Return a table; a row may be short."""
    lines = ["| %s |" % " | ".join(head), "|%s" % ("---|" * len(head))]
    for row in rows:
        cells = [_text(cell) for cell in row] + [""] * (len(head) - len(row))
        lines.append("| %s |" % " | ".join(cells))
    return lines


def _name(direction: Mapping[str, Any]) -> str:
    return "%s → %s" % (direction["source"], direction["replica"])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _text(text: str) -> str:
    """Return a text in which nothing is Markdown or HTML, on one line.

    >>> _text("a|b <i> *c* [d]")
    'a\\\\|b &lt;i> \\\\*c\\\\* \\\\[d\\\\]'
    """
    marked = re.sub(r"([\\`*\[\]|])", r"\\\1", " ".join(str(text).split()))
    return marked.replace("<", "&lt;")
