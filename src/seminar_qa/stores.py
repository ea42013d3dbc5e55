"""What answering asks of an index, so that another engine can stand behind it.

The one that comes along is a generation on disk (`index`): FAISS, tantivy and SQLite, SQLite being
the truth that the other two are made from. Another one, such as a database server, has these few
methods and is opened by whoever makes the `Engine`. Rows are the passages' numbers, the same in all
three parts.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np

from seminar_qa.documents import Document
from seminar_qa.layout import Box
from seminar_qa.manifest import Manifest
from seminar_qa.records import Filters, Record


class VectorSearch(Protocol):
    """Search by meaning."""

    def search(
        self, vector: np.ndarray, limit: int, rows: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the `limit` best (row, cosine), best first, out of `rows` or of all.

        What `rows` lets in is ranked exactly. Equal scores come in the order of the rows.
        """

    def score(self, vector: np.ndarray, rows: Sequence[int]) -> list[float]:
        """Return the cosine of each of `rows`, as `search` gives it."""


class WordSearch(Protocol):
    """Search by words, and how rare they are."""

    def search(
        self, question: str, limit: int, rows: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the `limit` best (row, score above 0), best first, out of `rows` or of all."""

    def ceiling(self, question: str) -> float:
        """Return the score that no passage can reach."""

    def terms(self, text: str, /) -> list[str]:
        """Return the words of `text` that are searched for, each once, in order."""

    def rarity(self, term: str) -> float:
        """Return how much a word tells, greater than 0: the fewer passages have it, the more."""

    def count(self, term: str) -> int:
        """Return in how many passages a word of `terms` stands."""


class RecordStore(Protocol):
    """Fetching what was read, and filtering by it; damage raises IndexDamagedError."""

    def documents(self) -> Iterator[Document]:
        """Yield every document without its text, blocks and layout, in order of path."""

    def numbers(self) -> list[int]:
        """Return the number of every document, in order."""

    def characters(self) -> dict[str, int]:
        """Return the length of each document's text, in code points, by its id."""

    def number_of(self, document_id: str) -> int:
        """Return the number of a document. Raises NotFoundError."""

    def place_of(self, row: int) -> tuple[int, int]:
        """Return the document's number and the passage's place in it for a passage's row."""

    def record(self, number: int) -> Record:
        """Return a document whole."""

    def boxes(self, number: int, start: int, end: int) -> list[Box]:
        """Return where `text[start:end]` of a document stands, a box a line."""

    def rows(self, filters: Filters) -> list[int]:
        """Return the rows of all passages that pass the filters."""

    def rows_of(self, speakers: Iterable[tuple[int, int]]) -> list[int]:
        """Return the rows of all passages of speakers, given as `speakers_named` gives them."""

    def rows_in(self, number: int) -> list[int]:
        """Return the rows of all passages of a document."""

    def speakers_named(self, name: str) -> list[tuple[int, int]]:
        """Return the (document's number, speaker's place in it) of all speakers of that name."""


class PassageIndex(Protocol):
    """An open index: search by meaning and by words, fetch, filter, and what it is made of."""

    @property
    def verified(self) -> bool:
        """Whether every byte was checked when it was opened."""

    @property
    def manifest(self) -> Manifest:
        """What the index is made of: when, from which files, with which models, how many."""

    @property
    def dense(self) -> VectorSearch:
        """Search by meaning."""

    @property
    def lexical(self) -> WordSearch:
        """Search by words."""

    @property
    def records(self) -> RecordStore:
        """What was read."""

    def check(self) -> None:
        """Check every byte. Raises IndexDamagedError."""
