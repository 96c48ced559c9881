# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""What a dialect says about accounts. They are alike on both flavors, but for a second password."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any, Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from .._plan import steps as do
from .._state.account import Account, AccountName, parse_grants
from .channel_row import Row
from .statement import Raw, Statement, sql


class AccountDialect(ABC):
    """The part of a dialect about accounts."""

    @property
    @abstractmethod
    def privileges_by_purpose(self) -> Dict[str, FrozenSet[str]]:
        """Return the global privileges that each purpose of an account needs, by the names of ``SHOW GRANTS``."""

    #: Tables that accounts of a purpose have to read, as the grants print them.
    tables_by_purpose: Mapping[str, Tuple[str, ...]] = {
        "member": ("`twoway`.`active`",),
        "switch": ("`twoway`.`active`",),
    }

    def read_account(self, account: AccountName) -> Statement:
        """Return the question for an account: what it is let in with, and its TLS requirement."""
        return sql(
            "SELECT plugin, authentication_string, ssl_type, {} AS former FROM mysql.user"
            " WHERE User = {} AND Host = {}",
            self._former_login(account),
            *_name(account),
        )

    @abstractmethod
    def _former_login(self, account: AccountName) -> Raw:
        """Return the expression for what else an account is let in with."""

    @abstractmethod
    def _parse_former_logins(self, plugin: str, former: str) -> Tuple[Tuple[str, str], ...]:
        """Return plugin and authentication string of each from the value of :meth:`_former_login`."""

    @abstractmethod
    def _add_password(self, step: do.AddPassword) -> List[Statement]: ...

    @abstractmethod
    def _discard_former_login(self, step: do.DiscardFormerLogin) -> List[Statement]: ...

    def read_grants(self, account: AccountName) -> Statement:
        """Return the question for the grants of an account."""
        return sql("SHOW GRANTS FOR {}@{}", *_name(account))

    def parse_account(self, account: AccountName, row: Row, grants: Sequence[str]) -> Account:
        """Return the account from the answers to :meth:`read_account` and :meth:`read_grants`."""
        privileges, other = parse_grants(grants)
        return Account(
            name=account,
            plugin=as_text(row["plugin"]),
            authentication_string=as_text(row["authentication_string"]),
            requires_tls=bool(as_text(row["ssl_type"])),
            privileges=privileges,
            other_grants=other,
            former_logins=self._parse_former_logins(as_text(row["plugin"]), as_text(row["former"])),
        )

    def _create_account(self, step: do.CreateAccount) -> List[Statement]:
        requirement = Raw("SSL" if step.require_tls else "NONE")
        return [
            sql("CREATE USER {}@{} IDENTIFIED BY {} REQUIRE {}", *_name(step.account), step.password, requirement),
        ]

    def _set_password(self, step: do.SetPassword) -> List[Statement]:
        return [sql("ALTER USER {}@{} IDENTIFIED BY {}", *_name(step.account), step.password)]

    def _set_tls_requirement(self, step: do.SetTlsRequirement) -> List[Statement]:
        requirement = Raw("SSL" if step.require_tls else "NONE")
        return [sql("ALTER USER {}@{} REQUIRE {}", *_name(step.account), requirement)]

    def _grant_privileges(self, step: do.GrantPrivileges) -> List[Statement]:
        return [sql("GRANT {} ON *.* TO {}@{}", Raw(", ".join(step.privileges)), *_name(step.account))]

    def _grant_tables(self, step: do.GrantTables) -> List[Statement]:
        return [sql("GRANT SELECT ON {} TO {}@{}", Raw(table), *_name(step.account)) for table in step.tables]

    def _revoke_privileges(self, step: do.RevokePrivileges) -> List[Statement]:
        # ALL PRIVILEGES stands in no list with others, and leaves the GRANT OPTION.
        alone = [privilege for privilege in step.privileges if privilege == "ALL PRIVILEGES"]
        others = ", ".join(privilege for privilege in step.privileges if privilege not in alone)
        return [
            sql("REVOKE {} ON *.* FROM {}@{}", Raw(listed), *_name(step.account))
            for listed in [*alone, others]
            if listed
        ]

    def _drop_account(self, step: do.DropAccount) -> List[Statement]:
        return [sql("DROP USER {}@{}", *_name(step.account))]

    def exact_definitions(self) -> Optional[Statement]:
        """Return the statement after which definitions of accounts lose nothing; ``None`` where they never do."""
        return None

    def read_definition(self, account: AccountName) -> Statement:
        """Return the question for the statement that would create an account as it is."""
        return sql("SHOW CREATE USER {}@{}", *_name(account))

    def put_back_login(self, definition: str) -> List[Statement]:
        """Return the statements that let an account exist, and log in, as in the answer to :meth:`read_definition`."""
        # Roles may not exist where the account is put back, and are no part of ALTER USER.
        plain = re.sub(r" DEFAULT ROLE .*?(?= REQUIRE )", "", definition)
        rest = plain[len("CREATE USER ") :]
        name = " of the account that manages this server"
        return [
            Statement("CREATE USER IF NOT EXISTS " + rest, "CREATE USER IF NOT EXISTS" + name),
            Statement("ALTER USER " + rest, "ALTER USER" + name),
        ]

    def put_back_grants(self, grants: Sequence[str]) -> List[Statement]:
        """Return those grants that do not depend on what else exists in the server: the global ones."""
        # On MariaDB the hash of the password stands in the grant.
        return [
            Statement(grant, "GRANT on *.*") for grant in grants if re.match(r"GRANT [^`'\"]+ ON \*\.\* TO ", grant)
        ]

    @abstractmethod
    def read_accounts(self) -> Statement:
        """Return the question for all accounts, without what is kept of their passwords.

        Columns: ``user``, ``host``, ``requires_tls``, ``is_locked``, ``has_former_login`` (whether it is let in with a
        second password), and ``is_management``: whether the account belongs to the server itself, or trusts a user of
        the operating system.
        """


def _name(account: AccountName) -> tuple[str, str]:
    return account.user, account.host


def as_text(value: Any) -> str:
    """Return a value that a server gives as text or as bytes; empty for NULL."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("latin-1")
    return "" if value is None else str(value)
