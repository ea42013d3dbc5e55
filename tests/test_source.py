"""The bytes of a file and the text that they are."""

import pytest

from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.source import SourceFile, decode

JAPANESE = "日欧産業協力センターは東京でセミナーを開催しました。参加者は約百名でした。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_with_and_without_a_byte_order_mark(encoding):
    assert decode("日本 and Löer".encode(encoding)) == "日本 and Löer"


def test_utf_16_in_either_byte_order_is_read():
    text = "Löer 日本"
    assert decode(b"\xff\xfe" + text.encode("utf-16-le")) == text
    assert decode(b"\xfe\xff" + text.encode("utf-16-be")) == text


@pytest.mark.parametrize("encoding", ["cp932", "shift_jis", "euc_jp"])
def test_older_japanese_encodings_are_recognised(encoding):
    assert decode(JAPANESE.encode(encoding)) == JAPANESE


def test_latin_1_is_recognised():
    text = "Löer spoke in Düsseldorf about the café and the Poët of Baden-Württemberg."
    assert decode(text.encode("latin-1")) == text


def test_curly_quotes_of_windows_are_recognised():
    text = "“Cooperation” – Löer’s word in Düsseldorf."
    assert decode(text.encode("cp1252")) == text


def test_nul_bytes_are_refused():
    with pytest.raises(UnreadableFileError, match="NUL bytes"):
        decode(b"PK\x03\x04\x00\x00")


def test_bytes_that_no_encoding_fits_are_refused():
    with pytest.raises(UnreadableFileError):
        decode(bytes(range(1, 256)) * 40)


def test_an_empty_file_is_an_empty_text():
    assert decode(b"") == ""


def test_a_password_and_the_bytes_are_not_shown():
    assert "secret" not in repr(SourceFile(b"secret bytes", password="secret"))


def test_a_source_tells_nobody_of_ocr_unless_asked_to():
    assert SourceFile(b"").before_ocr() is None
    assert SourceFile(b"").ocr_seconds == 600


@pytest.mark.parametrize(
    "text", ["El señor Núñez abrió la sesión.", "Grüße aus München, die Sitzung war früh."]
)
def test_short_western_text_is_not_taken_for_eastern_europes(text):
    assert decode(text.encode("cp1252")) == text


def test_japanese_in_seven_bits_is_no_ascii():
    text = "水素の会議が東京で開催された。"
    assert decode(text.encode("iso2022_jp")) == text
