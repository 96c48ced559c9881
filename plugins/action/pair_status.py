# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows the report of a pair in the terminal of the controller, keeps it in files there, and ends as it judges.

Nothing of it happens on a member, which may be down. What is shown goes to the terminal as it is: as the result of a
task it would be quoted.
"""

from __future__ import annotations

from typing import Any, Dict, Optional

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.color import stringc
from ansible.utils.display import Display
from ansible_collections.twoway.mysql.plugins.module_utils._report.directory import keep_report
from ansible_collections.twoway.mysql.plugins.module_utils._report.terminal import render_terminal
from ansible_collections.twoway.mysql.plugins.module_utils._report.verdict import is_failure

_COLORS = {"good": "green", "doubtful": "yellow", "bad": "red", "quiet": "bright gray"}

display = Display()


class ActionModule(ActionBase):
    """See the top of the file."""

    _requires_connection = False

    def run(self, tmp: Optional[str] = None, task_vars: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        """Return the report; a failure with the line of its verdict, where that is asked for."""
        result = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(
            {
                "report": {"type": "dict", "required": True},
                "directory": {"type": "path"},
                "history_runs": {"type": "int", "default": 288},
                "fail_on": {"type": "str", "choices": ["critical", "warning", "never"], "default": "critical"},
            }
        )
        report = options["report"]
        display.display("\n".join(["", *render_terminal(report, _paint), ""]))
        if options["directory"] and not self._task.check_mode:
            report = keep(report, options["directory"], options["history_runs"])
        verdict = report["verdict"]
        if is_failure(verdict["state"], options["fail_on"]):
            # The whole report was shown; what fails a run should fit in a line.
            return {**result, "failed": True, "msg": verdict["line"]}
        return {**result, "changed": False, "msg": verdict["line"], "report": report}


def keep(report: Dict[str, Any], folder: str, most_runs: int) -> Dict[str, Any]:
    """Return the report with its history, once it is kept.

    :raises AnsibleActionFail: when it cannot be; with the verdict first, which must not be lost over that.
    """
    try:
        return keep_report(report, folder, most_runs)
    except OSError as error:
        said = "%s (the report cannot be kept in %s: %s)" % (report["verdict"]["line"], folder, error)
        raise AnsibleActionFail(said) from error


def _paint(text: str, tone: str) -> str:
    painted: str = stringc(text, _COLORS[tone])
    return painted
