"""The files of the folder of reports: found, paired with side-cars, hashed."""

import hashlib
from pathlib import Path

import pytest

from seminar_qa.errors import DocumentsError
from seminar_qa.sources import (
    Source,
    hash_sources,
    is_sidecar,
    scan_documents,
    sidecars_of,
    with_sidecars,
)


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


def test_a_folder_that_is_missing_or_empty_is_an_error_with_the_cure(tmp_path: Path):
    with pytest.raises(DocumentsError, match="there is no folder .*; make it"):
        scan_documents(tmp_path / "documents")
    with pytest.raises(DocumentsError, match="holds no reports; put files into it"):
        scan_documents(tmp_path)


@pytest.mark.parametrize("method", ["is_file", "is_dir", "resolve"])
def test_what_cannot_be_looked_at_is_named(tmp_path: Path, monkeypatch, method: str):
    (tmp_path / "a.txt").write_text("text")

    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, method, refuse)
    with pytest.raises(DocumentsError, match=rf"{tmp_path}.* cannot be looked at: Permission den"):
        scan_documents(tmp_path)


def test_a_side_car_of_the_whole_name_goes_before_one_of_the_stem():
    paths = ["a.txt", "a.md", "a.yaml", "a.md.yml", "b.txt", "sub/b.yaml", "C.YAML"]
    assert sidecars_of(paths) == {"a.txt": "a.yaml", "a.md": "a.md.yml", "b.txt": ""}
    assert [path for path in paths if is_sidecar(path)] == [
        *("a.yaml", "a.md.yml", "sub/b.yaml", "C.YAML")
    ]


def test_reports_come_with_their_side_cars(tmp_path: Path):
    report, beside = Source("a.txt", tmp_path / "a.txt"), Source("a.yaml", tmp_path / "a.yaml")
    assert with_sidecars([report, beside]) == [Source("a.txt", tmp_path / "a.txt", beside)]
    assert with_sidecars([report]) == [report]


def test_each_file_is_hashed_and_what_cannot_be_opened_is_told(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes(b"abc")
    sources = [Source("a.txt", tmp_path / "a.txt"), Source("b.txt", tmp_path / "b.txt")]
    hashes, shut = hash_sources(sources)
    assert hashes == {"a.txt": hashlib.sha256(b"abc").hexdigest(), "b.txt": ""}
    assert shut == {"b.txt": "b.txt: No such file or directory"}
