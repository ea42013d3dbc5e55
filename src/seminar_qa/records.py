"""The documents, sentences and passages of an index, in SQLite: the truth of a generation.

The vectors and the keyword index can be made again from it; it can be made from nothing but the
reports. The only module that knows sqlite3.
"""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from seminar_qa.documents import Block, Document, Extraction, Kind, LeftOut, Speaker
from seminar_qa.errors import IndexDamagedError, NotFoundError
from seminar_qa.layout import Box, Layout
from seminar_qa.passages import Passage
from seminar_qa.sentences import Sentence
from seminar_qa.text import digest

_SCHEMA = """
CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT UNIQUE, path TEXT, sha256 TEXT,
    media_type TEXT, title TEXT, date TEXT, place TEXT, organiser TEXT, speakers TEXT,
    found_at TEXT, extraction TEXT, page_starts TEXT, characters INTEGER,
    text TEXT, text_sha256 TEXT, cuts_sha256 TEXT);
CREATE TABLE blocks (document INTEGER, number INTEGER, kind TEXT, start INTEGER, "end" INTEGER,
    section TEXT, level INTEGER, speaker TEXT, PRIMARY KEY (document, number)) WITHOUT ROWID;
CREATE TABLE sentences (document INTEGER, number INTEGER, start INTEGER, "end" INTEGER,
    block INTEGER, speaker INTEGER, PRIMARY KEY (document, number)) WITHOUT ROWID;
CREATE TABLE passages (row INTEGER PRIMARY KEY, document INTEGER, start INTEGER, "end" INTEGER,
    first INTEGER, last INTEGER, section TEXT, speaker INTEGER);
CREATE INDEX passages_of_document ON passages (document, speaker);
CREATE TABLE layouts (document INTEGER, part INTEGER, start INTEGER, words BLOB, sha256 TEXT,
    PRIMARY KEY (document, part)) WITHOUT ROWID;
"""


_FACTS = (
    "id, path, sha256, media_type, title, date, place, organiser, speakers, found_at, extraction, "
    "page_starts"
)
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
            "INSERT INTO documents VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                (
                    *(number, document.id, document.path, document.sha256, document.media_type),
                    *(document.title, document.date, document.place, document.organiser),
                    json.dumps([asdict(speaker) for speaker in document.speakers]),
                    *(json.dumps(document.found_at), json.dumps(asdict(document.extraction))),
                    *(json.dumps(document.page_starts), len(document.text)),
                    *(document.text, digest(document.text)),
                    _digest_cuts(document, tuple(sentences), tuple(passages)),
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
        rows = range(self._rows, self._rows + len(passages))
        write(
            "INSERT INTO passages VALUES (?,?,?,?,?,?,?,?)",
            [
                (row, number, p.start, p.end, p.first, p.last, json.dumps(p.section), p.speaker)
                for row, p in zip(rows, passages, strict=True)
            ],
        )
        write("INSERT INTO layouts VALUES (?,?,?,?,?)", _layout_parts(number, document))
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
        """Yield every document without its text, blocks and layout, in order of path."""
        for row in self._select(f"SELECT {_FACTS} FROM documents ORDER BY path"):
            try:
                yield _document(row, "", ())
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
        found = self._select(
            f"SELECT {_FACTS}, text, text_sha256, cuts_sha256 FROM documents WHERE number = ?",
            number,
        )
        if not found:
            raise _damaged(f"document {number} is not there")
        try:
            return self._decoded(number, found[0])
        except _NONSENSE as error:
            raise _damaged(error) from error

    def _decoded(self, number: int, row: tuple) -> Record:  # type: ignore[type-arg]
        *facts, text, text_sha256, cuts_sha256 = row
        document = _document(facts, text, self._blocks(number))
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
        passages = tuple(
            Passage(start, end, first, last, tuple(json.loads(section)), speaker)
            for _, start, end, first, last, section, speaker in found
        )
        if (digest(text), _digest_cuts(document, sentences, passages)) != (
            text_sha256,
            cuts_sha256,
        ):
            raise ValueError(f"the text of {document.path} was altered")
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
        f"the records of the index are damaged ({reason}); run: seminar-qa index --force"
    )
