"""A member's data on a filesystem that can be filled."""

from __future__ import annotations

import address
import labkit

#: The filesystem has a place of its own, where its files stay when the data are moved back.
_SMALL = """
    set -e; systemctl stop {unit}; mkdir -p /mnt/small
    used=$(du --summarize --block-size=1M /var/lib/mysql | cut -f1)
    mount -t tmpfs -o size=$((used + {room}))m tmpfs /mnt/small
    cp -a /var/lib/mysql/. /mnt/small/; chown --reference=/var/lib/mysql /mnt/small
    mount --bind /mnt/small /var/lib/mysql; systemctl start {unit}
"""
_AS_BEFORE = """
    set -e; systemctl stop {unit}; umount /var/lib/mysql
    find /var/lib/mysql -mindepth 1 -delete; cp -a /mnt/small/. /var/lib/mysql/; umount /mnt/small
    systemctl reset-failed {unit} || true; systemctl start {unit}
"""
#: What is left of the last megabyte goes to a file of its own.
_FILL = """
    fallocate -l $(df --output=avail -B1M /var/lib/mysql | tail -1)M /var/lib/mysql/ballast.tmp || true
    cat /dev/zero > /var/lib/mysql/ballast-rest.tmp 2>/dev/null || true
"""
_FREE = "rm -f /var/lib/mysql/ballast.tmp /var/lib/mysql/ballast-rest.tmp"


def make_small(member: str, room_megabytes: int) -> None:
    """Move the data to a filesystem with so much room; the server starts there with what it had."""
    labkit.shell(member, _SMALL.format(unit=address.unit_of(member), room=room_megabytes))


def make_as_before(member: str) -> None:
    """Move the data back; the server starts."""
    labkit.shell(member, _AS_BEFORE.format(unit=address.unit_of(member)))


def fill(member: str) -> None:
    """Leave no room where the data are."""
    labkit.shell(member, _FILL)


def free(member: str) -> None:
    """Give the room back."""
    labkit.shell(member, _FREE)
