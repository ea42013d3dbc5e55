"""Fit what decides about answers in Japanese, on questions that judge nothing.

    python training/calibrate_japanese.py --set ../shared/eval/jsquad/valid-*.json.gz \\
        --set ../shared/eval/jaquad/dev/*

Each set makes one collection, of which every paragraph is kept with a chance of one half; the
questions on the others cannot be answered. The first 500 questions of a set, in the order in which
`make_corpus.py --questions 500` draws them, are left out: they are reported on. Every other
question is asked of its article alone, so that the numbers fit small collections and large.

First the weights of what a sentence shares with a question are fitted together with that of its
passage's coverage, so that right sentences go first (a conditional logit over the sentences of the
ten best passages). Then a logistic model of the best sentence's score and coverage is fitted to
whether it is right. Writes src/seminar_qa/weights/overlap.json and calibration_japanese.json, and
prints what the thresholds cost on a held-out third.
"""

import argparse
import gzip
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from seminar_qa.lexical import LexicalIndex
from seminar_qa.measures import area_under_roc, calibration_error
from seminar_qa.overlap import Overlap, Shared, split_passage
from seminar_qa.parsers.source import SourceFile
from seminar_qa.passages import passage_text, split_passages
from seminar_qa.reading import read_report
from seminar_qa.text import collapse
from seminar_qa.weights import hash_file

WEIGHTS = Path(__file__).parents[1] / "src" / "seminar_qa" / "weights"
REPORTED = 500
"""So many questions of each set are reported on elsewhere, and left out here."""
STRICT = 0.05
"""In mode strict at most this share of the unanswerable questions held out may get an answer."""
SHOWN = -2.0
"""Added to the logit of a title, heading or caption. Not fitted: these sets have none."""
PASSAGES = 10
NAMES = [field.name for field in fields(Shared)]


@dataclass(frozen=True)
class Asked:
    """A question, the strings that answer it, whether its paragraph is kept, and its article."""

    text: str
    golds: list[str]
    answerable: bool
    path: str


@dataclass(frozen=True)
class Row:
    """The sentences for one question: what they share and their passage's coverage, (n, 7)."""

    shared: np.ndarray
    right: np.ndarray
    answerable: bool


class Collection:
    """Passages searched by words."""

    def __init__(self, home: Path):
        self._rows: dict[str, list[int]] = {}
        self._passages: list[str] = []
        texts: list[str] = []
        for file in sorted((home / "documents").iterdir()):
            data = file.read_bytes()
            reading = read_report(file.name, SourceFile(data), hash_file(file))
            for passage in split_passages(reading.document, reading.sentences):
                self._rows.setdefault(file.name, []).append(len(texts))
                self._passages.append(reading.document.text[passage.start : passage.end])
                texts.append(passage_text(reading.document, passage))
        (home / "lexical").mkdir()
        self._lexical = LexicalIndex.build(enumerate(texts), home / "lexical")
        print(len(texts), "passages", flush=True)

    def ask(self, question: Asked, *, all_articles: bool) -> Row:
        """Return the sentences of the best passages."""
        rows = None if all_articles else self._rows.get(question.path, [])
        overlap = Overlap(question.text, self._lexical)
        ceiling = self._lexical.ceiling(question.text)
        shared, right = [], []
        for row, score in self._lexical.search(question.text, PASSAGES, rows):
            for start, end in split_passage(self._passages[row]):
                sentence = self._passages[row][start:end]
                shared.append([*astuple(overlap.shared(sentence)), score / ceiling])
                right.append(any(gold in collapse(sentence) for gold in question.golds))
        return Row(np.array(shared), np.array(right, dtype=bool), question.answerable)


def write_half(sources: Sequence[Path], folder: Path, rng: random.Random) -> Iterator[Asked]:
    """Write one report an article, with half of its paragraphs; yield the questions."""
    number = 0
    for source in sources:
        raw = source.read_bytes()
        text = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        for article in json.loads(text)["data"]:
            kept = []
            for paragraph in article["paragraphs"]:
                keep = rng.random() < 0.5
                if keep:
                    kept.append(paragraph["context"].split("[SEP]", 1)[-1].strip())
                for question in paragraph["qas"]:
                    golds = [collapse(answer["text"]) for answer in question["answers"]]
                    asked = collapse(question["question"])
                    yield Asked(asked, golds if keep else [], keep, f"{number}.txt")
            if kept:
                (folder / f"{number}.txt").write_text("\n\n".join(kept), encoding="utf-8")
            number += 1


def ask_set(sources: Sequence[Path], most: int, rng: random.Random) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "documents").mkdir()
        questions = list(write_half(sources, home / "documents", rng))
        random.Random(0).shuffle(questions)
        collection = Collection(home)
        asked = questions[REPORTED : REPORTED + most]
        rows = [collection.ask(q, all_articles=n % 2 == 0) for n, q in enumerate(asked)]
    return [row for row in rows if len(row.right)]


def fit_order(rows: Sequence[Row], penalty: float = 0.002) -> np.ndarray:
    """Return the weights that make the right sentences of each question the likeliest."""
    told = [row for row in rows if row.right.any() and not row.right.all()]
    spread = np.concatenate([row.shared for row in told]).std(axis=0)
    scaled = [(row.shared / spread, row.right) for row in told]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = 0.0, np.zeros_like(weights)
        for shared, right in scaled:
            scores = shared @ weights
            chances = np.exp(scores - scores.max())
            among = chances * right
            total -= np.log(among.sum() / chances.sum())
            slope -= shared.T @ (among / among.sum() - chances / chances.sum())
        n = len(scaled)
        return total / n + penalty * weights @ weights, slope / n + 2 * penalty * weights

    found: np.ndarray = minimize(loss, np.zeros(len(spread)), jac=True, method="L-BFGS-B").x
    return found / spread


def best(row: Row, weights: np.ndarray) -> tuple[list[float], bool]:
    """Return the score and coverage of the sentence that goes first, and whether it is right."""
    first = int((row.shared @ weights).argmax())
    shared = row.shared[first]
    return [float(shared[:-1] @ weights[:-1]), float(shared[-1])], bool(row.right[first])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", type=Path, nargs="+", action="append", required=True)
    parser.add_argument("--questions", type=int, default=900, help="of each set")
    parser.add_argument("--balanced", type=float, default=0.2, help="least chance to answer at")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    rows = [row for sources in options.set for row in ask_set(sources, options.questions, rng)]
    rng.shuffle(rows)
    fitted, held = rows[: len(rows) * 2 // 3], rows[len(rows) * 2 // 3 :]
    weights = fit_order([row for row in fitted if row.answerable])
    told = [best(row, weights) for row in fitted]
    model = LogisticRegression(C=10.0).fit([x for x, _ in told], [right for _, right in told])
    chances = model.predict_proba([best(row, weights)[0] for row in held])[:, 1]
    right = np.array([best(row, weights)[1] for row in held])
    answerable = np.array([row.answerable for row in held])
    yes, no = chances[answerable], chances[~answerable]
    strict = float(next(t for t in np.arange(0.01, 1.0, 0.01) if (no >= t).mean() <= STRICT))
    print("right first among answerable", right[answerable].mean())
    print("AUROC", area_under_roc(list(yes), list(no)))
    print("expected calibration error", calibration_error(list(zip(chances, right, strict=True))))
    for t in (0.1, 0.15, options.balanced, 0.3, 0.4, strict):
        lost = (chances[right] < t).mean()
        print(
            f"at {t:.2f}: false {(no >= t).mean():.3f}, missed {(yes < t).mean():.3f}, "
            f"right ones refused {lost:.3f}"
        )
    confidence = {"intercept": model.intercept_[0], "span": model.coef_[0][0]}
    confidence |= {"coverage": model.coef_[0][1], "shown": SHOWN}
    ranking = {"span": 1.0, "coverage": weights[-1], "shown": SHOWN / model.coef_[0][0]}
    write("overlap", rounded(dict(zip(NAMES, weights, strict=False))))
    write(
        "calibration_japanese",
        {
            "ranking": rounded(ranking),
            "confidence": rounded(confidence),
            "balanced": options.balanced,
            "strict": round(strict, 2),
        },
    )


def rounded(numbers: dict[str, float]) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in numbers.items()}


def write(name: str, numbers: dict[str, object] | dict[str, float]) -> None:
    text = json.dumps(numbers, indent=2)
    (WEIGHTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(name, text)


if __name__ == "__main__":
    main()
