"""Pictures of the pages of a PDF, with the way from a place on the page to one in the picture.

A page is drawn in a process of its own with a limit of time and of memory, as files are read: a
hostile one harms nothing. Run as `python -m seminar_qa.page_images` this module is such a process.
"""

import io
import json
import struct
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from seminar_qa.errors import UnreadableFileError
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
_LENGTH = struct.Struct(">Q")
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

    It is drawn in another process; one that takes too long or dies is an error.
    """
    request = json.dumps({"page": number, "password": password}).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "seminar_qa.page_images"],
            input=_LENGTH.pack(len(request)) + request + data,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFileError(f"page {number} takes over {SECONDS} s to draw") from error
    except OSError as error:
        raise UnreadableFileError(f"page {number} cannot be drawn now: {error}") from error
    if done.returncode or len(done.stdout) < _LENGTH.size:
        raise UnreadableFileError(f"page {number} cannot be drawn; the process for it ended")
    (length,) = _LENGTH.unpack_from(done.stdout)
    told = json.loads(done.stdout[_LENGTH.size : _LENGTH.size + length])
    if "error" in told:
        raise UnreadableFileError(told["error"])
    png = done.stdout[_LENGTH.size + length :]
    return PagePicture(png, told["width"], told["height"], told["pages"], tuple(told["turn"]))


class PageImages:
    """Draws pages, and keeps those drawn last in memory."""

    def __init__(self, draw: Callable[[bytes, int, str | None], PagePicture] = draw_page):
        self._draw = draw
        self._kept: OrderedDict[tuple[str, int], PagePicture] = OrderedDict()
        self._changing = threading.Lock()
        self._drawing = threading.Semaphore(2)

    def get(
        self, sha256: str, number: int, read: Callable[[], tuple[bytes, str | None]]
    ) -> PagePicture:
        """Return a page, counted from 1, of the file with that hash.

        `read` gives the file's bytes and its password. Raises what `read` raises, and
        UnreadableFileError.
        """
        key = (sha256, number)
        with self._changing:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._drawing:
            data, password = read()
            picture = self._draw(data, number, password)
        with self._changing:
            self._kept[key] = picture
            while sum(len(kept.png) for kept in self._kept.values()) > KEPT and len(self._kept) > 1:
                self._kept.popitem(last=False)
        return picture


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
