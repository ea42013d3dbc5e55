"""From lines with places to the blocks of a report: headings, paragraphs, items, notes, tables.

Kinds are told by the size and weight of letters, gaps, indents and marks. Nothing here knows PDF.
"""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.layout import Box
from seminar_qa.parsers.plain_text import CAPTION, LIST_MARKER
from seminar_qa.parsers.reading_order import Line, joined
from seminar_qa.text import clean, collapse, count_words, ends_sentence, glue, is_cjk
from seminar_qa.weights import english_words

_CONTENTS = re.compile(r"(?:\.\s?){5,}\s*[\divx]+\s*$|…{2,}\s*\d+\s*$")
_NUMBERED = re.compile(r"^(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[^\W\d_]")
_LETTERED = re.compile(r"^(?:[A-Z]|[IVX]{1,5})\.\s+[A-Z]|^\d{1,2}(?:\.\d{1,2})+\.?\s+[^\W\d_]")
"""The number of a heading that no list has: "B. Costs", "IV. RESULTS", "3.1 Overview"."""
_NUMBER_CELL = re.compile(r"[\W\d]*[MKk]?")
_NAME_CELL = re.compile(r"[^\W\d_][\w .,()/%&'’#-]{0,40}|\d{4}(?: [^\W\d_]+)?")
_BULLET = re.compile(r"^\s*[-–—•‣▪●○◦*·・■□◆※➢✓→]\s*(?=\S)")
_NOTE_MARK = re.compile(r"^(?:\d{1,3}|[*∗†‡§¶#+]{1,3})\s?[^\W\d_(\"“]")
_HYPHENS = "-\u2010"
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_LONGEST_HEADING = 160
_LONGEST_TITLE = 300
_MOST_HEADING_WORDS = 20
_LARGER = 1.08
_SMALLER = 0.93
_COVER = 15  # a cover has at most so many lines
_JUMP = 1.4  # lines further apart than this, in usual distances, are of two blocks
_INDENT = 0.8  # in heights of the font


@dataclass
class Chunk:
    """Lines of one block. `page` is that of the first line; `pages` those of each."""

    lines: list[Line]
    pages: list[int]
    kind: Kind = Kind.PARAGRAPH
    level: int = 0
    header: "Chunk | None" = None
    after: list["Chunk"] = field(default_factory=list)

    @property
    def size(self) -> float:
        """The height of the font of most of its words."""
        sizes = Counter[float]()
        for line in self.lines:
            sizes[round(line.size, 1)] += len(line.words)
        return max(sizes, key=lambda size: (sizes[size], size))

    @property
    def bold(self) -> bool:
        """Whether all lines are bold."""
        return all(line.bold for line in self.lines)

    @property
    def text(self) -> str:
        """The text, good enough to tell its kind."""
        return " ".join(line.text for line in self.lines)


def add_pages(pages: list[list[Line]], builder: DocumentBuilder, *, slides: bool = False) -> None:
    """Feed the lines of all pages, in the order of reading, to a builder.

    On `slides` the letters are of all sizes and the topmost large ones are the heading.
    """
    chunks = _chunks(pages)
    _Kinds(chunks, slides).tell()
    vocabulary = _vocabulary(pages)
    begun = 0
    for chunk in _mended(chunks):
        for part in (chunk, *chunk.after):
            for _ in range(begun, part.pages[0] + 1):
                builder.begin_page()
            begun = max(begun, _add(part, vocabulary, builder, max(begun, part.pages[0] + 1)))
    for _ in range(begun, len(pages)):
        builder.begin_page()


# from lines to chunks


def _chunks(pages: list[list[Line]]) -> list[Chunk]:
    chunks: list[Chunk] = []
    for number, lines in enumerate(pages):
        pitch = _pitch(lines)
        edges = _edges(lines)
        for line, before in zip(lines, [None, *lines], strict=False):
            same = before is not None and before.column == line.column
            if same and not _begins(chunks[-1].lines, line, pitch, edges[line.column]):
                chunks[-1].lines.append(line)
                chunks[-1].pages.append(number)
            else:
                chunks.append(Chunk([line], [number]))
    return chunks


def _pitch(lines: Sequence[Line]) -> dict[float, float]:
    """Return the usual distance between two lines of each size."""
    distances: dict[float, Counter[float]] = {}
    for line, following in itertools.pairwise(lines):
        down = line.base - following.base
        if line.column == following.column and 0 < down < 4 * line.size:
            distances.setdefault(round(line.size), Counter())[round(down, 0)] += 1
    return {
        size: max(found, key=lambda down: (found[down], -down)) for size, found in distances.items()
    }


def _edges(lines: Sequence[Line]) -> dict[int, tuple[float, float]]:
    """Return the left and the right edge of each column."""
    edges: dict[int, tuple[float, float]] = {}
    for line in lines:
        left, right = edges.get(line.column, (line.left, line.right))
        edges[line.column] = min(left, line.left), max(right, line.right)
    return edges


def _begins(
    block: list[Line], line: Line, pitch: dict[float, float], edges: tuple[float, float]
) -> bool:
    """Tell whether a line begins a new block below `block`."""
    before = block[-1]
    far = before.base - line.base > _JUMP * pitch.get(round(before.size), 1.2 * before.size)
    resized = abs(line.size - before.size) > (_LARGER - 1) * before.size
    if line.aside != before.aside or line.cells or before.cells or resized or far:
        return True
    if before.hyphen:
        return False
    if line.bold != before.bold or (line.bold and _NUMBERED.match(line.text)):
        return True
    if _stands_alone(line, edges):
        return True
    if len(block) == 1 and _stands_alone(before, edges):
        return not (before.text.isupper() and line.text.isupper())
    return _is_item(line, block) or _is_indented(block, line, edges)


def _stands_alone(line: Line, edges: tuple[float, float]) -> bool:
    """Tell whether a line is a numbered heading, which needs no other letters to be one."""
    short = line.right < edges[1] - 0.1 * (edges[1] - edges[0])
    return bool(_LETTERED.match(line.text)) and short and not ends_sentence(line.text)


def _is_item(line: Line, block: list[Line]) -> bool:
    """Tell whether a line begins with a bullet, or with a number where a list goes on."""
    if _BULLET.match(line.text) and not is_cjk(line.text[0]):
        return True
    if not LIST_MARKER.match(line.text):
        return False
    below = abs(line.left - block[0].left) < line.size and LIST_MARKER.match(block[0].text)
    before = block[-1].text
    return bool(below) or ends_sentence(before) or before.endswith((",", "and", "or"))


def _is_indented(block: list[Line], line: Line, edges: tuple[float, float]) -> bool:
    """Tell by indents, and by a last line that ends early, whether a paragraph begins."""
    first, before = block[0], block[-1]
    indent = _INDENT * line.size
    width = edges[1] - edges[0]
    centred = abs((line.left + line.right) - (before.left + before.right)) < indent
    if centred and min(line.left, before.left) > edges[0] + indent:
        return False
    ended = ends_sentence(before.text)
    if ended and before.right < edges[1] - 0.25 * width:
        return True
    if len(block) > 1:
        usual = before.left
        return line.left > usual + indent or (line.left < usual - indent and ended)
    if LIST_MARKER.match(first.text) or _BULLET.match(first.text):
        return line.left < first.left + indent / 2 and (ended or line.left < first.left - indent)
    return line.left > first.left + indent and ended


# from chunks to kinds


class _Kinds:
    """Tells the kind of each chunk from the sizes that the whole report uses."""

    def __init__(self, chunks: list[Chunk], slides: bool):
        self.chunks = chunks
        self.slides = slides
        self.places = {id(chunk): number for number, chunk in enumerate(chunks)}
        sizes = Counter[float]()
        bold = 0
        for chunk in chunks:
            for line in chunk.lines:
                sizes[round(line.size, 1)] += len(line.text)
                bold += len(line.text) * line.bold
        self.body = max(sizes, key=lambda size: (sizes[size], size), default=1.0)
        self.bold = bold * 2 > sum(sizes.values())

    def tell(self) -> None:
        """Set the kinds and levels of all chunks."""
        self._tell_tables()
        title = self._title()
        self.headings = set(map(id, self._slide_headings()))
        before: Chunk | None = None
        for chunk in self.chunks:
            if chunk is title:
                chunk.kind = Kind.TITLE
            elif chunk.kind is Kind.PARAGRAPH:
                chunk.kind = self._kind(chunk)
                if before and _goes_on_caption(before, chunk):
                    chunk.kind = Kind.CAPTION
            before = chunk
        self._tell_front(title)
        self._tell_levels()

    def _title(self) -> Chunk | None:
        """The largest letters in the upper half of the first page with text, or on a cover."""
        first = self.chunks[0].pages[0] if self.chunks else 0
        page = [c for c in self.chunks if c.pages[0] == first and not c.lines[0].aside]
        bases = [line.base for chunk in page for line in chunk.lines]
        middle = (min(bases) + max(bases)) / 2 if len(bases) > _COVER else float("-inf")
        large = [
            c
            for c in page
            if c.lines[0].base >= middle
            and len(c.text) <= _LONGEST_TITLE
            and (self.slides or c.size > 1.15 * self.body)
        ]
        named = [c for c in large if sum(x.isalpha() for x in c.text) >= 4]
        phrases = [c for c in named if count_words(c.text) > 1] or named
        return max(phrases, key=lambda c: (c.size, -page.index(c)), default=None)

    def _slide_headings(self) -> Iterator[Chunk]:
        """Yield for each slide the topmost chunk among those with the largest letters."""
        pages: dict[int, list[Chunk]] = {}
        for chunk in self.chunks if self.slides else ():
            if not chunk.lines[0].aside and len(chunk.text) <= _LONGEST_HEADING:
                pages.setdefault(chunk.pages[0], []).append(chunk)
        for page in pages.values():
            largest = max(chunk.size for chunk in page)
            yield next(chunk for chunk in page if chunk.size >= 0.75 * largest)

    def _kind(self, chunk: Chunk) -> Kind:
        text = chunk.text
        if CAPTION.match(text) and len(text) <= 500 and not chunk.size > _LARGER * self.body:
            return Kind.CAPTION
        if _BULLET.match(text) and not is_cjk(text[0]):
            return Kind.LIST_ITEM
        if self._is_heading(chunk):
            return Kind.HEADING
        if LIST_MARKER.match(text):
            return Kind.LIST_ITEM
        if chunk.size < _SMALLER * self.body and (_NOTE_MARK.match(text) or self._is_low(chunk)):
            return Kind.NOTE
        return Kind.CAPTION if chunk.lines[0].aside else Kind.PARAGRAPH

    def _is_heading(self, chunk: Chunk) -> bool:
        text = chunk.text
        if (
            len(text) > _LONGEST_HEADING
            or count_words(text) > _MOST_HEADING_WORDS
            or chunk.lines[0].aside
            or sum(c.isalpha() for c in text) < 2
        ):
            return False
        if self.slides:
            return id(chunk) in self.headings
        if chunk.size > _LARGER * self.body:
            return not text.endswith((".", ",", ";")) or len(text) < 40
        if ends_sentence(text) and not text.endswith((":", "?", "？", "：")):
            return False
        if text.isupper() and len(chunk.lines) == 1 and count_words(text) > 1:
            return chunk.size >= 0.75 * self.body  # small capitals
        lettered = len(chunk.lines) == 1 and _LETTERED.match(text) and count_words(text) <= 12
        return chunk.size >= _SMALLER * self.body and (
            (chunk.bold and not self.bold) or bool(lettered)
        )

    def _is_low(self, chunk: Chunk) -> bool:
        """Whether it is the last of its column on its page."""
        place = self.places[id(chunk)]
        following = self.chunks[place + 1 : place + 2]
        return any(
            c.pages[0] != chunk.pages[0] or c.lines[0].column != chunk.lines[0].column
            for c in following
        )

    def _tell_tables(self) -> None:
        """Make rows of three or more lines in a row whose words stand in cells."""
        run: list[Chunk] = []
        for chunk in [*self.chunks, Chunk([], [-1])]:
            near = not run or chunk.pages[0] == run[-1].pages[0]
            if chunk.lines and chunk.lines[0].cells and near:
                run.append(chunk)
                continue
            if len(run) >= 3 and self._is_table(run):
                _tell_rows(run)
            run = [chunk] if chunk.lines and chunk.lines[0].cells else []

    def _is_table(self, run: list[Chunk]) -> bool:
        """Tell whether rows are in letters that are text, not in those of a figure."""
        large = sum(chunk.size >= 0.75 * self.body for chunk in run)
        return large * 3 >= len(run) * 2

    def _tell_front(self, title: Chunk | None) -> None:
        """What stands short at the head of the first page, before the first running text."""
        first = [c for c in self.chunks if c.pages[0] == self.chunks[0].pages[0]]
        end = next((n for n, c in enumerate(first) if self._is_running(c)), len(first))
        if end == len(first) and not self.slides:
            end = first.index(title) + 1 if title else 0
        if 0 < end < len(first) and first[end - 1].kind is Kind.HEADING:
            end -= 1
        while end and first[end - 1].kind is Kind.HEADING and _NUMBERED.match(first[end - 1].text):
            end -= 1
        for chunk in first[:end]:
            if chunk is not title:
                chunk.kind = Kind.FRONT
                chunk.header = None

    def _is_running(self, chunk: Chunk) -> bool:
        if chunk.kind is Kind.LIST_ITEM:
            return True
        long = count_words(chunk.text) > 25 or ends_sentence(chunk.text)
        return chunk.kind is Kind.PARAGRAPH and long

    def _tell_levels(self) -> None:
        styles = sorted(
            {(round(c.size), c.bold) for c in self.chunks if c.kind is Kind.HEADING}, reverse=True
        )
        for chunk in self.chunks:
            if chunk.kind is Kind.HEADING:
                numbered = _NUMBERED.match(chunk.text)
                depth = numbered["number"].count(".") + 1 if numbered else 0
                if not depth and _LETTERED.match(chunk.text):
                    depth = 1 if chunk.text.isupper() else 2
                chunk.level = depth or min(6, styles.index((round(chunk.size), chunk.bold)) + 1)


def _goes_on_caption(before: Chunk, chunk: Chunk) -> bool:
    """Tell whether a line in capitals says what the "TABLE II" above it is."""
    label = before.kind is Kind.CAPTION and count_words(before.text) <= 3
    return label and chunk.text.isupper() and before.pages[0] == chunk.pages[0]


def _tell_rows(run: list[Chunk]) -> None:
    first = run[0]
    columns = len(first.lines[0].cells)
    names = [joined(cell) for cell in first.lines[0].cells]
    numbers = any(
        _NUMBER_CELL.fullmatch(joined(cell)) for chunk in run[1:] for cell in chunk.lines[0].cells
    )
    other = first.bold and not any(chunk.bold for chunk in run[1:])
    named = (numbers or other) and all(map(_NAME_CELL.fullmatch, names))
    fits = sum(len(chunk.lines[0].cells) == columns for chunk in run) * 3 >= len(run) * 2
    for chunk in run:
        chunk.kind = Kind.TABLE_ROW
        if named and fits and chunk is not first and len(chunk.lines[0].cells) == columns:
            chunk.header = first


# what a page end or a column end tore apart


def _mended(chunks: list[Chunk]) -> Iterator[Chunk]:
    """Yield the chunks with paragraphs joined across columns and pages.

    Notes, captions and rows that stand between the two halves come behind them.
    """
    place = 0
    taken: set[int] = set()
    while place < len(chunks):
        chunk = chunks[place]
        if place not in taken:
            follower = _follower(chunks, place)
            while follower is not None:
                between = [n for n in range(place + 1, follower) if n not in taken]
                chunk.after += [chunks[n] for n in between]
                taken |= {*between, follower}
                chunk.lines += chunks[follower].lines
                chunk.pages += chunks[follower].pages
                follower = _follower(chunks, follower, chunk)
            yield chunk
        place += 1


def _follower(chunks: list[Chunk], place: int, whole: Chunk | None = None) -> int | None:
    """Return the chunk that goes on with the sentence that the one at `place` stops in."""
    chunk = whole or chunks[place]
    last = chunk.lines[-1]
    if chunk.kind not in (Kind.PARAGRAPH, Kind.LIST_ITEM) or last.aside:
        return None
    if ends_sentence(last.text) and not last.hyphen:
        return None
    skipped = (Kind.NOTE, Kind.CAPTION, Kind.TABLE_ROW)
    for number in range(place + 1, min(place + 40, len(chunks))):
        other = chunks[number]
        if other.kind is Kind.PARAGRAPH:
            moved = (other.lines[0].column, other.pages[0]) != (last.column, chunk.pages[-1])
            near = other.pages[0] - chunk.pages[-1] <= 3
            fits = moved and near and _goes_on(last, other.lines[0])
            return number if fits else None
        if other.kind not in skipped:
            return None
    return None


def _goes_on(last: Line, first: Line) -> bool:
    if abs(last.size - first.size) > (_LARGER - 1) * last.size or first.aside:
        return False
    end, start = last.text[-1], first.text[0]
    return (
        last.hyphen is not None
        or start.islower()
        or end == ","
        or (is_cjk(end) and is_cjk(start))
        or (last.text.rsplit(" ", 1)[-1].islower() and (start.isupper() or start.isdigit()))
    )


# from chunks to blocks


def _vocabulary(pages: list[list[Line]]) -> Counter[str]:
    """Count the words that no line end parts."""
    words = Counter[str]()
    for lines in pages:
        for line in lines:
            text = line.text.lower()
            whole = text.rsplit(" ", 1)[0] if line.hyphen or text[-1:] in _HYPHENS else text
            words.update(match.group() for match in _WORD.finditer(whole))
    return words


class _Text:
    """Puts words together to one clean text and notes where each stands in it."""

    def __init__(self) -> None:
        self.text = ""
        self.words: list[tuple[int, int, Box]] = []
        self.pages: list[int] = []

    def write(self, text: str) -> None:
        self.text += text

    def add(self, word: str, box: Box) -> None:
        start = len(self.text)
        self.text += word
        self.words.append((start, len(self.text), box))


def _add(chunk: Chunk, vocabulary: Counter[str], builder: DocumentBuilder, begun: int) -> int:
    """Feed a chunk to the builder; return how many pages have begun with it."""
    if _CONTENTS.search(chunk.text):
        builder.leave_out("table of contents", "repeats the headings", chunk.text)
        return begun
    text = _row(chunk) if chunk.kind is Kind.TABLE_ROW else _running(chunk, vocabulary, begun)
    begun = max(begun, *(page + 1 for page in chunk.pages))
    marker = ""
    if chunk.kind is Kind.LIST_ITEM:
        match = LIST_MARKER.match(text.text) or _BULLET.match(text.text)
        marker = match.group() if match and match.end() < len(text.text) else ""
    body, cut = text.text[len(marker) :], len(marker)
    if collapse(clean(body)) != body:  # what composes across words has no boxes
        builder.add(chunk.kind, body, marker=marker, level=chunk.level)
        for _ in text.pages:
            builder.begin_page()
        return begun
    builder.add(
        chunk.kind,
        body,
        marker=marker,
        level=chunk.level,
        pages=tuple(max(0, page - cut) for page in text.pages),
        words=[
            (max(0, start - cut), end - cut, box) for start, end, box in text.words if end > cut
        ],
    )
    return begun


def _running(chunk: Chunk, vocabulary: Counter[str], begun: int) -> _Text:
    text = _Text()
    before: Line | None = None
    last_page = chunk.pages[0]
    for line, page in zip(chunk.lines, chunk.pages, strict=True):
        if before is not None:
            _join(text, before, last_page, line, vocabulary)
        if page + 1 > begun:
            text.pages += [len(text.text)] * (page + 1 - begun)
            begun = page + 1
        _write_words(text, line, page)
        before, last_page = line, page
    return text


def _write_words(text: _Text, line: Line, page: int) -> None:
    for number, word in enumerate(line.words):
        shown = word.text if word.text.isascii() else collapse(clean(word.text))
        if not shown:
            continue
        if number and word.spaced and text.text and not unicodedata.combining(shown[0]):
            text.write(" ")
        text.add(shown, (page + 1, word.left, word.bottom, word.right, word.top))
    text.text = text.text.rstrip()


def _join(text: _Text, before: Line, page: int, line: Line, vocabulary: Counter[str]) -> None:
    """Write what goes between two lines: a space, nothing, or a hyphen that was meant."""
    if not text.text:
        return
    first = collapse(clean(line.text)).split(" ", 1)[0]
    if not first:
        return
    end = text.text[-1]
    if text.text[-2:-1].isdigit() and end in "-–" and first[0].isdigit() and not before.hyphen:
        return  # from a number to a number
    hard = end in _HYPHENS and len(text.text) > 1 and text.text[-2].isalpha()
    if not before.hyphen and not hard:
        text.write(glue(text.text, first))
        return
    if hard and not before.hyphen and not first[0].isalpha():
        return
    head = text.text[:-1] if hard else text.text
    if not _keeps_hyphen(head, first, vocabulary):
        if hard:
            text.text = head
            start, last, box = text.words[-1]
            text.words[-1] = (start, min(last, len(head)), box)
    elif before.hyphen and not hard:
        _, left, bottom, right, top, _ = before.hyphen
        text.add("-", (page + 1, left, bottom, right, top))


def _keeps_hyphen(head: str, first: str, vocabulary: Counter[str]) -> bool:
    """Tell whether a hyphen at a line end belongs to the word, by how the report writes it."""
    last = _WORD.findall(head.rsplit(" ", 1)[-1].lower())
    following = _WORD.match(first.lower())
    if not last or not following:
        return True
    one, other = last[-1], following.group()
    together, apart = vocabulary[one + other], vocabulary[f"{one}-{other}"]
    if together or apart:
        return apart > together
    if first[0].isupper() or len(one) == 1:
        return True
    known = english_words()
    if one + other in known:
        return False
    return all(word in known or vocabulary[word] for word in (one, other)) and len(other) > 2


def _row(chunk: Chunk) -> _Text:
    """Write a table's row, with the names of its columns where a header gives them."""
    text = _Text()
    cells = chunk.lines[0].cells
    names = [joined(cell) for cell in chunk.header.lines[0].cells] if chunk.header else []
    for number, cell in enumerate(cells):
        if text.text:
            text.write("; " if chunk.header else " ")
        if names:
            text.write(collapse(clean(names[number])) + ": ")
        for place, word in enumerate(cell):
            shown = collapse(clean(word.text))
            if shown:
                if place and word.spaced:
                    text.write(" ")
                edges = word.left, word.bottom, word.right, word.top
                text.add(shown, (chunk.pages[0] + 1, *edges))
    return text
