"""The promise of the boxes: under those of a sentence stands the sentence, and nothing else.

The text below a box is extracted afresh with another library, pdfplumber. That knows how broad and
high a font is, not how large each letter's ink is, so only letters and digits are compared.
"""

import random
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pdfplumber
import pytest

from pdfs import BOLD, MINCHO, VERA, drawn, page, write
from seminar_qa.documents import Document, Kind
from seminar_qa.layout import Box
from seminar_qa.parsers.source import SourceFile
from seminar_qa.reading import Reading, read_report
from seminar_qa.text import clean

REAL = Path(__file__).parents[1].parent / "shared" / "documents" / "real"
RUNNING = (Kind.PARAGRAPH, Kind.LIST_ITEM, Kind.NOTE)
TALK = [
    "Osaka signed a memorandum with the state of",
    "North Rhine. Both sides agreed that the opti-",
    "mizing of the hydrogen chain should begin at",
    "once. The first ships leave Kobe in the spring.",
]


class Pages:
    """The letters of a PDF as pdfplumber finds them, in points of the page that is not turned."""

    def __init__(self, path: Path):
        self._pdf = pdfplumber.open(path)
        self._letters = cache(self._all_letters)

    def below(self, box: Box) -> str:
        """Return the letters whose middle lies in a box."""
        number, left, bottom, right, top = box
        return "".join(
            letter
            for letter, x, y in self._letters(number)
            if left <= x <= right and bottom <= y <= top
        )

    def _all_letters(self, number: int) -> list[tuple[str, float, float]]:
        page = self._pdf.pages[number - 1]
        left, bottom, right, top = page.page_obj.mediabox  # not turned, as against page.mediabox
        found = []
        for char in page.objects.get("char", ()):
            x, y = (char["x0"] + char["x1"]) / 2, (char["y0"] + char["y1"]) / 2
            place = {
                0: (left + x, bottom + y),
                90: (right - y, bottom + x),
                180: (right - x, top - y),
                270: (left + y, top - x),
            }[page.rotation]
            found.append((char["text"], *place))
        return found


def letters(text: str) -> str:
    """Return the letters and digits, without ligatures, which some fonts do not name."""
    whole = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", clean(text)))
    return re.sub(r"ff[il]?|f[il]|tt|ft", "", whole)


def differing(document: Document, pages: Pages, spans: list[tuple[int, int]]) -> Iterator[str]:
    """Yield the sentences that are not what stands below their boxes."""
    for start, end in spans:
        below = "".join(map(pages.below, document.layout.boxes(start, end)))
        if letters(below) != letters(document.text[start:end]):
            yield f"{document.path}: {document.text[start:end]!r} is not {below!r}"


def spans(reading: Reading) -> list[tuple[int, int]]:
    """Return the sentences of running text that no OCR has read."""
    document = reading.document
    return [
        (sentence.start, sentence.end)
        for sentence in reading.sentences
        if document.blocks[sentence.block].kind in RUNNING
        and document.page_of(sentence.start) not in document.extraction.ocr_pages
    ]


def upright(canvas):
    write(canvas, "Hydrogen between two regions", 72, 790, BOLD, 20)
    write(canvas, TALK, 72, 740)
    write(canvas, TALK[::-1], 320, 740)
    write(canvas, ["• Kobe builds the ships. Bonn waits", "  for them."], 72, 600, VERA)


def rotated(degrees):
    return lambda canvas: (canvas.setPageRotation(degrees), write(canvas, TALK, 72, 500))


def turned(degrees):
    def draw(canvas):
        canvas.translate(300, 400)
        canvas.rotate(degrees)
        write(canvas, TALK, -150, 60)

    return draw


@pytest.mark.parametrize(
    "draws",
    [
        [upright],
        [page(*TALK), page(*TALK)],
        [page("The ﬁrst ﬂight of the e\u00adnergy went over", "Kobe. It was late.", font=VERA)],
        [page("神戸市は水素の利用を始める。多くの会社", "が参加する予定である。", font=MINCHO)],
        *([rotated(degrees)] for degrees in (90, 180, 270)),
        *([turned(degrees)] for degrees in (90, 180, 270)),
    ],
    ids="columns pages ligatures japanese r90 r180 r270 t90 t180 t270".split(),
)
def test_below_the_boxes_of_a_sentence_stands_the_sentence(tmp_path, draws):
    file = tmp_path / "a.pdf"
    file.write_bytes(drawn(*draws))
    reading = read_report("a.pdf", SourceFile(file.read_bytes()), "")
    sentences = [(sentence.start, sentence.end) for sentence in reading.sentences]
    assert len(sentences) > 1
    assert list(differing(reading.document, Pages(file), sentences)) == []


@pytest.mark.skipif(not REAL.exists(), reason="the shared reports are not here")
def test_of_fifty_sentences_of_real_files_nearly_all_stand_below_their_boxes():
    files = {}
    for file in sorted(REAL.rglob("*.pdf")):
        reading = read_report(file.name, SourceFile(file.read_bytes(), ocr_seconds=0), "")
        files[file] = reading.document, spans(reading)
    every = [(file, span) for file, (_, found) in files.items() for span in found]
    wrong = []
    pages = {file: Pages(file) for file in files}
    for file, span in random.Random(1).sample(every, 50):
        wrong += differing(files[file][0], pages[file], [span])
    assert len(wrong) <= 3, wrong  # formulas come out in another order
