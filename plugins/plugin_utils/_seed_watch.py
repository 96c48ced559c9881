# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is private to the collection. It may change without notice.

"""Looks at a seed that goes on in the background of a host, and shows in the terminal how far it is."""

from __future__ import annotations

import json
import os
import shlex
import time
from typing import Any, Callable, Dict, Iterator, Mapping, Tuple

from ansible.errors import AnsibleConnectionFailure
from ansible.utils.display import Display
from ansible_collections.twoway.mysql.plugins.module_utils._bookkeeping import PROGRESS, STATE_FOLDER, WATCHED
from ansible_collections.twoway.mysql.plugins.module_utils._report.progress import report_progress

SILENCE_SECONDS = 60.0
"""A seed of which nothing was heard for so long is lost, or out of reach."""

_SHOW_SECONDS = 4.0
# How often the host itself looks for the end before it answers: the end is seen at once, and few questions are asked.
_LOOKS = 10
_QUESTION = """
goes_on() {{ {goes_on}; }}
{note}
i=0
while [ $i -lt {looks} ] && goes_on; do sleep {pause}; i=$((i + 1)); done
{tell}
echo; cat {progress} || true
"""
# The folder is made by the seed itself.
_NOTE = "if [ -d {folder} ]; then date +%s > {watched}; fi"

display = Display()


class SeedWatch:
    """What the host of a seed is asked, again and again.

    :ivar is_noted: whether each question leaves a note on the host that somebody waits who goes on with the seed when
        it has ended.
    """

    def __init__(
        self,
        ask: Callable[[str], Mapping[str, Any]],
        host: str,
        port: int,
        goes_on: str,
        tell: str,
        pause: float,
        is_noted: bool = True,
    ) -> None:
        """Prepare.

        :param ask: runs a command of the host's shell; ``stdout`` of its result is what it printed.
        :param host: its name in the inventory, for people.
        :param port: of the server that is seeded.
        :param goes_on: command that succeeds while the seed goes on.
        :param tell: command that prints, as JSON in one line, what is to be known of it; it may call ``goes_on``.
        :param pause: seconds between two looks of the host at ``goes_on``.
        """
        self._ask = ask
        self._host = host
        self._port = port
        self._goes_on = goes_on
        self._tell = tell
        self._pause = pause
        self._shown_at = time.monotonic()
        self.is_noted = is_noted

    def looks(self) -> Iterator[Tuple[Dict[str, Any], Dict[str, Any]]]:
        """Yield what the host tells of the seed, and the file of its progress, until it has been silent for too long.

        Both are empty where the host could not be asked, or does not know.
        """
        heard_at, run = time.monotonic(), os.getppid()
        # A worker of Ansible outlives its run where that alone is killed, and nobody goes on with the seed then.
        while time.monotonic() - heard_at < SILENCE_SECONDS and os.getppid() == run:
            told, progress = self._look()
            if told:
                heard_at = time.monotonic()
            yield told, progress
            if not told:
                # A host that could not be asked did not wait either.
                time.sleep(1)

    def show(self, progress: Mapping[str, Any], silent_seconds: float = 0) -> None:
        """Show how far the seed is, if it was not shown just now.

        :param silent_seconds: for how long it has not got any further.
        """
        if time.monotonic() - self._shown_at >= _SHOW_SECONDS:
            self.say(report_progress(progress, silent_seconds))
            self._shown_at = time.monotonic()

    def say(self, text: str) -> None:
        """Show a line about the host."""
        display.display("%s: %s" % (self._host, text))

    def question(self) -> str:
        """Return the command that is sent to the host."""
        watched = shlex.quote("%s/%s-%s.json" % (STATE_FOLDER, WATCHED, self._port))
        return _QUESTION.format(
            goes_on=self._goes_on,
            note=_NOTE.format(folder=shlex.quote(STATE_FOLDER), watched=watched) if self.is_noted else "",
            looks=_LOOKS,
            pause=self._pause,
            tell=self._tell,
            progress=shlex.quote("%s/%s-%s.json" % (STATE_FOLDER, PROGRESS, self._port)),
        )

    def _look(self) -> Tuple[Dict[str, Any], Dict[str, Any]]:
        try:
            told, _end, progress = self._ask(self.question()).get("stdout", "").partition("\n")
        except AnsibleConnectionFailure:
            # The seed does not depend on the connection, and a network that is back in time has done no harm.
            return {}, {}
        return _parse(told), _parse(progress)


def _parse(text: str) -> Dict[str, Any]:
    """Return what a file of JSON holds; nothing while it is being written, or where there is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
