"""The one JSON shape: what comes in is checked, what goes out is complete."""

import json
from dataclasses import replace

import pytest
from pydantic import ValidationError

from seminar_qa.answers import Answer, Citation, Quote
from seminar_qa.conversation import Turn
from seminar_qa.engine import Engine, Reply, Timing
from seminar_qa.errors import FilterError
from seminar_qa.index import Manifest, ModelEntry, Recipe, Unread
from seminar_qa.records import Filters
from seminar_qa.views import (
    AskRequest,
    Problem,
    documents_view,
    index_view,
    reply_view,
    to_json,
)

CITATION = Citation(
    document_id="d1",
    title="Seminar “Régions”",
    date="2018-11-20",
    place="Tokyo",
    speaker=None,
    section="Opening › Numbers",
    page=2,
    start=10,
    end=42,
    sha256="f" * 64,
    quote_sha256="e" * 64,
    url="/documents/d1?start=10&end=42#quote",
)
QUOTE = Quote("The seminar attracted 100 people.", (22, 32), "Before.", "", 0.876543, CITATION)
MANIFEST = Manifest(
    "20181120T000000-abcdef",
    "2018-11-20T00:00:00+00:00",
    Recipe(
        ModelEntry("toy", "00", "encoder-00-1"), ModelEntry("reader", "01", "reader-01-1"), 80, 1
    ),
    documents=3,
    passages=41,
    sources={},
    unread=(Unread("a.key", "a.key: no reader"), Unread("b.txt", "b.txt: NUL bytes")),
)
TIMING = Timing(1.234567, 2.0, 3.0, 6.5)
YES = Reply(Answer(True, (QUOTE,), (), 0.876543, "How many?"), (4, 2), TIMING)
NO = Reply(Answer(False, (), (QUOTE,), 0.123456, "How many?"), (4, 2), TIMING)


def test_a_yes_leaves_in_the_shape_that_the_design_promises():
    assert json.loads(to_json(reply_view(YES, MANIFEST))) == {
        "answered": True,
        "answer": "100 people",
        "quotes": [
            {
                "text": "The seminar attracted 100 people.",
                "highlight": [22, 32],
                "before": "Before.",
                "after": "",
                "score": 0.8765,
                "citation": {
                    "document_id": "d1",
                    "title": "Seminar “Régions”",
                    "date": "2018-11-20",
                    "place": "Tokyo",
                    "speaker": None,
                    "section": "Opening › Numbers",
                    "page": 2,
                    "start": 10,
                    "end": 42,
                    "sha256": "f" * 64,
                    "quote_sha256": "e" * 64,
                    "url": "/documents/d1?start=10&end=42#quote",
                    "boxes": None,
                },
            }
        ],
        "confidence": 0.8765,
        "nearest": [],
        "interpreted_question": "How many?",
        "unread": {"documents": 2, "pages": 0},
        "index": {
            "generation": "20181120T000000-abcdef",
            "built_at": "2018-11-20T00:00:00+00:00",
            "documents": 3,
            "passages": 41,
            "encoder": "toy",
        },
        "timing_ms": {"encode": 1.23, "retrieve": 2.0, "read": 3.0, "total": 6.5},
    }


def test_a_no_marks_nothing_as_the_answer():
    view = reply_view(NO, MANIFEST)
    assert (view.answered, view.answer, view.quotes) == (False, None, [])
    assert [quote.text for quote in view.nearest] == [QUOTE.text]
    assert view.nearest[0].highlight is None
    assert view.confidence == 0.1235


def test_a_quote_without_a_mark_has_no_answer_in_it():
    reply = replace(YES, answer=replace(YES.answer, quotes=(replace(QUOTE, highlight=None),)))
    view = reply_view(reply, MANIFEST)
    assert view.answer == ""
    assert view.quotes[0].highlight is None


def test_the_reply_of_an_engine_is_the_same_as_json_and_as_objects(engine: Engine):
    view = reply_view(engine.ask("How many people attended the seminar?"), engine.manifest)
    assert type(view).model_validate_json(to_json(view)) == view
    assert view.index.passages == engine.manifest.passages
    assert view.index.encoder == "all-MiniLM-L6-v2"


def test_the_reports_are_listed_with_their_facts(engine: Engine):
    view = documents_view(engine)
    (document,) = view.documents
    assert document.path == "seminar-report-2018-11-20.txt"
    assert document.title == "Cooperation between European and Japanese Regions"
    assert (document.date, document.place, document.pages) == ("2018-11-20", "Tokyo", None)
    assert document.media_type == "text/plain"
    assert document.document_id == document.sha256[:16]
    assert document.url == f"/documents/{document.document_id}"
    assert view.unread == []
    assert view.index == index_view(engine.manifest)


def test_json_keeps_every_script_readable():
    text = to_json({"place": "東京", "title": "“Régions”"})
    assert text == '{\n  "place": "東京",\n  "title": "“Régions”"\n}'


def test_a_question_alone_is_a_request_with_the_documented_defaults():
    request = AskRequest(question="Who?")
    assert (request.max_quotes, request.mode) == (3, "balanced")
    assert request.turns() == ()
    assert request.restriction() == Filters()


def test_a_conversation_reaches_the_engine_as_turns_with_a_no_as_no_text():
    request = AskRequest.model_validate(
        {
            "question": "And when?",
            "conversation": [{"question": "Who?", "answer": "He"}, {"question": "Why?"}],
        }
    )
    assert request.turns() == (Turn("Who?", "He"), Turn("Why?", ""))


def test_filters_reach_the_engine():
    request = AskRequest.model_validate(
        {
            "question": "Who?",
            "filters": {
                "documents": ["0123456789abcdef"],
                "after": "2018-01-01",
                "before": "2019-01-01",
            },
        }
    )
    assert request.restriction() == Filters(("0123456789abcdef",), "2018-01-01", "2019-01-01")


def test_a_filter_on_a_speaker_is_refused_and_not_dropped():
    request = AskRequest.model_validate({"question": "Who?", "filters": {"speakers": ["Mr. Löer"]}})
    with pytest.raises(FilterError, match="Löer"):
        request.restriction()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"colour": "red"}, ("colour",)),
        ({"filters": {"speaker": "x"}}, ("filters", "speaker")),
        ({"filters": {"after": "20 November 2018"}}, ("filters", "after")),
        ({"filters": {"before": "2018-1-1"}}, ("filters", "before")),
        ({"filters": {"documents": "d1"}}, ("filters", "documents")),
        ({"max_quotes": 0}, ("max_quotes",)),
        ({"max_quotes": 21}, ("max_quotes",)),
        ({"mode": "lax"}, ("mode",)),
        ({"question": None}, ("question",)),
        ({"question": 7}, ("question",)),
        ({"conversation": [{"answer": "He"}]}, ("conversation", 0, "question")),
        ({"conversation": [{"question": "x" * 1001}]}, ("conversation", 0, "question")),
        ({"conversation": [{"question": "Who?"}] * 51}, ("conversation",)),
    ],
)
def test_a_malformed_request_is_refused_at_the_place_that_is_wrong(
    change: dict[str, object], place: tuple[str | int, ...]
):
    with pytest.raises(ValidationError) as caught:
        AskRequest.model_validate({"question": "Who?", **change})
    assert [error["loc"] for error in caught.value.errors()] == [place]


def test_the_most_that_is_allowed_is_accepted():
    request = AskRequest.model_validate(
        {"question": "Who?", "max_quotes": 20, "conversation": [{"question": "x" * 1000}] * 50}
    )
    assert (request.max_quotes, len(request.turns())) == (20, 50)


def test_a_problem_has_the_fields_of_rfc_9457():
    problem = Problem(title="No index", status=503, detail="run: seminar-qa index")
    assert problem.model_dump() == {
        "type": "about:blank",
        "title": "No index",
        "status": 503,
        "detail": "run: seminar-qa index",
    }
