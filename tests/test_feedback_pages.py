"""Feedback and permalinks over HTTP: what is sent is checked, what became of an answer is told."""

import html
import json
import os
import re
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from seminar_qa.api import create_app
from seminar_qa.feedback import Feedback, FeedbackStore
from seminar_qa.ingest import build_index
from seminar_qa.records import Filters
from seminar_qa.settings import Settings

PAGE = {"accept": "text/html"}
TOKEN = "the-token"
QUESTION = "How many people attended the seminar?"


def client_of(home):
    app = create_app(Settings(home=home, organiser_token=TOKEN))
    return TestClient(app, base_url="http://127.0.0.1")


@pytest.fixture
def indexed(fresh_home):
    build_index(Settings(home=fresh_home))
    return fresh_home


@pytest.fixture
def client(indexed):
    return client_of(indexed)


def answered(client):
    reply = client.post("/ask", json={"question": QUESTION}).json()
    cited = reply["quotes"][0]["citation"]
    place = {name: cited[name] for name in ("document_id", "start", "end", "quote_sha256")}
    return place, reply["quotes"][0]


def form(client, verdict="right", **more):
    place, quote = answered(client)
    first, last = quote["highlight"]
    return {"verdict": verdict, "question": QUESTION, **place, "first": first, "last": last, **more}


def test_a_reader_says_that_an_answer_is_right_and_is_thanked(client, indexed):
    sent = client.post("/feedback", data=form(client, here="/?q=x"), headers=PAGE)
    assert (sent.status_code, "Thank you" in sent.text) == (200, True)
    assert 'href="/?q=x"' in sent.text
    (kept,) = FeedbackStore(indexed).listed()
    assert (kept.verdict, kept.question, kept.answer) == ("right", QUESTION, "100")
    assert kept.quote == "The seminar attracted approximately 100 audiences."


def test_a_script_gets_no_page(client):
    assert client.post("/feedback", data=form(client, "wrong")).status_code == 204


def test_what_is_missing_needs_no_quotation(client, indexed):
    data = {
        "verdict": "missing",
        "question": "Which hotel?",
        "q": ["Who came?", "When?"],
        "note": "Grand\x1b[31m",
    }
    assert client.post("/feedback", data=data).status_code == 204
    (kept,) = FeedbackStore(indexed).listed()
    assert (kept.earlier, kept.note) == (("Who came?", "When?"), "Grand[31m")


@pytest.mark.parametrize(
    "change",
    [
        {"quote_sha256": "0" * 64},
        {"start": 1},
        {"document_id": "f" * 16},
        {"last": 10**6},
        {"verdict": "perhaps"},
        {"question": "\x1b[31mred"},
        {"question": ""},
        {"note": "x" * 2001},
        {"generation": "\x1b[31mg"},
    ],
)
def test_what_does_not_fit_the_reports_is_refused(client, indexed, change):
    sent = client.post("/feedback", data={**form(client), **change})
    assert sent.status_code == 422
    assert FeedbackStore(indexed).listed() == []


def test_another_site_cannot_send_feedback(client, indexed):
    headers = {"sec-fetch-site": "cross-site"}
    assert client.post("/feedback", data=form(client), headers=headers).status_code == 403


def test_the_thank_you_leads_to_no_other_server(client):
    assert (
        "evil" not in client.get("/feedback/thanks?here=//evil.example").text.split("languages")[0]
    )


def test_too_much_feedback_is_told_to_wait(client):
    data = {"verdict": "missing", "question": "Which hotel?"}
    replies = [client.post("/feedback", data=data).status_code for _ in range(31)]
    assert (replies[29], replies[30]) == (204, 429)


def permalink(client, question=QUESTION):
    place, quote = answered(client)
    first, last = quote["highlight"]
    return {"question": question, **place, "from": first, "to": last, "generation": "g-before"}


def test_a_permalink_shows_the_answer_as_it_stands_in_the_report(client):
    page = client.get("/answer", params=permalink(client), headers=PAGE)
    assert page.status_code == 200
    assert "Unchanged." in page.text
    assert "<mark>100</mark>" in page.text
    assert "g-before" in page.text


def test_a_permalink_tells_after_a_new_index_that_the_words_moved_or_are_gone(indexed, report):
    before = client_of(indexed)
    address = permalink(before)
    file = indexed / "documents" / report.name
    text = file.read_text("utf-8")
    file.write_text("A new line stands in front.\n\n" + text, "utf-8")
    build_index(Settings(home=indexed))
    moved = client_of(indexed).get("/answer", params=address, headers=PAGE)
    assert (moved.status_code, "Moved." in moved.text) == (200, True)
    assert "<mark>100</mark>" in moved.text
    file.write_text(text.replace("approximately 100", "approximately 120"), "utf-8")
    build_index(Settings(home=indexed))
    gone = client_of(indexed).get("/answer", params=address, headers=PAGE)
    assert (gone.status_code, "Gone." in gone.text) == (410, True)
    assert "audiences" not in gone.text
    assert "Ask this again" in gone.text


def test_a_permalink_shows_hostile_text_as_text(client):
    page = client.get("/answer", params=permalink(client, "<script>alert(1)</script>"))
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


def test_a_permalink_asks_a_follow_up_again_as_one(client):
    asked = {**permalink(client, "And when?"), "q": ["Who came?"]}
    page = client.get("/answer", params=asked, headers=PAGE).text
    assert 'href="/?q=Who+came%3F&amp;q=And+when%3F"' in page


def test_what_an_answer_was_restricted_to_is_kept_by_its_forms_and_its_permalink(client, indexed):
    (report,) = client.get("/documents").json()["documents"]
    within = {"report": report["document_id"], "after": "2018-01-01"}
    told = f"report={report['document_id']}&after=2018-01-01"
    page = client.get("/", params={"q": QUESTION, **within}, headers=PAGE).text
    address = html.unescape(re.search(r'class="permalink" href="([^"]+)"', page)[1])
    again = html.unescape(client.get(address, headers=PAGE).text)
    assert f'href="/?q=How+many+people+attended+the+seminar%3F&{told}"' in again
    inputs = re.search(r'<form class="feedback".*?</form>', page, re.DOTALL)[0]
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', inputs)
    data = {name: html.unescape(value) for name, value in fields if name != "verdict"}
    assert client.post("/feedback", data=data | {"verdict": "right"}).status_code == 204
    (kept,) = FeedbackStore(indexed).listed()
    assert kept.filters == Filters((report["path"],), after="2018-01-01")
    headers = {"authorization": f"Bearer {TOKEN}"}
    listed = client.get("/organiser/feedback", headers=headers).text
    assert told in html.unescape(listed)
    gone = data | {"verdict": "right", "report": "0" * 16}
    assert client.post("/feedback", data=gone).status_code == 422


def test_a_permalink_does_not_say_that_anything_was_searched(client):
    assert "found by" not in client.get("/answer", params=permalink(client), headers=PAGE).text


def test_the_chat_links_a_follow_up_with_the_questions_before_it(client):
    page = client.get("/", params={"q": ["Who spoke about Gifu?", QUESTION]}, headers=PAGE).text
    links = re.findall(r'class="permalink" href="([^"]+)"', page)
    told = parse_qs(urlsplit(html.unescape(links[-1])).query)
    assert (told["question"], told["q"]) == ([QUESTION], ["Who spoke about Gifu?"])


BEARER = {"authorization": f"Bearer {TOKEN}"}


def test_the_organiser_sees_what_readers_say_and_nobody_else(client, indexed):
    client.post(
        "/feedback", data={"verdict": "missing", "question": "Which <b>hotel</b>?", "note": "x"}
    )
    client.post("/feedback", data=form(client, "wrong"))
    assert client.get("/organiser/feedback").status_code == 401
    page = client.get("/organiser/feedback", headers={**BEARER, **PAGE})
    assert page.status_code == 200
    assert "Which &lt;b&gt;hotel&lt;/b&gt;?" in page.text
    assert "approximately 100 audiences" in page.text
    assert page.headers["cache-control"] == "no-store"


def command(home, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "seminar_qa.cli", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "SEMINAR_QA_HOME": str(home)},
        check=True,
    )
    return done.stdout


def test_the_export_is_measured_by_evaluate(client, indexed, tmp_path):
    client.post("/feedback", data=form(client))
    assert client.get("/organiser/feedback.jsonl").status_code == 401
    told = client.get("/organiser/feedback.jsonl", headers=BEARER).text
    file = tmp_path / "questions.jsonl"
    assert "1 question" in command(indexed, "feedback", "--export", str(file))
    assert file.read_text("utf-8") == told == command(indexed, "feedback", "--export", "-")
    measured = json.loads(command(indexed, "evaluate", str(file), "--json"))
    assert measured["numbers"]["quote_hit@1"] == 1.0


def test_feedback_that_cannot_be_kept_is_told_and_asking_goes_on(client, indexed):
    (indexed / "feedback.sqlite").write_bytes(b"no database" * 50)
    sent = client.post("/feedback", data={"verdict": "missing", "question": "Which hotel?"})
    assert (sent.status_code, "move it away" in sent.json()["detail"]) == (503, True)
    assert client.get("/", params={"q": QUESTION}).status_code == 200


def test_a_page_beyond_all_pages_is_refused_or_empty(client, indexed):
    FeedbackStore(indexed).add(Feedback("missing", "And when?"))
    for first, status in ((10**6, 200), (10**30, 422)):
        reply = client.get("/organiser/feedback", params={"first": first}, headers=BEARER)
        assert reply.status_code == status


def test_a_question_is_not_kept_by_asking(client, indexed):
    client.get("/", params={"q": QUESTION})
    assert not (indexed / "feedback.sqlite").exists()


def test_an_entry_asks_its_question_again_with_those_before_it(client, indexed):
    FeedbackStore(indexed).add(Feedback("missing", "And when?", ("Who came?",)))
    page = client.get("/organiser/feedback", headers=BEARER).text
    assert "/?q=Who+came%3F&amp;q=And+when%3F" in page


def test_a_whole_report_is_no_quotation_to_judge(client, indexed):
    data = {**form(client), "start": 0, "end": 20_001}
    sent = client.post("/feedback", data=data)
    assert (sent.status_code, FeedbackStore(indexed).listed()) == (422, [])
    assert "20,001 characters is not kept" in sent.json()["detail"]


def test_a_long_japanese_conversation_can_be_judged_and_read_in_another_language(client, indexed):
    here = "/?" + "&".join(["q=" + "%E6%B8%AF" * 1_000] * 5)
    sent = client.post("/feedback", data=form(client, here=here), headers=PAGE)
    assert (sent.status_code, len(FeedbackStore(indexed).listed())) == (200, 1)
    switched = client.post(
        "/language", data={"language": "ja", "here": here}, follow_redirects=False
    )
    assert switched.headers["location"] == here
