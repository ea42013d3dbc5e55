"""Pictures of the pages of a PDF, with the way from a place on the page to one in the picture.

A page is drawn in a process of its own with a limit of time and of memory, as files are read: a
hostile one harms nothing. Run as `python -m seminar_qa.page_images` this module is such a process.
"""

import io
import json
import math
import struct
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from seminar_qa.errors import NotReadError, UnreadableFileError
from seminar_qa.layout import Box
from seminar_qa.parsers.pdf_text import open_pdf
from seminar_qa.worker import confine

LONGEST_SIDE = 1_800
"""A picture has at most so many pixels on its longer side."""
SECONDS = 20
MEMORY = 1_024
"""What drawing one page may cost: seconds, and MiB of memory."""
KEPT = 64 * 1024 * 1024
"""So many bytes of pictures are kept in memory."""
FAILED_SECONDS = 300
"""So long a page that could not be drawn is not tried again."""
MOST_FAILED = 10_000
MOST_WAITING = 12
"""So many requests for pages are served or wait at a time."""
_LENGTH = struct.Struct(">Q")
_LONGEST_ANSWER = 32 * 1024 * 1024  # bytes; a picture of the largest size has 10 million
_PNG = b"\x89PNG\r\n\x1a\n"
_NONSENSE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, struct.error)
"""What decoding an answer may raise when the process broke down, or a file has taken it over."""
_Key = tuple[str, int]
Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class PagePicture:
    """A page as PNG, `width` by `height` pixels.

    `turn` leads from a place (x, y) of the page, in points as the file counts them, to one in the
    picture, in pixels from the upper left: (a x + b y + c, d x + e y + f).
    """

    png: bytes
    width: int
    height: int
    pages: int
    turn: tuple[float, float, float, float, float, float]

    def place(self, box: Box) -> Rectangle:
        """Return where a box of the page is in the picture: left, top, width and height."""
        _, left, bottom, right, top = box
        (x0, y0), (x1, y1) = self._point(left, bottom), self._point(right, top)
        return min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)

    def _point(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = self.turn
        return a * x + b * y + c, d * x + e * y + f


def draw_page(data: bytes, number: int, password: str | None = None) -> PagePicture:
    """Return a picture of a page, counted from 1. Raises UnreadableFileError.

    It is drawn in another process; one that takes too long or dies is an error. Raises NotReadError
    when none can be begun.
    """
    request = json.dumps({"page": number, "password": password}).encode()
    try:
        with TemporaryFile() as given:
            given.write(_LENGTH.pack(len(request)) + request + data)
            given.seek(0)
            answer = _answer(given, number)
    except OSError as error:
        raise NotReadError(
            f"page {number} cannot be drawn now: {error}; see that the folder for temporary files "
            "can be written to and has space"
        ) from error
    try:
        return _decoded(answer)
    except _NONSENSE as error:
        raise UnreadableFileError(f"page {number} cannot be drawn; its process ended") from error


def _answer(given: IO[bytes], number: int) -> bytes:
    """Return what a process says of a request. Raises UnreadableFileError, NotReadError."""
    began = time.monotonic()
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "seminar_qa.page_images"],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise NotReadError(f"page {number} cannot be drawn now: {error}") from error
    watch = threading.Timer(SECONDS, process.kill)
    watch.start()
    with process:
        try:
            # one that a file has taken over may go on for ever, so not more than this is kept
            answer = process.stdout.read(_LONGEST_ANSWER) if process.stdout else b""
            if len(answer) == _LONGEST_ANSWER:
                process.kill()
            process.wait()
        finally:
            watch.cancel()
    if time.monotonic() - began >= SECONDS:
        raise UnreadableFileError(f"page {number} takes over {SECONDS} s to draw")
    return answer


def _decoded(answer: bytes) -> PagePicture:
    """Return what a process has drawn. Raises UnreadableFileError, or `_NONSENSE`."""
    (length,) = _LENGTH.unpack_from(answer)
    told = json.loads(answer[_LENGTH.size : _LENGTH.size + length])
    if "error" in told:
        raise UnreadableFileError(str(told["error"]))
    png = answer[_LENGTH.size + length :]
    a, b, c, d, e, f = map(float, told["turn"])
    width, height, pages = (int(told[name]) for name in ("width", "height", "pages"))
    if not png.startswith(_PNG) or min(width, height, pages) < 1:
        raise ValueError("no picture of a page")
    if not all(map(math.isfinite, (a, b, c, d, e, f))):
        raise ValueError("no way into the picture")
    return PagePicture(png, width, height, pages, (a, b, c, d, e, f))


class PageImages:
    """Draws pages, and keeps those drawn last in memory.

    Two are drawn at a time, and a page that several ask for only once; a few wait, and more are
    turned away, so that slow pages do not hold up all that the server does. One that could not be
    drawn is not tried again for `FAILED_SECONDS`.
    """

    def __init__(self, draw: Callable[[bytes, int, str | None], PagePicture] = draw_page):
        self._draw = draw
        self._kept: OrderedDict[_Key, PagePicture] = OrderedDict()
        self._failed: OrderedDict[_Key, tuple[float, str]] = OrderedDict()  # when, and why
        self._under_way: dict[_Key, Future[PagePicture]] = {}
        self._changing = threading.Lock()
        self._drawing = threading.Semaphore(2)
        self._waiting = threading.Semaphore(MOST_WAITING)

    def get(
        self, sha256: str, number: int, read: Callable[[], tuple[bytes, str | None]]
    ) -> PagePicture:
        """Return a page, counted from 1, of the file with that hash.

        `read` gives the file's bytes and its password. Raises what `read` raises, and
        UnreadableFileError; NotReadError when too many wait.
        """
        key = (sha256, number)
        with self._changing:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            failed_at, why = self._failed.get(key, (-math.inf, ""))
        if time.monotonic() < failed_at + FAILED_SECONDS:
            raise UnreadableFileError(why)
        if not self._waiting.acquire(blocking=False):
            raise NotReadError("many pages are being drawn just now; try again in a moment")
        try:
            return self._shared(key, read)
        finally:
            self._waiting.release()

    def _shared(self, key: _Key, read: Callable[[], tuple[bytes, str | None]]) -> PagePicture:
        """Draw a page, or wait for who is drawing it."""
        with self._changing:
            if key in self._kept:
                return self._kept[key]
            others = self._under_way.get(key)
            mine = self._under_way[key] = Future() if others is None else others
        if others is not None:
            return others.result()
        try:
            with self._drawing:
                data, password = read()
                picture = self._drawn(key, data, password)
            self._keep(key, picture)
            mine.set_result(picture)
            return picture
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            with self._changing:
                del self._under_way[key]

    def _drawn(self, key: _Key, data: bytes, password: str | None) -> PagePicture:
        try:
            return self._draw(data, key[1], password)
        except NotReadError:  # not now, but perhaps in a moment
            raise
        except UnreadableFileError as error:
            with self._changing:
                self._failed[key] = time.monotonic(), str(error)
                self._failed.move_to_end(key)
                if len(self._failed) > MOST_FAILED:
                    self._failed.popitem(last=False)
            raise

    def _keep(self, key: _Key, picture: PagePicture) -> None:
        with self._changing:
            self._kept[key] = picture
            while sum(len(kept.png) for kept in self._kept.values()) > KEPT and len(self._kept) > 1:
                self._kept.popitem(last=False)


def _serve() -> None:
    """Draw the page that is asked for on standard input."""
    confine(MEMORY)
    given = sys.stdin.buffer
    (length,) = _LENGTH.unpack(given.read(_LENGTH.size))
    request = json.loads(given.read(length))
    data = given.read()
    png, told = b"", {}
    try:
        with open_pdf(data, request["password"]) as file:
            number = request["page"] - 1
            if not 0 <= number < len(file):
                raise UnreadableFileError(f"it has {len(file)} pages, no page {number + 1}")
            picture, turn = file.picture(number, LONGEST_SIDE)
            told = {"width": picture.width, "height": picture.height}
            told |= {"pages": len(file), "turn": turn}
            out = io.BytesIO()
            picture.save(out, "PNG", optimize=False, compress_level=6)
            png = out.getvalue()
    except (UnreadableFileError, MemoryError) as error:
        told = {"error": str(error) or f"drawing it needs more than {MEMORY} MiB of memory"}
    answer = json.dumps(told).encode()
    sys.stdout.buffer.write(_LENGTH.pack(len(answer)) + answer + png)


if __name__ == "__main__":
    _serve()
