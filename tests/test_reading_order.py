"""In which order lines are read: geometry alone, without a PDF."""

from collections.abc import Sequence

from seminar_qa.parsers.pdf_text import PageText, TextLine, Word
from seminar_qa.parsers.reading_order import Line, lines_in_order

LETTER = 5.0  # points that a letter is wide
HEIGHT = 10.0


def line(text: str, left: float, base: float, angle: int = 0, spread: float = LETTER) -> TextLine:
    """Return words of letters that are all as wide, one space between."""
    words, place = [], left
    for word in text.split():
        right = place + LETTER * len(word)
        words.append(Word(word, *turned(place, base - 2, right, base + 8, angle)))
        place = right + spread
    return TextLine(tuple(words), HEIGHT, turned(left, base, left, base, angle)[:2], angle=angle)


def turned(left: float, bottom: float, right: float, top: float, angle: int) -> Sequence[float]:
    """Return the place on the page of a box that is upright once the page is turned."""
    return [
        (left, bottom, right, top),
        (bottom, -right, top, -left),
        (-right, -top, -left, -bottom),
        (-top, left, -bottom, right),
    ][angle]


def ordered(*lines: TextLine) -> list[Line]:
    return lines_in_order(PageText(600, 800, lines, pictures=False))


def texts(*lines: TextLine) -> list[str]:
    return [made.text for made in ordered(*lines)]


def column(name: str, left: float, rows: int = 4, top: float = 700) -> list[TextLine]:
    return [line(f"the {name} column row {n}", left, top - 12 * n) for n in range(rows)]


def test_a_page_without_lines_has_none():
    assert ordered() == []


def test_lines_are_read_from_top_to_bottom_in_whatever_order_they_are_drawn():
    one, two, three = (line(text, 72, 700 - 12 * n) for n, text in enumerate(("a b", "c", "d")))
    assert texts(three, one, two) == ["a b", "c", "d"]


def test_columns_are_read_one_after_the_other_and_numbered():
    made = ordered(
        *[x for pair in zip(column("left", 72), column("right", 250), strict=True) for x in pair]
    )
    assert [each.text.split()[1] for each in made] == ["left"] * 4 + ["right"] * 4
    assert [each.column for each in made] == [0] * 4 + [1] * 4


def test_three_columns_between_lines_that_span_them():
    body = [x for k, name in enumerate(("one", "two", "three")) for x in column(name, 50 + 150 * k)]
    wide = "this line is as broad as the whole of the page and spans all of its columns " * 1
    made = texts(line(wide, 50, 740), *body, line(wide, 50, 630))
    assert made[0] == made[-1] == wide.strip()
    assert [text.split()[1] for text in made[1:-1]] == ["one"] * 4 + ["two"] * 4 + ["three"] * 4


def test_short_cells_beside_each_other_are_rows_of_a_table_and_no_columns():
    rows = [("Kobe", "12", "9%"), ("Osaka", "40", "8%"), ("Gifu", "7", "3%"), ("Bonn", "1", "2%")]
    drawn = [
        line(cell, 72 + 120 * k, 700 - 12 * n)
        for k in range(3)
        for n, row in enumerate(rows)
        for cell in [row[k]]
    ]
    made = ordered(*drawn)
    assert [each.text for each in made] == ["Kobe 12 9%", "Osaka 40 8%", "Gifu 7 3%", "Bonn 1 2%"]
    assert [[word.text for word in cell] for cell in made[0].cells] == [["Kobe"], ["12"], ["9%"]]


def test_wide_gaps_in_three_rows_part_the_cells_of_a_table():
    rows = ["Region Ships Share", "Bonn 12 40", "Kobe 18 60"]
    made = ordered(*(line(row, 72, 700 - 14 * n, spread=60) for n, row in enumerate(rows)))
    assert [len(row.cells) for row in made] == [3, 3, 3]


def test_what_stands_far_beside_a_line_of_no_table_is_no_part_of_its_sentence():
    made = ordered(line("The talks with Bonn", 72, 700), line("Decision, and", 400, 700))
    assert [(row.text, row.cells) for row in made] == [
        ("The talks with Bonn", ()),
        ("Decision, and", ()),
    ]
    assert made[0].column != made[1].column


def test_a_label_stays_with_what_stands_far_beside_it():
    (made,) = ordered(line("Place:", 72, 700), line("Kobe in Japan", 200, 700))
    assert made.text == "Place: Kobe in Japan"


def test_a_bullet_far_in_front_of_its_text_is_no_cell():
    (made,) = ordered(line("•", 72, 700), line("Key persons of both sides", 100, 700))
    assert (made.text, made.cells) == ("• Key persons of both sides", ())


def test_pieces_that_touch_are_one_word():
    (made,) = ordered(line("Osa", 72, 700), line("ka spoke", 72 + 3 * LETTER, 700))
    assert made.text == "Osaka spoke"


def test_a_page_written_in_another_direction_is_read_as_if_it_were_upright():
    for angle in (1, 2, 3):
        made = ordered(*[line(f"row {n} of it", 72, 700 - 12 * n, angle) for n in (1, 0, 2)])
        assert [each.text for each in made] == ["row 0 of it", "row 1 of it", "row 2 of it"]
        assert not any(each.aside for each in made)
        assert made[0].base > made[1].base


def test_a_line_in_another_direction_than_the_page_comes_last_and_is_aside():
    made = ordered(line("up the margin", 100, 20, angle=3), *column("only", 72))
    assert [each.aside for each in made] == [False] * 4 + [True]
    assert made[-1].text == "up the margin"


def test_characters_below_one_another_are_lines_that_run_down_from_right_to_left():
    first, second = "神戸は水素を始めた", "大阪は覚書に署名した"
    drawn = [
        TextLine((Word(c, x, 700 - 12 * n, x + 10, 710 - 12 * n),), HEIGHT, (x, 700 - 12 * n))
        for x, text in ((80.0, second), (100.0, first))
        for n, c in enumerate(text)
    ]
    assert texts(*drawn) == [first, second]


def test_numbers_that_count_the_lines_are_dropped():
    numbered = [
        x
        for n in range(1, 21)
        for x in (
            line(str(n), 60 if n < 10 else 55, 700 - 20 * n),
            line("he said so", 90, 700 - 20 * n),
        )
    ]
    assert texts(*numbered) == ["he said so"] * 20


def test_a_few_numbers_at_the_left_edge_are_text():
    listed = [
        x
        for n in range(1, 6)
        for x in (line(f"{n}", 60, 700 - 20 * n), line("point", 90, 700 - 20 * n))
    ]
    assert texts(*listed) == [f"{n} point" for n in range(1, 6)]


def test_years_in_a_table_are_no_line_numbers():
    years = [
        x
        for n in range(12)
        for x in (line(str(2018 - n), 60, 700 - 20 * n), line("7", 90, 700 - 20 * n))
    ]
    assert texts(*years)[0] == "2018 7"


def test_thousands_of_rows_are_ordered_in_time():
    many = [line(f"row {n}", 72 + 200 * (n % 2), 90_000 - 12 * (n // 2)) for n in range(6_000)]
    assert len(ordered(*many)) == 3_000
