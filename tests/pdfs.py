"""PDFs for the tests: drawn with reportlab or put together byte by byte."""

import io
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.parsers.pdf import parse_pdf
from seminar_qa.parsers.source import SourceFile

TEXT, BOLD, MINCHO, VERA = "Times-Roman", "Times-Bold", "HeiseiMin-W3", "Vera"
pdfmetrics.registerFont(UnicodeCIDFont(MINCHO))
pdfmetrics.registerFont(TTFont(VERA, "Vera.ttf"))  # lies in reportlab

Draw = Callable[[Canvas], Any]
HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def drawn(*pages: Draw, size: tuple[float, float] = A4, encrypt: Any = None) -> bytes:
    """Return a PDF with a page for each function, which draws it."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=size, invariant=True, encrypt=encrypt)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def write(
    canvas: Canvas,
    lines: Sequence[str] | str,
    left: float = 72,
    top: float = 760,
    font: str = TEXT,
    size: float = 11,
    leading: float = 13,
) -> float:
    """Write lines below one another; return the height of the line that would follow."""
    canvas.setFont(font, size)
    for line in [lines] if isinstance(lines, str) else lines:
        canvas.drawString(left, top, line)
        top -= leading
    return top


def page(*lines: str, **style: Any) -> Draw:
    """Return what draws a page with these lines."""
    return lambda canvas: write(canvas, lines, **style)


def raw_pdf(objects: Sequence[bytes]) -> bytes:
    """Return a PDF of these objects; the first is its catalog."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    )


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """Return a stream object."""
    return b"<</Length %d%s>>stream\n" % (len(data), entries) + data + b"\nendstream"


def packed(data: bytes, entries: bytes = b"") -> bytes:
    """Return a compressed stream object."""
    return stream(zlib.compress(data, 9), b"/Filter/FlateDecode" + entries)


def raw_page(
    content: bytes,
    *more: bytes,
    font: bytes = HELVETICA,
    box: bytes = b"0 0 612 792",
    entries: bytes = b"",
    resources: bytes = b"",
    tree: bytes = b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
) -> bytes:
    """Return a PDF with one page; `content` is its stream object, `more` are objects from 6 on."""
    return raw_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            tree,
            b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 5 0 R%s"
            b"/Resources<</Font<</F 4 0 R>>%s>>>>" % (box, entries, resources),
            font,
            content,
            *more,
        ]
    )


def mapped_page(text: bytes, letters: dict[str, str]) -> bytes:
    """Return a PDF whose font says of the letters that they are others."""
    pairs = "".join(
        f"<{ord(code):02x}> <{letter.encode('utf-16-be').hex()}>\n"
        for code, letter in letters.items()
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def"
        " /CMapType 2 def 1 begincodespacerange <00> <ff> endcodespacerange"
        f" {len(letters)} beginbfchar\n{pairs}endbfchar endcmap end end"
    )
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    return raw_page(
        stream(b"BT /F 12 Tf 72 700 Td (" + text + b") Tj ET"), stream(cmap.encode()), font=font
    )


def parsed(data: bytes, **source: Any) -> DocumentBuilder:
    """Return what the parser of PDF makes of a file; no OCR unless it is asked for."""
    builder = DocumentBuilder()
    parse_pdf(SourceFile(data, **{"ocr_seconds": 0, **source}), builder)
    return builder


def blocks(builder: DocumentBuilder) -> list[tuple[Kind, str]]:
    """Return the kind and the text of each block."""
    text = builder.text
    return [(block.kind, text[block.start : block.end]) for block in builder.blocks]


def texts(builder: DocumentBuilder, kind: Kind) -> list[str]:
    """Return the texts of the blocks of a kind."""
    return [text for found, text in blocks(builder) if found is kind]
