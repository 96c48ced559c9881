# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a seed in the background of the recipient, and shows how far it is while it goes on.

A seed may take hours. In the background it does not depend on one connection to the host, and its controller can tell
the people who wait for it how far it is.
"""

from __future__ import annotations

import secrets
import shlex
import time
from typing import Any, Dict, Mapping, Optional

from ansible import constants as C
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.utils.vars import merge_hash
from ansible_collections.twoway.mysql.plugins.plugin_utils._seed_watch import SILENCE_SECONDS, SeedWatch

_MOST_SECONDS = 14 * 86400
_LOOK_SECONDS = 0.1
# A job says that it has started until its result takes the place of that. One whose folder in memory is gone has ended
# with its host, and will never say more.
_GOES_ON = "grep -q '\"started\"' {job}"
_TELL = "if [ -d {folder} ] || ! goes_on; then cat {job}; fi"
_OUT_OF_SIGHT = (
    "Nothing was heard of the seed for %d s, and it has not ended. Its host was started anew, or the seed goes on there"
    " in the background; nothing of it was removed. Its result will be in %s. Run the same again: where the seed goes"
    " on, it is waited for."
)


class ActionModule(ActionBase):
    """See the top of the file."""

    def run(self, tmp: Optional[str] = None, task_vars: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        """Return the module's result, once it is there."""
        result: Dict[str, Any] = super().run(tmp, task_vars)
        if self._task.check_mode or self._task.async_val:
            done = self._execute_module(task_vars=task_vars, wrap_async=bool(self._task.async_val))
        else:
            done = self._run_in_background(task_vars or {})
        merged: Dict[str, Any] = merge_hash(result, done)
        return merged

    def _run_in_background(self, task_vars: Dict[str, Any]) -> Dict[str, Any]:
        # What runs in the background is a file with the options, a secret among them: in memory, where a power cut
        # ends it, and under a name that nobody can have taken before.
        folder = "/dev/shm/twoway-%s" % secrets.token_hex(16)
        shell = self._connection._shell
        usual_folder = shell.get_option("remote_tmp")
        self._task.async_val = _MOST_SECONDS
        try:
            shell.set_option("remote_tmp", folder)
            started: Dict[str, Any] = self._execute_module(task_vars=task_vars, wrap_async=True)
        finally:
            shell.set_option("remote_tmp", usual_folder)
            # The task itself is not one that goes on in the background.
            self._task.async_val = 0
        job = started.get("ansible_job_id")
        if started.get("failed") or not job:
            return started
        self._watch(started["results_file"], folder, task_vars)
        result = self._result(job, task_vars)
        if not result.get("finished"):
            # What it reads and writes is left to it.
            return {"failed": True, "msg": _OUT_OF_SIGHT % (SILENCE_SECONDS, started["results_file"])}
        leftovers = [started["results_file"], *([] if C.DEFAULT_KEEP_REMOTE_FILES else [folder])]
        self._low_level_execute_command("rm -rf %s" % " ".join(map(shlex.quote, leftovers)))
        for key in ("ansible_job_id", "started", "finished", "results_file"):
            result.pop(key, None)
        return result

    def _result(self, job: str, task_vars: Dict[str, Any]) -> Dict[str, Any]:
        """Return what the job ended with, without ``finished`` where that is not known."""
        arguments = {"jid": job, "mode": "status", "_async_dir": self._async_folder()}
        try:
            result: Dict[str, Any] = self._execute_module("ansible.legacy.async_status", arguments, task_vars=task_vars)
        except AnsibleConnectionFailure:
            return {}
        return result

    def _async_folder(self) -> str:
        return str(self._remote_expand_user(self.get_shell_option("async_dir", default="~/.ansible_async")))

    def _watch(self, results: str, folder: str, task_vars: Mapping[str, Any]) -> None:
        """Return when the job has ended or is lost, and show in the meantime what it says of itself."""
        job = shlex.quote(results)
        watch = SeedWatch(
            self._low_level_execute_command,
            task_vars.get("inventory_hostname", ""),
            self._task.args.get("login_port", 3306),
            goes_on=_GOES_ON.format(job=job),
            tell=_TELL.format(job=job, folder=shlex.quote(folder)),
            pause=_LOOK_SECONDS,
        )
        begun = time.time()
        for state, progress in watch.looks():
            if state.get("finished", bool(state)):
                return
            # What an earlier seed left there says nothing of this one.
            if progress.get("updated_at", 0) >= begun - SILENCE_SECONDS:
                watch.show(progress)
