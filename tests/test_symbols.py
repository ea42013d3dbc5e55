"""Characters of symbol fonts."""

import pytest

from seminar_qa.parsers.symbols import symbol


@pytest.mark.parametrize(
    ("font", "code", "expected"),
    [
        ("Symbol", "F061", "α"),
        ("Symbol", "61", "α"),
        ("Symbol", "F0A3", "≤"),
        ("Symbol", "F0B0", "°"),
        ("Symbol", "F0B3", "≥"),
        ("Symbol", "F0BC", "…"),
        ("Symbol", "F0C7", "∩"),
        ("Symbol", "F0CE", "∈"),
        ("Symbol", "F0D2", "®"),
        ("Symbol", "F0D6", "√"),
        ("Symbol", "F0DE", "⇒"),
        ("Wingdings", "F0E0", "→"),
        ("Arial", "2192", "→"),
        ("Arial", "F0E0", None),
        ("Symbol", "F000", None),
        ("Arial", "zz", None),
        ("Arial", "110000", None),
        ("Arial", "7", None),
    ],
)
def test_a_code_is_the_character_that_its_font_shows(font, code, expected):
    assert symbol(font, code) == expected
