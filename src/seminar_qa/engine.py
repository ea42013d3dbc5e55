"""Answers questions from one generation of the index.

An engine is immutable: a re-index makes a new one. Same question, same generation, same answer.
"""

import threading
import time
import unicodedata
import weakref
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

import numpy as np

from seminar_qa import stores
from seminar_qa.answers import (
    Answer,
    Candidate,
    Citation,
    Finder,
    Quote,
    check_quote,
    front_of,
    make_answer,
    quote_place,
    quote_sentences,
    turn_label,
)
from seminar_qa.calibration import Calibration, Mode
from seminar_qa.conversation import Turn, interpret
from seminar_qa.documents import Document
from seminar_qa.errors import (
    FilterError,
    IndexDamagedError,
    NotFoundError,
    NotReadError,
    QuestionError,
)
from seminar_qa.evidence import Weigher
from seminar_qa.hits import Hit, find_hits
from seminar_qa.index import MODELS, PassageIndex
from seminar_qa.lacking import Lacking, find_lacking
from seminar_qa.layout import Box
from seminar_qa.manifest import Manifest, ModelEntry, Recipe
from seminar_qa.overlap import OverlapReader, load_weights
from seminar_qa.passages import Passage
from seminar_qa.questions import Asked
from seminar_qa.reader import OnnxReader, Reader, Span
from seminar_qa.records import Filters, Record
from seminar_qa.settings import Settings
from seminar_qa.text import collapse, digest, fold, has_cjk, words
from seminar_qa.vectors import Encoder, OnnxEncoder, open_query_encoder
from seminar_qa.windows import WINDOW_WORDS, read_windows

_Who = tuple[int, int]
Fate = Literal["unchanged", "moved", "gone"]
LONGEST_QUESTION = 1_000
"""A question has at most this many code points."""
MOST_QUOTES = 20
MOST_PASSAGES = 50
"""So many passages about something are shown at most."""
_MOST_TRACES = 10_000
NEAR = 0.4
"""A passage without a word of what was looked for counts from this cosine."""
_ALL = Filters()
_FOUND_FOR_A_TURN = 10
"""Of so many passages found for the last turn, one with its answer tells the report it was in."""


@dataclass(frozen=True)
class Timing:
    """How long the steps of an answer took, in milliseconds."""

    encode: float
    retrieve: float
    read: float
    total: float


@dataclass(frozen=True)
class Reply:
    """An answer with the rows that were read for it, best first, and how long it took.

    `lacking` is what is not in the reports, where the answer is a no.
    """

    answer: Answer
    rows: tuple[int, ...]
    timing: Timing
    lacking: Lacking = field(default_factory=Lacking)


@dataclass(frozen=True)
class Trace:
    """What became of a citation; where its words stand now, as `text[start:end]` of a document.

    Nowhere ("", 0, 0) when they are gone.
    """

    fate: Fate
    document_id: str = ""
    start: int = 0
    end: int = 0


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


@dataclass(frozen=True)
class Script:
    """How questions in one script are answered: who reads, and what the evidence is worth.

    `embedded` tells whether the encoder knows the script; passages are read in windows of
    `window_words` words, whole for None.
    """

    reader: Reader
    calibration: Calibration
    embedded: bool = True
    window_words: int | None = None

    def read(self, question: str, passages: Sequence[tuple[Record, Passage]]) -> list[list[Span]]:
        """Return for each passage its best spans, best first."""
        fronts = [front_of(record.document, passage) for record, passage in passages]
        if self.window_words:
            return read_windows(self.reader, question, passages, fronts, self.window_words)
        texts = [record.document.text[p.start : p.end] for record, p in passages]
        return self.reader.read(question, texts, fronts)


@dataclass(frozen=True)
class Models:
    """The two models that a recipe names, open. Generations of one recipe share them."""

    named: tuple[ModelEntry, ModelEntry]
    encoder: OnnxEncoder
    reader: OnnxReader

    @classmethod
    def open(cls, folder: Path, recipe: Recipe) -> "Models":
        """Open the models out of `folder`. Raises ModelError."""
        made = recipe.encoder
        return cls(
            (made, recipe.reader),
            open_query_encoder(folder / made.folder, made.query_prompt),
            OnnxReader.open(folder / recipe.reader.folder),
        )


class Engine:
    """One generation of the index with the two models that go with it."""

    def __init__(
        self,
        index: stores.PassageIndex,
        encoder: Encoder,
        reader: Reader,
        calibration: Calibration,
        *,
        passages_read: int = 10,
        thresholds: dict[Mode, float] | None = None,
        window_words: int | None = WINDOW_WORDS,
        cjk: Script | None = None,
        models: Models | None = None,
    ):
        self._index = index
        self._models = models
        self._encoder = encoder
        self._latin = Script(reader, calibration, window_words=window_words)
        self._cjk = cjk or self._latin
        self._passages_read = passages_read
        self._thresholds = thresholds or {}
        self._record = lru_cache(maxsize=64)(index.records.record)
        self._named = lru_cache(maxsize=512)(index.records.speakers_named)
        # by a weak reference, so that an engine goes when nobody has it any more
        self._remembered = lru_cache(maxsize=512)(partial(Engine.ask, weakref.proxy(self)))
        self._traces: dict[tuple[str, int, str], Trace] = {}  # of citations that were looked for
        self._tracing = threading.Lock()

    @classmethod
    def open(cls, settings: Settings, before: "Engine | None" = None) -> "Engine":
        """Open the current index, with the models of the engine `before` where they are the same.

        Raises IndexMissingError, IndexDamagedError, ModelError.
        """
        index = PassageIndex.open(settings.index)
        recipe = index.manifest.recipe
        models = before._models if before else None
        if models is None or models.named != (recipe.encoder, recipe.reader):
            models = Models.open(settings.index / MODELS, recipe)
        given: dict[Mode, float | None] = {
            "balanced": settings.balanced_threshold,
            "strict": settings.strict_threshold,
        }
        encoder = models.encoder
        passage_prompt = recipe.encoder.passage_prompt
        both = (encoder, encoder.for_passages(passage_prompt)) if encoder.knows_cjk else None
        overlap = OverlapReader(index.lexical, load_weights(), both)
        return cls(
            index,
            encoder,
            models.reader,
            Calibration.load(),
            passages_read=settings.passages_read,
            thresholds={mode: value for mode, value in given.items() if value is not None},
            cjk=Script(overlap, Calibration.load("calibration_japanese"), encoder.knows_cjk),
            models=models,
        )

    @property
    def manifest(self) -> Manifest:
        """What the engine answers from."""
        return self._index.manifest

    @property
    def verified(self) -> bool:
        """Whether every byte of the index was checked when it was opened."""
        return self._index.verified

    def check_index(self) -> None:
        """Check every byte of the index. Raises IndexDamagedError."""
        self._index.check()

    def threshold(self, question: str, mode: Mode) -> float:
        """Return the least confidence at which a question is answered; its script decides."""
        return self._thresholds.get(mode, self._script(question).calibration.threshold(mode))

    def _script(self, question: str) -> Script:
        return self._cjk if has_cjk(question) else self._latin

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

        Of the completed meanings of a follow-up, the one the reports answer best is taken, but none
        that only gives an earlier answer again; when none is left it is taken as it stands. A
        follow-up is answered rather from the report that the last answer stood in. A question that
        stands by itself has one meaning, so a no never depends on earlier turns.
        """
        asked = check_question(question)
        within = self._restriction(filters or Filters())
        clock = _Clock()
        alone, *others = interpret(asked, conversation)
        spoken_of = self._spoken_of(conversation, within, clock) if others else None

        def answer_as(meaning: str) -> tuple[Answer, tuple[int, ...]]:
            threshold = self.threshold(meaning, mode)
            return self._answer(meaning, within, max_quotes, threshold, clock, spoken_of)

        said = {turn.answer for turn in conversation if turn.answer}
        completed = [found for found in map(answer_as, others) if not _repeats(found[0], said)]
        best = max(completed, key=lambda found: found[0].confidence, default=None)
        answer, read = best or answer_as(alone)
        self._check(answer)
        lacking = Lacking() if answer.answered else self._lacking(answer, read)
        return Reply(self._placed(answer), read, clock.timing(), lacking)

    def _spoken_of(
        self, conversation: Sequence[Turn], within: _Restriction, clock: _Clock
    ) -> int | None:
        """Return the number of the report that the last answer stood in; None where none did."""
        turn = next((turn for turn in reversed(conversation) if turn.answer), None)
        if turn is None:
            return None
        asked = Asked(f"{turn.question} {turn.answer}")
        vector = self._vector(asked)
        clock.stop("encode")
        hits = self._find(asked, vector, limit=_FOUND_FOR_A_TURN, rows=within.rows)
        said = fold(turn.answer)
        rows = (hit.row for hit in hits if said in fold(self._passage(hit.row)[2]))
        row = next(rows, None)
        clock.stop("retrieve")
        return None if row is None else self._resolved(row)[0]

    def _lacking(self, answer: Answer, rows: Sequence[int]) -> Lacking:
        passages = map(self._passage, rows)
        texts = [f"{front_of(record.document, p)}\n{text}" for record, p, text in passages]
        return find_lacking(Asked(answer.interpreted_question), self._index.lexical, texts)

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

    def boxes_at(self, document_id: str, start: int, end: int) -> tuple[Box, ...]:
        """Return the lines of a place on the pages of its report. Raises NotFoundError."""
        number = self._index.records.number_of(document_id)
        return tuple(self._index.records.boxes(number, start, end))

    def ask_again(
        self, question: str, conversation: tuple[Turn, ...], filters: Filters = _ALL
    ) -> Reply:
        """Answer like `ask`, from memory if the same was asked before: the answer is the same."""
        return self._remembered(question, conversation=conversation, filters=filters)

    def passages_about(
        self, text: str, filters: Filters = _ALL, limit: int = MOST_PASSAGES
    ) -> list[Quote]:
        """Return the passages about something as quotations, the best first, none of them twice.

        Only those count that have a word of the `text` themselves, or whose meaning is near it.
        Raises QuestionError and FilterError.
        """
        asked = Asked(check_question(text))
        rows = self._restriction(filters).rows
        wanted = set(self._index.lexical.terms(asked.text))
        hits = self._find(asked, self._vector(asked), limit, rows)
        quotes: dict[tuple[str, int], Quote] = {}
        for hit in hits:
            record, passage, own = self._passage(hit.row)
            if hit.dense < NEAR and wanted.isdisjoint(self._index.lexical.terms(own)):
                continue  # only its title or its headings have a word of it
            score = min(max(hit.score / 2, 0.0), 1.0)
            quote = quote_sentences(record, passage.first, passage.last, score, hit.found_by)
            place = (record.document.id, quote.citation.start)
            quotes.setdefault(place, replace(quote, citation=self._on_pages(quote.citation)))
        found = list(quotes.values())
        self._check_quotes(found)
        return found

    def _answer(
        self,
        meaning: str,
        within: _Restriction,
        max_quotes: int,
        threshold: float,
        clock: _Clock,
        spoken_of: int | None,
    ) -> tuple[Answer, tuple[int, ...]]:
        asked = Asked(meaning)
        hits, candidates = self._candidates(asked, within, clock, spoken_of)
        answer = make_answer(
            asked,
            candidates,
            calibration=self._script(meaning).calibration,
            threshold=threshold,
            max_quotes=max_quotes,
            by_speaker=within.by_speaker,
        )
        clock.stop("read")
        return answer, tuple(hit.row for hit in hits)

    def candidates(self, question: str, filters: Filters | None = None) -> list[Candidate]:
        """Return all spans that the reader proposes for a question, in no order."""
        within = self._restriction(filters or Filters())
        return self._candidates(Asked(question), within, _Clock())[1]

    def _vector(self, asked: Asked) -> np.ndarray | None:
        known = self._script(asked.text).embedded
        return self._encoder.encode([asked.text])[0] if known else None

    def _candidates(
        self, asked: Asked, within: _Restriction, clock: _Clock, spoken_of: int | None = None
    ) -> tuple[list[Hit], list[Candidate]]:
        """Return the passages read and all candidates in them, in no order.

        `spoken_of` is the number of the report that the conversation is about, if any.
        """
        script = self._script(asked.text)
        vector = self._vector(asked)
        clock.stop("encode")
        speakers = self._speakers_in(asked)
        hits = self._hits(asked, vector, within, speakers, spoken_of)
        clock.stop("retrieve")
        finder = Finder(Weigher(asked, self._index.lexical), script.calibration)
        candidates: list[Candidate] = []
        passages = [self._passage(hit.row)[:2] for hit in hits]
        spans = script.read(asked.text, passages)
        for (record, passage), hit, found in zip(passages, hits, spans, strict=True):
            bound = self._binding(hit.row, speakers)
            goes_on = spoken_of is not None and (self._resolved(hit.row)[0] == spoken_of)
            proposed = finder.find(record, passage, hit, found, bound, goes_on=goes_on)
            candidates += [c for c in proposed if not within.by_speaker or _is_spoken(c, passage)]
        clock.stop("read")
        return hits, candidates

    def _find(
        self, asked: Asked, vector: np.ndarray | None, limit: int, rows: Sequence[int] | None
    ) -> list[Hit]:
        return find_hits(
            asked.text,
            vector,
            self._index.dense,
            self._index.lexical,
            limit=limit,
            rows=rows,
            content=lambda row: self._passage(row)[2],
        )

    def _hits(
        self,
        asked: Asked,
        vector: np.ndarray | None,
        within: _Restriction,
        speakers: frozenset[_Who],
        spoken_of: int | None,
    ) -> list[Hit]:
        """Return the passages to read, best first.

        Where the question names somebody who speaks, some of this person's passages are read too;
        so are some of the report that the conversation is about.
        """
        most = self._passages_read
        found = self._find(asked, vector, most, within.rows)
        records = self._index.records
        favoured = records.rows_of(speakers) if speakers else []
        favoured = favoured or (records.rows_in(spoken_of) if spoken_of is not None else [])
        if not favoured:
            return found
        allowed = None if within.rows is None else set(within.rows)
        rows = [row for row in favoured if allowed is None or row in allowed]
        theirs = self._find(asked, vector, most // 2, rows)
        first = found[: most - len(theirs) // 2]
        found = [*first, *(hit for hit in theirs if hit not in first)]
        return found[: most + most // 2]

    def _speakers_in(self, asked: Asked) -> frozenset[_Who]:
        """Return the speakers that the question names, as (document's number, place in it)."""
        return frozenset(who for name in asked.names for who in self._named(name))

    def _binding(self, row: int, speakers: frozenset[_Who]) -> float:
        number, record, place = self._resolved(row)
        speaker = record.passages[place].speaker
        if not speakers or speaker is None:
            return 0.0
        return 1.0 if (number, speaker) in speakers else -1.0

    def _passage(self, row: int) -> tuple[Record, Passage, str]:
        """Return a row's document, its passage there, and the passage's text."""
        _, record, place = self._resolved(row)
        passage = record.passages[place]
        return record, passage, record.document.text[passage.start : passage.end]

    def _resolved(self, row: int) -> tuple[int, Record, int]:
        """Return a row's document, by number and whole, and the place of its passage there."""
        number, place = self._index.records.place_of(row)
        record = self._record(number)
        if record.rows[place : place + 1] != range(row, row + 1):
            raise IndexDamagedError(
                f"passage {row} does not stand where the records say; run: seminar-qa index"
            )
        return number, record, place

    def check_filters(self, filters: Filters) -> None:
        """Raise FilterError for a report or a speaker that is not there."""
        self._restriction(filters)

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
        self._check_quotes(answer.quotes + answer.nearest)

    def _check_quotes(self, quotes: Iterable[Quote]) -> None:
        for quote in quotes:
            if not check_quote(self.record(quote.citation.document_id).document, quote):
                raise IndexDamagedError(
                    "a quotation failed its check; run: seminar-qa index --force"
                )

    def verify(self, document_id: str, start: int, end: int, quote_sha256: str) -> Fate:
        """Return what has become of a citation: "unchanged", "moved" or "gone".

        Raises FilterError when `end` is not greater than `start`.
        """
        return self.trace(document_id, start, end, quote_sha256).fate

    def trace(self, document_id: str, start: int, end: int, quote_sha256: str) -> Trace:
        """Return what has become of a citation, and where its words stand now.

        They have moved when another place of the same length, from the start of a sentence or of
        the label of a turn to the end of a sentence, has the same hash; first it is looked for in
        the report that was cited. Raises FilterError when `end` is not greater than `start`,
        NotReadError while another citation is being looked for in all reports.
        """
        if end <= start:
            raise FilterError(f"a quotation from {start} to {end} is empty; end must be greater")
        with suppress(NotFoundError):
            text = self.record(document_id).document.text
            if 0 <= start < end <= len(text) and digest(text[start:end]) == quote_sha256:
                return Trace("unchanged", document_id, start, end)
        key = (document_id, end - start, quote_sha256)
        if known := self._traces.get(key):
            return known
        if not self._tracing.acquire(blocking=False):
            raise NotReadError(
                "another citation is being looked for in all reports; try again in a moment"
            )
        try:
            found = self._traces[key] = self._search(*key)
            if len(self._traces) > _MOST_TRACES:
                del self._traces[next(iter(self._traces))]  # the oldest
            return found
        finally:
            self._tracing.release()

    def _search(self, document_id: str, length: int, quote_sha256: str) -> Trace:
        """Look for words in all reports, by their length and hash; first in the one cited."""
        numbers = self._index.records.numbers()
        with suppress(NotFoundError):
            cited = self._index.records.number_of(document_id)
            numbers.sort(key=lambda number: number != cited)
        for number in numbers:
            record = self._index.records.record(number)
            labels = (turn_label(record.document, block) for block in record.document.blocks)
            starts = [sentence.start for sentence in record.sentences]
            ends = {sentence.end for sentence in record.sentences}
            for begin in [*starts, *(label[0] for label in labels if label)]:
                if begin + length not in ends:
                    continue
                if digest(record.document.text[begin : begin + length]) == quote_sha256:
                    return Trace("moved", record.document.id, begin, begin + length)
        return Trace("gone")

    def quote_at(self, document_id: str, start: int, end: int) -> Quote:
        """Return the text at a place as a quotation. Raises NotFoundError.

        The place is one that `trace` gives: in whole sentences, perhaps from the label of a turn.
        """
        record = self.record(document_id)
        if not 0 <= start < end <= len(record.document.text):
            raise NotFoundError(
                f"{record.document.path} has {len(record.document.text):,} characters, so there is "
                f"no {start:,} to {end:,}"
            )
        quote = quote_place(record, start, end)
        self._check_quotes([quote])
        return replace(quote, citation=self._on_pages(quote.citation))


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
