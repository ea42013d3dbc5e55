"""What a conversation is about: the subjects of its turns, weighed by how near and how often.

Salience by recency, place and repetition, in the manner of Lappin and Leass 1994, "An algorithm for
pronominal anaphora resolution", without a parser. The numbers were chosen on half of CANARD's
dialogues (LOG.md).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from seminar_qa.mentions import Kind, Mention, find_mentions
from seminar_qa.pronouns import Gap, find_pronouns


def _fits(weights: str) -> dict[Kind, float]:
    """Return "name 1, place 0.5" as a table."""
    pairs = (pair.rsplit(" ", 1) for pair in weights.split(", "))
    return {Kind(kind): float(weight) for kind, weight in pairs}


_PERSONAL = "person 4, full name 2, name 1, role 0.6, word 0.4, group 0.2, place 0.2"
_FIT = {
    Gap.HE: _fits(f"man 5, {_PERSONAL}"),
    Gap.SHE: _fits(f"woman 5, {_PERSONAL}"),
    Gap.IT: _fits(
        "work 2, thing 1.2, name 1, group 1, full name 0.9, place 0.6, things 0.5, word 0.3,"
        " person 0.1"
    ),
    Gap.THEY: _fits(
        "group 2, name 1.2, full name 1.2, things 1, person 0.8, man 0.5, woman 0.5, place 0.3,"
        " work 0.3, thing 0.2"
    ),
    Gap.THERE: _fits("place 3, name 1, group 1, full name 0.8, thing 0.6"),
    Gap.THAT: _fits(
        "work 1.5, thing 1.2, name 1, group 1, full name 0.9, things 0.8, place 0.6, man 0.4,"
        " woman 0.4, person 0.4"
    ),
}
"""How well each kind of mention fits a pronoun; 0 for those not named."""
_MEANT = {Gap.HE: Kind.MAN, Gap.SHE: Kind.WOMAN, Gap.THEY: Kind.GROUP, Gap.IT: Kind.WORK}
"""What a name is taken for once a pronoun has meant it."""
_GUESSED = frozenset((Kind.NAME, Kind.FULL_NAME, Kind.PLACE, Kind.GROUP))
_FADING, _FADING_NEW = 0.8, 0.3
"""What a turn leaves of the earlier subjects' weight; the second, a turn with a new subject."""
_ASKED, _TOLD = 1.0, 0.6
_PHRASE, _INDEFINITE = 0.6, 0.3
_PER_CHARACTER = 0.997
_PER_COUNT, _MOST_COUNTED = 0.5, 6


@dataclass(frozen=True)
class Subject:
    """Something spoken of. `weight` is how near it is, 0.0 to 1.0; `count` how often it came."""

    mention: Mention
    weight: float
    count: int = 1

    @property
    def salience(self) -> float:
        """How much it is on the mind; higher is more."""
        return self.weight * (1 + _PER_COUNT * min(self.count, _MOST_COUNTED))


def after_turn(
    subjects: Sequence[Subject], question: str, meaning: str, answer: str
) -> list[Subject]:
    """Return the subjects after a turn whose question was taken to mean `meaning`.

    A question that stands by itself with names of its own is a new subject: the old ones fade.
    """
    again = named_again(question, subjects)
    own = any(mention.named for mention in find_mentions(question))
    new = own and meaning == question and not again
    fading = _FADING_NEW if new else _FADING
    asked = [_weighed(mention, _ASKED) for mention in [*find_mentions(meaning), *again]]
    told = [_weighed(mention, _TOLD) for mention in find_mentions(answer)]
    if re.match(r"who\b", question, re.I):
        told = [_as_kind(subject, Kind.PERSON) for subject in told]
    elif re.match(r"what (?:do|does|did)\b", question, re.I):
        told = [*(_as_kind(subject, Kind.WORK) for subject in told[:2]), *told[2:]]
    merged = _merged(
        [*(replace(s, weight=s.weight * fading) for s in subjects), *asked, *told],
    )
    meant = _meant(question, subjects)
    return [
        _as_kind(subject, meant[subject.mention.text]) if subject.mention.text in meant else subject
        for subject in merged
    ]


def rank(gap: Gap, question: str, subjects: Sequence[Subject]) -> list[Mention]:
    """Return what a pronoun of `question` may mean, likeliest first; nothing that it names."""
    own = {mention.text for mention in named_again(question, subjects)}
    small = question.lower()
    scored = [
        (subject.salience * _FIT[gap].get(subject.mention.kind, 0), subject.mention)
        for subject in subjects
        if subject.mention.text not in own
        and subject.mention.text.lower() not in small
        and not (gap in (Gap.HE, Gap.SHE) and subject.mention.text.isupper())
    ]
    fitting = [(score, mention) for score, mention in scored if score > 0]
    return [mention for _, mention in sorted(fitting, key=lambda pair: -pair[0])]


def named_again(question: str, subjects: Sequence[Subject]) -> list[Mention]:
    """Return the named subjects that stand in `question`, be it in small letters or by surname."""
    small = question.lower()
    found = []
    for mention in (subject.mention for subject in subjects if subject.mention.named):
        name = mention.text.lower()
        places = [_place_of(part, small) for part in (name, name.split()[-1])]
        place = max(places)
        if place >= 0:
            found.append(replace(mention, start=place))
    return found


def _place_of(name: str, text: str) -> int:
    place = text.find(name) if len(name) > 3 else -1
    return place if place <= 0 or not text[place - 1].isalnum() else -1


def _meant(question: str, subjects: Sequence[Subject]) -> dict[str, Kind]:
    """Return the kinds of the subjects that the pronouns of `question` mean."""
    meant = {}
    for pronoun in find_pronouns(question, named_again(question, subjects)):
        ranked = rank(pronoun.gap, question, subjects)
        if ranked and pronoun.gap in _MEANT:
            meant[ranked[0].text] = _MEANT[pronoun.gap]
    return meant


def _weighed(mention: Mention, base: float) -> Subject:
    if not mention.named and mention.text.islower():
        base *= _INDEFINITE if mention.text.lower().startswith(("a ", "an ")) else _PHRASE
    return Subject(mention, base * _PER_CHARACTER**mention.start)


def _as_kind(subject: Subject, kind: Kind) -> Subject:
    if subject.mention.kind not in _GUESSED:
        return subject
    return replace(subject, mention=replace(subject.mention, kind=kind))


def _merged(subjects: Iterable[Subject]) -> list[Subject]:
    """Return each subject once, a part of a known longer name as that name."""
    found: dict[str, Subject] = {}
    for subject in subjects:
        key = _whole_name(subject.mention, found)
        known = found.get(key)
        found[key] = subject if known is None else _joined(known, subject)
    return list(found.values())


def _joined(known: Subject, subject: Subject) -> Subject:
    return replace(known, weight=max(known.weight, subject.weight), count=known.count + 1)


def _whole_name(mention: Mention, known: dict[str, Subject]) -> str:
    key = mention.text.lower()
    if key in known or not (mention.named or mention.kind is Kind.WORD):
        return key
    parts = set(key.split())
    longer = (
        name for name, other in known.items() if other.mention.named and parts <= set(name.split())
    )
    return next(longer, key)
