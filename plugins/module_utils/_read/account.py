# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Reads accounts."""

from __future__ import annotations

from typing import Optional

from .._connection import Session
from .._state.account import Account, AccountName


def read_account(session: Session, name: AccountName) -> Optional[Account]:
    """Return an account with its grants, ``None`` when it does not exist."""
    dialect = session.dialect
    rows = session.query(dialect.read_account(name), "read the account %s" % name)
    if not rows:
        return None
    grants = session.query(dialect.read_grants(name), "read the grants of %s" % name)
    return dialect.parse_account(name, rows[0], [str(next(iter(row.values()))) for row in grants])
