"""Passages are read a few sentences at a time, and the best of what is found stays."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from seminar_qa.documents import Document, DocumentBuilder, Kind
from seminar_qa.passages import split_passages
from seminar_qa.reader import Span
from seminar_qa.records import Record
from seminar_qa.sentences import split_sentences
from seminar_qa.text import count_words
from seminar_qa.windows import read_windows, split_windows

LONG = " ".join(f"Ship number {n} sails from the quay in Kiel at noon today." for n in range(6))


def record(*blocks: tuple[Kind, str]) -> Record:
    builder = DocumentBuilder()
    for kind, text in blocks:
        builder.add(kind, text, marker="- " if kind is Kind.LIST_ITEM else "")
    document = Document("id", "a.txt", "0" * 64, "text/plain", builder.text, builder.blocks)
    sentences = split_sentences(document)
    passages = split_passages(document, sentences, size=80)
    return Record(document, sentences, passages, range(len(passages)))


def texts(made: Record, size: int) -> list[str]:
    text = made.document.text
    return [text[start:end] for start, end in split_windows(made, made.passages[0], size)]


def test_windows_are_whole_sentences_and_share_one():
    made = record((Kind.PARAGRAPH, LONG))
    found = texts(made, 25)
    assert all(text.startswith("Ship") and text.endswith("today.") for text in found)
    assert all(count_words(text) <= 25 for text in found)
    for one, two in pairwise(found):
        assert two.startswith(one[one.rindex("Ship") :])
    assert {f"number {n} " in " ".join(found) for n in range(6)} == {True}


def test_a_short_passage_is_one_window():
    made = record((Kind.PARAGRAPH, "One ship sails. It is red."))
    assert texts(made, 45) == ["One ship sails. It is red."]


def test_a_sentence_longer_than_a_window_stands_alone():
    made = record((Kind.PARAGRAPH, LONG))
    assert len(texts(made, 3)) == 6


@pytest.mark.parametrize("kind", [Kind.LIST_ITEM, Kind.TABLE_ROW])
def test_lists_and_tables_are_read_whole(kind: Kind):
    made = record((Kind.PARAGRAPH, "The ships:"), *((kind, f"ship {n} of Kiel") for n in range(9)))
    passage = made.passages[0]
    assert split_windows(made, passage, 10) == [(passage.start, passage.end)]


class WordReader:
    """Marks one word where it stands; sure of it in short texts."""

    def __init__(self, word: str):
        self.word = word
        self.asked: list[tuple[str, str]] = []

    def read(
        self, question: str, passages: Sequence[str], fronts: Sequence[str] = ()
    ) -> list[list[Span]]:
        self.asked += zip(fronts, passages, strict=True)
        return [
            [Span(text.index(self.word), text.index(self.word) + len(self.word), -len(text))]
            if self.word in text
            else []
            for text in passages
        ]


def test_a_span_is_told_by_its_place_in_the_passage():
    made = record((Kind.HEADING, "Ships"), (Kind.PARAGRAPH, LONG))
    passage = made.passages[0]
    reader = WordReader("number 4")
    ((span,),) = read_windows(reader, "Which?", [(made, passage)], ["Port"], 25)
    text = made.document.text[passage.start : passage.end]
    assert text[span.start : span.end] == "number 4"
    assert {front for front, _ in reader.asked} == {"Port"}


def test_what_two_windows_share_is_found_once_at_its_best():
    made = record((Kind.PARAGRAPH, LONG))
    reader = WordReader("number 1 ")
    ((span,),) = read_windows(reader, "Which?", [(made, made.passages[0])], [""], 25)
    holding = [text for _, text in reader.asked if "number 1 " in text]
    assert len(holding) == 2
    assert span.score == -min(map(len, holding))


def test_each_passage_keeps_its_own_spans():
    one, two = record((Kind.PARAGRAPH, LONG)), record((Kind.PARAGRAPH, "No ship."))
    pieces = [(two, two.passages[0]), (one, one.passages[0])]
    none, found = read_windows(WordReader("number 2 "), "Which?", pieces, ["", ""], 25)
    assert none == []
    assert len(found) == 1
    assert read_windows(WordReader("x"), "Which?", [], [], 25) == []
