"""What stands on the pages but not in the report: running headers, footers and page numbers.

They are told by what repeats at the edge of several pages; what stands on one page only is text.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from seminar_qa.documents import DocumentBuilder
from seminar_qa.parsers.reading_order import Line
from seminar_qa.text import fold

_EDGE = 3
"""So many rows at the top and at the bottom of a page may be furniture."""
_NUMBER = re.compile(
    r"^[-–—\[(\s]*(?:page|p\.|seite|s\.)?\s*(?P<number>\d{1,4})(?:\s*(?:/|of|von)\s*\d{1,4})?[-–—\])\s]*$",
    re.I,
)
_ROMAN = re.compile(r"^[ivxlc]{1,7}$")
_NEAR = 4.0  # points that a repeated line may stand higher or lower

_Place = tuple[int, int]  # page, and number of the line on it


def without_furniture(pages: list[list[Line]], builder: DocumentBuilder) -> list[list[Line]]:
    """Return the pages without running headers, footers and page numbers, which are told."""
    numbers = set(_page_numbers(pages))
    repeated = set(_repeated(pages, numbers))
    bare = {
        page
        for page, lines in enumerate(pages)
        if lines and {(page, number) for number in range(len(lines))} <= numbers | repeated
    }
    numbers, repeated = (
        {place for place in places if place[0] not in bare} for places in (numbers, repeated)
    )
    if 0 < len(bare) < sum(map(bool, pages)):
        pages = [_set_aside(lines) if page in bare else lines for page, lines in enumerate(pages)]
    for page, number in sorted(numbers):
        builder.leave_out("page number", "counts the pages", pages[page][number].text)
    for page, number in sorted(repeated):
        builder.leave_out("header or footer", "repeats on the pages", pages[page][number].text)
    gone = numbers | repeated
    return [
        [line for number, line in enumerate(lines) if (page, number) not in gone]
        for page, lines in enumerate(pages)
    ]


def _set_aside(lines: list[Line]) -> list[Line]:
    """All that a page holds is kept, but no sentence goes on in it."""
    return [replace(line, aside=True) for line in lines]


def _edges(lines: list[Line], without: set[int], depth: int = _EDGE) -> Iterator[tuple[str, int]]:
    """Yield "top" or "bottom" with the numbers of the outermost lines."""
    by_height = sorted(
        (n for n, line in enumerate(lines) if n not in without and not line.aside),
        key=lambda n: -lines[n].base,
    )
    yield from (("top", n) for n in by_height[:depth])
    yield from (("bottom", n) for n in by_height[-depth:])


def _page_numbers(pages: list[list[Line]]) -> Iterator[_Place]:
    """Yield the lines at the edge that count up with the pages."""
    found: dict[int, list[_Place]] = defaultdict(list)
    for page, lines in enumerate(pages):
        for _, number in _edges(lines, set()):
            match = _NUMBER.match(lines[number].text)
            if match:
                found[int(match["number"]) - page].append((page, number))
            elif _ROMAN.match(lines[number].text):
                found[-1 - len(pages)].append((page, number))
    for offset, places in found.items():
        if len({page for page, _ in places}) > 1 or (offset == 1 and len(pages) == 1):
            yield from places


def _repeated(pages: list[list[Line]], numbers: set[_Place]) -> Iterator[_Place]:
    body = _body_size(pages)
    depth = _EDGE if len(pages) > 3 else 1
    found: dict[tuple[str, str], list[_Place]] = defaultdict(list)
    for page, lines in enumerate(pages):
        without = {number for other, number in numbers if other == page} if numbers else set()
        for edge, number in _edges(lines, without, depth):
            line = lines[number]
            if any(c.isalpha() for c in line.text):
                found[edge, re.sub(r"\d+", "0", fold(line.text))].append((page, number))
    fewest = 2 if len(pages) < 5 else 3
    for places in found.values():
        bases = [pages[page][number].base for page, number in places]
        level = sorted(bases)[len(bases) // 2]
        near = [p for p, base in zip(places, bases, strict=True) if abs(base - level) <= _NEAR]
        large = pages[places[0][0]][places[0][1]].size > 1.08 * body
        if len({page for page, _ in near}) >= (max(3, len(pages) // 4) if large else fewest):
            yield from near


def _body_size(pages: list[list[Line]]) -> float:
    sizes = Counter[float]()
    for lines in pages:
        for line in lines:
            sizes[round(line.size, 1)] += len(line.words)
    return max(sizes, key=lambda size: (sizes[size], size), default=1.0)
