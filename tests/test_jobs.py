"""Index runs as jobs: one at a time, told to all who listen, and none takes the server down."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from seminar_qa.errors import DocumentsError, IndexBusyError, IndexRunError
from seminar_qa.ingest import Outcome, SilentProgress, _one_writer, build_index
from seminar_qa.jobs import SHOWN, Counted, Jobs, ProcessRunner, State, summarise
from seminar_qa.settings import Settings
from seminar_qa.sync import Difference
from standins import DONE, StandIn


@pytest.fixture
def runner():
    return StandIn()


@pytest.fixture
def jobs(runner):
    jobs = Jobs(runner)
    yield jobs
    jobs.close()


def ended(jobs):
    jobs._join()
    return jobs.state


def test_before_the_first_run_nothing_is_known(jobs):
    assert jobs.state == State("idle", 0)


def test_a_run_is_started_at_once_and_tells_how_far_it_is(jobs, runner):
    begun = jobs.start(force=True)
    assert (begun.status, begun.run, begun.ended_at) == ("running", 1, None)

    async def wait():
        async for state in jobs.states(pause=0):
            if state.done == 2:
                return state
        raise AssertionError("the states ended")

    state = asyncio.run(asyncio.wait_for(wait(), 20))
    assert (state.stage, state.done, state.total) == ("reading", 2, 3)
    assert runner.runs == [True]


def test_a_run_that_is_done_tells_what_it_did(jobs, runner):
    runner.gate.set()
    jobs.start()
    state = ended(jobs)
    assert (state.status, state.run, state.result, state.error) == ("finished", 1, DONE, None)
    assert (state.stage, state.done, state.total) == ("", 0, 0)
    assert state.began_at <= state.ended_at


def test_while_a_run_is_at_work_no_other_is_started(jobs, runner):
    jobs.start()
    with pytest.raises(IndexBusyError, match=r"at work since 20\d\d-"):
        jobs.start()
    runner.gate.set()
    ended(jobs)
    jobs.start()
    ended(jobs)
    assert runner.runs == [False, False]


def test_of_many_who_start_a_run_at_once_one_does(jobs, runner):
    def start(_):
        try:
            return jobs.start().status
        except IndexBusyError:
            return "busy"

    with ThreadPoolExecutor(8) as threads:
        told = sorted(threads.map(start, range(8)))
    assert told == ["busy"] * 7 + ["running"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DocumentsError("there is no folder x"), "there is no folder x"),
        (RuntimeError("a bug"), "something went wrong in the run; the server's log says what"),
    ],
)
def test_a_run_that_fails_says_why_and_the_next_one_can_be_started(error, sentence):
    runner = StandIn(error)
    runner.gate.set()
    jobs = Jobs(runner)
    jobs.start()
    assert (ended(jobs).status, jobs.state.error) == ("failed", sentence)
    runner.ending = DONE
    jobs.start()
    assert (ended(jobs).status, jobs.state.error, jobs.state.run) == ("finished", None, 2)


def test_a_failed_run_leaves_what_the_one_before_it_did(jobs, runner):
    runner.gate.set()
    jobs.start()
    ended(jobs)
    runner.ending = DocumentsError("none")
    jobs.start()
    assert ended(jobs).result == DONE


def test_an_index_that_cannot_be_taken_up_is_built_all_the_same(runner):
    def finished():
        raise RuntimeError("a bug")

    jobs = Jobs(runner, finished=finished)
    runner.gate.set()
    jobs.start()
    state = ended(jobs)
    assert (state.status, state.result, state.error) == ("finished", DONE, None)


@pytest.mark.parametrize("before", [None, DONE, DocumentsError("none")])
def test_another_writer_at_work_is_no_failed_run(runner, before):
    runner.gate.set()
    jobs = Jobs(runner)
    if before:
        runner.ending = before
        jobs.start()
        ended(jobs)
    was = jobs.state
    runner.ending = IndexBusyError("another run (process 7) is writing it")
    jobs.start()
    busy = "another run (process 7) is writing it"
    assert ended(jobs) == replace(was, run=was.run + 1, busy=busy)
    with pytest.raises(IndexBusyError, match="process 7"):
        jobs.run()
    runner.ending = DONE
    assert jobs.run() is True
    assert jobs.state.busy is None


def test_a_run_that_no_thread_can_do_is_none(jobs, runner, monkeypatch):
    def refuse(_):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(IndexRunError, match="can't start new thread"):
            jobs.start()
    assert jobs.state == State("idle", 0)
    runner.gate.set()
    jobs.start()
    assert ended(jobs).status == "finished"


def test_the_engine_is_opened_before_a_run_is_told_to_be_finished(runner):
    seen = []
    jobs = Jobs(runner, finished=lambda: seen.append(jobs.state.status))
    runner.gate.set()
    jobs.start()
    ended(jobs)
    assert seen == ["running"]


def test_run_waits_for_the_one_at_work_and_then_does_another(jobs, runner):
    jobs.start()
    with ThreadPoolExecutor(1) as threads:
        second = threads.submit(jobs.run)
        runner.gate.set()
        assert second.result(20) is True
    assert jobs.state.run == 2
    runner.ending = DocumentsError("none")
    assert jobs.run() is False


def test_every_listener_gets_the_state_first_and_the_end_last(jobs, runner):
    async def listen():
        heard = []
        async for state in jobs.states(pause=0):
            heard.append(state)
            if state.status == "finished":
                return heard
        raise AssertionError("the states ended")

    async def several():
        early = asyncio.create_task(listen())
        await asyncio.sleep(0.05)
        jobs.start()
        late = [asyncio.create_task(listen()) for _ in range(5)]
        await asyncio.sleep(0.05)
        runner.gate.set()
        return await asyncio.wait_for(asyncio.gather(early, *late), 20)

    early, *late = asyncio.run(several())
    assert early[0].status == "idle"
    for heard in (early, *late):
        order = [(state.run, state.status != "running", state.done) for state in heard[1:-1]]
        assert order == sorted(order)
        assert heard[-1].result == DONE
    assert {heard[0].status for heard in late} == {"running"}


def test_a_listener_that_leaves_is_forgotten(jobs):
    async def look():
        states = jobs.states()
        await anext(states)
        known = len(jobs._wakers)
        await states.aclose()
        return known

    assert asyncio.run(look()) == 1
    assert len(jobs._wakers) == 0


def test_a_slow_listener_gets_the_newest_state_and_no_queue(jobs, runner):
    class Busy(StandIn):
        def run(self, progress, *, force):
            progress.begin("reading", 1000)
            for _ in range(1000):
                progress.advance()
            return super().run(SilentProgress(), force=force)

    runner = Busy()
    jobs = Jobs(runner)

    async def listen():
        heard = []
        async for state in jobs.states(pause=0.05):
            if not heard:
                jobs.start()
            heard.append(state)
            if state.done == 1000:
                return heard
        raise AssertionError("the states ended")

    assert len(asyncio.run(asyncio.wait_for(listen(), 20))) < 50
    jobs.close()


def test_closing_ends_the_run_at_work_and_lets_the_listeners_go(jobs, runner):
    async def listen():
        return [state.status async for state in jobs.states(pause=0)]

    jobs.start()
    with ThreadPoolExecutor(1) as threads:
        listening = threads.submit(lambda: asyncio.run(listen()))
        while not jobs._wakers:
            pass
        jobs.close()
        assert listening.result(20)[0] == "running"
    assert jobs.state.error == "the run was stopped"
    with pytest.raises(IndexBusyError, match="ending"):
        jobs.start()
    assert jobs.run() is False


def test_of_many_files_only_the_first_are_named():
    paths = tuple(f"{number}.md" for number in range(500))
    renamed = (("old.md", "new.md"),)
    difference = Difference(paths, (), (), ("same.md",), ("it is asked for",), renamed)
    summary = summarise(Outcome(difference, "g", True, 501, 900, ()))
    assert summary.changes["added"] == Counted(500, paths[:SHOWN])
    assert summary.changes["unchanged"] == Counted(1, ("same.md",))
    assert summary.changes["renamed"] == Counted(1, ("old.md → new.md",))
    assert summary.why == ("it is asked for",)


# The process that does the runs


def test_a_process_that_cannot_index_says_why_in_its_own_words(tmp_path):
    with pytest.raises(IndexRunError, match="there is no folder"):
        ProcessRunner(Settings(home=tmp_path)).run(SilentProgress(), force=False)


@pytest.fixture
def instead(tmp_path, monkeypatch):
    """Return a function that puts a script of the shell in the place of the run's process."""

    def put(script):
        (tmp_path / "python").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "python").chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    return put


def test_a_process_is_not_given_the_organisers_token(tmp_path, instead, monkeypatch):
    for name in ("SEMINAR_QA_ORGANISER_TOKEN", "seminar_qa_organiser_token"):
        monkeypatch.setenv(name, "a secret")
    monkeypatch.setenv("SEMINAR_QA_HOME", str(tmp_path))
    instead(f"(env; cat) > '{tmp_path}/given'; echo '{{\"error\": \"enough\"}}'")
    with pytest.raises(IndexRunError, match="enough"):
        ProcessRunner(Settings(organiser_token="a secret")).run(SilentProgress(), force=False)
    given = (tmp_path / "given").read_text()
    assert f"SEMINAR_QA_HOME={tmp_path}" in given
    assert '"force": false' in given
    assert "secret" not in given


def test_a_process_that_is_killed_while_it_writes_is_told_so(tmp_path, instead):
    instead("""echo '{"stage": "reading", "total": 3}'; printf '{"ste'; kill -9 $$""")
    with pytest.raises(IndexRunError, match="SIGKILL"):
        ProcessRunner(Settings(home=tmp_path)).run(SilentProgress(), force=False)


def test_settings_that_became_invalid_are_told(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMINAR_QA_HOME", str(tmp_path))
    runner = ProcessRunner(Settings())
    (tmp_path / "seminar-qa.toml").write_text("passage_words = [")
    with pytest.raises(IndexRunError, match="seminar-qa.toml cannot be read"):
        runner.run(SilentProgress(), force=False)


def test_a_process_that_meets_another_writer_says_that_it_is_busy(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.md").write_text("The harbour counted ships.")
    runner = ProcessRunner(Settings(home=tmp_path))
    with _one_writer(tmp_path / "index"), pytest.raises(IndexBusyError, match=str(os.getpid())):
        runner.run(SilentProgress(), force=False)


def test_a_run_that_is_told_to_end_does_so_and_the_next_one_goes_on(tmp_path, instead):
    (tmp_path / "documents").mkdir()
    for number in range(8):
        text = f"The harbour {number} counted {number} ships."
        (tmp_path / "documents" / f"{number}.md").write_text(text)
    log, python = tmp_path / "log", sys.executable

    def run_of_toys(pause):
        instead(f"exec '{python}' '{Path(__file__).parent}/toy_jobs.py' '{log}' {pause}")
        return ProcessRunner(Settings(home=tmp_path))

    def read():
        lines = log.read_text().splitlines() if log.exists() else []
        return [line for line in lines if line.startswith("read")]

    runner = run_of_toys(1)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(runner.run, SilentProgress(), force=False)
        while len(read()) < 3 and not running.done():
            time.sleep(0.05)
        runner._process.terminate()
        with pytest.raises(IndexRunError, match="the run was stopped; start it again, it goes on"):
            running.result(60)
    assert len(read()) < 8
    assert list((tmp_path / "index").glob("generations/*")) == []
    summary = run_of_toys(0).run(SilentProgress(), force=False)
    assert (summary.built, summary.documents) == (True, 8)
    assert len(set(read())) == 8 <= len(read()) <= 9  # the one at work may be read twice


def test_a_runner_that_was_stopped_ends_its_process(tmp_path):
    runner = ProcessRunner(Settings(home=tmp_path))
    runner.stop()
    with pytest.raises(IndexRunError, match="the run was stopped; start it again"):
        runner.run(SilentProgress(), force=False)


def test_a_process_builds_the_same_index_and_tells_of_its_stages(fresh_home):
    settings = Settings(home=fresh_home)
    stages = []

    class Listening(SilentProgress):
        def begin(self, stage, total):
            stages.append(stage)

    summary = ProcessRunner(settings).run(Listening(), force=False)
    assert (summary.built, summary.documents) == (True, 1)
    assert summary.changes["added"] == Counted(1, ("seminar-report-2018-11-20.txt",))
    assert {"reading", "embedding"} <= set(stages)
    again = build_index(settings)
    assert (again.built, again.generation) == (False, summary.generation)


TWICE = """
import shutil
import sys
import time
from seminar_qa import ingest, jobs
from toys import ToyModels, ToyReader

class Slow(ToyModels):
    def encode(self, texts, advance=lambda _: None):
        print("here", file=sys.stderr, flush=True)
        time.sleep(60)

remove = shutil.rmtree

def slow(path, **how):
    print("clearing", file=sys.stderr, flush=True)
    time.sleep(1)
    remove(path, **how)

shutil.rmtree = slow
ingest.InstalledModels = lambda _: Slow()
jobs._serve()
"""


def test_a_run_that_is_told_to_end_twice_clears_up_what_it_was_building(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text("The harbour grows. It is deep.\n")
    here = Path(__file__).parent
    with subprocess.Popen(
        [sys.executable, "-c", TWICE],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{here.parent / 'src'}{os.pathsep}{here}"},
    ) as process:
        process.stdin.write(json.dumps({"settings": {"home": str(tmp_path)}, "force": False}))
        process.stdin.close()
        assert process.stderr.readline() == "here\n"
        process.terminate()
        assert process.stderr.readline() == "clearing\n"
        process.terminate()
        process.stderr.read()
    assert process.returncode == 128 + signal.SIGTERM
    assert list((tmp_path / "index" / "generations").iterdir()) == []


def test_a_run_that_left_something_for_another_time_is_to_be_done_again():
    jobs = Jobs(StandIn(replace(DONE, again=1)))
    jobs._runner.gate.set()
    assert not jobs.run()
    jobs._runner.ending = DONE
    assert jobs.run()
