# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Tells how the write gate is: on the host, for whatever leads clients to where it is open, and in the journal."""

from __future__ import annotations

import os
import sys

GATE_FILE = "/run/twoway/gate-open"
"""``1`` while clients can write here, else ``0``; also when nobody looks. Without the file the gate is closed."""


def tell_gate(is_open: bool) -> None:
    """Replace what the file says; both contents are of one length, so that no reader finds it empty."""
    descriptor = os.open(GATE_FILE, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, b"1\n" if is_open else b"0\n")
    finally:
        os.close(descriptor)


class Told:
    """What was told last; nothing is told twice.

    :ivar gate: ``open``, ``half-open``, ``closed``, or ``away`` while nobody can look.
    """

    def __init__(self) -> None:
        self.gate = self._said = ""

    def tell(self, gate: str) -> None:
        """Tell whoever leads clients here whether their writes are accepted."""
        if gate != self.gate:
            tell_gate(gate == "open")
            self.gate = gate

    def say(self, text: str) -> None:
        """Tell a person what happens, on a line of the journal."""
        if text != self._said:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
            self._said = text
