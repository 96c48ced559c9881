"""What the members tell, and what is found in it: seconds instead of a run of the playbook."""

from __future__ import annotations

import base64
import io
import json
import tarfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import labkit
from ansible_collections.twoway.mysql.plugins.filter.pair import pair_findings
from checkout import TOP

_FOLDER = "/opt/twoway-facts"
_PACKAGE = "ansible_collections/twoway/mysql/plugins/module_utils"
_UNPACK = f"rm -rf {_FOLDER} && mkdir -p {_FOLDER} && base64 -d | tar -xz -C {_FOLDER}"
#: What the module does, without Ansible around it: the utils need the driver alone.
_READ = """
import json, subprocess, sys
sys.path.insert(0, %r)
from ansible_collections.twoway.mysql.plugins.module_utils._connection import Login
from ansible_collections.twoway.mysql.plugins.module_utils._read.host import read_host
from ansible_collections.twoway.mysql.plugins.module_utils._read.member import read_member

def run(words):
    done = subprocess.run(list(words), capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr

host = read_host(run, [], "/var/lib/mysql", [], None, {})
print(json.dumps({"host": host, **read_member(Login(), True, with_audit=True)}, default=str))
"""


def install() -> None:
    """Put the utils of the collection on both members."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(
            TOP / "plugins" / "module_utils", _PACKAGE, filter=lambda item: None if "__pycache__" in item.name else item
        )
    text = base64.b64encode(packed.getvalue()).decode("ascii")
    for member in labkit.DEFAULT_MEMBERS:
        labkit.shell(member, _UNPACK, stdin=text)


def read(member: str) -> dict[str, Any]:
    """What ``member_info`` tells of a member, and the seconds that this took there."""
    began = time.monotonic()
    told = labkit.shell(member, ["python3", "-c", _READ % _FOLDER]).stdout
    return {**json.loads(told), "seconds": time.monotonic() - began}


def read_both() -> dict[str, dict[str, Any]]:
    """Facts of both members, by name."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(labkit.DEFAULT_MEMBERS, pool.map(read, labkit.DEFAULT_MEMBERS), strict=True))


def findings(facts: Mapping[str, Mapping[str, Any]], **wish: object) -> list[dict[str, Any]]:
    """What is found in the facts of a pair that was deployed with the defaults, but for these wishes."""
    planned = {
        member: {
            "address": labkit.address(member),
            "server_id": told["server"]["server_id"],
            "flavor": told["server"]["flavor"],
            "filters": {},
            "restart_needed": [],
        }
        for member, told in facts.items()
    }
    whole = {
        "scope": "running",
        "members": list(labkit.DEFAULT_MEMBERS),
        "hosts": list(labkit.DEFAULT_MEMBERS),
        "donor": "db1",
        "active": "db1",
        "writers": "one",
        "password": "",
        "overwrite": [],
        "may_restart": True,
        "coordinates": "gtid",
        "outage_seconds": 259200,
        "lag_seconds": 60,
        "by_member": planned,
        **wish,
    }
    return list(pair_findings(dict(facts), whole))
