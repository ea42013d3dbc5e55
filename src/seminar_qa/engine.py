"""Answers questions from one generation of the index.

An engine is immutable: a re-index makes a new one. Same question, same generation, same answer.
"""

import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from seminar_qa.answers import (
    Answer,
    Candidate,
    Citation,
    check_quote,
    find_candidates,
    make_answer,
)
from seminar_qa.calibration import Calibration, Mode
from seminar_qa.conversation import Turn, interpret
from seminar_qa.documents import Document
from seminar_qa.errors import FilterError, IndexDamagedError, NotFoundError, QuestionError
from seminar_qa.hits import Hit, find_hits
from seminar_qa.index import MODELS, Manifest, PassageIndex
from seminar_qa.passages import Passage
from seminar_qa.reader import OnnxReader, Reader
from seminar_qa.records import Filters, Record
from seminar_qa.settings import Settings
from seminar_qa.text import collapse, digest, words
from seminar_qa.vectors import Encoder, open_query_encoder

Fate = Literal["unchanged", "moved", "gone"]
LONGEST_QUESTION = 1_000
"""A question has at most this many code points."""
MOST_QUOTES = 20


@dataclass(frozen=True)
class Timing:
    """How long the steps of an answer took, in milliseconds."""

    encode: float
    retrieve: float
    read: float
    total: float


@dataclass(frozen=True)
class Reply:
    """An answer with the rows that retrieval found for it, best first, and how long it took."""

    answer: Answer
    rows: tuple[int, ...]
    timing: Timing


@dataclass(frozen=True)
class _Restriction:
    """The rows a question is restricted to, None for all, and whether that is by speaker."""

    rows: list[int] | None
    by_speaker: bool


class _Clock:
    """Adds up the time of steps by name."""

    def __init__(self) -> None:
        self.began = self._last = time.perf_counter()
        self.spent = {"encode": 0.0, "retrieve": 0.0, "read": 0.0}

    def stop(self, step: str) -> None:
        now = time.perf_counter()
        self.spent[step] += (now - self._last) * 1000
        self._last = now

    def timing(self) -> Timing:
        return Timing(**self.spent, total=(time.perf_counter() - self.began) * 1000)


class Engine:
    """One generation of the index with the two models that go with it."""

    def __init__(
        self,
        index: PassageIndex,
        encoder: Encoder,
        reader: Reader,
        calibration: Calibration,
        *,
        passages_read: int = 10,
        thresholds: dict[Mode, float] | None = None,
    ):
        self._index = index
        self._encoder = encoder
        self._reader = reader
        self._calibration = calibration
        self._passages_read = passages_read
        self._thresholds: dict[Mode, float] = {
            "balanced": calibration.balanced,
            "strict": calibration.strict,
            **(thresholds or {}),
        }
        self._record = lru_cache(maxsize=64)(index.records.record)
        self._remembered = lru_cache(maxsize=512)(self.ask)

    @classmethod
    def open(cls, settings: Settings) -> "Engine":
        """Open the current index. Raises IndexMissingError, IndexDamagedError, ModelError."""
        index = PassageIndex.open(settings.index)
        recipe = index.manifest.recipe
        models: Path = settings.index / MODELS
        given: dict[Mode, float | None] = {
            "balanced": settings.balanced_threshold,
            "strict": settings.strict_threshold,
        }
        return cls(
            index,
            open_query_encoder(models / recipe.encoder.folder, recipe.encoder.query_prompt),
            OnnxReader.open(models / recipe.reader.folder),
            Calibration.load(),
            passages_read=settings.passages_read,
            thresholds={mode: value for mode, value in given.items() if value is not None},
        )

    @property
    def manifest(self) -> Manifest:
        """What the engine answers from."""
        return self._index.manifest

    def characters(self) -> dict[str, int]:
        """Return the length of each document's text, in code points, by its id."""
        return self._index.records.characters()

    def documents(self) -> list[Document]:
        """Return all documents in order of path, without their texts."""
        return list(self._index.records.documents())

    def record(self, document_id: str) -> Record:
        """Return one document whole. Raises NotFoundError."""
        return self._record(self._index.records.number_of(document_id))

    def passage_texts(self, rows: Sequence[int]) -> list[str]:
        """Return the text of each passage by its row."""
        return [text for _, _, text in map(self._passage, rows)]

    def ask(
        self,
        question: str,
        *,
        conversation: tuple[Turn, ...] = (),
        filters: Filters | None = None,
        max_quotes: int = 3,
        mode: Mode = "balanced",
    ) -> Reply:
        """Answer a question. Raises QuestionError and FilterError.

        Of the meanings a follow-up may have, the one the reports answer best is taken, but none
        that only gives an earlier answer again. A question that stands by itself has one meaning,
        so a no never depends on earlier turns.
        """
        asked = check_question(question)
        within = self._restriction(filters or Filters())
        clock = _Clock()
        alone, *others = (
            self._answer(meaning, within, max_quotes, self._thresholds[mode], clock)
            for meaning in interpret(asked, conversation)
        )
        said = {turn.answer for turn in conversation if turn.answer}
        new = [found for found in others if not _repeats(found[0], said)]
        answer, read = max([alone, *new], key=lambda found: found[0].confidence)
        self._check(answer)
        return Reply(self._placed(answer), read, clock.timing())

    def _placed(self, answer: Answer) -> Answer:
        """Return an answer whose citations say where on the pages the quotations stand."""
        quotes, nearest = (
            tuple(replace(quote, citation=self._on_pages(quote.citation)) for quote in quotes)
            for quotes in (answer.quotes, answer.nearest)
        )
        return replace(answer, quotes=quotes, nearest=nearest)

    def _on_pages(self, citation: Citation) -> Citation:
        number = self._index.records.number_of(citation.document_id)
        boxes = tuple(self._index.records.boxes(number, citation.start, citation.end))
        page = boxes[0][0] if boxes else citation.page
        shown = {box[0] for box in boxes} | {page}
        ocr = not shown.isdisjoint(self._record(number).document.extraction.ocr_pages)
        return replace(citation, boxes=boxes, page=page, ocr=ocr)

    def ask_again(self, question: str, conversation: tuple[Turn, ...]) -> Reply:
        """Answer like `ask`, from memory if the same was asked before: the answer is the same."""
        return self._remembered(question, conversation=conversation)

    def _answer(
        self,
        meaning: str,
        within: _Restriction,
        max_quotes: int,
        threshold: float,
        clock: _Clock,
    ) -> tuple[Answer, tuple[int, ...]]:
        hits, candidates = self._candidates(meaning, within, clock)
        answer = make_answer(
            meaning,
            candidates,
            threshold=threshold,
            max_quotes=max_quotes,
            by_speaker=within.by_speaker,
        )
        clock.stop("read")
        return answer, tuple(hit.row for hit in hits)

    def candidates(self, question: str, filters: Filters | None = None) -> list[Candidate]:
        """Return all spans that the reader proposes for a question, in no order."""
        return self._candidates(question, self._restriction(filters or Filters()), _Clock())[1]

    def _candidates(
        self, meaning: str, within: _Restriction, clock: _Clock
    ) -> tuple[list[Hit], list[Candidate]]:
        vector = self._encoder.encode([meaning])[0]
        clock.stop("encode")
        hits = find_hits(
            meaning,
            vector,
            self._index.dense,
            self._index.lexical,
            limit=self._passages_read,
            rows=within.rows,
        )
        passages = [self._passage(hit.row) for hit in hits]
        clock.stop("retrieve")
        candidates: list[Candidate] = []
        spans = self._reader.read(meaning, [text for _, _, text in passages])
        for (record, passage, _), hit, found in zip(passages, hits, spans, strict=True):
            proposed = find_candidates(record, passage, hit, found, self._calibration)
            candidates += [c for c in proposed if not within.by_speaker or _is_spoken(c, passage)]
        clock.stop("read")
        return hits, candidates

    def _passage(self, row: int) -> tuple[Record, Passage, str]:
        """Return a row's document, its passage there, and the passage's text."""
        number, place = self._index.records.place_of(row)
        record = self._record(number)
        passage = record.passages[place]
        return record, passage, record.document.text[passage.start : passage.end]

    def _restriction(self, filters: Filters) -> _Restriction:
        """Return what a question is restricted to. Raises FilterError."""
        for document_id in filters.documents:
            try:
                self._index.records.number_of(document_id)
            except NotFoundError as error:
                raise FilterError(str(error)) from error
        for name in filters.speakers:
            if not self._index.records.speakers_named(name):
                raise FilterError(
                    f"no report names a speaker “{name[:60]}”; GET /documents lists the speakers"
                )
        rows = self._index.records.rows(filters) if filters else None
        return _Restriction(rows, bool(filters.speakers))

    def _check(self, answer: Answer) -> None:
        """Hold the first promise: a quotation that does not stand where it says is never shown."""
        for quote in answer.quotes + answer.nearest:
            if not check_quote(self.record(quote.citation.document_id).document, quote):
                raise IndexDamagedError(
                    "a quotation failed its check; run: seminar-qa index --force"
                )

    def verify(self, document_id: str, start: int, end: int, quote_sha256: str) -> Fate:
        """Return what has become of a citation: "unchanged", "moved" or "gone".

        It has moved when another place, in whole sentences of the same length, has the same hash.
        Raises FilterError when `end` is not greater than `start`.
        """
        if end <= start:
            raise FilterError(f"a quotation from {start} to {end} is empty; end must be greater")
        try:
            text = self.record(document_id).document.text
            if 0 <= start < end <= len(text) and digest(text[start:end]) == quote_sha256:
                return "unchanged"
        except NotFoundError:
            pass
        length = end - start
        for number in range(self.manifest.documents):
            record = self._record(number)
            for sentence in record.sentences:
                piece = record.document.text[sentence.start : sentence.start + length]
                if len(piece) == length and digest(piece) == quote_sha256:
                    return "moved"
        return "gone"


def _is_spoken(candidate: Candidate, passage: Passage) -> bool:
    """Tell whether a candidate's sentence is by the one who speaks in its passage."""
    return candidate.record.sentences[candidate.first].speaker == passage.speaker


def _repeats(answer: Answer, said: set[str]) -> bool:
    """Tell whether the best span is an answer that was given before, or a part of one."""
    best = {word for quote in (answer.quotes or answer.nearest)[:1] for word in words(quote.answer)}
    earlier = [set(words(text)) for text in said]
    return any(best <= other or other <= best for other in earlier)


def check_question(question: str) -> str:
    """Return the question with its white space collapsed. Raises QuestionError."""
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters; ask in at most {LONGEST_QUESTION:,}"
        )
    for character in question:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n\r":
            raise QuestionError(
                f"the question holds the control character U+{ord(character):04X}; remove it"
            )
    asked = collapse(unicodedata.normalize("NFC", question))
    if not any(character.isalnum() for character in asked):
        raise QuestionError("the question is empty; write what you want to know")
    return asked
