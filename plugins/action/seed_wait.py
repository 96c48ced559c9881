# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits for the end of a seed that an earlier run has left in the background of its recipient, and shows how far it is.

It looks at the lock of the seed's process and holds nothing itself. That lock is gone with the process, however that
ends; a process that hangs is shown as one that gets no further, and is left to whoever reads that.
"""

from __future__ import annotations

import shlex
from typing import Any, Dict, Mapping, Optional

from ansible.plugins.action import ActionBase
from ansible_collections.twoway.mysql.plugins.module_utils._bookkeeping import STATE_FOLDER, UNFINISHED, WATCHED
from ansible_collections.twoway.mysql.plugins.module_utils._state.moment import moment_text
from ansible_collections.twoway.mysql.plugins.plugin_utils._seed_watch import SILENCE_SECONDS, SeedWatch

_LOOK_SECONDS = 0.5
# Whoever waits for a seed and goes on with it leaves a note every few seconds. None came from a run that is gone.
_LISTEN_SECONDS = 12
# What cannot hold the lock for another reason than that somebody has it is taken for an end: the members are asked
# again in any case.
_GOES_ON = (
    "[ -e {lock} ] && {{ flock --shared --nonblock --conflict-exit-code 75 {lock} true 2> /dev/null; [ $? -eq 75 ]; }}"
)
# The note of who waits may be empty, after the disk was full.
# Behind a terminal, which some ways to become root have, an error would stand before the answer.
_TELL = """
if goes_on; then
    printf '{{"goes_on": true, "process": "%s", "began_at": %s, "watched_at": %s, "now": %s}}' \\
        "$(cat {lock})" "$(stat -c %Y {lock})" "$(grep -sxE '[0-9]+' {watched} || echo 0)" "$(date +%s)"
elif [ -d {folder} ] && [ ! -x {folder} ]; then
    printf '{{"goes_on": false, "obstacle": "folder"}}'
elif [ -e {lock} ] && ! command -v flock > /dev/null; then
    printf '{{"goes_on": false, "obstacle": "program"}}'
else
    printf '{{"goes_on": false}}'
fi
"""
_OBSTACLES = {
    "folder": "Whether a copy into %%s goes on cannot be seen: %s there is for root alone, and become is missing."
    " Nothing was changed." % STATE_FOLDER,
    "program": "Whether a copy into %s goes on cannot be seen: the program flock, of util-linux, is missing there."
    " Nothing was changed.",
}
_ELSEWHERE = (
    "Another run waits for the copy into %s as well, and goes on when that has ended: let it. Nothing was changed."
)
_OUT_OF_SIGHT = (
    "Nothing was heard of %s for %d s. Nothing was changed; the copy into it does not depend on the connection."
    " Run the same again when %s can be reached."
)


class ActionModule(ActionBase):
    """See the top of the file."""

    def run(self, tmp: Optional[str] = None, task_vars: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        """Return who was waited for; a failure where another run waits too, or the host cannot be asked."""
        result: Dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec({"port": {"type": "int", "default": 3306}})
        host = (task_vars or {}).get("inventory_hostname", "")
        lock, watched = (
            shlex.quote("%s/%s-%s.json%s" % (STATE_FOLDER, name, options["port"], ending))
            for name, ending in ((UNFINISHED, ".lock"), (WATCHED, ""))
        )
        watch = SeedWatch(
            self._low_level_execute_command,
            host,
            options["port"],
            goes_on=_GOES_ON.format(lock=lock),
            tell=_TELL.format(lock=lock, watched=watched, folder=shlex.quote(STATE_FOLDER)),
            pause=_LOOK_SECONDS,
            is_noted=False,
        )
        return {**result, "changed": False, **self._wait(watch, host)}

    def _wait(self, watch: SeedWatch, host: str) -> Dict[str, Any]:
        first: Dict[str, Any] = {}
        for told, progress in watch.looks():
            if "obstacle" in told:
                return {"failed": True, "msg": _OBSTACLES[told["obstacle"]] % host}
            if told and not (told["goes_on"] and not self._task.check_mode):
                return {"seed": _described(first or told), "is_over": not told["goes_on"]}
            if not told:
                continue
            if not first:
                first = told
                watch.say(_announcement(told, host))
            if not watch.is_noted and told["watched_at"] > first["now"]:
                return {"failed": True, "msg": _ELSEWHERE % host}
            watch.is_noted = told["now"] - first["now"] >= _LISTEN_SECONDS
            # What an earlier seed left there says nothing of this one.
            if progress.get("updated_at", 0) >= told["began_at"]:
                watch.show(progress, told["now"] - progress["updated_at"])
        return {"failed": True, "msg": _OUT_OF_SIGHT % (host, SILENCE_SECONDS, host)}


def _described(told: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    if "process" not in told:
        return None
    process = str(told["process"])
    return {"process": int(process) if process.isdigit() else None, "began_at": moment_text(told["began_at"])}


def _announcement(told: Mapping[str, Any], host: str) -> str:
    return (
        "waits for the copy that process %s has been making since %s. To end the waiting, and not the copy, interrupt"
        " this run; to give the copy up, end that process on %s."
        % (told["process"] or "unknown", moment_text(told["began_at"]), host)
    )
