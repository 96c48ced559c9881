"""What two members have in common."""

from __future__ import annotations

from ansible_collections.twoway.mysql.plugins.module_utils._compare.chunks import Chunk
from ansible_collections.twoway.mysql.plugins.module_utils._compare.columns import Column, form_of
from ansible_collections.twoway.mysql.plugins.module_utils._compare.tables import (
    Choice,
    Table,
    differing_columns,
    share,
)

ID = Column("id", "int", nullable=False)
WORD = Column("word", "varchar", "utf8mb4", "utf8mb4_bin", nullable=False)


def table(*columns: Column, key: tuple[Column, ...] = (ID,)) -> Table:
    return Table(("wikidb", "page"), columns, key, "PRIMARY" if key else "")


def test_null_counts_where_one_member_allows_it() -> None:
    loose = Column("word", "varchar", "utf8mb4", "utf8mb4_bin", nullable=True)
    for source, replica in ((table(ID, WORD), table(ID, loose)), (table(ID, loose), table(ID, WORD))):
        shared = share(source, replica)
        assert shared.source.columns == shared.replica.columns
        assert [column.nullable for column in shared.source.columns] == [False, True]


def test_the_order_of_columns_is_that_of_the_source() -> None:
    assert share(table(ID, WORD), table(WORD, ID)).replica.columns == (ID, WORD)
    assert differing_columns(table(ID, WORD), table(WORD, ID)) == []


def test_a_key_that_only_one_member_has_is_none() -> None:
    shared = share(table(ID, WORD), table(ID, WORD, key=(WORD,)))
    assert shared.source.key == shared.replica.key == ()
    assert not shared.source.bounds_chunks
    assert shared.source.rows_from == "`wikidb`.`page`"


def test_columns_that_are_not_alike_are_named() -> None:
    latin = Column("word", "varchar", "latin1", "latin1_swedish_ci")
    assert differing_columns(table(ID, WORD), table(ID, latin, Column("more", "int"))) == ["more", "word"]


def test_lists_and_signs_are_a_part_of_the_definition() -> None:
    kinds = [
        ("enum", "enum('a','b')", "enum('b','a')"),
        ("set", "set('a')", "set('a','b')"),
        ("int", "int", "int unsigned"),
    ]
    for kind, one, other in kinds:
        columns = [Column("more", kind, form=form_of(kind, form)) for form in (one, other)]
        assert differing_columns(table(ID, columns[0]), table(ID, columns[1])) == ["more"]
    widths = [Column("more", "int", form=form_of("int", form)) for form in ("int(10) unsigned", "int unsigned")]
    assert differing_columns(table(ID, widths[0]), table(ID, widths[1])) == []


def test_a_key_of_another_kind_names_rows_and_bounds_nothing() -> None:
    kind = Column("kind", "enum", "utf8mb4", nullable=False)
    assert not table(kind, key=(kind,)).bounds_chunks


def test_the_first_and_the_last_chunk_are_open() -> None:
    shared = share(table(ID), table(ID))
    assert Chunk(shared).condition == ""
    assert Chunk(shared, None, (5,)).condition == " WHERE `id` <= 5"
    assert Chunk(shared, (5,), None).condition == " WHERE `id` > 5"
    assert Chunk(shared, (5,), (9,)).condition == " WHERE `id` > 5 AND `id` <= 9"


def test_a_choice_by_table_and_schema() -> None:
    choice = Choice(schemas=["a"], tables=["b.t"], exclude=["a.x"])
    names = [("a", "t"), ("a", "x"), ("b", "t"), ("b", "u")]
    assert [choice.includes(name) for name in names] == [True, False, True, False]
