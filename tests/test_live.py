"""The service while the index changes: who may start a run, who hears of it, and who answers."""

import asyncio
import errno
import gc
import http.client
import json
import re
import sys
import threading
import time
import urllib.request
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import fastapi.routing
import pytest
from starlette.testclient import TestClient

from chromium import browsing
from seminar_qa import api, cli, manifest
from seminar_qa.api import CurrentEngine, create_app
from seminar_qa.calibration import Calibration
from seminar_qa.engine import Engine
from seminar_qa.errors import (
    DocumentsError,
    IndexBusyError,
    IndexDamagedError,
    IndexMissingError,
    IndexRunError,
    ModelError,
)
from seminar_qa.index import current_generation
from seminar_qa.ingest import build_index, roll_back
from seminar_qa.settings import Settings
from standins import DONE, Listener, StandIn, served
from toy_service import ToyRunner, toy_engine, toy_service

ON_LINUX = sys.platform == "linux"
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


def test_a_run_that_gives_way_to_another_program_says_so_and_is_no_failure(tmp_path):
    runner = StandIn(IndexBusyError("another run (process 7) is writing it"))
    runner.gate.set()
    with service(tmp_path, runner, organiser_token=TOKEN) as client:
        client.post("/index", headers=SHOWN)
        wait_until(lambda: client.get("/index").json()["status"] == "idle")
        told = client.get("/index").json()
    assert (told["run"], told["error"]) == (1, None)
    assert told["busy"] == "another run (process 7) is writing it"


def test_a_run_that_cannot_be_begun_is_told(client, monkeypatch):
    def refuse(**_):
        raise IndexRunError("no index run can be begun now: no thread")

    monkeypatch.setattr(client.app.state.jobs, "start", refuse)
    reply = client.post("/index", headers=SHOWN)
    assert (reply.status_code, reply.json()["detail"]) == (
        503,
        "no index run can be begun now: no thread",
    )


def test_the_interactive_documentation_asks_for_the_token(client):
    schema = client.get("/openapi.json").json()
    assert schema["paths"]["/index"]["post"]["security"] == [{"HTTPBearer": []}]
    assert "security" not in schema["paths"]["/index"]["get"]


# Who follows the folder


def following(client):
    told = client.get("/index").json()
    return told["following"], told["not_following"]


def test_a_server_tells_whether_it_follows_the_folder(tmp_path, runner):
    settings = Settings(home=tmp_path)
    with TestClient(create_app(settings, runner=runner), HERE) as client:
        assert following(client) == (False, "the server was started without --watch")
    with TestClient(create_app(settings, watch=True, runner=StandIn()), HERE) as client:
        assert following(client) == (True, None)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DocumentsError("it cannot be followed; set SEMINAR_QA_WATCH_POLLING=1"), "set SEMINAR_QA"),
        (RuntimeError("a bug"), "a bug"),
        (OSError(errno.EMFILE, "Too many open files"), "Too many open files"),
    ],
)
def test_whatever_ends_the_following_is_logged_and_told(
    tmp_path, runner, monkeypatch, caplog, error, words
):
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr(api, "follow_folder", refuse)
    app = create_app(Settings(home=tmp_path), watch=True, runner=runner)
    with TestClient(app, HERE) as client:
        wait_until(lambda: not following(client)[0])
        assert words in following(client)[1]
        assert client.get("/healthz").status_code == 200
    assert words in caplog.text


def test_a_server_that_ends_logs_no_failed_run(tmp_path, runner, caplog):
    (tmp_path / "documents").mkdir()
    app = create_app(Settings(home=tmp_path, watch_settle=0), watch=True, runner=runner)
    with TestClient(app, HERE):
        wait_until(lambda: runner.runs)
        app.state.jobs.end()
        time.sleep(0.3)
    assert app.state.jobs.state.status == "failed"
    assert "failed" not in caplog.text
    assert "None" not in caplog.text


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
    """An engine that knows its generation and nothing else; its check may wait or fail."""

    generation: str
    verified: bool = True
    damage: Exception | None = None
    gate: threading.Event | None = None
    manifest: SimpleNamespace = field(init=False)

    def __post_init__(self):
        self.manifest = SimpleNamespace(generation=self.generation)

    def check_index(self):
        assert self.gate is None or self.gate.wait(20)
        if self.damage:
            raise self.damage


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


def test_another_generation_is_opened_once_however_many_look(shelf, current):
    def look(_):
        current.refresh()
        return current.get().generation

    assert current.get().generation == "g1"
    for number in range(2, 12):
        shelf.name = f"g{number}"
        with ThreadPoolExecutor(16) as threads:
            answered = set(threads.map(look, range(64)))
        assert answered <= {f"g{number - 1}", f"g{number}"}
        assert current.get().generation == f"g{number}"
    assert shelf.opened == [f"g{number}" for number in range(1, 12)]
    assert shelf.given == [None, *shelf.opened[:-1]]


def test_while_a_generation_is_being_opened_the_one_before_answers(shelf, current):
    current.get()
    shelf.gate.clear()
    shelf.name = "g2"
    with ThreadPoolExecutor(1) as threads:
        opening = threads.submit(current.refresh)
        wait_until(lambda: len(shelf.opened) == 2)
        began = time.perf_counter()
        assert [current.get().generation for _ in range(100)] == ["g1"] * 100
        assert time.perf_counter() - began < 1
        shelf.gate.set()
        opening.result(20)
    assert current.get().generation == "g2"


def test_no_request_opens_a_newer_generation(shelf, current):
    current.get()
    shelf.name = "g2"
    assert current.get().generation == "g1"
    assert shelf.opened == ["g1"]


def test_who_waits_for_a_generation_waits_though_another_is_opening_it(shelf, current):
    current.get()
    shelf.gate.clear()
    shelf.name = "g2"
    with ThreadPoolExecutor(2) as threads:
        threads.submit(current.refresh)
        wait_until(lambda: len(shelf.opened) == 2)
        waiting = threads.submit(current.refresh, wait=True)
        time.sleep(0.1)
        assert not waiting.done()
        shelf.gate.set()
        waiting.result(20)
        assert current.generation == "g2"
    assert shelf.opened == ["g1", "g2"]


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
    for _ in range(3):
        current.refresh()
        assert current.get().generation == "g1"
    assert shelf.opened == ["g1", "g2"]
    shelf.name = "g3"
    current.refresh()
    assert current.get().generation == "g3"


def test_a_generation_that_could_not_be_opened_is_tried_again_after_a_while(
    shelf, current, monkeypatch
):
    current.get()
    shelf.broken, shelf.name = {"g2"}, "g2"
    current.refresh()
    shelf.broken = set()
    current.refresh()
    assert current.get().generation == "g1"
    monkeypatch.setattr(api, "RETRY", 0.0)
    shelf.broken, shelf.name = {"g3"}, "g3"
    current.refresh()
    shelf.broken = set()
    current.refresh()
    assert current.get().generation == "g3"


def test_who_waits_for_a_generation_tries_again_at_once(shelf, current):
    current.get()
    shelf.broken, shelf.name = {"g2"}, "g2"
    current.refresh()
    shelf.broken = set()
    current.refresh(wait=True)
    assert current.get().generation == "g2"


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (IndexDamagedError("g1 was altered"), IndexDamagedError, "^g1 was altered$"),
        (ModelError("the encoder is missing"), ModelError, "^the encoder is missing$"),
        (OSError(errno.EMFILE, "Too many files"), IndexDamagedError, r"g1 .*Too many.*run: "),
        (RuntimeError("a bug"), IndexDamagedError, r"g1 .*the server's log says why.*run: "),
    ],
)
def test_whatever_keeps_an_index_from_opening_is_told_and_not_tried_by_each_request(
    error, kind, words
):
    opened = []

    def refuse(_):
        opened.append(1)
        raise error

    current = CurrentEngine(refuse, lambda: "g1")
    for _ in range(3):
        with pytest.raises(kind, match=words):
            current.get()
    assert (len(opened), current.generation) == (1, None)


def test_looking_for_another_index_goes_on_after_any_error(shelf, monkeypatch):
    monkeypatch.setattr(api, "LOOK_EVERY", 0.02)
    errors = [OSError(errno.EMFILE, "Too many open files"), RuntimeError("a bug")]

    def name():
        if errors and shelf.name == "g2":
            raise errors.pop()
        return shelf.name

    current, woken = CurrentEngine(shelf.open, name), []
    current.get()
    shelf.name = "g2"

    async def look():
        listeners = SimpleNamespace(wake=lambda: woken.append(current.generation))
        looking = asyncio.create_task(api._look_for_others(current, listeners))
        async with asyncio.timeout(20):
            while not woken:
                await asyncio.sleep(0.01)
        looking.cancel()

    asyncio.run(look())
    assert (woken, errors) == (["g2"], [])


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
    current.refresh()
    assert current.generation == "g2"
    assert old() is None


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (IndexDamagedError("g1 was altered"), "^g1 was altered$"),
        (OSError(errno.EIO, "Input/output error"), "g1 .*Input/output error.*run: "),
        (RuntimeError("a bug"), "g1 .*the server's log says why.*run: "),
    ],
)
def test_an_index_found_damaged_after_it_was_opened_answers_no_more(shelf, damage, words):
    gate = threading.Event()
    made = {"g1": Fake("g1", verified=False, damage=damage, gate=gate), "g2": Fake("g2")}
    current = CurrentEngine(lambda _: made[shelf.name], shelf.current)
    assert current.get().generation == "g1"
    gate.set()
    wait_until(lambda: current.generation is None)
    for _ in range(2):
        with pytest.raises(IndexDamagedError, match=words):
            current.get()
    shelf.name = "g2"
    current.refresh()
    assert current.get().generation == "g2"


def test_damage_that_is_found_at_once_is_not_forgotten(shelf, monkeypatch):
    class Now(threading.Thread):
        def start(self):
            self.run()

    monkeypatch.setattr(threading, "Thread", Now)
    damaged = Fake("g1", verified=False, damage=IndexDamagedError("g1 was altered"))
    current = CurrentEngine(lambda _: damaged, shelf.current)
    for _ in range(2):
        with pytest.raises(IndexDamagedError, match="g1 was altered"):
            current.get()


def test_damage_that_is_found_late_is_that_of_its_own_generation(shelf):
    gate, damage = threading.Event(), IndexDamagedError("g1 was altered")
    made = {"g1": Fake("g1", verified=False, damage=damage, gate=gate), "g2": Fake("g2")}
    current = CurrentEngine(lambda _: made[shelf.name], shelf.current)
    current.get()
    shelf.name = "g2"
    current.refresh()
    gate.set()
    wait_until(lambda: "g1" in current._failed)
    assert current.get().generation == "g2"
    shelf.name = "g1"
    current.refresh()
    assert current.get().generation == "g2"


@pytest.mark.parametrize("damage", [None, IndexDamagedError("g2 was altered")])
def test_a_newer_index_is_checked_to_the_end_before_it_answers(shelf, damage):
    gate = threading.Event()
    made = {"g1": Fake("g1"), "g2": Fake("g2", verified=False, damage=damage, gate=gate)}
    current = CurrentEngine(lambda _: made[shelf.name], shelf.current)
    current.get()
    shelf.name = "g2"
    with ThreadPoolExecutor(1) as threads:
        swapping = threads.submit(current.refresh)
        time.sleep(0.1)
        assert current.get().generation == "g1"
        gate.set()
        swapping.result(20)
    assert current.get().generation == ("g1" if damage else "g2")


def test_a_run_is_told_to_be_finished_when_the_new_index_answers(tmp_path, runner, shelf):
    settings = Settings(home=tmp_path, organiser_token=TOKEN)
    app = create_app(settings, runner=runner, open_engine=shelf.open)
    with served(app) as port:
        (tmp_path / "index").mkdir()
        listener = Listener(port)
        assert listener.next()[1]["generation"] is None
        (tmp_path / "index" / "current").write_text(f"g1 {'0' * 64}\n")
        assert listener.next()[1]["generation"] == "g1"
        app.state.jobs.start()
        shelf.gate.clear()
        shelf.name = "g2"
        (tmp_path / "index" / "current").write_text(f"g2 {'0' * 64}\n")
        wait_until(lambda: len(shelf.opened) == 2)  # this server looks, and opens it
        runner.gate.set()
        time.sleep(0.3)
        assert app.state.jobs.state.status == "running"
        shelf.gate.set()
        assert listener.until("finished")[-1][1]["generation"] == "g2"
        listener.close()


def test_the_service_says_it_is_up_though_all_who_ask_wait_for_an_index(tmp_path, runner, shelf):
    shelf.gate.clear()
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "current").write_text(f"g1 {'0' * 64}\n")
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


def test_a_page_made_while_a_run_is_at_work_says_so_without_a_script(tmp_path, runner):
    with toy_service(tmp_path, runner) as (app, address, _):
        assert "The index is being updated</p>" not in page_of(address)
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


def test_the_chat_leads_to_the_organisers_page_only_where_there_is_an_organiser(tmp_path, runner):
    for settings, links in (({}, 0), ({"organiser_token": TOKEN}, 1)):
        with toy_service(tmp_path, runner, **settings) as (_, address, _):
            assert page_of(address).count('href="/organiser"') == links


def test_an_engine_over_a_real_index_goes_with_its_last_user(tmp_path):
    settings = Settings(home=tmp_path)
    ToyRunner(settings).run(None, force=False)
    engine = toy_engine(settings, Calibration.load())
    engine.ask_again("How many ships?", ())
    gc.disable()
    try:
        gone = weakref.ref(engine)
        assert not ON_LINUX or open_files(tmp_path)
        del engine
        assert gone() is None
        assert open_files(tmp_path) == []
    finally:
        gc.enable()


def open_files(home):
    """Return the files below `home` that this process has open; none where that is not told."""
    links = list(Path("/proc/self/fd").iterdir()) if ON_LINUX else []
    found = [str(link.readlink()) for link in links if link.is_symlink()]
    return [path for path in found if path.startswith(str(home))]


def test_many_swaps_leave_no_file_open(tmp_path):
    settings, calibration = Settings(home=tmp_path), Calibration.load()
    runner = ToyRunner(settings)
    current = CurrentEngine(
        lambda _: toy_engine(settings, calibration), lambda: current_generation(settings.index)
    )
    opened = []
    gc.disable()
    try:
        for runner.edition in range(30):
            runner.run(None, force=False)
            current.refresh(wait=True)
            assert current.get().ask("How many ships did the harbour count?").rows
            opened.append(open_files(tmp_path))
            wait_until(lambda: len(open_files(tmp_path)) <= len(opened[0]))  # threads that end
    finally:
        gc.enable()
    assert current.generation == list(runner.edition_of)[-1]


def test_two_servers_of_one_home_notice_what_one_of_them_builds_and_a_rollback(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(api, "LOOK_EVERY", 0.1)
    settings, calibration = Settings(home=tmp_path), Calibration.load()
    runner = ToyRunner(settings)
    one, other = (
        create_app(settings, runner=runner, open_engine=lambda _: toy_engine(settings, calibration))
        for _ in range(2)
    )
    with served(one) as port, served(other) as second:
        ports = port, second

        def answer_from(generation):
            return [get(port, "/readyz")[1].get("generation") for port in ports] == [generation] * 2

        for runner.edition in range(2):
            assert one.state.jobs.run()
            wait_until(lambda: answer_from(list(runner.edition_of)[-1]))
        before, now = runner.edition_of
        roll_back(settings)
        wait_until(lambda: answer_from(before))
        replies = [get(port, "/ask", {"question": "How many ships?"})[1] for port in ports]
        for reply in replies:
            assert reply["index"]["generation"] == before
            quotes = reply["quotes"] or reply["nearest"]
            assert {re.search(r"\d{4}", quote["text"])[0] for quote in quotes} == {"1000"}
        assert one.state.jobs.run()
        wait_until(lambda: answer_from(list(runner.edition_of)[-1]))
    assert len({before, now, *runner.edition_of}) == 3


@pytest.fixture
def flipped(tmp_path, monkeypatch):
    """The runner of an index that counts as large, and of which a bit is flipped."""
    for name in ("CHECKED_AT_OPEN", "_SMALL"):
        monkeypatch.setattr(manifest, name, 0)
    runner = ToyRunner(Settings(home=tmp_path))
    runner.run(None, force=False)
    (generation,) = runner.edition_of
    vectors = tmp_path / "index" / "generations" / generation / "dense" / "vectors.npy"
    data = bytearray(vectors.read_bytes())
    data[-3] ^= 1
    vectors.write_bytes(data)
    return runner


def test_a_flipped_bit_of_a_large_index_is_noticed_by_the_command(
    tmp_path, flipped, monkeypatch, capsys
):
    monkeypatch.setenv("SEMINAR_QA_HOME", str(tmp_path))
    monkeypatch.setattr(Engine, "open", lambda settings: toy_engine(settings, Calibration.load()))
    monkeypatch.setattr(sys, "argv", ["seminar-qa", "ask", "How many ships?"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (1, "")
    assert "vectors.npy was altered" in told.err


def test_a_flipped_bit_of_a_large_index_is_noticed_by_the_server(tmp_path, flipped):
    settings, calibration = Settings(home=tmp_path), Calibration.load()
    app = create_app(
        settings, runner=flipped, open_engine=lambda _: toy_engine(settings, calibration)
    )
    with served(app) as port:
        wait_until(lambda: get(port, "/readyz")[0] == 503)
        assert "vectors.npy was altered" in get(port, "/readyz")[1]["detail"]
        flipped.edition = 1
        assert app.state.jobs.run()
        assert get(port, "/readyz")[0] == 200


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
