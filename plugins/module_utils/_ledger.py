# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The ledger of the transactions that were skipped on a member: one JSON object per line."""

from __future__ import annotations

import json
import os
from typing import Any, Dict

from ._bookkeeping import STATE_FOLDER
from ._read.records import LEDGER, read_ledger
from ._state.moment import moment_text


def note_skip(entry: Dict[str, Any]) -> None:
    """Add a line, once for each transaction of a channel; it is on the disk before the transaction is passed over."""
    known = {(line.get("channel"), line.get("transaction")) for line in read_ledger(STATE_FOLDER)}
    if (entry["channel"], entry["transaction"]) in known:
        return
    os.makedirs(STATE_FOLDER, mode=0o700, exist_ok=True)
    path = os.path.join(STATE_FOLDER, LEDGER)
    line = json.dumps({"at": moment_text(), **entry})
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
