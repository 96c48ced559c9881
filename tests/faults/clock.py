"""A member whose keeper and tasks see another time than those of its peer: a container has no clock of its own.

The server keeps the true time. It stamps what it logs with that, and nothing here goes by such stamps.
"""

from __future__ import annotations

import time

import labkit

#: Python runs the line when it starts, and looks into the file whenever it is asked for the time.
_JUMP = """
    set -e; cd /usr/lib/python3/dist-packages
    if ! [ -e lab-clock.pth ]; then
        echo 0 > lab-clock
        echo "import time; time.time = lambda at=time.time: at() + int(open('$PWD/lab-clock').read())" > lab-clock.pth
        systemctl restart twoway-gate
    fi
    echo {seconds} > lab-clock.new; mv lab-clock.new lab-clock
"""
_ASK = ["python3", "-c", "import time; print(time.time())"]
#: For an answer on a busy machine.
_NEARLY_SECONDS = 60


def jump(member: str, seconds: int) -> None:
    """Set the member's clock so far ahead of the true time, under its keeper."""
    labkit.shell(member, _JUMP.format(seconds=seconds))
    ahead = float(labkit.shell(member, _ASK).stdout) - time.time()
    assert abs(ahead - seconds) < _NEARLY_SECONDS, f"the clock of {member} is {ahead:.0f} s ahead"
