"""Words of an English question that stand for something said before it: "he", "that film", "there".

A pronoun that the question itself explains is none: "How did Hitachi choose its partners?".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from seminar_qa.mentions import FUNCTION_WORDS, Kind, Mention, find_mentions


class Gap(StrEnum):
    """What kind of word stands for something said before."""

    HE = "he"
    SHE = "she"
    IT = "it"
    THEY = "they"
    THERE = "there"
    THAT = "that"


@dataclass(frozen=True)
class Pronoun:
    """The place [start, end) of a pronoun in a question, in code points.

    `owning` is for "his" and the like; `noun` is that of "this film", whose place is all of it.
    """

    gap: Gap
    start: int
    end: int
    owning: bool = False
    noun: str = ""


_GAPS = {
    **dict.fromkeys(("he", "him", "his"), Gap.HE),
    **dict.fromkeys(("she", "her", "hers"), Gap.SHE),
    **dict.fromkeys(("it", "its"), Gap.IT),
    **dict.fromkeys(("they", "them", "their", "theirs"), Gap.THEY),
}
_OWNING = frozenset(("his", "its", "their", "hers", "theirs"))
_OBJECT = frozenset(("him", "them"))
_EXPLAINING = {
    Gap.HE: {Kind.MAN, Kind.PERSON, Kind.FULL_NAME, Kind.NAME, Kind.ROLE},
    Gap.SHE: {Kind.WOMAN, Kind.PERSON, Kind.FULL_NAME, Kind.NAME, Kind.ROLE},
    Gap.IT: {Kind.FULL_NAME, Kind.NAME, Kind.GROUP, Kind.PLACE, Kind.WORK, Kind.THING},
    Gap.THEY: {Kind.GROUP, Kind.FULL_NAME, Kind.NAME, Kind.THINGS, Kind.PERSON},
}
"""The kinds of mention that explain a pronoun further on in the same question."""
_SAYING = "true possible likely necessary important clear known common legal illegal allowed worth"
_IDLE_IT = re.compile(
    rf"\bit\s+(?:is|was|would be)\s+(?:{_SAYING.replace(' ', '|')})\b"
    rf"|\b(?:is|was)\s+it\s+(?:{_SAYING.replace(' ', '|')})\b"
    r"|\bit\s+(?:takes?|took|costs?)\s+(?:\S+\s+){0,4}to\b|\b(?:does|did) it (?:say|mention)\b",
    re.I,
)
"""An "it" that stands for nothing: "is it true that …", "how long does it take to …"."""
_WORD = re.compile(r"[^\W_](?:[\w’'-]*\w)?|[?.,!;]")
_PREPOSITIONS = frozenset(
    "of in on at to for from by with about after before during under into since like"
    " than as".split()
)
_DO = frozenset("do does did can could will would shall should may might must".split())
_BE = frozenset("is are was were be been has have had".split())
_VERBS = frozenset("take mean happen cost cause make help work affect change influence".split())
_RANKING = frozenset(
    "last first second third new next final early particular specific great".split()
)
_HERE = frozenset(
    "report document article text page paper file passage collection section summary slides"
    " minutes year week month day"
    " time period moment point way kind sort case reason".split()
)
"""Nouns that with "this" point at what is being read, or at nothing that has a name."""


def find_pronouns(question: str, known: Sequence[Mention] = ()) -> list[Pronoun]:
    """Return the words that stand for something said before `question`, in order of place.

    `known` are mentions of `question` besides those that their shape tells.
    """
    words = list(_WORD.finditer(question))
    mentions = [*find_mentions(question), *known]
    idle = [match.span() for match in _IDLE_IT.finditer(question)]
    found: list[Pronoun] = []
    for number, match in enumerate(words):
        word = match.group().lower()
        if word in _GAPS:
            hidden = any(start <= match.start() < end for start, end in idle)
            pronoun = _personal(words, number)
            if not (hidden or _is_explained(pronoun, word, mentions) or _is_asked(words, number)):
                found.append(pronoun)
        elif word in ("this", "these", "that", "those"):
            found += _pointing(words, number)
        elif word == "there" and _is_place(words, number):
            found.append(Pronoun(Gap.THERE, *match.span()))
    return found


def _personal(words: Sequence[re.Match[str]], number: int) -> Pronoun:
    word, following = _lower(words, number), _lower(words, number + 1)
    owning = word in _OWNING or (
        word == "her" and following[:1].isalpha() and following not in FUNCTION_WORDS
    )
    return Pronoun(_GAPS[word], *words[number].span(), owning)


def _is_explained(pronoun: Pronoun, word: str, mentions: Sequence[Mention]) -> bool:
    """Tell whether a mention in front explains a pronoun; for an object there must be two."""
    is_object = word in _OBJECT or (word == "her" and not pronoun.owning)
    fitting = {
        mention.text
        for mention in mentions
        if mention.start < pronoun.start
        and mention.kind in _EXPLAINING[pronoun.gap]
        and mention.text.lower().split()[-1] not in _HERE
    }
    return len(fitting) > is_object


def _is_asked(words: Sequence[re.Match[str]], number: int) -> bool:
    """Tell whether what is asked for explains a pronoun: "Which sultan distrusted his admirals?".

    It does when it is the subject: no "did" and the like stands between the two; or else when
    the pronoun owns something and a plural noun is the subject: "did debutantes wear in their".
    """
    word, asked = _lower(words, number), _lower(words, 0)
    personal = _GAPS[word] in (Gap.HE, Gap.SHE)
    if asked not in ("who", "which") and (personal or asked not in ("what", "how")):
        return False
    if word in _OBJECT | {"it", "her"}:
        return False
    between = [_lower(words, place) for place in range(1, number)]
    helping = [place for place, other in enumerate(between) if other in _DO]
    if helping:
        subject = between[helping[0] + 1 :][:1]
        return word == "their" and bool(subject) and subject[0].endswith("s")
    return len(between) > 1 and between[-1] not in _BE | {"of", "about"}


def _pointing(words: Sequence[re.Match[str]], number: int) -> Iterator[Pronoun]:
    """Yield the "this" or "that" at a place, with its noun, unless it only joins clauses."""
    word, before = _lower(words, number), _lower(words, number - 1) if number else ""
    following = _lower(words, number + 1)
    ends = not following[:1].isalnum()
    placed = before in _PREPOSITIONS | _DO | _BE
    joins = following in _BE | {"of", "who", "which"}
    if word in ("that", "those") and not ends and (joins or not placed):
        return
    noun = _noun_after(words, number, asked=before in _DO)
    start, end = words[number].start(), words[noun].end()
    said = "" if noun == number else words[number].string[words[number + 1].start() : end]
    if said.lower().split()[-1:] and said.lower().split()[-1] in _HERE:
        return
    yield Pronoun(Gap.THAT, start, end, noun=said)


def _noun_after(words: Sequence[re.Match[str]], number: int, *, asked: bool) -> int:
    """Return the number of the noun that goes with a "this", or `number` when it stands alone."""
    place = number + 1
    while _lower(words, place) in _RANKING:
        place += 1
    noun, following = _lower(words, place), _lower(words, place + 1)
    if not noun.isalpha() or noun in FUNCTION_WORDS or noun != words[place].group():
        return number
    if noun in _VERBS:
        return number
    verb = asked and (not following.isalpha() or following in FUNCTION_WORDS - _DO - _BE)
    return number if verb else place


def _is_place(words: Sequence[re.Match[str]], number: int) -> bool:
    """Tell whether a "there" means a place, not that something exists."""
    before = _lower(words, number - 1) if number else ""
    if number + 1 == len(words) or not words[number + 1].group()[0].isalnum():
        return bool(before)
    exists = _BE | _DO | {"that", "if", "whether", "and", "because", "say"}
    return bool(before) and before not in exists


def _lower(words: Sequence[re.Match[str]], number: int) -> str:
    return words[number].group().lower() if 0 <= number < len(words) else ""
