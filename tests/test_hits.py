"""Both searchers' results, fused."""

import numpy as np
import pytest

from seminar_qa.dense import DenseIndex
from seminar_qa.hits import DEPTH, LEXICAL_WEIGHT, Hit, find_hits
from seminar_qa.lexical import LexicalIndex

EAST = np.array([1, 0], dtype=np.float32)


def at(cosine: float) -> list[float]:
    """Return a vector of length one with this cosine to EAST."""
    return [cosine, (1 - cosine**2) ** 0.5]


def searchers(tmp_path, *passages: tuple[str, float]) -> tuple[DenseIndex, LexicalIndex]:
    vectors = np.array([at(cosine) for _, cosine in passages], dtype=np.float32)
    texts = [text for text, _ in passages]
    return DenseIndex.build(vectors), LexicalIndex.build(texts, tmp_path)


def test_a_score_is_the_cosine_and_a_part_of_the_bm25():
    assert Hit(row=7, dense=0.5, lexical=10.0).score == pytest.approx(0.5 + LEXICAL_WEIGHT * 10)


def test_without_a_common_word_the_cosine_decides(tmp_path):
    both = searchers(tmp_path, ("forest", 0.2), ("trade", 0.9), ("song", 0.5))
    hits = find_hits("hydrogen", EAST, *both, limit=3)
    assert [hit.row for hit in hits] == [1, 2, 0]
    assert [hit.lexical for hit in hits] == [0.0, 0.0, 0.0]
    assert [hit.dense for hit in hits] == pytest.approx([0.9, 0.5, 0.2])


def test_the_word_of_the_question_lifts_a_passage_that_is_nearly_as_close(tmp_path):
    both = searchers(tmp_path, ("forest", 0.51), ("hydrogen", 0.50), ("song", 0.1))
    first, second, _ = find_hits("hydrogen", EAST, *both, limit=3)
    assert (first.row, second.row) == (1, 0)
    assert first.score == pytest.approx(0.50 + LEXICAL_WEIGHT * first.lexical)


def test_a_word_alone_does_not_lift_a_passage_of_another_meaning(tmp_path):
    both = searchers(tmp_path, ("forest", 0.9), ("hydrogen", 0.0), ("song", 0.1))
    assert [hit.row for hit in find_hits("hydrogen", EAST, *both, limit=1)] == [0]


def test_a_passage_that_only_the_words_find_comes_through_with_its_cosine(tmp_path):
    many = [("forest", 0.5)] * (DEPTH + 5)
    both = searchers(tmp_path, *many, ("hydrogen", -0.4))
    hits = find_hits("hydrogen", EAST, *both, limit=2 * DEPTH)
    last = hits[-1]
    assert len(hits) == DEPTH + 1
    assert last.row == DEPTH + 5
    assert last.dense == pytest.approx(-0.4)
    assert last.lexical > 0


def test_equal_scores_come_in_the_order_of_the_rows(tmp_path):
    both = searchers(tmp_path, ("forest", 0.5), ("trade", 0.5), ("song", 0.5))
    assert [hit.row for hit in find_hits("hydrogen", EAST, *both, limit=3)] == [0, 1, 2]


def test_only_the_allowed_rows_become_hits(tmp_path):
    both = searchers(tmp_path, ("hydrogen", 0.9), ("hydrogen", 0.5), ("song", 0.1))
    hits = find_hits("hydrogen", EAST, *both, limit=3, rows=[1, 2])
    assert [hit.row for hit in hits] == [1, 2]


def test_no_allowed_rows_give_no_hits(tmp_path):
    both = searchers(tmp_path, ("hydrogen", 0.9))
    assert find_hits("hydrogen", EAST, *both, limit=3, rows=[]) == []


def test_coverage_is_the_share_of_the_best_score_there_could_be(tmp_path):
    both = searchers(tmp_path, ("hydrogen and forest", 0.5), ("song", 0.4), ("trade", 0.3))
    one, none, _ = find_hits("hydrogen battery", EAST, *both, limit=3)
    assert one.coverage == pytest.approx(one.lexical / both[1].ceiling("hydrogen battery"))
    assert 0.1 < one.coverage < 0.5
    assert none.coverage == 0.0
