"""What pdfium says of pages: words, lines, styles, directions, pictures."""

import pytest

from pdfs import BOLD, MINCHO, TEXT, VERA, drawn, mapped_page, page, parsed, raw_page, stream, write
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.pdf_text import PageText, TextLine, open_pdf


def first_page(data: bytes) -> PageText:
    with open_pdf(data, None) as pdf:
        return pdf.page(0)


def words(line: TextLine) -> list[str]:
    return [word.text for word in line.words]


def test_a_line_has_its_words_with_boxes_its_size_and_where_its_letters_stand():
    (line,) = first_page(drawn(page("Osaka spoke.", left=72, top=700, size=11))).lines
    assert words(line) == ["Osaka", "spoke."]
    first, second = line.words
    assert first.left == pytest.approx(72, abs=1)
    assert first.right < second.left
    assert 699 < first.bottom < 701 < first.top < 711
    assert line.size == pytest.approx(11)
    assert line.origin[1] == pytest.approx(700)
    assert (line.bold, line.angle, line.hyphen) == (False, 0, None)


def test_the_size_is_that_on_the_page_also_when_the_page_is_scaled():
    def scaled(canvas):
        canvas.scale(2, 2)
        write(canvas, "Osaka spoke.", 36, 350, size=11)

    assert first_page(drawn(scaled)).lines[0].size == pytest.approx(22)


def test_bold_letters_are_told():
    lines = first_page(drawn(lambda c: (write(c, "A word", font=BOLD), write(c, "b", top=700))))
    assert [line.bold for line in lines.lines] == [True, False]


def test_a_word_that_goes_on_in_the_next_line_is_told():
    lines = first_page(drawn(page("They were opti-", "mizing it."))).lines
    assert [(words(line)[-1], bool(line.hyphen)) for line in lines] == [
        ("opti", True),
        ("it.", False),
    ]


def test_ligatures_are_written_out():
    (line,) = first_page(drawn(page("The ﬁrst ﬂight", font=VERA))).lines
    assert words(line) == ["The", "first", "flight"]


@pytest.mark.parametrize(
    ("ligature", "letters"),
    [("\ufb00", "ff"), ("\ufb03", "ffi"), ("\ufb04", "ffl"), ("\ufb06", "st")],
)
def test_ligatures_that_a_font_maps_to_are_written_out(ligature, letters):
    (line,) = first_page(mapped_page(b"oAce", {"A": ligature, "o": "o", "c": "c", "e": "e"})).lines
    assert words(line) == [f"o{letters}ce"]


@pytest.mark.parametrize(("degrees", "turns"), [(0, 0), (90, 3), (180, 2), (270, 1)])
def test_the_direction_of_writing_is_told_in_quarter_turns_clockwise(degrees, turns):
    def turned(canvas):
        canvas.translate(300, 400)
        canvas.rotate(degrees)
        write(canvas, "Osaka spoke", 0, 0)

    assert first_page(drawn(turned)).lines[0].angle == turns


def test_japanese_words_end_with_their_punctuation_and_have_no_spaces_in_front():
    (line,) = first_page(drawn(page("神戸は始めた。大阪は、待つ。", font=MINCHO))).lines
    assert [(word.text, word.spaced) for word in line.words] == [
        ("神戸は始めた。", True),
        ("大阪は、", False),
        ("待つ。", False),
    ]


def test_the_size_of_a_page_is_as_it_is_shown():
    turned = raw_page(stream(b""), box=b"0 0 600 800", entries=b"/Rotate 90")
    made = first_page(turned)
    assert (made.width, made.height) == (800, 600)


def test_drawings_are_told_and_letters_without_a_code_counted():
    assert not first_page(drawn(page("Osaka"))).pictures
    assert first_page(drawn(lambda c: c.rect(9, 9, 50, 50))).pictures
    assert first_page(drawn(lambda c: None)).lines == ()
    assert first_page(mapped_page(b"ABAB", {"A": "\x01", "B": "b"})).garbled == 2


def test_a_box_of_the_shown_page_is_found_on_a_turned_page():
    with open_pdf(raw_page(stream(b""), entries=b"/Rotate 90"), None) as pdf:
        (word,) = pdf.to_page(0, [(100.0, 50.0, 200.0, 60.0)])
        assert pdf.turns(0) == 3
    assert [round(edge) for edge in word[1:5]] == [50, 100, 60, 200]


def test_a_page_becomes_an_image_of_300_dots_an_inch_unless_it_is_huge():
    with open_pdf(
        drawn(lambda c: None, lambda c: c.setPageSize((6_000, 600)), size=(72, 144)), None
    ) as pdf:
        image, scale = pdf.image(0)
        assert (image.size, scale) == ((300, 600), pytest.approx(300 / 72))
        assert pdf.image(1)[0].size == (6_000, 600)


def test_what_is_attached_and_a_page_that_is_not_there_are_told():
    with open_pdf(
        raw_page(stream(b""), tree=b"<</Type/Pages/Kids[3 0 R 9 0 R]/Count 2>>"), None
    ) as pdf:
        assert (len(pdf), pdf.attachments, pdf.is_xfa_form) == (2, 0, False)
        with pytest.raises(UnreadableFileError, match="page 2 is damaged"):
            pdf.page(1)


def test_soft_hyphens_in_a_word_are_no_text():
    assert parsed(drawn(page("The e\u00adnergy of it.", font=VERA))).text == "The energy of it."


def test_text_drawn_twice_on_the_same_place_stands_once():
    def fake_bold(canvas):
        canvas.setFont(TEXT, 11)
        for shift in (0, 0.3):
            canvas.drawString(72 + shift, 700, "Osaka spoke to Kobe.")

    assert parsed(drawn(fake_bold)).text == "Osaka spoke to Kobe."
