"""Taking files out of the folder of reports: only what it lists, and nothing is lost."""

import errno
import hashlib
import os

import pytest

from seminar_qa.errors import NotFoundError, UploadConflictError, UploadDiskError
from seminar_qa.removals import find_removable, list_removed, remove_report


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "documents"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "sub" / "b.pdf").write_text("b")
    return folder


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def lying(documents):
    found = (p for p in documents.rglob("*") if p.is_file() or p.is_symlink())
    return sorted(path.relative_to(documents).as_posix() for path in found)


def test_a_file_is_shown_with_its_size_and_hash_before_it_is_removed(documents):
    found = find_removable(documents, "sub/b.pdf")
    assert (found.path, found.size, found.sha256, found.sidecar) == (
        *("sub/b.pdf", 1),
        *(sha256("b"), ""),
    )


def test_a_removed_file_is_moved_and_it_is_told_where_to(tmp_path, documents):
    (removed,) = remove_report(tmp_path, documents, "sub/b.pdf", sha256("b"))
    assert lying(documents) == ["a.txt"]
    assert removed.path == "sub/b.pdf"
    assert removed.kept.startswith("removed/2")
    assert removed.kept.endswith("/sub/b.pdf")
    assert (tmp_path / removed.kept).read_text() == "b"
    assert removed.at.endswith("+00:00")
    assert list_removed(tmp_path) == [removed]


def test_a_file_can_be_removed_once(tmp_path, documents):
    remove_report(tmp_path, documents, "a.txt", sha256("a"))
    with pytest.raises(NotFoundError, match=r"no file “a\.txt”"):
        remove_report(tmp_path, documents, "a.txt", sha256("a"))
    assert len(list_removed(tmp_path)) == 1


def test_files_of_one_name_that_are_removed_in_turn_are_all_kept(tmp_path, documents):
    for text in ("a", "a", "aa"):
        (documents / "a.txt").write_text(text)
        remove_report(tmp_path, documents, "a.txt", sha256(text))
    kept = {(tmp_path / removed.kept).read_text() for removed in list_removed(tmp_path)}
    assert (len(list_removed(tmp_path)), kept) == (3, {"a", "aa"})


@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "..", "/", "sub", "sub/", "./a.txt", "sub/../a.txt", "../documents/a.txt"),
        *("../secret.txt", "/etc/passwd", "a.txt\x00", "A.TXT", ".hidden.txt", "link.txt"),
        *("linked/secret.txt", "gone.txt", "sub\\b.pdf", "a.txt/"),
    ],
)
def test_only_what_the_folder_lists_can_be_removed(tmp_path, documents, path):
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret.txt").write_text("secret")
    (documents / ".hidden.txt").write_text("hidden")
    (documents / "link.txt").symlink_to(tmp_path / "secret.txt")
    (documents / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    before = lying(tmp_path)
    for text in ("a", "b", "secret", "hidden"):
        with pytest.raises(NotFoundError):
            remove_report(tmp_path, documents, path, sha256(text))
    assert lying(tmp_path) == before


def test_a_link_inside_the_folder_is_removed_and_what_it_leads_to_stays(tmp_path, documents):
    (documents / "link.txt").symlink_to(documents / "a.txt")
    remove_report(tmp_path, documents, "link.txt", sha256("a"))
    assert lying(documents) == ["a.txt", "sub/b.pdf"]


def test_a_file_that_has_changed_since_it_was_looked_at_stays(tmp_path, documents):
    (documents / "a.txt").write_text("other")
    with pytest.raises(UploadConflictError, match="has changed"):
        remove_report(tmp_path, documents, "a.txt", sha256("a"))
    assert lying(documents) == ["a.txt", "sub/b.pdf"]


def test_a_side_car_goes_with_its_report_unless_another_report_has_it_too(tmp_path, documents):
    (documents / "a.yaml").write_text("date: 2018-11-20")
    (documents / "a.md").write_text("also a")
    assert find_removable(documents, "a.txt").sidecar == ""
    remove_report(tmp_path, documents, "a.txt", sha256("a"))
    assert lying(documents) == ["a.md", "a.yaml", "sub/b.pdf"]
    assert find_removable(documents, "a.md").sidecar == "a.yaml"
    moved = remove_report(tmp_path, documents, "a.md", sha256("also a"))
    assert [removed.path for removed in moved] == ["a.md", "a.yaml"]
    assert lying(documents) == ["sub/b.pdf"]


def test_a_side_car_can_be_removed_alone(tmp_path, documents):
    (documents / "a.yaml").write_text("x")
    remove_report(tmp_path, documents, "a.yaml", sha256("x"))
    assert lying(documents) == ["a.txt", "sub/b.pdf"]


def test_a_file_goes_to_another_disk_too(tmp_path, documents, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "rename", refuse)
    (removed,) = remove_report(tmp_path, documents, "a.txt", sha256("a"))
    assert (tmp_path / removed.kept).read_text() == "a"
    assert lying(documents) == ["sub/b.pdf"]


def test_a_disk_that_refuses_leaves_the_file(tmp_path, documents):
    (tmp_path / "removed").write_text("no folder")
    with pytest.raises(UploadDiskError, match="cannot be written"):
        remove_report(tmp_path, documents, "a.txt", sha256("a"))
    assert lying(documents) == ["a.txt", "sub/b.pdf"]


def test_the_last_removals_are_listed_the_newest_first(tmp_path):
    for day in range(10, 40):
        folder = tmp_path / "removed" / f"202001{day}T000000Z-0000" / "sub"
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text("a")
    (tmp_path / "removed" / "strange").mkdir()
    (tmp_path / "removed" / "strange" / "b.txt").write_text("b")
    listed = list_removed(tmp_path, most=3)
    assert [removed.kept for removed in listed[:2]] == [
        "removed/strange/b.txt",
        "removed/20200139T000000Z-0000/sub/a.txt",
    ]
    assert [removed.at for removed in listed] == ["", "", ""]
    assert list_removed(tmp_path / "nowhere") == []
