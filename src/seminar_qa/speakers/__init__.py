"""Who speaks in a report, sentence by sentence, by rule.

In minutes the label of a turn decides (`turns`, `roster`); in prose the person who is the subject
of a verb of speaking, and "he", "she" and what goes on after it in the paragraph. What the rules
are not sure of is None: a citation without a name is better than one with the wrong name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from seminar_qa.documents import Block, Document, Kind, Speaker
from seminar_qa.sentences import Sentence
from seminar_qa.speakers.clauses import (
    answers,
    asks,
    has_other_subject,
    is_subject,
    reports_speech,
    speaks,
    spoken_together,
)
from seminar_qa.speakers.descriptions import describe
from seminar_qa.speakers.japanese_names import continues, is_same, japanese_mention
from seminar_qa.speakers.names import Mention, Token, mentions_of, tokens_of
from seminar_qa.speakers.people import People, Person, words_of
from seminar_qa.speakers.roster import Labels, introduced, named_in_heading
from seminar_qa.speakers.turns import mark_turns
from seminar_qa.speakers.vocabulary import FEMALE, GIVEN_NAMES, GROUPS, MALE, SPEECH
from seminar_qa.text import fold, has_cjk

__all__ = ["find_speakers", "mark_turns"]

_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Hon)\b\.?\s(?P<name>[^\W\d_a-z]"
    r"[^\W\d_]+(?:[-'’][^\W\d_]+)?(?:\s(?:[^\W\d_]\.|[^\W\d_]+(?:[-'’][^\W\d_]+)?)){1,5})"
)
_QUOTED_FROM = re.compile(r"[”\"»]\s?[-–—―]\s?(?P<name>[^\W\d_][^”\"«»\n]{2,80})$")
_BEGINNING = 12
_PRONOUNS = frozenset(("he", "his", "she", "her"))
_JAPANESE_PEOPLE = 500
"""So many persons at most are compared with a Japanese name, so that time stays linear."""
_SPOKEN = (Kind.PARAGRAPH, Kind.LIST_ITEM)


def find_speakers(
    document: Document, sentences: tuple[Sentence, ...], known: Sequence[Speaker] = ()
) -> tuple[tuple[Speaker, ...], tuple[int | None, ...]]:
    """Return the speakers of a report and, for each sentence, the index of who speaks in it.

    The blocks of `document` have been through `mark_turns`. `known` are speakers from a side-car:
    they are found by name and what they say of role and organisation holds. None stands for a
    sentence of nobody, of several or of somebody unknown.
    """
    people = People(known)
    certain = list(people.all)
    introduced(document.text, document.blocks, people)
    by_label = _by_label(document, people)
    prose = _Prose(document, people)
    who = [
        by_label[sentence.block] if sentence.block in by_label else prose.who(sentence)
        for sentence in sentences
    ]
    order = dict.fromkeys([*(person for person in who if person), *prose.others, *certain])
    index = {person: number for number, person in enumerate(order)}
    speakers = tuple(person.speaker for person in order)
    return speakers, tuple(index[person] if person else None for person in who)


def _by_label(document: Document, people: People) -> dict[int, Person | None]:
    """Return who speaks in each block that belongs to a turn, by its number."""
    labels = Labels(document.text, document.blocks, people)
    return {
        number: labels.person(block.speaker, block.section)
        for number, block in enumerate(document.blocks)
        if block.speaker
    }


@dataclass
class _Prose:
    """Goes through the sentences outside of turns; whoever spoke last is its state."""

    document: Document
    people: People
    others: list[Person] = field(default_factory=list)
    block: int = -1
    current: Person | None = None
    last: Person | None = None
    talk: Person | None = None
    quoted: Person | None = None
    asked: bool = False

    def __post_init__(self) -> None:
        text = self.document.text
        self._titled = {words_of(match["name"])[0] for match in _TITLED.finditer(text)}
        for block in self.document.blocks:
            if match := _quotation(text, block):
                self._titled.add(words_of(match["name"])[0])
        self._minutes = {block.section for block in self.document.blocks if block.speaker}
        self._last_block = -1

    def who(self, sentence: Sentence) -> Person | None:
        """Return who speaks in a sentence; to be asked for all of them in order."""
        begins = sentence.block != self.block
        block = self.document.blocks[sentence.block]
        if begins:
            self._enter(sentence.block)
        if block.kind not in _SPOKEN:
            return None
        if self.quoted:
            return self.quoted
        if has_cjk(self.document.text[sentence.start : sentence.end]):
            self.current = self._japanese(sentence)
        else:
            self.current = self._latin(sentence, begins=begins)
        self.last = self.current or self.last
        return self.current

    def _enter(self, number: int) -> None:
        """Go to a block: a list goes on with who introduced it, a paragraph begins anew."""
        blocks = self.document.blocks
        for passed in blocks[self.block + 1 : number + 1]:
            self._pass(passed)
        block = blocks[number]
        self.block = number
        listed = block.kind is Kind.LIST_ITEM
        goes_on = listed and number > 0 and blocks[number - 1].kind in _SPOKEN
        self.current = self.current if goes_on else self._of_talk(block)
        self.quoted = self._attributed(block) if block.kind is Kind.PARAGRAPH else None

    def _pass(self, block: Block) -> None:
        if block.speaker or block.kind is Kind.HEADING:
            self.last = self.current = None
        if block.kind is Kind.HEADING:
            self.talk = named_in_heading(self.document.text, block, self.people)
            if self.talk and block.section not in self._minutes:
                self.others.append(self.talk)

    def _of_talk(self, block: Block) -> Person | None:
        return None if block.section in self._minutes else self.talk

    def _attributed(self, block: Block) -> Person | None:
        """Return whose words a paragraph quotes that ends with “…” - Name."""
        text = self.document.text
        match = _quotation(text, block)
        if not match:
            return None
        tokens = tokens_of(text, match.start("name"), block.end)
        mention = next(iter(mentions_of(tokens)), None)
        if not mention or mention.first or not (len(mention.words) > 1 or self._known(mention)):
            return None
        return self._person(tokens, mention, frozenset())

    def _latin(self, sentence: Sentence, *, begins: bool) -> Person | None:
        tokens = tokens_of(self.document.text, sentence.start, sentence.end)
        found = mentions_of(tokens if reports_speech(tokens) else tokens[:_BEGINNING])
        mentions = [mention for mention in found if self._is_person(tokens, mention)]
        firsts = frozenset(mention.first for mention in mentions)
        together = spoken_together(tokens, mentions)
        if together:
            self.others += filter(None, (self._person(tokens, one, firsts) for one in together))
            self._end()
            return None
        for mention in mentions:
            if speaks(tokens, mention, firsts):
                self.asked = asks(tokens)
                person = self._person(tokens, mention, firsts)
                if person is None:
                    self._end()
                return person
        if _is_of_group(tokens):
            return None
        if has_other_subject(tokens):
            self._end()
            return None
        if begins and self.current is None:
            return self._taken_up(tokens, mentions)
        return self._goes_on(tokens, mentions)

    def _end(self) -> None:
        """Somebody else speaks, so that "he" and "she" no longer mean who spoke before."""
        self.last = self.current = None

    def _taken_up(self, tokens: list[Token], mentions: list[Mention]) -> Person | None:
        """Return whom the first sentence of a paragraph goes on with: "He", "Ms. Berg also"."""
        pronoun = any(token.low in ("he", "she") for token in tokens)
        if pronoun or (tokens and tokens[0].low in ("his", "her")):
            return self.last if self._fits(tokens, self.last) else None
        if mentions and is_subject(tokens, mentions[0]) and mentions[0].first == 0:
            person = self.people.meant(mentions[0], [self.last])
            return person if person is not None and person is self.last else None
        return None

    def _fits(self, tokens: list[Token], person: Person | None) -> bool:
        """Tell whether the first "he" or "she" may be the person spoken of, and remember it."""
        first = next((token.low for token in tokens if token.low in _PRONOUNS), "")
        if person and first and self.asked and self._may_answer(tokens, person, first):
            self._end()
            return False
        if person is None or not person.may_be(first):
            return person is None
        if first and tokens[0].low == first:
            person.pronoun = first
        return True

    @staticmethod
    def _may_answer(tokens: list[Token], person: Person, pronoun: str) -> bool:
        """Tell whether, after a question, "he" may be who answers it and not who asked."""
        known = ({person.title, person.pronoun} & (MALE | FEMALE)) and person.may_be(pronoun)
        return answers(tokens) or not known

    def _goes_on(self, tokens: list[Token], mentions: list[Mention]) -> Person | None:
        """Return whom a sentence without a new speaker goes on with, if with anybody."""
        subject = mentions[0] if mentions and mentions[0].first == 0 else None
        if subject and self.current:
            same = self.people.meant(subject, [self.current]) is self.current
            if not same:
                self._end()
        return self.current if self._fits(tokens, self.current) else None

    def _is_person(self, tokens: list[Token], mention: Mention) -> bool:
        """Tell whether two capitalised words are a person, by all that the report shows."""
        if mention.titled or self._known(mention):
            return True
        if len(mention.words) < 2:
            return False
        if mention.initial or mention.words[0].split("-")[0] in GIVEN_NAMES:
            return True
        if not speaks(tokens, mention, frozenset()):
            return False
        found = describe(self.document.text, tokens, mention, frozenset())
        return bool(found.role) or self._is_from(tokens, mention, bool(found.organisation))

    def _is_from(self, tokens: list[Token], mention: Mention, named: bool) -> bool:
        """Tell whether "(Mozilla)" or "from Mozilla" follows, and not the initials of the words."""
        sign = tokens[mention.after].low if mention.after < len(tokens) else ""
        inside = tokens[mention.after + 1].text if mention.after + 1 < len(tokens) else ""
        initials = "".join(word[0] for word in mention.words)
        return named and sign in ("(", "from") and fold(inside) != initials

    def _known(self, mention: Mention) -> bool:
        return mention.words in self._titled or bool(self.people.named(mention.words))

    def _person(
        self, tokens: list[Token], mention: Mention, others: frozenset[int]
    ) -> Person | None:
        """Return who is mentioned, as a new person if need be, with role and organisation."""
        text = self.document.text
        bare = len(mention.words) == 1 and not mention.titled
        person = self.people.meant(mention, [] if bare else [self.current, self.last])
        name = text[mention.start : mention.end]
        if person is None:
            named = self.people.named(mention.words)
            if len(mention.words) == 1 and any(one.may_be(mention.title) for one in named):
                return None
            person = self.people.add(Person(name, mention.words, title=mention.title))
        self.people.lengthen(person, mention, name)
        if person.start is None:
            person.name, person.start, person.end = name, mention.start, mention.end
        person.title = person.title or mention.title
        found = describe(text, tokens, mention, others)
        role = text[slice(*found.role)] if found.role else mention.rank or None
        person.learn(role, text[slice(*found.organisation)] if found.organisation else None)
        return person

    def _japanese(self, sentence: Sentence) -> Person | None:
        text = self.document.text
        found = japanese_mention(text, sentence.start, sentence.end)
        if found and found.speaks:
            name = text[slice(*found.name)]
            person = self._japanese_person(name, found.name)
            role, organisation = (
                text[slice(*span)] if span else None for span in (found.role, found.organisation)
            )
            person.learn(role, organisation)
            return person
        if continues(text, sentence.start):
            return self.current or self.last
        return self.current

    def _japanese_person(self, name: str, span: tuple[int, int]) -> Person:
        near = self.people.all[:_JAPANESE_PEOPLE]
        same = [person for person in near if is_same(person.name, name)]
        if len(same) == 1:
            return same[0]
        return self.people.add(Person(name, (fold(name),), start=span[0], end=span[1]))


def _quotation(text: str, block: Block) -> re.Match[str] | None:
    if block.kind is not Kind.PARAGRAPH:
        return None
    return _QUOTED_FROM.search(text, max(block.start, block.end - 120), block.end)


def _is_of_group(tokens: list[Token]) -> bool:
    """Tell whether a sentence reports what "participants" or "another speaker" said."""
    words = [token.low for token in tokens[:8]]
    group = next((n for n, word in enumerate(words) if word in GROUPS), None)
    if group is None or any(token.is_capital for token in tokens[1:group]):
        return False
    return any(token.low in SPEECH for token in tokens[group + 1 : group + 6])
