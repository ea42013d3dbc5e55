"""What of the folder the index does not know yet."""

import pytest

from seminar_qa.index import read_current_manifest
from seminar_qa.ingest import build_index
from seminar_qa.settings import Settings
from seminar_qa.waiting import Lying, find_waiting
from toys import ToyModels, ToyReader


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "documents" / "sub").mkdir(parents=True)
    for name in ("a.txt", "sub/b.txt", "c.txt"):
        (tmp_path / "documents" / name).write_text(f"The report {name} says that it rained.\n")
    (tmp_path / "documents" / "noise.txt").write_bytes(b"\x00\x01")
    (tmp_path / "documents" / "a.yaml").write_text("date: 2018-11-20\n")
    settings = Settings(home=tmp_path)
    build_index(settings, models=ToyModels(), read=ToyReader())
    return settings


def look(settings):
    return find_waiting(settings.documents, read_current_manifest(settings.index))


def test_nothing_waits_when_the_index_knows_every_file_also_the_unreadable(settings):
    found = look(settings)
    assert [file.path for file in found.files] == [
        *("a.txt", "a.yaml", "c.txt", "noise.txt"),
        "sub/b.txt",
    ]
    assert (found.count, found.new, found.changed, found.gone) == (0, (), (), ())


def test_new_changed_and_gone_files_wait(settings):
    (settings.documents / "new.md").write_text("New.")
    (settings.documents / "a.yaml").write_text("date: 2018-11-21\n")
    (settings.documents / "sub" / "b.txt").unlink()
    (settings.documents / "c.txt").touch()
    found = look(settings)
    assert found.new == (Lying("new.md", 4),)
    assert [file.path for file in found.changed] == ["a.yaml"]
    assert found.gone == ("sub/b.txt",)
    assert found.count == 3


def test_a_change_that_keeps_the_size_is_seen(settings):
    look(settings)
    file = settings.documents / "c.txt"
    file.write_text(file.read_text().replace("rained", "snowed"))
    assert [file.path for file in look(settings).changed] == ["c.txt"]


def test_without_an_index_every_file_is_new(settings):
    found = find_waiting(settings.documents, None)
    assert found.new == found.files
    assert len(found.files) == 5


def test_a_folder_that_is_not_there_is_told(tmp_path):
    found = find_waiting(tmp_path / "documents", None)
    assert (found.files, found.count) == ((), 0)
    assert "there is no folder" in found.problem


def test_a_file_that_is_gone_between_two_looks_has_no_size(settings):
    (settings.documents / "sub" / "b.txt").unlink()
    (settings.documents / "sub" / "b.txt").symlink_to(settings.documents / "nothing")
    assert "sub/b.txt" in look(settings).gone
