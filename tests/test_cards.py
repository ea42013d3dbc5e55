"""Cards: what of an answer is shown together, and where its quotations lead."""

from dataclasses import replace

from seminar_qa.cards import MOST_TURNS, by_report, make_turns, quote_links
from seminar_qa.records import Filters

ASK = "Who is the Governor of Iwate Prefecture?"


def test_each_turn_knows_the_questions_before_it(engine):
    first, second = make_turns(engine, [ASK, "Who prepared the report?"])
    assert (first.earlier, second.earlier) == ((), (ASK,))
    assert first.reply.answer == "Mr. Takuya Tasso"


def test_a_malformed_question_is_no_turn_of_the_conversation(engine):
    bad, good = make_turns(engine, ["???", ASK])
    assert bad.error.startswith("the question is empty")
    assert good.earlier == ()


def test_a_conversation_that_is_full_says_so(engine):
    *_, last = make_turns(engine, [ASK] * (MOST_TURNS + 1))
    assert (last.full, last.reply) == (True, None)


def test_filters_hold_for_every_turn(engine):
    filters = Filters(before="2000-01-01")
    turns = list(make_turns(engine, [ASK, "And of Gifu?"], filters))
    assert [turn.reply.answered for turn in turns] == [False, False]


def test_quotations_are_numbered_as_they_are_shown(engine):
    answered, refused = make_turns(engine, [ASK, "Which hotel hosted the seminar?"])
    assert answered.shown == (0, *(place for group in answered.further for place in group))
    assert sorted(answered.shown) == list(range(len(answered.reply.quotes)))
    assert refused.shown == tuple(range(len(refused.reply.nearest)))


def dated(quote, document_id, date, start):
    cited = replace(quote.citation, document_id=document_id, date=date, start=start, end=start + 9)
    return replace(
        quote, citation=replace(cited, url=f"/documents/{document_id}?start={start}#quote")
    )


def test_further_quotations_are_put_together_by_report_the_oldest_first(engine):
    quote = engine.ask(ASK).answer.quotes[0]
    quotes = [
        dated(quote, "b", "2020-01-01", 5),
        dated(quote, "a", "2019-01-01", 50),
        dated(quote, "b", "2020-01-01", 1),
        dated(quote, "c", None, 7),
        dated(quote, "a", "2019-01-01", 10),
    ]
    assert by_report(quotes, range(5)) == ((4, 1), (2, 0), (3,))


def test_a_link_tells_the_other_quotations_of_its_report(engine):
    quote = engine.ask(ASK).answer.quotes[0]
    quotes = [dated(quote, "a", None, 5), dated(quote, "b", None, 1), dated(quote, "a", None, 30)]
    assert quote_links(quotes) == (
        "/documents/a?start=5&quotes=5-14,30-39#quote",
        "/documents/b?start=1#quote",
        "/documents/a?start=30&quotes=5-14,30-39#quote",
    )
