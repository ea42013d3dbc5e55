"""Word documents: what Word shows, as blocks."""

import io
import time
import zipfile
from pathlib import Path

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers import read_document
from seminar_qa.parsers.docx import parse_docx
from seminar_qa.parsers.source import SourceFile

SHARED = Path(__file__).parents[2] / "shared" / "documents"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMES = f'xmlns:w="{W}" xmlns:mc="mc" xmlns:v="v" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
OPENING = "<w:p><w:r><w:t>The talks began in the morning.</w:t></w:r></w:p>"
STYLES = """
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="U1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Mein"><w:name w:val="Mein Kapitel"/><w:basedOn w:val="U1"/></w:style>
<w:style w:type="paragraph" w:styleId="Gliederung"><w:name w:val="x"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Ub3"><w:name w:val="Überschrift 3"/></w:style>
<w:style w:type="paragraph" w:styleId="Loop"><w:name w:val="y"/><w:basedOn w:val="Loop"/></w:style>
<w:style w:type="paragraph" w:styleId="V1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="B"><w:name w:val="caption"/></w:style>
"""
NUMBERING = """
<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>
"""


def packed(parts: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def word(body: str, **parts: str) -> bytes:
    """Return a Word file; `parts` are the inner XML of "styles", "numbering", "footnotes"."""
    relations = "".join(
        f'<Relationship Id="{name}" Type="t/{name.rstrip("0123456789")}" Target="{name}.xml"/>'
        for name in parts
    )
    files = {f"word/{name}.xml": f"<w:x {NAMES}>{inner}</w:x>" for name, inner in parts.items()}
    return packed(
        {
            "word/document.xml": f"<w:document {NAMES}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": f'<Relationships xmlns="r">{relations}</Relationships>',
            **files,
        }
    )


def parsed(body: str, **parts: str) -> DocumentBuilder:
    builder = DocumentBuilder()
    parse_docx(SourceFile(word(body, **parts)), builder)
    return builder


def blocks(body: str, **parts: str) -> list[tuple[Kind, str]]:
    builder = parsed(body, **parts)
    return [(block.kind, builder.text[block.start : block.end]) for block in builder.blocks]


def texts(body: str, **parts: str) -> list[str]:
    return [text for _, text in blocks(body, **parts)]


def p(text: str, properties: str = "", run: str = "") -> str:
    look = f"<w:rPr>{run}</w:rPr>" if run else ""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r>{look}<w:t>{text}</w:t></w:r></w:p>"


def styled(style: str, text: str) -> str:
    return p(text, f'<w:pStyle w:val="{style}"/>')


def item(text: str, number: int, depth: int = 0) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def row(*cells: str, properties: str = "") -> str:
    inner = "".join(c if c.startswith("<w:tc>") else f"<w:tc>{p(c)}</w:tc>" for c in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def test_styles_are_told_by_their_names_their_bases_and_their_outline_levels():
    body = "".join(
        [
            styled("Titel", "Hydrogen day"),
            OPENING,
            styled("Mein", "Energy"),
            styled("Gliederung", "Trade"),
            styled("Ub3", "Shares"),
            styled("Loop", "Osaka spoke."),
            p("Closing", '<w:outlineLvl w:val="0"/>'),
            p("End.", '<w:outlineLvl w:val="9"/>'),
        ]
    )
    builder = parsed(body, styles=STYLES)
    found = {builder.text[b.start : b.end]: b for b in builder.blocks}
    assert found["Hydrogen day"].kind is Kind.TITLE
    levels = [found[name].level for name in ("Energy", "Trade", "Shares", "Closing", "End.")]
    assert levels == [1, 2, 3, 1, 0]
    assert found["Osaka spoke."].section == ("Energy", "Trade", "Shares")


def test_the_short_lines_at_the_head_are_front_matter():
    body = p("Hydrogen day", run="<w:b/>") + p("Osaka, 3 May 2019") + OPENING + p("Then lunch")
    assert [kind for kind, _ in blocks(body)] == [
        Kind.FRONT,
        Kind.FRONT,
        Kind.PARAGRAPH,
        Kind.PARAGRAPH,
    ]


def test_a_short_line_in_bold_before_text_is_a_heading():
    body = OPENING + p("Trade", run="<w:b/>") + OPENING + p("Not", run='<w:b w:val="0"/>') + OPENING
    kinds = [kind for kind, text in blocks(body) if text in ("Trade", "Not")]
    assert kinds == [Kind.HEADING, Kind.PARAGRAPH]


def test_the_items_of_lists_have_bullets_and_numbers_as_word_counts_them():
    body = "".join(
        [
            item("one", 1),
            item("inner", 1, 1),
            item("inner too", 1, 1),
            OPENING,
            item("two", 1),
            item("anew", 1, 1),
            item("dot", 2),
            item("seven", 3),
            item("eight", 3),
        ]
    )
    lines = [x for x in parsed(body, numbering=NUMBERING).text.split("\n") if x]
    assert lines == [
        "1. one",
        "1.a) inner",
        "1.b) inner too",
        "The talks began in the morning.",
        "2. two",
        "2.a) anew",
        "- dot",
        "7. seven",
        "8. eight",
    ]


def test_a_heading_keeps_its_number_in_front():
    numbered = '<w:outlineLvl w:val="0"/><w:numPr><w:numId w:val="1"/></w:numPr>'
    builder = parsed(OPENING + p("Aims", numbered) + OPENING, numbering=NUMBERING)
    assert "\n\n1. Aims\n\n" in builder.text
    assert builder.blocks[2].section == ("Aims",)


def test_a_row_carries_the_names_of_its_columns_and_merged_cells_are_not_doubled():
    down = '<w:tc><w:tcPr><w:vMerge w:val="{}"/></w:tcPr>{}</w:tc>'
    wide = f'<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{p("both")}</w:tc>'
    body = OPENING + table(
        row("Region", "City", "Share", properties="<w:tblHeader/>"),
        row(down.format("restart", p("Gifu")), "Seki", "11%"),
        row(down.format("continue", p("Gifu")), "Mino", "9%"),
        row(wide, "20%"),
    )
    assert blocks(body)[1:] == [
        (Kind.TABLE_ROW, "Region: Gifu; City: Seki; Share: 11%"),
        (Kind.TABLE_ROW, "City: Mino; Share: 9%"),
        (Kind.TABLE_ROW, "Region: both; Share: 20%"),
    ]


def test_a_table_that_only_frames_prose_gives_its_paragraphs():
    cell = f"<w:tc>{OPENING}{p('Osaka spoke first.')}</w:tc>"
    body = OPENING + table(row(cell)) + table(row(cell, "Left side"))
    kinds = {kind for kind, _ in blocks(body)}
    assert kinds == {Kind.PARAGRAPH}
    assert texts(body).count("Osaka spoke first.") == 2


def test_a_table_in_a_table_follows_the_row_it_stands_in():
    inner = table(row("a", "b"), row("1", "2"))
    cell = f"<w:tc>{p('outer')}{inner}</w:tc>"
    body = OPENING + table(row("Region", "Share"), row("Gifu", cell), row("Osaka", "9%"))
    assert texts(body)[1:] == [
        "Region: Gifu; Share: outer",
        "a: 1; b: 2",
        "Region: Osaka; Share: 9%",
    ]


def test_a_text_box_is_read_once_and_after_its_paragraph():
    box = f"<w:txbxContent>{p('In the box.')}</w:txbxContent>"
    both = (
        "<mc:AlternateContent>"
        f"<mc:Choice><w:drawing><w:x>{box}</w:x></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:x>{box}</v:x></w:pict></mc:Fallback>"
        "</mc:AlternateContent>"
    )
    body = f"<w:p><w:r><w:t>Around</w:t></w:r><w:r>{both}</w:r><w:r><w:t> it.</w:t></w:r></w:p>"
    assert texts(body) == ["Around it.", "In the box."]


def test_a_note_stands_after_the_paragraph_that_refers_to_it():
    body = (
        "<w:p><w:r><w:t>Trade grew</w:t></w:r>"
        '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t> a lot.</w:t></w:r></w:p>' + OPENING
    )
    notes = (
        f'<w:footnote w:id="0" w:type="separator">{p("line")}</w:footnote>'
        f'<w:footnote w:id="2">{p("By 5 %.")}</w:footnote>'
    )
    assert blocks(body, footnotes=notes)[:2] == [
        (Kind.PARAGRAPH, "Trade grew a lot."),
        (Kind.NOTE, "By 5 %."),
    ]


def test_tracked_changes_are_read_as_accepted():
    body = (
        "<w:p><w:r><w:t>Trade </w:t></w:r>"
        "<w:del><w:r><w:delText>fell</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>grew</w:t></w:r></w:ins>"
        "<w:moveFrom><w:r><w:t>gone</w:t></w:r></w:moveFrom>"
        "<w:moveTo><w:r><w:t> fast.</w:t></w:r></w:moveTo></w:p>"
    )
    builder = parsed(body)
    assert builder.text == "Trade grew fast."
    assert [(x.what, x.times, x.characters) for x in builder.extraction.left_out] == [
        ("deleted text", 2, 8)
    ]


def test_a_deleted_line_end_joins_two_paragraphs():
    first = p("Trade grew", "<w:rPr><w:del/></w:rPr>")
    assert texts(first + p(" in May.")) == ["Trade grew in May."]
    assert texts(OPENING + first) == ["The talks began in the morning.", "Trade grew"]


def test_breaks_tabs_hyphens_and_symbols_are_what_a_reader_sees():
    run = (
        "<w:t>one</w:t><w:br/><w:t>two</w:t><w:tab/><w:t>three</w:t><w:noBreakHyphen/>"
        '<w:t>fold co</w:t><w:softHyphen/><w:t>work </w:t><w:sym w:font="Symbol" w:char="F061"/>'
    )
    assert texts(f"<w:p><w:r>{run}</w:r></w:p>") == ["one two three-fold cowork α"]


def test_the_code_of_a_field_is_no_text_but_its_result_is():
    run = (
        '<w:fldChar w:fldCharType="begin"/><w:instrText> HYPERLINK "http://x" </w:instrText>'
        '<w:fldChar w:fldCharType="separate"/><w:t>the site</w:t><w:fldChar w:fldCharType="end"/>'
    )
    body = (
        f"<w:p><w:r><w:t>See </w:t></w:r><w:r>{run}</w:r><w:hyperlink><w:r><w:t>, or here"
        '</w:t></w:r></w:hyperlink><w:fldSimple w:instr="DATE"><w:r><w:t>: 2019.</w:t></w:r>'
        "</w:fldSimple></w:p>"
    )
    assert texts(body) == ["See the site, or here: 2019."]


CONTENTS_CONTROL = (
    "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj>"
    f"</w:sdtPr><w:sdtContent>{p('Trade 5')}</w:sdtContent></w:sdt>"
)
CONTENTS_FIELD = (
    "<w:p><w:r><w:fldChar w:fldCharType='begin'/><w:instrText>TOC \\o</w:instrText>"
    f"<w:fldChar w:fldCharType='separate'/></w:r></w:p>{p('Trade 5')}"
    "<w:p><w:r><w:fldChar w:fldCharType='end'/></w:r></w:p>"
)
TYPED_CONTENTS = "".join(map(p, ("Contents", "Aims 3", "Trade 5", "Close 10-2")))


@pytest.mark.parametrize(
    "contents", [styled("V1", "Trade 5"), CONTENTS_CONTROL, CONTENTS_FIELD, TYPED_CONTENTS]
)
def test_a_table_of_contents_is_left_out_and_told(contents):
    builder = parsed(OPENING + contents + OPENING, styles=STYLES)
    assert "Trade" not in builder.text
    assert builder.text.count("The talks began") == 2
    assert {x.what for x in builder.extraction.left_out} == {"table of contents"}


def test_what_stands_in_the_margins_is_told():
    builder = parsed(
        OPENING + p("secret", run="<w:vanish/>"),
        header1=p("Running head"),
        footer1=p("Page 1"),
        comments=f"<w:comment>{p('Really?')}</w:comment>",
    )
    assert builder.text == "The talks began in the morning."
    assert [(x.what, x.characters) for x in builder.extraction.left_out] == [
        ("page header", 12),
        ("page footer", 6),
        ("comment", 7),
        ("hidden text", 6),
    ]


def test_captions_are_told_by_style_and_by_shape():
    body = OPENING + styled("B", "The plan") + p("Figure 2: The port") + p("Figure 3 shows a port.")
    kinds = [kind for kind, _ in blocks(body, styles=STYLES)]
    assert kinds[1:] == [Kind.CAPTION, Kind.CAPTION, Kind.PARAGRAPH]


def test_content_controls_readings_and_formulas_keep_their_text():
    ruby = "<w:ruby><w:rt><w:r><w:t>おおさか</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>大阪</w:t></w:r></w:rubyBase></w:ruby>"
    math = "<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>"
    body = (
        f"<w:sdt><w:sdtContent>{OPENING}</w:sdtContent></w:sdt>"
        f"<w:p><w:r>{ruby}</w:r><w:sdt><w:sdtContent><w:r><w:t> and </w:t></w:r></w:sdtContent>"
        f"</w:sdt>{math}</w:p>"
    )
    assert texts(body) == ["The talks began in the morning.", "大阪 and x=1"]


def test_a_strict_file_is_read_like_a_common_one():
    body = f"<w:document {NAMES}><w:body>{OPENING}</w:body></w:document>"
    strict = body.replace(W, "http://purl.oclc.org/ooxml/wordprocessingml/main")
    document = read_document("a.docx", SourceFile(packed({"word/document.xml": strict})), "")
    assert document.text == "The talks began in the morning."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packed({"a": ""}), "no part “word/document.xml”"),
        (packed({"word/document.xml": "<a/>"}), "its main part has no body"),
        (packed({"word/document.xml": "<a>"}), "its XML is damaged"),
        (word("<w:sdt>" * 100_000), "nested too deeply"),
        (word(OPENING)[:300], "damaged or cut off"),
        (b"%PDF-1.4", "but a PDF"),
        (b"", "the file is empty"),
        (packed({"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "entities"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data, reason):
    with pytest.raises(UnreadableFileError, match=reason):
        read_document("a.docx", SourceFile(data), "")


def test_a_damaged_part_beside_the_text_is_told():
    builder = parsed(OPENING, styles="<w:style>")
    assert builder.text == "The talks began in the morning."
    assert builder.extraction.warnings[0].startswith("The styles of the document could not be read")


def test_fifty_thousand_paragraphs_are_all_read():
    builder = parsed("".join(p(f"No {n}.") for n in range(50_000)))
    assert len(builder.blocks) == 50_000


def test_a_list_that_begins_at_a_huge_number_is_read():
    numbering = NUMBERING.replace('w:start w:val="1"', 'w:start w:val="99999999"')
    assert parsed(item("last", 1, 1), numbering=numbering).text == "99999999.99999999) last"


@pytest.mark.skipif(not SHARED.exists(), reason="the shared documents are not here")
def test_a_handbook_of_870_pages_is_read_within_seconds():
    data = (SHARED / "real" / "docx" / "handbook-872p.docx").read_bytes()
    begun = time.process_time()
    document = read_document("a.docx", SourceFile(data), "")
    assert time.process_time() - begun < 15
    assert len(document.text) > 800_000
    levels = [b.level for b in document.blocks if b.kind is Kind.HEADING]
    assert (levels.count(1), levels.count(2)) == (14, 90)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared documents are not here")
def test_a_flow_chart_of_text_boxes_is_read_once():
    data = (SHARED / "nasty" / "docling__textbox.docx").read_bytes()
    text = read_document("a.docx", SourceFile(data), "").text
    assert text.count("Student falls ill") == 1
    assert text.count("Case closed.") == 1
