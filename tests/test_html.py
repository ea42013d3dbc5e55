"""HTML: the blocks that a reader of a page sees."""

import json
from pathlib import Path

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers import read_document
from seminar_qa.parsers.html import parse_html
from seminar_qa.parsers.source import SourceFile
from seminar_qa.text import collapse

SHARED = Path(__file__).parents[2] / "shared"
PROSE = "<p>Osaka spoke about hydrogen at some length today.</p>"


def parsed(page: str | bytes) -> DocumentBuilder:
    builder = DocumentBuilder()
    parse_html(SourceFile(page.encode() if isinstance(page, str) else page), builder)
    return builder


def blocks(page: str) -> list[tuple[Kind, str]]:
    builder = parsed(page)
    return [(block.kind, builder.text[block.start : block.end]) for block in builder.blocks]


def test_the_top_heading_is_the_title_and_the_lines_of_its_header_are_the_front_matter():
    page = f"<header><p>EU-Japan Centre</p><h1>Hydrogen<br>Day</h1><h2>3 May 2019, Porto</h2><p>Organised by A.<br>Room 3</p></header><main>{PROSE}</main>"
    assert blocks(page)[:5] == [
        (Kind.FRONT, "EU-Japan Centre"),
        (Kind.TITLE, "Hydrogen Day"),
        (Kind.FRONT, "3 May 2019, Porto"),
        (Kind.FRONT, "Organised by A."),
        (Kind.FRONT, "Room 3"),
    ]


def test_short_lines_below_the_title_are_the_front_matter_until_something_else_comes():
    page = f"<h1>Day</h1><p>3 May 2019</p><p>Topics:</p><p>Gifu</p>{PROSE}"
    assert [kind for kind, _ in blocks(page)] == [
        Kind.TITLE,
        Kind.FRONT,
        Kind.PARAGRAPH,
        Kind.PARAGRAPH,
        Kind.PARAGRAPH,
    ]


def test_the_title_of_the_window_is_taken_where_no_heading_is_the_title():
    page = f"<title>Hydrogen day</title><h2>Talks</h2>{PROSE}"
    assert blocks(page)[:2] == [(Kind.TITLE, "Hydrogen day"), (Kind.HEADING, "Talks")]
    assert blocks(f"<title>Window</title><h1>Page</h1>{PROSE}")[0] == (Kind.TITLE, "Page")


def test_levels_of_headings_nest_without_gaps():
    builder = parsed(
        f"<h1>T</h1><h3>A</h3>{PROSE}<h5>B</h5>{PROSE}<h3>C</h3>{PROSE}<h2>D</h2>{PROSE}"
    )
    found = [
        (builder.text[b.start : b.end], b.level, b.section)
        for b in builder.blocks
        if b.kind is Kind.HEADING
    ]
    assert found == [("A", 1, ()), ("B", 2, ("A",)), ("C", 1, ()), ("D", 1, ())]


def test_a_heading_of_several_lines_is_one_and_ends_where_the_next_begins():
    page = "<h1><div>Hydrogen</div><div>Day</div></h1><h2>Talks<h3>Osaka<p>One."
    assert blocks(page) == [
        (Kind.TITLE, "Hydrogen Day"),
        (Kind.HEADING, "Talks"),
        (Kind.HEADING, "Osaka"),
        (Kind.PARAGRAPH, "One."),
    ]


def test_tags_in_a_line_neither_lose_nor_add_a_space():
    page = "<p>The <b>Osaka</b><i>ns</i>, 10<sup>5</sup> of <a href='x'>them</a>,\n spo\u00adke&nbsp;&amp; sang.</p>"
    assert blocks(page) == [(Kind.PARAGRAPH, "The Osakans, 105 of them, spoke & sang.")]


def test_blocks_always_part_words_even_inside_a_paragraph_nobody_closed():
    assert blocks("<div>One<div>two</div>three<p>four<p>five") == [
        (Kind.PARAGRAPH, word) for word in ("One", "two", "three", "four", "five")
    ]


def test_nothing_behind_the_end_of_the_page_is_lost():
    assert parsed("<html><body><p>One</p></body></html><p>two").text == "One\n\ntwo"


def test_lines_of_japanese_are_joined_without_a_space_and_readings_are_left_out():
    page = "<p>水素の<ruby>話<rp>(</rp><rt>はなし</rt></ruby>を\n  聞いた。<br>続き</p>"
    assert blocks(page) == [(Kind.PARAGRAPH, "水素の話を聞いた。続き")]


def test_two_line_breaks_part_paragraphs_and_one_does_not():
    assert blocks("<p>One<br>two<br><br>three</p>") == [
        (Kind.PARAGRAPH, "One two"),
        (Kind.PARAGRAPH, "three"),
    ]


def test_a_line_that_begins_with_dots_goes_on_with_the_one_before():
    builder = parsed("<p><cite>Ana:</cite> one\n thing<br />\n... two<br>… three</p>")
    assert builder.text == "Ana: one thing\n... two\n… three"
    assert [builder.text[b.start : b.end] for b in builder.blocks] == [
        "Ana: one thing",
        "two",
        "three",
    ]
    assert {b.kind for b in builder.blocks} == {Kind.PARAGRAPH}


def test_a_label_behind_a_line_break_begins_a_block():
    page = "<p>Ana Ruiz: one<br>and more<br>Bo: two<br>&lt;cy&gt; three<br>see http://a.example</p>"
    assert [text for _, text in blocks(page)] == [
        "Ana Ruiz: one and more",
        "Bo: two",
        "<cy> three see http://a.example",
    ]


def test_lists_have_markers_and_the_text_of_an_item_stands_before_its_own_list():
    page = (
        "<ol start=3><li>Three<ul><li><p>inner</p><p>more</p></ul><li value=7>Seven<li>Eight</ol>"
    )
    assert parsed(page).text == "3. Three\n- inner\nmore\n7. Seven\n8. Eight"


def test_bullets_behind_line_breaks_are_list_items():
    assert blocks("<p>Talks<br>- Osaka<br>・Gifu</p>") == [
        (Kind.PARAGRAPH, "Talks"),
        (Kind.LIST_ITEM, "Osaka"),
        (Kind.LIST_ITEM, "Gifu"),
    ]


def test_a_term_stands_with_its_explanation_and_is_never_lost():
    page = "<dl><dt>Date<dd>3 May<dt>14:02 [ana]<dd><p>one</p><p>two</p><dt>Talks<dd><ul><li>A</ul><dt>Rest</dl>"
    assert [text for _, text in blocks(page)] == [
        "Date 3 May",
        "14:02 [ana] one",
        "two",
        "Talks",
        "A",
        "Rest",
    ]


def test_captions_quotations_and_preformatted_text():
    page = "<figure><img alt='no text'><figcaption>Fig</figcaption></figure><blockquote><p>One.</p></blockquote><pre>two\nthree\n\nfour</pre><details><summary>Five</summary>six</details>"
    assert blocks(page) == [
        (Kind.CAPTION, "Fig"),
        (Kind.PARAGRAPH, "One."),
        (Kind.PARAGRAPH, "two three"),
        (Kind.PARAGRAPH, "four"),
        (Kind.PARAGRAPH, "Five"),
        (Kind.PARAGRAPH, "six"),
    ]


def test_a_page_that_only_frames_others_says_so():
    for page in (
        "<frameset><frame src='http://a.example'></frameset>",
        "<iframe src='b'></iframe>",
    ):
        with pytest.raises(UnreadableFileError, match="nothing is fetched"):
            parsed(page)


def test_a_page_without_text_is_refused():
    with pytest.raises(UnreadableFileError, match="no text"):
        read_document("a.html", SourceFile(b"<div></div>"), "00")


def test_the_media_type_goes_by_the_ending():
    for ending in ("html", "htm", "xhtml", "HTML"):
        document = read_document(f"a.{ending}", SourceFile(PROSE.encode()), "00")
        assert document.media_type == "text/html"


@pytest.mark.skipif(not SHARED.exists(), reason="the shared reports are not here")
def test_what_the_questions_on_real_pages_ask_for_stands_in_one_block():
    folder = SHARED / "documents" / "real"
    lines = (SHARED / "eval" / "real.dev.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    asked = [(q["documents"], a) for q in questions for a in q["answers"] if q["answerable"]]
    only = [(names, a) for names, a in asked if names and all(n.endswith(".html") for n in names)]
    pages = {name: (folder / name).read_text("utf-8") for names, _ in only for name in names}
    texts = {name: [text for _, text in blocks(page)] for name, page in pages.items()}
    missed = [
        answer
        for names, answer in only
        if not any(collapse(answer) in text for name in names for text in texts[name])
    ]
    assert len(only) > 20
    assert missed == []


@pytest.mark.skipif(not SHARED.exists(), reason="the shared reports are not here")
def test_an_old_page_of_nested_tables_gives_its_story_and_not_its_menus():
    page = SHARED / "documents" / "nasty" / "readability__hukumusume_ja.html"
    text = parsed(page.read_bytes()).text
    assert "肉をくわえたイヌが、橋を渡っていました。" in text
    assert "両思いになれる" not in text
