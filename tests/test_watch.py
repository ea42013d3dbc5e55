"""The folder is followed: a run for what has changed, none before it is written to the end."""

import errno
import os
import threading
import time
from contextlib import contextmanager

import pytest
from watchfiles._rust_notify import WatchfilesRustInternalError

from seminar_qa import watch
from seminar_qa.errors import DocumentsError, IndexBusyError
from seminar_qa.watch import follow_folder

SETTLE = 0.2
SOON = 15.0  # seconds that a slow machine may need
QUIET = 1.0  # seconds after which nothing more is awaited


class Runs:
    """Notes what each run found in the folder, and can fail."""

    def __init__(self, folder):
        self.folder = folder
        self.found = []
        self.fails = False
        self.busy = False
        self.at_work = 0
        self.together = 0
        self.seconds = 0.0

    def __call__(self):
        self.at_work += 1
        self.together = max(self.together, self.at_work)
        time.sleep(self.seconds)
        files = sorted(self.folder.rglob("*.md")) if self.folder.is_dir() else []
        self.found.append({path.name: len(path.read_bytes()) for path in files})
        self.at_work -= 1
        if self.busy:
            raise IndexBusyError("another run is writing the index")
        return not self.fails

    def wait_for(self, number):
        until = time.monotonic() + SOON
        while len(self.found) < number:
            assert time.monotonic() < until, f"{len(self.found)} runs, not {number}"
            time.sleep(0.01)
        return self.found[-1]

    def stay_at(self, number):
        time.sleep(QUIET)
        assert len(self.found) == number


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "first.md").write_text("One.")
    return folder


@contextmanager
def following(folder, polling=False, settle=SETTLE):
    runs, stop = Runs(folder), threading.Event()
    options = {"settle": settle, "polling": polling}
    thread = threading.Thread(
        target=follow_folder, args=(folder, runs, stop), kwargs=options, daemon=True
    )
    thread.start()
    try:
        yield runs
    finally:
        stop.set()
        thread.join(SOON)
        assert not thread.is_alive(), "it was told to stop"


@pytest.mark.parametrize("polling", [False, True])
def test_a_new_file_a_change_and_a_removal_are_each_followed_by_a_run(folder, polling):
    with following(folder, polling) as runs:
        assert runs.wait_for(1) == {"first.md": 4}
        (folder / "sub").mkdir()
        (folder / "sub" / "second.md").write_text("Two")
        while runs.wait_for(2) != {"first.md": 4, "second.md": 3}:
            time.sleep(0.05)
        known = len(runs.found)
        (folder / "first.md").write_text("One and a half.")
        assert runs.wait_for(known + 1)["first.md"] == 15
        (folder / "first.md").unlink()
        assert runs.wait_for(known + 2) == {"second.md": 3}


def test_a_folder_that_rests_is_left_alone(folder):
    with following(folder) as runs:
        runs.wait_for(1)
        (folder / "first.md").read_bytes()
        runs.stay_at(1)


def test_a_file_that_grows_is_waited_for(folder):
    with following(folder, settle=1.5) as runs:
        runs.wait_for(1)
        with (folder / "long.md").open("wb") as file:
            for _ in range(12):
                file.write(b"x" * 1000)
                file.flush()
                time.sleep(0.2)
                assert len(runs.found) == 1
        assert runs.wait_for(2)["long.md"] == 12_000


def test_a_file_that_never_rests_holds_the_others_up_no_longer_than_said(folder, monkeypatch):
    monkeypatch.setattr(watch, "LONGEST_WAIT", 1.0)
    with following(folder, settle=0.6) as runs:
        runs.wait_for(1)
        until = time.monotonic() + SOON
        with (folder / "log.md").open("wb") as file:
            while len(runs.found) < 2:
                assert time.monotonic() < until
                file.write(b"x")
                file.flush()
                time.sleep(0.1)


def test_a_burst_of_changes_is_one_run(folder):
    with following(folder, settle=1.0) as runs:
        runs.wait_for(1)
        for number in range(60):
            (folder / f"{number}.md").write_text("x")
        assert len(runs.wait_for(2)) == 61
        runs.stay_at(2)


@pytest.mark.parametrize("name", [".hidden.md", ".git/index.md", ".~lock.first.md#"])
def test_hidden_files_start_no_run(folder, name):
    with following(folder) as runs:
        runs.wait_for(1)
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
        runs.stay_at(1)


def test_a_folder_moved_in_whole_is_seen(folder, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "moved.md").write_text("x")
    with following(folder) as runs:
        runs.wait_for(1)
        (tmp_path / "outside").rename(folder / "inside")
        assert set(runs.wait_for(2)) == {"first.md", "moved.md"}


@pytest.mark.parametrize("polling", [False, True])
def test_the_folder_may_be_removed_and_made_again(folder, polling):
    with following(folder, polling) as runs:
        runs.wait_for(1)
        (folder / "first.md").unlink()
        folder.rmdir()
        assert runs.wait_for(2) == {}
        folder.mkdir()
        (folder / "later.md").write_text("Three")
        while runs.found[-1] != {"later.md": 5}:
            runs.wait_for(len(runs.found) + 1)
        known = len(runs.found)
        (folder / "last.md").write_text("Four")
        assert set(runs.wait_for(known + 1)) == {"later.md", "last.md"}


def test_another_folder_of_the_same_name_is_followed_instead(folder, tmp_path):
    with following(folder) as runs:
        runs.wait_for(1)
        other = tmp_path / "other"
        other.mkdir()
        (other / "new.md").write_text("x")
        folder.rename(tmp_path / "old")
        other.rename(folder)
        while runs.found[-1] != {"new.md": 1}:
            runs.wait_for(len(runs.found) + 1)
        (folder / "newer.md").write_text("x")
        assert set(runs.wait_for(len(runs.found) + 1)) == {"new.md", "newer.md"}


def test_a_folder_that_is_not_there_yet_is_waited_for(tmp_path):
    with following(tmp_path / "documents") as runs:
        assert runs.wait_for(1) == {}
        runs.stay_at(1)
        (tmp_path / "documents").mkdir()
        (tmp_path / "documents" / "first.md").write_text("x")
        while runs.found[-1] != {"first.md": 1}:
            runs.wait_for(len(runs.found) + 1)


def test_what_changes_while_a_run_is_at_work_is_run_for_after_it(folder):
    with following(folder) as runs:
        runs.seconds = 0.6
        while not runs.at_work:
            time.sleep(0.01)
        time.sleep(0.1)
        (folder / "meanwhile.md").write_text("x")
        runs.wait_for(2)
        assert runs.together == 1
        assert "meanwhile.md" in runs.found[-1]


def test_a_failed_run_is_done_again_after_the_next_change(folder):
    with following(folder) as runs:
        runs.fails = True
        runs.wait_for(1)
        runs.stay_at(1)
        runs.fails = False
        (folder / "second.md").write_text("x")
        runs.wait_for(2)


def test_a_failed_run_is_done_again_after_a_while(folder, monkeypatch):
    monkeypatch.setattr(watch, "RETRY", 0.3)
    with following(folder) as runs:
        runs.fails = True
        runs.wait_for(3)
        runs.fails = False
        known = len(runs.found)
        runs.wait_for(known + 1)
        time.sleep(QUIET)
        assert len(runs.found) <= known + 2


def test_a_run_that_met_another_writer_is_done_again_soon(folder, monkeypatch):
    monkeypatch.setattr(watch, "BUSY", 0.3)
    with following(folder) as runs:
        runs.busy = True
        runs.wait_for(3)
        runs.busy = False
        known = len(runs.found)
        runs.wait_for(known + 1)
        time.sleep(QUIET)
        assert len(runs.found) <= known + 2


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "OS file watch limit reached"),
        WatchfilesRustInternalError("no inotify"),
    ],
)
def test_a_folder_that_cannot_be_followed_says_what_to_set(folder, monkeypatch, error):
    def refuse(*_, **__):
        raise error
        yield set()

    monkeypatch.setattr(watch, "watch", refuse)
    with pytest.raises(DocumentsError, match="set SEMINAR_QA_WATCH_POLLING=1"):
        follow_folder(folder, lambda: True, threading.Event(), settle=SETTLE)


def test_a_file_that_only_gets_older_is_noticed(folder):
    with following(folder) as runs:
        runs.wait_for(1)
        os.utime(folder / "first.md", (1, 1))
        runs.wait_for(2)
