"""What a parser is given: the bytes of a file and what it may do with them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import charset_normalizer

from seminar_qa.errors import UnreadableFileError

_JIS = re.compile(rb"\x1b\$[@B]")
_WESTERN = "cp1252"


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
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig"]
    if _JIS.search(data):  # is ASCII to the eye
        encodings.insert(0, "iso2022_jp_2")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return _guessed(data)


def _guessed(data: bytes) -> str:
    """Return the text in the encoding that fits best; of equals the commonest, Windows-1252."""
    matches = charset_normalizer.from_bytes(data)
    best = matches.best()
    if best is None:
        raise UnreadableFileError("no encoding fits the file's bytes; save it as UTF-8")
    for match in matches:
        fits = _WESTERN in (match.encoding, *match.could_be_from_charset)
        if fits and match.chaos <= best.chaos and match.coherence >= best.coherence:
            return data.decode(_WESTERN, "replace")
    return str(best)
