"""A neural model as it is run: one folder with an ONNX graph, a tokenizer and a card.

The only module that knows onnxruntime and tokenizers; torch is not needed here. `export` makes
the folders. What the numbers mean is known to `vectors` (encoders) and `reader`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Encoding, Tokenizer

from seminar_qa.errors import ModelError
from seminar_qa.weights import hash_file

GRAPH, TOKENIZER, CARD = "model.onnx", "tokenizer.json", "model.json"
_UNKNOWN = {"[UNK]", "<unk>"}
_MOST_UNKNOWN = 0.05
BATCH = 32
"""Texts run through the graph at once."""


@dataclass(frozen=True)
class ModelCard:
    """What is in a model's folder. `weights_sha256` names the weights it was exported from.

    `content_sha256` is over graph and tokenizer as they were written.
    """

    kind: str
    name: str
    weights_sha256: str
    max_tokens: int
    dimension: int = 0
    query_prompt: str = ""
    passage_prompt: str = ""
    content_sha256: str = ""

    def write(self, folder: Path) -> None:
        """Write the card into `folder`, with the hash of what is there."""
        card = replace(self, content_sha256=_hash_content(folder))
        (folder / CARD).write_text(json.dumps(asdict(card), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "ModelCard":
        """Read the card of `folder`. Raises ModelError when there is none."""
        try:
            return cls(**json.loads((folder / CARD).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(
                f"{folder} holds no model that can be read ({error}); run: seminar-qa index"
            ) from error


def is_sound(folder: Path) -> bool:
    """Tell whether `folder` holds a model whose files are as they were written."""
    try:
        return ModelCard.read(folder).content_sha256 == _hash_content(folder)
    except (ModelError, OSError):
        return False


def _hash_content(folder: Path) -> str:
    return hash_file(folder / GRAPH) + hash_file(folder / TOKENIZER)


class OnnxModel:
    """A model ready to run: texts in, arrays out."""

    def __init__(
        self, card: ModelCard, tokenizer: Tokenizer, session: onnxruntime.InferenceSession
    ):
        self.card = card
        self._tokenizer = tokenizer
        self._session = session
        self._inputs = [tensor.name for tensor in session.get_inputs()]

    @classmethod
    def open(cls, folder: Path) -> "OnnxModel":
        """Open a folder that `export` made. Raises ModelError when it is damaged."""
        if not is_sound(folder):
            ModelCard.read(folder)  # says so if there is none
            raise ModelError(f"the model in {folder} was altered; run: seminar-qa index")
        card = ModelCard.read(folder)
        try:
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            session = onnxruntime.InferenceSession(
                str(folder / GRAPH), _options(), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # both libraries raise bare Exceptions of their own
            raise ModelError(
                f"the model in {folder} cannot be opened ({error}); delete it and run: "
                "seminar-qa index"
            ) from error
        tokenizer.no_padding()
        tokenizer.enable_truncation(card.max_tokens)
        return cls(card, tokenizer, session)

    def encode(self, texts: Sequence[str] | Sequence[tuple[str, str]]) -> list[Encoding]:
        """Return the tokens of texts or of pairs of texts, cut to the model's longest input."""
        encodings: list[Encoding] = self._tokenizer.encode_batch(list(texts))
        return encodings

    def knows(self, text: str) -> bool:
        """Tell whether the vocabulary was made for writing like `text`.

        It was when hardly a token is unknown and none is less than a character: bytes spell every
        script, known or not.
        """
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        unknown = sum(
            start < end and token in _UNKNOWN
            for token, (start, end) in zip(encoding.tokens, encoding.offsets, strict=True)
        )
        return unknown <= len(text) * _MOST_UNKNOWN and len(encoding.tokens) <= len(text)

    def run(self, encodings: Sequence[Encoding]) -> list[np.ndarray]:
        """Run one padded batch; return the graph's outputs, their first axis the batch."""
        longest = max(len(encoding.ids) for encoding in encodings)
        feeds = {
            "input_ids": _padded([e.ids for e in encodings], longest),
            "attention_mask": _padded([e.attention_mask for e in encodings], longest),
            "token_type_ids": _padded([e.type_ids for e in encodings], longest),
        }
        outputs = self._session.run(None, {name: feeds[name] for name in self._inputs})
        return [np.asarray(output) for output in outputs]


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return options


def _padded(rows: Sequence[Sequence[int]], longest: int) -> np.ndarray:
    array = np.zeros((len(rows), longest), dtype=np.int64)
    for number, row in enumerate(rows):
        array[number, : len(row)] = row
    return array
