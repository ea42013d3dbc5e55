"""Whether a sentence reports that somebody speaks: subject, verb of speaking, "by", "according to".

Looks at the words around a name only; what is said and who it is, is not known here.
"""

from collections.abc import Callable

from seminar_qa.speakers.names import Mention, Token, at
from seminar_qa.speakers.vocabulary import GIVEN_BY, PLURAL, ROLES, SAID, SPEECH, SPEECHES, TALKS

_FARTHEST_VERB = 45
_ENDS = frozenset(';:?!“”"«»')
_MAY_PRECEDE = frozenset(
    ', ; : “ ” " ( – — - … • and but while whereas where that as when then because since so also '
    "once although though both yet however finally later next today yesterday now "
    "here again".split()
)
_OPENS_DESCRIPTION = frozenset(", ( of from at who – — representing on in".split())
_BETWEEN = frozenset(
    "also then first further again finally next briefly both himself herself themselves just "
    "has have had will would in turn once therefore thus instead even still now later".split()
)
_GOVERN = frozenset(
    "with by of to for from on at in about between against via or than the a an into over under "
    "through without within among around like towards toward upon his her their its our".split()
)
_PASSIVE = frozenset("was were been be is are being to".split())
_SPEECH_WORDS = SPEECH | PLURAL | GIVEN_BY | SPEECHES | SAID | {"according", "According"}


def reports_speech(tokens: list[Token]) -> bool:
    """Tell whether a sentence has any word that could make somebody speak in it."""
    return any(token.text in _SPEECH_WORDS for token in tokens)


def speaks(tokens: list[Token], mention: Mention, others: frozenset[int]) -> bool:
    """Tell whether a sentence reports somebody speaking: as subject, "by" or "according to"."""
    before = mention.first - 1
    if at(tokens, before) == "to" and at(tokens, before - 1) == "according":
        return True
    if at(tokens, before) == "by":
        return _is_given_by(tokens, before)
    if at(tokens, before) in SAID and at(tokens, before - 1) in (",", "”", '"', "’", "»"):
        return True
    return is_subject(tokens, mention) and _has_speech_verb(tokens, mention, others)


def is_subject(tokens: list[Token], mention: Mention) -> bool:
    """Tell whether a name stands where the subject of a clause does."""
    before = mention.first - 1
    if before < 0 or at(tokens, before) in _MAY_PRECEDE:
        return True
    word = tokens[before]
    if word.low in ROLES or word.text in (".", ")"):
        return True
    beside = word.text.islower() and word.low not in _GOVERN and word.low not in SPEECH
    return bool(mention.title) and beside and at(tokens, mention.after) in SPEECH


def _is_given_by(tokens: list[Token], by: int) -> bool:
    earlier = {token.low for token in tokens[max(0, by - 6) : by]}
    if at(tokens, by - 1) in SPEECHES:
        return True
    return at(tokens, by - 1) in GIVEN_BY and bool(earlier & (TALKS | {"was", "were", "been"}))


def _has_speech_verb(tokens: list[Token], mention: Mention, others: frozenset[int]) -> bool:
    position = mention.after
    if mention.possessive:
        position += 1
        while at(tokens, position - 1) not in TALKS and position < mention.after + 3:
            position += 1
        if at(tokens, position - 1) not in TALKS:
            return False
    direct = _skip(tokens, position, lambda word: word in _BETWEEN or word.endswith("ly"))
    if at(tokens, direct) in SPEECH:
        return True
    if at(tokens, position) not in _OPENS_DESCRIPTION:
        return False
    for number in range(position + 1, min(len(tokens), position + _FARTHEST_VERB)):
        if number in others or tokens[number].text in _ENDS:
            return False
        if tokens[number].text in SPEECH and at(tokens, number - 1) not in _PASSIVE:
            return True
    return False


def speak_together(tokens: list[Token], first: Mention, second: Mention) -> bool:
    """Tell whether two persons are the subject of a verb of speaking: "Ann and Bob explain"."""
    joined = at(tokens, first.after) == "and" and second.first == first.after + 1
    return joined and is_subject(tokens, first) and at(tokens, second.after) in SPEECH | PLURAL


def _skip(tokens: list[Token], position: int, passes: Callable[[str], bool]) -> int:
    for number in range(position, min(len(tokens), position + 4)):
        if not passes(tokens[number].low):
            return number
    return min(len(tokens), position + 4)
