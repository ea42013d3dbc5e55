"""The files of the folder of reports: where they lie, which side-car is whose, and their hashes."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from seminar_qa.errors import DocumentsError
from seminar_qa.parsers import FORMATS
from seminar_qa.sidecar import ENDINGS
from seminar_qa.text import digest_file


@dataclass(frozen=True)
class Source:
    """A file of the folder of reports: its path below it with "/", and where it lies.

    `sidecar` is the one that lies beside it.
    """

    path: str
    file: Path
    sidecar: "Source | None" = None


def scan_documents(folder: Path) -> list[Source]:
    """Return the files below `folder` in order of path; hidden ones and links out of it are left.

    Raises DocumentsError when the folder is missing, cannot be listed, or holds no file.
    """
    try:
        if not folder.is_dir():
            raise DocumentsError(
                f"there is no folder {folder}; make it and put reports into it ({_known()})"
            )
        root = folder.resolve()
        sources = [
            Source(_shown(path.relative_to(folder)), path)
            for path in _walk(folder)
            if path.is_file() and path.resolve().is_relative_to(root)
        ]
    except OSError as error:
        raise DocumentsError(f"{error.filename} cannot be looked at: {error.strerror}") from error
    if not sources:
        raise DocumentsError(f"{folder} holds no reports; put files into it ({_known()})")
    return sorted(sources, key=lambda source: source.path)


def is_sidecar(path: str) -> bool:
    """Tell whether a file is a side-car by its name."""
    return path.lower().endswith(ENDINGS)


def sidecars_of(paths: Iterable[str]) -> dict[str, str]:
    """Return for each report the path of its side-car, "" where it has none.

    `a/report.pdf` has `a/report.pdf.yaml`, else `a/report.yaml`, which other reports may share.
    """
    all_paths = list(paths)
    beside = {path for path in all_paths if is_sidecar(path)}
    found = {}
    for path in all_paths:
        if not is_sidecar(path):
            stem = str(PurePosixPath(path).with_suffix(""))
            names = (base + ending for base in (path, stem) for ending in ENDINGS)
            found[path] = next((name for name in names if name in beside), "")
    return found


def with_sidecars(sources: list[Source]) -> list[Source]:
    """Return the reports among `sources`, each with its side-car."""
    by_path = {source.path: source for source in sources}
    pairs = sidecars_of(by_path)
    return [replace(by_path[path], sidecar=by_path.get(name)) for path, name in pairs.items()]


def hash_sources(sources: Iterable[Source]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the SHA-256 of each file by its path, "" for those that cannot be opened, and why."""
    hashes: dict[str, str] = {}
    shut: dict[str, str] = {}
    for source in sources:
        try:
            hashes[source.path] = digest_file(source.file)
        except OSError as error:
            hashes[source.path] = ""
            shut[source.path] = f"{source.path}: {error.strerror}"
    return hashes, shut


def _known() -> str:
    return ", ".join(sorted(FORMATS))


def _shown(path: Path) -> str:
    """Return a path as text; bytes of a name that are not UTF-8 are escaped."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _walk(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise DocumentsError(f"the folder {error.filename} cannot be listed: {error.strerror}")

    for parent, folders, files in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent) / name for name in files if not name.startswith("."))
