"""The index on disk: generations, one of them current.

    index/
      current                    the generation that answers, and its manifest's SHA-256; replaced
                                 atomically
      models/<kind>-<key>/       exported models, shared by generations
      generations/<name>/
        records.sqlite           the truth: documents, sentences, passages
        dense/                   vectors, by the passages' rows
        lexical/                 keyword index, by the passages' rows
        .reading                 locked by those who read the generation
        manifest.json            written last: a folder without one is no generation
      work/                      what an unfinished run has done so far (`journal`)

A generation never changes once it is named. Rows are the same numbers in all three.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from seminar_qa import holds
from seminar_qa.dense import DenseIndex, write_dense
from seminar_qa.embeddings import Embeddings
from seminar_qa.errors import (
    IndexDamagedError,
    IndexMissingError,
    IndexUnavailableError,
    IndexUnreadableError,
)
from seminar_qa.lexical import LexicalIndex
from seminar_qa.manifest import (
    CURE,
    MANIFEST,
    Manifest,
    Recipe,
    Stale,
    Unread,
    list_files,
    unreadable,
)
from seminar_qa.records import Records, RecordWriter
from seminar_qa.text import digest_file

CURRENT, MODELS, GENERATIONS, WORK = "current", "models", "generations", "work"
RECORDS, DENSE, LEXICAL = "records.sqlite", "dense", "lexical"
_BUILDING, _REMOVED = ".building", ".removed"
_NEWEST = 3
"""So many generations are kept where it cannot be told who reads one."""


@dataclass(frozen=True)
class PassageIndex:
    """An open generation: records to quote from and two searchers over their passages.

    The embedded `stores.PassageIndex`. It stays on disk while it is open. `verified` tells whether
    every byte was checked at opening; if not, `check` has yet to be called.
    """

    manifest: Manifest
    records: Records
    dense: DenseIndex
    lexical: LexicalIndex
    folder: Path
    verified: bool
    hold: holds.Hold

    @classmethod
    def open(cls, folder: Path) -> "PassageIndex":
        """Open the current generation of the index in `folder`.

        Raises IndexMissingError when none was built, IndexDamagedError when it does not hold what
        its manifest says.
        """
        while True:
            name, sha256 = _read_current(folder)
            try:
                return cls.open_generation(folder / GENERATIONS / name, sha256)
            except IndexDamagedError:
                if current_generation(folder) == name:
                    raise  # otherwise it was removed, as another had become current

    @classmethod
    def open_generation(cls, generation: Path, sha256: str | None = None) -> "PassageIndex":
        """Open one generation by its folder, whose manifest has that SHA-256, if one is given.

        Raises IndexDamagedError.
        """
        if not generation.is_dir():
            raise IndexDamagedError(f"there is no generation {generation}; {CURE}")
        try:
            hold = holds.Hold(generation)
        except IndexDamagedError:
            Manifest.read(generation / MANIFEST, sha256)  # says so if it is of another version
            raise
        manifest = Manifest.read(generation / MANIFEST, sha256)
        verified = manifest.check_files(generation)
        index = cls(
            manifest,
            Records.open(generation / RECORDS),
            DenseIndex.open(generation / DENSE),
            LexicalIndex.open(generation / LEXICAL),
            generation,
            verified,
            hold,
        )
        counts = {index.records.count("passages"), len(index.dense), len(index.lexical)}
        documents = index.records.count("documents")
        if (counts, documents) != ({manifest.passages}, manifest.documents):
            raise IndexDamagedError(
                f"the parts of {generation} differ in size: {documents} documents, {counts} "
                f"passages; {CURE}"
            )
        return index

    def check(self) -> None:
        """Check every byte. Raises IndexDamagedError."""
        self.manifest.check_files(self.folder, whole=True)

    def close(self) -> None:
        """Let go of the generation."""
        self.records.close()
        self.hold.close()


def verify_generation(generation: Path, sha256: str | None = None) -> None:
    """Check every byte of a generation. Raises IndexDamagedError."""
    Manifest.read(generation / MANIFEST, sha256).check_files(generation, whole=True)


def current_generation(folder: Path) -> str:
    """Return the name of the current generation. Raises IndexMissingError, IndexDamagedError."""
    return _read_current(folder)[0]


def read_current_manifest(folder: Path) -> Manifest:
    """Return the current generation's manifest. Raises IndexMissingError, IndexDamagedError."""
    name, sha256 = _read_current(folder)
    return Manifest.read(folder / GENERATIONS / name / MANIFEST, sha256)


def _read_current(folder: Path) -> tuple[str, str]:
    """Return the current generation's name and its manifest's SHA-256, "" where none is given."""
    try:
        name, _, sha256 = (folder / CURRENT).read_text(encoding="utf-8").strip().partition(" ")
    except FileNotFoundError as error:
        raise IndexMissingError(
            f"there is no index in {folder} yet; run: seminar-qa index"
        ) from error
    except OSError as error:
        raise unreadable(folder / CURRENT, error) from error
    except UnicodeDecodeError as error:
        raise IndexDamagedError(f"{folder / CURRENT} cannot be read ({error}); {CURE}") from error
    if not name or not name.replace("-", "").isalnum():
        raise IndexDamagedError(f"{folder / CURRENT} names no generation: “{name[:40]}”; {CURE}")
    return name, sha256


@dataclass(frozen=True)
class Contents:
    """What a generation holds besides its records, and how many documents these should be.

    `over_damage` tells that the current generation is damaged: nobody should go back to it.
    """

    embeddings: Embeddings
    recipe: Recipe
    documents: int
    sources: dict[str, str]
    unread: tuple[Unread, ...]
    stale: tuple[Stale, ...]
    copies: dict[str, str]
    libraries: dict[str, str]
    limits: dict[str, float]
    over_damage: bool = False


class GenerationWriter:
    """Builds a generation beside the live one; `finish` makes it current in one atomic step.

    First `records` is filled, then `seal` gives what was written to read, then comes `finish`.
    """

    def __init__(self, folder: Path, base: Path | None = None):
        """Begin a generation; its records are at first those of the generation `base`."""
        self._folder = folder
        now = datetime.now(UTC)
        self.built_at = now.isoformat(timespec="seconds")
        self.name = f"{now:%Y%m%dT%H%M%S%f}-{os.urandom(2).hex()}"
        self._building = folder / GENERATIONS / f"{self.name}{_BUILDING}"
        self._finished = folder / GENERATIONS / self.name
        self._sealed: Records | None = None
        try:
            self._building.mkdir(parents=True)
            if base is not None:
                shutil.copyfile(base / RECORDS, self._building / RECORDS)
            self.records = RecordWriter(self._building / RECORDS)
        except BaseException:
            self.abandon()
            raise

    def seal(self) -> Records:
        """End the writing of records and return them."""
        self.records.close()
        self._sealed = Records.open(self._building / RECORDS)
        return self._sealed

    def finish(self, contents: Contents) -> Manifest:
        """Write the searchers, check all, and name the generation current."""
        records = self._sealed or self.seal()
        embeddings = contents.embeddings
        dense = write_dense(self._building / DENSE, embeddings.rows, embeddings.vectors)
        (self._building / LEXICAL).mkdir()
        LexicalIndex.build(records.texts(), self._building / LEXICAL)
        unread_pages = sum(entry.unread_pages for entry in records.entries())
        records.close()
        previous, previous_sha256 = _to_go_back_to(self._folder, contents.over_damage)
        manifest = Manifest(
            generation=self.name,
            built_at=self.built_at,
            recipe=contents.recipe,
            documents=contents.documents,
            passages=len(embeddings.rows),
            sources=contents.sources,
            unread=contents.unread,
            stale=contents.stale,
            unread_pages=unread_pages,
            copies=contents.copies,
            libraries=contents.libraries,
            limits=contents.limits,
            files=list_files(self._building),
            dense=dense,
            previous=previous,
            previous_sha256=previous_sha256,
            serial=1 + max((m.serial for _, m in _readable_manifests(self._folder)), default=0),
        )
        holds.prepare(self._building)
        sha256 = manifest.write(self._building / MANIFEST)
        _check(self._building, sha256, embeddings.rows)
        _sync_tree(self._building)
        self._building.rename(self._finished)
        _sync_folder(self._folder / GENERATIONS)
        _make_current(self._folder, self.name, sha256)
        return manifest

    def abandon(self) -> None:
        """Remove what was built, unless it answers already."""
        if self._sealed is not None:
            self._sealed.close()
        shutil.rmtree(self._building, ignore_errors=True)
        try:
            answers = current_generation(self._folder) == self.name
        except IndexMissingError:
            answers = False
        except IndexUnavailableError:
            return  # nobody can tell
        if not answers:
            shutil.rmtree(self._finished, ignore_errors=True)


def roll_back(folder: Path) -> Manifest:
    """Make the generation before the current one current, in one atomic step; return its manifest.

    Raises IndexMissingError when there is none, IndexDamagedError when it is damaged; the current
    one then stays.
    """
    now = read_current_manifest(folder)
    generation = folder / GENERATIONS / now.previous
    if not now.previous or not generation.is_dir():
        raise IndexMissingError(
            f"there is no generation before {now.generation} to go back to; to follow documents/, "
            "run: seminar-qa index"
        )
    verify_generation(generation, now.previous_sha256)
    before = PassageIndex.open_generation(generation, now.previous_sha256)
    before.close()
    _make_current(folder, now.previous, now.previous_sha256)
    return before.manifest


def remove_old_generations(folder: Path) -> None:
    """Remove the generations that nobody needs, what unfinished runs left, and unused models.

    Only one process may do this at a time.
    """
    clear_generations(folder)
    _new_current(folder).unlink(missing_ok=True)
    _remove_unused_models(folder)


def clear_generations(folder: Path) -> None:
    """Remove the generations that nobody needs, and what unfinished runs left of others.

    The current generation stays, the one before it, and those that are read; all that were finished
    stay where it cannot be told which is current.
    """
    kept: set[str] | None = None
    with suppress(IndexUnavailableError):
        current = read_current_manifest(folder)
        needed = {current.generation, current.previous}
        if not holds.CAN_TELL:
            newest = sorted(_manifests(folder), key=lambda found: -found[1].serial)
            needed |= {path.name for path, _ in newest[:_NEWEST]}
        kept = needed
    for path in (folder / GENERATIONS).iterdir() if (folder / GENERATIONS).is_dir() else ():
        if path.suffix in (_BUILDING, _REMOVED):
            shutil.rmtree(path, ignore_errors=True)
        elif kept is not None and path.name not in kept:
            holds.remove_unless_held(path)


def _remove_unused_models(folder: Path) -> None:
    """Remove the exported models that no generation names any more."""
    used: set[str] = set()
    try:
        for _, manifest in _manifests(folder):
            used |= {manifest.recipe.encoder.folder, manifest.recipe.reader.folder}
    except IndexUnreadableError:
        return  # nobody can tell
    for path in (folder / MODELS).iterdir() if (folder / MODELS).is_dir() else ():
        if path.is_symlink() and path.name not in used:
            path.unlink()
        elif path.name not in used:
            shutil.rmtree(path, ignore_errors=True)


def _manifests(folder: Path) -> Iterator[tuple[Path, Manifest]]:
    """Yield the folder and the manifest of every generation; one that is damaged is none.

    Raises IndexUnreadableError.
    """
    for path in _manifest_files(folder):
        with suppress(IndexDamagedError):
            yield path.parent, Manifest.read(path)


def _readable_manifests(folder: Path) -> Iterator[tuple[Path, Manifest]]:
    """Yield what `_manifests` yields, without those that cannot be read now."""
    for path in _manifest_files(folder):
        with suppress(IndexDamagedError, IndexUnreadableError):
            yield path.parent, Manifest.read(path)


def _manifest_files(folder: Path) -> Iterator[Path]:
    for path in (folder / GENERATIONS).glob(f"*/{MANIFEST}"):
        if path.parent.suffix not in (_BUILDING, _REMOVED):
            yield path


def _check(generation: Path, sha256: str, rows: np.ndarray) -> None:
    """Open what was written and slice ten passages again before anybody else can see it."""
    index = PassageIndex.open_generation(generation, sha256)
    for row in rows[np.linspace(0, len(rows) - 1, 10, dtype=int)].tolist():
        number, place = index.records.place_of(row)
        record = index.records.record(number)
        passage = record.passages[place]
        first, last = record.sentences[passage.first], record.sentences[passage.last]
        if record.rows[place] != row or not (
            passage.start == first.start < last.end == passage.end <= len(record.document.text)
        ):
            raise IndexDamagedError(f"passage {row} does not fit its document; {CURE}")
        index.dense.vectors([row])  # it is an error where there is none
    index.close()


def _to_go_back_to(folder: Path, damaged: bool) -> tuple[str, str]:
    """Return the generation to go back to from a new one, and its manifest's SHA-256.

    It is the current one, unless that is `damaged`: then the one that was before it. Where the
    current one cannot be read it is the newest whose manifest can. Both are empty without any.
    """
    try:
        name, sha256 = _read_current(folder)
        current = Manifest.read(folder / GENERATIONS / name / MANIFEST, sha256)
    except IndexMissingError:
        return "", ""
    except (IndexDamagedError, IndexUnreadableError):
        newest = max(_readable_manifests(folder), key=lambda found: found[1].serial, default=None)
        return (newest[0].name, digest_file(newest[0] / MANIFEST)) if newest else ("", "")
    return (current.previous, current.previous_sha256) if damaged else (name, sha256)


def _new_current(folder: Path) -> Path:
    return folder / f"{CURRENT}.new"


def _make_current(folder: Path, name: str, sha256: str) -> None:
    with _new_current(folder).open("w", encoding="utf-8") as file:
        file.write(f"{name} {sha256}\n")
        file.flush()
        os.fsync(file.fileno())
    _new_current(folder).replace(folder / CURRENT)
    _sync_folder(folder)


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    for path in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
        _sync_folder(path)


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
