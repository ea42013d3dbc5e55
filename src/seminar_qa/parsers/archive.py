"""Zip archives, in which office files are packed, opened with care.

What an archive says of its sizes is believed only as an upper bound: Python's zipfile never gives
more of a member than the archive declares for it.
"""

import io
import lzma
import struct
import zipfile
import zlib

from seminar_qa.errors import UnreadableFileError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = {b"%PDF": "a PDF", b"{\\rtf": "an RTF file", b"<": "an HTML or XML file"}
_MOST_ENTRIES = 10_000
_MOST_BYTES = 512 << 20
_SUSPECT_RATIO = 1000
_SUSPECT_BYTES = 8 << 20
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,  # a name that is no UTF-8, a negative offset
    OverflowError,
)


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Return the zip archive in `data`. Raises UnreadableFileError when it is none or a bomb."""
    if data.startswith(_OLE):
        raise UnreadableFileError(_ole_reason(data))
    if not data.startswith(b"PK"):
        raise UnreadableFileError(_stranger_reason(data))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (*_DAMAGED, NotImplementedError) as error:
        raise UnreadableFileError("its zip archive is damaged or cut off") from error
    _refuse_bombs(archive.infolist())
    return archive


def read_member(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """Return the bytes of a member, None when there is none of that name.

    Raises UnreadableFileError when it is damaged or encrypted.
    """
    try:
        with archive.open(name) as member:
            return member.read(archive.getinfo(name).file_size + 1)
    except KeyError:
        return None
    except NotImplementedError as error:
        raise UnreadableFileError(f"its part “{name}” is packed in an unknown way") from error
    except RuntimeError as error:
        raise UnreadableFileError(
            "it is encrypted; save it anew without a password to have it read"
        ) from error
    except _DAMAGED as error:
        raise UnreadableFileError(f"its part “{name}” is damaged") from error


def _ole_reason(data: bytes) -> str:
    if _ENCRYPTED in data:
        return "it is encrypted; save it anew without a password to have it read"
    return (
        "it is an old binary Office file or an encrypted one; "
        "save it anew in the present format without a password"
    )


def _stranger_reason(data: bytes) -> str:
    head = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    for start, name in _OTHERS.items():
        if head.startswith(start):
            return f"it is not the kind of file its name says but {name}"
    return "it is no zip archive, as such a file must be" if data else "the file is empty"


def _refuse_bombs(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > _MOST_ENTRIES:
        raise UnreadableFileError(f"it holds {len(members):,} parts: a zip bomb is not opened")
    total = sum(member.file_size for member in members)
    if total > _MOST_BYTES or any(map(_is_bomb, members)):
        raise UnreadableFileError(f"it unpacks to {_size(total)}: a zip bomb is not opened")


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    """Tell whether a large member is packed more tightly than any text would be."""
    large = member.file_size > _SUSPECT_BYTES
    return large and member.file_size > _SUSPECT_RATIO * max(1, member.compress_size)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"
