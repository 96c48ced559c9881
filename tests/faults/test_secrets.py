"""The passwords of a pair show nowhere while it is deployed and afterwards, but in the servers' own stores."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import labkit
import playbook
import pytest

_MEMBERS = labkit.DEFAULT_MEMBERS

#: What is searched for. The passwords have more around it that is quoted in many ways; this part never is.
#: It is another one in each lab: labs that run at the same time share their controller.
_MARK = "Recognizable4711x" + os.environ.get("LAB_INSTANCE", "0")
_REPLICATION = f"it's \"{_MARK}\\r"
_NEXT_REPLICATION = f"it's \"{_MARK}\\n"
_SEED = f"seed-{_MARK}"

#: Reads every process's command line and environment, until its standard input ends.
_SAMPLER = r"""
import json, os, select, sys
mark = sys.stdin.buffer.readline().strip()
samples, found = 0, set()
while not select.select([sys.stdin], [], [], 0.02)[0]:
    samples += 1
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("cmdline", "environ"):
            try:
                with open("/proc/%s/%s" % (pid, name), "rb") as file:
                    text = file.read()
            except OSError:
                continue
            if mark in text:
                found.add("%s: %s" % (name, text.replace(b"\0", b" ").decode(errors="replace")))
print(json.dumps({"samples": samples, "found": sorted(found)}))
"""

#: Where a secret could be left: everything but the server's own store, and of that its logs.
_SEARCH = f"""
grep -rslaF -e {_MARK} /etc /home /opt /root /run /srv /tmp /usr/local /var/backups /var/log /var/spool /var/tmp
cd /var/lib/mysql && grep -slaF -e {_MARK} *.log *.err *.index *bin.0* *relay*.0* binlog.0* 2>/dev/null
journalctl --no-pager --all | grep -aF -e {_MARK}
find /root/.ansible/tmp /tmp /var/tmp /dev/shm -type f
true
"""
_PROTECTION = """
stat --format '%a %U %n' /var/lib/mysql
find /var/lib/mysql -maxdepth 1 -name 'master*.info' -printf '%m %u %p\n'
"""
_GENERAL_LOG = "/var/lib/mysql/general.log"


@dataclass(frozen=True)
class Samples:
    """What a sampler saw."""

    place: str
    count: int
    found: list[str]


@contextmanager
def sampled() -> Iterator[list[Samples]]:
    """Read the processes of both members and of this machine all the while; the list is filled at the end."""
    interpreter = ["python3", "-c", _SAMPLER]
    commands = {member: labkit.shell_command(member, interpreter) for member in _MEMBERS}
    commands["controller"] = [sys.executable, "-c", _SAMPLER]
    samplers = {
        place: subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for place, command in commands.items()
    }
    samples: list[Samples] = []
    try:
        for sampler in samplers.values():
            assert sampler.stdin is not None
            sampler.stdin.write(_MARK.encode() + b"\n")
            sampler.stdin.flush()
        yield samples
    finally:
        for place, sampler in samplers.items():
            told = json.loads(sampler.communicate()[0])
            samples.append(Samples(place, told["samples"], told["found"]))


@dataclass(frozen=True)
class Deployed:
    """The runs of the pair, and what was seen during them."""

    runs: list[playbook.Finished]
    samples: list[Samples]


@pytest.fixture(scope="module")
def deployed(flavor: str) -> Deployed:
    """A pair that was deployed, and then given another password, with every log that there is."""
    labkit.up(flavor, image="server", fresh=True)
    labkit.load_wikidb("db1")
    unit = labkit.FLAVORS[flavor].unit
    option_file = f"[mysqld]\\ngeneral_log = ON\\ngeneral_log_file = {_GENERAL_LOG}\\n"
    for member in _MEMBERS:
        labkit.shell(member, f"printf '{option_file}' > /etc/mysql/conf.d/zz-log.cnf && systemctl restart {unit}")
    with sampled() as samples:
        runs = [
            playbook.run(
                variables={"pair_replication_password": password, "__pair_seed_password": _SEED},
                arguments=["-vvv", "--diff"],
            )
            for password in (_REPLICATION, _NEXT_REPLICATION)
        ]
    return Deployed(runs, samples)


def test_it_was_worth_looking(deployed: Deployed) -> None:
    for run in deployed.runs:
        assert run.exit_code == 0, run.output[-4000:]
    changed = {task for run in deployed.runs for task in run.changes}
    assert any("Accounts for the peer" in task for task in deployed.runs[1].changes), changed
    assert any("Copy from the donor" in task for task in changed), changed
    assert all(samples.count > 100 for samples in deployed.samples), deployed.samples


def test_no_process_shows_it(deployed: Deployed) -> None:
    assert [(samples.place, samples.found) for samples in deployed.samples if samples.found] == []


def test_no_output_shows_it(deployed: Deployed) -> None:
    shown = [line for run in deployed.runs for line in run.output.splitlines() if _MARK in line]
    assert shown == []


@pytest.mark.parametrize("member", _MEMBERS)
def test_no_file_keeps_it(deployed: Deployed, member: str) -> None:
    assert labkit.shell(member, _SEARCH).stdout.splitlines() == []


@pytest.mark.parametrize("member", _MEMBERS)
def test_the_general_log_is_written_without_it(deployed: Deployed, member: str) -> None:
    """MySQL rewrites statements with passwords; MariaDB does not, and they are kept out of its log."""
    log = labkit.shell(member, f"cat {_GENERAL_LOG}").stdout
    assert "SHOW GLOBAL VARIABLES" in log
    assert _MARK not in log


@pytest.mark.parametrize("member", _MEMBERS)
def test_the_store_is_protected(deployed: Deployed, member: str) -> None:
    for line in labkit.shell(member, _PROTECTION).stdout.splitlines():
        mode, owner, path = line.split(" ", 2)
        assert owner == "mysql", line
        # MariaDB's packages leave the folder open and protect what is in it.
        assert int(mode, 8) & 0o007 == 0 or path == "/var/lib/mysql", line


@pytest.mark.parametrize("member", _MEMBERS)
def test_option_files_are_nobodys_to_write(deployed: Deployed, member: str) -> None:
    find = "find -L /etc/mysql -type f \\( -perm /022 -o -name '*key*.pem' -perm /077 \\) -printf '%m %u %p\n'"
    assert labkit.shell(member, find).stdout == ""


def test_a_killed_copy_leaves_no_secret(flavor: str) -> None:
    """Nothing of what the copy needs a password for outlives it, however it ends."""
    labkit.up(flavor, image="server", fresh=True)
    labkit.load_wikidb("db1")
    variables = {"__pair_seed_password": _SEED}
    playbook.run_until_moment("twoway.mysql.pair : Seed | Copy from the donor", 1.2, variables)
    labkit.kill("db2")
    labkit.heal()
    left = labkit.shell("db2", f"grep -rslaF -e {_MARK} /root /var/tmp /tmp /run /dev/shm; true").stdout.splitlines()
    assert left == []
