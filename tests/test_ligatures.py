"""Ligatures that a font names wrongly, told from the words they stand in."""

from seminar_qa.parsers.ligatures import with_ligatures
from seminar_qa.parsers.pdf_text import Word
from seminar_qa.parsers.reading_order import Line


def line(text: str) -> Line:
    words = tuple(Word(word, 72, 700, 100, 710) for word in text.split())
    return Line(words, 72, 700, 300, 710, 10, 700)


def mended(*lines: str) -> list[str]:
    [page] = with_ligatures([[line(text) for text in lines]])
    return [each.text for each in page]


def test_a_sign_between_letters_becomes_the_ligature_that_makes_a_known_word():
    said = "the e!ect was signi$cant, the tra!c ine!ective and the pro$t di!erent"
    assert mended(said) == [
        "the effect was significant, the traffic ineffective and the profit different"
    ]


def test_a_sign_that_makes_no_known_words_stays():
    said = "mail a#b or c#d for e#f and x=y and Wow!yes"
    assert mended(said) == [said]


def test_one_strange_word_in_a_report_is_left_as_it_is():
    assert mended("an e#ect of the talks") == ["an e#ect of the talks"]


def test_apostrophes_and_hyphens_are_no_ligatures():
    said = "don't can't well-known over-the-top it’s they’re I'm"
    assert mended(said) == [said]
