"""Four writers that go where they are let, and what has to hold of a pair whatever happens to it meanwhile."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import address
import labkit
import pair
import playbook
import pymysql

_REFUSED_BY_GATE = 1290
#: For members that have to boot, and for a server that waits a minute before it looks for room again.
WHOLE_SECONDS = 240
#: A look at both members takes processor time, which they need.
_PAUSE_SECONDS = 0.5


class Roamer(address.Client):
    """A writer from outside with a connection to each member, which goes to the other one when it is refused."""

    pause_seconds = 0.02

    def run(self) -> None:
        addresses = [labkit.address(member) for member in address.MEMBERS]
        connections: dict[str, pymysql.Connection] = {}
        for host in addresses:
            # To connect takes longer than to move the writes. A member may be away; that is seen below.
            with suppress(pymysql.err.Error, OSError):
                connections[host] = self.connect(host)
        hosts = itertools.cycle(addresses)
        host = next(hosts)
        for number in itertools.count():
            if self.is_stopped(self.pause_seconds):
                break
            try:
                if host not in connections:
                    connections[host] = self.connect(host)
                self.write(connections[host], f"{self.name}-{number}")
            except (pymysql.err.Error, OSError) as error:
                # A refusal leaves the connection as it is; anything else ends it, for a server that has only so many.
                is_refused = isinstance(error, pymysql.err.OperationalError) and error.args[0] == _REFUSED_BY_GATE
                if host in connections and not is_refused:
                    connections.pop(host)._force_close()
                host = next(hosts)


@dataclass(frozen=True)
class Verdict(pair.Verdict):
    """The same of a pair under load: also how many rows were acknowledged, and how often two gates were open."""

    rows: int
    two_open_gates: int


def fresh_pair(flavor: str) -> None:
    """A pair with data, in which db1 takes the writes, and with an account for writers from outside."""
    labkit.up(flavor, image="server", fresh=True)
    labkit.load_wikidb("db1")
    done = playbook.run()
    assert done.exit_code == 0, done.output
    address.make_client_account()


@contextmanager
def under_load() -> Iterator[address.Observed]:
    """Let the writers write, and look at both gates."""
    with address.observed(Roamer) as seen:
        seen.wait_for_rows()
        yield seen


def settled() -> tuple[str, str]:
    """Names of the active member and the standby, once the pair is whole."""
    problems = list(_half_problems())
    assert not problems, problems[0]
    return address.settled_gates()


def open_members() -> list[str]:
    """Members whose gate is open."""
    return [member for member, word in address.gates().items() if word == "open"]


def is_whole() -> bool:
    """Whether both channels run, and one gate is open."""
    try:
        channels = [pair.channel_threads(member) for member in address.MEMBERS]
    except labkit.LabError:
        return False
    return channels == [["Yes", "Yes"]] * 2 and sorted(address.gates().values()) == ["closed", "open"]


def judge(seen: address.Observed) -> Verdict:
    """The verdict on a pair that had the time to become whole again; its writers are stopped."""
    problems = list(_half_problems())
    lost, two_open_gates, deposed = seen.lost_rows(), seen.two_open_gates(), seen.rows_of_deposed()
    problems += [f"{member} lacks {rows} acknowledged rows" for member, rows in lost.items() if rows]
    problems += [f"the gate of {member} was not seen" for member in address.MEMBERS if not seen.gates(member)]
    if two_open_gates:
        problems.append(f"both gates were open {two_open_gates} times")
    if deposed:
        problems.append(f"{deposed} rows were acknowledged by a member while the other one had the writes")
    problems += [*pair.different_transactions(), *pair.different_tables()]
    return Verdict(tuple(problems), max(lost.values()), len(seen.acknowledged), two_open_gates)


def _half_problems() -> Iterator[str]:
    """Yield how the pair is where it does not become whole."""
    if not labkit.look_until(is_whole, bool, WHOLE_SECONDS, _PAUSE_SECONDS):
        channels = {member: pair.channel_threads(member) for member in address.MEMBERS}
        yield f"it is not whole: gates {address.gates()}, channels {channels}"
