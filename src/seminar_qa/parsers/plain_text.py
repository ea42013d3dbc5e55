"""Plain text: paragraphs out of lines, with what a page end tore apart put together again.

Text files out of a PDF have no markup, so kinds are told by shape: short lines before the first
paragraph are the front matter, a short line before a paragraph is a heading, short lines that no
paragraph follows are captions. The rules look at length, punctuation and neighbours only.
"""

import re
from dataclasses import dataclass, replace

import charset_normalizer

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.text import clean, collapse, count_words, ends_sentence, is_cjk, join_lines

_LIST_MARKER = re.compile(
    r"^\s*(?:[-–—•‣▪●○◦*·・]\s+(?:\(?[a-zA-Z0-9]{1,3}[.)]\s+)?|\(?(?:[a-z]|[ivx]{1,4}|\d{1,3})\)\s+|\d{1,2}\.\s+)"
)
_PAGE_NUMBER = re.compile(
    r"^[-–—\s]*(?:page\s+|p\.\s*)?(\d{1,4})(?:\s*(?:/|of)\s*\d{1,4})?[-–—\s]*$", re.I
)
_CAPTION = re.compile(
    r"^(?:fig(?:ure)?|photo(?:graph)?|picture|image|chart|map|table)\s*\.?\s*\d+|^[図表写真]+\s*\d",
    re.I,
)
_CREDIT = re.compile(
    r"^(?:prepared|written|compiled|reported|edited|translated|drafted|minutes|report|author|editor|contact|source|date|place|venue|organi[sz]ers?)\b[^.!?]{0,24}?(?:\bby\b|:)",
    re.I,
)
_NUMBERED = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*\.?|[IVX]{1,5}\.)\s+\S")
_RULE = re.compile(r"^\s*([=\-_*~#])\1{2,}\s*$")
_MID_SENTENCE = frozenset(
    "a an the and or but nor of in on at by for from to with within without into onto over under "
    "between among about as than that which who whom whose is are was were be been has have had "
    "will would can could may might shall should must its their his her our your this these those "
    "not no both either also such each every any some via per mr mrs ms dr prof".split()
)
_SHORT = 25
"""A block of more words than this is no heading and no caption."""


@dataclass(frozen=True)
class _Chunk:
    """Lines between blank ones; `marker` is a list bullet, `page_break` a form feed before."""

    text: str
    marker: str = ""
    page_break: bool = False

    @property
    def is_item(self) -> bool:
        return bool(self.marker)

    @property
    def is_running(self) -> bool:
        return not self.is_item and (ends_sentence(self.text) or count_words(self.text) > _SHORT)


def parse_plain_text(data: bytes, builder: DocumentBuilder) -> None:
    """Read text in any encoding. Raises UnreadableFileError when it is not text."""
    chunks = _mended(_without_page_numbers(_chunks(clean(decode(data)))))
    first = next((n for n, c in enumerate(chunks) if c.is_running or c.is_item), len(chunks))
    if any(chunk.page_break for chunk in chunks):
        builder.begin_page()
    for number, chunk in enumerate(chunks):
        if chunk.page_break:
            builder.begin_page()
        kind = Kind.FRONT if number < first else _kind(chunks, number)
        builder.add(kind, chunk.text, marker=chunk.marker, level=kind is Kind.HEADING)


def decode(data: bytes) -> str:
    """Return the text of `data`: UTF-8, a byte order mark, else what its bytes look most like."""
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFileError("the file holds NUL bytes, so it is not a text file")
    try:
        return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        best = charset_normalizer.from_bytes(data).best()
    if best is None:
        raise UnreadableFileError("no encoding fits the file's bytes; save it as UTF-8")
    return str(best)


def _chunks(text: str) -> list[_Chunk]:
    """Cut at blank lines, form feeds, list items and, in text that is not hard-wrapped, lines."""
    chunks: list[_Chunk] = []
    for number, page in enumerate(text.split("\f")):
        page_break = number > 0
        for lines in _stanzas(page.split("\n")):
            for chunk in _stanza_chunks(lines):
                chunks.append(replace(chunk, page_break=page_break))
                page_break = False
    return chunks


def _stanzas(lines: list[str]) -> list[list[str]]:
    stanzas: list[list[str]] = [[]]
    for line in lines:
        if line.strip() and not _RULE.match(line):
            stanzas[-1].append(line)
        elif stanzas[-1]:
            stanzas.append([])
    return [stanza for stanza in stanzas if stanza]


def _stanza_chunks(lines: list[str]) -> list[_Chunk]:
    groups: list[tuple[str, list[str]]] = []
    wrapped = max(map(len, lines)) <= 120
    listed = sum(bool(_LIST_MARKER.match(line)) for line in lines)
    for line in lines:
        marker = _LIST_MARKER.match(line) if listed > 1 or not _NUMBERED.match(line) else None
        if marker:
            groups.append((marker.group().lstrip(), [line[marker.end() :]]))
        elif groups and wrapped:
            groups[-1][1].append(line)
        else:
            groups.append(("", [line]))
    return [_Chunk(join_lines(group), marker) for marker, group in groups if join_lines(group)]


def _without_page_numbers(chunks: list[_Chunk]) -> list[_Chunk]:
    """Drop numbers that stand alone and count up by one, as page numbers do."""
    numbers = {
        position: int(match[1])
        for position, chunk in enumerate(chunks)
        if (match := _PAGE_NUMBER.match(chunk.text)) and not chunk.is_item
    }
    values = set(numbers.values())
    pages = {p for p, value in numbers.items() if {value - 1, value + 1} & values}
    kept: list[_Chunk] = []
    page_break = False
    for position, chunk in enumerate(chunks):
        page_break = page_break or chunk.page_break
        if position not in pages:
            kept.append(replace(chunk, page_break=page_break))
            page_break = False
    return kept


def _mended(chunks: list[_Chunk]) -> list[_Chunk]:
    """Join a paragraph that stops in mid-sentence to the one that goes on with it."""
    mended: list[_Chunk] = []
    for chunk in chunks:
        if mended and _goes_on(mended[-1], chunk):
            mended[-1] = replace(mended[-1], text=join_lines([mended[-1].text, chunk.text]))
        else:
            mended.append(chunk)
    return mended


def _goes_on(before: _Chunk, after: _Chunk) -> bool:
    if after.is_item or not before.is_running or ends_sentence(before.text):
        return False
    if after.text[0].islower() or (is_cjk(before.text[-1]) and is_cjk(after.text[0])):
        return True
    last = collapse(before.text).rsplit(" ", 1)[-1].lower()
    return last in _MID_SENTENCE or last.endswith(",") or after.is_running


def _kind(chunks: list[_Chunk], number: int) -> Kind:
    chunk = chunks[number]
    if chunk.is_item:
        return Kind.LIST_ITEM
    if _CAPTION.match(chunk.text) and count_words(chunk.text) <= 2 * _SHORT:
        return Kind.CAPTION
    if chunk.is_running:
        return Kind.PARAGRAPH
    if _CREDIT.match(chunk.text):
        return Kind.NOTE
    following = next((c for c in chunks[number + 1 :]), None)
    if following is not None and (following.is_running or following.is_item):
        return Kind.HEADING
    return Kind.CAPTION
