"""Values become SQL that means what they say, and secrets stay out of what people see."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest
from ansible_collections.twoway.mysql.plugins.module_utils._dialect.statement import (
    Identifier,
    Raw,
    quote_identifier,
    quote_literal,
    sql,
    sql_list,
)
from ansible_collections.twoway.mysql.plugins.module_utils._secret import MASK, Secret

TRICKY = "'\"\\`\0\n\r\x1a%_{};-#/*é密🔑 " + string.ascii_letters
ESCAPED = {"0": "\0", "n": "\n", "r": "\r", "Z": "\x1a", "'": "'", '"': '"', "\\": "\\"}


def read_literal(literal: str) -> str:
    """Return the text that a server reads from a literal, and insist that the literal ends where it should."""
    assert literal[0] == "'"
    text, position = "", 1
    while literal[position] != "'":
        if literal[position] == "\\":
            position += 1
            text += ESCAPED[literal[position]]
        else:
            text += literal[position]
        position += 1
    assert position == len(literal) - 1
    return text


@pytest.mark.parametrize("seed", range(100))
def test_any_text_survives(seed: int) -> None:
    rng = random.Random(seed)
    text = "".join(rng.choices(TRICKY, k=rng.randint(0, 30)))
    assert read_literal(quote_literal(text)) == text
    quoted = quote_identifier(text)
    assert quoted[1:-1].replace("``", "`") == text
    assert quoted[1:-1].replace("``", "").count("`") == 0


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        (1, "1"),
        (True, "1"),
        (False, "0"),
        (0.5, "0.5"),
        (-3, "-3"),
        ("1", "'1'"),
        ("", "''"),
        ("it's", "'it\\'s'"),
        ("a\\", "'a\\\\'"),
        ("{}", "'{}'"),
        ("%s", "'%s'"),
        ("é", "'é'"),
        (Identifier("a b"), "`a b`"),
        (Identifier("a`b"), "`a``b`"),
        (Raw("ON"), "ON"),
    ],
)
def test_value(value: Any, rendered: str) -> None:
    statement = sql("SET x = {}", value)
    assert statement.text == statement.redacted == f"SET x = {rendered}"


@pytest.mark.parametrize("seed", range(100))
def test_secret_is_redacted(seed: int) -> None:
    rng = random.Random(seed)
    secret = "".join(rng.choices(TRICKY, k=rng.randint(4, 32)))
    once = sql("CREATE USER {}@{} IDENTIFIED BY {}", "R1", "10.0.0.%", Secret(secret))
    listed = sql_list("CHANGE ", [sql("PW = {}", Secret(secret)), sql("PORT = {}", 3306)], " FOR CHANNEL ''")
    for statement in (once, listed):
        assert quote_literal(secret) in statement.text
        for spelling in (secret, quote_literal(secret)[1:-1], repr(secret)[1:-1]):
            assert spelling not in statement.redacted, statement.redacted
        assert statement.redacted.count(MASK) == 1


def test_secret_hides_its_length() -> None:
    assert sql("{}", Secret("a")).redacted == sql("{}", Secret("b" * 32)).redacted


def test_list() -> None:
    assert sql_list("A ", [sql("{}", 1), sql("{}", "b")], " Z").text == "A 1, 'b' Z"
