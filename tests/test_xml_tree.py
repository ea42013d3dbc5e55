"""XML of strangers."""

import pytest

from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.xml_tree import attribute, child, descendants, local, parse_xml, whole

NESTED = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<!DOCTYPE r [<!ENTITY a0 "ha">{NESTED}]>'


def test_comments_and_instructions_do_not_cut_a_text():
    assert parse_xml(b"<a>One<!-- x --> two<?b?> three</a>").text == "One two three"


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("body", ["<r>&a9;</r>", '<r x="&a9;"/>'])
def test_entities_that_unfold_are_refused(body, short):
    with pytest.raises(UnreadableFileError, match="XML entities, which may unfold without end"):
        parse_xml((LAUGHS + body).encode(), short_entities=short)


def test_an_entity_is_refused_where_none_is_looked_for():
    with pytest.raises(UnreadableFileError, match="XML entities"):
        parse_xml(b'<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>')


def test_short_entities_are_put_in_where_they_are_usual():
    data = b'<!DOCTYPE r [<!ENTITY a "b">]><r>1&a;2<c/>3&a;4&a;</r>'
    root = parse_xml(data, short_entities=True)
    assert (root.text, root[0].tail) == ("1b2", "3b4b")


def test_no_file_is_opened_for_an_entity(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    data = f'<!DOCTYPE r [<!ENTITY a SYSTEM "{secret.as_uri()}">]><r>1&a;2</r>'.encode()
    assert parse_xml(data, short_entities=True).text == "12"
    with pytest.raises(UnreadableFileError, match="XML entities"):
        parse_xml(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "damaged: Document is empty"),
        (b"<a>", "damaged: Premature end"),
        (b"<a>" * 100_000, "nested too deeply"),
        (b"<a/>" * 8_000_001, "too large"),
    ],
)
def test_what_cannot_be_parsed_is_refused_with_its_reason(data, reason):
    with pytest.raises(UnreadableFileError, match=reason):
        parse_xml(data)


def test_names_are_told_without_their_namespace():
    root = parse_xml(b'<x:a xmlns:x="n" x:v="1"><x:b/><x:c><x:b/></x:c></x:a>')
    assert (local(root), attribute(root, "v"), attribute(root, "w")) == ("a", "1", None)
    assert child(root, "c") is root[1]
    assert len(list(descendants(root, "b"))) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12", 12), ("-3", -3), ("²", 7), ("٣", 7), ("", 7), (None, 7), ("9" * 40, 7)],
)
def test_a_number_is_told_from_what_only_looks_like_one(text, expected):
    assert whole(text, 7) == expected
