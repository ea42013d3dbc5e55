"""Tables of a page, by what becomes of them in the text."""

import time

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.parsers.html import parse_html
from seminar_qa.parsers.source import SourceFile


def blocks(page: str) -> list[tuple[Kind, str]]:
    builder = DocumentBuilder()
    parse_html(SourceFile(page.encode()), builder)
    return [(block.kind, builder.text[block.start : block.end]) for block in builder.blocks]


def rows(table: str) -> list[str]:
    found = blocks(f"<table>{table}</table>")
    assert {kind for kind, _ in found} == {Kind.TABLE_ROW}
    return [text for _, text in found]


def test_a_row_carries_the_names_of_its_columns():
    table = "<thead><tr><td>Region<td>Share</thead><tr><td>Gifu<td>11 <b>%</b><tr><td>Japan<td>"
    assert rows(table) == ["Region: Gifu; Share: 11 %", "Region: Japan"]


def test_a_header_of_two_rows_gives_names_of_both():
    table = (
        "<tr><th rowspan=2>Region<th colspan=2>Share<tr><th>2017<th>2018<tr><td>Gifu<td>10<td>11"
    )
    assert rows(table) == ["Region: Gifu; Share 2017: 10; Share 2018: 11"]


def test_cells_that_span_stand_once_and_shift_no_other():
    table = "<tr><th>Time<th>Who<th>What<tr><td rowspan=2>10:00<td>Ana<td>A<tr><td>Bo<td>B<tr><td colspan=2>Break<td>Tea"
    assert rows(table) == [
        "Time: 10:00; Who: Ana; What: A",
        "Who: Bo; What: B",
        "Time: Break; What: Tea",
    ]


def test_a_cell_as_wide_as_the_table_has_no_name():
    table = (
        "<tr><th colspan=2>Programme<tr><th>Time<th>Who<tr><td colspan=2>Day 1<tr><td>10:00<td>Ana"
    )
    assert rows(table) == ["Programme", "Day 1", "Time: 10:00; Who: Ana"]


def test_a_heading_in_front_of_one_cell_names_it():
    table = "<tr><th>Date<td>3 May<tr><th scope=row>Place<td>Porto<tr><td><b>Host:</b><td>Gifu"
    assert rows(table) == ["Date: 3 May", "Place: Porto", "Host: Gifu"]


def test_a_first_row_in_bold_is_the_header_and_without_one_there_are_no_names():
    assert rows("<tr><td><b>A</b><td><b>B</b><tr><td>1<td>2") == ["A: 1; B: 2"]
    assert rows("<tr><td>Gifu<td>1<tr><td>Osaka<td>2") == ["Gifu; 1", "Osaka; 2"]


def test_the_caption_of_a_table_stands_in_front_of_its_rows():
    assert blocks("<table><caption>Shares</caption><tr><th>A<tr><td>1</table>") == [
        (Kind.CAPTION, "Shares"),
        (Kind.TABLE_ROW, "A: 1"),
    ]


def test_a_table_that_only_lays_out_the_page_is_running_text():
    page = "<table><tr><td><h2>Talks</h2><p>Osaka spoke.</p><p>Gifu sang.</p><td>Beside<tr><td>Below<td></table>"
    assert blocks(page) == [
        (Kind.HEADING, "Talks"),
        (Kind.PARAGRAPH, "Osaka spoke."),
        (Kind.PARAGRAPH, "Gifu sang."),
        (Kind.PARAGRAPH, "Beside"),
        (Kind.PARAGRAPH, "Below"),
    ]


def test_text_beside_the_cells_is_not_lost():
    found = blocks("<table>loose<tr><th>A<th>B<tr><td>1<td>2</table>")
    assert [text for _, text in found] == ["loose", "A", "B", "1", "2"]


def test_spans_past_all_reason_cost_nothing():
    begun = time.monotonic()
    table = "<tr><th>A" + "<tr><td colspan=999999999 rowspan=99999999>x<td>y" * 1000
    assert len(rows(table)) == 1000
    assert time.monotonic() - begun < 10
