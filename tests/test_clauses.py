"""Whether a sentence says that somebody speaks."""

import pytest

from seminar_qa.speakers.clauses import (
    answers,
    has_other_subject,
    is_subject,
    reports_speech,
    speaks,
    spoken_together,
)
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


@pytest.mark.parametrize(
    ("sentence", "together"),
    [
        ("Ann Lee and Bob Ray explain it, and Cy Orr listens.", ["Ann Lee", "Bob Ray"]),
        (
            "Ann Lee (Foo), Bob Ray of Bar and Cy Orr gave talks.",
            ["Ann Lee", "Bob Ray", "Cy Orr"],
        ),
        ("Ann Lee, mayor, and her colleague, Bob Ray, spoke.", ["Ann Lee", "Bob Ray"]),
        ("Ann Lee explained towns and Bob Ray spoke.", []),
        ("Ann Lee, with Bob Ray and Cy Orr, spoke.", []),
    ],
)
def test_several_may_speak_together(sentence, together):
    tokens = tokens_of(sentence, 0, len(sentence))
    mentions = [mention for mention in mentions_of(tokens) if len(mention.words) > 1]
    found = spoken_together(tokens, mentions[: 1 + sentence.count("Ray") + sentence.count("Orr")])
    assert [sentence[one.start : one.end] for one in found] == together
    assert is_subject(tokens, mentions[0])


@pytest.mark.parametrize(
    ("sentence", "other"),
    [
        ("In response, the Minister noted costs.", True),
        ("The chair thanked him.", True),
        ("Von der Heide's colleague Inge Larsen disagreed.", True),
        ("Rio Tinto argued for mining.", True),
        ("A colleague of hers asked why.", True),
        ("The grid is old.", False),
        ("Existence of key persons in both regions helps.", False),
        ("She also stressed its age.", False),
        ("In addition, it explained nothing.", False),
    ],
)
def test_somebody_else_may_be_the_subject(sentence, other):
    assert has_other_subject(tokens_of(sentence, 0, len(sentence))) is other


def test_he_may_be_who_answers():
    assert answers(tokens_of("He then replied that it rains.", 0, 30))
    assert not answers(tokens_of("He noted that it rains.", 0, 23))


def test_a_sentence_without_a_word_of_speaking_reports_no_speech():
    assert not reports_speech(tokens_of("It rained.", 0, 10))
    assert reports_speech(tokens_of("He said so.", 0, 11))
