"""Presentations: each slide is a page."""

import io
import zipfile
from pathlib import Path

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers import read_document
from seminar_qa.parsers.pptx import parse_pptx
from seminar_qa.parsers.source import SourceFile

SHARED = Path(__file__).parents[2] / "shared" / "documents"
NAMES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
BULLETS = "<p:txStyles><p:bodyStyle><a:lvl1pPr><a:buChar char='•'/></a:lvl1pPr></p:bodyStyle></p:txStyles>"


def packed(parts: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def relations(**targets: str) -> str:
    inner = "".join(
        f'<Relationship Id="{name}" Type="t/{name.rstrip("0123456789")}" Target="{target}"/>'
        for name, target in targets.items()
    )
    return f'<Relationships xmlns="r">{inner}</Relationships>'


def deck(*slides: str, layout: str = "", **parts: str) -> bytes:
    """Return a presentation; a slide is the inner XML of its tree of shapes."""
    numbers = range(1, len(slides) + 1)
    ids = "".join(f'<p:sldId r:id="slide{n}"/>' for n in numbers)
    files = {
        "ppt/presentation.xml": f"<p:presentation {NAMES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            **{f"slide{n}": f"slides/slide{n}.xml" for n in numbers}
        ),
        "ppt/layout.xml": f"<p:l {NAMES}><p:spTree>{layout}</p:spTree></p:l>",
        "ppt/_rels/layout.xml.rels": relations(slideMaster="master.xml"),
        "ppt/master.xml": f"<p:m {NAMES}><p:spTree/>{BULLETS}</p:m>",
        **parts,
    }
    for number, shapes in zip(numbers, slides, strict=True):
        tree = f"<p:sld {NAMES}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
        files[f"ppt/slides/slide{number}.xml"] = tree
        files.setdefault(
            f"ppt/slides/_rels/slide{number}.xml.rels", relations(slideLayout="../layout.xml")
        )
    return packed(files)


def parsed(*slides: str, **parts: str) -> DocumentBuilder:
    builder = DocumentBuilder()
    parse_pptx(SourceFile(deck(*slides, **parts)), builder)
    return builder


def blocks(*slides: str, **parts: str) -> list[tuple[Kind, str]]:
    builder = parsed(*slides, **parts)
    return [(block.kind, builder.text[block.start : block.end]) for block in builder.blocks]


def body(*paragraphs: str) -> str:
    inner = "".join(
        p if p.startswith("<a:p>") else f"<a:p><a:r><a:t>{p}</a:t></a:r></a:p>" for p in paragraphs
    )
    return f"<p:txBody><a:bodyPr/>{inner}</p:txBody>"


def shape(*paragraphs: str, holder: str = "", at: tuple[int, int] | None = None) -> str:
    place = f'<a:xfrm><a:off x="{at[0]}" y="{at[1]}"/></a:xfrm>' if at else ""
    mark = f"<p:ph {holder}/>" if holder else ""
    return (
        f"<p:sp><p:nvSpPr><p:cNvPr/><p:nvPr>{mark}</p:nvPr></p:nvSpPr>"
        f"<p:spPr>{place}</p:spPr>{body(*paragraphs)}</p:sp>"
    )


def title(text: str) -> str:
    return shape(text, holder='type="title"')


COVER = title("Hydrogen day") + shape("Osaka", "3 May 2019", holder='type="subTitle" idx="1"')
PICTURE = "<p:pic><p:nvPicPr><p:nvPr/></p:nvPicPr></p:pic>"


def test_the_first_slide_is_the_head_and_the_others_are_sections():
    slide = title("Trade") + shape("It grew.", at=(0, 900_000))
    builder = parsed(COVER, slide)
    assert [(b.kind, builder.text[b.start : b.end]) for b in builder.blocks] == [
        (Kind.TITLE, "Hydrogen day"),
        (Kind.FRONT, "Osaka"),
        (Kind.FRONT, "3 May 2019"),
        (Kind.HEADING, "Trade"),
        (Kind.PARAGRAPH, "It grew."),
    ]
    assert builder.blocks[-1].section == ("Trade",)
    assert builder.page_starts == (0, builder.text.index("Trade"))


def test_paragraphs_of_a_body_are_items_unless_they_say_otherwise():
    plain = "<a:p><a:pPr><a:buNone/></a:pPr><a:r><a:t>plain</a:t></a:r></a:p>"
    numbered = '<a:p><a:pPr><a:buAutoNum type="{}"/></a:pPr><a:r><a:t>{}</a:t></a:r></a:p>'
    first, second = (
        numbered.format("alphaLcParenR", "first"),
        numbered.format("alphaLcParenR", "second"),
    )
    slide = title("Aims") + shape("one", plain, first, second, holder='idx="1"')
    lines = [line for line in parsed(COVER, slide).text.split("\n") if line]
    assert lines[4:] == ["- one", "plain", "a) first", "b) second"]


def test_shapes_are_read_line_by_line_from_the_left_and_groups_where_they_lie():
    group = (
        '<p:grpSp><p:grpSpPr><a:xfrm><a:off x="0" y="5000000"/><a:ext cx="100" cy="100"/>'
        '<a:chOff x="0" y="0"/><a:chExt cx="100" cy="100"/></a:xfrm></p:grpSpPr>'
        f"{shape('last.', at=(0, 10))}</p:grpSp>"
    )
    slide = (
        group
        + shape("right.", at=(5_000_000, 2_000_000))
        + shape("left.", at=(0, 2_050_000))
        + shape("top.", at=(0, 1_000_000))
        + title("Aims")
    )
    assert [text for _, text in blocks(COVER, slide)][3:] == [
        "Aims",
        "top.",
        "left.",
        "right.",
        "last.",
    ]


def test_a_placeholder_lies_where_its_layout_says():
    layout = shape("x", holder='type="body" idx="7"', at=(0, 9_000_000))
    slide = shape("below.", holder='type="body" idx="7"') + shape("above.", at=(0, 1_000_000))
    assert [text for _, text in blocks(COVER, slide, layout=layout)][3:] == ["above.", "below."]


def test_a_table_has_rows_with_the_names_of_its_columns():
    row = "<a:tr>{}</a:tr>"
    cell = "<a:tc>{}</a:tc>"
    rows = "".join(
        row.format(
            "".join(cell.format(body(text).replace("p:txBody", "a:txBody")) for text in texts)
        )
        for texts in (("Region", "Share"), ("Gifu", "11%"), ("Osaka", "9%"))
    )
    slide = (
        title("Shares")
        + f"<p:graphicFrame><a:tbl><a:tblPr firstRow='1'/>{rows}</a:tbl></p:graphicFrame>"
    )
    assert blocks(COVER, slide)[4:] == [
        (Kind.TABLE_ROW, "Region: Gifu; Share: 11%"),
        (Kind.TABLE_ROW, "Region: Osaka; Share: 9%"),
    ]


def test_the_notes_of_a_slide_are_notes():
    number = shape("7", holder='type="sldNum"')
    said = shape("Say hello.", holder='type="body"')
    parts = {
        "ppt/slides/_rels/slide1.xml.rels": relations(notesSlide="../notes.xml"),
        "ppt/notes.xml": f"<p:n {NAMES}>{number}{said}</p:n>",
    }
    assert blocks(COVER, **parts)[-1] == (Kind.NOTE, "Say hello.")


def test_a_diagram_gives_its_texts():
    frame = '<p:graphicFrame><a:graphic><x:relIds xmlns:x="d" r:dm="diagramData"/></a:graphic></p:graphicFrame>'
    point = "<pt {}><t><a:p><a:r><a:t>{}</a:t></a:r></a:p></t></pt>"
    shown, glue = point.format("", "Plan"), point.format('type="pres"', "no")
    parts = {
        "ppt/slides/_rels/slide2.xml.rels": relations(diagramData="../data.xml"),
        "ppt/data.xml": f"<d {NAMES}>{shown}{glue}</d>",
    }
    assert blocks(COVER, title("Steps") + frame, **parts)[4:] == [(Kind.LIST_ITEM, "Plan")]


def test_numbers_dates_and_footers_are_told():
    margins = "".join(shape("5", holder=f'type="{kind}"') for kind in ("sldNum", "dt", "ftr"))
    builder = parsed(COVER + margins)
    assert "5" not in builder.text
    assert [x.what for x in builder.extraction.left_out] == [
        "slide number",
        "slide date",
        "slide footer",
    ]


def test_a_slide_of_pictures_is_unread_and_an_empty_one_is_blank():
    extraction = parsed(COVER, PICTURE, "", title("End")).extraction
    assert extraction.pages == 4
    assert (extraction.unread_pages, extraction.blank_pages) == ((2,), (3,))


def test_a_slide_that_is_missing_or_damaged_is_unread_and_the_others_are_read():
    builder = parsed(COVER, title("Trade"), title("End"), **{"ppt/layout.xml": "<broken"})
    assert builder.extraction.warnings[0].startswith(
        "A part of the presentation was not read: its XML"
    )
    assert [b.kind for b in builder.blocks][-2:] == [Kind.HEADING, Kind.HEADING]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packed({"a": ""}), "no part “ppt/presentation.xml”"),
        (packed({"ppt/presentation.xml": "<a/>"}), "no PowerPoint presentation"),
        (packed({"ppt/presentation.xml": "<presentation/>"}), "without slides"),
        (deck(""), "holds no text"),
        (deck(COVER)[:300], "damaged or cut off"),
        (b"%PDF-1.4", "but a PDF"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data, reason):
    with pytest.raises(UnreadableFileError, match=reason):
        read_document("a.pptx", SourceFile(data), "")


@pytest.mark.skipif(not SHARED.exists(), reason="the shared documents are not here")
def test_a_malformed_presentation_gives_what_can_be_read():
    data = (SHARED / "nasty" / "unstructured__fake-power-point-malformed.pptx").read_bytes()
    assert read_document("a.pptx", SourceFile(data), "").text == "Test Slide"
