"""Search by meaning: FAISS over the passages' vectors. The only module that knows faiss."""

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np

from seminar_qa.errors import IndexDamagedError


class DenseIndex:
    """Exact inner-product search; a row's score is its cosine to the question, -1.0 to 1.0."""

    def __init__(self, index: faiss.Index):
        self._index = index

    @classmethod
    def build(cls, vectors: np.ndarray) -> "DenseIndex":
        """Index `vectors`, float32 of shape (rows, dimension) and length one; row i gets id i."""
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        index.add_with_ids(vectors, np.arange(len(vectors), dtype=np.int64))
        return cls(index)

    @classmethod
    def open(cls, path: Path) -> "DenseIndex":
        """Open what `write` wrote. Raises IndexDamagedError."""
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise IndexDamagedError(
                f"the vectors in {path} cannot be read; run: seminar-qa index --force"
            ) from error

    def write(self, path: Path) -> None:
        """Write the index to one file."""
        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(
        self, vector: np.ndarray, limit: int, rows: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the `limit` best (row, score), best first, out of `rows` or of all."""
        if not limit:
            return []
        parameters = None
        if rows is not None:
            selector = faiss.IDSelectorBatch(np.asarray(rows, dtype=np.int64))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, found = self._index.search(vector[None, :], limit, params=parameters)
        return [(int(r), float(s)) for r, s in zip(found[0], scores[0], strict=True) if r >= 0]

    def score(self, vector: np.ndarray, rows: Sequence[int]) -> list[float]:
        """Return the score of each of `rows`."""
        return [float(vector @ self._index.reconstruct(row)) for row in rows]
