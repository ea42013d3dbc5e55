"""Marks in a passage the words that answer a question. A `Reader` is any object with `read`.

The reader is all-MiniLM-L6-v2 with a span head, trained by `training/`; it gives for each token
how likely the answer begins and ends there, and for the first token, [CLS], that there is none
(Devlin et al. 2019, "BERT", section 4.3). Which passage wins is decided in `answers`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from tokenizers import Encoding

from seminar_qa.models import BATCH, ModelCard, OnnxModel

LONGEST_SPAN = 40
"""An answer has at most this many tokens."""
_LONGEST_QUESTION = 500
_LONGEST_FRONT = 300


@dataclass(frozen=True)
class Span:
    """`passage[start:end]` with its scores, both unbounded.

    `score` is the span's logit over that of no answer in the same passage; `logit` is the span's
    alone, which training makes comparable over the passages of one question.
    """

    start: int
    end: int
    score: float
    logit: float = 0.0


class Reader(Protocol):
    """Finds spans that answer."""

    def read(
        self, question: str, passages: Sequence[str], fronts: Sequence[str] = ()
    ) -> list[list[Span]]:
        """Return for each passage its best spans, best first; an empty list where none can be.

        `fronts` say what stands above each passage: title, headings, speaker. They are read along.
        """


class OnnxReader:
    """The trained reader, exported to ONNX."""

    def __init__(self, model: OnnxModel, spans: int = 8):
        self._model = model
        self._spans = spans

    @classmethod
    def open(cls, folder: Path) -> "OnnxReader":
        """Open an exported reader. Raises ModelError."""
        return cls(OnnxModel.open(folder))

    @property
    def card(self) -> ModelCard:
        """What model it is."""
        return self._model.card

    def read(
        self, question: str, passages: Sequence[str], fronts: Sequence[str] = ()
    ) -> list[list[Span]]:
        """Return for each passage its best spans, best first; of a long question the first part.

        A front is read in the form that training gave it, and never answers itself.
        """
        asked = question[:_LONGEST_QUESTION]
        above = [f"{front[:_LONGEST_FRONT]} | " if front else "" for front in fronts]
        above = above or [""] * len(passages)
        encodings = self._model.encode(
            [(asked, front + passage) for front, passage in zip(above, passages, strict=True)]
        )
        found: list[list[Span]] = [[] for _ in passages]
        order = sorted(range(len(passages)), key=lambda i: len(encodings[i].ids))
        for begin in range(0, len(order), BATCH):
            batch = order[begin : begin + BATCH]
            starts, ends = self._model.run([encodings[i] for i in batch])
            for number, i in enumerate(batch):
                found[i] = _best(
                    encodings[i], starts[number], ends[number], len(above[i]), self._spans
                )
        return found


def _best(
    encoding: Encoding, start: np.ndarray, end: np.ndarray, front: int, limit: int
) -> list[Span]:
    """Return the best spans behind the first `front` characters, none over another's tokens."""
    inside = [
        k
        for k, part in enumerate(encoding.sequence_ids)
        if part == 1 and encoding.offsets[k][0] >= front
    ]
    if not inside:
        return []
    first, last = inside[0], inside[-1] + 1
    sums = start[first:last, None] + end[None, first:last]
    sums = np.where(_possible(len(inside)), sums, -np.inf)
    none = float(start[0] + end[0])
    spans: list[Span] = []
    while len(spans) < limit:
        i, j = divmod(int(sums.argmax()), len(inside))
        logit = float(sums[i, j])
        if not np.isfinite(logit):
            break
        begin, finish = encoding.offsets[first + i][0], encoding.offsets[first + j][1]
        spans.append(Span(begin - front, finish - front, logit - none, logit))
        sums[: j + 1, i:] = -np.inf
    return spans


def _possible(length: int) -> np.ndarray:
    """Return a mask, (length, length), of the spans that end where they begin or soon after."""
    ones = np.ones((length, length), dtype=bool)
    mask: np.ndarray = np.triu(ones) & ~np.triu(ones, LONGEST_SPAN)
    return mask
