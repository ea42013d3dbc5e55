"""Files read by the workers, or taken from the journal of a run that was not finished."""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from seminar_qa.errors import NotReadError, UnreadableFileError
from seminar_qa.journal import Log
from seminar_qa.reading import Reading
from seminar_qa.sources import Source
from seminar_qa.sync import ToRead
from seminar_qa.text import digest_file
from seminar_qa.worker import Job, Limits, Outcome, decoded, encoded

_NONSENSE = (KeyError, TypeError, ValueError, AttributeError, zlib.error)
"""What decoding an entry of another version may raise."""
ReadAll = Callable[[Iterable[Job], Limits, int], Iterator[tuple[Job, Outcome]]]
"""What reads files, several at a time, and gives each with what became of it, in order."""


@dataclass(frozen=True)
class Failure:
    """Why a file could not be read, and whether it would be the same at another time."""

    reason: str
    lasting: bool = True


def job_of(source: Source) -> Job:
    """Return what a worker is asked to read."""
    if source.sidecar is None:
        return Job(source.path, source.file)
    return Job(source.path, source.file, source.sidecar.path, source.sidecar.file)


def read_files(
    wanted: Sequence[ToRead],
    sources: Mapping[str, Source],
    log: Log,
    read: ReadAll,
    limits: Limits,
    processes: int,
) -> Iterator[tuple[ToRead, Reading | Failure]]:
    """Yield each file with what became of it; what `log` holds is not read again.

    `sources` says where the files lie, `read` reads them. What is read is put into the log before
    it is yielded.
    """
    left = {}
    for item in wanted:
        known = _known(log, item, limits)
        if known is None:
            left[item.path] = item
        else:
            yield item, known
    jobs = (job_of(sources[path]) for path in left)
    for job, outcome in read(jobs, limits, processes):
        item = left[job.path]
        found = _checked(item, job.file, outcome)
        if isinstance(found, Reading):
            log.append(_name(item, limits), _packed(encoded(found)))
        elif found.lasting:
            log.append(_failure_name(item, limits), _packed({"reason": found.reason}))
        yield item, found


def _known(log: Log, item: ToRead, limits: Limits) -> Reading | Failure | None:
    try:
        if (data := log.get(_name(item, limits))) is not None:
            reading = decoded(json.loads(zlib.decompress(data)))
            return replace(reading, document=replace(reading.document, path=item.path))
        if (data := log.get(_failure_name(item, limits))) is not None:
            return Failure(str(json.loads(zlib.decompress(data))["reason"]))
    except _NONSENSE:
        pass
    return None


def _checked(item: ToRead, file: Path, outcome: Reading | UnreadableFileError) -> Reading | Failure:
    """Return what became of a file, unless it is not the file any more that was to be read."""
    if isinstance(outcome, Reading):
        if outcome.document.sha256 == item.sha256:
            return outcome
        return Failure(f"{item.path}: it changed while it was read", lasting=False)
    try:
        if digest_file(file) == item.sha256:
            return Failure(str(outcome), lasting=not isinstance(outcome, NotReadError))
        return Failure(f"{item.path}: it changed while it was read", lasting=False)
    except FileNotFoundError:
        return Failure(f"{item.path}: it vanished while it was read", lasting=False)
    except OSError as error:
        return Failure(f"{item.path}: {error.strerror}", lasting=False)


def _packed(data: dict[str, object]) -> bytes:
    return zlib.compress(json.dumps(data, ensure_ascii=False).encode(), 1)


def _name(item: ToRead, limits: Limits) -> str:
    """More time for OCR reads more pages, so what was read with less is not taken."""
    return json.dumps([item.sha256, asdict(item.origin), limits.ocr_seconds])


def _failure_name(item: ToRead, limits: Limits) -> str:
    return json.dumps([item.path, item.sha256, asdict(item.origin), asdict(limits)])
