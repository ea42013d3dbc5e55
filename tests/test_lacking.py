"""What a question asks for that the reports do not have, counted and said beside a no."""

import pytest

from seminar_qa.lacking import MOST_WORDS, Lacking, find_lacking
from seminar_qa.questions import Asked
from seminar_qa.text import words

REPORTS = (
    "Ann Lee spoke about the harbour of Kiel.",
    "Ben Roth bought steel in Bonn in 2018.",
    "Kiel lies by the sea.",
    "The ferries are cheap.",
)
COMMON = set("the a of in is are does do did by how what much to about".split())


class Vocabulary:
    """The words of the reports, without the commonest."""

    def terms(self, text: str) -> list[str]:
        return [word for word in dict.fromkeys(words(text)) if word not in COMMON]

    def rarity(self, term: str) -> float:
        return 1.0

    def count(self, term: str) -> int:
        return sum(term in self.terms(text) for text in REPORTS)


def lacking(question: str, passages: tuple[str, ...] = REPORTS) -> Lacking:
    return find_lacking(Asked(question), Vocabulary(), passages)


def test_a_name_that_no_report_has_is_unknown():
    found = lacking("What did Zoe Quist say?")
    assert found == Lacking(unknown=("Zoe Quist",))
    assert found.sentences == ("No report mentions “Zoe Quist”.",)


def test_a_name_of_which_only_a_part_is_there_is_unknown():
    assert lacking("What did Ann Quist say?").unknown == ("Ann Quist",)
    assert lacking("What did Ann Lee say?").unknown == ()


def test_a_figure_that_no_report_has_is_unknown():
    assert lacking("What was bought in 1999?").unknown == ("1999",)
    assert lacking("What was bought in 2018?").unknown == ()


def test_known_names_are_told_with_the_words_that_are_not_near_them():
    found = lacking("How much does the harbour of Kiel yield?")
    assert found == Lacking(mentioned=("Kiel",), missing=("yield",))
    assert found.sentences == ("The reports mention “Kiel”, but nothing near says “yield”.",)


def test_a_word_that_stands_elsewhere_than_the_names_is_missing():
    assert lacking("Is Kiel cheap?").missing == ("cheap",)
    assert lacking("Is Kiel by the sea?").missing == ()


def test_several_names_must_stand_together():
    assert lacking("Did Ann Lee sail to Kiel?") == Lacking((), ("Ann Lee", "Kiel"), ("sail",))
    assert not lacking("Did Ann Lee sail to Bonn?").sentences


def test_unknown_names_do_not_hide_the_known_ones():
    found = lacking("Did Zoe Quist sail to Kiel?")
    assert (found.unknown, found.mentioned, found.missing) == (("Zoe Quist",), ("Kiel",), ("sail",))
    assert len(found.sentences) == 2


def test_only_the_first_missing_words_are_told():
    found = lacking("Does Kiel want red green blue yellow paint?")
    assert found.missing == ("want", "red", "green")
    assert len(found.missing) == MOST_WORDS


def test_a_word_is_told_once():
    assert lacking("Does Kiel yield what Kiel may yield?").missing.count("yield") == 1


@pytest.mark.parametrize(
    "question", ["How much is paid?", "What is dear?", "Is Kiel by the sea?", "何ですか？"]
)
def test_without_names_or_without_words_missing_nothing_is_said(question):
    assert not lacking(question).sentences


def test_without_passages_only_unknown_names_are_told():
    assert lacking("Did Zoe Quist sail to Kiel?", ()) == Lacking(unknown=("Zoe Quist",))


@pytest.mark.parametrize(
    ("found", "sentences"),
    [
        (Lacking(), ()),
        (Lacking(unknown=("A",)), ("No report mentions “A”.",)),
        (Lacking(unknown=("A", "B")), ("No report mentions “A” or “B”.",)),
        (Lacking(unknown=("A", "B", "C")), ("No report mentions “A”, “B” or “C”.",)),
        (Lacking(mentioned=("A",)), ()),
        (Lacking(missing=("x",)), ()),
        (
            Lacking(("A",), ("B", "C"), ("x", "y")),
            (
                "No report mentions “A”.",
                "The reports mention, together, “B” and “C”, but nothing near says “x” or “y”.",
            ),
        ),
    ],
)
def test_what_is_lacking_is_said_in_english(found, sentences):
    assert found.sentences == sentences
