"""Headers, footers and page numbers: what repeats at the edges of pages."""

import pytest

from seminar_qa.documents import DocumentBuilder
from seminar_qa.parsers.furniture import without_furniture
from seminar_qa.parsers.pdf_text import Word
from seminar_qa.parsers.reading_order import Line


def line(text: str, base: float, size: float = 10, *, aside: bool = False) -> Line:
    words = tuple(Word(word, 72, base, 100, base + size) for word in text.split())
    return Line(words, 72, base, 300, base + size, size, base, aside=aside)


def body(number: int) -> list[Line]:
    """Return five lines that stand on one page only."""
    return [line(f"{'abcdefgh'[number]} line {'vwxyz'[k]} is text", 600 - 12 * k) for k in range(5)]


def kept(*pages: list[Line]) -> tuple[list[list[str]], dict[str, int]]:
    builder = DocumentBuilder()
    found = without_furniture(list(pages), builder)
    told = {left.what: left.times for left in builder.extraction.left_out}
    return [[each.text for each in page] for page in found], told


def only_body(pages: int) -> list[list[str]]:
    return [[each.text for each in body(number)] for number in range(pages)]


@pytest.mark.parametrize("form", ["{}", "- {} -", "Page {}", "{} / 4", "p. {} of 4", "[{}]"])
def test_numbers_at_the_edge_that_count_up_are_page_numbers(form):
    pages = [[*body(n), line(form.format(n + 1), 30)] for n in range(4)]
    assert kept(*pages) == (only_body(4), {"page number": 4})


def test_roman_numbers_are_page_numbers():
    pages = [[*body(n), line(number, 30)] for n, number in enumerate(("i", "ii", "iii", "iv"))]
    assert kept(*pages) == (only_body(4), {"page number": 4})


def test_a_first_page_may_have_any_number():
    pages = [[*body(n), line(str(n + 117), 30)] for n in range(3)]
    assert kept(*pages)[1] == {"page number": 3}


def test_numbers_that_do_not_count_the_pages_are_text():
    pages = [[*body(n), line(number, 30)] for n, number in enumerate(("100", "7", "2018"))]
    assert kept(*pages)[1] == {}


def test_a_header_and_a_footer_that_repeat_are_left_out_also_with_other_numbers():
    pages = [
        [line("The seminar", 800), *body(n), line(f"Printed on day {n} in Kobe", 30)]
        for n in range(4)
    ]
    assert kept(*pages) == (only_body(4), {"header or footer": 8})


def test_headers_of_left_and_right_pages_are_both_left_out():
    pages = [[line(("The seminar", "Kobe 2018")[n % 2], 800), *body(n)] for n in range(6)]
    assert kept(*pages) == (only_body(6), {"header or footer": 6})


def test_what_repeats_in_the_middle_or_at_other_heights_is_text():
    again = line("They said so again", 400)
    middle = [
        [*body(n), again, *[line(f"{'abcd'[n]} {k} x", 390) for k in "xyz"]] for n in range(4)
    ]
    assert kept(*middle)[1] == {}
    heights = [[line("They said so again", 800 - 40 * n), *body(n)] for n in range(4)]
    assert kept(*heights)[1] == {}


def test_large_letters_are_a_heading_until_they_stand_on_three_pages():
    few = [
        [line("Summary", 800, 16) if n < 2 else line(f"Day {'xy'[n % 2]}", 800), *body(n)]
        for n in range(4)
    ]
    assert kept(*few)[1] == {}
    assert kept(*[[line("Summary", 800, 16), *body(n)] for n in range(4)])[1] == {
        "header or footer": 4
    }


def test_a_header_is_kept_where_the_page_has_nothing_else():
    pages = [[line("The seminar", 800), *body(n)] for n in range(4)]
    pages[2] = [line("The seminar", 800)]
    found, told = kept(*pages)
    assert found[2] == ["The seminar"]
    assert told == {"header or footer": 3}


def test_one_page_alone_has_no_furniture_but_its_number():
    assert kept([line("The seminar", 800), *body(0), line("1", 30)]) == (
        [["The seminar", *only_body(1)[0]]],
        {"page number": 1},
    )


def test_no_pages_and_empty_pages_do_no_harm():
    assert kept() == ([], {})
    assert kept([], [], []) == ([[], [], []], {})
