"""Clusters of vectors, so that a search over very many need not compare with each.

An inverted file: k-means on the sphere gives the centroids, a vector belongs to that with the
greatest inner product, and a search scans the clusters nearest to the question (Sivic and Zisserman
2003, "Video Google"; Douze et al. 2024, "The Faiss library"). The only module that knows faiss; it
knows arrays and no files.

Clusters are made of float16 vectors, which those of an earlier index are too: so the same passages
have the same clusters, whether their vectors are new or not.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import faiss
import numpy as np

SLICE = 16_384
"""So many vectors are in memory at a time while clusters are made."""
TRAINED_WITH = 32
"""So many vectors a cluster are enough to find its centroid."""
BEST = 10
"""So many of the best are what recall is measured with."""
_MOST = 8_192
_ROUNDS = 10
_SEED = 5


class Vectors(Protocol):
    """What gives float32 vectors when it is sliced: an array, a memory map."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (n, dimension)."""
        ...

    def __getitem__(self, places: slice, /) -> np.ndarray:
        """Return the vectors at these places."""
        ...


def count_clusters(vectors: int) -> int:
    """Return how many clusters so many vectors get: a power of two near 4·√n, at most 8,192."""
    fitting = min(4 * math.sqrt(vectors), vectors / TRAINED_WITH)
    return min(_MOST, 1 << max(0, round(math.log2(max(1.0, fitting)))))


def draw(vectors: Vectors, count: int) -> np.ndarray:
    """Return `count` of the vectors, or all, float32 rounded to float16; always the same ones."""
    total = vectors.shape[0]
    drawn = np.sort(np.random.default_rng(_SEED).permutation(total)[:count])
    parts = []
    for part in slices(total, SLICE):
        first, last = np.searchsorted(drawn, (part.start, part.stop))
        parts.append(_rounded(vectors[part][drawn[first:last] - part.start]))
    return np.concatenate(parts)


def train(sample: np.ndarray, count: int) -> np.ndarray:
    """Return the centroids, float32 of shape (count, dimension) and length one.

    `sample` is float32 of shape (at least `count`, dimension).
    """
    kmeans = faiss.Kmeans(
        *(sample.shape[1], count),
        niter=_ROUNDS,
        seed=_SEED,
        spherical=True,
        min_points_per_centroid=1,
        max_points_per_centroid=len(sample),
    )
    kmeans.train(sample)
    return np.asarray(kmeans.centroids, dtype=np.float32)


def assign(vectors: Vectors, centroids: np.ndarray) -> np.ndarray:
    """Return the cluster of each vector, int64 of shape (n,)."""
    parts = (_rounded(vectors[part]) for part in slices(vectors.shape[0], SLICE))
    return np.concatenate([_best(part, centroids, 1)[1][:, 0] for part in parts])


def exact_best(queries: np.ndarray, vectors: Vectors) -> np.ndarray:
    """Return which ten vectors are best for each query, compared with all: int64 (queries, 10)."""
    found = np.zeros((len(queries), 0), dtype=np.int64)
    scores = np.zeros((len(queries), 0), dtype=np.float32)
    for part in slices(vectors.shape[0], SLICE):
        block = _rounded(vectors[part])
        more, places = _best(queries, block, min(BEST, len(block)))
        scores = np.concatenate([scores, more], axis=1)
        found = np.concatenate([found, places + part.start], axis=1)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :BEST]
        scores = np.take_along_axis(scores, order, axis=1)
        found = np.take_along_axis(found, order, axis=1)
    return found


def count_searched(
    queries: np.ndarray, wanted: np.ndarray, centroids: np.ndarray, recall: float
) -> int:
    """Return how many clusters must be searched to reach what is wanted.

    `wanted` holds the clusters that each query must reach, shape (queries, any); `recall`, above
    0.0 and up to 1.0, is the share of them all that must be reached.
    """
    likeness = queries @ centroids.T
    theirs = np.take_along_axis(likeness, wanted, axis=1)
    nearer = [(row > own[:, None]).sum(axis=1) for row, own in zip(likeness, theirs, strict=True)]
    ranks = np.sort(np.concatenate(nearer))
    return int(ranks[math.ceil(recall * len(ranks)) - 1]) + 1


def inner_products(query: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Return the inner product of `query` with each of `vectors`, float32 of shape (n,).

    Each is summed by itself: so equal vectors have equal products wherever they stand, which a
    product of matrices does not promise.
    """
    products: np.ndarray = np.vecdot(vectors, query)
    return products


def nearest(query: np.ndarray, centroids: np.ndarray, count: int) -> np.ndarray:
    """Return the `count` clusters nearest to `query`, in no order."""
    if count >= len(centroids):
        return np.arange(len(centroids))
    return np.argpartition(-inner_products(query, centroids), count - 1)[:count]


class Scanner:
    """Finds the best of vectors where they lie; safe to share between threads.

    A scanner of faiss remembers its query, and is never freed: so they are lent and taken back.
    """

    def __init__(self, dimension: int):
        self._index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dimension),
            *(dimension, 1, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False),
        )
        self._idle: list[Any] = []

    def scan(
        self,
        query: np.ndarray,
        vectors: np.ndarray,
        ranges: Sequence[tuple[int, int]],
        limit: int,
    ) -> np.ndarray:
        """Return the places of the `limit` best vectors of some ranges of places, in no order.

        `vectors` is float16 of shape (n, dimension); none is copied.
        """
        codes = vectors.view(np.uint8)
        scores = np.full(limit, -np.inf, dtype=np.float32)
        found = np.full(limit, -1, dtype=np.int64)
        scanner = self._borrow()
        scanner.set_query(faiss.swig_ptr(query))
        for number, (start, stop) in enumerate(ranges):
            scanner.set_list(number, 0.0)
            scanner.scan_codes(
                *(stop - start, faiss.swig_ptr(codes[start:stop]), None),
                *(faiss.swig_ptr(scores), faiss.swig_ptr(found), limit),
            )
        self._idle.append(scanner)
        found = found[found >= 0]  # a range's number is above 32 bits, the place in it below
        starts = np.array([start for start, _ in ranges], dtype=np.int64)
        places: np.ndarray = starts[found >> 32] + (found & 0xFFFF_FFFF)
        return places

    def _borrow(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:  # all are lent
            return self._index.get_InvertedListScanner(True, None, None)


def slices(length: int, size: int) -> Iterator[slice]:
    """Yield slices of at most `size` that make up `length`."""
    return (slice(start, min(start + size, length)) for start in range(0, length, size))


def _best(queries: np.ndarray, vectors: np.ndarray, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Return for each query the greatest inner products and their places, (queries, limit) each."""
    scores, places = faiss.knn(queries, vectors, limit, metric=faiss.METRIC_INNER_PRODUCT)
    return scores, places


def _rounded(vectors: np.ndarray) -> np.ndarray:
    """Return float32 vectors as float16 keeps them."""
    return np.ascontiguousarray(vectors.astype(np.float16), dtype=np.float32)
