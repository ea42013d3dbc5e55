"""One run of the index at a time, as a job that any number of listeners can follow.

A run is a process of its own: reading, embedding and exporting take all cores and much memory, and
a server must go on answering. Run as `python -m seminar_qa.jobs` this module is such a process: it
is given its settings on standard input and tells of itself on standard output, in lines of JSON.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal, Protocol

from seminar_qa.errors import IndexBusyError, IndexRunError, SeminarQAError
from seminar_qa.ingest import Outcome, Progress, build_index
from seminar_qa.settings import Settings, make_settings

SHOWN = 20
"""Of a run's files so many are named."""
PAUSE = 0.2
"""A listener is told of progress at most this often, in seconds."""
_NICENESS = 5
_LAST_WAIT = 10.0  # seconds for a run to end by itself when it is told to stop
_SECRET = {"SEMINAR_QA_ORGANISER_TOKEN"}
"""What of the environment a run is not given."""
_TOLD_TO_END = 128 + signal.SIGTERM  # what a process that was told to end returns, as in a shell
_BUG = "something went wrong in the run; the server's log says what"
_log = logging.getLogger("seminar_qa")


@dataclass(frozen=True)
class Counted:
    """How many there are of something, and the first of them in words."""

    count: int
    first: tuple[str, ...]

    @classmethod
    def of(cls, words: Sequence[str]) -> "Counted":
        """Count `words`."""
        return cls(len(words), tuple(words[:SHOWN]))


@dataclass(frozen=True)
class Summary:
    """What a finished run did.

    `changes` are the paths by what became of them, as in `Difference`; `why` more was done than
    they need; `unread` and `stale` are files with the reason why they, or their version of today,
    could not be read; `again` files are to be tried at another time.
    """

    generation: str
    built: bool
    documents: int
    passages: int
    changes: dict[str, Counted]
    why: tuple[str, ...]
    unread: Counted
    stale: Counted
    again: int = 0


@dataclass(frozen=True)
class State:
    """What is known of the index runs of this process; `run` counts them.

    `stage`, `done` and `total` (0 when not known) tell of the run at work, `result` of the last one
    that finished, `error` why the last one failed. `busy` tells that the last one did nothing, as
    another program was writing the index; the rest is then as before it. Times are ISO 8601.
    """

    status: Literal["idle", "running", "finished", "failed"] = "idle"
    run: int = 0
    stage: str = ""
    done: int = 0
    total: int = 0
    began_at: str | None = None
    ended_at: str | None = None
    result: Summary | None = None
    error: str | None = None
    busy: str | None = None


class Runner(Protocol):
    """Runs the index, one run at a time."""

    def run(self, progress: Progress, *, force: bool) -> Summary:
        """Bring the index up to date.

        Raises SeminarQAError, of which IndexBusyError says that another program is writing it.
        """

    def stop(self) -> None:
        """Let the run at work end soon; it raises then."""


class Jobs:
    """Starts runs and tells how they go.

    `finished` is called before a run is told to be done. The index is built by then, so its error
    is one for the log.
    """

    def __init__(self, runner: Runner, finished: Callable[[], object] = lambda: None):
        self._runner = runner
        self._finished = finished
        self._state = State()
        self._changing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wakers: set[Callable[[], object]] = set()
        self._closed = False

    @property
    def state(self) -> State:
        """What is known now."""
        return self._state

    @property
    def is_closed(self) -> bool:
        """Whether no other run is begun."""
        return self._closed

    def start(self, *, force: bool = False) -> State:
        """Begin a run and return at once.

        Raises IndexBusyError when one is at work, IndexRunError when none can be begun.
        """
        with self._changing:
            state = self._state
            if self._closed:
                raise IndexBusyError("the server is ending, so no index run can be begun")
            if state.status == "running":
                raise IndexBusyError(
                    f"an index run is at work since {state.began_at}; wait for it to end "
                    "(GET /index tells), then start another for what has changed since"
                )
            self._state = State("running", state.run + 1, began_at=_now(), result=state.result)
            thread = threading.Thread(target=self._work, args=(force, state), daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                self._state = state
                raise IndexRunError(f"no index run can be begun now: {error}") from error
            self._thread = thread
        self.wake()
        return self._state

    def run(self) -> bool:
        """Wait for the run at work, do another, and return whether nothing is to be tried again.

        Raises IndexBusyError when another program is writing the index, IndexRunError when none can
        be begun.
        """
        while not self._closed:
            self._join()
            try:
                self.start()
            except IndexBusyError:  # somebody else was quicker
                continue
            self._join()
            if self._state.busy:
                raise IndexBusyError(self._state.busy)
            result = self._state.result
            return self._state.error is None and not (result and result.again)
        return False

    def wake(self) -> None:
        """Let every listener look at the state again."""
        for waker in tuple(self._wakers):
            with contextlib.suppress(RuntimeError):  # its event loop has ended
                waker()

    async def states(self, pause: float = PAUSE) -> AsyncIterator[State]:
        """Yield the state now and after each change, until the jobs are closed.

        A listener that is slow, or that comes late, gets the newest state and no older one.
        """
        changed = asyncio.Event()
        waker = partial(asyncio.get_running_loop().call_soon_threadsafe, changed.set)
        self._wakers.add(waker)
        try:
            while not self._closed:
                changed.clear()
                yield self._state
                await changed.wait()
                await asyncio.sleep(pause)
        finally:
            self._wakers.discard(waker)

    def end(self) -> None:
        """Begin no other run, let the one at work end, and let the listeners go."""
        self._closed = True
        self._runner.stop()
        self.wake()

    def close(self) -> None:
        """Do what `end` does, and wait for it."""
        self.end()
        self._join()

    def _join(self) -> None:
        with self._changing:  # one that is being begun is waited for too
            thread = self._thread
        if thread:
            thread.join()

    def _work(self, force: bool, before: State) -> None:
        try:
            result = self._runner.run(_Teller(self._post), force=force)
        except IndexBusyError as error:
            why = str(error)
            self._post(lambda state: replace(before, run=state.run, busy=why))
        except SeminarQAError as error:
            self._end("failed", error=str(error))
        except Exception:
            _log.exception("an index run failed")
            self._end("failed", error=_BUG)
        else:
            self._tell_finished()
            self._end("finished", result=result)

    def _tell_finished(self) -> None:
        try:
            self._finished()
        except Exception:
            _log.exception("the index is up to date, but could not be taken up")

    def _end(self, status: Literal["finished", "failed"], **told: Any) -> None:
        now = _now()
        self._post(
            lambda state: replace(
                state, status=status, stage="", done=0, total=0, ended_at=now, **told
            )
        )

    def _post(self, change: Callable[[State], State]) -> None:
        self._state = change(self._state)  # only the thread of the run at work comes here
        self.wake()


class _Teller:
    """Is told of the progress and puts it into the state."""

    def __init__(self, post: Callable[[Callable[[State], State]], None]):
        self._post = post

    def begin(self, stage: str, total: int) -> None:
        """Show a new stage."""
        self._post(lambda state: replace(state, stage=stage, done=0, total=total))

    def advance(self, steps: int = 1) -> None:
        """Count on."""
        self._post(lambda state: replace(state, done=state.done + steps))


class ProcessRunner:
    """Runs the index in a process of its own, which lets others go first."""

    def __init__(self, settings: Settings):
        self._settings = settings.model_dump(mode="json", exclude={"organiser_token"})
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self, progress: Progress, *, force: bool) -> Summary:
        """Bring the index up to date.

        Raises IndexRunError with the reason why it could not be, IndexBusyError when another
        program is writing it.
        """
        request = json.dumps({"settings": self._settings, "force": force}).encode()
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "seminar_qa.jobs"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                process_group=0 if os.name == "posix" else None,  # Ctrl+C is not meant for it
                env={n: value for n, value in os.environ.items() if n.upper() not in _SECRET},
            )
        except OSError as error:
            raise IndexRunError(f"no process could be begun for the run: {error}") from error
        self._process = process
        if self._stopped:
            process.terminate()
        with process:
            summary = _follow(process, request, progress)
        if summary is None:
            raise IndexRunError(self._why_ended(process.returncode))
        return summary

    def stop(self) -> None:
        """End the process at work, if there is one, and every later one."""
        if self._stopped:
            return
        self._stopped = True
        if self._process and self._process.poll() is None:
            self._process.terminate()
            last = threading.Timer(_LAST_WAIT, self._process.kill)
            last.daemon = True
            last.start()

    def _why_ended(self, code: int) -> str:
        again = "start it again, it goes on where it was"
        if self._stopped or code == _TOLD_TO_END:
            return f"the run was stopped; {again}"
        if code < 0:
            name = signal.Signals(-code).name
            return f"the run's process was ended by {name}, perhaps for want of memory; {again}"
        return f"the run's process ended with {code}, the server's log says why; {again}"


def _follow(process: subprocess.Popen[bytes], request: bytes, progress: Progress) -> Summary | None:
    """Ask a process for a run and follow it; None when it ended without telling how it went."""
    summary = None
    if process.stdin is None or process.stdout is None:
        return None
    with contextlib.suppress(BrokenPipeError):  # it ended before it was asked
        process.stdin.write(request)
        process.stdin.close()
    for line in process.stdout:
        if not line.endswith(b"\n"):
            break  # it was killed while it wrote
        match json.loads(line):
            case {"stage": stage, "total": total}:
                progress.begin(stage, total)
            case {"steps": steps}:
                progress.advance(steps)
            case {"summary": fields}:
                summary = _decoded(fields)
            case {"busy": sentence}:
                raise IndexBusyError(sentence)
            case {"error": sentence}:
                raise IndexRunError(sentence)
    return summary


def summarise(outcome: Outcome) -> Summary:
    """Return in short what a run did."""
    found = outcome.difference
    changes = {
        "added": found.added,
        "changed": found.changed,
        "deleted": found.deleted,
        "renamed": [f"{old} → {new}" for old, new in found.renamed],
        "copies": [f"{path} = {first}" for path, first in found.copies],
        "unchanged": found.unchanged,
    }
    return Summary(
        outcome.generation,
        outcome.built,
        outcome.documents,
        outcome.passages,
        {name: Counted.of(paths) for name, paths in changes.items()},
        found.why,
        Counted.of([entry.reason for entry in outcome.unread]),
        Counted.of([entry.reason for entry in outcome.stale]),
        outcome.again,
    )


def _decoded(fields: dict[str, Any]) -> Summary:
    """Return the summary that `asdict` made these fields of, after they went through JSON."""
    changes = {name: _counted(value) for name, value in fields.pop("changes").items()}
    unread, stale = (_counted(fields.pop(name)) for name in ("unread", "stale"))
    why = tuple(fields.pop("why"))
    return Summary(**fields, changes=changes, why=why, unread=unread, stale=stale)


def _counted(value: dict[str, Any]) -> Counted:
    return Counted(value["count"], tuple(value["first"]))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


# the other process


class _Speaker:
    """Tells of the run in lines of JSON."""

    def __init__(self, descriptor: int):
        self._answers = os.fdopen(descriptor, "wb")

    def tell(self, message: dict[str, Any]) -> None:
        """Write one line."""
        try:
            self._answers.write(json.dumps(message).encode() + b"\n")
            self._answers.flush()
        except OSError:
            sys.exit(1)  # nobody listens any more

    def begin(self, stage: str, total: int) -> None:
        """Tell of a new stage."""
        self.tell({"stage": stage, "total": total})

    def advance(self, steps: int = 1) -> None:
        """Tell of steps done."""
        self.tell({"steps": steps})


def _end(number: int, _: object) -> None:
    signal.signal(number, signal.SIG_IGN)  # what is being cleared up is cleared up
    sys.exit(_TOLD_TO_END)


def _serve() -> None:
    """Do the run that is asked for on standard input."""
    speaker = _Speaker(os.dup(sys.stdout.fileno()))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no message
    signal.signal(signal.SIGTERM, _end)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    request = json.load(sys.stdin)
    try:
        settings = make_settings(**request["settings"])
        outcome = build_index(settings, speaker, force=request["force"])
    except IndexBusyError as error:
        speaker.tell({"busy": str(error)})
    except SeminarQAError as error:
        speaker.tell({"error": str(error)})
    else:
        speaker.tell({"summary": asdict(summarise(outcome))})


if __name__ == "__main__":
    _serve()
