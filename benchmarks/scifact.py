"""SciFact in BEIR form: how well the product's retrieval alone ranks abstracts for a claim.

    python benchmarks/scifact.py ../shared/eval/scifact [--split train] [--queries 100]

A document is a report of two paragraphs, its title and its abstract, indexed as any report:
passages of eighty words with the title in front. The product ranks the passages, at most a hundred;
a document stands where its best passage stands. nDCG@10 after trec_eval, over all queries of the
split. `test` (300 queries) judges; `train` (809) is there to choose between designs.
"""

import argparse
import csv
import gzip
import json
import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from homes import make_home

from seminar_qa.calibration import Calibration
from seminar_qa.engine import Engine
from seminar_qa.index import MODELS, PassageIndex
from seminar_qa.ingest import Progress
from seminar_qa.reader import Span
from seminar_qa.settings import Settings
from seminar_qa.vectors import open_query_encoder

PASSAGES = 100
"""How many passages are ranked for a query."""


@dataclass(frozen=True)
class Query:
    """A claim with the documents that bear on it, by their grade."""

    id: str
    text: str
    grades: dict[str, int]


class NoReader:
    """Marks nothing, so that an engine only retrieves."""

    def read(
        self, question: str, passages: Sequence[str], fronts: Sequence[str] = ()
    ) -> list[list[Span]]:
        return [[] for _ in passages]


def read_queries(source: Path, split: str = "test") -> list[Query]:
    """Return the split's queries in order of its file."""
    with gzip.open(source / "queries.jsonl.gz", "rt", encoding="utf-8") as file:
        texts = {row["_id"]: row["text"] for row in map(json.loads, file)}
    grades: dict[str, dict[str, int]] = {}
    with (source / "qrels" / f"{split}.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            grades.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    return [Query(name, texts[name], found) for name, found in grades.items()]


def scifact_home(source: Path, cache: Path, progress: Progress | None = None) -> Settings:
    """Return the settings of a home with one report a document, named by its id."""
    corpus = source / "corpus.jsonl.gz"

    def fill(home: Path) -> None:
        with gzip.open(corpus, "rt", encoding="utf-8") as file:
            for row in map(json.loads, file):
                text = f"{row['title']}\n\n{row['text']}\n"
                (home / "documents" / f"{row['_id']}.txt").write_text(text, encoding="utf-8")

    return make_home(cache, "scifact", corpus.read_bytes(), fill, progress)


def open_ranker(settings: Settings) -> Callable[[str], list[str]]:
    """Return the function that ranks the documents' ids for a query, best first."""
    index = PassageIndex.open(settings.index)
    recipe = index.manifest.recipe
    folder = settings.index / MODELS / recipe.encoder.folder
    encoder = open_query_encoder(folder, recipe.encoder.query_prompt)
    engine = Engine(index, encoder, NoReader(), Calibration.load(), passages_read=PASSAGES)
    records = index.records
    names = {records.number_of(d.id): Path(d.path).stem for d in records.documents()}

    def rank(query: str) -> list[str]:
        rows = engine.ask(query).rows
        return list(dict.fromkeys(names[records.place_of(row)[0]] for row in rows))

    return rank


def ndcg(ranked: Sequence[str], grades: dict[str, int], depth: int = 10) -> float:
    """Return the normalised discounted cumulative gain of a ranking, 0.0 to 1.0.

    Järvelin and Kekäläinen 2002, with the gain of trec_eval (the grade) and log2(rank + 1).
    """
    gains = [grades.get(name, 0) for name in ranked[:depth]]
    best = sorted(grades.values(), reverse=True)[:depth]
    return _discounted(gains) / _discounted(best)


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def recall(ranked: Sequence[str], grades: dict[str, int], depth: int = 100) -> float:
    """Return the share of the relevant documents among the first `depth`."""
    return len(set(ranked[:depth]) & set(grades)) / len(grades)


def scores(settings: Settings, queries: Sequence[Query]) -> Iterator[tuple[float, float, float]]:
    """Yield nDCG@10, recall@10 and recall@50 of each query."""
    rank = open_ranker(settings)
    for query in queries:
        ranked = rank(query.text)
        found = (recall(ranked, query.grades, depth) for depth in (10, 50))
        yield (ndcg(ranked, query.grades), *found)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("--split", default="test", choices=["test", "train"])
    parser.add_argument("--queries", type=int, help="only the first so many")
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "seminar-qa-benchmarks"
    )
    options = parser.parse_args()
    queries = read_queries(options.source, options.split)[: options.queries]
    found = list(scores(scifact_home(options.source, options.cache), queries))
    for name, values in zip(
        ("nDCG@10", "recall@10", "recall@50"), zip(*found, strict=True), strict=True
    ):
        print(f"{name} {sum(values) / len(values):.4f} over {len(values)} queries")


if __name__ == "__main__":
    main()
