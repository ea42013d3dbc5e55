"""What a report says of itself at its head: title, date and place.

Rules over the block of short lines that a report begins with. What they do not find is None;
speakers and organisers are not looked for yet.
"""

import re
from dataclasses import dataclass
from datetime import date

from seminar_qa.text import is_cjk

_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_MONTH = "|".join([*(f"{name}|{name[:3]}\\.?" for name in _MONTHS), "sept\\.?"])
_DATES = (
    re.compile(
        rf"(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})",
        re.I | re.A,
    ),
    re.compile(
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month>{_MONTH}),?\s+(?P<year>\d{{4}})",
        re.I | re.A,
    ),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
    re.compile(r"(?P<year>\d{4})年\s*(?P<month>\d{1,2})月\s*(?P<day>\d{1,2})日"),
)
_QUOTED = re.compile(r"^[“\"„«「『](?P<inside>.+)[”\"“»」』]$")
_GENRE = re.compile(
    r"^(seminar|workshop|meeting|conference|final|summary|event)?\s*(report|minutes|summary|proceedings)$",
    re.I | re.A,
)
_EVENT = re.compile(
    r"(?:minutes|report|summary|meeting|seminar|workshop|conference|session)s?$", re.I
)
_PLACE = re.compile(r"^[\s,;:|–—-]*(?:in\s+|at\s+)?(?P<place>[^\W\d_][^\d!?;:“”\"]{1,60}?)[\s.,]*$")


@dataclass(frozen=True)
class Facts:
    """Title, date (ISO 8601) and place of the event; None where the head does not say."""

    title: str | None = None
    date: str | None = None
    place: str | None = None


def find_facts(head: list[str], title: str | None = None) -> Facts:
    """Return what the lines of a report's head say, and its title where the format marks one.

    `head` may be empty. A line with a date is the title only when it says what event it was and
    there is no other.
    """
    dated = next((line for line in head if _find_date(line)), "")
    named = title or _find_title([line for line in head if line != dated])
    if dated:
        found = _find_date(dated)
        if found and not named and any(_EVENT.match(word) for word in dated.split()):
            named = dated
        return Facts(named, found[0], _find_place(found[1])) if found else Facts(named)
    in_title = _find_date(title or "")
    return Facts(named, in_title[0] if in_title else None)


def _find_date(line: str) -> tuple[str, str] | None:
    """Return the ISO date in a line and the line without it."""
    for pattern in _DATES:
        match = pattern.search(line)
        if match:
            try:
                day = date(int(match["year"]), _month(match["month"]), int(match["day"]))
            except ValueError:
                continue
            return day.isoformat(), line[: match.start()] + line[match.end() :]
    return None


def _month(name: str) -> int:
    if name.isdigit():
        return int(name)
    return next(n for n, full in enumerate(_MONTHS, 1) if full.startswith(name.lower().rstrip(".")))


def _find_place(rest: str) -> str | None:
    match = _PLACE.match(rest)
    if not match or len(rest.split()) > 5 or match["place"][0].islower():
        return None
    words = match["place"].split()
    about_event = any(_EVENT.match(word) for word in words)
    return None if about_event or words[-1].islower() else " ".join(words)


def _find_title(lines: list[str]) -> str | None:
    """A line in quotation marks, else the first that is neither a genre nor all capitals."""
    for line in lines:
        quoted = _QUOTED.match(line)
        if quoted:
            return quoted["inside"].strip()
    plain = [line for line in lines if not _GENRE.match(line)]
    names = [line for line in plain if not line.isupper()] or plain
    latin = [line for line in names if not all(is_cjk(c) or c.isspace() for c in line)]
    return next(iter(latin or names), None)
