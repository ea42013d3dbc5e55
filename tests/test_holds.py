"""A generation stays on disk while somebody has hold of it, in this process or another."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from seminar_qa import holds
from seminar_qa.errors import IndexDamagedError, IndexUnreadableError

pytestmark = pytest.mark.skipif(not holds.CAN_TELL, reason="there are no such locks")


@pytest.fixture
def generation(tmp_path: Path) -> Path:
    """A generation's folder with one file."""
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "records.sqlite").write_text("records")
    holds.prepare(tmp_path / "g")
    return tmp_path / "g"


def test_what_nobody_holds_is_removed(generation: Path):
    assert holds.remove_unless_held(generation)
    assert list(generation.parent.iterdir()) == []


def test_what_is_held_stays_until_the_last_lets_go(generation: Path):
    first, second = holds.Hold(generation), holds.Hold(generation)
    assert not holds.remove_unless_held(generation)
    first.close()
    first.close()
    assert not holds.remove_unless_held(generation)
    assert (generation / "records.sqlite").read_text() == "records"
    second.close()
    assert holds.remove_unless_held(generation)


def test_a_hold_that_is_forgotten_is_let_go(generation: Path):
    hold = holds.Hold(generation)
    assert not holds.remove_unless_held(generation)
    del hold
    assert holds.remove_unless_held(generation)


def test_a_hold_of_another_process_counts_until_that_ends_in_whatever_way(generation: Path):
    code = (
        "import sys, pathlib; from seminar_qa.holds import Hold; "
        "hold = Hold(pathlib.Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, generation], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout.readline() == b"held\n"
    assert not holds.remove_unless_held(generation)
    other.kill()
    other.wait()
    assert holds.remove_unless_held(generation)
    other.stdin.close()
    other.stdout.close()


def test_what_is_gone_cannot_be_held(generation: Path):
    holds.remove_unless_held(generation)
    with pytest.raises(IndexDamagedError, match="run: seminar-qa index$"):
        holds.Hold(generation)


def test_too_many_open_files_are_not_taken_for_a_disk_without_locks(generation: Path):
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        with pytest.raises(IndexUnreadableError, match="ulimit -n"):
            holds.Hold(generation)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_folder_without_the_file_can_be_removed(tmp_path: Path):
    (tmp_path / "old").mkdir()
    assert holds.remove_unless_held(tmp_path / "old")
    assert list(tmp_path.iterdir()) == []
