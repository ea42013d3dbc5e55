"""Search by meaning over the passages' vectors: exact for few, by clusters for many.

A folder holds them. All is written once and memory-mapped ever after, so that opening takes the
same time for any size and all processes share the pages:

    facts.json      `DenseFacts`, written last
    rows.npy        int64 (n,): the passages' rows, ascending
    vectors.npy     float32 (n, dimension), in order of row

and where there are more than `EXACT_ROWS`:

    vectors.npy     float16 (n, dimension), cluster by cluster, in each in order of row
    places.npy      int64 (n,): where the vector of each of `rows` stands
    owners.npy      int64 (n,): the row of each vector
    starts.npy      int64 (clusters + 1,): where each cluster begins
    centroids.npy   float32 (clusters, dimension)

So a vector is there once, to be scanned with its cluster or gathered by its place: a filter and a
score need the second. The files of faiss would need another copy for it, or a map of all rows that
is read at every open; and it writes them through a memory map, where a full disk kills the process.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np

from seminar_qa.clusters import (
    SLICE,
    TRAINED_WITH,
    Scanner,
    Vectors,
    assign,
    count_clusters,
    count_searched,
    draw,
    exact_best,
    inner_products,
    nearest,
    slices,
    train,
)
from seminar_qa.errors import IndexDamagedError

EXACT_ROWS = 100_000
"""Up to so many rows a question is compared with every vector, which takes about 5 ms."""
RECALL = 0.995
"""The share of the ten best that a search by clusters is to find; 0.99 is promised."""
_ONE_IN = 64
"""One in so many clusters is searched at least: real questions lie farther off than made ones."""
_QUERIES = 256
_RANKED = 2_048
"""So many vectors are in memory at a time while ranking."""
_SEED = 6
_CURE = "run: seminar-qa index --force"
_FACTS, _ROWS, _VECTORS = "facts.json", "rows.npy", "vectors.npy"
_PLACES, _OWNERS, _STARTS, _CENTROIDS = "places.npy", "owners.npy", "starts.npy", "centroids.npy"


@dataclass(frozen=True)
class DenseFacts:
    """How the vectors are searched.

    "exact" compares with every vector. "ivf" compares with those in the `nprobe` nearest of `nlist`
    clusters; `recall` is the share, 0.0 to 1.0, of the ten best of an exact search that it finds,
    measured with `sample` queries when it was written.
    """

    kind: Literal["exact", "ivf"] = "exact"
    nlist: int = 0
    nprobe: int = 0
    recall: float = 1.0
    sample: int = 0


@dataclass(frozen=True)
class _Clustered:
    """How the vectors of an "ivf" index are ordered: the arrays of the files of these names."""

    places: np.ndarray
    owners: np.ndarray
    starts: np.ndarray
    centroids: np.ndarray
    scanner: Scanner


class DenseIndex:
    """Search by inner product; a row's score is its cosine to the question, -1.0 to 1.0.

    A row's score is the same however it was found.
    """

    def __init__(
        self,
        facts: DenseFacts,
        rows: np.ndarray,
        vectors: np.ndarray,
        clustered: _Clustered | None = None,
    ):
        self.facts = facts
        self._rows = rows
        self._vectors = vectors
        self._clustered = clustered

    @classmethod
    def open(cls, folder: Path) -> "DenseIndex":
        """Open what `write_dense` wrote. Raises IndexDamagedError."""
        try:
            facts = DenseFacts(**json.loads((folder / _FACTS).read_text(encoding="utf-8")))
            return cls.map_files(folder, facts)
        except (OSError, ValueError, TypeError, EOFError) as error:
            raise IndexDamagedError(
                f"the vectors in {folder} cannot be read ({error}); {_CURE}"
            ) from error

    @classmethod
    def map_files(cls, folder: Path, facts: DenseFacts) -> "DenseIndex":
        """Open the arrays of a folder, whatever its facts say. Raises OSError and ValueError."""
        rows = _open_array(folder / _ROWS, np.int64, (None,))
        count = len(rows)
        if facts.kind == "exact":
            return cls(facts, rows, _open_array(folder / _VECTORS, np.float32, (count, None)))
        vectors = _open_array(folder / _VECTORS, np.float16, (count, None))
        dimension = vectors.shape[1]
        clustered = _Clustered(
            _open_array(folder / _PLACES, np.int64, (count,)),
            _open_array(folder / _OWNERS, np.int64, (count,)),
            _open_array(folder / _STARTS, np.int64, (facts.nlist + 1,)),
            _open_array(folder / _CENTROIDS, np.float32, (facts.nlist, dimension)),
            Scanner(dimension),
        )
        starts = clustered.starts
        if starts[0] != 0 or starts[-1] != count or (np.diff(starts) < 0).any():
            raise ValueError(f"{_STARTS} does not divide {count} vectors")
        return cls(facts, rows, vectors, clustered)

    def __len__(self) -> int:
        return len(self._rows)

    def search(
        self, vector: np.ndarray, limit: int, rows: Sequence[int] | np.ndarray | None = None
    ) -> list[tuple[int, float]]:
        """Return the `limit` best (row, score), best first, out of `rows` or of all.

        Equal scores come in the order of the rows. What `rows` lets in is ranked exactly: each is
        compared with.
        """
        if not limit:
            return []
        query = _contiguous(vector)
        if rows is not None:
            allowed = np.unique(np.asarray(rows, dtype=np.int64))
            return self._ranked(query, allowed, self._places(allowed), limit)
        if self._clustered is None:
            return self._ranked(query, self._rows, slice(0, len(self)), limit)
        places = self._near(query, self._clustered, limit)
        return self._ranked(query, self._clustered.owners[places], places, limit)

    def score(self, vector: np.ndarray, rows: Sequence[int]) -> list[float]:
        """Return the score of each of `rows`. Raises IndexDamagedError."""
        places = self._places(np.asarray(rows, dtype=np.int64))
        return [float(score) for score in self._scores(_contiguous(vector), places)]

    def vectors(self, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """Return the vectors of `rows`, float32 of shape (len(rows), dimension).

        Those of an "ivf" index are as they were when rounded to float16. Raises IndexDamagedError.
        """
        places = self._places(np.asarray(rows, dtype=np.int64))
        return np.asarray(self._vectors[places], dtype=np.float32)

    def _near(self, query: np.ndarray, clustered: _Clustered, limit: int) -> np.ndarray:
        """Return the places of the `limit` best vectors of the clusters nearest to `query`.

        More clusters are searched where `nprobe` of them do not hold so many.
        """
        probed, enough = self.facts.nprobe, min(limit, len(self))
        while True:
            clusters = nearest(query, clustered.centroids, probed)
            starts, stops = clustered.starts[clusters], clustered.starts[clusters + 1]
            if (stops - starts).sum() >= enough:
                break
            probed *= 2
        ranges = list(zip(starts.tolist(), stops.tolist(), strict=True))
        return clustered.scanner.scan(query, self._vectors, ranges, enough)

    def _ranked(
        self, query: np.ndarray, rows: np.ndarray, places: np.ndarray | slice, limit: int
    ) -> list[tuple[int, float]]:
        """Return the `limit` best of `rows`, whose vectors stand at `places`, with their scores."""
        scores = self._scores(query, places)
        last = len(scores) - limit
        kept = np.arange(len(scores))
        if last > 0:
            kept = np.flatnonzero(scores >= np.partition(scores, last)[last])
        best = kept[np.lexsort((rows[kept], -scores[kept]))[:limit]]
        return [(int(rows[n]), float(scores[n])) for n in best]

    def _scores(self, query: np.ndarray, places: np.ndarray | slice) -> np.ndarray:
        """Return the scores of the vectors at `places`; few of them are in memory at a time."""
        if isinstance(places, slice):
            return inner_products(query, self._vectors[places])
        if self._clustered is None and 4 * len(places) > len(self):  # less work than copying
            return np.take(inner_products(query, self._vectors), places)
        parts = (self._vectors[places[part]] for part in slices(len(places), _RANKED))
        scores = [inner_products(query, np.asarray(part, dtype=np.float32)) for part in parts]
        return np.concatenate([np.zeros(0, dtype=np.float32), *scores])

    def _places(self, rows: np.ndarray) -> np.ndarray:
        """Return where the vectors of `rows` stand. Raises IndexDamagedError for one without."""
        nth = np.minimum(np.searchsorted(self._rows, rows), max(0, len(self) - 1))
        there = self._rows[nth] == rows if len(self) else np.zeros(len(rows), dtype=np.bool_)
        places = nth
        if self._clustered is not None and there.all():
            places = self._clustered.places[nth]
            inside = (places >= 0) & (places < len(self))
            there = inside & (self._clustered.owners[np.where(inside, places, 0)] == rows)
        if not there.all():
            raise IndexDamagedError(f"passage {rows[~there][0]} has no vector; {_CURE}")
        return places


def write_dense(
    folder: Path, rows: np.ndarray, vectors: Vectors, *, exact_rows: int = EXACT_ROWS
) -> DenseFacts:
    """Make `folder` and write an index into it, to be read with `DenseIndex.open`.

    `rows` is int64 of shape (n,), ascending, gaps allowed; `vectors` has shape (n, dimension) and
    length one each, and is read in slices. More than `exact_rows` are clustered. The same input
    gives the same index.
    """
    folder.mkdir()
    rows = np.asarray(rows, dtype=np.int64)
    np.save(folder / _ROWS, rows)
    if len(rows) <= exact_rows:
        facts = DenseFacts()
        with _new_array(folder / _VECTORS, np.float32, vectors.shape) as file:
            for part in slices(len(rows), SLICE):
                file.write(np.ascontiguousarray(vectors[part], dtype=np.float32).data)
    else:
        facts = _write_clustered(folder, rows, vectors)
    (folder / _FACTS).write_text(json.dumps(asdict(facts), indent=2) + "\n", encoding="utf-8")
    return facts


def _write_clustered(folder: Path, rows: np.ndarray, vectors: Vectors) -> DenseFacts:
    """Write all but the rows and the facts."""
    count = count_clusters(len(rows))
    sample = draw(vectors, TRAINED_WITH * count)
    centroids = train(sample, count)
    clusters = assign(vectors, centroids)
    order = np.argsort(clusters, kind="stable")
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    ends = np.cumsum(np.bincount(clusters, minlength=count), dtype=np.int64)
    np.save(folder / _PLACES, places)
    np.save(folder / _OWNERS, rows[order])
    np.save(folder / _STARTS, np.concatenate([np.zeros(1, dtype=np.int64), ends]))
    np.save(folder / _CENTROIDS, centroids)
    with _new_array(folder / _VECTORS, np.float16, vectors.shape) as file:
        _write_sorted(file, vectors, places)
    queries = _between(sample)
    best = exact_best(queries, vectors)
    needed = count_searched(queries, clusters[best], centroids, RECALL)
    nprobe = max(needed, count // _ONE_IN)
    facts = DenseFacts("ivf", count, nprobe, sample=len(queries))
    index = DenseIndex.map_files(folder, facts)
    found = (index.search(query, best.shape[1]) for query in queries)
    same = [
        len({row for row, _ in hits} & set(rows[truth].tolist()))
        for hits, truth in zip(found, best, strict=True)
    ]
    return replace(facts, recall=round(sum(same) / best.size, 4))


def _between(sample: np.ndarray) -> np.ndarray:
    """Return vectors that stand for questions; always the same ones.

    A question lies among passages rather than on one, so the mean of two passages stands for it.
    """
    pairs = np.random.default_rng(_SEED).integers(len(sample), size=(_QUERIES, 2))
    queries: np.ndarray = sample[pairs[:, 0]] + sample[pairs[:, 1]]
    lengths = np.linalg.norm(queries, axis=1, keepdims=True)
    return _contiguous(queries / np.maximum(lengths, np.finfo(np.float32).tiny))


def _write_sorted(file: BinaryIO, vectors: Vectors, places: np.ndarray) -> None:
    """Write each vector at its place, those that stand side by side at once."""
    begin = file.tell()
    for part in slices(len(places), SLICE):
        order = np.argsort(places[part])
        here = places[part][order]
        halves = vectors[part][order].astype(np.float16)
        cuts = (np.flatnonzero(np.diff(here) != 1) + 1).tolist()
        for first, last in zip([0, *cuts], [*cuts, len(here)], strict=True):
            file.seek(begin + int(here[first]) * halves[0].nbytes)
            file.write(halves[first:last].data)


def _contiguous(vector: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(vector, dtype=np.float32)


def _new_array(path: Path, dtype: type, shape: tuple[int, ...]) -> BinaryIO:
    """Return a new .npy file, to be filled with the array's bytes; a full disk raises OSError."""
    file = path.open("wb")
    header = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": tuple(shape)}
    np.lib.format.write_array_header_1_0(file, header)
    return file


def _open_array(path: Path, dtype: type, shape: tuple[int | None, ...]) -> np.ndarray:
    """Return an array, memory-mapped. Raises ValueError and OSError; None stands for any length."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    fits = len(array.shape) == len(shape) and all(
        want in (None, length) for want, length in zip(shape, array.shape, strict=True)
    )
    if array.dtype != dtype or not fits or not array.flags.c_contiguous:
        raise ValueError(f"{path.name} holds {array.dtype} of shape {array.shape}")
    return np.asarray(array)
