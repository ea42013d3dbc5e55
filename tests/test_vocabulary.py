"""The lists of words do not contradict each other."""

from seminar_qa.speakers.vocabulary import (
    COURTESY,
    FEMALE,
    GIVEN_NAMES,
    MALE,
    ORGANISATIONS,
    ROLES,
    SPEECH,
)


def test_verbs_of_speaking_have_their_finite_forms():
    assert {
        "said",
        "says",
        "explained",
        "replies",
        "referred",
        "spoke",
        "teaches",
        "admitted",
    } <= SPEECH
    assert not {"explain", "refered", "replyed", "speaked"} & SPEECH


def test_no_given_name_makes_an_organisation():
    assert set() == GIVEN_NAMES & ORGANISATIONS


def test_a_title_is_of_one_gender_and_pronouns_are_no_titles():
    assert set() == MALE & FEMALE
    assert not {"he", "she", "his", "her"} & COURTESY


def test_roles_are_nouns_and_not_verbs():
    assert set() == ROLES & SPEECH
