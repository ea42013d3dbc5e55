"""The service while the index changes: who may start a run, who hears of it, and who answers."""

import gc
import http.client
import json
import re
import threading
import time
import urllib.request
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

import fastapi.routing
import pytest
from starlette.testclient import TestClient

from chromium import browsing
from seminar_qa.api import CurrentEngine, create_app
from seminar_qa.calibration import Calibration
from seminar_qa.engine import Engine
from seminar_qa.errors import DocumentsError, IndexDamagedError, IndexMissingError
from seminar_qa.index import PassageIndex
from seminar_qa.ingest import build_index
from seminar_qa.jobs import summarise
from seminar_qa.reader import Span
from seminar_qa.settings import Settings
from standins import DONE, Listener, StandIn, served
from toys import ToyModels, ToyReader

HERE = "http://127.0.0.1"
TOKEN = "correct horse battery staple"
SHOWN = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def runner():
    return StandIn()


@contextmanager
def service(home, runner, **settings):
    app = create_app(Settings(home=home, **settings), runner=runner)
    with TestClient(app, HERE) as client:
        yield client


@pytest.fixture
def client(tmp_path, runner):
    with service(tmp_path, runner, organiser_token=TOKEN) as client:
        yield client


def wait_until(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


# Who may start a run


@pytest.mark.parametrize("headers", [{}, SHOWN])
def test_without_a_token_set_nobody_starts_a_run_and_is_told_how_to_set_one(
    tmp_path, runner, headers
):
    with service(tmp_path, runner) as client:
        reply = client.post("/index", headers=headers)
        assert reply.status_code == 403
        assert "SEMINAR_QA_ORGANISER_TOKEN" in reply.json()["detail"]
    assert runner.runs == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": TOKEN},
        {"authorization": b"Bearer \xff\xfe"},
        {"x-token": TOKEN},
    ],
)
def test_a_wrong_token_or_none_starts_no_run(client, runner, headers):
    reply = client.post("/index", headers=headers)
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.headers["content-type"] == "application/problem+json"
    assert TOKEN not in reply.text
    assert runner.runs == []


def test_a_token_may_have_letters_of_any_language(tmp_path, runner):
    with service(tmp_path, runner, organiser_token="héllo 会議") as client:
        shown = b"Bearer " + "héllo 会議".encode()
        assert client.post("/index", headers={"authorization": shown}).status_code == 202


def test_the_token_starts_a_run_and_is_told_where_to_follow_it(client, runner):
    reply = client.post("/index", headers=SHOWN)
    assert (reply.status_code, reply.headers["location"]) == (202, "/index")
    assert (reply.json()["status"], reply.json()["events"]) == ("running", "/index/events")
    wait_until(lambda: client.get("/index").json()["done"] == 2)
    told = client.get("/index").json()
    assert (told["stage"], told["total"], told["ended_at"]) == ("reading", 3, None)
    assert runner.runs == [False]


def test_a_second_run_is_refused_while_one_is_at_work(client, runner):
    client.post("/index", headers=SHOWN)
    reply = client.post("/index", headers=SHOWN)
    assert reply.status_code == 409
    assert "at work since" in reply.json()["detail"]
    runner.gate.set()
    wait_until(lambda: client.get("/index").json()["status"] == "finished")
    assert client.post("/index", params={"force": True}, headers=SHOWN).status_code == 202
    assert runner.runs == [False, True]


def test_a_finished_run_tells_what_it_did(client, runner):
    runner.gate.set()
    client.post("/index", headers=SHOWN)
    wait_until(lambda: client.get("/index").json()["status"] == "finished")
    told = client.get("/index").json()
    assert told["result"]["changes"] == {"added": {"count": 1, "first": ["a.md"]}}
    assert (told["result"]["built"], told["result"]["documents"]) == (True, DONE.documents)
    assert (told["error"], told["generation"]) == (None, None)


def test_a_run_that_fails_says_why_and_the_server_goes_on(tmp_path):
    runner = StandIn(DocumentsError("there is no folder documents; make it"))
    runner.gate.set()
    with service(tmp_path, runner, organiser_token=TOKEN) as client:
        client.post("/index", headers=SHOWN)
        wait_until(lambda: client.get("/index").json()["status"] == "failed")
        assert client.get("/index").json()["error"] == "there is no folder documents; make it"
        assert client.get("/healthz").status_code == 200


def test_the_interactive_documentation_asks_for_the_token(client):
    schema = client.get("/openapi.json").json()
    assert schema["paths"]["/index"]["post"]["security"] == [{"HTTPBearer": []}]
    assert "security" not in schema["paths"]["/index"]["get"]


# Who hears of it


@contextmanager
def listening(tmp_path, runner):
    app = create_app(Settings(home=tmp_path, organiser_token=TOKEN), runner=runner)
    with served(app) as port:
        yield app, port


def test_events_tell_the_state_first_then_the_stages_then_the_end(tmp_path, runner):
    with listening(tmp_path, runner) as (app, port):
        listener = Listener(port)
        assert listener.response.headers["content-type"].startswith("text/event-stream")
        assert listener.next()[0] == "idle"
        app.state.jobs.start()
        wait_until(lambda: app.state.jobs.state.done == 2)
        runner.gate.set()
        *before, (name, last) = listener.until("finished")
        assert {name for name, _ in before} <= {"running"}
        assert (name, last["result"]["changes"]["added"]["first"]) == ("finished", ["a.md"])
        listener.close()


def test_a_late_listener_hears_at_once_how_far_the_run_is(tmp_path, runner):
    with listening(tmp_path, runner) as (app, port):
        app.state.jobs.start()
        wait_until(lambda: app.state.jobs.state.done == 2)
        listener = Listener(port)
        name, told = listener.next()
        assert (name, told["stage"], told["done"], told["total"]) == ("running", "reading", 2, 3)
        listener.close()


def test_a_failed_run_is_an_event_with_its_reason(tmp_path):
    runner = StandIn(DocumentsError("there is no folder documents"))
    with listening(tmp_path, runner) as (app, port):
        listener = Listener(port)
        listener.next()
        app.state.jobs.start()
        runner.gate.set()
        assert listener.until("failed")[-1][1]["error"] == "there is no folder documents"
        listener.close()


def test_a_quiet_stream_is_kept_alive(tmp_path, runner, monkeypatch):
    monkeypatch.setattr(fastapi.routing, "_PING_INTERVAL", 0.1)
    with listening(tmp_path, runner) as (_, port):
        listener = Listener(port)
        listener.next()
        assert listener.lines() == [": ping"]
        listener.close()


def test_a_listener_that_goes_away_is_forgotten(tmp_path, runner):
    with listening(tmp_path, runner) as (app, port):
        listeners = [Listener(port) for _ in range(30)]
        for listener in listeners:
            listener.next()
        assert len(app.state.jobs._wakers) == 30
        for listener in listeners:
            listener.close()
        wait_until(lambda: not app.state.jobs._wakers)


def test_listeners_do_not_keep_the_server_from_ending(tmp_path, runner):
    with listening(tmp_path, runner) as (app, port):
        app.state.jobs.start()
        listener = Listener(port)
        listener.next()
    assert runner.stopped
    listener.close()


def test_listeners_are_told_when_another_process_has_made_a_generation(tmp_path, runner, shelf):
    app = create_app(Settings(home=tmp_path), runner=runner, open_engine=shelf.open)
    with served(app) as port:
        (tmp_path / "index").mkdir()
        listener = Listener(port)
        assert listener.next()[1]["generation"] is None
        for name in ("g1", "g2"):
            shelf.name = name
            (tmp_path / "index" / "current").write_text(f"{name} {'0' * 64}\n")
            kind, told = listener.next()
            assert (kind, told["generation"], told["run"]) == ("idle", name, 0)
        listener.close()


# Who answers: an engine of a generation, made up


@dataclass
class Fake:
    """An engine that knows its generation and nothing else."""

    generation: str
    verified: bool = True
    damage: str = ""
    manifest: SimpleNamespace = field(init=False)

    def __post_init__(self):
        self.manifest = SimpleNamespace(generation=self.generation)

    def check_index(self):
        if self.damage:
            raise IndexDamagedError(self.damage)


class Shelf:
    """Generations by name, one of them current; opening one may wait or fail."""

    def __init__(self, name):
        self.name = name
        self.opened = []
        self.given = []
        self.gate = threading.Event()
        self.gate.set()
        self.broken = set()

    def current(self):
        if not self.name:
            raise IndexMissingError("there is no index yet; run: seminar-qa index")
        return self.name

    def open(self, before):
        name = self.current()
        self.opened.append(name)
        self.given.append(before.generation if before else None)
        assert self.gate.wait(20)
        if name in self.broken:
            raise IndexDamagedError(f"{name} is damaged; run: seminar-qa index --force")
        return Fake(name)


@pytest.fixture
def shelf():
    return Shelf("g1")


@pytest.fixture
def current(shelf):
    return CurrentEngine(shelf.open, shelf.current)


def test_another_generation_is_opened_once_however_many_ask(shelf, current):
    assert current.get().generation == "g1"
    for number in range(2, 12):
        shelf.name = f"g{number}"
        with ThreadPoolExecutor(16) as threads:
            answered = set(threads.map(lambda _: current.get().generation, range(64)))
        assert answered <= {f"g{number - 1}", f"g{number}"}
        assert current.get().generation == f"g{number}"
    assert shelf.opened == [f"g{number}" for number in range(1, 12)]
    assert shelf.given == [None, *shelf.opened[:-1]]


def test_while_a_generation_is_being_opened_the_one_before_answers(shelf, current):
    current.get()
    shelf.gate.clear()
    shelf.name = "g2"
    with ThreadPoolExecutor(1) as threads:
        opening = threads.submit(current.get)
        wait_until(lambda: len(shelf.opened) == 2)
        began = time.perf_counter()
        assert [current.get().generation for _ in range(100)] == ["g1"] * 100
        assert time.perf_counter() - began < 1
        shelf.gate.set()
        assert opening.result(20).generation == "g2"
    assert current.get().generation == "g2"


def test_the_first_requests_wait_for_one_opening(shelf, current):
    shelf.gate.clear()
    with ThreadPoolExecutor(8) as threads:
        asking = [threads.submit(current.get) for _ in range(8)]
        wait_until(lambda: shelf.opened)
        shelf.gate.set()
        assert {asked.result(20).generation for asked in asking} == {"g1"}
    assert shelf.opened == ["g1"]


def test_a_generation_that_cannot_be_opened_leaves_the_one_before_and_the_next_is_taken(
    shelf, current
):
    current.get()
    shelf.broken = {"g2"}
    shelf.name = "g2"
    assert [current.get().generation for _ in range(3)] == ["g1"] * 3
    assert shelf.opened == ["g1", "g2"]
    shelf.name = "g3"
    assert current.get().generation == "g3"


def test_without_an_index_the_cure_is_told_until_there_is_one(current, shelf):
    shelf.name = ""
    for _ in range(2):
        with pytest.raises(IndexMissingError):
            current.get()
    assert current.generation is None
    shelf.name = "g1"
    current.refresh()
    assert current.generation == "g1"


def test_an_engine_that_answers_no_more_is_let_go(shelf, current):
    old = weakref.ref(current.get())
    shelf.name = "g2"
    current.get()
    assert old() is None


def test_an_index_found_damaged_after_it_was_opened_answers_no_more(shelf):
    made = {"g1": Fake("g1", verified=False, damage="g1 was altered"), "g2": Fake("g2")}
    current = CurrentEngine(lambda _: made[shelf.name], shelf.current)

    def refuses():
        try:
            current.get()
        except IndexDamagedError as error:
            return str(error) == "g1 was altered"
        return False

    wait_until(refuses)
    shelf.name = "g2"
    assert current.get().generation == "g2"


def test_the_service_says_it_is_up_though_all_who_ask_wait_for_an_index(tmp_path, runner, shelf):
    shelf.gate.clear()
    app = create_app(Settings(home=tmp_path), runner=runner, open_engine=shelf.open)
    with served(app) as port, ThreadPoolExecutor(60) as threads:
        asking = [threads.submit(get, port, "/readyz") for _ in range(60)]
        wait_until(lambda: shelf.opened)
        for path in ("/healthz", "/index"):
            assert get(port, path)[0] == 200
        shelf.gate.set()
        assert {asked.result(20)[0] for asked in asking} == {200}


def get(port, path, body=None):
    """Return the status and the JSON of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"content-type": "application/json", "accept": "application/json"}
    data = None if body is None else json.dumps(body)
    connection.request("GET" if body is None else "POST", path, data, headers)
    reply = connection.getresponse()
    told = json.loads(reply.read())
    connection.close()
    return reply.status, told


# Real generations, made of a report that counts its editions


class NumberReader:
    """A reader that marks the first number of four digits, and is sure of it."""

    def read(self, question, passages, fronts=()):
        found = [re.search(r"\d{4}", passage) for passage in passages]
        return [[Span(*match.span(), 9.0)] if match else [] for match in found]


def write_edition(home, number):
    (home / "documents").mkdir(exist_ok=True)
    for name in ("a", "b", "c"):
        text = f"# Harbour {name}\n\nThe {name} harbour counted {1000 + number} ships that year.\n"
        (home / "documents" / f"{name}.md").write_text(text)


class ToyRunner:
    """Runs a real index of toy models in this process."""

    def __init__(self, settings):
        self._settings = settings
        self.edition_of = {}
        self.edition = 0

    def run(self, progress, *, force):
        write_edition(self._settings.home, self.edition)
        outcome = build_index(
            self._settings, progress, force=force, models=ToyModels(), read=ToyReader()
        )
        self.edition_of[outcome.generation] = 1000 + self.edition
        return summarise(outcome)

    def stop(self):
        pass


def toy_engine(settings, calibration):
    index = PassageIndex.open(settings.index)
    return Engine(index, ToyModels(), NumberReader(), calibration)


def test_while_generations_are_swapped_every_answer_is_of_one_of_them(tmp_path):
    settings = Settings(home=tmp_path)
    runner, calibration = ToyRunner(settings), Calibration.load()
    app = create_app(
        settings, runner=runner, open_engine=lambda _: toy_engine(settings, calibration)
    )
    stop = threading.Event()
    replies = []

    def ask(port):
        while not stop.is_set():
            question = {"question": "How many ships did the harbour count?"}
            replies.append(get(port, "/ask", question))

    with served(app) as port, ThreadPoolExecutor(4) as threads:
        assert app.state.jobs.run()
        asking = [threads.submit(ask, port) for _ in range(4)]
        try:
            for edition in range(1, 9):
                runner.edition = edition
                assert app.state.jobs.run()
        finally:
            stop.set()
        for asked in asking:
            asked.result(20)
    assert {status for status, _ in replies} == {200}
    answered = set()
    for _, reply in replies:
        edition = runner.edition_of[reply["index"]["generation"]]
        quotes = reply["quotes"] or reply["nearest"]
        assert {re.search(r"\d{4}", quote["text"])[0] for quote in quotes} == {str(edition)}
        answered.add(edition)
    assert len(answered) > 1
    assert len(list((tmp_path / "index" / "generations").iterdir())) <= 3


@contextmanager
def toy_service(home, runner):
    """Serve a real index of toy models; its runs are those of `runner`."""
    settings, calibration = Settings(home=home), Calibration.load()
    editions = ToyRunner(settings)
    editions.run(None, force=False)
    app = create_app(
        settings, runner=runner, open_engine=lambda _: toy_engine(settings, calibration)
    )
    with served(app) as port:
        yield app, f"{HERE}:{port}", editions


def test_a_page_made_while_a_run_is_at_work_says_so_without_a_script(tmp_path, runner):
    with toy_service(tmp_path, runner) as (app, address, _):
        assert "The index is being updated" not in page_of(address)
        app.state.jobs.start()
        assert "The index is being updated</p>" in page_of(address)


def page_of(address):
    request = urllib.request.Request(address, headers={"accept": "text/html"})
    with urllib.request.urlopen(request, timeout=20) as reply:
        return reply.read().decode()


@pytest.mark.browser
def test_an_open_page_tells_of_a_run_and_of_the_updated_reports(tmp_path, runner):
    with toy_service(tmp_path, runner) as (app, address, editions), browsing() as browser:
        page = browser.new_page()
        problems = []
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{address}/?q=How+many+ships+did+the+harbour+count%3F")
        line = page.locator("#live")
        wait_until(lambda: app.state.jobs._wakers)
        assert line.is_hidden()
        app.state.jobs.start()
        line.get_by_text("The index is being updated: reading, 2 of 3").wait_for()
        editions.edition = 5
        editions.run(None, force=False)
        runner.gate.set()
        line.get_by_text("Show the updated reports").click()
        page.get_by_text("1005 ships").first.wait_for()
        wait_until(lambda: page.locator("#live").inner_text() == "")
        runner.ending = DocumentsError("there is no folder documents")
        app.state.jobs.start()
        failed = page.locator("#live").get_by_text("The index could not be updated")
        failed.wait_for()
        assert failed.get_attribute("title") == "there is no folder documents"
        page.close()
        wait_until(lambda: not app.state.jobs._wakers)
        assert problems == []


def test_an_engine_over_a_real_index_goes_with_its_last_user(tmp_path):
    settings = Settings(home=tmp_path)
    ToyRunner(settings).run(None, force=False)
    engine = toy_engine(settings, Calibration.load())
    engine.ask_again("How many ships?", ())
    gc.disable()
    try:
        gone = weakref.ref(engine)
        del engine
        assert gone() is None
    finally:
        gc.enable()


def test_generations_of_one_recipe_share_their_models(home, fresh_home):
    settings = Settings(home=fresh_home)
    build_index(settings)
    before = Engine.open(settings)
    build_index(settings, force=True)
    after = Engine.open(settings, before)
    assert after.manifest.generation != before.manifest.generation
    assert after._models is before._models
    question = "Who is the Governor of Iwate?"
    assert after.ask(question).answer.text == before.ask(question).answer.text
