# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Carries out a seed on a live recipient."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Type

from .._bookkeeping import (
    PROGRESS,
    UNFINISHED,
    ensure_bookkeeping,
    find_seed_mark,
    forget_state,
    state_path,
    write_seed_mark,
    write_state,
)
from .._claim import read_claim
from .._compare.record import forget_comparison
from .._connection import Login, Session
from .._dialect.statement import Identifier, sql
from .._errors import Refused, TwowayError
from .._executor import Action, writable
from .._files import dated_path, existing_folder
from .._plan import seed as plan
from .._plan.steps import Plan, Step
from .._read.data import holds_data, read_schemas
from .._read.replication import describe_binlog, read_binlog, read_channel
from .._read.server import read_gate
from .._state.moment import moment_text
from .._state.units import in_bytes
from .accounts import accounts_only_here, save_accounts
from .choice import Choice
from .dump import save_dump, wait_for_earlier_import
from .events import disable_events
from .ledger import hold_setting, release_setting, restore_settings
from .management import close_starts, open_starts
from .method import Copied
from .progress import Progress

_SCHEDULER = "event_scheduler"


class SeedRun:
    """One seed, from reading the recipient to its mark."""

    def __init__(
        self,
        recipient: Session,
        recipient_login: Login,
        donor: Session,
        choice: Choice,
        params: Mapping[str, Any],
    ) -> None:
        self._recipient = recipient
        self._recipient_login = recipient_login
        self._donor = donor
        self._choice = choice
        self._params = params
        self._donor_schemas = read_schemas(donor)
        self._mark: Dict[str, Any] = {}
        self._gate = "closed"
        self._scheduler: Optional[str] = None
        self.saved: Optional[str] = None
        self.saved_accounts: Optional[str] = None
        self.copied: Optional[Copied] = None

    def desired(self) -> plan.DesiredSeed:
        """Return the wish."""
        return plan.DesiredSeed(
            donor=self._params["donor_name"] or self._params["donor_host"],
            donor_address=self._params["donor_host"],
            schemas=tuple(schema["name"] for schema in self._donor_schemas),
            overwrite=self._params["overwrite"],
            replaces_all=self._choice.method.is_physical,
            again=self._params["again"],
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
            is_continued=bool(mark and mark.get("state") == plan.IMPORTING and self._choice.method.continues()),
        )

    def check(self) -> None:
        """Return when this donor's data can be the recipient's.

        :raises Refused: for servers of two flavors.
        """
        donor, recipient = self._donor.dialect.server, self._recipient.dialect.server
        if donor.flavor != recipient.flavor:
            flavors = donor.flavor, recipient.flavor
            raise Refused("The donor is %s and the recipient %s; a pair is of one flavor." % flavors)

    def steps_for(self, recipient: plan.Recipient) -> Plan:
        """Return the steps, for which there is space.

        :raises Refused: when there is none, and as :func:`plan_seed`.
        """
        planned = plan.plan_seed(recipient, self.desired())
        directory = self._recipient.variables()["datadir"]
        if planned.steps and os.path.isdir(directory):
            self._require_space(planned.steps, directory)
        return planned

    def _require_space(self, steps: Sequence[Step], directory: str) -> None:
        sizes = {schema["name"]: int(schema["size_bytes"]) for schema in read_schemas(self._recipient)}
        saved, doomed = (
            sum(sizes.get(name, 0) for step in steps if isinstance(step, kind) for name in step.schemas)
            for kind in (plan.SaveData, plan.MarkImporting)
        )
        backups = existing_folder(self._params["backup_directory"])
        _require_free(shutil.disk_usage(backups).free, saved, "A dump of what the recipient holds", backups)
        free = shutil.disk_usage(directory).free + self._choice.method.frees_bytes(doomed)
        if os.stat(backups).st_dev == os.stat(directory).st_dev:
            free -= saved
        _require_free(free, plan.needed_bytes(self._donor_schemas), "The seed", directory)

    def actions(self) -> Dict[Type[Step], Action]:
        """Return how each step is carried out."""
        return {
            plan.HoldClients: self._hold_clients,
            plan.SaveData: self._save_data,
            plan.MarkImporting: self._alone(self._mark_importing),
            plan.DropSchemas: self._alone(self._drop_schemas),
            # A physical copy restarts the server: then there is no session whose settings could be taken back.
            plan.ImportData: self._import_data if self._choice.method.is_physical else self._alone(self._import_rows),
            plan.DisableEvents: self._alone(self._disable_events),
            plan.StartHistory: self._alone(self._start_history),
            plan.MarkDone: self._alone(self._mark_done),
            plan.ReleaseClients: self._release_clients,
        }

    def _alone(self, action: Action) -> Callable[[Any], None]:
        """Return the action, of which nothing is replicated, and which the write gate lets through."""

        def unlogged(step: Step) -> None:
            with writable(self._recipient):
                action(step)

        return unlogged

    def _own_place(self) -> Dict[str, Any]:
        """Return where the recipient's history stands: by GTID where it has any, else by file and position."""
        variables = self._recipient.variables()
        binlog = describe_binlog(read_binlog(self._recipient, variables))
        by_gtid = {"gtid": binlog["gtid"], "gtid_applied": variables.get("gtid_slave_pos", "")}
        return by_gtid if any(by_gtid.values()) else {"file": binlog["file"], "position": binlog["position"]}

    def _hold_clients(self, _step: plan.HoldClients) -> None:
        # Nobody is waited for at the donor for as long as it may take to save what is here.
        self._choice.method.reserve()
        earlier = find_seed_mark(self._recipient) or {}
        # After a killed run the gate is where that one held it; where it was before is in its mark.
        is_held = earlier.get("state") == plan.IMPORTING
        self._gate = str(earlier["gate"]) if is_held else read_gate(self._recipient)
        # Not the whole gate: the import itself has to get through, as an administrator.
        self._recipient.query(sql("SET GLOBAL read_only = ON"), "keep clients from writing")

    def _release_clients(self, _step: plan.ReleaseClients) -> None:
        # Also where it was closed: a server that a copy has started again lets administrators write.
        self._recipient.query(self._recipient.dialect.set_gate(is_open=self._gate == "open"), "restore the write gate")

    def _file_for(self, what: str) -> str:
        """Return the path of a file that keeps what is going to be overwritten."""
        return dated_path(self._params["backup_directory"], what)

    def _save_data(self, step: plan.SaveData) -> None:
        self.saved = self._file_for("before-seed")
        save_dump(self._recipient, self._recipient_login, step.schemas, self.saved)

    def _mark_importing(self, step: plan.MarkImporting) -> None:
        ensure_bookkeeping(self._recipient)
        wait_for_earlier_import(self._recipient)
        # Events that a killed run has left in half a copy do not run now either.
        restore_settings(self._recipient, kept=(_SCHEDULER,))
        wish = self.desired()
        earlier = find_seed_mark(self._recipient) or {}
        claim = read_claim(self._donor)
        if self._choice.method.is_physical and earlier.get("state") != plan.IMPORTING:
            self._save_accounts()
        self._mark = {
            "state": plan.IMPORTING,
            "donor": wish.donor,
            "gate": self._gate,
            "method": self._choice.method.name,
            "schemas": list(step.schemas),
            "saved": self.saved or earlier.get("saved"),
            "saved_accounts": self.saved_accounts or earlier.get("saved_accounts"),
            # What an older claim says of the recipient's binary log is of one that is gone.
            "claim": claim.term if claim else None,
        }
        # In both places: a copy of the donor's files replaces the tables, and not every recipient is on this host.
        path = state_path(self._recipient, UNFINISHED)
        if path:
            write_state(path, self._mark)
        write_seed_mark(self._recipient, self._mark)
        if path:
            # A server that starts with half a copy has the scheduler off. What it was before is noted first.
            self._scheduler = hold_setting(self._recipient, _SCHEDULER, "OFF")
            # Where both members write, nobody else would see to it.
            close_starts(self._recipient.dialect)

    def _save_accounts(self) -> None:
        accounts = accounts_only_here(self._recipient, self._donor, self._params["donor_host"])
        if accounts:
            self.saved_accounts = self._file_for("accounts-before-seed")
            save_accounts(self._recipient, accounts, self.saved_accounts)

    def _drop_schemas(self, step: plan.DropSchemas) -> None:
        # A table of one may refer to a table of another.
        self._recipient.query(sql("SET SESSION foreign_key_checks = 0"), "let schemas be dropped in any order")
        for schema in step.schemas:
            self._recipient.query(sql("DROP SCHEMA IF EXISTS {}", Identifier(schema)), "drop the schema %s" % schema)
        self._recipient.query(sql("SET SESSION foreign_key_checks = DEFAULT"), "check foreign keys again")

    def _import_data(self, _step: plan.ImportData) -> None:
        progress = Progress(state_path(self._recipient, PROGRESS))
        self.copied = self._choice.method.run(progress)
        progress.begin_stage("copied", self.copied.bytes)
        progress.reach(self.copied.bytes)

    def _import_rows(self, step: plan.ImportData) -> None:
        """Import without the copied events running between their arrival and the moment they are switched off."""
        self._scheduler = hold_setting(self._recipient, _SCHEDULER, "OFF")
        try:
            self._import_data(step)
        except BaseException:
            # Somebody may switch the scheduler on before the next run, which knows what it was before.
            with suppress(TwowayError):
                disable_events(self._recipient)
                if not state_path(self._recipient, UNFINISHED):
                    release_setting(self._recipient, _SCHEDULER, self._scheduler)
            raise

    def _disable_events(self, _step: Step) -> None:
        disable_events(self._recipient)
        if not state_path(self._recipient, UNFINISHED):
            release_setting(self._recipient, _SCHEDULER, self._scheduler)

    def _start_history(self, _step: plan.StartHistory) -> None:
        domain = self._recipient.variables().get("gtid_domain_id")
        gtid = self._result().gtid
        for statement in self._recipient.dialect.start_history(gtid, int(domain) if domain else None):
            self._recipient.query(statement, "begin the recipient's history (%s)" % statement.redacted)

    def _mark_done(self, _step: plan.MarkDone) -> None:
        ensure_bookkeeping(self._recipient)
        binlog = describe_binlog(read_binlog(self._recipient, self._recipient.variables()))
        mark = {
            **self._mark,
            "state": plan.DONE,
            "done_at": moment_text(),
            "coordinates": self._result().coordinates,
            "binlog": {name: binlog[name] for name in ("file", "position")},
            "own": self._own_place(),
        }
        # The data are whole. After the mark nobody would look for the file any more.
        if state_path(self._recipient, UNFINISHED):
            open_starts(self._recipient.dialect)
            # Not before: after a start that had it off, nobody would know any more what it was.
            release_setting(self._recipient, _SCHEDULER, self._scheduler)
        forget_comparison(self._recipient)
        write_seed_mark(self._recipient, mark)
        forget_state(self._recipient, UNFINISHED)

    def _result(self) -> Copied:
        if self.copied is None:
            raise ValueError("nothing was copied yet")
        return self.copied


def _require_free(free: int, needed: int, what: str, directory: str) -> None:
    if free < needed:
        raise Refused(
            "%s needs about %s in %s, and %s are free. Nothing was touched."
            % (what, in_bytes(needed), directory, in_bytes(max(0, free)))
        )
