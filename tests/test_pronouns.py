"""Words that stand for something said before."""

import pytest

from seminar_qa.mentions import Kind, Mention
from seminar_qa.pronouns import Gap, Pronoun, find_pronouns


@pytest.mark.parametrize(
    ("question", "gap", "words", "owning"),
    [
        ("What did he say?", Gap.HE, "he", False),
        ("What was her talk called?", Gap.SHE, "her", True),
        ("Who met her?", Gap.SHE, "her", False),
        ("Who supported it?", Gap.IT, "it", False),
        ("How many of them came?", Gap.THEY, "them", False),
        ("What share of the tourists there are European?", Gap.THERE, "there", False),
        ("Can the trustee waive that?", Gap.THAT, "that", False),
        ("Did that film do well?", Gap.THAT, "that film", False),
        ("What happened to his wife?", Gap.HE, "his", True),
        ("Which countries does his prefecture know?", Gap.HE, "his", True),
    ],
)
def test_a_pronoun_is_found(question, gap, words, owning):
    found = find_pronouns(question)
    assert [(p.gap, question[p.start : p.end], p.owning) for p in found] == [(gap, words, owning)]


@pytest.mark.parametrize(
    "question",
    [
        "How did Hitachi choose its partners?",
        "Which sultan distrusted his admirals?",
        "What feathers did debutantes wear in their hair?",
        "Is it true?",
        "How long does it take to fly there and back to Bonn?",
        "Who said that Gifu is nice?",
        "Are there any results?",
        "What does this report say?",
        "Which region calls itself a cluster?",
    ],
)
def test_what_the_question_explains_is_none(question):
    assert [p for p in find_pronouns(question) if p.gap is not Gap.THERE] == []


def test_a_known_name_in_small_letters_explains_a_pronoun():
    known = [Mention("Osaka", Kind.PLACE, 8)]
    assert find_pronouns("how did osaka lose its port?", known) == []
    assert find_pronouns("how did osaka lose its port?") == [Pronoun(Gap.IT, 19, 22, owning=True)]
