"""Questions that a window nearly answers: a name, a number or a word of a real one exchanged.

After the way SQuAD 2.0's writers were told to ask what a paragraph does not answer (Rajpurkar et
al. 2018, "Know What You Don't Know", table 1: negation, antonym, entity swap, other).
"""

import random
import re
from collections.abc import Iterable

from seminar_qa.mentions import FUNCTION_WORDS

_NAME = re.compile(
    r"(?<![.?!]\s)(?<!^)\b[A-Z][\w’'-]+(?:\s+(?:(?:of|the|de|von)\s+)?[A-Z][\w’'-]+){0,3}"
)
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d+\b")
_VERB = re.compile(r"\b(was|were|is|are|did|does|do|has|have|had|could|can|would|will)\b", re.I)
_PAIRS = """first last|largest smallest|biggest smallest|highest lowest|most least|more fewer
more less|before after|north south|northern southern|east west|eastern western|northeast southwest
increase decrease|increased decreased|rise fall|rose fell|began ended|begin end|started stopped
start stop|early late|earliest latest|early late|old new|oldest newest|older younger|oldest youngest
male female|men women|man woman|king queen|father mother|son daughter|brother sister|husband wife
win lose|won lost|winner loser|support oppose|supported opposed|accepted rejected|accept reject
approved rejected|allowed banned|allow forbid|legal illegal|public private|official unofficial
major minor|maximum minimum|positive negative|strong weak|stronger weaker|best worst|better worse
long short|longest shortest|longer shorter|high low|higher lower|hot cold|warm cold|rich poor
common rare|above below|inside outside|left right|upper lower|primary secondary|import export
imported exported|imports exports|arrive leave|arrived left|born buried|birth death|built destroyed
created destroyed|founded dissolved|joined left|enter leave|buy sell|bought sold|cause prevent
caused prevented|gained lost|attack defend|attacked defended|friend enemy|allies enemies
internal external|domestic foreign|urban rural|modern ancient|day night|summer winter|spring autumn
land sea|light dark|black white|open closed|opened closed|success failure|successful failed
democrat republican|president vice-president|teacher student|advantage disadvantage
advantages disadvantages|similar different|always never|all none|include exclude
included excluded"""
_ANTONYMS: dict[str, list[str]] = {}
for _pair in re.split(r"[|\n]", _PAIRS):
    _one, _other = _pair.split()
    _ANTONYMS.setdefault(_one, []).append(_other)
    _ANTONYMS.setdefault(_other, []).append(_one)
_WORD = re.compile(r"[A-Za-z-]+")

_GIVEN = """Anna Ben Carla David Elena Frank Greta Henrik Irene Jack Keiko Luis Maria Neil Olga
Peter Qing Rosa Stefan Tara Umberto Vera Waldo Xenia Yusuf Zoe Akira Bruno Chloe Dmitri Emma
Fatima George Hanna Ivan Julia Kenji Laura Michael Nora Oscar Priya Robert Sofia Thomas""".split()
_FAMILY = """Adams Berg Costa Dubois Eriksson Fischer Garcia Hansen Ito Jansen Kovacs Lopez Moreau
Nakamura Okafor Peeters Quinn Rossi Schmidt Tanaka Ueda Vogel Weber Xu Young Zhang Almeida Brown
Chen Davies Evans Fontaine Green Hughes Ivanova Jones Kim Lambert Miller Novak Olsen""".split()


def made_up_name(rng: random.Random) -> str:
    """Return a person's name that nobody has."""
    return f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)}"


class Exchanger:
    """Makes near misses out of the names and numbers of one collection of texts."""

    def __init__(self, texts: Iterable[str], questions: Iterable[str] = ()):
        whole = "\n".join(texts)
        self._words: dict[str, list[str]] = {}
        for word in sorted({w for asked in questions for w in _plain_words(asked)}):
            self._words.setdefault(_shape(word), []).append(word)
        self._names = sorted({match.group() for match in _NAME.finditer(whole)})
        self._numbers = sorted({match.group() for match in _NUMBER.finditer(whole)})

    def near_miss(self, question: str, window: str, rng: random.Random) -> str | None:
        """Return a question like `question` that `window` does not answer, None if none is found.

        What takes a name's place comes half of the time out of the window itself, so that the
        reader cannot go by whether a name is there.
        """
        ways = [self._name, self._number, self._antonym, self._word, self._word, self._negation]
        rng.shuffle(ways)
        ways.sort(key=lambda way: way == self._negation)
        for way in ways:
            if way == self._negation and rng.random() < 0.6:
                return None
            missed = way(question, window, rng)
            if missed and missed != question:
                return missed
        return None

    def _name(self, question: str, window: str, rng: random.Random) -> str | None:
        found = [m for m in _NAME.finditer(question) if m.group() in window]
        if not found:
            return None
        match = rng.choice(found)
        near = [name.group() for name in _NAME.finditer(window)]
        names = near if rng.random() < 0.5 and near else self._names
        other = _other(match.group(), names, question, rng)
        return other and question[: match.start()] + other + question[match.end() :]

    def _number(self, question: str, window: str, rng: random.Random) -> str | None:
        found = [m for m in _NUMBER.finditer(question) if m.group() in window]
        if not found:
            return None
        match = rng.choice(found)
        alike = [n for n in self._numbers if len(n) == len(match.group())]
        other = _other(match.group(), alike, question, rng)
        return other and question[: match.start()] + other + question[match.end() :]

    def _word(self, question: str, window: str, rng: random.Random) -> str | None:
        """Exchange a noun, verb or adjective for one of the same ending that other questions use.

        What takes its place comes now and then out of the window, as with names.
        """
        there, inside = set(_plain_words(window)), rng.random() < 0.4
        found = [w for w in _plain_words(question) if w in there]
        if not found:
            return None
        word = rng.choice(found)
        alike = self._words.get(_shape(word), [])
        others = [w for w in alike if w not in question and (w in there) == inside]
        if not others:
            return None
        return re.sub(rf"\b{word}\b", rng.choice(others), question, count=1)

    def _antonym(self, question: str, window: str, rng: random.Random) -> str | None:
        found = [m for m in _WORD.finditer(question) if m.group() in _ANTONYMS]
        if not found:
            return None
        match = rng.choice(found)
        other = rng.choice(_ANTONYMS[match.group()])
        return question[: match.start()] + other + question[match.end() :]

    def _negation(self, question: str, window: str, rng: random.Random) -> str | None:
        match = _VERB.search(question)
        if not match or not re.match(r"(?:what|which|who|where)\b", question, re.I):
            return None
        return f"{question[: match.end()]} {rng.choice(['not', 'never'])}{question[match.end() :]}"


def _plain_words(text: str) -> list[str]:
    """Return the words in small letters that tell something."""
    return [
        w for w in re.findall(r"(?<![\w’'-])[a-z]{4,}(?![\w’'-])", text) if w not in FUNCTION_WORDS
    ]


def _shape(word: str) -> str:
    """Return a word's ending, which tells nouns from verbs well enough."""
    for ending in (
        "ing",
        "ed",
        "ly",
        "ies",
        "es",
        "s",
        "tion",
        "ment",
        "ity",
        "al",
        "ic",
        "ous",
        "er",
    ):
        if word.endswith(ending):
            return ending
    return ""


def _other(name: str, names: list[str], question: str, rng: random.Random) -> str | None:
    parts = set(name.split())
    fitting = [n for n in names if parts.isdisjoint(n.split()) and n not in question]
    return rng.choice(fitting) if fitting else None
