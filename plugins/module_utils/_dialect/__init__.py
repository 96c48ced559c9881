# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The languages of the servers."""

from __future__ import annotations

from .base import Dialect
from .features import MARIADB, Server
from .mariadb import MariadbDialect
from .mysql import MysqlDialect


def dialect_for(server: Server) -> Dialect:
    """Return the dialect of a server.

    :raises UnsupportedServer: when the server is older than what the collection supports.
    """
    server.require_supported()
    return MariadbDialect(server) if server.flavor == MARIADB else MysqlDialect(server)
