"""Whether the reports agree: quotations that answer one question with other figures.

Nothing is judged: what each report says is put beside what the others say, in order of time.
"""

import re
from collections.abc import Sequence

from seminar_qa.answers import Quote
from seminar_qa.questions import Asked, Wanted

LEAST_SHARE = 0.5
"""A quotation is worth comparing when it has at least this share of the best one's score."""
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?:\D|$))")


def find_differing(asked: Asked, quotes: Sequence[Quote]) -> tuple[int, ...]:
    """Return the places of quotations, one a report, that answer with other figures than the rest.

    In order of time, reports without a date last; () when the reports agree, when one alone
    speaks, or when no figure is asked for.
    """
    if asked.wanted not in (Wanted.NUMBER, Wanted.DATE) or not quotes:
        return ()
    best: dict[str, int] = {}
    for place, quote in enumerate(quotes):
        if quote.score >= quotes[0].score * LEAST_SHARE and _figures(quote):
            best.setdefault(quote.citation.document_id, place)
    told: list[int] = []
    for place in best.values():
        if all(_figures(quotes[place]).isdisjoint(_figures(quotes[other])) for other in told):
            told.append(place)
    return in_order_of_time(quotes, told) if len(told) > 1 and 0 in told else ()


def in_order_of_time(quotes: Sequence[Quote], places: Sequence[int]) -> tuple[int, ...]:
    """Return places of quotations, those of a report together, the oldest report first."""

    def key(place: int) -> tuple[bool, str, str, int]:
        citation = quotes[place].citation
        return citation.date is None, citation.date or "", citation.document_id, citation.start

    return tuple(sorted(places, key=key))


def _figures(quote: Quote) -> frozenset[str]:
    found = _FIGURE.findall(quote.answer)
    return frozenset(_THOUSANDS.sub("", figure) for figure in found)
