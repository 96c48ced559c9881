"""Callback that writes down every task of a run as it begins, and kills the run where a task is to begin.

FAULT_RECORD: file that a line of JSON is added to for each task, and for each task's result on each host.
FAULT_TASK: number of the task, from 1, or its name, at whose beginning the whole process group is killed.
"""

from __future__ import annotations

import json
import os
import signal
import time
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: boundary
type: aggregate
short_description: Record the tasks of a run, or kill it where one begins
description: For the tests of interrupted runs.
"""


class CallbackModule(CallbackBase):
    """See the top of the file."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "boundary"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._number = 0
        self._fatal = os.environ.get("FAULT_TASK")
        self._record = os.open(os.environ["FAULT_RECORD"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _write(self, **what: object) -> None:
        line = {"number": self._number, "at": time.monotonic(), **what}
        os.write(self._record, f"{json.dumps(line)}\n".encode())

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._number += 1
        self._write(name=task.get_name(), action=task.action)
        if self._fatal in (str(self._number), task.get_name()):
            os.killpg(os.getpgrp(), signal.SIGKILL)

    def _write_result(self, result: Any, **more: object) -> None:
        self._write(host=result._host.get_name(), changed=bool(result._result.get("changed")), **more)

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write_result(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write_result(result, error=str(result._result.get("msg", "")))

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._write_result(result, error=str(result._result.get("msg", "")))
