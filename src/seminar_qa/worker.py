"""Reads files in processes of their own, so that a hostile one harms nothing.

Each process has a limit of memory and each file one of time; a process that dies or takes too long
is replaced, and the file is told with the reason. What comes back is JSON, never pickle: a process
that a file has taken over cannot make this one run anything. Run as `python -m seminar_qa.worker`
this module is such a process; it opens no connection to anywhere.
"""

import base64
import contextlib
import ctypes
import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryFile
from typing import IO, Any

from seminar_qa.documents import Block, Document, Extraction, Kind, LeftOut, Speaker
from seminar_qa.errors import NotReadError, UnreadableFileError
from seminar_qa.layout import Layout
from seminar_qa.parsers.source import SourceFile
from seminar_qa.reading import Reading, read_report
from seminar_qa.sentences import Sentence


@dataclass(frozen=True)
class Job:
    """A file to read: its path as shown, where it lies, and its side-car's path and place."""

    path: str
    file: Path
    sidecar_path: str = ""
    sidecar: Path | None = None


@dataclass(frozen=True)
class Limits:
    """What reading one file may cost: seconds, MiB of memory, and seconds of OCR on top."""

    seconds: float = 60
    memory: int = 2048
    ocr_seconds: float = 600


_LONGEST_ANSWER = 1 << 28  # bytes
_OCR_BEGINS = b'"ocr"\n'
"""What a process says when it begins to read pictures, which takes longer."""
Outcome = Reading | UnreadableFileError


class Worker:
    """One process that reads files, begun when first needed and anew when it was lost."""

    def __init__(self, limits: Limits):
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._told = 0  # how much of the errors is about earlier files
        self._lock = threading.Lock()
        self._stopped = False

    def read(self, job: Job) -> Reading:
        """Read one file. Raises UnreadableFileError, also when the process is lost over it.

        Raises NotReadError when that says nothing of the file: no process could be begun, the file
        not be fetched from its disk, or the process was killed from outside.
        """
        try:
            process = self._running()
        except OSError as error:
            raise NotReadError(
                f"{job.path}: no process could be begun to read it ({error.strerror})"
            ) from error
        watch = _Watch(process)
        try:
            answer = _ask(process, job, watch, self._limits)
        finally:
            watch.cancel()
        if answer is None or watch.expired:
            _wait(process)
            killed = process.poll() == -signal.SIGKILL and not watch.expired
            self.close()
            reason = f"{job.path}: {self._why_lost(process, watch.expired)}"
            raise NotReadError(reason) if killed else UnreadableFileError(reason)
        if "unreadable" in answer:
            kind = NotReadError if answer.get("passing") else UnreadableFileError
            raise kind(str(answer["unreadable"]))
        try:
            return decoded(answer)
        except (KeyError, TypeError, ValueError, AttributeError, zlib.error) as error:
            self.close()
            raise UnreadableFileError(
                f"{job.path}: the program that read it gave nonsense ({error!r}); it is hostile"
            ) from error

    def close(self) -> None:
        """End the process and those it has begun."""
        with self._lock:
            if self._process:
                _kill(self._process)
                self._process = None

    def stop(self) -> None:
        """End the process, also one that is reading, and begin no other."""
        self._stopped = True
        self.close()

    def _running(self) -> subprocess.Popen[bytes]:
        with self._lock:
            process = self._begun()
        self._told = self._errors.seek(0, os.SEEK_END) if self._errors else 0
        return process

    def _begun(self) -> subprocess.Popen[bytes]:
        if self._stopped:
            raise OSError(errno.ECANCELED, "it was told to stop")
        if self._process is None or self._process.poll() is not None:
            self._errors = TemporaryFile()  # noqa: SIM115 - it lives as long as the process
            limits = self._limits
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [
                    *(sys.executable, "-P", "-m", "seminar_qa.worker"),
                    *(str(limits.memory), str(limits.ocr_seconds)),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"},
                start_new_session=True,
            )
        return self._process

    def _last_words(self) -> list[str]:
        """Return the last lines that the process wrote to its standard error."""
        if self._errors is None:
            return []
        self._errors.seek(self._told)
        return self._errors.read()[-4_000:].decode("utf-8", "replace").strip().splitlines()

    def _why_lost(self, process: subprocess.Popen[bytes], expired: bool) -> str:
        if expired:
            return (
                f"reading it took longer than {self._limits.seconds:g} seconds; "
                "if the file is sound, raise SEMINAR_QA_READ_SECONDS"
            )
        lines = self._last_words()
        if any("MemoryError" in line or "bad_alloc" in line for line in lines):
            return _too_large(self._limits.memory)
        if process.returncode and process.returncode < 0:
            name = signal.Signals(-process.returncode).name
            return (
                f"the program that read it broke down ({name}): it is damaged or hostile, or needs "
                f"more than {self._limits.memory} MiB of memory (SEMINAR_QA_READ_MEMORY)"
            )
        return f"the program that read it broke down ({lines[-1] if lines else 'no reason given'})"


class _Watch:
    """Ends a process when its time is up."""

    def __init__(self, process: subprocess.Popen[bytes]):
        self._process = process
        self._timer: threading.Timer | None = None
        self.expired = False

    def begin(self, seconds: float) -> None:
        """Give the process so many seconds from now."""
        self.cancel()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Let the process be."""
        if self._timer:
            self._timer.cancel()
            self._timer.join()  # so that it ends no process later on

    def _expire(self) -> None:
        self.expired = True
        _kill(self._process)


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Give a process that has broken down a moment to end by itself, so that it says why."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=1)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe and not pipe.closed:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def _ask(
    process: subprocess.Popen[bytes], job: Job, watch: _Watch, limits: Limits
) -> dict[str, Any] | None:
    """Return what a process says of a file; None when it is lost."""
    request = {
        "path": job.path,
        "file": os.fsdecode(job.file),
        "sidecar_path": job.sidecar_path,
        "sidecar": os.fsdecode(job.sidecar) if job.sidecar else None,
    }
    if process.stdin is None or process.stdout is None:
        return None
    watch.begin(limits.seconds)
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        line = process.stdout.readline(_LONGEST_ANSWER)
        if line == _OCR_BEGINS:
            watch.begin(limits.seconds + limits.ocr_seconds)
            line = process.stdout.readline(_LONGEST_ANSWER)
        answer = json.loads(line) if line.endswith(b"\n") else None
    except (OSError, ValueError, RecursionError, MemoryError):
        return None
    return answer if isinstance(answer, dict) else None


class Pool:
    """Several workers that read files at a time. Ends its processes when it is left."""

    def __init__(self, limits: Limits, processes: int):
        self._workers = [Worker(limits) for _ in range(processes)]
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(processes)

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.stop()
        self._threads.shutdown()

    def read(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Outcome]]:
        """Yield each file with what became of it, in order; only a few are read ahead."""
        waiting: deque[tuple[Job, Future[Outcome]]] = deque()
        for job in jobs:
            waiting.append((job, self._threads.submit(self._read, job)))
            if len(waiting) > 2 * len(self._workers):
                done, future = waiting.popleft()
                yield done, future.result()
        for done, future in waiting:
            yield done, future.result()

    def _read(self, job: Job) -> Outcome:
        worker = self._idle.get()
        try:
            return worker.read(job)
        except UnreadableFileError as error:
            return error
        finally:
            self._idle.put(worker)


def read_all(jobs: Iterable[Job], limits: Limits, processes: int) -> Iterator[tuple[Job, Outcome]]:
    """Yield each file with what became of it, in order; `processes` of them are read at a time."""
    with Pool(limits, processes) as pool:
        yield from pool.read(jobs)


# what passes between the processes


def encoded(reading: Reading) -> dict[str, Any]:
    """Return a reading as what JSON can carry."""
    document = reading.document
    layout = base64.b64encode(zlib.compress(document.layout.tobytes(), 1)).decode()
    fields = {
        name: getattr(document, name)
        for name in (
            *("id", "path", "sha256", "media_type", "text", "page_starts", "title", "date"),
            *("place", "organiser", "found_at"),
        )
    }
    return {
        **fields,
        "blocks": [
            (b.kind.value, b.start, b.end, b.section, b.level, b.speaker) for b in document.blocks
        ],
        "speakers": [asdict(speaker) for speaker in document.speakers],
        "extraction": asdict(document.extraction),
        "layout": layout,
        "sentences": [(s.start, s.end, s.block, s.speaker) for s in reading.sentences],
    }


def decoded(data: dict[str, Any]) -> Reading:
    """Return the reading that `encoded` gave."""
    blocks = tuple(
        Block(Kind(kind), start, end, tuple(section), level, speaker)
        for kind, start, end, section, level, speaker in data.pop("blocks")
    )
    sentences = tuple(Sentence(*values) for values in data.pop("sentences"))
    seen: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in data.pop("extraction").items()
    }
    seen["left_out"] = tuple(LeftOut(**entry) for entry in seen["left_out"])
    speakers = tuple(
        Speaker(**{**entry, "labels": tuple(entry["labels"])}) for entry in data.pop("speakers")
    )
    document = Document(
        blocks=blocks,
        speakers=speakers,
        extraction=Extraction(**seen),
        layout=Layout.frombytes(_unpacked(base64.b64decode(data.pop("layout")))),
        page_starts=tuple(data.pop("page_starts")),
        found_at=tuple(map(tuple, data.pop("found_at"))),
        **data,
    )
    return Reading(document, sentences)


def _unpacked(data: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(data, _LONGEST_ANSWER)
    if unpacking.unconsumed_tail:
        raise ValueError("the layout is too long")
    return unpacked


# the other process


def _serve(memory: int, ocr_seconds: float) -> None:
    """Read the files that are asked for on standard input, until it ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    confine(memory)

    def tell(line: bytes) -> None:
        answers.write(line)
        answers.flush()

    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            answer = encoded(_read(request, ocr_seconds, lambda: tell(_OCR_BEGINS)))
        except UnreadableFileError as error:
            answer = {"unreadable": str(error), "passing": isinstance(error, NotReadError)}
        except MemoryError:
            answer = {"unreadable": f"{request['path']}: {_too_large(memory)}"}
        tell(json.dumps(answer, ensure_ascii=False).encode() + b"\n")


def _too_large(memory: int) -> str:
    return (
        f"reading it needs more than {memory} MiB of memory; "
        "if the file is sound, raise SEMINAR_QA_READ_MEMORY"
    )


def _read(request: dict[str, Any], ocr_seconds: float, before_ocr: Callable[[], None]) -> Reading:
    path = request["path"]
    try:
        data = Path(request["file"]).read_bytes()
    except OSError as error:
        raise NotReadError(f"{path}: {error.strerror}") from error
    source = SourceFile(data, ocr_seconds=ocr_seconds, before_ocr=before_ocr)
    beside = None
    if request["sidecar"]:
        sidecar = None
        with contextlib.suppress(OSError):
            sidecar = Path(request["sidecar"]).read_bytes()
        beside = request["sidecar_path"], sidecar
    return read_report(path, source, hashlib.sha256(data).hexdigest(), beside)


def confine(memory: int) -> None:
    """Let this process use `memory` MiB at most, open no connection, and end with its parent."""
    _limit_memory(memory)
    _end_with_parent()
    sys.addaudithook(_forbid_network)


def _limit_memory(mebibytes: int) -> None:
    try:
        import resource  # not on Windows, where the limit of time alone holds
    except ImportError:
        return
    limit = mebibytes * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _end_with_parent() -> None:
    """Let the process end when the one that began it is killed (Linux)."""
    set_death_signal = 1  # PR_SET_PDEATHSIG of linux/prctl.h
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


def _forbid_network(event: str, _: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise UnreadableFileError("reading it would open a connection, which is never done")


if __name__ == "__main__":
    _serve(int(sys.argv[1]), float(sys.argv[2]))
