"""Pieces of about eighty words."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from seminar_qa.documents import Block, Document, DocumentBuilder, Kind, Speaker
from seminar_qa.passages import Passage, passage_text, split_passages
from seminar_qa.sentences import Sentence, split_sentences
from seminar_qa.text import count_words

SENTENCES = st.sampled_from(
    [
        "Trade grew in Gifu. ",
        "Dr. Löer’s “word” held. ",
        "協力は「続く。」と言った。",
        "👨‍👩‍👧 🇯🇵 ",
        "x\u0301 ",
        "\r\n",
        "\u00a0",
        "\x07",
        "w" * 1_300 + " ",
        "漢" * 60 + "。",
        "one two three four five six seven. ",
    ]
)
BLOCKS = st.lists(
    st.tuples(st.sampled_from(Kind), st.lists(SENTENCES, max_size=8).map("".join)), max_size=8
)
SIZES = st.sampled_from([1, 8, 20, 80])


def document(*blocks: tuple[Kind, str]) -> Document:
    builder = DocumentBuilder()
    for kind, raw in blocks:
        marker = "- " if kind is Kind.LIST_ITEM else ""
        builder.add(kind, raw, marker=marker, level=int(kind is Kind.HEADING))
    return Document("id", "a.txt", "0" * 64, "text/plain", builder.text, builder.blocks)


def cut(made: Document, size: int = 80) -> list[str]:
    found = split_passages(made, split_sentences(made), size=size)
    return [made.text[passage.start : passage.end] for passage in found]


def spoken(made: Document, speakers: list[int | None]) -> tuple[Sentence, ...]:
    """Return the sentences of a document with these speakers, in turn."""
    found = split_sentences(made)
    told = (speakers * len(found))[: len(found)]
    return tuple(replace(s, speaker=n) for s, n in zip(found, told, strict=True))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(BLOCKS, SIZES)
def test_a_passage_is_a_slice_of_whole_sentences_and_every_sentence_is_in_one(blocks, size):
    made = document(*blocks)
    sentences = split_sentences(made)
    held = set()
    for passage in split_passages(made, sentences, size=size):
        assert passage.first <= passage.last
        assert passage.start == sentences[passage.first].start
        assert passage.end == sentences[passage.last].end
        text = made.text[passage.start : passage.end]
        assert text and text == text.strip()
        held.update(range(passage.first, passage.last + 1))
    assert held == set(range(len(sentences)))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(BLOCKS, SIZES)
def test_passages_are_in_order_and_each_brings_something_new(blocks, size):
    made = document(*blocks)
    found = split_passages(made, split_sentences(made), size=size)
    for before, after in pairwise(found):
        assert before.first < after.first
        assert before.last < after.last
        assert after.first in (before.last, before.last + 1)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(BLOCKS, SIZES)
def test_a_passage_is_longer_than_its_size_only_for_headings_and_one_sentence(blocks, size):
    made = document(*blocks)
    sentences = split_sentences(made)
    for passage in split_passages(made, sentences, size=size):
        inside = sentences[passage.first : passage.last + 1]
        if sum(count_words(made.text[s.start : s.end]) for s in inside) > size:
            body = [s for s in inside if made.blocks[s.block].kind is not Kind.HEADING]
            assert len(body) <= 1


@settings(max_examples=100, deadline=None, derandomize=True)
@given(BLOCKS, SIZES)
def test_the_text_of_a_passage_lies_in_one_section(blocks, size):
    made = document(*blocks)
    sentences = split_sentences(made)
    for passage in split_passages(made, sentences, size=size):
        inside = [made.blocks[s.block] for s in sentences[passage.first : passage.last + 1]]
        sections = {block.section for block in inside if block.kind is not Kind.HEADING}
        assert len(sections) <= 1
        assert sections <= {passage.section}


def test_short_paragraphs_share_a_passage():
    made = document((Kind.PARAGRAPH, "Osaka spoke."), (Kind.PARAGRAPH, "Gifu spoke."))
    found = split_passages(made, split_sentences(made))
    assert found == (Passage(start=0, end=25, first=0, last=1),)


def test_a_passage_ends_before_the_paragraph_that_does_not_fit():
    made = document((Kind.PARAGRAPH, "Osaka spoke. Gifu spoke."), (Kind.PARAGRAPH, "Iwate spoke."))
    assert cut(made, size=5) == ["Osaka spoke. Gifu spoke.", "Iwate spoke."]


def test_a_paragraph_cut_in_two_repeats_the_sentence_at_the_cut():
    made = document((Kind.PARAGRAPH, "Osaka spoke. Gifu spoke. Iwate spoke."))
    assert cut(made, size=4) == ["Osaka spoke. Gifu spoke.", "Gifu spoke. Iwate spoke."]


def test_a_sentence_longer_than_a_passage_is_a_passage():
    made = document((Kind.PARAGRAPH, "Osaka and Gifu and Iwate spoke. They left."))
    assert cut(made, size=3) == ["Osaka and Gifu and Iwate spoke.", "They left."]


def test_a_heading_stands_in_front_of_what_it_heads():
    made = document(
        (Kind.PARAGRAPH, "The talks began."),
        (Kind.HEADING, "Hydrogen"),
        (Kind.PARAGRAPH, "It grew."),
    )
    found = split_passages(made, split_sentences(made))
    assert cut(made) == ["The talks began.", "Hydrogen\n\nIt grew."]
    assert [passage.section for passage in found] == [(), ("Hydrogen",)]


def test_a_list_keeps_the_sentence_that_introduces_it():
    made = document(
        (Kind.PARAGRAPH, "Osaka and Gifu spoke. Two things matter."),
        (Kind.LIST_ITEM, "Key persons."),
        (Kind.LIST_ITEM, "A common goal."),
    )
    assert cut(made, size=8) == [
        "Osaka and Gifu spoke. Two things matter.",
        "Two things matter.\n\n- Key persons.\n- A common goal.",
    ]


def test_front_matter_and_captions_stay_apart_from_the_text():
    made = document(
        (Kind.FRONT, "Seminar Report"),
        (Kind.FRONT, "Tokyo"),
        (Kind.PARAGRAPH, "Osaka spoke."),
        (Kind.CAPTION, "Scenes"),
        (Kind.CAPTION, "A speaker"),
    )
    assert cut(made) == ["Seminar Report\n\nTokyo", "Osaka spoke.", "Scenes\n\nA speaker"]


def test_two_cjk_characters_take_the_room_of_a_word():
    made = document((Kind.PARAGRAPH, "大阪府。岐阜県。"))
    assert cut(made, size=4) == ["大阪府。岐阜県。"]
    assert cut(made, size=3) == ["大阪府。", "岐阜県。"]


def test_no_sentences_make_no_passages():
    assert split_passages(document(), ()) == ()


def test_headings_in_a_row_fill_more_than_one_passage():
    made = document(*[(Kind.HEADING, "Six words are in this heading")] * 200)
    assert max(count_words(text) for text in cut(made)) <= 80


def test_a_long_run_of_signs_does_not_make_a_long_passage():
    made = document((Kind.PARAGRAPH, "“" * 50_000 + " x."))
    assert max(map(len, cut(made))) <= 1_000


def test_sentences_without_words_fill_passages_too():
    made = document((Kind.PARAGRAPH, "😀! " * 20_000))
    assert max(map(len, cut(made))) < 500


def turns(*speakers: int | None, size: int = 80) -> list[tuple[str, int | None]]:
    """Return the passages, with their speakers, of paragraphs by these speakers."""
    words = ("Osaka spoke.", "Gifu spoke.", "Iwate spoke.", "Kobe spoke.")
    made = document(*[(Kind.PARAGRAPH, words[n]) for n in range(len(speakers))])
    found = split_passages(made, spoken(made, list(speakers)), size=size)
    return [(made.text[p.start : p.end].replace("\n\n", " "), p.speaker) for p in found]


def test_another_speaker_begins_another_passage():
    assert turns(0, 0, 1, 0) == [
        ("Osaka spoke. Gifu spoke.", 0),
        ("Iwate spoke.", 1),
        ("Kobe spoke.", 0),
    ]


def test_a_sentence_of_nobody_joins_the_speaker_in_front_of_it():
    assert turns(0, None, 1, None) == [
        ("Osaka spoke. Gifu spoke.", 0),
        ("Iwate spoke. Kobe spoke.", 1),
    ]


def test_sentences_of_nobody_join_the_speaker_who_follows_when_there_is_none_before():
    assert turns(None, None, 1, 1) == [("Osaka spoke. Gifu spoke. Iwate spoke. Kobe spoke.", 1)]
    assert turns(None, None) == [("Osaka spoke. Gifu spoke.", None)]


def test_a_speaker_who_comes_back_after_nobody_goes_on():
    assert turns(0, None, 0) == [("Osaka spoke. Gifu spoke. Iwate spoke.", 0)]


def test_each_piece_of_a_long_turn_has_its_speaker():
    assert turns(1, 1, 1, size=4) == [("Osaka spoke. Gifu spoke.", 1), ("Iwate spoke.", 1)]


def test_another_speaker_within_a_paragraph_begins_another_passage():
    made = document((Kind.PARAGRAPH, "Osaka spoke. Gifu spoke. Iwate spoke."))
    found = split_passages(made, spoken(made, [0, 1, 1]))
    assert [(p.first, p.last, p.speaker) for p in found] == [(0, 0, 0), (1, 2, 1)]


def test_a_heading_goes_along_with_the_speaker_who_follows():
    made = document(
        (Kind.PARAGRAPH, "Osaka spoke."),
        (Kind.HEADING, "Hydrogen"),
        (Kind.HEADING, "Trade"),
        (Kind.PARAGRAPH, "Gifu spoke."),
    )
    found = split_passages(made, spoken(made, [0, None, None, 1]))
    assert [(made.text[p.start : p.end], p.speaker) for p in found] == [
        ("Osaka spoke.", 0),
        ("Hydrogen\n\nTrade\n\nGifu spoke.", 1),
    ]


def test_the_item_of_another_speaker_does_not_take_along_the_sentence_in_front():
    made = document(
        (Kind.PARAGRAPH, "Osaka and Gifu spoke. Two things matter."),
        (Kind.LIST_ITEM, "Key persons."),
        (Kind.LIST_ITEM, "A common goal."),
    )
    found = split_passages(made, spoken(made, [0, 0, 1, 1]), size=8)
    assert [(p.first, p.last, p.speaker) for p in found] == [(0, 1, 0), (2, 3, 1)]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(BLOCKS, SIZES, st.lists(st.sampled_from([None, 0, 1, 2]), min_size=1, max_size=12))
def test_one_speaker_at_most_speaks_in_a_passage_and_nothing_said_is_lost(blocks, size, speakers):
    made = document(*blocks)
    sentences = spoken(made, speakers)
    held = set()
    for passage in split_passages(made, sentences, size=size):
        inside = range(passage.first, passage.last + 1)
        assert {sentences[n].speaker for n in inside} <= {None, passage.speaker}
        assert passage.speaker is None or passage.speaker in {sentences[n].speaker for n in inside}
        held.update(inside)
    assert held == set(range(len(sentences)))


def test_a_passage_is_embedded_with_its_title_and_headings_in_front():
    text = "Elements\n\nKey persons."
    blocks = (Block(Kind.HEADING, 0, 8, (), 1), Block(Kind.PARAGRAPH, 10, 22, ("Elements",)))
    document = Document("d", "d.md", "ff", "text/markdown", text, blocks, title="Seminar")
    passage = Passage(10, 22, 1, 1, ("Elements",))
    assert passage_text(document, passage) == "Seminar\nElements\nKey persons."


def test_a_passage_is_embedded_with_the_one_who_speaks_in_front():
    blocks = (Block(Kind.PARAGRAPH, 0, 9),)
    speakers = (Speaker("Ann Lee"), Speaker("Ben Roth", "mayor", "Kiel"))
    document = Document("d", "d.md", "ff", "text/markdown", "We agree.", blocks, speakers=speakers)
    passage = Passage(0, 9, 0, 0, ("Trade",), 1)
    assert passage_text(document, passage) == "Trade\nBen Roth, mayor, Kiel\nWe agree."
