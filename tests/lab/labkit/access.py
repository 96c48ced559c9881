"""How members are reached: the lab's ssh key, the members' host keys, the inventory."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .engine import Docker
from .layout import PAIRS, REPLICATION_PASSWORD, Lab

if TYPE_CHECKING:
    from .members import Container

_HOST_KEY = "/etc/ssh/ssh_host_ed25519_key.pub"
#: A socket's path has at most 107 characters; ssh appends a member's address and a suffix of its own.
_LONGEST_SOCKET_FOLDER = 70


def ensure_key(lab: Lab) -> str:
    """The public key that opens every member, made when the lab has none yet."""
    lab.state.mkdir(parents=True, exist_ok=True)
    if not _key(lab).exists():
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "twoway-lab", "-f", str(_key(lab))], check=True
        )
    return _key(lab).with_suffix(".pub").read_text(encoding="utf-8").strip()


def write_known_hosts(docker: Docker, lab: Lab, containers: Mapping[str, Container]) -> None:
    """Record the host keys that the running members have now, so that ssh trusts these and no earlier ones."""
    lines = [
        f"{lab.address(member)} {docker.text('exec', container.name, 'cat', _HOST_KEY)}\n"
        for member, container in containers.items()
        if container.state == "running"
    ]
    _replace(_known_hosts(lab), "".join(lines))


def write_inventory(lab: Lab, members: Iterable[str]) -> None:
    """Write the inventory of the members that exist, one group per pair."""
    existing = set(members)
    inventory: dict[str, object] = {"all": {"vars": _connection_variables(lab)}}
    for group, pair in PAIRS.items():
        present = [member for member in pair if member in existing]
        if present:
            inventory[group] = {
                "hosts": {member: {"ansible_host": lab.address(member)} for member in present},
                "vars": {"pair_members": present, "pair_replication_password": REPLICATION_PASSWORD},
            }
    _replace(inventory_path(lab), "---\n" + _yaml(inventory))


def inventory_path(lab: Lab) -> Path:
    return lab.state / "inventory.yml"


def forget_members(lab: Lab) -> None:
    """Remove what leads to members that are gone."""
    forget_connections(lab)
    for path in (inventory_path(lab), _known_hosts(lab)):
        path.unlink(missing_ok=True)


def forget_connections(lab: Lab) -> None:
    """Make ssh open new connections: a kept one to a container that was stopped would hang."""
    folder = _socket_folder(lab)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)


def _connection_variables(lab: Lab) -> dict[str, object]:
    options = {
        "UserKnownHostsFile": str(_known_hosts(lab)),
        "StrictHostKeyChecking": "accept-new",
        "ControlMaster": "auto",
        "ControlPersist": "120s",
        "ControlPath": f"{_socket_folder(lab)}/%h",
        # A member that is killed or cut off says no goodbye: notice it within 15 seconds.
        "ServerAliveInterval": "5",
        "ServerAliveCountMax": "3",
    }
    return {
        "ansible_user": "root",
        "ansible_ssh_private_key_file": str(_key(lab)),
        "ansible_ssh_common_args": " ".join(f"-o {shlex.quote(f'{name}={value}')}" for name, value in options.items()),
        "ansible_ssh_pipelining": True,
        "ansible_python_interpreter": "/usr/bin/python3",
    }


def _key(lab: Lab) -> Path:
    return lab.state / "id_ed25519"


def _known_hosts(lab: Lab) -> Path:
    return lab.state / "known_hosts"


def _socket_folder(lab: Lab) -> Path:
    """Folder of the kept ssh connections."""
    folder = lab.state / "ssh"
    if len(str(folder)) <= _LONGEST_SOCKET_FOLDER:
        return folder
    return Path(tempfile.gettempdir(), f"twoway-lab-{os.getuid()}-{lab.instance}")


def _replace(path: Path, text: str) -> None:
    """Write a file that others may be reading."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _yaml(value: object, indent: str = "") -> str:
    """Nested dictionaries as YAML blocks; everything else as JSON, which is YAML too."""
    assert isinstance(value, dict)
    lines = []
    for name, content in value.items():
        if isinstance(content, dict):
            lines.append(f"{indent}{name}:\n{_yaml(content, indent + '  ')}")
        else:
            lines.append(f"{indent}{name}: {json.dumps(content)}\n")
    return "".join(lines)
