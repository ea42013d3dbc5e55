"""Where a quotation may begin and end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seminar_qa.documents import Document, DocumentBuilder, Kind
from seminar_qa.sentences import LONGEST, Sentence, sentence_spans, split_sentences

PIECES = st.sampled_from(
    [
        "Trade grew. ",
        "Dr. ",
        "e.g. ",
        "No! ",
        "1. ",
        "... ",
        "“Yes?” ",
        "(a. b.) ",
        "’s ",
        "U.S. ",
        "x\u0301",
        "👨‍👩‍👧",
        "🇯🇵",
        "「はい。」と",
        "協力。",
        "（東京！",
        "』",
        "\r\n",
        "\u00a0",
        "\u200b",
        "\u2028",
        "\x07",
        "w" * 1_300,
        "漢" * 1_100,
        "a b " * 300,
        "\u0301" * 5,
    ]
)
BLOCKS = st.lists(
    st.tuples(
        st.sampled_from([Kind.PARAGRAPH, Kind.HEADING, Kind.LIST_ITEM, Kind.CAPTION]),
        st.lists(PIECES | st.text(max_size=6), max_size=10).map("".join),
    ),
    max_size=5,
)


def document(*blocks: tuple[Kind, str]) -> Document:
    builder = DocumentBuilder()
    for kind, raw in blocks:
        builder.add(kind, raw, marker="- " if kind is Kind.LIST_ITEM else "")
    return Document("id", "a.txt", "0" * 64, "text/plain", builder.text, builder.blocks)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(BLOCKS)
def test_sentences_are_stripped_slices_of_their_block_and_at_most_so_long(blocks):
    made = document(*blocks)
    for sentence in split_sentences(made):
        block = made.blocks[sentence.block]
        text = made.text[sentence.start : sentence.end]
        assert block.start <= sentence.start < sentence.end <= block.end
        assert text == text.strip()
        assert len(text) <= LONGEST


@settings(max_examples=100, deadline=None, derandomize=True)
@given(BLOCKS)
def test_sentences_do_not_overlap_and_hold_all_but_white_space_and_markers(blocks):
    made = document(*blocks)
    place = 0
    for sentence in split_sentences(made):
        assert made.text[place : sentence.start].strip() in ("", "-")
        assert sentence.start >= place
        place = sentence.end
    assert place == len(made.text)


def test_a_sentence_knows_its_place_and_its_block():
    made = document((Kind.HEADING, "Talks"), (Kind.PARAGRAPH, "It began. It ended."))
    assert split_sentences(made) == (Sentence(0, 5, 0), Sentence(7, 16, 1), Sentence(17, 26, 1))


def test_a_list_item_begins_behind_its_marker():
    made = document((Kind.LIST_ITEM, "Key persons."))
    assert split_sentences(made) == (Sentence(2, 14, 0),)


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Olivier Becht spoke to Dr. Ben Kloeck of Flanders Investment & Trade.",
        "Mr. Georg K. Löer is President of North Rhine-Westphalia (NRW) Japan K.K. in Tokyo.",
        "The share is 11.5% while the national average, i.e. all of Japan, is 5%.",
    ],
)
def test_abbreviations_and_decimals_end_no_sentence(text):
    assert cut(text) == [text]


def test_sentences_end_at_points_questions_and_exclamations():
    text = "Trade grew. Did it last? It did! So they say."
    assert cut(text) == ["Trade grew.", "Did it last?", "It did!", "So they say."]


def test_japanese_is_cut_behind_its_full_stops():
    text = "会議は東京で開かれました。参加者は百名でした！質問は？"
    assert cut(text) == ["会議は東京で開かれました。", "参加者は百名でした！", "質問は？"]


def test_a_full_stop_inside_of_japanese_quotes_ends_no_sentence():
    assert cut("彼は「行く。必ず行く」と言った。皆は驚いた。") == [
        "彼は「行く。必ず行く」と言った。",
        "皆は驚いた。",
    ]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest():
    assert cut("彼は「行く。皆は驚いた。") == ["彼は「行く。", "皆は驚いた。"]


def test_japanese_and_english_in_one_block_are_both_cut():
    assert cut("日本。 Trade grew. It did.") == ["日本。", "Trade grew.", "It did."]


def test_a_sentence_that_is_too_long_is_cut_at_a_space():
    parts = cut("word " * 300)
    assert [len(part) for part in parts] == [999, 499]
    assert {word for part in parts for word in part.split()} == {"word"}


def test_a_word_that_is_too_long_is_cut_at_the_limit():
    assert [len(part) for part in cut("w" * 2_500)] == [1_000, 1_000, 500]


def test_no_cut_falls_between_a_letter_and_its_accent():
    first, second = cut("w" * 999 + "x\u0301" + "w" * 20)
    assert first == "w" * 999
    assert second.startswith("x\u0301")


def test_blank_text_has_no_sentences():
    assert cut("") == cut(" ") == []


def test_japanese_is_not_cut_inside_of_a_quotation():
    text = "彼は「行く。必ず行く。」と言った。皆は驚いた。"
    assert cut(text) == ["彼は「行く。必ず行く。」と言った。", "皆は驚いた。"]


def test_a_japanese_quotation_alone_is_a_sentence():
    assert cut("「行く。」次に進んだ。") == ["「行く。」", "次に進んだ。"]


def test_a_family_of_emoji_is_not_torn():
    family = "👨‍👩‍👧‍👦"
    assert {piece[:7] for piece in cut(family * 300)} == {family}


def test_a_letter_with_thousands_of_marks_is_cut_at_the_limit():
    assert len(cut("e" + "\u0301" * 3000)) == 4


def test_a_long_quotation_is_cut_in_time():
    assert len(cut("「" + "あ。" * 16_000 + "」")) == 33
