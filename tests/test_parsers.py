"""From a file's bytes to a document."""

import hashlib
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seminar_qa.documents import Document, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers import FORMATS, read_document
from seminar_qa.parsers.source import SourceFile

NAMES = st.sampled_from(["a.txt", "a.md"])
PIECES = st.sampled_from(
    [
        "Trade grew.",
        "a) ",
        "- ",
        "\n",
        "\n\n",
        "\r\n",
        "\f",
        "|",
        "#",
        "> ",
        "```",
        "1. ",
        "12",
        "&shy;",
        "e\u0301",
        "👨‍👩‍👧",
        "「はい。」",
        "協力",
        "“No”",
        "\u00a0",
        "\x07",
        "\x00",
        "\u2028",
        "2018-11-20",
        "|a|b|\n|-|-|\n|c|d|\n",
        "---\n",
        "w" * 1_100,
    ]
)
TEXT = st.lists(PIECES | st.text(max_size=6), max_size=20).map("".join)


def read(path: str, data: bytes) -> Document:
    return read_document(path, SourceFile(data), hashlib.sha256(data).hexdigest())


def read_or_refuse(path: str, data: bytes) -> Document | None:
    try:
        return read(path, data)
    except UnreadableFileError:
        return None


def assert_sound(document: Document) -> None:
    place = 0
    for block in document.blocks:
        text = document.text[block.start : block.end]
        assert text and text == text.strip()
        assert block.start >= place
        place = block.end
    assert place == len(document.text)
    assert unicodedata.is_normalized("NFC", document.text)
    assert list(document.page_starts) == sorted(document.page_starts)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(NAMES, TEXT)
@example("a.md", "* " * 50)
@example("a.txt", "\ufeff\n\f\n")
def test_any_text_gives_a_sound_document_or_is_refused(name, text):
    document = read_or_refuse(name, text.encode())
    if document is not None:
        assert_sound(document)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(NAMES, st.binary(max_size=120))
@example("a.txt", b"\xff\xfe\x00")
@example("a.txt", b"\xff\xfe\x00\xd8")
@example("a.md", bytes(range(1, 256)))
def test_any_bytes_give_a_sound_document_or_are_refused(name, data):
    document = read_or_refuse(name, data)
    if document is not None:
        assert_sound(document)


def test_a_document_carries_where_it_lies_and_what_it_is():
    data = "“Hydrogen”\n\nMay 3, 2019 Osaka\n\nThe talks began.".encode()
    document = read("2019/osaka.txt", data)
    assert (document.path, document.media_type) == ("2019/osaka.txt", "text/plain")
    assert document.sha256.startswith(document.id)


def test_a_renamed_file_keeps_its_id():
    assert read("a.txt", b"The same.").id == read("b/c.text", b"The same.").id


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("a.txt", "text/plain"),
        ("a.TEXT", "text/plain"),
        ("a.md", "text/markdown"),
        ("x/a.Markdown", "text/markdown"),
    ],
)
def test_the_end_of_the_name_tells_the_format_in_any_case(path, media_type):
    assert read(path, b"The talks began.").media_type == media_type


@pytest.mark.parametrize("path", ["a.exe", "README", "a.txt.gz", ".txt"])
def test_an_unknown_format_is_refused_with_the_known_ones(path):
    with pytest.raises(UnreadableFileError, match=r"no reader.+\.docx, .+\.pdf, .+\.txt"):
        read(path, b"The talks began.")


@pytest.mark.parametrize("path", ["a.txt", "a.md"])
@pytest.mark.parametrize("data", [b"", b" \r\n\n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\f\f"])
def test_a_file_without_text_is_refused(path, data):
    with pytest.raises(UnreadableFileError, match=f"^{path}: the file holds no text$"):
        read(path, data)


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_format_reads_plain_words_or_says_that_they_are_not_of_its_kind(suffix):
    try:
        document = read(f"a{suffix}", b"The talks began in May.")
    except UnreadableFileError as error:
        assert str(error).startswith(f"a{suffix}: ")
        assert suffix not in (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml")
    else:
        assert document.text == "The talks began in May."
        assert [block.kind for block in document.blocks] == [Kind.PARAGRAPH]
