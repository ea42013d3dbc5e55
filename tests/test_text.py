"""Characters and words."""

import hashlib
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seminar_qa.text import (
    clean,
    collapse,
    count_words,
    digest,
    ends_sentence,
    fold,
    has_cjk,
    is_cjk,
    join_lines,
    share_garbled,
    words,
)


def test_every_kind_of_line_end_becomes_a_newline():
    assert clean("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_letter_and_accent_become_one_character():
    assert clean("Lo\u0308er") == "L\u00f6er"


def test_ligatures_and_full_width_forms_stay_as_the_author_wrote_them():
    assert clean("ﬁve ＥＵ ½") == "ﬁve ＥＵ ½"


def test_control_characters_soft_hyphens_and_byte_order_marks_go():
    assert clean("\ufeffco\u00adope\x00ra\x07tion\x9f") == "cooperation"


def test_tabs_and_form_feeds_stay_for_the_parsers():
    assert clean("a\tb\fc") == "a\tb\fc"


def test_lone_surrogates_go_so_that_the_text_can_be_stored():
    assert clean("a\ud800b").encode("utf-8") == b"ab"


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.text(st.characters(), max_size=80))
def test_nothing_but_line_ends_tabs_and_form_feeds_is_left_of_the_control_characters(raw):
    left = {c for c in clean(raw) if unicodedata.category(c) in ("Cc", "Cs")}
    assert left <= {"\n", "\t", "\f"}


def test_white_space_of_all_kinds_collapses_to_single_spaces():
    assert collapse(" a\u00a0\n\tb\u3000c\u2028 ") == "a b c"


def test_lines_of_a_paragraph_are_joined_by_spaces():
    assert join_lines(["During  2011 ", "", " a group", "went."]) == "During 2011 a group went."


def test_no_space_goes_between_two_cjk_lines():
    assert join_lines(["日欧産業", "協力センター。", "第二"]) == "日欧産業協力センター。第二"


def test_a_space_goes_between_a_cjk_line_and_a_latin_one():
    assert join_lines(["東京", "Tokyo"]) == "東京 Tokyo"


def test_japanese_punctuation_is_cjk_and_a_latin_letter_is_not():
    assert [is_cjk(c) for c in "日カ한。！aö“ "] == [True] * 5 + [False] * 4


def test_cjk_punctuation_alone_is_no_cjk_letter():
    assert (has_cjk("EU 日本"), has_cjk("EU。"), has_cjk("Löer")) == (True, False, False)


def test_sentence_ends_are_known_behind_quotes_and_brackets():
    ended = ["It grew.", "“Yes!”", "(really?)", "As follows:", "終わり。」", "and so on…"]
    assert [ends_sentence(text) for text in ended] == [True] * len(ended)


def test_a_line_that_stops_in_mid_sentence_has_no_end():
    assert [ends_sentence(text) for text in ("", "in the exhibition", "Tokyo,")] == [False] * 3


def test_folding_takes_case_accents_and_width_away():
    assert fold("LÖER Straße ＥＵ ﬁve") == "loer strasse eu five"


def test_folding_keeps_the_voicing_marks_of_kana():
    assert fold("ガス") == "ガス"


def test_words_are_folded_and_keep_inner_points_and_apostrophes():
    assert list(words("Japan’s 3,000 U.S. firms, Löer!")) == [
        "japan's",
        "3,000",
        "u.s",
        "firms",
        "loer",
    ]


def test_cjk_words_are_overlapping_pairs():
    assert list(words("産業協力 EU")) == ["産業", "業協", "協力", "eu"]


def test_a_single_cjk_character_is_a_word():
    assert list(words("a 水 b")) == ["a", "水", "b"]


def test_two_cjk_characters_count_as_one_word():
    assert count_words("EU 産業協力セ and 3,000") == 1 + 3 + 2


def test_punctuation_and_emoji_count_as_no_words():
    assert count_words("… – 👨‍👩‍👧 !") == 0


def test_a_digest_is_the_sha256_of_the_utf8_bytes():
    assert digest("Löer") == hashlib.sha256("Löer".encode()).hexdigest()


def test_removing_a_soft_hyphen_leaves_nfc():
    assert clean("e\u00ad\u0301") == "é"


def test_other_line_ends_become_line_ends():
    assert clean("one\x0btwo\x85three\u2028four") == "one\ntwo\nthree\nfour"


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.text(st.characters(max_codepoint=0x17F), max_size=40))
def test_plain_text_is_cleaned_as_it_is_inside_of_any_other(raw):
    assert clean(f"日{raw}日") == f"日{clean(raw)}日"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\u3000",
        "Plain words, 3,000 of them.",
        "The α-helix, Δx = 5 μm, β2-receptors and kΩ.",
        "日本の協力 ＥＵ 한국어",
        "Привет мир, שלום, سلام",
        "Straße, Łódź, Œuvre, ﬁve",
        "👨‍👩‍👧 x\u0301",
        "УВД (UVD) and НАТО/NATO",
    ],
)
def test_what_can_be_meant_is_not_garbled(text):
    assert share_garbled(text) == 0.0


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("ab\ufffd\ufffd", 0.5),
        ("\ue000\uf8ff\U000f0000 \U0010ffff", 1.0),
        ("a\ufdd0b\uffff", 0.5),
        ("Pаypal", 1.0),
        ("Pаypal stays", 6 / 11),
        ("мalformed", 1.0),
        ("\u0e01oo", 1.0),
    ],
)
def test_characters_that_cannot_be_meant_are_counted_among_those_that_are_seen(text, share):
    assert share_garbled(text) == pytest.approx(share)


@pytest.mark.parametrize("piece", ["a", "é", "Б", "AБ", "aБ", "a Б", "A\u0301Б", "\ufffd"])
def test_a_word_without_end_is_looked_at_in_linear_time(piece):
    begun = time.monotonic()
    assert 0.0 <= share_garbled(piece * (1_000_000 // len(piece))) <= 1.0
    assert time.monotonic() - begun < 2
