"""Who is introduced in a report, and whom the labels of its turns stand for.

Introduced is who stands in a table of attendees, behind "Presenter:", as "Ben Allen (BAN)", with
"by" in a heading, or with a full name at the beginning of the own turn.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from seminar_qa.documents import Block, Kind
from seminar_qa.speakers.descriptions import describe, split_description
from seminar_qa.speakers.japanese_names import is_same, japanese_label
from seminar_qa.speakers.names import mentions_of, tokens_of
from seminar_qa.speakers.people import People, Person, words_of
from seminar_qa.speakers.vocabulary import GIVEN_NAMES, GROUPS, ORGANISATIONS, ROLES
from seminar_qa.text import fold, has_cjk

_FIELD = re.compile(r"(?:^|;\s)(?P<key>[^:;]{1,40}):\s(?P<value>[^;]*)")
_COLUMNS = {
    "name": "name names delegate participant attendee speaker member presenter person "
    "full\u00a0name 氏名 名前 委員名 出席者",
    "label": "abbreviation abbr abbr. initials acronym code short tla irc nick label "
    "delegate\u00a0code 略称",
    "organisation": "organization organisation affiliation company institution employer org "
    "organization/company institute country/organisation 所属 機関 所属機関",
    "role": "role title position function job\u00a0title 役職 職名 肩書",
}
_COLUMN = {
    word.replace("\u00a0", " "): name
    for name, words in _COLUMNS.items()
    for word in words.split(" ")
}
_INTRODUCES = re.compile(
    r"(?:presenters?|speakers?|presented\sby|chair(?:person|man|woman|s)?|co-chairs?|moderat(?:ors?"
    r"|ed\sby)|lecturers?|panell?ists?|keynote(?:\sspeaker)?|discussants?|rapporteurs?|attendees"
    r"|participants|present|in\sattendance|members(?:\spresent)?|guests?|講師|発表者|登壇者|司会|座長)"
    r"\s?[:：]\s*",
    re.I,
)
_ATTENDEES = re.compile(
    r"(?:list\sof\s)?(?:attendees|participants|speakers|members|panell?ists|attendance|present)"
    r"(?:\slist)?$",
    re.I,
)
_BY = re.compile(r"(?:^|[\s,])by\s(?=[A-Z])")
_WITH_LABEL = re.compile(
    r"(?P<name>[^\W\d_a-z][\w'’-]+(?:\s[\w'’-]+\.?){1,4})\s\((?P<label>[^()\s]{1,20})\)"
)
_SELF = re.compile(
    r"(?:(?:hi|hello|hey|good\s\w+|thanks?(?:\syou)?|ok(?:ay)?|yes|so)\b[^.!?\n]{0,40}[.,!]\s)?"
    r"(?:(?:i['’]m|i\sam|my\sname\sis|this\sis)\s)?",
    re.I,
)
_FULL_NAME = re.compile(
    r"(?<![\w.&/-])([^\W\d_a-z][\w'’-]*)(?=\s([^\W\d_a-z][\w'’-]++)(?!\s[A-Z]))"
)
_TITLE = re.compile(r"(?<!\w)(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor)\b\.?\s$")
_UNKNOWN = re.compile(
    r"[\W\d_]*|[QA]|\(?\w{2,4}(?:/\w{2,4})+\)?|(?:unknown|unidentified|several)\b.*", re.I
)
_BRACKET = re.compile(r"\s?\((?P<inside>[^()]*)\)")
_PARTS = re.compile(r"[\s_.]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST_LIST = 50_000
_INITIALS = 4
"""Longer labels in capital letters are names."""
_JAPANESE_PEOPLE = 500
"""So many persons at most are compared with a Japanese label, so that time stays linear."""


def introduced(text: str, blocks: Sequence[Block], people: People) -> None:
    """Add to `people` whom the report introduces outside of running sentences."""
    labels = {block.speaker for block in blocks if block.speaker}
    parts = {part for label in labels for part in label_words(label)}
    names = {fold(label) for label in labels}
    for block in blocks:
        if block.speaker:
            continue
        if block.kind is Kind.TABLE_ROW:
            _read_row(text, block, people)
        elif match := _INTRODUCES.match(text, block.start, min(block.end, block.start + 40)):
            _read_list(text, match.end(), block.end, people, names)
        elif block.kind is Kind.LIST_ITEM and block.section and _ATTENDEES.match(block.section[-1]):
            _add(text, block.start, block.end, people)
        elif block.kind in (Kind.HEADING, Kind.LIST_ITEM, Kind.TITLE):
            named_in_heading(text, block, people, parts)
    if labels:
        _read_labels_in_brackets(text, labels, people)
        _read_selves(text, blocks, people)


def _read_row(text: str, block: Block, people: People) -> None:
    """Read "Name: Dmitry Makhnev; Abbreviation: DJM; Organization: JetBrains"."""
    cells = {
        column: match
        for match in _FIELD.finditer(text[block.start : block.end])
        if (column := _COLUMN.get(match["key"].strip().lower()))
    }
    if "name" not in cells or len(cells) < 2:
        return
    name = cells["name"]["value"].strip()
    words, title = words_of(name)
    if not words:
        return
    start = block.start + cells["name"].start("value")
    values = {column: match["value"].strip() or None for column, match in cells.items()}
    person = _same(people, words) or people.add(Person(name, words, title=title))
    person.start, person.end = start, start + len(name)
    person.learn(values.get("role"), values.get("organisation"))
    person.labels += [label for label in [values.get("label")] if label]


def _same(people: People, words: tuple[str, ...]) -> Person | None:
    return next((person for person in people.named(words) if person.words == words), None)


def _read_list(
    text: str, start: int, end: int, people: People, labels: Collection[str] = ()
) -> None:
    """Read the persons behind "Presenter:" or "Present:", one or many.

    What stands behind a comma is a person too, and no organisation, if it is one of `labels`.
    """
    depth = 0
    first = start
    end = min(end, start + _LONGEST_LIST)
    separator = ";" if ";" in text[start:end] else ","
    parts = text[start:end].split(separator)[1:]
    several = len(parts) > 1 or separator == ";" or any(fold(p.strip()) in labels for p in parts)
    for position in range(start, end):
        depth += (text[position] in "(（") - (text[position] in ")）")
        if several and depth <= 0 and text[position] == separator:
            _add(text, first, position, people)
            first = position + 1
    _add(text, first, end, people)


def _add(text: str, start: int, end: int, people: People) -> Person | None:
    """Add the person that `text[start:end]` begins with, if it does."""
    end = min(end, start + 300)
    tokens = tokens_of(text, start, end)
    mention = next(iter(mentions_of(tokens[:12])), None)
    if not mention or mention.first > 1 or not (len(mention.words) > 1 or mention.titled):
        return None
    name = text[mention.start : mention.end]
    person = people.meant(mention)
    if person is None:
        person = Person(name, mention.words, title=mention.title)
        people.add(person)
    if person.start is None:
        person.start, person.end = mention.start, mention.end
    found = describe(text, tokens, mention, frozenset())
    role, organisation = (
        text[slice(*span)] if span else None for span in (found.role, found.organisation)
    )
    person.learn(role, organisation)
    return person


def named_in_heading(
    text: str, block: Block, people: People, labels: Collection[str] = ()
) -> Person | None:
    """Return the person whose talk a heading names: "Keynote by …", "Title, Kasper Mol, Poki".

    Without "by" only somebody whose turns have one of `labels`, folded words.
    """
    line = text[block.start : min(block.end, block.start + 300)]
    by = list(_BY.finditer(line))
    if by:
        return _add(text, block.start + by[-1].end(), block.end, people)
    commas = [match.end() for match in re.finditer(r"[,:]\s", line)]
    for comma in commas[-2:]:
        mention = next(iter(mentions_of(tokens_of(line, comma, len(line))[:5])), None)
        words = mention.words if mention and mention.start == comma else ()
        if len(words) > 1 and (words[0] in labels or words[-1] in labels):
            return _add(text, block.start + comma, block.end, people)
    return None


def _read_labels_in_brackets(text: str, labels: set[str], people: People) -> None:
    """Read "Ben Allen (BAN)" wherever it stands, if BAN is a label."""
    free = labels - {label for person in people.all for label in person.labels}
    for match in _WITH_LABEL.finditer(text):
        label = match["label"]
        person = _add(text, match.start(), match.end(), people) if label in free else None
        if person:
            free.discard(label)
            person.organisation = None if person.organisation == label else person.organisation
            person.labels.append(label)


def _read_selves(text: str, blocks: Sequence[Block], people: People) -> None:
    """Read "Christian: Christian Rudnick, CTO, Softgames": somebody says the own full name."""
    for block in blocks:
        parts = label_words(block.speaker) if block.speaker else ()
        if len(parts) != 1:
            continue
        greeting = _SELF.match(text, block.start, block.end)
        start = greeting.end() if greeting else block.start
        first = next(iter(mentions_of(tokens_of(text, start, min(block.end, start + 60)))), None)
        if first and first.start == start and len(first.words) > 1 and parts[0] in first.words:
            _add(text, start, block.end, people)


def label_words(label: str) -> tuple[str, ...]:
    """Return the folded words of a label: "DavidCatuhe" and "David_Catuhe" have two."""
    plain = _BRACKET.sub("", label)
    words, _ = words_of(plain) if " " in plain and "_" not in plain else ((), "")
    return words or tuple(fold(part) for part in _PARTS.split(_CAMEL.sub(" ", plain)) if part)


class Labels:
    """Finds the person behind each label of a report's turns."""

    def __init__(self, text: str, blocks: Sequence[Block], people: People) -> None:
        self._people = people
        self._places = dict(_places(text, blocks))
        self._introduced = set(people.all)
        self._owners: dict[str, list[Person]] = defaultdict(list)
        for person in people.all:
            for label in person.labels:
                self._owners[label].append(person)
        self._written = self._written_out(text)
        self._found: dict[str, list[Person]] = {}
        for label in sorted(self._places, key=_fullest):
            self._found[label] = self._candidates(label)

    def person(self, label: str, section: Sequence[str]) -> Person | None:
        """Return who speaks under `label` in a section; None where it is nobody in particular."""
        found = self._found.get(label, [])
        if len(found) > 1:
            heads = [fold(heading) for heading in section]
            named = [p for p in found if any(" ".join(p.words) in head for head in heads)]
            found = named if len(named) == 1 else [self._new(label)]
            self._found[label] = self._found[label] if named else found
        if not found:
            return None
        if label not in found[0].labels:
            found[0].labels.append(label)
        return found[0]

    def _candidates(self, label: str) -> list[Person]:
        if label in self._owners:
            return self._owners[label]
        if _UNKNOWN.fullmatch(label):
            return []
        words = label_words(label)
        title = _title_of(label)
        near = [person for person in self._near(words) if person.may_be(title)]
        for people in ([person for person in near if person in self._introduced], near):
            found = [person for person in people if _stands_for(words, person)]
            if found and len(words) == 1:
                found += _rivals(words, found, near)
            exact = [person for person in found if person.words == words]
            if len(words) == 1:
                exact = [person for person in exact if person.title == title]
            if exact or found:
                return exact[:1] or found
        written = self._written.get(label)
        return [self._people.add(written) if written else self._new(label)]

    def _near(self, words: tuple[str, ...]) -> list[Person]:
        """Return those who may have a label of these words, each once."""
        if not words:
            return []
        if has_cjk(words[0]):
            return self._people.all[:_JAPANESE_PEOPLE]
        found = [*self._people.given(words[0]), *self._people.named(words[:1])]
        return list(dict.fromkeys(found))

    def _new(self, label: str) -> Person:
        """Return a person named by nothing but a label."""
        start, _ = self._places[label]
        japanese = japanese_label(label)
        bracket = _BRACKET.search(label)
        end = start + len(label)
        found = Person(label, label_words(label), title=_title_of(label), start=start, end=end)
        if japanese:
            found.name, found.role = japanese
            found.start = start + label.index(found.name)
            found.end = found.start + len(found.name)
        elif bracket:
            found.name = label[: bracket.start()]
            found.end = start + bracket.start()
            self._read_bracket(found, label, bracket)
        return self._people.add(found)

    @staticmethod
    def _read_bracket(found: Person, label: str, bracket: re.Match[str]) -> None:
        """Read "Hon. Al Day (Minister of Ice)" and "The Chair (Ms. Ana Ruiz)"."""
        start = found.start or 0
        words, title = words_of(bracket["inside"])
        if title:
            found.role, found.name = (
                label[: bracket.start()].removeprefix("The "),
                bracket["inside"],
            )
            found.words, found.title = words, title
            found.start, found.end = (start + offset for offset in bracket.span("inside"))
        else:
            split = split_description(label, *bracket.span("inside"))
            found.role, found.organisation = (
                label[slice(*span)] if span else None for span in (split.role, split.organisation)
            )

    def _written_out(self, text: str) -> dict[str, Person]:
        """Return persons whose full name stands anywhere, for labels of one word."""
        labels = (label for label in self._places if not has_cjk(label))
        exact = {label: label for label in labels if len(label_words(label)) == 1}
        wanted = {label.capitalize(): label for label in exact if _is_given_name(label)} | exact
        found: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        for match in _FULL_NAME.finditer(text):
            if match[1] in wanted and match[2].lower() not in ORGANISATIONS:
                found[wanted[match[1]]].setdefault(match[2], (match.start(), match.end(2)))
        persons: dict[str, Person] = {}
        for label, names in found.items():
            start, end = next(iter(names.values()))
            words, _ = words_of(text[start:end])
            if len(names) == 1 and len(words) == 2:
                titled = _TITLE.search(text, max(0, start - 12), start)
                start = titled.start() if titled else start
                words, title = words_of(text[start:end])
                persons[label] = Person(text[start:end], words, title=title, start=start, end=end)
        return persons


def _is_given_name(label: str) -> bool:
    """Tell whether a label in capital letters may be a name, and no initials and no office."""
    word = fold(label)
    is_office = word in ROLES or word in GROUPS
    return label.isupper() and not is_office and (len(label) > _INITIALS or word in GIVEN_NAMES)


def _title_of(label: str) -> str:
    """Return the courtesy title of a label, folded: "ms" of "MS. LEE"."""
    return words_of(_BRACKET.sub("", label))[1] if " " in label else ""


def _rivals(words: tuple[str, ...], found: list[Person], near: list[Person]) -> list[Person]:
    """Return who else a label may stand for: "LEE" where Ms. Lee is found and Mr. Lee is near."""
    titles = {person.title for person in found}
    others = (person for person in near if person not in found and _stands_for(words, person))
    return [other for other in others if not all(other.may_be(title) for title in titles)]


def _fullest(label: str) -> tuple[int, bool, bool]:
    """Order labels so that the one with most of a name and with a title comes first."""
    return -len(label_words(label)), not _title_of(label), label.islower()


def _places(text: str, blocks: Sequence[Block]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield each label with the place where it first stands."""
    seen: set[str] = set()
    for last, block in pairwise([Block(Kind.NOTE, 0, 0), *blocks]):
        if block.speaker and block.speaker not in seen:
            before = last.end if last.speaker else last.start
            start = text.rfind(block.speaker, before, block.start)
            if start >= 0:
                seen.add(block.speaker)
                yield block.speaker, (start, start + len(block.speaker))


def _stands_for(words: tuple[str, ...], person: Person) -> bool:
    """Tell whether a label of these words may be a person's: a part of the name, with the firm."""
    if not words or not person.words:
        return False
    first, family = person.words[0], person.words[-1]
    if len(words) == 1:
        if has_cjk(words[0]):
            return is_same(words[0], person.name)
        return len(words[0]) > 1 and words[0] in (first, family)
    firm = fold(person.organisation or "").split()
    if words[0] != first:
        return False
    return (
        words[-1] == family
        or words[1] in firm
        or (len(words[1]) == 1 and family.startswith(words[1]))
        or person.words[: len(words)] == words
        or words[: len(person.words)] == person.words
    )
