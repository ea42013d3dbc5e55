"""What speaks for a candidate: shares of the question's words by their rarity, and scores."""

import math
from dataclasses import replace
from typing import ClassVar

import pytest

from seminar_qa.evidence import Evidence, Surroundings, Weigher
from seminar_qa.hits import Hit
from seminar_qa.questions import Asked
from seminar_qa.reader import Span

HIT = Hit(3, dense=0.25, lexical=7.0, coverage=0.5)
SPAN = Span(4, 9, score=1.5, logit=6.0)
QUESTION = "How many ferries sail to Kiel?"
AROUND = Surroundings(
    front="",
    passage="Here be dragons.",
    quoted="Dragons.",
    answer="dragons",
    shown=False,
    bound=0.0,
)


class Vocabulary:
    """A collection in which the words that are here stand, the rarer the more they tell."""

    WORTH: ClassVar = {"ferries": 1.0, "sail": 2.0, "kiel": 5.0, "lee": 2.0, "dragons": 3.0}

    def __init__(self) -> None:
        self.split: list[str] = []

    def terms(self, text: str) -> list[str]:
        self.split.append(text)
        found = [word.strip(".?,|") for word in text.lower().split()]
        return [word for word in dict.fromkeys(found) if word in self.WORTH]

    def rarity(self, term: str) -> float:
        return self.WORTH[term]


def measure(question: str = QUESTION, span: Span = SPAN, **around: object) -> Evidence:
    return Weigher(Asked(question), Vocabulary()).measure(HIT, span, replace(AROUND, **around))


def test_the_scores_of_reader_and_searchers_are_taken_as_they_are():
    found = measure()
    assert (found.span, found.logit, found.dense, found.coverage) == (1.5, 6.0, 0.25, 0.5)


def test_a_rare_word_of_the_question_counts_for_more_than_a_common_one():
    assert measure(passage="Kiel.").context == 5 / 8
    assert measure(passage="Ferries sail.").context == 3 / 8
    assert measure(passage="Ferries sail to Kiel.").context == 1.0
    assert measure(passage="Nothing.").context == 0.0


def test_a_word_that_stands_twice_counts_once():
    assert measure(passage="Kiel. Kiel. Kiel.").context == 5 / 8


def test_the_quoted_sentences_are_measured_apart_from_the_passage():
    found = measure(passage="Ferries sail. They go to Kiel.", quoted="Ferries sail.")
    assert (found.context, found.sentence) == (1.0, 3 / 8)


def test_title_headings_and_speaker_count_for_passage_sentence_and_names():
    found = measure(front="Port of Kiel | Ann Lee", passage="Ferries.", quoted="None.")
    assert (found.context, found.sentence, found.names) == (6 / 8, 5 / 8, 1.0)


def test_names_are_a_share_of_their_own_words():
    question = "Did Ann Lee sail to Kiel?"
    assert measure(question, passage="Lee.").names == 2 / 7
    assert measure(question, passage="Kiel.").names == 5 / 7
    assert measure(question, passage="They sail.").names == 0.0


def test_where_nothing_is_wanted_everything_is_there():
    found = measure("What?", passage="Dragons.")
    assert (found.context, found.sentence, found.names) == (1.0, 1.0, 1.0)
    assert measure("How do dragons sail?", passage="None.").names == 1.0


def test_an_answer_that_says_the_question_again_repeats_it():
    assert measure(answer="ferries sail").repeats == 1.0
    assert measure(answer="ferries and dragons").repeats == 0.5
    assert measure(answer="dragons").repeats == 0.0
    assert measure(answer="of the").repeats == 0.0


@pytest.mark.parametrize(
    ("answer", "quoted", "fits"),
    [("17", "17 ferries.", 1.0), ("ferries", "17 ferries.", 0.0), ("ferries", "Ferries.", -1.0)],
)
def test_an_answer_fits_the_kind_that_is_asked_for(answer, quoted, fits):
    assert measure(answer=answer, quoted=quoted).fits == fits


def test_what_stands_out_of_the_text_and_who_is_named_are_told():
    assert [measure(shown=shown).shown for shown in (True, False)] == [1.0, 0.0]
    assert [measure(bound=bound).bound for bound in (1.0, 0.0, -1.0)] == [1.0, 0.0, -1.0]


def test_the_words_of_a_text_are_looked_for_once():
    vocabulary = Vocabulary()
    weigher = Weigher(Asked(QUESTION), vocabulary)
    first = weigher.measure(HIT, SPAN, AROUND)
    assert weigher.measure(HIT, SPAN, AROUND) == first
    assert vocabulary.split.count(AROUND.passage) == 1


def test_evidence_is_weighed_by_name():
    evidence = Evidence(span=2.0, coverage=0.5, bound=-1.0)
    assert evidence.weigh({"span": 1.5, "coverage": 4.0, "bound": 3.0}) == 1.5 * 2 + 4 * 0.5 - 3
    assert evidence.weigh({}) == 0


def test_a_weight_for_what_is_not_measured_is_an_error():
    with pytest.raises(AttributeError, match="charm"):
        Evidence(span=2.0).weigh({"span": 1.0, "charm": 1.0})


def test_the_topic_is_in_the_sentence_itself_and_who_speaks_is_no_part_of_it():
    quoted = {"quoted": "All ferries sail.", "front": "Kiel", "passage": "Ann Lee of Kiel."}
    assert measure(**quoted).topic == 3 / 8
    question = "How many ferries sail to the port, according to Ann Lee?"
    assert measure(question, **quoted).topic == 3 / 5
    assert measure(question, **quoted, bound=1.0).topic == 1.0
    assert measure(question, **quoted, bound=-1.0).topic == 1.0


def test_the_length_of_an_answer_counts_where_no_kind_of_thing_is_asked_for():
    found = measure("What is a quay?", answer="a wall for ships")
    assert found.length == pytest.approx(math.log(5))
    assert measure("How many ships?", answer="a wall for ships").length == 0.0


def test_a_figure_must_count_what_is_asked_for():
    sentence = "Two sessions were held on all the ferries of Kiel."
    found = measure(quoted=sentence, passage=sentence, answer="Two")
    assert (found.fits, found.counts) == (1.0, 0.5)
    assert measure("Who sails?", quoted=sentence, answer="Kiel").counts == 1.0
