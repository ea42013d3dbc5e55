"""Generations on disk: named in one step, and refused when they are not what they say."""

import hashlib
import random
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seminar_qa import index
from seminar_qa.documents import Block, Document, Kind
from seminar_qa.embeddings import Embeddings
from seminar_qa.errors import IndexDamagedError, IndexMissingError
from seminar_qa.index import (
    Contents,
    GenerationWriter,
    PassageIndex,
    clear_generations,
    current_generation,
    remove_old_generations,
    roll_back,
    verify_generation,
)
from seminar_qa.manifest import FORMAT, FileEntry, Manifest, ModelEntry, Recipe, Stale, Unread
from seminar_qa.passages import Passage
from seminar_qa.records import RecordWriter
from seminar_qa.sentences import Sentence

RECIPE = Recipe(
    ModelEntry("toy", "00", "encoder-00-1", "query: "),
    ModelEntry("toy", "01", "reader-01-1"),
    80,
    1,
)
TEXT = "Alsace works with Iwate. Osaka works with Spain."
VECTORS = np.eye(2, 4, dtype=np.float32)
ROWS = np.array([0, 1])
PARTS = ["records.sqlite", "dense/vectors.npy", "lexical/meta.json"]


def add(records: RecordWriter, name: str = "d") -> None:
    """Write one document with a passage for each of its two sentences."""
    document = Document(
        f"{name}1", f"{name}.txt", "ff", "text/plain", TEXT, (Block(Kind.PARAGRAPH, 0, len(TEXT)),)
    )
    sentences = (Sentence(0, 24, 0), Sentence(25, 48, 0))
    records.add(document, sentences, (Passage(0, 24, 0, 0), Passage(25, 48, 1, 1)))


def build(
    folder: Path, vectors: np.ndarray = VECTORS, rows: np.ndarray = ROWS, documents: int = 1
) -> Manifest:
    """Build a generation of one document."""
    writer = GenerationWriter(folder)
    add(writer.records)
    return finish(writer, vectors, rows, documents)


def finish(
    writer: GenerationWriter, vectors: np.ndarray, rows: np.ndarray, documents: int = 1
) -> Manifest:
    return writer.finish(
        Contents(
            embeddings=Embeddings(rows, vectors, 0),
            recipe=RECIPE,
            documents=documents,
            sources={"d.txt": "ff", "e.txt": "ff"},
            unread=(Unread("bad.bin", "no reader"),),
            stale=(Stale("old.txt", "torn", "ee"),),
            copies={"e.txt": "d.txt"},
            libraries={"faiss-cpu": "1"},
            limits={"read_seconds": 60.0},
        )
    )


def generation(folder: Path) -> Path:
    return folder / "generations" / current_generation(folder)


def generations(folder: Path) -> set[str]:
    return {path.name for path in (folder / "generations").iterdir()}


def test_a_finished_generation_is_current_and_open_to_search(tmp_path: Path):
    manifest = build(tmp_path)
    opened = PassageIndex.open(tmp_path)
    assert opened.manifest == manifest
    assert opened.manifest.generation == current_generation(tmp_path)
    assert (opened.folder, opened.verified) == (generation(tmp_path), True)
    assert opened.records.record(0).document.text == TEXT
    assert opened.dense.search(VECTORS[1], 1) == [(1, 1.0)]
    assert [row for row, _ in opened.lexical.search("Iwate", 5)] == [0]


def test_a_manifest_tells_what_the_generation_is_made_of(tmp_path: Path):
    build(tmp_path)
    manifest = Manifest.read(generation(tmp_path) / "manifest.json")
    assert (manifest.documents, manifest.passages) == (1, 2)
    assert manifest.recipe == RECIPE
    assert manifest.sources == {"d.txt": "ff", "e.txt": "ff"}
    assert manifest.copies == {"e.txt": "d.txt"}
    assert manifest.unread == (Unread("bad.bin", "no reader"),)
    assert manifest.stale == (Stale("old.txt", "torn", "ee"),)
    assert manifest.libraries == {"faiss-cpu": "1"}
    assert (manifest.previous, manifest.serial) == ("", 1)
    assert {*PARTS} <= set(manifest.files)
    records = (generation(tmp_path) / "records.sqlite").read_bytes()
    assert manifest.files["records.sqlite"] == FileEntry(
        len(records), hashlib.sha256(records).hexdigest()
    )


def test_a_generation_goes_on_from_the_records_of_another_and_names_it(tmp_path: Path):
    first = build(tmp_path)
    base = generation(tmp_path)
    writer = GenerationWriter(tmp_path, base)
    writer.records.remove(0)
    add(writer.records, "n")
    second = finish(writer, VECTORS, np.array([2, 3]))
    assert (second.previous, second.serial) == (first.generation, 2)
    opened = PassageIndex.open(tmp_path)
    assert opened.records.place_of(3) == (1, 1)
    assert opened.dense.search(VECTORS[1], 1) == [(3, 1.0)]
    assert [row for row, _ in opened.lexical.search("Iwate", 5)] == [2]
    assert PassageIndex.open_generation(base).records.place_of(1) == (0, 1)


def test_nothing_is_current_before_a_generation_is_finished(tmp_path: Path):
    writer = GenerationWriter(tmp_path)
    with pytest.raises(IndexMissingError):
        current_generation(tmp_path)
    assert [p.name for p in (tmp_path / "generations").iterdir()] == [f"{writer.name}.building"]


def test_an_abandoned_generation_leaves_nothing(tmp_path: Path):
    GenerationWriter(tmp_path).abandon()
    assert list((tmp_path / "generations").iterdir()) == []


def refuse(*_: object) -> None:
    raise OSError(28, "No space left on device")


def finished(folder: Path) -> GenerationWriter:
    """Finish a generation, and abandon it when that does not go well."""
    writer = GenerationWriter(folder)
    add(writer.records)
    try:
        finish(writer, VECTORS, ROWS)
    except OSError:
        writer.abandon()
    return writer


def test_a_generation_that_cannot_be_named_is_abandoned(tmp_path: Path, monkeypatch):
    first = build(tmp_path)
    monkeypatch.setattr(index, "_make_current", refuse)
    finished(tmp_path)
    assert generations(tmp_path) == {first.generation}


def test_a_generation_that_answers_is_never_abandoned(tmp_path: Path, monkeypatch):
    build(tmp_path)
    named = index._make_current

    def then_refuse(*arguments) -> None:
        named(*arguments)
        refuse()

    monkeypatch.setattr(index, "_make_current", then_refuse)
    writer = finished(tmp_path)
    assert PassageIndex.open(tmp_path).manifest.generation == writer.name


def test_what_killed_runs_left_is_cleared_and_what_was_finished_only_by_who_is_current(
    tmp_path: Path,
):
    first, second = build(tmp_path), build(tmp_path)
    for name in ("a.building", "b.removed", "c"):
        (tmp_path / "generations" / name).mkdir()
    kept = (tmp_path / "current").read_text()
    (tmp_path / "current").write_text("?")
    clear_generations(tmp_path)
    assert generations(tmp_path) == {first.generation, second.generation, "c"}
    (tmp_path / "current").write_text(kept)
    clear_generations(tmp_path)
    assert generations(tmp_path) == {first.generation, second.generation}


def test_parts_that_differ_in_size_are_never_made_current(tmp_path: Path):
    before = build(tmp_path)
    with pytest.raises(IndexDamagedError, match="differ in size"):
        build(tmp_path, documents=2)
    with pytest.raises(IndexDamagedError, match="passage 2 is not there"):
        build(tmp_path, rows=np.array([0, 2]))
    assert current_generation(tmp_path) == before.generation


def test_without_an_index_the_message_names_the_command(tmp_path: Path):
    with pytest.raises(IndexMissingError, match=r"run: seminar-qa index$"):
        PassageIndex.open(tmp_path)


@pytest.mark.parametrize(
    "name", ["", "\n", "../../etc", "..", "a/../b", "20181120T000000-abcdef.building"]
)
def test_a_current_file_that_is_no_name_is_damage(tmp_path: Path, name: str):
    build(tmp_path)
    (tmp_path / "current").write_text(name)
    with pytest.raises(IndexDamagedError, match="names no generation"):
        PassageIndex.open(tmp_path)


def test_a_current_file_out_of_the_index_is_not_followed(tmp_path: Path):
    build(tmp_path / "other")
    build(tmp_path / "index")
    name = current_generation(tmp_path / "other")
    (tmp_path / "index" / "current").write_text(f"../../other/generations/{name}\n")
    with pytest.raises(IndexDamagedError, match="names no generation"):
        PassageIndex.open(tmp_path / "index")


def test_a_current_file_that_names_a_generation_which_is_gone_is_damage(tmp_path: Path):
    build(tmp_path)
    (tmp_path / "current").write_text("20181120T000000-abcdef\n")
    with pytest.raises(IndexDamagedError, match="20181120T000000-abcdef"):
        PassageIndex.open(tmp_path)


def test_a_current_file_that_is_not_text_is_damage(tmp_path: Path):
    build(tmp_path)
    (tmp_path / "current").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(IndexDamagedError, match="cannot be read"):
        PassageIndex.open(tmp_path)


@pytest.mark.parametrize("name", PARTS)
def test_a_file_cut_short_is_damage_that_names_it(tmp_path: Path, name: str):
    build(tmp_path)
    file = generation(tmp_path) / name
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(IndexDamagedError, match=f"{name} is missing or cut short"):
        PassageIndex.open(tmp_path)


@pytest.mark.parametrize("name", PARTS)
def test_a_missing_file_is_damage_that_names_it(tmp_path: Path, name: str):
    build(tmp_path)
    (generation(tmp_path) / name).unlink()
    with pytest.raises(IndexDamagedError, match=f"{name} is missing"):
        PassageIndex.open(tmp_path)


@pytest.mark.parametrize("name", PARTS)
def test_a_file_overwritten_at_the_same_length_is_damage(tmp_path: Path, name: str):
    build(tmp_path)
    file = generation(tmp_path) / name
    file.write_bytes(b"?" * file.stat().st_size)
    with pytest.raises(IndexDamagedError, match="run: seminar-qa index$"):
        PassageIndex.open(tmp_path)


def test_passages_that_were_deleted_from_the_records_are_noticed(tmp_path: Path):
    build(tmp_path)
    connection = sqlite3.connect(generation(tmp_path) / "records.sqlite")
    connection.execute("DELETE FROM passages WHERE row = 1")
    connection.commit()
    connection.close()
    with pytest.raises(IndexDamagedError, match=r"records\.sqlite was altered"):
        PassageIndex.open(tmp_path)


def test_a_manifest_cut_short_is_damage(tmp_path: Path):
    build(tmp_path)
    file = generation(tmp_path) / "manifest.json"
    file.write_text(file.read_text()[:100])
    with pytest.raises(IndexDamagedError, match="is no manifest of this version"):
        PassageIndex.open(tmp_path)


def test_a_manifest_of_another_generation_is_refused(tmp_path: Path):
    build(tmp_path)
    first = generation(tmp_path) / "manifest.json"
    kept = first.read_bytes()
    build(tmp_path)
    (generation(tmp_path) / "manifest.json").write_bytes(kept)
    with pytest.raises(IndexDamagedError, match="it was altered"):
        PassageIndex.open(tmp_path)


@pytest.mark.parametrize("format", [FORMAT - 1, FORMAT + 1])
def test_an_index_of_another_version_is_refused_with_the_cure(tmp_path: Path, format: int):
    manifest = build(tmp_path)
    other = replace(manifest, recipe=replace(RECIPE, format=format))
    other.write(generation(tmp_path) / "manifest.json")
    with pytest.raises(IndexDamagedError, match=rf"\(format {format}, not {FORMAT}\); .*run: sem"):
        PassageIndex.open(tmp_path)


def test_an_index_of_an_earlier_version_that_had_no_holds_is_told_as_such(tmp_path: Path):
    manifest = build(tmp_path)
    (generation(tmp_path) / ".reading").unlink()
    with pytest.raises(IndexDamagedError, match=r"\.reading is missing; run: seminar-qa index$"):
        PassageIndex.open(tmp_path)
    earlier = replace(manifest, recipe=replace(RECIPE, format=2))
    earlier.write(generation(tmp_path) / "manifest.json")
    (tmp_path / "current").write_text(f"{manifest.generation}\n")
    with pytest.raises(IndexDamagedError, match=r"by another version .*run: seminar-qa index$"):
        PassageIndex.open(tmp_path)


def test_a_flipped_bit_anywhere_is_noticed_at_opening(tmp_path: Path):
    build(tmp_path)
    files = [p for p in sorted(generation(tmp_path).rglob("*")) if p.is_file() and p.stat().st_size]
    files.append(tmp_path / "current")
    chance = random.Random(5)
    noticed = 0
    while noticed < 300:
        file = files[noticed % len(files)]
        kept = file.read_bytes()
        data = bytearray(kept)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        if file.name == "current" and data.split() == kept.split():
            continue  # one white space for another
        file.write_bytes(data)
        with pytest.raises((IndexDamagedError, IndexMissingError), match="run: seminar-qa index"):
            PassageIndex.open(tmp_path)
        file.write_bytes(kept)
        noticed += 1
    assert PassageIndex.open(tmp_path).verified


def test_verifying_looks_at_every_byte(tmp_path: Path):
    build(tmp_path)
    verify_generation(generation(tmp_path))
    file = generation(tmp_path) / "dense" / "vectors.npy"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(IndexDamagedError, match=r"vectors\.npy was altered"):
        verify_generation(generation(tmp_path))


def test_the_current_generation_the_one_before_and_those_that_are_read_are_kept(tmp_path: Path):
    first = build(tmp_path)
    read = PassageIndex.open(tmp_path)
    made = [build(tmp_path).generation for _ in range(3)]
    (tmp_path / "generations" / "20010101T000000-abcdef.building").mkdir()
    (tmp_path / "generations" / "20010101T000000-abcdef.removed").mkdir()
    remove_old_generations(tmp_path)
    assert generations(tmp_path) == {first.generation, *made[1:]}
    assert read.records.record(0).document.text == TEXT
    read.close()
    remove_old_generations(tmp_path)
    assert generations(tmp_path) == {*made[1:]}


def test_a_generation_that_is_checked_is_not_held_for_ever(tmp_path: Path):
    with pytest.raises(IndexDamagedError):
        build(tmp_path, documents=2)
    build(tmp_path)
    remove_old_generations(tmp_path)
    assert generations(tmp_path) == {current_generation(tmp_path)}


def test_opening_follows_a_generation_that_becomes_current_meanwhile(tmp_path: Path, monkeypatch):
    first = build(tmp_path)
    second = build(tmp_path)
    current = (tmp_path / "current").read_text()
    (tmp_path / "current").write_text(current.replace(second.generation, first.generation))
    opened = PassageIndex.open_generation.__func__

    def meanwhile(cls, generation, sha256=None):
        if generation.name == first.generation:
            shutil.rmtree(generation)
            (tmp_path / "current").write_text(current)
        return opened(cls, generation, sha256)

    monkeypatch.setattr(PassageIndex, "open_generation", classmethod(meanwhile))
    assert PassageIndex.open(tmp_path).manifest == second


def test_rolling_back_names_the_generation_before(tmp_path: Path):
    first, _ = build(tmp_path), build(tmp_path)
    assert roll_back(tmp_path) == first
    assert PassageIndex.open(tmp_path).manifest == first
    with pytest.raises(IndexMissingError, match="no generation before"):
        roll_back(tmp_path)


def test_without_the_generation_before_there_is_no_way_back(tmp_path: Path):
    first, second = build(tmp_path), build(tmp_path)
    shutil.rmtree(tmp_path / "generations" / first.generation)
    with pytest.raises(IndexMissingError, match=f"no generation before {second.generation} to go"):
        roll_back(tmp_path)
    assert PassageIndex.open(tmp_path).manifest == second


def test_exported_models_that_no_generation_names_are_removed(tmp_path: Path):
    recipe = build(tmp_path).recipe
    for name in (recipe.encoder.folder, recipe.reader.folder, "encoder-old-1"):
        (tmp_path / "models" / name).mkdir(parents=True)
    remove_old_generations(tmp_path)
    left = {path.name for path in (tmp_path / "models").iterdir()}
    assert left == {recipe.encoder.folder, recipe.reader.folder}
