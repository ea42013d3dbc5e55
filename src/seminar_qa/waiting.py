"""What of the folder of reports the index does not know yet: by hashes, as a run finds it out."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from seminar_qa.errors import DocumentsError
from seminar_qa.manifest import Manifest
from seminar_qa.sources import scan_documents
from seminar_qa.text import digest_file

_Look = tuple[int, int, int, int]  # size, times of change and of status change, and inode


@dataclass(frozen=True)
class Lying:
    """A file in the folder of reports, its size in bytes; -1 when that cannot be told."""

    path: str
    size: int


@dataclass(frozen=True)
class Waiting:
    """How the folder of reports differs from the index.

    `new` and `changed` files wait for a run, `gone` paths are in the index only. `files` are all of
    the folder; `problem` says why it could not be listed.
    """

    files: tuple[Lying, ...] = ()
    new: tuple[Lying, ...] = ()
    changed: tuple[Lying, ...] = ()
    gone: tuple[str, ...] = ()
    problem: str = ""

    @property
    def count(self) -> int:
        """How many paths wait for a run."""
        return len(self.new) + len(self.changed) + len(self.gone)


def find_waiting(documents: Path, manifest: Manifest | None) -> Waiting:
    """Compare the folder with a generation; without one, every file is new."""
    try:
        sources = scan_documents(documents)
    except DocumentsError as error:
        return Waiting(gone=tuple(manifest.sources) if manifest else (), problem=str(error))
    known = manifest.sources if manifest else {}
    files, new, changed = [], [], []
    for source in sources:
        look = _look(source.file)
        lying = Lying(source.path, look[0] if look else -1)
        files.append(lying)
        if source.path not in known:
            new.append(lying)
        elif _digest(source.file, look) != known[source.path]:
            changed.append(lying)
    paths = {source.path for source in sources}
    gone = tuple(path for path in known if path not in paths)
    return Waiting(tuple(files), tuple(new), tuple(changed), gone)


def _look(file: Path) -> _Look | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _digest(file: Path, look: _Look | None) -> str:
    """Return the SHA-256 of a file, "" for one that cannot be read, as in a manifest."""
    try:
        return _digest_as(file, look) if look else ""
    except OSError:
        return ""


@lru_cache(maxsize=65_536)
def _digest_as(file: Path, _: _Look) -> str:
    return digest_file(file)
