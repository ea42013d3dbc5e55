"""How likely a candidate answers."""

import math
from dataclasses import replace

import pytest

from seminar_qa.calibration import Calibration
from seminar_qa.hits import Hit
from seminar_qa.reader import Span

PLAIN = Calibration(intercept=0, span=1, dense=2, coverage=3, balanced=0.4, strict=0.7)
NOTHING = Hit(row=0, dense=0.0, lexical=0.0)


def span(score: float) -> Span:
    return Span(start=0, end=5, score=score)


def test_a_candidate_without_any_score_is_even_odds():
    assert PLAIN.probability(NOTHING, span(0)) == 0.5


def test_the_probability_is_the_logistic_function_of_the_weighted_scores():
    hit = Hit(row=0, dense=0.5, lexical=7.0, coverage=0.5)
    logit = -4.5 + 1 * 0.25 + 2 * 0.5 + 3 * 0.5
    found = replace(PLAIN, intercept=-4.5).probability(hit, span(0.25))
    assert found == pytest.approx(1 / (1 + math.exp(-logit)))
    assert found == pytest.approx(0.1480, abs=1e-4)


def test_a_penalty_is_taken_off_the_logit():
    assert PLAIN.probability(NOTHING, span(3), penalty=3) == 0.5


def test_a_better_span_is_more_likely():
    chances = [PLAIN.probability(NOTHING, span(score)) for score in (-2, 0, 2)]
    assert chances == pytest.approx([0.1192, 0.5, 0.8808], abs=1e-4)


@pytest.mark.parametrize(("score", "chance"), [(1e9, 1.0), (-1e9, 0.0)])
def test_extreme_scores_stay_probabilities(score, chance):
    assert PLAIN.probability(NOTHING, span(score)) == pytest.approx(chance)


def test_the_strict_mode_asks_for_more():
    assert (PLAIN.threshold("balanced"), PLAIN.threshold("strict")) == (0.4, 0.7)


def test_the_numbers_that_are_shipped_are_in_range():
    shipped = Calibration.load()
    assert 0 < shipped.balanced < shipped.strict < 1
    assert min(shipped.span, shipped.dense, shipped.coverage) >= 0
