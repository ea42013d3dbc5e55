"""The one JSON shape: what comes in is checked, what goes out is complete."""

import json
from dataclasses import replace

import pytest
from pydantic import ValidationError

from seminar_qa.answers import Answer, Citation, Quote
from seminar_qa.conversation import Turn
from seminar_qa.documents import Block, Document, Extraction, Kind, LeftOut, Speaker
from seminar_qa.engine import Engine, Reply, Timing
from seminar_qa.errors import FilterError
from seminar_qa.manifest import Manifest, ModelEntry, Recipe, Stale, Unread
from seminar_qa.reading import Reading
from seminar_qa.records import Filters
from seminar_qa.sentences import Sentence
from seminar_qa.views import (
    AskRequest,
    DocumentView,
    Problem,
    document_view,
    documents_view,
    how_read,
    index_view,
    make_filters,
    reading_view,
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
                    "ocr": False,
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
    assert (view.unread, view.stale) == ([], [])
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
                "speakers": ["Mr. Löer"],
                "after": "2018-01-01",
                "before": "2019-01-01",
            },
        }
    )
    assert request.restriction() == Filters(
        documents=("0123456789abcdef",),
        speakers=("Mr. Löer",),
        after="2018-01-01",
        before="2019-01-01",
    )


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"colour": "red"}, ("colour",)),
        ({"filters": {"speaker": "x"}}, ("filters", "speaker")),
        ({"filters": {"after": "20 November 2018"}}, ("filters", "after")),
        ({"filters": {"before": "2018-1-1"}}, ("filters", "before")),
        ({"filters": {"documents": "d1"}}, ("filters", "documents")),
        ({"filters": {"speakers": "Löer"}}, ("filters", "speakers")),
        ({"filters": {"speakers": [""]}}, ("filters", "speakers", 0)),
        ({"filters": {"speakers": ["x" * 501]}}, ("filters", "speakers", 0)),
        ({"filters": {"speakers": ["x"] * 101}}, ("filters", "speakers")),
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


READ = Document(
    id="0123456789abcdef",
    path="a/talk.pdf",
    sha256="f" * 64,
    media_type="application/pdf",
    text="Talk\n\nBAN: We agree. You doubt it.",
    blocks=(
        Block(Kind.HEADING, 0, 4, (), 1),
        Block(Kind.PARAGRAPH, 11, 34, ("Talk",), 0, "BAN"),
    ),
    page_starts=(0, 11),
    title="Talk",
    organiser="Port of Kiel",
    speakers=(Speaker("Ann Lee"), Speaker("Ben Roth", "mayor", "Kiel", ("BAN",), 6, 9)),
    found_at=(("title", 0, 4), ("organiser", 11, 13)),
    extraction=Extraction(
        pages=2,
        unread_pages=(2,),
        garbled=0.0125,
        left_out=(LeftOut("page header", "repeated on every page", 2, 28),),
        warnings=("It is torn.",),
    ),
)


def test_a_report_leaves_with_its_speakers_its_facts_and_how_it_was_read():
    assert json.loads(to_json(document_view(READ, 34))) == {
        "document_id": "0123456789abcdef",
        "path": "a/talk.pdf",
        "title": "Talk",
        "date": None,
        "place": None,
        "organiser": "Port of Kiel",
        "speakers": [
            {
                "name": "Ann Lee",
                "role": None,
                "organisation": None,
                "labels": [],
                "start": None,
                "end": None,
                "cited": "Ann Lee",
            },
            {
                "name": "Ben Roth",
                "role": "mayor",
                "organisation": "Kiel",
                "labels": ["BAN"],
                "start": 6,
                "end": 9,
                "cited": "Ben Roth, mayor, Kiel",
            },
        ],
        "found_at": {"title": [0, 4], "organiser": [11, 13]},
        "characters": 34,
        "extraction": {
            "blank_pages": [],
            "unread_pages": [2],
            "ocr_pages": [],
            "garbled": 0.0125,
            "left_out": [
                {
                    "what": "page header",
                    "why": "repeated on every page",
                    "times": 2,
                    "characters": 28,
                }
            ],
            "warnings": ["It is torn."],
        },
        "pages": 2,
        "sha256": "f" * 64,
        "media_type": "application/pdf",
        "url": "/documents/0123456789abcdef",
    }


def test_what_was_read_of_a_file_has_every_block_with_its_place_and_speaker():
    sentences = (Sentence(0, 4, 0), Sentence(11, 20, 1, None), Sentence(21, 34, 1, 1))
    view = reading_view(Reading(READ, sentences))
    assert view["blocks"] == [
        {
            "kind": "heading",
            "section": [],
            "level": 1,
            "page": 1,
            "speaker": None,
            "start": 0,
            "end": 4,
            "text": "Talk",
        },
        {
            "kind": "paragraph",
            "section": ["Talk"],
            "level": 0,
            "page": 2,
            "speaker": "Ben Roth, mayor, Kiel",
            "start": 11,
            "end": 34,
            "text": "We agree. You doubt it.",
        },
    ]
    assert view["text"] == READ.text
    assert (view["title"], view["organiser"], view["pages"]) == ("Talk", "Port of Kiel", 2)
    assert "url" not in view
    assert json.loads(to_json(view))["speakers"][1]["labels"] == ["BAN"]


def shown(characters: int = 1_234, **extraction: object) -> list[str]:
    view = document_view(replace(READ, extraction=Extraction(**extraction)), characters)
    assert isinstance(view, DocumentView)
    return list(how_read(view))


def test_how_a_file_was_read_is_told_in_words():
    assert shown(
        pages=1_200,
        blank_pages=(3,),
        unread_pages=(2,),
        ocr_pages=(4, 7),
        garbled=0.0125,
        left_out=(
            LeftOut("page header", "repeated on every page", 2, 28),
            LeftOut("picture", "it holds no text", 1, 0),
        ),
        warnings=("It is torn.",),
    ) == [
        "1,200 pages, 1,234 characters",
        "1 page not read: 2",
        "2 pages read by OCR: 4, 7",
        "1 page blank",
        "1.25% of the characters garbled",
        "left out: page header (2 times, 28 characters): repeated on every page",
        "left out: picture (1 time): it holds no text",
        "It is torn.",
    ]


def test_a_file_without_pages_is_told_by_its_characters_alone():
    assert shown(characters=1) == ["1 character"]


def test_many_pages_are_not_all_named():
    (_, told) = shown(pages=30, unread_pages=tuple(range(1, 22)))
    named = ", ".join(str(number) for number in range(1, 21))
    assert told == f"21 pages not read: {named}, …"


def test_a_quotation_of_a_scan_leaves_with_its_boxes_and_its_remark():
    cited = replace(CITATION, boxes=((3, 57.6, 724.0, 405.0, 742.25), (3, 1.0, 2.0, 3.0, 4.0)))
    quote = replace(QUOTE, citation=replace(cited, ocr=True, speaker="Ann Lee, mayor"))
    (view,) = reply_view(replace(YES, answer=replace(YES.answer, quotes=(quote,))), MANIFEST).quotes
    assert view.citation.boxes == [[3, 57.6, 724.0, 405.0, 742.25], [3, 1.0, 2.0, 3.0, 4.0]]
    assert view.citation.ocr is True
    assert view.citation.speaker == "Ann Lee, mayor"


def test_a_file_of_which_an_earlier_version_answers_counts_as_unread():
    view = reply_view(NO, replace(MANIFEST, stale=(Stale("c.txt", "c.txt: torn", "ff"),)))
    assert view.unread.documents == 3


def test_unread_pages_are_told_beside_unread_files():
    view = reply_view(NO, replace(MANIFEST, unread_pages=7))
    assert (view.unread.documents, view.unread.pages) == (2, 7)


def test_filters_of_the_command_are_those_of_the_service():
    assert make_filters([], [], None, None) == Filters()
    given = make_filters(["0123456789abcdef"], ["Löer", "Lee"], "2018-01-01", "2018-12-31")
    assert given == Filters(("0123456789abcdef",), ("Löer", "Lee"), "2018-01-01", "2018-12-31")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (([], [], "yesterday", None), "the filter after: is no date like 2018-11-20"),
        (([], [], None, "2018-1-1"), "the filter before: is no date like 2018-11-20"),
        (([], [], None, "2018-02-30"), "the filter before: day is out of range for month"),
        (([], [], "", None), "the filter after: is no date like 2018-11-20"),
        (
            (["d1"], [], None, None),
            "the filter documents: “d1” is no document's id; GET /documents",
        ),
        (([], [""], None, None), "the filter speakers: "),
        (([], ["\ud800"], None, None), "the filter speakers: "),
    ],
)
def test_a_malformed_filter_of_the_command_is_named(given: tuple[object, ...], reason: str):
    with pytest.raises(FilterError) as caught:
        make_filters(*given)
    assert str(caught.value).startswith(reason)
