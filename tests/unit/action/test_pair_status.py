"""A verdict is told whatever becomes of the files."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.twoway.mysql.plugins.action.pair_status import keep


def test_report_that_cannot_be_kept_is_told_after_the_verdict(tmp_path: Path) -> None:
    path = tmp_path / "pairs"
    path.write_text("a file where the folder should be", encoding="utf-8")
    report = {"pair": "wiki_pair", "verdict": {"line": "CRITICAL wiki_pair: db1 takes no writes"}}
    with pytest.raises(
        AnsibleActionFail, match=r"^CRITICAL wiki_pair: db1 takes no writes \(the report cannot be kept"
    ):
        keep(report, str(path), 9)
