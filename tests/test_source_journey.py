"""A reader at the report: the page with its boxes, zoom, the quotations by keyboard and by links."""

import io
import json
import urllib.request

import pytest
from PIL import Image

from chromium import browsing, serving

pytestmark = pytest.mark.browser
FISH = "When does the fish market open?"
SIZES = {"phone": (360, 740), "desktop": (1440, 900)}


@pytest.fixture(scope="module")
def address(collection):
    with serving(collection) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with browsing() as browser:
        yield browser


@pytest.fixture(
    params=[(size, scheme) for size in SIZES for scheme in ("light", "dark")], ids="-".join
)
def context(browser, request):
    size, scheme = request.param
    width, height = SIZES[size]
    with browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    ) as context:
        yield context


@pytest.fixture
def page(context):
    return context.new_page()


@pytest.fixture(scope="module")
def cited(address):
    """The citation of the sentence about the fish market, on the second page of a PDF."""
    body = json.dumps({"question": FISH}).encode()
    headers = {"content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{address}/ask", body, headers)) as reply:
        return json.load(reply)["quotes"][0]["citation"]


@pytest.fixture(scope="module")
def three(address):
    """The address of the minutes opened at the second of three quotations."""
    headers = {"accept": "application/json"}
    request = urllib.request.Request(f"{address}/documents", headers=headers)
    with urllib.request.urlopen(request) as reply:
        listed = json.load(reply)["documents"]
    (url,) = [report["url"] for report in listed if report["path"] == "minutes.txt"]
    return f"{address}{url}?start=700&end=720&quotes=40-80,700-720,900-940#quote"


def box_and_ink(page):
    """Return the box of the quotation, and the one around all that is dark near it, in pixels."""
    page.locator(".sheet rect").scroll_into_view_if_needed()
    box, sheet = edges(page.locator(".sheet rect")), edges(page.locator(".sheet"))
    rects = "hidden => document.querySelectorAll('.sheet rect').forEach"
    hide = f"{rects}(each => {{ each.style.display = hidden ? 'none' : ''; }})"
    page.evaluate(hide, True)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("L")
    page.evaluate(hide, False)
    left, right = round(sheet[0] + 4), round(sheet[2] - 4)  # without the edge of the sheet
    top, bottom = round(box[1] - 12), round(box[3] + 12)
    dark = shot.crop((left, top, right, bottom)).point(lambda value: 255 * (value < 190))
    x0, y0, x1, y1 = dark.getbbox()
    return box, [left + x0, top + y0, left + x1, top + y1]


def edges(locator):
    place = locator.bounding_box()
    return [place["x"], place["y"], place["x"] + place["width"], place["y"] + place["height"]]


def until(page, holds):
    """Wait until an expression holds; the pages forbid what wait_for_function does (CSP)."""
    for _ in range(200):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"it never holds: {holds}")


def drawn(page):
    """Wait until the picture of the page is there."""
    until(page, "performance.getEntriesByType('resource').some(e => e.name.endsWith('.png'))")
    page.wait_for_load_state("networkidle")


def in_sight(page, selector):
    return page.locator(selector).first.evaluate(
        "each => { const box = each.getBoundingClientRect();"
        " return box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth; }"
    )


def test_the_box_lies_over_the_words_of_the_quotation(page, address, cited):
    page.goto(address + cited["url"])
    drawn(page)
    assert page.locator(".sheet rect").count() == 1
    box, ink = box_and_ink(page)
    assert box == pytest.approx(ink, abs=3)


def test_zoom_enlarges_the_page_and_keeps_the_quotation_in_sight(page, address, cited):
    page.goto(address + cited["url"])
    before = page.locator(".sheet svg").bounding_box()["width"]
    page.keyboard.press("+")
    page.wait_for_url("**zoom=1.5**")
    assert page.locator(".sheet svg").bounding_box()["width"] == pytest.approx(
        1.5 * before, rel=0.03
    )
    page.keyboard.press("+")
    page.wait_for_url("**zoom=2**")
    page.wait_for_load_state("load")
    sheet, box = edges(page.locator(".sheet")), edges(page.locator(".sheet rect"))
    assert sheet[1] <= box[1]
    assert box[3] <= sheet[3]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("-")
    page.wait_for_url("**zoom=1.5**")


def test_pages_are_turned_and_lead_back_to_the_quotation(page, address, cited):
    page.goto(address + cited["url"])
    page.get_by_role("link", name="Next page").click()
    page.wait_for_url("**page=3**")
    assert page.locator(".sheet rect").count() == 0
    page.get_by_role("link", name="The quotation is on page 2").click()
    page.wait_for_url("**page=2**")
    assert page.locator(".sheet rect").count() == 1


@pytest.mark.parametrize(("after", "before"), [("n", "p"), ("ArrowRight", "ArrowLeft")])
def test_quotations_are_walked_by_the_keyboard(page, three, after, before):
    page.goto(three)
    assert "Quotation 2 of 3" in page.locator("article").inner_text()
    page.keyboard.press(after)
    page.wait_for_url("**start=900**")
    assert in_sight(page, "mark#quote")
    page.keyboard.press(before)
    page.wait_for_url("**start=700**")
    page.keyboard.press(before)
    page.wait_for_url("**start=40**")
    assert in_sight(page, "mark#quote")


def test_the_sheet_is_reached_and_scrolled_by_the_keyboard(page, address, cited):
    page.goto(address + cited["url"].replace("#", "&zoom=3#"))
    page.locator(".sheet").focus()
    left = page.locator(".sheet").evaluate("each => each.scrollLeft = 0")
    url = page.url
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector('.sheet').scrollLeft > 0")
    assert (left, page.url) == (0, url)


def test_in_the_chat_the_panel_shows_the_page_and_is_walked(page, address, cited):
    page.goto(f"{address}/?q={FISH}")
    page.locator("#turn-1 a.source").first.click()
    page.locator("#panel .sheet rect").first.wait_for()
    drawn(page)
    box, ink = box_and_ink(page)
    assert box == pytest.approx(ink, abs=3)
    page.keyboard.press("+")
    page.locator("#panel .zoom-1-5").wait_for()
    assert page.url.startswith(f"{address}/?q=")
    page.locator("#panel").get_by_role("link", name="Text", exact=True).click()
    page.locator("#panel mark#quote").wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_without_javascript_pages_zoom_quotations_and_text_are_links(
    browser, address, cited, three, size
):
    width, height = SIZES[size]
    viewport = {"width": width, "height": height}
    with browser.new_context(java_script_enabled=False, viewport=viewport) as context:
        page = context.new_page()
        page.goto(address + cited["url"])
        assert page.locator(".sheet rect").count() == 1
        page.get_by_role("link", name="2×").click()
        page.wait_for_url("**zoom=2**")
        page.get_by_role("link", name="Previous page").click()
        page.wait_for_url("**page=1**")
        page.get_by_role("link", name="Text", exact=True).click()
        page.wait_for_url("**view=text**")
        assert page.locator("mark#quote").inner_text().startswith("Ms. Ida Friis")
        page.goto(three)
        page.get_by_role("link", name="Next quotation").click()
        page.wait_for_url("**start=900**")
        assert page.locator("mark#quote").is_visible()
        with page.expect_response("**/original") as reply:
            page.get_by_role("link", name="The original file").click()
        assert reply.value.headers["content-type"] == "text/plain; charset=utf-8"
