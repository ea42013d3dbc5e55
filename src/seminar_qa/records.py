"""The documents, sentences and passages of an index, in SQLite: the truth of a generation.

The vectors and the keyword index can be made again from it; it can be made from nothing but the
reports. The only module that knows sqlite3.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from seminar_qa.documents import Block, Document, Kind
from seminar_qa.errors import IndexDamagedError, NotFoundError
from seminar_qa.passages import Passage
from seminar_qa.sentences import Sentence
from seminar_qa.text import digest

_SCHEMA = """
CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT UNIQUE, path TEXT, sha256 TEXT,
    media_type TEXT, title TEXT, date TEXT, place TEXT, page_starts TEXT,
    text TEXT, text_sha256 TEXT, cuts_sha256 TEXT);
CREATE TABLE blocks (document INTEGER, number INTEGER, kind TEXT, start INTEGER, "end" INTEGER,
    section TEXT, level INTEGER, PRIMARY KEY (document, number)) WITHOUT ROWID;
CREATE TABLE sentences (document INTEGER, number INTEGER, start INTEGER, "end" INTEGER,
    block INTEGER, PRIMARY KEY (document, number)) WITHOUT ROWID;
CREATE TABLE passages (row INTEGER PRIMARY KEY, document INTEGER, start INTEGER, "end" INTEGER,
    first INTEGER, last INTEGER, section TEXT);
CREATE INDEX passages_of_document ON passages (document);
"""


@dataclass(frozen=True)
class Record:
    """A document as it was read and cut. `rows` are its passages' rows in both searchers."""

    document: Document
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]
    rows: range


@dataclass(frozen=True)
class Filters:
    """What a question is restricted to; empty means all. Dates are ISO 8601, both included."""

    documents: tuple[str, ...] = ()
    after: str | None = None
    before: str | None = None

    def __bool__(self) -> bool:
        return bool(self.documents or self.after or self.before)


class RecordWriter:
    """Writes one database, document by document."""

    def __init__(self, path: Path):
        self._connection = sqlite3.connect(path)
        self._connection.executescript(_SCHEMA)
        self._documents = self._rows = 0

    def add(
        self, document: Document, sentences: Sequence[Sentence], passages: Sequence[Passage]
    ) -> range:
        """Write one document; return the rows its passages got."""
        number, write = self._documents, self._connection.executemany
        write(
            "INSERT INTO documents VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                (
                    *(number, document.id, document.path, document.sha256, document.media_type),
                    *(document.title, document.date, document.place),
                    *(json.dumps(document.page_starts), document.text, digest(document.text)),
                    _digest_cuts(document.blocks, tuple(sentences), tuple(passages)),
                )
            ],
        )
        write(
            "INSERT INTO blocks VALUES (?,?,?,?,?,?,?)",
            [
                (number, n, b.kind.value, b.start, b.end, json.dumps(b.section), b.level)
                for n, b in enumerate(document.blocks)
            ],
        )
        write(
            "INSERT INTO sentences VALUES (?,?,?,?,?)",
            [(number, n, s.start, s.end, s.block) for n, s in enumerate(sentences)],
        )
        rows = range(self._rows, self._rows + len(passages))
        write(
            "INSERT INTO passages VALUES (?,?,?,?,?,?,?)",
            [
                (row, number, p.start, p.end, p.first, p.last, json.dumps(p.section))
                for row, p in zip(rows, passages, strict=True)
            ],
        )
        self._documents, self._rows = number + 1, rows.stop
        return rows

    def close(self) -> None:
        """Finish writing."""
        self._connection.commit()
        self._connection.close()


class Records:
    """Reads what a `RecordWriter` wrote; safe to share between threads."""

    def __init__(self, connection: sqlite3.Connection):
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> "Records":
        """Open a database for reading. Raises IndexDamagedError."""
        try:
            connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            records = cls(connection)
            records.count("documents")
        except sqlite3.Error as error:
            raise _damaged(error) from error
        return records

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def count(self, table: str) -> int:
        """Return the number of rows of `table`: documents, blocks, sentences or passages."""
        return int(self._select(f"SELECT count(*) FROM {table}")[0][0])

    def documents(self) -> Iterator[Document]:
        """Yield every document without its text and blocks, in order of path."""
        for row in self._select(
            "SELECT id, path, sha256, media_type, page_starts, title, date, place "
            "FROM documents ORDER BY path"
        ):
            identity, path, sha256, media_type, page_starts, title, date, place = row
            pages = tuple(json.loads(page_starts))
            yield Document(identity, path, sha256, media_type, "", (), pages, title, date, place)

    def number_of(self, document_id: str) -> int:
        """Return the number of a document. Raises NotFoundError."""
        found = self._select("SELECT number FROM documents WHERE id = ?", document_id)
        if not found:
            raise NotFoundError(f"no document has the id “{document_id}”; see GET /documents")
        return int(found[0][0])

    def place_of(self, row: int) -> tuple[int, int]:
        """Return the document's number and the passage's place in it for a passage's row."""
        found = self._select(
            "SELECT p.document, p.row - "
            "(SELECT min(row) FROM passages WHERE document = p.document) "
            "FROM passages p WHERE p.row = ?",
            row,
        )
        if not found:
            raise _damaged(f"passage {row} is not there")
        return int(found[0][0]), int(found[0][1])

    def record(self, number: int) -> Record:
        """Return a document whole. Raises IndexDamagedError when it is not as it was written."""
        found = self._select("SELECT * FROM documents WHERE number = ?", number)
        if not found:
            raise _damaged(f"document {number} is not there")
        try:
            return self._decoded(number, found[0])
        except (ValueError, TypeError, AttributeError) as error:
            raise _damaged(error) from error

    def _decoded(self, number: int, row: tuple) -> Record:  # type: ignore[type-arg]
        _, identity, path, sha256, media_type, title, date, place, pages, text, *stored = row
        document = Document(
            id=identity,
            path=path,
            sha256=sha256,
            media_type=media_type,
            text=text,
            blocks=self._blocks(number),
            page_starts=tuple(json.loads(pages)),
            title=title,
            date=date,
            place=place,
        )
        sentences = tuple(
            Sentence(*values)
            for values in self._select(
                'SELECT start, "end", block FROM sentences WHERE document = ? ORDER BY number',
                number,
            )
        )
        found = self._select(
            'SELECT row, start, "end", first, last, section FROM passages '
            "WHERE document = ? ORDER BY row",
            number,
        )
        passages = tuple(
            Passage(start, end, first, last, tuple(json.loads(section)))
            for _, start, end, first, last, section in found
        )
        if [digest(text), _digest_cuts(document.blocks, sentences, passages)] != stored:
            raise ValueError(f"the text of {path} was altered")
        first_row = found[0][0] if found else 0
        return Record(document, sentences, passages, range(first_row, first_row + len(found)))

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
        query = f"SELECT row FROM passages WHERE document IN ({numbers}) ORDER BY row"
        return [int(row) for (row,) in self._select(query, *values)]

    def _blocks(self, number: int) -> tuple[Block, ...]:
        rows = self._select(
            'SELECT kind, start, "end", section, level FROM blocks WHERE document = ? '
            "ORDER BY number",
            number,
        )
        return tuple(
            Block(Kind(kind), start, end, tuple(json.loads(section)), level)
            for kind, start, end, section, level in rows
        )

    def _select(self, query: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise _damaged(error) from error


def _digest_cuts(
    blocks: tuple[Block, ...], sentences: tuple[Sentence, ...], passages: tuple[Passage, ...]
) -> str:
    return digest(repr((blocks, sentences, passages)))


def _damaged(reason: object) -> IndexDamagedError:
    return IndexDamagedError(
        f"the records of the index are damaged ({reason}); run: seminar-qa index --force"
    )
