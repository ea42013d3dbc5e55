"""Putting a file into the folder of reports: whole or not at all, and never over another unasked.

A file is written under a hidden name, which no run reads, and gets its own name at once when all of
it is on the disk. What it takes the place of is kept in `removed/`.
"""

import hashlib
import os
import secrets
import shutil
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from seminar_qa.errors import (
    DocumentsError,
    UnreadableFileError,
    UploadConflictError,
    UploadError,
    UploadTooLargeError,
)
from seminar_qa.filenames import safe_name
from seminar_qa.removals import disk_error, new_folder
from seminar_qa.sidecar import read_sidecar
from seminar_qa.sources import is_sidecar, scan_documents
from seminar_qa.text import digest_file

_PREFIX = ".upload-"
_PIECE = 1024 * 1024
_FORGOTTEN = 24 * 3600  # seconds after which a file that was not written to the end is cleared away
MIB = 1024 * 1024
_replacing = threading.Lock()


class Readable(Protocol):
    """What a file's bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""


@dataclass(frozen=True)
class Uploaded:
    """A file that is among the reports: its path there, its size in bytes and its SHA-256.

    `outcome` is "there" when the same bytes lay there already, under this path.
    """

    path: str
    size: int
    sha256: str
    outcome: Literal["added", "replaced", "there"]


def put_report(
    home: Path,
    documents: Path,
    given: str,
    data: Readable,
    *,
    largest: int,
    replace: bool = False,
) -> Uploaded:
    """Put what `data` gives into the folder of reports, under a safe form of the name `given`.

    Another file of that name is only replaced with `replace`, and then kept in `removed/` of the
    home. Raises UploadError for a name or a content that is no report's, UploadTooLargeError for
    more than `largest` MiB, UploadConflictError when the name is taken, and UploadDiskError.
    """
    name = safe_name(given)
    with _written(documents, name, data, largest * MIB) as (temporary, size, sha256):
        _check_content(name, temporary, size)
        target = _place(documents, name)
        there = _same(documents, target, size, sha256)
        if there:
            return Uploaded(there, size, sha256, "there")
        replaced = _take_place(home, temporary, target, replace=replace)
        return Uploaded(target.name, size, sha256, "replaced" if replaced else "added")


@contextmanager
def _written(
    documents: Path, name: str, data: Readable, most: int
) -> Iterator[tuple[Path, int, str]]:
    """Write a hidden file; it is gone afterwards, unless it was given another name."""
    temporary = documents / f"{_PREFIX}{secrets.token_hex(8)}"
    try:
        documents.mkdir(parents=True, exist_ok=True)
        _clear_forgotten(documents)
        size, sha256 = _write(temporary, name, data, most)
        yield temporary, size, sha256
    except OSError as error:
        raise disk_error(documents / name, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write(temporary: Path, name: str, data: Readable, most: int) -> tuple[int, str]:
    seen, digest = 0, hashlib.sha256()
    with temporary.open("xb") as file:
        while piece := data.read(_PIECE):
            seen += len(piece)
            if seen > most:
                raise UploadTooLargeError(
                    f"“{name}” has more than {most // MIB:,} MiB; split it, or raise "
                    "SEMINAR_QA_LARGEST_UPLOAD"
                )
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return seen, digest.hexdigest()


def _check_content(name: str, file: Path, size: int) -> None:
    if not size:
        raise UploadError(f"“{name}” is empty; send the file with its content")
    if is_sidecar(name):
        try:
            read_sidecar(file.read_bytes())
        except UnreadableFileError as error:
            raise UploadError(f"the side-car “{name}” cannot be used: {error}") from error


def _place(documents: Path, name: str) -> Path:
    """Return where a file goes: over the one whose name is the same when both are in NFC."""
    for entry in os.scandir(documents):
        if unicodedata.normalize("NFC", entry.name) == name:
            return documents / entry.name
    return documents / name


def _same(documents: Path, target: Path, size: int, sha256: str) -> str:
    """Return the path of the report that has these bytes already; "" when there is none.

    A side-car has the same bytes as another by right, unless it is the one of that name.
    """
    with suppress(DocumentsError):
        for source in scan_documents(documents):
            ours = source.file == target
            if not ours and (is_sidecar(target.name) or is_sidecar(source.path)):
                continue
            with suppress(OSError):
                if source.file.stat().st_size == size and digest_file(source.file) == sha256:
                    return source.path
    return ""


def _take_place(home: Path, temporary: Path, target: Path, *, replace: bool) -> bool:
    """Give a file its name; return whether another had it."""
    if _name_first(temporary, target):
        return False
    if target.is_symlink() or not target.is_file():
        raise UploadError(
            f"documents/ has a link or a folder named “{target.name}”; give the file another name"
        )
    if not replace:
        raise UploadConflictError(
            f"documents/ has another file named “{target.name}”; replace it, or give this one "
            "another name"
        )
    with _replacing:  # or two at a time would keep the same one, and lose one of their own
        _keep(target, new_folder(home) / target.name)
        temporary.replace(target)
    return True


def _name_first(temporary: Path, target: Path) -> bool:
    """Give a file its name if no other has it; return whether it has."""
    try:
        os.link(temporary, target)  # the one way that never takes another's place
    except FileExistsError:
        return False
    except OSError:  # a disk that knows no second name for a file
        if os.path.lexists(target):
            return False
        temporary.rename(target)
    return True


def _keep(file: Path, kept: Path) -> None:
    try:
        os.link(file, kept)
    except OSError:
        try:
            shutil.copy2(file, kept)
        except OSError as error:
            raise disk_error(kept, error) from error


def _clear_forgotten(documents: Path) -> None:
    for file in documents.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > _FORGOTTEN:
                file.unlink()
