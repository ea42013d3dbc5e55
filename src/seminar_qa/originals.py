"""The very file a report was read from: given out only while it has the bytes that were read."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from seminar_qa.errors import DocumentsError, NotFoundError, UnreadableFileError
from seminar_qa.sidecar import read_sidecar
from seminar_qa.sources import scan_documents, with_sidecars


def read_original(documents: Path, paths: Iterable[str], sha256: str) -> bytes:
    """Return the bytes of a report's file, which may lie at any of `paths` below the folder.

    Raises NotFoundError when none of them leads to a file of the folder with that SHA-256.
    """
    root = documents.resolve()
    shown = ""
    for path in paths:
        shown = shown or path
        file = _file(documents, path)
        try:
            if not file.resolve().is_relative_to(root) or not file.is_file():
                continue
            data = file.read_bytes()
        except (OSError, ValueError):  # no path has a NUL
            continue
        if hashlib.sha256(data).hexdigest() == sha256:
            return data
    raise NotFoundError(
        f"the file {shown} is not in documents/ any more as it was read; run: seminar-qa index"
    )


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
