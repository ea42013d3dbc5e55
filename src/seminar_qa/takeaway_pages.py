"""The addresses that give answers to be taken along: one quotation, or a whole conversation."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from seminar_qa.cards import MOST_TURNS, make_turns
from seminar_qa.engine import Engine
from seminar_qa.errors import NotFoundError
from seminar_qa.guards import check_questions
from seminar_qa.pages import AskedWithin
from seminar_qa.rendering import texts_for
from seminar_qa.takeaway import (
    Cited,
    Style,
    Told,
    cite,
    conversation_docx,
    conversation_markdown,
)
from seminar_qa.views import LARGEST_PLACE, AskResponse, CitationView, QuoteView, quote_view

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FILES: dict[Style, tuple[str, str]] = {
    "bibtex": ("application/x-bibtex", "citation.bib"),
    "ris": ("application/x-research-info-systems", "citation.ris"),
}

router = APIRouter()


@router.get("/cite", response_class=Response)
def cite_quotation(
    request: Request,
    document_id: Annotated[str, Query(max_length=100)],
    start: Annotated[int, Query(ge=0, le=LARGEST_PLACE)],
    end: Annotated[int, Query(ge=1, le=LARGEST_PLACE)],
    quote_sha256: Annotated[str, Query(pattern="^[0-9a-f]{64}$")],
    style: Style = "plain",
) -> Response:
    """Give a quotation with its citation, as text; only while it stands where it was cited."""
    engine: Engine = request.app.state.current.get()
    fate = engine.verify(document_id, start, end, quote_sha256)
    if fate != "unchanged":
        raise NotFoundError(
            f"the quotation does not stand at {start}-{end} of {document_id} any more ({fate}); "
            "ask again and cite the new answer"
        )
    quote = quote_view(engine.quote_at(document_id, start, end))
    text = cite(_cited(request, engine, quote), style, texts_for(request))
    if style not in _FILES:
        return Response(text, media_type="text/plain; charset=utf-8")
    media_type, name = _FILES[style]
    return Response(text, media_type=f"{media_type}; charset=utf-8", headers=_named(name))


@router.get("/export", response_class=Response)
def export_conversation(
    request: Request,
    asked_within: AskedWithin,
    q: Annotated[list[str], Query(min_length=1)],
    form: Literal["md", "docx"] = "md",
) -> Response:
    """Give the conversation that the questions `q` make, its sources as notes."""
    check_questions(request)
    engine: Engine = request.app.state.current.get()
    turns = [
        _told(request, engine, turn.question, turn.reply)
        for turn in make_turns(engine, q[:MOST_TURNS], asked_within.filters)
        if turn.reply
    ]
    t = texts_for(request)
    if form == "docx":
        return Response(
            conversation_docx(turns, t), media_type=_DOCX, headers=_named("answers.docx")
        )
    text = conversation_markdown(turns, t)
    return Response(text, media_type="text/markdown; charset=utf-8", headers=_named("answers.md"))


def _told(request: Request, engine: Engine, question: str, reply: AskResponse) -> Told:
    quotes = tuple(_cited(request, engine, quote) for quote in reply.quotes or reply.nearest)
    return Told(question, reply.interpreted_question, reply.answer or "", quotes)


def _cited(request: Request, engine: Engine, quote: QuoteView) -> Cited:
    citation: CitationView = quote.citation
    document = engine.record(citation.document_id).document
    return Cited(
        text=quote.text,
        title=citation.title or "",
        path=document.path,
        start=citation.start,
        end=citation.end,
        sha256=citation.sha256,
        address=str(request.base_url).rstrip("/") + citation.url,
        organiser=document.organiser or "",
        date=citation.date or "",
        place=citation.place or "",
        speaker=citation.speaker or "",
        section=citation.section or "",
        page=citation.page,
    )


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
