"""The test lab as functions: real database servers in containers that boot like hosts.

Every function takes the number of the lab as `instance`; without it, the environment variable LAB_INSTANCE, else 0.
A problem is a `LabError` with a sentence for people.
"""

from __future__ import annotations

from .api import (
    MemberStatus,
    SqlError,
    address,
    build_images,
    content,
    cut,
    down,
    gateway,
    heal,
    inventory,
    kill,
    load_wikidb,
    pause,
    shell,
    shell_command,
    sql,
    sql_command,
    status,
    up,
    virtual_address,
    writer_acked,
    writer_start,
    writer_stop,
)
from .layout import DEFAULT_MEMBERS, FLAVORS, IMAGE_KINDS, LabError
from .progress import look_until
from .rows import Content

__all__ = [
    "DEFAULT_MEMBERS",
    "FLAVORS",
    "IMAGE_KINDS",
    "Content",
    "LabError",
    "MemberStatus",
    "SqlError",
    "address",
    "build_images",
    "content",
    "cut",
    "down",
    "gateway",
    "heal",
    "inventory",
    "kill",
    "load_wikidb",
    "look_until",
    "pause",
    "shell",
    "shell_command",
    "sql",
    "sql_command",
    "status",
    "up",
    "virtual_address",
    "writer_acked",
    "writer_start",
    "writer_stop",
]
