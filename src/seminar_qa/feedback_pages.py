"""What readers say of an answer, the address that an answer keeps, and what the organiser sees."""

import json
import unicodedata
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from seminar_qa.answers import Quote
from seminar_qa.cards import MOST_TURNS
from seminar_qa.engine import LONGEST_QUESTION, Engine, check_question
from seminar_qa.errors import FilterError, NotFoundError, SeminarQAError
from seminar_qa.feedback import (
    LONGEST_NOTE,
    LONGEST_QUOTE,
    Feedback,
    FeedbackStore,
    Verdict,
    as_questions,
)
from seminar_qa.guards import check_questions, check_same_origin, own_address
from seminar_qa.pages import AskedWithin, Within, read_within
from seminar_qa.records import Filters
from seminar_qa.rendering import render
from seminar_qa.sessions import check_signed_in
from seminar_qa.views import LARGEST_PLACE, quote_view

A_MINUTE = 30
"""So often a client may give feedback within a minute."""
SHOWN = 100
"""So many entries are listed on a page."""
_HASH = "^[0-9a-f]{64}$"
_NOT_KEPT = {"Cache-Control": "no-store"}

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
_SIGNED_IN = Depends(check_signed_in)
_Question = Annotated[str, Form(max_length=LONGEST_QUESTION)]


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.current.get()
    return engine


def _store(request: Request) -> FeedbackStore:
    return FeedbackStore(request.app.state.settings.home)


@router.post("/feedback", dependencies=[Depends(check_same_origin)])
def give_feedback(
    request: Request,
    verdict: Annotated[Verdict, Form()],
    question: _Question,
    q: Annotated[list[_Question], Form(max_length=MOST_TURNS)] = [],  # noqa: B006
    interpreted: _Question = "",
    generation: Annotated[str, Form(max_length=100, pattern=r"^[\w.-]*$")] = "",
    document_id: Annotated[str, Form(max_length=100)] = "",
    start: Annotated[int, Form(ge=0, le=LARGEST_PLACE)] = 0,
    end: Annotated[int, Form(ge=0, le=LARGEST_PLACE)] = 0,
    quote_sha256: Annotated[str, Form(max_length=64)] = "",
    first: Annotated[int, Form(ge=0, le=LARGEST_PLACE)] = 0,
    last: Annotated[int, Form(ge=0, le=LARGEST_PLACE)] = 0,
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
    report: Annotated[list[str], Form(max_length=1_000)] = [],  # noqa: B006
    speaker: Annotated[list[str], Form(max_length=100)] = [],  # noqa: B006
    after: Annotated[str, Form(max_length=20)] = "",
    before: Annotated[str, Form(max_length=20)] = "",
    here: Annotated[str, Form()] = "/",
) -> Response:
    """Keep what a reader says; `first` to `last` are the words marked in the quotation.

    A browser is led to a thank-you, a program gets 204.
    """
    request.app.state.limiter.check(request, "feedback", A_MINUTE)
    asked, *earlier = [check_question(each) for each in (question, *q)]
    meant = check_question(interpreted) if interpreted.strip() else ""
    given = Feedback(verdict, asked, tuple(earlier), meant, generation, note=_cleaned(note))
    if within := read_within(report, speaker, after, before).filters:
        given = replace(given, filters=_by_path(_engine(request), within))
    if verdict != "missing":
        place = (document_id, start, end, quote_sha256)
        given = _with_quotation(_engine(request), given, place, (first, last))
    _store(request).add(given)
    if "text/html" not in request.headers.get("accept", ""):
        return Response(status_code=204)
    thanks_at = f"/feedback/thanks?{urlencode({'here': own_address(here, '/')})}"
    return RedirectResponse(own_address(thanks_at, "/feedback/thanks"), 303)


def _cleaned(note: str) -> str:
    """Return a note without control characters, which a terminal would obey."""
    return "".join(
        c for c in note if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs")
    ).strip()


def _with_quotation(
    engine: Engine, given: Feedback, place: tuple[str, int, int, str], marked: tuple[int, int]
) -> Feedback:
    """Return the feedback with the quotation as the report has it. Raises FilterError."""
    document_id, start, end, quote_sha256 = place
    if end - start > LONGEST_QUOTE:
        raise FilterError(
            f"a quotation of {end - start:,} characters is not kept; say it of one with at most "
            f"{LONGEST_QUOTE:,}"
        )
    if engine.verify(*place) != "unchanged":
        raise FilterError(
            "the quotation does not stand at that place any more; ask again, then say what you "
            "think of the new answer"
        )
    document = engine.record(document_id).document
    quote = document.text[start:end]
    first, last = marked
    if last > len(quote) or first > last:
        raise FilterError(f"the quotation has {len(quote)} characters, so there is no {last}")
    return replace(
        given,
        document_id=document_id,
        path=document.path,
        title=document.title or "",
        start=start,
        end=end,
        quote_sha256=quote_sha256,
        quote=quote,
        answer=quote[first:last],
    )


def _by_path(engine: Engine, filters: Filters) -> Filters:
    """Return a restriction with the paths of its reports. Raises FilterError."""
    engine.check_filters(filters)
    paths = tuple(engine.record(document_id).document.path for document_id in filters.documents)
    return replace(filters, documents=paths)


@router.get("/feedback/thanks")
def thanks(request: Request, here: str = "/") -> Response:
    """Thank, and lead back."""
    return render(request, "thanks.html", back=own_address(here, "/"))


@router.get("/answer", dependencies=[Depends(check_questions)])
def permalink(
    request: Request,
    asked_within: AskedWithin,
    document_id: Annotated[str, Query(max_length=100)],
    start: Annotated[int, Query(ge=0, le=LARGEST_PLACE)],
    end: Annotated[int, Query(ge=1, le=LARGEST_PLACE)],
    quote_sha256: Annotated[str, Query(pattern=_HASH)],
    question: Annotated[str, Query(max_length=LONGEST_QUESTION)] = "",
    q: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006
    first: Annotated[int, Query(alias="from", ge=0, le=LARGEST_PLACE)] = 0,
    last: Annotated[int, Query(alias="to", ge=0, le=LARGEST_PLACE)] = 0,
    generation: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Show an answer that was given, as its report has it now: unchanged, moved, or gone.

    `q` are the questions asked before, so that a follow-up can be asked again as one.
    """
    engine = _engine(request)
    found = engine.trace(document_id, start, end, quote_sha256)
    quote: Quote | None = None
    name = ""
    if found.fate != "gone":
        quote = engine.quote_at(found.document_id, found.start, found.end)
        document = engine.record(found.document_id).document
        name = document.title or document.path
    view = quote_view(quote) if quote else None
    if view and first < last <= len(view.text):
        view = view.model_copy(update={"highlight": (first, last)})
    context = {
        "question": question,
        "again": asking([*q, question], asked_within),
        "trace": found,
        "quote": view,
        "name": name,
        "before": {"start": start, "end": end, "generation": generation},
        "same_report": found.document_id == document_id,
        "report_is_there": _is_there(engine, document_id),
        "document_id": document_id,
    }
    return render(request, "permalink.html", 410 if found.fate == "gone" else 200, **context)


def _is_there(engine: Engine, document_id: str) -> bool:
    try:
        engine.record(document_id)
    except NotFoundError:
        return False
    return True


@router.get("/organiser/feedback", dependencies=[_SIGNED_IN])
def feedback(request: Request, first: Annotated[int, Query(ge=0, le=10**9)] = 0) -> Response:
    """Show the organiser what readers said; `first` entries of each list are left out."""
    store = _store(request)
    ids = _ids(request)
    lists: dict[Verdict, list[Feedback]] = {
        verdict: store.listed([verdict], first=first, most=SHOWN)
        for verdict in ("missing", "wrong", "passage", "right")
    }
    counts = store.counts()
    following = first + SHOWN if max(counts.values()) > first + SHOWN else 0
    context: dict[str, Any] = {
        "lists": lists,
        "counts": counts,
        "following": following,
        "address": lambda given: ask_address(given, ids),
    }
    page = render(request, "organiser_feedback.html", **context)
    page.headers.update(_NOT_KEPT)
    return page


def _ids(request: Request) -> dict[str, str]:
    """Return the ids of the reports by path; none where there is no index."""
    try:
        return {document.path: document.id for document in _engine(request).documents()}
    except SeminarQAError:
        return {}


def ask_address(given: Feedback, ids: dict[str, str]) -> str:
    """Return the address that asks a question again, with those before it, restricted as it was.

    `ids` are those of the reports by path; a report that is not there any more restricts nothing.
    """
    there = tuple(ids[path] for path in given.filters.documents if path in ids)
    within = Within(replace(given.filters, documents=there))
    return asking([*given.earlier, given.question], within)


def asking(questions: list[str], within: Within) -> str:
    """Return the address of the conversation that the questions make."""
    return within.address("/", [("q", question) for question in questions])


@router.get("/organiser/feedback.jsonl", dependencies=[_SIGNED_IN])
def questions(request: Request) -> Response:
    """Give what is known to be right as a question file for `seminar-qa evaluate`."""
    lines = [json.dumps(row, ensure_ascii=False) for row in as_questions(_store(request).listed())]
    headers = {"Content-Disposition": 'attachment; filename="feedback.jsonl"', **_NOT_KEPT}
    text = "".join(f"{line}\n" for line in lines)
    return Response(text, media_type="application/x-ndjson", headers=headers)
