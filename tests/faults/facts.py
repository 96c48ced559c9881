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

import figures
import labkit
from ansible_collections.twoway.mysql.plugins.filter.pair import pair_findings, server_id
from checkout import TOP
from fault import WORDS

_FOLDER = "/opt/twoway-facts"
_PACKAGE = "ansible_collections/twoway/mysql/plugins/module_utils"
_UNPACK = f"rm -rf {_FOLDER} && mkdir -p {_FOLDER} && base64 -d | tar -xz -C {_FOLDER}"
_OPTION_FILES = {flavor: words["file"] for flavor, words in WORDS.items()}
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

host = read_host(run, ["python3-pymysql"], "/var/lib/mysql", [], None, {}, option_files=%r)
print(json.dumps({"host": host, **read_member(Login(), True, with_audit=True, options=[])}, default=str))
"""

Found = set[tuple[str, str | None]]


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
    """What ``member_info`` tells of a member."""
    told: dict[str, Any] = json.loads(labkit.shell(member, ["python3", "-c", _READ % (_FOLDER, _OPTION_FILES)]).stdout)
    return told


def found(**wish: object) -> Found:
    """Codes that are found in a pair deployed with the defaults, but for these wishes, each with its member."""
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=2) as pool:
        told = dict(zip(labkit.DEFAULT_MEMBERS, pool.map(read, labkit.DEFAULT_MEMBERS), strict=True))
    findings = pair_findings(told, _wish(told, wish))
    figures.note("facts of both members, judged", time.monotonic() - began)
    return {(str(finding["code"]), finding["member"]) for finding in findings}


def _wish(told: Mapping[str, Mapping[str, Any]], wish: Mapping[str, object]) -> dict[str, Any]:
    planned = {
        member: {
            "address": labkit.address(member),
            "server_id": server_id(labkit.address(member)),
            "flavor": facts["host"]["program"]["flavor"],
            "filters": {},
            "restart_needed": [],
        }
        for member, facts in told.items()
    }
    return {
        "scope": "running",
        "members": list(labkit.DEFAULT_MEMBERS),
        "hosts": list(labkit.DEFAULT_MEMBERS),
        "donor": "db1",
        "active": "db1",
        "writers": "one",
        "password": None,
        "overwrite": [],
        "may_restart": True,
        "coordinates": "gtid",
        "outage_seconds": 259200,
        "lag_seconds": 60,
        "by_member": planned,
        **wish,
    }
