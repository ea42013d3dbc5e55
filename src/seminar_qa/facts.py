"""What a report says of its event: title, date, place and organiser, and where it says so.

Rules over the short lines at its head and, where those are silent, its first running sentences.
What they do not find is None. Who speaks is not looked for here (`speakers`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from seminar_qa.dates import FoundDate, find_date
from seminar_qa.documents import Block, Kind
from seminar_qa.sentences import sentence_spans
from seminar_qa.text import count_words, ends_sentence, is_cjk

_HEAD = 40
"""So many blocks at most are a report's head."""
_PARAGRAPHS = 4
"""So many running paragraphs may say what the head does not."""
_LONGEST_LINE = 300
_QUOTED = re.compile(r"^[“\"„«「『](?P<inside>.+)[”\"“»」』]$")
_GENRE = re.compile(
    r"^(?:seminar|workshop|meeting|conference|final|summary|event)?\s*"
    r"(?:report|minutes|summary|proceedings)$",
    re.I | re.A,
)
_EVENT = re.compile(
    r"(?:minutes|report|summary|meeting|seminar|workshop|conference|session|symposium|webinar"
    r"|forum|congress|summit|roundtable|colloquium|event|hearing)s?$",
    re.I,
)
_NO_PLACE = re.compile(
    r"(?:day|part|version|draft|final|agenda|program(?:me)?|page|vol(?:ume)?|no|issue|am|pm|from"
    r"|start|time|attendees|participants|prepared|updated|published|notes?|edition|release|rev"
    r"|confidential|public)$",
    re.I,
)
_PLACE = re.compile(
    r"^[\s,;:.|/•·–—()（）-]*(?:in\s+|at\s+|\bin\b)?"
    r"(?P<place>[^\W\d_][^\d!?;:|“”\"]{1,60}?)[\s.,|–—-]*$"
)
_ONLINE = re.compile(r"(?:online|virtual(?:ly)?|hybrid|zoom|teams|webex)\b", re.I)
_TIMES = re.compile(
    r"(?:from\s+)?\d{1,2}[:.時]\d{0,2}分?\s*(?:[ap]\.?m\.?)?\s*(?:[-–—~～〜]|to|から)?\s*"
    r"(?:\d{1,2}[:.時]\d{0,2}分?)?\s*(?:[ap]\.?m\.?)?\s*(?:まで|\(?(?:UTC|GMT|CES?T|JST|[EP][SD]T)\)?)?"
    r"|[（(][月火水木金土日][)）]|[(](?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day[)]"
)
_FIELDS = {
    "date": r"dates?(?:\s+and\s+time)?|when|date/time|開催日時?|日時|期日|日付",
    "place": r"venue|place|location|where|(?:date|time)\s+and\s+(?:place|venue)"
    r"|開催場所|場所|会場|開催地",
    "organiser": r"(?:co-)?organi[sz](?:ers?|ed\s+by)|(?:co-)?host(?:s|ed\s+by)?|主催者?",
    "title": r"title|topic|件名|題名",
}
_LABEL = re.compile(
    r"(?:^|(?<=[;|,.\s]))(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _FIELDS.items())
    + r")\s?(?:[:：]|(?<=\sby)\s|(?<=[時所場催者日地])\s)\s?",
    re.I,
)
_STOP = re.compile(r"(?<=\s)[A-Z][\w-]*(?:\s[a-z]+){0,2}\s?[:：](?=\s|$)")
"""Any other label behind a value: "Place: Accra Present: Ama Owusu"."""
_PEOPLE = re.compile(
    r"(?<!\w)(?:(?:members?|also|those|delegates|people)\s){0,2}(?:present|in\sattendance|attendees"
    r"|attendance|attending|participants|apologies|absent|regrets|invited|excused|chair(?:ed\sby)?"
    r"|scribes?|minutes\sby|出席者?|欠席者?|参加者)\s?(?:[:：]|$)",
    re.I,
)
"""Labels of who was there: neither they nor what follows is a title."""
_JAPANESE_ORGANISER = re.compile(
    r"(?:^|(?<=[。、\s]))主催者?は、?(?P<who>[^、。\s]{2,40}?)(?:である|であった|です|でした|だった|だ)(?=[。\s]|$)"
)
_VENUE = re.compile(
    r"\b(?i:hotel|inn|resort|palace|hall|house|institute|institut|university|universit[àäé]t?|centre"
    r"|center|ministry|academy|college|school|association|agency|society|museum|council|chamber"
    r"|foundation|office|embassy|bank|company|ltd|inc|gmbh)\b[^:]{0,60},\s[^\W\d_a-z][^,:]{1,30}"
    r"(?:,\s[^\W\d_a-z][^,:]{1,30})?$"
)
"""A hotel or an organisation with its city."""
_CAPITAL = r"(?:[^\W\d_a-z][\w.'’&/+-]*|\([^()]{1,30}\))"
_LINK = r"(?:of|for|the|and|&|de|du|des|la|le|del|von|und|für|van|on)"
_NAME = rf"{_CAPITAL}(?:,?\s(?:{_LINK}\s){{0,3}}{_CAPITAL}){{0,15}}"
_KIND_OF_EVENT = (
    r"(?:seminar|workshop|conference|meeting|symposium|webinar|forum|event|session|summit|congress"
    r"|round\s?table|hearing|colloquium|training|lecture|dialogue|briefing)s?\b"
)
_ORGANISED = r"(?:co-)?(?:organi[sz]ed|hosted|held|convened)"
_ACTIVE = re.compile(
    rf"(?:^|(?<=,\s))(?:[Tt]he\s)?(?P<who>{_NAME})"
    rf"(?:,\s(?:together|in|jointly)[^,.]{{3,80}},)?"
    rf"\s(?:(?:has|have|had|jointly|recently|successfully|also|again|then)\s){{0,2}}{_ORGANISED}\s"
    rf"(?=[^.]{{0,120}}?{_KIND_OF_EVENT})"
)
_PASSIVE = re.compile(
    rf"(?i:{_KIND_OF_EVENT})[^.]{{0,160}}?\b(?:organi[sz]ed|hosted|convened)\s(?:jointly\s)?by\s"
    rf"(?:the\s)?(?P<who>{_NAME})"
)
_TOOK_PLACE = re.compile(
    rf"\b(?:{_ORGANISED}|took\splace|gathered|met|attended|opened)\b|開催|開かれ|行われ|実施"
)
_ABOUT_EVENT = re.compile(
    rf"{_KIND_OF_EVENT}|セミナー|会議|会合|研究会|講演会|シンポジウム|委員会", re.I
)
_OTHER_EVENT = re.compile(
    r"\b(?:previous|previously|earlier|last|next|upcoming|future|another|will|first\sheld|since"
    r"|before|after|following|originally|postponed|preceding)\b|次回|前回|昨年|予定"
)
_NOBODY = frozenset(
    "we it this that these those they he she i you there here participants in on at during".split()
)
_PERSON = re.compile(r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Dame)\b\.?")
_PLACE_AFTER = re.compile(rf"[,\s]{{1,3}}(?:in|at)\s(?:the\s)?(?P<place>{_NAME})")
_PLACE_BEFORE = re.compile(rf"\b(?:in|at)\s(?:the\s)?(?P<place>{_NAME}),?\s(?:on\s|from\s)?$")
_JAPANESE = re.compile(r"^(?P<who>[^、。，\s]{2,40})は、?(?=[^。]{0,120}(?:開催|主催))")
_JAPANESE_PLACE = re.compile(r"^に?、?(?P<place>[^、。に]{1,20}?)(?:において|にて|で)")

_ORGANISATION = re.compile(
    r"^(?=[^a-z]*$).*\b(?:CENT(?:RE|ER)|INSTITUTE|ASSOCIATION|UNIVERSITY|AGENCY|COUNCIL|FOUNDATION"
    r"|COMMISSION|MINISTRY|ORGANI[SZ]ATION|SOCIETY|CHAMBER|COMMITTEE|DEPARTMENT|CONSORTIUM|UNION"
    r"|FEDERATION|NETWORK|ACADEMY|OFFICE|BANK|GROUP|LTD|INC|GMBH)\b"
)


@dataclass(frozen=True)
class Facts:
    """Title, date (ISO 8601), place and organiser of the event; None where the text is silent.

    `found_at` says where each stands in the text, as (name of the field, start, end).
    """

    title: str | None = None
    date: str | None = None
    place: str | None = None
    organiser: str | None = None
    found_at: tuple[tuple[str, int, int], ...] = ()


@dataclass
class _Finder:
    """Keeps the first finding of each field."""

    text: str
    values: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)

    def keep(self, name: str, start: int, end: int, value: str = "") -> None:
        """Say that a fact stands at `text[start:end]`, unless it is known already."""
        if start < end and name not in self.values:
            self.values[name] = value or self.text[start:end]
            self.places[name] = (start, end)

    def keep_date(self, found: FoundDate | None, start: int) -> None:
        if found:
            self.keep("date", start + found.start, start + found.end, found.iso)

    @property
    def facts(self) -> Facts:
        found_at = tuple((name, *self.places[name]) for name in sorted(self.places))
        return Facts(**self.values, found_at=found_at)


def find_facts(text: str, blocks: Sequence[Block]) -> Facts:
    """Return what a report says of its event; `blocks` are those of its `text`.

    A line with a date is the title only when it says what event it was and there is no other.
    """
    finder = _Finder(text)
    head = _head(text, blocks)
    front = [block for block in head if block.kind in (Kind.TITLE, Kind.FRONT)]
    for block in head:
        _read_fields(finder, block)
    _read_head(finder, front, [block for block in head if block not in front])
    running = (block for block in blocks if _is_sentence(text, block))
    for block in islice(running, _PARAGRAPHS):
        _read_running(finder, block)
    _read_capitals(finder, front)
    return finder.facts


def _head(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks before the first long running one, and what stands as title or front."""
    head: list[Block] = []
    over = False
    for block in blocks[: 2 * _HEAD]:
        over = over or _is_sentence(text, block)
        if block.kind in (Kind.TITLE, Kind.FRONT) or not over:
            head.append(block)
    return [block for block in head if block.end - block.start <= _LONGEST_LINE][:_HEAD]


def _is_sentence(text: str, block: Block) -> bool:
    line = text[block.start : block.end]
    running = block.kind is Kind.PARAGRAPH
    return running and (count_words(line) > 12 or (ends_sentence(line) and " " in line))


def _read_fields(finder: _Finder, block: Block) -> None:
    """Read "Venue: …" and the like, several of them in a line too."""
    line = finder.text[block.start : block.end]
    labels = list(_LABEL.finditer(line))
    organiser = _JAPANESE_ORGANISER.search(line)
    if organiser:
        _keep_who(finder, organiser, block.start)
    if not labels or (block.kind is Kind.TABLE_ROW and labels[0].start() > 0):
        return
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        start, end = label.end(), following.start() if following else len(line)
        name = str(label.lastgroup)
        end = _value_end(line, name, start, end)
        if name == "date":
            _read_dated(finder, line[start:end], block.start + start)
        else:
            start += len("the ") * line[start:end].lower().startswith("the ")
            finder.keep(name, block.start + start, block.start + end)


def _value_end(line: str, name: str, start: int, end: int) -> int:
    """Return where a field's value ends: at any other label, in a title at a list of people."""
    stop = (_PEOPLE if name == "title" else _STOP).search(line, start, end)
    if stop and line[start : stop.start()].strip():
        end = stop.start()
    return start + len(line[start:end].rstrip(" ;|,.、。/"))


def _read_head(finder: _Finder, front: list[Block], others: list[Block]) -> None:
    """Find the title, and the line with a date, which may name the place too."""
    people = (n for n, block in enumerate(front) if _names_people(finder, block))
    titles = front[: next(people, len(front))]
    marked = next((block for block in titles if block.kind is Kind.TITLE), None)
    lines = [block for block in front if block is not marked and not _field(finder, block)]
    dated = next((block for block in lines if _date(finder, block)), None)
    dated = dated or next((block for block in others if _date(finder, block)), None)
    if marked:
        finder.keep("title", marked.start, marked.end)
    _read_title(finder, [block for block in lines if block is not dated and block in titles])
    line = finder.text[dated.start : dated.end] if dated else ""
    if (
        dated
        and dated in lines
        and dated in titles
        and any(_EVENT.match(word) for word in line.split())
    ):
        finder.keep("title", dated.start, dated.end)
    if dated:
        _read_dated(finder, line, dated.start)
    elif marked:
        finder.keep_date(_date(finder, marked), marked.start)


def _date(finder: _Finder, block: Block) -> FoundDate | None:
    return find_date(finder.text[block.start : block.end])


def _names_people(finder: _Finder, block: Block) -> bool:
    return bool(_PEOPLE.match(finder.text[block.start : block.end]))


def _field(finder: _Finder, block: Block) -> bool:
    return bool(_LABEL.match(finder.text[block.start : block.end]))


def _read_title(finder: _Finder, lines: list[Block]) -> None:
    """A line in quotation marks, else the first that is neither a genre nor all capitals."""
    texts = {finder.text[block.start : block.end]: block for block in reversed(lines)}
    for line in map(finder.text.__getitem__, (slice(b.start, b.end) for b in lines)):
        quoted = _QUOTED.match(line)
        if quoted:
            start = texts[line].start
            finder.keep("title", start + quoted.start("inside"), start + quoted.end("inside"))
    plain = [line for line in reversed(texts) if not _GENRE.match(line)]
    if any(_ABOUT_EVENT.search(line) for line in plain):
        plain = [n for n in plain if _ABOUT_EVENT.search(n) or not _VENUE.search(n)]
    names = [line for line in plain if not line.isupper()] or plain
    latin = [line for line in names if not all(is_cjk(c) or c.isspace() for c in line)]
    for line in (latin or names)[:1]:
        finder.keep("title", texts[line].start, texts[line].end)


def _read_dated(finder: _Finder, line: str, start: int) -> None:
    """Read a line of the head with a date: what stands behind it or before it may be the place."""
    found = find_date(line)
    if not found:
        return
    finder.keep_date(found, start)
    after = _TIMES.sub(lambda match: " " * len(match[0]), line[found.end :])
    place = _place(after, 5)
    if place:
        finder.keep("place", start + found.end + place[0], start + found.end + place[1])
    before = line[: found.start].rstrip()
    place = _place(before, 3) if before.endswith(",") and "title" in finder.values else None
    if place and not after.strip(" .,"):
        finder.keep("place", start + place[0], start + place[1])


def _place(rest: str, longest: int) -> tuple[int, int] | None:
    """Return the place that the rest of a dated line is, None when it may be anything else."""
    match = _PLACE.match(rest)
    if not match or len(rest.split()) > longest:
        return None
    words = match["place"].split()
    plain = [word.strip(",.()") for word in words]
    if any(_EVENT.match(word) or _NO_PLACE.match(word) for word in plain):
        return None
    low = match["place"][0].islower() or words[-1][0].islower()
    return None if low and not _ONLINE.match(match["place"]) else match.span("place")


def _read_running(finder: _Finder, block: Block) -> None:
    """Read the sentences of a paragraph that say when, where and by whom the event was held."""
    line = finder.text[block.start : block.end]
    for first, last in islice(sentence_spans(line[:2_000]), 12):
        sentence = line[first:last]
        organiser = _JAPANESE_ORGANISER.search(sentence)
        if organiser:
            _keep_who(finder, organiser, block.start + first)
        if _TOOK_PLACE.search(sentence) and not _OTHER_EVENT.search(sentence):
            _read_organiser(finder, sentence, block.start + first)
            if _ABOUT_EVENT.search(sentence):
                _read_when(finder, sentence, block.start + first)


def _read_organiser(finder: _Finder, sentence: str, start: int) -> None:
    for pattern in (_ACTIVE, _PASSIVE, _JAPANESE):
        match = pattern.search(sentence)
        if match and _is_organisation(match["who"]):
            _keep_who(finder, match, start)


def _keep_who(finder: _Finder, match: re.Match[str], start: int) -> None:
    first = start + match.start("who")
    finder.keep("organiser", first, first + len(match["who"].rstrip(" .,")))


def _is_organisation(name: str) -> bool:
    words = name.lower().split()
    event = _ABOUT_EVENT.match(words[-1]) or (is_cjk(name[-1]) and _ABOUT_EVENT.search(name[-5:]))
    return words[0] not in _NOBODY and not event and not _PERSON.match(name) and not find_date(name)


def _read_when(finder: _Finder, sentence: str, start: int) -> None:
    """Read the date of a sentence about the event and the place beside that date."""
    found = find_date(sentence)
    if not found or finder.values.get("date", found.iso) != found.iso:
        return
    finder.keep_date(found, start)
    for pattern, piece, offset in (
        (_PLACE_AFTER, sentence[found.end :], found.end),
        (_JAPANESE_PLACE, sentence[found.end :], found.end),
    ):
        match = pattern.match(piece)
        if match:
            _keep_place(finder, match, start + offset)
    before = _PLACE_BEFORE.search(sentence[: found.start])
    if before:
        _keep_place(finder, before, start)


def _keep_place(finder: _Finder, match: re.Match[str], start: int) -> None:
    first = match.start("place")
    finder.keep("place", start + first, start + first + len(match["place"].rstrip(" .,")))


def _read_capitals(finder: _Finder, front: list[Block]) -> None:
    """Take a line in capitals of the head for the organiser when it names an organisation."""
    for block in front:
        line = finder.text[block.start : block.end]
        title = finder.values.get("title", "")
        if block.kind is Kind.FRONT and _ORGANISATION.search(line) and line != title:
            finder.keep("organiser", block.start, block.end)
