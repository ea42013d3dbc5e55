"""Days of the calendar in a line of text, as a report writes them.

English, Japanese with eras, and numbers where their order is beyond doubt. Of a range the first
day counts. What is no day of the calendar is not found; nothing here knows what happened then.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_MONTH = "(?:" + "|".join([*(f"{name}|{name[:3]}\\.?" for name in _MONTHS), "sept\\.?"]) + ")"
_TO = r"\s{0,2}(?:[-–—/&]|to|and|until|through)\s{0,2}"
_COMMA = r"\s{0,2},?\s{1,2}"
_WEEKDAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|fri|sat|sun)\b\.?),?\s{1,2}"
)
_DAY = rf"(?:{_WEEKDAY})?\d{{1,2}}(?:st|nd|rd|th|\.)?"
_LISTED = rf"(?:,\s?{_DAY}(?=(?:,\s?{_DAY}){{0,6}},?\s?(?:and|&))){{0,7}},?"
"""Days behind commas count only where "and" ends their list: "Room 3, 4 May" is one day."""
_JAPANESE_DAY = r"\s?\d{1,2}\s?日\s?(?:[（(][月火水木金土日祝・]{1,4}[)）])?"
_MONTH_FIRST = (
    rf"(?<!\w)(?:{_WEEKDAY})?(?P<month>{_MONTH})\s{{1,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
    rf"(?:{_LISTED}{_TO}(?:(?:{_WEEKDAY})?{_MONTH}\s{{1,2}})?{_DAY}){{0,3}}{_COMMA}(?P<year>\d{{4}})(?!\d)"
    rf"(?:{_TO}{_MONTH}\s{{1,2}}{_DAY}{_COMMA}\d{{4}}(?!\d))?"
)
_DAY_FIRST = (
    rf"(?<!\w)(?:{_WEEKDAY})?(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?(?:{_LISTED}{_TO}{_DAY}){{0,3}}"
    rf"(?:\s{{1,2}}(?:of\s{{1,2}})?|-)(?P<month>{_MONTH})(?:{_COMMA}|-)(?P<year>\d{{4}})(?!\d)"
    rf"(?:{_TO}{_DAY}\s{{1,2}}{_MONTH}{_COMMA}\d{{4}}(?!\d))?"
)
_TWO_MONTHS = (
    rf"(?<!\w)(?:{_WEEKDAY})?(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s{{1,2}}(?P<month>{_MONTH})"
    rf"{_TO}{_DAY}\s{{1,2}}{_MONTH}{_COMMA}(?P<year>\d{{4}})(?!\d)"
)
_PATTERNS = (
    *(re.compile(pattern, re.I | re.A) for pattern in (_TWO_MONTHS, _MONTH_FIRST, _DAY_FIRST)),
    re.compile(
        r"(?<![\d.-])(?P<year>\d{4})(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})(?![\d])"
        rf"(?:{_TO}\d{{4}}(?P=sign)\d{{1,2}}(?P=sign)\d{{1,2}}(?!\d))?",
        re.A,
    ),
    re.compile(
        r"(?<![\d.])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})(?!\.?\d)", re.A
    ),
    re.compile(r"(?<![\d/])(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})(?![\d/])", re.A),
    re.compile(
        r"(?P<era>明治|大正|昭和|平成|令和)?\s?(?P<year>\d{1,4}|元)\s?年\s?"
        rf"(?P<month>\d{{1,2}})\s?月\s?(?P<day>\d{{1,2}})\s?日\s?(?:[（(][月火水木金土日祝・]{{1,4}}[)）])?"
        rf"(?:\s?[～〜~\-－–・、と]\s?(?:\d{{1,2}}\s?月)?{_JAPANESE_DAY})?"
    ),
)
_ERAS = {
    "明治": (1868, 45),
    "大正": (1912, 15),
    "昭和": (1926, 64),
    "平成": (1989, 31),
    "令和": (2019, 82),
}
"""The first year of each era and how many years it has."""
_EARLIEST, _LATEST = 1800, 2100
"""Years of events that reports tell of; others are of another calendar, or no years."""
_WIDE = str.maketrans("０１２３４５６７８９／．－", "0123456789/.-")
_NUMBERED = re.compile(
    r"(?:(?:\b(?:sections?|sect|sec|versions?|ver|v|tel|telephone|phone|mobile|fax|no|nos|nr|number"
    r"|chapter|clause|article|art|para|paragraph|table|figure|fig|page|pp?|rev|revision|release"
    r"|build|item|ref|id|isbn|doi|code|rfc|step|annex|appendix|firmware)\b[.:]{0,2}|[§#№＃])\s{0,2})$",
    re.I,
)
_COUNTED = re.compile(r"(?:\b(?:sections?|chapter|nos?|nr)\b[.:]{0,2}|[§#№＃])\s{0,2}$", re.I)
"""What stands before a number that is no day: of numbers alone, and of numbers before a month."""
_FIRST_WORD = re.compile(_WEEKDAY, re.I | re.A)
_EITHER_ORDER = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")


@dataclass(frozen=True)
class FoundDate:
    """A day in ISO 8601 and where it stands in the line; of a range the whole range stands."""

    iso: str
    start: int
    end: int


def find_date(line: str) -> FoundDate | None:
    """Return the first day that `line` names, None where it names none."""
    found = sorted(_dates(line.translate(_WIDE)), key=lambda date: (date.start, -date.end))
    return found[0] if found else None


def _dates(line: str) -> Iterator[FoundDate]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(line):
            day = _day(match)
            if day and not _is_number(line, match):
                weekday = _FIRST_WORD.match(line, match.start())
                start = weekday.end() if weekday else match.start()
                yield FoundDate(day.isoformat(), start, match.start() + len(match[0].rstrip()))
                break


def _is_number(line: str, match: re.Match[str]) -> bool:
    """Tell whether "Section", "Tel." or "No." in front says that this is no day."""
    before = line[max(0, match.start() - 20) : match.start()]
    return bool((_NUMBERED if match["month"].isdigit() else _COUNTED).search(before))


def _day(match: re.Match[str]) -> date | None:
    """Return the day; None where there is no such day or its numbers may be meant otherwise."""
    parts = match.groupdict()
    year = 1 if parts["year"] == "元" else int(parts["year"])
    month, day = _month(parts["month"]), int(parts["day"])
    if _EITHER_ORDER.fullmatch(match[0]):
        if month != day and max(month, day) <= 12:
            return None
        month, day = sorted((month, day))
    if parts.get("era"):
        first, years = _ERAS[parts["era"]]
        year = first + year - 1 if year <= years else 0
    if not _EARLIEST <= year <= _LATEST:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(name: str) -> int:
    if name.isdigit():
        return int(name)
    return next(n for n, full in enumerate(_MONTHS, 1) if full.startswith(name.lower().rstrip(".")))
