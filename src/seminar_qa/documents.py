"""A report as one canonical text with the places of its parts.

The text is made once, here, by a `DocumentBuilder` that a parser feeds; every later stage only
slices it. This module does not know file formats (`parsers`) nor what the text says (`facts`).
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest
from typing import Literal

from seminar_qa.layout import Box, Layout
from seminar_qa.text import clean, collapse, fold, has_cjk, share_garbled


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
    `speaker` is the label in front of a turn of minutes ("BAN"), None where there is none.
    """

    kind: Kind
    start: int
    end: int
    section: tuple[str, ...] = ()
    level: int = 0
    speaker: str | None = None


_TITLES = frozenset("mr mrs ms miss mx dr prof professor sir dame lady lord hon rev".split())
_NAME_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_HONORIFIC = re.compile(
    "(?:氏|さん|様|先生|殿|君|准?教授|博士|[副正]?(?:委員長|議長|座長|会長|社長|理事長|市長|知事|部長|課長)"
    "|委員|議員|理事|大臣)$"
)
_LONGEST_WITH_SHORT_FAMILY = 3
"""A Japanese name without a space may have a family name of one character up to this length."""


def _name_words(text: str) -> list[str]:
    return _NAME_WORD.findall(fold(text))


def _is_japanese_name(wanted: str, name: str) -> bool:
    """Tell whether `wanted` is a name in Chinese characters, its family name or its given name."""
    asked = _HONORIFIC.sub("", re.sub(r"\s", "", fold(wanted)))
    parts = _HONORIFIC.sub("", fold(name).strip()).split()
    whole = "".join(parts)
    if not asked or asked == whole or asked in parts or len(parts) > 1:
        return bool(asked) and (asked == whole or asked in parts)
    short = len(asked) == 1 and len(whole) > _LONGEST_WITH_SHORT_FAMILY
    return not short and (whole.startswith(asked) or (len(asked) > 1 and whole.endswith(asked)))


@dataclass(frozen=True)
class Speaker:
    """Somebody a report names, as it names them: "Dr. Ben Kloeck" with role and organisation.

    `labels` are what stands in front of the person's turns in minutes. `start` and `end` are where
    the name stands in the text, None when only a side-car says it.
    """

    name: str
    role: str | None = None
    organisation: str | None = None
    labels: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None

    @property
    def cited(self) -> str:
        """The name with role and organisation, as a citation shows it."""
        return ", ".join(part for part in (self.name, self.role, self.organisation) if part)

    @property
    def introduced(self) -> str:
        """The name as cited, with the labels of the person's turns: "Ben Allen, Igalia (BAN)"."""
        others = [label for label in self.labels if label not in self.name]
        return f"{self.cited} ({', '.join(others)})" if others else self.cited

    def is_named(self, name: str) -> bool:
        """Tell whether `name` is this person's: as cited, or a part such as the family name.

        Role and organisation may follow behind a comma or a bracket, a role may stand in front; a
        title must not be another than the person's, and is nobody's name alone. A label of the
        person's turns, as written, is a name too.
        """
        if name in self.labels:
            return True
        if has_cjk(name):
            return name == self.cited or _is_japanese_name(name, self.name)
        if _name_words(name) == _name_words(self.cited):
            return bool(_name_words(name))
        first, *more = re.split(r"[,(]", name)
        about = {*_name_words(self.role or ""), *_name_words(self.organisation or "")}
        if any(word not in about for part in more for word in _name_words(part)):
            return False
        asked, own = _name_words(first), _name_words(self.name)
        titles, others = _TITLES & set(asked), _TITLES & set(own)
        if titles and others and titles.isdisjoint(others):
            return False
        asked = [word for word in asked if word not in _TITLES]
        own = [word for word in own if word not in _TITLES]
        while len(asked) > 1 and asked[0] in about and asked[0] not in own:
            asked = asked[1:]
        runs = (own[n : n + len(asked)] for n in range(len(own)))
        return bool(asked) and asked in runs


@dataclass(frozen=True)
class LeftOut:
    """Something of a file that is not in the text: what, why, how often, how many characters."""

    what: str
    why: str
    times: int = 1
    characters: int = 0


@dataclass(frozen=True)
class Extraction:
    """What became of a file when it was read. Page numbers count from 1.

    `unread_pages` hold something, but no text could be had from them; `blank_pages` hold nothing;
    `ocr_pages` were read by optical character recognition. `garbled` is the share of characters
    that are no readable text, 0.0 to 1.0.
    """

    pages: int | None = None
    blank_pages: tuple[int, ...] = ()
    unread_pages: tuple[int, ...] = ()
    ocr_pages: tuple[int, ...] = ()
    garbled: float = 0.0
    left_out: tuple[LeftOut, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A report that was read. `id` comes from the bytes, so a renamed file keeps it.

    `page_starts` holds the offset at which each page begins, and is empty where the format has
    no pages. `date` is ISO 8601. What the text does not say is None. `found_at` gives the place in
    the text of each fact that was found there, as (name of the field, start, end). `layout` is
    empty where the format does not say where words stand.
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
    organiser: str | None = None
    speakers: tuple[Speaker, ...] = ()
    found_at: tuple[tuple[str, int, int], ...] = ()
    extraction: Extraction = Extraction()
    layout: Layout = field(default_factory=Layout)

    def page_of(self, offset: int) -> int | None:
        """Return the page, counted from 1, that `offset` lies on; None without pages."""
        placed = self.layout.boxes(offset, offset + 1)
        return placed[0][0] if placed else page_of(self.page_starts, offset)


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
    _left_out: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    _pages: dict[str, list[int]] = field(default_factory=dict)
    _warnings: list[str] = field(default_factory=list)
    _garbled: int = 0
    layout: Layout = field(default_factory=Layout)

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
        return (*self._page_starts, *[self._length] * self._pages_begun)

    @property
    def extraction(self) -> Extraction:
        """What became of the file, as far as the parser told."""
        return Extraction(
            pages=len(self.page_starts) or None,
            blank_pages=tuple(self._pages.get("blank", ())),
            unread_pages=tuple(self._pages.get("unread", ())),
            ocr_pages=tuple(self._pages.get("ocr", ())),
            garbled=self._share_garbled(),
            left_out=tuple(LeftOut(*key, *counts) for key, counts in self._left_out.items()),
            warnings=tuple(self._warnings),
        )

    def begin_page(self) -> None:
        """Let a new page begin at the next block; twice, if one between is blank."""
        self._pages_begun += 1

    def mark_page(self, number: int, state: Literal["blank", "unread", "ocr"]) -> None:
        """Say of a page, counted from 1, that it is blank, unread, or read by OCR."""
        self._pages.setdefault(state, []).append(number)

    def leave_out(self, what: str, why: str, text: str = "") -> None:
        """Say that something of the file does not go into the text: "header", "repeats on …"."""
        times, characters = self._left_out.get((what, why), (0, 0))
        self._left_out[what, why] = times + 1, characters + len(collapse(clean(text)))

    def mark_garbled(self, characters: int) -> None:
        """Count characters of the file that no letters could be had for."""
        self._garbled += characters

    def warn(self, message: str) -> None:
        """Say in one sentence what a person should know of how the file was read."""
        if message not in self._warnings:
            self._warnings.append(message)

    def add(
        self,
        kind: Kind,
        raw: str,
        *,
        marker: str = "",
        level: int = 0,
        pages: tuple[int, ...] = (),
        speaker: str | None = None,
        words: Sequence[tuple[int, int, Box]] = (),
        tight: bool = False,
    ) -> None:
        """Append a block. Blank text is dropped.

        `marker` is a list item's bullet or a speaker's label: it stands in the text in front of the
        block, not in it. `pages` are the offsets in the block at which further pages begin, and
        `words` the (start, end, box) of its words; offsets are those of the block once clean.
        `speaker` is the label of a turn. A `tight` block has no blank line in front.
        """
        text = collapse(clean(raw))
        if not text:
            return
        self._separate(kind, tight)
        if kind is Kind.HEADING:
            self._close_headings(level or 1)
        self._page_starts += [self._length] * self._pages_begun
        self._pages_begun = 0
        if marker.strip():
            self._write(collapse(clean(marker)) + " ")
        start = self._length
        self._write(text)
        self._page_starts += [start + offset for offset in pages]
        for first, last, box in words:
            self.layout.add(start + first, start + last, box)
        section = tuple(heading for _, heading in self._headings)
        self._blocks.append(Block(kind, start, self._length, section, level, speaker))
        if kind is Kind.HEADING:
            self._headings.append((level or 1, text))

    def add_row(self, header: Sequence[str], cells: Sequence[str]) -> None:
        """Append a table's row with its column names, so that it can be understood alone.

        A cell beyond the header, or under an empty name, stands without one.
        """
        named = [
            f"{name}: {cell}" if name else cell
            for name, cell in zip_longest(map(collapse, header), map(collapse, cells), fillvalue="")
            if cell
        ]
        self.add(Kind.TABLE_ROW, "; ".join(named))

    def _share_garbled(self) -> float:
        text = self.text
        strange = share_garbled(text) * len(text) + self._garbled
        return round(strange / max(1, len(text) + self._garbled), 4)

    def _separate(self, kind: Kind, tight: bool) -> None:
        if self._blocks:
            listed = (Kind.LIST_ITEM, Kind.TABLE_ROW)
            together = kind in listed and self._blocks[-1].kind is kind
            self._write("\n" if together or tight else "\n\n")

    def _close_headings(self, level: int) -> None:
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
