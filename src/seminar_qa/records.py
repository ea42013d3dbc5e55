"""The documents, sentences and passages of an index, in SQLite: the truth of a generation.

The vectors and the keyword index can be made again from it; it can be made from nothing but the
reports. The only module that knows sqlite3.
"""

import errno
import hashlib
import json
import sqlite3
import weakref
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seminar_qa.documents import Block, Document, Extraction, Kind, LeftOut, Speaker
from seminar_qa.errors import IndexDamagedError, IndexUnreadableError, NotFoundError
from seminar_qa.layout import Box, Layout
from seminar_qa.passages import Passage, passage_text
from seminar_qa.sentences import Sentence
from seminar_qa.text import digest

_SCHEMA = """
CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT UNIQUE, path TEXT, sha256 TEXT,
    media_type TEXT, title TEXT, date TEXT, place TEXT, organiser TEXT, speakers TEXT,
    found_at TEXT, extraction TEXT, page_starts TEXT, characters INTEGER,
    text TEXT, text_sha256 TEXT, cuts_sha256 TEXT, origin TEXT, sealed TEXT);
CREATE TABLE blocks (document INTEGER, number INTEGER, kind TEXT, start INTEGER, "end" INTEGER,
    section TEXT, level INTEGER, speaker TEXT, PRIMARY KEY (document, number)) WITHOUT ROWID;
CREATE TABLE sentences (document INTEGER, number INTEGER, start INTEGER, "end" INTEGER,
    block INTEGER, speaker INTEGER, PRIMARY KEY (document, number)) WITHOUT ROWID;
CREATE TABLE passages (row INTEGER PRIMARY KEY, document INTEGER, place INTEGER, start INTEGER,
    "end" INTEGER, first INTEGER, last INTEGER, section TEXT, speaker INTEGER, sha256 BLOB);
CREATE INDEX passages_of_document ON passages (document, speaker);
CREATE TABLE layouts (document INTEGER, part INTEGER, start INTEGER, words BLOB, sha256 TEXT,
    PRIMARY KEY (document, part)) WITHOUT ROWID;
CREATE TABLE next (document INTEGER, row INTEGER);
INSERT INTO next VALUES (0, 0);
"""
_OF_A_DOCUMENT = ("blocks", "sentences", "passages", "layouts")
HASH = "S32"
"""NumPy's type of a SHA-256 as 32 bytes."""

_FACTS = (
    "id, path, sha256, media_type, title, date, place, organiser, speakers, found_at, extraction, "
    "page_starts"
)
_AND_MORE = ("number", "characters", "text_sha256", "cuts_sha256", "origin")
_SEALED = f"{_FACTS}, {', '.join(_AND_MORE)}"
"""The columns of a document that `sealed` is the SHA-256 of."""
_PASSING = frozenset(
    {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_BUSY}
)
"""Errors of opening a database that need not be its fault."""
_NONSENSE = (ValueError, TypeError, AttributeError, KeyError)
"""What decoding altered facts may raise."""
_LAYOUT_PART = 8_192
"""So many code points of text have their words' places in one row."""


@dataclass(frozen=True)
class Record:
    """A document as it was read and cut. `rows` are its passages' rows in both searchers."""

    document: Document
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]
    rows: range


@dataclass(frozen=True)
class Origin:
    """What decided how a file was read, besides its bytes.

    `ending` is that of its name, `sidecar` the SHA-256 of its side-car, "" without one;
    `sidecar_told` is the side-car's path where the document has a warning about it. `parsers` is
    the version of the parsers, `ocr` the languages of character recognition.
    """

    ending: str = ""
    sidecar: str = ""
    sidecar_told: str = ""
    parsers: int = 0
    ocr: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A document in short: its number, path, the SHA-256 of its file, and how it was read.

    `pictures` tells whether it has pages that are pictures of text, read or not.
    """

    number: int
    path: str
    sha256: str
    origin: Origin
    pictures: bool = False
    unread_pages: int = 0


@dataclass(frozen=True)
class Filters:
    """What a question is restricted to; empty means all. Dates are ISO 8601, both included.

    A speaker is named by the whole name as cited or by a part of it, such as the family name.
    """

    documents: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    after: str | None = None
    before: str | None = None

    def __bool__(self) -> bool:
        return bool(self.documents or self.speakers or self.after or self.before)


class RecordWriter:
    """Writes one database, document by document; goes on with one that is there.

    Numbers of documents and rows of passages are above all that were ever used in it. What is not
    closed cannot be used. Every method raises OSError when the disk does not take it.
    """

    def __init__(self, path: Path):
        self._path = path
        is_new = not path.exists()
        with self._writing():
            self._connection = sqlite3.connect(path, isolation_level=None)
            # An unfinished database is thrown away, so nothing has to be taken back; and of what is
            # removed nothing may stay on disk.
            for setting in ("journal_mode = OFF", "synchronous = OFF", "secure_delete = ON"):
                self._connection.execute(f"PRAGMA {setting}").fetchall()
            if is_new:
                self._connection.executescript(_SCHEMA)
            self._connection.execute("BEGIN")

    def add(
        self,
        document: Document,
        sentences: Sequence[Sentence],
        passages: Sequence[Passage],
        origin: Origin = Origin(),
    ) -> range:
        """Write one document; return the rows its passages got."""
        with self._writing():
            number = self._next("document", 1)
            self._add_document(number, document, sentences, passages, origin)
            return self._add_passages(number, document, passages)

    def remove(self, number: int) -> None:
        """Remove a document."""
        with self._writing():
            self._connection.execute("DELETE FROM documents WHERE number = ?", (number,))
            for table in _OF_A_DOCUMENT:
                self._connection.execute(f"DELETE FROM {table} WHERE document = ?", (number,))

    def rename(self, number: int, path: str) -> None:
        """Give a document the path that its file has now."""
        with self._writing():
            values = path, number
            self._connection.execute("UPDATE documents SET path = ? WHERE number = ?", values)
            self._seal(number)

    def recut(self, number: int, record: Record, passages: Sequence[Passage]) -> range:
        """Write other passages of a document that is there as `record`; return their rows."""
        with self._writing():
            self._connection.execute("DELETE FROM passages WHERE document = ?", (number,))
            cuts = _digest_cuts(record.document, record.sentences, tuple(passages))
            values = cuts, number
            self._connection.execute(
                "UPDATE documents SET cuts_sha256 = ? WHERE number = ?", values
            )
            self._seal(number)
            return self._add_passages(number, record.document, passages)

    def close(self) -> None:
        """Finish writing; a file that is to a quarter empty is written anew without the gaps."""
        with self._writing():
            self._connection.execute("COMMIT")
            free, pages = (
                int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("freelist_count", "page_count")
            )
            packed = self._path.with_suffix(".packed")
            if free * 4 > pages:
                self._connection.execute("VACUUM INTO ?", (str(packed),))
            self._connection.close()
            if packed.exists():
                packed.replace(self._path)

    def _add_document(
        self,
        number: int,
        document: Document,
        sentences: Sequence[Sentence],
        passages: Sequence[Passage],
        origin: Origin,
    ) -> None:
        write = self._connection.executemany
        write(
            "INSERT INTO documents VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,'')",
            [
                (
                    *(number, document.id, document.path, document.sha256, document.media_type),
                    *(document.title, document.date, document.place, document.organiser),
                    json.dumps([asdict(speaker) for speaker in document.speakers]),
                    *(json.dumps(document.found_at), json.dumps(asdict(document.extraction))),
                    *(json.dumps(document.page_starts), len(document.text)),
                    *(document.text, digest(document.text)),
                    _digest_cuts(document, tuple(sentences), tuple(passages)),
                    json.dumps(asdict(origin)),
                )
            ],
        )
        write(
            "INSERT INTO blocks VALUES (?,?,?,?,?,?,?,?)",
            [
                (number, n, b.kind.value, b.start, b.end, json.dumps(b.section), b.level, b.speaker)
                for n, b in enumerate(document.blocks)
            ],
        )
        write(
            "INSERT INTO sentences VALUES (?,?,?,?,?,?)",
            [(number, n, s.start, s.end, s.block, s.speaker) for n, s in enumerate(sentences)],
        )
        write("INSERT INTO layouts VALUES (?,?,?,?,?)", _layout_parts(number, document))
        self._seal(number)

    def _seal(self, number: int) -> None:
        """Write down what a document's facts are, so that one that is altered is noticed."""
        query = f"SELECT {_SEALED} FROM documents WHERE number = ?"
        facts = self._connection.execute(query, (number,)).fetchone()
        values = digest(repr(facts)), number
        self._connection.execute("UPDATE documents SET sealed = ? WHERE number = ?", values)

    def _add_passages(self, number: int, document: Document, passages: Sequence[Passage]) -> range:
        first = self._next("row", len(passages))
        self._connection.executemany(
            "INSERT INTO passages VALUES (?,?,?,?,?,?,?,?,?,?)",
            [
                (
                    *(first + place, number, place, p.start, p.end, p.first, p.last),
                    *(json.dumps(p.section), p.speaker),
                    hashlib.sha256(passage_text(document, p).encode()).digest(),
                )
                for place, p in enumerate(passages)
            ],
        )
        return range(first, first + len(passages))

    def _next(self, name: str, count: int) -> int:
        """Return the first of `count` numbers that were never used."""
        (number,) = self._connection.execute(f"SELECT {name} FROM next").fetchone()
        self._connection.execute(f"UPDATE next SET {name} = ?", (number + count,))
        return int(number)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            full = getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
            raise OSError(errno.ENOSPC if full else errno.EIO, str(error), self._path) from error


class Records:
    """Reads what a `RecordWriter` wrote; safe to share between threads."""

    def __init__(self, connection: sqlite3.Connection):
        """`close` lets go of the file, which also happens when this is forgotten.

        A connection that is only forgotten keeps its file open until the next collection of cycles.
        """
        self._connection = connection
        self.close: Callable[[], object] = weakref.finalize(self, connection.close)

    @classmethod
    def open(cls, path: Path) -> "Records":
        """Open a database for reading. Raises IndexDamagedError, IndexUnreadableError."""
        try:
            connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            records = cls(connection)
            records.count("documents")
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF in _PASSING and path.is_file():
                raise IndexUnreadableError(
                    f"{path} cannot be read now ({error}); try it again"
                ) from error
            raise _damaged(error) from error
        return records

    def count(self, table: str) -> int:
        """Return the number of rows of `table`: documents, blocks, sentences or passages."""
        return int(self._select(f"SELECT count(*) FROM {table}")[0][0])

    def documents(self) -> Iterator[Document]:
        """Yield every document without its text, blocks and layout, in order of path."""
        for row in self._select(f"SELECT {_SEALED}, sealed FROM documents ORDER BY path"):
            try:
                yield _document(_unsealed(row), "", ())
            except _NONSENSE as error:
                raise _damaged(error) from error

    def entries(self) -> list[Entry]:
        """Return every document in short, in order of number."""
        found = self._select(
            "SELECT number, path, sha256, origin, extraction FROM documents ORDER BY number"
        )
        try:
            return [_entry(*row) for row in found]
        except _NONSENSE as error:
            raise _damaged(error) from error

    def numbers(self) -> list[int]:
        """Return the number of every document, in order."""
        found = self._select("SELECT number FROM documents ORDER BY number")
        return [int(number) for (number,) in found]

    def text_hashes(self) -> tuple[np.ndarray, np.ndarray]:
        """Return every passage's row, int64 ascending, and its text's SHA-256, 32 bytes each."""
        count = self.count("passages")
        rows, hashes = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=HASH)
        try:
            found = self._connection.execute("SELECT row, sha256 FROM passages ORDER BY row")
            for place, (row, sha256) in enumerate(found):
                rows[place], hashes[place] = row, sha256
        except (sqlite3.Error, ValueError, TypeError, IndexError) as error:
            raise _damaged(error) from error
        return rows, hashes

    def texts(self, wanted: np.ndarray | None = None) -> Iterator[tuple[int, str]]:
        """Yield (row, text as indexed) of all passages in order of row, document by document.

        With `wanted`, rows in order, only of the documents that have one of these rows. Raises
        IndexDamagedError for a text that was altered.
        """
        spans = self._select(
            "SELECT document, min(row) AS first, max(row) FROM passages "
            "GROUP BY document ORDER BY first"
        )
        for number, first, last in spans:
            if wanted is None or np.searchsorted(wanted, first) < np.searchsorted(
                wanted, last, side="right"
            ):
                yield from self._texts_of(number)

    def _texts_of(self, number: int) -> Iterator[tuple[int, str]]:
        *facts, text, text_sha256 = self._select(
            f"SELECT {_FACTS}, text, text_sha256 FROM documents WHERE number = ?", number
        )[0]
        found = self._select(
            'SELECT row, start, "end", first, last, section, speaker FROM passages '
            "WHERE document = ? ORDER BY row",
            number,
        )
        try:
            if digest(text) != text_sha256:
                raise ValueError(f"the text of document {number} was altered")
            document = _document(facts, text, ())
            for row, *cut in found:
                yield int(row), passage_text(document, _passage(*cut))
        except _NONSENSE as error:
            raise _damaged(error) from error

    def characters(self) -> dict[str, int]:
        """Return the length of each document's text, in code points, by its id."""
        return {str(i): int(n) for i, n in self._select("SELECT id, characters FROM documents")}

    def boxes(self, number: int, start: int, end: int) -> list[Box]:
        """Return where `text[start:end]` of a document stands, a box a line; empty if not known."""
        found = self._select(
            "SELECT words, sha256 FROM layouts WHERE document = ? AND start < ? AND part >= "
            "(SELECT max(part) FROM layouts WHERE document = ? AND start <= ?) - 1 ORDER BY part",
            *(number, end, number, start),
        )
        parts: list[bytes] = []  # a word may begin in the part before
        for words, sha256 in found:
            if hashlib.sha256(words).hexdigest() != sha256:
                raise _damaged(f"the layout of document {number} was altered")
            parts.append(zlib.decompress(words))
        return Layout.frombytes(b"".join(parts)).boxes(start, end)

    def number_of(self, document_id: str) -> int:
        """Return the number of a document. Raises NotFoundError."""
        found = self._select("SELECT number FROM documents WHERE id = ?", document_id)
        if not found:
            raise NotFoundError(f"no document has the id “{document_id}”; see GET /documents")
        return int(found[0][0])

    def place_of(self, row: int) -> tuple[int, int]:
        """Return the document's number and the passage's place in it for a passage's row."""
        found = self._select("SELECT document, place FROM passages WHERE row = ?", row)
        if not found:
            raise _damaged(f"passage {row} is not there")
        return int(found[0][0]), int(found[0][1])

    def record(self, number: int) -> Record:
        """Return a document whole. Raises IndexDamagedError when it is not as it was written."""
        found = self._select(
            f"SELECT text, text_sha256, cuts_sha256, {_SEALED}, sealed FROM documents "
            "WHERE number = ?",
            number,
        )
        if not found:
            raise _damaged(f"document {number} is not there")
        try:
            return self._decoded(number, found[0])
        except _NONSENSE as error:
            raise _damaged(error) from error

    def _decoded(self, number: int, row: tuple) -> Record:  # type: ignore[type-arg]
        text, text_sha256, cuts_sha256, *sealed = row
        document = _document(_unsealed(sealed), text, self._blocks(number))
        sentences = tuple(
            Sentence(*values)
            for values in self._select(
                'SELECT start, "end", block, speaker FROM sentences WHERE document = ? '
                "ORDER BY number",
                number,
            )
        )
        found = self._select(
            'SELECT row, start, "end", first, last, section, speaker FROM passages '
            "WHERE document = ? ORDER BY row",
            number,
        )
        passages = tuple(_passage(*cut) for _, *cut in found)
        if (digest(text), _digest_cuts(document, sentences, passages)) != (
            text_sha256,
            cuts_sha256,
        ):
            raise ValueError(f"the text of {document.path} was altered")
        first_row = found[0][0] if found else 0
        rows = range(first_row, first_row + len(found))
        if [row for row, *_ in found] != [*rows]:
            raise ValueError(f"the passages of {document.path} were altered")
        return Record(document, sentences, passages, rows)

    def rows(self, filters: Filters) -> list[int]:
        """Return the rows of all passages that pass the filters."""
        conditions = ["1"]
        values: list[str] = []
        if filters.documents:
            conditions.append(f"id IN ({','.join('?' * len(filters.documents))})")
            values += filters.documents
        if filters.after:
            conditions.append("date >= ?")
            values.append(filters.after)
        if filters.before:
            conditions.append("date <= ?")
            values.append(filters.before)
        numbers = f"SELECT number FROM documents WHERE {' AND '.join(conditions)}"
        query = f"SELECT row, document, speaker FROM passages WHERE document IN ({numbers})"
        found = self._select(f"{query} ORDER BY row", *values)
        if not filters.speakers:
            return [int(row) for row, _, _ in found]
        spoken = {place for name in filters.speakers for place in self.speakers_named(name)}
        return [int(row) for row, document, speaker in found if (document, speaker) in spoken]

    def rows_of(self, speakers: Iterable[tuple[int, int]]) -> list[int]:
        """Return the rows of all passages of speakers, given as `speakers_named` gives them."""
        query = "SELECT row FROM passages WHERE document = ? AND speaker = ?"
        found = (self._select(query, *who) for who in speakers)
        return sorted(int(row) for rows in found for (row,) in rows)

    def rows_in(self, number: int) -> list[int]:
        """Return the rows of all passages of a document."""
        query = "SELECT row FROM passages WHERE document = ? ORDER BY row"
        return [int(row) for (row,) in self._select(query, number)]

    def speakers_named(self, name: str) -> list[tuple[int, int]]:
        """Return the (document's number, speaker's place in it) of all speakers of that name."""
        try:
            return [
                (int(number), place)
                for number, speakers in self._select("SELECT number, speakers FROM documents")
                for place, entry in enumerate(json.loads(speakers))
                if _speaker(entry).is_named(name)
            ]
        except _NONSENSE as error:
            raise _damaged(error) from error

    def _blocks(self, number: int) -> tuple[Block, ...]:
        rows = self._select(
            'SELECT kind, start, "end", section, level, speaker FROM blocks WHERE document = ? '
            "ORDER BY number",
            number,
        )
        return tuple(
            Block(Kind(kind), start, end, tuple(json.loads(section)), level, speaker)
            for kind, start, end, section, level, speaker in rows
        )

    def _select(self, query: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise _damaged(error) from error


def _unsealed(row: Sequence[Any]) -> Sequence[Any]:
    """Return the columns of `_FACTS` out of those of `_SEALED` and the seal, which must fit."""
    *facts, sealed = row
    if digest(repr(tuple(facts))) != sealed:
        raise ValueError(f"what is known of {facts[1]} was altered")
    return facts[: -len(_AND_MORE)]


def _document(row: Sequence[Any], text: str, blocks: tuple[Block, ...]) -> Document:
    """Return a document from the columns of `_FACTS`."""
    *plain, speakers, found_at, extraction, page_starts = row
    identity, path, sha256, media_type, title, date, place, organiser = plain
    seen: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in json.loads(extraction).items()
    }
    seen["left_out"] = tuple(LeftOut(**entry) for entry in seen["left_out"])
    return Document(
        id=identity,
        path=path,
        sha256=sha256,
        media_type=media_type,
        text=text,
        blocks=blocks,
        page_starts=tuple(json.loads(page_starts)),
        title=title,
        date=date,
        place=place,
        organiser=organiser,
        speakers=tuple(map(_speaker, json.loads(speakers))),
        found_at=tuple(map(tuple, json.loads(found_at))),
        extraction=Extraction(**seen),
    )


def _entry(number: int, path: str, sha256: str, origin: str, extraction: str) -> Entry:
    made, seen = json.loads(origin), json.loads(extraction)
    made["ocr"] = tuple(made["ocr"])
    pictures = bool(seen["unread_pages"] or seen["ocr_pages"])
    return Entry(number, path, sha256, Origin(**made), pictures, len(seen["unread_pages"]))


def _passage(
    start: int, end: int, first: int, last: int, section: str, speaker: int | None
) -> Passage:
    return Passage(start, end, first, last, tuple(json.loads(section)), speaker)


def _speaker(entry: dict[str, Any]) -> Speaker:
    return Speaker(**{**entry, "labels": tuple(entry["labels"])})


def _layout_parts(number: int, document: Document) -> Iterator[tuple[int, int, int, bytes, str]]:
    """Yield the words of a document's layout in parts that can be read one by one."""
    length = len(document.text)
    starts = range(0, length, _LAYOUT_PART) if len(document.layout) else ()
    for part, start in enumerate(starts):
        words = document.layout.between(start, min(start + _LAYOUT_PART, length))
        data = zlib.compress(words.tobytes())
        yield number, part, start, data, hashlib.sha256(data).hexdigest()


def _digest_cuts(
    document: Document, sentences: tuple[Sentence, ...], passages: tuple[Passage, ...]
) -> str:
    known = (document.title, document.date, document.place, document.organiser, document.speakers)
    seen = (document.found_at, document.extraction, document.page_starts)
    return digest(repr((document.blocks, sentences, passages, known, seen)))


def _damaged(reason: object) -> IndexDamagedError:
    return IndexDamagedError(
        f"the records of the index are damaged ({reason}); run: seminar-qa index"
    )
