"""Fit the chance that an answer is right, on questions that judge nothing else.

    python training/calibrate.py ../shared/eval/squadshifts/new_wiki_v1.0.json.gz \\
        ../shared/eval/nq_oracle/nq-open-oracle.jsonl.gz

Two homes are made: the articles of SQuADShifts, whose questions were written with the paragraph in
sight, and the gold passages of NQ-open, whose questions were asked by people who had none. Each
paragraph is kept with a chance of one half; the questions on the others cannot be answered. Every
other question is asked of a small part of its home (the article; twenty passages), the rest of all
of it, so that the numbers fit small collections and large. For every question the best candidate is
right or wrong, and a logistic model of its scores is fitted to that. Writes
src/seminar_qa/weights/calibration.json and prints what the thresholds cost on a held-out third.
"""

import argparse
import gzip
import json
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from seminar_qa.answers import Candidate
from seminar_qa.engine import Engine
from seminar_qa.evaluation import area_under_roc, calibration_error
from seminar_qa.ingest import build_index
from seminar_qa.records import Filters
from seminar_qa.settings import Settings
from seminar_qa.text import collapse

OUT = Path(__file__).parents[1] / "src" / "seminar_qa" / "weights" / "calibration.json"
STRICT = 0.05
"""In mode strict at most this share of the unanswerable questions held out may get an answer."""


@dataclass(frozen=True)
class Asked:
    """A question, the strings that answer it, whether any report does, and the part to ask of."""

    text: str
    golds: list[str]
    answerable: bool
    part: list[str]


def squadshifts_home(source: Path, home: Path, rng: random.Random) -> Iterator[Asked]:
    """Write one report an article; yield the questions."""
    with gzip.open(source) as file:
        articles = json.load(file)["data"]
    for number, article in enumerate(articles):
        kept = []
        for paragraph in article["paragraphs"]:
            keep = rng.random() < 0.5
            if keep:
                kept.append(paragraph["context"])
            for question in paragraph["qas"]:
                golds = sorted({answer["text"] for answer in question["answers"]})
                text = collapse(question["question"])
                yield Asked(text, golds if keep else [], keep, [f"{number}.txt"])
        (home / "documents" / f"{number}.txt").write_text("\n\n".join(kept), encoding="utf-8")


def nq_home(source: Path, home: Path, rng: random.Random) -> Iterator[Asked]:
    """Write one report a gold passage; yield the questions."""
    with gzip.open(source, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    written: list[str] = []
    for number, row in enumerate(rows):
        gold = next((c for c in row["ctxs"] if c.get("isgold") or c.get("hasanswer")), None)
        if gold is None:
            continue
        keep = rng.random() < 0.5
        if keep:
            written.append(f"{number}.txt")
            text = f"{gold['title']}\n\n{gold['text']}\n"
            (home / "documents" / written[-1]).write_text(text, encoding="utf-8")
        part = [*rng.sample(written, min(20, len(written))), *([written[-1]] if keep else [])]
        yield Asked(collapse(row["question"]), row["answers"], keep, part)


def scores(
    make: Callable[[Path, Path, random.Random], Iterator[Asked]],
    source: Path,
    most: int,
    rng: random.Random,
) -> list[tuple[np.ndarray, list[bool], bool]]:
    """Return for each question its candidates' features, which are right, and if any can be."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        (settings.home / "documents").mkdir()
        questions = [question for question in make(source, settings.home, rng) if question.text]
        rng.shuffle(questions)
        print(source.name, build_index(settings).passages, "passages", flush=True)
        engine = Engine.open(settings)
        ids = {document.path: document.id for document in engine.documents()}
        for number, question in enumerate(questions[:most]):
            part = tuple({ids[path] for path in question.part if path in ids})
            candidates = engine.candidates(question.text, Filters(part if number % 2 else ()))
            right = [any(gold in quote(c) for gold in question.golds) for c in candidates]
            if candidates:
                array = np.array([features(candidate) for candidate in candidates])
                found.append((array, right, question.answerable))
            if number % 100 == 99:
                print(number + 1, flush=True)
    return found


def features(candidate: Candidate) -> list[float]:
    """Return what `Calibration.probability` weighs."""
    return [candidate.span.score, candidate.hit.dense, candidate.hit.coverage]


def quote(candidate: Candidate) -> str:
    start, end = candidate.bounds
    return collapse(candidate.record.document.text[start:end])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("squadshifts", type=Path)
    parser.add_argument("nq", type=Path)
    parser.add_argument("--questions", type=int, default=750, help="of each set")
    parser.add_argument("--balanced", type=float, default=0.17, help="chosen on the dev file")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    asked = scores(squadshifts_home, options.squadshifts, options.questions, rng)
    asked += scores(nq_home, options.nq, options.questions, rng)
    rng.shuffle(asked)
    fitted = asked[: len(asked) * 2 // 3]
    held = asked[len(fitted) :]
    weights = np.array([1.0, 18.0, 0.0])  # to begin with: the trial's span + 18 cosines
    for _ in range(5):
        best = [int((x @ weights).argmax()) for x, _, _ in fitted]
        model = LogisticRegression(C=10.0).fit(
            [x[i] for (x, _, _), i in zip(fitted, best, strict=True)],
            [right[i] for (_, right, _), i in zip(fitted, best, strict=True)],
        )
        weights = model.coef_[0]
    rows = []
    for x, right, answerable in held:
        i = int((x @ weights).argmax())
        rows.append((float(model.predict_proba(x[i : i + 1])[0, 1]), right[i], answerable))
    yes = np.array([p for p, _, answerable in rows if answerable])
    no = np.array([p for p, _, answerable in rows if not answerable])
    grid = np.arange(0.01, 1.0, 0.01)
    strict = float(next(t for t in grid if (no >= t).mean() <= STRICT))
    print("right first among answerable", np.mean([r for _, r, a in rows if a]))
    print("AUROC", area_under_roc(list(yes), list(no)))
    print("expected calibration error", calibration_error([(p, r) for p, r, _ in rows]))
    for t in (0.1, options.balanced, 0.2, 0.3, 0.4, strict, 0.6, 0.8):
        print(f"at {t:.2f}: false {(no >= t).mean():.3f}, missed {(yes < t).mean():.3f}")
    numbers = {
        "intercept": float(model.intercept_[0]),
        "span": float(weights[0]),
        "dense": float(weights[1]),
        "coverage": float(weights[2]),
        "balanced": options.balanced,
        "strict": strict,
    }
    numbers = {name: round(value, 4) for name, value in numbers.items()}
    OUT.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")
    print(numbers)


if __name__ == "__main__":
    main()
