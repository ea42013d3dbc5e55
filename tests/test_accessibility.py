"""Every page and state for everyone: axe-core, widths, the budget, Lighthouse."""

import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from chromium import FLAGS, browsing, serving
from seminar_qa.sessions import COOKIE, make_session

pytestmark = pytest.mark.browser
NODE = Path(__file__).parent / "node" / "node_modules"
TOKEN = "a-token-of-the-organiser"
SIZES = {"phone": (360, 740), "desktop": (1440, 900)}
GOVERNOR = "Who is the Governor of Iwate Prefecture?"
NO_ANSWER = "Which hotel hosted the seminar?"


def node_file(*parts):
    """Return a file that npm has installed. Without it a person's run skips; where CI is set it fails."""
    path = NODE.joinpath(*parts)
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{path} is missing; make test installs it")
        pytest.skip("axe-core and Lighthouse are not installed (npm)")
    return path


@pytest.fixture(scope="module")
def axe():
    return node_file("axe-core", "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def address(collection, tmp_path_factory):
    with serving(collection, organiser_token=TOKEN) as address:
        yield address


@pytest.fixture(scope="module")
def empty_address(tmp_path_factory):
    home = tmp_path_factory.mktemp("empty")
    (home / "documents").mkdir()
    with serving(home, organiser_token=TOKEN) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with browsing() as browser:
        yield browser


def get(address, path):
    request = urllib.request.Request(address + path, headers={"accept": "application/json"})
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


def asked(address, question):
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(
        f"{address}/ask", body, headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


def chat(*questions, **more):
    return "/?" + urllib.parse.urlencode([*(("q", q) for q in questions), *more.items()])


def report(address, path):
    return next(r for r in get(address, "/documents")["documents"] if r["path"] == path)


HARBOUR = "How much will the harbour cost?"


def sign_in(page, address):
    cookie = {"name": COOKIE, "value": make_session(TOKEN, time.time())}
    page.context.add_cookies([{**cookie, "url": f"{address}/organiser"}])
    page.goto(f"{address}/organiser")
    page.locator("input[type=file]").wait_for(state="attached")


def show_signed_out(page, address):
    page.context.clear_cookies()
    page.goto(f"{address}/organiser")
    page.locator("input[type=password]").wait_for()


def show(path):
    return lambda page, address: page.goto(address + path)


def show_asked(*questions):
    return show(chat(*questions))


def show_panel(page, address):
    page.goto(address + chat(HARBOUR))
    page.locator("a.source").first.click()
    page.locator("#panel #quote").wait_for()


def show_pages_of_a_pdf(page, address):
    pdf = next(r for r in get(address, "/documents")["documents"] if r["path"].endswith(".pdf"))
    page.goto(f"{address}{pdf['url']}?view=pages")


def show_permalink(page, address):
    first = asked(address, HARBOUR)["quotes"][0]["citation"]
    fields = {key: first[key] for key in ("document_id", "start", "end", "quote_sha256")}
    page.goto(f"{address}/answer?" + urllib.parse.urlencode({"question": HARBOUR, **fields}))


def show_gone(page, address):
    fields = {"document_id": "0" * 16, "start": 0, "end": 9, "quote_sha256": "0" * 64}
    page.goto(f"{address}/answer?" + urllib.parse.urlencode({"question": HARBOUR, **fields}))


def show_details_open(page, address):
    page.goto(address + chat(HARBOUR))
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def show_organiser(page, address):
    sign_in(page, address)


def show_organiser_feedback(page, address):
    sign_in(page, address)
    page.goto(f"{address}/organiser/feedback")


def show_removal(page, address):
    sign_in(page, address)
    page.goto(f"{address}/organiser/removals?path=minutes.txt")


def show_document(page, address):
    page.goto(address + report(address, "minutes.txt")["url"] + "?start=40&end=80#quote")


STATES = {
    "start": show("/"),
    "answer": show_asked(HARBOUR),
    "conversation": show_asked("What did Clara Berg explain?", "And David Holm?"),
    "no answer": show_asked("Which hotel hosted the seminar?"),
    "malformed": show_asked("???"),
    "details open": show_details_open,
    "panel": show_panel,
    "search": show("/search?about=harbour"),
    "nothing found": show("/search?about=xylophones"),
    "report": show_document,
    "pages": show_pages_of_a_pdf,
    "permalink": show_permalink,
    "gone": show_gone,
    "thanks": show("/feedback/thanks?here=/"),
    "signed out": show_signed_out,
    "organiser": show_organiser,
    "feedback": show_organiser_feedback,
    "removal": show_removal,
    "missing page": show("/nowhere"),
}


def opened(browser, size, scheme, language="en-GB"):
    width, height = SIZES[size] if isinstance(size, str) else size
    return browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale=language,
        reduced_motion="reduce",
    )


def violations(page, axe):
    page.evaluate(axe)
    result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        (each["id"], [node["target"] for node in each["nodes"]][:4])
        for each in result["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_wrong(browser, axe, address, state, size, scheme):
    with opened(browser, size, scheme) as context:
        page = context.new_page()
        STATES[state](page, address)
        assert violations(page, axe) == []


@pytest.mark.parametrize("path", ["/", "/organiser"])
def test_axe_finds_nothing_wrong_without_an_index(browser, axe, empty_address, path):
    with opened(browser, "phone", "light") as context:
        page = context.new_page()
        page.goto(empty_address + path)
        assert violations(page, axe) == []


@pytest.mark.parametrize("state", ["start", "answer", "no answer", "search", "organiser"])
def test_axe_finds_nothing_wrong_in_japanese(browser, axe, address, state):
    with opened(browser, "desktop", "light", "ja-JP") as context:
        page = context.new_page()
        STATES[state](page, address)
        assert page.locator("html").get_attribute("lang") == "ja"
        assert violations(page, axe) == []


@pytest.mark.parametrize("size", [(320, 640), (360, 740), (768, 1024), (1440, 900), (3840, 2160)])
def test_no_page_is_wider_than_its_screen(browser, address, size):
    with opened(browser, size, "light") as context:
        page = context.new_page()
        wide = []
        for name, state in STATES.items():
            state(page, address)
            if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
                wide.append(name)
        assert wide == []


BUDGET = 70_000
"""Bytes of the page with its style sheets and scripts, uncompressed."""


@pytest.mark.parametrize("path", [chat(), chat(HARBOUR)])
def test_page_style_and_scripts_stay_within_the_budget(browser, address, path):
    with opened(browser, "desktop", "light") as context:
        page = context.new_page()
        sizes = {}
        page.on("response", lambda reply: sizes.update({reply.url: reply}))
        page.goto(address + path, wait_until="networkidle")
        kinds = ("document", "stylesheet", "script")
        counted = {
            url: len(reply.body())
            for url, reply in sizes.items()
            if reply.request.resource_type in kinds
        }
        assert all(url.startswith(address) for url in sizes)
        assert len(counted) >= 3
        assert sum(counted.values()) <= BUDGET, counted


PAINT = """async (question) => {
  const field = document.querySelector('#question');
  field.value = question;
  const before = performance.getEntriesByType('resource').length;
  const painted = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('.turn .card')) return;
      observer.disconnect();
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => resolve(performance.now());
        channel.port2.postMessage(null);
      });
    }).observe(document.querySelector('#conversation'), { childList: true, subtree: true });
  });
  field.form.requestSubmit();
  const at = await painted;
  const replies = performance.getEntriesByType('resource').slice(before);
  const reply = replies.find((entry) => entry.name.includes('q='));
  return at - reply.responseEnd;
}"""


def test_an_answer_is_painted_at_most_100_ms_after_the_reply(browser, address):
    waits = []
    for _ in range(5):
        with opened(browser, "desktop", "light") as context:
            page = context.new_page()
            page.goto(f"{address}/", wait_until="networkidle")
            waits.append(page.evaluate(PAINT, HARBOUR))
    assert sorted(waits)[2] <= 100, waits


@pytest.mark.parametrize("path", [chat(), chat(HARBOUR), "/search?about=harbour"])
def test_lighthouse_gives_98_or_more(address, path, tmp_path):
    """Of three runs the best counts: the machine may be busy with something else."""
    program = node_file(".bin", "lighthouse")
    categories = ("performance", "accessibility", "best-practices")
    command = [str(program), address + path, "--quiet", "--output=json", "--output-path=stdout"]
    command += [f"--only-categories={','.join(categories)}", "--preset=desktop"]
    command += [f"--chrome-flags={' '.join([*FLAGS, f'--user-data-dir={tmp_path}'])}"]
    environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or "chromium"}
    best = dict.fromkeys(categories, 0)
    for _ in range(3):
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr[-2_000:]
        told = json.loads(done.stdout)["categories"]
        best = {name: max(best[name], round(told[name]["score"] * 100)) for name in categories}
        if min(best.values()) >= 98:
            break
    assert min(best.values()) >= 98, best
