"""The very file a report was read from: given out only while it has the bytes that were read."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from seminar_qa.errors import DocumentsError, NotFoundError, UnreadableFileError
from seminar_qa.sidecar import read_sidecar
from seminar_qa.sources import scan_documents, with_sidecars


def read_original(documents: Path, paths: Iterable[str], sha256: str) -> bytes:
    """Return the bytes of a report's file, which may lie at any of `paths` below the folder.

    Raises NotFoundError when none of them leads to a file of the folder with that SHA-256.
    """
    paths = list(paths)
    for file in _files(documents, paths):
        with suppress(OSError):
            data = file.read_bytes()
            if hashlib.sha256(data).hexdigest() == sha256:
                return data
    raise _gone(paths)


def open_original(documents: Path, paths: Iterable[str], sha256: str) -> IO[bytes]:
    """Return a report's file like `read_original`, opened, so that not all of it is in memory."""
    paths = list(paths)
    for file in _files(documents, paths):
        with suppress(OSError):
            opened = file.open("rb")
            if hashlib.file_digest(opened, "sha256").hexdigest() == sha256:
                opened.seek(0)
                return opened
            opened.close()
    raise _gone(paths)


def _gone(paths: list[str]) -> NotFoundError:
    return NotFoundError(
        f"the file {paths[0]} is not in documents/ any more as it was read; run: seminar-qa index"
    )


def _files(documents: Path, paths: list[str]) -> Iterator[Path]:
    """Yield the files of the folder at the paths."""
    root = documents.resolve()
    for path in paths:
        file = _file(documents, path)
        with suppress(OSError, ValueError):  # no path has a NUL
            if file.resolve().is_relative_to(root) and file.is_file():
                yield file


def _file(documents: Path, path: str) -> Path:
    """Return where a path lies; one with a backslash may show a name that is not UTF-8."""
    if "\\" in path and not (documents / path).exists():
        with suppress(DocumentsError):
            found = (source.file for source in scan_documents(documents) if source.path == path)
            return next(found, documents / path)
    return documents / path


def read_password(documents: Path, path: str) -> str | None:
    """Return the password that a report's side-car has for it, None where there is none."""
    try:
        sources = with_sidecars(scan_documents(documents))
        beside = next(source.sidecar for source in sources if source.path == path)
        return read_sidecar(beside.file.read_bytes()).password if beside else None
    except (DocumentsError, UnreadableFileError, OSError, StopIteration):
        return None
