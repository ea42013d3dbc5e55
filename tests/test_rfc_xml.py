"""RFC XML of both versions as blocks."""

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers import read_document
from seminar_qa.parsers.rfc_xml import parse_rfc_xml
from seminar_qa.parsers.source import SourceFile


def parsed(middle: str, front: str = "", back: str = "", doctype: str = "") -> DocumentBuilder:
    builder = DocumentBuilder()
    data = (
        f'{doctype}<rfc number="1234"><front><title>Token Binding</title>{front}</front>'
        f"<middle>{middle}</middle><back>{back}</back></rfc>"
    )
    parse_rfc_xml(SourceFile(data.encode()), builder)
    return builder


def blocks(middle: str, **parts: str) -> list[tuple[Kind, str]]:
    builder = parsed(middle, **parts)
    found = [(block.kind, builder.text[block.start : block.end]) for block in builder.blocks]
    return found[2:]


def test_the_head_says_title_number_authors_and_date():
    front = (
        '<author fullname="Alice Example" role="editor"><organization>Example Corp</organization></author>'
        '<author initials="B." surname="Sample"/><date month="11" year="2018"/>'
        "<abstract><t>It binds.</t></abstract>"
    )
    builder = parsed("", front=front)
    assert builder.text.split("\n\n") == [
        "Token Binding",
        "RFC 1234",
        "Alice Example, Editor, Example Corp",
        "B. Sample",
        "November 2018",
        "Abstract",
        "It binds.",
    ]
    assert [b.kind for b in builder.blocks[:5]] == [Kind.TITLE, *[Kind.FRONT] * 4]
    assert builder.blocks[-1].section == ("Abstract",)


def test_sections_of_both_versions_are_headings_by_depth():
    builder = parsed(
        "<section><name>Aims</name><section title='Scope'><t>All.</t></section></section>"
    )
    assert builder.blocks[-1].section == ("Aims", "Scope")
    assert [b.level for b in builder.blocks if b.kind is Kind.HEADING] == [1, 2]


def test_lists_of_version_three_have_their_markers():
    middle = (
        "<section><ul><li>one</li><li><t>two</t><t>more</t></li></ul>"
        '<ol type="a"><li>first</li><li>second<ul><li>inner</li></ul></li></ol>'
        '<ol group="g"><li>x</li></ol><ol group="g" type="R%d:"><li>y</li></ol>'
        "<dl><dt>Key:</dt><dd>A secret.</dd><dt>Token</dt><dd><t>A sign.</t></dd></dl></section>"
    )
    assert parsed(middle).text.split("\n\n")[2].split("\n") == [
        "- one",
        "- two",
        "more",
        "a. first",
        "b. second",
        "- inner",
        "1. x",
        "R2: y",
        "- Key: A secret.",
        "- Token: A sign.",
    ]


def test_lists_of_version_two_stand_within_their_paragraph():
    middle = (
        '<t>Before<list style="letters"><t>one</t><t>two</t></list>after.'
        '<list style="hanging"><t hangText="Key:">A secret.</t></list></t>'
    )
    assert parsed(middle).text.split("\n\n")[2:] == [
        "Before",
        "a. one\nb. two",
        "after.",
        "- Key: A secret.",
    ]


def test_references_show_what_a_reader_sees():
    middle = (
        '<section anchor="a"><t>See <xref target="RFC2119"/>, <xref target="b"/>, <xref target="c"/>,'
        ' <xref target="b" format="counter"/>, <xref target="a">above</xref>,'
        ' <xref target="X" section="3"/> and <em>thanks</em> to <contact fullname="Ben Kloeck"/>.</t>'
        '<section anchor="b"/></section>'
    )
    seen = "See [RFC2119], Section 1.1, Appendix A, 1.1, above, Section 3 of [X] and thanks to Ben Kloeck."
    assert blocks(middle, back='<section anchor="c"/>') == [(Kind.PARAGRAPH, seen)]


def test_tables_of_both_versions_have_rows_with_the_names_of_their_columns():
    middle = (
        "<table><name>Shares</name><thead><tr><th>Region</th><th>Share</th></tr></thead>"
        "<tbody><tr><td>Gifu</td><td><t>11%</t></td></tr></tbody></table>"
        "<texttable title='Old'><ttcol>A</ttcol><ttcol>B</ttcol><c>1</c><c>2</c><c/><c>4</c></texttable>"
    )
    assert blocks(middle) == [
        (Kind.CAPTION, "Shares"),
        (Kind.TABLE_ROW, "Region: Gifu; Share: 11%"),
        (Kind.CAPTION, "Old"),
        (Kind.TABLE_ROW, "A: 1; B: 2"),
        (Kind.TABLE_ROW, "B: 4"),
    ]


def test_drawings_code_and_references_are_told_and_asides_are_notes():
    middle = (
        "<figure title='The plan'><artwork>+--+</artwork></figure>"
        "<sourcecode>x=1</sourcecode><aside><t>By the way.</t></aside>"
    )
    back = "<references><reference><front><title>BCP</title></front></reference></references>"
    builder = parsed(middle, back=back)
    assert builder.text.split("\n\n")[2:] == ["The plan", "By the way."]
    assert builder.blocks[-1].kind is Kind.NOTE
    assert [(x.what, x.characters) for x in builder.extraction.left_out] == [
        ("drawing", 4),
        ("source code", 3),
        ("reference", 3),
    ]


def test_the_usual_entities_are_read_and_those_for_files_dropped():
    doctype = (
        '<!DOCTYPE rfc SYSTEM "rfc2629.dtd" [<!ENTITY nbsp "&#160;">'
        '<!ENTITY RFC2119 SYSTEM "https://x.example/r.xml">]>'
    )
    middle = "<t>5&nbsp;% of&RFC2119; it.</t>"
    assert blocks(middle, doctype=doctype) == [(Kind.PARAGRAPH, "5 % of it.")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html><body/></html>", "root is “html”.+only RFC XML"),
        (b"", "no XML file"),
        (b"PK\x03\x04", "no XML file"),
        (b"<rfc>", "its XML is damaged"),
        (b"<rfc>" * 100_000, "nested too deeply"),
        (b'<!DOCTYPE rfc [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><rfc/>', "XML entities"),
        (b"<rfc/>", "holds no text"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data, reason):
    with pytest.raises(UnreadableFileError, match=reason):
        read_document("a.xml", SourceFile(data), "")
