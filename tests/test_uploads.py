"""Putting files among the reports: whole or not at all, and never over another unasked."""

import errno
import hashlib
import io
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from seminar_qa import uploads
from seminar_qa.errors import (
    UploadConflictError,
    UploadDiskError,
    UploadError,
    UploadTooLargeError,
)
from seminar_qa.sources import scan_documents
from seminar_qa.uploads import MIB, Uploaded, put_report


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    return folder


@pytest.fixture
def put(tmp_path, documents):
    def put(name, data, **options):
        options = {"largest": 1, **options}
        return put_report(tmp_path, documents, name, io.BytesIO(data), **options)

    return put


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def kept(home):
    return [path.read_bytes() for path in (home / "removed").glob("*/*")]


def test_a_file_is_put_under_its_own_name_with_its_bytes(put, documents):
    done = put("minutes.txt", b"It was said.")
    assert done == Uploaded("minutes.txt", 12, hashlib.sha256(b"It was said.").hexdigest(), "added")
    assert (documents / "minutes.txt").read_bytes() == b"It was said."
    assert names(documents) == ["minutes.txt"]


def test_the_folder_is_made_when_it_is_not_there(put, documents):
    documents.rmdir()
    put("a.txt", b"a")
    assert names(documents) == ["a.txt"]


@pytest.mark.parametrize("given", ["../../x.txt", "/tmp/x.txt", "..\\x.txt", "a/../../x.txt"])
def test_no_name_leads_out_of_the_folder(put, tmp_path, documents, given):
    before = set(tmp_path.parent.rglob("*"))
    assert put(given, b"x").path == "x.txt"
    new = set(tmp_path.parent.rglob("*")) - before
    assert new == {documents / "x.txt"}


def test_the_same_file_twice_is_there_already_also_under_another_name(put, documents):
    put("a.txt", b"same")
    (documents / "sub").mkdir()
    (documents / "sub" / "b.txt").write_bytes(b"below")
    assert put("a.txt", b"same").outcome == "there"
    assert put("c.txt", b"same").path == "a.txt"
    assert put("d.txt", b"below").path == "sub/b.txt"
    assert names(documents) == ["a.txt", "sub"]


def test_another_file_of_the_name_is_replaced_only_when_that_is_asked_for(put, tmp_path, documents):
    put("a.txt", b"old")
    with pytest.raises(UploadConflictError, match=r"another file named “a\.txt”; replace it"):
        put("a.txt", b"new")
    assert (documents / "a.txt").read_bytes() == b"old"
    assert put("a.txt", b"new", replace=True).outcome == "replaced"
    assert (documents / "a.txt").read_bytes() == b"new"
    assert kept(tmp_path) == [b"old"]
    assert names(documents) == ["a.txt"]


def test_a_name_that_differs_only_in_its_normal_form_is_the_same(put, documents):
    (documents / "cafe\u0301.txt").write_bytes(b"old")
    with pytest.raises(UploadConflictError):
        put("café.txt", b"new")
    assert put("café.txt", b"new", replace=True).path == "cafe\u0301.txt"
    assert names(documents) == ["cafe\u0301.txt"]


def test_of_many_at_once_one_gets_the_name(put, documents):
    def attempt(number):
        try:
            return put("a.txt", b"%d" % number).outcome
        except UploadConflictError:
            return "taken"

    with ThreadPoolExecutor(16) as threads:
        outcomes = list(threads.map(attempt, range(32)))
    assert sorted(outcomes) == ["added"] + ["taken"] * 31
    assert names(documents) == ["a.txt"]


def test_a_disk_without_second_names_for_files_takes_them_too(put, documents, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    put("a.txt", b"old")
    with pytest.raises(UploadConflictError):
        put("a.txt", b"new")
    assert put("a.txt", b"new", replace=True).outcome == "replaced"
    assert names(documents) == ["a.txt"]


@pytest.mark.parametrize("target", ["file", "folder", "nothing"])
def test_a_link_or_a_folder_of_the_name_is_left_alone(put, tmp_path, documents, target):
    outside = tmp_path / "outside.txt"
    if target == "file":
        outside.write_bytes(b"secret")
    if target == "folder":
        (documents / "a.txt").mkdir()
    else:
        (documents / "a.txt").symlink_to(outside)
    for replace in (False, True):
        with pytest.raises(UploadError, match="a link or a folder"):
            put("a.txt", b"new", replace=replace)
    assert names(documents) == ["a.txt"]
    assert not outside.exists() or outside.read_bytes() == b"secret"


def test_an_empty_file_is_refused(put, documents):
    with pytest.raises(UploadError, match=r"“a\.txt” is empty"):
        put("a.txt", b"")
    assert names(documents) == []


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(put, documents):
    put("a.txt", b"x" * MIB)
    with pytest.raises(UploadTooLargeError, match="1 MiB.*SEMINAR_QA_LARGEST_UPLOAD"):
        put("b.txt", b"x" * (MIB + 1))
    assert names(documents) == ["a.txt"]


def test_a_side_car_is_looked_at_before_it_is_taken(put, documents):
    put("a.yaml", b"date: 2018-11-20\n")
    put("b.yaml", b"date: 2018-11-20\n")
    assert names(documents) == ["a.yaml", "b.yaml"]
    assert put("b.yaml", b"date: 2018-11-20\n").outcome == "there"
    with pytest.raises(UploadError, match=r"side-car “c\.yaml”.*“colour”"):
        put("c.yaml", b"colour: red\n")
    assert names(documents) == ["a.yaml", "b.yaml"]


@pytest.mark.parametrize(
    ("number", "cure"),
    [(errno.ENOSPC, "make room"), (errno.EROFS, "let the server write"), (errno.EIO, "look at")],
)
def test_a_disk_that_refuses_is_told_with_the_cure_and_nothing_is_left(
    tmp_path, documents, number, cure
):
    class Failing:
        def __init__(self):
            self.pieces = [b"some"]

        def read(self, size):
            if self.pieces:
                return self.pieces.pop()
            raise OSError(number, os.strerror(number))

    with pytest.raises(UploadDiskError, match=f"{os.strerror(number)}.*{cure}"):
        put_report(tmp_path, documents, "a.txt", Failing(), largest=1)
    assert names(documents) == []


def test_a_folder_that_may_not_be_written_is_told(tmp_path):
    (tmp_path / "documents").write_text("no folder")
    with pytest.raises(UploadDiskError, match="cannot be written"):
        put_report(tmp_path, tmp_path / "documents", "a.txt", io.BytesIO(b"a"), largest=1)


def test_a_file_that_is_being_written_is_no_report_and_a_forgotten_one_goes(put, documents):
    forgotten, fresh = documents / ".upload-00", documents / ".upload-01"
    for file in (forgotten, fresh):
        file.write_bytes(b"half")
    os.utime(forgotten, (time.time() - 90_000,) * 2)
    put("a.txt", b"a")
    assert names(documents) == [".upload-01", "a.txt"]
    assert [source.path for source in scan_documents(documents)] == ["a.txt"]


def test_others_may_read_what_was_put(put, documents):
    before = os.umask(0o022)
    try:
        put("a.txt", b"a")
    finally:
        os.umask(before)
    assert (documents / "a.txt").stat().st_mode & 0o777 == 0o644


def test_two_that_replace_the_same_file_at_a_time_lose_nothing(
    put, tmp_path, documents, monkeypatch
):
    put("a.txt", b"old")
    keep = uploads._keep

    def slow(file, kept):
        keep(file, kept)
        time.sleep(0.2)

    monkeypatch.setattr(uploads, "_keep", slow)
    with ThreadPoolExecutor() as pool:
        done = [pool.submit(put, "a.txt", data, replace=True) for data in (b"one", b"two")]
        assert [each.result().outcome for each in done] == ["replaced", "replaced"]
    there = [(documents / "a.txt").read_bytes(), *kept(tmp_path)]
    assert sorted(there) == [b"old", b"one", b"two"]
