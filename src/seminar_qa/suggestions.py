"""Questions to begin with, made of the reports by rule and shown only when they are answered.

A candidate comes from a place: a speaker with a role, what somebody says, a figure with what it
counts, a heading. It is asked of the engine, and kept when the answer is sure and stands at that
very place.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise, zip_longest

from seminar_qa.answers import Quote
from seminar_qa.documents import Document, Kind
from seminar_qa.engine import Engine, Reply
from seminar_qa.errors import SeminarQAError
from seminar_qa.records import Record
from seminar_qa.sentences import Sentence
from seminar_qa.text import has_cjk

MOST = 4
"""So many questions are suggested."""
TRIED = 24
"""So many candidates are asked of the engine."""
SURE = 0.7
"""An answer must be at least this likely."""
_REPORTS = 12  # of so many reports candidates are made
_OF_A_REPORT = 6  # so many of each kind
_COUNTED = re.compile(
    r"(?<![\w.,])(?P<figure>\d{1,3}(?:,\d{3})+|\d+) (?P<what>(?:[a-z]{3,} )?[a-z]{3,}s)\b(?! of\b)"
)
_MEASURES = re.compile(r"\b(?:years?|months?|days?|hours?|minutes?|weeks?|times|percents?|pages)$")
_HEADING = re.compile(r"[^\W\d_][\w\s’'&,-]{5,60}")
_log = logging.getLogger("seminar_qa")
_LONGEST_ROLE = 60


@dataclass(frozen=True)
class Candidate:
    """A question, and the place of a document, in code points, where its answer must stand."""

    question: str
    document_id: str
    start: int
    end: int


def find_suggestions(
    engine: Engine, is_wanted: Callable[[], bool] = lambda: True
) -> tuple[str, ...]:
    """Return questions that the engine answers well, of different kinds and reports first.

    No other candidate is tried when they are not wanted any more.
    """
    found: list[str] = []
    for tried, candidate in enumerate(_candidates(engine)):
        if len(found) == MOST or tried == TRIED or not is_wanted():
            break
        try:
            reply = engine.ask(candidate.question)
        except SeminarQAError:
            continue
        if is_answered_at(reply, candidate):
            found.append(candidate.question)
    return tuple(found)


def is_answered_at(reply: Reply, candidate: Candidate) -> bool:
    """Tell whether the first quotation answers surely, and from the candidate's place."""
    answer = reply.answer
    if not answer.answered or answer.confidence < SURE:
        return False
    start, end = _answer_place(answer.quotes[0])
    cited = answer.quotes[0].citation
    same = cited.document_id == candidate.document_id
    return same and start < candidate.end and candidate.start < end


def _answer_place(quote: Quote) -> tuple[int, int]:
    first, last = quote.highlight or (0, len(quote.text))
    return quote.citation.start + first, quote.citation.start + last


def _candidates(engine: Engine) -> Iterator[Candidate]:
    """Yield candidates, one of each kind and report in turn; none twice."""
    rows: list[Iterator[Candidate]] = []
    for listed in engine.documents()[:_REPORTS]:
        record = engine.record(listed.id)
        document = record.document
        rows += [_of_speakers(document), _of_talks(record)]
        rows += [_of_figures(document), _of_headings(document)]
    shortened = ([*_first(row)] for row in rows)
    seen: set[str] = set()
    for candidate in chain.from_iterable(zip_longest(*shortened)):
        if candidate and candidate.question not in seen:
            seen.add(candidate.question)
            yield candidate


def _first(candidates: Iterator[Candidate]) -> Iterator[Candidate]:
    for _, candidate in zip(range(_OF_A_REPORT), candidates, strict=False):
        yield candidate


def _of_speakers(document: Document) -> Iterator[Candidate]:
    for speaker in document.speakers:
        role, organisation = speaker.role or "", speaker.organisation or ""
        if speaker.start is None or speaker.end is None or not 0 < len(role) <= _LONGEST_ROLE:
            continue
        if has_cjk(role):
            question = f"{organisation}{'の' * bool(organisation)}{role}は誰ですか。"
        elif len(organisation) > _LONGEST_ROLE:
            continue
        else:
            question = f"Who is the {role}{' of ' * bool(organisation)}{organisation}?"
        yield Candidate(question, document.id, speaker.start, speaker.end)


def _of_talks(record: Record) -> Iterator[Candidate]:
    said: dict[int, list[Sentence]] = {}
    for sentence in record.sentences:
        if sentence.speaker is not None:
            said.setdefault(sentence.speaker, []).append(sentence)
    for number, sentences in said.items():
        name = record.document.speakers[number].name
        question = f"{name}は何と言いましたか。" if has_cjk(name) else f"What did {name} say?"
        yield Candidate(question, record.document.id, sentences[0].start, sentences[-1].end)


def _of_figures(document: Document) -> Iterator[Candidate]:
    for found in _COUNTED.finditer(document.text):
        what = found["what"]
        if not _MEASURES.search(what):
            yield Candidate(f"How many {what} were there?", document.id, *found.span("figure"))


def _of_headings(document: Document) -> Iterator[Candidate]:
    blocks = document.blocks
    for block, after in pairwise(blocks):
        heading = document.text[block.start : block.end]
        if block.kind is not Kind.HEADING or not after.kind.is_running:
            continue
        if has_cjk(heading):
            yield Candidate(
                f"{heading}について何と言っていますか。", document.id, after.start, after.end
            )
        elif _HEADING.fullmatch(heading):
            question = f"What is said about {heading[0].lower()}{heading[1:]}?"
            yield Candidate(question, document.id, after.start, after.end)


class Suggestions:
    """Finds the suggestions of a generation once, in a thread of its own."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, ...]] = {}
        self._begun: str | None = None
        self._choosing = threading.Lock()
        self._closed = False

    def close(self) -> None:
        """Look for no others."""
        self._closed = True

    def ready(self, engine: Engine) -> tuple[str, ...] | None:
        """Return them; None while they are not known, and then they are being looked for."""
        generation = engine.manifest.generation
        with self._choosing:
            if generation in self._found:
                return self._found[generation]
            if self._begun != generation and not self._closed:
                self._begun = generation
                threading.Thread(target=self._find, args=(engine,), daemon=False).start()
        return None

    def _find(self, engine: Engine) -> None:
        generation = engine.manifest.generation
        try:
            found = find_suggestions(engine, lambda: not self._closed and self._begun == generation)
        except Exception:
            _log.exception("no questions could be suggested")
            found = ()
        with self._choosing:
            if self._begun == generation:  # no later one is being looked at
                self._found = {generation: found}
