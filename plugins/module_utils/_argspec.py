# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Options of modules as objects that can be merged; each group has a documentation fragment of the same name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Tuple


@dataclass(frozen=True)
class ArgumentSpec:
    """Options and the rules between them, as ``AnsibleModule`` takes them."""

    options: Dict[str, Any]
    required_together: List[Tuple[str, ...]] = field(default_factory=list)
    required_if: List[Tuple[Any, ...]] = field(default_factory=list)
    mutually_exclusive: List[Tuple[str, ...]] = field(default_factory=list)

    def merged(self, other: ArgumentSpec) -> ArgumentSpec:
        """Return the options and rules of both."""
        return ArgumentSpec(
            options={**self.options, **other.options},
            required_together=self.required_together + other.required_together,
            required_if=self.required_if + other.required_if,
            mutually_exclusive=self.mutually_exclusive + other.mutually_exclusive,
        )


def login_options() -> ArgumentSpec:
    """Return the options that say how to reach a server; documented by the fragment ``login``."""
    return ArgumentSpec(
        options={
            "login_user": {"type": "str", "default": "root"},
            "login_password": {"type": "str", "no_log": True},
            "login_host": {"type": "str"},
            "login_port": {"type": "int", "default": 3306},
            "login_unix_socket": {"type": "path"},
            "config_file": {"type": "path"},
            "ca_cert": {"type": "path"},
            "client_cert": {"type": "path"},
            "client_key": {"type": "path"},
            "check_hostname": {"type": "bool"},
            "connect_timeout": {"type": "int", "default": 30},
        },
        required_together=[("client_cert", "client_key")],
        mutually_exclusive=[("login_host", "login_unix_socket")],
    )
