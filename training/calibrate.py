"""Fit the chance that an answer is right, on questions that judge nothing else.

    python training/calibrate.py ../shared/eval/squadshifts/new_wiki_v1.0.json.gz

SQuADShifts articles become the reports of a home of their own, each paragraph with a chance of one
half: the questions on the paragraphs left out cannot be answered. Every other question is asked of
its own article alone, the rest of all of them, so that the numbers fit small collections and large.
For every question the best candidate is right or wrong, and a logistic model of its scores is
fitted to that. Writes src/seminar_qa/weights/calibration.json and prints what the thresholds cost
on a held-out third.
"""

import argparse
import gzip
import json
import random
import tempfile
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
"""In mode strict at most this share of the unanswerable questions may get an answer."""


@dataclass(frozen=True)
class Asked:
    """A question on the article in file `path`; `golds` is empty where it has no answer."""

    text: str
    golds: list[str]
    path: str


def make_home(squad: Path, home: Path, rng: random.Random) -> list[Asked]:
    """Write the reports; return the questions in random order."""
    with gzip.open(squad) as file:
        articles = json.load(file)["data"]
    (home / "documents").mkdir()
    questions = []
    for number, article in enumerate(articles):
        kept = []
        for paragraph in article["paragraphs"]:
            keep = rng.random() < 0.5
            if keep:
                kept.append(paragraph["context"])
            for question in paragraph["qas"]:
                golds = sorted({answer["text"] for answer in question["answers"]})
                text = collapse(question["question"])
                questions.append(Asked(text, golds if keep else [], f"{number}.txt"))
        (home / "documents" / f"{number}.txt").write_text("\n\n".join(kept), encoding="utf-8")
    rng.shuffle(questions)
    return [question for question in questions if question.text]


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
    parser.add_argument("squad", type=Path)
    parser.add_argument("--questions", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        questions = make_home(options.squad, settings.home, rng)[: options.questions]
        print(build_index(settings).passages, "passages", flush=True)
        engine = Engine.open(settings)
        asked = []
        ids = {document.path: document.id for document in engine.documents()}
        for number, question in enumerate(questions):
            own = (ids[question.path],) if number % 2 and question.path in ids else ()
            candidates = engine.candidates(question.text, Filters(own))
            right = [any(gold in quote(c) for gold in question.golds) for c in candidates]
            if candidates:
                scores = np.array([features(candidate) for candidate in candidates])
                asked.append((scores, right, bool(question.golds)))
            if number % 100 == 99:
                print(number + 1, flush=True)
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
    balanced = float(min(grid, key=lambda t: (no >= t).mean() + (yes < t).mean()))
    strict = float(next(t for t in grid if (no >= t).mean() <= STRICT and t >= balanced))
    print("right first among answerable", np.mean([r for _, r, a in rows if a]))
    print("AUROC", area_under_roc(list(yes), list(no)))
    print("expected calibration error", calibration_error([(p, r) for p, r, _ in rows]))
    for name, t in (("balanced", balanced), ("strict", strict)):
        print(f"{name} {t:.2f}: false {(no >= t).mean():.3f}, missed {(yes < t).mean():.3f}")
    numbers = {
        "intercept": float(model.intercept_[0]),
        "span": float(weights[0]),
        "dense": float(weights[1]),
        "coverage": float(weights[2]),
        "balanced": balanced,
        "strict": strict,
    }
    numbers = {name: round(value, 4) for name, value in numbers.items()}
    OUT.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")
    print(numbers)


if __name__ == "__main__":
    main()
