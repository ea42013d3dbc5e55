"""From marked words to quotations: whole sentences, the whole list, a calibrated yes or no."""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import replace

import pytest

from seminar_qa.answers import (
    DISPLAY_PENALTY,
    Answer,
    Candidate,
    check_quote,
    find_candidates,
    make_answer,
    make_quote,
    quote_url,
)
from seminar_qa.calibration import Calibration
from seminar_qa.hits import Hit
from seminar_qa.parsers.source import SourceFile
from seminar_qa.passages import split_passages
from seminar_qa.reader import Span
from seminar_qa.reading import read_report
from seminar_qa.records import Record

MARKDOWN = """# Report on fuel cells

Osaka signed a memorandum in October 2018. It concerns hydrogen.

## Elements of success

Mr. Ishida named three elements. They were these:

- Key persons on both sides.
- Harmonising efforts.
- A common goal.

日本の水素戦略は2017年に決定された。東京で発表された。
"""
PLAIN = Calibration(intercept=0, span=1, dense=0, coverage=0, balanced=0.5, strict=0.9)
"""Probability is the logistic of the span's score alone."""
HIT = Hit(0, 0.5, 1.0)


def record_of(text: str, path: str = "report.md") -> Record:
    data = text.encode()
    reading = read_report(path, SourceFile(data), hashlib.sha256(data).hexdigest())
    document, sentences = reading.document, reading.sentences
    passages = split_passages(document, sentences)
    return Record(document, sentences, passages, range(len(passages)))


@pytest.fixture(scope="module")
def record() -> Record:
    return record_of(MARKDOWN)


def mark(record: Record, words: str, score: float = 1.0) -> list[Candidate]:
    """Return what becomes of `words`, marked by a reader in the first passage that holds them."""
    place = record.document.text.index(words)
    passage = next(p for p in record.passages if p.start <= place and place + len(words) <= p.end)
    start = place - passage.start
    return list(
        find_candidates(record, passage, HIT, [Span(start, start + len(words), score)], PLAIN)
    )


def answer(candidates: Iterable[Candidate], question: str = "When?", most: int = 3) -> Answer:
    return make_answer(question, candidates, threshold=0.5, max_quotes=most)


def test_marked_words_are_quoted_with_their_whole_sentence(record: Record):
    quote = answer(mark(record, "October 2018")).quotes[0]
    assert quote.text == "Osaka signed a memorandum in October 2018."
    assert quote.answer == "October 2018"
    assert quote.highlight == (29, 41)


def test_words_marked_across_two_sentences_are_quoted_with_both(record: Record):
    quote = answer(mark(record, "October 2018. It concerns")).quotes[0]
    assert quote.text == "Osaka signed a memorandum in October 2018. It concerns hydrogen."
    assert quote.answer == "October 2018. It concerns"


def test_words_marked_across_two_paragraphs_are_no_candidate(record: Record):
    text = "# Title\n\nOne short line here.\n\nAnother short line here.\n"
    joined = record_of(text)
    assert mark(joined, "here.\n\nAnother") == []
    assert len(mark(joined, "Another")) == 1


def test_a_mark_inside_of_a_word_is_widened_to_the_word(record: Record):
    assert answer(mark(record, "emorand")).quotes[0].answer == "memorandum"


@pytest.mark.parametrize(
    ("marked", "whole"),
    [
        ("EPA) and the Pact (SPA", "(EPA) and the Pact (SPA)"),
        ("“win", "“win"),
        ("“win-win", "“win-win”"),
        ("Agreement (EPA", "Agreement (EPA)"),
        ("Pact", "Pact"),
    ],
)
def test_half_a_pair_of_brackets_is_completed_when_the_other_is_next_to_it(marked, whole):
    text = "The Agreement (EPA) and the Pact (SPA) are a “win-win” case.\n"
    assert answer(mark(record_of(text), marked)).quotes[0].answer == whole


def test_a_mark_in_japanese_is_not_widened(record: Record):
    quote = answer(mark(record, "2017年に決定")).quotes[0]
    assert quote.answer == "2017年に決定"
    assert quote.text == "日本の水素戦略は2017年に決定された。"


def test_the_neighbouring_sentences_are_given_verbatim(record: Record):
    quote = answer(mark(record, "hydrogen")).quotes[0]
    assert quote.text == "It concerns hydrogen."
    assert quote.before == "Osaka signed a memorandum in October 2018."
    assert quote.after == ""


def test_a_heading_is_no_neighbour(record: Record):
    quote = answer(mark(record, "Mr. Ishida")).quotes[0]
    assert (quote.before, quote.after) == ("", "They were these:")


def test_a_quote_is_cited_by_place_hash_and_address(record: Record):
    quote = answer(mark(record, "October 2018")).quotes[0]
    document, cited = record.document, quote.citation
    assert document.text[cited.start : cited.end] == quote.text
    assert cited.quote_sha256 == hashlib.sha256(quote.text.encode()).hexdigest()
    assert cited.sha256 == hashlib.sha256(MARKDOWN.encode()).hexdigest()
    assert cited.document_id == cited.sha256[:16]
    assert cited.url == f"/documents/{cited.document_id}?start={cited.start}&end={cited.end}#quote"
    assert cited.title == "Report on fuel cells"
    assert (cited.date, cited.place, cited.speaker, cited.page) == (None, None, None, None)


def test_the_section_is_cited_as_the_path_of_headings(record: Record):
    section = answer(mark(record, "Mr. Ishida")).quotes[0].citation.section
    assert section is not None
    assert section.endswith("Elements of success")


def test_the_page_is_cited_where_the_format_has_pages():
    paged = record_of("Tokyo is large and it lies by the sea.\f\nOsaka is old too.", "report.txt")
    assert answer(mark(paged, "Osaka")).quotes[0].citation.page == 2
    assert answer(mark(paged, "Tokyo")).quotes[0].citation.page == 1


def test_the_address_of_a_quotation_opens_the_report_at_it():
    assert quote_url("00ff", 3, 9) == "/documents/00ff?start=3&end=9#quote"


def test_quotes_come_best_first_whatever_the_order_of_the_candidates(record: Record):
    candidates = mark(record, "hydrogen", 1.0) + mark(record, "October 2018", 3.0)
    found = answer(candidates)
    assert [quote.answer for quote in found.quotes] == ["October 2018", "hydrogen"]
    assert found.text == "October 2018"
    assert found == answer(reversed(candidates))


def test_the_confidence_is_that_of_the_best_quote(record: Record):
    found = answer(mark(record, "hydrogen", 2.0) + mark(record, "memorandum", 1.0))
    assert found.confidence == found.quotes[0].score == pytest.approx(1 / (1 + math.exp(-2)))


def test_a_candidate_below_the_threshold_is_a_no_with_the_nearest(record: Record):
    found = answer(mark(record, "hydrogen", -1.0))
    assert not found.answered
    assert found.quotes == ()
    assert found.text is None
    assert [quote.text for quote in found.nearest] == ["It concerns hydrogen."]
    assert found.confidence == pytest.approx(1 / (1 + math.e))


def test_a_candidate_at_the_threshold_is_answered(record: Record):
    found = answer(mark(record, "hydrogen", 0.0))
    assert found.answered
    assert found.confidence == 0.5


def test_without_candidates_the_answer_is_a_no():
    assert answer([]) == Answer(False, (), (), 0.0, "When?")


def test_two_marks_in_one_sentence_give_one_quote(record: Record):
    found = answer(mark(record, "Osaka", 1.0) + mark(record, "October 2018", 2.0))
    assert [quote.answer for quote in found.quotes] == ["October 2018"]


def test_no_more_quotes_are_given_than_are_wanted(record: Record):
    marks = mark(record, "hydrogen") + mark(record, "memorandum") + mark(record, "Ishida")
    assert [len(answer(marks, most=most).quotes) for most in (1, 2, 3, 20)] == [1, 2, 3, 3]


def test_the_same_words_in_two_reports_are_quoted_from_both(record: Record):
    other = record_of(MARKDOWN + "\nPrinted in Osaka.\n")
    found = answer(mark(record, "October 2018") + mark(other, "October 2018"))
    assert {quote.citation.document_id for quote in found.quotes} == {
        record.document.id,
        other.document.id,
    }


def test_a_heading_counts_for_less_than_running_text(record: Record):
    (heading,) = mark(record, "Elements of success", 1.0)
    (running,) = mark(record, "hydrogen", 1.0)
    assert running.probability == pytest.approx(1 / (1 + math.exp(-1)))
    assert heading.probability == pytest.approx(1 / (1 + math.exp(DISPLAY_PENALTY - 1)))


LIST = """They were these:

- Key persons on both sides.
- Harmonising efforts.
- A common goal."""


def test_a_question_for_several_things_gets_the_whole_list_with_its_introduction(record: Record):
    quote = answer(mark(record, "Harmonising"), "Which three elements were named?").quotes[0]
    assert quote.text == LIST
    assert quote.answer == LIST.split("\n\n- ")[1]


def test_the_sentence_in_front_of_a_list_brings_the_list(record: Record):
    quote = answer(mark(record, "They were these"), "What elements did he name?").quotes[0]
    assert quote.text == LIST


def test_a_question_for_one_thing_gets_its_item_alone(record: Record):
    quote = answer(mark(record, "common goal"), "When is there success?").quotes[0]
    assert quote.text == "A common goal."


def test_two_items_of_one_list_give_one_quote(record: Record):
    marks = mark(record, "Key persons", 2.0) + mark(record, "common goal", 1.0)
    assert len(answer(marks, "Which three elements were named?").quotes) == 1


def test_a_very_long_list_is_not_quoted_whole():
    long = record_of(
        "# List\n\nThere are these:\n\n"
        + "".join(f"- Item {n}: {'word ' * 20}.\n" for n in range(20))
    )
    quote = answer(mark(long, "Item 3"), "Which items are there?").quotes[0]
    assert quote.text.startswith("Item 3: word")
    assert "Item 4" not in quote.text


def test_a_quote_that_was_touched_fails_its_check(record: Record):
    quote = make_quote(mark(record, "hydrogen")[0])
    assert check_quote(record.document, quote)
    assert not check_quote(record.document, replace(quote, text=quote.text + " "))
    moved = replace(quote.citation, start=quote.citation.start + 1)
    assert not check_quote(record.document, replace(quote, citation=moved))
    other = replace(quote.citation, quote_sha256="0" * 64)
    assert not check_quote(record.document, replace(quote, citation=other))
    altered = replace(record.document, text=record.document.text.replace("hydrogen", "helium.."))
    assert not check_quote(altered, quote)
