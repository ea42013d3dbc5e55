"""What a question asks for that the reports do not have: said in words beside a no.

Only what can be counted is said: names that no report has, and words of the question that do not
stand where its names do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from seminar_qa.evidence import Vocabulary
from seminar_qa.questions import Asked
from seminar_qa.text import words

MOST_WORDS = 3


class Counted(Vocabulary, Protocol):
    """The words of a collection and how many passages have them."""

    def count(self, term: str) -> int:
        """Return in how many passages a word of `terms` stands."""


@dataclass(frozen=True)
class Lacking:
    """What is not there, as the question writes it.

    `unknown` are names that no report has. `mentioned` are names that the reports have, and
    `missing` words that stand in none of the passages looked at that have these names.
    """

    unknown: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is lacking, said in English."""
        said = []
        if self.unknown:
            said.append(f"No report mentions {_joined(self.unknown, 'or')}.")
        if self.mentioned and self.missing:
            told = "mention" if len(self.mentioned) == 1 else "mention, together,"
            names, missing = _joined(self.mentioned, "and"), _joined(self.missing, "or")
            said.append(f"The reports {told} {names}, but nothing near says {missing}.")
        return tuple(said)


def _joined(names: tuple[str, ...], last: str) -> str:
    quoted = [f"“{name}”" for name in names]
    return f" {last} ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def find_lacking(asked: Asked, vocabulary: Counted, passages: Iterable[str]) -> Lacking:
    """Return what the passages that were looked at lack of a question."""
    names = {name: set(vocabulary.terms(name)) for name in asked.names}
    names = {name: terms for name, terms in names.items() if terms}
    unknown = tuple(
        name for name, terms in names.items() if any(not vocabulary.count(term) for term in terms)
    )
    mentioned = tuple(name for name in names if name not in unknown)
    wanted = set().union(*(names[name] for name in mentioned))
    having = [found for text in passages if wanted <= (found := set(vocabulary.terms(text)))]
    if not mentioned or not having:
        return Lacking(unknown)
    there = set().union(*having) | set().union(*names.values())
    missing = [
        word
        for word in dict.fromkeys(words(asked.text))
        if (terms := vocabulary.terms(word)) and there.isdisjoint(terms)
    ]
    return Lacking(unknown, mentioned, tuple(missing[:MOST_WORDS]))
