"""Where the words of a text stand on the pages of its file, so that a quotation can be framed.

Coordinates are PDF user space: points, the origin at the lower left of the unrotated page.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

_FIELDS = 7  # start, end, page, left, bottom, right, top
_UNIT = 100  # coordinates are kept in hundredths of a point
_FARTHEST = 10_000_000.0  # points; beyond it 32 bits would not do

Box = tuple[int, float, float, float, float]
"""Page, counted from 1, then left, bottom, right and top in points."""


@dataclass(frozen=True)
class Layout:
    """The place of each word: its code points in the text and its box on a page, in order."""

    numbers: "array[int]" = field(default_factory=lambda: array("i"))

    def __len__(self) -> int:
        return len(self.numbers) // _FIELDS

    def add(self, start: int, end: int, box: Box) -> None:
        """Append the word `text[start:end]`; it must not begin before the last one."""
        page, left, bottom, right, top = box
        if not (-_FARTHEST < left <= right < _FARTHEST and -_FARTHEST < bottom <= top < _FARTHEST):
            left, bottom, right, top = (
                min(max(edge, -_FARTHEST), _FARTHEST) for edge in (left, bottom, right, top)
            )
        edges = round(left * _UNIT), round(bottom * _UNIT), round(right * _UNIT), round(top * _UNIT)
        self.numbers.extend((start, end, page, *edges))

    def boxes(self, start: int, end: int) -> list[Box]:
        """Return one box for each line of `text[start:end]`; empty where no word is placed.

        Text that does not run to the right has one for each word.
        """
        lines: list[Box] = []
        for box in self._words(start, end):
            if lines and _same_line(lines[-1], box):
                lines[-1] = _union(lines[-1], box)
            else:
                lines.append(box)
        return lines

    def _words(self, start: int, end: int) -> Iterator[Box]:
        for word in range(max(0, self._first_after(start) - 1), len(self)):
            first, last, page, *edges = self.numbers[word * _FIELDS : (word + 1) * _FIELDS]
            if first >= end:
                return
            if last > start:
                left, bottom, right, top = (edge / _UNIT for edge in edges)
                yield page, left, bottom, right, top

    def _first_after(self, offset: int) -> int:
        """Return the number of the first word that begins after an offset."""
        return bisect_right(range(len(self)), offset, key=lambda n: self.numbers[n * _FIELDS])

    def between(self, start: int, end: int) -> "Layout":
        """Return the words that begin in `text[start:end]`."""
        first, last = (self._first_after(offset - 1) * _FIELDS for offset in (start, end))
        return Layout(self.numbers[first:last])

    def tobytes(self) -> bytes:
        """Return the numbers as bytes of this machine."""
        return self.numbers.tobytes()

    @classmethod
    def frombytes(cls, data: bytes) -> "Layout":
        """Return what `tobytes` gave."""
        numbers = array("i")
        numbers.frombytes(data)
        return cls(numbers)


def _same_line(line: Box, word: Box) -> bool:
    """Tell whether a word goes on a line: same page, mostly the same height, not to the left."""
    overlap = min(line[4], word[4]) - max(line[2], word[2])
    lower = min(line[4] - line[2], word[4] - word[2])
    return line[0] == word[0] and overlap > lower / 2 and word[1] >= line[1]


def _union(one: Box, other: Box) -> Box:
    return (
        one[0],
        min(one[1], other[1]),
        min(one[2], other[2]),
        max(one[3], other[3]),
        max(one[4], other[4]),
    )
