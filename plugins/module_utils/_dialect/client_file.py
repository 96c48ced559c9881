# Copyright: (c) 2026, the twoway.mysql authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is private to the collection. It may change without notice.

"""Option files of the servers' client programs: values as such a file has them, and what one says."""

from __future__ import annotations

import re
from typing import Any, Dict

_LINE = re.compile(
    r"""\s*(?P<name>[\w-]+)\s*=\s*(?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'|(?P<plain>[^#]*))"""
)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "r": "\r", "s": " ", "\\": "\\", '"': '"', "'": "'"}


def fits_client_file(value: str) -> bool:
    r"""Return whether an option file can hold a value; none can hold a line break, for one.

    >>> fits_client_file("wiki.page"), fits_client_file("wiki.page\n")
    (True, False)
    """
    return not re.search(r"[\x00-\x1f]", value)


def quote_client_value(value: Any) -> str:
    r"""Return a value as the option file of a client takes it, with every character that a password may have.

    >>> print(quote_client_value(r"a'b#c\d"), quote_client_value('e"f'))
    "a'b#c\\d" "e\"f"

    :raises ValueError: for a value that does not fit, see :func:`fits_client_file`.
    """
    text = str(value)
    if not fits_client_file(text):
        raise ValueError("a value of an option file cannot hold a control character")
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def parse_client_file(text: str) -> Dict[str, str]:
    r"""Return the options of the group ``client``; files that the text includes are not read.

    >>> password = quote_client_value('a#"\\')
    >>> parse_client_file("[client]\nuser=admin # who\npassword = %s\n[mysqld]\nport=1" % password)
    {'user': 'admin', 'password': 'a#"\\'}

    Source: MySQL manual, "Using Option Files"; alike in MariaDB.
    """
    options: Dict[str, str] = {}
    group = ""
    for line in text.splitlines():
        header, option = re.match(r"\s*\[([^\]]+)\]", line), _LINE.match(line)
        if header:
            group = header.group(1).strip()
        elif option and group == "client":
            name, double, single, plain = option.groups()
            value = next((quoted for quoted in (double, single) if quoted is not None), (plain or "").strip())
            options[name.replace("_", "-")] = re.sub(r"\\(.)", _unescaped, value)
    return options


def _unescaped(escape: re.Match[str]) -> str:
    return _ESCAPES.get(escape.group(1), escape.group(0))
