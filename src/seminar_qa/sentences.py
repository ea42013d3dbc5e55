"""Sentences with their places: where a quotation may begin and end.

Latin scripts are cut by nupunkt, which knows abbreviations; Chinese and Japanese at 。！？ outside
of brackets. Nothing here knows which sentence matters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import nupunkt
import regex

from seminar_qa.documents import Document
from seminar_qa.text import has_cjk

LONGEST = 1_000
"""A sentence of more code points than this is cut, so that a quotation stays readable."""

_CJK_END = re.compile(r"[。！？]+(?P<closing>[」』）〕】”’\"')]*)")
_CJK_GOES_ON = re.compile("[とのはがをにでや、]|って")
_OPENING, _CLOSING = "「『（〔【", "」』）〕】"


@dataclass(frozen=True)
class Sentence:
    """`text[start:end]` of a document, half open, inside its block number `block`.

    `speaker` is the place among the document's speakers of who says it; None when not known.
    """

    start: int
    end: int
    block: int
    speaker: int | None = None


def split_sentences(document: Document) -> tuple[Sentence, ...]:
    """Return the sentences of all blocks in order; together they hold all text but white space."""
    return tuple(
        Sentence(block.start + start, block.start + end, number)
        for number, block in enumerate(document.blocks)
        for start, end in sentence_spans(document.text[block.start : block.end])
    )


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of each sentence of one block, without white space at its ends."""
    for start, end in _cjk_spans(text) if has_cjk(text) else [(0, len(text))]:
        for first, last in nupunkt.sent_spans(text[start:end]):
            yield from _shorter(text, *_trimmed(text, start + first, start + last))


def _cjk_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield spans that end after 。！？ and the brackets that close there, outside of brackets.

    「…。」 ends a sentence too, unless a particle goes on with it, as in 「…。」と言った。
    """
    balanced = sum(map(text.count, _OPENING)) == sum(map(text.count, _CLOSING))
    start = position = depth = 0
    for match in _CJK_END.finditer(text):
        if match.start() < position:
            continue
        if balanced:
            depth += _depth(text[position : match.end()])
        position = match.end()
        if depth <= 0 and not (match["closing"] and _CJK_GOES_ON.match(text, position)):
            yield start, position
            start = position
    if start < len(text):
        yield start, len(text)


def _depth(text: str) -> int:
    return sum((c in _OPENING) - (c in _CLOSING) for c in text)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _shorter(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        cut = _cut(text, start, start + LONGEST)
        yield _trimmed(text, start, cut)
        start, end = _trimmed(text, cut, end)
    if start < end:
        yield start, end


def _cut(text: str, start: int, limit: int) -> int:
    """Return where to cut before `limit`: after white space, else between two graphemes."""
    space = text.rfind(" ", start + LONGEST // 2, limit)
    if space > 0:
        return space + 1
    graphemes = regex.finditer(r"\X", text, pos=start, endpos=limit + 1)
    whole = [match.end() for match in graphemes if match.end() <= limit]
    return whole[-1] if whole else limit
