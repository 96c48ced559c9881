# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""The seed by mariadb-backup: the donor's offer sends its files, which take the place of the recipient's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from contextlib import suppress
from typing import Any, Dict, FrozenSet, List, Optional

from .._connection import Login, Session
from .._dialect.statement import sql
from .._errors import TwowayError
from .._programs import find_program, program
from .._read.data import outlying_tables
from .._read.replication import read_gtid_at
from .._secret import Secret
from .._state.binlog import BinlogCoordinates
from .._state.units import in_bytes
from .._state.variables import is_on
from .host import allow_many_files, filesystem_of, foreign_files
from .management import forget_donor, held_start, held_start_obstacles, read_accounts, release_starts
from .method import Copied, Method
from .progress import Progress
from .swap import Swap
from .transport import DATA, HEADER, TRAILER, Stream, fetch

_START_SECONDS = 600
_PARALLEL = 2
_ERROR_TAIL_CHARACTERS = 2000
_MOST_SHOWN = 3

_MIB = 1 << 20
_RESERVE_BYTES = 256 * _MIB

# What has to be the same on both.
_SAME_VARIABLES = ("innodb_page_size", "innodb_data_file_path", "lower_case_table_names")
# Where files may lie that are not in the data directory. Empty, "./" and the data directory itself are inside.
_FOLDER_VARIABLES = (
    "innodb_data_home_dir",
    "innodb_log_group_home_dir",
    "innodb_undo_directory",
    "aria_log_dir_path",
)

_COORDINATE_FILES = ("mariadb_backup_binlog_info", "xtrabackup_binlog_info")
# The files of a backup that are no data.
_NOT_DATA = ("mariadb_backup_", "xtrabackup_", "backup-my.cnf")
# Tells that the system tables are those of this version; without it they are looked at again at the next start.
_UPGRADE_NOTES = ("mariadb_upgrade_info", "mysql_upgrade_info")

_PLUGINS = sql(
    "SELECT PLUGIN_NAME AS name FROM information_schema.PLUGINS"
    " WHERE PLUGIN_STATUS = 'ACTIVE' AND PLUGIN_TYPE IN ('ENCRYPTION', 'STORAGE ENGINE')"
)


def parse_coordinates(text: str) -> Dict[str, Any]:
    r"""Return ``file``, ``position`` and ``gtid`` from the file in which a backup notes them.

    >>> parse_coordinates("mysql-bin.000003\t4711\t0-1-5,2-2-7\n")
    {'file': 'mysql-bin.000003', 'position': 4711, 'gtid': '0-1-5,2-2-7'}
    >>> parse_coordinates("mysql-bin.000001\t328\t\n")["gtid"]
    ''

    :raises TwowayError: for a file without coordinates.

    Source: mariadb-backup 10.11 and 11.8.
    """
    fields = text.rstrip("\n").split("\t")
    if len(fields) < 2 or not fields[1].isdigit():
        raise TwowayError("The backup carries no coordinates: the donor's binary log is off.")
    return {"file": fields[0], "position": int(fields[1]), "gtid": fields[2].strip() if len(fields) > 2 else ""}


def memory_to_use(meminfo: str) -> int:
    """Return how many bytes preparing a backup may use: a quarter of what is available, within 128 MiB and 4 GiB.

    >>> memory_to_use("MemTotal: 1 kB\\nMemAvailable:    8388608 kB\\n") >> 20, memory_to_use("") >> 20
    (2048, 128)

    :param meminfo: content of ``/proc/meminfo``.
    """
    rows = dict(line.split(":", 1) for line in meminfo.splitlines() if ":" in line)
    available = int(rows.get("MemAvailable", "0 kB").split()[0]) * 1024
    return max(128 * _MIB, min(4096 * _MIB, available // 4))


def _active_plugins(session: Session) -> FrozenSet[str]:
    return frozenset(str(row["name"]) for row in session.query(_PLUGINS, "list the active plugins"))


class BackupSeed(Method):
    """See the top of the file."""

    name = "backup"
    is_physical = True

    def __init__(
        self,
        recipient: Session,
        recipient_login: Login,
        donor: Session,
        host: str,
        port: int,
        secret: Optional[Secret],
    ) -> None:
        """Prepare.

        :param donor: what differs is asked there; the files come from the offer.
        :param host: address of the donor's offer.
        :param secret: of the offer; ``None`` where none was made.
        """
        self._recipient = recipient
        self._recipient_login = recipient_login
        self._donor = donor
        self._host = host
        self._port = port
        self._secret = secret
        self._variables = recipient.variables()
        self._swap = Swap(self._variables["datadir"], recipient.dialect.service)
        self._stream: Optional[Stream] = None

    def obstacles(self) -> List[str]:
        """See :meth:`Method.obstacles`."""
        donor, recipient = self._donor.dialect, self._recipient.dialect
        if not donor.backup_programs or not recipient.backup_programs:
            return ["only MariaDB has it"]
        found = held_start_obstacles(recipient) + self._swap.obstacles()
        if self._secret is None:
            found.append("the donor does not offer it")
        found += [
            "none of the programs %s is installed here" % ", ".join(names)
            for names in (recipient.backup_programs, recipient.stream_programs)
            if not any(shutil.which(name) for name in names)
        ]
        if not recipient.server.can_take_files_of(donor.server):
            texts = (donor.server.version_text, recipient.server.version_text)
            found.append("the donor is %s and the recipient %s" % texts)
        found += self._differences() + self._folder_obstacles() + self._foreign_obstacles()
        return found + outlying_tables(self._donor)

    def _differences(self) -> List[str]:
        donor, recipient = self._donor.variables(), self._variables
        found = [
            "%s is %s on the donor and %s here" % (name, donor.get(name), recipient.get(name))
            for name in _SAME_VARIABLES
            if donor.get(name) != recipient.get(name)
        ]
        missing = sorted(_active_plugins(self._donor) - _active_plugins(self._recipient))
        if missing:
            found.append("the plugins %s of the donor are not active here" % ", ".join(missing))
        if not is_on(donor.get("log_bin", "OFF")):
            found.append("the donor's binary log is off")
        return found

    def _folder_obstacles(self) -> List[str]:
        found = [
            "%s is %s on the %s, outside of the data directory" % (name, variables[name], where)
            for where, variables in (("donor", self._donor.variables()), ("recipient", self._variables))
            for name in _FOLDER_VARIABLES
            if variables.get(name, "").rstrip("/") not in ("", ".", variables["datadir"].rstrip("/"))
        ]
        if filesystem_of(self._variables["datadir"]) == "overlay":
            found.append("%s is part of a container's image" % self._variables["datadir"])
        return found

    def _foreign_obstacles(self) -> List[str]:
        """Return what else the data directory holds: it would go with the data."""
        foreign = foreign_files(self._variables) if os.path.isdir(self._variables["datadir"]) else []
        if not foreign:
            return []
        more = " and %d more" % (len(foreign) - _MOST_SHOWN) if len(foreign) > _MOST_SHOWN else ""
        listed = ", ".join(foreign[:_MOST_SHOWN])
        return ["%s holds files that are no part of the data (%s%s)" % (self._variables["datadir"], listed, more)]

    def frees_bytes(self, doomed_bytes: int) -> int:
        """See :meth:`Method.frees_bytes`: what the recipient holds stays until the copy is whole."""
        return self._swap.leftover_bytes()

    def reserve(self) -> None:
        """See :meth:`Method.reserve`: the offer is taken up, and waits on that connection."""
        self._take_up()

    def _take_up(self) -> Stream:
        if self._stream is None:
            self._stream = fetch(self._host, self._port, self._secret or Secret(""))
        return self._stream

    def run(self, progress: Progress) -> Copied:
        """See :meth:`Method.run`.

        :raises TwowayError: when the copy failed; until the restart the recipient holds what it held before.
        """
        start = time.monotonic()
        # What a killed run left of its own held start would hold this server's accounts of then.
        release_starts(self._recipient.dialect)
        try:
            trailer = self._copy(progress)
            progress.begin_stage("prepare")
            coordinates = self._prepare()
            # The backup notes the server's current position, which leaves out the domains in which a server of another
            # id wrote last, for example this one before its id was changed.
            place = BinlogCoordinates(coordinates["file"], coordinates["position"])
            coordinates["gtid"] = read_gtid_at(self._donor, place)
            # Read before the restart: afterwards they are the donor's.
            accounts = read_accounts(self._recipient)
            progress.begin_stage("restart")
            with held_start(self._recipient.dialect, self._variables["datadir"], accounts):
                self._start_with_copy()
        except BaseException:
            # An armed replacement is called off; one that has been made leaves nothing but the old files.
            self._swap.disarm()
            raise
        self._swap.clean()
        return Copied(
            **coordinates,
            bytes=trailer["bytes"],
            seconds=round(time.monotonic() - start, 3),
            lock_ms=trailer.get("lock_ms"),
        )

    def _copy(self, progress: Progress) -> Dict[str, Any]:
        """Have the donor's files in the staging folder, and return what the donor said at the end, with ``bytes``."""
        stream = self._take_up()
        try:
            stream.begin()
            frames = stream.frames()
            kind, content = next(frames)
            if kind != HEADER:
                raise TwowayError("What the donor sends is no seed.")
            expected = int(json.loads(content.decode("utf-8"))["expected_bytes"])
            self._swap.prepare()
            self._require_space(expected)
            progress.begin_stage("copy", expected)
            trailer = self._unpack(stream, progress)
        finally:
            stream.close()
        if not trailer["ok"]:
            raise TwowayError("The donor could not copy its files: %s" % trailer["error"])
        return trailer

    def _require_space(self, expected: int) -> None:
        free = shutil.disk_usage(self._swap.staged).free
        if free < expected + _RESERVE_BYTES:
            raise TwowayError(
                "The donor's files have %s, and %s are free in %s. What the recipient held is untouched."
                % (in_bytes(expected), in_bytes(free), self._variables["datadir"])
            )

    def _unpack(self, stream: Stream, progress: Progress) -> Dict[str, Any]:
        path = find_program(self._recipient.dialect.stream_programs)
        received = 0
        with program([path, "-x", "-p", str(_PARALLEL), "-C", self._swap.staged], reads=True) as unpacker:
            for kind, content in stream.frames():
                if kind == TRAILER:
                    break
                if kind == DATA and content:
                    unpacker.write(content)
                    received += len(content)
                    progress.add(len(content))
            unpacker.finish()
        trailer: Dict[str, Any] = json.loads(content.decode("utf-8"))
        return {**trailer, "bytes": received}

    def _prepare(self) -> Dict[str, Any]:
        """Make the copied files consistent and the server's own, and return their coordinates."""
        with open("/proc/meminfo", encoding="ascii") as file:
            memory = memory_to_use(file.read())
        command = [find_program(self._recipient.dialect.backup_programs), "--prepare", "--use-memory=%d" % memory]
        limit = "--open-files-limit=%d" % allow_many_files()
        done = subprocess.run(
            [*command, limit, "--target-dir=" + self._swap.staged],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace")[-_ERROR_TAIL_CHARACTERS:].strip()
            raise TwowayError("The copied files could not be prepared: %s" % said)
        coordinates = self._read_coordinates()
        for name in os.listdir(self._swap.staged):
            if name.startswith(_NOT_DATA):
                os.unlink(os.path.join(self._swap.staged, name))
        self._swap.release()
        return coordinates

    def _read_coordinates(self) -> Dict[str, Any]:
        for name in _COORDINATE_FILES:
            with suppress(FileNotFoundError), open(os.path.join(self._swap.staged, name), encoding="utf-8") as file:
                return parse_coordinates(file.read())
        raise TwowayError("The backup carries no coordinates: the donor's binary log is off.")

    def _start_with_copy(self) -> None:
        is_same = self._donor.dialect.server == self._recipient.dialect.server
        self._swap.arm(_UPGRADE_NOTES if is_same else ())
        self._recipient.close()
        self._swap.restart()
        self._recipient.reconnect(self._recipient_login, _START_SECONDS)
        forget_donor(self._recipient, self._variables["event_scheduler"])
        # The accounts are in tables that a crash may take back to the last checkpoint, half a minute ago.
        self._recipient.query(sql("FLUSH LOCAL TABLES"), "write the accounts to the disk")
        os.sync()
