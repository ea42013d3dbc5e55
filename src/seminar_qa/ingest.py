"""The walk from a folder of reports to a new generation of the index.

One bad file never stops a run: it is named with its reason in the generation's manifest. A run
that finds nothing changed builds nothing.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Protocol

from filelock import FileLock, Timeout

from seminar_qa import parsers
from seminar_qa.documents import Document
from seminar_qa.errors import DocumentsError, IndexUnavailableError, ModelError, UnreadableFileError
from seminar_qa.index import (
    GENERATIONS,
    MANIFEST,
    MODELS,
    Contents,
    GenerationWriter,
    Manifest,
    ModelEntry,
    Recipe,
    Unread,
    current_generation,
    remove_old_generations,
)
from seminar_qa.models import is_sound
from seminar_qa.parsers import FORMATS
from seminar_qa.parsers.ocr import ocr_languages
from seminar_qa.passages import Passage, split_passages
from seminar_qa.reading import Reading
from seminar_qa.settings import Settings
from seminar_qa.sidecar import ENDINGS
from seminar_qa.vectors import open_passage_encoder
from seminar_qa.weights import find_encoder, find_reader, hash_file, hash_model, hash_weights
from seminar_qa.worker import Job, Limits, read_all

EXPORT_VERSION = 2
"""Raised when `export` makes another graph of the same weights, so that exports are made anew."""
_LIBRARIES = (
    *("faiss-cpu", "tantivy", "onnxruntime", "tokenizers", "nupunkt"),
    *("pypdfium2", "lxml", "striprtf"),
)


@dataclass(frozen=True)
class Source:
    """A file of the folder of reports: its path below it with "/", and where it lies.

    `sidecar` is the one that lies beside it.
    """

    path: str
    file: Path
    sidecar: "Source | None" = None

    @property
    def is_sidecar(self) -> bool:
        """Whether it is a side-car by its name."""
        return self.path.lower().endswith(ENDINGS)

    @property
    def job(self) -> Job:
        """What a worker is asked to read."""
        if self.sidecar is None:
            return Job(self.path, self.file)
        return Job(self.path, self.file, self.sidecar.path, self.sidecar.file)


@dataclass(frozen=True)
class Difference:
    """How the folder of reports differs from the index, by path; `why` an index is made anew."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]
    unchanged: tuple[str, ...]
    why: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.deleted or self.why)


@dataclass(frozen=True)
class Outcome:
    """What a run did. `generation` is the one that answers now, "" after a dry run without one."""

    difference: Difference
    generation: str
    built: bool
    documents: int
    passages: int
    unread: tuple[Unread, ...]


class Progress(Protocol):
    """Is told how a long run goes on."""

    def begin(self, stage: str, total: int) -> None:
        """A stage of `total` steps begins; 0 when that is not known."""

    def advance(self, steps: int = 1) -> None:
        """So many steps of the stage are done."""


class SilentProgress:
    """Tells nobody."""

    def begin(self, stage: str, total: int) -> None:
        """Do nothing."""

    def advance(self, steps: int = 1) -> None:
        """Do nothing."""


def scan_documents(folder: Path) -> list[Source]:
    """Return the files below `folder` in order of path; hidden ones and links out of it are left.

    Raises DocumentsError when the folder is missing, cannot be listed, or holds no file.
    """
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
    if not sources:
        raise DocumentsError(f"{folder} holds no reports; put files into it ({_known()})")
    return sorted(sources, key=lambda source: source.path)


def _known() -> str:
    return ", ".join(sorted(FORMATS))


def _paired(sources: list[Source]) -> list[Source]:
    """Return the sources with their side-cars; a side-car that is alone stays as it is.

    `a/report.pdf` has `a/report.pdf.yaml`, else `a/report.yaml`, which other reports may share.
    """
    beside = {source.path: source for source in sources if source.is_sidecar}
    paired = []
    used = set()
    for source in sources:
        stem = str(PurePosixPath(source.path).with_suffix(""))
        names = [base + ending for base in (source.path, stem) for ending in ENDINGS]
        found = next((beside[name] for name in names if name in beside), None)
        if not source.is_sidecar:
            paired.append(replace(source, sidecar=found))
            used.add(found)
    return paired + [source for source in beside.values() if source not in used]


def _shown(path: Path) -> str:
    """Return a path as text; bytes of a name that are not UTF-8 are escaped."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _walk(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise DocumentsError(f"the folder {error.filename} cannot be listed: {error.strerror}")

    for parent, folders, files in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent) / name for name in files if not name.startswith("."))


def compare(settings: Settings, *, force: bool = False) -> Difference:
    """Return how the folder of reports differs from the current index. Raises DocumentsError."""
    hashes, _ = _hash_sources(scan_documents(settings.documents))
    difference = _compare(settings, hashes, _recipe(settings))
    return replace(difference, why=(*difference.why, "it is asked for")) if force else difference


def build_index(
    settings: Settings, progress: Progress | None = None, *, force: bool = False
) -> Outcome:
    """Bring the index up to date with the folder of reports.

    With `force` it is made anew whatever is there. Raises DocumentsError when there is nothing to
    read, ModelError, and IndexUnavailableError when another run is at work; the old one stays.
    """
    told = progress or SilentProgress()
    sources = scan_documents(settings.documents)
    try:
        settings.index.mkdir(parents=True, exist_ok=True)
        with _one_writer(settings.index):
            return _build(settings, sources, told, force)
    except OSError as error:
        raise IndexUnavailableError(
            f"the index in {settings.index} cannot be written: {error}"
        ) from error


@contextmanager
def _one_writer(index: Path) -> Iterator[None]:
    try:
        with FileLock(index / ".lock", timeout=0):
            yield
    except Timeout as error:
        raise IndexUnavailableError(
            f"another run is writing {index}; wait for it to end"
        ) from error


def _build(settings: Settings, sources: list[Source], told: Progress, force: bool) -> Outcome:
    told.begin("comparing", 0)
    recipe = _recipe(settings)
    hashes, unread = _hash_sources(sources)
    difference = _compare(settings, hashes, recipe)
    if not difference and not force:
        manifest = _current_manifest(settings.index)
        if manifest is not None:
            return _outcome(difference, manifest, built=False)
    _export_models(settings, recipe, told)
    writer = GenerationWriter(settings.index)
    try:
        manifest = _fill(writer, settings, sources, hashes, unread, recipe, told)
    except BaseException:
        writer.abandon()
        raise
    remove_old_generations(settings.index)
    return _outcome(difference, manifest, built=True)


def _fill(
    writer: GenerationWriter,
    settings: Settings,
    sources: list[Source],
    hashes: dict[str, str],
    unread: list[Unread],
    recipe: Recipe,
    told: Progress,
) -> Manifest:
    texts: list[str] = []
    first: dict[str, str] = {}
    copies: dict[str, str] = {}
    told.begin("reading", len(sources))
    wanted: list[Source] = []
    for source in sorted(_paired(sources), key=lambda source: source.sidecar is None):
        sha256 = hashes[source.path]
        if source.is_sidecar:
            reason = f"{source.path}: there is no report of that name for this side-car"
            unread.append(Unread(source.path, reason))
        elif sha256 and first.setdefault(sha256, source.path) == source.path:
            wanted.append(source)
            continue
        elif sha256:
            copies[source.path] = first[sha256]
        told.advance()
    told.advance(len({source.sidecar for source in wanted} - {None}))
    for job, outcome in read_all((s.job for s in wanted), _limits(settings), _processes(settings)):
        if isinstance(outcome, Reading):
            texts += _write(writer, outcome, settings.passage_words)
        else:
            unread.append(Unread(job.path, str(outcome)))
        told.advance()
    gone = {entry.path for entry in unread}
    for path, original in list(copies.items()):
        if original in gone:
            unread.append(Unread(path, f"{path}: the same bytes as {original}, which is unread"))
            del copies[path]
    if not texts:
        reasons = "; ".join(entry.reason for entry in unread[:3])
        raise DocumentsError(f"none of the {len(sources)} files could be read: {reasons}")
    told.begin("embedding", len(texts))
    encoder = open_passage_encoder(
        settings.index / MODELS / recipe.encoder.folder, recipe.encoder.passage_prompt
    )
    vectors = encoder.encode(texts, told.advance)
    told.begin("writing", 0)
    libraries = {name: version(name) for name in _LIBRARIES}
    return writer.finish(Contents(vectors, texts, recipe, hashes, tuple(unread), copies, libraries))


def _limits(settings: Settings) -> Limits:
    return Limits(settings.read_seconds, settings.read_memory, settings.ocr_seconds)


def _processes(settings: Settings) -> int:
    return settings.read_processes or min(4, os.cpu_count() or 1)


def read_file(settings: Settings, file: Path) -> Reading:
    """Read one file, with the side-car beside it, as a run would. Raises UnreadableFileError."""
    try:
        if not file.is_file():
            raise UnreadableFileError(f"there is no file {file}")
        beside = [Source(path.name, path) for path in file.parent.iterdir() if path.is_file()]
    except OSError as error:
        raise UnreadableFileError(f"{file} cannot be read: {error.strerror}") from error
    source = next((s for s in _paired(beside) if s.path == file.name and not s.is_sidecar), None)
    if source is None:
        raise UnreadableFileError(f"{file} is a side-car; give the report that it belongs to")
    [(_, outcome)] = read_all([source.job], _limits(settings), 1)
    if isinstance(outcome, Reading):
        return outcome
    raise outcome


def _write(writer: GenerationWriter, reading: Reading, passage_words: int) -> list[str]:
    """Write one file's records; return its passages as indexed."""
    document, sentences = reading.document, reading.sentences
    passages = split_passages(document, sentences, size=passage_words)
    writer.add(document, sentences, passages)
    return [passage_text(document, passage) for passage in passages]


def passage_text(document: Document, passage: Passage) -> str:
    """Return a passage as it is embedded and indexed: title, headings and speaker in front."""
    speaker = None if passage.speaker is None else document.speakers[passage.speaker].cited
    above = [*filter(None, (document.title, *passage.section, speaker))]
    return "\n".join([*above, document.text[passage.start : passage.end]])


def _hash_sources(sources: list[Source]) -> tuple[dict[str, str], list[Unread]]:
    """Return the SHA-256 of each file by its path, "" for those that cannot be read."""
    hashes: dict[str, str] = {}
    unread: list[Unread] = []
    for source in sources:
        try:
            with source.file.open("rb") as stream:
                hashes[source.path] = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            hashes[source.path] = ""
            unread.append(Unread(source.path, f"{source.path}: {error.strerror}"))
    return hashes, unread


def _recipe(settings: Settings) -> Recipe:
    """Return the recipe that the settings ask for."""
    source = find_encoder(settings.encoder)
    weights = hash_weights(source)
    reader = hash_file(find_reader())
    return Recipe(
        ModelEntry(
            settings.encoder,
            weights,
            f"encoder-{hash_model(source, weights)[:16]}-{EXPORT_VERSION}",
            settings.query_prompt,
            settings.passage_prompt,
        ),
        ModelEntry("seminar-qa reader", reader, f"reader-{reader[:16]}-{EXPORT_VERSION}"),
        settings.passage_words,
        parsers.VERSION,
        ocr_languages() if settings.ocr_seconds else (),
    )


def _export_models(settings: Settings, recipe: Recipe, told: Progress) -> None:
    """Export the models that are not there yet or are damaged. Raises ModelError."""
    models = settings.index / MODELS
    for stale in models.glob("*.building-*"):
        shutil.rmtree(stale, ignore_errors=True)
    encoder, reader = models / recipe.encoder.folder, models / recipe.reader.folder
    sound = {folder: is_sound(folder) for folder in (encoder, reader)}
    if all(sound.values()):
        return
    told.begin("exporting the models (once)", 2)
    try:
        from seminar_qa import export  # torch takes seconds to load and is wanted only here
    except ImportError as error:
        raise ModelError(
            f"the models cannot be exported: {error}; install seminar-qa again"
        ) from error
    if not sound[encoder]:
        export.export_encoder(settings.encoder, encoder)
    told.advance()
    if not sound[reader]:
        export.export_reader(find_reader(), reader)
    told.advance()


def _current_manifest(index: Path) -> Manifest | None:
    try:
        return Manifest.read(index / GENERATIONS / current_generation(index) / MANIFEST)
    except IndexUnavailableError:
        return None


def _compare(settings: Settings, hashes: dict[str, str], recipe: Recipe) -> Difference:
    manifest = _current_manifest(settings.index)
    if manifest is None:
        return Difference(tuple(hashes), (), (), (), ("there is no index of this version",))
    old = manifest.sources
    return Difference(
        added=tuple(path for path in hashes if path not in old),
        changed=tuple(path for path in hashes if path in old and old[path] != hashes[path]),
        deleted=tuple(path for path in old if path not in hashes),
        unchanged=tuple(path for path in hashes if old.get(path) == hashes[path]),
        why=tuple(_reasons(manifest.recipe, recipe)),
    )


def _reasons(old: Recipe, new: Recipe) -> Iterator[str]:
    if old.encoder != new.encoder:
        yield f"the encoder is now {new.encoder.name}"
    if old.reader != new.reader:
        yield "the reader's weights are new"
    if old.passage_words != new.passage_words:
        yield f"passages now have {new.passage_words} words, not {old.passage_words}"
    if old.parsers != new.parsers:
        yield "files are now read in another way"
    if old.ocr != new.ocr:
        languages = ", ".join(new.ocr) or "no language any more"
        yield f"pictures of text are now read in {languages}"


def _outcome(difference: Difference, manifest: Manifest, *, built: bool) -> Outcome:
    return Outcome(
        difference,
        manifest.generation,
        built,
        manifest.documents,
        manifest.passages,
        manifest.unread,
    )
