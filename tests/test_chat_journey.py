"""What a reader does on the chat page, in Chromium.

On a phone and a desktop, light and dark, with and without JavaScript.
"""

import re
import urllib.parse
from itertools import product

import pytest

from chromium import browsing, serving
from seminar_qa.feedback import FeedbackStore
from seminar_qa.ingest import build_index
from seminar_qa.settings import Settings

pytestmark = pytest.mark.browser
GOVERNOR = "Who is the Governor of Iwate Prefecture?"
NO_ANSWER = "Which hotel hosted the seminar?"
HARBOUR = "How much will the harbour cost?"
FISH = "When does the fish market open?"
SCREENS = list(product([(360, 740), (1440, 900)], ["light", "dark"]))
NAMES = [f"{size[0]}-{scheme}" for size, scheme in SCREENS]


@pytest.fixture(scope="module")
def address(home):
    with serving(home) as address:
        yield address


@pytest.fixture(scope="module")
def mixed(collection):
    with serving(collection) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with browsing() as browser:
        yield browser


def opened(browser, screen, javascript):
    (width, height), scheme = screen
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        java_script_enabled=javascript,
        locale="en-GB",
        permissions=["clipboard-read", "clipboard-write"],
    )
    return context, context.new_page()


@pytest.fixture(params=SCREENS, ids=NAMES)
def page(browser, request):
    """A page with JavaScript that may have no errors and ask nobody else."""
    context, page = opened(browser, request.param, javascript=True)
    problems, asked = [], []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda sent: asked.append(sent.url))
    yield page
    context.close()
    assert problems == []
    assert all(url.startswith(("http://127.0.0.1", "data:")) for url in asked)


@pytest.fixture(params=SCREENS, ids=NAMES)
def plain(browser, request):
    """A page without JavaScript."""
    context, page = opened(browser, request.param, javascript=False)
    yield page
    context.close()


@pytest.fixture(
    params=list(product(SCREENS, [True, False])),
    ids=[f"{n}-{s}" for n in NAMES for s in ("js", "plain")],
)
def either(browser, request):
    """A page with and one without JavaScript."""
    screen, javascript = request.param
    context, page = opened(browser, screen, javascript)
    yield page
    context.close()


def ask(page, question, turn=1):
    page.fill("#question", question)
    page.keyboard.press("Enter")
    card = page.locator(f"#turn-{turn}")
    card.locator(".card").wait_for()
    return card


def chat(address, *questions, **more):
    return f"{address}/?" + urllib.parse.urlencode([*(("q", q) for q in questions), *more.items()])


def test_an_answer_is_the_words_then_the_sentence_then_where_it_stands(either, address):
    either.goto(address)
    card = ask(either, GOVERNOR)
    assert card.locator(".short").inner_text() == "Mr. Takuya Tasso"
    assert card.locator("mark").first.inner_text() == "Mr. Takuya Tasso"
    assert "Likely the answer" in card.locator(".sure summary").inner_text()
    assert re.match(r"\d+ %", card.locator(".sure summary").get_attribute("title"))
    assert "2018-11-20" in card.locator(".cite").first.inner_text()
    assert re.search(r"\d+ ms · index \d{8}T", card.locator(".small").last.inner_text())
    sizes = [
        card.locator(place).first.evaluate("(each) => parseFloat(getComputedStyle(each).fontSize)")
        for place in (".short", ".said", ".cite")
    ]
    assert sizes == sorted(sizes, reverse=True)
    colours = [
        card.locator(place).first.evaluate("(each) => getComputedStyle(each).color")
        for place in (".said", ".near")
    ]
    assert colours[0] != colours[1]


def test_further_quotations_are_grouped_by_report(either, address):
    either.goto(chat(address, GOVERNOR))
    more = either.locator("#turn-1 details.more")
    more.locator("summary").click()
    assert more.locator(".of-report").first.is_visible()
    assert more.locator(".quote").count() == 2


def test_quotations_are_numbered_from_the_top(either, address):
    either.goto(chat(address, GOVERNOR))
    numbers = either.locator("#turn-1 .number").all_text_contents()
    assert len(numbers) >= 2
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


def test_a_no_says_what_was_looked_at_and_what_is_only_close(either, mixed):
    either.goto(chat(mixed, "Which hotel in Paris hosted the seminar?"))
    card = either.locator("#turn-1 .card.no")
    words = card.inner_text()
    assert words.startswith("The reports do not say.")
    assert "No report mentions “Paris”." in words
    assert re.search(r"Looked at: 4 reports with \d+ passages", words)
    assert "Close, but not an answer" in words
    assert "Not read: 1 file" in words
    assert card.locator("mark").count() == 0


def test_a_follow_up_shows_its_meaning_which_can_be_changed(either, mixed):
    either.goto(chat(mixed, "What did Clara Berg explain?", "And David Holm?"))
    meant = either.locator("#turn-2 details.meant")
    assert "Understood as:" in meant.locator("summary").inner_text()
    meant.locator("summary").click()
    field = meant.locator("input[name=q]:not([type=hidden])")
    assert "Holm" in field.input_value()
    field.fill("What did Elin Dahl say?")
    meant.locator("button").click()
    either.wait_for_url("**Elin+Dahl**")
    assert either.locator(".turn").count() == 2
    assert either.locator("#turn-2 .question").inner_text() == "What did Elin Dahl say?"


def test_a_conversation_stays_and_begins_anew(either, address):
    either.goto(address)
    ask(either, GOVERNOR)
    ask(either, NO_ANSWER, 2)
    either.reload()
    assert either.locator(".turn").count() == 2
    either.locator("header a[href='/']", has_text="New conversation").click()
    either.locator(".welcome").wait_for()
    assert either.locator(".turn").count() == 0


def test_suggested_questions_are_answered_from_the_reports(page, address):
    page.goto(address)
    suggested = page.locator(".suggested a")
    suggested.first.wait_for(timeout=60_000)
    assert 1 <= suggested.count() <= 4
    suggested.first.click()
    page.locator("#turn-1 .card.answer").wait_for()


def test_filters_hold_for_the_conversation_and_can_be_lifted(either, mixed):
    either.goto(mixed)
    either.locator(".filters summary").click()
    either.fill("input[name=speaker]", "Ben Roth")
    either.locator(".filters button").click()
    either.wait_for_url("**speaker=Ben+Roth**")
    assert "Ben Roth" in either.locator(".chips").inner_text()
    card = ask(either, "What will the harbour cost?")
    assert "Ben Roth" in card.locator(".cite").first.inner_text()
    assert "speaker=Ben+Roth" in either.url
    either.locator(".chips a").click()
    either.locator(".chips").wait_for(state="detached")
    assert "speaker" not in either.url


def test_an_unknown_speaker_is_told(either, mixed):
    reply = either.goto(f"{mixed}/?speaker=Nobody+At+All")
    assert reply.status == 422
    assert "No report names a speaker" in either.locator("main").inner_text()


def test_all_passages_about_something_are_shown_by_report(either, mixed):
    either.goto(f"{mixed}/search")
    either.fill("#about", "harbour")
    either.keyboard.press("Enter")
    either.wait_for_url("**about=harbour**")
    assert either.locator(".search .quote").count() >= 3
    assert "passages in" in either.locator(".looked").inner_text()
    assert either.locator("mark").count() == 0


def test_a_report_opens_beside_the_conversation_and_closes_again(page, mixed):
    page.goto(chat(mixed, HARBOUR))
    link = page.locator("a.source").first
    link.click()
    page.locator("#panel #quote").wait_for()
    headings = page.locator("#panel :is(h1, h2, h3)")
    levels = headings.evaluate_all("all => all.map(h => [+h.tagName[1], +h.ariaLevel])")
    assert levels  # below the page's own
    assert all(level == tag + 1 for tag, level in levels)
    box = page.locator("#panel").bounding_box()
    width = page.viewport_size["width"]
    assert box["width"] == width if width < 600 else box["x"] > width * 0.4
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()
    assert link.evaluate("(each) => each === document.activeElement")


def test_beside_a_conversation_the_report_reaches_the_edge_of_the_screen(page, mixed):
    page.goto(chat(mixed, HARBOUR))
    page.locator("#turn-1 a.source").first.click()
    page.locator("#panel #quote").wait_for()
    panel, main = page.locator("#panel").bounding_box(), page.locator("main").bounding_box()
    width = page.evaluate("document.documentElement.clientWidth")
    assert abs(panel["x"] + panel["width"] - width) < 1
    assert width < 900 or main["x"] + main["width"] <= panel["x"] + 1


def test_a_pdf_is_shown_as_its_page_with_a_box_over_the_quotation(either, mixed):
    either.goto(chat(mixed, FISH))
    either.goto(mixed + either.locator("a.source").first.get_attribute("href"))
    sheet = either.locator(".sheet")
    sheet.wait_for()
    image, box = sheet.evaluate(
        "(sheet) => ['image', 'rect'].map((name) => sheet.querySelector(name).getBoundingClientRect().toJSON())"
    )
    assert image["left"] < box["left"] < box["right"] < image["right"]
    assert image["top"] < box["top"] < box["bottom"] < image["top"] + image["height"] / 3
    before = image["width"]
    either.locator(".bar a", has_text="2×").click()
    either.wait_for_url("**zoom=2**")
    assert either.locator(".sheet image").bounding_box()["width"] == pytest.approx(
        2 * before, rel=0.05
    )
    either.locator(".bar a", has_text="Text").click()
    either.wait_for_url("**view=text**")
    assert either.locator("mark#quote").inner_text().startswith("Ms. Ida Friis")
    assert either.locator("a.original").get_attribute("href").endswith("/original")


def test_quotations_are_walked_by_links_and_by_arrows(page, address):
    page.goto(chat(address, GOVERNOR))
    page.goto(address + page.locator("a.source").first.get_attribute("href"))
    first = page.locator("#quote").inner_text()
    assert "Quotation 1 of 3" in page.locator(".bar").first.inner_text()
    page.keyboard.press("ArrowRight")
    page.locator(".bar", has_text="Quotation 2 of 3").wait_for()
    assert page.locator("#quote").inner_text() != first
    page.keyboard.press("ArrowLeft")
    page.locator(".bar", has_text="Quotation 1 of 3").wait_for()


def test_an_answer_is_copied_with_its_citation(page, address):
    page.goto(chat(address, GOVERNOR))
    page.locator(".take summary").first.click()
    page.locator(".copy[data-style=plain]").click()
    page.locator("#status", has_text="Copied").wait_for(state="attached")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“Mr. Takuya Tasso, Governor of Iwate Prefecture")
    assert "Cooperation between European and Japanese Regions" in copied
    assert "/documents/" in copied


def test_without_javascript_a_citation_is_a_text_to_copy(plain, address):
    plain.goto(chat(address, GOVERNOR))
    plain.locator(".take summary").first.click()
    plain.locator(".copy[data-style=markdown]").click()
    plain.wait_for_url("**/cite**")
    assert plain.locator("body").inner_text().startswith("> Mr. Takuya Tasso")


def test_a_conversation_is_taken_along(either, address):
    either.goto(chat(address, GOVERNOR, NO_ANSWER))
    for name, ending in (("Save as Word", "docx"), ("Markdown", "md")):
        with either.expect_download() as waiting:
            either.locator("header a", has_text=name).click()
        assert waiting.value.suggested_filename == f"answers.{ending}"


def test_a_permalink_shows_the_answer_again(either, address):
    either.goto(chat(address, GOVERNOR))
    either.goto(address + either.locator(".permalink").get_attribute("href"))
    assert either.locator("h1").inner_text() == GOVERNOR
    assert "Unchanged." in either.locator(".fate").inner_text()
    assert either.locator("mark").inner_text() == "Mr. Takuya Tasso"


def test_a_reader_says_that_an_answer_is_wrong_and_which_passage_is_right(page, fresh_home):
    build_index(Settings(home=fresh_home))
    with serving(fresh_home) as address:
        page.goto(chat(address, GOVERNOR))
        page.locator("button[value=wrong]").click()
        page.locator(".thanks").first.wait_for()
        page.locator("details.more summary").click()
        page.locator("button[value=passage]").first.click()
        page.locator(".thanks").nth(1).wait_for()
    verdicts = [entry.verdict for entry in FeedbackStore(fresh_home).listed()]
    assert verdicts == ["passage", "wrong"]


def test_without_javascript_the_organiser_is_told_what_is_missing(plain, fresh_home):
    build_index(Settings(home=fresh_home))
    with serving(fresh_home) as address:
        plain.goto(chat(address, NO_ANSWER))
        plain.locator(".take summary").click()
        plain.fill("textarea[name=note]", "It was the Grand Hotel")
        plain.locator("button[value=missing]").click()
        plain.wait_for_url("**/feedback/thanks**")
        plain.locator(".way").click()
        plain.locator("#turn-1").wait_for()
    (entry,) = FeedbackStore(fresh_home).listed()
    assert (entry.verdict, entry.question, entry.note) == (
        "missing",
        NO_ANSWER,
        "It was the Grand Hotel",
    )


def test_the_interface_is_japanese_for_who_asks_for_it_and_can_be_switched(browser, address):
    with browser.new_context(locale="ja-JP") as context:
        page = context.new_page()
        page.goto(address)
        assert page.locator("h1").inner_text() == "報告書に質問する"
        card = ask(page, NO_ANSWER)
        assert card.locator(".short").inner_text() == "報告書には書かれていません。"
        page.locator(".languages button").click()
        page.wait_for_selector("html[lang=en]")
        assert page.locator(".short").inner_text() == "The reports do not say."


def test_a_slow_answer_has_a_skeleton_and_then_a_word(browser, address):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        page.route("**/?q=*", lambda route: (page.wait_for_timeout(6500), route.continue_()))
        page.fill("#question", GOVERNOR)
        page.keyboard.press("Enter")
        page.wait_for_selector(".skeleton", timeout=3000)
        page.wait_for_selector("text=Still looking", timeout=8000)
        page.wait_for_selector("#turn-1 .card", timeout=30_000)
        assert page.locator(".skeleton").count() == 0


def test_who_goes_back_while_an_answer_is_awaited_stays_there_and_can_ask(browser, address):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        ask(page, GOVERNOR)
        held = []

        def hold(route):
            held.append(route)

        page.route("**/?q=*&q=*", hold)
        page.fill("#question", NO_ANSWER)
        page.keyboard.press("Enter")
        page.locator(".pending").wait_for()
        page.go_back()
        page.locator(".welcome").wait_for()
        for route in held:
            route.continue_()
        page.wait_for_timeout(1500)
        assert page.locator(".turn").count() == 0
        assert page.url == f"{address}/"
        ask(page, NO_ANSWER)
        assert page.locator(".turn").count() == 1


def test_a_server_that_is_gone_is_told_and_the_question_is_asked_again(browser, home):
    with browser.new_context() as context:
        page = context.new_page()
        with serving(home) as address:
            page.goto(address)
            page.context.set_offline(True)
            page.fill("#question", GOVERNOR)
            page.keyboard.press("Enter")
            page.wait_for_selector("text=The server does not answer")
            assert page.input_value("#question") == GOVERNOR
            page.context.set_offline(False)
            page.locator("button", has_text="Ask again").click()
            page.wait_for_selector("#turn-1 .card.answer")
            assert page.locator(".failed").count() == 0


def test_too_many_questions_are_told_to_wait(browser, home):
    with browser.new_context() as context, serving(home, questions_per_minute="1") as address:
        page = context.new_page()
        page.goto(chat(address, GOVERNOR))
        page.fill("#question", NO_ANSWER)
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Too many questions at once")
        assert re.search(r"Ask again in \d+ seconds", page.locator(".failed").inner_text())


def test_keys_walk_the_quotations(page, address):
    page.goto(chat(address, GOVERNOR))
    page.evaluate(
        "document.querySelector('details.more').open = true; document.activeElement.blur()"
    )
    for key, number in (("ArrowDown", 1), ("j", 2), ("ArrowDown", 3), ("k", 2)):
        page.keyboard.press(key)
        links = page.locator("#turn-1 a.source")
        assert links.nth(number - 1).evaluate("(each) => each === document.activeElement")


def test_a_question_mark_shows_the_keys_but_not_while_one_is_typed(page, address):
    page.goto(address)
    page.fill("#question", "")
    page.keyboard.type("?")
    assert page.input_value("#question") == "?"
    assert page.locator(".keys p").is_hidden()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.locator(".keys p").is_visible()
    page.keyboard.press("?")
    assert page.locator(".keys p").is_hidden()


def test_a_citation_that_is_refused_is_not_copied_and_copied_twice_keeps_its_name(browser, address):
    context, page = opened(browser, SCREENS[-1], javascript=True)
    with context:
        page.goto(chat(address, GOVERNOR))
        page.locator(".answer .take summary").click()
        link = page.locator(".copy").first
        name = link.inner_text()
        for _ in range(2):
            link.click()
            page.locator(".copy", has_text="Copied").wait_for()
        page.locator(".copy", has_text=re.compile(f"^{name}$")).first.wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        page.route("**/cite?*", lambda route: route.fulfill(status=503, body="not now"))
        link.click()
        page.wait_for_url("**/cite?*")
        page.goto(address)
        assert page.evaluate("navigator.clipboard.readText()") == copied


def test_a_verdict_reaches_the_server_though_the_script_could_not_send_it(browser, address):
    context, page = opened(browser, SCREENS[0], javascript=True)
    with context:
        page.goto(chat(address, GOVERNOR))
        page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('gone')); }")
        page.locator("#turn-1 button[value=right]").first.click()
        page.wait_for_url("**/feedback/thanks?*")


def test_a_sheet_of_paper_has_the_answer_and_its_source_and_no_buttons(page, address):
    page.goto(chat(address, GOVERNOR))
    page.emulate_media(media="print")
    assert page.locator(".short").is_visible()
    for hidden in (".ask", ".top", ".foot", ".actions"):
        assert not page.locator(hidden).first.is_visible()
    shown = page.locator("a.source").first.evaluate(
        "(each) => getComputedStyle(each, '::after').content"
    )
    assert "href" in shown or "/documents/" in shown


BIDI = "\u202edesrever\u202c"
LONG = "x" * 10_000
EVIL = "<script>document.title='owned'</script><img src=x onerror=document.title='owned'>"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, home):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "documents").mkdir()
    (folder / "index").mkdir()
    (folder / "index" / "models").symlink_to(home / "index" / "models", target_is_directory=True)
    text = f"Minutes of the Evil Meeting\n\nThe secret word of the meeting is {EVIL} \x1b[31mred {BIDI} {LONG} indeed.\n"
    name = f"{'<i>' + BIDI}&.txt"
    (folder / "documents" / name).write_text(text, "utf-8")
    (folder / "documents" / f"{'<i>' + BIDI}&.yaml").write_text(
        f"title: '{EVIL.replace(chr(39), chr(39) * 2)} {BIDI}'\nspeakers: [{{name: '<b>Eve</b> {BIDI}', role: '{LONG}'}}]\n",
        "utf-8",
    )
    build_index(Settings(home=folder))
    with serving(folder) as address:
        yield address


def test_hostile_text_is_text_everywhere(either, hostile):
    question = f"What is the secret word of the meeting {EVIL[:300]} {BIDI}?"
    listed = either.request.get(f"{hostile}/documents").json()["documents"][0]
    places = [
        f"{hostile}/",
        chat(hostile, question),
        chat(hostile, "What is the secret word of the meeting?"),
        f"{hostile}/search?" + urllib.parse.urlencode({"about": f"secret word {EVIL[:200]}"}),
        f"{hostile}{listed['url']}?start=0&end=60",
        f"{hostile}/feedback/thanks?" + urllib.parse.urlencode({"here": "/" + EVIL}),
    ]
    for place in places:
        either.goto(place)
        assert "owned" not in either.title().replace(EVIL, "").replace("document.title='owned'", "")
        assert either.locator("img, main script, main b, main i").count() == 0
        width = either.viewport_size["width"]
        assert either.locator("body").bounding_box()["width"] <= width
        assert either.locator("main").first.bounding_box()["width"] <= width
