"""The HTTP service through its door: status codes, the schema, problem details."""

import pytest
from starlette.testclient import TestClient

from seminar_qa.api import LARGEST_BODY, create_app
from seminar_qa.ingest import build_index
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
        ({"question": "Who?", "filters": {"speakers": ["Mr. X"]}}, "Mr. X"),
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
        assert client.get("/readyz").json()["generation"] == second != first
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
