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
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pdfs import drawn, page
from seminar_qa.documents import Block, Document, Kind, Speaker
from seminar_qa.engine import Engine
from seminar_qa.errors import (
    DocumentsError,
    IndexUnavailableError,
    ModelError,
    UnreadableFileError,
)
from seminar_qa.index import PassageIndex, current_generation
from seminar_qa.ingest import (
    Difference,
    SilentProgress,
    Source,
    build_index,
    compare,
    passage_text,
    read_file,
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


def test_a_passage_is_embedded_with_the_one_who_speaks_in_front():
    blocks = (Block(Kind.PARAGRAPH, 0, 9),)
    speakers = (Speaker("Ann Lee"), Speaker("Ben Roth", "mayor", "Kiel"))
    document = Document("d", "d.md", "ff", "text/markdown", "We agree.", blocks, speakers=speakers)
    passage = Passage(0, 9, 0, 0, ("Trade",), 1)
    assert passage_text(document, passage) == "Trade\nBen Roth, mayor, Kiel\nWe agree."


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
    outcome = build_index(settings)
    assert (outcome.documents, outcome.unread) == (2, ())
    document = Engine.open(settings).documents()[0]
    assert (document.path, document.title, document.date) == ("a.txt", "Harbour day", "2021-05-04")
    assert (document.place, document.organiser) == ("Kiel", "Port of Kiel")
    assert document.speakers == (Speaker("Ann Lee", "mayor"),)
    assert document.extraction.warnings == ()


def test_the_side_car_with_the_whole_name_goes_first_and_one_stem_is_shared(settings: Settings):
    write(settings, a__txt=NOTE, a__md=f"{NOTE}More.", a__rst__md=f"{NOTE}Most.")
    write(settings, a__yaml="title: shared", a__md__yml="title: own")
    assert build_index(settings).unread == ()
    assert titles(settings) == {"a.md": "own", "a.rst.md": None, "a.txt": "shared"}


def test_a_side_car_belongs_to_a_report_in_its_own_folder(settings: Settings):
    (settings.documents / "sub").mkdir()
    write(settings, a__txt=NOTE)
    (settings.documents / "sub" / "a.yaml").write_text("title: elsewhere")
    (unread,) = build_index(settings).unread
    assert unread.path == "sub/a.yaml"
    assert titles(settings) == {"a.txt": None}


def test_a_side_car_without_its_report_is_told_and_harms_nothing(settings: Settings):
    write(settings, gone__yaml="title: x")
    outcome = build_index(settings)
    ((path, reason),) = [(unread.path, unread.reason) for unread in outcome.unread]
    assert (path, outcome.documents) == ("gone.yaml", 1)
    assert reason == "gone.yaml: there is no report of that name for this side-car"
    assert not build_index(settings).built


def test_only_side_cars_are_no_reports(settings: Settings):
    (settings.documents / REPORT).unlink()
    write(settings, gone__yaml="title: x")
    with pytest.raises(DocumentsError, match=r"none of the 1 files could be read: gone\.yaml"):
        build_index(settings)


def test_a_side_car_that_comes_changes_or_goes_makes_the_index_stale(built: Settings):
    write(built, a__txt=NOTE)
    build_index(built)
    assert titles(built) == {"a.txt": None}
    write(built, a__yaml="title: Harbour day")
    assert compare(built).added == ("a.yaml",)
    assert build_index(built).built
    assert titles(built) == {"a.txt": "Harbour day"}
    write(built, a__yaml="title: Harbour night")
    assert compare(built).changed == ("a.yaml",)
    assert build_index(built).built
    assert titles(built) == {"a.txt": "Harbour night"}
    (built.documents / "a.yaml").unlink()
    assert compare(built).deleted == ("a.yaml",)
    assert build_index(built).built
    assert titles(built) == {"a.txt": None}


@pytest.mark.parametrize("said", ["title: [a", "date: yesterday"])
def test_a_malformed_side_car_is_a_warning_and_the_report_is_read(settings: Settings, said: str):
    write(settings, a__txt=NOTE, a__yaml=said)
    outcome = build_index(settings)
    assert (outcome.documents, outcome.unread) == (2, ())
    (warning,) = Engine.open(settings).documents()[0].extraction.warnings
    assert warning.startswith("a.yaml is left aside: it")


def test_a_password_in_a_side_car_opens_a_report(settings: Settings):
    write(settings, a__pdf=drawn(page("Osaka opened the harbour."), encrypt="s3 cret"))
    shut = build_index(settings)
    assert [unread.path for unread in shut.unread] == ["a.pdf"]
    assert "password" in shut.unread[0].reason
    write(settings, a__pdf__yaml="password: wrong")
    assert [unread.path for unread in build_index(settings).unread] == ["a.pdf"]
    write(settings, a__pdf__yaml="password: s3 cret")
    assert build_index(settings).unread == ()
    engine = Engine.open(settings)
    assert engine.record(engine.documents()[0].id).document.text == "Osaka opened the harbour."
    kept = b"".join(path.read_bytes() for path in built_files(settings))
    assert b"s3 cret" not in kept


def built_files(settings: Settings) -> list[Path]:
    folder = settings.index / "generations" / current_generation(settings.index)
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_password_beside_a_copy_opens_the_report(settings: Settings):
    data = drawn(page("Osaka opened the harbour."), encrypt="secret")
    write(settings, a__pdf=data, b__pdf=data, b__yaml="password: secret")
    build_index(settings)
    assert len(titles(settings)) == 1


# What is read and what is not


def test_copies_of_a_file_that_cannot_be_read_are_told_each(settings: Settings):
    write(settings, a__txt=b"a\x00b", b__txt=b"a\x00b")
    outcome = build_index(settings)
    reasons = {unread.path: unread.reason for unread in outcome.unread}
    assert "NUL bytes" in reasons["a.txt"]
    assert reasons["b.txt"] == "b.txt: the same bytes as a.txt, which is unread"
    assert PassageIndex.open(settings.index).manifest.copies == {}


def test_hostile_files_among_good_ones_do_not_stop_the_run(settings: Settings):
    pdf = drawn(page("Osaka opened the harbour."))
    write(settings, a__pdf=pdf[: len(pdf) // 3], b__docx=b"PK\x03\x04" + b"\xff" * 500, c__pdf=pdf)
    write(settings, d__html="<p>Gifu <b>spoke.</b>" + "<div>" * 20_000, e__rtf=b"{" * 100_000)
    outcome = build_index(settings)
    refused = {unread.path: unread.reason for unread in outcome.unread}
    assert {"b.docx", "e.rtf"} <= set(refused) <= {"a.pdf", "b.docx", "d.html", "e.rtf"}
    assert all(reason.startswith(f"{path}: ") for path, reason in refused.items())
    assert {"c.pdf"} <= set(titles(settings))
    assert outcome.documents + len(refused) == 6


def test_a_file_that_takes_too_long_is_told_and_the_others_are_read(settings: Settings):
    write(settings, a__txt="Osaka spoke with Mr. Amano of Kobe. " * 100_000, b__txt=NOTE)
    outcome = build_index(settings.model_copy(update={"read_seconds": 1.5, "read_processes": 2}))
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
    outcome = build_index(settings.model_copy(update={"ocr_seconds": 0}))
    assert outcome.unread == ()
    index = PassageIndex.open(settings.index)
    document = next(iter(index.records.documents()))
    assert (document.extraction.pages, document.extraction.unread_pages) == (3, (2, 3))
    assert index.manifest.unread_pages == 2


def test_another_setting_of_ocr_is_a_reason_to_build_anew(built: Settings):
    without = built.model_copy(update={"ocr_seconds": 0})
    languages = PassageIndex.open(built.index).manifest.recipe.ocr
    if languages:
        assert compare(without).why == ("pictures of text are now read in no language any more",)
    build_index(without)
    assert PassageIndex.open(built.index).manifest.recipe.ocr == ()
    told = f"pictures of text are now read in {', '.join(languages)}"
    assert compare(built).why == ((told,) if languages else ())


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
