"""From a file to a `Document`: one module a format, one line here for each.

A parser gets the decoded text or the bytes and feeds a `DocumentBuilder`.
"""

from collections.abc import Callable
from pathlib import PurePosixPath

from seminar_qa.documents import Block, Document, DocumentBuilder, Kind, document_id
from seminar_qa.errors import UnreadableFileError
from seminar_qa.facts import find_facts
from seminar_qa.parsers.markdown import parse_markdown
from seminar_qa.parsers.plain_text import parse_plain_text

Parser = Callable[[bytes, DocumentBuilder], None]

PARSERS: dict[str, tuple[str, Parser]] = {
    ".txt": ("text/plain", parse_plain_text),
    ".text": ("text/plain", parse_plain_text),
    ".md": ("text/markdown", parse_markdown),
    ".markdown": ("text/markdown", parse_markdown),
}
"""Media type and parser by the end of the file's name, lower case."""

VERSION = 1
"""Raised when the same bytes are read or cut in another way, so that indexes are made anew."""


def read_document(path: str, data: bytes, sha256: str) -> Document:
    """Return the report in `data`; `path` is its place below the folder of reports, with "/".

    Raises UnreadableFileError when the format is unknown or the file holds no text.
    """
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in PARSERS:
        known = ", ".join(sorted(PARSERS))
        raise UnreadableFileError(
            f"{path}: no reader for “{suffix or 'no ending'}”; known: {known}"
        )
    media_type, parse = PARSERS[suffix]
    builder = DocumentBuilder()
    try:
        parse(data, builder)
    except UnreadableFileError as error:
        raise UnreadableFileError(f"{path}: {error}") from error
    except RecursionError as error:
        raise UnreadableFileError(f"{path}: its parts are nested too deeply") from error
    if not builder.blocks:
        raise UnreadableFileError(f"{path}: the file holds no text")
    text = builder.text
    titles, head = (_texts(builder.blocks, text, kind) for kind in (Kind.TITLE, Kind.FRONT))
    facts = find_facts(head, next(iter(titles), None))
    return Document(
        id=document_id(data),
        path=path,
        sha256=sha256,
        media_type=media_type,
        text=text,
        blocks=builder.blocks,
        page_starts=builder.page_starts,
        title=facts.title,
        date=facts.date,
        place=facts.place,
    )


def _texts(blocks: tuple[Block, ...], text: str, kind: Kind) -> list[str]:
    return [text[block.start : block.end] for block in blocks if block.kind is kind]
