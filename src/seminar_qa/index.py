"""The index on disk: generations, one of them current.

    index/
      current                    the name of the generation that answers; replaced atomically
      models/<kind>-<key>/       exported models, shared by generations
      generations/<name>/
        records.sqlite           the truth: documents, sentences, passages
        dense.faiss              vectors, row = passage row
        lexical/                 keyword index, row = passage row
        manifest.json            written last: a folder without one is no generation

A generation never changes once it is named. Rows are the same numbers in all three.
"""

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from seminar_qa.dense import DenseIndex
from seminar_qa.documents import Document
from seminar_qa.errors import IndexDamagedError, IndexMissingError
from seminar_qa.lexical import LexicalIndex
from seminar_qa.passages import Passage
from seminar_qa.records import Records, RecordWriter
from seminar_qa.sentences import Sentence

FORMAT = 2
CURRENT, MODELS, GENERATIONS, MANIFEST = "current", "models", "generations", "manifest.json"
_RECORDS, _DENSE, _LEXICAL = "records.sqlite", "dense.faiss", "lexical"
_CURE = "run: seminar-qa index --force"


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
class Manifest:
    """What a generation is made of.

    `sources` maps each file's path to its SHA-256; `copies` maps a file with the same bytes as
    another to that other's path. `unread_pages` are those of files that were read but for them.
    """

    generation: str
    built_at: str
    recipe: Recipe
    documents: int
    passages: int
    sources: dict[str, str]
    unread: tuple[Unread, ...] = ()
    unread_pages: int = 0
    copies: dict[str, str] = field(default_factory=dict)
    libraries: dict[str, str] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write the manifest and wait until it is on disk."""
        with path.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=2, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Read a manifest. Raises IndexDamagedError when it is not one of this format."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            recipe = data.pop("recipe")
            if recipe["format"] != FORMAT:
                raise ValueError(f"format {recipe['format']}, not {FORMAT}")
            recipe["ocr"] = tuple(recipe["ocr"])
            encoder, reader = (ModelEntry(**recipe.pop(key)) for key in ("encoder", "reader"))
            unread = tuple(Unread(**entry) for entry in data.pop("unread"))
            data["files"] = {str(name): int(size) for name, size in data["files"].items()}
            return cls(recipe=Recipe(encoder, reader, **recipe), unread=unread, **data)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise IndexDamagedError(
                f"{path} is no manifest of this version ({error}); {_CURE}"
            ) from error


@dataclass(frozen=True)
class PassageIndex:
    """An open generation: records to quote from and two searchers over their passages."""

    manifest: Manifest
    records: Records
    dense: DenseIndex
    lexical: LexicalIndex

    @classmethod
    def open(cls, folder: Path) -> "PassageIndex":
        """Open the current generation of the index in `folder`.

        Raises IndexMissingError when none was built, IndexDamagedError when it does not hold what
        its manifest says.
        """
        return cls.open_generation(folder / GENERATIONS / current_generation(folder))

    @classmethod
    def open_generation(cls, generation: Path) -> "PassageIndex":
        """Open one generation by its folder. Raises IndexDamagedError."""
        manifest = Manifest.read(generation / MANIFEST)
        for name, size in manifest.files.items():
            if not (generation / name).is_file() or (generation / name).stat().st_size != size:
                raise IndexDamagedError(f"{generation / name} is missing or cut short; {_CURE}")
        index = cls(
            manifest,
            Records.open(generation / _RECORDS),
            DenseIndex.open(generation / _DENSE),
            LexicalIndex.open(generation / _LEXICAL),
        )
        counts = {index.records.count("passages"), len(index.dense), len(index.lexical)}
        if counts != {manifest.passages}:
            raise IndexDamagedError(f"the parts of {generation} differ in size: {counts}; {_CURE}")
        return index


def current_generation(folder: Path) -> str:
    """Return the name of the current generation. Raises IndexMissingError, IndexDamagedError."""
    try:
        name = (folder / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise IndexMissingError(
            f"there is no index in {folder} yet; run: seminar-qa index"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamagedError(f"{folder / CURRENT} cannot be read ({error}); {_CURE}") from error
    if not name or not name.replace("-", "").isalnum():
        raise IndexDamagedError(f"{folder / CURRENT} names no generation: “{name[:40]}”; {_CURE}")
    return name


@dataclass(frozen=True)
class Contents:
    """What a generation holds besides its records.

    `vectors` is float32 of shape (passages, dimension); `texts` are the passages as indexed.
    """

    vectors: np.ndarray
    texts: Sequence[str]
    recipe: Recipe
    sources: dict[str, str]
    unread: tuple[Unread, ...]
    copies: dict[str, str]
    libraries: dict[str, str]


class GenerationWriter:
    """Builds a generation beside the live one; `finish` makes it current in one atomic step."""

    def __init__(self, folder: Path):
        self._folder = folder
        now = datetime.now(UTC)
        self.built_at = now.isoformat(timespec="seconds")
        self.name = f"{now:%Y%m%dT%H%M%S%f}-{os.urandom(2).hex()}"
        self._building = folder / GENERATIONS / f"{self.name}.building"
        self._building.mkdir(parents=True)
        self._records = RecordWriter(self._building / _RECORDS)
        self.documents = self.passages = self.unread_pages = 0

    def add(
        self, document: Document, sentences: Sequence[Sentence], passages: Sequence[Passage]
    ) -> None:
        """Write one document's records; its passages get the next rows."""
        self._records.add(document, sentences, passages)
        self.documents += 1
        self.passages += len(passages)
        self.unread_pages += len(document.extraction.unread_pages)

    def finish(self, contents: Contents) -> Manifest:
        """Write the searchers, check all, and name the generation current."""
        self._records.close()
        DenseIndex.build(contents.vectors).write(self._building / _DENSE)
        (self._building / _LEXICAL).mkdir()
        LexicalIndex.build(contents.texts, self._building / _LEXICAL)
        manifest = Manifest(
            generation=self.name,
            built_at=self.built_at,
            recipe=contents.recipe,
            documents=self.documents,
            passages=self.passages,
            sources=contents.sources,
            unread=contents.unread,
            unread_pages=self.unread_pages,
            copies=contents.copies,
            libraries=contents.libraries,
            files=_sizes(self._building),
        )
        manifest.write(self._building / MANIFEST)
        _check(self._building)
        _sync_tree(self._building)
        self._building.rename(self._folder / GENERATIONS / self.name)
        _make_current(self._folder, self.name)
        return manifest

    def abandon(self) -> None:
        """Remove what was built so far."""
        shutil.rmtree(self._building, ignore_errors=True)


def remove_old_generations(folder: Path, keep: int = 2) -> None:
    """Remove all but the current generation and the newest others, `keep` in all."""
    current = current_generation(folder)
    others = sorted(p for p in (folder / GENERATIONS).iterdir() if p.name != current)
    finished = [p for p in others if p.suffix != ".building"]
    stale = [p for p in others if p.suffix == ".building"]
    for path in [*stale, *finished[: max(0, len(finished) - (keep - 1))]]:
        shutil.rmtree(path, ignore_errors=True)
    _remove_unused_models(folder)


def _remove_unused_models(folder: Path) -> None:
    """Remove the exported models that no generation names any more."""
    used: set[str] = set()
    for path in (folder / GENERATIONS).glob(f"*/{MANIFEST}"):
        with suppress(IndexDamagedError):  # a damaged one cannot be opened, so it uses none
            recipe = Manifest.read(path).recipe
            used |= {recipe.encoder.folder, recipe.reader.folder}
    for path in (folder / MODELS).iterdir() if (folder / MODELS).is_dir() else ():
        if path.is_symlink() and path.name not in used:
            path.unlink()
        elif path.name not in used:
            shutil.rmtree(path, ignore_errors=True)


def _check(generation: Path) -> None:
    """Open what was written and slice ten passages again before anybody else can see it."""
    index = PassageIndex.open_generation(generation)
    for row in np.linspace(0, index.manifest.passages - 1, 10, dtype=int):
        number, place = index.records.place_of(int(row))
        record = index.records.record(number)
        passage = record.passages[place]
        first, last = record.sentences[passage.first], record.sentences[passage.last]
        if not (
            passage.start == first.start < last.end == passage.end <= len(record.document.text)
        ):
            raise IndexDamagedError(f"passage {row} does not fit its document; {_CURE}")
    index.records.close()


def _make_current(folder: Path, name: str) -> None:
    new = folder / f"{CURRENT}.new"
    with new.open("w", encoding="utf-8") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / CURRENT)
    _sync_folder(folder)


def _sizes(folder: Path) -> dict[str, int]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        p.relative_to(folder).as_posix(): p.stat().st_size for p in files if p.suffix != ".lock"
    }


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    for path in (folder, folder.parent, *(p for p in folder.rglob("*") if p.is_dir())):
        _sync_folder(path)


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
