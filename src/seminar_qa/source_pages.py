"""A report as a page, opened at a quotation: its text, or pictures of its pages; and its file."""

import os
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Annotated, Any, Literal
from urllib.parse import quote as escaped
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from seminar_qa.documents import Block, Document, Kind
from seminar_qa.engine import MOST_PASSAGES, Engine
from seminar_qa.errors import FilterError, NotFoundError, NotReadError, UnreadableFileError
from seminar_qa.originals import open_original, read_original, read_password
from seminar_qa.page_images import PageImages, PagePicture, Rectangle
from seminar_qa.rendering import render
from seminar_qa.views import LARGEST_PLACE, document_view, how_read

ZOOMS = ("1", "1.5", "2", "3")
PDF = "application/pdf"
_SHOWN_INLINE = (PDF, "text/plain")
PAGES_PER_MINUTE = 240
FILES_PER_MINUTE = 60
"""So often a reader may ask for a page's picture, and for a file."""
_PIECE = 256 * 1024  # bytes of a file that are in memory at a time
_SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
_VIEWED = "frame-ancestors 'none'"
"""The policy of a PDF: in a sandbox, Chromium's viewer shows nothing; it has one of its own."""
_PLACE = re.compile(r"(?P<start>[0-9]{1,12})-(?P<end>[0-9]{1,12})", re.ASCII)
View = Literal["pages", "text"]


@dataclass(frozen=True)
class Piece:
    """A stretch of a block's text, inside the quotation or not."""

    text: str
    quoted: bool


@dataclass(frozen=True)
class Part:
    """A block of a report as shown, as the element `tag`; with `first` the quotation begins."""

    block: Block
    tag: str
    marker: str
    pieces: tuple[Piece, ...]
    first: bool


@dataclass(frozen=True)
class Walk:
    """The quotations of an answer in one report, of which the one `at` is shown."""

    places: tuple[tuple[int, int], ...]
    at: int

    @property
    def before(self) -> tuple[int, int] | None:
        """The quotation in front, None at the first."""
        return self.places[self.at - 1] if self.at > 0 else None

    @property
    def after(self) -> tuple[int, int] | None:
        """The next quotation, None at the last."""
        return self.places[self.at + 1] if self.at + 1 < len(self.places) else None


@dataclass(frozen=True)
class Address:
    """What a report's address says of how it is shown."""

    document_id: str
    start: int
    end: int
    quotes: str
    view: str
    page: int
    zoom: str

    def changed(self, **changes: Any) -> str:
        """Return the address with something else."""
        other = replace(self, **changes)
        given = {name: value for name, value in vars(other).items() if value}
        path = f"/documents/{given.pop('document_id')}"
        query = urlencode(given, safe=",")
        return f"{path}?{query}" + ("#quote" if other.end else "")


@dataclass(frozen=True)
class Sheet:
    """A page to be shown: its picture, number, and the quotation's rectangles in it.

    `ocr` tells whether it was read by character recognition; `quoted` is the page on which the
    quotation begins, where that is none of this page's, `goes_on` the next one with words of it;
    else 0.
    """

    picture: PagePicture
    number: int
    rectangles: tuple[Rectangle, ...]
    ocr: bool = False
    quoted: int = 0
    goes_on: int = 0


router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.current.get()
    return engine


@router.get("/documents/{document_id}")
def document(
    request: Request,
    document_id: str,
    start: Annotated[int, Query(ge=0, le=LARGEST_PLACE)] = 0,
    end: Annotated[int, Query(ge=0, le=LARGEST_PLACE)] = 0,
    quotes: str = "",
    view: View | None = None,
    page: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    zoom: Annotated[str, Query(pattern=r"^(1|1\.5|2|3)$")] = "1",
) -> Response:
    """Show a report as a page; the code points `start` to `end` are highlighted.

    `quotes` are all quotations of an answer in it, to walk through. The `view` of a PDF is its
    pages, where a quotation stands on them, or its text.
    """
    engine = _engine(request)
    shown = engine.record(document_id).document
    places = read_places(quotes)
    if places and not end:
        start, end = places[0]
    for place in ((start, end), *places):
        _check_place(shown, *place)
    walk = make_walk(places, (start, end))
    boxes = engine.boxes_at(document_id, start, end) if end > start else ()
    is_pdf = shown.media_type == PDF
    if view == "pages" and not is_pdf:
        raise FilterError(f"{shown.path} is no PDF, so it has no pages to show; see its text")
    wanted = view or ("pages" if is_pdf and boxes else "text")
    number = page or (boxes[0][0] if boxes else 1)
    sheet, problem = None, ""
    if is_pdf and wanted == "pages":
        try:
            picture = _picture(request, engine, shown, number)
            on_it = tuple(picture.place(box) for box in boxes if box[0] == number)
            elsewhere = boxes[0][0] if boxes and not on_it else 0
            later = min((box[0] for box in boxes if box[0] > number), default=0)
            ocr = number in shown.extraction.ocr_pages
            sheet = Sheet(picture, number, on_it, ocr, elsewhere, later if on_it else 0)
        except (NotFoundError, UnreadableFileError) as error:
            problem = str(error)
        except HTTPException as refused:  # too many pages; the text is there all the same
            problem = str(refused.detail)
    groups = [] if sheet else list(_groups(_parts(shown, start, end)))
    context: dict[str, Any] = {
        "document": shown,
        "told": list(how_read(document_view(shown, len(shown.text)))),
        "groups": groups,
        "headed": any(part.tag == "h1" for group in groups for part in group),
        "walk": walk,
        "sheet": sheet,
        "problem": problem,
        "is_pdf": is_pdf,
        "quoted": shown.text[start:end],
        "address": Address(document_id, start, end, quotes, wanted, page, zoom),
        "zooms": ZOOMS,
    }
    return render(request, "document.html", **context)


@router.get("/documents/{document_id}/original")
def original(request: Request, document_id: str) -> Response:
    """Give the file that a report was read from; only PDF and plain text open in the browser."""
    request.app.state.limiter.check(request, "original", FILES_PER_MINUTE)
    engine = _engine(request)
    shown = engine.record(document_id).document
    file = open_original(_documents(request), _paths(engine, shown), shown.sha256)
    name = escaped(shown.path.rsplit("/", 1)[-1])
    kind = "inline" if shown.media_type in _SHOWN_INLINE else "attachment"
    media_type = shown.media_type
    if media_type.startswith("text/"):
        media_type = "text/plain" if media_type != "text/html" else "application/octet-stream"
    headers = {
        "Content-Disposition": f"{kind}; filename*=UTF-8''{name}",
        "Content-Security-Policy": _VIEWED if media_type == PDF else _SANDBOX,
        "Content-Type": _with_charset(media_type, file),
        "Content-Length": str(os.fstat(file.fileno()).st_size),
        "Cache-Control": "private, no-cache",
    }
    return StreamingResponse(_pieces_of(file), headers=headers)


@router.get("/documents/{document_id}/pages/{number}.png")
def page_image(request: Request, document_id: str, number: int) -> Response:
    """Give a page of a PDF, counted from 1, as a picture."""
    engine = _engine(request)
    shown = engine.record(document_id).document
    if shown.media_type != PDF:
        raise NotFoundError(f"{shown.path} is no PDF, so it has no pages to show")
    tag = f'"{shown.sha256}-{number}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=31536000, immutable"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    try:
        picture = _picture(request, engine, shown, number)
    except NotReadError:
        raise
    except UnreadableFileError as error:
        raise NotFoundError(f"{shown.path}: {error}") from error
    return Response(picture.png, media_type="image/png", headers=headers)


def read_places(quotes: str) -> tuple[tuple[int, int], ...]:
    """Return the places of a text that are like 10-20,30-40, in order. Raises FilterError."""
    found = [_PLACE.fullmatch(part) for part in quotes.split(",")] if quotes else []
    if len(found) > MOST_PASSAGES or not all(found):
        raise FilterError(
            f"quotes must be at most {MOST_PASSAGES} places like 10-20,30-40 "
            f"(given: “{quotes[:60]}”)"
        )
    return tuple(sorted({(int(place["start"]), int(place["end"])) for place in found if place}))


def make_walk(places: tuple[tuple[int, int], ...], shown: tuple[int, int]) -> Walk | None:
    """Return the quotations to walk through, `shown` among them; None where it is alone."""
    ordered = tuple(sorted({*places, shown}))
    return Walk(ordered, ordered.index(shown)) if places and len(ordered) > 1 else None


def _check_place(shown: Document, start: int, end: int) -> None:
    """Raise NotFoundError when a report has no such place."""
    if end > len(shown.text) or start > end:
        raise NotFoundError(
            f"{shown.path} has {len(shown.text):,} characters, so there is no {start:,} to {end:,}"
        )


def _pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """Yield an opened file in pieces, and close it."""
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _with_charset(media_type: str, file: IO[bytes]) -> str:
    """Return the type of a file; of a text in another encoding the browser finds it by itself."""
    if media_type != "text/plain":
        return media_type
    decoder = getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return media_type
    finally:
        file.seek(0)
    return f"{media_type}; charset=utf-8"


def _documents(request: Request) -> Path:
    folder: Path = request.app.state.settings.documents
    return folder


def _paths(engine: Engine, shown: Document) -> list[str]:
    """Return where a report's file may lie: at its path, or at that of a copy."""
    copies = [path for path, first in engine.manifest.copies.items() if first == shown.path]
    return [shown.path, *copies]


def _picture(request: Request, engine: Engine, shown: Document, number: int) -> PagePicture:
    images: PageImages = request.app.state.page_images
    folder = _documents(request)
    request.app.state.limiter.check(request, "page image", PAGES_PER_MINUTE)

    def read() -> tuple[bytes, str | None]:
        data = read_original(folder, _paths(engine, shown), shown.sha256)
        return data, read_password(folder, shown.path)

    return images.get(shown.sha256, number, read)


def _parts(document: Document, start: int, end: int) -> Iterator[Part]:
    begun = False
    position = 0
    levels = [1]  # of the headings that the block stands under; they go down one by one
    for block in document.blocks:
        pieces = tuple(_pieces(document.text, block, start, end))
        first = not begun and any(piece.quoted for piece in pieces)
        begun = begun or first
        marker = document.text[position : block.start].strip()
        position = block.end
        if block.kind is Kind.HEADING:
            below = max(block.level, 1) + 1
            levels = [*(level for level in levels if level < below), below]
        yield Part(block, _tag(block, len(levels)), marker, pieces, first)


def _pieces(text: str, block: Block, start: int, end: int) -> Iterator[Piece]:
    first = min(max(start, block.start), block.end)
    last = min(max(end, first), block.end)
    for begin, finish, quoted in (
        (block.start, first, False),
        (first, last, True),
        (last, block.end, False),
    ):
        if begin < finish:
            yield Piece(text[begin:finish], quoted)


def _tag(block: Block, depth: int) -> str:
    if block.kind is Kind.TITLE:
        return "h1"
    if block.kind is Kind.HEADING:
        return f"h{min(6, depth)}"
    return "li" if block.kind is Kind.LIST_ITEM else "p"


def _groups(parts: Iterator[Part]) -> Iterator[list[Part]]:
    """Yield list items in a row together, every other part alone."""
    group: list[Part] = []
    for part in parts:
        if group and not (group[-1].tag == part.tag == "li"):
            yield group
            group = []
        group.append(part)
    if group:
        yield group
