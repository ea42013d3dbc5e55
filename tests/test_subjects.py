"""What a conversation is about."""

from seminar_qa.mentions import Kind
from seminar_qa.pronouns import Gap
from seminar_qa.subjects import after_turn, named_again, rank


def after(*turns: tuple[str, str]):
    subjects = []
    for question, answer in turns:
        subjects = after_turn(subjects, question, question, answer)
    return subjects


def texts(gap: Gap, question: str, *turns: tuple[str, str]) -> list[str]:
    return [mention.text for mention in rank(gap, question, after(*turns))]


def test_a_woman_is_no_he_and_a_place_is_where_there_is():
    turn = ("Did Ms. Sanna and Mr. Sakiura meet in Gifu?", "")
    assert texts(Gap.HE, "", turn)[0] == "Mr. Sakiura"
    assert "Ms. Sanna" not in texts(Gap.HE, "", turn)
    assert texts(Gap.SHE, "", turn)[0] == "Ms. Sanna"
    assert texts(Gap.THERE, "", turn)[0] == "Gifu"


def test_the_answer_to_who_is_a_person():
    found = after(("Who leads Smartimport?", "Sanna"))
    assert {s.mention.text: s.mention.kind for s in found}["Sanna"] is Kind.PERSON


def test_a_surname_is_the_whole_name_said_before():
    found = after(("Who was Frank Zappa?", ""), ("When did Zappa die?", ""))
    assert [(s.mention.text, s.count) for s in found] == [("Frank Zappa", 3)]


def test_a_new_subject_comes_before_the_old_one():
    turns = (("What is Osaka?", ""), ("What is Smartimport?", ""))
    assert texts(Gap.IT, "", *turns) == ["Smartimport", "Osaka"]


def test_what_the_question_names_is_not_meant_by_its_pronoun():
    assert texts(Gap.IT, "when did osaka join it?", ("What do Osaka and Gifu do?", "")) == ["Gifu"]


def test_a_name_in_small_letters_is_known_again():
    found = named_again("what did zappa do?", after(("Who was Frank Zappa?", "")))
    assert [(mention.text, mention.start) for mention in found] == [("Frank Zappa", 9)]
