"""What a text speaks of: names, quoted titles and noun phrases, with what they may be.

By shape alone: no dictionary of names is at hand, so a kind is a guess to be weighed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from seminar_qa.text import collapse

FUNCTION_WORDS = frozenset(
    """
    a an the this that these those my your his her its our their some any no each every all both
    and or but nor so yet if as than then because while although though since until unless whether
    of in on at to for from by with about into onto over under between among during after before
    against through within without across per via like near off up down out upon toward towards
    who whom whose what which when where why how whatever
    am is are was were be been being do does did has have had can could will would shall should
    may might must not also ever never still even just only too very much many more most less least
    again already always often now here there today other others another else next first last
    i you he she it we they me him us them himself herself itself themselves
    however according besides aside apart rather same such one ones despite following shortly
    therefore thus later afterwards eventually finally originally initially subsequently yes
    neither either none nobody nothing everybody everything somebody something anybody anything
    name list tell give describe explain show find please
    """.split()
)
"""Words that begin or end a noun phrase and are never a part of one."""
_AUXILIARY = frozenset("do does did can could will would shall should may might must".split())
"""After these and a noun phrase comes a bare verb."""
_BE = frozenset("is are was were be been being has have had".split())
_ADVERB = frozenset("also ever never still even just only not always often now then again".split())
_JOINT = frozenset("of de di du da la le von van der den the & for".split())
"""Small words inside a name, between two capitalised ones."""
_TITLE = frozenset("mr mrs ms miss dr prof professor sir madam lord lady".split())
_WOMAN = frozenset("mrs ms miss madam lady".split())
_MAN = frozenset("mr sir lord".split())
_GROUP = re.compile(
    r"\b(?:inc|ltd|gmbh|ag|co|corp|company|group|band|university|institute|college|school|ministry"
    r"|bureau|office|agency|association|organi[sz]ation|federation|committee|council|chamber|center"
    r"|centre|bank|society|union|team|club|party|army|records|brothers|orchestra)\b|&",
    re.I,
)
_ROLE = re.compile(r"(?:[eo]r|ist|man|woman|boy|girl|president|chair|wife|husband|friend|king)$")
_DATE = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july"
    r"|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
    r"\b[\s\d]*$",
    re.I,
)
_PLACED = frozenset("in at from to near into via throughout across".split())
_PEOPLE = re.compile(
    r"(?:[\w-]{2,}(?:ese|ish|[ae]an)|[\w-]{3,}ian|french|dutch|greek|swiss|thai|\w+-speaking)$",
    re.I,
)
"""Words like "Japanese" and "European", which name nothing by themselves."""
_REGION = re.compile(
    r"^(?:united|new|north|south|east|west|northern|southern|eastern|western|early|late)\b", re.I
)
_TOKEN = re.compile(r"[^\W_][\w’'&/.-]*[\w’']|[^\W_]|&|[^\w\s]")
_QUOTED = re.compile(r"“([^“”]{2,60})”|\"([^\"]{2,60})\"|(?<!\w)'([A-Z][^']{2,60})'(?!\w)")
_VERB_FORM = re.compile(r"[a-z](?:ing|ed|ly)$")
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$")
_FUNCTIONAL = re.compile(r"['’](?:s|m|d|ve|re|ll|t)$")
_LONGEST_PHRASE = 7


class Kind(StrEnum):
    """What a mention may be: NAME is a name that could be a person, a place or a thing.

    FULL_NAME is one of two or three words, as most persons have. WORD is a
    capitalised word that may be no name at all: at the head of a sentence, or like "Japanese".
    """

    MAN = "man"
    WOMAN = "woman"
    PERSON = "person"
    NAME = "name"
    FULL_NAME = "full name"
    WORD = "word"
    GROUP = "group"
    PLACE = "place"
    WORK = "work"
    ROLE = "role"
    THING = "thing"
    THINGS = "things"


@dataclass(frozen=True)
class Mention:
    """Words that speak of something. `start` is where they stand in the text, in code points."""

    text: str
    kind: Kind
    start: int = 0

    @property
    def named(self) -> bool:
        """Tell whether it is a name or a title rather than a noun phrase."""
        return self.kind not in (Kind.WORD, Kind.ROLE, Kind.THING, Kind.THINGS)


def find_mentions(text: str) -> list[Mention]:
    """Return what `text` speaks of, in order of place; a phrase comes before a name inside it."""
    quoted = [
        Mention(
            collapse(match.group(match.lastindex or 0)).strip(" ,.?!"), Kind.WORK, match.start()
        )
        for match in _QUOTED.finditer(text)
    ]
    tokens = list(_TOKEN.finditer(text))
    found = [*quoted, *_names(text, tokens), *_phrases(text, tokens)]
    return sorted(
        (mention for mention in found if mention.text), key=lambda m: (m.start, -len(m.text))
    )


def find_names(text: str) -> list[str]:
    """Return the names and quoted titles of `text` in order of place."""
    return [mention.text for mention in find_mentions(text) if mention.named]


def _is_capital(word: str) -> bool:
    return word[0].isupper() and word != "I"


def _names(text: str, tokens: Sequence[re.Match[str]]) -> Iterator[Mention]:
    number = 0
    while number < len(tokens):
        word = tokens[number].group()
        opens = number == 0 or tokens[number - 1].group() in ".?!:;"
        if not _is_capital(word) or (opens and _FUNCTIONAL.sub("", word).lower() in FUNCTION_WORDS):
            number += 1
            continue
        last = _end_of_name(tokens, number)
        name = _named(text, tokens, number, last)
        if opens and last == number and _continues_small(tokens, number):
            name = replace(name, kind=Kind.WORD)
        if not _DATE.match(name.text):
            yield name
        number = last + 1


def _continues_small(tokens: Sequence[re.Match[str]], number: int) -> bool:
    follows = tokens[number + 1].group() if number + 1 < len(tokens) else ""
    owner = _POSSESSIVE.search(tokens[number].group())
    verb = _VERB_FORM.search(tokens[number].group()) is not None
    return follows.islower() and (verb or follows not in FUNCTION_WORDS) and not owner


def _end_of_name(tokens: Sequence[re.Match[str]], first: int) -> int:
    """Return the number of the last token of the name that begins at `first`."""
    last, number = first, first + 1
    while number < len(tokens) and not _POSSESSIVE.search(tokens[last].group()):
        word = tokens[number].group()
        if word == "." and tokens[last].group().lower() in _TITLE | {"st", "jr"}:
            number += 1
            continue
        if _is_capital(word) or (word[0].isdigit() and number == last + 1):
            last = number
        elif word.lower() not in _JOINT or number > last + 2:
            break
        number += 1
    return last


def _named(text: str, tokens: Sequence[re.Match[str]], first: int, last: int) -> Mention:
    name = _POSSESSIVE.sub("", collapse(text[tokens[first].start() : tokens[last].end()]))
    earlier = [token.group().lower() for token in reversed(tokens[:first])]
    before = next((word for word in earlier if word != "the"), "")
    kind = _kind_of_name(name, before)
    if earlier[:1] == ["the"] and kind in (Kind.NAME, Kind.FULL_NAME):
        kind = Kind.GROUP
    return Mention(name, kind, tokens[first].start())


def _kind_of_name(name: str, before: str) -> Kind:
    parts = name.lower().replace(".", " ").split()
    if parts[0] in _TITLE:
        return Kind.WOMAN if parts[0] in _WOMAN else Kind.MAN if parts[0] in _MAN else Kind.PERSON
    if _GROUP.search(name) or parts[0] == "the":
        return Kind.GROUP
    if before in _PLACED:
        return Kind.PLACE
    if len(parts) == 1:
        return Kind.WORD if _PEOPLE.match(parts[0]) else Kind.NAME
    if any(c.isdigit() for c in name):
        return Kind.WORK
    whole = len(parts) <= 3 and not _REGION.match(name) and not _PEOPLE.match(parts[-1])
    return (
        Kind.FULL_NAME
        if whole and name.replace(" ", "").replace(".", "").replace("-", "").isalpha()
        else Kind.NAME
    )


def _phrases(text: str, tokens: Sequence[re.Match[str]]) -> Iterator[Mention]:
    """Yield phrases that begin with a determiner or a possessive name: "the result of the vote"."""
    number = 0
    while number < len(tokens):
        word = tokens[number].group()
        owner = _POSSESSIVE.sub("", word)
        owned = owner != word and owner.lower() not in FUNCTION_WORDS
        if word.lower() not in ("the", "a", "an") and not owned:
            number += 1
            continue
        last = _end_of_phrase(tokens, number)
        if last > number:
            first = number
            while owned and first and _is_capital(tokens[first - 1].group()):
                first -= 1
            head = next(
                (n - 1 for n in range(number + 1, last + 1) if tokens[n].group() == "of"), last
            )
            words = text[tokens[first].start() : tokens[last].end()]
            yield Mention(
                collapse(words), _kind_of_head(tokens[head].group()), tokens[first].start()
            )
        number = max(last, number) + 1


def _end_of_phrase(tokens: Sequence[re.Match[str]], first: int) -> int:
    """Return the last token of the phrase whose determiner is `first`, or `first` for none."""
    last = first
    for number in range(first + 1, min(first + _LONGEST_PHRASE + 1, len(tokens))):
        word = tokens[number].group().lower()
        follows = tokens[number + 1].group() if number + 1 < len(tokens) else "?"
        if word == "of" and last > first and (follows[0].isalnum()):
            if follows.lower() in ("the", "a", "an") or follows.lower() not in FUNCTION_WORDS:
                continue
            break
        if word in ("the", "a", "an") and tokens[number - 1].group() == "of":
            continue
        proper = tokens[number - 1].group().islower() and number > first + 1
        if word in FUNCTION_WORDS or not word[0].isalnum():
            break
        if proper and _is_capital(tokens[number].group()) and tokens[number - 1].group() != "of":
            break
        last = number
    before = tokens[first - 1].group().lower() if first else ""
    after = tokens[last + 1].group().lower() if last + 1 < len(tokens) else ""
    verb_left = before in _AUXILIARY and after not in _ADVERB | _BE | _AUXILIARY
    if before in _BE and last - first > 1:
        verb_left = tokens[last].group().lower().endswith(("ed", "ing", "en", "held", "made"))
    return last - 1 if verb_left and last > first else last


def _kind_of_head(head: str) -> Kind:
    word = head.lower()
    if _ROLE.search(word):
        return Kind.ROLE
    plural = word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return Kind.THINGS if plural or word in ("people", "men", "women", "data") else Kind.THING
