"""Search by meaning."""

import numpy as np
import pytest

from seminar_qa.dense import DenseIndex
from seminar_qa.errors import IndexDamagedError

VECTORS = np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]], dtype=np.float32)
EAST = np.array([1, 0], dtype=np.float32)


@pytest.fixture
def index() -> DenseIndex:
    return DenseIndex.build(VECTORS)


def test_rows_come_best_first_with_their_cosines(index):
    found = index.search(EAST, 4)
    assert [row for row, _ in found] == [0, 2, 1, 3]
    assert [score for _, score in found] == pytest.approx([1.0, 0.6, 0.0, -1.0])


def test_no_more_than_the_limit_comes_back(index):
    assert [row for row, _ in index.search(EAST, 2)] == [0, 2]


def test_a_limit_beyond_the_rows_gives_every_row_once(index):
    assert sorted(row for row, _ in index.search(EAST, 100)) == [0, 1, 2, 3]


def test_only_the_allowed_rows_are_ranked(index):
    assert [row for row, _ in index.search(EAST, 2, rows=[3, 1])] == [1, 3]


def test_no_allowed_rows_give_nothing(index):
    assert index.search(EAST, 2, rows=[]) == []


def test_rows_are_scored_in_the_order_asked_for(index):
    assert index.score(EAST, [3, 2]) == pytest.approx([-1.0, 0.6])


def test_an_index_of_nothing_finds_nothing():
    empty = DenseIndex.build(np.zeros((0, 2), dtype=np.float32))
    assert (len(empty), empty.search(EAST, 3)) == (0, [])


def test_a_written_index_answers_as_the_one_in_memory(index, tmp_path):
    index.write(tmp_path / "vectors.faiss")
    opened = DenseIndex.open(tmp_path / "vectors.faiss")
    assert len(opened) == 4
    assert opened.search(EAST, 4) == index.search(EAST, 4)


def test_a_missing_file_is_a_damaged_index_and_the_message_names_the_cure(tmp_path):
    with pytest.raises(IndexDamagedError, match="seminar-qa index --force"):
        DenseIndex.open(tmp_path / "nowhere")


def test_a_file_cut_short_anywhere_is_a_damaged_index(index, tmp_path):
    path = tmp_path / "vectors.faiss"
    index.write(path)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(IndexDamagedError):
            DenseIndex.open(path)


def test_asking_for_nothing_gives_nothing(index):
    assert index.search(np.zeros(2, dtype=np.float32), 0) == []
