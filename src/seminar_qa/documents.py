"""A report as one canonical text with the places of its parts.

The text is made once, here, by a `DocumentBuilder` that a parser feeds; every later stage only
slices it. This module does not know file formats (`parsers`) nor what the text says (`facts`).
"""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum

from seminar_qa.text import clean, collapse


class Kind(StrEnum):
    """What a block is; running text is what answers are looked for in first."""

    TITLE = "title"
    FRONT = "front"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    NOTE = "note"
    CAPTION = "caption"

    @property
    def is_running(self) -> bool:
        """Whether a block of this kind is running text, as against a title, heading or caption."""
        return self in (Kind.PARAGRAPH, Kind.LIST_ITEM, Kind.TABLE_ROW, Kind.NOTE)


@dataclass(frozen=True)
class Block:
    """One part of a document: `text[start:end]`, half open, in code points.

    `section` is the path of headings above it; `level` is a heading's depth from 1, else 0.
    """

    kind: Kind
    start: int
    end: int
    section: tuple[str, ...] = ()
    level: int = 0


@dataclass(frozen=True)
class Document:
    """A report that was read. `id` comes from the bytes, so a renamed file keeps it.

    `page_starts` holds the offset at which each page begins, and is empty where the format has
    no pages. `date` is ISO 8601. What the text does not say is None.
    """

    id: str
    path: str
    sha256: str
    media_type: str
    text: str
    blocks: tuple[Block, ...]
    page_starts: tuple[int, ...] = ()
    title: str | None = None
    date: str | None = None
    place: str | None = None

    def page_of(self, offset: int) -> int | None:
        """Return the page, counted from 1, that `offset` lies on; None without pages."""
        return page_of(self.page_starts, offset)


def page_of(page_starts: tuple[int, ...], offset: int) -> int | None:
    """Return the page, counted from 1, that `offset` lies on; None without pages."""
    return max(1, bisect_right(page_starts, offset)) if page_starts else None


def document_id(data: bytes) -> str:
    """Return the id of a document with these bytes: 16 hexadecimal digits of their SHA-256."""
    return hashlib.sha256(data).hexdigest()[:16]


@dataclass
class DocumentBuilder:
    """Puts a canonical text together block by block and records where each one lies."""

    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _blocks: list[Block] = field(default_factory=list)
    _headings: list[tuple[int, str]] = field(default_factory=list)
    _page_starts: list[int] = field(default_factory=list)
    _pages_begun: int = 0

    @property
    def text(self) -> str:
        """The canonical text so far."""
        return "".join(self._parts)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks so far, in the order of the text."""
        return tuple(self._blocks)

    @property
    def page_starts(self) -> tuple[int, ...]:
        """Where each page begins; empty where none was begun."""
        return tuple(self._page_starts)

    def begin_page(self) -> None:
        """Let a new page begin at the next block; twice, if one between is blank."""
        self._pages_begun += 1

    def add(
        self,
        kind: Kind,
        raw: str,
        *,
        marker: str = "",
        level: int = 0,
        pages: tuple[int, ...] = (),
    ) -> None:
        """Append a block. Blank text is dropped.

        `marker` is a list item's bullet: it stands in the text in front of the block, not in it.
        `pages` are the offsets in the block, as it is once clean, at which further pages begin.
        """
        text = collapse(clean(raw))
        if not text:
            return
        self._separate(kind)
        if kind is Kind.HEADING:
            self._close_headings(level or 1)
        self._page_starts += [self._length] * self._pages_begun
        self._pages_begun = 0
        if marker.strip():
            self._write(collapse(clean(marker)) + " ")
        start = self._length
        self._write(text)
        self._page_starts += [start + offset for offset in pages]
        section = tuple(heading for _, heading in self._headings)
        self._blocks.append(Block(kind, start, self._length, section, level))
        if kind is Kind.HEADING:
            self._headings.append((level or 1, text))

    def _separate(self, kind: Kind) -> None:
        if self._blocks:
            tight = (Kind.LIST_ITEM, Kind.TABLE_ROW)
            together = kind in tight and self._blocks[-1].kind is kind
            self._write("\n" if together else "\n\n")

    def _close_headings(self, level: int) -> None:
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
