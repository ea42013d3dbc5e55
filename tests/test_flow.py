"""The running order of an office document."""

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.parsers.flow import (
    Cell,
    Line,
    add_lines,
    cell_text,
    heading_level,
    is_caption,
    numeral,
    table_lines,
)

OPENING = Line(Kind.PARAGRAPH, "The talks began in the morning.")


def kinds(*lines: Line) -> list[Kind]:
    builder = DocumentBuilder()
    add_lines(lines, builder)
    return [block.kind for block in builder.blocks]


def rows(*texts: tuple[str, ...], heads: int = 0) -> list[str]:
    builder = DocumentBuilder()
    add_lines([OPENING, *table_lines([[Cell(t) for t in row] for row in texts], heads)], builder)
    return [builder.text[b.start : b.end] for b in builder.blocks[1:]]


@pytest.mark.parametrize(
    ("number", "style", "expected"),
    [
        (14, "decimal", "14"),
        (4, "decimalZero", "04"),
        (3, "lowerLetter", "c"),
        (28, "upperLetter", "BB"),
        (99_999, "lowerLetter", "99999"),
        (1994, "lowerRoman", "mcmxciv"),
        (9, "upperRoman", "IX"),
        (0, "lowerRoman", "0"),
        (5, "chineseCounting", "5"),
    ],
)
def test_numbers_are_written_in_their_style(number, style, expected):
    assert numeral(number, style) == expected


@pytest.mark.parametrize(
    ("style", "level"),
    [("heading 1", 1), ("Überschrift 2", 2), ("見出し 3", 3), ("Heading", 0), ("Body", 0)],
)
def test_heading_styles_are_known_by_name_in_several_languages(style, level):
    assert heading_level(style) == level


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Figure 1: The port", True),
        ("Fig. 2.3 – The port", True),
        ("図1. 港", True),
        ("Table 4", True),
        ("Table 4 shows the port.", False),
        ("Figures are hard", False),
    ],
)
def test_captions_are_told_by_their_shape(text, expected):
    assert is_caption(text) is expected


def test_a_heading_that_stands_first_and_alone_is_the_title():
    first, second = Line(Kind.HEADING, "Day", level=1), Line(Kind.HEADING, "Aims", level=2)
    assert kinds(first, OPENING, second, OPENING)[0] is Kind.TITLE
    assert kinds(first, OPENING, first, OPENING)[0] is Kind.HEADING


def test_a_title_may_have_two_lines_and_a_later_one_is_the_heading_of_a_part():
    builder = DocumentBuilder()
    title, more = Line(Kind.TITLE, "Hydrogen"), Line(Kind.TITLE, "day")
    add_lines([title, more, OPENING, more, OPENING], builder)
    assert builder.text.startswith("Hydrogen day\n\nThe talks")
    assert [b.kind for b in builder.blocks[::2]] == [Kind.TITLE, Kind.HEADING]


def test_a_document_of_short_lines_only_is_not_all_head():
    lines = [Line(Kind.PARAGRAPH, f"Line {n}") for n in range(20)]
    assert kinds(*lines) == [Kind.FRONT] * 12 + [Kind.PARAGRAPH] * 8


def test_a_labelled_table_at_the_head_is_front_matter():
    cells = [[Cell("Date:"), Cell("3 May 2019")], [Cell("Place:"), Cell("Osaka")]]
    builder = DocumentBuilder()
    add_lines([*table_lines(cells, 0), OPENING], builder)
    assert [b.kind for b in builder.blocks] == [Kind.FRONT, Kind.FRONT, Kind.PARAGRAPH]
    assert builder.text.startswith("Date: 3 May 2019\n\nPlace: Osaka")


def test_markers_typed_by_hand_are_taken_for_markers():
    builder = DocumentBuilder()
    typed = ["• dot", "a. first", "(2) second", "A. Smith spoke.", "2019. That was late."]
    add_lines([OPENING, *(Line(Kind.PARAGRAPH, text) for text in typed)], builder)
    assert [b.kind is Kind.LIST_ITEM for b in builder.blocks[1:]] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert [line for line in builder.text.split("\n") if line][1:] == typed


def test_lines_of_ornaments_are_dropped():
    assert kinds(OPENING, Line(Kind.PARAGRAPH, "* * *"), Line(Kind.PARAGRAPH, "____")) == [
        Kind.PARAGRAPH
    ]


def test_the_first_row_names_the_columns_unless_it_holds_data():
    assert rows(("Region", "Share"), ("Gifu", "11%")) == ["Region: Gifu; Share: 11%"]
    assert rows(("Place", "Room 5"), ("Chair", "Ban")) == ["Place: Room 5", "Chair: Ban"]
    assert rows(("2018", "2019", "2020"), ("1", "2", "3")) == ["2018; 2019; 2020", "1; 2; 3"]


def test_two_rows_of_a_head_are_one_and_a_head_alone_is_kept():
    assert rows(("Share", "Share"), ("2018", "2019"), ("1", "2"), heads=2) == [
        "Share 2018: 1; Share 2019: 2"
    ]
    assert rows(("Region", "Share"), heads=1) == ["Region; Share"]


def test_cells_of_prose_are_paragraphs():
    long = "Osaka spoke of trade. " * 20
    lines = [Line(Kind.PARAGRAPH, long)]
    cells = [[Cell(long, lines=lines), Cell(long, lines=lines)] for _ in range(2)]
    assert [line.kind for line in table_lines(cells, 0)] == [Kind.PARAGRAPH] * 4


def test_the_text_of_a_cell_has_its_markers_but_no_notes():
    lines = [
        Line(Kind.LIST_ITEM, "one", "-"),
        Line(Kind.NOTE, "n"),
        Line(Kind.LIST_ITEM, "two", "-"),
    ]
    assert cell_text(lines) == "- one - two"


def test_the_first_entry_of_an_agenda_names_no_columns():
    assert rows(("10:00", "Opening: Eva Novak"), ("10:30", "Keynote: Jan Dvorak, CEZ")) == [
        "10:00; Opening: Eva Novak",
        "10:30; Keynote: Jan Dvorak, CEZ",
    ]
