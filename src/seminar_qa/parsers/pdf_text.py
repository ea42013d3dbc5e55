"""What pdfium says of a PDF: its pages, their words with boxes, and pictures of pages.

The only module that knows pypdfium2. It does not know in which order a page is read, nor what a
paragraph is.
"""

import ctypes
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from seminar_qa.errors import UnreadableFileError

_HYPHEN = "\ufffe"
"""What pdfium gives for a hyphen at the end of a line, in place of the hyphen and the line end."""
_LINE = re.compile("[^\r\n\ufffe]+\ufffe?")
_WORD = re.compile("[^\\s\ufffe\x00-\x1f、。！？」』）]+[、。！？」』）]*|[、。！？」』）]+")
_NO_LETTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BOLD = re.compile("bold|black|heavy|semibold|demi", re.I)
_LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
_BOLD_WEIGHT = 600
_DOTS_PER_POINT = 300 / 72  # 300 dpi, which tesseract's models were trained on


class Word(NamedTuple):
    """A word and its box in points of the page; `spaced` says that white space is in front."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    spaced: bool = True


@dataclass(frozen=True)
class TextLine:
    """Words that pdfium gives as one line, in the order of reading.

    `size` is the height of the font in points and `angle` the direction of the writing in quarter
    turns clockwise; `origin` is a point on the line the letters stand on; `hyphen` is the one after
    which the last word goes on in the next line.
    """

    words: tuple[Word, ...]
    size: float
    origin: tuple[float, float]
    bold: bool = False
    angle: int = 0
    hyphen: Word | None = None


@dataclass(frozen=True)
class PageText:
    """The text of one page.

    `pictures` tells whether anything but text is drawn on it; `garbled` counts the characters whose
    font does not say which letters they are. `outside` is text beyond the edges of the page, and
    `fields` counts form fields and notes written onto the page, whose text is not had.
    """

    width: float
    height: float
    lines: tuple[TextLine, ...]
    pictures: bool
    garbled: int = 0
    outside: str = ""
    fields: int = 0


class PdfFile:
    """An open PDF."""

    def __init__(self, document: pypdfium2.PdfDocument):
        self._document = document

    def __len__(self) -> int:
        return len(self._document)

    @property
    def attachments(self) -> int:
        """How many files are attached."""
        return int(self._document.count_attachments())

    @property
    def is_xfa_form(self) -> bool:
        """Whether what the file shows is kept as an XFA form, which pdfium's pages do not hold."""
        kinds = (pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND)
        return self._document.get_formtype() in kinds

    def page(self, number: int) -> PageText:
        """Return the text of a page, counted from 0. Raises UnreadableFileError."""
        with self._loaded(number) as page:
            text_page = page.get_textpage()
            try:
                text = text_page.get_text_range() if text_page.count_chars() > 0 else ""
                lines, outside = _inside(_lines(text_page, text), page.get_cropbox())
            finally:
                text_page.close()
            width, height = page.get_size()
            return PageText(
                width,
                height,
                lines,
                pictures=_has_pictures(page),
                garbled=len(_NO_LETTER.findall(text)),
                outside=outside,
                fields=_count_fields(page),
            )

    def image(self, number: int) -> Any:
        """Return a page, counted from 0, as an image of PIL at 300 dpi, and dots per point."""
        with self._loaded(number) as page:
            scale = min(_DOTS_PER_POINT, 6_000 / max(page.get_size()))
            return page.render(scale=scale, grayscale=True).to_pil(), scale

    def picture(self, number: int, longest: int) -> tuple[Any, tuple[float, ...]]:
        """Return a page, counted from 0, in colour as an image of PIL, and the way into it.

        Its longer side has `longest` pixels at most. The way (a, b, c, d, e, f) leads from a place
        (x, y) of the page in points to (a x + b y + c, d x + e y + f) in pixels from above.
        """
        with self._loaded(number) as page:
            scale = min(_DOTS_PER_POINT, longest / max(page.get_size()))
            image = page.render(scale=scale).to_pil().convert("RGB")
            unit = 1_000  # the call gives whole pixels
            size = (image.width * unit, image.height * unit)
            points = []
            for x, y in ((0, 0), (unit, 0), (0, unit)):
                across, down = ctypes.c_int(), ctypes.c_int()
                pdfium.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
                points.append((across.value / unit, down.value / unit))
            (c, f), (ax, dy), (bx, ey) = points
            return image, ((ax - c) / unit, (bx - c) / unit, c, (dy - f) / unit, (ey - f) / unit, f)

    def to_page(self, number: int, boxes: list[tuple[float, float, float, float]]) -> list[Word]:
        """Turn boxes of the shown page (left, top, right, bottom, in points from above) around.

        The words that are returned have boxes of the page and no text.
        """
        with self._loaded(number) as page:
            return [_box_of_page(page, box) for box in boxes]

    def turns(self, number: int) -> int:
        """Return by how many quarter turns clockwise upright text of the shown page is set."""
        with self._loaded(number) as page:
            return -int(page.get_rotation()) // 90 % 4

    @contextmanager
    def _loaded(self, number: int) -> Iterator[pypdfium2.PdfPage]:
        try:
            page = self._document[number]
        except pypdfium2.PdfiumError as error:
            raise UnreadableFileError(f"page {number + 1} is damaged") from error
        try:
            yield page
        except pypdfium2.PdfiumError as error:
            raise UnreadableFileError(f"page {number + 1} is damaged") from error
        finally:
            page.close()


@contextmanager
def open_pdf(data: bytes, password: str | None) -> Iterator[PdfFile]:
    """Open a PDF; without a password the empty one is tried. Raises UnreadableFileError."""
    pdfium.FPDF_LoadMemDocument64(b"-", 1, None)  # so that the last error is not an older one's
    try:
        document = pypdfium2.PdfDocument(data, password=password)
    except pypdfium2.PdfiumError as error:
        raise UnreadableFileError(_reason(error, password)) from error
    try:
        yield PdfFile(document)
    finally:
        document.close()


def _reason(error: pypdfium2.PdfiumError, password: str | None) -> str:
    code = getattr(error, "err_code", None)
    if code == pdfium.FPDF_ERR_PASSWORD and password:
        return "the password of its side-car does not open it"
    if code == pdfium.FPDF_ERR_PASSWORD:
        return "it is encrypted; write “password: …” into a side-car file NAME.yaml beside it"
    if code == pdfium.FPDF_ERR_SECURITY:
        return "it is encrypted in a way that cannot be opened; save it anew without encryption"
    return "it is damaged or no PDF; open it in a PDF program and save it anew"


def _inside(
    lines: Iterator[TextLine], box: tuple[float, float, float, float]
) -> tuple[tuple[TextLine, ...], str]:
    """Return the lines with the words on the page, and the text of those outside of its box."""
    (left, right), (bottom, top) = sorted(box[::2]), sorted(box[1::2])
    kept: list[TextLine] = []
    outside: list[str] = []
    for line in lines:
        words = tuple(
            word
            for word in line.words
            if left <= (word.left + word.right) / 2 <= right
            and bottom <= (word.bottom + word.top) / 2 <= top
        )
        if len(words) < len(line.words):
            outside += [word.text for word in line.words if word not in words]
        if words:
            kept.append(line if len(words) == len(line.words) else replace(line, words=words))
    return tuple(kept), " ".join(outside)


def _count_fields(page: pypdfium2.PdfPage) -> int:
    kinds = (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT)
    found = 0
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), 10_000)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        found += pdfium.FPDFAnnot_GetSubtype(annotation) in kinds
        pdfium.FPDFPage_CloseAnnot(annotation)
    return found


def _has_pictures(page: pypdfium2.PdfPage) -> bool:
    kinds = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_SHADING)
    return any(True for _ in page.get_objects(filter=kinds, max_depth=3))


def _box_of_page(page: pypdfium2.PdfPage, box: tuple[float, float, float, float]) -> Word:
    width, height = page.get_size()
    unit = 100  # the call takes whole pixels
    size = (round(width * unit), round(height * unit))
    corners = []
    for x, y in (box[:2], box[2:]):
        across, up = ctypes.c_double(), ctypes.c_double()
        place = (round(x * unit), round(y * unit))
        pdfium.FPDF_DeviceToPage(page, 0, 0, *size, 0, *place, across, up)
        corners.append((across.value, up.value))
    (x0, y0), (x1, y1) = corners
    return Word("", min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _lines(text_page: pypdfium2.PdfTextPage, text: str) -> Iterator[TextLine]:
    glyphs = _Glyphs(text_page, identical=len(text) == text_page.count_chars())
    for match in _LINE.finditer(text):
        found = [m for m in _WORD.finditer(match.group()) if m.group().strip()]
        if found:
            first = match.start()
            some = found[:: max(1, len(found) // 3)]
            styles = sorted(glyphs.style(first + (m.start() + m.end()) // 2) for m in some)
            size, origin, turns = styles[len(styles) // 2]
            # upright, a box holds the middle of its letters' places besides their ink: a sign
            # such as "…" has its ink at the edge, and what is found below a box goes by either
            middle = (origin[1], origin[1] + 0.45 * size) if turns == 0 else None
            words = []
            behind = -1
            for m in found:
                start, end = m.span()
                word = m.group(), first + start, first + end, start != behind
                words.append(glyphs.word(*word, middle))
                behind = end
            named = [m for m in found if any(map(str.isalnum, m.group()))] or found
            ends = first + named[0].end() - 1, first + named[-1].end() - 1
            bold = all(map(glyphs.is_bold, ends))  # a bullet in front is set in another font
            hyphen = None
            if match.group().endswith(_HYPHEN):
                hyphen = glyphs.word("-", match.end() - 1, match.end(), False, middle)
            yield TextLine(tuple(words), size, origin, bold, turns, hyphen)


class _Glyphs:
    """Asks pdfium for the boxes and the style of characters; each call counts, so few are made."""

    def __init__(self, text_page: pypdfium2.PdfTextPage, *, identical: bool):
        self._page = text_page
        self._raw = text_page.raw
        self._identical = identical
        self._edges = [ctypes.c_double() for _ in range(4)]

    def word(
        self,
        text: str,
        start: int,
        end: int,
        spaced: bool,
        middle: tuple[float, float] | None,
    ) -> Word:
        """Return the word at `[start, end)` of the page's text; its box holds the `middle` too.

        The heights of its first, middle and last letter stand for those of all.
        """
        left, bottom, right, top = self._box(start)
        if middle:
            bottom, top = min(bottom, middle[0]), max(top, middle[1])
        if not text.isascii():
            text = text.translate(_LIGATURES)
            left = min(left, self._place_of(start)[0])
            right = max(right, self._place_of(end - 1)[1])
        for place in ((start + end) // 2, end - 1) if end - start > 2 else (end - 1,):
            x0, y0, x1, y1 = self._box(place)
            left = x0 if x0 < left else left
            bottom = y0 if y0 < bottom else bottom
            right = x1 if x1 > right else right
            top = y1 if y1 > top else top
        return Word(text, left, bottom, right, top, spaced)

    def style(self, offset: int) -> tuple[float, tuple[float, float], int]:
        """Return font height in points, origin and quarter turns clockwise of a character."""
        place = self._place(offset)
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(self._raw, place, matrix)
        size = pdfium.FPDFText_GetFontSize(self._raw, place) * math.hypot(matrix.c, matrix.d)
        angle = pdfium.FPDFText_GetCharAngle(self._raw, place)
        turns = round(angle / (math.pi / 2)) % 4 if angle >= 0 else 0
        if size < 0:  # letters drawn upside down with a matrix that turns them back
            size, turns = -size, (turns + 2) % 4
        x, y = self._edges[:2]
        pdfium.FPDFText_GetCharOrigin(self._raw, place, x, y)
        return size, (x.value, y.value), turns

    def is_bold(self, offset: int) -> bool:
        """Tell whether a character is bold, by its font's weight or name."""
        place = self._place(offset)
        if pdfium.FPDFText_GetFontWeight(self._raw, place) >= _BOLD_WEIGHT:
            return True
        buffer = ctypes.create_string_buffer(128)
        flags = ctypes.c_int()
        pdfium.FPDFText_GetFontInfo(self._raw, place, buffer, len(buffer), flags)
        return bool(_BOLD.search(buffer.value.decode("utf-8", "replace")))

    def _box(self, offset: int) -> tuple[float, float, float, float]:
        left, right, bottom, top = self._edges
        pdfium.FPDFText_GetCharBox(self._raw, self._place(offset), left, right, bottom, top)
        return left.value, bottom.value, right.value, top.value

    def _place_of(self, offset: int) -> tuple[float, float]:
        """Return where the place of a letter begins and ends, which its ink may not fill."""
        rect = pdfium.FS_RECTF()
        pdfium.FPDFText_GetLooseCharBox(self._raw, self._place(offset), rect)
        return rect.left, rect.right

    def _place(self, offset: int) -> int:
        """Return pdfium's number of a character; characters without a code have none in text."""
        if self._identical:
            return offset
        return int(pdfium.FPDFText_GetCharIndexFromTextIndex(self._raw, offset))
