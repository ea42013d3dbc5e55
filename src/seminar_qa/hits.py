"""The passages worth reading for a question: both searchers' results, fused."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seminar_qa.dense import DenseIndex
from seminar_qa.lexical import LexicalIndex

LEXICAL_WEIGHT = 0.03
"""What a point of BM25 is worth in cosine."""
DEPTH = 50
"""How many rows each searcher is asked for."""


@dataclass(frozen=True)
class Hit:
    """A passage's row with its scores: `dense` a cosine, `lexical` a BM25, 0 where no word fits.

    `coverage` is the BM25 as a share of what it could be, 0.0 to 1.0: how much of the question's
    words, by their weight, the passage has. Unlike a BM25 it means the same in every collection.
    """

    row: int
    dense: float
    lexical: float
    coverage: float = 0.0

    @property
    def score(self) -> float:
        """The fused score; higher is better."""
        return self.dense + LEXICAL_WEIGHT * self.lexical


def find_hits(
    question: str,
    vector: np.ndarray,
    dense: DenseIndex,
    lexical: LexicalIndex,
    *,
    limit: int,
    rows: Sequence[int] | None = None,
) -> list[Hit]:
    """Return the `limit` best passages, best first, out of `rows` or of all.

    A weighted sum of the scores and not of the ranks: with a trained reader behind, what matters is
    that a passage which only one side finds still comes through (LOG.md compares the two).
    """
    by_words = dict(lexical.search(question, DEPTH, rows))
    by_meaning = dict(dense.search(vector, DEPTH, rows))
    missing = [row for row in by_words if row not in by_meaning]
    by_meaning.update(zip(missing, dense.score(vector, missing), strict=True))
    ceiling = lexical.ceiling(question)
    hits = [
        Hit(row, cosine, words, words / ceiling if words else 0.0)
        for row, cosine in by_meaning.items()
        for words in (by_words.get(row, 0.0),)
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.row))[:limit]
