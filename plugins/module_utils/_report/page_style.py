# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The style of the page of pairs."""

from __future__ import annotations

from typing import Dict, Mapping

LIGHT: Mapping[str, str] = {
    "ground": "#f3f5f8",
    "card": "#ffffff",
    "ink": "#16202c",
    "quiet": "#566273",
    "line": "#d7dde5",
    "good": "#15703f",
    "good-tint": "#e3f4ea",
    "doubtful": "#855700",
    "doubtful-tint": "#fdf1d3",
    "bad": "#b3241c",
    "bad-tint": "#fde8e6",
    "accent": "#2450b8",
    "accent-tint": "#e6edfb",
}
DARK: Mapping[str, str] = {
    "ground": "#0e1319",
    "card": "#161c24",
    "ink": "#e7ecf2",
    "quiet": "#9aa7b6",
    "line": "#2b3541",
    "good": "#55c98f",
    "good-tint": "#12301f",
    "doubtful": "#f0ba50",
    "doubtful-tint": "#362a0d",
    "bad": "#ff8a80",
    "bad-tint": "#3d1715",
    "accent": "#93b4ff",
    "accent-tint": "#1b2a49",
}

TEXTS: Dict[str, str] = {
    "ink": "card",
    "quiet": "card",
    "good": "good-tint",
    "doubtful": "doubtful-tint",
    "bad": "bad-tint",
    "accent": "accent-tint",
}
"""Colors of texts, and the color behind each."""


def _variables(colors: Mapping[str, str]) -> str:
    return "".join("--%s:%s;" % item for item in colors.items())


STYLE = (
    ":root{color-scheme:light dark;%s}" % _variables(LIGHT)
    + "@media (prefers-color-scheme:dark){:root{%s}}" % _variables(DARK)
    + """
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:24px 20px 40px;background:var(--ground);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:22px;margin:0 0 10px}h2{font-size:20px;margin:0;overflow-wrap:anywhere}
h3{font-size:15px;margin:0 0 8px;overflow-wrap:anywhere}
p{margin:0}a{color:var(--accent)}
a:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
code{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.quiet,.when,footer{color:var(--quiet)}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:8px;margin:0 0 20px;padding:0}
nav a{display:flex;gap:10px;align-items:center;padding:6px 12px 6px 6px;background:var(--card);
border:1px solid var(--line);
border-radius:10px;text-decoration:none;color:var(--ink);overflow-wrap:anywhere}
.badge{display:inline-flex;align-items:center;gap:7px;padding:3px 11px 3px 7px;border-radius:8px;font-weight:650;
white-space:nowrap}
.badge svg{width:18px;height:18px;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round;
fill:none}
.badge.ok{background:var(--good-tint);color:var(--good)}
.badge.warning{background:var(--doubtful-tint);color:var(--doubtful)}
.badge.critical{background:var(--bad-tint);color:var(--bad)}
.badge.unknown{background:var(--accent-tint);color:var(--accent)}
.pair{background:var(--card);border:1px solid var(--line);border-top:5px solid var(--accent);border-radius:14px;
padding:20px 24px 24px;margin:0 0 24px}
.pair.ok{border-top-color:var(--good)}.pair.warning{border-top-color:var(--doubtful)}
.pair.critical{border-top-color:var(--bad)}
.head{display:flex;flex-wrap:wrap;align-items:center;gap:6px 14px}.head .when{margin-left:auto;font-size:14px}
.writer-line{margin-top:10px}.reasons{margin:6px 0 0;padding-left:20px}.reasons li{overflow-wrap:anywhere}
.drawing{display:block;width:100%;height:auto;margin:22px 0}.drawing.narrow{display:none}
.drawing text{fill:var(--ink);font-size:14px}.drawing .name{font-size:19px;font-weight:650}
.drawing .small{font-size:13.5px;fill:var(--quiet)}
.drawing .label{font-weight:650;font-size:15px}.drawing .band-text{font-weight:600;font-size:13.5px}
.box{fill:none;stroke:var(--line);stroke-width:1.5}.band{fill:var(--line)}
.writer .box{stroke:var(--accent);stroke-width:2.5}.writer .band{fill:var(--accent-tint)}
.writer .band-text{fill:var(--accent)}
.dead .box{stroke:var(--bad);stroke-width:2.5;stroke-dasharray:7 5}.dead .band{fill:var(--bad-tint)}
.dead .band-text{fill:var(--bad)}
.arrow line{stroke:currentColor;stroke-width:3.5;stroke-linecap:round}.arrow path{fill:currentColor}
.arrow circle{fill:var(--card);stroke:currentColor;stroke-width:2.5}
.arrow .sign{fill:currentColor;font-weight:700;font-size:15px}
.good{color:var(--good)}.doubtful{color:var(--doubtful)}.bad{color:var(--bad)}
.arrow.quiet{color:var(--quiet)}
.none{margin:0 0 18px}
.findings{list-style:none;margin:0 0 22px;padding:0;display:grid;gap:10px}
.findings li{border:1px solid var(--line);border-radius:10px;padding:11px 14px;overflow-wrap:anywhere}
.severity{display:inline-block;padding:1px 9px;border-radius:6px;font-weight:600;font-size:13px;margin-right:9px;
background:var(--accent-tint);color:var(--accent)}
.severity.blocker{background:var(--bad-tint);color:var(--bad)}
.severity.warning{background:var(--doubtful-tint);color:var(--doubtful)}
.code{font-weight:650}.findings p{margin-top:5px}
.grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:18px 28px;margin:0 0 18px}
.block{border-top:1px solid var(--line);padding-top:13px}
dl{margin:0}dl div{display:grid;grid-template-columns:128px minmax(0,1fr);gap:10px;padding:2px 0}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
.error{background:var(--bad-tint);color:var(--bad);border-radius:8px;padding:8px 12px;margin-bottom:8px;
overflow-wrap:anywhere}
.ledger{margin:8px 0 0;padding-left:18px;overflow-wrap:anywhere}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:16px 26px;margin-top:10px}
figure{margin:0}figcaption,figure p{font-size:13.5px;color:var(--quiet)}figcaption b{color:var(--ink)}
.chart{display:block;width:100%;height:auto;margin:4px 0}.chart .base{stroke:var(--line);stroke-width:1.5}
.chart .line{fill:none;stroke:var(--accent);stroke-width:2;stroke-linejoin:round}
.chart .second{stroke:var(--doubtful);stroke-dasharray:5 3}
.bar{fill:var(--good)}.bar.warning{fill:var(--doubtful)}.bar.critical{fill:var(--bad)}
.bar.unknown{fill:none;stroke:var(--accent)}
.key{display:inline-flex;align-items:center;gap:6px;margin-right:14px}
.key::before{content:"";width:20px;border-top:2px solid var(--accent)}
.key.second::before{border-top:2px dashed var(--doubtful)}
footer{font-size:13.5px}
@media (max-width:720px){body{padding:16px 10px 28px}.pair{padding:16px 14px 18px}
.head .when{margin-left:0;width:100%}
.grid{grid-template-columns:minmax(0,1fr)}.drawing.wide{display:none}.drawing.narrow{display:block}
dl div{grid-template-columns:112px minmax(0,1fr)}}
@media print{body{background:none}.pair{break-inside:avoid}}
"""
)
