"""What a follow-up may mean."""

import pytest

from seminar_qa.conversation import Turn, interpret

LOER = Turn("Who is Mr. Georg Löer?", "President of NRW Japan")


def test_the_first_question_has_one_meaning():
    assert interpret("What did he say?", ()) == ("What did he say?",)


@pytest.mark.parametrize(
    "question",
    [
        "Who spoke about Osaka?",
        "How many companies took part?",
        "What was the result of the Hitachi project?",
    ],
)
def test_a_question_that_stands_by_itself_has_one_meaning_whatever_was_said(question):
    assert interpret(question, (LOER,)) == (question,)


def test_a_pronoun_may_mean_a_name_of_the_turn_before():
    meanings = interpret("What did he say?", (LOER,))
    assert meanings == (
        "What did he say?",
        "What did he say (Mr. Georg Löer)?",
    )


def test_there_means_no_person():
    turn = Turn("Who spoke about Gifu?", "Mr. Yoshinori Sakiura")
    assert interpret("How many came there?", (turn,))[1] == "How many came there (Gifu)?"


def test_a_bare_result_is_that_of_the_names_before():
    meanings = interpret("What was the outcome?", (LOER,))
    assert meanings[1] == "What was the outcome (Mr. Georg Löer, President of NRW Japan)?"


@pytest.mark.parametrize("question", ["And in 2015?", "What about Gifu?", "Tokyo?"])
def test_a_continuation_and_a_fragment_lean_on_the_turn_before(question):
    meanings = interpret(question, (LOER,))
    assert meanings[0] == question
    assert f"Who is Mr. Georg Löer: {question}" in meanings


def test_the_last_turn_but_one_may_be_meant_too_but_none_before_it():
    turns = (Turn("Who paid?"), Turn("When did Hitachi begin?"), Turn("Who was there?"))
    assert interpret("And in 2015?", turns) == (
        "And in 2015?",
        "And in 2015 (Hitachi)?",
        "Who was there: And in 2015?",
        "When did Hitachi begin: And in 2015?",
    )


def test_a_turn_without_names_brings_only_its_question():
    assert interpret("Was it good?", (Turn("how many came?", "about 100"),)) == (
        "Was it good?",
        "how many came: Was it good?",
    )


def test_at_most_four_names_are_put_in_and_none_twice():
    turn = Turn("Did Osaka and Gifu meet?", "Gifu, Iwate, Aichi, Bonn")
    assert interpret("When was it?", (turn,))[1] == "When was it (Osaka, Gifu, Iwate, Aichi)?"


def test_a_meaning_is_given_once():
    assert interpret("And?", (Turn("Why?"), Turn("Why?"))) == ("And?", "Why: And?")


@pytest.mark.parametrize(
    "question",
    [
        "In what year was Kyoto founded?",
        "Tell me the population of Paris.",
        "In which hotel was the seminar held?",
        "日本の首相は誰ですか",
    ],
)
def test_orders_prepositions_and_japanese_stand_by_themselves(question):
    turns = (Turn("When did the textile trade with Alsace start?", "1863"),)
    assert interpret(question, turns) == (question,)
