"""Stand-ins that make an index in no time: an encoder of hashes, and files read in this process."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from seminar_qa.errors import UnreadableFileError
from seminar_qa.ingest import Progress
from seminar_qa.manifest import ModelEntry
from seminar_qa.parsers.source import SourceFile
from seminar_qa.reading import Reading, read_report
from seminar_qa.worker import Job, Limits

DIMENSION = 16


class ToyModels:
    """An encoder whose vectors are hashes of the texts. `embedded` are all it was asked for."""

    def __init__(self, name: str = "toy", prompt: str = "", on_batch: Callable[[], None] = int):
        self.embedded: list[str] = []
        self._name = name
        self._prompt = prompt
        self._on_batch = on_batch

    def entries(self) -> tuple[ModelEntry, ModelEntry]:
        encoder = ModelEntry(
            self._name, f"weights of {self._name}", "encoder-toy", "", self._prompt
        )
        return encoder, ModelEntry("toy reader", "01", "reader-toy")

    def export(self, folder: Path, told: Progress) -> None:
        pass

    def open_encoder(self, folder: Path) -> "ToyModels":
        return self

    def encode(
        self, texts: Sequence[str], advance: Callable[[int], object] = lambda _: None
    ) -> np.ndarray:
        self.embedded += texts
        vectors = np.stack([toy_vector(f"{self._name}{self._prompt}{text}") for text in texts])
        advance(len(texts))
        self._on_batch()
        return vectors


def toy_vector(text: str) -> np.ndarray:
    """Return a vector of length one that depends on every letter of `text`."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
    vector = np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32)
    return vector / np.linalg.norm(vector)


class ToyReader:
    """Reads files in this process. `read` are the paths of all it was asked for."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(
        self, jobs: Iterable[Job], limits: Limits, processes: int
    ) -> Iterator[tuple[Job, Reading | UnreadableFileError]]:
        for job in jobs:
            self.read.append(job.path)
            try:
                yield job, read_here(job)
            except UnreadableFileError as error:
                yield job, error


def read_here(job: Job) -> Reading:
    try:
        data = job.file.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"{job.path}: {error.strerror}") from error
    beside = (job.sidecar_path, job.sidecar.read_bytes()) if job.sidecar else None
    return read_report(job.path, SourceFile(data), hashlib.sha256(data).hexdigest(), beside)
