# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Names and values of server variables, by meaning instead of by spelling."""

from __future__ import annotations

from typing import Any, Union

_TRUE = frozenset({"on", "yes", "true", "1"})
_FALSE = frozenset({"off", "no", "false", "0"})
#: By variable, what tells which file or setting of TLS new sessions get: not always what the variable names by now.
TLS_IN_USE = {
    name: "current_tls_" + name.partition("_")[2]
    for name in "ssl_ca ssl_capath ssl_cert ssl_cipher ssl_crl ssl_crlpath ssl_key tls_ciphersuites tls_version".split()
}
_UNITS = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def normalize_value(value: Any) -> Union[str, float]:
    """Return a value in one spelling: numbers as numbers, switches as 1 and 0, texts without outer blanks.

    >>> [normalize_value(value) for value in ("64K", 65536, "ON", True, "OFF", " ROW ", "1.50")]
    [65536.0, 65536.0, 1.0, 1.0, 0.0, 'row', 1.5]
    """
    if isinstance(value, bool):
        return float(value)
    text = str("" if value is None else value).strip().lower()
    if text in _TRUE or text in _FALSE:
        return float(text in _TRUE)
    number, unit = (text[:-1], _UNITS[text[-1]]) if text[-1:] in _UNITS else (text, 1)
    try:
        return float(number) * unit
    except ValueError:
        return text


def is_on(value: str) -> bool:
    """Return whether a switch is on, as a server prints it or an option file has it.

    >>> is_on("ON"), is_on("1"), is_on("OFF"), is_on("ON_PERMISSIVE")
    (True, True, False, False)
    """
    return value.strip().lower() in _TRUE


def is_off(value: Any) -> bool:
    """Return whether a switch is off, as a server prints it or answers a question; any further position is not off.

    >>> is_off("OFF"), is_off(0), is_off("ON"), is_off(1), is_off("NO_LOCK_NO_ADMIN")
    (True, True, False, False, False)
    """
    return str(value).strip().lower() in _FALSE


def todays_name(name: str) -> str:
    """Return a name of a variable, a counter or a column with the words of today, whatever the server calls it.

    >>> todays_name("slave_net_timeout"), todays_name("read_only")
    ('replica_net_timeout', 'read_only')
    """
    return name.replace("master", "source").replace("slave", "replica")


def same_value(one: Any, other: Any) -> bool:
    """Return whether two values of a variable mean the same.

    >>> same_value("1M", 1048576), same_value("ROW", "row"), same_value("/a/", "/a")
    (True, True, True)
    >>> same_value("ON", "OFF")
    False
    """
    first, second = normalize_value(one), normalize_value(other)
    if isinstance(first, str) and isinstance(second, str):
        return first.rstrip("/") == second.rstrip("/")
    return first == second
