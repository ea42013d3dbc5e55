"""The whole journey by the keyboard alone: nothing is clicked, nothing is focused by the test."""

import pytest

from chromium import browsing, serving

pytestmark = pytest.mark.browser
GOVERNOR = "Who is the Governor of Iwate Prefecture?"


@pytest.fixture(scope="module")
def address(home):
    with serving(home) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with browsing() as browser:
        yield browser


@pytest.fixture(params=[(360, 740), (1440, 900)], ids=["phone", "desktop"])
def page(browser, request):
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context.new_page()
    context.close()


def focused(page, selector):
    return page.evaluate("(selector) => document.activeElement.matches(selector)", selector)


def tab_to(page, selector, most=80):
    """Press Tab until the element is focused; each stop on the way must be visible and ringed."""
    for _ in range(most):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(() => { const style = getComputedStyle(document.activeElement);"
            " const box = document.activeElement.getBoundingClientRect();"
            " return document.activeElement === document.body || (box.width > 0 && box.height > 0"
            " && style.outlineStyle !== 'none'); })()"
        )
        assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if focused(page, selector):
            return
    pytest.fail(f"Tab does not reach {selector}")


def test_a_reader_goes_the_whole_way_without_a_mouse(page, address):
    page.goto(address)
    page.keyboard.press("/")
    assert focused(page, "#question")
    page.keyboard.type(GOVERNOR)
    page.keyboard.press("Enter")
    page.wait_for_selector("#turn-1 .card")
    page.locator("#question:focus").wait_for()
    assert "Takuya Tasso" in page.locator("#status").inner_text()
    page.keyboard.press("Shift+Tab")
    for _ in range(60):
        if focused(page, "#turn-1 a.source"):
            break
        page.keyboard.press("Shift+Tab")
    assert focused(page, "#turn-1 a.source")
    page.keyboard.press("Enter")
    page.locator("#panel #quote").wait_for()
    assert page.evaluate("document.querySelector('#panel').contains(document.activeElement)")
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()
    assert focused(page, "#turn-1 a.source")
    page.keyboard.press("/")
    page.keyboard.type("And the Governor of Gifu?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#turn-2 .card")


def test_every_stop_of_the_start_page_is_visible_and_in_the_order_of_the_page(page, address):
    page.goto(address)
    page.evaluate("document.activeElement.blur()")
    tab_to(page, ".skip")
    tab_to(page, "#question")
    tab_to(page, ".languages button")


def test_the_skip_link_leads_past_the_head(page, address):
    page.goto(address)
    page.evaluate("document.activeElement.blur()")
    tab_to(page, ".skip")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_language_is_switched_by_the_keyboard(page, address):
    page.goto(address)
    tab_to(page, ".languages button")
    page.keyboard.press("Enter")
    page.wait_for_selector("html[lang=ja]")


def test_feedback_is_given_by_the_keyboard(page, address):
    page.goto(f"{address}/?q={GOVERNOR}")
    tab_to(page, "#turn-1 form[action='/feedback'] button")
    page.keyboard.press("Enter")
    page.locator("#status:not(:empty)").wait_for(state="attached")
    assert page.locator(".thanks").first.is_visible()
