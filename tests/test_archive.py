"""Zip archives of strangers."""

import io
import zipfile

import pytest

from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.archive import open_archive, read_member

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def packed(parts: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def declaring(data: bytes, size: int, real: int) -> bytes:
    """Return an archive whose directory says another size than a member has."""
    return data.replace(real.to_bytes(4, "little"), size.to_bytes(4, "little"))


def test_a_member_is_read_by_its_name():
    archive = open_archive(packed({"a.xml": b"<a/>"}))
    assert (read_member(archive, "a.xml"), read_member(archive, "b.xml")) == (b"<a/>", None)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.4", "but a PDF"),
        (b"<html>", "but an HTML or XML file"),
        (b"words", "no zip archive"),
        (b"PK\x03\x04 and no more", "damaged or cut off"),
        (OLE, "old binary Office file or an encrypted one; save it anew"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "it is encrypted; save it anew"),
    ],
)
def test_what_is_no_archive_is_refused_with_what_it_is(data, reason):
    with pytest.raises(UnreadableFileError, match=reason):
        open_archive(data)


def test_an_archive_cut_off_in_the_middle_is_refused():
    data = packed({"a.xml": bytes(range(256)) * 20})
    with pytest.raises(UnreadableFileError, match="damaged or cut off"):
        open_archive(data[: len(data) // 2])


def test_more_than_ten_thousand_parts_are_a_bomb():
    with pytest.raises(UnreadableFileError, match="10,001 parts: a zip bomb"):
        open_archive(packed({f"{n}": b"" for n in range(10_001)}))


def test_a_member_of_zeros_is_a_bomb():
    with pytest.raises(UnreadableFileError, match=r"unpacks to 16\.8 MB: a zip bomb is not opened"):
        open_archive(packed({"a.xml": bytes(16 << 20)}))


def test_sizes_that_add_up_to_too_much_are_a_bomb():
    data = declaring(packed({"a.xml": b"words " * 50}), 3_000_000_000, 300)
    with pytest.raises(UnreadableFileError, match=r"unpacks to 3\.0 GB: a zip bomb"):
        open_archive(data)


def test_no_more_of_a_member_is_read_than_it_declares():
    archive = open_archive(declaring(packed({"a.xml": b"words " * 50}), 100, 300))
    with pytest.raises(UnreadableFileError, match="“a.xml” is damaged"):
        read_member(archive, "a.xml")


def test_a_damaged_member_is_refused_by_its_name():
    data = packed({"a.xml": b"Osaka"}).replace(b"a.xml", b"b.xml", 1)
    with pytest.raises(UnreadableFileError, match="“a.xml” is damaged"):
        read_member(open_archive(data), "a.xml")


def test_an_encrypted_member_is_refused():
    data = bytearray(packed({"a.xml": b"Osaka"}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    with pytest.raises(UnreadableFileError, match="it is encrypted"):
        read_member(open_archive(bytes(data)), "a.xml")
