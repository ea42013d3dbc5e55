"""In which order a page is read: upright lines, columns one after the other.

Geometry only. A column needs a gutter that runs through several rows of text and prose on both
sides; what has a gutter but no prose is a table, whose rows are read as rows. The idea of cutting
a page along white space is that of Nagy and Seth's XY-cut (ICPR 1984).
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median

from seminar_qa.parsers.pdf_text import PageText, TextLine, Word
from seminar_qa.text import has_cjk, is_cjk

_CELL_GAP = 1.2  # a gap between two words of more heights than this parts cells or columns
_NEAR = 2.0  # points that cells of one column may begin or end apart
_GUTTER = 0.7  # narrowest gutter between columns, in heights
_FEWEST_ROWS = 3  # a column has at least so many
_PROSE = 15  # so many characters a row has a column of prose at least; a CJK one counts twice
_MOST_ROWS = 1_000  # on a page with more, columns are not looked for
_NARROWEST = 0.2  # a column's share of the width
_MARKER = re.compile(r"\W{1,3}|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]|\d{1,2}(?:\.\d{1,2})+\.?|o")
"""A bullet, or the number of an item or a heading."""
_WHOLE_NUMBER = re.compile(r"\d{1,4}")


@dataclass(frozen=True)
class Line:
    """One line as it is read. Edges are upright: text runs to the right, lines go down.

    `base` is the height the letters stand on. `words` keep the boxes of the page; `cells` are the
    words of each cell where wide gaps part them. `column` counts the stretches of text that are
    read without a jump. `aside` marks text that is set in another direction than the page's.
    """

    words: tuple[Word, ...]
    left: float
    bottom: float
    right: float
    top: float
    size: float
    base: float
    bold: bool = False
    hyphen: Word | None = None
    cells: tuple[tuple[Word, ...], ...] = ()
    column: int = 0
    aside: bool = False

    @cached_property
    def text(self) -> str:
        """The words with the spaces between them."""
        return joined(self.words)


def joined(words: Iterable[Word]) -> str:
    """Return the text of words, with a space in front of those that had white space there."""
    return "".join([f" {w.text}" if w.spaced else w.text for w in words]).strip()


def lines_in_order(page: PageText) -> list[Line]:
    """Return the lines of a page in the order in which they are read."""
    if _is_vertical(page.lines):
        return _numbered(_ordered(_vertical_lines(page.lines)))
    turns = Counter[int]()
    for text_line in page.lines:
        turns[text_line.angle] += sum(len(word.text) for word in text_line.words)
    upright = max(turns, key=lambda angle: (turns[angle], -angle), default=0)
    lines: list[Line] = []
    beside: list[Line] = []
    seen: set[tuple[str, int, int]] = set()
    for text_line in page.lines:
        for line in _pieces(text_line):
            place = (line.text, round(line.left / 2), round(line.base / 2))
            if place not in seen:  # what is drawn twice is meant to look bold
                (lines if text_line.angle == upright else beside).append(line)
            seen.add(place)
    ordered = _numbered(_ordered(_without_line_numbers(lines)))
    last = ordered[-1].column + 1 if ordered else 0
    return ordered + [replace(line, column=last, aside=True) for line in beside]


def _turned(word: Word, angle: int) -> tuple[float, float, float, float]:
    """Return a word's edges on the page turned so that writing at `angle` runs to the right."""
    _, left, bottom, right, top, _ = word
    if angle == 0:
        return left, bottom, right, top
    if angle == 1:
        return -top, left, -bottom, right
    if angle == 2:
        return -right, -top, -left, -bottom
    return bottom, -right, top, -left


def _pieces(line: TextLine) -> Iterator[Line]:
    """Cut a line of pdfium's where a wide gap or a jump back parts its words."""
    height = line.size or 1.0
    piece: list[Word] = []
    end = before = None
    for word in line.words:
        left, _bottom, right, _top = _turned(word, line.angle)
        if end is not None and before is not None:
            gap = left - end if left >= before else before - right
            moved = gap > _CELL_GAP * height or (
                gap < -height and (word.text.isascii() or not _runs_left(word.text))
            )
            if moved:
                yield _line(piece, line, last=False)
                piece = []
        piece.append(word)
        end, before = right, left
    if piece:
        yield _line(piece, line, last=True)


def _runs_left(text: str) -> bool:
    return any("\u0590" <= c <= "\u08ff" or "\ufb1d" <= c <= "\ufefc" for c in text)


def _line(words: Sequence[Word], line: TextLine, *, last: bool) -> Line:
    edges = [_turned(word, line.angle) for word in words]
    left, bottom, right, top = zip(*edges, strict=True)
    return Line(
        tuple(words),
        min(left),
        min(bottom),
        max(right),
        max(top),
        line.size,
        _turned(Word("", *line.origin, *line.origin), line.angle)[1],
        line.bold,
        line.hyphen if last else None,
    )


def _is_vertical(lines: Sequence[TextLine]) -> bool:
    """Tell whether CJK characters mostly stand below one another."""
    cjk = down = 0
    for line, following in zip(lines, [*lines[1:], None], strict=False):
        first, second = line.words[-1], following.words[0] if following else None
        cjk += sum(sum(map(is_cjk, w.text)) for w in line.words if not w.text.isascii())
        down += sum(len(word.text) for word in line.words if _is_tall(word))
        if second and len(line.words) == 1 and len(first.text) == 1 and is_cjk(first.text):
            beside = abs(first.left + first.right - second.left - second.right) / 2
            down += beside < line.size / 2 and second.top <= first.bottom + line.size / 2
    return cjk > 8 and down * 2 > cjk


def _is_tall(word: Word) -> bool:
    """Tell whether a word of several CJK characters stands upright like a tower."""
    tall = word.top - word.bottom > 1.5 * (word.right - word.left)
    return tall and len(word.text) > 1 and is_cjk(word.text[0])


def _vertical_lines(lines: Sequence[TextLine]) -> list[Line]:
    """Put characters that stand below one another together: lines that run down."""
    runs: list[tuple[TextLine, list[Word]]] = []
    for line in lines:
        for word in line.words:
            if runs and _goes_down(runs[-1][1][-1], word, line.size):
                runs[-1][1].append(word._replace(spaced=not is_cjk(word.text[0])))
            else:
                runs.append((line, [word]))
    return [_line(words, replace(line, angle=1, hyphen=None), last=True) for line, words in runs]


def _goes_down(above: Word, below: Word, size: float) -> bool:
    beside = abs(above.left + above.right - below.left - below.right) / 2
    return beside < size / 2 and -size < above.bottom - below.top < 2 * size


def _without_line_numbers(lines: list[Line]) -> list[Line]:
    """Drop numbers at the left edge that count the lines, as in transcripts of courts."""
    numbers: dict[int, int] = {}
    for place, line in enumerate(lines):
        if _WHOLE_NUMBER.fullmatch(line.words[0].text):
            numbers[place] = int(line.words[0].text)
    ordered = sorted(numbers, key=lambda place: -lines[place].top)
    counted = [
        (one, other)
        for one, other in itertools.pairwise(ordered)
        if numbers[other] == numbers[one] + 1
    ]
    edge = median([lines[place].words[0].right for pair in counted for place in pair] or [0.0])
    places = {
        place
        for pair in counted
        for place in pair
        if abs(lines[place].words[0].right - edge) < 2 * lines[place].size
    }
    if len(places) < 10 or len(places) * 3 < len(lines):
        return lines
    return [
        _behind_first(line) if place in places else line
        for place, line in enumerate(lines)
        if place not in places or len(line.words) > 1
    ]


def _behind_first(line: Line) -> Line:
    return replace(line, words=line.words[1:], left=line.words[1].left)


def _numbered(stretches: Iterable[list[Line]]) -> list[Line]:
    return [
        replace(line, column=n) if n else line
        for n, lines in enumerate(stretches)
        for line in lines
    ]


def _ordered(lines: list[Line]) -> Iterator[list[Line]]:
    """Yield stretches of lines, each from top to bottom."""
    rows = _rows(lines)
    done = 0
    for first, last, gutter in _zones(rows) if len(rows) <= _MOST_ROWS else ():
        yield from _read_rows(rows[done:first])
        zone = [line for row in rows[first:last] for line in row]
        yield from _ordered([line for line in zone if line.right <= gutter])
        yield from _ordered([line for line in zone if line.right > gutter])
        done = last
    yield from _read_rows(rows[done:])


def _rows(lines: list[Line]) -> list[list[Line]]:
    """Group lines of the same height, from top to bottom, each row from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (-(line.top + line.bottom), line.left)):
        if rows and _beside(rows[-1][0], line) and _beside(rows[-1][-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _beside(one: Line, other: Line) -> bool:
    overlap = min(one.top, other.top) - max(one.bottom, other.bottom)
    return overlap > min(one.top - one.bottom, other.top - other.bottom) / 2


def _read_rows(rows: list[list[Line]]) -> Iterator[list[Line]]:
    """Yield rows without columns as lines, and behind them what stands beside the text.

    Pieces of a row that stand far apart are the cells of a table, a label with what it names, or
    two things that are not one sentence.
    """
    cells = [_cells(row) for row in rows]
    tables = set(_table_rows(cells))
    lines: list[Line] = []
    beside: list[Line] = []
    for number, row in enumerate(cells):
        if number in tables:
            words = tuple(cell.words for cell in row)
            lines.append(replace(_one_line(row), cells=words))
        elif len(row) > 1 and not _is_label(row[0].text, row[1:]):
            lines.append(row[0])
            beside += row[1:]
        else:
            lines.append(_one_line(row))
    yield from filter(None, (lines, beside))


def _cells(row: list[Line]) -> list[Line]:
    """Put the pieces of a row together that no wide gap parts, and a bullet with its text."""
    cells: list[list[Line]] = []
    for line in row:
        before = cells[-1][-1] if cells else None
        gap = line.left - before.right if before else float("inf")
        if before is None or (gap > _CELL_GAP * line.size and not _MARKER.fullmatch(before.text)):
            cells.append([])
        cells[-1].append(line)
    return [_one_line(cell) for cell in cells]


def _is_label(text: str, others: list[Line]) -> bool:
    """Tell whether a piece names those beside it: it is short, or they are numbers."""
    if text.endswith((":", "：")) or len(text.split()) <= 2:
        return True
    return all(not any(map(str.isalpha, other.text)) for other in others)


def _table_rows(rows: list[list[Line]]) -> Iterator[int]:
    """Yield the numbers of rows of tables: three or more in a row whose cells stand in columns."""
    run: list[int] = []
    for number, row in enumerate([*rows, []]):
        if len(row) > 1:
            run.append(number)
            continue
        edges = {n: [(cell.left, cell.right) for cell in rows[n]] for n in run}
        aligned = sum(
            _is_aligned(edges[n], [edge for m in run if m != n for edge in edges[m]]) for n in run
        )
        if _FEWEST_ROWS <= len(run) <= _MOST_ROWS and aligned * 3 >= len(run) * 2:
            yield from run
        run = []


def _is_aligned(row: list[tuple[float, float]], others: list[tuple[float, float]]) -> bool:
    """Tell whether two cells of a row begin, end or have their middle where others do."""
    places = [{round(place / _NEAR) for place in edge} for edge in _places(others)]
    found = 0
    for cell in row:
        found += any(
            not places[n].isdisjoint(range(round(place / _NEAR) - 1, round(place / _NEAR) + 2))
            for n, (place,) in enumerate(_places([cell]))
        )
    return found > 1


def _places(cells: list[tuple[float, float]]) -> list[list[float]]:
    """Return the left edges, the right edges and the middles of cells."""
    return [
        [left for left, _ in cells],
        [right for _, right in cells],
        [(left + right) / 2 for left, right in cells],
    ]


def _one_line(row: list[Line]) -> Line:
    """Return pieces of a row as one line."""
    if len(row) == 1:
        return row[0]
    words: list[Word] = []
    before = None
    for line in row:
        gap = line.left - before.right if before else float("inf")
        near = -0.5 * line.size < gap < 0.1 * line.size
        first, *others = line.words
        words += [first._replace(spaced=not near), *others]
        before = line
    longest = max(row, key=lambda line: len(line.text))
    return Line(
        tuple(words),
        min(line.left for line in row),
        min(line.bottom for line in row),
        max(line.right for line in row),
        max(line.top for line in row),
        longest.size,
        longest.base,
        all(line.bold for line in row),
        row[-1].hyphen,
    )


def _zones(rows: list[list[Line]]) -> Iterator[tuple[int, int, float]]:
    """Yield the runs of rows, first to last, that a gutter parts, and where it is; none overlap.

    A gutter grows up and down from a row with a wide gap, as far as the rows leave it free.
    """
    done = 0
    failed: list[tuple[int, int, float, float]] = []
    for number, row in enumerate(rows):
        if number < done or len(row) == 1:
            continue
        found = [
            _grown(rows, number, done, gap)
            for gap in _gaps(row)
            if not any(a <= number < b and gap[0] < d and c < gap[1] for a, b, c, d in failed)
        ]
        good = [zone for zone in found if _is_zone(rows, zone)]
        if good:
            first, last, start, end = max(good, key=lambda zone: zone[3] - zone[2])
            last = _trimmed(rows, first, last, (start + end) / 2)
            yield first, last, (start + end) / 2
            done = last
        failed += found


def _grown(
    rows: list[list[Line]], number: int, done: int, gap: tuple[float, float]
) -> tuple[int, int, float, float]:
    """Return the rows around one that leave a gap free, and what is free in all of them."""
    first = last = number
    start, end = gap
    while last + 1 < len(rows) and (kept := _free(rows[last + 1], start, end)):
        (start, end), last = kept, last + 1
    while first > done and (kept := _free(rows[first - 1], start, end)):
        (start, end), first = kept, first - 1
    return first, last + 1, start, end


def _free(row: list[Line], start: float, end: float) -> tuple[float, float] | None:
    """Return the widest part of a gap that a row leaves free; None when it is no gutter."""
    for line in row:
        if line.right > start and line.left < end:
            if line.left - start > end - line.right:
                end = line.left
            else:
                start = line.right
    return (start, end) if end - start >= _GUTTER * row[0].size else None


def _gaps(row: list[Line]) -> list[tuple[float, float]]:
    """Return the stretches between the pieces of a row that are free of text."""
    pairs = itertools.pairwise(row)
    return [
        (one.right, other.left)
        for one, other in pairs
        if other.left - one.right >= _GUTTER * one.size
    ]


def _is_zone(rows: list[list[Line]], zone: tuple[int, int, float, float]) -> bool:
    first, last, start, end = zone
    lines = [line for row in rows[first:last] for line in row]
    whole = min(line.left for line in lines), max(line.right for line in lines)
    return _is_gutter(lines, (start + end) / 2, whole)


def _is_gutter(zone: list[Line], gutter: float, whole: tuple[float, float]) -> bool:
    left = [line for line in zone if line.right <= gutter]
    right = [line for line in zone if line.right > gutter]
    width = whole[1] - whole[0]
    return all(
        len(side) >= _FEWEST_ROWS
        and sum(_length(line) for line in side) >= _PROSE * len(side)
        and max(x.right for x in side) - min(x.left for x in side) >= _NARROWEST * width
        for side in (left, right)
    )


def _length(line: Line) -> int:
    text = line.text
    if text.isascii() or not has_cjk(text):
        return len(text)
    return sum(2 if is_cjk(c) else 1 for c in text)


def _trimmed(rows: list[list[Line]], first: int, last: int, gutter: float) -> int:
    """Return the row that the columns end before: what follows both far below is none of theirs."""
    while last - first > _FEWEST_ROWS:
        row, above = rows[last - 1], rows[last - 2]
        both = min(x.right for x in row) <= gutter < max(x.right for x in row)
        gap = min(x.bottom for x in above) - max(x.top for x in row)
        if both or gap < 1.5 * row[0].size:
            break
        last -= 1
    return last
