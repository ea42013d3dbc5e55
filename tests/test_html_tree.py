"""Pages as bytes: their encoding, and what hostile ones do."""

import time

import pytest

from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.html_tree import decode_html, read_tree


def text_of(page: str | bytes) -> str:
    data = page.encode() if isinstance(page, str) else page
    return " ".join("".join(read_tree(data).itertext()).split())


@pytest.mark.parametrize(
    ("declaration", "codec", "text"),
    [
        ("<meta charset=shift_jis>", "cp932", "水素の話①"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=x-sjis">', "cp932", "髙"),
        ("<meta charset='euc-jp'>", "euc_jp", "水素"),
        ("<meta charset=iso-2022-jp>", "iso2022_jp", "水素"),
        ("<meta charset=iso-8859-1>", "cp1252", "“Löer” – 5 €"),
        ('<?xml version="1.0" encoding="ISO-8859-2"?>', "iso-8859-2", "Łódź"),
        ("<meta charset=windows-1251>", "cp1251", "Москва"),
        ("<meta charset=gb2312>", "gb18030", "氢气"),
        ("<meta charset=iso-8859-1>", "utf-8", "Löer, 水素"),
        ("", "utf-8-sig", "Löer"),
        ("", "utf-16", "Löer"),
    ],
)
def test_a_page_is_read_in_its_encoding(declaration, codec, text):
    assert text in decode_html(f"{declaration}<p>{text}</p>".encode(codec))


def test_a_declaration_that_does_not_fit_gives_way_to_a_guess():
    page = "<meta charset=utf-8><p>" + "Die schöne Frau aß für fünf Euro Käse. " * 5
    assert "schöne Frau aß" in decode_html(page.encode("cp1252"))


def test_names_that_are_no_encodings_of_text_are_not_tried():
    for label in ("rot13", "base64", "unicode_escape", "idna", "utf-7", "nonsense"):
        assert "<p>a\\u0041" in decode_html(f"<meta charset={label}><p>a\\u0041".encode())


def test_a_picture_called_a_page_is_refused():
    for data in (b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x89PNG\r\n\x1a\n" + bytes(range(1, 32)) * 9):
        with pytest.raises(UnreadableFileError):
            read_tree(data)


@pytest.mark.parametrize("data", [b"", b" \n ", b"<!-- nothing -->"])
def test_an_empty_page_is_refused(data):
    with pytest.raises(UnreadableFileError, match="no text"):
        read_tree(data)


def test_sections_of_character_data_are_text():
    assert text_of("<p>a <![CDATA[x < y & z]]> b</p>") == "a x < y & z b"
    assert text_of("<p>a</p><![CDATA[ that nobody closed") == "a that nobody closed"


def test_elements_that_xhtml_closes_at_once_do_not_swallow_the_page():
    page = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a"/></head><body><div/><p>Text<br/>more</p></body></html>'
    assert text_of(page) == "Textmore"


def test_entities_of_the_page_s_own_are_not_unfolded_and_no_file_is_read():
    page = '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><p>&b; &f; &eacute;</p>'
    assert text_of(page) == "&b; &f; é"


def test_what_nests_past_all_reason_is_refused_and_not_cut():
    with pytest.raises(UnreadableFileError, match="nested too deeply"):
        read_tree(b"<div>" * 100_000 + b"deep")


def test_font_tags_that_nobody_closes_do_not_nest_too_deeply():
    assert text_of("<p><font>word " * 3000).count("word") == 3000


@pytest.mark.parametrize(
    "page",
    [b"<p>" + b"a" * 2_000_000, b"<![CDATA[" * 200_000, b"<!DOCTYPE [" * 200_000, b"<" * 10**6],
)
def test_a_hostile_page_takes_no_long_time(page):
    begun = time.monotonic()
    try:
        read_tree(page + b"<p>end")
    finally:
        assert time.monotonic() - begun < 10
