"""OpenDocument texts as blocks."""

import io
import zipfile
from pathlib import Path

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers import read_document
from seminar_qa.parsers.odt import parse_odt
from seminar_qa.parsers.source import SourceFile

SHARED = Path(__file__).parents[2] / "shared" / "documents"
NAMES = (
    'xmlns:office="o" xmlns:text="t" xmlns:table="b" xmlns:draw="d" xmlns:fo="f" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
)
OPENING = "<text:p>The talks began in the morning.</text:p>"
STYLES = """
<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>
<style:style style:name="P2" style:family="paragraph" style:parent-style-name="P2"/>
<style:style style:name="F" style:family="paragraph" style:parent-style-name="Caption"/>
<style:style style:name="B" style:family="paragraph"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="T1" style:family="text"><style:text-properties text:display="none"/></style:style>
<text:list-style style:name="L1">
<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>
<text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/>
</text:list-style>
<text:list-style style:name="L2"><text:list-level-style-bullet text:level="1"/></text:list-style>
"""


def packed(parts: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def odt(body: str, **parts: str) -> bytes:
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{STYLES}"
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>"
    )
    return packed({"content.xml": content, **parts})


def parsed(body: str, **parts: str) -> DocumentBuilder:
    builder = DocumentBuilder()
    parse_odt(SourceFile(odt(body, **parts)), builder)
    return builder


def blocks(body: str) -> list[tuple[Kind, str]]:
    builder = parsed(body)
    return [(block.kind, builder.text[block.start : block.end]) for block in builder.blocks]


def test_a_title_the_head_and_headings_are_told():
    body = (
        '<text:p text:style-name="P1">Hydrogen day</text:p><text:p>Osaka, 3 May 2019</text:p>'
        f'{OPENING}<text:h text:outline-level="2">Trade</text:h>'
        f'<text:p text:style-name="P2">It grew.</text:p><text:p text:style-name="B">Aims</text:p>{OPENING}'
    )
    assert [kind for kind, _ in blocks(body)] == [
        Kind.TITLE,
        Kind.FRONT,
        Kind.PARAGRAPH,
        Kind.HEADING,
        Kind.PARAGRAPH,
        Kind.HEADING,
        Kind.PARAGRAPH,
    ]
    assert parsed(body).blocks[-1].section == ("Trade", "Aims")


def test_lists_are_numbered_and_nested_and_go_on():
    item = "<text:list-item><text:p>{}</text:p>{}</text:list-item>"
    inner = "<text:list>" + item.format("inner", "") + "</text:list>"
    body = (
        f'{OPENING}<text:list text:style-name="L1">{item.format("one", inner)}'
        f"{item.format('two', '<text:p>more of it</text:p>')}</text:list>{OPENING}"
        f'<text:list text:style-name="L1" text:continue-numbering="true">{item.format("three", "")}</text:list>'
        f'<text:list text:style-name="L2">{item.format("dot", "")}</text:list>'
    )
    lines = [line for line in parsed(body).text.split("\n") if line and "talks" not in line]
    assert lines == ["1. one", "a) inner", "2. two", "more of it", "3. three", "- dot"]


def test_a_table_has_rows_with_the_names_of_its_columns():
    cell = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"
    head = f"<table:table-header-rows><table:table-row>{cell.format('', 'Region')}{cell.format('', 'Share')}</table:table-row></table:table-header-rows>"
    wide = cell.format(' table:number-columns-spanned="2"', "both")
    body = (
        f"{OPENING}<table:table>{head}"
        f"<table:table-row>{cell.format('', 'Gifu')}{cell.format('', '11%')}</table:table-row>"
        f"<table:table-row>{wide}<table:covered-table-cell/></table:table-row></table:table>"
    )
    assert blocks(body)[1:] == [
        (Kind.TABLE_ROW, "Region: Gifu; Share: 11%"),
        (Kind.TABLE_ROW, "Region: both"),
    ]


def test_spaces_notes_and_boxes_keep_their_place():
    body = (
        "<text:p>Trade<text:s text:c='3'/>grew<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>By 5 %.</text:p></text:note-body></text:note> a<text:tab/>lot"
        "<text:line-break/>in <text:span>May</text:span>.<draw:frame><draw:text-box>"
        "<text:p>In the box.</text:p></draw:text-box></draw:frame></text:p>"
    )
    assert blocks(body) == [
        (Kind.PARAGRAPH, "Trade grew a lot in May."),
        (Kind.NOTE, "By 5 %."),
        (Kind.PARAGRAPH, "In the box."),
    ]


def test_what_is_deleted_remarked_hidden_or_repeated_is_told():
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
        "<text:table-of-content><text:index-body><text:p>Trade 5</text:p></text:index-body></text:table-of-content>"
        "<text:p>Trade<office:annotation><text:p>Really?</text:p></office:annotation> grew"
        "<text:span text:style-name='T1'> not</text:span>.<draw:frame><draw:image/></draw:frame></text:p>"
    )
    margin = f"<x {NAMES}><style:header><text:p>Running head</text:p></style:header></x>"
    builder = parsed(body, **{"styles.xml": margin})
    assert builder.text == "Trade grew."
    assert [(x.what, x.characters) for x in builder.extraction.left_out] == [
        ("page header", 12),
        ("deleted text", 4),
        ("table of contents", 7),
        ("comment", 7),
        ("hidden text", 3),
        ("picture", 0),
    ]


def test_captions_are_told_by_their_style():
    assert blocks(f'{OPENING}<text:p text:style-name="F">The plan</text:p>')[1][0] is Kind.CAPTION


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packed({"mimetype": ""}), "no part “content.xml”"),
        (packed({"content.xml": "<a/>"}), "no OpenDocument text"),
        (packed({"content.xml": "<a>"}), "its XML is damaged"),
        (odt("", **{"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "it is encrypted"),
        (odt("<text:list><text:list-item>" * 100_000), "nested too deeply"),
        (odt(OPENING)[:200], "damaged or cut off"),
        (odt(""), "holds no text"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data, reason):
    with pytest.raises(UnreadableFileError, match=reason):
        read_document("a.odt", SourceFile(data), "")


@pytest.mark.skipif(not SHARED.exists(), reason="the shared documents are not here")
def test_a_file_of_another_program_is_read():
    data = (SHARED / "nasty" / "unstructured__simple.odt").read_bytes()
    document = read_document("a.odt", SourceFile(data), "")
    assert document.text.startswith("These are a few of my favorite things:\n\n• Parrots\n- Hockey")
