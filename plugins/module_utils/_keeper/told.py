# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Tells on the host how the write gate is, for whatever leads clients to where writes are accepted."""

from __future__ import annotations

import os

GATE_FILE = "/run/twoway/gate-open"
"""``1`` while clients can write here, else ``0``; also when nobody looks. Without the file the gate is closed."""


def tell_gate(is_open: bool) -> None:
    """Replace what the file says; both contents are of one length, so that no reader finds it empty."""
    descriptor = os.open(GATE_FILE, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, b"1\n" if is_open else b"0\n")
    finally:
        os.close(descriptor)
