"""A switch for the power of members, and the program by which a keeper has it turned off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import address
import labkit
import playbook

PROGRAM = "/usr/local/sbin/power-off"
#: It asks whoever has the switch, and ends as that one says.
_TEXT = """#!/bin/sh
echo "$1" > /run/power-asked
until [ -s /run/power-answer ]; do sleep 0.01; done
exit "$(cat /run/power-answer)"
"""
#: So long a server has to have been there before its keeper has a host turned off; docs/vip.md.
AFTER_START_SECONDS = 10
_WAIT = "until [ -s /run/power-asked ]; do sleep 0.01; done; cat /run/power-asked"
_NOBODY = "nobody"
_ANSWER = "echo {} > /run/power-answer.new; mv /run/power-answer.new /run/power-answer"
_FORGET = "rm -f /run/power-asked /run/power-answer"

#: On a busy machine it takes longer to end a container than commits wait by default.
VARIABLES = {
    "pair_vip_takeover": True,
    "pair_vip_fence_program": PROGRAM,
    "mysql_server_semi_sync_timeout_ms": 10000,
}


def install() -> None:
    """Have the program on both members, and their keepers use it."""
    for member in address.MEMBERS:
        labkit.shell(member, f"cat > {PROGRAM}; chmod 0755 {PROGRAM}", stdin=_TEXT)
    for name in (playbook.DEPLOY, address.ROLE):
        address.run(name, VARIABLES)


@contextmanager
def switch(asking: str, other: str, works: bool = True) -> Iterator[list[str]]:
    """Somebody at the switch: turns the other member off as soon as the one asks for it, or fails to.

    The addresses that were asked for are noted in the list.
    """
    asked: list[str] = []

    def serve() -> None:
        host = labkit.shell(asking, _WAIT).stdout.strip()
        if host == _NOBODY:
            return
        asked.append(host)
        if works:
            labkit.kill(other)
        labkit.shell(asking, _ANSWER.format(0 if works else 1))

    labkit.shell(asking, _FORGET)
    worker = threading.Thread(target=serve, daemon=True)
    worker.start()
    try:
        yield asked
    finally:
        labkit.shell(asking, f"[ -s /run/power-asked ] || echo {_NOBODY} > /run/power-asked")
        worker.join()
