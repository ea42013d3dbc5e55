"""The processes that read files: limits, losses, order, and what passes between them."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from pdfs import drawn, page
from seminar_qa.documents import Block, Document, Extraction, Kind, LeftOut, Speaker
from seminar_qa.errors import NotReadError, UnreadableFileError
from seminar_qa.layout import Layout
from seminar_qa.reading import Reading
from seminar_qa.sentences import Sentence
from seminar_qa.worker import Job, Limits, Worker, decoded, encoded, read_all

LIMITS = Limits(seconds=20, memory=1024)


@pytest.fixture
def job(tmp_path) -> Job:
    (tmp_path / "a.txt").write_text("Osaka spoke.")
    return Job("a.txt", tmp_path / "a.txt")


@pytest.fixture
def slow(tmp_path) -> Job:
    """A file that takes some ten seconds to read."""
    file = tmp_path / "slow.txt"
    file.write_text("Osaka spoke with Mr. Amano of Kobe. " * 100_000)
    return Job("slow.txt", file)


def children() -> set[int]:
    lists = [path.read_text() for path in Path("/proc/self/task").glob("*/children")]
    return {int(child) for child in " ".join(lists).split()}


def signalled(worker: Worker, job: Job, number: int) -> UnreadableFileError:
    """Send a signal to a worker while it reads a file; return the error that refuses the file."""
    before = children()

    def send() -> None:
        while not (begun := children() - before):
            time.sleep(0.01)
        time.sleep(1.2)  # so that it reads
        os.kill(begun.pop(), number)

    threading.Thread(target=send).start()
    with pytest.raises(UnreadableFileError) as error:
        worker.read(job)
    return error.value


def test_a_file_is_read_with_its_side_car(tmp_path, job):
    (tmp_path / "a.yaml").write_text("title: Hydrogen day")
    worker = Worker(LIMITS)
    reading = worker.read(replace(job, sidecar_path="a.yaml", sidecar=tmp_path / "a.yaml"))
    worker.close()
    assert (reading.document.title, reading.document.text) == ("Hydrogen day", "Osaka spoke.")
    assert reading.sentences == (Sentence(0, 12, 0),)


def test_a_file_that_is_gone_is_told(tmp_path):
    worker = Worker(LIMITS)
    with pytest.raises(NotReadError, match="gone.txt: No such file"):
        worker.read(Job("gone.txt", tmp_path / "gone.txt"))
    worker.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_process_that_breaks_down_is_told_and_replaced(job, slow, number):
    worker = Worker(LIMITS)
    error = signalled(worker, slow, number)
    told = f"slow.txt: the program that read it broke down ({number.name})"
    assert str(error).startswith(told)
    assert isinstance(error, NotReadError) == (number == signal.SIGKILL)  # for want of memory
    assert worker.read(job).document.text == "Osaka spoke."
    worker.close()


def test_a_process_that_takes_too_long_is_ended_and_replaced(job, slow):
    worker = Worker(replace(LIMITS, seconds=2))
    begun = time.monotonic()
    error = signalled(worker, slow, signal.SIGSTOP)
    assert str(error).startswith("slow.txt: reading it took longer than 2 seconds")
    assert not isinstance(error, NotReadError)
    assert time.monotonic() - begun < 5
    assert worker.read(job).document.text == "Osaka spoke."
    worker.close()


def test_a_file_that_needs_too_much_memory_is_told(tmp_path, job):
    (tmp_path / "big.txt").write_bytes(b"Osaka spoke to Kobe. " * 20_000_000)
    worker = Worker(replace(LIMITS, memory=512))
    with pytest.raises(UnreadableFileError, match="needs more than 512 MiB of memory"):
        worker.read(Job("big.txt", tmp_path / "big.txt"))
    assert worker.read(job).document.text == "Osaka spoke."
    worker.close()


def test_a_process_that_cannot_be_begun_says_nothing_of_the_file(job, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere"))
    with pytest.raises(NotReadError, match=r"a\.txt: no process could be begun to read it \(No su"):
        Worker(LIMITS).read(job)


def test_files_come_back_in_order_also_when_some_cannot_be_read(tmp_path):
    jobs = []
    for number in range(12):
        file = tmp_path / f"{number}.txt"
        file.write_text("Osaka spoke. " * (200 if number % 4 == 0 else 1))
        jobs.append(Job(file.name, file if number % 3 else tmp_path / "gone.txt"))
    found = list(read_all(jobs, LIMITS, 2))
    assert [job for job, _ in found] == jobs
    assert [isinstance(outcome, Reading) for _, outcome in found] == [n % 3 > 0 for n in range(12)]


def test_no_files_give_nothing():
    assert list(read_all([], LIMITS, 2)) == []


def test_no_process_stays_behind(job):
    before = children()
    assert len(list(read_all([job] * 6, LIMITS, 2))) == 6
    assert children() == before


def test_no_process_stays_behind_when_nobody_wants_the_rest(job, slow):
    before = children()
    results = read_all([job, *[slow] * 9], LIMITS, 2)
    assert next(results)[0] == job
    begun = time.monotonic()
    results.close()
    assert time.monotonic() - begun < 5
    assert children() == before


# What passes between the processes


def test_a_reading_is_the_same_once_it_has_gone_through_json():
    layout = Layout()
    layout.add(0, 5, (1, 72.25, 700.0, 99.5, 711.13))
    document = Document(
        id="0123456789abcdef",
        path="日本/a b.pdf",
        sha256="f" * 64,
        media_type="application/pdf",
        text="Osaka “spoke”. \U0001f600",
        blocks=(
            Block(Kind.TITLE, 0, 5),
            Block(Kind.HEADING, 6, 13, ("A", "B"), 2),
            Block(Kind.PARAGRAPH, 6, 14, ("A",), 0, "BAN"),
        ),
        page_starts=(0, 7, 7),
        title="Osaka",
        date="2018-11-20",
        place="Tokyo",
        organiser="EU-Japan Centre",
        speakers=(Speaker("Dr. Ben", "mayor", "Kobe", ("BEN", "B"), 0, 5), Speaker("Ann")),
        found_at=(("title", 0, 5), ("place", 6, 13)),
        extraction=Extraction(
            3, (1,), (2,), (3,), 0.25, (LeftOut("header", "repeats", 2, 30),), ("It is so.",)
        ),
        layout=layout,
    )
    reading = Reading(document, (Sentence(0, 5, 0), Sentence(6, 14, 2, 1)))
    assert decoded(json.loads(json.dumps(encoded(reading)))) == reading


def served(script: str, *requests: dict[str, str | None]) -> subprocess.CompletedProcess[bytes]:
    """Run the other process after a script, as a library that a file has taken over would."""
    code = f"from seminar_qa import worker\n{script}\nworker._serve(1024, 0.0)"
    lines = b"".join(json.dumps(request).encode() + b"\n" for request in requests)
    return subprocess.run(
        [sys.executable, "-c", code], input=lines, capture_output=True, timeout=60, check=False
    )


def test_what_a_library_prints_is_no_answer(job):
    request = {"path": "a.txt", "file": str(job.file), "sidecar": None}
    printing = (
        "import os\nread = worker.read_report\n"
        "def noisy(*args):\n    print('noise', flush=True)\n    os.write(1, b'more noise')\n"
        "    return read(*args)\n"
        "worker.read_report = noisy"
    )
    done = served(printing, request, request)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["text"] for answer in answers] == ["Osaka spoke.", "Osaka spoke."]
    assert b"more noise" in done.stderr


@pytest.mark.parametrize(
    "call",
    [
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.getaddrinfo('example.org', 80)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    ],
)
def test_a_connection_is_refused(job, call):
    request = {"path": "a.txt", "file": str(job.file), "sidecar": None}
    script = f"import socket\nworker.read_report = lambda *_: {call}"
    answer = json.loads(served(script, request).stdout)
    told = "reading it would open a connection, which is never done"
    assert answer == {"unreadable": told, "passing": False}


def test_the_memory_of_the_process_is_limited():
    script = "import sys\nsys.stdin.close()\nworker._limit_memory(256)\nbytes(300 << 20)"
    done = served(script)
    assert done.returncode != 0
    assert b"MemoryError" in done.stderr


def test_a_pdf_keeps_its_boxes_on_the_way(tmp_path):
    (tmp_path / "a.pdf").write_bytes(drawn(page("Osaka spoke.")))
    ((_, reading),) = read_all([Job("a.pdf", tmp_path / "a.pdf")], LIMITS, 1)
    assert isinstance(reading, Reading)
    ((number, left, bottom, _, top),) = reading.document.layout.boxes(0, 12)
    assert (number, round(left)) == (1, 72)
    assert 755 < bottom < 760 < top < 770


@pytest.mark.parametrize("answer", [b"{}", b'{"blocks": 1}', b"[1]", b"nonsense", b'{"a": 1'])
def test_nonsense_from_a_process_refuses_the_file_and_no_more(answer, job, monkeypatch, tmp_path):
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nread line; printf '%s\\n' '{answer.decode()}'\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    worker = Worker(LIMITS)
    with pytest.raises(UnreadableFileError, match=r"a\.txt: the program that read it"):
        worker.read(job)
    worker.close()


def test_the_reason_does_not_depend_on_the_file_before(tmp_path):
    sealed = drawn(page("Osaka spoke."), encrypt=StandardEncryption("secret"))
    files = {"a.pdf": sealed, "b.pdf": b"%PDF-1.7\n%%EOF\n", "c.pdf": sealed}
    jobs = []
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        jobs.append(Job(name, tmp_path / name))
    told = [str(outcome) for _, outcome in read_all(jobs, LIMITS, 1)]
    assert ["encrypted" in reason for reason in told] == [True, False, True]
