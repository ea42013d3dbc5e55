"""The one JSON shape: what `POST /ask` and `ask --json` print and the chat page is fed by.

The only place, with `settings`, where pydantic models live: data enters and leaves here.
"""

import json
import re
from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from seminar_qa.answers import Answer, Citation, Quote
from seminar_qa.calibration import Mode
from seminar_qa.conversation import Turn
from seminar_qa.documents import Document
from seminar_qa.engine import LONGEST_QUESTION, MOST_QUOTES, Engine, Reply
from seminar_qa.errors import FilterError
from seminar_qa.index import Manifest
from seminar_qa.records import Filters


def _check_date(value: str) -> str:
    if not value.isascii() or len(value) != len("2018-11-20"):
        raise ValueError("is no date like 2018-11-20")
    return date.fromisoformat(value).isoformat()


def _check_id(value: str) -> str:
    if not re.fullmatch("[0-9a-f]{16}", value):
        shown = value[:40].encode("ascii", "backslashreplace").decode()
        raise ValueError(f"“{shown}” is no document's id; GET /documents lists them")
    return value


IsoDate = Annotated[str, AfterValidator(_check_date)]
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
    speakers: list[str] = Field([], max_length=100, description="Names as cited.")
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
        """Return the filters for the engine. Raises FilterError: no speaker is known yet."""
        if self.filters.speakers:
            raise FilterError(
                f"no report names a speaker “{self.filters.speakers[0][:60]}”: speakers are not "
                "read from reports yet; leave the filter out"
            )
        return Filters(tuple(self.filters.documents), self.filters.after, self.filters.before)


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
    boxes: list[list[float]] | None = Field(description="Places on the page, for PDF.")


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
    """What of the collection could not be read."""

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


class DocumentView(_Closed):
    """A report of the index."""

    document_id: str
    path: str
    title: str | None
    date: str | None
    place: str | None
    pages: int | None
    sha256: str
    media_type: str
    url: str


class UnreadFileView(_Closed):
    """A file that could not be read, and why."""

    path: str
    reason: str


class DocumentsView(_Closed):
    """All reports, and the files that could not be read."""

    documents: list[DocumentView]
    unread: list[UnreadFileView]
    index: IndexView


class VerifyView(_Closed):
    """What has become of a citation."""

    status: Literal["unchanged", "moved", "gone"]
    generation: str


class HealthView(_Closed):
    """Whether the service is up; `ready` also needs an index."""

    status: str
    generation: str | None = None


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
        quotes=[_quote_view(quote) for quote in answer.quotes],
        confidence=round(answer.confidence, 4),
        nearest=[_quote_view(replace(quote, highlight=None)) for quote in answer.nearest],
        interpreted_question=answer.interpreted_question,
        unread=UnreadView(documents=len(manifest.unread), pages=0),
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
    manifest = engine.manifest
    return DocumentsView(
        documents=[_document_view(document) for document in engine.documents()],
        unread=[UnreadFileView(path=u.path, reason=u.reason) for u in manifest.unread],
        index=index_view(manifest),
    )


def index_view(manifest: Manifest) -> IndexView:
    """Return what names the generation."""
    return IndexView(
        generation=manifest.generation,
        built_at=manifest.built_at,
        documents=manifest.documents,
        passages=manifest.passages,
        encoder=manifest.recipe.encoder.name,
    )


def to_json(view: BaseModel | dict[str, Any]) -> str:
    """Return a view as readable JSON text."""
    data = view if isinstance(view, dict) else view.model_dump(mode="json")
    return json.dumps(data, ensure_ascii=False, indent=2)


def _document_view(document: Document) -> DocumentView:
    return DocumentView(
        document_id=document.id,
        path=document.path,
        title=document.title,
        date=document.date,
        place=document.place,
        pages=len(document.page_starts) or None,
        sha256=document.sha256,
        media_type=document.media_type,
        url=f"/documents/{document.id}",
    )


def _quote_view(quote: Quote) -> QuoteView:
    return QuoteView(
        text=quote.text,
        highlight=quote.highlight,
        before=quote.before,
        after=quote.after,
        score=round(quote.score, 4),
        citation=_citation_view(quote.citation),
    )


def _citation_view(citation: Citation) -> CitationView:
    return CitationView(**asdict(citation), boxes=None)
