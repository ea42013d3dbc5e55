"""Fit what evidence is worth and the chance of being right, on questions that judge nothing else.

    python training/calibrate.py collect ../shared training/runs/evidence.pkl
    python training/calibrate.py fit training/runs/evidence.pkl

`collect` asks questions of four homes and keeps the evidence for every candidate: the real reports
and the first report alone, with the questions of training/questions, two fifths of which they do
not answer; the articles of SQuADShifts with their own questions and the near misses of
training/questions; and the gold passages of that part of NQ-open that the reader was not trained
on. Of the latter two each paragraph is kept with a chance of one half, and every other question is
asked of a small part of its home, so that the numbers fit small collections and large.

`fit` fits the ranking (a softmax over each question's candidates) and the confidence (a logistic
model), all sources counting alike, prints what the thresholds cost on folds held out, and writes
src/seminar_qa/weights/calibration.json.
"""

import argparse
import gzip
import json
import pickle
import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from windows import KEPT_FOR_CALIBRATION, paragraph_id, read_near_misses

from seminar_qa.answers import Candidate, is_rival, widen
from seminar_qa.calibration import MOST_MARGIN
from seminar_qa.engine import Engine
from seminar_qa.ingest import build_index
from seminar_qa.measures import area_under_roc, calibration_error
from seminar_qa.questions import Asked
from seminar_qa.records import Filters
from seminar_qa.settings import Settings
from seminar_qa.text import collapse

HERE = Path(__file__).parent
QUESTIONS = HERE / "questions"
OUT = HERE.parent / "src" / "seminar_qa" / "weights" / "calibration.json"
RANKING = "span logit dense coverage context sentence fits shown repeats bound".split()
CONFIDENCE = (
    "score margin span logit dense coverage context topic names counts bound length"
).split()
STRICT = 0.05
"""In mode strict at most this share of the unanswerable questions held out may get an answer."""
FOLDS = 5
ABSENT = 0.4
"""So many of the questions on a paragraph that is left out are asked."""


@dataclass(frozen=True)
class Sample:
    """A question with the strings that answer it and the reports to ask, all when empty."""

    source: str
    text: str
    golds: list[str]
    answerable: bool
    part: list[str]
    any_gold: bool = True


@dataclass(frozen=True)
class Measured:
    """The evidence for a question's candidates, by name, and which of them are right.

    `rivals` (candidates, candidates) tells which give other answers than which.
    """

    source: str
    evidence: dict[str, np.ndarray]
    right: np.ndarray
    rivals: np.ndarray
    answerable: bool


def reports(shared: Path, home: Path, rng: random.Random) -> Iterator[Sample]:
    """Copy the real reports; yield the project's own questions on them."""
    shutil.copytree(shared / "documents" / "real", home / "documents", dirs_exist_ok=True)
    yield from _own("reports")


def seminar(shared: Path, home: Path, rng: random.Random) -> Iterator[Sample]:
    """Copy the first report; yield the project's own questions on it."""
    shutil.copytree(HERE.parent / "documents", home / "documents", dirs_exist_ok=True)
    yield from _own("seminar")


def _own(name: str) -> Iterator[Sample]:
    for line in (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        any_gold = row.get("match") == "any"
        yield Sample(name, row["question"], row["answers"], row["answerable"], [], any_gold)


def shifts(shared: Path, home: Path, rng: random.Random) -> Iterator[Sample]:
    """Write one report an article of SQuADShifts; yield questions on half of the paragraphs.

    Those are asked about for which near misses were written. Of them one half is kept, with these;
    of the other half some questions are asked.
    """
    near = read_near_misses(QUESTIONS / "near_misses_shifts.jsonl")
    with gzip.open(shared / "eval" / "squadshifts" / "new_wiki_v1.0.json.gz") as file:
        articles = json.load(file)["data"]
    for number, article in enumerate(articles):
        kept, part = [], [f"{number}.txt"]
        for paragraph in article["paragraphs"]:
            missed = near.get(paragraph_id(paragraph["context"]), [])
            keep = rng.random() < 0.5
            if keep:
                kept.append(paragraph["context"])
                yield from (Sample("shifts", text, [], False, part) for text in missed)
            for question in paragraph["qas"] if missed else ():
                golds = sorted({answer["text"] for answer in question["answers"]})
                if keep or rng.random() < ABSENT:
                    text = collapse(question["question"])
                    yield Sample("shifts", text, golds if keep else [], keep, part)
        (home / "documents" / f"{number}.txt").write_text("\n\n".join(kept), encoding="utf-8")


def nq(shared: Path, home: Path, rng: random.Random) -> Iterator[Sample]:
    """Write one report a gold passage of NQ-open; yield the questions."""
    path = shared / "eval" / "nq_oracle" / "nq-open-oracle.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    written: list[str] = []
    for number, row in enumerate(rows):
        if number % 5 not in KEPT_FOR_CALIBRATION:
            continue
        gold, keep = row["ctxs"][0], rng.random() < 0.5
        if keep:
            written.append(f"{number}.txt")
            text = f"{gold['title']}\n\n{gold['text']}\n"
            (home / "documents" / written[-1]).write_text(text, encoding="utf-8")
        part = [*rng.sample(written, min(20, len(written))), *([written[-1]] if keep else [])]
        yield Sample("nq", collapse(row["question"]), row["answers"] if keep else [], keep, part)


def measure(make, shared: Path, most: int, rng: random.Random) -> Iterator[Measured]:
    """Build a home and yield what its questions' candidates measure."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        (settings.home / "documents").mkdir()
        samples = [sample for sample in make(shared, settings.home, rng) if sample.text]
        rng.shuffle(samples)
        print(make.__name__, build_index(settings).passages, "passages", flush=True)
        engine = Engine.open(settings)
        ids = {document.path: document.id for document in engine.documents()}
        for number, sample in enumerate(samples[:most]):
            part = tuple({ids[path] for path in sample.part if path in ids})
            asked = Asked(sample.text)
            found = engine.candidates(sample.text, Filters(part if number % 2 else ()))
            if found:
                yield _measured(sample, asked, found)
            if number % 100 == 99:
                print(number + 1, flush=True)


def _measured(sample: Sample, asked: Asked, found: list[Candidate]) -> Measured:
    quoted = [collapse(widen(asked, candidate).text) for candidate in found]
    combine = any if sample.any_gold else all
    right = [bool(sample.golds) and combine(gold in q for gold in sample.golds) for q in quoted]
    told = [asdict(candidate.evidence) for candidate in found]
    evidence = {name: np.array([float(one[name]) for one in told]) for name in told[0]}
    rivals = np.array([[is_rival(one, other) for other in found] for one in found])
    return Measured(sample.source, evidence, np.array(right), rivals, sample.answerable)


def collect(options: argparse.Namespace) -> None:
    """Ask all questions and keep what was measured."""
    rng = random.Random(options.seed)
    found = [
        measured
        for make, most in (
            (reports, 10_000),
            (seminar, 10_000),
            (shifts, options.questions),
            (nq, options.questions),
        )
        if make.__name__ in options.sources
        for measured in measure(make, options.shared, most, rng)
    ]
    options.evidence.parent.mkdir(parents=True, exist_ok=True)
    with options.evidence.open("wb") as file:
        pickle.dump(found, file)
    print(len(found), "questions measured")


def table(measured: Measured, names: list[str]) -> np.ndarray:
    """Return the evidence as an array (candidates, names)."""
    return np.stack([measured.evidence[name] for name in names], axis=1)


def fit_ranking(found: list[Measured]) -> dict[str, float]:
    """Return weights that put right candidates first: a softmax over each question's candidates."""
    asked = [one for one in found if one.right.any()]
    scale = np.vstack([table(one, RANKING) for one in asked]).std(0) + 1e-6
    shares = _shares(asked)
    weights = torch.zeros(len(RANKING), requires_grad=True)
    rows = [torch.tensor(table(one, RANKING) / scale, dtype=torch.float32) for one in asked]
    right = [torch.tensor(one.right) for one in asked]
    optimizer = torch.optim.LBFGS([weights], max_iter=60)

    def closure():
        optimizer.zero_grad()
        loss = 0.01 * (weights * weights).sum()
        for row, good, share in zip(rows, right, shares, strict=True):
            scores = row @ weights
            loss = loss + share * (scores.logsumexp(0) - scores[good].logsumexp(0))
        loss.backward()
        return loss

    optimizer.step(closure)
    return dict(zip(RANKING, (weights.detach().numpy() / scale).tolist(), strict=True))


def _shares(found: list[Measured]) -> np.ndarray:
    """Return what each question counts, so that all sources count alike; the sum is one."""
    sources = [one.source for one in found]
    shares = np.array([1 / sources.count(source) for source in sources])
    return shares / shares.sum()


def best_of(measured: Measured, ranking: dict[str, float]) -> tuple[list[float], bool]:
    """Return what the confidence weighs of the best candidate, and whether it is right."""
    scores = sum(weight * measured.evidence[name] for name, weight in ranking.items())
    best = int(scores.argmax())
    others = scores[measured.rivals[best]]
    margin = min(MOST_MARGIN, scores[best] - others.max()) if len(others) else MOST_MARGIN
    own = {name: values[best] for name, values in measured.evidence.items()}
    own |= {"score": scores[best], "margin": margin}
    return [float(own[name]) for name in CONFIDENCE], bool(measured.right[best])


def fit_confidence(found: list[Measured], ranking: dict[str, float]) -> dict[str, float]:
    """Return the logistic model of the best candidate's being right."""
    pairs = [best_of(one, ranking) for one in found]
    rows = np.array([row for row, _ in pairs])
    right = np.array([good for _, good in pairs])
    middle, scale = rows.mean(0), rows.std(0) + 1e-6
    shares = _shares(found) * len(found)
    model = LogisticRegression(C=0.5).fit((rows - middle) / scale, right, sample_weight=shares)
    weights = model.coef_[0] / scale
    intercept = float(model.intercept_[0] - (weights * middle).sum())
    return {"intercept": intercept, **dict(zip(CONFIDENCE, weights.tolist(), strict=True))}


def fit(options: argparse.Namespace) -> None:
    """Fit on all, judge on folds held out, and write the numbers."""
    found: list[Measured] = []
    for path in options.evidence:
        with path.open("rb") as file:
            found += pickle.load(file)
    random.Random(options.seed).shuffle(found)
    rows = []
    for fold in range(FOLDS):
        kept = [one for number, one in enumerate(found) if number % FOLDS != fold]
        ranking = fit_ranking(kept)
        confidence = fit_confidence(kept, ranking)
        for one in found[fold::FOLDS]:
            values, good = best_of(one, ranking)
            chance = logistic(confidence, values)
            rows.append((one.source, chance, good, one.answerable))
    report(rows, options.balanced)
    strict = threshold_for(rows, STRICT)
    ranking = fit_ranking(found)
    numbers = {
        "ranking": rounded(ranking),
        "confidence": rounded(fit_confidence(found, ranking)),
        "balanced": options.balanced,
        "strict": strict,
    }
    OUT.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(numbers, indent=2))


def logistic(confidence: dict[str, float], values: list[float]) -> float:
    """Return the chance that the confidence gives."""
    logit = confidence["intercept"]
    logit += sum(confidence[name] * value for name, value in zip(CONFIDENCE, values, strict=True))
    return float(1 / (1 + np.exp(-logit)))


def rounded(weights: dict[str, float]) -> dict[str, float]:
    return {name: round(weight, 4) for name, weight in weights.items()}


def threshold_for(rows: list, most: float) -> float:
    """Return the least threshold at which at most a share of the unanswerable get an answer."""
    grid = np.arange(0.01, 1.0, 0.01)
    return round(float(next(t for t in grid if _rates(rows, t)[0] <= most)), 2)


def _rates(rows: list, threshold: float) -> tuple[float, float]:
    """Return the shares of false and of missed answers, the mean over the sources."""
    sources = sorted({source for source, *_ in rows})
    false = [[p >= threshold for s, p, _, a in rows if s == source and not a] for source in sources]
    missed = [[p < threshold for s, p, _, a in rows if s == source and a] for source in sources]
    return (
        float(np.mean([np.mean(part) for part in false])),
        float(np.mean([np.mean(part) for part in missed])),
    )


def report(rows: list, balanced: float) -> None:
    """Print, by source, how the held-out questions fared."""
    for source in [*sorted({source for source, *_ in rows}), ""]:
        part = [row for row in rows if row[0] == source or not source]
        yes = [p for _, p, _, answerable in part if answerable]
        no = [p for _, p, _, answerable in part if not answerable]
        right = np.mean([good for _, _, good, answerable in part if answerable])
        area = area_under_roc(yes, no)
        error = calibration_error([(p, good) for _, p, good, _ in part])
        print(f"{source or 'all':8} right {right:.3f} AUROC {area:.3f} ECE {error:.3f}")
    for threshold in (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, balanced):
        false, missed = _rates(rows, threshold)
        print(f"at {threshold:.2f}: false {false:.3f}, missed {missed:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0)
    commands = parser.add_subparsers(required=True)
    collecting = commands.add_parser("collect")
    collecting.add_argument("shared", type=Path)
    collecting.add_argument("evidence", type=Path)
    collecting.add_argument("--questions", type=int, default=500, help="of each public set")
    collecting.add_argument("--sources", nargs="*", default=["reports", "seminar", "shifts", "nq"])
    collecting.set_defaults(run=collect)
    fitting = commands.add_parser("fit")
    fitting.add_argument("evidence", type=Path, nargs="+")
    fitting.add_argument("--balanced", type=float, default=0.25)
    fitting.set_defaults(run=fit)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
