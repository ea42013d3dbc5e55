"""PDF: words with boxes from pdfium, put in order, freed of furniture, made into blocks.

Pages without text are read by OCR where that can be had; what cannot be read is told, page by page.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from statistics import median

from seminar_qa.documents import DocumentBuilder
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.furniture import without_furniture
from seminar_qa.parsers.ligatures import with_ligatures
from seminar_qa.parsers.ocr import OcrWord, ocr_languages, read_image
from seminar_qa.parsers.paragraphs import add_pages
from seminar_qa.parsers.pdf_text import PageText, PdfFile, TextLine, open_pdf
from seminar_qa.parsers.reading_order import Line, lines_in_order
from seminar_qa.parsers.source import SourceFile
from seminar_qa.text import share_garbled

_MOST_DAMAGED = 50
"""After so many damaged pages in a row the rest is not tried: the count of pages is a lie."""
_GARBLED = 0.3
"""A page with a larger share of garbled characters counts as a picture of text."""
_SLIDE = 120
"""Slides have fewer words than this on a page."""


def parse_pdf(source: SourceFile, builder: DocumentBuilder) -> None:
    """Read a PDF. Raises UnreadableFileError when it is damaged, encrypted, or holds no text."""
    if b"%PDF-" not in source.data[:1_100]:
        raise UnreadableFileError("it does not begin as a PDF does; is it another kind of file?")
    with open_pdf(source.data, source.password) as pdf:
        pages, slides = _read_pages(pdf, _Ocr(source, pdf, builder), builder)
        for _ in range(pdf.attachments):
            builder.leave_out("attached file", "only the pages are read")
        if pdf.is_xfa_form:
            builder.warn("it is an XFA form, whose fields are not read; print it to a PDF first")
    if not any(pages):
        raise UnreadableFileError(_why_empty(builder))
    add_pages(without_furniture(with_ligatures(pages), builder), builder, slides=slides)


def _why_empty(builder: DocumentBuilder) -> str:
    seen = builder.extraction
    if not seen.unread_pages:
        return "its pages are blank"
    reason = "; ".join(seen.warnings) or "nothing was recognised in their pictures"
    return f"none of its pages has text that can be read: {reason}"


def _read_pages(
    pdf: PdfFile, ocr: "_Ocr", builder: DocumentBuilder
) -> tuple[list[list[Line]], bool]:
    """Return the lines of each page, and whether the pages are slides: broad, with few words."""
    pages: list[list[Line]] = []
    broad = words = damaged = 0
    for number in range(len(pdf)):
        try:
            page = _with_ocr(number, pdf.page(number), ocr, builder)
        except UnreadableFileError as error:
            damaged += 1
            if damaged > _MOST_DAMAGED:
                builder.warn(f"{len(pdf)} pages are announced, but none is there after {number}")
                break
            builder.warn(str(error))
            builder.mark_page(number + 1, "unread")
            pages.append([])
            continue
        damaged = 0
        broad += page.width > page.height
        words += sum(len(line.words) for line in page.lines)
        pages.append(lines_in_order(page))
    return pages, broad * 2 > len(pages) and words < _SLIDE * len(pages)


def _with_ocr(number: int, page: PageText, ocr: "_Ocr", builder: DocumentBuilder) -> PageText:
    """Return a page as it is, or as OCR reads it when its text cannot be had otherwise."""
    text = " ".join(word.text for line in page.lines for word in line.words)
    if page.outside:
        builder.leave_out("text beyond the page's edge", "nobody sees it", page.outside)
    for _ in range(page.fields):
        builder.leave_out("form field or note", "only what is printed is read")
    strange = share_garbled(text) * len(text) + page.garbled
    garbled = strange > _GARBLED * (len(text) + page.garbled)
    if text and not garbled:
        builder.mark_garbled(page.garbled)
        return page
    if not page.pictures and not garbled:
        builder.mark_page(number + 1, "blank")
        return page
    lines = ocr.lines(number)
    if lines:
        builder.mark_page(number + 1, "ocr")
    else:
        builder.mark_page(number + 1, "unread")
        if garbled:
            builder.leave_out("garbled text", "its font does not say which letters it has", text)
            builder.mark_garbled(len(text) + page.garbled)
    return replace(page, lines=lines)


class _Ocr:
    """Reads pages of one PDF by OCR until its time is up."""

    def __init__(self, source: SourceFile, pdf: PdfFile, builder: DocumentBuilder):
        self._source = source
        self._pdf = pdf
        self._builder = builder
        self._deadline = 0.0

    def lines(self, number: int) -> tuple[TextLine, ...]:
        """Return the lines of a page, counted from 0; none where it cannot be read."""
        if not self._source.ocr_seconds:
            self._builder.warn(
                "it has pictures of text, which SEMINAR_QA_OCR_SECONDS leaves unread"
            )
            return ()
        if not ocr_languages():
            self._builder.warn(
                "it has pictures of text, which are read where tesseract-ocr is installed"
            )
            return ()
        if not self._deadline:
            self._source.before_ocr()
            self._deadline = time.monotonic() + self._source.ocr_seconds
        image, scale = self._pdf.image(number)
        try:
            found = read_image(image, self._deadline - time.monotonic())
        except TimeoutError:
            self._builder.warn(
                f"after {self._source.ocr_seconds:g} seconds no more pictures of text were read; "
                "raise SEMINAR_QA_OCR_SECONDS"
            )
            return ()
        return tuple(_placed(found, scale, number, self._pdf))


def _placed(
    found: list[list[OcrWord]], scale: float, number: int, pdf: PdfFile
) -> Iterator[TextLine]:
    """Yield lines of an image as lines of the page; those of about one size get the same."""
    heights = [median(word.box[3] - word.box[1] for word in line) for line in found]
    usual = median(heights) if heights else 0.0
    turns = pdf.turns(number)
    for line, height in zip(found, heights, strict=True):
        left, top, right, bottom = zip(*(word.box for word in line), strict=True)
        edges = list(zip(left, top, right, bottom, strict=True))
        level = (min(left), median(bottom), min(left), median(bottom))
        boxes = [tuple(edge / scale for edge in box) for box in [*edges, level]]
        *words, base = pdf.to_page(number, boxes)
        size = usual if 0.7 * usual < height < 1.4 * usual else height
        yield TextLine(
            tuple(
                place._replace(text=word.text, spaced=word.spaced)
                for place, word in zip(words, line, strict=True)
            ),
            size / scale,
            (base.left, base.bottom),
            angle=turns,
        )
