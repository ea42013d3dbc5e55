"""Taking a file out of the folder of reports: it is moved where nothing reads it, and so is kept.

In `removed/` of the home each removal has a folder named after its time, and in it the files at the
places they had.
"""

import errno
import os
import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from seminar_qa.errors import (
    DocumentsError,
    NotFoundError,
    UploadConflictError,
    UploadDiskError,
)
from seminar_qa.sources import Source, scan_documents, sidecars_of
from seminar_qa.text import digest_file

REMOVED = "removed"
"""The folder of the home for what was taken out."""
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Removable:
    """A file of the folder of reports as it is now: its size in bytes and its SHA-256.

    `sidecar` is the path of the side-car that goes with it, "" where there is none or where another
    report has it too.
    """

    path: str
    size: int
    sha256: str
    sidecar: str


@dataclass(frozen=True)
class Removed:
    """A file that was taken out: its path then, when (ISO 8601), and where it lies in the home."""

    path: str
    at: str
    kept: str


def find_removable(documents: Path, path: str) -> Removable:
    """Return the file at `path` below the folder of reports, as the folder's listing has it.

    Raises NotFoundError when the listing has no such path, whatever it would lead to;
    UploadDiskError when the file cannot be read.
    """
    sources = _listed(documents)
    source = _source(sources, path)
    sidecars = sidecars_of(sources)
    beside = sidecars.get(path, "")
    shared = [report for report, sidecar in sidecars.items() if sidecar == beside]
    try:
        size, sha256 = source.file.stat().st_size, digest_file(source.file)
    except OSError as error:
        raise UploadDiskError(f"{path} cannot be read: {error.strerror}") from error
    return Removable(path, size, sha256, beside if len(shared) == 1 else "")


def remove_report(home: Path, documents: Path, path: str, sha256: str) -> tuple[Removed, ...]:
    """Move the file at `path`, and the side-car that is its alone, into `removed/` of the home.

    Raises NotFoundError when it is not there (any more), UploadConflictError when its bytes are not
    those of `sha256`, and UploadDiskError when it cannot be moved.
    """
    found = find_removable(documents, path)
    if found.sha256 != sha256:
        raise UploadConflictError(
            f"{path} has changed since you looked at it; look at it again and then remove it"
        )
    sources = _listed(documents)
    folder = new_folder(home)
    moved = [_move(sources, name, folder) for name in (path, found.sidecar) if name]
    return tuple(Removed(name, _time_of(folder), _shown(home, kept)) for name, kept in moved)


def list_removed(home: Path, most: int = 20) -> list[Removed]:
    """Return what was taken out last, the newest first."""
    found: list[Removed] = []
    try:
        folders = sorted((home / REMOVED).iterdir(), reverse=True)
    except OSError:
        return []
    for folder in folders[:most]:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            path = _shown(folder, file)
            found.append(Removed(path, _time_of(folder), _shown(home, file)))
    return found[:most]


def new_folder(home: Path) -> Path:
    """Make a folder for what is taken out now. Raises UploadDiskError."""
    folder = home / REMOVED / f"{datetime.now(UTC):{_STAMP}}-{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise disk_error(folder, error) from error
    return folder


def disk_error(path: Path, error: OSError) -> UploadDiskError:
    """Return the error for a disk that does not take a file, with the cure where it is known."""
    cures = {
        errno.ENOSPC: "make room on the disk",
        errno.EDQUOT: "make room on the disk",
        errno.EROFS: "let the server write this folder",
        errno.EACCES: "let the server write this folder",
        errno.EPERM: "let the server write this folder",
    }
    cure = cures.get(error.errno or 0, "look at the disk")
    return UploadDiskError(f"{path} cannot be written ({error.strerror}); {cure} and try again")


def _listed(documents: Path) -> dict[str, Source]:
    try:
        return {source.path: source for source in scan_documents(documents)}
    except DocumentsError:
        return {}


def _source(sources: dict[str, Source], path: str) -> Source:
    if path not in sources:
        raise NotFoundError(
            f"documents/ has no file “{path}” (any more); a run of the index takes out what is gone"
        )
    return sources[path]


def _move(sources: dict[str, Source], path: str, folder: Path) -> tuple[str, Path]:
    """Move a file into `folder`, at its own place; return its path and where it is."""
    file, kept = _source(sources, path).file, folder / path
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, kept)
    except OSError as error:
        raise disk_error(kept, error) from error
    return path, kept


def _time_of(folder: Path) -> str:
    try:
        time = datetime.strptime(folder.name.partition("-")[0], _STAMP)
    except ValueError:
        return ""
    return time.isoformat(timespec="seconds") + "+00:00"


def _shown(base: Path, path: Path) -> str:
    inside = path.relative_to(base).as_posix()
    return os.fsencode(inside).decode("utf-8", "backslashreplace")
