"""From a folder of reports to a generation: what is read, what is left, what is done again."""

import errno
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pdfs import drawn, page
from seminar_qa import index, ingest, manifest, parsers
from seminar_qa.documents import Document, Speaker
from seminar_qa.embeddings import AT_ONCE
from seminar_qa.engine import Engine
from seminar_qa.errors import (
    DocumentsError,
    IndexBusyError,
    IndexDamagedError,
    IndexMissingError,
    IndexUnavailableError,
    IndexUnreadableError,
    ModelError,
    NotReadError,
    UnreadableFileError,
)
from seminar_qa.index import PassageIndex, current_generation
from seminar_qa.ingest import (
    Outcome,
    SilentProgress,
    build_index,
    compare,
    read_file,
    roll_back,
)
from seminar_qa.settings import Settings
from seminar_qa.sync import Difference
from seminar_qa.worker import read_all
from toys import ToyModels, ToyReader

REPORT = "seminar-report-2018-11-20.txt"


def build(settings: Settings, progress=None, *, force=False, models=None, read=None) -> Outcome:
    """Index with stand-ins for the models, and files read in this process."""
    return build_index(
        settings, progress, force=force, models=models or ToyModels(), read=read or ToyReader()
    )


def differ(settings: Settings, *, force=False, models=None) -> Difference:
    return compare(settings, force=force, models=models or ToyModels())


class Teller:
    """Writes down the stages it is told of."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int]] = []
        self.steps: dict[str, int] = {}

    def begin(self, stage: str, total: int) -> None:
        self.stages.append((stage, total))

    def advance(self, steps: int = 1) -> None:
        stage = self.stages[-1][0]
        self.steps[stage] = self.steps.get(stage, 0) + steps


class Interrupter(SilentProgress):
    """Stops the run, as Control-C does, when a stage begins."""

    def __init__(self, stage: str):
        self.stage = stage

    def begin(self, stage: str, total: int) -> None:
        if stage == self.stage:
            raise KeyboardInterrupt


@pytest.fixture
def settings(tmp_path: Path, report: Path) -> Settings:
    """Settings of a home with the first report and no index."""
    (tmp_path / "home" / "documents").mkdir(parents=True)
    shutil.copy(report, tmp_path / "home" / "documents")
    return Settings(home=tmp_path / "home")


@pytest.fixture
def built(settings: Settings) -> Settings:
    """Settings of a home with an index."""
    build(settings)
    return settings


def held(settings: Settings) -> object:
    """Return all that the current index holds and finds, but for the numbering."""
    index = PassageIndex.open(settings.index)
    documents, places = {}, {}
    for number in index.records.numbers():
        record = index.records.record(number)
        vectors = index.dense.vectors(list(record.rows)).tolist()
        documents[record.document.path] = (
            record.document,
            record.sentences,
            record.passages,
            vectors,
        )
        for place, row in enumerate(record.rows):
            assert index.records.place_of(row) == (number, place)
            places[row] = record.document.path, place
    hits = {
        question: sorted((places[row], score) for row, score in index.lexical.search(question, 999))
        for question in ("Iwate", "harbour", "cooperation between regions", "Osaka spoke")
    }
    manifest = index.manifest
    told = manifest.sources, manifest.copies, manifest.unread, manifest.unread_pages
    index.close()
    return documents, hits, told, (manifest.documents, manifest.passages)


def generations(settings: Settings) -> list[str]:
    return sorted(path.name for path in (settings.index / "generations").iterdir())


def test_a_missing_folder_is_an_error_with_the_cure(tmp_path: Path):
    with pytest.raises(DocumentsError, match=r"there is no folder .*documents; make it"):
        build(Settings(home=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_reports_is_an_error_with_the_cure(tmp_path: Path):
    (tmp_path / "documents" / "empty").mkdir(parents=True)
    (tmp_path / "documents" / ".hidden.txt").write_text("text")
    with pytest.raises(DocumentsError, match="holds no reports; put"):
        build(Settings(home=tmp_path))


def test_the_first_run_builds_an_index_of_the_report(settings: Settings):
    outcome = build(settings)
    assert outcome.built
    assert (outcome.documents, outcome.unread) == (1, ())
    assert outcome.difference.added == (REPORT,)
    assert outcome.difference.why == ("there is no index yet: every file is read",)
    assert (outcome.read, outcome.embedded) == (1, outcome.passages)
    index = PassageIndex.open(settings.index)
    assert index.manifest.generation == outcome.generation == current_generation(settings.index)
    assert len(index.dense) == len(index.lexical) == outcome.passages == index.manifest.passages
    assert index.manifest.passages > 20


def test_the_manifest_names_each_file_by_its_hash(built: Settings, report: Path):
    manifest = PassageIndex.open(built.index).manifest
    assert manifest.sources == {REPORT: hashlib.sha256(report.read_bytes()).hexdigest()}


def test_a_run_tells_how_it_goes_on(settings: Settings):
    teller = Teller()
    outcome = build(settings, teller)
    assert teller.stages == [
        ("comparing", 0),
        ("reading", 1),
        ("embedding", outcome.passages),
        ("writing", 0),
    ]
    assert teller.steps == {"reading": 1, "embedding": outcome.passages}


def test_an_unchanged_folder_builds_nothing(built: Settings):
    before = generations(built)
    outcome = build(built)
    assert not outcome.built
    assert not outcome.difference
    assert outcome.difference.unchanged == (REPORT,)
    assert generations(built) == before == [outcome.generation]


def test_force_reads_and_embeds_all_again_and_gives_the_same_index(built: Settings):
    before = held(built)
    outcome = build(built, force=True)
    assert outcome.built
    assert (outcome.read, outcome.embedded) == (1, outcome.passages)
    assert outcome.difference.why == ("it is asked for: every file is read",)
    assert held(built) == before


def test_added_changed_and_deleted_reports_are_told_apart(built: Settings):
    folder = built.documents
    for name in ("kept.txt", "edited.txt", "removed.txt"):
        (folder / name).write_text(f"This is the {name} report on regional cooperation.")
    build(built)
    (folder / "edited.txt").write_text("This report was written again.")
    (folder / "removed.txt").unlink()
    (folder / "new.txt").write_text("This report is new.")
    expected = Difference(
        ("new.txt",),
        ("edited.txt",),
        ("removed.txt",),
        ("kept.txt", REPORT),
        read=("edited.txt", "new.txt"),
    )
    assert differ(built) == expected
    reader = ToyReader()
    outcome = build(built, read=reader)
    assert outcome.difference == expected
    assert reader.read == ["edited.txt", "new.txt"]
    assert outcome.embedded == 2
    listed = [document.path for document in PassageIndex.open(built.index).records.documents()]
    assert listed == ["edited.txt", "kept.txt", "new.txt", REPORT]


def test_a_renamed_report_keeps_its_id_and_costs_nothing(built: Settings):
    (before,) = PassageIndex.open(built.index).records.documents()
    (built.documents / "2018").mkdir()
    (built.documents / REPORT).rename(built.documents / "2018" / "seminar.txt")
    models, reader = ToyModels(), ToyReader()
    outcome = build(built, models=models, read=reader)
    (after,) = PassageIndex.open(built.index).records.documents()
    assert outcome.difference.renamed == ((REPORT, "2018/seminar.txt"),)
    assert (outcome.difference.added, outcome.difference.deleted) == ((), ())
    assert (after.id, after.path) == (before.id, "2018/seminar.txt")
    assert (models.embedded, reader.read) == ([], [])


def test_a_report_renamed_with_its_side_car_costs_nothing(built: Settings):
    write(built, a__txt=NOTE, a__yaml="title: Harbour day")
    build(built)
    for ending in (".txt", ".yaml"):
        (built.documents / f"a{ending}").rename(built.documents / f"b{ending}")
    models, reader = ToyModels(), ToyReader()
    outcome = build(built, models=models, read=reader)
    assert outcome.difference.renamed == (("a.txt", "b.txt"), ("a.yaml", "b.yaml"))
    assert titles(built) == {"b.txt": "Harbour day"}
    assert (models.embedded, reader.read) == ([], [])


def test_a_warning_names_the_side_car_of_today_after_a_rename(built: Settings):
    write(built, a__txt=NOTE, a__yaml="title: [a")
    build(built)
    for ending in (".txt", ".yaml"):
        (built.documents / f"a{ending}").rename(built.documents / f"b{ending}")
    build(built)
    (warning,) = documents(built)["b.txt"].extraction.warnings
    assert warning.startswith("b.yaml is left aside: it")


def test_a_report_that_gets_another_ending_is_read_as_what_it_is_now(built: Settings):
    write(built, a__txt="# Harbour day\n\nThe harbour grows.\n")
    build(built)
    (built.documents / "a.txt").rename(built.documents / "a.md")
    reader = ToyReader()
    build(built, read=reader)
    assert reader.read == ["a.md"]
    assert documents(built)["a.md"].media_type == "text/markdown"


def documents(settings: Settings) -> dict[str, Document]:
    found = PassageIndex.open(settings.index).records.documents()
    return {document.path: document for document in found}


def test_comparing_changes_nothing(built: Settings):
    (built.documents / "new.txt").write_text("This report is new.")
    before = generations(built)
    assert differ(built).added == ("new.txt",)
    assert generations(built) == before


def test_other_passage_sizes_cut_again_and_read_nothing(built: Settings):
    before = PassageIndex.open(built.index).manifest.passages
    shorter = built.model_copy(update={"passage_words": 40})
    (why,) = differ(shorter).why
    assert why.startswith("passages now have 40 words, not 80: every report is cut again")
    reader = ToyReader()
    outcome = build(shorter, read=reader)
    assert (outcome.built, reader.read) == (True, [])
    assert before < outcome.embedded < outcome.passages  # passages that stayed are not embedded
    (built.index / "current").unlink()
    now = held_after(shorter)
    assert now == held_after(shorter, force=True)


def held_after(settings: Settings, *, force: bool = False) -> object:
    build(settings, force=force)
    return held(settings)


def test_another_encoder_embeds_again_and_reads_nothing(built: Settings):
    other = ToyModels("other")
    (why,) = differ(built, models=other).why
    assert why == "the encoder is now other: every passage is embedded again, no file is read"
    reader = ToyReader()
    outcome = build(built, models=other, read=reader)
    assert (len(other.embedded), reader.read) == (outcome.passages, [])
    assert PassageIndex.open(built.index).manifest.recipe.encoder.name == "other"


def test_another_prompt_of_passages_embeds_again(built: Settings):
    models = ToyModels(prompt="passage: ")
    assert build(built, models=models).embedded == len(models.embedded) > 20


def test_another_reader_or_prompt_of_questions_does_nothing_again(built: Settings):
    class Other(ToyModels):
        def entries(self):
            encoder, reader = super().entries()
            return replace(encoder, query_prompt="query: "), replace(reader, weights_sha256="02")

    models, reader = Other(), ToyReader()
    assert differ(built, models=models).why == (
        "questions are now embedded otherwise by toy: nothing is done again",
        "the reader's weights are new: its model is exported, nothing else is done again",
    )
    assert build(built, models=models, read=reader).built
    assert (models.embedded, reader.read) == ([], [])
    assert PassageIndex.open(built.index).manifest.recipe.encoder.query_prompt == "query: "


def test_another_version_of_the_parsers_reads_again_and_embeds_what_became_another_text(
    built: Settings, monkeypatch
):
    monkeypatch.setattr("seminar_qa.parsers.VERSION", parsers.VERSION + 1)
    (why,) = differ(built).why
    assert why.startswith("files are now read in another way: every file is read")
    models, reader = ToyModels(), ToyReader()
    assert build(built, models=models, read=reader).built
    assert (reader.read, models.embedded) == ([REPORT], [])
    assert not build(built).built


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("slides.key", b"PK\x03\x04", "no reader for “.key”"),
        ("README", b"text", "no reader for “no ending”"),
        ("binary.txt", b"a\x00b", "NUL bytes"),
        ("blank.md", b" \n\n", "holds no text"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_does_not_stop_the_run(
    settings: Settings, name: str, data: bytes, reason: str
):
    (settings.documents / name).write_bytes(data)
    outcome = build(settings)
    assert outcome.documents == 1
    ((path, why),) = [(unread.path, unread.reason) for unread in outcome.unread]
    assert path == name
    assert reason in why
    assert PassageIndex.open(settings.index).manifest.unread == outcome.unread


def test_an_unreadable_file_that_did_not_change_is_no_reason_to_build(settings: Settings):
    (settings.documents / "binary.txt").write_bytes(b"a\x00b")
    first = build(settings)
    second = build(settings)
    assert not second.built
    assert second.unread == first.unread


def test_a_copy_of_a_report_is_indexed_once_and_named(settings: Settings):
    shutil.copy(settings.documents / REPORT, settings.documents / "z-copy.txt")
    outcome = build(settings)
    assert outcome.documents == 1
    assert outcome.unread == ()
    assert PassageIndex.open(settings.index).manifest.copies == {"z-copy.txt": REPORT}


def test_a_copy_takes_the_place_of_the_report_that_was_deleted(settings: Settings):
    (settings.documents / REPORT).rename(settings.documents / "a.txt")
    shutil.copy(settings.documents / "a.txt", settings.documents / "b.txt")
    build(settings)
    (settings.documents / "a.txt").unlink()
    assert build(settings).difference.deleted == ("a.txt",)
    manifest = PassageIndex.open(settings.index).manifest
    assert (set(manifest.sources), manifest.copies) == ({"b.txt"}, {})


def test_two_reports_that_read_the_same_are_both_kept(settings: Settings):
    write(settings, a__txt=NOTE, b__txt=NOTE + "\n\n")
    assert build(settings).documents == 3
    texts = [PassageIndex.open(settings.index).records.record(n).document.text for n in range(3)]
    assert len(set(texts)) == 2


def test_a_new_copy_costs_nothing_and_is_told(built: Settings):
    shutil.copy(built.documents / REPORT, built.documents / "a-copy.txt")
    assert differ(built).copies == (("a-copy.txt", REPORT),)
    models, reader = ToyModels(), ToyReader()
    outcome = build(built, models=models, read=reader)
    assert outcome.difference.added == ()
    assert (outcome.documents, models.embedded, reader.read) == (1, [], [])
    assert PassageIndex.open(built.index).manifest.copies == {REPORT: "a-copy.txt"}
    assert not build(built).built


# A file that cannot be read keeps its last good version


BROKEN = b"a\x00b"


def stale_after(settings: Settings) -> list[str]:
    outcome = build(settings)
    assert PassageIndex.open(settings.index).manifest.stale == outcome.stale
    return [entry.path for entry in outcome.stale]


def test_a_report_that_cannot_be_read_any_more_keeps_its_last_good_version(built: Settings):
    before = documents(built)[REPORT]
    (built.documents / REPORT).write_bytes(BROKEN)
    outcome = build(built)
    (stale,) = outcome.stale
    assert (stale.path, stale.sha256, outcome.unread) == (REPORT, before.sha256, ())
    assert "NUL bytes" in stale.reason
    assert documents(built) == {REPORT: before}
    reader = ToyReader()
    again = build(built, read=reader)
    assert (again.built, again.stale, reader.read) == (False, outcome.stale, [])
    assert again.difference.stale == outcome.stale


def test_the_last_good_version_stays_through_other_changes_and_goes_with_its_file(built: Settings):
    write(built, a__txt=NOTE)
    build(built)
    write(built, a__txt=BROKEN)
    assert stale_after(built) == ["a.txt"]
    write(built, b__txt="Osaka spoke.")
    assert stale_after(built) == ["a.txt"]
    (built.documents / "a.txt").rename(built.documents / "c.txt")
    assert stale_after(built) == ["c.txt"]
    assert {*documents(built)} == {"b.txt", "c.txt", REPORT}
    write(built, c__txt=BROKEN + BROKEN)
    assert stale_after(built) == ["c.txt"]
    (built.documents / "c.txt").unlink()
    assert stale_after(built) == []
    assert {*documents(built)} == {"b.txt", REPORT}


def test_a_stale_report_is_followed_again_when_it_can_be_read(built: Settings):
    write(built, a__txt=NOTE)
    build(built)
    write(built, a__txt=BROKEN)
    build(built)
    write(built, a__txt="Gifu grows.")
    assert stale_after(built) == []
    index = PassageIndex.open(built.index)
    texts = [index.records.record(number).document.text for number in index.records.numbers()]
    assert "Gifu grows." in texts
    assert len(texts) == 2


def test_a_stale_report_that_gets_its_old_bytes_back_costs_nothing(built: Settings):
    good = (built.documents / REPORT).read_bytes()
    (built.documents / REPORT).write_bytes(BROKEN)
    build(built)
    (built.documents / REPORT).write_bytes(good)
    models, reader = ToyModels(), ToyReader()
    assert build(built, models=models, read=reader).stale == ()
    assert (models.embedded, reader.read) == ([], [])


def test_the_last_good_version_may_stand_under_the_name_of_a_copy(built: Settings):
    write(built, a__txt=NOTE, b__txt=NOTE)
    build(built)
    write(built, b__txt=BROKEN)
    assert stale_after(built) == ["b.txt"]
    assert {*documents(built)} == {"a.txt", REPORT}
    (built.documents / "a.txt").unlink()
    assert stale_after(built) == ["b.txt"]
    assert {*documents(built)} == {"b.txt", REPORT}


def test_force_keeps_the_last_good_version_too(built: Settings):
    (built.documents / REPORT).write_bytes(BROKEN)
    build(built)
    outcome = build(built, force=True)
    assert [entry.path for entry in outcome.stale] == [REPORT]
    assert outcome.documents == 1


def test_a_run_that_can_read_nothing_and_has_nothing_leaves_no_index(settings: Settings):
    (settings.documents / REPORT).write_bytes(BROKEN)
    with pytest.raises(DocumentsError, match=r"none of the 1 files could be read: .*NUL bytes"):
        build(settings)
    assert not (settings.index / "current").exists()
    assert generations(settings) == []


def test_higher_limits_try_again_what_could_not_be_read(built: Settings):
    write(built, a__txt=BROKEN)
    build(built)
    higher = built.model_copy(update={"read_seconds": 120})
    assert differ(higher).why == (
        "read_seconds is now 120: files that could not be read are tried again",
    )
    reader = ToyReader()
    build(higher, read=reader)
    assert reader.read == ["a.txt"]
    assert not differ(built)


class Meddler(ToyReader):
    """Lets something happen to a file while it is read."""

    def __init__(self, file: Path, data: bytes | None):
        super().__init__()
        self._file, self._data = file, data

    def __call__(self, jobs, limits, processes):
        def meddled():
            for job in jobs:
                if job.file == self._file and self._data is None:
                    self._file.unlink()
                elif job.file == self._file:
                    self._file.write_bytes(self._data)
                yield job

        return super().__call__(meddled(), limits, processes)


def test_a_file_that_changes_while_it_is_read_is_told_and_read_at_the_next_run(built: Settings):
    write(built, a__txt=NOTE)
    outcome = build(built, read=Meddler(built.documents / "a.txt", b"Gifu grows."))
    assert [entry.reason for entry in outcome.unread] == ["a.txt: it changed while it was read"]
    assert outcome.documents == 1
    assert differ(built).changed == ("a.txt",)
    assert build(built).unread == ()
    assert {*documents(built)} == {"a.txt", REPORT}


def test_a_file_that_vanishes_while_it_is_read_is_told_and_gone_at_the_next_run(built: Settings):
    write(built, a__txt=NOTE)
    build(built)
    write(built, a__txt="Gifu grows.")
    outcome = build(built, read=Meddler(built.documents / "a.txt", None))
    assert [entry.reason for entry in outcome.stale] == ["a.txt: it vanished while it was read"]
    assert build(built).difference.deleted == ("a.txt",)
    assert {*documents(built)} == {REPORT}


def test_a_shortage_that_passes_is_no_reason_to_leave_a_report_out(built: Settings):
    class Short(ToyReader):
        def __call__(self, jobs, limits, processes):
            yield from ((job, NotReadError(f"{job.path}: no process")) for job in jobs)

    write(built, a__txt=NOTE)
    (unread,) = build(built, read=Short()).unread
    assert unread.reason == "a.txt: no process"
    assert build(built, read=Short()).again == 1
    assert differ(built).changed == ("a.txt",)
    outcome = build(built)
    assert (outcome.unread, outcome.again) == ((), 0)
    assert {*documents(built)} == {"a.txt", REPORT}


def test_an_index_that_cannot_be_read_for_a_moment_loses_nothing(built: Settings, monkeypatch):
    write(built, a__txt=NOTE)
    build(built)
    write(built, a__txt=BROKEN)
    assert [entry.path for entry in build(built).stale] == ["a.txt"]
    before = held(built)
    read = manifest.digest_file

    def exhausted(path: Path) -> str:
        if path.name == "records.sqlite":
            raise OSError(errno.EMFILE, "Too many open files", str(path))
        return read(path)

    monkeypatch.setattr(manifest, "digest_file", exhausted)
    with pytest.raises(IndexUnreadableError, match=r"sqlite cannot be read now .Too many.*--force"):
        build(built)
    monkeypatch.undo()
    assert not build(built).built
    assert held(built) == before


@pytest.mark.parametrize("name", ["current", "manifest.json"])
def test_what_names_the_index_may_be_unreadable_for_a_moment(built: Settings, monkeypatch, name):
    read_bytes, read_text = Path.read_bytes, Path.read_text

    def exhausted(read):
        def reading(path: Path, *args, **kwargs):
            if path.name == name:
                raise OSError(errno.EIO, "Input/output error", str(path))
            return read(path, *args, **kwargs)

        return reading

    monkeypatch.setattr(Path, "read_bytes", exhausted(read_bytes))
    monkeypatch.setattr(Path, "read_text", exhausted(read_text))
    with pytest.raises(IndexUnreadableError, match="cannot be read now"):
        build(built)
    with pytest.raises(IndexUnreadableError, match="cannot be read now"):
        PassageIndex.open(built.index)
    monkeypatch.undo()
    assert not build(built).built


def test_an_index_that_cannot_be_read_is_done_without_by_force(built: Settings, monkeypatch):
    write(built, a__txt=NOTE)
    read = manifest.digest_file
    old = built.index / "generations" / generations(built)[0]

    def broken(path: Path) -> str:
        if old in path.parents:
            raise OSError(errno.EIO, "Input/output error", str(path))
        return read(path)

    monkeypatch.setattr(manifest, "digest_file", broken)
    outcome = build(built, force=True)
    assert outcome.difference.why[0] == "what is there cannot be read: every file is read"
    assert {*documents(built)} == {"a.txt", REPORT}


@pytest.mark.parametrize("name", ["current", "the current manifest", "the manifest before"])
def test_a_name_or_manifest_that_cannot_be_read_is_done_without_by_force(
    built: Settings, monkeypatch, name
):
    write(built, a__txt=NOTE)
    build(built)
    current = PassageIndex.open(built.index).manifest
    broken = {
        "current": built.index / "current",
        "the current manifest": built.index / "generations" / current.generation / "manifest.json",
        "the manifest before": built.index / "generations" / current.previous / "manifest.json",
    }[name]
    content = broken.read_bytes()
    read_bytes, read_text = Path.read_bytes, Path.read_text

    def faltering(read):
        def reading(path: Path, *args, **kwargs):
            if path == broken and (not path.exists() or read_bytes(path) == content):
                raise OSError(errno.EIO, "Input/output error", str(path))
            return read(path, *args, **kwargs)

        return reading

    monkeypatch.setattr(Path, "read_bytes", faltering(read_bytes))
    monkeypatch.setattr(Path, "read_text", faltering(read_text))
    write(built, b__txt=f"Again: {NOTE}")
    if name != "the manifest before":
        with pytest.raises(IndexUnreadableError, match="cannot be read now"):
            build(built)
    build(built, force=name != "the manifest before")
    assert {*documents(built)} == {"a.txt", "b.txt", REPORT}


def test_comparing_goes_on_when_the_index_is_swapped_meanwhile(built: Settings, monkeypatch):
    read_through, swaps = ingest._read_through, []

    def swapped(*args):
        if len(swaps) < 2:
            swaps.append(len(swaps))
            write(built, **{f"n{len(swaps)}__txt": f"{len(swaps)} {NOTE}"})
            monkeypatch.setattr(ingest, "_read_through", read_through)
            build(built)
            monkeypatch.setattr(ingest, "_read_through", swapped)
        return read_through(*args)

    monkeypatch.setattr(ingest, "_read_through", swapped)
    assert not differ(built)
    assert swaps == [0, 1]


def test_a_misnamed_copy_does_not_hide_a_good_report(built: Settings):
    write(built, a__pdf=NOTE, b__txt=NOTE)
    outcome = build(built)
    assert (outcome.unread, outcome.read) == ((), 2)
    assert {*documents(built)} == {"b.txt", REPORT}
    assert PassageIndex.open(built.index).manifest.copies == {"a.pdf": "b.txt"}
    assert not differ(built)
    (built.documents / "b.txt").unlink()
    assert stale_after(built) == ["a.pdf"]


@pytest.mark.parametrize("left", ["nothing", "a torn file", "no folder"])
def test_without_any_report_left_the_index_is_said_to_answer_still(built: Settings, left: str):
    (built.documents / REPORT).unlink()
    if left == "a torn file":
        write(built, a__txt=BROKEN)
    if left == "no folder":
        built.documents.rmdir()
    told = rf"; the index still answers from 1 report: .* remove the folder {built.index}$"
    with pytest.raises(DocumentsError, match=told):
        build(built)
    assert {*documents(built)} == {REPORT}


# An index that was followed is the index that would be built


NAMES = st.sampled_from(["a.txt", "b.txt", "c.md", "sub/a.txt", "sub/b.html"])
SAID = st.sampled_from(
    [
        "The harbour of Kiel grows.\n",
        "The harbour of Kiel grows.\n\n",
        "# Wind day\n\nMs. Clara Berg of Aarhus said that 42 turbines stand. They turn.\n",
        "<p>Osaka spoke with <b>Kobe</b>.</p><p>The harbour of Kiel grows.</p>",
        "Minutes\n\nDate: 3 March 2021\n\nAL: The quay is long.\n\nBR: It is.\n\nAL: Yes.\n",
    ]
)
BESIDE = st.sampled_from(["title: Harbour day\n", "date: 2021-05-04\n", "title: [a\n"])
CHANGES = st.one_of(
    st.tuples(st.just("write"), NAMES, SAID),
    st.tuples(st.just("write"), st.sampled_from(["a.yaml", "sub/a.txt.yml"]), BESIDE),
    st.tuples(st.just("delete"), NAMES, st.just("")),
    st.tuples(st.just("delete"), st.sampled_from(["a.yaml", "sub/a.txt.yml"]), st.just("")),
    st.tuples(st.just("rename"), NAMES, NAMES),
    st.tuples(st.just("copy"), NAMES, NAMES),
)


def change(folder: Path, what: str, name: str, other: str) -> None:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    if what == "write":
        file.write_text(other)
    elif file.exists() and what == "delete":
        file.unlink()
    elif file.exists() and name != other:
        (folder / other).parent.mkdir(exist_ok=True)
        (shutil.copy if what == "copy" else shutil.move)(file, folder / other)


@hypothesis.settings(max_examples=15, deadline=None, derandomize=True)
@hypothesis.given(st.lists(CHANGES, min_size=1, max_size=7), st.sampled_from([20, 80]))
def test_after_any_changes_the_index_is_that_of_the_folder(tmp_path_factory, changes, words):
    home = tmp_path_factory.mktemp("followed")
    followed = Settings(home=home, passage_words=80)
    (followed.documents / "sub").mkdir(parents=True)
    write(followed, z__txt="Gifu met Osaka at the harbour.\n")
    build(followed)
    for each in changes:
        change(followed.documents, *each)
        build(followed)
    followed = followed.model_copy(update={"passage_words": words})
    build(followed)
    assert not build(followed).built
    fresh = Settings(home=tmp_path_factory.mktemp("fresh"), passage_words=words)
    shutil.copytree(followed.documents, fresh.documents)
    build(fresh)
    assert held(followed) == held(fresh)


# Runs that do not end


@pytest.mark.parametrize("stage", ["reading", "embedding", "writing"])
def test_an_interrupted_build_leaves_the_old_index(built: Settings, stage: str):
    before = current_generation(built.index)
    (built.documents / "new.txt").write_text("This report is new.")
    with pytest.raises(KeyboardInterrupt):
        build(built, Interrupter(stage))
    assert generations(built) == [before]
    assert PassageIndex.open(built.index).manifest.generation == before
    assert build(built).documents == 2


def test_what_a_killed_build_left_is_cleared_by_the_next(built: Settings):
    (built.index / "generations" / "20010101T000000-abcdef.building").mkdir()
    outcome = build(built, force=True)
    assert outcome.generation in generations(built)
    assert not any(name.endswith(".building") for name in generations(built))


def test_what_killed_runs_left_is_cleared_before_the_next_builds(built: Settings):
    now = current_generation(built.index)
    for name in ("20010101T000000-abcdef.building", "20010101T000000-abcdef"):
        (built.index / "generations" / name).mkdir()
    write(built, a__txt=NOTE)
    with pytest.raises(KeyboardInterrupt):
        build(built, Interrupter("reading"))
    assert generations(built) == [now]


def test_when_only_the_clearing_up_fails_the_new_generation_is_said_to_answer(
    built: Settings, monkeypatch
):
    def refuse(_: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(index, "remove_old_generations", refuse)
    write(built, a__txt=NOTE)
    with pytest.raises(IndexUnavailableError, match="Input/output error; generation .* answers$"):
        build(built)
    assert PassageIndex.open(built.index).manifest.documents == 2


def test_a_run_that_is_finished_leaves_nothing_but_two_generations(built: Settings):
    (built.index / "work").mkdir()
    (built.index / "work" / "vectors.log").write_bytes(b"foreign")
    (built.index / "current.new").write_text("cut sh")
    second = build(built, force=True).generation
    third = build(built, force=True).generation
    assert set(generations(built)) == {second, third}
    assert {path.name for path in built.index.iterdir()} == {".lock", "current", "generations"}


def test_a_run_that_finds_nothing_to_do_clears_up_too(built: Settings):
    (built.index / "work").mkdir()
    (built.index / "generations" / "20010101T000000-abcdef.building").mkdir()
    (built.index / "generations" / "20010101T000000-abcdef").mkdir()
    assert not build(built).built
    assert generations(built) == [current_generation(built.index)]
    assert not (built.index / "work").exists()


def test_a_clock_that_was_set_back_changes_nothing(built: Settings, monkeypatch):
    class Past(index.datetime):
        @classmethod
        def now(cls, zone=None):
            return cls(2001, 1, 1, tzinfo=zone)

    first = current_generation(built.index)
    monkeypatch.setattr(index, "datetime", Past)
    write(built, a__txt=NOTE)
    os.utime(built.documents / "a.txt", (0, 0))
    second = build(built).generation
    assert second.startswith("20010101T") and second < first
    assert PassageIndex.open(built.index).manifest.documents == 2
    assert set(generations(built)) == {first, second}
    write(built, a__txt=NOTE.upper())
    os.utime(built.documents / "a.txt", (0, 0))
    assert differ(built).changed == ("a.txt",)
    assert roll_back(built).generation == first


def test_the_generation_before_answers_again_after_a_rollback(built: Settings):
    first, before = current_generation(built.index), held(built)
    write(built, a__txt=NOTE)
    build(built)
    assert roll_back(built).generation == first == current_generation(built.index)
    assert held(built) == before
    with pytest.raises(IndexMissingError, match=f"no generation before {first} to go back to"):
        roll_back(built)
    assert build(built).difference.added == ("a.txt",)
    assert PassageIndex.open(built.index).manifest.previous == first


def test_there_is_nothing_to_go_back_to_after_the_first_run(built: Settings, tmp_path: Path):
    with pytest.raises(IndexMissingError, match="no generation before"):
        roll_back(built)
    with pytest.raises(IndexMissingError, match=r"run: seminar-qa index$"):
        roll_back(Settings(home=tmp_path / "empty"))
    assert not (tmp_path / "empty").exists()


@pytest.mark.parametrize("name", ["manifest.json", "records.sqlite", "dense/vectors.npy"])
def test_a_damaged_generation_is_not_gone_back_to(built: Settings, name: str):
    first = current_generation(built.index)
    second = build(built, force=True).generation
    flip(built.index / "generations" / first / name)
    with pytest.raises(IndexDamagedError, match="run: seminar-qa index$"):
        roll_back(built)
    assert current_generation(built.index) == second


def flip(file: Path, place: int | None = None) -> None:
    """Change one bit of a file."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2 if place is None else place] ^= 1
    file.write_bytes(data)


def test_a_damaged_index_is_built_anew_without_force(built: Settings):
    manifest = built.index / "generations" / current_generation(built.index) / "manifest.json"
    manifest.write_text(manifest.read_text()[:50])
    outcome = build(built)
    assert outcome.built
    assert PassageIndex.open(built.index).manifest.generation == outcome.generation


def test_damaged_records_are_read_anew(built: Settings):
    before = held(built)
    flip(built.index / "generations" / current_generation(built.index) / "records.sqlite")
    reader = ToyReader()
    outcome = build(built, read=reader)
    assert outcome.difference.why == (
        "what is there is no index of this version, or it is damaged: every file is read",
    )
    assert reader.read == [REPORT]
    assert held(built) == before


@pytest.mark.parametrize(
    ("name", "embedded"), [("dense/vectors.npy", True), ("lexical/meta.json", False)]
)
def test_damaged_searchers_are_made_anew_from_the_records(
    built: Settings, name: str, embedded: bool
):
    before = held(built)
    flip(built.index / "generations" / current_generation(built.index) / name)
    reader = ToyReader()
    outcome = build(built, read=reader)
    (why,) = outcome.difference.why
    assert name in why and why.endswith("was altered: it is made anew from the records")
    assert (reader.read, bool(outcome.embedded)) == ([], embedded)
    assert held(built) == before


def test_a_large_index_that_is_damaged_is_noticed_by_a_run_and_made_anew(
    built: Settings, monkeypatch
):
    before = held(built)
    monkeypatch.setattr(manifest, "CHECKED_AT_OPEN", 0)
    monkeypatch.setattr(manifest, "_SMALL", 0)
    for name, made_anew in (("dense/vectors.npy", "from the records"), ("records.sqlite", "every")):
        flip(built.index / "generations" / current_generation(built.index) / name)
        assert any(made_anew in why for why in differ(built).why)
        assert build(built).built
        assert not build(built).built
    assert held(built) == before


def test_a_generation_that_nobody_can_hold_is_made_anew(built: Settings):
    generation = built.index / "generations" / current_generation(built.index)
    (generation / ".reading").unlink()
    reader = ToyReader()
    assert build(built, read=reader).embedded == 0
    assert reader.read == []
    assert PassageIndex.open(built.index).manifest.documents == 1


@pytest.mark.parametrize("name", ["dense/vectors.npy", "records.sqlite", "manifest.json"])
def test_after_damage_the_last_sound_generation_is_gone_back_to(built: Settings, name: str):
    sound, before = current_generation(built.index), held(built)
    write(built, a__txt=NOTE)
    build(built)
    flip(built.index / "generations" / current_generation(built.index) / name)
    build(built)
    assert roll_back(built).generation == sound
    assert held(built) == before


def test_a_second_writer_is_told_who_is_at_work(built: Settings):
    before = generations(built)

    class Second(SilentProgress):
        def begin(self, stage: str, total: int) -> None:
            with pytest.raises(IndexBusyError) as told:
                build(built, force=True)
            self.told = str(told.value)

    second = Second()
    assert build(built, second, force=True).built
    assert f"another run (process {os.getpid()}, since 20" in second.told
    assert second.told.endswith("wait for it to end")
    with FileLock(built.index / ".lock"), pytest.raises(IndexBusyError, match="another run is wr"):
        roll_back(built)
    assert set(before) < set(generations(built))


# Resume


def toy_run(settings: Settings, log: Path, *, pause: float = 0.0, wait: bool = True):
    """Run the index in a process of its own."""
    here = Path(__file__).parent
    command = [sys.executable, here / "toy_run.py", settings.home, log, str(pause)]
    source = here.parent / "src"
    environment = {
        **os.environ,
        "PYTHONPATH": f"{source}{os.pathsep}{here}",
        "SEMINAR_QA_PASSAGE_WORDS": str(settings.passage_words),
    }
    run = subprocess.Popen(command, env=environment)
    if wait:
        assert run.wait(timeout=120) == 0
    return run


def lines_of(log: Path, what: str) -> list[str]:
    text = log.read_text() if log.exists() else ""
    return [line for line in text.splitlines() if line.startswith(what)]


def test_a_killed_run_is_gone_on_with_and_one_batch_at_most_is_embedded_twice(
    settings: Settings, tmp_path: Path
):
    for number in range(6):
        said = " ".join(f"The mayor of town {number} opened quay {n} of it." for n in range(130))
        write(settings, **{f"n{number}__txt": said})
    settings = settings.model_copy(update={"passage_words": 20})
    log = tmp_path / "log"
    kills = (("read", 3), ("read", 6), ("embedded", 1), ("embedded", AT_ONCE + 1))
    for what, enough in kills:
        run = toy_run(settings, log, pause=0.3, wait=False)
        deadline = time.monotonic() + 120
        while len(lines_of(log, what)) < enough and time.monotonic() < deadline:
            assert run.poll() is None
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert not (settings.index / "current").exists()
    toy_run(settings, log)
    read, embedded = lines_of(log, "read"), lines_of(log, "embedded")
    passages = PassageIndex.open(settings.index).manifest.passages
    assert passages > 2 * AT_ONCE
    assert len(set(read)) == 7
    assert len(set(embedded)) == passages
    assert len(read) <= 7 + 2  # the two runs that were killed while reading
    assert len(embedded) <= passages + 2 * AT_ONCE  # and the two while embedding
    after = held(settings)
    assert held_after(settings, force=True) == after
    assert not (settings.index / "work").exists()


@pytest.mark.parametrize("place", [3, 30, -5])
def test_a_journal_that_was_altered_is_not_believed(settings: Settings, place: int):
    with pytest.raises(KeyboardInterrupt):
        build(settings, Interrupter("writing"))
    for log in (settings.index / "work").iterdir():
        flip(log, place)
    models, reader = ToyModels(), ToyReader()
    outcome = build(settings, models=models, read=reader)
    assert (reader.read, len(models.embedded)) == ([REPORT], outcome.passages)


def test_a_journal_is_taken_only_for_what_it_was_written_for(settings: Settings):
    with pytest.raises(KeyboardInterrupt):
        build(settings, Interrupter("writing"))
    other, reader = ToyModels("other"), ToyReader()
    outcome = build(settings, models=other, read=reader)
    assert (reader.read, len(other.embedded)) == ([], outcome.passages)


def test_a_forced_run_goes_on_only_where_another_forced_run_was(settings: Settings):
    with pytest.raises(KeyboardInterrupt):
        build(settings, Interrupter("writing"))
    reader = ToyReader()
    with pytest.raises(KeyboardInterrupt):
        build(settings, Interrupter("writing"), force=True, read=reader)
    assert reader.read == [REPORT]
    reader = ToyReader()
    outcome = build(settings, read=reader, force=True)
    assert (reader.read, outcome.embedded) == ([], 0)


def test_what_a_forced_run_left_when_it_was_done_is_not_taken_by_the_next(
    built: Settings, monkeypatch
):
    monkeypatch.setattr(ingest._Run, "_clean", lambda _: None)  # as if it was killed there
    build(built, force=True)
    monkeypatch.undo()
    reader = ToyReader()
    outcome = build(built, read=reader, force=True)
    assert (reader.read, outcome.embedded) == ([REPORT], outcome.passages)


def test_a_failure_is_not_tried_again_by_the_run_that_goes_on(settings: Settings):
    write(settings, a__txt=BROKEN)
    with pytest.raises(KeyboardInterrupt):
        build(settings, Interrupter("writing"))
    reader = ToyReader()
    assert [entry.path for entry in build(settings, read=reader).unread] == ["a.txt"]
    assert reader.read == []


# What a disk may do


def test_a_limit_of_file_size_is_told_and_leaves_the_old_index(built: Settings, tmp_path: Path):
    before, now = held(built), generations(built)
    write(built, **{f"n{n}__txt": f"{n} {NOTE}" * 50 for n in range(4)})
    limit = 40_000
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(built.home), str(limit)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stderr
    assert run.stdout.startswith(f"the index in {built.index} cannot be written: ")
    assert "what was there is as it was" in run.stdout
    assert "Traceback" not in run.stderr
    assert (held(built), generations(built)) == (before, now)
    assert build(built).documents == 5


LIMITED = """
import resource, sys
from pathlib import Path
from seminar_qa.errors import IndexUnavailableError
from seminar_qa.ingest import build_index
from seminar_qa.settings import Settings
from toys import ToyModels, ToyReader
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    build_index(Settings(home=Path(sys.argv[1])), models=ToyModels(), read=ToyReader())
except IndexUnavailableError as error:
    print(error)
    sys.exit(1)
"""


@pytest.mark.parametrize("name", ["generations", "work", "current.new"])
def test_what_cannot_be_written_is_named_and_leaves_the_old_index(built: Settings, name: str):
    before = held(built)
    write(built, a__txt=NOTE)
    in_the_way = built.index / name
    if name == "generations":
        (built.index / "kept").mkdir()
        in_the_way.rename(built.index / "kept" / name)
    if name == "current.new":
        (in_the_way / "folder").mkdir(parents=True)
    else:
        in_the_way.write_text("a file is in the way")
    with pytest.raises(IndexUnavailableError, match="cannot be written: .*what was there is as it"):
        build(built)
    shutil.rmtree(in_the_way, ignore_errors=True)
    in_the_way.unlink(missing_ok=True)
    if name == "generations":
        (built.index / "kept" / name).rename(in_the_way)
    assert held(built) == before


def test_an_index_that_cannot_be_written_is_named(tmp_path: Path, report: Path):
    (tmp_path / "documents").mkdir()
    shutil.copy(report, tmp_path / "documents")
    (tmp_path / "index").write_text("a file is in the way")
    with pytest.raises(IndexUnavailableError, match="cannot be written"):
        build(Settings(home=tmp_path))


def test_an_encoder_that_is_not_there_leaves_the_old_index(built: Settings):
    before = generations(built)
    with pytest.raises(ModelError, match="no encoder “nobody/nothing”"):
        build_index(built.model_copy(update={"encoder": "nobody/nothing"}), read=ToyReader())
    assert generations(built) == before


def test_every_passage_in_the_index_is_a_slice_of_its_document(built: Settings):
    record = PassageIndex.open(built.index).records.record(0)
    for passage in record.passages:
        assert passage.start == record.sentences[passage.first].start
        assert passage.end == record.sentences[passage.last].end
        assert record.document.text[passage.start : passage.end].strip()


@pytest.mark.parametrize("how", ["altered", "cut short", "gone"])
def test_a_run_cures_a_damaged_model(fresh_home, home, how: str):
    models = fresh_home / "index" / "models"
    shutil.rmtree(models)
    shutil.copytree(home / "index" / "models", models)
    settings = Settings(home=fresh_home)
    build_index(settings, read=ToyReader())
    for graph in models.glob("*/model.onnx"):
        data = bytearray(graph.read_bytes())
        data[len(data) // 2] ^= 4
        graph.write_bytes(data if how == "altered" else data[:1000])
        if how == "gone":
            shutil.rmtree(graph.parent)
            break
    with pytest.raises(ModelError, match="run: seminar-qa index$"):
        Engine.open(settings)
    (models / "encoder-x.building-1").mkdir()
    assert not build_index(settings, read=ToyReader()).built
    assert Engine.open(settings).ask("Who prepared the report?").answer.confidence > 0
    assert not list(models.glob("*.building-*"))


def test_a_file_whose_name_is_not_utf_8_is_read_under_a_readable_name(settings: Settings):
    name = os.fsencode(settings.documents) + b"/bad\xff.txt"
    with open(name, "wb") as file:  # noqa: PTH123
        file.write(b"A sentence of its own.\n")
    build(settings)
    assert list(documents(settings)) == ["bad\\xff.txt", REPORT]


def test_a_file_that_cannot_be_opened_is_told_at_every_run_and_read_when_it_can(
    built: Settings, monkeypatch
):
    shut = built.documents / "shut.md"
    shut.write_text("A sentence of its own.\n")
    opened = Path.open

    def refuse(self, *arguments, **options):
        if self == shut:
            raise PermissionError(13, "Permission denied")
        return opened(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    told = [build(built) for _ in range(2)]
    assert [outcome.built for outcome in told] == [True, False]
    assert [outcome.unread[0].reason for outcome in told] == ["shut.md: Permission denied"] * 2
    monkeypatch.undo()
    assert build(built).difference.changed == ("shut.md",)


def test_a_run_killed_at_any_time_leaves_an_index_that_opens(built: Settings, tmp_path: Path):
    before = current_generation(built.index)
    write(built, a__md="Mr. New spoke of a bridge.\n")
    begun = time.monotonic()
    toy_run(built.model_copy(update={"home": fresh_copy(built, tmp_path)}), tmp_path / "log")
    longest = time.monotonic() - begun
    for part in (0.4, 0.7, 0.8, 0.9, 1.0):
        run = toy_run(built, tmp_path / "log", wait=False)
        time.sleep(part * longest)
        run.kill()
        run.wait()
        opened = PassageIndex.open(built.index)
        found = opened.manifest
        assert (found.generation == before) == (found.documents == 1)
        assert opened.lexical.search("Iwate", 1)
        opened.close()
    build(built)
    assert PassageIndex.open(built.index).manifest.documents == 2
    assert {path.name for path in built.index.iterdir()} == {".lock", "current", "generations"}
    assert len(generations(built)) == 2


def fresh_copy(settings: Settings, folder: Path) -> Path:
    return shutil.copytree(settings.home, folder / "copy")


# Side-cars


NOTE = "Somebody wrote that the harbour grows. It will be deeper in May.\n"


def write(settings: Settings, **files: str | bytes) -> None:
    """Write reports and side-cars; "__" in a name stands for its dot."""
    for name, data in files.items():
        file = settings.documents / name.replace("__", ".")
        file.write_bytes(data if isinstance(data, bytes) else data.encode())


def titles(settings: Settings) -> dict[str, str | None]:
    documents = PassageIndex.open(settings.index).records.documents()
    return {document.path: document.title for document in documents if document.path != REPORT}


def test_a_side_car_corrects_the_report_of_its_name(settings: Settings):
    said = "title: Harbour day\ndate: 2021-05-04\nplace: Kiel\norganiser: Port of Kiel\n"
    write(settings, a__txt=NOTE, a__yaml=said + "speakers: [{name: Ann Lee, role: mayor}]\n")
    outcome = build(settings)
    assert (outcome.documents, outcome.unread) == (2, ())
    document = documents(settings)["a.txt"]
    assert (document.path, document.title, document.date) == ("a.txt", "Harbour day", "2021-05-04")
    assert (document.place, document.organiser) == ("Kiel", "Port of Kiel")
    assert document.speakers == (Speaker("Ann Lee", "mayor"),)
    assert document.extraction.warnings == ()


def test_the_side_car_with_the_whole_name_goes_first_and_one_stem_is_shared(settings: Settings):
    write(settings, a__txt=NOTE, a__md=f"{NOTE}More.", a__rst__md=f"{NOTE}Most.")
    write(settings, a__yaml="title: shared", a__md__yml="title: own")
    assert build(settings).unread == ()
    assert titles(settings) == {"a.md": "own", "a.rst.md": None, "a.txt": "shared"}


def test_a_side_car_belongs_to_a_report_in_its_own_folder(settings: Settings):
    (settings.documents / "sub").mkdir()
    write(settings, a__txt=NOTE)
    (settings.documents / "sub" / "a.yaml").write_text("title: elsewhere")
    (unread,) = build(settings).unread
    assert unread.path == "sub/a.yaml"
    assert titles(settings) == {"a.txt": None}


def test_a_side_car_without_its_report_is_told_and_harms_nothing(settings: Settings):
    write(settings, gone__yaml="title: x")
    outcome = build(settings)
    ((path, reason),) = [(unread.path, unread.reason) for unread in outcome.unread]
    assert (path, outcome.documents) == ("gone.yaml", 1)
    assert reason == "gone.yaml: there is no report of that name for this side-car"
    assert not build(settings).built


def test_only_side_cars_are_no_reports(settings: Settings):
    (settings.documents / REPORT).unlink()
    write(settings, gone__yaml="title: x")
    with pytest.raises(DocumentsError, match=r"none of the 1 files could be read: gone\.yaml"):
        build(settings)


def test_a_side_car_that_comes_changes_or_goes_makes_the_index_stale(built: Settings):
    write(built, a__txt=NOTE)
    build(built)
    assert titles(built) == {"a.txt": None}
    write(built, a__yaml="title: Harbour day")
    assert differ(built).added == ("a.yaml",)
    assert build(built).built
    assert titles(built) == {"a.txt": "Harbour day"}
    write(built, a__yaml="title: Harbour night")
    assert differ(built).changed == ("a.yaml",)
    assert build(built).built
    assert titles(built) == {"a.txt": "Harbour night"}
    (built.documents / "a.yaml").unlink()
    assert differ(built).deleted == ("a.yaml",)
    assert build(built).built
    assert titles(built) == {"a.txt": None}


@pytest.mark.parametrize("said", ["title: [a", "date: yesterday"])
def test_a_malformed_side_car_is_a_warning_and_the_report_is_read(settings: Settings, said: str):
    write(settings, a__txt=NOTE, a__yaml=said)
    outcome = build(settings)
    assert (outcome.documents, outcome.unread) == (2, ())
    (warning,) = documents(settings)["a.txt"].extraction.warnings
    assert warning.startswith("a.yaml is left aside: it")


def test_a_password_in_a_side_car_opens_a_report(settings: Settings):
    write(settings, a__pdf=drawn(page("Osaka opened the harbour."), encrypt="s3 cret"))
    shut = build(settings)
    assert [unread.path for unread in shut.unread] == ["a.pdf"]
    assert "password" in shut.unread[0].reason
    write(settings, a__pdf__yaml="password: wrong")
    assert [unread.path for unread in build(settings).unread] == ["a.pdf"]
    write(settings, a__pdf__yaml="password: s3 cret")
    assert build(settings).unread == ()
    records = PassageIndex.open(settings.index).records
    number = records.number_of(documents(settings)["a.pdf"].id)
    assert records.record(number).document.text == "Osaka opened the harbour."
    kept = b"".join(path.read_bytes() for path in built_files(settings))
    assert b"s3 cret" not in kept


def built_files(settings: Settings) -> list[Path]:
    folder = settings.index / "generations" / current_generation(settings.index)
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_password_beside_a_copy_opens_the_report(settings: Settings):
    data = drawn(page("Osaka opened the harbour."), encrypt="secret")
    write(settings, a__pdf=data, b__pdf=data, b__yaml="password: secret")
    build(settings)
    assert len(titles(settings)) == 1


# What is read and what is not


def test_copies_of_a_file_that_cannot_be_read_are_told_each(settings: Settings):
    write(settings, a__txt=b"a\x00b", b__txt=b"a\x00b")
    outcome = build(settings)
    reasons = {unread.path: unread.reason for unread in outcome.unread}
    assert "NUL bytes" in reasons["a.txt"]
    assert reasons["b.txt"] == "b.txt: the same bytes as a.txt, which could not be read"
    assert PassageIndex.open(settings.index).manifest.copies == {}


def test_hostile_files_among_good_ones_do_not_stop_the_run(settings: Settings):
    pdf = drawn(page("Osaka opened the harbour."))
    write(settings, a__pdf=pdf[: len(pdf) // 3], b__docx=b"PK\x03\x04" + b"\xff" * 500, c__pdf=pdf)
    write(settings, d__html="<p>Gifu <b>spoke.</b>" + "<div>" * 20_000, e__rtf=b"{" * 100_000)
    outcome = build(settings, read=read_all)
    refused = {unread.path: unread.reason for unread in outcome.unread}
    assert {"b.docx", "e.rtf"} <= set(refused) <= {"a.pdf", "b.docx", "d.html", "e.rtf"}
    assert all(reason.startswith(f"{path}: ") for path, reason in refused.items())
    assert {"c.pdf"} <= set(titles(settings))
    assert outcome.documents + len(refused) == 6


def test_a_file_that_takes_too_long_is_told_and_the_others_are_read(settings: Settings):
    write(settings, a__txt="Osaka spoke with Mr. Amano of Kobe. " * 100_000, b__txt=NOTE)
    impatient = settings.model_copy(update={"read_seconds": 1.5, "read_processes": 2})
    outcome = build(impatient, read=read_all)
    (unread,) = outcome.unread
    assert unread.reason.startswith("a.txt: reading it took longer than 1.5 seconds")
    assert outcome.documents == 2


def scribble(canvas: Canvas) -> None:
    """Draw a picture over the page, so that it is no blank one."""
    picture = Image.new("RGB", (300, 400), "white")
    for place in range(0, 300, 3):
        picture.putpixel((place, place), (0, 0, 0))
    canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)


def test_pages_that_were_not_read_are_counted_in_the_manifest(settings: Settings):
    write(settings, a__pdf=drawn(page("Osaka opened the harbour."), scribble, scribble))
    outcome = build(settings.model_copy(update={"ocr_seconds": 0}), read=read_all)
    assert outcome.unread == ()
    seen = documents(settings)["a.pdf"].extraction
    assert (seen.pages, seen.unread_pages) == (3, (2, 3))
    assert PassageIndex.open(settings.index).manifest.unread_pages == 2


def test_another_setting_of_ocr_reads_only_files_with_pictures_of_text(
    settings: Settings, monkeypatch
):
    monkeypatch.setattr(ingest, "ocr_languages", lambda: ("eng",))
    without = settings.model_copy(update={"ocr_seconds": 0})
    write(settings, a__pdf=drawn(page("Osaka opened the harbour."), scribble), b__txt=BROKEN)
    build(without, read=read_all)
    (why,) = differ(settings).why[:1]
    assert why.startswith("pictures of text are now read in eng: files with such pages")
    reader = ToyReader()
    build(settings, read=reader)
    assert reader.read == ["a.pdf", "b.txt"]
    (why,) = differ(without).why
    assert why.startswith("pictures of text are now read in no language any more")


def test_one_file_is_read_with_its_side_car_wherever_it_lies(tmp_path: Path):
    (tmp_path / "a.txt").write_text(NOTE)
    (tmp_path / "a.yaml").write_text("title: Harbour day")
    (tmp_path / "b.txt").write_bytes(b"\x00")
    reading = read_file(Settings(home=tmp_path / "none"), tmp_path / "a.txt")
    assert reading.document.title == "Harbour day"
    assert reading.document.path == "a.txt"
    assert [s.start for s in reading.sentences] == [0, 39]


def test_one_file_that_is_missing_is_a_folder_or_a_side_car_is_refused(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("title: Harbour day")
    settings = Settings(home=tmp_path)
    with pytest.raises(UnreadableFileError, match=r"there is no file .*gone\.txt"):
        read_file(settings, tmp_path / "gone.txt")
    with pytest.raises(UnreadableFileError, match="there is no file"):
        read_file(settings, tmp_path)
    with pytest.raises(UnreadableFileError, match=r"a\.yaml is a side-car; give the report"):
        read_file(settings, tmp_path / "a.yaml")


def test_one_file_that_cannot_be_read_is_told_as_a_run_tells_it(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes(b"a\x00b")
    with pytest.raises(UnreadableFileError, match=r"a\.txt: .*NUL bytes"):
        read_file(Settings(home=tmp_path), tmp_path / "a.txt")
