"""Originals: a file is given out only with the bytes that were read, and only out of the folder."""

import hashlib
import os

import pytest

from seminar_qa.errors import NotFoundError
from seminar_qa.originals import open_original, read_original, read_password

DATA = b"The harbour was opened in 1874."
HASH = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.txt").write_bytes(DATA)
    return folder


def test_a_file_that_is_as_it_was_is_given(documents):
    assert read_original(documents, ["a.txt"], HASH) == DATA


def test_a_copy_serves_when_the_first_is_gone(documents):
    (documents / "a.txt").rename(documents / "b.txt")
    assert read_original(documents, ["a.txt", "b.txt"], HASH) == DATA


def test_a_changed_file_is_not_given(documents):
    (documents / "a.txt").write_bytes(DATA + b" ")
    with pytest.raises(NotFoundError, match="run: seminar-qa index"):
        read_original(documents, ["a.txt"], HASH)


@pytest.mark.parametrize("path", ["../secret.txt", "link.txt", "gone.txt", ".", "a.txt/b", "x\0y"])
def test_nothing_outside_of_the_folder_is_given(documents, path):
    secret = documents.parent / "secret.txt"
    secret.write_bytes(DATA)
    (documents / "link.txt").symlink_to(secret)
    with pytest.raises(NotFoundError):
        read_original(documents, [path], HASH)


def test_a_name_that_is_not_utf8_is_found_by_what_is_shown_of_it(documents):
    (documents / os.fsdecode(b"h\xe4fen.txt")).write_bytes(DATA)
    assert read_original(documents, ["h\\xe4fen.txt"], HASH) == DATA


def test_the_password_is_that_of_the_sidecar(documents):
    (documents / "a.yaml").write_text("password: opensesame\n")
    assert read_password(documents, "a.txt") == "opensesame"
    assert read_password(documents, "b.txt") is None


def test_a_file_is_opened_only_as_it_was(documents):
    (documents / "old.txt").write_bytes(DATA + b" ")
    with open_original(documents, ["old.txt", "a.txt"], HASH) as file:
        (documents / "new").write_bytes(b"other words")
        (documents / "new").replace(documents / "a.txt")  # what is being sent stays what it was
        assert file.read() == DATA
    with pytest.raises(NotFoundError, match=r"old.txt .* run: seminar-qa index"):
        open_original(documents, ["old.txt", "a.txt"], HASH)
