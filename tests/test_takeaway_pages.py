"""Citations and exports over HTTP: only what stands in the report is given out."""

import pytest
from fastapi.testclient import TestClient

from seminar_qa.api import create_app
from seminar_qa.settings import Settings

QUESTION = "How many people attended the seminar?"
QUOTE = "The seminar attracted approximately 100 audiences."


@pytest.fixture(scope="module")
def client(home):
    return TestClient(create_app(Settings(home=home)), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def place(client):
    cited = client.post("/ask", json={"question": QUESTION}).json()["quotes"][0]["citation"]
    return {name: cited[name] for name in ("document_id", "start", "end", "quote_sha256")}


@pytest.mark.parametrize(
    ("style", "kind"),
    [
        ("plain", "text/plain"),
        ("markdown", "text/plain"),
        ("footnote", "text/plain"),
        ("bibtex", "application/x-bibtex"),
        ("ris", "application/x-research-info-systems"),
    ],
)
def test_a_citation_has_the_quotation_and_an_address_that_opens_it(client, place, style, kind):
    reply = client.get("/cite", params={**place, "style": style})
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith(kind)
    assert QUOTE in reply.text
    assert f"http://127.0.0.1/documents/{place['document_id']}?start={place['start']}" in reply.text


@pytest.mark.parametrize(
    "change", [{"start": 0}, {"quote_sha256": "0" * 64}, {"document_id": "f" * 16}]
)
def test_what_does_not_stand_there_is_not_cited(client, place, change):
    reply = client.get("/cite", params={**place, **change})
    assert reply.status_code == 404
    assert "ask again" in reply.json()["detail"]


def test_a_style_that_is_none_is_told(client, place):
    assert client.get("/cite", params={**place, "style": "apa"}).status_code == 422


def test_a_conversation_is_exported_with_its_sources(client):
    params = {"q": [QUESTION, "Which hotel hosted the seminar?"], "form": "md"}
    reply = client.get("/export", params=params)
    assert reply.headers["content-disposition"] == 'attachment; filename="answers.md"'
    assert "approximately 100 audiences." in reply.text
    assert "The reports do not say." in reply.text
    docx = client.get("/export", params={**params, "form": "docx"})
    assert docx.content.startswith(b"PK")


def test_an_export_is_in_the_readers_language(client):
    reply = client.get("/export", params={"q": [QUESTION]}, headers={"accept-language": "ja"})
    assert reply.text.startswith("# 会話")


def test_an_export_of_nothing_is_refused(client):
    assert client.get("/export").status_code == 422


def test_a_malformed_question_is_left_out_of_an_export(client):
    reply = client.get("/export", params={"q": ["???", QUESTION]})
    assert reply.text.count("\n## ") == 1
