# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Options of the modules that compare a replica with its source."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping

from .._argspec import ArgumentSpec
from .._module import login_of, remote_login_of
from .run import Request
from .tables import Choice
from .throttle import Limits

_SILENT_SECONDS = 10


def comparison_options() -> ArgumentSpec:
    """Return the options; documented by the fragment ``comparison``."""
    return ArgumentSpec(
        options={
            "source_host": {"type": "str", "required": True},
            "source_port": {"type": "int", "default": 3306},
            "source_user": {"type": "str", "required": True},
            "source_password": {"type": "str", "required": True, "no_log": True},
            "source_ca_cert": {"type": "path"},
            "source_name": {"type": "str"},
            "channel": {"type": "str", "default": ""},
            "schemas": {"type": "list", "elements": "str", "default": []},
            "tables": {"type": "list", "elements": "str", "default": []},
            "exclude": {"type": "list", "elements": "str", "default": []},
            "chunk_bytes": {"type": "int", "default": 16777216},
            "parallel": {"type": "int"},
            "max_lag_seconds": {"type": "float"},
            "max_threads_running": {"type": "int"},
            "max_rows": {"type": "int", "default": 20},
            "timeout_seconds": {"type": "int", "default": 300},
        }
    )


def request_of(params: Mapping[str, Any]) -> Request:
    """Return what is to be compared."""
    source = remote_login_of(params, "source")
    return Request(
        # The replica's applier may be held while the source is asked.
        source=replace(source, connect_timeout=_SILENT_SECONDS, host_timeout=_SILENT_SECONDS),
        replica=login_of(params),
        channel=params["channel"],
        choice=Choice(params["schemas"], params["tables"], params["exclude"]),
        limits=Limits(params["max_lag_seconds"], params["max_threads_running"], params["timeout_seconds"]),
        timeout_seconds=params["timeout_seconds"],
        chunk_bytes=params["chunk_bytes"],
        parallel=params["parallel"],
        most_rows=params["max_rows"],
    )
