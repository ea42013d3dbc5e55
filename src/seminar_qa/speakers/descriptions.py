"""Role and organisation of a person, as the words beside the name say: ", CTO of …", "(Mozilla)".

Both are slices of the text. What is neither a role nor a name is left out.
"""

import re
from dataclasses import dataclass

from seminar_qa.speakers.names import Mention, Token, at, tokens_of
from seminar_qa.speakers.vocabulary import (
    FIELDS,
    ORGANISATIONS,
    QUALIFIERS,
    ROLES,
    SPEECH,
    STARTERS,
)

Span = tuple[int, int]

_LONGEST = 45
_LINKS = frozenset(
    "of the for and in at to on de du des la le et y und für von der a an per with & / ( ) - – "
    "' ’".split()
)
_ENDS = frozenset(';:?!“”"«»')
_PREPOSITIONS = frozenset("of at for from with in".split())
_ARTICLES = frozenset("the a an his her".split())
_ENVOYS = frozenset("ambassador consul consul-general envoy delegate representative".split())


@dataclass(frozen=True)
class Description:
    """What stands beside a name: the places of the role and of the organisation in the text."""

    role: Span | None = None
    organisation: Span | None = None


def describe(
    text: str, tokens: list[Token], mention: Mention, others: frozenset[int]
) -> Description:
    """Return role and organisation that stand behind a name; `others` begin other names."""
    position = mention.after
    found = Description()
    if at(tokens, position) == "(":
        closing = _closing(tokens, position)
        found = _split(text, tokens[position + 1 : closing])
        position = closing + 1
    word = at(tokens, position)
    if word in (",", "–", "—", "-"):
        beside = _split(text, _extent(tokens, position + 1, others))
    elif word in ("of", "from", "at", "representing"):
        organisation = _without_article(_extent(tokens, position + 1, others))
        beside = Description(organisation=_organisation(text, organisation))
    elif word == "who":
        beside = Description(organisation=_worksat(text, tokens, position, others))
    else:
        beside = Description()
    if found.organisation and not found.role and beside.role:
        return Description(beside.role, beside.organisation or found.organisation)
    return found if found.role or found.organisation else beside


def _closing(tokens: list[Token], opening: int) -> int:
    for position in range(opening + 1, min(len(tokens), opening + 20)):
        if tokens[position].text == ")":
            return position
    return opening


def _extent(tokens: list[Token], position: int, others: frozenset[int]) -> list[Token]:
    """Return the tokens from `position` that go on with a description of a person."""
    words = _until_comma(tokens, position, others)
    if words:
        return words
    while position < len(tokens) and position not in others and len(words) < _LONGEST:
        token = tokens[position]
        if token.text == "," and not _goes_on(tokens, position + 1):
            break
        if not (token.is_capital or token.text[0].isdigit() or _links(tokens, position)):
            break
        words.append(token)
        position += 1
    if not any(token.is_capital for token in words):
        return []
    while words and (words[-1].text in ",.(–-/&" or words[-1].text in _LINKS - {")"}):
        words.pop()
    return words


def _links(tokens: list[Token], position: int) -> bool:
    token = tokens[position]
    return (
        token.text in _LINKS
        or token.text == ","
        or token.low in QUALIFIERS
        or (token.low in ROLES and token.low not in SPEECH)
        or (token.text == "." and token.start == tokens[position - 1].end)
    )


def _goes_on(tokens: list[Token], position: int) -> bool:
    """Tell whether a description goes on behind a comma."""
    word = tokens[position] if position < len(tokens) else None
    if word is None or word.low in STARTERS - {"the", "and"}:
        return False
    return word.is_capital or word.low in ROLES or word.low in QUALIFIERS or word.text == "and"


def _until_comma(tokens: list[Token], first: int, others: frozenset[int]) -> list[Token]:
    """Return "a member of the board" and the like, which ends at the next comma."""
    begins = at(tokens, first)
    if not (begins in _ARTICLES or begins in ROLES or begins in QUALIFIERS):
        return []
    if tokens[first].is_capital:
        return []
    for position in range(first, min(len(tokens), first + 20)):
        if position in others or tokens[position].text in _ENDS or tokens[position].low in SPEECH:
            return []
        if tokens[position].text == ",":
            return tokens[first:position]
    return []


def _worksat(text: str, tokens: list[Token], position: int, others: frozenset[int]) -> Span | None:
    """Return the organisation of "who is responsible for … at the JETRO headquarters"."""
    found: Span | None = None
    for number in range(position + 1, min(len(tokens), position + 25)):
        if tokens[number].low in SPEECH or tokens[number].text == ",":
            break
        if tokens[number].low == "at":
            words = _without_article(_until_verb(tokens, number + 1, others))
            found = _organisation(text, words) or found
    return found


def _until_verb(tokens: list[Token], position: int, others: frozenset[int]) -> list[Token]:
    words = _extent(tokens, position, others)
    after = position + len(words)
    follows = tokens[after] if words and after < len(tokens) else None
    if follows and follows.low in ("headquarters", "office", "offices", "branch"):
        words.append(follows)
    return words


def _without_article(words: list[Token]) -> list[Token]:
    return words[1:] if words and words[0].low in _ARTICLES else words


def _organisation(text: str, words: list[Token]) -> Span | None:
    """Return the place of an organisation, None when nothing there is a name."""
    capitals = [token for token in words if token.is_capital]
    if not capitals:
        return None
    cut = next((n for n, token in enumerate(words) if n and token.text == "from"), len(words))
    words = words[:cut]
    start, end = words[0].start, words[-1].end
    stopped = text[end : end + 1] == "." and re.fullmatch(r"[A-Z](?:\.[A-Z])+", words[-1].text)
    return start, end + bool(stopped)


def split_description(text: str, start: int, end: int) -> Description:
    """Return role and organisation in `text[start:end]`: "Director of the Institute", "CTO, X"."""
    return _split(text, tokens_of(text, start, end))


def _split(text: str, words: list[Token]) -> Description:
    segments = _segments(words)
    number = next((n for n, segment in enumerate(segments) if _role_end(segment)), None)
    if number is None:
        named = _without_article(words)
        is_name = named and (named[0].is_capital or named[0].text[0].isdigit())
        return Description(organisation=_organisation(text, named) if is_name else None)
    segment = segments[number]
    end = _role_end(segment)
    while (
        end == len(segment)
        and number + 1 < len(segments)
        and (_is_role(segments[number + 1]) or _is_more_of_office(segment, segments[number + 1]))
    ):
        number += 1
        segment = [*segment, *segments[number]]
        end = len(segment)
    role = _without_article(segment[:end])
    rest = _after_role(words, segment[end - 1])
    if rest and rest[-1].text == ".":
        rest = rest[:-1]
    before = words[: words.index(segments[0][0]) + len(segments[0])] if number else []
    organisation = _organisation(text, rest) or (
        _organisation(text, before) if before and before[0] is not segment[0] else None
    )
    return Description((role[0].start, role[-1].end), organisation)


def _is_more_of_office(segment: list[Token], following: list[Token]) -> bool:
    """Tell whether "Minister of Families, Children and Social Development" goes on."""
    words = {token.low for token in following}
    return segment[0].low == "minister" and "and" in words and not words & (_PREPOSITIONS | {"the"})


def _is_role(segment: list[Token]) -> bool:
    return _role_end(segment) == len(segment) <= 3


def _segments(words: list[Token]) -> list[list[Token]]:
    segments: list[list[Token]] = [[]]
    for token in words:
        if token.text == ",":
            segments.append([])
        else:
            segments[-1].append(token)
    return [segment for segment in segments if segment]


def _role_end(segment: list[Token]) -> int:
    """Return how many tokens of a segment are a role, 0 when it begins with none."""
    noun = next((n for n, token in enumerate(segment) if token.low in ROLES), None)
    first = next((n for n, token in enumerate(segment) if token.low in _PREPOSITIONS), len(segment))
    if noun is None or noun > first:
        return 0
    if segment[noun].low in _ENVOYS and any(token.low == "to" for token in segment[first:]):
        return _end_of_posting(segment)
    if first < len(segment) and _is_field(segment, first + 1, segment[noun].low):
        later = (n for n in range(first + 1, len(segment)) if segment[n].low in _PREPOSITIONS)
        return next(later, len(segment))
    return first


def _end_of_posting(segment: list[Token]) -> int:
    """Return the end of "Ambassador of Spain to India", which is a role as a whole."""
    to = next(n for n, token in enumerate(segment) if token.low == "to")
    later = (n for n in range(to + 1, len(segment)) if segment[n].low in _PREPOSITIONS - {"of"})
    return next(later, len(segment))


def _is_field(segment: list[Token], position: int, noun: str) -> bool:
    """Tell whether "of …" behind a role names its field, as in "Head of Research"."""
    follows = {token.low for token in segment[position:]}
    if noun in ("minister", "author"):
        return True
    if noun in ("professor", "lecturer"):
        return "at" in follows or not follows & ORGANISATIONS - FIELDS
    if at(segment, position) in FIELDS:
        return True
    words = [token.low for token in segment[position:]]
    return "at" in words and not set(words[: words.index("at")]) & (ORGANISATIONS | {"the"})


def _after_role(words: list[Token], last: Token) -> list[Token]:
    rest = words[words.index(last) + 1 :]
    while rest and (rest[0].text == "," or rest[0].low in _PREPOSITIONS or rest[0].low == "and"):
        rest = rest[1:]
    return _without_article(rest)
