"""Names of persons in a sentence: its tokens, and which of them may be somebody's name.

Works on one sentence in Latin script. Whether two capitalised words without a title are a person
at all is for the caller to say (`speakers`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from seminar_qa.speakers.vocabulary import (
    COURTESY,
    ORGANISATIONS,
    PARTICLES,
    QUALIFIERS,
    RANKS,
    ROLES,
    STARTERS,
)
from seminar_qa.text import fold

_TOKEN = re.compile(r"[^\W_]+(?:[-'’&/.][^\W_]+)*|[^\w\s]")
_NAME_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_CAMEL = re.compile(r"(?!(?:Ma?c|D[eiu']|O['’]|L[ae]|Fitz)[A-Z])[A-Z][a-z]+[A-Z]")
_POSSESSIVE = ("'s", "’s")
_LONGEST_NAME = 6
_NO_NAME_GOES_ON = frozenset("in on at for from by with the and of as also".split())
_OFFICES = ROLES | QUALIFIERS | {"prime", "foreign", "co"}


class Token(NamedTuple):
    """A word or a sign of a sentence; `low` is the word in lower case."""

    text: str
    start: int
    end: int
    low: str

    @property
    def is_capital(self) -> bool:
        """Whether it begins like a name."""
        return self.text[0].isupper()


@dataclass(frozen=True)
class Mention:
    """A name in a sentence: `start` and `end` in the text, `first` and `after` in its tokens.

    `title` is the courtesy title in front, `rank` an office there; `words` are the folded words
    of the name without them.
    """

    words: tuple[str, ...]
    start: int
    end: int
    first: int
    after: int
    title: str = ""
    rank: str = ""
    possessive: bool = False
    initial: bool = False

    @property
    def titled(self) -> bool:
        """Whether a title says that this is a person."""
        return bool(self.title or self.rank)


def tokens_of(text: str, start: int, end: int) -> list[Token]:
    """Return the tokens of `text[start:end]`; a title or an initial keeps no full stop."""
    found = _TOKEN.finditer(text, start, end)
    return [Token(word := match[0], *match.span(), word.lower()) for match in found]


def mentions_of(tokens: list[Token]) -> list[Mention]:
    """Return the runs of words that may be names of persons, each word in one of them at most.

    Without a title these are one to four capitalised words, none of them typical of organisations.
    """
    found: list[Mention] = []
    position = 0
    while position < len(tokens):
        mention = _mention(tokens, position) if tokens[position].is_capital else None
        if mention:
            found.append(mention)
            position = mention.after
        else:
            position = max(position + 1, _after_run(tokens, position))
    return found


def _after_run(tokens: list[Token], position: int) -> int:
    """Return the end of a run of capitalised words, so that no part of it is taken for a name."""
    if tokens[position].low in STARTERS or not tokens[position].is_capital:
        return position + 1
    while position < len(tokens) and tokens[position].is_capital:
        position += 1
    return position


def _mention(tokens: list[Token], first: int) -> Mention | None:
    position, title, rank = _titles(tokens, first)
    words = list(_name_words(tokens, position))
    while words and not (title or rank) and tokens[words[0]].low in STARTERS:
        words = words[1:] if words[0] + 1 == (words[1] if len(words) > 1 else -1) else []
    if not words or len(words) > _LONGEST_NAME:
        return None
    full = [_bare(tokens[number].text) for number in words]
    if rank and not title and len(words) < 2 and not set(rank.lower().split()) & RANKS:
        return None
    if not title and not _may_be_person(tokens, words, full):
        return None
    last = tokens[words[-1]]
    possessive = last.text.endswith(_POSSESSIVE)
    begins = tokens[words[0]].start if rank and not title and len(words) > 1 else None
    plain = first if title or rank else words[0]
    return Mention(
        words=tuple(_folded(word) for word in full if len(word) > 1),
        start=tokens[plain].start if begins is None else begins,
        end=last.end - 2 * possessive,
        first=plain,
        after=words[-1] + 1,
        title=title,
        rank=rank,
        possessive=possessive,
        initial=any(len(word) == 1 for word in full),
    )


@lru_cache(maxsize=10_000)
def _folded(word: str) -> str:
    return fold(word)


def _may_be_person(tokens: list[Token], words: list[int], full: list[str]) -> bool:
    after = words[-1] + 1
    next_word = tokens[after] if after < len(tokens) else None
    joined = next_word and next_word.is_capital and next_word.low not in _NO_NAME_GOES_ON
    capitals = [tokens[number] for number in words if tokens[number].is_capital]
    return (
        len(capitals) <= 4
        and not joined
        and not any(word.lower() in ORGANISATIONS or word.lower() in ROLES for word in full)
        and not any(_CAMEL.match(word) for word in full)
        and not (len(full) > 1 and all(word.isupper() for word in full))
        and (words[0] == 0 or tokens[words[0] - 1].text not in ("&", "/"))
    )


def _titles(tokens: list[Token], position: int) -> tuple[int, str, str]:
    """Return where the name begins behind its titles, the courtesy title and the office."""
    title = ""
    office: list[str] = []
    while position < len(tokens) and tokens[position].is_capital:
        token = tokens[position]
        if token.low in COURTESY:
            title = title or token.low
        elif token.low in _OFFICES and len(office) < 4:
            office.append(token.text)
        else:
            break
        position += 1
        if at(tokens, position) == ".":
            position += 1
    is_office = any(word.lower() in ROLES for word in office)
    return position, title, " ".join(office) if is_office else ""


def _name_words(tokens: list[Token], position: int) -> Iterator[int]:
    """Yield the positions of the words of a name that begins at `position`."""
    pending: list[int] = []
    started = False
    while position < len(tokens):
        token = tokens[position]
        if token.low in PARTICLES and token.text.islower():
            pending.append(position)
        elif (token.low in COURTESY and len(token.text) > 1) or (
            started and token.low in _NO_NAME_GOES_ON
        ):
            return
        elif token.is_capital and _NAME_WORD.fullmatch(token.text):
            yield from pending
            pending = []
            started = True
            yield position
            if token.text.endswith(_POSSESSIVE):
                return
            if len(token.text) == 1 and _is_stop(tokens, position + 1):
                position += 1
        else:
            return
        position += 1


def _is_stop(tokens: list[Token], position: int) -> bool:
    stop = position < len(tokens) and tokens[position].text == "."
    return stop and tokens[position].start == tokens[position - 1].end


def _bare(word: str) -> str:
    return word[:-2] if word.endswith(_POSSESSIVE) else word


def at(tokens: list[Token], position: int) -> str:
    """Return the word at a position in lower case, "" outside of the sentence."""
    return tokens[position].low if 0 <= position < len(tokens) else ""
