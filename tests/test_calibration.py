"""What evidence is worth, and how likely a candidate answers."""

import math

import pytest

from seminar_qa.calibration import MOST_MARGIN, Calibration
from seminar_qa.errors import ModelError
from seminar_qa.evidence import Evidence

PLAIN = Calibration(
    ranking={"span": 1.0, "dense": 2.0},
    confidence={"intercept": -4.5, "score": 1.0, "margin": 0.5, "coverage": 3.0},
    balanced=0.4,
    strict=0.7,
)


def test_the_score_is_the_weighted_sum_of_the_evidence():
    assert PLAIN.score(Evidence(span=0.25, dense=0.5, coverage=9.0)) == pytest.approx(1.25)


def test_the_probability_is_the_logistic_function_of_evidence_score_and_margin():
    logit = -4.5 + (0.25 + 2 * 0.5) + 0.5 * 2.0 + 3 * 0.5
    found = PLAIN.probability(Evidence(span=0.25, dense=0.5, coverage=0.5), margin=2.0)
    assert found == pytest.approx(1 / (1 + math.exp(-logit)))


def test_a_margin_counts_up_to_a_bound():
    evidence = Evidence(span=4.5)
    assert PLAIN.probability(evidence, 1e9) == PLAIN.probability(evidence, MOST_MARGIN)
    assert PLAIN.probability(evidence, -1e9) == PLAIN.probability(evidence, -MOST_MARGIN)
    assert PLAIN.probability(evidence, 0.0) == 0.5


@pytest.mark.parametrize(("score", "chance"), [(1e9, 1.0), (-1e9, 0.0)])
def test_extreme_scores_stay_probabilities(score, chance):
    assert PLAIN.probability(Evidence(span=score), 0.0) == pytest.approx(chance)


def test_the_strict_mode_asks_for_more():
    assert (PLAIN.threshold("balanced"), PLAIN.threshold("strict")) == (0.4, 0.7)


def test_the_numbers_that_are_shipped_are_in_range():
    shipped = Calibration.load()
    assert 0 < shipped.balanced < shipped.strict < 1
    assert shipped.ranking["span"] > 0


def test_numbers_that_are_missing_are_an_error_with_the_cure():
    with pytest.raises(ModelError, match="install seminar-qa again"):
        Calibration.load("no-such")
