"""Vectors that are taken over, found in the journal, or embedded: always those of the texts."""

from pathlib import Path

import numpy as np
import pytest

from seminar_qa.dense import DenseIndex, write_dense
from seminar_qa.documents import Block, Document, Kind
from seminar_qa.embeddings import AT_ONCE, Embeddings, make_embeddings
from seminar_qa.errors import ModelError
from seminar_qa.journal import Log
from seminar_qa.passages import Passage
from seminar_qa.records import Records, RecordWriter
from seminar_qa.sentences import Sentence
from toys import DIMENSION, ToyModels, toy_vector


def records(folder: Path, *reports: list[str]) -> Records:
    """Write reports, each a list of sentences that are passages, into a database."""
    file = folder / f"{len(list(folder.iterdir()))}.sqlite"
    writer = RecordWriter(file)
    for number, texts in enumerate(reports):
        text = " ".join(texts)
        starts = [len(" ".join(texts[:n])) + (n > 0) for n in range(len(texts))]
        spans = [(start, start + len(t)) for start, t in zip(starts, texts, strict=True)]
        blocks = (Block(Kind.PARAGRAPH, 0, len(text)),)
        document = Document(f"d{number}", f"{number}.txt", f"{number}", "text/plain", text, blocks)
        sentences = [Sentence(start, end, 0) for start, end in spans]
        passages = [Passage(start, end, n, n) for n, (start, end) in enumerate(spans)]
        writer.add(document, sentences, passages)
        if number == 0:
            writer.remove(0)  # the rows begin with a gap
            writer.add(document, sentences, passages)
    writer.close()
    return Records.open(file)


def make(folder: Path, found: Records, models: ToyModels, before=None, log=None) -> Embeddings:
    told: list[int] = []
    made = make_embeddings(
        found,
        folder / "vectors",
        log or Log(folder / "own.log", "toy"),
        lambda: models,
        before=before,
        begin=told.append,
        advance=told.append,
    )
    assert told[0] == made.embedded == len(models.embedded) == sum(told[1:])
    return made


def check(made: Embeddings, found: Records) -> None:
    rows, texts = zip(*found.texts(), strict=True)
    assert made.rows.tolist() == list(rows) == sorted(rows)
    expected = np.stack([toy_vector(f"toy{text}") for text in texts])
    assert made.vectors.shape == (len(rows), DIMENSION)
    assert np.array_equal(made.vectors, expected)


def test_every_text_is_embedded_once_however_often_it_stands(tmp_path: Path):
    found = records(tmp_path, ["Iwate.", "Gifu.", "Iwate."], ["Gifu.", "Kiel."])
    models = ToyModels()
    check(make(tmp_path, found, models), found)
    assert models.embedded == ["Iwate.", "Gifu.", "Kiel."]


def test_vectors_of_the_same_texts_are_taken_over_whatever_their_rows(tmp_path: Path):
    old = records(tmp_path, ["Kiel.", "Iwate.", "Gifu."])
    made = make(tmp_path, old, ToyModels())
    write_dense(tmp_path / "dense", made.rows, made.vectors)
    dense = DenseIndex.open(tmp_path / "dense")
    new = records(tmp_path, ["Gifu.", "Osaka."], ["Kiel.", "Gifu."])
    models = ToyModels()
    log = Log(tmp_path / "new.log", "toy")
    check(make(tmp_path, new, models, (old, dense), log), new)
    assert models.embedded == ["Osaka."]
    same = make(tmp_path, old, ToyModels(), (old, dense), Log(tmp_path / "third.log", "toy"))
    check(same, old)
    assert same.embedded == 0


def test_what_the_journal_holds_is_not_embedded_again(tmp_path: Path):
    first = records(tmp_path, ["Iwate.", "Gifu."])
    log = Log(tmp_path / "kept.log", "toy")
    make(tmp_path, first, ToyModels(), log=log)
    second = records(tmp_path, ["Kiel.", "Gifu.", "Kiel."], ["Iwate."])
    models = ToyModels()
    check(make(tmp_path, second, models, log=log), second)
    assert models.embedded == ["Kiel."]


def test_many_texts_go_in_batches_that_are_kept_one_by_one(tmp_path: Path):
    count = 2 * AT_ONCE + 10
    found = records(tmp_path, [f"Quay {n}." for n in range(count)])

    class Stopping(ToyModels):
        def encode(self, texts, advance=lambda _: None):
            if len(self.embedded) == AT_ONCE:
                raise KeyboardInterrupt
            return super().encode(texts, advance)

    log = Log(tmp_path / "kept.log", "toy")
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path, found, Stopping(), log=log)
    models = ToyModels()
    check(make(tmp_path, found, models, log=log), found)
    assert len(models.embedded) == count - AT_ONCE


@pytest.mark.parametrize(
    "vectors", [np.zeros((1, 4)), np.full((2, 4), np.nan), np.zeros(2), np.zeros((3, 4))]
)
def test_an_encoder_that_gives_nonsense_is_an_error_with_the_cure(tmp_path: Path, vectors):
    class Broken(ToyModels):
        def encode(self, texts, advance=lambda _: None):
            return vectors

    found = records(tmp_path, ["Iwate.", "Gifu."])
    with pytest.raises(ModelError, match="choose another in SEMINAR_QA_ENCODER"):
        make(tmp_path, found, Broken())
