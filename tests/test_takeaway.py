"""Taking answers away: every style says the same words and the same place, and can be opened."""

import io
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from seminar_qa.parsers import read_document
from seminar_qa.parsers.source import SourceFile
from seminar_qa.rendering import web_folder
from seminar_qa.takeaway import Cited, Told, cite, conversation_docx, conversation_markdown
from seminar_qa.texts import load_texts

T = load_texts(web_folder() / "texts", "en")
CITED = Cited(
    text="The seminar attracted approximately 100 audiences.",
    title="Cooperation of Regions",
    path="2018/report.txt",
    start=297,
    end=347,
    sha256="ab" * 32,
    address="http://127.0.0.1:8000/documents/ab?start=297&end=347#quote",
    organiser="EU-Japan Centre",
    date="2018-11-20",
    place="Tokyo",
    speaker="Ms. Ann Lee",
    page=3,
)
HOSTILE = Cited(
    text='<script>alert("1")</script> *x* _y_ [z](w) \x1b[31m \u202e } \\ % & # $ 100\nER  - x',
    title="}{\\evil & <b>title</b>",
    path="a_b%.txt",
    start=0,
    end=9,
    sha256="0" * 64,
    address="http://127.0.0.1/x",
)


def shown(markdown):
    """Return the text that a reader sees of Markdown."""
    parsed = MarkdownIt("commonmark").parse(markdown)
    parts = []
    for token in parsed:
        for child in token.children or []:
            parts.append("\n" if child.type in ("softbreak", "hardbreak") else child.content)
    return "".join(parts)


@pytest.mark.parametrize("style", ["plain", "markdown", "footnote", "bibtex", "ris"])
def test_every_style_has_the_words_and_their_place(style):
    text = cite(CITED, style, T)
    for told in (CITED.text, "Cooperation of Regions", "2018/report.txt", "297–347", "ab" * 32):
        assert told in (text if style not in ("markdown", "footnote") else shown(text))
    assert CITED.address in text


def test_a_plain_citation_reads_like_one():
    assert cite(CITED, "plain", T) == (
        "“The seminar attracted approximately 100 audiences.”\n"
        "— Ms. Ann Lee, Cooperation of Regions, EU-Japan Centre, Tokyo, 2018-11-20, page 3, "
        f"2018/report.txt, characters 297–347, SHA-256 {'ab' * 32}, {CITED.address}\n"
    )


def test_bibtex_has_balanced_braces_and_the_fields_of_a_report():
    text = cite(CITED, "bibtex", T)
    assert text.startswith("@misc{cooperationregions2018c297,")
    assert "  year = {2018}," in text
    assert "  month = {11}," in text
    plain = cite(HOSTILE, "bibtex", T)
    assert plain.count("{") == plain.count("}")


def test_ris_has_one_record_whatever_the_text():
    lines = cite(HOSTILE, "ris", T).split("\r\n")
    assert lines[0] == "TY  - RPRT"
    assert [line for line in lines if line.startswith("ER")] == ["ER  - "]
    assert all(re.match(r"[A-Z][A-Z\d]  - ", line) for line in lines if line)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1).filter(
        str.strip
    )
)
def test_markdown_shows_any_words_as_they_are(words):
    cited = Cited(words.strip(), "", "p", 0, 1, "0", "http://127.0.0.1/x")
    (line, *_) = shown(cite(cited, "markdown", T)).split("\n")
    assert words.strip() in shown(cite(cited, "markdown", T)), line


TURNS = (
    Told("Who came?", "Who came?", "100", (CITED,)),
    Told("And <b>why</b>?", "Why did they come?", "", (HOSTILE,)),
)


def test_a_conversation_as_markdown_has_its_sources_as_notes():
    text = conversation_markdown(TURNS, T)
    assert "[^1]\n" in text
    assert "\n[^2]: " in text
    assert "Understood as: Why did they come?" in text
    assert "**The reports do not say.**" in text
    assert "*Close, but not an answer*" in text
    assert "<script>" not in text.replace("\\<script", "")


def test_a_conversation_as_docx_is_read_back_with_its_footnotes():
    document = read_document("a.docx", SourceFile(conversation_docx(TURNS, T)), "0" * 64)
    assert CITED.text in document.text
    assert '<script>alert("1")</script> *x* _y_ [z](w)' in document.text
    assert "characters 297–347" in document.text
    assert "The reports do not say." in document.text


def test_a_docx_has_parts_that_are_well_formed_and_named_in_its_contents():
    archive = zipfile.ZipFile(io.BytesIO(conversation_docx(TURNS, T)))
    names = set(archive.namelist())
    for name in names:
        etree.fromstring(archive.read(name))
    types = etree.fromstring(archive.read("[Content_Types].xml"))
    parts = {row.get("PartName").lstrip("/") for row in types if row.get("PartName")}
    assert parts <= names
    relations = etree.fromstring(archive.read("word/_rels/document.xml.rels"))
    assert {f"word/{row.get('Target')}" for row in relations} <= names
    space = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
    used = etree.fromstring(archive.read("word/document.xml")).xpath(
        "//w:footnoteReference/@w:id", namespaces=space
    )
    there = etree.fromstring(archive.read("word/footnotes.xml")).xpath(
        "//w:footnote/@w:id", namespaces=space
    )
    assert set(used) <= set(there)
    assert used == ["1", "2"]


def test_the_same_conversation_gives_the_same_file():
    assert conversation_docx(TURNS, T) == conversation_docx(TURNS, T)


@pytest.mark.parametrize("line", ["---", "- - -", "-", "+", "1.", "2)", "***", "===", "10. x"])
def test_a_line_that_markdown_would_draw_or_number_is_shown(line):
    cited = Cited(f"Before\n{line}\nafter", "", "p", 0, 1, "0", "http://127.0.0.1/x")
    for style in ("markdown", "footnote"):
        assert f"Before\n{line}\nafter" in shown(cite(cited, style, T))
