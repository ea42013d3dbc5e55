"""The canonical text and the places of its parts."""

import hashlib
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seminar_qa.documents import (
    Block,
    Document,
    DocumentBuilder,
    Extraction,
    Kind,
    LeftOut,
    Speaker,
    document_id,
    page_of,
)
from seminar_qa.layout import Layout

PIECES = st.sampled_from(
    [
        "Trade grew.",
        " ",
        "  ",
        "x\u0301",
        "e\u0301",
        "👨‍👩‍👧",
        "🇯🇵",
        "「はい。」と",
        "協力。",
        "“No!”",
        "’s",
        "\r\n",
        "\r",
        "\n\n",
        "\t",
        "\f",
        "\u00a0",
        "\u2028",
        "\x07",
        "\u200b",
        "\ufeff",
        "w" * 1_200,
    ]
)
RAW = st.lists(PIECES, max_size=8).map("".join)
ADDED = st.lists(
    st.tuples(st.sampled_from(Kind), RAW, st.sampled_from(["", "- ", "1. "])), max_size=8
)


def built(*blocks: tuple[Kind, str]) -> DocumentBuilder:
    builder = DocumentBuilder()
    for kind, raw in blocks:
        builder.add(kind, raw)
    return builder


def texts(builder: DocumentBuilder) -> list[str]:
    return [builder.text[block.start : block.end] for block in builder.blocks]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(ADDED)
def test_every_block_is_a_stripped_slice_of_the_text_and_they_are_in_order(added):
    builder = DocumentBuilder()
    for kind, raw, marker in added:
        builder.add(kind, raw, marker=marker)
    place = 0
    for block in builder.blocks:
        between, inside = builder.text[place : block.start], builder.text[block.start : block.end]
        assert between.strip() in ("", "-", "1.")
        assert inside and inside == inside.strip()
        place = block.end
    assert place == len(builder.text)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(ADDED)
def test_the_canonical_text_is_nfc_and_without_control_characters(added):
    builder = DocumentBuilder()
    for kind, raw, marker in added:
        builder.add(kind, raw, marker=marker)
    assert unicodedata.is_normalized("NFC", builder.text)
    assert {c for c in builder.text if unicodedata.category(c) == "Cc"} <= {"\n"}


def test_paragraphs_stand_apart_by_a_blank_line_and_have_exact_places():
    builder = built((Kind.TITLE, " Hydrogen\u00a0 day "), (Kind.PARAGRAPH, "It\r\ngrew."))
    assert builder.text == "Hydrogen day\n\nIt grew."
    assert builder.blocks == (Block(Kind.TITLE, 0, 12), Block(Kind.PARAGRAPH, 14, 22))


def test_items_of_a_list_stand_on_lines_that_follow_each_other():
    items = (Kind.LIST_ITEM, "one"), (Kind.LIST_ITEM, "two"), (Kind.TABLE_ROW, "a: 1")
    assert built(*items).text == "one\ntwo\n\na: 1"


def test_a_marker_stands_in_the_text_but_not_in_the_block():
    builder = DocumentBuilder()
    builder.add(Kind.LIST_ITEM, "key persons", marker="- a) ")
    assert builder.text == "- a) key persons"
    assert texts(builder) == ["key persons"]


def test_blank_text_is_dropped_with_its_marker():
    builder = DocumentBuilder()
    builder.add(Kind.LIST_ITEM, " \u00a0\x07\n", marker="- ")
    assert (builder.text, builder.blocks) == ("", ())


def test_a_section_is_the_path_of_the_headings_above():
    builder = DocumentBuilder()
    builder.add(Kind.HEADING, "Energy", level=1)
    builder.add(Kind.HEADING, "Hydrogen", level=2)
    builder.add(Kind.PARAGRAPH, "Osaka spoke.")
    builder.add(Kind.HEADING, "Trade", level=1)
    builder.add(Kind.PARAGRAPH, "Gifu spoke.")
    sections = [block.section for block in builder.blocks]
    assert sections == [(), ("Energy",), ("Energy", "Hydrogen"), (), ("Trade",)]


def test_a_page_begins_at_the_block_that_follows():
    builder = DocumentBuilder()
    for page in ("First.", "Second.", "Third."):
        builder.begin_page()
        builder.add(Kind.PARAGRAPH, page)
    assert builder.page_starts == tuple(block.start for block in builder.blocks) == (0, 8, 17)


def test_a_page_holds_the_offsets_from_its_start_to_the_next():
    assert [page_of((0, 8, 17), offset) for offset in (0, 7, 8, 16, 17, 99)] == [1, 1, 2, 2, 3, 3]


def test_an_offset_before_the_first_page_start_lies_on_page_one():
    assert page_of((5, 9), 2) == 1


def test_a_document_without_pages_has_no_page_numbers():
    document = Document("id", "a.txt", "0" * 64, "text/plain", "Text.", ())
    assert document.page_of(3) is None


def test_running_text_is_paragraphs_items_rows_and_notes():
    running = [kind.value for kind in Kind if kind.is_running]
    assert running == ["paragraph", "list_item", "table_row", "note"]


def test_an_id_is_the_first_half_of_a_half_of_the_sha256():
    assert document_id(b"report") == hashlib.sha256(b"report").hexdigest()[:16]


def test_a_page_begins_where_the_next_block_does_also_between_list_items():
    builder = DocumentBuilder()
    builder.add(Kind.LIST_ITEM, "a")
    builder.begin_page()
    builder.add(Kind.LIST_ITEM, "b")
    assert (builder.text, builder.page_starts) == ("a\nb", (2,))


def test_a_tight_block_follows_on_the_next_line():
    builder = DocumentBuilder()
    builder.add(Kind.PARAGRAPH, "Osaka spoke.", tight=True)
    builder.add(Kind.NOTE, "Gifu spoke.", tight=True)
    builder.add(Kind.PARAGRAPH, "Iwate spoke.")
    assert builder.text == "Osaka spoke.\nGifu spoke.\n\nIwate spoke."


def test_a_block_keeps_the_label_of_its_turn_and_the_text_has_it_in_front():
    builder = DocumentBuilder()
    builder.add(Kind.PARAGRAPH, "We agree.", speaker="BAN", marker="BAN:")
    assert builder.text == "BAN: We agree."
    assert builder.blocks == (Block(Kind.PARAGRAPH, 5, 14, speaker="BAN"),)


def test_the_places_of_words_move_to_where_the_block_stands():
    builder = DocumentBuilder()
    builder.add(Kind.PARAGRAPH, "First.")
    boxes = (1, 10.0, 20.0, 30.0, 31.5), (2, 10.0, 700.0, 40.0, 711.0)
    builder.add(
        Kind.LIST_ITEM, "Gifu spoke.", marker="-", words=[(0, 4, boxes[0]), (5, 11, boxes[1])]
    )
    assert builder.text == "First.\n\n- Gifu spoke."
    assert builder.layout.boxes(10, 14) == [boxes[0]]
    assert builder.layout.boxes(15, 21) == [boxes[1]]
    assert builder.layout.boxes(0, 10) == []


def test_pages_that_begin_inside_a_block_are_counted_from_its_start():
    builder = DocumentBuilder()
    builder.begin_page()
    builder.add(Kind.LIST_ITEM, "Gifu spoke.", marker="-", pages=(5,))
    assert (builder.text, builder.page_starts) == ("- Gifu spoke.", (0, 7))


@pytest.mark.parametrize(
    ("header", "cells", "row"),
    [
        (("Country", "Share"), ("Japan", "11%"), "Country: Japan; Share: 11%"),
        (("Country", "Share"), ("Japan",), "Country: Japan"),
        (("Country", "Share"), ("", "11%"), "Share: 11%"),
        (("Country",), ("Japan", "11%"), "Country: Japan; 11%"),
        ((" ", "Share"), ("Japan", "11%"), "Japan; Share: 11%"),
        ((), (" a\u00a0", "b\nc"), "a; b c"),
    ],
)
def test_a_row_names_the_columns_of_its_cells(header, cells, row):
    builder = DocumentBuilder()
    builder.add_row(header, cells)
    assert [block.kind for block in builder.blocks] == [Kind.TABLE_ROW]
    assert texts(builder) == [row]


def test_a_row_without_a_filled_cell_is_dropped():
    builder = DocumentBuilder()
    builder.add_row(("Country", "Share"), ("", " "))
    assert (builder.text, builder.blocks) == ("", ())


def test_a_page_without_a_block_begins_where_the_next_one_does():
    builder = DocumentBuilder()
    builder.begin_page()
    builder.add(Kind.PARAGRAPH, "First.")
    builder.begin_page()
    builder.begin_page()
    builder.add(Kind.PARAGRAPH, "Third.")
    assert builder.page_starts == (0, 8, 8)
    assert [page_of(builder.page_starts, offset) for offset in (0, 8)] == [1, 3]


def test_blank_pages_at_the_end_are_counted_and_begin_at_the_end_of_the_text():
    builder = DocumentBuilder()
    for page in ("First.", "", " "):
        builder.begin_page()
        builder.add(Kind.PARAGRAPH, page)
    assert builder.page_starts == (0, 6, 6)
    assert builder.extraction.pages == 3
    assert [page_of(builder.page_starts, offset) for offset in (0, 5)] == [1, 1]


def test_nothing_told_is_nothing_extracted():
    builder = built((Kind.PARAGRAPH, "Osaka spoke."))
    assert builder.extraction == Extraction(
        pages=None,
        blank_pages=(),
        unread_pages=(),
        ocr_pages=(),
        garbled=0.0,
        left_out=(),
        warnings=(),
    )


def test_what_is_left_out_is_counted_by_what_and_why_in_characters_of_clean_text():
    builder = DocumentBuilder()
    builder.leave_out("page header", "repeated on every page", " Seminar\u00a0 Report\x07 ")
    builder.leave_out("page header", "repeated on every page", "Seminar Report")
    builder.leave_out("page header", "too small")
    builder.leave_out("picture", "holds no text")
    assert builder.extraction.left_out == (
        LeftOut("page header", "repeated on every page", times=2, characters=28),
        LeftOut("page header", "too small", times=1, characters=0),
        LeftOut("picture", "holds no text", times=1, characters=0),
    )
    assert builder.text == ""


def test_pages_are_marked_by_what_became_of_them():
    builder = DocumentBuilder()
    for number, state in enumerate(("blank", "ocr", "unread", "ocr"), 1):
        builder.begin_page()
        builder.mark_page(number, state)
    found = builder.extraction
    assert (found.pages, found.blank_pages, found.unread_pages) == (4, (1,), (3,))
    assert found.ocr_pages == (2, 4)


def test_a_warning_is_told_once():
    builder = DocumentBuilder()
    for message in ("It is old.", "It is torn.", "It is old."):
        builder.warn(message)
    assert builder.extraction.warnings == ("It is old.", "It is torn.")


def test_characters_without_letters_count_as_garbled_beside_those_in_the_text():
    builder = DocumentBuilder()
    builder.add(Kind.PARAGRAPH, "abcdef")
    assert builder.extraction.garbled == 0.0
    builder.mark_garbled(2)
    assert builder.extraction.garbled == 0.25
    builder.add(Kind.PARAGRAPH, "\ue000\ue001")
    assert builder.text == "abcdef\n\n\ue000\ue001"
    assert builder.extraction.garbled == round((2 + 10 * 2 / 8) / 12, 4)


def test_a_file_of_nothing_but_garbled_characters_is_garbled_throughout():
    builder = DocumentBuilder()
    builder.mark_garbled(40)
    assert builder.extraction.garbled == 1.0


@pytest.mark.parametrize(
    ("speaker", "cited"),
    [
        (Speaker("Dr. Ben Kloeck", "mayor", "Kobe"), "Dr. Ben Kloeck, mayor, Kobe"),
        (Speaker("Ann Lee", None, "City of Bonn"), "Ann Lee, City of Bonn"),
        (Speaker("Ann Lee", "mayor"), "Ann Lee, mayor"),
        (Speaker("田中 太郎", labels=("田中",)), "田中 太郎"),
    ],
)
def test_a_speaker_is_cited_with_the_role_and_organisation_that_are_known(speaker, cited):
    assert speaker.cited == cited


@pytest.mark.parametrize(
    ("speaker", "introduced"),
    [
        (Speaker("Ben Allen", None, "Igalia", ("BAN",)), "Ben Allen, Igalia (BAN)"),
        (Speaker("Ben Allen", labels=("BAN", "BA")), "Ben Allen (BAN, BA)"),
        (Speaker("Ann Lee", "mayor"), "Ann Lee, mayor"),
        (Speaker("田中 太郎", labels=("田中",)), "田中 太郎"),
        (Speaker("KG", labels=("KG",)), "KG"),
        (Speaker("Ann Lee", labels=("Lee", "AL")), "Ann Lee (AL)"),
    ],
)
def test_a_speaker_is_introduced_with_the_labels_that_are_no_part_of_the_name(speaker, introduced):
    assert speaker.introduced == introduced


@pytest.mark.parametrize(
    ("name", "is_named"),
    [("BAN", True), ("議長（山田君）", True), ("Allen", True), ("ban", False), ("BA", False)],
)
def test_a_speaker_is_named_by_a_label_as_it_is_written(name, is_named):
    assert Speaker("Ben Allen", labels=("BAN", "議長（山田君）")).is_named(name) is is_named


@pytest.mark.parametrize(
    "name",
    [
        *("Dr. Ben Kloeck", "Ben Kloeck", "Kloeck", "KLOECK", "Klöeck", "Dr. Kloeck", "ben"),
        *("Dr. Ben Kloeck, mayor, City of Kobe", "Mayor Kloeck", "Kloeck (City of Kobe)"),
    ],
)
def test_a_speaker_is_named_by_a_part_of_the_name_also_with_the_role(name):
    assert Speaker("Dr. Ben Kloeck", "mayor", "City of Kobe").is_named(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "—", "mayor", "Kobe", "City of Kobe", "Kloe", "Benjamin Kloeck"),
        *("Mr. Kloeck", "Kloeck, mayor, Osaka", "Ben Roth"),
    ],
)
def test_a_speaker_is_not_named_by_a_role_nor_by_anybody_elses_name(name):
    assert not Speaker("Dr. Ben Kloeck", "mayor", "City of Kobe").is_named(name)


@pytest.mark.parametrize(
    ("name", "is_named"),
    [("田中", True), ("太郎", True), ("田中 太郎", True), ("市長", False), ("中村", False)],
)
def test_a_japanese_speaker_is_named_by_the_family_name(name, is_named):
    assert Speaker("田中 太郎", "市長").is_named(name) is is_named


@pytest.mark.parametrize("name", ["林", "林 芳正"])
def test_a_japanese_family_name_may_have_one_character(name):
    assert Speaker("林芳正").is_named(name)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("Wang Mei", Speaker("Wang Jun", "Director", "Mei Foundation")),
        ("Mr. Wang", Speaker("Ms. Wang Mei")),
        ("Dr. Sharma", Speaker("Prof. Rajesh Kumar Sharma")),
        ("Rajesh Sharma", Speaker("Rajesh Kumar Sharma")),
        ("Lee", Speaker("Anna Lee-Smith")),
        ("山", Speaker("山田太郎教授")),
        ("教授", Speaker("山田太郎教授")),
    ],
)
def test_a_name_that_only_resembles_is_another_name(asked, name):
    assert not name.is_named(asked)


@pytest.mark.parametrize("asked", ["山田教授", "山田", "太郎", "山田太郎", "山田さん"])
def test_a_japanese_name_may_lack_a_part_and_have_another_honorific(asked):
    assert Speaker("山田太郎教授").is_named(asked)


@pytest.mark.parametrize("title", ["Dr.", "dr"])
def test_a_title_alone_names_nobody(title):
    assert not Speaker("Dr. Ben Kloeck").is_named(title)


def test_the_page_of_a_word_is_the_one_it_stands_on():
    layout = Layout()
    layout.add(0, 5, (2, 10.0, 10.0, 40.0, 20.0))
    layout.add(6, 12, (3, 10.0, 10.0, 40.0, 20.0))
    document = Document(
        "id", "a.pdf", "0" * 64, "application/pdf", "Osaka spoke.", (), (0, 0, 9), layout=layout
    )
    assert [document.page_of(offset) for offset in (0, 4, 6, 8, 11)] == [2, 2, 3, 3, 3]
    assert document.page_of(5) == 2  # the space between the words has no box
