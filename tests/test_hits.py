"""Both searchers' results, fused."""

import numpy as np
import pytest

from seminar_qa.dense import DenseIndex, write_dense
from seminar_qa.hits import DEPTH, LEXICAL_WEIGHT, Hit, find_hits
from seminar_qa.lexical import LexicalIndex

EAST = np.array([1, 0], dtype=np.float32)


def at(cosine: float) -> list[float]:
    """Return a vector of length one with this cosine to EAST."""
    return [cosine, (1 - cosine**2) ** 0.5]


def searchers(tmp_path, *passages: tuple[str, float]) -> tuple[DenseIndex, LexicalIndex]:
    vectors = np.array([at(cosine) for _, cosine in passages], dtype=np.float32)
    texts = [text for text, _ in passages]
    write_dense(tmp_path / "dense", np.arange(len(texts)), vectors)
    (tmp_path / "lexical").mkdir()
    lexical = LexicalIndex.build(enumerate(texts), tmp_path / "lexical")
    return DenseIndex.open(tmp_path / "dense"), lexical


def test_a_score_is_the_cosine_and_the_coverage():
    hit = Hit(row=7, dense=0.5, lexical=10.0, coverage=0.2)
    assert hit.score == pytest.approx(0.5 + LEXICAL_WEIGHT * 0.2)


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
    assert first.score == pytest.approx(0.50 + LEXICAL_WEIGHT * first.coverage)


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


def test_of_rows_with_the_same_content_only_the_best_is_a_hit(tmp_path):
    both = searchers(tmp_path, ("song", 0.7), ("forest", 0.8), ("song", 0.9), ("trade", 0.1))
    contents = ["song", "forest", "song", "trade"]
    hits = find_hits("hydrogen", EAST, *both, limit=3, content=contents.__getitem__)
    assert [hit.row for hit in hits] == [2, 1, 3]


def test_copies_do_not_take_the_places_of_others(tmp_path):
    both = searchers(tmp_path, *[("song", 0.9)] * (DEPTH // 2), ("forest", 0.5))
    hits = find_hits("hydrogen", EAST, *both, limit=2, content=lambda row: row < DEPTH // 2)
    assert [hit.row for hit in hits] == [0, DEPTH // 2]


def test_the_length_of_the_question_does_not_change_what_its_words_are_worth(tmp_path):
    texts = ["hydrogen battery storage", *["forest"] * 8]
    both = searchers(tmp_path, *((text, 0.5) for text in texts))
    one, all_of_them = (
        find_hits(question, EAST, *both, limit=1)[0]
        for question in ("hydrogen", "hydrogen battery storage")
    )
    assert all_of_them.lexical == pytest.approx(3 * one.lexical)
    assert all_of_them.score == pytest.approx(one.score)


def test_a_question_the_encoder_cannot_read_is_left_to_the_words(tmp_path):
    both = searchers(tmp_path, ("forest", 0.9), ("trade", 0.1))
    [hit] = find_hits("trade", None, *both, limit=2)
    assert (hit.row, hit.dense, hit.found_by) == (1, 0.0, "words")
    assert find_hits("hydrogen", None, *both, limit=2) == []


def test_a_hit_tells_which_side_had_it_among_its_first(tmp_path):
    both = searchers(
        *(tmp_path, ("hydrogen", 0.5), ("hydrogen", 0.45), ("song", 0.6), ("forest", 0.7))
    )
    sides = {hit.row: hit.found_by for hit in find_hits("hydrogen", EAST, *both, limit=3)}
    assert sides == {0: "words and meaning", 1: "words", 3: "meaning"}
