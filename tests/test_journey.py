"""Files in, answers out: by the command, over HTTP and in a real browser."""

import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request

import pytest

from chromium import browsing, serving
from pdfs import drawn
from pdfs import page as pdf_page

QUESTION = "How many people attended the seminar?"
SIZES = {"phone": (360, 740), "desktop": (1440, 900)}


def command(*arguments, home):
    done = subprocess.run(
        [sys.executable, "-m", "seminar_qa.cli", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "SEMINAR_QA_HOME": str(home)},
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def address(home):
    with serving(home) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with browsing() as browser:
        yield browser


@pytest.fixture(params=[(size, scheme) for size in SIZES for scheme in ("light", "dark")])
def page(browser, request):
    name, scheme = request.param
    width, height = SIZES[name]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    problems = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    requests = []
    page.on("request", lambda sent: requests.append(sent.url))
    yield page
    context.close()
    assert problems == []
    assert all(url.startswith(("http://127.0.0.1", "data:")) for url in requests)


@pytest.fixture
def plain_page(browser):
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_a_new_report_is_indexed_and_answers_by_the_command(fresh_home):
    (fresh_home / "documents" / "2021").mkdir()
    (fresh_home / "documents" / "2021" / "harbour.md").write_text(
        "# Harbours and wind\n\n## Discussion\n\n"
        "Ms. Ines Calado of the Port of Sines said that 42 turbines will be shipped in May 2022.\n"
    )
    command("index", home=fresh_home)
    reply = json.loads(
        command("ask", "--json", "How many turbines will be shipped?", home=fresh_home)
    )
    (first, *_) = reply["quotes"]
    assert "42" in reply["answer"]
    assert first["citation"]["title"] == "Harbours and wind"
    assert first["citation"]["section"] == "Discussion"


def fetch(address, path, body=None):
    """Return the JSON that the service answers with."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(address + path, data, headers)) as reply:
        return json.load(reply)


def test_reports_in_several_formats_are_asked_by_speaker_and_checked(fresh_home):
    documents = fresh_home / "documents"
    (documents / "ferries.pdf").write_bytes(
        drawn(
            pdf_page("The minister opened the day in the town hall."),
            pdf_page("Ms. Ida Friis of Skagen explained that the quay is 640 metres long."),
        )
    )
    (documents / "ferries.yaml").write_text("title: Ferries\ndate: 2019-06-01\n")
    (documents / "wind.html").write_text(
        "<html><body><h1>Wind day</h1><p>Ms. Clara Berg of Aarhus explained that the quay is "
        "short, at 90 metres.</p></body></html>"
    )
    (documents / "minutes.txt").write_text(
        "Minutes of the Quay Meeting\n\nBAN: The quay is 120 metres long.\n\n"
        "LEE: I doubt it.\n\nBAN: It was measured.\n\nLEE: By whom?\n\nBAN: By the port.\n"
    )
    command("index", home=fresh_home)
    question = {"question": "How long is the quay?", "filters": {"speakers": ["Friis"]}}
    with serving(fresh_home) as address:
        reply = fetch(address, "/ask", question)
        (first, *_) = reply["quotes"]
        cited = first["citation"]
        asked = {key: cited[key] for key in ("document_id", "start", "end", "quote_sha256")}
        fate = fetch(address, "/verify?" + urllib.parse.urlencode(asked))
        speakers = {
            speaker["cited"]
            for report in fetch(address, "/documents")["documents"]
            for speaker in report["speakers"]
        }
    assert (reply["answered"], reply["answer"][:10]) == (True, "640 metres")
    assert {quote["citation"]["speaker"] for quote in reply["quotes"]} == {"Ms. Ida Friis, Skagen"}
    assert (cited["title"], cited["date"], cited["page"]) == ("Ferries", "2019-06-01", 2)
    ((number, left, bottom, _, top),) = cited["boxes"]
    assert (number, round(left)) == (2, 72)
    assert 755 < bottom < 760 < top < 770
    assert fate["status"] == "unchanged"
    assert {"Ms. Ida Friis, Skagen", "Ms. Clara Berg, Aarhus", "BAN", "LEE"} <= speakers


def test_the_command_and_the_service_give_the_same_answer(home, address):
    by_command = json.loads(command("ask", "--json", QUESTION, home=home))
    body = json.dumps({"question": QUESTION}).encode()
    request = urllib.request.Request(
        f"{address}/ask", body, headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as reply:
        by_service = json.load(reply)
    del by_command["timing_ms"], by_service["timing_ms"]
    assert by_command == by_service
    assert "approximately 100 audiences" in by_service["quotes"][0]["text"]


def ask(page, question, turn):
    page.fill("#question", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#turn-{turn} .card")
    return page.locator(f"#turn-{turn}")


@pytest.mark.browser
def test_a_reader_asks_sees_the_quotation_and_opens_the_report_beside_it(page, address):
    page.goto(address)
    card = ask(page, "Who is the Governor of Iwate Prefecture?", 1)
    assert card.locator(".short").inner_text() == "Mr. Takuya Tasso"
    assert card.locator("mark").first.inner_text() == "Mr. Takuya Tasso"
    card.locator("a.source").first.click()
    quote = page.locator("#panel #quote")
    quote.wait_for()
    assert quote.inner_text().startswith("Mr. Takuya Tasso, Governor of Iwate Prefecture")
    top, bottom = page.evaluate(
        "(() => { const box = document.querySelector('#quote').getBoundingClientRect();"
        " return [box.top, window.innerHeight - box.bottom]; })()"
    )
    assert top > 0
    assert bottom > 0
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()


@pytest.mark.browser
def test_a_conversation_goes_on_and_survives_a_reload(page, address):
    page.goto(address)
    ask(page, "Who spoke about Gifu?", 1)
    second = ask(page, "Which hotel hosted the seminar?", 2)
    assert second.locator(".short").inner_text() == "The reports do not say."
    page.reload()
    assert page.locator(".turn").count() == 2
    page.go_back()
    page.locator("#turn-2").wait_for(state="detached")
    assert page.locator(".turn").count() == 1


@pytest.mark.browser
def test_no_page_is_wider_than_the_screen(page, address):
    page.goto(address)
    ask(page, "What three elements are common to successful regional cooperation?", 1)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.browser
def test_a_malformed_question_and_a_silent_server_are_told_in_words(browser, home):
    context = browser.new_context()
    page = context.new_page()
    with serving(home) as address:
        page.goto(address)
        told = ask(page, "???", 1)
        assert "The question is empty" in told.inner_text()
    ask_gone = "Who prepared the report?"
    page.fill("#question", ask_gone)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The server does not answer")
    assert page.input_value("#question") == ask_gone
    context.close()


@pytest.mark.browser
def test_without_javascript_a_reader_asks_and_opens_the_report(plain_page, address):
    plain_page.goto(address)
    plain_page.fill("#question", "Who is the Governor of Iwate Prefecture?")
    plain_page.keyboard.press("Enter")
    plain_page.wait_for_url("**/?q=*")
    assert plain_page.locator(".short").inner_text() == "Mr. Takuya Tasso"
    plain_page.locator("a.source").first.click()
    plain_page.wait_for_url("**/documents/**")
    assert plain_page.locator("#quote").inner_text().startswith("Mr. Takuya Tasso")


@pytest.mark.browser
def test_the_interactive_documentation_is_drawn_without_another_server(browser, address):
    context = browser.new_context()
    page = context.new_page()
    asked = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(f"{address}/docs")
    page.wait_for_selector("text=/ask")
    assert all(url.startswith((address, "data:", "blob:")) for url in asked)
    context.close()
