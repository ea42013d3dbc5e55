"""From marked words to quotations: whole sentences, the whole list, a calibrated yes or no."""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import replace

import pytest

from seminar_qa.answers import (
    LONGEST_TURN,
    Answer,
    Candidate,
    Finder,
    check_quote,
    is_rival,
    make_answer,
    make_quote,
    quote_url,
    turn_label,
    widen,
)
from seminar_qa.calibration import MOST_MARGIN, Calibration
from seminar_qa.documents import Speaker
from seminar_qa.evidence import Weigher
from seminar_qa.hits import Hit
from seminar_qa.parsers.source import SourceFile
from seminar_qa.passages import split_passages
from seminar_qa.questions import Asked
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
PLAIN = Calibration(
    ranking={"span": 1, "shown": -2}, confidence={"score": 1}, balanced=0.5, strict=0.9
)
"""Probability is the logistic of the span's score alone."""
HIT = Hit(0, 0.5, 1.0)


class NoWords:
    """A collection without words."""

    def terms(self, text: str) -> list[str]:
        return []

    def rarity(self, term: str) -> float:
        return 1.0


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
    finder = Finder(Weigher(Asked("When?"), NoWords()), PLAIN)
    return list(finder.find(record, passage, HIT, [Span(start, start + len(words), score)]))


def answer(candidates: Iterable[Candidate], question: str = "When?", most: int = 3) -> Answer:
    return make_answer(
        Asked(question), candidates, calibration=PLAIN, threshold=0.5, max_quotes=most
    )


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


def test_a_mark_that_begins_at_the_marker_of_an_item_begins_at_its_sentence(record: Record):
    (candidate,) = mark(record, "- Harmonising")
    assert candidate.answer == "Harmonising"
    assert candidate.start == candidate.bounds[0]


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
    assert (running.score, heading.score) == (1, -1)


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
    quote = make_quote(mark(record, "hydrogen")[0], 0.5)
    assert check_quote(record.document, quote)
    assert not check_quote(record.document, replace(quote, text=quote.text + " "))
    moved = replace(quote.citation, start=quote.citation.start + 1)
    assert not check_quote(record.document, replace(quote, citation=moved))
    other = replace(quote.citation, quote_sha256="0" * 64)
    assert not check_quote(record.document, replace(quote, citation=other))
    altered = replace(record.document, text=record.document.text.replace("hydrogen", "helium.."))
    assert not check_quote(altered, quote)


@pytest.mark.parametrize(
    ("text", "marked", "whole"),
    [
        ("It cost $5 million in all.", "5", "$5 million"),
        ("It cost 3.5 million euros.", "3", "3.5 million euros"),
        ("It cost US$1.2 billion.", "1.2", "US$1.2 billion"),
        ("It cost €3.5bn then.", "3", "€3.5bn"),
        ("Some 268 000 000 came.", "268", "268 000 000"),
        ("Some 268 000 000 came.", "000 000", "268 000 000"),
        ("Some 1,234,567 came.", "234", "1,234,567"),
        ("Some 11% came.", "11", "11%"),
        ("Some 12.5 per cent came.", "12", "12.5 per cent"),
        ("It weighs 20 kg now.", "20", "20 kg"),
        ("In 2018, 300 people came.", "2018", "2018"),
        ("In 2018, 300 people came.", "300", "300"),
        ("In May 2018 300 people came.", "2018", "2018"),
        ("In May 2018 300 people came.", "300", "300"),
        ("On page 5. 300 people came.", "300", "300"),
        ("On 3 March 2021, 500 people came.", "3 March 2021", "3 March 2021"),
        ("In 2019 5 ships came.", "5", "5"),
        ("Rooms 101, 102, 103 are free.", "102", "102"),
        ("On 10.11.2018 it rained.", "11", "11"),
        ("It was built in 1874 by them.", "1874", "1874"),
        ("It has 7 floors.", "7", "7"),
        ("The room H2 300 is free.", "300", "300"),
        ("2018年に300人が来た。", "300", "300"),
    ],
)
def test_a_figure_is_taken_whole_with_its_currency_and_unit_and_no_other(text, marked, whole):
    assert answer(mark(record_of(text + "\n"), marked)).quotes[0].answer == whole


# What somebody says

TURNS = """# Harbour meeting

## Discussion

KG: The harbour is small. It needs a new quay. The quay is long.

BR: I doubt it. Steel is dear.

KG: Steel is cheap now.

BR: No, it costs 5 euros.
"""
TURN = "The harbour is small. It needs a new quay. The quay is long."
WHO, WHAT = "Who said that a quay is needed?", "What did KG say about the quay?"


@pytest.fixture(scope="module")
def minutes() -> Record:
    return record_of(TURNS)


def test_who_said_something_is_quoted_from_the_label_of_the_turn_and_the_label_marked(
    minutes: Record,
):
    quote = answer(mark(minutes, "new quay"), WHO).quotes[0]
    assert quote.text == "KG: The harbour is small. It needs a new quay."
    assert (quote.answer, quote.highlight) == ("KG", (0, 2))
    assert quote.citation.speaker == "KG"
    assert (quote.before, quote.after) == ("", "The quay is long.")
    assert check_quote(minutes.document, quote)


def test_the_label_of_a_later_turn_is_its_own(minutes: Record):
    quote = answer(mark(minutes, "Steel is cheap"), "Who said that steel is cheap?").quotes[0]
    assert quote.text == "KG: Steel is cheap now."
    assert quote.citation.start == minutes.document.text.index(quote.text)


def test_who_said_something_that_nobody_is_known_to_say_is_quoted_as_it_stands(record: Record):
    quote = answer(mark(record, "hydrogen"), "Who said that it concerns hydrogen?").quotes[0]
    assert (quote.text, quote.answer) == ("It concerns hydrogen.", "hydrogen")


def long_turn(sentences: int) -> Record:
    point = (
        "Point{} considerable infrastructure improvements necessitate extraordinary cooperation."
    )
    said = " ".join(point.format(number) for number in range(sentences))
    return record_of(TURNS.replace(TURN, said))


def test_a_label_that_stands_too_far_in_front_is_not_quoted():
    near, far = mark(long_turn(12), "Point5"), mark(long_turn(12), "Point11")
    assert answer(near, WHO).quotes[0].text.startswith("KG: Point0")
    assert len(answer(near, WHO).quotes[0].text) <= LONGEST_TURN
    quote = answer(far, WHO).quotes[0]
    assert (quote.text[:8], quote.answer) == ("Point11 ", "Point11")


def test_the_label_of_a_turn_stands_right_in_front_of_its_block(minutes: Record):
    document = minutes.document
    labels = [turn_label(document, block) for block in document.blocks]
    assert [label and document.text[slice(*label)] for label in labels] == [
        *(None, None),
        *("KG", "BR", "KG", "BR"),
    ]
    block = document.blocks[2]
    assert turn_label(document, replace(block, speaker="BR")) is None
    assert turn_label(document, replace(block, speaker=None)) is None


@pytest.mark.parametrize("marked", ["harbour", "new quay", "long"])
def test_what_somebody_said_is_quoted_with_the_rest_of_the_turn(minutes: Record, marked: str):
    quote = answer(mark(minutes, marked), WHAT).quotes[0]
    assert (quote.text, quote.answer) == (TURN, marked)


def test_what_somebody_said_is_quoted_without_what_another_said(minutes: Record):
    assert answer(mark(minutes, "dear"), WHAT).quotes[0].text == "I doubt it. Steel is dear."
    other = [replace(s, speaker=1) if n == 4 else s for n, s in enumerate(minutes.sentences)]
    quote = answer(mark(replace(minutes, sentences=tuple(other)), "quay"), WHAT).quotes[0]
    assert quote.text == "The harbour is small. It needs a new quay."


def test_a_question_on_something_else_gets_its_sentence_alone(minutes: Record):
    assert answer(mark(minutes, "new quay")).quotes[0].text == "It needs a new quay."


def test_what_a_person_says_whom_the_question_names_is_quoted_with_the_turn(minutes: Record):
    (candidate,) = mark(minutes, "new quay")
    for bound, text in ((1.0, TURN), (0.0, "It needs a new quay."), (-1.0, "It needs a new quay.")):
        bound_so = replace(candidate, evidence=replace(candidate.evidence, bound=bound))
        assert widen(Asked("Is a quay needed?"), bound_so).text == text


def test_a_turn_stays_in_its_passage_and_is_not_quoted_beyond_its_limit():
    short, long = long_turn(8), long_turn(9)
    assert len(widen(Asked(WHAT), mark(short, "Point3")[0]).text) <= LONGEST_TURN
    assert widen(Asked(WHAT), mark(short, "Point3")[0]).text.count("Point") == 8
    (candidate,) = mark(long, "Point3")
    assert candidate.passage.end - candidate.passage.start > LONGEST_TURN
    assert widen(Asked(WHAT), candidate).text.count("Point") == 1


def test_by_speaker_nothing_is_quoted_that_two_persons_say():
    listed = record_of("They were these:\n\n- Steel is dear.\n- Steel is cheap.\n")
    said = [replace(s, speaker=n) for n, s in enumerate(listed.sentences)]
    document = replace(listed.document, speakers=tuple(map(Speaker, ("Lee", "Roth", "Berg"))))
    marks = mark(replace(listed, document=document, sentences=tuple(said)), "cheap")
    for by_speaker, text in ((True, "Steel is cheap."), (False, listed.document.text)):
        found = make_answer(
            Asked("Which things were named?"),
            marks,
            calibration=PLAIN,
            threshold=0.5,
            max_quotes=3,
            by_speaker=by_speaker,
        )
        assert found.quotes[0].text == text


# Several quotes

FEES = "The fee is 40 euros. Nobody paid it. In May the fee was still 40 Euros. Kiel pays 7.\n"


def test_the_same_answer_is_quoted_once_out_of_a_report_and_again_out_of_another():
    one, two = record_of(FEES), record_of("# Fees\n\n" + FEES)
    first, again = mark(one, "40 euros", 2.0), mark(one, "40 Euros", 1.0)
    assert [quote.text for quote in answer(first + again).quotes] == ["The fee is 40 euros."]
    both = answer(first + again + mark(two, "40 Euros", 1.5)).quotes
    assert [quote.text for quote in both] == [
        "The fee is 40 euros.",
        "In May the fee was still 40 Euros.",
    ]
    assert both[0].citation.document_id != both[1].citation.document_id


def test_another_answer_of_the_same_report_is_quoted_too():
    fees = record_of(FEES)
    found = answer(mark(fees, "40 euros", 2.0) + mark(fees, "7", 1.0))
    assert [quote.answer for quote in found.quotes] == ["40 euros", "7"]


def test_scores_never_rise_down_the_list_of_quotes(record: Record):
    marks = [
        replace(candidate, score=score)
        for words, chance, score in (("hydrogen", 1.0, 9.0), ("memorandum", 3.0, 8.0))
        for candidate in mark(record, words, chance)
    ]
    chances = replace(PLAIN, confidence={"span": 1})
    found = make_answer(
        Asked("When?"), marks, calibration=chances, threshold=0.5, max_quotes=3
    ).quotes
    assert [quote.answer for quote in found] == ["hydrogen", "memorandum"]
    assert [quote.score for quote in found] == [pytest.approx(1 / (1 + math.exp(-1)))] * 2


def confidence(marks: list[Candidate]) -> float:
    """Return how far the best candidate is above the next other answer, as the product sees it."""
    margins = replace(PLAIN, confidence={"margin": 1})
    found = make_answer(Asked("When?"), marks, calibration=margins, threshold=0.0, max_quotes=1)
    return math.log(found.confidence / (1 - found.confidence))


def test_the_margin_is_that_over_the_best_other_answer(record: Record):
    best = mark(record, "October 2018", 3.0)
    assert confidence(best) == pytest.approx(MOST_MARGIN)
    assert confidence([*best, *mark(record, "hydrogen", 2.0)]) == pytest.approx(1.0)
    both = [*best, *mark(record, "hydrogen", 0.5), *mark(record, "three", 2.5)]
    assert confidence(both) == pytest.approx(0.5)


def test_the_same_answer_elsewhere_and_another_mark_of_its_sentence_are_no_rivals(record: Record):
    (best,) = mark(record, "October 2018", 3.0)
    (beside,) = mark(record, "Osaka", 2.5)
    (elsewhere,) = mark(record_of("It was in 2018.\n"), "2018", 2.5)
    (other,) = mark(record_of("It was in 1999.\n"), "1999", 2.5)
    assert [is_rival(best, one) for one in (best, beside, elsewhere, other)] == [
        *(False, False),
        *(False, True),
    ]
    assert confidence([best, beside, elsewhere]) == pytest.approx(MOST_MARGIN)
