"""SQuAD 2.0 with the paragraph given: the reader alone, scored as the official script does.

    python benchmarks/squad_given.py ../shared/eval/squad/dev-v2.0.part1.json.gz [--questions 0]

A paragraph is read as the product reads it, and the best span over its windows is the answer; one
whose score is not above the threshold is no answer. Three thresholds are told: 0, the reader's own
(its span against its "no answer"); for either half of the articles the one that is best on the
other half; and the best of all, found on the very questions, as the official script's `best_f1`.
Scoring after https://rajpurkar.github.io/SQuAD-explorer/ (evaluate-v2.0.py).
"""

import argparse
import gzip
import json
import random
import re
import string
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from homes import make_home

from seminar_qa.index import MODELS, PassageIndex
from seminar_qa.measures import Measure, draw_weights, interval, mean_of, point, roc_of
from seminar_qa.parsers.source import SourceFile
from seminar_qa.passages import split_passages
from seminar_qa.reader import OnnxReader, Reader
from seminar_qa.reading import read_report
from seminar_qa.records import Record
from seminar_qa.settings import Settings
from seminar_qa.windows import read_windows

OWN_THRESHOLD = 0.0
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True)
class Given:
    """A question with its article's number, its paragraph, and the right answers, [] for none."""

    article: int
    question: str
    paragraph: str
    golds: tuple[str, ...]


@dataclass(frozen=True)
class Scored:
    """The best span's score with its exact match and F1, should it be given as the answer."""

    article: int
    answerable: bool
    score: float
    exact: float
    f1: float


def read_questions(source: Path) -> list[Given]:
    """Return all questions of a SQuAD 2.0 file, in its order."""
    with gzip.open(source) as file:
        articles = json.load(file)["data"]
    return [
        Given(
            number,
            qa["question"],
            paragraph["context"],
            tuple(answer["text"] for answer in qa["answers"] if normalise(answer["text"])),
        )
        for number, article in enumerate(articles)
        for paragraph in article["paragraphs"]
        for qa in paragraph["qas"]
    ]


def sample(questions: Sequence[Given], count: int, seed: int = 0) -> list[Given]:
    """Return `count` questions drawn at random, all for 0, those of a paragraph together."""
    order = list(range(len(questions)))
    random.Random(seed).shuffle(order)
    return [questions[i] for i in sorted(order[: count or None])]


def as_record(paragraph: str, words: int) -> Record:
    """Return a paragraph as the product cuts it."""
    reading = read_report("paragraph.txt", SourceFile(paragraph.encode()), "")
    passages = split_passages(reading.document, reading.sentences, size=words)
    return Record(reading.document, reading.sentences, passages, range(len(passages)))


def normalise(text: str) -> str:
    """Return an answer as the official script compares it."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(answer: str, golds: Sequence[str]) -> float:
    """Return 1.0 when the answer is one of the right ones; "" is right where there is none."""
    return float(normalise(answer) in {normalise(gold) for gold in golds or ("",)})


def f1_score(answer: str, golds: Sequence[str]) -> float:
    """Return the best F1 of the words shared with a right answer."""
    return max(_f1(normalise(answer).split(), normalise(gold).split()) for gold in golds or ("",))


def _f1(ours: list[str], theirs: list[str]) -> float:
    if not ours or not theirs:
        return float(ours == theirs)
    shared = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * shared / (len(ours) + len(theirs))


def score(
    reader: Reader,
    questions: Sequence[Given],
    words: int = 80,
    advance: Callable[[], None] = lambda: None,
) -> list[Scored]:
    """Read every question's paragraph and score the best span."""
    made: dict[str, Record] = {}
    found = []
    for given in questions:
        if given.paragraph not in made:
            made = {given.paragraph: as_record(given.paragraph, words)}
        record = made[given.paragraph]
        text, pieces = record.document.text, [(record, p) for p in record.passages]
        read = read_windows(reader, given.question, pieces, [""] * len(pieces))
        spans = [
            (span.score, text[passage.start + span.start : passage.start + span.end])
            for (_, passage), part in zip(pieces, read, strict=True)
            for span in part[:1]
        ]
        value, answer = max(spans, default=(-1e9, ""))
        exact, f1 = exact_match(answer, given.golds), f1_score(answer, given.golds)
        found.append(Scored(given.article, bool(given.golds), value, exact, f1))
        advance()
    return found


def at(scored: Sequence[Scored], quality: str, thresholds: float | np.ndarray) -> np.ndarray:
    """Return each question's exact match or F1 when only spans above the threshold are given."""
    values = np.array([getattr(s, quality) for s in scored])
    none = np.array([not s.answerable for s in scored], dtype=np.float64)
    return np.where(np.array([s.score for s in scored]) > thresholds, values, none)


def best_threshold(scored: Sequence[Scored], quality: str = "f1") -> float:
    """Return the threshold with the best mean."""
    ranked = sorted(scored, key=lambda s: -s.score)
    gains = [getattr(s, quality) - (not s.answerable) for s in ranked]
    sums = np.cumsum([0.0, *gains])
    place = int(sums.argmax())
    return ranked[place].score if place < len(ranked) else -np.inf


def best_of(scored: Sequence[Scored], quality: str = "f1") -> Measure:
    """Return the official script's best score: the threshold is found on the questions drawn."""
    ranked = sorted(scored, key=lambda s: -s.score)
    none = np.array([not s.answerable for s in ranked], dtype=np.float64)
    gains = np.array([getattr(s, quality) for s in ranked]) - none
    order = np.array(sorted(range(len(scored)), key=lambda i: -scored[i].score))

    def measure(weights: np.ndarray) -> np.ndarray:
        drawn = weights[:, order]
        best = np.maximum(np.cumsum(drawn * gains, axis=1).max(axis=1), 0)
        value: np.ndarray = (drawn @ none + best) / drawn.sum(axis=1)
        return value

    return measure


def measures(scored: Sequence[Scored]) -> dict[str, Measure]:
    """Return the measures by name."""
    yes = np.array([s.answerable for s in scored], dtype=bool)
    sure = np.array([s.score for s in scored])
    half = np.array([s.article % 2 for s in scored])
    other = [best_threshold([s for s in scored if s.article % 2 != side]) for side in (0, 1)]
    crossed = np.where(half == 0, *other)
    found = {}
    for quality in ("exact", "f1"):
        found[f"{quality}_own"] = mean_of(at(scored, quality, OWN_THRESHOLD))
        found[f"{quality}_crossed"] = mean_of(at(scored, quality, crossed))
        found[f"{quality}_best"] = best_of(scored, quality)
    found["f1_answerable"] = mean_of(at(scored, "f1", -np.inf), yes)
    found["false_answers_own"] = mean_of(sure > OWN_THRESHOLD, ~yes)
    found["missed_answers_own"] = mean_of(sure <= OWN_THRESHOLD, yes)
    found["auroc"] = roc_of(sure, yes)
    return found


def numbers(scored: Sequence[Scored]) -> dict[str, tuple[float | None, float, float]]:
    """Return the value and the 95 % interval of each measure."""
    weights = draw_weights(len(scored))
    return {
        name: (point(measure, len(scored)), *(interval(measure(weights)) or (np.nan, np.nan)))
        for name, measure in measures(scored).items()
    }


def open_reader(settings: Settings) -> OnnxReader:
    """Open the reader of a home."""
    recipe = PassageIndex.open(settings.index).manifest.recipe
    return OnnxReader.open(settings.index / MODELS / recipe.reader.folder)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("--questions", type=int, default=1500, help="drawn at random; 0 for all")
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "seminar-qa-benchmarks"
    )
    options = parser.parse_args()
    settings = make_home(options.cache, "one", b"one", one_report)
    questions = sample(read_questions(options.source), options.questions)
    scored = score(open_reader(settings), questions, settings.passage_words)
    for name, (value, low, high) in numbers(scored).items():
        print(f"{name:20} {value:.4f}  {low:.4f} to {high:.4f}")


def one_report(home: Path) -> None:
    """Write the smallest home, which is there for its exported models."""
    (home / "documents" / "one.txt").write_text("One report.\n\nIt has one sentence.\n")


if __name__ == "__main__":
    main()
