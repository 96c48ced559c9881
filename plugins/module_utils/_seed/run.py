# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Carries out a seed on a live recipient."""

from __future__ import annotations

import os
import time
from typing import Any, Dict, List, Mapping, Optional, Type

from .._bookkeeping import ensure_bookkeeping, find_seed_mark, read_seed_mark, write_seed_mark
from .._connection import Login, Session
from .._dialect.statement import Identifier, sql
from .._errors import Refused
from .._executor import Action
from .._plan import seed as plan
from .._plan.steps import Step
from .._read.data import holds_data, non_transactional_engines, read_schemas
from .._read.replication import describe_binlog, read_binlog, read_channel
from .dump import DumpSeed, save_dump, wait_for_earlier_import
from .events import disable_events


class SeedRun:
    """One seed, from reading the recipient to its mark."""

    def __init__(
        self,
        recipient: Session,
        recipient_login: Login,
        donor: Session,
        donor_login: Login,
        params: Mapping[str, Any],
    ) -> None:
        self._recipient = recipient
        self._recipient_login = recipient_login
        self._donor = donor
        self._params = params
        self._dump = DumpSeed(recipient, recipient_login, donor, donor_login)
        self._donor_schemas = read_schemas(donor)
        self._mark: Dict[str, Any] = {}
        self.saved: Optional[str] = None
        self.copied: Dict[str, Any] = {}

    @property
    def engines_without_snapshot(self) -> List[str]:
        """The donor's engines that force the dump to lock all tables."""
        return non_transactional_engines(self._donor_schemas)

    def desired(self) -> plan.DesiredSeed:
        """Return the wish."""
        return plan.DesiredSeed(
            donor=self._params["donor_name"] or self._params["donor_host"],
            donor_address=self._params["donor_host"],
            schemas=tuple(schema["name"] for schema in self._donor_schemas),
            overwrite=self._params["overwrite"],
        )

    def read(self) -> plan.Recipient:
        """Return the recipient as it stands."""
        schemas = read_schemas(self._recipient)
        mark = find_seed_mark(self._recipient)
        channel = read_channel(self._recipient, self._params["channel"])
        return plan.Recipient(
            schemas=tuple(schema["name"] for schema in schemas),
            schemas_with_data=tuple(schema["name"] for schema in schemas if holds_data(schema)),
            mark=mark,
            is_untouched=bool(mark and mark.get("own") and self._own_place() == mark["own"]),
            follows=channel.settings.source_host if channel else None,
        )

    def check(self) -> None:
        """Return when a copy from this donor to this recipient can work.

        :raises Refused: for servers of two flavors, or for too little space.
        """
        donor, recipient = self._donor.dialect.server, self._recipient.dialect.server
        if donor.flavor != recipient.flavor:
            raise Refused("The donor is %s and the recipient %s; a pair is of one flavor." % (donor, recipient))
        needed = plan.needed_bytes(self._donor_schemas)
        directory = self._recipient.variables()["datadir"]
        if os.path.isdir(directory):
            status = os.statvfs(directory)
            free = status.f_bavail * status.f_frsize
            if free < needed:
                raise Refused(
                    "The seed needs about %d bytes in %s, and %d are free. Nothing was touched."
                    % (needed, directory, free)
                )

    def actions(self) -> Dict[Type[Step], Action]:
        """Return how each step is carried out."""
        return {
            plan.HoldClients: self._hold_clients,
            plan.SaveData: self._save_data,
            plan.MarkImporting: self._mark_importing,
            plan.DropSchemas: self._drop_schemas,
            plan.ImportData: self._import_data,
            plan.DisableEvents: self._disable_events,
            plan.StartHistory: self._start_history,
            plan.MarkDone: self._mark_done,
        }

    def _own_place(self) -> Dict[str, Any]:
        """Return where the recipient's history stands: by GTID where it has any, else by file and position."""
        variables = self._recipient.variables()
        binlog = describe_binlog(read_binlog(self._recipient, variables))
        by_gtid = {"gtid": binlog["gtid"], "gtid_applied": variables.get("gtid_slave_pos", "")}
        return by_gtid if any(by_gtid.values()) else {"file": binlog["file"], "position": binlog["position"]}

    def _hold_clients(self, _step: plan.HoldClients) -> None:
        # Not the whole gate: the import itself has to get through, as an administrator.
        self._recipient.query(sql("SET GLOBAL read_only = ON"), "keep clients from writing")

    def _save_data(self, step: plan.SaveData) -> None:
        name = "before-seed-%s.sql" % time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        self.saved = os.path.join(self._params["backup_directory"], name)
        save_dump(self._recipient, self._recipient_login, step.schemas, self.saved)

    def _mark_importing(self, step: plan.MarkImporting) -> None:
        ensure_bookkeeping(self._recipient)
        wait_for_earlier_import(self._recipient)
        wish = self.desired()
        earlier = read_seed_mark(self._recipient) or {}
        self._mark = {
            "state": plan.IMPORTING,
            "donor": wish.donor,
            "method": "dump",
            "schemas": list(step.schemas),
            "saved": self.saved or earlier.get("saved"),
        }
        write_seed_mark(self._recipient, self._mark)

    def _drop_schemas(self, step: plan.DropSchemas) -> None:
        for schema in step.schemas:
            self._recipient.query(sql("DROP SCHEMA IF EXISTS {}", Identifier(schema)), "drop the schema %s" % schema)

    def _import_data(self, step: plan.ImportData) -> None:
        self.copied = self._dump.run(step.schemas, self.engines_without_snapshot, self._params["file"])

    def _disable_events(self, _step: plan.DisableEvents) -> None:
        disable_events(self._recipient)

    def _start_history(self, _step: plan.StartHistory) -> None:
        domain = self._recipient.variables().get("gtid_domain_id")
        statements = self._recipient.dialect.start_history(self.copied["gtid"], int(domain) if domain else None)
        for statement in statements:
            self._recipient.query(statement, "begin the recipient's history (%s)" % statement.redacted)

    def _mark_done(self, _step: plan.MarkDone) -> None:
        binlog = describe_binlog(read_binlog(self._recipient, self._recipient.variables()))
        mark = {
            **self._mark,
            "state": plan.DONE,
            "coordinates": {name: self.copied[name] for name in ("file", "position", "gtid")},
            "binlog": {name: binlog[name] for name in ("file", "position")},
            "own": self._own_place(),
        }
        write_seed_mark(self._recipient, mark)
