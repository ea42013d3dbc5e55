"""What became better or worse since an earlier run of the same questions.

A run is the JSON of an evaluation as `seminar-qa evaluate --save` writes it. Two runs are compared
over the questions that both have, word for word and with the same right answers: every draw of the
bootstrap takes the same questions from both, so that what chance does to both falls out.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from seminar_qa.errors import EvaluationError
from seminar_qa.evaluation import Evaluation, Question, Result, measures, read_filters
from seminar_qa.manifest import Manifest
from seminar_qa.measures import draw_weights, interval, point

MAIN = ("quote_hit@1", "quote_hit@3", "answer_f1", "auroc")
"""The numbers that must not get worse; what depends on a threshold is a matter of choice."""
_FEWER_IS_BETTER = ("false_answers", "missed_answers", "expected_calibration_error")


@dataclass(frozen=True)
class Difference:
    """One number before and now; `low` to `high` is the 95 % interval of now - before."""

    name: str
    before: float
    now: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Say "better" or "worse" when the interval leaves out zero, else ""."""
        fewer = self.name.startswith(_FEWER_IS_BETTER)
        if self.low > 0:
            return "worse" if fewer else "better"
        if self.high < 0:
            return "better" if fewer else "worse"
        return ""


@dataclass(frozen=True)
class Comparison:
    """The differences over `shared` questions, and the ids of those served right only then or now.

    `added` and `dropped` count the questions that only one of the runs has.
    """

    shared: int
    added: int
    dropped: int
    differences: tuple[Difference, ...]
    lost: tuple[str, ...]
    won: tuple[str, ...]

    @property
    def worse(self) -> tuple[str, ...]:
        """The main numbers that are worse beyond noise."""
        return tuple(d.name for d in self.differences if d.name in MAIN and d.verdict == "worse")


def make_run(file: Path, manifest: Manifest, evaluation: Evaluation) -> dict[str, Any]:
    """Return an evaluation of `file` as JSON data: numbers, curve, and what became of each one."""
    return {
        "file": str(file),
        "generation": manifest.generation,
        "encoder": manifest.recipe.encoder.name,
        "reader_sha256": manifest.recipe.reader.weights_sha256,
        "thresholds": evaluation.thresholds,
        "numbers": evaluation.numbers,
        "intervals": evaluation.overall.intervals,
        "kinds": {kind: asdict(numbers) for kind, numbers in evaluation.kinds.items()},
        "curve": [asdict(rates) for rates in evaluation.curve],
        "reliability": [asdict(part) for part in evaluation.reliability],
        "misses": [result.question.id for result in evaluation.misses],
        "results": [asdict(result) for result in evaluation.results],
    }


def write_run(path: Path, run: dict[str, Any]) -> None:
    """Write a run for `read_run`. Raises EvaluationError."""
    try:
        path.write_text(json.dumps(run, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"the run cannot be written to {path}: {error.strerror}") from error


def read_run(path: Path) -> tuple[Result, ...]:
    """Return the results of a saved run. Raises EvaluationError."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["results"]
        return tuple(map(_result, rows))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise EvaluationError(
            f"{path} is no run of this version ({error}); make one with --save {path}"
        ) from error


def _result(row: dict[str, Any]) -> Result:
    asked: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in row["question"].items()
    }
    asked["filters"] = read_filters(asked.get("filters", {}))
    return Result(**{**row, "question": Question(**asked), "answered": tuple(row["answered"])})


def compare(before: Sequence[Result], now: Sequence[Result]) -> Comparison:
    """Compare two runs. Raises EvaluationError when they share no question."""
    old = {result.question: result for result in before}
    new = {result.question: result for result in now}
    pairs = [(old[question], result) for question, result in new.items() if question in old]
    if not pairs:
        raise EvaluationError("the earlier run has none of these questions; nothing to compare")
    firsts, seconds = (tuple(side) for side in zip(*pairs, strict=True))
    return Comparison(
        shared=len(pairs),
        added=len(new) - len(pairs),
        dropped=len(old) - len(pairs),
        differences=_differences(firsts, seconds),
        lost=tuple(a.question.id for a, b in pairs if a.served and not b.served),
        won=tuple(a.question.id for a, b in pairs if b.served and not a.served),
    )


def _differences(before: tuple[Result, ...], now: tuple[Result, ...]) -> tuple[Difference, ...]:
    weights = draw_weights(len(before))
    measured = measures(now)
    found = []
    for name, measure in measures(before).items():
        first, second = point(measure, len(before)), point(measured[name], len(now))
        limits = interval(measured[name](weights) - measure(weights))
        if first is not None and second is not None and limits is not None:
            found.append(Difference(name, first, second, *limits))
    return tuple(found)
