"""From a folder of reports to a generation: what is read, what is left, what is rebuilt."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from seminar_qa.documents import Block, Document, Kind
from seminar_qa.engine import Engine
from seminar_qa.errors import DocumentsError, IndexUnavailableError, ModelError
from seminar_qa.index import PassageIndex, current_generation
from seminar_qa.ingest import (
    Difference,
    SilentProgress,
    Source,
    build_index,
    compare,
    passage_text,
    scan_documents,
)
from seminar_qa.passages import Passage
from seminar_qa.settings import Settings

REPORT = "seminar-report-2018-11-20.txt"


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
def settings(fresh_home: Path) -> Settings:
    return Settings(home=fresh_home)


@pytest.fixture
def built(settings: Settings) -> Settings:
    """Settings of a home with an index."""
    build_index(settings)
    return settings


def generations(settings: Settings) -> list[str]:
    return sorted(path.name for path in (settings.index / "generations").iterdir())


def test_files_are_found_in_subfolders_in_order_of_path(tmp_path: Path):
    for name in ("b.txt", "a/z.md", "a/b/c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    paths = ["a/b/c.txt", "a/z.md", "b.txt"]
    assert scan_documents(tmp_path) == [Source(path, tmp_path / path) for path in paths]


def test_hidden_files_and_folders_are_left_alone(tmp_path: Path):
    for name in ("seen.txt", ".hidden.txt", ".git/config.txt", "sub/.x/y.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    assert [source.path for source in scan_documents(tmp_path)] == ["seen.txt"]


def test_links_out_of_the_folder_are_left_alone_and_links_within_are_followed(tmp_path: Path):
    outside, folder = tmp_path / "outside", tmp_path / "documents"
    outside.mkdir()
    folder.mkdir()
    (outside / "secret.txt").write_text("secret")
    (folder / "own.txt").write_text("own")
    (folder / "file.txt").symlink_to(outside / "secret.txt")
    (folder / "folder").symlink_to(outside, target_is_directory=True)
    (folder / "broken.txt").symlink_to(folder / "gone.txt")
    (folder / "within.txt").symlink_to(folder / "own.txt")
    assert [source.path for source in scan_documents(folder)] == ["own.txt", "within.txt"]


def test_a_folder_of_reports_that_is_itself_a_link_is_read(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "own.txt").write_text("own")
    (tmp_path / "documents").symlink_to(tmp_path / "real", target_is_directory=True)
    assert [source.path for source in scan_documents(tmp_path / "documents")] == ["own.txt"]


def test_a_missing_folder_is_an_error_with_the_cure(tmp_path: Path):
    with pytest.raises(DocumentsError, match=r"there is no folder .*documents; make it"):
        build_index(Settings(home=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_reports_is_an_error_with_the_cure(tmp_path: Path):
    (tmp_path / "documents" / "empty").mkdir(parents=True)
    (tmp_path / "documents" / ".hidden.txt").write_text("text")
    with pytest.raises(DocumentsError, match="holds no reports; put"):
        build_index(Settings(home=tmp_path))


def test_the_first_run_builds_an_index_of_the_report(settings: Settings):
    outcome = build_index(settings)
    assert outcome.built
    assert (outcome.documents, outcome.unread) == (1, ())
    assert outcome.difference.added == (REPORT,)
    assert outcome.difference.why == ("there is no index of this version",)
    index = PassageIndex.open(settings.index)
    assert index.manifest.generation == outcome.generation == current_generation(settings.index)
    assert len(index.dense) == len(index.lexical) == outcome.passages == index.manifest.passages
    assert index.manifest.passages > 20


def test_the_manifest_names_each_file_by_its_hash(built: Settings, report: Path):
    manifest = PassageIndex.open(built.index).manifest
    assert manifest.sources == {REPORT: hashlib.sha256(report.read_bytes()).hexdigest()}


def test_a_run_tells_how_it_goes_on(settings: Settings):
    teller = Teller()
    outcome = build_index(settings, teller)
    assert teller.stages == [
        ("comparing", 0),
        ("reading", 1),
        ("embedding", outcome.passages),
        ("writing", 0),
    ]
    assert teller.steps == {"reading": 1, "embedding": outcome.passages}


def test_an_unchanged_folder_builds_nothing(built: Settings):
    before = generations(built)
    outcome = build_index(built)
    assert not outcome.built
    assert not outcome.difference
    assert outcome.difference.unchanged == (REPORT,)
    assert generations(built) == before == [outcome.generation]


def test_force_builds_the_same_index_anew(built: Settings):
    before = PassageIndex.open(built.index)
    outcome = build_index(built, force=True)
    after = PassageIndex.open(built.index)
    assert outcome.built
    assert after.manifest.generation != before.manifest.generation
    assert after.records.record(0) == before.records.record(0)
    vector = np.eye(1, 384, dtype=np.float32)[0]
    assert after.dense.search(vector, 50) == before.dense.search(vector, 50)
    assert after.lexical.search("Iwate", 50) == before.lexical.search("Iwate", 50)


def test_added_changed_and_deleted_reports_are_told_apart(built: Settings):
    folder = built.documents
    for name in ("kept.txt", "edited.txt", "removed.txt"):
        (folder / name).write_text(f"This is the {name} report on regional cooperation.")
    build_index(built)
    (folder / "edited.txt").write_text("This report was written again.")
    (folder / "removed.txt").unlink()
    (folder / "new.txt").write_text("This report is new.")
    expected = Difference(("new.txt",), ("edited.txt",), ("removed.txt",), ("kept.txt", REPORT))
    assert compare(built) == expected
    outcome = build_index(built)
    assert outcome.difference == expected
    listed = [document.path for document in PassageIndex.open(built.index).records.documents()]
    assert listed == ["edited.txt", "kept.txt", "new.txt", REPORT]


def test_a_renamed_report_keeps_its_id(built: Settings):
    (before,) = PassageIndex.open(built.index).records.documents()
    (built.documents / "2018").mkdir()
    (built.documents / REPORT).rename(built.documents / "2018" / "seminar.txt")
    outcome = build_index(built)
    (after,) = PassageIndex.open(built.index).records.documents()
    assert (outcome.difference.added, outcome.difference.deleted) == (
        ("2018/seminar.txt",),
        (REPORT,),
    )
    assert (after.id, after.path) == (before.id, "2018/seminar.txt")


def test_comparing_changes_nothing(built: Settings):
    (built.documents / "new.txt").write_text("This report is new.")
    before = generations(built)
    assert compare(built).added == ("new.txt",)
    assert generations(built) == before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"passage_words": 40}, "passages now have 40 words, not 80"),
        ({"passage_prompt": "passage: "}, "the encoder is now all-MiniLM-L6-v2"),
    ],
)
def test_another_recipe_is_a_reason_to_build_anew(
    built: Settings, change: dict[str, object], why: str
):
    assert compare(built.model_copy(update=change)).why == (why,)


def test_shorter_passages_give_more_of_them(built: Settings):
    before = PassageIndex.open(built.index).manifest.passages
    outcome = build_index(built.model_copy(update={"passage_words": 40}))
    assert outcome.built
    assert outcome.passages > before


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
    outcome = build_index(settings)
    assert outcome.documents == 1
    ((path, why),) = [(unread.path, unread.reason) for unread in outcome.unread]
    assert path == name
    assert reason in why
    assert PassageIndex.open(settings.index).manifest.unread == outcome.unread


def test_an_unreadable_file_that_did_not_change_is_no_reason_to_build(settings: Settings):
    (settings.documents / "binary.txt").write_bytes(b"a\x00b")
    first = build_index(settings)
    second = build_index(settings)
    assert not second.built
    assert second.unread == first.unread


def test_a_copy_of_a_report_is_indexed_once_and_named(settings: Settings):
    shutil.copy(settings.documents / REPORT, settings.documents / "z-copy.txt")
    outcome = build_index(settings)
    assert outcome.documents == 1
    assert outcome.unread == ()
    assert PassageIndex.open(settings.index).manifest.copies == {"z-copy.txt": REPORT}


def test_a_copy_takes_the_place_of_the_report_that_was_deleted(settings: Settings):
    (settings.documents / REPORT).rename(settings.documents / "a.txt")
    shutil.copy(settings.documents / "a.txt", settings.documents / "b.txt")
    build_index(settings)
    (settings.documents / "a.txt").unlink()
    assert build_index(settings).difference.deleted == ("a.txt",)
    manifest = PassageIndex.open(settings.index).manifest
    assert (set(manifest.sources), manifest.copies) == ({"b.txt"}, {})


def test_a_build_that_can_read_nothing_leaves_the_old_index(built: Settings):
    before = current_generation(built.index)
    (built.documents / REPORT).write_bytes(b"\x00")
    with pytest.raises(DocumentsError, match=r"none of the 1 files could be read: .*NUL bytes"):
        build_index(built)
    assert current_generation(built.index) == before
    assert generations(built) == [before]


@pytest.mark.parametrize("stage", ["reading", "embedding", "writing"])
def test_an_interrupted_build_leaves_the_old_index(built: Settings, stage: str):
    before = current_generation(built.index)
    (built.documents / "new.txt").write_text("This report is new.")
    with pytest.raises(KeyboardInterrupt):
        build_index(built, Interrupter(stage))
    assert generations(built) == [before]
    assert PassageIndex.open(built.index).manifest.generation == before
    assert build_index(built).documents == 2


def test_what_a_killed_build_left_is_cleared_by_the_next(built: Settings):
    (built.index / "generations" / "20010101T000000-abcdef.building").mkdir()
    outcome = build_index(built, force=True)
    assert outcome.generation in generations(built)
    assert not any(name.endswith(".building") for name in generations(built))


def test_two_generations_are_kept(built: Settings):
    first = current_generation(built.index)
    build_index(built, force=True)
    second = current_generation(built.index)
    third = build_index(built, force=True).generation
    assert set(generations(built)) == {second, third}
    assert first not in (second, third)


def test_a_damaged_index_is_built_anew_without_force(built: Settings):
    manifest = built.index / "generations" / current_generation(built.index) / "manifest.json"
    manifest.write_text(manifest.read_text()[:50])
    outcome = build_index(built)
    assert outcome.built
    assert PassageIndex.open(built.index).manifest.generation == outcome.generation


def test_a_second_writer_is_refused_while_the_first_is_at_work(built: Settings):
    before = generations(built)
    with (
        FileLock(built.index / ".lock"),
        pytest.raises(IndexUnavailableError, match="another run is writing"),
    ):
        build_index(built, force=True)
    assert generations(built) == before
    assert build_index(built, force=True).built


def test_an_index_that_cannot_be_written_is_named(tmp_path: Path, report: Path):
    (tmp_path / "documents").mkdir()
    shutil.copy(report, tmp_path / "documents")
    (tmp_path / "index").write_text("a file is in the way")
    with pytest.raises(IndexUnavailableError, match="cannot be written"):
        build_index(Settings(home=tmp_path))


def test_an_encoder_that_is_not_there_leaves_the_old_index(built: Settings):
    before = generations(built)
    with pytest.raises(ModelError, match="no encoder “nobody/nothing”"):
        build_index(built.model_copy(update={"encoder": "nobody/nothing"}))
    assert generations(built) == before


def test_a_passage_is_embedded_with_its_title_and_headings_in_front():
    text = "Elements\n\nKey persons."
    blocks = (Block(Kind.HEADING, 0, 8, (), 1), Block(Kind.PARAGRAPH, 10, 22, ("Elements",)))
    document = Document("d", "d.md", "ff", "text/markdown", text, blocks, title="Seminar")
    passage = Passage(10, 22, 1, 1, ("Elements",))
    assert passage_text(document, passage) == "Seminar\nElements\nKey persons."


def test_every_passage_in_the_index_is_a_slice_of_its_document(home: Path):
    index = PassageIndex.open(home / "index")
    record = index.records.record(0)
    for passage in record.passages:
        assert passage.start == record.sentences[passage.first].start
        assert passage.end == record.sentences[passage.last].end
        assert record.document.text[passage.start : passage.end].strip()


def test_force_cures_a_damaged_model(fresh_home, home):
    models = fresh_home / "index" / "models"
    shutil.rmtree(models)
    shutil.copytree(home / "index" / "models", models)
    settings = Settings(home=fresh_home)
    build_index(settings)
    for graph in models.glob("*/model.onnx"):
        graph.write_bytes(graph.read_bytes()[:1000])
    with pytest.raises(ModelError, match="seminar-qa index --force"):
        Engine.open(settings)
    (models / "encoder-x.building-1").mkdir()
    build_index(settings, force=True)
    assert Engine.open(settings).ask("Who prepared the report?").answer.confidence > 0
    assert not list(models.glob("*.building-*"))


def test_a_file_whose_name_is_not_utf_8_is_read_under_a_readable_name(fresh_home):
    name = os.fsencode(fresh_home / "documents") + b"/bad\xff.txt"
    with open(name, "wb") as file:  # noqa: PTH123
        file.write(b"A sentence of its own.\n")
    build_index(Settings(home=fresh_home))
    paths = [document.path for document in Engine.open(Settings(home=fresh_home)).documents()]
    assert paths == ["bad\\xff.txt", "seminar-report-2018-11-20.txt"]


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
    told = [build_index(built) for _ in range(2)]
    assert [outcome.built for outcome in told] == [True, False]
    assert [outcome.unread[0].reason for outcome in told] == ["shut.md: Permission denied"] * 2
    monkeypatch.undo()
    assert build_index(built).difference.changed == ("shut.md",)


def test_a_run_killed_at_any_time_leaves_an_index_that_answers(fresh_home):
    settings = Settings(home=fresh_home)
    before = build_index(settings).generation
    (fresh_home / "documents" / "new.md").write_text("Mr. New spoke of a bridge.\n")
    command = [sys.executable, "-m", "seminar_qa.cli", "index", "--force"]
    environment = {**os.environ, "SEMINAR_QA_HOME": str(fresh_home)}
    for delay in (0.3, 0.8, 1.1, 1.4, 1.7):
        run = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        time.sleep(delay)
        run.kill()
        run.wait()
        engine = Engine.open(settings)
        assert engine.ask("Who prepared the report?").rows
        assert (engine.manifest.generation == before) == (engine.manifest.documents == 1)
    build_index(settings)
    assert Engine.open(settings).manifest.documents == 2
    assert not list((fresh_home / "index" / "generations").glob("*.building"))
