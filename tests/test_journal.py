"""The journal of an unfinished run: what was finished comes back, and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seminar_qa.journal import Journal, Log


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log of three entries, the second of them empty."""
    log = Log(tmp_path / "readings.log", "readings")
    for name, data in (("a", b"first"), ("b", b""), ("c", b"\x00" * 1000)):
        log.append(name, data)
    log.close()
    return tmp_path / "readings.log"


def taken(path: Path, purpose: str = "readings") -> list[bytes]:
    log = Log(path, purpose)
    try:
        return list(log.entries())
    finally:
        log.close()


def test_entries_come_back_by_name_and_in_order(path: Path):
    log = Log(path, "readings")
    assert [log.get(name) for name in "abcd"] == [b"first", b"", b"\x00" * 1000, None]
    assert list(log.entries()) == [b"first", b"", b"\x00" * 1000]
    assert len(log) == 3


def test_entries_can_be_added_after_opening_again(path: Path):
    log = Log(path, "readings")
    log.append("d", b"more")
    log.close()
    assert taken(path)[2:] == [b"\x00" * 1000, b"more"]


def test_a_log_for_another_purpose_begins_anew(path: Path):
    assert taken(path, "other weights") == []
    assert taken(path) == []


@pytest.mark.parametrize("cut", [1, 500, 1001, 1071])
def test_an_entry_cut_short_is_dropped_and_the_next_one_takes_its_place(path: Path, cut: int):
    path.write_bytes(path.read_bytes()[:-cut])
    log = Log(path, "readings")
    assert list(log.entries()) == [b"first", b""]
    log.append("d", b"again")
    log.close()
    assert taken(path) == [b"first", b"", b"again"]


@pytest.mark.parametrize("data", [b"", b"no log at all", b"seminar-qa log 1\n", b"\xff" * 5000])
def test_a_file_that_is_no_log_begins_anew(tmp_path: Path, data: bytes):
    (tmp_path / "x.log").write_bytes(data)
    log = Log(tmp_path / "x.log", "readings")
    assert len(log) == 0
    log.append("a", b"first")
    log.close()
    assert taken(tmp_path / "x.log") == [b"first"]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.data())
def test_no_flipped_bit_is_ever_taken_for_an_entry(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "flipped.log"
    path.unlink(missing_ok=True)
    log = Log(path, "readings")
    entries = [b"first entry", b"second", b"third one"]
    for number, entry in enumerate(entries):
        log.append(str(number), entry)
    log.close()
    raw = bytearray(path.read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(raw)
    found = taken(path)
    assert found == entries[: len(found)]
    assert len(found) < 3


def test_closing_keeps_the_logs_and_drops_the_rest(tmp_path: Path):
    journal = Journal(tmp_path / "work")
    journal.log("readings", "readings").append("a", b"first")
    journal.scratch("vectors").write_bytes(b"?" * 100)
    journal.close()
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["readings.log"]
    assert list(Journal(tmp_path / "work").log("readings", "readings").entries()) == [b"first"]


def test_removing_leaves_nothing_and_can_be_done_twice(tmp_path: Path):
    journal = Journal(tmp_path / "work")
    journal.log("readings", "readings").append("a", b"first")
    journal.remove()
    journal.remove()
    assert list(tmp_path.iterdir()) == []
    assert len(journal.log("readings", "readings")) == 0
