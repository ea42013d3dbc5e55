"""Pictures of pages: a box of the report lies over the same words in the picture."""

import io

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from pdfs import drawn
from pdfs import page as pdf_page
from seminar_qa.errors import UnreadableFileError
from seminar_qa.page_images import LONGEST_SIDE, PageImages, PagePicture, draw_page


def bar(canvas):
    canvas.setFillGray(0)
    canvas.rect(100, 400, 200, 40, stroke=0, fill=1)


def turned(rotation, crop=None):
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(500, 800))
    canvas.setPageRotation(rotation)
    if crop:
        canvas.setCropBox(crop)
    bar(canvas)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def black_box(picture):
    image = (
        Image.open(io.BytesIO(picture.png)).convert("L").point(lambda value: 255 * (value < 128))
    )
    return image.getbbox()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (50, 300, 450, 480)])
def test_a_box_lies_over_what_is_drawn_there(rotation, crop):
    picture = draw_page(turned(rotation, crop), 1)
    left, top, width, height = picture.place((1, 100, 400, 300, 440))
    drawn_at = black_box(picture)
    assert [left, top, left + width, top + height] == pytest.approx(drawn_at, abs=2.5)


def test_a_picture_is_never_larger_than_the_limit():
    picture = draw_page(drawn(pdf_page("x"), size=(14_000, 7_000)), 1)
    assert max(picture.width, picture.height) <= LONGEST_SIDE
    assert Image.open(io.BytesIO(picture.png)).size == (picture.width, picture.height)


@pytest.mark.parametrize(
    ("data", "number", "words"),
    [(b"no pdf", 1, "damaged or no PDF"), (drawn(pdf_page("x")), 7, "1 pages, no page 7")],
)
def test_what_cannot_be_drawn_is_told(data, number, words):
    with pytest.raises(UnreadableFileError, match=words):
        draw_page(data, number)


def test_a_password_opens_an_encrypted_file():
    from reportlab.lib.pdfencrypt import StandardEncryption

    data = drawn(bar, encrypt=StandardEncryption("sesame", ownerPassword="own"))
    assert draw_page(data, 1, "sesame").pages == 1
    with pytest.raises(UnreadableFileError, match="encrypted"):
        draw_page(data, 1)


def test_a_page_is_drawn_once():
    asked = []

    def draw(data, number, password):
        asked.append((data, number, password))
        return PagePicture(b"png", 1, 1, 9, (1, 0, 0, 0, 1, 0))

    images = PageImages(draw)
    first = images.get("hash", 3, lambda: (b"data", "word"))
    assert images.get("hash", 3, lambda: pytest.fail("it is known")) is first
    images.get("hash", 4, lambda: (b"data", None))
    assert asked == [(b"data", 3, "word"), (b"data", 4, None)]
