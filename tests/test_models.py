"""A model as it is run: its folder, its tokens, its padded batches."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel

from seminar_qa.errors import ModelError
from seminar_qa.models import CARD, GRAPH, TOKENIZER, ModelCard, OnnxModel, is_sound


@pytest.fixture(scope="module")
def folder(home: Path) -> Path:
    """The exported encoder."""
    return next((home / "index" / "models").glob("encoder-*"))


@pytest.fixture(scope="module")
def model(folder: Path) -> OnnxModel:
    return OnnxModel.open(folder)


def test_a_card_is_read_as_it_was_written(tmp_path: Path):
    card = ModelCard("encoder", "tiny “模型”", "00ff", 128, 16, "query: ", "passage: ")
    (tmp_path / GRAPH).write_bytes(b"graph")
    (tmp_path / TOKENIZER).write_bytes(b"tokenizer")
    card.write(tmp_path)
    read = ModelCard.read(tmp_path)
    assert replace(read, content_sha256="") == card
    assert is_sound(tmp_path)
    (tmp_path / GRAPH).write_bytes(b"Graph")
    assert not is_sound(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"kind": "encoder"}', '{"colour": "red"}'])
def test_a_damaged_card_is_an_error_with_the_cure(tmp_path: Path, text: str):
    (tmp_path / CARD).write_text(text)
    with pytest.raises(ModelError, match="run: seminar-qa index$"):
        ModelCard.read(tmp_path)


def test_a_folder_without_a_card_holds_no_model(tmp_path: Path):
    with pytest.raises(ModelError, match="holds no model"):
        OnnxModel.open(tmp_path)


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER])
def test_a_model_cut_short_is_an_error_that_names_its_folder(
    tmp_path: Path, folder: Path, name: str
):
    copy = Path(shutil.copytree(folder, tmp_path / "cut"))
    (copy / name).write_bytes((copy / name).read_bytes()[:1000])
    with pytest.raises(ModelError, match="cut"):
        OnnxModel.open(copy)


def test_the_card_tells_what_the_packaged_encoder_is(model: OnnxModel):
    assert model.card.kind == "encoder"
    assert model.card.name == "all-MiniLM-L6-v2"
    assert model.card.dimension == 384
    assert model.card.max_tokens == 256


def test_a_text_becomes_word_pieces_between_two_marks(model: OnnxModel):
    (encoding,) = model.encode(["Hello seminar"])
    assert encoding.tokens == ["[CLS]", "hello", "seminar", "[SEP]"]
    assert encoding.offsets[1:3] == [(0, 5), (6, 13)]


def test_of_a_pair_each_token_knows_its_side(model: OnnxModel):
    (encoding,) = model.encode([("Who?", "Mr. Tasso")])
    assert encoding.type_ids == [0, 0, 0, 0] + [1] * (len(encoding.ids) - 4)


def test_a_long_text_is_cut_to_what_the_model_can_take(model: OnnxModel):
    (encoding,) = model.encode(["word " * 1000])
    assert len(encoding.ids) == 256
    assert encoding.tokens[-1] == "[SEP]"


def test_a_text_gives_the_same_numbers_alone_and_padded_beside_a_long_one(model: OnnxModel):
    short, long = model.encode(["Hi.", "Regional cooperation " * 50])
    alone = model.run([short])[0]
    beside = model.run([short, long])[0]
    assert alone.shape == (1, 384)
    assert beside.shape == (2, 384)
    np.testing.assert_allclose(alone[0], beside[0], atol=1e-5)


def test_a_vocabulary_made_for_english_does_not_spell_japanese(model: OnnxModel):
    assert model.knows("A seminar on regional cooperation was held in Tokyo.")
    assert not model.knows("会議の報告では、経済と環境の政策が説明された。")


class NoSession:
    """An ONNX session that is never run."""

    def get_inputs(self) -> list[object]:
        return []


def test_a_vocabulary_of_bytes_spells_all_and_knows_nothing():
    tokenizer = Tokenizer(BPE(vocab={c: n for n, c in enumerate(ByteLevel.alphabet())}, merges=[]))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    bytes_model = OnnxModel(ModelCard("encoder", "bytes", "", 8), tokenizer, NoSession())
    assert bytes_model.knows("report")
    assert not bytes_model.knows("報告")
