"""What a follow-up question may mean, by rule, from the turns before it.

Only meanings are made here; the one that the reports answer best is taken by `engine`. A question
that stands by itself has one meaning, whatever was said before.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seminar_qa.conversation_ja import complete_japanese
from seminar_qa.mentions import find_mentions
from seminar_qa.pronouns import Gap, Pronoun, find_pronouns
from seminar_qa.subjects import Subject, after_turn, named_again, rank
from seminar_qa.text import collapse, has_cjk

_MOST_COMPLETED = 2
_TURNS_KNOWN = 8
"""How many turns back a subject is looked for."""

_ASKING = re.compile(
    r"^(?:(?:in|on|at|to|for|from|by|with|of|about|under|since|until)\s+)?(?:who|whom|whose|what|which"
    r"|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b",
    re.I,
)
_OPENING = re.compile(
    r"^(?:(?:and|or|but|also|so|then|ok|okay)\b[\s,]*)*(?:(?:what|how)\s+about\b[\s,]*)?", re.I
)
_ORDER = re.compile(r"^(?:name|list|tell|give|describe|explain|show|find)\b", re.I)
_PLACED = re.compile(r"(in|on|at|to|for|from|by|with|of|about|under|since|until|during)\s+", re.I)
_BARE = re.compile(
    r"^(?:(?:for|with|by|to|from|since|until|in|at)\s+)?(?:why|how|when|where|who|whom|what|which"
    r"|how (?:much|many|long|often|far|old))(?:\s+(?:not|exactly|else|so|then))?\s*$",
    re.I,
)
"""A question word and nothing else, as in "Why?" and "Since when?"."""
_QUESTION_WORD = re.compile(
    r"^(?:(?:in|on|at|to|for|from|by|with|of|about)\s+)?(?:who|whom|what|when|where|why|how"
    r"(?:\s+(?:much|many|long|often|far|old))?|which|whose)\b",
    re.I,
)
_MORE = re.compile(r"\b(?:else|other(?!\s+than)|another)\b", re.I)
_MORE_WORDS = 3
"""A question for more of the same leans when it has at most so many words of its own."""
_ASKS_NOTHING = frozenset(
    """
    result results outcome aim purpose goal reason reasons average total date place effect
    consequence cause conclusion happen happened next finally afterwards later end ended begin began
    start started title size amount price length anything something change changed
    a an the and or but of in on at to for from by with about after before then so as was were is
    are be been do does did has have had can could will would should there any who whom what which
    when where why how much many long
    """.split()
)
"""Words that ask about nothing by themselves: "What was the result?"."""
_BARE_NOUN = re.compile(
    r"\bthe\s+(?:band|group|company|firm|organi[sz]ation|association|team|club|film|movie|album"
    r"|song|single|show|book|novel|play|musical|series|city|town|country|region|prefecture|village"
    r"|man|woman|person|artist|author|singer|player|actor|product|project|trip|game|match|war|law"
    r"|treaty|agreement)\b(?!['’]|\s+(?:of|that|who|which|where|when|called|named|from|in|for|with"
    r"|between|about|by|on)\b)",
    re.I,
)
"""A noun with "the" that nothing in its question tells apart from others of its kind."""
_FRAGMENT = 3
"""A question of at most so many words that asks nothing itself goes on with the one before."""
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")


@dataclass(frozen=True)
class Turn:
    """An earlier question and the answer that was given, "" for a no."""

    question: str
    answer: str = ""


def interpret(question: str, conversation: tuple[Turn, ...]) -> tuple[str, ...]:
    """Return what `question` may mean: as it stands first, then completed, the likeliest first.

    A question leans on the conversation when it has a pronoun that nothing in it explains, opens
    like a continuation, asks for more of the same, or has no content of its own. What fits of what
    was said then takes the pronoun's place, a fragment takes its place in the question before, and
    the rest gets the subject in brackets. Any other question has one meaning.
    """
    subjects: list[Subject] = []
    last = Turn("")
    for turn in conversation[-_TURNS_KNOWN:]:
        meaning = next(iter(_completed(turn.question, subjects, last)), turn.question)
        subjects = after_turn(subjects, turn.question, meaning, turn.answer)
        last = Turn(meaning, turn.answer)
    return (question, *_completed(question, subjects, last))


def _completed(question: str, subjects: Sequence[Subject], last: Turn) -> tuple[str, ...]:
    """Return what a question that leans on the turns before may mean, nothing for any other."""
    if not last.question:
        return ()
    found = map(collapse, _meanings(question, subjects, last))
    meanings = dict.fromkeys(meaning for meaning in found if meaning and meaning != question)
    return tuple(meanings)[:_MOST_COMPLETED]


def _meanings(question: str, subjects: Sequence[Subject], last: Turn) -> Iterator[str]:
    if has_cjk(question):
        yield complete_japanese(question, last.question, last.answer)
        return
    body = _OPENING.sub("", question) or question
    continues = body != question
    bare = body.rstrip(" ?.!")
    asks = _ASKING.match(body) or _ORDER.match(body)
    if _BARE.match(bare):
        yield _asked_again(bare, last.question)
    elif not asks and (continues or len(bare.split()) <= _FRAGMENT):
        yield from _put_in(bare, last.question)
    elif pronouns := find_pronouns(body, named_again(body, subjects)):
        yield from _filled(body, pronouns, subjects)
    elif continues or _lacks_subject(body, subjects):
        yield from _about(body, subjects)


def _lacks_subject(question: str, subjects: Sequence[Subject]) -> bool:
    """Tell whether a question names nothing and asks about something that needs a name."""
    mentions = find_mentions(question)
    if named_again(question, subjects) or any(mention.named for mention in mentions):
        return False
    words = re.findall(r"[\w'’]+", question.lower())
    own = [word for word in words if word not in _ASKS_NOTHING and not _MORE.match(word)]
    if not own or _BARE_NOUN.search(question):
        return True
    if _MORE.search(question) and len(own) <= _MORE_WORDS:
        return True
    said = {word for subject in subjects for word in subject.mention.text.lower().split()}
    phrases = [mention.text.lower().split() for mention in mentions]
    return any(len(p) == 2 and p[0] == "the" and p[1] in said for p in phrases)


def _about(question: str, subjects: Sequence[Subject]) -> Iterator[str]:
    """Yield the question with each subject that has a name, in brackets."""
    small = question.lower()
    for subject in sorted(subjects, key=lambda subject: -subject.salience):
        if subject.mention.named and subject.mention.text.lower() not in small:
            yield f"{question.rstrip(' ?')} ({subject.mention.text})?"


def _filled(
    question: str, pronouns: Sequence[Pronoun], subjects: Sequence[Subject]
) -> Iterator[str]:
    """Yield the question with what fits in each pronoun's place: the best of each, the second."""
    ranked = {p.gap: rank(p.gap, question, subjects) for p in pronouns}
    for place in range(min(_MOST_COMPLETED, max(map(len, ranked.values())))):
        text = question
        for pronoun in reversed(pronouns):
            if choices := ranked[pronoun.gap]:
                name = choices[min(place, len(choices) - 1)].text
                text = text[: pronoun.start] + _in_place(name, pronoun) + text[pronoun.end :]
        yield text


def _in_place(name: str, pronoun: Pronoun) -> str:
    if pronoun.owning:
        return name + ("’" if name.endswith("s") else "’s")
    if pronoun.gap is Gap.THERE:
        return f"in {name}"
    if not pronoun.noun or name.lower().endswith(pronoun.noun.lower()):
        return name
    return f"the {pronoun.noun} {name}"


def _asked_again(bare: str, last: str) -> str:
    """Return the last question with another question word: "Why?" after "When did it begin?"."""
    return f"{bare} {_QUESTION_WORD.sub('', last.rstrip(' ?')).strip()}?"


def _put_in(fragment: str, last: str) -> Iterator[str]:
    """Yield the last question with the fragment in the place of what is like it, or at its end."""
    stem = last.rstrip(" ?")
    placed = _PLACED.match(fragment)
    year = _YEAR.search(fragment)
    mentions = find_mentions(stem)
    named = [mention for mention in mentions if mention.named]
    if year and _YEAR.search(stem):
        yield _YEAR.sub(year.group(), stem, count=1) + "?"
        return
    if placed:
        for mention in reversed(mentions):
            if stem[: mention.start].lower().split()[-1:] == [placed[1].lower()]:
                after = stem[mention.start + len(mention.text) :]
                yield f"{stem[: mention.start]}{fragment[placed.end() :]}{after}?"
                break
    elif len(named) == 1 and any(mention.named for mention in find_mentions(f"a {fragment}")):
        after = stem[named[0].start + len(named[0].text) :]
        yield f"{stem[: named[0].start]}{fragment}{after}?"
    yield f"{stem} {fragment}?" if placed else f"{stem}, {fragment}?"
