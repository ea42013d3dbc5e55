"""The reader marks words of a passage; how well is measured in test_evaluation."""

from itertools import pairwise
from pathlib import Path

import pytest

from seminar_qa.errors import ModelError
from seminar_qa.models import OnnxModel
from seminar_qa.reader import LONGEST_SPAN, OnnxReader

QUESTION = "How many people attended the seminar?"
PASSAGE = "It was held in Tokyo. The seminar attracted approximately 100 audiences."
OTHER = "Forests and mountains are valuable resources – “naïve” 日本 😀."


@pytest.fixture(scope="module")
def folder(home: Path) -> Path:
    """The exported reader."""
    return next((home / "index" / "models").glob("reader-*"))


@pytest.fixture(scope="module")
def reader(folder: Path) -> OnnxReader:
    return OnnxReader.open(folder)


def test_the_best_span_holds_the_answer(reader: OnnxReader):
    best = reader.read(QUESTION, [PASSAGE])[0][0]
    assert "100" in PASSAGE[best.start : best.end]


def test_a_passage_with_the_answer_scores_above_one_without(reader: OnnxReader):
    (with_answer, without) = reader.read(QUESTION, [PASSAGE, OTHER])
    assert with_answer[0].score > without[0].score


def test_spans_lie_inside_the_passage_best_first(reader: OnnxReader):
    for passage, spans in zip(
        [PASSAGE, OTHER], reader.read(QUESTION, [PASSAGE, OTHER]), strict=True
    ):
        assert len(spans) == 8
        assert all(0 <= span.start < span.end <= len(passage) for span in spans)
        assert all(one.score >= two.score for one, two in pairwise(spans))


def test_as_many_spans_are_given_as_are_asked_for(folder: Path):
    reader = OnnxReader(OnnxModel.open(folder), spans=3)
    assert [len(spans) for spans in reader.read(QUESTION, [PASSAGE, OTHER])] == [3, 3]


def test_the_score_is_the_best_pair_of_logits_over_that_of_no_answer(folder: Path):
    model = OnnxModel.open(folder)
    (encoding,) = model.encode([(QUESTION, PASSAGE)])
    ((start,), (end,)) = model.run([encoding])
    inside = [k for k, side in enumerate(encoding.sequence_ids) if side == 1]
    best = max(start[i] + end[j] for i in inside for j in inside if 0 <= j - i < LONGEST_SPAN)
    found = OnnxReader(model).read(QUESTION, [PASSAGE])[0][0]
    assert found.score == pytest.approx(best - start[0] - end[0], abs=1e-4)


def test_no_span_is_longer_than_an_answer_may_be(reader: OnnxReader, folder: Path):
    passage = "word " * 200
    model = OnnxModel.open(folder)
    for span in reader.read("Which words?", [passage])[0]:
        (encoding,) = model.encode([passage[span.start : span.end]])
        assert len(encoding.ids) - 2 <= LONGEST_SPAN


def test_an_empty_passage_has_no_spans(reader: OnnxReader):
    empty, full = reader.read(QUESTION, ["", PASSAGE])
    assert empty == []
    assert len(full) == 8


def test_no_passages_give_no_lists(reader: OnnxReader):
    assert reader.read(QUESTION, []) == []


def test_a_passage_of_one_word_has_one_span(reader: OnnxReader):
    (spans,) = reader.read(QUESTION, ["Tokyo"])
    assert [(span.start, span.end) for span in spans] == [(0, 5)]


def test_lists_come_in_the_order_of_the_passages_over_several_batches(reader: OnnxReader):
    passages = [f"{'word ' * (n * 7 % 19)}The seminar attracted {n} people." for n in range(40)]
    read = reader.read(QUESTION, passages)
    for n in (0, 7, 31, 32, 39):
        alone = reader.read(QUESTION, [passages[n]])[0][0]
        assert read[n][0].score == pytest.approx(alone.score, abs=1e-3)
        assert read[n][0].end <= len(passages[n])


def test_of_a_long_question_the_first_part_is_read(reader: OnnxReader):
    question = (QUESTION + " ") * 14
    assert len(question) > 500
    cut = reader.read(question[:500], [PASSAGE])
    assert reader.read(question, [PASSAGE]) == cut
    assert reader.read(question + "Where was it?" * 30, [PASSAGE]) == cut


def test_the_reader_names_its_weights(reader: OnnxReader, folder: Path):
    assert reader.card.kind == "reader"
    assert folder.name.startswith(f"reader-{reader.card.weights_sha256[:16]}")


def test_a_folder_without_a_reader_is_an_error(tmp_path: Path):
    with pytest.raises(ModelError, match="run: seminar-qa index --force"):
        OnnxReader.open(tmp_path)
