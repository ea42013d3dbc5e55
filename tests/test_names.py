"""Names in a sentence."""

import pytest

from seminar_qa.speakers.names import Mention, at, mentions_of, tokens_of


def mentions(sentence: str) -> list[Mention]:
    return mentions_of(tokens_of(sentence, 0, len(sentence)))


def found(sentence: str) -> list[str]:
    return [sentence[m.start : m.end] for m in mentions(sentence)]


def test_tokens_keep_their_places():
    assert [(t.text, t.start) for t in tokens_of("xx Mr. O'Neil (K.K.)", 3, 20)] == [
        ("Mr", 3),
        (".", 5),
        ("O'Neil", 7),
        ("(", 14),
        ("K.K", 15),
        (".", 18),
        (")", 19),
    ]


@pytest.mark.parametrize(
    ("sentence", "name", "words"),
    [
        ("Mr. Olivier Becht spoke", "Mr. Olivier Becht", ("olivier", "becht")),
        ("Mr. Georg K. Löer spoke", "Mr. Georg K. Löer", ("georg", "loer")),
        (
            "Dr. Philippe de Taxis du Poët, who",
            "Dr. Philippe de Taxis du Poët",
            ("philippe", "de", "taxis", "du", "poet"),
        ),
        ("Prof. Dr. Ana Ruiz-Gómez said", "Prof. Dr. Ana Ruiz-Gómez", ("ana", "ruiz-gomez")),
        ("Mr. Aoki's talk", "Mr. Aoki", ("aoki",)),
        ("Then Tom Greenaway ran it", "Tom Greenaway", ("tom", "greenaway")),
        ("Ambassador Patricia Flor said", "Patricia Flor", ("patricia", "flor")),
        ("Governor Tasso said", "Governor Tasso", ("tasso",)),
        ("Heng QIAN spoke", "Heng QIAN", ("heng", "qian")),
    ],
)
def test_a_name_is_found_with_its_title(sentence, name, words):
    assert found(sentence) == [name]
    assert mentions(sentence)[0].words == words


def test_title_rank_and_initial_are_told():
    mention = mentions("Ms. Minister Eva M. Horn said")[0]
    assert (mention.title, mention.rank, mention.initial, mention.titled) == (
        "ms",
        "Minister",
        True,
        True,
    )
    assert not mentions("Eva Horn said")[0].titled


def test_two_titled_names_are_two():
    assert found("Both Mr. Lee and Ms. Park came") == ["Mr. Lee", "Ms. Park"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The European Commission met",
        "the Web Audio Community Group met",
        "WEB GAMES are fun",
        "a Representative Director came",
        "However, it rained",
        "the WebAssembly proposal",
        "Justice Department officials came",
        "Head Office wrote",
    ],
)
def test_what_is_typical_of_organisations_is_no_name(sentence):
    assert found(sentence) == []


def test_outside_of_a_sentence_there_is_no_word():
    tokens = tokens_of("One two", 0, 7)
    assert (at(tokens, 1), at(tokens, 2), at(tokens, -1)) == ("two", "", "")
