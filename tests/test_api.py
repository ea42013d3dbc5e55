"""The HTTP service through its door: status codes, the schema, problem details."""

import time

import pytest
from starlette.testclient import TestClient

from seminar_qa.api import LARGEST_BODY, create_app
from seminar_qa.engine import Engine
from seminar_qa.ingest import build_index
from seminar_qa.parsers.ocr import ocr_languages
from seminar_qa.settings import Settings

HERE = "http://127.0.0.1"
QUESTION = "How many people attended the seminar?"


@pytest.fixture(scope="module")
def client(home):
    with TestClient(create_app(Settings(home=home)), HERE) as client:
        yield client


def problem(response, status):
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    return body["detail"]


def test_ask_answers_with_a_quotation_that_can_be_checked(client, engine):
    reply = client.post("/ask", json={"question": QUESTION}).json()
    assert reply["answered"] is True
    first = reply["quotes"][0]
    cited = first["citation"]
    text = engine.record(cited["document_id"]).document.text
    assert "approximately 100 audiences" in first["text"]
    assert text[cited["start"] : cited["end"]] == first["text"]
    assert reply["index"]["generation"] == engine.manifest.generation


def test_an_answer_is_the_highlight_of_the_first_quotation(client):
    reply = client.post("/ask", json={"question": "Who is the Governor of Iwate?"}).json()
    start, end = reply["quotes"][0]["highlight"]
    assert reply["answered"] is True
    assert reply["quotes"][0]["text"][start:end] == reply["answer"] == "Mr. Takuya Tasso"
    assert reply["nearest"] == []


def test_a_no_has_the_nearest_passages_with_nothing_marked(client):
    reply = client.post("/ask", json={"question": "Which hotel hosted the seminar?"}).json()
    assert (reply["answered"], reply["answer"], reply["quotes"]) == (False, None, [])
    assert reply["nearest"]
    assert all(quote["highlight"] is None for quote in reply["nearest"])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"question": ""}, "empty"),
        ({"question": "   \n"}, "empty"),
        ({"question": "?!"}, "empty"),
        ({"question": "x" * 1001}, "1,001 characters"),
        ({"question": "who\x00"}, "U+0000"),
        ({"question": None}, "question"),
        ({"question": 5}, "question"),
        ({"question": ["a"]}, "question"),
        ({}, "question"),
        ([], "Input should be"),
        ({"question": "Who?", "mode": "loose"}, "mode"),
        ({"question": "Who?", "max_quotes": 0}, "max_quotes"),
        ({"question": "Who?", "colour": "red"}, "colour"),
        ({"question": "Who?", "filters": {"after": "yesterday"}}, "filters.after"),
        ({"question": "Who?", "filters": {"after": "2018-99-99"}}, "filters.after"),
        ({"question": "Who?", "filters": {"before": "２０１８-０１-０１"}}, "filters.before"),
        ({"question": "Who?", "filters": {"documents": ["0" * 16]}}, "0" * 16),
        ({"question": "Who?", "filters": {"documents": ["nothing"]}}, "nothing"),
        (
            {"question": "Who?", "filters": {"speakers": ["Mr. X"]}},
            "no report names a speaker “Mr. X”",
        ),
        ({"question": "Who?", "filters": {"speakers": [" "]}}, "GET /documents lists the speakers"),
        ({"question": "Who?", "filters": {"speakers": [""]}}, "filters.speakers"),
        ({"question": "Who?", "filters": {"speakers": "Mr. X"}}, "filters.speakers"),
        ({"question": "Who?", "filters": {"speaker": ["Mr. X"]}}, "filters.speaker"),
        ({"question": "Who?", "conversation": [{"question": "y" * 1001}]}, "conversation"),
    ],
)
def test_a_malformed_question_gives_422_with_the_reason(client, body, words):
    assert words in problem(client.post("/ask", json=body), 422)


@pytest.mark.parametrize(
    "raw",
    [b"", b"not json", b'{"question": ', b"\xff\xfe", b'{"question": "\\ud800"}', b"[" * 5000],
)
def test_a_body_that_is_no_json_gives_422(client, raw):
    problem(client.post("/ask", content=raw, headers={"content-type": "application/json"}), 422)


def test_a_body_without_its_content_type_is_told_what_to_send(client):
    reply = client.post(
        "/ask", content=b'{"question": "Who?"}', headers={"content-type": "text/plain"}
    )
    assert "Content-Type: application/json" in problem(reply, 422)


def test_a_body_that_is_too_long_gives_413(client):
    assert "bytes" in problem(client.post("/ask", content=b"x" * (LARGEST_BODY + 1)), 413)


def test_a_body_that_comes_in_pieces_and_is_too_long_gives_413(client):
    pieces = (b" " * 65536 for _ in range(LARGEST_BODY // 65536 + 1))
    problem(client.post("/ask", content=pieces), 413)


def test_a_conversation_leads_to_an_interpreted_question(client):
    body = {
        "question": "What share of the tourists there are European?",
        "conversation": [{"question": "Who spoke about Gifu?", "answer": "Mr. Yoshinori Sakiura"}],
    }
    reply = client.post("/ask", json=body).json()
    assert "Gifu" in reply["interpreted_question"]


def test_a_filter_on_dates_leaves_nothing_outside_of_them(client):
    body = {"question": QUESTION, "filters": {"after": "2019-01-01"}}
    reply = client.post("/ask", json=body).json()
    assert (reply["answered"], reply["nearest"], reply["confidence"]) == (False, [], 0.0)


def test_documents_lists_the_reports(client):
    listing = client.get("/documents").json()
    (report,) = listing["documents"]
    assert report["title"] == "Cooperation between European and Japanese Regions"
    assert (report["date"], report["place"]) == ("2018-11-20", "Tokyo")
    assert listing["unread"] == []


def test_verify_tells_what_became_of_a_citation(client):
    reply = client.post("/ask", json={"question": "Who is the Governor of Iwate?"}).json()
    cited = reply["quotes"][0]["citation"]
    asked = {key: cited[key] for key in ("document_id", "start", "end", "quote_sha256")}
    assert client.get("/verify", params=asked).json()["status"] == "unchanged"
    shifted = {**asked, "start": asked["start"] + 1, "end": asked["end"] + 1}
    assert client.get("/verify", params=shifted).json()["status"] == "moved"
    assert (
        client.get("/verify", params={**asked, "quote_sha256": "0" * 64}).json()["status"] == "gone"
    )


def test_verify_refuses_an_empty_place(client):
    asked = {"document_id": "0" * 16, "start": 5, "end": 5, "quote_sha256": "0" * 64}
    assert "is empty" in problem(client.get("/verify", params=asked), 422)


@pytest.mark.parametrize("name", ["documents", "speakers"])
def test_a_lone_surrogate_in_a_filter_gives_422(client, name):
    raw = b'{"question": "Who?", "filters": {"%s": ["\\ud800"]}}' % name.encode()
    problem(client.post("/ask", content=raw, headers={"content-type": "application/json"}), 422)


def test_a_request_by_another_host_name_is_refused(client):
    assert client.get("/documents", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/documents", headers={"host": "localhost:8000"}).status_code == 200


def test_health_and_readiness(client, engine):
    assert client.get("/healthz").json()["status"] == "ok"
    ready = client.get("/readyz").json()
    assert (ready["status"], ready["generation"]) == ("ready", engine.manifest.generation)


def test_without_an_index_the_cure_is_named(tmp_path):
    with TestClient(create_app(Settings(home=tmp_path)), HERE) as client:
        assert client.get("/healthz").status_code == 200
        for path in ("/readyz", "/documents"):
            assert "run: seminar-qa index" in problem(client.get(path), 503)
        assert "run: seminar-qa index" in problem(
            client.post("/ask", json={"question": "Who?"}), 503
        )


def test_an_index_built_while_serving_is_taken_up(fresh_home):
    settings = Settings(home=fresh_home)
    with TestClient(create_app(settings), HERE) as client:
        assert client.get("/readyz").status_code == 503
        first = build_index(settings).generation
        assert client.get("/readyz").json()["generation"] == first
        second = build_index(settings, force=True).generation
        until = time.monotonic() + 20  # another than this request may be opening it
        while (answers := client.get("/readyz").json()["generation"]) == first:
            assert time.monotonic() < until
        assert answers == second
        (fresh_home / "index" / "current").write_text("20990101T000000-ffff\n")
        for _ in range(2):
            assert client.get("/readyz").json()["generation"] == second


def test_an_unknown_path_and_method_give_problem_details(client):
    problem(client.get("/nowhere"), 404)
    problem(client.get("/ask"), 405)
    assert "no document has the id" in problem(client.get("/documents/none"), 404)


def test_the_interactive_documentation_asks_no_other_server(client):
    page = client.get("/docs").text
    assert "/ask" in client.get("/openapi.json").json()["paths"]
    assert "swagger" in page.lower()
    assert "http://" not in page
    assert "https://" not in page


def test_pages_carry_a_strict_security_policy(client):
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


# Reports with speakers, one of them scanned in part


@pytest.fixture(scope="module")
def mixed(collection):
    with TestClient(create_app(Settings(home=collection)), HERE) as client:
        yield client


def test_documents_tells_who_speaks_and_how_each_file_was_read(mixed, collection):
    listing = mixed.get("/documents").json()
    reports = {report["path"]: report for report in listing["documents"]}
    assert set(reports) == {"<b>evil&.txt", "ferries.pdf", "minutes.txt", "wind.html"}
    engine = Engine.open(Settings(home=collection))
    for report in reports.values():
        text = engine.record(report["document_id"]).document.text
        assert report["characters"] == len(text)
        said = {name: text[slice(*place)] for name, place in report["found_at"].items()}
        assert report["path"] in ("<b>evil&.txt", "ferries.pdf") or said["title"] == report["title"]
        for speaker in report["speakers"]:
            if speaker["start"] is not None:
                assert text[speaker["start"] : speaker["end"]] == speaker["name"]
    assert reports["<b>evil&.txt"]["organiser"] == "<u>Nobody</u>"
    labels = {speaker["name"]: speaker["labels"] for speaker in reports["minutes.txt"]["speakers"]}
    assert labels == {"Ann Lee": ["AL"], "Ben Roth": ["BR"]}
    cited = [speaker["cited"] for speaker in reports["wind.html"]["speakers"]]
    assert cited == ["Ms. Clara Berg, Aarhus", "Ms. Elin Dahl, Malmo", "Mr. David Holm, Esbjerg"]
    (left,) = reports["wind.html"]["extraction"]["left_out"]
    assert (left["what"], left["times"], left["characters"]) == ("navigation", 1, 4)
    assert reports["ferries.pdf"]["pages"] == 4
    assert reports["ferries.pdf"]["extraction"]["blank_pages"] == [4]
    assert [unread["path"] for unread in listing["unread"]] == ["noise.txt"]


def test_every_name_that_documents_lists_can_be_asked_for(mixed):
    for report in mixed.get("/documents").json()["documents"]:
        for speaker in report["speakers"]:
            for name in (speaker["name"], speaker["cited"]):
                body = {"question": "Who spoke?", "filters": {"speakers": [name]}}
                assert mixed.post("/ask", json=body).status_code == 200


def test_ask_with_a_speaker_quotes_nobody_else(mixed):
    body = {"question": "How much will the harbour cost?", "filters": {"speakers": ["Lee"]}}
    reply = mixed.post("/ask", json=body).json()
    assert (reply["answered"], reply["answer"]) == (True, "40 million")
    assert {quote["citation"]["speaker"] for quote in reply["quotes"]} == {"Ann Lee"}
    assert reply["unread"] == {"documents": 1, "pages": 0 if ocr_languages() else 1}


def test_a_quotation_of_a_pdf_has_its_page_and_boxes(mixed):
    reply = mixed.post("/ask", json={"question": "When does the fish market open?"}).json()
    cited = reply["quotes"][0]["citation"]
    assert (cited["page"], cited["ocr"], cited["speaker"]) == (2, False, "Ms. Ida Friis, Skagen")
    ((number, left, bottom, right, top),) = cited["boxes"]
    assert number == 2
    assert 71 < left < 74 < 365 < right < 375
    assert 755 < bottom < 760 < top < 770


def test_a_quotation_of_another_format_has_no_boxes(mixed):
    reply = mixed.post("/ask", json={"question": "How many turbines will be shipped?"}).json()
    cited = reply["quotes"][0]["citation"]
    assert (cited["page"], cited["boxes"], cited["ocr"]) == (None, None, False)


@pytest.mark.skipif(not ocr_languages(), reason="tesseract is not installed")
def test_a_quotation_of_a_scan_says_so(mixed):
    reply = mixed.post("/ask", json={"question": "When was the old lighthouse built?"}).json()
    cited = reply["quotes"][0]["citation"]
    assert (reply["answer"], cited["page"], cited["ocr"]) == ("1874", 3, True)
    assert [box[0] for box in cited["boxes"]] == [3, 3]


def test_pages_that_were_not_read_are_told_with_every_reply(fresh_home, collection):
    (fresh_home / "documents" / "ferries.pdf").write_bytes(
        (collection / "documents" / "ferries.pdf").read_bytes()
    )
    settings = Settings(home=fresh_home, ocr_seconds=0)
    build_index(settings)
    with TestClient(create_app(settings), HERE) as client:
        reply = client.post("/ask", json={"question": "Where is Atlantis?"}).json()
        assert reply["unread"] == {"documents": 0, "pages": 1}
        page = client.get("/", params={"q": "Which hotel hosted the seminar?"}).text
        (report, _) = client.get("/documents").json()["documents"]
        shown = client.get(report["url"], headers={"accept": "text/html"}).text
    assert "1 page not read" in page
    assert "Not read: 1 page of the others" in page
    assert '<details class="about" open><summary>How it was read</summary>' in shown
    assert "<li><bdi>1 page not read: 3</bdi></li>" in shown
