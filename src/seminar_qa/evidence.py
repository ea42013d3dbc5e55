"""What speaks for a candidate: the scores it comes with, and what it shares with its question.

Only measured here; what each is worth is in `calibration`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from seminar_qa.hits import Hit
from seminar_qa.questions import Asked, Wanted
from seminar_qa.reader import Span
from seminar_qa.text import count_words


class Vocabulary(Protocol):
    """The words of a collection."""

    def terms(self, text: str) -> list[str]:
        """Return the words of `text` that are searched for, each once, in order."""

    def rarity(self, term: str) -> float:
        """Return how much a word tells, greater than 0: the fewer passages have it, the more."""


@dataclass(frozen=True)
class Evidence:
    """What speaks for a candidate, or against it.

    `span` and `logit` are the reader's, `dense` and `coverage` the searchers'. `context`,
    `sentence` and `names` are shares, 0.0 to 1.0, of the question's words by their rarity: those
    that the passage has, those that the quoted sentences have, and those of its names that the
    passage has; titles, headings and the speaker count as in the passage. `topic` is the share
    that the quoted sentences alone have; of a question that names who speaks, its names do not
    count. `fits` is 1.0 for an answer of the kind that is asked for, -1.0 where none is near;
    `counts` is stricter: a figure must be of the unit, or count the things, that are asked for.
    `shown` is 1.0 for what stands out of the running text. `repeats` is the share of the answer
    that only says the question again. `bound` is 1.0 where somebody speaks whom the question names,
    -1.0 where another does. `length` is log(1 + words of the answer) where no kind of thing is
    asked for, 0.0 for other questions.
    """

    span: float
    logit: float = 0.0
    dense: float = 0.0
    coverage: float = 0.0
    context: float = 0.0
    sentence: float = 0.0
    topic: float = 0.0
    names: float = 1.0
    fits: float = 0.0
    counts: float = 0.0
    shown: float = 0.0
    repeats: float = 0.0
    bound: float = 0.0
    length: float = 0.0

    def weigh(self, weights: Mapping[str, float]) -> float:
        """Return the weighted sum of what `weights` name."""
        return sum(weight * float(getattr(self, name)) for name, weight in weights.items())


@dataclass(frozen=True)
class Surroundings:
    """What a candidate stands in, as text: `front` is its title, headings and speaker."""

    front: str
    passage: str
    quoted: str
    answer: str
    shown: bool
    bound: float


class Weigher:
    """Measures the evidence for candidates of one question."""

    def __init__(self, asked: Asked, vocabulary: Vocabulary):
        self._asked = asked
        self._vocabulary = vocabulary
        self._is_open = asked.wanted is Wanted.ANYTHING
        self._known: dict[str, frozenset[str]] = {}
        self._words = {term: vocabulary.rarity(term) for term in vocabulary.terms(asked.text)}
        self._names = {
            term: vocabulary.rarity(term) for name in asked.names for term in vocabulary.terms(name)
        }
        self._other = {term: w for term, w in self._words.items() if term not in self._names}

    def measure(self, hit: Hit, span: Span, around: Surroundings) -> Evidence:
        """Return the evidence for one candidate."""
        front = self._terms(around.front)
        passage = front | self._terms(around.passage)
        answer = self._terms(around.answer)
        return Evidence(
            span=span.score,
            logit=span.logit,
            dense=hit.dense,
            coverage=hit.coverage,
            context=_share(self._words, passage),
            sentence=_share(self._words, front | self._terms(around.quoted)),
            topic=_share(self._other if around.bound else self._words, self._terms(around.quoted)),
            names=_share(self._names, passage),
            fits=self._asked.fits(around.answer, around.quoted),
            counts=self._asked.counts(around.answer, around.quoted),
            shown=float(around.shown),
            repeats=len(answer & self._words.keys()) / len(answer) if answer else 0.0,
            bound=around.bound,
            length=math.log1p(count_words(around.answer)) if self._is_open else 0.0,
        )

    def _terms(self, text: str) -> frozenset[str]:
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = frozenset(self._vocabulary.terms(text))
        return found


def _share(wanted: Mapping[str, float], there: frozenset[str]) -> float:
    """Return the share of `wanted`, by weight, that is there; 1.0 when nothing is wanted."""
    total = sum(wanted.values())
    return sum(weight for term, weight in wanted.items() if term in there) / total if total else 1.0
