"""Whether a figure is of what a question asks for: "three sessions" are not how many people came.

By rule and for English: the unit that is asked for, or the noun that is counted.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from seminar_qa.mentions import FUNCTION_WORDS

NUMBER_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    "|hundreds?|thousands?|millions?|billions?|dozens?|half|third|quarter|twice|double|once|both"
)
_FIGURE = re.compile(
    rf"\d[\d.,\s]*(?:k|m|bn)?\b"
    rf"|\b(?:{NUMBER_WORDS}|none|single)\b(?:[ -](?:{NUMBER_WORDS}|and)\b)*",
    re.I,
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*|%")
_COUNTED = re.compile(r"\bhow many\s+((?:[\w'’-]+\s+){0,3}[\w'’-]+)", re.I)
_PEOPLE = frozenset(
    """
    people person participant attendee visitor guest audience member delegate employee worker staff
    user player student developer expert speaker representative individual men women man woman
    resident inhabitant citizen tourist victim soldier troop passenger fan viewer child children
    """.split()
)
"""Words that count people; one may stand for another."""
_ENDING = FUNCTION_WORDS - frozenset("of and or other more most the these those".split())
"""Words behind which nothing is counted any more."""
_AHEAD, _BACK = 80, 40
"""How far around an answer its noun is looked for, in code points."""
_WORDS_AHEAD, _WORDS_BACK = 5, 3


class Unit(StrEnum):
    """What a figure is asked for in."""

    SHARE = "share"
    MONEY = "money"
    YEAR = "year"
    TIME = "time"
    THINGS = "things"


_ASKS = {
    Unit.SHARE: re.compile(
        r"\b(?:what|which)(?: \w+){0,2}? (?:share|percentage|percent|proportion|portion|fraction)"
        r"\b",
        re.I,
    ),
    Unit.MONEY: re.compile(
        r"\bhow much money\b"
        r"|\bhow much (?:\w+ ){0,6}?(?:costs?|paid|pays?|earns?|earned|spent|spend|invest(?:ed)?"
        r"|donated?|raised?|worth)\b"
        r"|\b(?:what|which)(?: [\w'’-]+){0,6}? (?:fee|fine|price|cost|budget|revenue|salary|income"
        r"|funding|profit|turnover|rent|wage)s?\b"
        r"|\b(?:in|of) (?:dollars|euros|yen)\b|\b(?:dollar|euro) (?:amount|value|coverage)\b",
        re.I,
    ),
    Unit.YEAR: re.compile(r"\b(?:what|which) year\b", re.I),
    Unit.TIME: re.compile(
        r"\bhow (?:long|many (?:\w+ )?(?:seconds|minutes|hours|days|weeks|months|years|decades))\b",
        re.I,
    ),
}
_IS = {
    Unit.SHARE: re.compile(
        r"%|\bper ?cent|\b(?:half|third|quarter|fifth|tenth|majority|minority|most|all|none)s?\b"
        r"|\bout of\b|\b(?:one|\d+) in \w+|\b\d+/\d+\b",
        re.I,
    ),
    Unit.MONEY: re.compile(
        r"[$€£¥]|\b(?:dollars?|euros?|yen|pounds?|cents?|francs?|crowns?|kron\w+|rupees?|yuan|usd|eur"
        r"|jpy|gbp|chf|free|nothing)\b",
        re.I,
    ),
    Unit.YEAR: re.compile(r"\b(?:1\d|20)\d\d\b"),
    Unit.TIME: re.compile(
        r"\b(?:seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|fortnights?|months?|years?|decades?"
        r"|centur(?:y|ies)|ms|forever|overnight|annually)\b|\b\d+\s?[smhd]\b",
        re.I,
    ),
}


@dataclass(frozen=True)
class WantedFigure:
    """The unit of the figure that is asked for; `counted` are the nouns, for a number of things."""

    unit: Unit
    counted: frozenset[str] = frozenset()

    def fits(self, answer: str, sentence: str) -> float:
        """Return how well an answer out of its sentence is such a figure, -1.0 to 1.0.

        1.0 when it is one, 0.5 when it may be, 0.0 when it is another and one stands in the
        sentence, -1.0 when neither it nor its sentence has one.
        """
        if self.unit is Unit.THINGS:
            return self._counts(answer, sentence)
        pattern = _IS[self.unit]
        if pattern.search(answer):
            return 1.0
        if self.unit in (Unit.MONEY, Unit.TIME) and _FIGURE.search(answer):
            return 0.5
        return 0.0 if pattern.search(sentence) else -1.0

    def _counts(self, answer: str, sentence: str) -> float:
        figure = _FIGURE.search(answer)
        if not figure:
            return 0.0 if _FIGURE.search(sentence) else -1.0
        place = sentence.find(answer)
        before, after = (
            (sentence[max(0, place - _BACK) : place], sentence[place + len(answer) :][:_AHEAD])
            if place >= 0
            else ("", "")
        )
        ahead = _nouns(_to_function_word(answer[figure.end() :] + " " + after))[:_WORDS_AHEAD]
        if self._are_counted(ahead + _nouns(before + answer[: figure.start()])[-_WORDS_BACK:]):
            return 1.0
        if ahead[:1] == ["%"]:
            return -1.0
        return 0.5 if self._are_counted(_nouns(sentence)) else 0.0

    def _are_counted(self, nouns: list[str]) -> bool:
        people = bool(self.counted & _PEOPLE) and not _PEOPLE.isdisjoint(nouns)
        return people or not self.counted.isdisjoint(nouns)


def find_figure(question: str) -> WantedFigure | None:
    """Return what figure a question asks for; None when it asks for none, or for any."""
    for unit, pattern in _ASKS.items():
        if pattern.search(question):
            return WantedFigure(unit)
    counted = _COUNTED.search(question)
    if not counted:
        return None
    nouns: list[str] = []
    for word in counted[1].split():
        if word.lower() in FUNCTION_WORDS:
            break
        nouns.append(_stem(word))
    return WantedFigure(Unit.THINGS, frozenset(nouns[-2:])) if nouns else None


def _to_function_word(text: str) -> str:
    """Return the words that a figure may count, as in "3,000 small and medium companies"."""
    cut = next((w.start() for w in _WORD.finditer(text) if w.group().lower() in _ENDING), None)
    return text[:cut]


def _nouns(text: str) -> list[str]:
    return [_stem(word) for word in _WORD.findall(text)]


def _stem(word: str) -> str:
    """Return a noun without the ending of its plural."""
    small = word.lower().strip("'’")
    for ending, single in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("s", "")):
        if small.endswith(ending) and len(small) > len(ending) + 2 and not small.endswith("ss"):
            return small[: -len(ending)] + single
    return small
