"""Reads passages piece by piece: a few sentences at a time, each piece under the passage's title.

A reader tells better whether a text answers at all when the text is short, while a search finds
better what is longer (LOG.md has the numbers), so passages are searched and windows are read.
"""

from collections.abc import Sequence
from dataclasses import replace

from seminar_qa.documents import Kind
from seminar_qa.passages import Passage
from seminar_qa.reader import Reader, Span
from seminar_qa.records import Record
from seminar_qa.text import count_words

WINDOW_WORDS = 45
"""A window has at most so many words, or one sentence."""
_SPANS = 8


def split_windows(
    record: Record, passage: Passage, size: int = WINDOW_WORDS
) -> list[tuple[int, int]]:
    """Return the (start, end) of a passage's windows in the document's text, in order.

    Two windows in a row share a sentence. Items of a list and rows of a table stay together.
    """
    numbers = range(passage.first, passage.last + 1)
    sentences = record.sentences
    kinds = {record.document.blocks[sentences[number].block].kind for number in numbers}
    if not kinds <= {Kind.PARAGRAPH, Kind.HEADING}:
        return [(passage.start, passage.end)]
    text = record.document.text
    words = {n: count_words(text[sentences[n].start : sentences[n].end]) for n in numbers}
    windows: list[list[int]] = [[]]
    for number in numbers:
        current = windows[-1]
        if current and sum(words[n] for n in current) + words[number] > size:
            shared = current[-1:] if len(current) > 1 else []
            fits = sum(words[n] for n in shared) + words[number] <= size
            current = shared if fits else []
            windows.append(current)
        current.append(number)
    return [(sentences[w[0]].start, sentences[w[-1]].end) for w in windows]


def read_windows(
    reader: Reader,
    question: str,
    passages: Sequence[tuple[Record, Passage]],
    fronts: Sequence[str],
    size: int = WINDOW_WORDS,
) -> list[list[Span]]:
    """Return for each passage its best spans, best first, none over another's text."""
    places = [
        (number, start, end)
        for number, (record, passage) in enumerate(passages)
        for start, end in split_windows(record, passage, size)
    ]
    texts = [passages[number][0].document.text[start:end] for number, start, end in places]
    read = reader.read(question, texts, [fronts[number] for number, _, _ in places])
    found: list[list[Span]] = [[] for _ in passages]
    for (number, start, _), spans in zip(places, read, strict=True):
        shift = start - passages[number][1].start
        found[number] += [replace(s, start=s.start + shift, end=s.end + shift) for s in spans]
    return [_apart(spans) for spans in found]


def _apart(spans: Sequence[Span]) -> list[Span]:
    """Return the best spans by their score, without those over a better one's text."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (-span.score, span.start)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return kept[:_SPANS]
