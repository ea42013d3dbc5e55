"""Footnotes of a page, by what becomes of them in the text."""

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.parsers.html import parse_html
from seminar_qa.parsers.source import SourceFile


def read(page: str) -> DocumentBuilder:
    builder = DocumentBuilder()
    parse_html(SourceFile(page.encode()), builder)
    return builder


@pytest.mark.parametrize(
    "mark",
    [
        "<sup><a href='#fn1'>1</a></sup>",
        "<a href='#fn1'><sup>[12]</sup></a>",
        "<sup id=a class=reference><a href='#n'><span>[</span>3<span>]</span></a></sup>",
        "<a href='#n' role=doc-noteref>†</a>",
        "<a href='notes.html#n' epub:type='noteref'>4</a>",
        "<sup><a href='#a'>1</a>, <a href='#b'>2</a></sup>",
        "<a href='#here'>¶</a>",
    ],
)
def test_marks_of_notes_do_not_stand_in_the_sentence_and_are_told(mark):
    builder = read(f"<p>Osaka{mark} spoke.</p>")
    assert builder.text == "Osaka spoke."
    assert [left.what for left in builder.extraction.left_out] == ["footnote mark"]


@pytest.mark.parametrize(
    "kept", ["<sup>2</sup>", "<sup><a href='/x'>th</a></sup>", "<a href='#s'>2</a>"]
)
def test_what_is_raised_or_linked_for_another_reason_is_kept(kept):
    assert read(f"<p>Osaka{kept} spoke.</p>").text in ("Osaka2 spoke.", "Osakath spoke.")


@pytest.mark.parametrize(
    "notes",
    [
        "<aside epub:type=footnote><p>In May.</p></aside>",
        "<section class='footnotes' role='doc-endnotes'><p>In May. <a href='#r' role='doc-backlink'>↩</a></p></section>",
        "<p role=doc-footnote>In May.</p>",
        "<div style='mso-element:footnote'><p>In May.</p></div>",
    ],
)
def test_notes_are_blocks_of_their_own_kind(notes):
    builder = read(f"<p>Osaka spoke.</p>{notes}")
    found = [(b.kind, builder.text[b.start : b.end]) for b in builder.blocks]
    assert found == [(Kind.PARAGRAPH, "Osaka spoke."), (Kind.NOTE, "In May.")]


def test_the_notes_of_a_list_keep_their_numbers():
    builder = read(
        "<p>Osaka.</p><ol class=footnotes><li>In May. <a href='#r'>↩︎</a><li>In June.</ol>"
    )
    assert builder.text == "Osaka.\n\n1. In May.\n\n2. In June."
    assert [b.kind for b in builder.blocks][1:] == [Kind.NOTE, Kind.NOTE]


def test_a_heading_called_footnote_is_a_heading():
    builder = read("<h2 class=footnote>Host</h2><p>Gifu.</p>")
    assert [b.kind for b in builder.blocks] == [Kind.HEADING, Kind.PARAGRAPH]
