"""Passages: the pieces of about eighty words that are embedded, indexed and read.

A passage is a run of whole sentences, so it is one contiguous slice of the canonical text. It stays
within a section and, where it can, within a paragraph; a heading stands in front of what it heads,
and a list keeps the sentence that introduces it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from seminar_qa.documents import Document, Kind
from seminar_qa.sentences import Sentence
from seminar_qa.text import count_words

_CHARACTERS_PER_WORD = 12


@dataclass(frozen=True)
class Passage:
    """`text[start:end]` of a document: its sentences number `first` to `last`, both included.

    `speaker` is the place among the document's speakers of the only one who speaks in it; None
    where nobody is known to.
    """

    start: int
    end: int
    first: int
    last: int
    section: tuple[str, ...] = ()
    speaker: int | None = None


def split_passages(
    document: Document, sentences: tuple[Sentence, ...], *, size: int = 80
) -> tuple[Passage, ...]:
    """Return the passages of a document, at most `size` words each unless a sentence is longer.

    A paragraph cut in two repeats the sentence at the cut, so that a pronoun keeps its noun.
    """
    words = [_length(document.text[s.start : s.end]) for s in sentences]
    packer = _Packer(document, sentences, words, size)
    return tuple(
        Passage(
            sentences[numbers[0]].start,
            sentences[numbers[-1]].end,
            numbers[0],
            numbers[-1],
            document.blocks[sentences[numbers[-1]].block].section,
            next((sentences[n].speaker for n in numbers if sentences[n].speaker is not None), None),
        )
        for stretch in _stretches(document, sentences)
        for numbers in packer.pack(stretch)
    )


def passage_text(document: Document, passage: Passage) -> str:
    """Return a passage as it is embedded and indexed: title, headings and speaker in front."""
    speaker = None if passage.speaker is None else document.speakers[passage.speaker].cited
    above = [*filter(None, (document.title, *passage.section, speaker))]
    return "\n".join([*above, document.text[passage.start : passage.end]])


def _length(sentence: str) -> int:
    """Return a sentence's length in words; what has few words for its size counts by its size."""
    return max(1, count_words(sentence), len(sentence) // _CHARACTERS_PER_WORD)


def _stretches(document: Document, sentences: tuple[Sentence, ...]) -> Iterator[list[int]]:
    """Yield runs of sentences that may share a passage: front matter, a section's text, captions.

    A heading begins a stretch, unless it follows a heading with nothing between, and so does
    another speaker.
    """
    stretch = 0
    keys: list[tuple[int, str]] = []
    previous: Kind | None = None
    speaker: int | None = None
    for sentence in sentences:
        kind = document.blocks[sentence.block].kind
        begins = kind is Kind.HEADING and previous is not Kind.HEADING
        other = None not in (speaker, sentence.speaker) and speaker != sentence.speaker
        if begins or other:
            stretch += 1
            speaker = None
        speaker = speaker if sentence.speaker is None else sentence.speaker
        keys.append((stretch, _group(kind)))
        previous = kind
    for _, numbers in groupby(range(len(sentences)), key=lambda number: keys[number]):
        yield list(numbers)


def _group(kind: Kind) -> str:
    if kind in (Kind.TITLE, Kind.FRONT):
        return "front"
    return "captions" if kind is Kind.CAPTION else "running"


@dataclass(frozen=True)
class _Packer:
    document: Document
    sentences: tuple[Sentence, ...]
    words: Sequence[int]
    size: int

    def pack(self, stretch: list[int]) -> Iterator[list[int]]:
        current: list[int] = []
        done = -1
        for block, group in groupby(stretch, key=lambda number: self.sentences[number].block):
            numbers = list(group)
            if self._is_full(current, numbers):
                introduction = self._introduction(block, current[-1])
                if introduction != current:
                    yield current
                    done = current[-1]
                current = introduction
            for number in numbers:
                if self._is_full(current, [number]):
                    if current[-1] > done:
                        yield current
                        done = current[-1]
                    current = self._overlap(done, number)
                current.append(number)
        if current:
            yield current

    def _is_full(self, current: list[int], more: list[int]) -> bool:
        headed = all(self._kind(number) is Kind.HEADING for number in current)
        if not current or (headed and self._kind(more[0]) is not Kind.HEADING):
            return False
        return self._words(current) + self._words(more) > self.size

    def _introduction(self, block: int, number: int) -> list[int]:
        """A list item takes along the sentence in front of it, which introduces the list."""
        is_item = self.document.blocks[block].kind is Kind.LIST_ITEM
        return [number] if is_item and self._words([number]) * 2 <= self.size else []

    def _overlap(self, number: int, following: int) -> list[int]:
        return [number] if self._words([number, following]) <= self.size else []

    def _words(self, numbers: list[int]) -> int:
        return sum(self.words[number] for number in numbers)

    def _kind(self, number: int) -> Kind:
        return self.document.blocks[self.sentences[number].block].kind
