"""The walk from a folder of reports to a new generation of the index.

Only what differs is done: `sync` says what that is. One bad file never stops a run: it is named
with its reason in the generation's manifest, and the last version of it that could be read stays. A
run that finds nothing changed builds nothing; one that was killed is gone on with by the next.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from seminar_qa import holds, index, parsers
from seminar_qa.dense import DenseIndex
from seminar_qa.embeddings import Embeddings, make_embeddings
from seminar_qa.errors import (
    DocumentsError,
    IndexBusyError,
    IndexDamagedError,
    IndexMissingError,
    IndexUnavailableError,
    IndexUnreadableError,
    ModelError,
    UnreadableFileError,
)
from seminar_qa.index import (
    DENSE,
    GENERATIONS,
    LEXICAL,
    MODELS,
    RECORDS,
    WORK,
    Contents,
    GenerationWriter,
)
from seminar_qa.journal import Journal, Log
from seminar_qa.manifest import READING, Manifest, ModelEntry, Recipe, Stale, Unread
from seminar_qa.models import is_sound
from seminar_qa.parsers.ocr import ocr_languages
from seminar_qa.passages import split_passages
from seminar_qa.reading import Reading
from seminar_qa.readings import Failure, ReadAll, job_of, read_files
from seminar_qa.records import Records
from seminar_qa.settings import Settings
from seminar_qa.sources import Source, hash_sources, is_sidecar, scan_documents, with_sidecars
from seminar_qa.sync import LOOK_AGAIN, Before, Difference, Plan, Settled, ToRead, make_plan, settle
from seminar_qa.vectors import Encoder, open_passage_encoder
from seminar_qa.weights import find_encoder, find_reader, hash_file, hash_model, hash_weights
from seminar_qa.worker import Limits, read_all

EXPORT_VERSION = 2
"""Raised when `export` makes another graph of the same weights, so that exports are made anew."""
_LIBRARIES = (
    *("faiss-cpu", "tantivy", "onnxruntime", "tokenizers", "nupunkt"),
    *("pypdfium2", "lxml", "striprtf"),
)
_LOCK, _HOLDER = ".lock", ".writer.json"


@dataclass(frozen=True)
class Outcome:
    """What a run did. `generation` is the one that answers now.

    `read` files were read and `embedded` texts embedded for it; `again` files could not be read for
    want of something that may be there at another time.
    """

    difference: Difference
    generation: str
    built: bool
    documents: int
    passages: int
    unread: tuple[Unread, ...]
    stale: tuple[Stale, ...] = ()
    read: int = 0
    embedded: int = 0
    again: int = 0


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


class Models(Protocol):
    """The two models that an index is made with."""

    def entries(self) -> tuple[ModelEntry, ModelEntry]:
        """Return what names the encoder and the reader. Raises ModelError."""

    def export(self, folder: Path, told: Progress) -> None:
        """Put them into `folder`, ready to run, unless they are there. Raises ModelError."""

    def open_encoder(self, folder: Path) -> Encoder:
        """Open the encoder for passages out of `folder`. Raises ModelError."""


def compare(settings: Settings, *, force: bool = False, models: Models | None = None) -> Difference:
    """Return how the folder of reports differs from the current index.

    The whole index is read for it. Raises DocumentsError.
    """
    recipe = _recipe(settings, models or InstalledModels(settings))
    while True:
        generation = _answering(settings.index)
        hashes, shut = hash_sources(_sources(settings))
        found = _plan(settings, hashes, shut, recipe, force=force)[1].difference
        if _answering(settings.index) == generation:  # else another may have been removed meanwhile
            return found


def build_index(
    settings: Settings,
    progress: Progress | None = None,
    *,
    force: bool = False,
    models: Models | None = None,
    read: ReadAll = read_all,
) -> Outcome:
    """Bring the index up to date with the folder of reports.

    The whole index is read to see whether it is as it was written. With `force` every file is read
    and every passage embedded again. `models` are those of the settings if none are given, and
    `read` reads files. Raises DocumentsError when there is nothing to read, ModelError,
    IndexBusyError when another run is at work, and IndexUnavailableError when the disk does not
    take it; the old index stays.
    """
    sources = _sources(settings)
    with _one_writer(settings.index):
        models = models or InstalledModels(settings)
        run = _Run(settings, sources, models, read, progress or SilentProgress(), force)
        return run.do()


def _sources(settings: Settings) -> list[Source]:
    """Return the files of the folder of reports. Raises DocumentsError."""
    try:
        return scan_documents(settings.documents)
    except DocumentsError as error:
        raise DocumentsError(f"{error}{_still(settings.index)}") from error


def _still(folder: Path) -> str:
    """Say that the index in `folder` answers all the same, if it does."""
    try:
        count = index.read_current_manifest(folder).documents
    except IndexUnavailableError:
        return ""
    reports = f"{count} report{'s' * (count != 1)}"
    return (
        f"; the index still answers from {reports}: if they are to go, remove the folder {folder}"
    )


def roll_back(settings: Settings) -> Manifest:
    """Let the generation before the current one answer again; return its manifest.

    Raises IndexMissingError when there is none, IndexDamagedError, IndexBusyError.
    """
    index.current_generation(settings.index)
    with _one_writer(settings.index):
        return index.roll_back(settings.index)


@contextmanager
def _one_writer(folder: Path) -> Iterator[None]:
    """Let nobody else write the index meanwhile; an error of the disk is told as one of the index.

    Raises IndexBusyError that says who is at work.
    """
    holder = folder / _HOLDER
    before = _answering(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / _LOCK, timeout=0):
            now = datetime.now().astimezone().isoformat(" ", "seconds")
            holder.write_text(json.dumps({"process": os.getpid(), "since": now}), "utf-8")
            try:
                yield
            finally:
                holder.unlink(missing_ok=True)
    except Timeout as error:
        raise IndexBusyError(
            f"another run{_who(holder)} is writing {folder}; wait for it to end"
        ) from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        cure = "; make room and run it again" if full else ""
        where = f" ({error.filename})" if error.filename else ""
        now = _answering(folder)
        stands = "what was there is as it was" if now == before else f"generation {now} answers"
        raise IndexUnavailableError(
            f"the index in {folder} cannot be written: {error.strerror or error}{where}{cure}; "
            f"{stands}"
        ) from error


def _answering(folder: Path) -> str:
    """Return the generation that answers, "" where none can."""
    try:
        return index.current_generation(folder)
    except IndexUnavailableError:
        return ""


def _who(holder: Path) -> str:
    try:
        found = json.loads(holder.read_text("utf-8"))
        return f" (process {found['process']}, since {found['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


class _Run:
    """One run, from the folder of reports to the generation that answers."""

    def __init__(
        self,
        settings: Settings,
        sources: list[Source],
        models: Models,
        read: ReadAll,
        told: Progress,
        force: bool,
    ):
        self._settings = settings
        self._index = settings.index
        self._sources = sources
        self._models = models
        self._read_all = read
        self._told = told
        self._force = force
        self._journal = Journal(settings.index / WORK)
        self._files_read = 0

    def do(self) -> Outcome:
        """Compare, and build what differs."""
        self._told.begin("comparing", 0)
        self._recipe = _recipe(self._settings, self._models)
        self._hashes, shut = hash_sources(self._sources)
        before, plan = _plan(self._settings, self._hashes, shut, self._recipe, force=self._force)
        if before is not None and not plan.difference:
            self._models.export(self._index / MODELS, self._told)
            self._clean()
            return _outcome(plan.difference, before.manifest)
        index.clear_generations(self._index)  # else those of killed runs would pile up
        self._models.export(self._index / MODELS, self._told)
        outcome = self._build(plan, before)
        self._clean()
        return outcome

    def _clean(self) -> None:
        self._journal.remove()
        index.remove_old_generations(self._index)

    def _build(self, plan: Plan, before: Before | None) -> Outcome:
        base = self._index / GENERATIONS / before.manifest.generation if before else None
        writer = GenerationWriter(self._index, base)
        try:
            with ExitStack() as opened:
                opened.callback(self._journal.close)
                old = Records.open(base / RECORDS) if base else None
                if old:
                    opened.callback(old.close)
                settled = self._fill(writer, plan, before, old)
                records = writer.seal()
                if not records.count("passages"):
                    raise self._nothing(settled)
                embeddings = self._embed(records, before, old)
                self._told.begin("writing", 0)
                manifest = writer.finish(self._contents(records, embeddings, settled, before))
        except BaseException:
            writer.abandon()
            raise
        return _outcome(
            plan.difference,
            manifest,
            built=True,
            read=self._files_read,
            embedded=embeddings.embedded,
        )

    def _fill(
        self, writer: GenerationWriter, plan: Plan, before: Before | None, old: Records | None
    ) -> Settled:
        """Write the records; return what stays besides."""
        numbers = {entry.sha256: entry.number for entry in before.entries} if before else {}
        gone = set(numbers.values())
        failures: dict[str, str] = {}
        passing: set[str] = set()
        for item, found in self._read(plan, before):
            if isinstance(found, Reading):
                if item.sha256 in numbers:
                    writer.records.remove(numbers[item.sha256])
                    gone.discard(numbers[item.sha256])
                self._add(writer, item, found)
            else:
                failures[item.path] = found.reason
                passing |= set() if found.lasting else {item.path}
        settled = settle(plan, failures, self._hashes, passing)
        paths = {entry.number: entry.path for entry in before.entries} if before else {}
        for number in gone - {*settled.keep}:
            writer.records.remove(number)
        for number, path in settled.keep.items():
            if paths[number] != path:
                writer.records.rename(number, path)
        if old and before and before.manifest.recipe.passage_words != self._recipe.passage_words:
            self._cut_again(writer, old, settled)
        return settled

    def _read(
        self, plan: Plan, before: Before | None
    ) -> Iterator[tuple[ToRead, Reading | Failure]]:
        """Read the files of a plan; one that cannot be read as another copy of it, if there is."""
        if not plan.read:
            return
        self._told.begin("reading", len(plan.read))
        log = self._log("readings", "readings 1", before)
        by_path = {source.path: source for source in with_sidecars(self._sources)}
        limits, processes = _limits(self._settings), _processes(self._settings)
        others = {item.path: plan.others.get(item.path, ()) for item in plan.read}
        wanted = list(plan.read)
        while wanted:
            further = []
            for item, found in read_files(wanted, by_path, log, self._read_all, limits, processes):
                yield item, found
                self._files_read += 1
                following = others[item.path] if isinstance(found, Failure) else ()
                if following:
                    further.append(following[0])
                    others[following[0].path] = following[1:]
                else:
                    self._told.advance()
            wanted = further

    def _log(self, name: str, purpose: str, before: Before | None) -> Log:
        """Open a log of the journal; a forced run takes only what another one over the same did."""
        if self._force:
            over = before.manifest.generation if before else ""
            purpose = f"forced over {over}: {purpose}"
        return self._journal.log(name, purpose)

    def _add(self, writer: GenerationWriter, item: ToRead, reading: Reading) -> None:
        document, sentences = reading.document, reading.sentences
        passages = split_passages(document, sentences, size=self._recipe.passage_words)
        name = item.origin.sidecar_told
        told = name if any(name in text for text in document.extraction.warnings) else ""
        origin = replace(item.origin, sidecar_told=told)
        writer.records.add(document, sentences, passages, origin)

    def _cut_again(self, writer: GenerationWriter, old: Records, settled: Settled) -> None:
        self._told.begin("cutting", len(settled.keep))
        for number in sorted(settled.keep):
            record = old.record(number)
            passages = split_passages(
                record.document, record.sentences, size=self._recipe.passage_words
            )
            writer.records.recut(number, record, passages)
            self._told.advance()

    def _embed(self, records: Records, before: Before | None, old: Records | None) -> Embeddings:
        encoder = self._recipe.encoder.for_passages
        dense = None
        if before and not self._force and before.manifest.recipe.encoder.for_passages == encoder:
            folder = self._index / GENERATIONS / before.manifest.generation
            if not list(before.manifest.damage(folder, below=f"{DENSE}/", whole=True)):
                dense = DenseIndex.open(folder / DENSE)
        return make_embeddings(
            records,
            self._journal.scratch("vectors"),
            self._log("vectors", json.dumps(encoder), before),
            lambda: self._models.open_encoder(self._index / MODELS),
            before=(old, dense) if old and dense else None,
            begin=lambda total: self._told.begin("embedding", total),
            advance=self._told.advance,
        )

    def _contents(
        self,
        records: Records,
        embeddings: Embeddings,
        settled: Settled,
        before: Before | None,
    ) -> Contents:
        return Contents(
            embeddings=embeddings,
            recipe=self._recipe,
            documents=records.count("documents"),
            sources=dict(settled.sources),
            unread=settled.unread,
            stale=settled.stale,
            copies=dict(settled.copies),
            libraries={name: version(name) for name in _LIBRARIES},
            limits=_costs(self._settings),
            over_damage=before is None or bool(before.problem),
        )

    def _nothing(self, settled: Settled) -> DocumentsError:
        reasons = "; ".join(entry.reason for entry in settled.unread[:3])
        return DocumentsError(
            f"none of the {len(self._sources)} files could be read: {reasons}{_still(self._index)}"
        )


def _plan(
    settings: Settings,
    hashes: dict[str, str],
    shut: dict[str, str],
    recipe: Recipe,
    *,
    force: bool,
) -> tuple[Before | None, Plan]:
    """Return the index as it was, None where none can be used, and what has to be done."""
    before, absent = None, ""
    try:
        before = _look_back(settings.index)
    except IndexMissingError:
        absent = "there is no index yet"
    except IndexUnreadableError:
        if not force:
            raise  # it may be sound, and hold what cannot be read any more
        absent = "what is there cannot be read"
    except IndexUnavailableError:
        absent = "what is there is no index of this version, or it is damaged"
    return before, make_plan(
        hashes, shut, before, recipe, _costs(settings), absent=absent, force=force
    )


def _look_back(folder: Path) -> Before:
    """Return the index as it was, read through.

    Raises IndexMissingError, IndexDamagedError, IndexUnreadableError.
    """
    manifest = index.read_current_manifest(folder)
    with _held(folder / GENERATIONS / manifest.generation) as generation:
        return _read_through(manifest, generation)


@contextmanager
def _held(generation: Path) -> Iterator[Path]:
    """Keep a generation from being removed; one that cannot be held is not."""
    hold = None
    with suppress(IndexDamagedError):
        hold = holds.Hold(generation)
    try:
        yield generation
    finally:
        if hold:
            hold.close()


def _read_through(manifest: Manifest, generation: Path) -> Before:
    for problem in manifest.damage(generation, whole=True, below=RECORDS):
        raise IndexDamagedError(problem)
    others = f"{DENSE}/", f"{LEXICAL}/", READING
    damage = "; ".join(manifest.damage(generation, whole=True, below=others))
    records = Records.open(generation / RECORDS)
    try:
        entries = tuple(records.entries())
    finally:
        records.close()
    return Before(manifest, entries, f"{damage}: it is made anew from the records" * bool(damage))


def _outcome(
    difference: Difference,
    manifest: Manifest,
    *,
    built: bool = False,
    read: int = 0,
    embedded: int = 0,
) -> Outcome:
    return Outcome(
        difference,
        manifest.generation,
        built,
        manifest.documents,
        manifest.passages,
        manifest.unread,
        manifest.stale,
        read,
        embedded,
        sum(sha256 == LOOK_AGAIN for sha256 in manifest.sources.values()),
    )


def read_file(settings: Settings, file: Path) -> Reading:
    """Read one file, with the side-car beside it, as a run would. Raises UnreadableFileError."""
    try:
        if not file.is_file():
            raise UnreadableFileError(f"there is no file {file}")
        beside = [Source(path.name, path) for path in file.parent.iterdir() if path.is_file()]
    except OSError as error:
        raise UnreadableFileError(f"{file} cannot be read: {error.strerror}") from error
    if is_sidecar(file.name):
        raise UnreadableFileError(f"{file} is a side-car; give the report that it belongs to")
    source = next(source for source in with_sidecars(beside) if source.path == file.name)
    [(_, outcome)] = read_all([job_of(source)], _limits(settings), 1)
    if isinstance(outcome, Reading):
        return outcome
    raise outcome


def _limits(settings: Settings) -> Limits:
    return Limits(settings.read_seconds, settings.read_memory, settings.ocr_seconds)


def _costs(settings: Settings) -> dict[str, float]:
    """Return what reading a file may cost, by setting."""
    names = "read_seconds", "read_memory", "ocr_seconds"
    return {name: float(getattr(settings, name)) for name in names}


def _processes(settings: Settings) -> int:
    return settings.read_processes or min(4, os.cpu_count() or 1)


def _recipe(settings: Settings, models: Models) -> Recipe:
    """Return the recipe that the settings ask for."""
    encoder, reader = models.entries()
    ocr = ocr_languages() if settings.ocr_seconds else ()
    return Recipe(encoder, reader, settings.passage_words, parsers.VERSION, ocr)


class InstalledModels:
    """The encoder of the settings and the package's reader, exported once."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def entries(self) -> tuple[ModelEntry, ModelEntry]:
        """Return what names the encoder and the reader. Raises ModelError."""
        return self._entries

    @cached_property
    def _entries(self) -> tuple[ModelEntry, ModelEntry]:
        settings = self._settings
        source = find_encoder(settings.encoder)
        weights = hash_weights(source)
        encoder = ModelEntry(
            settings.encoder,
            weights,
            f"encoder-{hash_model(source, weights)[:16]}-{EXPORT_VERSION}",
            settings.query_prompt,
            settings.passage_prompt,
        )
        reader = hash_file(find_reader())
        folder = f"reader-{reader[:16]}-{EXPORT_VERSION}"
        return encoder, ModelEntry("seminar-qa reader", reader, folder)

    def export(self, folder: Path, told: Progress) -> None:
        """Export the models that are not there yet or are damaged. Raises ModelError."""
        for stale in folder.glob("*.building-*"):
            shutil.rmtree(stale, ignore_errors=True)
        encoder, reader = (folder / entry.folder for entry in self.entries())
        sound = {path: is_sound(path) for path in (encoder, reader)}
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
            export.export_encoder(self._settings.encoder, encoder)
        told.advance()
        if not sound[reader]:
            export.export_reader(find_reader(), reader)
        told.advance()

    def open_encoder(self, folder: Path) -> Encoder:
        """Open the encoder for passages out of `folder`. Raises ModelError."""
        encoder, _ = self.entries()
        return open_passage_encoder(folder / encoder.folder, encoder.passage_prompt)
