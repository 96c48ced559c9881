"""What a member's tables hold, in a form that is equal where the rows are.

`CHECKSUM TABLE` is not: MariaDB 10.11 and 11.8 give other sums for the same rows of a table with a stored generated
column, each time that the table is opened anew.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict

_SCHEMA = re.compile(r"^USE `(?P<name>.*)`;$")
# Of a table with generated columns the others are named.
_ROW = re.compile(r"^INSERT INTO `(?P<table>(?:[^`]|``)*)` ")

#: The dump that shows one row in each line; what it shows of a row is the same on all members of a flavor.
DUMP = (
    "$(command -v mariadb-dump || command -v mysqldump) --compact --no-create-info --no-create-db --skip-triggers"
    " --skip-extended-insert --hex-blob --single-transaction --default-character-set=utf8mb4 --databases"
)

Content = dict[str, tuple[int, str]]


def digest(dump: str) -> Content:
    """Number of rows and a digest of them in any order, by `schema.table`; a table without rows is not there.

    >>> one = digest("USE `a`;\\nINSERT INTO `t` VALUES (1);\\nINSERT INTO `t` VALUES (2);\\n")
    >>> one == digest("USE `a`;\\nINSERT INTO `t` VALUES (2);\\nINSERT INTO `t` VALUES (1);\\n"), one["a.t"][0]
    (True, 2)
    >>> digest("USE `a`;\\nINSERT INTO `t` (`id`) VALUES (2);\\n")["a.t"][0]
    1
    """
    rows: dict[str, list[str]] = defaultdict(list)
    schema = ""
    # Only this character ends a line of a dump: others that Python knows may be inside a value.
    for line in dump.split("\n"):
        if found := _SCHEMA.match(line):
            schema = found["name"]
        elif found := _ROW.match(line):
            rows[f"{schema}.{found['table']}"].append(line)
    return {
        table: (len(lines), hashlib.sha256("\n".join(sorted(lines)).encode("utf-8", "surrogateescape")).hexdigest())
        for table, lines in rows.items()
    }
