"""The records of an index: what is written comes back, and what was altered is refused."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from seminar_qa.documents import Block, Document, Kind
from seminar_qa.errors import IndexDamagedError, NotFoundError
from seminar_qa.passages import Passage
from seminar_qa.records import Filters, Record, Records, RecordWriter
from seminar_qa.sentences import Sentence

ALSACE = Document(
    id="a1",
    path="b/alsace.txt",
    sha256="aa",
    media_type="text/plain",
    text="Alsace\n\nIt is “small” 😀. It is old.",
    blocks=(
        Block(Kind.HEADING, 0, 6, (), 1),
        Block(Kind.PARAGRAPH, 8, 36, ("Alsace", "日本")),
    ),
    page_starts=(0, 8),
    title="Alsace",
    date="2018-11-20",
    place="Tokyo",
)
GIFU = Document("g2", "a/gifu.md", "bb", "text/markdown", "Gifu.", (Block(Kind.NOTE, 0, 5),))
SENTENCES = (Sentence(0, 6, 0), Sentence(8, 24, 1), Sentence(25, 36, 1))
PASSAGES = (Passage(0, 24, 0, 1, ("Alsace",)), Passage(8, 36, 1, 2, ("Alsace", "日本")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of two documents with three passages."""
    writer = RecordWriter(tmp_path / "records.sqlite")
    assert writer.add(ALSACE, SENTENCES, PASSAGES) == range(2)
    assert writer.add(GIFU, (Sentence(0, 5, 0),), (Passage(0, 5, 0, 0),)) == range(2, 3)
    writer.close()
    return tmp_path / "records.sqlite"


def alter(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_document_comes_back_whole(path: Path):
    assert Records.open(path).record(0) == Record(ALSACE, SENTENCES, PASSAGES, range(2))


def test_what_a_document_does_not_say_comes_back_as_none(path: Path):
    document = Records.open(path).record(1).document
    assert document == GIFU
    assert (document.title, document.date, document.place) == (None, None, None)


def test_rows_are_counted(path: Path):
    records = Records.open(path)
    counts = [records.count(t) for t in ("documents", "blocks", "sentences", "passages")]
    assert counts == [2, 3, 4, 3]


def test_the_list_of_documents_is_in_order_of_path_and_without_text(path: Path):
    listed = list(Records.open(path).documents())
    assert [document.path for document in listed] == ["a/gifu.md", "b/alsace.txt"]
    assert listed[1] == replace(ALSACE, text="", blocks=())


def test_a_document_is_found_by_its_id(path: Path):
    assert Records.open(path).number_of("g2") == 1


def test_an_unknown_id_is_named(path: Path):
    with pytest.raises(NotFoundError, match="“a' OR 1=1”"):
        Records.open(path).number_of("a' OR 1=1")


def test_a_passages_row_tells_its_document_and_its_place_there(path: Path):
    records = Records.open(path)
    assert [records.place_of(row) for row in range(3)] == [(0, 0), (0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (Filters(), [0, 1, 2]),
        (Filters(documents=("a1",)), [0, 1]),
        (Filters(documents=("a1", "g2")), [0, 1, 2]),
        (Filters(documents=("nobody",)), []),
        (Filters(after="2018-11-20"), [0, 1]),
        (Filters(before="2018-11-20"), [0, 1]),
        (Filters(after="2018-11-21"), []),
        (Filters(before="2018-11-19"), []),
        (Filters(documents=("g2",), after="2018-01-01"), []),
    ],
)
def test_filters_choose_rows_with_both_days_included_and_undated_reports_left_out(
    path: Path, filters: Filters, rows: list[int]
):
    assert Records.open(path).rows(filters) == rows


def test_filters_are_false_only_when_they_restrict_nothing():
    assert not Filters()
    assert Filters(documents=("a1",))
    assert Filters(after="2018-01-01")
    assert Filters(before="2018-01-01")


def test_a_text_that_was_altered_is_refused(path: Path):
    alter(path, "UPDATE documents SET text = replace(text, 'small', 'large') WHERE id = 'a1'")
    with pytest.raises(IndexDamagedError, match=r"the text of b/alsace\.txt was altered"):
        Records.open(path).record(0)


def test_a_row_that_is_not_there_is_damage(path: Path):
    with pytest.raises(IndexDamagedError, match="passage 3 is not there"):
        Records.open(path).place_of(3)
    with pytest.raises(IndexDamagedError, match="document 2 is not there"):
        Records.open(path).record(2)


def test_a_table_that_is_not_there_is_damage(path: Path):
    alter(path, "DROP TABLE blocks")
    with pytest.raises(IndexDamagedError, match="blocks"):
        Records.open(path).record(0)


@pytest.mark.parametrize("data", [b"", b"no database at all " * 300])
def test_a_file_that_is_no_database_is_damage_with_the_cure(tmp_path: Path, data: bytes):
    (tmp_path / "records.sqlite").write_bytes(data)
    with pytest.raises(IndexDamagedError, match="run: seminar-qa index --force"):
        Records.open(tmp_path / "records.sqlite")


def test_a_missing_database_is_damage_and_is_not_made(tmp_path: Path):
    with pytest.raises(IndexDamagedError):
        Records.open(tmp_path / "records.sqlite")
    assert not (tmp_path / "records.sqlite").exists()


def test_a_path_with_a_question_mark_can_be_opened(tmp_path: Path, path: Path):
    odd = tmp_path / "what? #1%20"
    odd.mkdir()
    assert Records.open(path.rename(odd / "records.sqlite")).count("documents") == 2
