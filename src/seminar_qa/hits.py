"""The passages worth reading for a question: both searchers' results, fused."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from seminar_qa.stores import VectorSearch, WordSearch

LEXICAL_WEIGHT = 1.0
"""What a passage with all of the question's words is worth in cosine."""
DEPTH = 200
"""How many rows each searcher is asked for: well beyond those read, as many may be copies."""

Side = Literal["words", "meaning", "words and meaning"]


@dataclass(frozen=True)
class Hit:
    """A passage's row with its scores: `dense` a cosine, `lexical` a BM25, 0 where no word fits.

    `coverage` is the BM25 as a share of what it could be, 0.0 to 1.0: how much of the question's
    words, by their weight, the passage has. Unlike a BM25 it means the same in every collection.
    `found_by` is the side that had it among its first.
    """

    row: int
    dense: float
    lexical: float
    coverage: float = 0.0
    found_by: Side = "words and meaning"

    @property
    def score(self) -> float:
        """The fused score; higher is better."""
        return self.dense + LEXICAL_WEIGHT * self.coverage


def find_hits(
    question: str,
    vector: np.ndarray | None,
    dense: VectorSearch,
    lexical: WordSearch,
    *,
    limit: int,
    rows: Sequence[int] | None = None,
    content: Callable[[int], Hashable] = int,
) -> list[Hit]:
    """Return the `limit` best passages, best first, out of `rows` or of all.

    Of rows with the same `content` only the best is a hit, so that a text that stands several times
    in a report does not crowd out the others.

    A weighted sum of the scores and not of the ranks: with a trained reader behind, what matters is
    that a passage which only one side finds still comes through. The BM25 goes in as its share of
    what the question's words could give, so the weight is the same for long and short questions and
    for small and large collections (Bruch et al. 2022, "An Analysis of Fusion Functions for Hybrid
    Retrieval"; LOG.md compares). Where no passage has a word of the question, the cosine decides.
    A `vector` of None, for a question the encoder cannot read, leaves it to the words alone.
    """
    by_words = dict(lexical.search(question, DEPTH, rows))
    by_meaning = {} if vector is None else dict(dense.search(vector, DEPTH, rows))
    first = frozenset([*by_words][:limit]), frozenset([*by_meaning][:limit])
    missing = [row for row in by_words if row not in by_meaning]
    cosines = [0.0] * len(missing) if vector is None else dense.score(vector, missing)
    by_meaning.update(zip(missing, cosines, strict=True))
    ceiling = lexical.ceiling(question)
    hits = [
        Hit(row, cosine, words, words / ceiling if words else 0.0, _side(row, *first))
        for row, cosine in by_meaning.items()
        for words in (by_words.get(row, 0.0),)
    ]
    best: dict[Hashable, Hit] = {}
    for hit in sorted(hits, key=lambda hit: (-hit.score, hit.row)):
        if len(best) == limit:
            break
        best.setdefault(content(hit.row), hit)
    return list(best.values())


def _side(row: int, by_words: frozenset[int], by_meaning: frozenset[int]) -> Side:
    """Return which searcher alone had `row` among its first; with both or neither, both."""
    if (row in by_words) == (row in by_meaning):
        return "words and meaning"
    return "words" if row in by_words else "meaning"
