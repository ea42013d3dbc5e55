"""Texts as vectors whose inner product is the cosine."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seminar_qa.errors import ModelError
from seminar_qa.models import ModelCard, OnnxModel
from seminar_qa.vectors import OnnxEncoder, open_passage_encoder, open_query_encoder


@pytest.fixture(scope="module")
def folder(home: Path) -> Path:
    """The exported encoder."""
    return next((home / "index" / "models").glob("encoder-*"))


@pytest.fixture(scope="module")
def encoder(folder: Path) -> OnnxEncoder:
    return open_passage_encoder(folder)


def test_each_text_gives_one_row_of_length_one(encoder: OnnxEncoder):
    vectors = encoder.encode(["Alsace", "A seminar on regional cooperation in Tokyo.", "日本"])
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_rows(encoder: OnnxEncoder):
    assert encoder.encode([]).shape == (0, 384)


def test_an_empty_text_gives_a_row_too(encoder: OnnxEncoder):
    vectors = encoder.encode([""])
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors[0]) == pytest.approx(1.0, abs=1e-5)


def test_texts_of_like_meaning_are_nearer_than_others(encoder: OnnxEncoder):
    question, answer, other = encoder.encode(
        [
            "How many people came?",
            "The event had about a hundred visitors.",
            "Fuel cells use hydrogen.",
        ]
    )
    assert question @ answer > question @ other + 0.2


def test_rows_stay_in_order_over_several_batches_of_mixed_length(encoder: OnnxEncoder):
    texts = [f"Region {n} " + "cooperates " * (n * 7 % 23) for n in range(40)]
    vectors = encoder.encode(texts)
    for row in (0, 7, 31, 32, 39):
        np.testing.assert_allclose(vectors[row], encoder.encode([texts[row]])[0], atol=1e-5)


def test_progress_is_told_batch_by_batch(encoder: OnnxEncoder):
    told: list[int] = []
    encoder.encode(["text"] * 70, told.append)
    assert told == [32, 32, 6]


def test_the_prompt_stands_in_front_of_each_text(folder: Path, encoder: OnnxEncoder):
    prompted = open_query_encoder(folder, "query: ").encode(["hydrogen"])
    np.testing.assert_allclose(prompted, encoder.encode(["query: hydrogen"]), atol=1e-6)
    assert prompted[0] @ encoder.encode(["hydrogen"])[0] < 0.99


def test_without_a_given_prompt_the_models_own_is_used(tmp_path: Path, folder: Path):
    copy = Path(shutil.copytree(folder, tmp_path / "prompted"))
    replace(ModelCard.read(copy), query_prompt="ask: ", passage_prompt="told: ").write(copy)
    plain = OnnxEncoder(OnnxModel.open(copy))
    asked, told = plain.encode(["ask: fuel", "told: fuel"])
    np.testing.assert_allclose(open_query_encoder(copy).encode(["fuel"])[0], asked, atol=1e-5)
    np.testing.assert_allclose(open_passage_encoder(copy).encode(["fuel"])[0], told, atol=1e-5)


def test_an_empty_prompt_takes_the_place_of_the_models_own(tmp_path: Path, folder: Path):
    copy = Path(shutil.copytree(folder, tmp_path / "prompted"))
    replace(ModelCard.read(copy), query_prompt="ask: ").write(copy)
    plain = OnnxEncoder(OnnxModel.open(copy)).encode(["fuel"])
    np.testing.assert_allclose(open_query_encoder(copy, "").encode(["fuel"]), plain, atol=1e-6)


def test_a_folder_without_a_model_is_an_error(tmp_path: Path):
    with pytest.raises(ModelError, match="run: seminar-qa index$"):
        open_query_encoder(tmp_path)


def test_the_same_model_encodes_passages_with_their_own_prompt(folder: Path, tmp_path: Path):
    copy = Path(shutil.copytree(folder, tmp_path / "prompted"))
    replace(ModelCard.read(folder), query_prompt="query: ", passage_prompt="passage: ").write(copy)
    encoder = open_query_encoder(copy).for_passages()
    expected = open_passage_encoder(folder, "passage: ").encode(["Gifu"])
    np.testing.assert_allclose(encoder.encode(["Gifu"]), expected, atol=1e-5)


def test_the_packaged_encoder_was_not_made_for_japanese(folder: Path):
    assert not open_query_encoder(folder).knows_cjk
