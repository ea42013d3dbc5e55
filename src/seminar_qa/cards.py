"""The turns of a conversation as they are shown: what belongs together, and in which order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby

from seminar_qa.agreement import find_differing, in_order_of_time
from seminar_qa.answers import Quote
from seminar_qa.conversation import Turn
from seminar_qa.engine import Engine
from seminar_qa.errors import QuestionError
from seminar_qa.lacking import Lacking
from seminar_qa.questions import Asked
from seminar_qa.records import Filters
from seminar_qa.views import AskResponse, reply_view

MOST_TURNS = 20
"""A conversation has at most this many questions."""
_ALL = Filters()


@dataclass(frozen=True)
class TurnCard:
    """One turn of the conversation as shown: a reply, or in plain words what is wrong.

    `earlier` are the questions before it. `found_by` and `links` say for each quotation which side
    of the search found it, and where its report opens at it; `lacking` is what is not in the
    reports. `beside` are the places of the quotations that are shown at once, `further` those of
    the others, by report, the oldest first; there are several of the first when reports give other
    figures.
    """

    number: int
    question: str
    reply: AskResponse | None
    error: str = ""
    full: bool = False
    earlier: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    lacking: Lacking = field(default_factory=Lacking)
    beside: tuple[int, ...] = (0,)
    further: tuple[tuple[int, ...], ...] = ()

    @property
    def shown(self) -> tuple[int, ...]:
        """The places of the quotations in the order they are shown and numbered in."""
        if self.reply and not self.reply.answered:
            return tuple(range(len(self.reply.nearest)))
        return (*self.beside, *chain.from_iterable(self.further))


def make_turns(
    engine: Engine, questions: Sequence[str], filters: Filters = _ALL
) -> Iterator[TurnCard]:
    """Answer the questions of a conversation in turn, each knowing those before it.

    A question that cannot be asked, or that is one too many, gives a card that says so. Raises
    FilterError.
    """
    before: list[Turn] = []
    for number, question in enumerate(questions, 1):
        earlier = tuple(turn.question for turn in before)
        if number > MOST_TURNS:
            yield TurnCard(number, question, None, full=True, earlier=earlier)
            continue
        try:
            reply = engine.ask_again(question, tuple(before), filters)
        except QuestionError as error:
            yield TurnCard(number, question, None, str(error), earlier=earlier)
            continue
        answer = reply.answer
        before.append(Turn(question, answer.text or ""))
        quotes = answer.quotes + answer.nearest
        beside = find_differing(Asked(answer.interpreted_question), answer.quotes) or (0,)
        rest = [place for place in range(len(answer.quotes)) if place not in beside]
        yield TurnCard(
            number,
            question,
            reply_view(reply, engine.manifest),
            earlier=earlier,
            found_by=tuple(quote.found_by for quote in quotes),
            links=quote_links(quotes),
            lacking=reply.lacking,
            beside=beside,
            further=by_report(answer.quotes, rest),
        )


def by_report(quotes: Sequence[Quote], places: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Return places of quotations, those of one report together, the oldest report first."""
    ordered = in_order_of_time(quotes, places)
    groups = groupby(ordered, key=lambda place: quotes[place].citation.document_id)
    return tuple(tuple(group) for _, group in groups)


def quote_links(quotes: Sequence[Quote]) -> tuple[str, ...]:
    """Return where each quotation's report opens at it, the others of the same report told."""
    places: dict[str, list[str]] = {}
    for quote in quotes:
        cited = quote.citation
        places.setdefault(cited.document_id, []).append(f"{cited.start}-{cited.end}")
    links = []
    for quote in quotes:
        told = places[quote.citation.document_id]
        more = f"&quotes={','.join(told)}" if len(told) > 1 else ""
        links.append(quote.citation.url.replace("#", f"{more}#", 1))
    return tuple(links)
