"""Generations on disk: named in one step, and refused when they are not what they say."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seminar_qa.documents import Block, Document, Kind
from seminar_qa.errors import IndexDamagedError, IndexMissingError
from seminar_qa.index import (
    FORMAT,
    Contents,
    GenerationWriter,
    Manifest,
    ModelEntry,
    PassageIndex,
    Recipe,
    Unread,
    current_generation,
    remove_old_generations,
)
from seminar_qa.passages import Passage
from seminar_qa.sentences import Sentence

RECIPE = Recipe(
    ModelEntry("toy", "00", "encoder-00-1", "query: "),
    ModelEntry("toy", "01", "reader-01-1"),
    80,
    1,
)
TEXT = "Alsace works with Iwate. Osaka works with Spain."
VECTORS = np.eye(2, 4, dtype=np.float32)


def build(folder: Path, vectors: np.ndarray = VECTORS) -> Manifest:
    """Build a generation of one document with a passage for each of its two sentences."""
    writer = GenerationWriter(folder)
    document = Document(
        "d1", "d.txt", "ff", "text/plain", TEXT, (Block(Kind.PARAGRAPH, 0, len(TEXT)),)
    )
    sentences = (Sentence(0, 24, 0), Sentence(25, 48, 0))
    writer.add(document, sentences, (Passage(0, 24, 0, 0), Passage(25, 48, 1, 1)))
    contents = Contents(
        vectors=vectors,
        texts=[TEXT[:24], TEXT[25:]],
        recipe=RECIPE,
        sources={"d.txt": "ff", "e.txt": "ff"},
        unread=(Unread("bad.bin", "no reader"),),
        copies={"e.txt": "d.txt"},
        libraries={"faiss-cpu": "1"},
    )
    return writer.finish(contents)


def generation(folder: Path) -> Path:
    return folder / "generations" / current_generation(folder)


def test_a_finished_generation_is_current_and_open_to_search(tmp_path: Path):
    manifest = build(tmp_path)
    index = PassageIndex.open(tmp_path)
    assert index.manifest == manifest
    assert index.manifest.generation == current_generation(tmp_path)
    assert index.records.record(0).document.text == TEXT
    assert index.dense.search(VECTORS[1], 1) == [(1, 1.0)]
    assert [row for row, _ in index.lexical.search("Iwate", 5)] == [0]


def test_a_manifest_tells_what_the_generation_is_made_of(tmp_path: Path):
    build(tmp_path)
    manifest = Manifest.read(generation(tmp_path) / "manifest.json")
    assert (manifest.documents, manifest.passages) == (1, 2)
    assert manifest.recipe == RECIPE
    assert manifest.sources == {"d.txt": "ff", "e.txt": "ff"}
    assert manifest.copies == {"e.txt": "d.txt"}
    assert manifest.unread == (Unread("bad.bin", "no reader"),)
    assert manifest.libraries == {"faiss-cpu": "1"}
    assert {"records.sqlite", "dense.faiss", "lexical/meta.json"} <= set(manifest.files)


def test_nothing_is_current_before_a_generation_is_finished(tmp_path: Path):
    writer = GenerationWriter(tmp_path)
    with pytest.raises(IndexMissingError):
        current_generation(tmp_path)
    assert [p.name for p in (tmp_path / "generations").iterdir()] == [f"{writer.name}.building"]


def test_an_abandoned_generation_leaves_nothing(tmp_path: Path):
    GenerationWriter(tmp_path).abandon()
    assert list((tmp_path / "generations").iterdir()) == []


def test_parts_that_differ_in_size_are_never_made_current(tmp_path: Path):
    before = build(tmp_path)
    with pytest.raises(IndexDamagedError, match="differ in size"):
        build(tmp_path, np.eye(3, 4, dtype=np.float32))
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


@pytest.mark.parametrize("name", ["records.sqlite", "dense.faiss", "lexical/meta.json"])
def test_a_file_cut_short_is_damage_that_names_it(tmp_path: Path, name: str):
    build(tmp_path)
    file = generation(tmp_path) / name
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(IndexDamagedError, match=f"{name} is missing or cut short"):
        PassageIndex.open(tmp_path)


@pytest.mark.parametrize("name", ["records.sqlite", "dense.faiss", "lexical/meta.json"])
def test_a_missing_file_is_damage_that_names_it(tmp_path: Path, name: str):
    build(tmp_path)
    (generation(tmp_path) / name).unlink()
    with pytest.raises(IndexDamagedError, match=f"{name} is missing"):
        PassageIndex.open(tmp_path)


@pytest.mark.parametrize("name", ["records.sqlite", "dense.faiss", "lexical/meta.json"])
def test_a_file_overwritten_at_the_same_length_is_damage(tmp_path: Path, name: str):
    build(tmp_path)
    file = generation(tmp_path) / name
    file.write_bytes(b"?" * file.stat().st_size)
    with pytest.raises(IndexDamagedError, match="run: seminar-qa index --force"):
        PassageIndex.open(tmp_path)


def test_passages_that_were_deleted_from_the_records_are_noticed(tmp_path: Path):
    build(tmp_path)
    connection = sqlite3.connect(generation(tmp_path) / "records.sqlite")
    connection.execute("DELETE FROM passages WHERE row = 1")
    connection.commit()
    connection.close()
    with pytest.raises(IndexDamagedError, match="differ in size"):
        PassageIndex.open(tmp_path)


def test_a_manifest_cut_short_is_damage(tmp_path: Path):
    build(tmp_path)
    file = generation(tmp_path) / "manifest.json"
    file.write_text(file.read_text()[:100])
    with pytest.raises(IndexDamagedError, match="is no manifest of this version"):
        PassageIndex.open(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"recipe": []}', '{"recipe": {}}'])
def test_json_that_is_no_manifest_is_damage(tmp_path: Path, text: str):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(IndexDamagedError, match="is no manifest of this version"):
        Manifest.read(tmp_path / "manifest.json")


def test_a_manifest_of_another_format_is_refused(tmp_path: Path):
    manifest = build(tmp_path)
    newer = replace(manifest, recipe=replace(RECIPE, format=FORMAT + 1))
    newer.write(generation(tmp_path) / "manifest.json")
    with pytest.raises(IndexDamagedError, match=f"format {FORMAT + 1}, not {FORMAT}"):
        PassageIndex.open(tmp_path)


def test_a_manifest_with_an_unknown_field_is_refused(tmp_path: Path):
    build(tmp_path)
    file = generation(tmp_path) / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "colour": "red"}))
    with pytest.raises(IndexDamagedError, match="colour"):
        Manifest.read(file)


def test_a_manifest_keeps_names_in_any_script(tmp_path: Path):
    manifest = replace(build(tmp_path), sources={"報告/é “x”.txt": "ff"})
    manifest.write(tmp_path / "manifest.json")
    assert Manifest.read(tmp_path / "manifest.json") == manifest


def test_the_current_generation_and_the_newest_other_are_kept(tmp_path: Path):
    made = [build(tmp_path).generation for _ in range(4)]
    (tmp_path / "generations" / "20010101T000000-abcdef.building").mkdir()
    (tmp_path / "current").write_text(made[0])
    remove_old_generations(tmp_path)
    left = {path.name for path in (tmp_path / "generations").iterdir()}
    assert left == {made[0], max(made[1:])}


def test_a_single_generation_is_kept(tmp_path: Path):
    only = build(tmp_path).generation
    remove_old_generations(tmp_path)
    assert [path.name for path in (tmp_path / "generations").iterdir()] == [only]


def test_as_many_generations_are_kept_as_asked_for(tmp_path: Path):
    made = {build(tmp_path).generation for _ in range(3)}
    remove_old_generations(tmp_path, keep=4)
    assert {path.name for path in (tmp_path / "generations").iterdir()} == made


def test_exported_models_that_no_generation_names_are_removed(tmp_path: Path):
    recipe = build(tmp_path).recipe
    for name in (recipe.encoder.folder, recipe.reader.folder, "encoder-old-1"):
        (tmp_path / "models" / name).mkdir(parents=True)
    remove_old_generations(tmp_path)
    left = {path.name for path in (tmp_path / "models").iterdir()}
    assert left == {recipe.encoder.folder, recipe.reader.folder}
