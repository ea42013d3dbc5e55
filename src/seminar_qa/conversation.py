"""What a follow-up question may mean, by rule, from the turns before it.

Only alternatives are made here; the one that the reports answer best is taken by `engine`. A
question that stands by itself has one meaning, whatever was said before; so has one in Japanese,
whose pronouns are not known here.
"""

import re
from dataclasses import dataclass

from seminar_qa.text import collapse, has_cjk

_PRONOUN = re.compile(
    r"\b(?:it|its|he|him|his|she|her|hers|they|them|their|theirs|there|this|that|these|those)\b",
    re.I,
)
_HE_OR_SHE = re.compile(r"\b(?:he|him|his|she|her|hers)\b", re.I)
_PERSON = re.compile(r"(?:mr|mrs|ms|miss|dr|prof|professor|sir|madam)\b", re.I)
_OPENING = re.compile(r"^(?:and|or|but|also|what about|how about)\b", re.I)
_ASKING = re.compile(
    r"^(?:(?:in|on|at|to|for|from|by|with|of|about|under|since|until)\s+)?(?:who|whom|whose|what|which"
    r"|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b",
    re.I,
)
_FRAGMENT = 3
"""A question of at most so many words that asks nothing itself goes on with the one before."""
_NAME = re.compile(
    r"(?:[^\W\d_a-z][\w’'-]*\.?(?:\s+(?:of|de|du|von|van|the|&)(?=\s+[A-Z]))?\s*){1,6}"
)
_GENERIC = re.compile(
    r"\b(?:the\s+)?(?:result|outcome|aim|purpose|goal|reason|average|total|date|place|end)\b", re.I
)

_MOST_NAMES = 4


@dataclass(frozen=True)
class Turn:
    """An earlier question and the answer that was given, "" for a no."""

    question: str
    answer: str = ""


def interpret(question: str, conversation: tuple[Turn, ...]) -> tuple[str, ...]:
    """Return what `question` may mean, as it stands first.

    A question leans on the conversation when it has a pronoun, opens like a continuation, or asks
    without a name for something that needs one. It then gets the fitting names of the last turn, or
    of the last two; a continuation, and a question after turns without names, gets their words.
    """
    if not conversation or not _leans(question):
        return (question,)
    recent = conversation[:-3:-1]
    named = [_with_names(question, recent[:count]) for count in (1, 2)]
    meanings = [question, *(meaning for meaning in named if meaning != question)]
    if _is_continuation(question) or len(meanings) == 1:
        meanings += [f"{turn.question.rstrip(' ?')}: {question}" for turn in recent]
    return tuple(dict.fromkeys(map(collapse, meanings)))


def _leans(question: str) -> bool:
    if _PRONOUN.search(question) or _is_continuation(question):
        return True
    return not _names_in(question) and bool(_GENERIC.search(question))


def _is_continuation(question: str) -> bool:
    """Tell whether a question opens like one that goes on, or is too short to ask by itself."""
    if _OPENING.match(question):
        return True
    asks = _ASKING.match(question) or has_cjk(question)
    return not asks and len(question.split()) <= _FRAGMENT


def _with_names(question: str, turns: tuple[Turn, ...]) -> str:
    names = dict.fromkeys(name for turn in turns for name in _names_in(turn.question))
    names |= dict.fromkeys(name for turn in turns for name in _names_in(turn.answer))
    fitting = _fitting(question, [*names])[:_MOST_NAMES]
    return f"{question.rstrip(' ?')} ({', '.join(fitting)})?" if fitting else question


def _fitting(question: str, names: list[str]) -> list[str]:
    """Return the persons for "he" and "she", what is no person for "there", else all names."""
    persons = [name for name in names if _PERSON.match(name)]
    if _HE_OR_SHE.search(question) and persons:
        return persons
    others = [name for name in names if name not in persons]
    return others if re.search(r"\bthere\b", question, re.I) and others else names


def _names_in(text: str) -> list[str]:
    """Return the runs of capitalised words, less the word that opens a question."""
    body = _ASKING.sub("", text)
    return [collapse(match.group()).strip(" .’'") for match in _NAME.finditer(body)]
