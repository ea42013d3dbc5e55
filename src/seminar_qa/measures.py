"""Numbers made of outcomes, each with the interval that chance leaves it.

Every measure is a function of weights of shape (draws, questions): with ones it is the value, with
the counts of a bootstrap it is the value of every draw at once (Efron 1979, "Bootstrap methods";
intervals by percentiles). The draws are of whole questions and take them as independent of each
other, which those on one paragraph or in one conversation are not quite.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 1_000
BINS = 10
Measure = Callable[[np.ndarray], np.ndarray]
"""From weights of shape (draws, questions) to float64 of shape (draws,), NaN without ground."""


@dataclass(frozen=True)
class Bin:
    """The questions whose confidence is in [low, high): how many, how sure, how often right."""

    low: float
    high: float
    questions: int
    confidence: float
    right: float


def draw_weights(questions: int, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
    """Return how often each question is drawn: float64 of shape (draws, questions)."""
    shares = np.full(questions, 1 / questions)
    counts: np.ndarray = np.random.default_rng(seed).multinomial(questions, shares, size=draws)
    return counts.astype(np.float64)


def point(measure: Measure, questions: int) -> float | None:
    """Return the value of a measure over all questions, None when it has no ground."""
    value = float(measure(np.ones((1, questions)))[0])
    return None if math.isnan(value) else value


def interval(draws: np.ndarray) -> tuple[float, float] | None:
    """Return the 2.5th and 97.5th percentile of the draws, None when none has a value."""
    known = draws[~np.isnan(draws)]
    if not len(known):
        return None
    low, high = np.percentile(known, (2.5, 97.5))
    return float(low), float(high)


def mean_of(values: Sequence[float] | np.ndarray, among: np.ndarray | None = None) -> Measure:
    """Return the mean of `values`, of those where `among` is true."""
    numbers = np.asarray(values, dtype=np.float64)
    counted = np.ones(len(numbers)) if among is None else among.astype(np.float64)

    def measure(weights: np.ndarray) -> np.ndarray:
        return _ratio(weights @ (numbers * counted), weights @ counted)

    return measure


def roc_of(scores: Sequence[float] | np.ndarray, positive: np.ndarray) -> Measure:
    """Return the area under the ROC curve: the chance that a positive scores above a negative.

    Ties count half: the Mann-Whitney statistic (Hanley and McNeil 1982).
    """
    order = np.argsort(scores, kind="stable")
    ranked = np.asarray(scores, dtype=np.float64)[order]
    starts = np.flatnonzero(np.diff(ranked, prepend=np.nan) != 0)
    yes = positive[order].astype(np.float64)

    def measure(weights: np.ndarray) -> np.ndarray:
        if not len(starts):
            return np.full(len(weights), np.nan)
        drawn = weights[:, order]
        positives = np.add.reduceat(drawn * yes, starts, axis=1)
        negatives = np.add.reduceat(drawn * (1 - yes), starts, axis=1)
        below = np.cumsum(negatives, axis=1) - negatives / 2
        pairs = positives.sum(axis=1) * negatives.sum(axis=1)
        return _ratio((positives * below).sum(axis=1), pairs)

    return measure


def calibration_of(confidences: Sequence[float] | np.ndarray, right: np.ndarray) -> Measure:
    """Return the expected calibration error over ten equal bins of confidence, 0.0 to 1.0.

    Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3.
    """
    sure = np.asarray(confidences, dtype=np.float64)
    gaps = sure - right.astype(np.float64)
    inside = [np.flatnonzero(_bin_numbers(sure) == number) for number in range(BINS)]

    def measure(weights: np.ndarray) -> np.ndarray:
        errors = sum(np.abs(weights[:, part] @ gaps[part]) for part in inside)
        return _ratio(np.asarray(errors), weights.sum(axis=1))

    return measure


def _bin_numbers(confidences: np.ndarray) -> np.ndarray:
    numbers: np.ndarray = np.minimum(BINS - 1, np.floor(confidences * BINS)).astype(np.int64)
    return numbers


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return part / whole, NaN where the whole is nothing."""
    ratio = np.full(part.shape, np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio


def reliability(confidences: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Return the bins of confidence that hold a question, lowest first."""
    sure, hits = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    numbers = _bin_numbers(sure)
    return [
        Bin(
            number / BINS,
            (number + 1) / BINS,
            int((numbers == number).sum()),
            float(sure[numbers == number].mean()),
            float(hits[numbers == number].mean()),
        )
        for number in sorted(set(numbers.tolist()))
    ]


def area_under_roc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Return the chance that a positive scores above a negative; None when one side is empty."""
    scores = np.array([*positives, *negatives], dtype=np.float64)
    return point(roc_of(scores, np.arange(len(scores)) < len(positives)), len(scores))


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float | None:
    """Return the expected calibration error of (confidence, right); None when there are none."""
    confidences = np.array([confidence for confidence, _ in pairs], dtype=np.float64)
    right = np.array([hit for _, hit in pairs], dtype=bool)
    return point(calibration_of(confidences, right), len(pairs))
