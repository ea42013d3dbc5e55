"""The pages as they leave the server: they must serve a reader without JavaScript."""

import html
import re
import time

import pytest
from starlette.testclient import TestClient

from seminar_qa.api import create_app
from seminar_qa.errors import DocumentsError
from seminar_qa.ingest import build_index
from seminar_qa.pages import MOST_TURNS, Within
from seminar_qa.parsers.ocr import ocr_languages
from seminar_qa.records import Filters
from seminar_qa.settings import Settings
from seminar_qa.views import documents_view
from standins import StandIn

HERE = "http://127.0.0.1"
ASK = "Who is the Governor of Iwate?"
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def client(home):
    with TestClient(create_app(Settings(home=home)), HERE, headers=HTML) as client:
        yield client


def test_the_empty_page_has_a_form_and_the_reports(client):
    page = client.get("/").text
    assert '<form id="ask" action="/" method="get"' in page
    assert "Cooperation between European and Japanese Regions" in page


def test_an_answer_is_rendered_by_the_server_with_its_span_marked(client):
    page = client.get("/", params={"q": ASK}).text
    assert "<mark>Mr. Takuya Tasso</mark>, Governor of Iwate Prefecture" in page


def test_a_citation_says_which_side_of_the_search_found_it(client, engine):
    for question in (ASK, "Which hotel hosted the seminar?"):
        answer = engine.ask(question).answer
        page = client.get("/", params={"q": question}).text
        shown = re.findall('<span class="side">found by (?:its )?([a-z ]+)</span>', page)
        found = [quote.found_by for quote in answer.quotes + answer.nearest]
        assert sorted(shown) == sorted(found)


def test_a_no_shows_the_nearest_passages(client):
    page = client.get("/", params={"q": "Which hotel hosted the seminar?"}).text
    assert "The reports do not say." in page
    assert "Close, but not an answer" in page


def test_a_conversation_is_its_questions_in_the_address(client):
    page = client.get(
        "/", params={"q": ["Who spoke about Gifu?", "And who spoke about Iwate?"]}
    ).text
    assert page.count('<article class="turn"') == 2
    form = page[page.index('<form id="ask"') :]
    assert form.count('<input type="hidden" name="q"') == 2


def test_a_malformed_question_is_told_in_words_and_leaves_the_rest(client):
    reply = client.get("/", params={"q": [ASK, "x" * 1001]})
    assert reply.status_code == 422
    assert "1,001 characters" in reply.text
    assert "Mr. Takuya Tasso" in reply.text
    form = reply.text[reply.text.index('<form id="ask"') :]
    assert form.count('<input type="hidden" name="q"') == 1
    assert f'value="{"x" * 1001}"' in reply.text


def test_a_conversation_ends_in_words_when_it_is_full(client):
    asked = [f"Who spoke about Gifu {number}?" for number in range(MOST_TURNS + 1)]
    page = client.get("/", params={"q": asked}).text
    assert f"at most {MOST_TURNS} questions" in page
    assert all(question in page for question in asked)


def test_every_page_has_one_heading_of_the_first_level(client, engine):
    (listed,) = engine.documents()
    pages = ["/", "/?q=Who+prepared+the+report%3F", f"/documents/{listed.id}"]
    assert [client.get(page).text.count("<h1") for page in pages] == [1, 1, 1]


def test_a_citation_opens_the_report_at_the_highlighted_passage(client):
    page = client.get("/", params={"q": ASK}).text
    address = html.unescape(re.search(r'class="source" href="(/documents/[^"]+)"', page)[1])
    report = client.get(address.split("#")[0]).text
    quoted = re.search(r'<mark id="quote">([^<]+)</mark>', report)[1]
    assert quoted.startswith("Mr. Takuya Tasso, Governor of Iwate Prefecture presented")
    assert address.endswith("#quote")


def test_a_report_has_anchors_lists_and_captions(client, engine):
    (listed,) = engine.documents()
    page = client.get(f"/documents/{listed.id}").text
    shown = engine.record(listed.id).document
    assert all(f'id="at-{block.start}"' in page for block in shown.blocks)
    assert page.count("<li ") == 3
    assert '<span class="marker">a) </span>' in page
    assert "<mark" not in page


def test_a_passage_across_blocks_is_highlighted_in_each(client, engine):
    (listed,) = engine.documents()
    text = engine.record(listed.id).document.text
    start, end = text.index("Existence of key"), text.index("mutual cooperation.")
    page = client.get(f"/documents/{listed.id}", params={"start": start, "end": end}).text
    assert page.count("<mark") == 3
    assert page.count('id="quote"') == 1


@pytest.mark.parametrize("bounds", [{"start": 5, "end": 2}, {"start": 0, "end": 10**7}])
def test_a_place_that_is_not_there_is_told_on_a_page(client, engine, bounds):
    (listed,) = engine.documents()
    reply = client.get(f"/documents/{listed.id}", params=bounds)
    assert reply.status_code == 404
    assert "characters, so there is no" in reply.text


def test_without_an_index_the_page_names_the_cure(tmp_path):
    with TestClient(create_app(Settings(home=tmp_path)), HERE, headers=HTML) as client:
        reply = client.get("/")
    assert reply.status_code == 503
    assert "run: seminar-qa index" in reply.text


def told(page):
    """Return the heading of a page that tells an error, and all its words."""
    assert page.count("<h1") == 1
    heading = re.search("<h1[^>]*>(.*?)</h1>", page)[1]
    return heading, " ".join(html.unescape(re.sub("<[^>]+>", " ", page)).split())


@pytest.mark.parametrize(
    ("path", "status", "heading", "advice"),
    [
        ("/nowhere", 404, "That is not here", "Start again from the chat"),
        ("/documents/0000000000000000", 404, "That is not here", "No document has the id"),
        ("/documents/x?start=-1", 422, "That cannot be used", "start: "),
        ("/ask", 405, "That is not here", "Method Not Allowed"),
    ],
)
def test_a_page_of_an_error_says_in_words_what_to_do(client, path, status, heading, advice):
    reply = client.get(path)
    assert reply.status_code == status
    assert told(reply.text)[0] == heading
    assert advice in told(reply.text)[1]


def test_a_form_of_another_site_gets_a_page_that_says_so(client):
    reply = client.post("/language", data={}, headers={"sec-fetch-site": "cross-site"})
    assert reply.status_code == 403
    assert told(reply.text)[0] == "That is not allowed"


def test_a_bug_gets_a_page_that_does_not_blame_the_reader(home):
    def fail(_):
        raise RuntimeError("a secret")

    app = create_app(Settings(home=home), open_engine=fail)
    app.add_api_route("/bug", lambda: fail(None))
    with TestClient(app, HERE, headers=HTML, raise_server_exceptions=False) as client:
        reply = client.get("/bug")
    assert reply.status_code == 500
    assert told(reply.text)[0] == "Something went wrong here"
    assert "a secret" not in reply.text


def test_where_there_are_no_reports_yet_the_page_says_how_to_add_one(tmp_path):
    for settings, links in (({}, 0), ({"organiser_token": "x"}, 2)):
        app = create_app(Settings(home=tmp_path, **settings))
        with TestClient(app, HERE, headers=HTML) as client:
            page = client.get("/").text
        heading, words = told(page)
        assert heading == "There are no reports yet"
        assert "Put the first reports (PDF, Word and others) into the folder documents/" in words
        assert page.count('href="/organiser"') == links
        assert " data-reload" in page


def test_while_the_first_index_is_being_built_the_page_says_so(tmp_path):
    runner = StandIn()
    app = create_app(Settings(home=tmp_path), runner=runner)
    with TestClient(app, HERE, headers=HTML) as client:
        app.state.jobs.start()
        heading, words = told(client.get("/").text)
        assert heading == "The index is being built"
        assert "This page opens by itself" in words
        runner.ending = DocumentsError("there is no folder documents")
        runner.gate.set()
        until = time.monotonic() + 20
        while app.state.jobs.state.status == "running":
            assert time.monotonic() < until
        heading, words = told(client.get("/").text)
    assert heading == "There are no reports yet"
    assert "The last run of the index failed: there is no folder documents." in words


def test_an_index_that_cannot_be_trusted_is_not_called_a_want_of_reports(tmp_path):
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "current").write_text("nonsense\n")
    with TestClient(create_app(Settings(home=tmp_path)), HERE, headers=HTML) as client:
        assert told(client.get("/").text)[0] == "The index cannot be used"


def test_an_error_is_told_in_the_readers_language(client):
    page = client.get("/nowhere", headers={"accept-language": "ja"}).text
    assert told(page)[0] == "見つかりません"
    assert '<p class="small" lang="en"><bdi>Not Found.</bdi></p>' in page


def test_hostile_text_in_a_report_and_a_question_stays_text(fresh_home):
    hostile = "<script>alert(1)</script> & \"quotes\" 'n' <b>bold</b>"
    (fresh_home / "documents" / "evil.md").write_text(
        f"# {html.escape(hostile)}\n\nThe secret word of the meeting is {html.escape(hostile)} indeed.\n"
    )
    settings = Settings(home=fresh_home)
    build_index(settings)
    with TestClient(create_app(settings), HERE, headers=HTML) as client:
        page = client.get("/", params={"q": f"What is the secret word {hostile}?"}).text
        listing = client.get("/documents", headers={"accept": "application/json"}).json()
        evil = next(d for d in listing["documents"] if d["path"] == "evil.md")
        report = client.get(evil["url"]).text
    for shown in (page, report):
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


# Reports with speakers, one of them scanned in part and one hostile


@pytest.fixture(scope="module")
def mixed(collection):
    with TestClient(create_app(Settings(home=collection)), HERE, headers=HTML) as client:
        yield client


def opened(client, path):
    listing = client.get("/documents", headers={"accept": "application/json"}).json()
    (report,) = [report for report in listing["documents"] if report["path"] == path]
    return client.get(report["url"]).text


def test_minutes_are_shown_with_the_labels_of_their_turns_and_their_speakers(mixed):
    page = opened(mixed, "minutes.txt")
    assert page.count('<span class="marker">BR: </span>The harbour will cost 9') == 10
    assert '<span class="marker">AL: </span>The new harbour is going' in page
    assert "<summary>2 speakers</summary>" in page
    assert "<ul><li><bdi>Ann Lee</bdi></li><li><bdi>Ben Roth</bdi></li></ul>" in page


def test_a_report_tells_how_it_was_read(mixed):
    page = opened(mixed, "wind.html")
    assert '<details class="about"><summary>How it was read</summary>' in page
    assert "<li><bdi>289 characters</bdi></li>" in page
    left = "left out: navigation (1 time, 4 characters): it leads to other pages"
    assert f"<li><bdi>{left}</bdi></li>" in page
    assert "<summary>3 speakers</summary>" in page


@pytest.mark.skipif(not ocr_languages(), reason="tesseract is not installed")
def test_what_was_recognised_is_told_in_the_report_and_at_the_citation(mixed):
    report = opened(mixed, "ferries.pdf")
    assert "<li><bdi>4 pages, 256 characters</bdi></li>" in report
    assert "<li><bdi>1 page read by OCR: 3</bdi></li>" in report
    assert "<li><bdi>1 page blank</bdi></li>" in report
    page = mixed.get("/", params={"q": "When was the old lighthouse built?"}).text
    remark = "page 3 (read by character recognition: compare with the page)"
    assert page.index(f"<span>{remark}</span>") < page.index("further quotation")


def test_a_citation_shows_who_speaks_and_a_page_without_a_remark(mixed):
    page = mixed.get("/", params={"q": "When does the fish market open?"}).text
    assert "<bdi>Ms. Ida Friis, Skagen</bdi>" in page
    assert "<span>page 2</span>" in page


def test_a_citation_without_a_speaker_shows_none(mixed):
    page = mixed.get("/", params={"q": "What of note was said?"}).text
    cite = page[page.index('<p class="cite">') :]
    assert "Nothing of note was said on that day." in re.sub("</?mark>", "", page)
    assert "<span>" not in cite[: cite.index("</p>")].replace('<span class="', "")
    assert "None" not in page


def test_hostile_names_of_files_speakers_and_organisers_stay_text(mixed):
    report = opened(mixed, "<b>evil&.txt")
    start = mixed.get("/").text
    answer = mixed.get("/", params={"q": "What of note was said?"}).text
    assert "&lt;b&gt;evil&amp;.txt" in report
    assert "&lt;u&gt;Nobody&lt;/u&gt;" in report
    assert (
        "&lt;b&gt;Eve&lt;/b&gt; &#34;E&#34; Evans, &lt;script&gt;alert(1)&lt;/script&gt;" in report
    )
    for page in (report, start, answer):
        assert "&lt;i&gt;Evil&lt;/i&gt; &amp; co" in page
        for tag in ("<b>", "<i>", "<u>", "<script>"):
            assert tag not in page


def test_reports_that_give_other_figures_are_shown_side_by_side_the_oldest_first(fresh_home):
    texts = {
        "a.md": "# Review of the harbour meeting\n\nMay 9, 2021, Kiel\n\nLooking back, the harbour "
        "meeting in Kiel was attended by 95 people, fewer than had been hoped for.\n",
        "b.md": "# Harbour meeting\n\nMarch 3, 2019, Kiel\n\nThe harbour meeting in Kiel was attended "
        "by 120 people from the region.\n",
    }
    for name, text in texts.items():
        (fresh_home / "documents" / name).write_text(text)
    settings = Settings(home=fresh_home, balanced_threshold=0.0)
    build_index(settings)
    asked = "How many people attended the harbour meeting in Kiel?"
    with TestClient(create_app(settings), HERE, headers=HTML) as client:
        page = client.get("/", params={"q": asked}).text
    assert "The reports give different figures" in page
    beside = page[page.index('<ol class="quotes beside">') : page.index("further quotation")]
    assert beside.index("<mark>120") < beside.index("<mark>95")


def test_the_address_of_a_year_takes_the_place_of_other_days():
    within = Within(Filters(("a" * 16,), ("Ann",), after="2001-02-03"))
    address = within.address("/", [("after", "2018-01-01"), ("before", "2018-12-31")])
    assert address == "/?after=2018-01-01&before=2018-12-31&report=" + "a" * 16 + "&speaker=Ann"


def test_the_form_of_filters_keeps_all_that_is_chosen(client):
    listing = documents_view(client.app.state.current.get())
    (report,) = listing.documents
    many = [report.model_copy(update={"document_id": f"{n:016x}"}) for n in range(150)]
    listing = listing.model_copy(update={"documents": many})
    within = Within(Filters((f"{120:016x}", f"{3:016x}"), ("Ann", "Ben")))
    assert [each.document_id for each in within.choices(listing)][-1] == f"{120:016x}"
    assert len(within.choices(listing)) == 101
    assert within.further == [("report", f"{3:016x}"), ("speaker", "Ben")]
    page = client.get("/?speaker=Tasso&speaker=Takuya").text
    form = page[page.index('<details class="filters"') :]
    assert '<input type="hidden" name="speaker" value="Takuya">' in form[: form.index("</form>")]
