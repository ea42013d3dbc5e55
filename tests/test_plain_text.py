"""Plain text, as it comes out of a PDF above all."""

from pathlib import Path

import pytest

from seminar_qa.documents import Document, DocumentBuilder, Kind
from seminar_qa.parsers import read_document
from seminar_qa.parsers.plain_text import parse_plain_text
from seminar_qa.parsers.source import SourceFile
from seminar_qa.sentences import split_sentences

REPORT = Path(__file__).parents[1] / "documents" / "seminar-report-2018-11-20.txt"


@pytest.fixture(scope="module")
def report() -> Document:
    return read_document(REPORT.name, SourceFile(REPORT.read_bytes()), "0" * 64)


def parsed(text: str) -> DocumentBuilder:
    builder = DocumentBuilder()
    parse_plain_text(SourceFile(text.encode()), builder)
    return builder


def blocks(text: str) -> list[tuple[Kind, str]]:
    builder = parsed(text)
    return [(block.kind, builder.text[block.start : block.end]) for block in builder.blocks]


def of_kind(document: Document, kind: Kind) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if b.kind is kind]


# The first report


def test_a_paragraph_broken_by_a_page_end_is_one_sentence_again(report):
    sentences = [report.text[s.start : s.end] for s in split_sentences(report)]
    assert (
        "During 2011-2013, a group of companies of Hitachi City participated in exhibition"
        " in Dusseldorf." in sentences
    )


def test_a_paragraph_broken_before_a_name_is_one_sentence_again(report):
    sentences = [report.text[s.start : s.end] for s in split_sentences(report)]
    assert (
        "Mr. Amano said the aim of the MOU was to create business opportunities for Japan and the"
        " EU both within and outside the EU." in sentences
    )


def test_the_lettered_items_of_the_report_are_a_list(report):
    assert of_kind(report, Kind.LIST_ITEM) == [
        "Existence of key persons in both side of Europe and Japan.",
        "Harmonizing efforts to overcome historical/cultural differences.",
        "Establishing common goal in mutual cooperation.",
    ]
    assert "\n- a) Existence of key persons" in report.text


def test_the_lines_below_the_pictures_are_captions(report):
    captions = of_kind(report, Kind.CAPTION)
    assert len(captions) == 6
    assert "Mr. Olivier Becht speaking as a starter" in captions


def test_the_head_of_the_report_is_front_matter(report):
    front = of_kind(report, Kind.FRONT)
    assert len(front) == 5
    assert front[1] == "日欧産業協力センター"


def test_who_prepared_the_report_is_a_note(report):
    assert of_kind(report, Kind.NOTE) == [
        "Prepared by Toshiro Fukura, Manager, Policy Seminars and Analysis"
    ]


# Lines and paragraphs


def test_hard_wrapped_lines_are_one_paragraph():
    wrapped = "Osaka signed a\nmemorandum with the\nGerman state.\n\nGifu did not."
    assert [text for _, text in blocks(wrapped)] == [
        "Osaka signed a memorandum with the German state.",
        "Gifu did not.",
    ]


def test_hard_wrapped_japanese_is_joined_without_spaces():
    assert blocks("大阪府は覚書に\n署名しました。") == [
        (Kind.PARAGRAPH, "大阪府は覚書に署名しました。")
    ]


def test_lines_of_a_text_that_is_not_wrapped_are_paragraphs_of_their_own():
    long = "Osaka signed a memorandum " * 6 + "in 2018."
    assert [text for _, text in blocks(f"{long}\nGifu did not.")] == [long, "Gifu did not."]


def test_a_finished_paragraph_is_not_joined_to_the_next():
    assert len(blocks("Osaka signed a memorandum.\n\nin 2018 Gifu did not.")) == 2


@pytest.mark.parametrize(
    "marker", ["- ", "• ", "* ", "・ ", "1. ", "2) ", "(a) ", "b) ", "iv) ", "– c) "]
)
def test_list_markers_stand_in_front_of_the_items_and_not_in_them(marker):
    text = f"There were two.\n\n{marker}Key persons\nof both sides\n{marker}A chain"
    assert blocks(text)[1:] == [
        (Kind.LIST_ITEM, "Key persons of both sides"),
        (Kind.LIST_ITEM, "A chain"),
    ]
    assert parsed(text).text.endswith(f"{marker}Key persons of both sides\n{marker}A chain")


def test_a_short_line_before_a_paragraph_is_its_heading():
    builder = parsed("Report\n\nThe talks began.\n\nHydrogen\n\nOsaka spoke.")
    kinds = [block.kind for block in builder.blocks]
    assert kinds == [Kind.FRONT, Kind.PARAGRAPH, Kind.HEADING, Kind.PARAGRAPH]
    assert builder.blocks[-1].section == ("Hydrogen",)


def test_a_numbered_line_that_stands_alone_is_a_heading_with_its_number():
    text = "The talks began.\n\n2. Hydrogen in Osaka\n\nOsaka spoke."
    assert blocks(text)[1] == (Kind.HEADING, "2. Hydrogen in Osaka")


def test_a_numbered_figure_line_is_a_caption_even_before_a_paragraph():
    text = "The talks began.\n\nFigure 3: Trade by region\n\nOsaka spoke."
    assert blocks(text)[1] == (Kind.CAPTION, "Figure 3: Trade by region")


def test_rules_of_dashes_are_no_text():
    assert blocks("Osaka spoke.\n-----\nGifu did not.\n====") == [
        (Kind.PARAGRAPH, "Osaka spoke."),
        (Kind.PARAGRAPH, "Gifu did not."),
    ]


# Pages


def test_a_form_feed_begins_a_page():
    builder = parsed("One ends.\fTwo ends.\n\nTwo goes on.\fThree ends.")
    places = [builder.text.index(page) for page in ("One", "Two ends", "Three")]
    assert list(builder.page_starts) == places


def test_text_without_form_feeds_has_no_pages():
    assert parsed("One ends.\n\nTwo ends.").page_starts == ()


def test_page_numbers_that_count_up_are_dropped():
    text = "One ends.\n\n1\n\fTwo ends.\n\nPage 2\n\fThree ends.\n\n3 / 3"
    assert [line for _, line in blocks(text)] == ["One ends.", "Two ends.", "Three ends."]


def test_a_page_number_does_not_part_a_sentence():
    torn = "word " * 30 + "was shown at the\n\n7\n\f\nfair in Bonn.\n\nIt ended.\n\n8"
    whole = "word " * 30 + "was shown at the fair in Bonn."
    assert [text for _, text in blocks(torn)] == [whole, "It ended."]


def test_a_number_that_stands_alone_once_is_kept():
    assert "100" in parsed("How many came?\n\n100\n\nThey were glad.").text


def test_a_page_that_begins_inside_a_mended_paragraph_keeps_its_place():
    made = parsed(
        "word " * 30 + "was shown at the\fregions of Europe.\n\nMore.\fPage three speaks."
    )
    starts = [made.text[start:].split()[0] for start in made.page_starts]
    assert starts == ["word", "regions", "Page"]


def test_blank_pages_are_counted():
    made = parsed("One ends.\f\fThree begins.")
    assert made.page_starts == (0, 11, 11)


def test_page_numbers_between_dashes_are_no_list_items():
    assert blocks("One ends.\n\n- 1 -\n\n\fTwo ends.\n\n- 2 -") == [
        (Kind.PARAGRAPH, "One ends."),
        (Kind.PARAGRAPH, "Two ends."),
    ]


def test_a_short_line_that_stops_in_mid_sentence_is_mended():
    made = blocks("The mission visited the towns of the\n\nregions of Europe.\n\nMore.")
    assert made[0] == (Kind.PARAGRAPH, "The mission visited the towns of the regions of Europe.")


def test_a_heading_may_be_followed_by_another():
    made = blocks("The talks began.\n\n1. Opening words\n\n2. Closing words\n\nIt ended.")
    assert [kind for kind, _ in made[1:3]] == [Kind.HEADING, Kind.HEADING]


def test_a_bullet_with_a_tab_leaves_no_tab_in_the_text():
    assert (
        parsed("Intro.\n\n-\tone thing\n-\ttwo things").text
        == "Intro.\n\n- one thing\n- two things"
    )


def test_a_thousand_torn_pages_are_mended_in_time():
    made = blocks("\f".join(["word " * 30 + "and"] * 1000) + " end.")
    assert len(made) == 1


def test_a_level_is_a_number():
    made = parsed("It began.\n\nA heading\n\nIt ended.")
    assert [type(block.level) for block in made.blocks] == [int, int, int]


# Lines that are of their own


def test_turns_without_blank_lines_between_are_blocks_of_their_own():
    said = "AB: Welcome everyone.\nBG: Thanks. I have two\npoints to make.\nCR: I agree with Bob."
    assert blocks(said) == [
        (Kind.PARAGRAPH, "AB: Welcome everyone."),
        (Kind.PARAGRAPH, "BG: Thanks. I have two points to make."),
        (Kind.PARAGRAPH, "CR: I agree with Bob."),
    ]


def test_japanese_turns_without_blank_lines_between_are_blocks_of_their_own():
    said = "○山田座長　始めます。\n【佐藤委員】　質問です。\n田中：百円です。"
    assert [text for _, text in blocks(said)] == [
        "○山田座長 始めます。",
        "【佐藤委員】 質問です。",
        "田中：百円です。",
    ]


def test_entries_of_an_agenda_are_blocks_of_their_own():
    said = "The day went so.\n\n10:00 Opening by the mayor.\n10:30 Keynote on ports."
    assert [text for _, text in blocks(said)] == [
        "The day went so.",
        "10:00 Opening by the mayor.",
        "10:30 Keynote on ports.",
    ]


def test_a_single_word_with_a_colon_in_wrapped_prose_begins_nothing():
    said = "The talks came to this\nResult: nobody left the room\nbefore the evening."
    assert [text for _, text in blocks(said)] == [" ".join(said.split("\n"))]


def test_event_place_and_date_at_the_head_are_lines_of_their_own():
    head = "Annual Symposium on\nWater Security\nHotel Taj, New Delhi\n3–5 March 2020"
    assert blocks(head + "\n\nThe mayor spoke.")[:3] == [
        (Kind.FRONT, "Annual Symposium on Water Security"),
        (Kind.FRONT, "Hotel Taj, New Delhi"),
        (Kind.FRONT, "3–5 March 2020"),
    ]


def test_japanese_bullets_need_no_space():
    found = blocks("次の意見があった。\n・費用が高い。\n・時間がかかる。")
    assert found[1:] == [(Kind.LIST_ITEM, "費用が高い。"), (Kind.LIST_ITEM, "時間がかかる。")]
