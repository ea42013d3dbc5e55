"""Each measure worked out by hand, against scikit-learn, and the bootstrap against theory."""

import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from seminar_qa.measures import (
    Bin,
    area_under_roc,
    calibration_error,
    calibration_of,
    draw_weights,
    interval,
    mean_of,
    point,
    reliability,
    roc_of,
)

RANDOM = np.random.default_rng(7)


@pytest.mark.parametrize(
    ("positives", "negatives", "area"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1], [0.9], 0.0),
        ([0.5], [0.5], 0.5),
        ([0.9, 0.4], [0.5, 0.4, 0.1], (3 + 1.5) / 6),
        ([], [0.5], None),
        ([0.5], [], None),
        ([], [], None),
    ],
)
def test_area_under_roc_is_the_share_of_pairs_in_the_right_order(
    positives: list[float], negatives: list[float], area: float | None
):
    assert area_under_roc(positives, negatives) == (None if area is None else pytest.approx(area))


def test_area_under_roc_is_that_of_scikit_learn_with_ties_and_with_weights():
    scores = RANDOM.integers(0, 20, 200) / 20
    positive = RANDOM.random(200) < scores
    weights = draw_weights(200, draws=5)
    found = roc_of(scores, positive)(np.vstack([np.ones(200), weights]))
    expected = [roc_auc_score(positive, scores, sample_weight=w) for w in (None, *weights)]
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("pairs", "error"),
    [
        ([(1.0, True), (0.0, False)], 0.0),
        ([(1.0, False), (0.0, True)], 1.0),
        ([(0.75, True), (0.75, True), (0.75, True), (0.75, False)], 0.0),
        ([(0.95, True), (0.91, False), (0.15, False)], (abs(1.86 - 1) + 0.15) / 3),
        ([(0.19, True), (0.11, False)], abs(0.30 - 1) / 2),
        ([], None),
    ],
)
def test_calibration_error_is_the_gap_between_confidence_and_right_bin_by_bin(
    pairs: list[tuple[float, bool]], error: float | None
):
    assert calibration_error(pairs) == (None if error is None else pytest.approx(error))


def test_a_question_drawn_twice_counts_twice():
    weights = np.array([[2.0, 0.0, 1.0]])
    assert mean_of([1, 0, 0])(weights) == pytest.approx([2 / 3])
    assert mean_of([1, 0, 0], np.array([False, True, True]))(weights) == pytest.approx([0.0])
    twice = calibration_of([0.95, 0.95, 0.15], np.array([True, False, False]))
    assert twice(weights) == pytest.approx([(2 * 0.05 + 0.15) / 3])


def test_a_measure_without_ground_has_no_value_and_no_interval():
    nobody = mean_of([1.0, 0.0], np.array([False, False]))
    assert point(nobody, 2) is None
    assert interval(nobody(draw_weights(2))) is None


def test_draws_are_of_as_many_questions_and_the_same_every_time():
    weights = draw_weights(7)
    assert weights.shape == (1000, 7)
    assert set(weights.sum(axis=1)) == {7.0}
    assert (weights == draw_weights(7)).all()
    assert not (weights == draw_weights(7, seed=1)).all()


def test_the_interval_of_a_share_is_that_of_the_binomial():
    hits = np.arange(400) < 300
    low, high = interval(mean_of(hits)(draw_weights(400, draws=4000)))
    deviation = math.sqrt(0.75 * 0.25 / 400)
    assert low == pytest.approx(0.75 - 1.96 * deviation, abs=0.004)
    assert high == pytest.approx(0.75 + 1.96 * deviation, abs=0.004)


def test_an_interval_is_the_middle_of_the_draws_that_have_a_value():
    draws = np.array([*np.linspace(0, 1, 41), np.nan])
    assert interval(draws) == pytest.approx((0.025, 0.975))


def test_reliability_tells_of_each_bin_how_sure_and_how_often_right():
    bins = reliability([0.05, 1.0, 0.95, 0.91], [False, True, True, False])
    assert bins == [
        Bin(0.0, 0.1, 1, pytest.approx(0.05), 0.0),
        Bin(0.9, 1.0, 3, pytest.approx(2.86 / 3), pytest.approx(2 / 3)),
    ]
