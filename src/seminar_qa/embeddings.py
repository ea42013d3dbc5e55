"""The vectors of an index that is being made: taken over, found in the journal, or embedded now.

A passage whose text as indexed has the same SHA-256 as one of the generation before has its vector;
the caller sees to it that the encoder is the same. Vectors go straight to a file, so memory does
not grow with them.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seminar_qa.dense import DenseIndex
from seminar_qa.errors import IndexDamagedError, ModelError
from seminar_qa.journal import Log
from seminar_qa.manifest import CURE
from seminar_qa.records import HASH, Records
from seminar_qa.vectors import Encoder

AT_ONCE = 256
"""So many texts are embedded, and then kept in the journal, at a time."""
_SLICE = 16_384
_HEAD = struct.Struct("<II")
"""How many vectors a batch in the journal has, and their dimension."""


@dataclass(frozen=True)
class Embeddings:
    """The passages' rows, int64 (n,), and their vectors, float32 (n, dimension), in a file.

    `embedded` is how many texts went through the encoder for it.
    """

    rows: np.ndarray
    vectors: np.ndarray
    embedded: int


def make_embeddings(
    records: Records,
    file: Path,
    log: Log,
    open_encoder: Callable[[], Encoder],
    *,
    before: tuple[Records, DenseIndex] | None,
    begin: Callable[[int], None],
    advance: Callable[[int], None],
) -> Embeddings:
    """Return the vectors of all passages of `records`, written to `file`.

    `before` is an index whose vectors are by the same encoder, and `log` holds what an unfinished
    run embedded with it. `begin` is told how many texts have to be embedded, `advance` how many
    were. Raises OSError when the disk is full, ModelError, IndexDamagedError.
    """
    rows, hashes = records.text_hashes()
    vectors = _VectorFile(file, len(rows))
    try:
        missing = _Missing(hashes, _take_over(hashes, vectors, before))
        for data in log.entries():
            vectors.put(*missing.unpacked(data))
        total = missing.left
        begin(total)
        if total:
            encoder = open_encoder()
            for numbers, texts in missing.batches(records, rows):
                data = missing.packed(numbers, encoder.encode(texts, advance))
                log.append(f"batch {len(log)}", data)
                vectors.put(*missing.unpacked(data))
        return Embeddings(rows, vectors.finish(), total)
    finally:
        vectors.close()


def _take_over(
    hashes: np.ndarray, vectors: "_VectorFile", before: tuple[Records, DenseIndex] | None
) -> np.ndarray:
    """Write the vectors of texts that were there before; return the places that have none yet."""
    if before is None:
        return np.arange(len(hashes))
    old_rows, old_hashes = before[0].text_hashes()
    order = np.argsort(old_hashes, kind="stable")
    near, found = _find(old_hashes[order], hashes)
    places = np.flatnonzero(found)
    for start in range(0, len(places), _SLICE):
        part = places[start : start + _SLICE]
        vectors.put(part, before[1].vectors(old_rows[order[near[part]]]))
    return np.flatnonzero(~found)


def _find(hashes: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where each of `wanted` stands among `hashes`, which are in order, and whether it does.

    The place of one that does not stand there means nothing.
    """
    if not len(hashes):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    near = np.minimum(np.searchsorted(hashes, wanted), len(hashes) - 1)
    return near, hashes[near] == wanted


class _Missing:
    """The texts that have no vector yet, each once, by number, with all places they stand at."""

    def __init__(self, hashes: np.ndarray, places: np.ndarray):
        self._texts, text_of = np.unique(hashes[places], return_inverse=True)
        order = np.argsort(text_of, kind="stable")
        self._places = places[order]  # those of text t are from starts[t] to starts[t + 1]
        self._starts = np.searchsorted(text_of[order], np.arange(len(self._texts) + 1))
        self._done = np.zeros(len(self._texts), dtype=bool)

    @property
    def left(self) -> int:
        """How many texts are still missing."""
        return int((~self._done).sum())

    def batches(self, records: Records, rows: np.ndarray) -> Iterator[tuple[list[int], list[str]]]:
        """Yield the numbers and the texts of those that are missing, some hundred at a time."""
        numbers = np.flatnonzero(~self._done)
        first = rows[self._places[self._starts[numbers]]]
        order = np.argsort(first)
        first, numbers = first[order], numbers[order]
        waiting: tuple[list[int], list[str]] = [], []
        for row, text in records.texts(first):
            place = int(np.searchsorted(first, row))
            if place < len(first) and first[place] == row:
                waiting[0].append(int(numbers[place]))
                waiting[1].append(text)
            if len(waiting[0]) == AT_ONCE:
                yield waiting
                waiting = [], []
        if waiting[0]:
            yield waiting

    def packed(self, numbers: list[int], vectors: np.ndarray) -> bytes:
        """Return the vectors of texts as the journal keeps them. Raises ModelError."""
        if vectors.ndim != 2 or len(vectors) != len(numbers) or not np.isfinite(vectors).all():
            raise ModelError(
                f"the encoder gave an array of shape {vectors.shape} for {len(numbers)} texts, or "
                "numbers that are none; choose another in SEMINAR_QA_ENCODER"
            )
        data = np.ascontiguousarray(vectors, np.float32).tobytes()
        return _HEAD.pack(*vectors.shape) + self._texts[numbers].tobytes() + data

    def unpacked(self, data: bytes) -> tuple[np.ndarray, np.ndarray]:
        """Return the places that a batch of the journal has vectors for, and these."""
        count, dimension = _HEAD.unpack_from(data)
        hashes = np.frombuffer(data, HASH, count, _HEAD.size)
        vectors = np.frombuffer(data, np.float32, offset=_HEAD.size + hashes.nbytes)
        numbers, found = _find(self._texts, hashes)
        found[found] = ~self._done[numbers[found]]
        taken = numbers[found]
        self._done[taken] = True
        counts = self._starts[taken + 1] - self._starts[taken]
        places = [self._places[self._starts[n] : self._starts[n + 1]] for n in taken]
        shaped = vectors.reshape(count, dimension)[found]
        return np.concatenate([*places, np.empty(0, np.int64)]), np.repeat(shaped, counts, axis=0)


class _VectorFile:
    """A file of float32 vectors, filled place by place.

    It is written and not mapped while it grows: a disk that is full is then an error and no signal
    that ends the process.
    """

    def __init__(self, path: Path, count: int):
        self._path = path
        self._count = count
        self._dimension = 0
        self._file = path.open("wb")

    def put(self, places: np.ndarray, vectors: np.ndarray) -> None:
        """Write vectors at their places. Raises IndexDamagedError when they differ in length."""
        if not len(places):
            return
        self._dimension = self._dimension or vectors.shape[1]
        if vectors.shape[1] != self._dimension:
            raise IndexDamagedError(
                f"there are vectors of {self._dimension} and of {vectors.shape[1]} numbers; {CURE}"
            )
        order = np.argsort(places, kind="stable")
        places, vectors = places[order], np.ascontiguousarray(vectors[order], np.float32)
        ends = [*(np.flatnonzero(np.diff(places) != 1) + 1).tolist(), len(places)]
        start = 0
        for end in ends:  # one write for each run of places without a gap
            self._file.seek(int(places[start]) * self._dimension * 4)
            self._file.write(vectors[start:end].tobytes())
            start = end

    def finish(self) -> np.ndarray:
        """Return the vectors, mapped into memory."""
        self._file.flush()
        shape = self._count, self._dimension
        return np.memmap(self._path, np.float32, "r", shape=shape)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
