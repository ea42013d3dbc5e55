"""Index runs as jobs: one at a time, told to all who listen, and none takes the server down."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from seminar_qa.errors import DocumentsError, IndexBusyError, IndexRunError
from seminar_qa.ingest import Outcome, SilentProgress, build_index
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


def test_a_process_is_not_given_the_organisers_token(tmp_path):
    settings = Settings(home=tmp_path, organiser_token="a secret")
    assert "a secret" not in str(vars(ProcessRunner(settings)))


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
