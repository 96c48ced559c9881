"""Metrics as Prometheus reads them: every metric once, and no sample of what is not known."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._report.prometheus import HELP, render_metrics

SAMPLE = re.compile(r'(?P<name>[a-z_]+)\{(?P<labels>([a-z_]+="([^"\\\n]|\\["\\n])*",?)+)\} (?P<value>-?[0-9.e+]+)')


def samples(text: str) -> dict[str, float]:
    """The values by name and labels, as in the text."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            seen = SAMPLE.fullmatch(line)
            assert seen, line
            found[line.rpartition(" ")[0]] = float(seen["value"])
    return found


def test_healthy_pair(pair):
    pair.canaries = {"db2": {"arrived": True, "milliseconds": 9.3}}
    found = samples(render_metrics([pair.report()]))
    there = '{pair="wiki_pair",source="db1",replica="db2"}'
    assert found['twoway_pair_state{pair="wiki_pair",state="ok"}'] == 1
    assert found['twoway_pair_state{pair="wiki_pair",state="critical"}'] == 0
    assert found['twoway_pair_writable_members{pair="wiki_pair"}'] == 1
    assert found['twoway_member_up{pair="wiki_pair",member="db2"}'] == 1
    assert found["twoway_direction_running" + there] == 1
    assert found["twoway_direction_lag_seconds" + there] == 0
    assert found["twoway_direction_canary_duration_seconds" + there] == 0.0093


def test_what_is_not_known_has_no_sample(pair):
    pair.stop("db1")
    pair.break_applier("db2")
    found = samples(render_metrics([pair.report()]))
    assert found['twoway_member_up{pair="wiki_pair",member="db1"}'] == 0
    assert 'twoway_member_writable{pair="wiki_pair",member="db1"}' not in found
    assert 'twoway_direction_running{pair="wiki_pair",source="db2",replica="db1"}' not in found
    assert found['twoway_direction_running{pair="wiki_pair",source="db1",replica="db2"}'] == 0
    assert not [name for name in found if name.startswith(("twoway_direction_lag", "twoway_direction_gap"))]
    assert not [name for name in found if name.startswith("twoway_pair_comparison")]


def test_metrics_of_many_pairs_stand_together(pair):
    first = pair.report()
    pair.wish["name"] = 'blog "pair"\\\n'
    text = render_metrics([first, pair.report()])
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    assert set(names) <= set(HELP)
    assert len(samples(text)) == 2 * len(samples(render_metrics([first])))


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed here")
def test_promtool_has_nothing_to_say(pair):
    text = render_metrics([pair.report()])
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
