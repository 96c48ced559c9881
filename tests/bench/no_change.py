"""Counts what a deployment costs: task executions of the first run and of one that changes nothing, and its CPU time.

Usage: no_change.py FLAVOR

The first run begins with bare hosts. The last line is JSON with the figures; the exit code is 1 when one is over its
limit: 30 and 14 task executions on each member, 10 seconds of the controller.
"""

from __future__ import annotations

import json
import re
import resource
import sys

import labkit
import playbook

_LIMITS = {"first_tasks": 30, "no_change_tasks": 14, "no_change_cpu_seconds": 10.0}
_RECAP = re.compile(r"^\S+\s+: ok=(\d+) .*failed=(\d+)", re.MULTILINE)


def executions(output: str) -> int:
    """Task executions of the member that had most of them, as the recap counts them.

    >>> executions("db1 : ok=23 changed=7 unreachable=0 failed=1\\ndb2 : ok=22 changed=7 unreachable=0 failed=0")
    24
    """
    return max(int(ok) + int(failed) for ok, failed in _RECAP.findall(output))


def cpu_seconds() -> float:
    """CPU time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(flavor: str) -> dict[str, object]:
    """The figures of a flavor."""
    with playbook.frozen_collection():
        labkit.up(flavor, image="bare", fresh=True)
        first = playbook.run()
        before = cpu_seconds()
        second = playbook.run()
        used = cpu_seconds() - before
    if first.exit_code or second.exit_code or second.changes:
        sys.exit(f"The runs did not go as they should: {second.changes}\n{first.output}\n{second.output}")
    return {
        "flavor": flavor,
        "first_tasks": executions(first.output),
        "no_change_tasks": executions(second.output),
        "no_change_cpu_seconds": round(used, 1),
    }


def main(arguments: list[str]) -> int:
    """Exit code: 0 when all figures are within their limits."""
    if len(arguments) != 1 or arguments[0] not in labkit.FLAVORS:
        sys.exit(f"Name a flavor: {', '.join(labkit.FLAVORS)}.")
    figures = measure(arguments[0])
    labkit.down()
    print(json.dumps(figures))
    return int(any(float(str(figures[name])) > limit for name, limit in _LIMITS.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
