"""From spans to quotations: which one is best, what belongs to it, and whether it is an answer.

Every quotation is a slice of a document's canonical text at whole sentences; nothing is written.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from seminar_qa.calibration import Calibration
from seminar_qa.documents import Document, Kind
from seminar_qa.hits import Hit
from seminar_qa.layout import Box
from seminar_qa.passages import Passage
from seminar_qa.reader import Span
from seminar_qa.records import Record
from seminar_qa.text import digest, is_cjk

DISPLAY_PENALTY = 2.0
"""Taken off the logit of a title, heading or caption: the sentence that says it goes first."""
_BRACKETS = tuple((pair[0], pair[1]) for pair in "() [] “” 「」 『』 （）".split())
LONGEST_LIST = 1_500
"""A list is quoted whole up to this many code points."""

_WANTS_LIST = re.compile(
    r"\b(?:which|what|name|list|whose)\b(?:\s+[\w-]+){0,3}?\s+(?:[a-z-]{2,}[^s\W]s|criteria|people|countries)\b"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|several|all)\b|^(?:list|name)\b",
    re.I,
)


@dataclass(frozen=True)
class Citation:
    """Where a quotation stands: `text[start:end]` of a document, in code points.

    `sha256` is the file's, `quote_sha256` the quotation's. What is not known is None. `boxes` are
    its lines on the pages; `ocr` says that a page of it was read by character recognition.
    """

    document_id: str
    title: str | None
    date: str | None
    place: str | None
    speaker: str | None
    section: str | None
    page: int | None
    start: int
    end: int
    sha256: str
    quote_sha256: str
    url: str
    boxes: tuple[Box, ...] = ()
    ocr: bool = False


@dataclass(frozen=True)
class Quote:
    """A quotation. `highlight` is the answer's (start, end) inside `text`; score is 0.0 to 1.0."""

    text: str
    highlight: tuple[int, int] | None
    before: str
    after: str
    score: float
    citation: Citation

    @property
    def answer(self) -> str:
        """The shortest words that answer, "" when none are marked."""
        return self.text[slice(*self.highlight)] if self.highlight else ""


@dataclass(frozen=True)
class Answer:
    """The reply to one question. `quotes` are empty when it is a no, `nearest` when it is not."""

    answered: bool
    quotes: tuple[Quote, ...]
    nearest: tuple[Quote, ...]
    confidence: float
    interpreted_question: str

    @property
    def text(self) -> str | None:
        """The shortest words that answer, None for a no."""
        return self.quotes[0].answer if self.quotes else None


@dataclass(frozen=True)
class Candidate:
    """A span of a document, the sentences `first` to `last` around it, and its probability.

    `hit` and `span` are what it comes from: the passage's scores and the reader's.
    """

    record: Record
    hit: Hit
    span: Span
    first: int
    last: int
    start: int
    end: int
    probability: float

    @property
    def bounds(self) -> tuple[int, int]:
        """The (start, end) of its sentences in the document's text."""
        sentences = self.record.sentences
        return sentences[self.first].start, sentences[self.last].end


def find_candidates(
    record: Record, passage: Passage, hit: Hit, spans: Iterable[Span], calibration: Calibration
) -> Iterator[Candidate]:
    """Yield the spans of one passage as candidates, but for those across a block's end."""
    for span in spans:
        start, end = _whole_words(
            record.document.text, passage.start + span.start, passage.start + span.end
        )
        inside = [
            number
            for number in range(passage.first, passage.last + 1)
            if record.sentences[number].start < end and start < record.sentences[number].end
        ]
        blocks = {record.sentences[number].block for number in inside}
        if len(blocks) == 1:
            shown = not _kind(record, inside[0]).is_running
            probability = calibration.probability(hit, span, DISPLAY_PENALTY * shown)
            yield Candidate(record, hit, span, inside[0], inside[-1], start, end, probability)


def make_answer(
    question: str,
    candidates: Iterable[Candidate],
    *,
    threshold: float,
    max_quotes: int,
    by_speaker: bool = False,
) -> Answer:
    """Return the answer that the candidates give: quotes when the best reaches `threshold`.

    With `by_speaker` a list is quoted whole only if one and the same person says all of it.
    """
    ranked = sorted(candidates, key=_order)
    quotes: list[Quote] = []
    taken: list[Candidate] = []
    for candidate in ranked:
        if len(quotes) == max_quotes:
            break
        whole = _with_list(question, candidate)
        if by_speaker and len(_speakers(whole)) > 1:
            whole = candidate
        if not any(_overlap(whole, other) for other in taken):
            taken.append(whole)
            quotes.append(make_quote(whole))
    confidence = quotes[0].score if quotes else 0.0
    answered = bool(quotes) and confidence >= threshold
    found = tuple(quotes)
    return Answer(
        answered, found if answered else (), () if answered else found, confidence, question
    )


def make_quote(candidate: Candidate) -> Quote:
    """Return a candidate as a quotation with its citation."""
    document = candidate.record.document
    start, end = candidate.bounds
    text = document.text[start:end]
    return Quote(
        text=text,
        highlight=(max(candidate.start - start, 0), min(candidate.end, end) - start),
        before=_neighbour(candidate.record, candidate.first, -1),
        after=_neighbour(candidate.record, candidate.last, 1),
        score=candidate.probability,
        citation=_cite(candidate.record, candidate.first, start, end),
    )


def quote_url(document_id: str, start: int, end: int) -> str:
    """Return the address of a quotation on this server: the report's page, opened at it."""
    return f"/documents/{document_id}?start={start}&end={end}#quote"


def _order(candidate: Candidate) -> tuple[float, str, int, int]:
    return (
        -candidate.probability,
        candidate.record.document.id,
        candidate.start,
        candidate.end,
    )


def _cite(record: Record, first: int, start: int, end: int) -> Citation:
    document = record.document
    sentence = record.sentences[first]
    section = document.blocks[sentence.block].section
    speaker = None if sentence.speaker is None else document.speakers[sentence.speaker].cited
    return Citation(
        document_id=document.id,
        title=document.title,
        date=document.date,
        place=document.place,
        speaker=speaker,
        section=" › ".join(section) or None,
        page=document.page_of(start),
        start=start,
        end=end,
        sha256=document.sha256,
        quote_sha256=digest(document.text[start:end]),
        url=quote_url(document.id, start, end),
    )


def _neighbour(record: Record, number: int, step: int) -> str:
    """The running sentence next to a quotation, or "" where there is none."""
    beside = number + step
    if not 0 <= beside < len(record.sentences) or not _kind(record, beside).is_running:
        return ""
    sentence = record.sentences[beside]
    return record.document.text[sentence.start : sentence.end]


def _with_list(question: str, candidate: Candidate) -> Candidate:
    """Take in the whole list when the question asks for several things and a list answers it.

    The list is the items in a row around the candidate, and the sentence in front of them.
    """
    items = _items(candidate.record, candidate.first) or _items(
        candidate.record, candidate.last + 1
    )
    if not items or not _WANTS_LIST.search(question):
        return candidate
    sentences = candidate.record.sentences
    first = max(items[0] - 1, 0)
    introduced = _kind(candidate.record, first) is Kind.PARAGRAPH
    whole = replace(
        candidate,
        first=first if introduced else items[0],
        last=items[-1],
        start=sentences[items[0]].start,
        end=sentences[items[-1]].end,
    )
    return whole if whole.bounds[1] - whole.bounds[0] <= LONGEST_LIST else candidate


def _speakers(candidate: Candidate) -> set[int | None]:
    sentences = candidate.record.sentences[candidate.first : candidate.last + 1]
    return {sentence.speaker for sentence in sentences}


def _items(record: Record, number: int) -> Sequence[int]:
    """Return the sentences of the run of list items that sentence `number` is in."""
    if not _is_item(record, number):
        return ()
    first = last = number
    while _is_item(record, first - 1):
        first -= 1
    while _is_item(record, last + 1):
        last += 1
    return range(first, last + 1)


def _is_item(record: Record, number: int) -> bool:
    return 0 <= number < len(record.sentences) and _kind(record, number) is Kind.LIST_ITEM


def _kind(record: Record, number: int) -> Kind:
    return record.document.blocks[record.sentences[number].block].kind


def _overlap(one: Candidate, other: Candidate) -> bool:
    same = one.record.document.id == other.record.document.id
    return same and one.first <= other.last and other.first <= one.last


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span that begins or ends inside a word; CJK characters are words of their own."""
    while start > 0 and _inside_word(text, start):
        start -= 1
    while end < len(text) and _inside_word(text, end):
        end += 1
    return _whole_brackets(text, start, end)


def _whole_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """Take in the bracket right beside a span that has only its other half."""
    for opening, closing in _BRACKETS:
        depth = lowest = 0
        for character in text[start:end]:
            depth += (character == opening) - (character == closing)
            lowest = min(lowest, depth)
        start -= lowest < 0 and text[max(0, start - 1) : start] == opening
        end += depth > lowest and text[end : end + 1] == closing
    return start, end


def _inside_word(text: str, offset: int) -> bool:
    left, right = text[offset - 1], text[offset]
    return left.isalnum() and right.isalnum() and not is_cjk(left) and not is_cjk(right)


def check_quote(document: Document, quote: Quote) -> bool:
    """Tell whether a quotation stands in the document where its citation says, to the letter."""
    place = document.text[quote.citation.start : quote.citation.end]
    return place == quote.text and digest(place) == quote.citation.quote_sha256
