"""What a parser is given: the bytes of a file and what it may do with them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import charset_normalizer

from seminar_qa.errors import UnreadableFileError


def _tell_nobody() -> None:
    """Do nothing."""


@dataclass(frozen=True)
class SourceFile:
    """A file to be parsed.

    `password` opens an encrypted one. Pages without text are read by tesseract, where it is
    installed, for at most `ocr_seconds`; 0 turns that off. `before_ocr` is called once before it.
    """

    data: bytes = field(repr=False)
    password: str | None = field(default=None, repr=False)
    ocr_seconds: float = 600
    before_ocr: Callable[[], None] = _tell_nobody


def decode(data: bytes) -> str:
    """Return the text of `data`: UTF-8, a byte order mark, else what its bytes look most like.

    Raises UnreadableFileError when it is not text.
    """
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFileError("the file holds NUL bytes, so it is not a text file")
    try:
        return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        best = charset_normalizer.from_bytes(data).best()
    if best is None:
        raise UnreadableFileError("no encoding fits the file's bytes; save it as UTF-8")
    return str(best)
