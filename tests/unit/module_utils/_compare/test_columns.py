"""What stands for rows and values, for every kind of column."""

from __future__ import annotations

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._compare.columns import (
    Column,
    hash_parts,
    literal,
    row_digest,
    value_text,
)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("bigint", "`c`"),
        ("decimal", "`c`"),
        ("datetime", "`c`"),
        ("double", "`c` * 1e0"),
        ("float", "`c` * 1e0"),
        ("bit", "`c` + 0"),
        ("json", "HEX(CAST(`c` AS CHAR CHARACTER SET utf8mb4))"),
        ("geometry", "HEX(`c`)"),
        ("vector", "HEX(`c`)"),
        ("uuid", "HEX(CONCAT(`c`))"),
        ("char", "LENGTH(`c`), CAST(`c` AS BINARY)"),
        ("enum", "LENGTH(`c`), CAST(`c` AS BINARY)"),
        ("blob", "LENGTH(`c`), `c`"),
    ],
)
def test_each_kind_has_an_exact_text(kind: str, expected: str) -> None:
    assert hash_parts(Column("c", kind, nullable=False)) == expected


@pytest.mark.parametrize("kind", ["int", "double", "varchar", "blob", "json", "point", "uuid", "bit"])
def test_null_has_a_text_of_its_own(kind: str) -> None:
    assert hash_parts(Column("c", kind)).startswith("COALESCE(")
    assert "'N'" in hash_parts(Column("c", kind))


ID = Column("a", "int", nullable=False)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("varchar", "LENGTH(`b`), CAST(`b` AS BINARY)"),
        ("text", "LENGTH(`b`), CAST(`b` AS BINARY)"),
        ("longblob", "SHA2(`b`, 256)"),
        ("mediumtext", "SHA2(`b`, 256)"),
        ("json", "SHA2(CAST(`b` AS CHAR CHARACTER SET utf8mb4), 256)"),
        ("geometry", "SHA2(`b`, 256)"),
    ],
)
def test_only_what_can_be_too_long_is_hashed_by_itself(kind: str, expected: str) -> None:
    digest = row_digest([ID, Column("b", kind, nullable=False)])
    assert digest == f"SHA2(CONCAT_WS(_binary'#', `a`, {expected}), 256)"


def test_null_is_no_hash() -> None:
    assert "COALESCE(SHA2(`b`, 256), 'N')" in row_digest([ID, Column("b", "longtext")])


def test_many_texts_together_are_too_long() -> None:
    for count, is_by_itself in ((14, False), (15, True)):
        columns = [Column(f"c{number}", ("text", "blob")[number % 2]) for number in range(count)]
        assert ("SHA2(`c0`" in row_digest(columns)) is is_by_itself


@pytest.mark.parametrize("kind", ["int", "varchar", "text", "longtext", "blob", "longblob", "json", "point", "uuid"])
def test_a_row_is_hashed_in_one_way_alone(kind: str) -> None:
    """What depends on max_allowed_packet differs on members where that does."""
    columns = [Column("a", kind), Column("b", kind, nullable=False)]
    assert row_digest(columns).startswith("SHA2(CONCAT_WS(")


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        (Column("c", "varchar", "utf8mb4"), b"C3A9", "_utf8mb4 'é'"),
        (Column("c", "varbinary"), "00FF", "X'00FF'"),
        (Column("c", "enum", "utf8mb4"), 2, "2"),
        (Column("c", "double"), b"-1e30", "-1e30"),
        (Column("c", "decimal"), "-0012.50", "-0012.50"),
        (Column("c", "datetime"), "2020-01-01 00:00:00.001", "'2020-01-01 00:00:00.001'"),
        (Column("c", "json"), "7B7D", "_utf8mb4 X'7B7D'"),
        (Column("c", "uuid"), "it's", "'it\\'s'"),
        (Column("c", "blob"), None, "NULL"),
    ],
)
def test_literals(column: Column, value: object, expected: str) -> None:
    assert literal(column, value) == expected


def test_lists_are_written_by_their_number() -> None:
    """The text of an ENUM that was set to nothing would be refused."""
    assert value_text(Column("c", "enum", "utf8mb4")) == "`c` + 0"
