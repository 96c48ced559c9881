"""Files with rows as SQL that people play back."""

from __future__ import annotations

from ansible_collections.twoway.mysql.plugins.module_utils._dialect.script import script_head


def test_a_script_stays_out_of_the_binary_log() -> None:
    head = script_head(["One.", "Two."])
    assert head.startswith("-- One.\n-- Two.\n")
    assert "SET SESSION sql_log_bin = 0;\n" in head
