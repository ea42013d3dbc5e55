"""Rich Text Format as paragraphs."""

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers import read_document
from seminar_qa.parsers.rtf import parse_rtf
from seminar_qa.parsers.source import SourceFile

FONTS = r"{\fonttbl{\f0 Times;}{\f1\fcharset128 Mincho;}{\f2\fcharset204 Arial;}{\f3\fcharset2 Symbol;}}"
OPENING = r"The talks began in the morning.\par "


def parsed(body: str) -> DocumentBuilder:
    builder = DocumentBuilder()
    data = rf"{{\rtf1\ansi\ansicpg1252\deff0{FONTS}{{\info{{\title No}}}} {body}}}"
    parse_rtf(SourceFile(data.encode("cp1252")), builder)
    return builder


def blocks(body: str) -> list[tuple[Kind, str]]:
    builder = parsed(body)
    return [(block.kind, builder.text[block.start : block.end]) for block in builder.blocks]


def test_short_lines_at_the_head_and_before_text_are_front_matter_and_headings():
    body = rf"Hydrogen day\par Osaka, 3 May 2019\par {OPENING}Trade\par {OPENING}"
    assert [kind for kind, _ in blocks(body)] == [
        Kind.FRONT,
        Kind.FRONT,
        Kind.PARAGRAPH,
        Kind.HEADING,
        Kind.PARAGRAPH,
    ]


def test_letters_of_all_code_pages_and_beyond_are_read():
    body = r"M\'fcller \f1\'93\'fa\'96\'7b\f0  {\f2\'cf\'f0\'e8} \u8364? \u-10179?\u-8704? é."
    assert parsed(body).text == "Müller 日本 При € 😀 é."


def test_a_line_break_is_a_space_and_a_soft_hyphen_goes():
    assert parsed(r"one\line two\tab three co\-work\~here.").text == "one two three cowork here."


def test_lists_have_their_markers():
    body = OPENING + "".join(
        rf"{{\listtext {marker}\tab}}{text}\par "
        for marker, text in [
            (r"\f3\'b7", "dot"),
            (r"\'a7", "square"),
            ("2.", "two"),
            ("3.", "three"),
        ]
    )
    assert parsed(body).text.split("\n")[2:] == ["- dot", "- square", "2. two", "3. three"]


def test_a_row_of_a_table_carries_the_names_of_its_columns():
    rows = [("Region", "Share"), ("Gifu", "11%"), ("Osaka", "9%")]
    body = OPENING + "".join(rf"\trowd\intbl {a}\cell {b}\cell\row " for a, b in rows)
    assert [text for _, text in blocks(body)][1:] == [
        "Region: Gifu; Share: 11%",
        "Region: Osaka; Share: 9%",
    ]


def test_a_note_is_kept_out_of_its_sentence():
    assert blocks(r"Trade grew{\footnote By 5 %.} a lot.\par " + OPENING) == [
        (Kind.PARAGRAPH, "Trade grew a lot."),
        (Kind.PARAGRAPH, "The talks began in the morning."),
        (Kind.NOTE, "By 5 %."),
    ]


def test_the_address_of_a_link_is_no_text():
    link = r'{\field{\*\fldinst{HYPERLINK "http://a.example/"}}{\fldrslt the site}}'
    assert parsed(f"See {link} now.").text == "See the site now."


def test_margins_comments_and_deleted_text_are_told():
    body = (
        rf"{{\header Running head}}{{\footerr Page 1}}{OPENING}{{\*\annotation Really?}}"
        r"{\deleted\revauthdel1 gone}{\b\v secret}"
    )
    builder = parsed(body)
    assert builder.text == "The talks began in the morning."
    assert [(x.what, x.characters) for x in builder.extraction.left_out] == [
        ("page header", 12),
        ("page footer", 6),
        ("comment", 7),
        ("deleted text", 4),
        ("hidden text", 6),
    ]


def test_the_bytes_of_pictures_are_no_text():
    data = b"{\\rtf1 One{\\pict\\bin9 }}{{\\b \\x} two{\\pict{\\*\\x a}ffd8ff}\\'2e}"
    assert read_document("a.rtf", SourceFile(data), "").text == "One two."


def test_a_long_text_is_cut_for_the_library_without_a_trace():
    cyrillic = r"\'cf\'f0\'e8"
    inner = "".join(rf"{cyrillic} \u8364? number {n}.\par " for n in range(3000))
    builder = parsed(rf"\uc1{{\b\f2 {inner}}}")
    texts = [builder.text[b.start : b.end] for b in builder.blocks]
    assert texts == [f"При € number {n}." for n in range(3000)]


def test_a_hundred_thousand_open_groups_do_no_harm():
    data = b"{\\rtf1 " + b"{" * 100_000 + b"Osaka spoke." + b"}" * 100_001
    assert read_document("a.rtf", SourceFile(data), "").text == "Osaka spoke."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no RTF file"),
        (b"%PDF-1.4", "no RTF file"),
        (b"{\\rtf1 \\u9999999999 x}", "its RTF is damaged"),
        (b"{\\rtf1{\\pict\\bin999999 x}Osaka}", "holds no text"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data, reason):
    with pytest.raises(UnreadableFileError, match=reason):
        read_document("a.rtf", SourceFile(data), "")


def test_an_unknown_code_page_and_half_words_do_no_harm():
    data = b"{\\rtf1\\ansi\\ansicpg99999\\uc Caf\\'e9 \\bin x{\\pict y}.}"
    assert read_document("a.rtf", SourceFile(data), "").text.startswith("Café")
