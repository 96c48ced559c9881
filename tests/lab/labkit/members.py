"""The containers of a lab: made, kept or replaced, and looked at."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from . import access
from .engine import Docker
from .images import ensure_image, image_name
from .layout import Flavor, Lab, LabError
from .progress import lock, wait_until

_BOOT_SECONDS = 120
_INSTANCE_LABEL = "twoway-lab.instance"
_MEMBER_LABEL = "twoway-lab.member"
_FLAVOR_LABEL = "twoway-lab.flavor"
_KIND_LABEL = "twoway-lab.image"
_VIP_LABEL = "twoway-lab.vip"


@dataclass(frozen=True)
class Container:
    """A member's container as the engine describes it."""

    member: str
    name: str
    #: running, paused, exited or created
    state: str
    flavor: str
    kind: str
    image_id: str
    #: whether it may have further addresses
    has_vip: bool


def find_containers(docker: Docker, lab: Lab) -> dict[str, Container]:
    """The lab's containers by member, in the members' order."""
    names = docker.text("ps", "--all", "--quiet", "--filter", f"label={_INSTANCE_LABEL}={lab.instance}").split()
    described = json.loads(docker.text("inspect", *names)) if names else []
    found = [
        Container(
            member=labels[_MEMBER_LABEL],
            name=entry["Name"].lstrip("/"),
            state=entry["State"]["Status"],
            flavor=labels[_FLAVOR_LABEL],
            kind=labels[_KIND_LABEL],
            image_id=entry["Image"],
            has_vip=_VIP_LABEL in labels,
        )
        for entry in described
        for labels in (entry["Config"]["Labels"],)
    ]
    return {container.member: container for container in sorted(found, key=lambda each: each.member)}


def find_container(docker: Docker, lab: Lab, member: str) -> Container:
    """One member's container. :raises LabError: when the member is not up."""
    name = lab.container(member)
    container = find_containers(docker, lab).get(member)
    if container is None:
        raise LabError(f"Member {member} is not up: there is no container {name}. Run `tests/lab/lab up FLAVOR`.")
    return container


def bring_up(
    docker: Docker, lab: Lab, flavor: Flavor, kind: str, members: Sequence[str], fresh: bool, vip: bool
) -> None:
    """Have these members running that image; one that runs another is replaced, other members are left alone."""
    addresses = {member: lab.address(member) for member in members}
    image_id = ensure_image(docker, flavor, kind)
    with lock(lab.state, "members"):
        _ensure_network(docker, lab)
        public_key = access.ensure_key(lab)
        existing = find_containers(docker, lab)
        for member in addresses:
            container = existing.get(member)
            if container and (fresh or container.image_id != image_id or (vip and not container.has_vip)):
                _remove(docker, [container])
                container = None
            if container is None:
                _create(docker, lab, flavor, kind, member, public_key, vip)
        recover(docker, lab, members)
        access.write_known_hosts(docker, lab, find_containers(docker, lab))
        access.write_inventory(lab, list(find_containers(docker, lab)))


def take_down(docker: Docker, lab: Lab) -> None:
    """Remove the lab's containers and network. Images and the ssh key stay."""
    with lock(lab.state, "members"):
        _remove(docker, list(find_containers(docker, lab).values()))
        if docker.run("network", "inspect", lab.network).returncode == 0:
            docker.text("network", "rm", lab.network)
        access.forget_members(lab)


def recover(docker: Docker, lab: Lab, members: Sequence[str]) -> None:
    """Undo pause, cut and kill for these members and return when they can be reached and have booted."""
    containers = find_containers(docker, lab)
    chosen = [containers[member] for member in members]
    if not chosen:
        raise LabError("No member is up. Run `tests/lab/lab up FLAVOR`.")
    paused = [container.name for container in chosen if container.state == "paused"]
    stopped = [container.name for container in chosen if container.state not in ("running", "paused")]
    if paused:
        docker.text("unpause", *paused)
    if stopped:
        docker.text("start", *stopped)
    access.forget_connections(lab)
    _connect_ports(docker, lab, chosen[0])
    for member in members:
        _wait_for_ssh(lab, member)
        _wait_for_boot(docker, containers[member])


def effective_state(docker: Docker, container: Container) -> str:
    """The engine's word for the container's state, or `cut` for a running one without a network."""
    if container.state != "running":
        return container.state
    carrier = docker.run("exec", container.name, "cat", "/sys/class/net/eth0/carrier")
    return "cut" if carrier.stdout.strip() == "0" else "running"


def unit_state(docker: Docker, container: Container, unit: str) -> str | None:
    """systemd's word for the state of a unit in the member; None when the member can't be asked."""
    if container.state != "running":
        return None
    return docker.run("exec", container.name, "systemctl", "is-active", unit).stdout.strip() or None


def set_port_down(docker: Docker, container: Container) -> None:
    """Pull the member's network cable: its end on the host's bridge goes down, nothing inside the container changes."""
    index = docker.text("exec", container.name, "cat", "/sys/class/net/eth0/iflink")
    # `ip` accepts the name ifN for the interface with the index N.
    _on_host(docker, container, f"ip link set dev if{int(index)} down")


def _connect_ports(docker: Docker, lab: Lab, any_container: Container) -> None:
    """Plug in every network cable of the lab that was pulled."""
    ports = f"/sys/class/net/{lab.bridge}/brif/*"
    _on_host(docker, any_container, f'for port in {ports}; do ip link set dev "${{port##*/}}" up; done')


def _on_host(docker: Docker, container: Container, script: str) -> None:
    """Run a shell script in the network of the engine's host, wherever that is and whoever we are here."""
    docker.text(
        "run", "--rm", "--network", "host", "--cap-add", "NET_ADMIN", container.image_id, "/bin/sh", "-euc", script
    )  # fmt: skip


def _ensure_network(docker: Docker, lab: Lab) -> None:
    if docker.run("network", "inspect", lab.network).returncode:
        docker.text(
            "network", "create",
            "--subnet", lab.subnet,
            "--gateway", lab.gateway,
            "--opt", f"com.docker.network.bridge.name={lab.bridge}",
            lab.network,
        )  # fmt: skip


def _create(docker: Docker, lab: Lab, flavor: Flavor, kind: str, member: str, public_key: str, vip: bool) -> None:
    labels = {
        _INSTANCE_LABEL: str(lab.instance),
        _MEMBER_LABEL: member,
        _FLAVOR_LABEL: flavor.name,
        _KIND_LABEL: kind,
        **({_VIP_LABEL: "yes"} if vip else {}),
    }
    # What an address that moves needs: to be taken, given up and announced, and an agent that is heard under load.
    capabilities = ("NET_ADMIN", "NET_RAW", "SYS_NICE") if vip else ()
    docker.text(
        "run", "--detach",
        "--name", lab.container(member),
        "--hostname", member,
        "--network", lab.network,
        "--ip", lab.address(member),
        # The least that lets systemd boot, with control groups of version 1 and 2; see images/files/boot.
        "--cap-add", "SYS_ADMIN",
        *(word for name in capabilities for word in ("--cap-add", name)),
        "--cgroupns", "private",
        "--security-opt", "apparmor=unconfined",
        # The data are on a filesystem of their own, as on many hosts; on the image's no server can rename a folder.
        "--volume", "/var/lib/mysql",
        "--tmpfs", "/run:exec,mode=0755",
        "--tmpfs", "/tmp:exec,mode=1777",
        "--env", f"LAB_AUTHORIZED_KEY={public_key}",
        *(word for name, value in labels.items() for word in ("--label", f"{name}={value}")),
        image_name(flavor, kind),
    )  # fmt: skip


def _remove(docker: Docker, containers: Sequence[Container]) -> None:
    if containers:
        docker.text("rm", "--force", "--volumes", *(container.name for container in containers))


def _wait_for_ssh(lab: Lab, member: str) -> None:
    address = lab.address(member)
    wait_until(lambda: _answers_ssh(address), _BOOT_SECONDS, f"Member {member} does not answer ssh at {address}")


def _answers_ssh(address: str) -> bool:
    try:
        with socket.create_connection((address, 22), timeout=1) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _wait_for_boot(docker: Docker, container: Container) -> None:
    """Return when systemd has started everything, the database server of a server image included."""
    wait_until(
        lambda: _has_booted(docker, container),
        _BOOT_SECONDS,
        f"Member {container.member} has not finished to boot; see `lab shell {container.member} systemctl list-jobs`",
    )


def _has_booted(docker: Docker, container: Container) -> bool:
    """Whether the boot is over; a unit that failed (`degraded`) is a matter of the tests, not of the lab."""
    done = docker.run("exec", container.name, "timeout", "10", "systemctl", "is-system-running", "--wait")
    return done.stdout.strip() in {"running", "degraded"}
