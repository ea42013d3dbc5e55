"""The canonical text and the places of its parts."""

import hashlib
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from seminar_qa.documents import Block, Document, DocumentBuilder, Kind, document_id, page_of

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
