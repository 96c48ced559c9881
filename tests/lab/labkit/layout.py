"""Names, addresses and folders of a lab: everything that is decided rather than found out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

LAB_FOLDER = Path(__file__).resolve().parents[1]
REPOSITORY = LAB_FOLDER.parents[1]
STATE_ROOT = REPOSITORY / ".lab"

DEFAULT_MEMBERS = ("db1", "db2")
IMAGE_KINDS = ("bare", "server")

#: Last number of each member's address.
HOST_NUMBERS = {"db1": 1, "db2": 6, "db3": 11, "db4": 16}

#: Inventory groups and the members that they hold.
PAIRS = {"wiki_pair": ("db1", "db2"), "blog_pair": ("db3", "db4")}

#: The password that the inventory gives to the pairs. It opens nothing but the containers of the lab.
REPLICATION_PASSWORD = "lab-replication-4711"


class LabError(Exception):
    """A sentence for the person at the keyboard, with the exit code of the command."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Flavor:
    """A family of server as one Debian suite distributes it."""

    name: str
    suite: str
    has_security_archive: bool
    packages: tuple[str, ...]
    client: str
    unit: str


_MARIADB_PACKAGES = ("mariadb-server", "mariadb-client", "mariadb-backup")

FLAVORS = {
    flavor.name: flavor
    for flavor in (
        Flavor(
            "mysql", "sid", False, ("mysql-server", "mysql-client", "python3-cryptography"), "mysql", "mysql.service"
        ),
        Flavor("mariadb", "trixie", True, _MARIADB_PACKAGES, "mariadb", "mariadb.service"),
        Flavor("mariadb-lts", "bookworm", True, _MARIADB_PACKAGES, "mariadb", "mariadb.service"),
    )
}

#: Installed beside every flavor's server.
COMMON_PACKAGES = ("python3-pymysql", "openssl")


@dataclass(frozen=True)
class Lab:
    """One lab of several that may exist at once."""

    instance: int

    @property
    def state(self) -> Path:
        """Folder with the key, the inventory and the locks of this lab."""
        return STATE_ROOT / str(self.instance) if self.instance else STATE_ROOT

    @property
    def network(self) -> str:
        return f"twoway-lab-{self.instance}" if self.instance else "twoway-lab"

    @property
    def bridge(self) -> str:
        """Name of the network's interface on the engine's host; at most 15 characters."""
        return f"twowaylab{self.instance}"

    @property
    def subnet(self) -> str:
        return f"10.8.{self.instance}.0/24"

    @property
    def gateway(self) -> str:
        """Moved from .1, the address of db1."""
        return f"10.8.{self.instance}.254"

    @property
    def virtual_address(self) -> str:
        """For a pair's address that moves."""
        return f"10.8.{self.instance}.100"

    def address(self, member: str) -> str:
        return f"10.8.{self.instance}.{HOST_NUMBERS[checked_member(member)]}"

    def container(self, member: str) -> str:
        prefix = f"twoway{self.instance}" if self.instance else "twoway"
        return f"{prefix}-{checked_member(member)}"


def lab_of(instance: int | None = None) -> Lab:
    """The lab of that number; without one, of the environment variable LAB_INSTANCE, else 0.

    :raises LabError: when the number is not one of 0 to 255.
    """
    text = os.environ.get("LAB_INSTANCE", "0") if instance is None else str(instance)
    if not text.isdecimal() or int(text) > 255:
        raise LabError(f"LAB_INSTANCE is {text!r}: it must be a number from 0 to 255.")
    return Lab(int(text))


def checked_member(name: str) -> str:
    """The same name. :raises LabError: when no member has it."""
    if name not in HOST_NUMBERS:
        raise LabError(f"There is no member {name!r}: the members are {', '.join(HOST_NUMBERS)}.")
    return name


def checked_flavor(name: str) -> Flavor:
    """The flavor of that name. :raises LabError: when there is none."""
    if name not in FLAVORS:
        raise LabError(f"There is no flavor {name!r}: the flavors are {', '.join(FLAVORS)}.")
    return FLAVORS[name]


def checked_kind(name: str) -> str:
    """The same name. :raises LabError: when there is no such kind of image."""
    if name not in IMAGE_KINDS:
        raise LabError(f"There is no image {name!r}: the images are {', '.join(IMAGE_KINDS)}.")
    return name
