"""The reader marks words of a passage; how well is measured in test_evaluation."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
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
        assert 1 < len(spans) <= 8
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
    assert full


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
        marked = passages[n][read[n][0].start : read[n][0].end]
        assert marked.split()[0] == str(n)
        assert read[n][0].score == pytest.approx(alone.score, abs=2)  # eight bits, a scale a batch
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
    with pytest.raises(ModelError, match="run: seminar-qa index$"):
        OnnxReader.open(tmp_path)


FRONT = "Port | Talks | Ann Lee"


class WordModel:
    """A model whose tokens are words; each begins and ends an answer as likely as it is worth."""

    def __init__(self, worth: dict[str, float]):
        self.worth = worth
        self.texts: list[str] = []

    def encode(self, pairs: Sequence[tuple[str, str]]) -> list[SimpleNamespace]:
        self.texts += [text for _, text in pairs]
        return [self._encoding(text) for _, text in pairs]

    def _encoding(self, text: str) -> SimpleNamespace:
        found, place = [(0, 0)], 0
        for word in text.split():
            place = text.index(word, place)
            found.append((place, place := place + len(word)))
        words = ["", *text.split()]
        return SimpleNamespace(
            ids=words, sequence_ids=[None] + [1] * (len(words) - 1), offsets=found
        )

    def run(self, encodings: Sequence[SimpleNamespace]) -> list[np.ndarray]:
        longest = max(len(encoding.ids) for encoding in encodings)
        logits = np.zeros((len(encodings), longest), dtype=np.float32)
        for row, encoding in zip(logits, encodings, strict=True):
            row[: len(encoding.ids)] = [self.worth.get(word, 0.0) for word in encoding.ids]
        return [logits, logits.copy()]


def test_a_front_is_read_along_but_is_no_part_of_a_span():
    model = WordModel({"Lee": 9.0, "Kiel": 3.0, "": 1.0})
    passage = "They sail to Kiel now"
    (alone,), (spans,) = (
        OnnxReader(model).read("Where?", [passage], fronts) for fronts in ((), (FRONT,))
    )
    assert model.texts == [passage, f"{FRONT} | {passage}"]
    assert spans == alone
    assert (passage[spans[0].start : spans[0].end], spans[0].logit, spans[0].score) == (
        *("Kiel", 6.0),
        4.0,
    )


def test_each_passage_has_a_front_of_its_own_and_a_long_one_is_cut():
    model = WordModel({"Kiel": 3.0})
    passages, fronts = ["To Kiel.", "Kiel sails", "From Kiel"], ["", "Wind | " * 99, FRONT]
    read = OnnxReader(model).read("Where?", passages, fronts)
    best = [p[s[0].start : s[0].end] for p, s in zip(passages, read, strict=True)]
    assert best[1:] == ["Kiel", "Kiel"]
    assert [len(text) for text in model.texts] == [8, 300 + 3 + 10, len(FRONT) + 3 + 9]
    assert all(
        0 <= s.start < s.end <= len(p) for p, f in zip(passages, read, strict=True) for s in f
    )


def test_fronts_must_be_as_many_as_passages():
    with pytest.raises(ValueError, match="zip"):
        OnnxReader(WordModel({})).read("Where?", ["To Kiel"], [FRONT, FRONT])


def test_the_spans_of_a_passage_lie_apart_and_are_no_more_than_the_limit():
    passage = "a b c d e f g h i j k l"
    worth = {word: (7 * n % 12) / 4 for n, word in enumerate(passage.split())}
    for limit in (1, 3, 8):
        (spans,) = OnnxReader(WordModel(worth), spans=limit).read("Which?", [passage])
        assert 0 < len(spans) <= limit
        in_place = sorted(spans, key=lambda span: span.start)
        assert all(one.end <= two.start for one, two in pairwise(in_place))


def test_the_spans_of_the_trained_reader_lie_apart(reader: OnnxReader):
    read = reader.read(QUESTION, [PASSAGE, OTHER], [FRONT, ""])
    assert "100" in PASSAGE[read[0][0].start : read[0][0].end]
    for passage, spans in zip([PASSAGE, OTHER], read, strict=True):
        in_place = sorted(spans, key=lambda span: span.start)
        assert all(one.end <= two.start for one, two in pairwise(in_place))
        assert all(0 <= span.start < span.end <= len(passage) for span in spans)
