"""The organiser's way in a real browser: in, reports added and removed, the index updated, out."""

import re
import time

import pytest

from chromium import browsing
from seminar_qa.api import create_app
from seminar_qa.calibration import Calibration
from seminar_qa.errors import DocumentsError, IndexBusyError
from seminar_qa.settings import Settings
from standins import StandIn, served
from toy_service import HERE, ToyRunner, toy_engine, toy_service

pytestmark = pytest.mark.browser

TOKEN = "schlüssel 会議"
PHONE, DESK = (360, 740), (1440, 900)
SCREENS = [(size, scheme) for size in (PHONE, DESK) for scheme in ("light", "dark")]
LOOKS = [f"{width}-{scheme}" for (width, _), scheme in SCREENS]
NARROW = """() => [...document.querySelectorAll(
    'a.button, a.remove, a.link, button, summary, input:not([type=hidden], [type=checkbox])')]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.9)
  .map((e) => e.outerHTML)"""


@pytest.fixture
def runner():
    return StandIn()


@pytest.fixture(scope="module")
def browser():
    with browsing() as browser:
        yield browser


def opened(browser, size=DESK, scheme="light", **options):
    """Return a page of a fresh browser, and the list that takes what goes wrong in it."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, **options
    )
    page, problems = context.new_page(), []
    page.on("console", lambda message: problems.append(f"{message.text} {message.location}"))
    page.on("pageerror", lambda error: problems.append(str(error)))
    return page, problems


def sign_in(page, address, *, scripted=True):
    page.goto(f"{address}/organiser")
    page.get_by_label("Organiser’s token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Reports and index", level=1).wait_for()
    if scripted:
        page.get_by_text("or drop them here").wait_for()


def report(name, number=1500):
    text = f"# Harbour {name}\n\nThe {name} harbour counted {number} ships that year.\n"
    return {"name": f"{name}.md", "mimeType": "text/markdown", "buffer": text.encode()}


def fits(page):
    """Assert that nothing is scrolled sideways and all that is pressed is large enough."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(NARROW) == []


def without_refusals(problems):
    """Return what went wrong, except what a browser notes of a page it was refused or of focus."""
    noted = "status of (401|409|422|503)|Autofocus processing was blocked"
    return [text for text in problems if not re.search(noted, text)]


@pytest.mark.parametrize(("size", "scheme"), SCREENS, ids=LOOKS)
def test_an_organiser_signs_in_uploads_updates_removes_and_signs_out(
    tmp_path, runner, browser, size, scheme
):
    with toy_service(tmp_path, runner, organiser_token=TOKEN) as (_, address, editions):
        page, problems = opened(browser, size, scheme)
        page.goto(address)
        page.get_by_role("link", name="For the organiser").click()
        page.get_by_label("Organiser’s token").fill("a guess")
        page.keyboard.press("Enter")
        page.get_by_text("That is not the token.").wait_for()
        fits(page)
        page.get_by_label("Organiser’s token").fill(TOKEN)
        page.keyboard.press("Enter")
        page.get_by_text("The index knows every file.").wait_for()
        page.get_by_text("or drop them here").wait_for()
        fits(page)

        page.get_by_label("Files", exact=True).set_input_files([report("new"), report("a")])
        page.get_by_role("button", name="Upload").click()
        page.get_by_text("Added as new.md.").wait_for()
        page.get_by_text("another file named “a.md”").wait_for()
        page.get_by_role("button", name="Replace", exact=True).click()
        page.get_by_text("Replaced a.md; the old file is kept in removed/.").wait_for()
        page.get_by_text("2 files wait for the index to be updated.").wait_for()
        fits(page)

        page.get_by_role("button", name="Update the index").click()
        page.get_by_text("reading, 2 of 3").wait_for()
        assert (
            page.get_by_role("progressbar", name="How far the run is").evaluate("e => e.value") == 2
        )
        fits(page)
        editions.run(None, force=False)
        runner.gate.set()
        page.locator("#state").get_by_text("the index is up to date").wait_for()
        page.get_by_role("button", name="Update the index").wait_for()
        page.get_by_role("link", name="Harbour new").wait_for()

        page.get_by_role("link", name="Remove new.md").click()
        page.get_by_role("heading", name="Remove this file?").wait_for()
        fits(page)
        page.get_by_role("button", name="Remove").click()
        page.get_by_text(re.compile(r"new\.md, .* now removed/")).wait_for()
        page.get_by_text("new.md no longer in the folder").wait_for()
        assert not (tmp_path / "documents" / "new.md").exists()
        fits(page)
        page.get_by_role("button", name="Sign out").click()
        page.goto(f"{address}/organiser")
        page.get_by_label("Organiser’s token").wait_for()
        assert without_refusals(problems) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_all_of_it_works_without_javascript(tmp_path, runner, browser, size):
    with toy_service(tmp_path, runner, organiser_token=TOKEN) as (_, address, editions):
        page, _ = opened(browser, size, java_script_enabled=False)
        sign_in(page, address, scripted=False)
        assert page.get_by_text("or drop them here").is_hidden()
        page.get_by_label("Files", exact=True).set_input_files([report("new"), report("a")])
        page.get_by_role("button", name="Upload").click()
        page.get_by_text("Added as new.md.").wait_for()
        page.get_by_text("another file named “a.md”").wait_for()
        page.get_by_label("Files", exact=True).set_input_files(report("a"))
        page.get_by_label("Replace files of the same name").check()
        page.get_by_role("button", name="Upload").click()
        page.get_by_text("2 files wait for the index to be updated.").wait_for()
        page.get_by_label("Make everything anew").check()
        page.get_by_role("button", name="Update the index").click()
        page.get_by_text("A run is at work").wait_for()
        editions.run(None, force=False)
        runner.gate.set()
        until = time.monotonic() + 20
        while not page.get_by_text("the index is up to date").is_visible():
            assert time.monotonic() < until
            page.get_by_role("link", name="Show how far it is").click()
            page.wait_for_load_state()
        page.get_by_role("link", name="Remove new.md").click()
        page.get_by_role("button", name="Remove").click()
        page.get_by_text(re.compile(r"new\.md, .* now removed/")).wait_for()
        assert runner.runs == [True]


def test_files_are_dropped_and_their_progress_is_shown(tmp_path, runner, browser):
    with toy_service(tmp_path, runner, organiser_token=TOKEN, largest_upload=30) as (_, address, _):
        page, problems = opened(browser)
        sign_in(page, address)
        page.evaluate(
            """() => {
              window.seen = [];
              new MutationObserver(() => {
                for (const said of document.querySelectorAll("#sent bdi:last-child"))
                  if (said.textContent.includes("%")) window.seen.push(said.textContent);
              }).observe(document.getElementById("sent"), {subtree: true, childList: true, characterData: true});
              const files = new DataTransfer();
              files.items.add(new File(["# Rain\\n\\n" + "It rained. ".repeat(2e6)], "large.md"));
              files.items.add(new File([new Uint8Array(31 * 1024 * 1024)], "huge.pdf"));
              files.items.add(new File(["x"], "<b>x.exe"));
              const form = document.getElementById("upload");
              for (const kind of ["dragenter", "dragover", "drop"])
                form.dispatchEvent(new DragEvent(kind, {dataTransfer: files, bubbles: true, cancelable: true}));
            }"""
        )
        page.get_by_text("Added as large.md.").wait_for()
        page.get_by_text("It has more than 30 MiB, which is the most.").wait_for()
        page.get_by_text("is no report by its name").wait_for()
        page.get_by_role("status").get_by_text("1 of 3 files are among the reports.").wait_for()
        shown = [int(re.search(r"\d+", text)[0]) for text in page.evaluate("window.seen")]
        assert shown == sorted(shown)
        assert shown[-1] == 100
        assert (tmp_path / "documents" / "large.md").stat().st_size > 20_000_000
        assert without_refusals(problems) == []


def test_an_upload_that_fails_on_the_way_is_told_and_can_be_tried_again(tmp_path, runner, browser):
    with toy_service(tmp_path, runner, organiser_token=TOKEN) as (_, address, _):
        page, _ = opened(browser)
        sign_in(page, address)
        page.route("**/organiser/reports", lambda route: route.abort())
        page.get_by_label("Files", exact=True).set_input_files(report("new"))
        page.get_by_role("button", name="Upload").click()
        page.get_by_text("The server cannot be reached.").wait_for()
        page.unroute("**/organiser/reports")
        page.get_by_role("button", name="Try again").click()
        page.get_by_text("Added as new.md.").wait_for()
        page.context.clear_cookies()
        page.get_by_label("Files", exact=True).set_input_files(report("other"))
        page.get_by_role("button", name="Upload").click()
        page.get_by_text("You are no longer signed in.").wait_for()
        assert not (tmp_path / "documents" / "other.md").exists()


def test_the_page_follows_a_run_that_somebody_else_began(tmp_path, runner, browser):
    with toy_service(tmp_path, runner, organiser_token=TOKEN) as (app, address, _):
        page, problems = opened(browser)
        sign_in(page, address)
        page.get_by_text("How it was read").first.click()
        app.state.jobs.start()
        page.get_by_text("reading, 2 of 3").wait_for()
        assert page.locator("#state details[open]").count() == 1
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        runner.ending = DocumentsError("there is no folder <b>documents")
        runner.gate.set()
        page.get_by_text("there is no folder <b>documents").first.wait_for()
        runner.ending = IndexBusyError("process 7 is writing it")
        app.state.jobs.start()
        page.get_by_text("process 7 is writing it").first.wait_for()
        assert without_refusals(problems) == []


@pytest.mark.parametrize(("size", "scheme"), SCREENS, ids=LOOKS)
def test_where_there_is_no_index_the_page_opens_by_itself_once_there_is_one(
    tmp_path, browser, size, scheme
):
    class Gated(ToyRunner):
        def __init__(self, settings):
            super().__init__(settings)
            self.stand_in = StandIn()

        def run(self, progress, *, force):
            self.stand_in.run(progress, force=force)
            return super().run(progress, force=force)

        def stop(self):
            self.stand_in.stop()

    settings, calibration = Settings(home=tmp_path, organiser_token=TOKEN), Calibration.load()
    runner = Gated(settings)
    app = create_app(
        settings, runner=runner, open_engine=lambda _: toy_engine(settings, calibration)
    )
    with served(app) as port:
        address = f"{HERE}:{port}"
        reader, problems = opened(browser, size, scheme)
        reader.goto(address)
        reader.get_by_role("heading", name="There are no reports yet", level=1).wait_for()
        fits(reader)
        organiser, _ = opened(browser, size, scheme)
        sign_in(organiser, address)
        organiser.get_by_role("button", name="Update the index").click()
        reader.get_by_text("The index is being updated: reading, 2 of 3").wait_for()
        reader.reload()
        reader.get_by_role("heading", name="The index is being built", level=1).wait_for()
        assert reader.get_by_role("progressbar").evaluate("e => [e.value, e.max]") == [2, 3]
        fits(reader)
        runner.stand_in.gate.set()
        reader.get_by_label("Your question").wait_for()
        assert without_refusals(problems) == []


def test_keys_alone_are_enough(tmp_path, runner, browser):
    with toy_service(tmp_path, runner, organiser_token=TOKEN) as (_, address, _):
        page, _ = opened(browser)
        page.goto(f"{address}/organiser")
        page.locator("#token:focus").wait_for()
        page.keyboard.type(TOKEN)  # the field has the focus
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Reports and index").wait_for()

        def walk_to(selector):
            for _ in range(60):
                page.keyboard.press("Tab")
                if page.evaluate("s => document.activeElement.matches(s)", selector):
                    return page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            raise AssertionError(selector)

        assert walk_to("#files") != "none"
        assert walk_to("[name=replace]") != "none"
        assert walk_to("#upload button") != "none"
        assert walk_to("#start") != "none"
        page.keyboard.press("Enter")
        page.get_by_text("reading, 2 of 3").wait_for()
        assert walk_to("a.remove") != "none"
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Remove this file?").wait_for()
        runner.gate.set()
