"""Markdown: its structure as blocks."""

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers import read_document
from seminar_qa.parsers.markdown import parse_markdown
from seminar_qa.parsers.source import SourceFile


def parsed(text: str) -> DocumentBuilder:
    builder = DocumentBuilder()
    parse_markdown(SourceFile(text.encode()), builder)
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


def test_settings_of_the_page_html_and_rules_are_no_text():
    text = "---\nlayout: x\n---\n<!-- a remark -->\n\nOsaka <b>spoke</b>.\n\n***\n"
    assert blocks(text) == [(Kind.PARAGRAPH, "Osaka spoke.")]


def test_what_is_left_out_is_told():
    text = "---\nlayout: x\n---\n<!-- a > b -->\n\nOsaka ~~sang~~ spoke[^1].\n\n[^1]: In May.\n"
    builder = parsed(text)
    assert builder.text == "Osaka spoke.\n\n1. In May."
    assert {left.what: left.characters for left in builder.extraction.left_out} == {
        "setting of the page": 1,
        "comment": 5,
        "struck text": 4,
        "footnote mark": 4,
    }


def test_the_settings_of_a_page_give_title_date_and_place():
    text = "---\ntitle: 'Hydrogen day'\ndate: 2019-03-02\nauthors:\n  - Ana Ruiz\nlocation: Porto\ntags: x\n---\n\n# Talks\n"
    assert blocks(text) == [
        (Kind.TITLE, "Hydrogen day"),
        (Kind.FRONT, "date: 2019-03-02"),
        (Kind.FRONT, "authors: Ana Ruiz"),
        (Kind.FRONT, "location: Porto"),
        (Kind.HEADING, "Talks"),
    ]


def test_a_title_that_is_both_a_setting_and_a_heading_stands_once():
    text = "---\ntitle: Hydrogen day\n---\n\n# Hydrogen day\n\nOsaka spoke.\n"
    assert parsed(text).text == "Hydrogen day\n\nOsaka spoke."


def test_short_lines_below_the_title_are_the_front_matter():
    assert blocks("# Day\n\n3 May 2020\n\nPorto\n\nOsaka spoke.\n\nGifu") == [
        (Kind.TITLE, "Day"),
        (Kind.FRONT, "3 May 2020"),
        (Kind.FRONT, "Porto"),
        (Kind.PARAGRAPH, "Osaka spoke."),
        (Kind.PARAGRAPH, "Gifu"),
    ]


def test_a_bold_line_above_a_table_and_a_picture_alone_are_captions():
    text = "**Attendees:**\n\n|a|\n|-|\n|1|\n\n**Bold.**\n\n![Votes: 3][v]\n\n[v]: v.png\n"
    assert blocks(text) == [
        (Kind.CAPTION, "Attendees:"),
        (Kind.TABLE_ROW, "a: 1"),
        (Kind.PARAGRAPH, "Bold."),
        (Kind.CAPTION, "Votes: 3"),
    ]


def test_notes_stand_where_they_are_written_and_their_marks_are_gone():
    text = "Osaka[^a] and Gifu[^2] spoke [^not].\n\n[^a]: http://osaka.example\n[^2]: In May.\n"
    builder = parsed(text)
    assert builder.text == ("Osaka and Gifu spoke [^not].\n\na. http://osaka.example\n\n2. In May.")
    assert [b.kind for b in builder.blocks] == [Kind.PARAGRAPH, Kind.NOTE, Kind.NOTE]


def test_a_line_break_in_html_parts_words_and_a_script_is_no_text():
    assert blocks("Osaka<br>Gifu<br/>spoke.")[0][1] == "Osaka Gifu spoke."
    assert parsed("<div>Osaka</div>\n<script>\nlet x = 1;\n</script>").text == "Osaka"


def test_windows_line_ends_make_no_difference():
    text = "# T\n\n- one\n- two\n\nOsaka\nspoke.\n"
    assert parsed(text.replace("\n", "\r\n")).text == parsed(text).text


def test_nul_bytes_are_refused():
    with pytest.raises(UnreadableFileError, match="NUL bytes"):
        parse_markdown(SourceFile(b"# T\x00"), DocumentBuilder())


def test_an_ordered_list_may_begin_at_nought():
    assert parsed("0. zero\n1. one").text == "0. zero\n1. one"


def test_a_block_of_html_gives_its_text():
    assert blocks("<div>The <b>secret</b> is &lt;42&gt;.</div>")[0][1] == "The secret is <42>."


def test_deeply_nested_items_are_not_lost():
    nested = "\n".join("  " * (n % 60) + f"- item {n}" for n in range(1000))
    assert "item 999" in parsed(nested).text


def test_what_is_nested_past_all_reason_is_refused_and_not_cut():
    with pytest.raises(UnreadableFileError, match="nested too deeply"):
        read_document("deep.md", SourceFile((">" * 5000 + " text").encode()), "00")


def test_text_between_two_rules_at_the_beginning_is_no_front_matter():
    assert "Kept text." in parsed("---\nKept text.\n\n---\n\nMore.\n").text
    assert parsed("---\ntags: T\n---\nMore.\n").text == "More."


def test_turns_in_one_paragraph_are_blocks_of_their_own():
    found = blocks("AB: Welcome\neveryone.\nCR: I agree with Bob.")
    assert [text for _, text in found] == ["AB: Welcome everyone.", "CR: I agree with Bob."]
