"""Markdown: its structure as blocks."""

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers import read_document
from seminar_qa.parsers.markdown import parse_markdown


def parsed(text: str) -> DocumentBuilder:
    builder = DocumentBuilder()
    parse_markdown(text.encode(), builder)
    return builder


def blocks(text: str) -> list[tuple[Kind, str]]:
    builder = parsed(text)
    return [(block.kind, builder.text[block.start : block.end]) for block in builder.blocks]


def test_the_first_heading_of_the_file_is_its_title():
    assert blocks("# Hydrogen day\n\n# Talks") == [
        (Kind.TITLE, "Hydrogen day"),
        (Kind.HEADING, "Talks"),
    ]


def test_a_heading_below_a_paragraph_is_no_title():
    assert blocks("Opening words.\n\n# Talks")[1] == (Kind.HEADING, "Talks")


def test_headings_of_lower_levels_are_the_section():
    builder = parsed(
        "# T\n\n## Energy\n\n### Hydrogen\n\nOsaka spoke.\n\nTrade\n-----\n\nGifu spoke."
    )
    found = {builder.text[b.start : b.end]: (b.level, b.section) for b in builder.blocks}
    assert found["Hydrogen"] == (3, ("Energy",))
    assert found["Osaka spoke."] == (0, ("Energy", "Hydrogen"))
    assert found["Gifu spoke."] == (0, ("Trade",))


def test_marks_are_taken_off_and_line_breaks_become_spaces():
    text = "**Osaka** *signed* a [memorandum](http://a.example)\nwith `NRW`  \nin ![2018](x.png)."
    assert blocks(text) == [(Kind.PARAGRAPH, "Osaka signed a memorandum with NRW in 2018.")]


def test_escapes_and_entities_are_what_a_reader_sees():
    assert blocks("AT&amp;T has 5 \\* 3 &#x4E;otes") == [(Kind.PARAGRAPH, "AT&T has 5 * 3 Notes")]


def test_bullets_and_numbers_stand_in_front_of_the_items():
    builder = parsed("3. three\n4. four\n\nThen.\n\n* one\n* two\n")
    assert builder.text == "3. three\n4. four\n\nThen.\n\n- one\n- two"
    assert [b.kind for b in builder.blocks].count(Kind.LIST_ITEM) == 4


def test_a_list_in_a_list_does_not_disturb_the_numbers():
    assert parsed("1. one\n   - inner\n2. two").text == "1. one\n- inner\n2. two"


def test_the_second_paragraph_of_an_item_has_no_marker():
    assert parsed("- first\n\n  second").text == "- first\nsecond"


def test_a_row_of_a_table_carries_the_names_of_its_columns():
    table = "| Region | Share |\n|---|---|\n| Gifu | 11% |\n| Japan | |\n"
    assert blocks(table) == [
        (Kind.TABLE_ROW, "Region: Gifu; Share: 11%"),
        (Kind.TABLE_ROW, "Region: Japan"),
    ]


def test_a_second_table_has_its_own_columns():
    tables = "|a|\n|-|\n|1|\n\nThen.\n\n|b|\n|-|\n|2|\n"
    assert [text for _, text in blocks(tables)] == ["a: 1", "Then.", "b: 2"]


def test_quotations_and_code_are_paragraphs():
    assert blocks("> He said so.\n\n```\nseminar-qa index\n```") == [
        (Kind.PARAGRAPH, "He said so."),
        (Kind.PARAGRAPH, "seminar-qa index"),
    ]


def test_front_matter_html_and_rules_are_no_text():
    text = "---\ntitle: x\n---\n<!-- a remark -->\n\nOsaka <b>spoke</b>.\n\n***\n"
    assert blocks(text) == [(Kind.PARAGRAPH, "Osaka spoke.")]


def test_windows_line_ends_make_no_difference():
    text = "# T\n\n- one\n- two\n\nOsaka\nspoke.\n"
    assert parsed(text.replace("\n", "\r\n")).text == parsed(text).text


def test_nul_bytes_are_refused():
    with pytest.raises(UnreadableFileError, match="NUL bytes"):
        parse_markdown(b"# T\x00", DocumentBuilder())


def test_an_ordered_list_may_begin_at_nought():
    assert parsed("0. zero\n1. one").text == "0. zero\n1. one"


def test_a_block_of_html_gives_its_text():
    assert blocks("<div>The <b>secret</b> is &lt;42&gt;.</div>")[0][1] == "The secret is <42>."


def test_deeply_nested_items_are_not_lost():
    nested = "\n".join("  " * (n % 60) + f"- item {n}" for n in range(1000))
    assert "item 999" in parsed(nested).text


def test_what_is_nested_past_all_reason_is_refused_and_not_cut():
    with pytest.raises(UnreadableFileError, match="nested too deeply"):
        read_document("deep.md", (">" * 5000 + " text").encode(), "00")


def test_text_between_two_rules_at_the_beginning_is_no_front_matter():
    assert "Kept text." in parsed("---\nKept text.\n\n---\n\nMore.\n").text
    assert parsed("---\ntitle: T\n---\nMore.\n").text == "More."
