# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""An account of a server, and its passwords as the server stores them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Dict, FrozenSet, Iterable, Optional, Tuple

from .._errors import Refused
from .._secret import Secret


@dataclass(frozen=True)
class AccountName:
    """User and host scope of an account."""

    user: str
    host: str

    def __str__(self) -> str:
        return "'%s'@'%s'" % (self.user, self.host)


@dataclass(frozen=True)
class Account:
    """An account as it stands on a server.

    :ivar plugin: the authentication plugin's name.
    :ivar authentication_string: what the server keeps of the password; never shown.
    :ivar requires_tls: whether the account may connect over TLS only.
    :ivar privileges: its global privileges, in capitals, by the names of ``SHOW GRANTS``.
    :ivar other_grants: scopes other than ``*.*`` that it has grants on.
    :ivar former_logins: plugin and authentication string of whatever else it is let in with; never shown.
    """

    name: AccountName
    plugin: str
    authentication_string: str
    requires_tls: bool
    privileges: FrozenSet[str]
    other_grants: Tuple[str, ...] = ()
    former_logins: Tuple[Tuple[str, str], ...] = ()

    def as_dict(self) -> Dict[str, Any]:
        """Return what people may see of the account."""
        return {
            "user": self.name.user,
            "host": self.name.host,
            "plugin": self.plugin,
            "tls_required": self.requires_tls,
            "privileges": sorted(self.privileges),
            "other_grants": sorted(self.other_grants),
        }


_LONGEST_REPLICATION_PASSWORD = 32
"""Longest password of a channel, in bytes; the server's error 3056 says characters. Source: run on MySQL 9.7."""


def check_replication_password(password: str) -> None:
    """Return when a channel can carry a password.

    :raises Refused: for one that is empty, too long, or has a control character (MariaDB keeps it in a file of lines).
    """
    length = len(password.encode("utf-8"))
    if not 1 <= length <= _LONGEST_REPLICATION_PASSWORD:
        raise Refused(
            "The replication password has %d characters (%d bytes); a channel takes 1 to %d bytes."
            % (len(password), length, _LONGEST_REPLICATION_PASSWORD)
        )
    if any(ord(character) < 32 or ord(character) == 127 for character in password):
        raise Refused("The replication password contains a control character, which a channel cannot carry.")


# MariaDB prints these under a second name, depending on its version.
_PRIVILEGE_ALIASES = {"SLAVE MONITOR": "REPLICA MONITOR", "REPLICATION REPLICA": "REPLICATION SLAVE"}

_GRANT = re.compile(r"^GRANT (?P<privileges>.+?) ON (?P<scope>.+?) TO (?P<account>.*)")


def parse_grants(rows: Iterable[str]) -> Tuple[FrozenSet[str], Tuple[str, ...]]:
    """Return the global privileges and the other scopes from the rows of ``SHOW GRANTS``.

    >>> rows = ["GRANT SELECT, REPLICATION SLAVE ON *.* TO `r`@`%`", "GRANT SELECT ON `wikidb`.* TO `r`@`%`"]
    >>> privileges, other = parse_grants(rows)
    >>> sorted(privileges), other
    (['REPLICATION SLAVE', 'SELECT'], ('`wikidb`.*',))
    >>> parse_grants(["GRANT USAGE ON *.* TO `r`@`%`"])
    (frozenset(), ())
    """
    privileges: set[str] = set()
    other = []
    for row in rows:
        match = _GRANT.match(row)
        if not match:
            continue
        if match.group("scope") != "*.*":
            other.append(match.group("scope"))
            continue
        named = {privilege.strip().upper() for privilege in match.group("privileges").split(",")}
        if " WITH GRANT OPTION" in match.group("account"):
            named.add("GRANT OPTION")
        privileges |= {_PRIVILEGE_ALIASES.get(privilege, privilege) for privilege in named - {"USAGE"}}
    return frozenset(privileges), tuple(other)


_CRYPT_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# The order in which SHA-256 crypt prints the bytes of its digest.
_CRYPT_ORDER = (
    (0, 10, 20), (21, 1, 11), (12, 22, 2), (3, 13, 23), (24, 4, 14),
    (15, 25, 5), (6, 16, 26), (27, 7, 17), (18, 28, 8), (9, 19, 29),
)  # fmt: skip


def _repeated(digest: bytes, length: int) -> bytes:
    return (digest * (length // len(digest) + 1))[:length]


def _sha256_crypt(password: bytes, salt: bytes, rounds: int) -> str:
    """Return the 43 characters of SHA-256 crypt.

    Python's own ``crypt`` is gone since 3.13.

    Source: Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6.
    """
    inner = hashlib.sha256(password + salt + password).digest()
    start = hashlib.sha256(password + salt + _repeated(inner, len(password)))
    length = len(password)
    while length:
        start.update(inner if length & 1 else password)
        length >>= 1
    digest = start.digest()
    p_bytes = _repeated(hashlib.sha256(password * len(password)).digest(), len(password))
    s_bytes = _repeated(hashlib.sha256(salt * (16 + digest[0])).digest(), len(salt))
    for number in range(rounds):
        step = hashlib.sha256(p_bytes if number & 1 else digest)
        if number % 3:
            step.update(s_bytes)
        if number % 7:
            step.update(p_bytes)
        step.update(digest if number & 1 else p_bytes)
        digest = step.digest()
    groups = [(digest[a] << 16 | digest[b] << 8 | digest[c], 4) for a, b, c in _CRYPT_ORDER]
    groups.append((digest[31] << 8 | digest[30], 3))
    return "".join(_CRYPT_ALPHABET[value >> 6 * place & 63] for value, places in groups for place in range(places))


def _matches_caching_sha2(stored: str, password: bytes) -> Optional[bool]:
    """Compare with ``$A$005$``, 20 characters of salt, 43 of digest; the number counts thousands of rounds."""
    if not stored or not password:
        return not stored and not password
    parts = stored.split("$", 3)
    if len(parts) != 4 or parts[1] != "A":
        return None
    salt, digest = parts[3][:20], parts[3][20:]
    return _sha256_crypt(password, salt.encode("latin-1"), int(parts[2], 16) * 1000) == digest


def _matches_native(stored: str, password: bytes) -> Optional[bool]:
    if not password:
        return stored == ""
    return stored.upper() == "*" + hashlib.sha1(hashlib.sha1(password).digest()).hexdigest().upper()


def password_matches(plugin: str, authentication_string: str, password: Secret) -> Optional[bool]:
    """Return whether a stored authentication string belongs to a password; ``None`` where that cannot be told.

    >>> password_matches("mysql_native_password", "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", Secret("password"))
    True
    """
    text = password.reveal().encode("utf-8")
    if plugin == "mysql_native_password":
        return _matches_native(authentication_string, text)
    if plugin == "caching_sha2_password":
        return _matches_caching_sha2(authentication_string, text)
    return None
