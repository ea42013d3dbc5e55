"""The pages for people: the chat, and a report opened at a passage.

Both are rendered here, whole, and work without JavaScript; the script only puts parts of the same
pages where they save a reload. A conversation is its questions in the address (`/?q=…&q=…`): the
same questions give the same answers, so it can be kept, shared and reloaded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from seminar_qa.agreement import find_differing, in_order_of_time
from seminar_qa.conversation import Turn
from seminar_qa.documents import Block, Document, Kind
from seminar_qa.engine import Engine
from seminar_qa.errors import NotFoundError, QuestionError
from seminar_qa.guards import check_questions, check_same_origin, own_address
from seminar_qa.questions import Asked
from seminar_qa.rendering import LANGUAGE_COOKIE, render
from seminar_qa.texts import LANGUAGES
from seminar_qa.views import (
    AskResponse,
    document_view,
    documents_view,
    how_read,
    reply_view,
)

MOST_TURNS = 20
"""A conversation has at most this many questions."""
_A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class TurnCard:
    """One turn of the conversation as shown: a reply, or in plain words what is wrong.

    `found_by` says for each quotation which side of the search found it, `lacking` what is not in
    the reports. `beside` are the places of the quotations that are shown at once, `further` of the
    others; there are several of the first when reports give other figures.
    """

    number: int
    question: str
    reply: AskResponse | None
    error: str = ""
    found_by: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    beside: tuple[int, ...] = (0,)
    further: tuple[int, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A stretch of a block's text, inside the quotation or not."""

    text: str
    quoted: bool


@dataclass(frozen=True)
class Part:
    """A block of a report as shown, as the element `tag`; with `first` the quotation begins."""

    block: Block
    tag: str
    marker: str
    pieces: tuple[Piece, ...]
    first: bool


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.current.get()
    return engine


router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/")
def chat(request: Request, q: Annotated[list[str], Query()] = []) -> Response:  # noqa: B006
    """Show the chat with the conversation that the questions `q` make, oldest first."""
    if q:
        check_questions(request)
    engine = _engine(request)
    turns = list(_turns(engine, q[: MOST_TURNS + 1]))
    status = 422 if any(turn.error for turn in turns) else 200
    refused = turns[-1].question if turns and turns[-1].error else ""
    asked = [turn.question for turn in turns if turn.reply]
    listing = documents_view(engine)
    names = {report.document_id: report.title or report.path for report in listing.documents}
    context = {
        "turns": turns,
        "asked": asked,
        "listing": listing,
        "unread_pages": engine.manifest.unread_pages,
        "names": names,
        "refused": refused,
    }
    return render(request, "chat.html", status, **context)


@router.get("/documents/{document_id}")
def document(
    request: Request,
    document_id: str,
    start: Annotated[int, Query(ge=0)] = 0,
    end: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Show a report as a page; the code points `start` to `end` are highlighted."""
    shown = _engine(request).record(document_id).document
    if end > len(shown.text) or start > end:
        raise NotFoundError(
            f"{shown.path} has {len(shown.text):,} characters, so there is no {start:,} to {end:,}"
        )
    seen = document_view(shown, len(shown.text))
    groups = list(_groups(_parts(shown, start, end)))
    return render(
        request, "document.html", document=shown, told=list(how_read(seen)), groups=groups
    )


@router.post("/language", dependencies=[Depends(check_same_origin)])
def choose_language(
    language: Annotated[str, Form(max_length=20)], here: Annotated[str, Form(max_length=30_000)]
) -> Response:
    """Remember the reader's language in a cookie, and go back to the page `here`."""
    response = RedirectResponse(own_address(here, "/"), 303)
    if language in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, language, max_age=_A_YEAR, httponly=True, samesite="lax"
        )
    return response


_PROBLEMS = {
    "missing": "no-reports",
    "damaged": "index-unusable",
    401: "sign-in-first",
    403: "not-allowed",
    404: "not-found",
    405: "not-found",
    409: "conflict",
    413: "too-large",
    422: "not-understood",
    429: "too-often",
    503: "not-available",
    507: "disk-refuses",
}
"""What the page of an error is headed with and advises, by its kind or its status."""


def error_page(
    request: Request, status: int, detail: str, kind: str = "", again: int = 0
) -> Response:
    """Show what went wrong and what to do, in plain words.

    `kind` is "missing" where there is no index, "damaged" where it cannot be used; `again` are the
    seconds to wait.
    """
    state = request.app.state.jobs.state
    building = bool(kind) and state.status == "running"
    name = _PROBLEMS.get(kind) or _PROBLEMS.get(status, "went-wrong")
    context = {
        "problem": "index-being-built" if building else name,
        "kind": kind,
        "again": again,
        "detail": detail[:1].upper() + detail[1:],
        "failure": "" if building else state.error or "",
        "phrase": HTTPStatus(status).phrase,
        "cure": "seminar-qa index",
    }
    return render(request, "error.html", status, **context)


def _turns(engine: Engine, questions: list[str]) -> Iterator[TurnCard]:
    """Answer the questions of a conversation in turn, each knowing those before it."""
    before: list[Turn] = []
    for number, question in enumerate(questions, 1):
        if number > MOST_TURNS:
            full = f"a conversation has at most {MOST_TURNS} questions; begin a new one"
            yield TurnCard(number, question, None, full)
            continue
        try:
            reply = engine.ask_again(question, tuple(before))
        except QuestionError as error:
            yield TurnCard(number, question, None, str(error))
            continue
        before.append(Turn(question, reply.answer.text or ""))
        quotes = reply.answer.quotes + reply.answer.nearest
        found_by = tuple(quote.found_by for quote in quotes)
        beside = find_differing(Asked(reply.answer.interpreted_question), reply.answer.quotes)
        beside = beside or (0,)
        rest = [place for place in range(len(reply.answer.quotes)) if place not in beside]
        yield TurnCard(
            number,
            question,
            reply_view(reply, engine.manifest),
            found_by=found_by,
            lacking=reply.lacking.sentences,
            beside=beside,
            further=in_order_of_time(reply.answer.quotes, rest),
        )


def _parts(document: Document, start: int, end: int) -> Iterator[Part]:
    begun = False
    position = 0
    for block in document.blocks:
        pieces = tuple(_pieces(document.text, block, start, end))
        first = not begun and any(piece.quoted for piece in pieces)
        begun = begun or first
        marker = document.text[position : block.start].strip()
        position = block.end
        yield Part(block, _tag(block), marker, pieces, first)


def _pieces(text: str, block: Block, start: int, end: int) -> Iterator[Piece]:
    first = min(max(start, block.start), block.end)
    last = min(max(end, first), block.end)
    for begin, finish, quoted in (
        (block.start, first, False),
        (first, last, True),
        (last, block.end, False),
    ):
        if begin < finish:
            yield Piece(text[begin:finish], quoted)


def _tag(block: Block) -> str:
    if block.kind is Kind.TITLE:
        return "h1"
    if block.kind is Kind.HEADING:
        return f"h{min(6, max(2, block.level + 1))}"
    return "li" if block.kind is Kind.LIST_ITEM else "p"


def _groups(parts: Iterator[Part]) -> Iterator[list[Part]]:
    """Yield list items in a row together, every other part alone."""
    group: list[Part] = []
    for part in parts:
        if group and not (group[-1].tag == part.tag == "li"):
            yield group
            group = []
        group.append(part)
    if group:
        yield group
