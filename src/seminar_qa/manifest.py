"""What a generation of the index is made of, as it is written beside it."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from seminar_qa.dense import DenseFacts
from seminar_qa.errors import IndexDamagedError, IndexUnreadableError
from seminar_qa.text import digest_file

FORMAT = 4
MANIFEST = "manifest.json"
READING = ".reading"
"""The file that those who read a generation have locked."""
CURE = "run: seminar-qa index"
"""It looks at every byte of the index and makes anew what is not as its manifest says."""
CHECKED_AT_OPEN = 256 * 1024 * 1024
"""Files of so many bytes in all are read through at every opening; of more, only the small ones."""
_SMALL = 1024 * 1024


@dataclass(frozen=True)
class ModelEntry:
    """A model of a generation: its name, its weights' SHA-256, and its folder below models/.

    A prompt of None is the model's own.
    """

    name: str
    weights_sha256: str
    folder: str
    query_prompt: str | None = None
    passage_prompt: str | None = None

    @property
    def for_passages(self) -> tuple[str, str, str | None]:
        """All that decides the vectors of passages."""
        return self.weights_sha256, self.folder, self.passage_prompt


@dataclass(frozen=True)
class Recipe:
    """All that decides what an index holds, besides the reports: another recipe, another index.

    `ocr` are the languages that pictures of text are read in.
    """

    encoder: ModelEntry
    reader: ModelEntry
    passage_words: int
    parsers: int
    ocr: tuple[str, ...] = ()
    format: int = FORMAT


@dataclass(frozen=True)
class Unread:
    """A file that could not be read, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Stale:
    """A file of which an earlier version is in the index, and why the one of today is not.

    `sha256` is that of the earlier version.
    """

    path: str
    reason: str
    sha256: str


@dataclass(frozen=True)
class FileEntry:
    """A file of a generation: its size in bytes and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a generation is made of.

    `sources` maps each file's path to its SHA-256, "" for one that could not be opened and "?" for
    one that has to be looked at again; `copies` maps a file with the same bytes as another to that
    other's path. `unread_pages` are those of files that were read but for them. `limits` are what
    reading a file might cost. `previous` is the generation to go back to, with its manifest's
    SHA-256; `serial` is higher than that of every generation which was there when this one was
    made.
    """

    generation: str
    built_at: str
    recipe: Recipe
    documents: int
    passages: int
    sources: dict[str, str]
    unread: tuple[Unread, ...] = ()
    stale: tuple[Stale, ...] = ()
    unread_pages: int = 0
    copies: dict[str, str] = field(default_factory=dict)
    libraries: dict[str, str] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)
    files: dict[str, FileEntry] = field(default_factory=dict)
    dense: DenseFacts = field(default_factory=DenseFacts)
    previous: str = ""
    previous_sha256: str = ""
    serial: int = 0

    def write(self, path: Path) -> str:
        """Write the manifest, wait until it is on disk, and return its SHA-256."""
        data = json.dumps(asdict(self), indent=2, ensure_ascii=False).encode()
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return hashlib.sha256(data).hexdigest()

    @classmethod
    def read(cls, path: Path, sha256: str | None = None) -> "Manifest":
        """Read a manifest, whose SHA-256 must be the one given, if any.

        Raises IndexDamagedError when it is altered or not one of this format, IndexUnreadableError.
        """
        try:
            raw = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise IndexDamagedError(f"{path} is missing; {CURE}") from error
        except OSError as error:
            raise unreadable(path, error) from error
        try:
            data = json.loads(raw)
            recipe = data.pop("recipe")
            _check_format(path, recipe["format"])
            if sha256 is not None and hashlib.sha256(raw).hexdigest() != sha256:
                raise ValueError("it was altered")
            recipe["ocr"] = tuple(recipe["ocr"])
            encoder, reader = (ModelEntry(**recipe.pop(key)) for key in ("encoder", "reader"))
            return cls(
                recipe=Recipe(encoder, reader, **recipe),
                unread=tuple(Unread(**entry) for entry in data.pop("unread")),
                stale=tuple(Stale(**entry) for entry in data.pop("stale")),
                files={str(n): FileEntry(**entry) for n, entry in data.pop("files").items()},
                dense=DenseFacts(**data.pop("dense")),
                **data,
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise IndexDamagedError(
                f"{path} is no manifest of this version ({error}); {CURE}"
            ) from error

    def check_files(self, generation: Path, *, whole: bool = False) -> bool:
        """Check the files in the folder `generation`; return whether every byte was looked at.

        Sizes are checked always; checksums where the files are `CHECKED_AT_OPEN` in all, of the
        small files, and of every file for `whole`. Raises IndexDamagedError, IndexUnreadableError.
        """
        for problem in self.damage(generation, whole=whole):
            raise IndexDamagedError(f"{problem}; {CURE}")
        return whole or self.size <= CHECKED_AT_OPEN

    @property
    def size(self) -> int:
        """How many bytes the files of the generation have."""
        return sum(entry.size for entry in self.files.values())

    def damage(
        self, generation: Path, *, whole: bool = False, below: str | tuple[str, ...] = ""
    ) -> Iterator[str]:
        """Yield what is wrong with each file of a generation whose name begins with `below`.

        A large generation is read through for `whole`, once. Raises IndexUnreadableError.
        """
        whole = whole or self.size <= CHECKED_AT_OPEN
        for name, entry in self.files.items():
            if name.startswith(below):
                hashed = whole or entry.size <= _SMALL
                if problem := _problem(generation / name, entry, hashed=hashed):
                    yield problem
        if READING.startswith(below) and not (generation / READING).exists():
            yield f"{generation / READING} is missing"


def _problem(path: Path, entry: FileEntry, *, hashed: bool) -> str:
    """Return what is wrong with a file, "" for nothing."""
    try:
        if not path.is_file() or path.stat().st_size != entry.size:
            return f"{path} is missing or cut short"
        altered = hashed and digest_file(path) != entry.sha256
        return f"{path} was altered" if altered else ""
    except (FileNotFoundError, NotADirectoryError):
        return f"{path} is missing or cut short"
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> IndexUnreadableError:
    """Return the error for a file that is there and cannot be read now."""
    return IndexUnreadableError(
        f"{path} cannot be read now ({error.strerror}); try it again, or build the index without "
        "it: seminar-qa index --force"
    )


def _check_format(path: Path, found: object) -> None:
    """Raise IndexDamagedError for an index that an older or a newer version made."""
    if found == FORMAT:
        return
    if isinstance(found, int) and found > FORMAT:
        raise IndexDamagedError(
            f"{path} was written by a newer version of seminar-qa (format {found}, not {FORMAT}); "
            f"install that version, or {CURE}"
        )
    raise IndexDamagedError(
        f"{path} was written by another version of seminar-qa (format {found}, not {FORMAT}); "
        "run: seminar-qa index"
    )


def list_files(folder: Path) -> dict[str, FileEntry]:
    """Return the files below `folder` by name; lock files are left out."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): FileEntry(path.stat().st_size, digest_file(path))
        for path in files
        if path.suffix != ".lock" and path.name != READING
    }
