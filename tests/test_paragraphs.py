"""From lines with places to blocks: kinds, levels, what belongs together, mended words."""

from dataclasses import replace

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.parsers.paragraphs import add_pages
from seminar_qa.parsers.pdf_text import Word
from seminar_qa.parsers.reading_order import Line

LETTER = 5.0


def line(
    text: str,
    base: float,
    left: float = 72,
    size: float = 10,
    *,
    column: int = 0,
    bold: bool = False,
    hyphen: bool = False,
) -> Line:
    words, place = [], left
    for word in text.split():
        right = place + LETTER * len(word)
        words.append(Word(word, place, base - 2, right, base + size))
        place = right + LETTER
    edges = left, base - 2, place - LETTER, base + size
    return Line(
        tuple(words),
        *edges,
        size,
        base,
        bold=bold,
        hyphen=Word("-", 300, base, 303, base + size, False) if hyphen else None,
        column=column,
    )


def column(text: str, top: float = 700, **style) -> list[Line]:
    """Return the lines of a text, 12 points apart; "opti~" goes on in the next line."""
    rows = [row.strip() for row in text.strip().splitlines()]
    return [
        line(row.rstrip("~"), top - 12 * n, hyphen=row.endswith("~"), **style)
        for n, row in enumerate(rows)
    ]


def made(*pages: list[Line], slides: bool = False) -> DocumentBuilder:
    builder = DocumentBuilder()
    add_pages(list(pages), builder, slides=slides)
    return builder


def blocks(*pages: list[Line], slides: bool = False) -> list[tuple[Kind, str]]:
    builder = made(*pages, slides=slides)
    return [(b.kind, builder.text[b.start : b.end]) for b in builder.blocks]


def texts(*pages: list[Line]) -> list[str]:
    return [text for _, text in blocks(*pages)]


TALK = """the mayor of Kobe spoke first of all and said
          that the ships would be built in the spring,
          while the partners in Bonn would wait for it."""
SAID = " ".join(TALK.split())


def test_lines_at_the_usual_distance_are_one_paragraph_and_a_gap_parts():
    page = [*column(TALK, 700), *column(TALK, 640)]
    assert blocks(page) == [(Kind.PARAGRAPH, SAID)] * 2


def test_an_indented_line_begins_a_paragraph():
    page = column(TALK, 700)
    following = [line("They left for Bonn on the next of the days and", 664, left=84)]
    assert texts([*page, *following, *column("were glad of it.", 652)]) == [
        SAID,
        "They left for Bonn on the next of the days and were glad of it.",
    ]


def test_letters_of_another_size_begin_a_block():
    page = [*column(TALK, 700), line("A much smaller line", 664, size=7)]
    assert texts(page) == [SAID, "A much smaller line"]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("they were opti~\nmizing it.", "they were optimizing it."),
        ("the dual~\nencoder of a dual-encoder.", "the dual-encoder of a dual-encoder."),
        ("the dual-\nencoder of a dual-encoder.", "the dual-encoder of a dual-encoder."),
        ("the data~\nbase of a database.", "the database of a database."),
        ("the Bonn~\nOsaka line.", "the Bonn-Osaka line."),
        ("an e~\nmail came.", "an e-mail came."),
        ("from 2011-\n2013 they met.", "from 2011-2013 they met."),
        ("the sum –\nin yen – is due.", "the sum – in yen – is due."),
        ("the first-,\nsecond- and third-born.", "the first-, second- and third-born."),
    ],
)
def test_a_hyphen_at_a_line_end_goes_unless_the_word_has_one(rows, text):
    assert texts(column(rows)) == [text]


def test_a_hyphen_at_a_page_end_goes_too():
    first, second = column("the ships were demon~", 60), column("strated in Kobe.", 700)
    builder = made(first, second)
    assert builder.text == "the ships were demonstrated in Kobe."
    assert builder.page_starts == (0, builder.text.index("strated"))


def test_a_mended_word_has_a_box_on_each_line():
    builder = made(column("they were opti~\nmizing it."))
    start = builder.text.index("optimizing")
    upper, lower = builder.layout.boxes(start, start + len("optimizing"))
    assert upper == (1, 122.0, 698.0, 142.0, 710.0)
    assert lower == (1, 72.0, 686.0, 102.0, 698.0)


def test_a_hyphen_that_goes_takes_its_place_in_the_layout_along():
    builder = made(column("they were opti-\nmizing it."))
    assert builder.text == "they were optimizing it."
    assert len(builder.layout.boxes(0, len(builder.text))) == 2
    start = builder.text.index("mizing")
    assert builder.layout.boxes(start, start + 6) == [(1, 72.0, 686.0, 102.0, 698.0)]


def test_japanese_lines_are_joined_without_a_space_and_latin_ones_with_one():
    assert texts(column("神戸市は水素の利用を\n始める。")) == ["神戸市は水素の利用を始める。"]


def test_a_sentence_goes_on_in_the_next_column_behind_what_stands_between():
    page = [
        *column(TALK.replace("it.", "the"), 700),
        line("Figure 1: The harbour of Kobe", 640),
        line("1 The mayor spoke Japanese", 60, size=7),
        line("next of the reports.", 700, left=330, column=1),
    ]
    assert blocks(page) == [
        (Kind.PARAGRAPH, SAID[:-3] + "the next of the reports."),
        (Kind.CAPTION, "Figure 1: The harbour of Kobe"),
        (Kind.NOTE, "1 The mayor spoke Japanese"),
    ]


def test_a_finished_sentence_is_not_joined_over_a_page_end():
    assert texts(column(TALK), column(TALK)) == [SAID, SAID]


def test_pages_begin_where_their_first_words_stand_also_blank_ones():
    builder = made(column(TALK), [], column(TALK), [])
    assert builder.page_starts == (0, len(SAID) + 2, len(SAID) + 2, len(builder.text))


def test_the_largest_line_is_the_title_and_short_lines_before_the_text_are_front():
    page = [
        line("Hydrogen day", 780, size=20, bold=True),
        line("EU-Japan Centre", 750),
        line("Tokyo, 3 May 2019", 730),
        *column(TALK, 690),
    ]
    assert blocks(page) == [
        (Kind.TITLE, "Hydrogen day"),
        (Kind.FRONT, "EU-Japan Centre"),
        (Kind.FRONT, "Tokyo, 3 May 2019"),
        (Kind.PARAGRAPH, SAID),
    ]


def test_headings_have_levels_by_size_and_by_their_numbers():
    page = [
        line("Hydrogen day", 800, size=20),
        *column(TALK, 780),
        line("Large heading", 730, size=16, bold=True),
        *column(TALK, 710),
        line("Bold heading", 660, bold=True),
        *column(TALK, 645),
        line("2.1.3 Numbered heading", 595, bold=True),
        *column(TALK, 580),
        line("ALL IN CAPITALS", 530),
        *column(TALK, 505),
    ]
    builder = made(page)
    found = {builder.text[b.start : b.end]: b.level for b in builder.blocks if b.level}
    assert found == {
        "Large heading": 1,
        "Bold heading": 2,
        "2.1.3 Numbered heading": 3,
        "ALL IN CAPITALS": 3,
    }


def test_a_bold_sentence_is_no_heading():
    page = [*column(TALK, 780), line("This was decided in Bonn.", 720, bold=True)]
    assert blocks(page)[1] == (Kind.PARAGRAPH, "This was decided in Bonn.")


@pytest.mark.parametrize("bullet", ["•", "-", "–", "▪", "○"])
def test_bullets_stand_in_front_of_items_with_hanging_indents(bullet):
    page = [
        *column(TALK, 700),
        line(f"{bullet} key persons of both of the", 640),
        line("sides", 628, left=82),
        line(f"{bullet} a chain", 616),
    ]
    builder = made(page)
    assert builder.text.endswith(f"{bullet} key persons of both of the sides\n{bullet} a chain")
    assert [b.kind for b in builder.blocks] == [Kind.PARAGRAPH, Kind.LIST_ITEM, Kind.LIST_ITEM]
    start = builder.text.index("a chain")
    assert builder.layout.boxes(start, start + 1)[0][1] == 82.0


def cells(row: Line, *starts: int) -> Line:
    ends = [*starts[1:], len(row.words)]
    return replace(row, cells=tuple(row.words[a:b] for a, b in zip(starts, ends, strict=True)))


def test_rows_whose_cells_stand_below_one_another_are_a_table():
    rows = [("Region Ships Share", 700), ("Kobe__ 1,200 11%", 680), ("Osaka_ 40___ 9%", 660)]
    table = [cells(line(text, base), 0, 1, 2) for text, base in rows]
    assert blocks([*column(TALK, 780), *table])[1:] == [
        (Kind.TABLE_ROW, "Region Ships Share"),
        (Kind.TABLE_ROW, "Region: Kobe__; Ships: 1,200; Share: 11%"),
        (Kind.TABLE_ROW, "Region: Osaka_; Ships: 40___; Share: 9%"),
    ]


def test_a_table_without_names_of_columns_keeps_its_rows():
    rows = [("2016 12 7", 700), ("2017 13 8", 680), ("2018 14 9", 660)]
    table = [cells(line(text, base), 0, 1, 2) for text, base in rows]
    assert texts([*column(TALK, 780), *table])[1:] == ["2016 12 7", "2017 13 8", "2018 14 9"]


def test_lines_of_a_table_of_contents_are_left_out_and_told():
    page = [*column(TALK, 700), line("1 Opening . . . . . . . . . . . 7", 600)]
    builder = made(page)
    assert builder.text == SAID
    assert [left.what for left in builder.extraction.left_out] == ["table of contents"]


def test_the_topmost_large_line_of_a_slide_is_its_heading():
    slides = [
        [line(title, 500, size=30), line(point, 400, size=20)]
        for title, point in (("Hydrogen day", "• Kobe makes it"), ("Ships", "• Bonn buys it"))
    ]
    assert blocks(*slides, slides=True) == [
        (Kind.TITLE, "Hydrogen day"),
        (Kind.LIST_ITEM, "Kobe makes it"),
        (Kind.HEADING, "Ships"),
        (Kind.LIST_ITEM, "Bonn buys it"),
    ]


def test_each_word_of_the_text_has_its_box():
    builder = made(column(TALK))
    place = 0
    for number, word in enumerate(builder.text.split()):
        place = builder.text.index(word, place)
        ((page, left, _, right, _),) = builder.layout.boxes(place, place + len(word))
        assert (page, right - left) == (1, LETTER * len(word)), (number, word)
        place += len(word)


def test_accents_that_stand_alone_join_their_letter():
    row = replace(
        line("Kobe cafe", 700),
        words=(
            Word("Kobe", 72, 698, 92, 710),
            Word("cafe", 97, 698, 117, 710),
            Word("\u0301", 112, 698, 117, 712, spaced=False),
        ),
    )
    assert made([row, *column("was full of guests.", 688)]).text == "Kobe café was full of guests."


def test_no_pages_give_no_blocks():
    assert made().blocks == ()
    assert made([], []).page_starts == (0, 0)
