"""Texts as vectors. An `Encoder` can be any object with this one method."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from seminar_qa.models import BATCH, OnnxModel


def _silent(_: int) -> None:
    """Tell nobody."""


CJK_PROBE = "会議の報告では、経済と環境の政策が説明された。"
"""Everyday Japanese, which an encoder must spell to be asked about Chinese or Japanese."""


class Encoder(Protocol):
    """Makes vectors whose inner product is the cosine."""

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = _silent) -> np.ndarray:
        """Return float32 of shape (texts, dimension), each row of length one.

        `advance` is told after each batch how many texts it held.
        """


class OnnxEncoder:
    """A Sentence-Transformers model exported to ONNX, with the prompt put before each text."""

    def __init__(self, model: OnnxModel, prompt: str = ""):
        self._model = model
        self._prompt = prompt

    @property
    def knows_cjk(self) -> bool:
        """Whether the model's vocabulary was made for Chinese and Japanese too."""
        return self._model.knows(CJK_PROBE)

    def for_passages(self, prompt: str | None = None) -> "OnnxEncoder":
        """Return the same model's encoder for passages; a prompt of None is its own."""
        own = self._model.card.passage_prompt
        return OnnxEncoder(self._model, own if prompt is None else prompt)

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = _silent) -> np.ndarray:
        """Return float32 of shape (texts, dimension), each row of length one."""
        vectors = np.zeros((len(texts), self._model.card.dimension), dtype=np.float32)
        encodings = self._model.encode([self._prompt + text for text in texts])
        order = sorted(range(len(texts)), key=lambda i: len(encodings[i].ids))
        for begin in range(0, len(order), BATCH):
            batch = order[begin : begin + BATCH]
            vectors[batch] = self._model.run([encodings[i] for i in batch])[0]
            advance(len(batch))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        normalised: np.ndarray = vectors / np.maximum(lengths, 1e-12)
        return normalised


def open_passage_encoder(folder: Path, prompt: str | None = None) -> OnnxEncoder:
    """Open an exported encoder for passages; a prompt of None is its own. Raises ModelError."""
    model = OnnxModel.open(folder)
    return OnnxEncoder(model, model.card.passage_prompt if prompt is None else prompt)


def open_query_encoder(folder: Path, prompt: str | None = None) -> OnnxEncoder:
    """Open an exported encoder for questions; a prompt of None is its own. Raises ModelError."""
    model = OnnxModel.open(folder)
    return OnnxEncoder(model, model.card.query_prompt if prompt is None else prompt)
