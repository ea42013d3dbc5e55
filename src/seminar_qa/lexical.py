"""Search by words: BM25 in tantivy. The only module that knows tantivy.

Words are made by `text.words`, so Chinese and Japanese are found by pairs of characters; English
words are stemmed, and the commonest are left out.
"""

import errno
import math
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import tantivy

from seminar_qa.errors import IndexDamagedError, IndexUnavailableError
from seminar_qa.text import words

_ANALYZER = "words"
_HEAP = 64_000_000
"""So many bytes of passages are in memory at a time while writing."""
_LOCKFILE = "Failed to acquire Lockfile"
"""What tantivy says when it cannot make its lock."""
_K1 = 1.2  # tantivy's
_QUESTION_WORDS = "what which who whom whose when where why how do does did has have had".split()


class LexicalIndex:
    """BM25 over the passages' words; a row's score is greater than 0, with no upper bound."""

    def __init__(self, index: tantivy.Index):
        self._index = index
        self._searcher = index.searcher()
        self._analyzer = _analyzer()

    @classmethod
    def build(cls, passages: Iterable[tuple[int, str]], folder: Path) -> "LexicalIndex":
        """Write an index of passages, (row, text) by ascending row, into an empty folder.

        They are taken one by one, and memory stays bounded. One thread writes: with more it would
        be chance which of equal scores are among the best. Raises OSError when the disk is full.
        """
        try:
            index = _write(passages, folder)
        except ValueError as error:  # what tantivy makes of an error of the disk
            full = f"(os error {errno.ENOSPC})" in str(error)
            number = errno.ENOSPC if full else errno.EIO
            raise OSError(number, str(error), str(folder)) from error
        _open_to_others(folder)
        return cls(index)

    @classmethod
    def open(cls, folder: Path) -> "LexicalIndex":
        """Open what `build` wrote. Raises IndexDamagedError, IndexUnavailableError."""
        try:
            index = _open(folder)
            if index.schema != _schema():
                raise ValueError("its fields are those of another version")
        except (ValueError, OSError) as error:
            raise IndexDamagedError(
                f"the keyword index in {folder} cannot be read ({error}); "
                "run: seminar-qa index --force"
            ) from error
        index.register_tokenizer(_ANALYZER, _analyzer())
        return cls(index)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def terms(self, question: str) -> list[str]:
        """Return the words of `question` that are searched for, each once, in order."""
        return list(dict.fromkeys(self._analyzer.analyze(" ".join(words(question)))))

    def ceiling(self, question: str) -> float:
        """Return the score that no passage can reach: every word of the question, endlessly often.

        The sum of idf · (k1 + 1) over the words, those that no passage has included; with k1 = 1.2
        and the idf of Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework".
        """
        return sum((_K1 + 1) * self.rarity(term) for term in self.terms(question))

    def rarity(self, term: str) -> float:
        """Return a word's idf, greater than 0: the fewer passages have it, the more it tells."""
        count = self.count(term)
        return math.log1p((len(self) - count + 0.5) / (count + 0.5))

    def count(self, term: str) -> int:
        """Return in how many passages a word of `terms` stands."""
        return int(self._searcher.doc_freq("body", term))

    def search(
        self, question: str, limit: int, rows: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the `limit` best (row, score), best first, out of `rows` or of all."""
        terms = self.terms(question)
        if not terms or not limit:
            return []
        schema = self._index.schema
        should, must = tantivy.Occur.Should, tantivy.Occur.Must
        query = tantivy.Query.boolean_query(
            [(should, tantivy.Query.term_query(schema, "body", term)) for term in terms]
        )
        if rows is not None:
            allowed = tantivy.Query.term_set_query(schema, "row", list(rows))
            query = tantivy.Query.boolean_query(
                [(must, query), (must, tantivy.Query.const_score_query(allowed, 0.0))]
            )
        hits = self._searcher.search(query, limit, count=False).hits
        found = self._searcher.fast_field_values("row", [address for _, address in hits])
        scored = zip(cast("list[int]", found), (float(score) for score, _ in hits), strict=True)
        return sorted(scored, key=lambda hit: (-hit[1], hit[0]))


def _open(folder: Path) -> tantivy.Index:
    """Open an index, though its folder cannot be written."""
    try:
        return tantivy.Index.open(str(folder))
    except ValueError as error:
        if _LOCKFILE not in str(error):
            raise
    # tantivy locks a file beside what it opens, and afterwards opens nothing more by its name
    try:
        with TemporaryDirectory(prefix="seminar-qa-") as beside:
            for file in folder.resolve().iterdir():
                if file.suffix != ".lock":
                    Path(beside, file.name).symlink_to(file)
            return tantivy.Index.open(beside)
    except OSError as error:
        raise IndexUnavailableError(
            f"the keyword index in {folder} can be neither locked there nor opened from elsewhere "
            f"({error}); let this user write into it, or set TMPDIR to a folder that takes files"
        ) from error


def _write(passages: Iterable[tuple[int, str]], folder: Path) -> tantivy.Index:
    index = tantivy.Index(_schema(), path=str(folder))
    index.register_tokenizer(_ANALYZER, _analyzer())
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    for row, text in passages:
        document = tantivy.Document(body=" ".join(words(text)))
        document.add_unsigned("row", row)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def _open_to_others(folder: Path) -> None:
    """Give the files of tantivy, which only their owner may read, the mode of any other file."""
    like = folder / "like.lock"
    like.touch()
    mode = stat.S_IMODE(like.stat().st_mode)
    like.unlink()
    for file in folder.iterdir():
        file.chmod(mode)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", stored=False, indexed=True, fast=True)
    # No phrase is searched for, so no word's position is kept.
    builder.add_text_field("body", tokenizer_name=_ANALYZER, index_option="freq")
    return builder.build()


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.custom_stopword(_QUESTION_WORDS))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )
