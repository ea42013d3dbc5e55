"""The persons of one report, and who of them a name means there.

A person is told apart by the words of the name without titles, accents and case. Nothing here
reads text: names come from `names`, `roster` and side-car files.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from seminar_qa.documents import Speaker
from seminar_qa.speakers.names import Mention, mentions_of, tokens_of
from seminar_qa.speakers.vocabulary import FEMALE, MALE
from seminar_qa.text import fold

_LONGEST = 6
_NAMESAKES = 20
"""So many persons of one name are told apart; more are nobody in particular."""


@dataclass(eq=False)
class Person:
    """Somebody a report names. `words` are the folded words of the name without titles.

    `is_certain` says that a side-car gave role or organisation: no text changes what it gave.
    """

    name: str
    words: tuple[str, ...]
    role: str | None = None
    organisation: str | None = None
    labels: list[str] = field(default_factory=list)
    start: int | None = None
    end: int | None = None
    title: str = ""
    pronoun: str = ""
    is_certain: bool = False

    @property
    def speaker(self) -> Speaker:
        """The person as a document keeps speakers."""
        labels = tuple(dict.fromkeys(self.labels))
        return Speaker(self.name, self.role, self.organisation, labels, self.start, self.end)

    def learn(self, role: str | None, organisation: str | None) -> None:
        """Take over what is not known yet of role and organisation."""
        if self.is_certain:
            self.role = self.role or role
            self.organisation = self.organisation or organisation
        elif not (self.role or self.organisation):
            self.role, self.organisation = role, organisation

    def may_be(self, title: str) -> bool:
        """Tell whether a courtesy title or pronoun, "ms", "she", goes with the person's own."""
        pair = {title, self.title, self.pronoun}
        return not (pair & MALE and pair & FEMALE)


class People:
    """All persons of a report; finds who is meant by a full name or a part of one."""

    def __init__(self, known: Iterable[Speaker] = ()) -> None:
        self.all: list[Person] = []
        self._by_name: dict[tuple[str, ...], list[Person]] = defaultdict(list)
        self._by_ends: dict[tuple[str, str], list[Person]] = defaultdict(list)
        self._by_given: dict[str, list[Person]] = defaultdict(list)
        for speaker in known:
            self._add_known(speaker)

    def _add_known(self, speaker: Speaker) -> None:
        words, title = words_of(speaker.name)
        person = self.add(Person(speaker.name, words, title=title))
        person.role, person.organisation = speaker.role, speaker.organisation
        person.is_certain = bool(speaker.role or speaker.organisation)
        person.labels += speaker.labels

    def add(self, person: Person) -> Person:
        """Add a person who is not among them yet and return the person."""
        self.all.append(person)
        self._index(person)
        return person

    def _index(self, person: Person) -> None:
        words = person.words[:_LONGEST]
        if not words:
            return
        for first in range(len(words)):
            self._put(self._by_name[words[first:]], person)
        self._put(self._by_ends[words[0], words[-1]], person)
        self._put(self._by_given[words[0]], person)

    @staticmethod
    def _put(people: list[Person], person: Person) -> None:
        if len(people) < _NAMESAKES and person not in people:
            people.append(person)

    def named(self, words: tuple[str, ...]) -> list[Person]:
        """Return those whom these words of a name may mean.

        The whole name, given and family name, the end of the name, or the given name.
        """
        if not words:
            return []
        tails = self._by_name.get(words, [])
        whole = [person for person in tails if person.words == words]
        if len(words) == 1:
            return tails or self._by_given.get(words[0], [])
        same = whole or self._by_ends.get((words[0], words[-1]), []) or tails
        return same or [p for p in self._by_name.get(words[-1:], []) if len(p.words) == 1]

    def given(self, word: str) -> list[Person]:
        """Return those with this given name."""
        return self._by_given.get(word, [])

    def meant(self, mention: Mention, likely: Iterable[Person | None] = ()) -> Person | None:
        """Return whom a mention means; of several the first of `likely`, else None."""
        found = [person for person in self.named(mention.words) if person.may_be(mention.title)]
        if len(found) == 1:
            return found[0]
        return next((person for person in likely if person in found), None)

    def lengthen(self, person: Person, mention: Mention, name: str) -> None:
        """Let a longer name that the text has later stand for the person."""
        if len(mention.words) > len(person.words):
            person.name, person.words = name, mention.words
            person.start, person.end = mention.start, mention.end
            self._index(person)


def words_of(name: str) -> tuple[tuple[str, ...], str]:
    """Return the folded words of a name without its titles, and its courtesy title."""
    found = mentions_of(tokens_of(name, 0, len(name)))
    if found and found[0].words:
        return found[0].words, found[0].title
    return tuple(fold(name).split()), ""
