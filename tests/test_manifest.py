"""What is written of a generation comes back, and what is not as it was is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from seminar_qa import manifest as module
from seminar_qa.dense import DenseFacts
from seminar_qa.errors import IndexDamagedError, IndexUnreadableError
from seminar_qa.manifest import FORMAT, Manifest, ModelEntry, Recipe, Stale, Unread, list_files

RECIPE = Recipe(
    ModelEntry("toy", "00", "encoder-00-1", "query: "), ModelEntry("t", "01", "r"), 80, 1
)


@pytest.fixture
def written(tmp_path: Path) -> Manifest:
    """The manifest of the generation in `tmp_path`: two files, one in a folder."""
    (tmp_path / "dense").mkdir()
    (tmp_path / "dense" / "rows.npy").write_bytes(b"rows")
    (tmp_path / "records.sqlite").write_bytes(b"records" * 99)
    (tmp_path / ".reading").touch()
    (tmp_path / "dense" / ".managed.json").write_bytes(b"[]")
    (tmp_path / "dense" / "writer.lock").touch()
    made = Manifest(
        generation="g",
        built_at="2026-11-23",
        recipe=RECIPE,
        documents=1,
        passages=2,
        sources={"報告/é “x”.txt": "ff", "e.txt": ""},
        unread=(Unread("bad.bin", "no reader"),),
        stale=(Stale("e.txt", "torn", "ee"),),
        unread_pages=3,
        copies={"e.txt": "d.txt"},
        libraries={"faiss-cpu": "1"},
        limits={"read_seconds": 60.0},
        files=list_files(tmp_path),
        dense=DenseFacts("ivf", 4, 2, 0.995, 100),
        previous="f",
        previous_sha256="dd",
        serial=7,
    )
    made.write(tmp_path / "manifest.json")
    return made


def test_a_manifest_comes_back_whole(written: Manifest, tmp_path: Path):
    sha256 = written.write(tmp_path / "manifest.json")
    assert Manifest.read(tmp_path / "manifest.json", sha256) == written
    assert Manifest.read(tmp_path / "manifest.json") == written


def test_all_files_but_locks_are_listed(written: Manifest):
    assert list(written.files) == ["dense/.managed.json", "dense/rows.npy", "records.sqlite"]
    assert written.size == 2 + 4 + 7 * 99


def test_a_manifest_that_is_not_the_one_named_is_refused(written: Manifest, tmp_path: Path):
    with pytest.raises(IndexDamagedError, match="it was altered"):
        Manifest.read(tmp_path / "manifest.json", "00")
    with pytest.raises(IndexDamagedError, match="it was altered"):
        Manifest.read(tmp_path / "manifest.json", "")


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"recipe": []}', '{"recipe": {}}', "{"])
def test_json_that_is_no_manifest_is_damage(tmp_path: Path, text: str):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(IndexDamagedError, match="is no manifest of this version"):
        Manifest.read(tmp_path / "manifest.json")


def test_an_unknown_field_is_damage(written: Manifest, tmp_path: Path):
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "colour": "red"}))
    with pytest.raises(IndexDamagedError, match="colour"):
        Manifest.read(file)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            FORMAT + 1,
            rf"a newer version of seminar-qa \(format {FORMAT + 1}, not {FORMAT}\); install",
        ),
        (
            FORMAT - 1,
            rf"another version .*\(format {FORMAT - 1}, not {FORMAT}\); run: seminar-qa in",
        ),
        ("x", "another version"),
    ],
)
def test_an_index_of_another_version_is_named_with_the_cure(
    written: Manifest, tmp_path: Path, found: object, told: str
):
    replace(written, recipe=replace(RECIPE, format=found)).write(tmp_path / "manifest.json")
    with pytest.raises(IndexDamagedError, match=told):
        Manifest.read(tmp_path / "manifest.json")


def test_sound_files_pass(written: Manifest, tmp_path: Path):
    assert written.check_files(tmp_path) is True
    assert list(written.damage(tmp_path)) == []


@pytest.mark.parametrize("data", [b"recordS" + b"records" * 98, b"records", None])
def test_a_file_that_is_altered_cut_or_gone_is_named(
    written: Manifest, tmp_path: Path, data: bytes | None
):
    file = tmp_path / "records.sqlite"
    file.unlink() if data is None else file.write_bytes(data)
    with pytest.raises(IndexDamagedError, match=r"records\.sqlite (was|is) .*; run: seminar-qa"):
        written.check_files(tmp_path)
    assert len(list(written.damage(tmp_path, below="records"))) == 1
    assert list(written.damage(tmp_path, below="dense/")) == []


def test_of_much_only_sizes_and_small_files_are_checked_at_opening(
    written: Manifest, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(module, "CHECKED_AT_OPEN", 100)
    monkeypatch.setattr(module, "_SMALL", 10)
    (tmp_path / "records.sqlite").write_bytes(b"recordS" * 99)
    assert written.check_files(tmp_path) is False
    with pytest.raises(IndexDamagedError, match=r"records\.sqlite was altered"):
        written.check_files(tmp_path, whole=True)
    (tmp_path / "dense" / "rows.npy").write_bytes(b"Rows")
    with pytest.raises(IndexDamagedError, match=r"rows\.npy was altered"):
        written.check_files(tmp_path)


def test_what_decides_the_vectors_of_passages_leaves_out_the_prompt_of_questions():
    entry = RECIPE.encoder
    assert replace(entry, query_prompt="q", name="n").for_passages == entry.for_passages
    for change in ({"passage_prompt": "p"}, {"weights_sha256": "1"}, {"folder": "f"}):
        assert replace(entry, **change).for_passages != entry.for_passages


def test_a_file_that_cannot_be_opened_is_no_damage_and_no_crash(
    written: Manifest, tmp_path: Path, monkeypatch
):
    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(module, "digest_file", refuse)
    with pytest.raises(IndexUnreadableError, match=r"json cannot be read now .Perm.*: seminar-qa"):
        written.check_files(tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(IndexUnreadableError):
        list(written.damage(tmp_path))


def test_a_generation_that_nobody_can_hold_is_damaged(written: Manifest, tmp_path: Path):
    (tmp_path / ".reading").unlink()
    assert list(written.damage(tmp_path)) == [f"{tmp_path / '.reading'} is missing"]
    assert list(written.damage(tmp_path, below="records")) == []
