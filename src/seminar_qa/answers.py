"""From spans to quotations: which one is best, what belongs to it, and whether it is an answer.

Every quotation is a slice of a document's canonical text at whole sentences; nothing is written.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from seminar_qa.calibration import MOST_MARGIN, Calibration
from seminar_qa.documents import Block, Document, Kind
from seminar_qa.errors import NotFoundError
from seminar_qa.evidence import Evidence, Surroundings, Weigher
from seminar_qa.hits import Hit, Side
from seminar_qa.layout import Box
from seminar_qa.passages import Passage
from seminar_qa.questions import Asked
from seminar_qa.reader import Span
from seminar_qa.records import Record
from seminar_qa.text import digest, fold, is_cjk, words

SAME_REPORT = 1.5
"""What a candidate of a follow-up gains in order, out of the report of the last answer."""
LONGEST_LIST = 1_500
"""A list is quoted whole up to this many code points."""
LONGEST_TURN = 700
"""What somebody said is quoted beyond one sentence up to this many code points."""
_FIGURE = re.compile(
    r"(?:(?:US|A|C)?[$€£¥]\s?)?(?<![A-Za-z\d])(?<!\d[.,])"
    r"(?P<digits>(?:\d{1,3}(?P<mark>[ ,.])\d{3}(?:(?P=mark)\d{3})*(?!\d)|\d+)"
    r"(?:(?:\.\d+|,\d{1,2})(?!\d|[.,]\d))?)"
    r"(?:[A-Za-z]+|(?:\s?(?:thousand|million|billion|trillion)\b)?(?:\s?(?:%|(?:percent|per cent"
    r"|[KMGT]i?B|MHz|GHz|k[mgW]|kWh|[MGT]Wh?|ms|°C|°F|m²|km²|yen|euros?|dollars?)\b))?)?"
)
"""Figures with what belongs to them: "$5 million", "268 000 000", "11%"; not "2018, 300"."""
_BRACKETS = tuple((pair[0], pair[1]) for pair in "() [] “” 「」 『』 （）".split())


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
    """A quotation. `highlight` is the answer's (start, end) inside `text`; score is 0.0 to 1.0.

    `found_by` is the side of the search that found it.
    """

    text: str
    highlight: tuple[int, int] | None
    before: str
    after: str
    score: float
    citation: Citation
    found_by: Side = "words and meaning"

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
    """A span of a document, the sentences `first` to `last` around it, and what speaks for it.

    `score` orders the candidates of one question. The quotation begins at `opening`, where that is
    not None: in front of its first sentence, at the label of the turn.
    """

    record: Record
    passage: Passage
    first: int
    last: int
    start: int
    end: int
    evidence: Evidence
    score: float
    opening: int | None = None
    found_by: Side = "words and meaning"

    @property
    def bounds(self) -> tuple[int, int]:
        """The quotation's (start, end) in the document's text."""
        sentences = self.record.sentences
        start = sentences[self.first].start if self.opening is None else self.opening
        return start, sentences[self.last].end

    @property
    def answer(self) -> str:
        """The words that answer."""
        return self.record.document.text[self.start : self.end]

    @property
    def text(self) -> str:
        """The quotation."""
        return self.record.document.text[slice(*self.bounds)]


class Finder:
    """Makes candidates of spans: finds their sentences and weighs what speaks for them."""

    def __init__(self, weigher: Weigher, calibration: Calibration):
        self._weigher = weigher
        self._calibration = calibration

    def find(
        self,
        record: Record,
        passage: Passage,
        hit: Hit,
        spans: Iterable[Span],
        bound: float = 0.0,
        *,
        goes_on: bool = False,
    ) -> Iterator[Candidate]:
        """Yield the spans of one passage as candidates, but for those across a block's end.

        `bound` is what `Evidence` calls so; `goes_on` tells that the passage is of the report
        which the conversation is about.
        """
        text = record.document.text
        front = front_of(record.document, passage)
        for span in spans:
            start, end = _whole_words(text, passage.start + span.start, passage.start + span.end)
            inside = [
                number
                for number in range(passage.first, passage.last + 1)
                if record.sentences[number].start < end and start < record.sentences[number].end
            ]
            if len({record.sentences[number].block for number in inside}) != 1:
                continue
            first, last = inside[0], inside[-1]
            start = max(start, record.sentences[first].start)
            end = min(end, record.sentences[last].end)
            around = Surroundings(
                front=front,
                passage=text[passage.start : passage.end],
                quoted=text[record.sentences[first].start : record.sentences[last].end],
                answer=text[start:end],
                shown=not _kind(record, first).is_running,
                bound=bound,
            )
            evidence = self._weigher.measure(hit, span, around)
            score = self._calibration.score(evidence) + SAME_REPORT * goes_on
            yield Candidate(
                *(record, passage, first, last, start, end, evidence, score),
                found_by=hit.found_by,
            )


def front_of(document: Document, passage: Passage) -> str:
    """Return what stands above a passage: title, headings and speaker."""
    speaker = None if passage.speaker is None else document.speakers[passage.speaker].introduced
    return " | ".join(filter(None, (document.title, *passage.section, speaker)))


def make_answer(
    asked: Asked,
    candidates: Iterable[Candidate],
    *,
    calibration: Calibration,
    threshold: float,
    max_quotes: int,
    by_speaker: bool = False,
) -> Answer:
    """Return the answer that the candidates give: quotes when the best reaches `threshold`.

    The same words of one report are quoted once, of several reports once each. With `by_speaker`
    nothing is quoted that more than one person says.
    """
    ranked = sorted(candidates, key=_order)
    quotes: list[Quote] = []
    taken: list[Candidate] = []
    for candidate in ranked:
        if len(quotes) == max_quotes:
            break
        whole = widen(asked, candidate)
        if by_speaker and len(_speakers(whole)) > 1:
            whole = candidate
        if not any(_overlap(whole, other) or _repeats(whole, other) for other in taken):
            taken.append(whole)
            chance = calibration.probability(candidate.evidence, _margin(candidate, ranked))
            quotes.append(make_quote(whole, min([chance, *(quote.score for quote in quotes[-1:])])))
    confidence = quotes[0].score if quotes else 0.0
    answered = bool(quotes) and confidence >= threshold
    found = tuple(quotes)
    return Answer(
        answered, found if answered else (), () if answered else found, confidence, asked.text
    )


def _margin(candidate: Candidate, ranked: Sequence[Candidate]) -> float:
    """Return how far a candidate's score is above the best one of another answer."""
    rivals = (other.score for other in ranked if is_rival(candidate, other))
    return candidate.score - next(rivals, candidate.score - MOST_MARGIN)


def is_rival(one: Candidate, other: Candidate) -> bool:
    """Tell whether two candidates give different answers: in other places, no word in common."""
    return not _overlap(one, other) and _words_of(one.answer).isdisjoint(_words_of(other.answer))


@lru_cache(maxsize=4096)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(words(text))


def make_quote(candidate: Candidate, score: float) -> Quote:
    """Return a candidate as a quotation with its citation."""
    document = candidate.record.document
    start, end = candidate.bounds
    text = document.text[start:end]
    return Quote(
        text=text,
        highlight=(max(candidate.start - start, 0), min(candidate.end, end) - start),
        before=_neighbour(candidate.record, candidate.first, -1),
        after=_neighbour(candidate.record, candidate.last, 1),
        score=score,
        citation=_cite(candidate.record, candidate.first, start, end),
        found_by=candidate.found_by,
    )


def quote_sentences(record: Record, first: int, last: int, score: float, found_by: Side) -> Quote:
    """Return the sentences `first` to `last` of a document as a quotation with nothing marked."""
    start, end = record.sentences[first].start, record.sentences[last].end
    return _quote_of(record, first, last, (start, end), score, found_by)


def quote_place(record: Record, start: int, end: int) -> Quote:
    """Return `text[start:end]` of a document as a quotation with nothing marked and score 0.0."""
    inside = [
        number
        for number, sentence in enumerate(record.sentences)
        if sentence.start < end and start < sentence.end
    ]
    if not inside:
        raise NotFoundError(f"{record.document.path} has no sentence at {start:,} to {end:,}")
    return _quote_of(record, inside[0], inside[-1], (start, end), 0.0, "words and meaning")


def _quote_of(
    record: Record, first: int, last: int, bounds: tuple[int, int], score: float, found_by: Side
) -> Quote:
    start, end = bounds
    return Quote(
        text=record.document.text[start:end],
        highlight=None,
        before=_neighbour(record, first, -1),
        after=_neighbour(record, last, 1),
        score=score,
        citation=_cite(record, first, start, end),
        found_by=found_by,
    )


def quote_url(document_id: str, start: int, end: int) -> str:
    """Return the address of a quotation on this server: the report's page, opened at it."""
    return f"/documents/{document_id}?start={start}&end={end}#quote"


def _order(candidate: Candidate) -> tuple[float, str, int, int]:
    return (
        -candidate.score,
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


def widen(asked: Asked, candidate: Candidate) -> Candidate:
    """Take in what belongs to the answer: a whole list, who said it, the rest of what was said."""
    if asked.wants_list:
        whole = _with_list(candidate)
        if whole is not candidate:
            return whole
    if asked.wants_speaker:
        return _with_label(candidate)
    if asked.is_about_saying or candidate.evidence.bound > 0:
        return _with_turn(candidate)
    return candidate


def _with_list(candidate: Candidate) -> Candidate:
    """Take in the items in a row around the candidate, and the sentence in front of them."""
    items = _items(candidate.record, candidate.first) or _items(
        candidate.record, candidate.last + 1
    )
    if not items:
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
    return whole if len(whole.text) <= LONGEST_LIST else candidate


def _with_label(candidate: Candidate) -> Candidate:
    """Take in a turn from the label in front of it, and mark the label: it says who speaks."""
    record, first = candidate.record, candidate.first
    sentences, blocks = record.sentences, record.document.blocks
    speaker = sentences[first].speaker
    while speaker is not None and sentences[first].speaker == speaker:
        block = blocks[sentences[first].block]
        label = (
            turn_label(record.document, block) if sentences[first].start == block.start else None
        )
        if label:
            whole = replace(candidate, first=first, opening=label[0], start=label[0], end=label[1])
            return whole if len(whole.text) <= LONGEST_TURN else candidate
        if not first:
            break
        first -= 1
    return candidate


def turn_label(document: Document, block: Block) -> tuple[int, int] | None:
    """Return the (start, end) of the speaker's label right in front of a block, if there is one."""
    if not block.speaker:
        return None
    before = document.text[: block.start].rstrip(" \t:：>】.-")
    start = len(before) - len(block.speaker)
    return (start, len(before)) if before.endswith(block.speaker) else None


def _with_turn(candidate: Candidate) -> Candidate:
    """Take in the sentences around that the same person says in the same passage."""
    record, passage = candidate.record, candidate.passage
    speaker = record.sentences[candidate.first].speaker
    first, last = candidate.first, candidate.last
    if speaker is None:
        return candidate

    def goes_on(number: int) -> bool:
        inside = passage.first <= number <= passage.last
        spoken = inside and record.sentences[number].speaker == speaker
        return spoken and _kind(record, number).is_running

    while goes_on(last + 1):
        last += 1
    while goes_on(first - 1):
        first -= 1
    whole = replace(candidate, first=first, last=last)
    return whole if len(whole.text) <= LONGEST_TURN else candidate


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


def _repeats(one: Candidate, other: Candidate) -> bool:
    """Tell whether two candidates of one report say the same in the same words."""
    same = one.record.document.id == other.record.document.id
    return same and (one.text == other.text or fold(one.answer) == fold(other.answer))


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span that begins or ends inside a word; CJK characters are words of their own."""
    while start > 0 and _inside_word(text, start):
        start -= 1
    while end < len(text) and _inside_word(text, end):
        end += 1
    return _whole_brackets(text, *_whole_figure(text, start, end))


def _whole_figure(text: str, start: int, end: int) -> tuple[int, int]:
    """Take in the rest of a figure that begins or ends a span: its digits, currency and unit."""
    whole = start, end
    for figure in _FIGURE.finditer(text, max(0, start - 24), end + 24):
        if figure.start() <= start < figure.end("digits"):
            whole = figure.start(), whole[1]
        if figure.start("digits") < end <= figure.end():
            whole = whole[0], figure.end()
    return whole


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
