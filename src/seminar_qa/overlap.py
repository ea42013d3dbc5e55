"""Marks the sentence that answers a Chinese or Japanese question, by what the two have in common.

The trained reader knows English only. This one reads no meaning: it weighs the pairs of characters
that a sentence shares with the question by their rarity, its kanji, its numbers and Latin words,
and whether it has what the question's word asks for: a date, a number, something that is counted or
called so. Then that is the answer, else the whole sentence is. The weights are fitted by
`training/calibrate_japanese.py`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from seminar_qa.errors import ModelError
from seminar_qa.evidence import Vocabulary
from seminar_qa.reader import Span
from seminar_qa.sentences import sentence_spans
from seminar_qa.text import fold, has_cjk
from seminar_qa.vectors import Encoder

MEANING = 0.5
"""What a standard deviation of the cosine is worth among a question's sentences. Not fitted."""

_KANJI = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\u3005\u3007]")
_RUN = "[\u3400-\u4dbf\u4e00-\u9fff\u3005]{1,4}|[\u30a1-\u30fa\u30fc]+|[a-z%]+"
_NAME = "[\u3400-\u4dbf\u4e00-\u9fff\u3005\u30a1-\u30fa\u30fc・=a-z0-9]"
_NUMBER = r"(?:[0-9][0-9,.]*(?:[万億兆千百][0-9,.]*)*|[〇一二三四五六七八九十百千万億兆]+)"
_YEAR = rf"(?:紀元前|西暦|前|昭和|平成|令和|大正|明治)?{_NUMBER}年(?:\([^()]{{1,12}}\))?"
_DATE = re.compile(
    rf"{_YEAR}(?:{_NUMBER}月(?:{_NUMBER}日)?|代|ごろ|頃)?|{_NUMBER}月(?:{_NUMBER}日)?"
    rf"|{_NUMBER}世紀(?:初頭|前半|半ば|後半|末)?|{_NUMBER}日(?!間)"
)
_COUNT = re.compile(rf"{_NUMBER}(?:{_RUN})?")
_ASKS_NAMED = re.compile(
    rf"(?P<asks>何という|なんという|どこの|どんな|どの|何の|何|なん)(?P<run>{_RUN})"
)
_COUNTS = ("何", "なん")
_ASKS_DATE = re.compile("いつ|時期")
_ASKS_NUMBER = re.compile("いくつ|いくら|どれ(?:くら|ぐら|ほど)|どの(?:くらい|ぐらい|程度)")
_NO_UNIT = re.compile("何者|何故|何処|何事|なんて")


@dataclass(frozen=True)
class Shared:
    """What a sentence has in common with a question, each 0.0 to 1.0.

    `pairs` and `words` are the shares, by rarity, of the question's words that it has: pairs of CJK
    characters, and Latin words and numbers. `kanji` is the share of the question's kanji. `named`,
    `date` and `number` are 1.0 where it has something new of the kind that is asked for.
    """

    pairs: float = 0.0
    words: float = 0.0
    kanji: float = 0.0
    named: float = 0.0
    date: float = 0.0
    number: float = 0.0


class OverlapReader:
    """A `Reader` for questions with Chinese or Japanese.

    `weights` are those of what is `Shared`, by name. `encoders`, one for questions and one for
    passages, know these scripts; without them meaning has no say.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        weights: Mapping[str, float],
        encoders: tuple[Encoder, Encoder] | None = None,
        spans: int = 8,
    ):
        self._vocabulary = vocabulary
        self._weights = weights
        self._encoders = encoders
        self._spans = spans

    def read(
        self, question: str, passages: Sequence[str], fronts: Sequence[str] = ()
    ) -> list[list[Span]]:
        """Return for each passage its best sentences, or parts of them, best first.

        What stands above a passage does not count: the searcher by words has counted it already.
        """
        overlap = Overlap(question, self._vocabulary)
        places = [
            (number, start, end)
            for number, passage in enumerate(passages)
            for start, end in split_passage(passage)
        ]
        sentences = [passages[number][start:end] for number, start, end in places]
        meant = self._meaning(question, sentences)
        found: list[list[Span]] = [[] for _ in passages]
        for (number, start, end), sentence, meaning in zip(places, sentences, meant, strict=True):
            first, last = overlap.answer_in(sentence) or (0, end - start)
            score = weigh(overlap.shared(sentence), self._weights) + meaning
            found[number].append(Span(start + first, start + last, score, score))
        return [
            sorted(spans, key=lambda span: (-span.score, span.start))[: self._spans]
            for spans in found
        ]

    def _meaning(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Return what the cosine of each sentence to the question is worth."""
        if self._encoders is None or not sentences:
            return [0.0] * len(sentences)
        for_questions, for_passages = self._encoders
        cosines = for_passages.encode(sentences) @ for_questions.encode([question])[0]
        spread = max(float(cosines.std()), 1e-6)
        return [MEANING * float(cosine - cosines.mean()) / spread for cosine in cosines]


class Overlap:
    """A question, taken apart once for all the sentences it is held against."""

    def __init__(self, question: str, vocabulary: Vocabulary):
        self._vocabulary = vocabulary
        self._text = _plain(question)
        self._rarity = {term: vocabulary.rarity(term) for term in vocabulary.terms(question)}
        self._total = sum(self._rarity.values()) or 1.0
        self._kanji = set(_KANJI.findall(self._text))
        self._kinds = dict(_expected(self._text))

    def shared(self, sentence: str) -> Shared:
        """Return what a sentence has in common with the question."""
        pairs = words = 0.0
        for term in self._vocabulary.terms(sentence):
            rarity = self._rarity.get(term, 0.0) / self._total
            pairs += rarity * has_cjk(term)
            words += rarity * (not has_cjk(term))
        plain = _plain(sentence)
        kanji = sum(character in plain for character in self._kanji) / max(1, len(self._kanji))
        has = {kind: float(bool(self._new(kind, plain))) for kind in self._kinds}
        return Shared(pairs, words, kanji, **has)

    def answer_in(self, sentence: str) -> tuple[int, int] | None:
        """Return the (start, end) of what is asked for, None where no such part is known.

        Of several it is the one nearest to the question's words.
        """
        plain = _plain(sentence)
        marks = [plain.find(term) for term in self._rarity if term in plain]
        for kind in self._kinds:
            places = self._new(kind, plain)
            if places:
                return min(places, key=lambda place: _distance(place, marks))
        return None

    def _new(self, kind: str, plain: str) -> list[tuple[int, int]]:
        """Return the places of a kind of answer that the question does not hold itself."""
        for pattern in self._kinds[kind]:
            matches = list(pattern.finditer(plain))
            places = [match.span() for match in matches if match.group() not in self._text]
            if places:
                return places
        return []


def weigh(shared: Shared, weights: Mapping[str, float]) -> float:
    """Return the score of a sentence."""
    return sum(weight * float(getattr(shared, name)) for name, weight in weights.items())


def load_weights() -> dict[str, float]:
    """Return the weights of what is `Shared`, as the package carries them. Raises ModelError."""
    try:
        path = files("seminar_qa") / "weights" / "overlap.json"
        weights: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))
        weigh(Shared(), weights)
        return weights
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelError(
            f"the weights for Japanese are missing ({error}); install seminar-qa again"
        ) from error


def _expected(question: str) -> Iterator[tuple[str, list[re.Pattern[str]]]]:
    """Yield the kinds of answer that the question's words ask for, as patterns, surest first."""
    asked = None if _NO_UNIT.search(question) else _ASKS_NAMED.search(question)
    if asked:
        run = asked["run"]
        shortest = 1 if _KANJI.match(run) else len(run)
        ways = "|".join(re.escape(run[:length]) for length in range(len(run), shortest - 1, -1))
        counted = re.compile(rf"{_NUMBER}(?:{ways})(?!間)")
        named = re.compile(rf"(?<!{_NAME}){_NAME}{{1,16}}?(?:{ways})")
        yield "named", [counted, named] if asked["asks"] in _COUNTS else [named]
    if _ASKS_DATE.search(question):
        yield "date", [_DATE]
    if _ASKS_NUMBER.search(question):
        yield "number", [_COUNT]


def split_passage(passage: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of the sentences of a passage, each line being a block."""
    for line in re.finditer("[^\n]+", passage):
        for start, end in sentence_spans(line.group()):
            yield line.start() + start, line.start() + end


@lru_cache(maxsize=4096)
def _plain_character(character: str) -> str:
    folded = fold(character)
    return folded if len(folded) == 1 else character


def _plain(text: str) -> str:
    """Return `text` folded character by character, so that places stay the same."""
    return "".join(map(_plain_character, text))


def _distance(place: tuple[int, int], marks: Sequence[int]) -> float:
    """Return how far a place is from the nearest word of the question on average."""
    middle = sum(place) / 2
    return float(np.mean([abs(middle - mark) for mark in marks])) if marks else middle
