"""Whether a sentence reports that somebody speaks: subject, verb of speaking, "by", "according to".

Looks at the words around a name only; what is said and who it is, is not known here.
"""

from collections.abc import Callable

from seminar_qa.speakers.names import Mention, Token, at
from seminar_qa.speakers.vocabulary import (
    GIVEN_BY,
    GROUPS,
    ORGANISATIONS,
    PARTICLES,
    PLURAL,
    ROLES,
    SAID,
    SPEECH,
    SPEECHES,
    STARTERS,
    TALKS,
)

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
_BESIDE = frozenset(
    "colleague colleagues counterpart counterparts man woman gentleman lady panellist panelist "
    "panel speaker presenter chairperson interviewer guest visitor successor predecessor wife "
    "husband secretariat deputy commenter commentator discussant student students expert experts "
    "respondent questioner listener spokespeople officials experts".split()
)
_PEOPLE = ROLES | GROUPS | _BESIDE
_DETERMINERS = frozenset(
    "the a an another one some several this that his her their our its each every".split()
)
_ASKS = frozenset(
    "asked asks inquired inquires enquired enquires questioned questions wondered wonders".split()
)
_ANSWERS = frozenset(
    "replied replies answered answers responded responds countered counters agreed agrees "
    "disagreed disagrees confirmed confirms denied denies".split()
)
_IN_ANSWER = frozenset("response reply answer".split())
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


def spoken_together(tokens: list[Token], mentions: list[Mention]) -> list[Mention]:
    """Return who are one subject with what describes them: "Ann (X), Bob of Y and Cy spoke".

    Empty where a sentence has no such subject, or another speaks before it.
    """
    firsts = frozenset(mention.first for mention in mentions)
    for start, first in enumerate(mentions):
        if is_subject(tokens, first):
            together = _joined(tokens, mentions[start:])
            if together:
                return together
        if speaks(tokens, first, firsts):
            break
    return []


def _joined(tokens: list[Token], mentions: list[Mention]) -> list[Mention]:
    """Return the first of `mentions` and those joined with it up to the verb they share."""
    count = 1
    while count < len(mentions) and _is_joined(tokens, mentions[count - 1], mentions[count]):
        count += 1
    last = mentions[count - 1]
    others = frozenset(mention.first for mention in mentions)
    between = {token.low for token in tokens[mentions[count - 2].after : last.first]}
    plural = at(tokens, last.after) in PLURAL
    speak = plural or _has_speech_verb(tokens, last, others)
    return mentions[:count] if count > 1 and "and" in between and speak else []


def _is_joined(tokens: list[Token], first: Mention, second: Mention) -> bool:
    between = [token.low for token in tokens[first.after : second.first]]
    if first.possessive or not between or {"with", *_ENDS} & set(between):
        return False
    if between[0] in PLURAL:
        return False
    speech = any(token.text in SPEECH for token in tokens[first.after : second.first])
    return not speech and (between[-1] in (",", "and") or between[-1] in _PEOPLE)


def asks(tokens: list[Token]) -> bool:
    """Tell whether a sentence reports a question, so that somebody else may answer."""
    return any(token.text in _ASKS for token in tokens)


def answers(tokens: list[Token]) -> bool:
    """Tell whether "he" or "she" answers, or does so "in response"."""
    if at(tokens, 0) == "in" and at(tokens, 1) in _IN_ANSWER:
        return True
    pronouns = (number for number, token in enumerate(tokens) if token.low in ("he", "she"))
    return any(
        at(tokens, _skip(tokens, number + 1, lambda word: word in _BETWEEN or word.endswith("ly")))
        in _ANSWERS
        for number in pronouns
    )


def has_other_subject(tokens: list[Token]) -> bool:
    """Tell whether somebody unknown speaks: "the chair", "X's colleague", "Rio Tinto"."""
    return any(
        _is_somebody(tokens, start) or _is_name_of_other(tokens, start)
        for start in _clause_starts(tokens)
    )


def _clause_starts(tokens: list[Token]) -> list[int]:
    """Return where the subject may begin: at the start or behind "In response," and "Then"."""
    comma = next((n for n, token in enumerate(tokens[:9]) if token.text == ","), None)
    starts = [0, *([comma + 1] if comma else [])]
    for start in list(starts):
        after = start
        while at(tokens, after) in _MAY_PRECEDE | _BETWEEN:
            after += 1
        starts.append(after)
    return sorted(set(starts))


def _is_somebody(tokens: list[Token], start: int) -> bool:
    """Tell whether "the Minister of …" or "Mr. Berg's colleague" stands there and speaks."""
    if start >= len(tokens):
        return False
    first = at(tokens, start)
    owner = next(
        (n for n in range(start, min(len(tokens), start + 6)) if _is_owner(tokens, n)), start
    )
    if first not in _DETERMINERS and owner == start and not _is_owner(tokens, start):
        return False
    for number in range(owner + 1, min(len(tokens), owner + 6)):
        word = tokens[number]
        if word.text in _ENDS or word.text == "," or word.low in _GOVERN:
            return False
        if word.low in _PEOPLE:
            return _verb_follows(tokens, number + 1)
    return False


def _is_owner(tokens: list[Token], number: int) -> bool:
    return tokens[number].text.endswith(("'s", "’s")) and tokens[number].is_capital


def _verb_follows(tokens: list[Token], position: int) -> bool:
    for token in tokens[position : position + 14]:
        if token.text in _ENDS:
            return False
        if token.text in SPEECH:
            return True
    return False


def _is_name_of_other(tokens: list[Token], start: int) -> bool:
    """Tell whether a capitalised name stands there with a verb of speaking right behind it."""
    after = start
    while after < len(tokens) and (tokens[after].is_capital or tokens[after].low in PARTICLES):
        after += 1
    words = [token.low for token in tokens[start:after]]
    if not words or words[0] in STARTERS or not tokens[start].is_capital:
        return False
    verb = _skip(tokens, after, lambda word: word in _BETWEEN or word.endswith("ly"))
    is_thing = len(words) == 1 or bool(set(words) & ORGANISATIONS)
    return at(tokens, verb) in (SAID if is_thing else SPEECH)


def _skip(tokens: list[Token], position: int, passes: Callable[[str], bool]) -> int:
    for number in range(position, min(len(tokens), position + 4)):
        if not passes(tokens[number].low):
            return number
    return min(len(tokens), position + 4)
