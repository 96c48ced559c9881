"""Row changes as SQL."""

from __future__ import annotations

from ansible_collections.twoway.mysql.plugins.module_utils._compare.columns import Column
from ansible_collections.twoway.mysql.plugins.module_utils._compare.tables import Table
from ansible_collections.twoway.mysql.plugins.module_utils._sync.statements import (
    insertion,
    row_changes,
    script_part,
)

KEY = (Column("id", "int", nullable=False),)
TABLE = Table(
    ("wikidb", "page"),
    (*KEY, Column("title", "varchar", "utf8mb4"), Column("slug", "varchar", "utf8mb4", is_generated=True)),
    KEY,
)


def test_generated_columns_are_left_to_the_server() -> None:
    assert insertion(TABLE, (7, "C3A9", "65")) == "INSERT INTO `wikidb`.`page` (`id`, `title`) VALUES (7, _utf8mb4 'é')"


def test_what_no_one_could_read_is_hexadecimal() -> None:
    assert insertion(TABLE, (7, "00", None)).endswith("VALUES (7, _utf8mb4 X'00')")
    assert insertion(TABLE, (7, "FF", None)).endswith("VALUES (7, _utf8mb4 X'FF')")
    assert insertion(TABLE, (7, "27", None)).endswith(r"VALUES (7, _utf8mb4 '\'')")
    assert insertion(TABLE, (7, None, None)).endswith("VALUES (7, NULL)")


def test_rows_go_before_others_come() -> None:
    statements = row_changes(TABLE, {(1,): 5, (2,): 6}, [(1, "61", None)])
    assert [statement.split()[0] for statement in statements] == ["DELETE", "DELETE", "INSERT"]


def test_a_part_is_a_transaction() -> None:
    assert script_part(TABLE, ["DO 1", "DO 2"]) == ("\n-- wikidb.page\nSTART TRANSACTION;\nDO 1;\nDO 2;\nCOMMIT;\n")


def test_the_name_of_a_table_stays_a_comment() -> None:
    odd = Table(("a", "b\nDROP TABLE x"), (), ())
    assert script_part(odd, []).splitlines()[1] == "-- a.b DROP TABLE x"
