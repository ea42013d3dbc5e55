"""The pages for people: the chat, and a report opened at a passage.

Both are rendered here, whole, and work without JavaScript; the script only puts parts of the same
pages where they save a reload. A conversation is its questions in the address (`/?q=…&q=…`): the
same questions give the same answers, so it can be kept, shared and reloaded.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from seminar_qa.answers import Quote
from seminar_qa.cards import MOST_TURNS, by_report, make_turns, quote_links
from seminar_qa.engine import MOST_PASSAGES, Engine
from seminar_qa.errors import QuestionError
from seminar_qa.guards import check_questions, check_same_origin, own_address
from seminar_qa.records import Filters
from seminar_qa.rendering import LANGUAGE_COOKIE, render
from seminar_qa.texts import LANGUAGES
from seminar_qa.views import (
    DocumentsView,
    DocumentView,
    documents_view,
    make_filters,
    quote_view,
)

MOST_CHOICES = 100
"""So many reports and speakers can be chosen from a list; of others a part of the name is typed."""
_A_YEAR = 365 * 24 * 3600


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.current.get()
    return engine


router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@dataclass(frozen=True)
class Within:
    """What a conversation or a search is restricted to, as it stands in the address."""

    filters: Filters

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The restriction as fields of a form, or of an address."""
        asked = self.filters
        found = [("report", document) for document in asked.documents]
        found += [("speaker", speaker) for speaker in asked.speakers]
        return found + [(k, v) for k, v in (("after", asked.after), ("before", asked.before)) if v]

    def choices(self, listing: DocumentsView) -> list[DocumentView]:
        """Return the reports to choose from: the first ones, and those that are chosen."""
        chosen = set(self.filters.documents)
        first = listing.documents[:MOST_CHOICES]
        further = listing.documents[MOST_CHOICES:] if chosen else []
        return first + [report for report in further if report.document_id in chosen]

    @property
    def further(self) -> list[tuple[str, str]]:
        """The fields beyond the one report and the one speaker that the form shows."""
        asked = self.filters
        found = [("report", document) for document in asked.documents[1:]]
        return found + [("speaker", speaker) for speaker in asked.speakers[1:]]

    def chips(self, listing: DocumentsView) -> list[tuple[tuple[str, str], str]]:
        """Return each field with what a reader calls it: a report by its title."""
        names = {report.document_id: report.title or report.path for report in listing.documents}
        return [(field, names.get(field[1], field[1])) for field in self.fields]

    def address(
        self,
        path: str,
        fields: Sequence[tuple[str, str]] = (),
        without: tuple[str, str] = ("", ""),
    ) -> str:
        """Return an address with `fields` and the restriction, `without` one field of it.

        A day that is among the `fields` goes before the one of the restriction.
        """
        days = {name for name, _ in fields} & {"after", "before"}
        kept = (field for field in self.fields if field != without and field[0] not in days)
        given = [*fields, *kept]
        return f"{path}?{urlencode(given)}" if given else path


@dataclass(frozen=True)
class Choices:
    """What can be chosen: speakers and years, each with the number of reports."""

    speakers: tuple[tuple[str, int], ...]
    years: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, listing: DocumentsView) -> "Choices":
        """Count the speakers and the years of the reports; the first `MOST_CHOICES` speakers."""
        named = Counter(
            name for report in listing.documents for name in {s.name for s in report.speakers}
        )
        years = Counter(report.date[:4] for report in listing.documents if report.date)
        speakers = sorted(named.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_CHOICES]
        return cls(tuple(speakers), tuple(sorted(years.items())))


def read_within(
    report: Annotated[list[str], Query()] = [],  # noqa: B006
    speaker: Annotated[list[str], Query()] = [],  # noqa: B006
    after: Annotated[str, Query()] = "",
    before: Annotated[str, Query()] = "",
) -> Within:
    """Return the restriction that an address gives; empty fields of a form restrict nothing.

    Raises FilterError.
    """
    reports, speakers = ([value for value in given if value.strip()] for given in (report, speaker))
    return Within(make_filters(reports, speakers, after or None, before or None))


AskedWithin = Annotated[Within, Depends(read_within)]


@router.get("/")
def chat(
    request: Request,
    asked_within: AskedWithin,
    q: Annotated[list[str], Query()] = [],  # noqa: B006
) -> Response:
    """Show the chat with the conversation that the questions `q` make, oldest first."""
    if q:
        check_questions(request)
    engine = _engine(request)
    engine.check_filters(asked_within.filters)
    turns = list(make_turns(engine, q[: MOST_TURNS + 1], asked_within.filters))
    status = 422 if any(turn.error or turn.full for turn in turns) else 200
    suggestions = () if turns else request.app.state.suggestions.ready(engine)
    asked = [turn.question for turn in turns if turn.reply]
    context = {
        "turns": turns,
        "asked": asked,
        "asked_fields": [("q", question) for question in asked],
        "refused": turns[-1].question if turns and not turns[-1].reply else "",
        "suggestions": suggestions,
    }
    return _render(request, "chat.html", status, engine, asked_within, **context)


@router.get("/suggestions")
def suggestions(request: Request) -> Response:
    """Show questions to begin with, as a part of a page; 204 while they are not known."""
    found = request.app.state.suggestions.ready(_engine(request))
    if found is None:
        return Response(status_code=204)
    return render(request, "suggestions.html", suggestions=found)


@router.get("/search")
def search(
    request: Request, asked_within: AskedWithin, about: Annotated[str, Query()] = ""
) -> Response:
    """Show all passages about something, by report, the oldest first."""
    engine = _engine(request)
    quotes: list[Quote] = []
    error = ""
    if about:
        check_questions(request)
        try:
            quotes = engine.passages_about(about, asked_within.filters)
        except QuestionError as refused:
            error = str(refused)
    context = {
        "about": about,
        "error": error,
        "quotes": [quote_view(quote) for quote in quotes],
        "found_by": [quote.found_by for quote in quotes],
        "links": quote_links(quotes),
        "groups": by_report(quotes, range(len(quotes))),
        "most": len(quotes) == MOST_PASSAGES,
    }
    return _render(request, "search.html", 422 if error else 200, engine, asked_within, **context)


def _render(
    request: Request,
    template: str,
    status: int,
    engine: Engine,
    asked_within: "Within",
    **context: Any,
) -> Response:
    listing = documents_view(engine)
    names = {report.document_id: report.title or report.path for report in listing.documents}
    shared = {
        "listing": listing,
        "unread_pages": engine.manifest.unread_pages,
        "names": names,
        "within": asked_within,
        "choices": Choices.of(listing),
    }
    return render(request, template, status, **shared, **context)


@router.post("/language", dependencies=[Depends(check_same_origin)])
def choose_language(
    language: Annotated[str, Form(max_length=20)], here: Annotated[str, Form()]
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
