"""Files that are read, and those that an unfinished run had read."""

from dataclasses import replace
from pathlib import Path

import pytest

from seminar_qa.errors import NotReadError, UnreadableFileError
from seminar_qa.journal import Log
from seminar_qa.reading import Reading
from seminar_qa.readings import Failure, job_of, read_files
from seminar_qa.records import Origin
from seminar_qa.sources import Source
from seminar_qa.sync import ToRead
from seminar_qa.text import digest_file
from seminar_qa.worker import Job, Limits
from toys import ToyReader

LIMITS = Limits()
NOTE = "Somebody wrote that the harbour grows.\n"


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A report that can be read."""
    (tmp_path / "a.txt").write_text(NOTE)
    return Source("a.txt", tmp_path / "a.txt")


def wanted(source: Source) -> ToRead:
    return ToRead(source.path, digest_file(source.file), Origin(".txt", parsers=1))


def read(source: Source, item: ToRead, reader=None, limits: Limits = LIMITS):
    """Read one file with the journal beside it; return what became of it, and who was asked."""
    reader = reader or ToyReader()
    log = Log(source.file.with_name("readings.log"), "test")
    [(same, found)] = read_files(
        [item], {item.path: replace(source, path=item.path)}, log, reader, limits, 1
    )
    log.close()
    assert same == item
    return found, reader.read


def test_a_file_is_read_once_and_then_found_in_the_journal(source: Source):
    item = wanted(source)
    first, asked = read(source, item)
    assert isinstance(first, Reading)
    assert asked == ["a.txt"]
    assert read(source, item) == (first, [])


def test_a_reading_is_found_under_the_name_of_today(source: Source):
    first, _ = read(source, wanted(source))
    item = replace(wanted(source), path="b.txt")
    found, asked = read(source, item)
    assert found == replace(first, document=replace(first.document, path="b.txt"))
    assert asked == []


@pytest.mark.parametrize("change", [{"sidecar": "Y"}, {"parsers": 2}, {"ocr": ("eng",)}])
def test_a_file_that_would_be_read_otherwise_is_read_again(source: Source, change):
    item = wanted(source)
    read(source, item)
    assert read(source, replace(item, origin=replace(item.origin, **change)))[1] == ["a.txt"]


def test_a_failure_is_remembered_for_the_same_name_and_limits(source: Source):
    source.file.write_bytes(b"a\x00b")
    item = wanted(source)
    first, _ = read(source, item)
    assert first == Failure("a.txt: the file holds NUL bytes, so it is not a text file")
    assert read(source, item) == (first, [])
    assert read(source, replace(item, path="b.txt"))[1] == ["b.txt"]
    assert read(source, item, limits=Limits(seconds=61))[1] == ["a.txt"]


def test_a_file_that_changes_or_vanishes_meanwhile_may_be_read_another_time(source: Source):
    item = wanted(source)
    source.file.write_text("Gifu grows.\n")
    changed = Failure("a.txt: it changed while it was read", lasting=False)
    assert read(source, item)[0] == changed
    source.file.write_bytes(b"\x00")
    assert read(source, item)[0] == changed
    source.file.unlink()
    vanished = Failure("a.txt: it vanished while it was read", lasting=False)
    assert read(source, item) == (vanished, ["a.txt"])
    assert read(source, item) == (vanished, ["a.txt"])


class Lost(ToyReader):
    """Reads nothing, for the reason it is given."""

    def __init__(self, error: UnreadableFileError):
        super().__init__()
        self._error = error

    def __call__(self, jobs, limits, processes):
        for job in jobs:
            self.read.append(job.path)
            yield job, self._error


def test_a_worker_that_is_lost_over_a_sound_file_is_a_lasting_failure(source: Source):
    lost = Lost(UnreadableFileError("a.txt: it took too long"))
    failure = Failure("a.txt: it took too long")
    assert read(source, wanted(source), lost) == (failure, ["a.txt"])
    assert read(source, wanted(source)) == (failure, [])


def test_a_shortage_that_may_pass_is_no_lasting_failure(source: Source):
    lost = Lost(NotReadError("a.txt: no process could be begun"))
    failure = Failure("a.txt: no process could be begun", lasting=False)
    assert read(source, wanted(source), lost) == (failure, ["a.txt"])
    assert isinstance(read(source, wanted(source))[0], Reading)


def test_a_job_names_the_side_car(source: Source):
    assert job_of(source) == Job("a.txt", source.file)
    beside = Source("a.yaml", source.file.with_suffix(".yaml"))
    named = job_of(replace(source, sidecar=beside))
    assert named == Job("a.txt", source.file, "a.yaml", beside.file)


def test_more_time_for_ocr_reads_again_what_was_read_with_less(source: Source):
    item = wanted(source)
    _, asked = read(source, item, limits=replace(LIMITS, ocr_seconds=1.0))
    assert asked == ["a.txt"]
    _, asked = read(source, item, limits=replace(LIMITS, ocr_seconds=9.0))
    assert asked == ["a.txt"]
    _, asked = read(source, item, limits=replace(LIMITS, ocr_seconds=9.0, memory=1 << 20))
    assert asked == []
