"""Whether a sentence says that somebody speaks."""

import pytest

from seminar_qa.speakers.clauses import is_subject, reports_speech, speak_together, speaks
from seminar_qa.speakers.names import mentions_of, tokens_of


def who_speaks(sentence: str) -> list[str]:
    tokens = tokens_of(sentence, 0, len(sentence))
    mentions = mentions_of(tokens)
    others = frozenset(mention.first for mention in mentions if mention.titled)
    return [sentence[m.start : m.end] for m in mentions if speaks(tokens, m, others)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Ms. Ruiz spoke about towns.",
        "As a starter, Ms. Ruiz, President of the Centre, spoke about towns.",
        "Ms. Ruiz who is responsible for trade explained it.",
        "Then Ms. Ruiz also briefly noted it.",
        "Ms. Ruiz has presented it.",
        "According to Ms. Ruiz, it rains.",
        "“It rains,” said Ms. Ruiz.",
        "A talk by Ms. Ruiz followed.",
        "The session was moderated by Ms. Ruiz.",
        "Ms. Ruiz's presentation showed towns.",
        "The moderator Ms. Ruiz concluded.",
        "It rained, but Ms. Ruiz described the sun.",
    ],
)
def test_who_speaks_is_found(sentence):
    assert who_speaks(sentence) == ["Ms. Ruiz"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Working with Ms. Ruiz, the team presented towns.",
        "Ms. Ruiz was asked about towns.",
        "Ms. Ruiz is a member of the council.",
        "They thanked Ms. Ruiz.",
        "Ms. Ruiz's house burned.",
        "The house built by Ms. Ruiz burned.",
        "Ms. Ruiz: explained below.",
    ],
)
def test_who_only_stands_in_a_sentence_does_not_speak(sentence):
    assert who_speaks(sentence) == []


def test_two_may_speak_together():
    sentence = "Ann Lee and Bob Ray explain it, and Cy Orr listens."
    tokens = tokens_of(sentence, 0, len(sentence))
    first, second, third = mentions_of(tokens)
    assert speak_together(tokens, first, second)
    assert not speak_together(tokens, second, third)
    assert is_subject(tokens, first)


def test_a_sentence_without_a_word_of_speaking_reports_no_speech():
    assert not reports_speech(tokens_of("It rained.", 0, 10))
    assert reports_speech(tokens_of("He said so.", 0, 11))
