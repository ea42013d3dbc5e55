"""What readers say of answers: kept in SQLite beside the index, and given back as questions.

Only what a reader sends is kept; a question that is merely asked is not. The file is the home's,
not a generation's, so that no index run touches it.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from seminar_qa.errors import FeedbackError
from seminar_qa.records import Filters
from seminar_qa.text import digest, fold

FILE = "feedback.sqlite"
FORMAT = 2
LONGEST_NOTE = 2_000
LONGEST_QUOTE = 20_000
LARGEST = 200 * 1024 * 1024
"""The file takes no more feedback when it has so many bytes."""
Verdict = Literal["right", "wrong", "passage", "missing"]
"""The answer is right, or wrong; this is the passage; the reports ought to say it."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_WAIT = 10.0  # seconds for another process to end its writing
_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (number INTEGER PRIMARY KEY, given_at TEXT, verdict TEXT,
    question TEXT, earlier TEXT, interpreted TEXT, generation TEXT, document_id TEXT, path TEXT,
    title TEXT, start INTEGER, "end" INTEGER, quote_sha256 TEXT, quote TEXT, answer TEXT,
    note TEXT);
CREATE INDEX IF NOT EXISTS by_verdict ON feedback (verdict, number);
"""
_TO_FORMAT_2 = """ALTER TABLE feedback ADD COLUMN filters TEXT DEFAULT '{}'"""
_ALL = Filters()


@dataclass(frozen=True)
class Feedback:
    """What a reader said of an answer to `question`, asked after the questions `earlier`.

    `interpreted` is what a follow-up was taken to mean, `filters` what it was restricted to, with
    reports by path: they outlive an index.
    `generation` is the index that answered. The quotation stood at `start` to `end` of a document;
    `answer` are the words marked in it. All of these are empty for "missing".
    """

    verdict: Verdict
    question: str
    earlier: tuple[str, ...] = ()
    interpreted: str = ""
    generation: str = ""
    document_id: str = ""
    path: str = ""
    title: str = ""
    start: int = 0
    end: int = 0
    quote_sha256: str = ""
    quote: str = ""
    answer: str = ""
    note: str = ""
    given_at: str = ""
    filters: Filters = _ALL

    @property
    def meaning(self) -> str:
        """The question as it was taken to mean."""
        return self.interpreted or self.question


class FeedbackStore:
    """The feedback of a home. It opens the file anew each time, so processes can share it."""

    def __init__(self, home: Path):
        self._path = home / FILE

    def add(self, given: Feedback) -> None:
        """Keep what a reader said, with the time of now. Raises FeedbackError."""
        if self._path.exists() and self._path.stat().st_size > LARGEST:
            raise FeedbackError(
                f"{self._path} has over {LARGEST // 2**20} MiB, so no more is kept; save it "
                "elsewhere, and move it away to begin a new one"
            )
        now = datetime.now(UTC).isoformat(timespec="seconds")
        values = {name: getattr(given, name) for name in _COLUMNS} | {"given_at": now}
        for name, value in (("earlier", given.earlier), ("filters", _given(given.filters))):
            values[name] = json.dumps(value, ensure_ascii=False)
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        with self._opened() as connection:
            connection.execute(
                f"INSERT INTO feedback ({names}) VALUES ({marks})", [*values.values()]
            )

    def listed(
        self, verdicts: Sequence[Verdict] = VERDICTS, *, first: int = 0, most: int = -1
    ) -> list[Feedback]:
        """Return what was said, the newest first; `first` are left out. Raises FeedbackError."""
        if not self._path.exists():
            return []
        names = ", ".join(f'"{name}"' for name in _COLUMNS)
        marks = ", ".join("?" * len(verdicts))
        query = (
            f"SELECT {names} FROM feedback WHERE verdict IN ({marks}) "
            "ORDER BY number DESC LIMIT ? OFFSET ?"
        )
        with self._opened() as connection:
            return [_feedback(row) for row in connection.execute(query, [*verdicts, most, first])]

    def counts(self) -> dict[Verdict, int]:
        """Return how often each verdict was given. Raises FeedbackError."""
        query = "SELECT verdict, count(*) FROM feedback GROUP BY verdict"
        found: dict[str, int] = {}
        if self._path.exists():
            with self._opened() as connection:
                found = dict(connection.execute(query).fetchall())
        return {verdict: found.get(verdict, 0) for verdict in VERDICTS}

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=_WAIT)) as connection, connection:
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                if not 0 <= version <= FORMAT:
                    raise FeedbackError(
                        f"{self._path} has the format {version}, this version reads {FORMAT}; "
                        "move it away, or use the version that wrote it"
                    )
                if version < FORMAT:
                    _bring_up_to_date(connection)
                yield connection
        except (
            sqlite3.Error,
            ValueError,
            TypeError,
            AttributeError,
        ) as error:  # the latter of altered entries
            raise FeedbackError(
                f"{self._path} cannot be used ({error}); check its rights and the space on the "
                "disk, or move it away to begin a new one"
            ) from error


_COLUMNS = tuple(field.name for field in fields(Feedback))


def _feedback(row: Sequence[Any]) -> Feedback:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["earlier"] = tuple(json.loads(values["earlier"]))
    filters = json.loads(values["filters"])
    lists = {name: tuple(filters.get(name, ())) for name in ("documents", "speakers")}
    return Feedback(**values | {"filters": Filters(**filters | lists)})


def _given(filters: Filters) -> dict[str, Any]:
    """Return what a question is restricted to, without what is empty."""
    return {name: value for name, value in asdict(filters).items() if value}


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Make the table, or alter one of an older format; another process may have done so."""
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
    if version < FORMAT:
        connection.execute(_TO_FORMAT_2)
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT")


def as_questions(given: Sequence[Feedback]) -> Iterator[dict[str, Any]]:
    """Yield what is known to be right as lines of a question file for `evaluate`.

    `given` has the newest first, as it is `listed`. The id of a question is made of its words, so
    that runs over a growing file can be compared.

    That an answer is right, or that a quotation is the passage, tells what a question's answer is:
    the words marked in it, or all of it; what was said last counts. A question whose answer is only
    known to be wrong, or missing, tells nothing that could be measured. A follow-up is given as
    what it was taken to mean.
    """
    right: dict[str, Feedback] = {}
    for entry in reversed(given):
        within = _given(entry.filters)
        key = fold(entry.meaning) + (json.dumps(within, sort_keys=True) if within else "")
        if entry.verdict in ("right", "passage"):
            right[key] = entry
        elif entry.verdict == "wrong" and key in right and right[key].quote == entry.quote:
            del right[key]
    for key, entry in right.items():
        yield {
            "id": f"feedback-{digest(key)[:12]}",
            "question": entry.meaning,
            "kind": "feedback",
            "answers": [entry.answer or entry.quote],
            "documents": [entry.path],
        } | ({"filters": _given(entry.filters)} if entry.filters else {})
