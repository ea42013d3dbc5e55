"""The one JSON shape: what `POST /ask` and `ask --json` print and the chat page is fed by.

The only place, with `settings`, where pydantic models live: data enters and leaves here.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from seminar_qa.answers import Answer, Citation, Quote
from seminar_qa.calibration import Mode
from seminar_qa.conversation import Turn
from seminar_qa.documents import Document
from seminar_qa.engine import LONGEST_QUESTION, MOST_QUOTES, Engine, Reply
from seminar_qa.errors import FilterError
from seminar_qa.manifest import Manifest
from seminar_qa.records import Filters

if TYPE_CHECKING:  # the parsers take long to load, and an answer needs none
    from seminar_qa.jobs import State
    from seminar_qa.reading import Reading


def _check_date(value: str) -> str:
    if not value.isascii() or len(value) != len("2018-11-20"):
        raise ValueError("is no date like 2018-11-20")
    return date.fromisoformat(value).isoformat()


def _check_id(value: str) -> str:
    if not re.fullmatch("[0-9a-f]{16}", value):
        shown = value[:40].encode("ascii", "backslashreplace").decode()
        raise ValueError(f"“{shown}” is no document's id; GET /documents lists them")
    return value


LARGEST_PLACE = 10**12
"""No text has so many code points."""
IsoDate = Annotated[str, AfterValidator(_check_date)]
SpeakerName = Annotated[str, Field(min_length=1, max_length=500)]
DocumentId = Annotated[str, AfterValidator(_check_id)]


class _Closed(BaseModel):
    """An unknown field is an error, so that nothing a caller asks for is silently dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TurnView(_Closed):
    """An earlier turn of the conversation."""

    question: str = Field(max_length=LONGEST_QUESTION)
    answer: str | None = Field(None, max_length=20_000)


class FiltersView(_Closed):
    """What the question is restricted to; an empty list restricts nothing."""

    documents: list[DocumentId] = Field([], max_length=1_000, description="Ids of GET /documents.")
    speakers: list[SpeakerName] = Field(
        [], max_length=100, description="Names as cited, or a part such as the family name."
    )
    after: IsoDate | None = Field(None, description="First day, ISO 8601.")
    before: IsoDate | None = Field(None, description="Last day, ISO 8601.")


class AskRequest(_Closed):
    """A question. Its text is checked by the engine, which says in words what is wrong with it."""

    question: str = Field(
        description=f"1 to {LONGEST_QUESTION:,} characters, no control characters.",
        examples=["How many people attended the seminar?"],
    )
    conversation: list[TurnView] = Field(
        [], max_length=50, description="Earlier turns, oldest first."
    )
    filters: FiltersView = FiltersView()
    max_quotes: int = Field(3, ge=1, le=MOST_QUOTES)
    mode: Mode = "balanced"

    def turns(self) -> tuple[Turn, ...]:
        """Return the conversation for the engine."""
        return tuple(Turn(turn.question, turn.answer or "") for turn in self.conversation)

    def restriction(self) -> Filters:
        """Return the filters for the engine."""
        asked = self.filters
        return Filters(tuple(asked.documents), tuple(asked.speakers), asked.after, asked.before)


class CitationView(_Closed):
    """Where a quotation stands. `start` and `end` are code points of the canonical text."""

    document_id: str
    title: str | None
    date: str | None
    place: str | None
    speaker: str | None
    section: str | None
    page: int | None
    start: int
    end: int
    sha256: str = Field(description="Of the file.")
    quote_sha256: str = Field(description="Of the quotation in UTF-8.")
    url: str = Field(description="The report's page, opened at the quotation.")
    boxes: list[list[float]] | None = Field(
        description="For PDF: page, left, bottom, right and top of each line, in points of the "
        "page as the file counts them, from its lower left corner."
    )
    ocr: bool = Field(description="Whether the page was read by character recognition.")


class QuoteView(_Closed):
    """A quotation: whole sentences, verbatim."""

    text: str
    highlight: tuple[int, int] | None = Field(
        description="The answer inside `text`; null where it is none."
    )
    before: str = Field(description="The sentence in front, verbatim; may be empty.")
    after: str = Field(description="The sentence behind, verbatim; may be empty.")
    score: float = Field(ge=0, le=1)
    citation: CitationView


class UnreadView(_Closed):
    """What of the collection could not be read; of some of it an earlier version answers."""

    documents: int
    pages: int


class IndexView(_Closed):
    """The generation of the index that answered."""

    generation: str
    built_at: str
    documents: int
    passages: int
    encoder: str


class TimingView(_Closed):
    """Milliseconds."""

    encode: float
    retrieve: float
    read: float
    total: float


class AskResponse(_Closed):
    """The reply: quotations, or a no with the nearest passages."""

    answered: bool
    answer: str | None = Field(description="The shortest words that answer; null for a no.")
    quotes: list[QuoteView] = Field(description="Best first; empty for a no.")
    confidence: float = Field(ge=0, le=1, description="Chance that the best candidate answers.")
    nearest: list[QuoteView] = Field(description="For a no: what came nearest, not an answer.")
    interpreted_question: str = Field(description="What a follow-up was taken to mean.")
    unread: UnreadView
    index: IndexView
    timing_ms: TimingView


class SpeakerView(_Closed):
    """Somebody who speaks in a report. `start` and `end` are where the report names them."""

    name: str
    role: str | None
    organisation: str | None
    labels: list[str]
    start: int | None
    end: int | None
    cited: str


class LeftOutView(_Closed):
    """Something of a file that is not in its text."""

    what: str
    why: str
    times: int
    characters: int


class ExtractionView(_Closed):
    """What became of a file when it was read. Page numbers count from 1."""

    blank_pages: list[int]
    unread_pages: list[int]
    ocr_pages: list[int]
    garbled: float = Field(ge=0, le=1, description="Share of characters that are no letters.")
    left_out: list[LeftOutView]
    warnings: list[str]


class DocumentView(_Closed):
    """A report of the index."""

    document_id: str
    path: str
    title: str | None
    date: str | None
    place: str | None
    organiser: str | None
    speakers: list[SpeakerView]
    found_at: dict[str, tuple[int, int]] = Field(
        description="Where the text says a fact: start and end in code points."
    )
    characters: int
    extraction: ExtractionView
    pages: int | None
    sha256: str
    media_type: str
    url: str


class UnreadFileView(_Closed):
    """A file that could not be read, and why."""

    path: str
    reason: str


class StaleFileView(_Closed):
    """A file of which an earlier version answers, and why the one of today could not be read."""

    path: str
    reason: str
    sha256: str = Field(description="Of the version that answers.")


class DocumentsView(_Closed):
    """All reports, the files that could not be read, and those an earlier version answers for."""

    documents: list[DocumentView]
    unread: list[UnreadFileView]
    stale: list[StaleFileView]
    index: IndexView


class VerifyView(_Closed):
    """What has become of a citation."""

    status: Literal["unchanged", "moved", "gone"]
    generation: str


class HealthView(_Closed):
    """Whether the service is up; `ready` also needs an index."""

    status: str
    generation: str | None = None


class CountedView(_Closed):
    """How many there are of something, and the first of them."""

    count: int
    first: list[str]


class RunResultView(_Closed):
    """What a finished index run did."""

    generation: str
    built: bool = Field(description="Whether there is a new generation; false: nothing changed.")
    documents: int
    passages: int
    changes: dict[str, CountedView] = Field(description="Paths by what became of the files.")
    why: list[str] = Field(description="Why more was done than the changes need.")
    unread: CountedView = Field(description="Files that could not be read, with the reasons.")
    stale: CountedView = Field(description="Files that stay in their earlier version, with why.")
    again: int = Field(description="Files that could not be read for now, to be tried again.")


class IndexRunView(_Closed):
    """What is known of the index runs of this server."""

    status: Literal["idle", "running", "finished", "failed"]
    run: int = Field(description="Counts the runs since the server was started.")
    stage: str = Field(description="What the run does now; empty when none is at work.")
    done: int
    total: int = Field(description="Steps of the stage; 0 when that is not known.")
    began_at: str | None
    ended_at: str | None
    result: RunResultView | None = Field(description="Of the last run that finished.")
    error: str | None = Field(description="Why the last run failed.")
    busy: str | None = Field(
        description="Why the last run did nothing: another program was writing the index. "
        "The status is then the one before it."
    )
    generation: str | None = Field(description="What answers now, whoever built it.")
    following: bool = Field(description="Whether a run is started whenever documents/ changes.")
    not_following: str | None = Field(description="Why not.")
    events: str = Field("/index/events", description="Where to follow it.")


class Problem(BaseModel):
    """Problem details for an error (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def reply_view(reply: Reply, manifest: Manifest) -> AskResponse:
    """Return the reply as it leaves the house."""
    answer: Answer = reply.answer
    return AskResponse(
        answered=answer.answered,
        answer=answer.text,
        quotes=[quote_view(quote) for quote in answer.quotes],
        confidence=round(answer.confidence, 4),
        nearest=[quote_view(replace(quote, highlight=None)) for quote in answer.nearest],
        interpreted_question=answer.interpreted_question,
        unread=UnreadView(
            documents=len(manifest.unread) + len(manifest.stale), pages=manifest.unread_pages
        ),
        index=index_view(manifest),
        timing_ms=TimingView(
            encode=round(reply.timing.encode, 2),
            retrieve=round(reply.timing.retrieve, 2),
            read=round(reply.timing.read, 2),
            total=round(reply.timing.total, 2),
        ),
    )


def documents_view(engine: Engine) -> DocumentsView:
    """Return the list of reports."""
    manifest, characters = engine.manifest, engine.characters()
    return DocumentsView(
        documents=[
            document_view(document, characters[document.id]) for document in engine.documents()
        ],
        unread=[UnreadFileView(path=u.path, reason=u.reason) for u in manifest.unread],
        stale=[StaleFileView(**asdict(entry)) for entry in manifest.stale],
        index=index_view(manifest),
    )


def run_view(
    state: "State", generation: str | None, not_following: str | None = None
) -> IndexRunView:
    """Return what is known of the index runs, and of the generation that answers.

    `not_following` says why the folder of reports is not followed, None while it is.
    """
    told = {
        "generation": generation,
        "following": not_following is None,
        "not_following": not_following,
    }
    return IndexRunView.model_validate({**asdict(state), **told})


def make_filters(
    documents: list[str], speakers: list[str], after: str | None, before: str | None
) -> Filters:
    """Return the filters for the engine. Raises FilterError for a malformed one."""
    given = {"documents": documents, "speakers": speakers, "after": after, "before": before}
    try:
        asked = FiltersView.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        shown = str(first["input"])[:60]
        raise FilterError(f"the filter {first['loc'][0]}: {message} (given: “{shown}”)") from error
    return Filters(tuple(asked.documents), tuple(asked.speakers), asked.after, asked.before)


def how_read(file: DocumentView) -> Iterator[str]:
    """Yield in words how a file was read: how much, and what of it not."""
    seen = file.extraction
    pages = f"{_count(file.pages, 'page')}, " if file.pages else ""
    yield f"{pages}{_count(file.characters, 'character')}"
    for numbers, verb in ((seen.unread_pages, "not read"), (seen.ocr_pages, "read by OCR")):
        if numbers:
            shown = ", ".join(map(str, numbers[:20])) + ", …" * (len(numbers) > 20)
            yield f"{_count(len(numbers), 'page')} {verb}: {shown}"
    if seen.blank_pages:
        yield f"{_count(len(seen.blank_pages), 'page')} blank"
    if seen.garbled:
        yield f"{seen.garbled:.2%} of the characters garbled"
    for entry in seen.left_out:
        size = f", {_count(entry.characters, 'character')}" if entry.characters else ""
        yield f"left out: {entry.what} ({_count(entry.times, 'time')}{size}): {entry.why}"
    yield from seen.warnings


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def reading_view(reading: "Reading") -> dict[str, Any]:
    """Return what was read of a file, with every block and its place."""
    document = reading.document
    spoken: dict[int, int] = {}
    for sentence in reading.sentences:
        if sentence.speaker is not None:
            spoken.setdefault(sentence.block, sentence.speaker)
    facts = document_view(document, len(document.text)).model_dump(exclude={"url"})
    blocks = [
        {
            "kind": block.kind.value,
            "section": list(block.section),
            "level": block.level,
            "page": document.page_of(block.start),
            "speaker": document.speakers[spoken[number]].cited if number in spoken else None,
            "start": block.start,
            "end": block.end,
            "text": document.text[block.start : block.end],
        }
        for number, block in enumerate(document.blocks)
    ]
    return {**facts, "text": document.text, "blocks": blocks}


def index_view(manifest: Manifest) -> IndexView:
    """Return what names the generation."""
    return IndexView(
        generation=manifest.generation,
        built_at=manifest.built_at,
        documents=manifest.documents,
        passages=manifest.passages,
        encoder=manifest.recipe.encoder.name,
    )


def to_json(view: BaseModel | dict[str, Any], indent: int | None = 2) -> str:
    """Return a view as readable JSON text; on one line without `indent`."""
    data = view if isinstance(view, dict) else view.model_dump(mode="json")
    return json.dumps(data, ensure_ascii=False, indent=indent)


def document_view(document: Document, characters: int) -> DocumentView:
    """Return what is known of a report and how it was read."""
    seen = asdict(document.extraction)
    pages = seen.pop("pages")
    return DocumentView(
        document_id=document.id,
        path=document.path,
        title=document.title,
        date=document.date,
        place=document.place,
        organiser=document.organiser,
        speakers=[SpeakerView(**asdict(s), cited=s.cited) for s in document.speakers],
        found_at={name: (start, end) for name, start, end in document.found_at},
        characters=characters,
        extraction=ExtractionView(**seen),
        pages=pages,
        sha256=document.sha256,
        media_type=document.media_type,
        url=f"/documents/{document.id}",
    )


def quote_view(quote: Quote) -> QuoteView:
    """Return a quotation with its citation."""
    return QuoteView(
        text=quote.text,
        highlight=quote.highlight,
        before=quote.before,
        after=quote.after,
        score=round(quote.score, 4),
        citation=_citation_view(quote.citation),
    )


def _citation_view(citation: Citation) -> CitationView:
    fields = asdict(citation)
    boxes = [list(box) for box in fields.pop("boxes")] or None
    return CitationView(**fields, boxes=boxes)
