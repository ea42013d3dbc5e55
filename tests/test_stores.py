"""Another index behind the engine: one in memory, without FAISS, tantivy and SQLite."""

import hashlib
import math
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from seminar_qa import index
from seminar_qa.calibration import Calibration
from seminar_qa.dense import DenseIndex
from seminar_qa.documents import Document, DocumentBuilder, Kind
from seminar_qa.engine import Engine
from seminar_qa.errors import FilterError, IndexDamagedError, NotFoundError
from seminar_qa.lexical import LexicalIndex
from seminar_qa.manifest import Manifest, ModelEntry, Recipe
from seminar_qa.passages import split_passages
from seminar_qa.reader import Span
from seminar_qa.records import Filters, Record, Records
from seminar_qa.sentences import split_sentences
from seminar_qa.stores import PassageIndex, RecordStore, VectorSearch, WordSearch
from seminar_qa.text import words

PLAIN = Calibration(ranking={"span": 1}, confidence={"score": 1}, balanced=0.5, strict=0.9)
TEXTS = {
    "harbour.txt": "The harbour is paid by the region. It opens in May.",
    "wind.txt": "Forty turbines are shipped in June. The region pays nothing.",
}


def vector_of(text: str) -> np.ndarray:
    vector = np.zeros(64)
    for word in words(text):
        vector[hashlib.sha256(word.encode()).digest()[0] % 64] += 1
    return vector / max(1e-9, np.linalg.norm(vector))


class Meanings:
    """Vectors in a list."""

    def __init__(self, texts: dict[int, str]):
        self._vectors = {row: vector_of(text) for row, text in texts.items()}

    def search(self, vector, limit, rows=None):
        found = self._vectors if rows is None else rows
        hits = zip(found, self.score(vector, list(found)), strict=True)
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:limit]

    def score(self, vector, rows):
        return [float(self._vectors[row] @ vector) for row in rows]


class Words:
    """Words in a list."""

    def __init__(self, texts: dict[int, str]):
        self._words = {row: Counter(words(text)) for row, text in texts.items()}

    def search(self, question, limit, rows=None):
        asked = self.terms(question)
        found = self._words if rows is None else rows
        scores = {
            row: sum(self.rarity(word) for word in asked if self._words[row][word]) for row in found
        }
        hits = [hit for hit in scores.items() if hit[1] > 0]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:limit]

    def ceiling(self, question):
        return 2.0 * sum(map(self.rarity, self.terms(question)))

    def terms(self, text):
        return list(dict.fromkeys(words(text)))

    def rarity(self, term):
        return math.log1p(len(self._words) / (1 + self.count(term)))

    def count(self, term):
        return sum(term in found for found in self._words.values())


class Reports:
    """Reports in a list."""

    def __init__(self, records: list[Record]):
        self._records = records

    def documents(self) -> Iterator[Document]:
        return (record.document for record in self._records)

    def numbers(self):
        return list(range(len(self._records)))

    def characters(self):
        return {document.id: len(document.text) for document in self.documents()}

    def number_of(self, document_id):
        for number, document in enumerate(self.documents()):
            if document.id == document_id:
                return number
        raise NotFoundError(f"no document has the id “{document_id}”")

    def place_of(self, row):
        number = next(n for n, record in enumerate(self._records) if row in record.rows)
        return number, row - self._records[number].rows.start

    def record(self, number):
        return self._records[number]

    def boxes(self, number, start, end):
        return []

    def rows(self, filters: Filters):
        return [
            row
            for record in self._records
            if not filters.documents or record.document.id in filters.documents
            for row in record.rows
        ]

    def rows_of(self, speakers):
        return []

    def rows_in(self, number):
        return list(self._records[number].rows)

    def speakers_named(self, name):
        return []


class InMemory:
    """An index that was never on disk."""

    verified = True

    def __init__(self, reports: dict[str, str]):
        records, texts, row = [], {}, 1_000
        for path, text in reports.items():
            document = document_of(path, text)
            sentences = split_sentences(document)
            passages = split_passages(document, sentences, size=8)
            rows = range(row, row + len(passages))
            texts |= {n: text[p.start : p.end] for n, p in zip(rows, passages, strict=True)}
            records.append(Record(document, sentences, passages, rows))
            row = rows.stop + 7
        model = ModelEntry("memory", "00", "memory")
        recipe = Recipe(model, model, 8, 1)
        self.manifest = Manifest("g-memory", "2026-11-23", recipe, len(records), len(texts), {})
        self.dense, self.lexical, self.records = Meanings(texts), Words(texts), Reports(records)

    def check(self) -> None:
        pass


def document_of(path: str, text: str) -> Document:
    builder = DocumentBuilder()
    builder.add(Kind.PARAGRAPH, text)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Document(sha256[:16], path, sha256, "text/plain", builder.text, builder.blocks)


class Encoder:
    def encode(self, texts, advance=lambda _: None):
        return np.stack([vector_of(text) for text in texts])


class RegionReader:
    """A reader to which every answer is the region."""

    def read(self, question, passages, fronts=()):
        places = [passage.find("the region") for passage in passages]
        return [[Span(at, at + 10, 2.0)] if at >= 0 else [] for at in places]


@pytest.fixture
def engine() -> Engine:
    return Engine(InMemory(TEXTS), Encoder(), RegionReader(), PLAIN)


def test_an_index_in_memory_answers_through_the_same_engine(engine):
    answer = engine.ask("Who pays for the harbour?").answer
    assert answer.answered
    assert answer.quotes[0].text == "The harbour is paid by the region."
    assert answer.quotes[0].citation.document_id == document_of("", TEXTS["harbour.txt"]).id
    assert engine.manifest.generation == "g-memory"


def test_its_filters_are_honoured_and_an_unknown_report_is_told(engine):
    wind = document_of("", TEXTS["wind.txt"]).id
    assert not engine.ask("Who pays for the harbour?", filters=Filters((wind,))).answer.answered
    with pytest.raises(FilterError):
        engine.ask("Who pays for the harbour?", filters=Filters(("nowhere",)))


def test_its_citations_are_verified(engine):
    citation = engine.ask("Who pays for the harbour?").answer.quotes[0].citation
    place = citation.document_id, citation.start, citation.end
    assert engine.verify(*place, citation.quote_sha256) == "unchanged"
    assert engine.verify(*place, "0" * 64) == "gone"


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        (PassageIndex, index.PassageIndex),
        (VectorSearch, DenseIndex),
        (WordSearch, LexicalIndex),
        (RecordStore, Records),
        (VectorSearch, Meanings),
        (WordSearch, Words),
        (RecordStore, Reports),
    ],
)
def test_nothing_is_asked_that_is_not_there(asked, there):
    names = {name for name in vars(asked) if not name.startswith("_")}
    assert names
    assert names <= {*dir(there), *getattr(there, "__dataclass_fields__", {})}


def test_a_passage_that_stands_elsewhere_than_told_is_damage():
    class Mixed(Reports):
        def place_of(self, row):
            number, place = super().place_of(row)
            return 1 - number, place

    index = InMemory(TEXTS)
    index.records = Mixed(index.records._records)
    engine = Engine(index, Encoder(), RegionReader(), PLAIN)
    with pytest.raises(IndexDamagedError, match=r"does not stand where .*run: seminar-qa index$"):
        engine.ask("Who pays for the harbour?")
