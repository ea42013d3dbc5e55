"""Quotations of several reports that give other figures are found, and nothing else is."""

import pytest

from seminar_qa.agreement import find_differing, in_order_of_time
from seminar_qa.answers import Citation, Quote
from seminar_qa.questions import Asked

HOW_MANY = Asked("How many people attended the seminar?")


def quote(report: str, text: str, answer: str, date: str | None = None, score: float = 0.8):
    start = text.index(answer)
    citation = Citation(
        document_id=report,
        title=report,
        date=date,
        place=None,
        speaker=None,
        section=None,
        page=None,
        start=0,
        end=len(text),
        sha256="",
        quote_sha256="",
        url="",
    )
    return Quote(text, (start, start + len(answer)), "", "", score, citation)


HUNDRED = quote("a", "It drew 100 people.", "100 people", "2018-11-20")
EIGHTY = quote("b", "About 80 came.", "80", "2017-01-01", score=0.6)


def test_reports_with_other_figures_are_put_in_order_of_time():
    assert find_differing(HOW_MANY, (HUNDRED, EIGHTY)) == (1, 0)


def test_reports_with_the_same_figure_agree():
    same = quote("b", "All 100 of them came.", "100")
    assert find_differing(HOW_MANY, (HUNDRED, same)) == ()


@pytest.mark.parametrize(("one", "other"), [("3,000", "3000"), ("3.000", "3,000")])
def test_the_same_figure_may_be_written_in_two_ways(one: str, other: str):
    quotes = quote("a", f"It has {one}.", one), quote("b", f"It has {other}.", other)
    assert find_differing(HOW_MANY, quotes) == ()


def test_a_decimal_is_not_a_thousand():
    quotes = quote("a", "It has 1.5 km.", "1.5"), quote("b", "It has 15 km.", "15")
    assert find_differing(HOW_MANY, quotes) == (0, 1)


def test_one_report_alone_cannot_differ():
    other = quote("a", "Then 80 were left.", "80")
    assert find_differing(HOW_MANY, (HUNDRED, other)) == ()
    assert find_differing(HOW_MANY, ()) == ()


def test_only_figures_are_compared():
    asked = Asked("Which company did she found?")
    quotes = quote("a", "She founded A1.", "A1"), quote("b", "She founded B2.", "B2")
    assert find_differing(asked, quotes) == ()
    words = quote("b", "Many came.", "Many")
    assert find_differing(HOW_MANY, (HUNDRED, words)) == ()


def test_what_is_far_from_the_best_is_not_compared():
    doubtful = quote("b", "About 80 came.", "80", score=0.3)
    assert find_differing(HOW_MANY, (HUNDRED, doubtful)) == ()


def test_of_three_reports_those_that_differ_are_named_once():
    again = quote("c", "There were 80 guests.", "80", "2016-01-01", score=0.5)
    assert find_differing(HOW_MANY, (HUNDRED, EIGHTY, again)) == (1, 0)


def test_reports_without_a_date_come_last():
    undated = quote("0", "90 came.", "90")
    assert in_order_of_time((undated, HUNDRED, EIGHTY), (0, 1, 2)) == (2, 1, 0)
