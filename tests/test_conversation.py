"""What a follow-up may mean."""

import pytest

from seminar_qa.conversation import Turn, interpret

LOER = Turn("Who is Mr. Georg Löer?", "President of NRW Japan")
HITACHI = Turn("When did Hitachi's project begin?", "2010")


def test_the_first_question_has_one_meaning():
    assert interpret("What did he say?", ()) == ("What did he say?",)


@pytest.mark.parametrize(
    "question",
    [
        "Who spoke about Osaka?",
        "How many companies took part?",
        "What was the result of the Hitachi project?",
        "How did Gifu choose its partners?",
        "Which sultan distrusted his admirals?",
        "How much did it cost Microsoft to host the workshop?",
        "Which region calls itself a cluster?",
        "Who said that the seminar was good?",
        "Were there any problems in Osaka?",
        "What does this report say about Bonn?",
        "What other cities signed a treaty of friendship besides Osaka?",
        "In what year was Kyoto founded?",
        "Tell me the population of Paris.",
        "In which hotel was the seminar held?",
        "日本の首相は誰ですか",
    ],
)
def test_a_question_that_stands_by_itself_has_one_meaning_whatever_was_said(question):
    assert interpret(question, (LOER, HITACHI)) == (question,)


@pytest.mark.parametrize(
    ("turns", "question", "meaning"),
    [
        ((LOER,), "What did he say?", "What did Mr. Georg Löer say?"),
        ((LOER,), "What is his plan?", "What is Mr. Georg Löer’s plan?"),
        ((HITACHI,), "Who supported it?", "Who supported Hitachi's project?"),
        (
            (Turn("Who spoke about Gifu?", "Mr. Yoshinori Sakiura"),),
            "How many came there?",
            "How many came in Gifu?",
        ),
        (
            (Turn("Who is Marta Sanna?", "Ms. Marta Sanna, Director of Smartimport"),),
            "What did she point out?",
            "What did Ms. Marta Sanna point out?",
        ),
        ((HITACHI,), "Did that project work?", "Did Hitachi's project work?"),
    ],
)
def test_a_pronoun_gives_way_to_what_it_means(turns, question, meaning):
    assert interpret(question, turns)[1] == meaning


CLEAN = (
    Turn("When was session 2 of the Clean Harbours workshop?", "June 25"),
    Turn("Who spoke about cranes in it?", "Doris Quist"),
)


@pytest.mark.parametrize(
    ("question", "meaning"),
    [
        ("What was her talk called?", "What was Doris Quist’s talk called?"),
        ("What does the summary say about it?", "the Clean Harbours workshop"),
        ("How many came to it?", "the Clean Harbours workshop"),
    ],
)
def test_who_answered_a_who_is_a_person_and_what_has_an_article_is_none(question, meaning):
    assert meaning in interpret(question, CLEAN)[1]


def test_initials_in_capitals_are_no_person():
    turns = (Turn("What is WTX?", "An API made by IBM"), Turn("Who showed WTX?", "Peter Prins"))
    assert all("Peter Prins" in m for m in interpret("What did he show?", turns)[1:])


def test_the_second_guess_comes_after_the_first():
    turn = Turn("Did Osaka meet Gifu?")
    assert interpret("When was it founded?", (turn,)) == (
        "When was it founded?",
        "When was Osaka founded?",
        "When was Gifu founded?",
    )


def test_a_pronoun_goes_on_meaning_what_it_meant_before():
    turns = (
        LOER,
        Turn("What did he see?", "Ann Arbor and Bonn"),
        Turn("How long was it?", "a week"),
    )
    assert interpret("Why did he go?", turns)[1] == "Why did Mr. Georg Löer go?"


def test_a_new_subject_drops_the_old_one():
    turns = (Turn("What did Osaka sign?", "a treaty"), Turn("Who founded Smartimport?", ""))
    assert interpret("When was it founded?", turns)[1] == "When was Smartimport founded?"


@pytest.mark.parametrize(
    ("last", "question", "meaning"),
    [
        (
            "What did Kasper report for Egypt?",
            "And for Brazil?",
            "What did Kasper report for Brazil?",
        ),
        ("How many came in 2016?", "And in 2017?", "How many came in 2017?"),
        ("When did Hitachi begin?", "Why?", "Why did Hitachi begin?"),
        ("What is the size of Gifu?", "What about Osaka?", "What is the size of Osaka?"),
        ("How many came?", "And the average?", "How many came, the average?"),
    ],
)
def test_a_fragment_takes_its_place_in_the_question_before(last, question, meaning):
    assert interpret(question, (Turn(last),))[1] == meaning


def test_a_fragment_goes_on_with_what_the_question_before_was_taken_to_mean():
    turns = (HITACHI, Turn("Who supported it?", "JETRO"))
    assert interpret("Why?", turns)[1] == "Why supported Hitachi's project?"


@pytest.mark.parametrize(
    "question", ["What was the result?", "Who else spoke?", "When did the company begin?"]
)
def test_a_question_without_a_name_of_its_own_gets_the_subject(question):
    completed = interpret(question, (Turn("Who leads Smartimport?", ""),))[1]
    assert completed == f"{question[:-1]} (Smartimport)?"


def test_at_most_two_meanings_are_completed():
    turn = Turn("Did Osaka, Gifu, Iwate and Aichi meet?")
    assert len(interpret("When was it?", (turn,))) == 3


def test_a_turn_long_ago_is_forgotten():
    turns = (LOER, *(Turn(f"how many came in {year}?") for year in range(2010, 2019)))
    assert interpret("What did he say?", turns) == ("What did he say?",)


def test_a_japanese_follow_up_is_completed():
    turn = Turn("水素プロジェクトはどこで始まりましたか", "大阪")
    assert interpret("それはいつですか", (turn,))[1] == "水素プロジェクトはいつですか"
