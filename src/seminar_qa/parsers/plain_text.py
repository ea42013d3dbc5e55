"""Plain text: paragraphs out of lines, with what a page end tore apart put together again.

Text files out of a PDF have no markup, so kinds are told by shape: short lines before the first
paragraph are the front matter, a short line before a paragraph is a heading, short lines that no
paragraph follows are captions. The rules look at length, punctuation and neighbours only.
"""

import re
from dataclasses import dataclass, replace

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.parsers.source import SourceFile, decode
from seminar_qa.text import clean, count_words, ends_sentence, glue, is_cjk, join_lines

LIST_MARKER = re.compile(
    r"^\s*(?:(?:[-–—‣○◦*·]\s+|[•▪●■・]\s*)(?:\(?[a-zA-Z0-9]{1,3}[.)]\s+)?|\(?(?:[a-z]|[ivx]{1,4}|\d{1,3})\)\s+|\d{1,2}\.\s+)"
)
_PAGE_NUMBER = re.compile(
    r"^[-–—\s]*(?:page\s+|p\.\s*)?(\d{1,4})(?:\s*(?:/|of)\s*\d{1,4})?[-–—\s]*$", re.I
)
CAPTION = re.compile(
    r"^(?:fig(?:ure)?|photo(?:graph)?|picture|image|chart|map|table)\s*\.?\s*(?:\d+|[IVX]+\b)|^[図表写真]+\s*\d",
    re.I,
)
_CREDIT = re.compile(
    r"^(?:prepared|written|compiled|reported|edited|translated|drafted|minutes|report|author|editor|contact|source|date|place|venue|organi[sz]ers?)\b[^.!?]{0,24}?(?:\bby\b|:)",
    re.I,
)
_NUMBERED = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*\.?|[IVX]{1,5}\.)\s+\S")
_OPENING = re.compile(
    r"\s*(?:[A-Z][\w.'’-]*(?: (?:and |of )?[A-Z][\w.'’-]*){0,4}(?: \([^)]{1,40}\))?\s?:\s+\S"
    r"|\d{1,2}[:.]\d{2}\s*(?:[-–—:]\s*)?(?:\d{1,2}[:.]\d{2}\s)?\s*[^\W\d]"
    r"|[○◯〇【]\S|[^\s：。、「」]{1,12}：\S|[１-９]　)"
)
"""A turn, a field or an entry of an agenda, each of which has a line of its own."""
_LABEL = re.compile(r"[A-Z\u3040-\u9fff○〇][^\W\d]*(?:[ .'’-]+[A-Z][^\W\d]*){0,3}\s?[:：]\s")
"""What a turn of minutes begins with; no sentence that was torn apart goes on so."""
_RULE = re.compile(r"^\s*([=\-_*~#])\1{2,}\s*$")
_MID_SENTENCE = frozenset(
    "a an the and or but nor of in on at by for from to with within without into onto over under "
    "between among about as than that which who whom whose is are was were be been has have had "
    "will would can could may might shall should must its their his her our your this these those "
    "not no both either also such each every any some via per mr mrs ms dr prof".split()
)
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b|年")
_HEAD = 3
"""So many stanzas at the beginning may be a report's head."""
_HEAD_LINE = 80
_SHORT = 25
"""A block of more words than this is no heading and no caption."""
_HEADINGS_IN_A_ROW = 2
"""So many short lines may stand between a heading and its text; before more it is a caption."""


@dataclass(frozen=True)
class _Chunk:
    """Lines between blank ones. `marker` is a bullet; `pages` the offsets where pages begin."""

    text: str
    marker: str = ""
    pages: tuple[int, ...] = ()

    @property
    def is_item(self) -> bool:
        return bool(self.marker)

    @property
    def is_running(self) -> bool:
        return not self.is_item and (ends_sentence(self.text) or not self.is_short)

    @property
    def is_short(self) -> bool:
        """Whether it may be a heading or a caption by its length."""
        return len(self.text) <= 20 * _SHORT and count_words(self.text) <= _SHORT


def parse_plain_text(source: SourceFile, builder: DocumentBuilder) -> None:
    """Read text in any encoding. Raises UnreadableFileError when it is not text."""
    add_plain_text(clean(decode(source.data)), builder)


def add_plain_text(text: str, builder: DocumentBuilder) -> None:
    """Add the blocks of a clean text without markup, for formats that give nothing else."""
    chunks = _mended(_without_page_numbers(_chunks(text)))
    first = next((n for n, c in enumerate(chunks) if c.is_running or c.is_item), len(chunks))
    if "\f" in text:
        builder.begin_page()
    for number, chunk in enumerate(chunks):
        kind = Kind.FRONT if number < first else _kind(chunks, number)
        level = int(kind is Kind.HEADING)
        builder.add(kind, chunk.text, marker=chunk.marker, level=level, pages=chunk.pages)


def _chunks(text: str) -> list[_Chunk]:
    """Cut at blank lines, form feeds, list items and, in text that is not hard-wrapped, lines."""
    chunks: list[_Chunk] = []
    begun = 0
    for number, page in enumerate(text.split("\f")):
        begun += number > 0
        for place, lines in enumerate(_stanzas(page.split("\n"))):
            early = number == 0 and place < _HEAD
            for chunk in _head_chunks(lines) if early else _stanza_chunks(lines):
                chunks.append(replace(chunk, pages=(0,) * begun))
                begun = 0
    return chunks


def _stanzas(lines: list[str]) -> list[list[str]]:
    stanzas: list[list[str]] = [[]]
    for line in lines:
        if line.strip() and not _RULE.match(line):
            stanzas[-1].append(line)
        elif stanzas[-1]:
            stanzas.append([])
    return [stanza for stanza in stanzas if stanza]


def _head_chunks(lines: list[str]) -> list[_Chunk]:
    """Cut the lines of a report's head that say the event, its date and its place one by one."""
    short = all(len(line) <= _HEAD_LINE and not ends_sentence(line) for line in lines)
    if not short or not any(map(_YEAR.search, lines)):
        return _stanza_chunks(lines)
    groups: list[list[str]] = []
    for line in lines:
        last = groups[-1][-1].rsplit(" ", 1)[-1].lower() if groups else ""
        if groups and (line.strip()[0].islower() or last in _MID_SENTENCE or last[-1:] in ",-–"):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_Chunk(join_lines(group)) for group in groups]


def _stanza_chunks(lines: list[str]) -> list[_Chunk]:
    groups: list[tuple[str, list[str]]] = []
    wrapped = max(map(len, lines)) <= 120
    listed = sum(bool(LIST_MARKER.match(line)) for line in lines)
    openings = _openings(lines)
    for number, line in enumerate(lines):
        plain = _PAGE_NUMBER.match(line) or (listed <= 1 and _NUMBERED.match(line))
        marker = None if plain else LIST_MARKER.match(line)
        if marker:
            groups.append((marker.group().lstrip(), [line[marker.end() :]]))
        elif groups and wrapped and number not in openings:
            groups[-1][1].append(line)
        else:
            groups.append(("", [line]))
    return [_Chunk(join_lines(group), marker) for marker, group in groups if join_lines(group)]


def _openings(lines: list[str]) -> set[int]:
    """Return the numbers of the lines that begin something, where lines do so at all."""
    found = {number for number, line in enumerate(lines) if _OPENING.match(line)}
    return found if len(found) > 1 or 0 in found else set()


def own_lines(lines: list[str]) -> list[list[str]]:
    """Return the lines of a paragraph in groups, cut where a turn or a field begins a line."""
    openings = _openings(lines)
    groups: list[list[str]] = [[]]
    for number, line in enumerate(lines):
        if number in openings and groups[-1]:
            groups.append([])
        groups[-1].append(line)
    return groups


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
    begun: tuple[int, ...] = ()
    for position, chunk in enumerate(chunks):
        begun += chunk.pages
        if position not in pages:
            kept.append(replace(chunk, pages=begun))
            begun = ()
    return kept


def _mended(chunks: list[_Chunk]) -> list[_Chunk]:
    """Join a paragraph that stops in mid-sentence to the one that goes on with it."""
    mended: list[list[_Chunk]] = []
    for chunk in chunks:
        if mended and _goes_on(mended[-1][-1], chunk, long=len(mended[-1]) > 1):
            mended[-1].append(chunk)
        else:
            mended.append([chunk])
    return [_joined(pieces) for pieces in mended]


def _joined(pieces: list[_Chunk]) -> _Chunk:
    texts: list[str] = []
    pages: list[int] = []
    length = 0
    for piece in pieces:
        if texts:
            texts.append(glue(texts[-1], piece.text))
            length += len(texts[-1])
        pages += [length + page for page in piece.pages]
        texts.append(piece.text)
        length += len(piece.text)
    return replace(pieces[0], text="".join(texts), pages=tuple(pages))


def _goes_on(before: _Chunk, after: _Chunk, *, long: bool) -> bool:
    """Tell whether a sentence runs from one chunk into the next; `long`: one was joined already."""
    if before.is_item or after.is_item or ends_sentence(before.text) or _LABEL.match(after.text):
        return False
    starts_low = after.text[0].islower()
    last = before.text[-80:].rsplit(" ", 1)[-1].lower()
    if last in _MID_SENTENCE and (starts_low or after.is_running):
        return True
    if not long and not before.is_running:
        return False
    both_cjk = is_cjk(before.text[-1]) and is_cjk(after.text[0])
    return starts_low or both_cjk or last.endswith(",") or after.is_running


def _kind(chunks: list[_Chunk], number: int) -> Kind:
    chunk = chunks[number]
    if chunk.is_item:
        return Kind.LIST_ITEM
    if CAPTION.match(chunk.text) and len(chunk.text) <= 20 * _SHORT:
        return Kind.CAPTION
    if chunk.is_running:
        return Kind.PARAGRAPH
    if _CREDIT.match(chunk.text):
        return Kind.NOTE
    following = chunks[number + 1 : number + 2 + _HEADINGS_IN_A_ROW]
    heads = any(other.is_running or other.is_item for other in following)
    return Kind.HEADING if heads else Kind.CAPTION
