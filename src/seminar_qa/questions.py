"""What a question asks for, by rule: the kind of thing, several or one, who said it, which names.

For English; of a question in another script only its numbers and Latin names are known.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from seminar_qa.figures import NUMBER_WORDS, WantedFigure, find_figure
from seminar_qa.mentions import find_names

_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_IS_NUMBER = re.compile(rf"\d|\b(?:{NUMBER_WORDS}|none|single|all|most|several|few)\b", re.I)
_IS_DATE = re.compile(
    rf"\d|\b(?:{_MONTH}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|yesterday|tomorrow|spring"
    r"|summer|autumn|fall|winter|century|year|month|week|day|morning|afternoon|evening|night|when"
    r"|after|before|during|until|since|once|if|ago|later|soon|annually|never)\b",
    re.I,
)
_IS_REASON = re.compile(
    r"\b(?:because|due to|since|so that|in order to|as a result|thanks to|therefore|owing to|reason"
    r"|why|to|for|as|by|so)\b",
    re.I,
)
_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|often|long|large|big|old|far|high|tall|deep|wide|fast|heavy|strong|late"
    r"|soon|quickly|little|few)\b|\b(?:what|which)(?: \w+){0,2}? (?:number|share|percentage|percent"
    r"|proportion|portion|amount|fraction|rate|price|cost|size|ratio|factor|total|sum|population"
    r"|area|length|height|weight|temperature|speed|distance|age|score|threshold|limit)\b",
    re.I,
)
_ASKS_DATE = re.compile(
    r"^(?:and |but )?(?:since |until |by |from |on |in |at )*(?:when|(?:what|which) (?:\w+ )?"
    r"(?:date|day|year|month|week|time|period|decade|century)s?)\b|\bwhen (?:was|were|did|is|are"
    r"|will|does|do|has|had|should|must|can)\b",
    re.I,
)
_ASKS_PERSON = re.compile(r"(?:^|, )(?:\w+ )?(?:who|whom|whose)\b", re.I)
_ASKS_REASON = re.compile(r"(?:^|, )(?:\w+ )?(?:why|for what (?:two |three )?reasons?)\b", re.I)
_SAYING = (
    "said|says|say|saying|asked|asks|ask|argued|argues|argue|proposed|proposes|propose|suggested"
    "|suggests|suggest|objected|objects|object|mentioned|mentions|mention|explained|explains"
    "|explain|reported|reports|report|stated|states|state|claimed|claims|claim|noted|notes|note"
    "|pointed out|points out|point out|raised|raise|brought up|bring up|complained|complain"
    "|warned|warn|thinks|thought|think|believes|believed|believe|wanted to know|want to know"
    "|wondered|wonder|told|tell|tells|remarked|commented|comment|called|call|described|describe"
    "|recommended|recommend|answered|answer|replied|reply|agreed|agree|disagreed|disagree"
    "|challenged|challenge|opposed|oppose|supported|support|wished|wish|worried|worry|expressed"
    "|announced|announce|predicted|predict|added|add|named|name|gave|give|praised|praise"
)
_WHO_SAID = re.compile(rf"^(?:\w+ ){{0,1}}?who(?:\s+\w+){{0,3}}?\s+(?:{_SAYING})\b", re.I)
_SAYS = re.compile(rf"\b(?:{_SAYING}|according to|opinion of|view of|stance|position)\b", re.I)
_WANTS_LIST = re.compile(
    r"\b(?:which|what|name|list|whose)\b(?:\s+[\w-]+){0,3}?"
    r"\s+(?:(?!does\b)[a-z-]{2,}[^siu\W]s|criteria|people|countries)\b"
    r"(?!\s+(?:the|a|an|its|their|his|her|this|that|it|them|him|up|off|out)\b)"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|several|all)\b|^(?:list|name)\b",
    re.I,
)
_ORDER = re.compile(r"(?:name|report|describe|explain|state|mention|tell|note|give|add)\b", re.I)
_FIGURE = re.compile(r"(?<![A-Za-z\d])\d+(?:[.,:]\d+)*(?![A-Za-z\d])")


class Wanted(StrEnum):
    """The kind of thing that answers."""

    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    REASON = "reason"
    ANYTHING = "anything"


@dataclass(frozen=True)
class Asked:
    """A question, taken apart."""

    text: str

    @cached_property
    def wanted(self) -> Wanted:
        """The kind of thing that answers."""
        for pattern, kind in (
            (_ASKS_DATE, Wanted.DATE),
            (_ASKS_NUMBER, Wanted.NUMBER),
            (_ASKS_PERSON, Wanted.PERSON),
            (_ASKS_REASON, Wanted.REASON),
        ):
            if pattern.search(self.text):
                return kind
        return Wanted.ANYTHING

    @cached_property
    def figure(self) -> WantedFigure | None:
        """The figure that is asked for, None where none is or any will do."""
        return find_figure(self.text)

    @cached_property
    def wants_list(self) -> bool:
        """Whether several things are asked for."""
        return bool(_WANTS_LIST.search(self.text))

    @cached_property
    def wants_speaker(self) -> bool:
        """Whether it asks who said something."""
        return bool(_WHO_SAID.match(self.text))

    @cached_property
    def is_about_saying(self) -> bool:
        """Whether it asks what somebody said, thought or proposed."""
        order = _ORDER.match(self.text)
        said = _SAYS.search(self.text, order.end() if order else 0)
        return said is not None and not self.wants_speaker

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names and figures that what answers must go with."""
        return tuple(dict.fromkeys([*find_names(self.text), *_FIGURE.findall(self.text)]))

    def fits(self, answer: str, sentence: str) -> float:
        """Return 1.0 when an answer is of the wanted kind, 0.0 when it is not or any kind will do.

        -1.0 means that neither it nor its sentence is.
        """
        if self.wanted is Wanted.ANYTHING:
            return 0.0
        pattern = _KINDS[self.wanted]
        if pattern.search(answer):
            return 1.0
        return 0.0 if pattern.search(sentence) else -1.0

    def counts(self, answer: str, sentence: str) -> float:
        """Return like `fits`, -1.0 to 1.0, whether an answer is of the unit that is asked for."""
        return self.figure.fits(answer, sentence) if self.figure else self.fits(answer, sentence)


_KINDS = {
    Wanted.NUMBER: _IS_NUMBER,
    Wanted.DATE: _IS_DATE,
    Wanted.PERSON: re.compile(r"[^\W\d_a-z]"),
    Wanted.REASON: _IS_REASON,
}
