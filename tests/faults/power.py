"""A switch for the power of members, and the program by which a keeper has it turned off."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import address
import labkit
import playbook

PROGRAM = "/usr/local/sbin/power-off"
#: So long a server has to have been there before its keeper has a host turned off; docs/vip.md.
AFTER_START_SECONDS = 10
#: The default of how long a host has been silent when it is turned off.
AFTER_SECONDS = 1.0
_PORT = 4711
#: It asks whoever has the switch, and ends as that one says.
_TEXT = """#!/bin/bash
exec 3<> /dev/tcp/{switch}/{port} || exit 1
echo "$1" >&3
read -r answer <&3
exit "${{answer:-1}}"
"""

#: On a busy machine it takes longer to end a container than commits wait by default.
VARIABLES = {
    "pair_vip_takeover": True,
    "pair_vip_fence_program": PROGRAM,
    "mysql_server_semi_sync_timeout_ms": 10000,
}


def install(after_seconds: float = AFTER_SECONDS) -> None:
    """Have the program on both members, and their keepers use it once a host was silent for so long."""
    text = _TEXT.format(switch=labkit.gateway(), port=_PORT)
    for member in address.MEMBERS:
        labkit.shell(member, f"cat > {PROGRAM}; chmod 0755 {PROGRAM}", stdin=text)
    for name in (playbook.DEPLOY, address.ROLE):
        address.run(name, {**VARIABLES, "pair_vip_fence_after_seconds": after_seconds})


@contextmanager
def switch(other: str, works: bool = True) -> Iterator[list[str]]:
    """Somebody at the switch: turns that member off as soon as the other one asks for it, or fails to.

    The addresses that were asked for are noted in the list.
    """
    asked: list[str] = []

    def serve(listener: socket.socket) -> None:
        # Its end is that of the block.
        with suppress(OSError):
            while True:
                asking, _place = listener.accept()
                with asking, asking.makefile("rw") as lines:
                    asked.append(lines.readline().strip())
                    if works:
                        labkit.kill(other)
                    lines.write("0\n" if works else "1\n")

    with socket.create_server((labkit.gateway(), _PORT)) as listener:
        worker = threading.Thread(target=serve, args=(listener,), daemon=True)
        worker.start()
        try:
            yield asked
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            worker.join()
