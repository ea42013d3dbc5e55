"""Pictures of pages: a box of the report lies over the same words in the picture."""

import io
import sys
import threading
import time

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from pdfs import drawn
from pdfs import page as pdf_page
from seminar_qa.errors import NotReadError, UnreadableFileError
from seminar_qa.page_images import (
    FAILED_SECONDS,
    LONGEST_SIDE,
    MOST_WAITING,
    PageImages,
    PagePicture,
    draw_page,
)


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


PICTURE = PagePicture(b"png", 1, 1, 9, (1, 0, 0, 0, 1, 0))


class Slow:
    """Draws when it is let, and counts how often."""

    def __init__(self):
        self.go = threading.Event()
        self.asked = threading.Semaphore(0)
        self.times = 0

    def __call__(self, data, number, password):
        self.times += 1
        self.asked.release()
        assert self.go.wait(20)
        return PICTURE


def begun(images, number, found):
    def get():
        try:
            found.append(images.get("hash", number, lambda: (b"data", None)))
        except NotReadError as error:
            found.append(error)

    thread = threading.Thread(target=get)
    thread.start()
    return thread


def test_a_page_that_several_ask_for_at_a_time_is_drawn_once():
    draw, found = Slow(), []
    images = PageImages(draw)
    threads = [begun(images, 1, found) for _ in range(5)]
    assert draw.asked.acquire(timeout=20)
    draw.go.set()
    for thread in threads:
        thread.join()
    assert (found, draw.times) == ([PICTURE] * 5, 1)


def test_more_pages_than_may_wait_are_turned_away_and_later_drawn():
    draw, found = Slow(), []
    images = PageImages(draw)
    threads = [begun(images, number, found) for number in range(MOST_WAITING + 4)]
    for _ in range(2):  # two are drawn, the others wait
        assert draw.asked.acquire(timeout=20)
    while len(found) < 4:
        time.sleep(0.01)
    draw.go.set()
    for thread in threads:
        thread.join()
    turned_away = [each for each in found if isinstance(each, NotReadError)]
    assert (len(turned_away), len(found)) == (4, MOST_WAITING + 4)
    assert "try again in a moment" in str(turned_away[0])
    assert images.get("hash", 99, lambda: (b"data", None)) == PICTURE


def test_an_error_is_for_all_who_wait_and_not_kept():
    images = PageImages(lambda *_: PICTURE)

    def read():
        raise UnreadableFileError("not now")

    with pytest.raises(UnreadableFileError, match="not now"):
        images.get("hash", 1, read)
    assert images.get("hash", 1, lambda: (b"data", None)) == PICTURE


def test_a_page_that_cannot_be_drawn_is_not_tried_again_for_a_while(monkeypatch):
    tried = []

    def draw(data, number, password):
        tried.append(number)
        raise (UnreadableFileError if number == 1 else NotReadError)("it is broken")

    images = PageImages(draw)
    for number in (1, 1, 2, 2):
        with pytest.raises(UnreadableFileError, match="it is broken"):
            images.get("hash", number, lambda: (b"data", None))
    assert tried == [1, 2, 2]
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + FAILED_SECONDS + 1)
    with pytest.raises(UnreadableFileError):
        images.get("hash", 1, lambda: (b"data", None))
    assert tried == [1, 2, 2, 1]


def test_a_process_that_says_nonsense_is_an_error(monkeypatch, tmp_path):
    for words in ("", "printf nonsense-nonsense", "yes", "printf '\\0\\0\\0\\0\\0\\0\\0\\2{}'"):
        program = tmp_path / "python"
        program.write_text(f"#!/bin/sh\n{words}\n")
        program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))
        with pytest.raises(UnreadableFileError, match="page 1 cannot be drawn; its process ended"):
            draw_page(b"data", 1)


def test_no_process_is_said_to_be_for_now(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere"))
    with pytest.raises(NotReadError, match="page 1 cannot be drawn now"):
        draw_page(b"data", 1)


def test_a_full_folder_for_temporary_files_is_told(monkeypatch):
    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("seminar_qa.page_images.TemporaryFile", full)
    with pytest.raises(NotReadError, match="No space left on device; see that the folder"):
        draw_page(b"%PDF-1.4", 1)
