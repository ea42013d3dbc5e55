"""The records of an index: what is written comes back, and what was altered is refused."""

import errno
import hashlib
import sqlite3
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seminar_qa.documents import Block, Document, Extraction, Kind, LeftOut, Speaker
from seminar_qa.errors import IndexDamagedError, NotFoundError
from seminar_qa.layout import Layout
from seminar_qa.passages import Passage, passage_text
from seminar_qa.records import Entry, Filters, Origin, Record, Records, RecordWriter
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
    with pytest.raises(IndexDamagedError, match="run: seminar-qa index$"):
        Records.open(tmp_path / "records.sqlite")


def test_a_missing_database_is_damage_and_is_not_made(tmp_path: Path):
    with pytest.raises(IndexDamagedError):
        Records.open(tmp_path / "records.sqlite")
    assert not (tmp_path / "records.sqlite").exists()


def test_a_path_with_a_question_mark_can_be_opened(tmp_path: Path, path: Path):
    odd = tmp_path / "what? #1%20"
    odd.mkdir()
    assert Records.open(path.rename(odd / "records.sqlite")).count("documents") == 2


HARBOUR = Document(
    id="h3",
    path="c/harbour.pdf",
    sha256="cc",
    media_type="application/pdf",
    text="BAN: The harbour grows. It is “new”. We doubt it.",
    blocks=(
        Block(Kind.PARAGRAPH, 5, 36, (), 0, "BAN"),
        Block(Kind.PARAGRAPH, 37, 49, ("Trade",), 0, None),
    ),
    page_starts=(0, 37, 49),
    title="Harbour “港”",
    organiser="Port of Kiel 😀",
    speakers=(
        Speaker("Dr. Ben Kloeck", "mayor", "City of Kobe", ("BAN", "BEN"), 0, 3),
        Speaker("田中 太郎"),
    ),
    found_at=(("title", 0, 3), ("organiser", 5, 9)),
    extraction=Extraction(
        pages=3,
        blank_pages=(3,),
        unread_pages=(1, 2),
        ocr_pages=(2,),
        garbled=0.0125,
        left_out=(LeftOut("page header", "repeated on every page", 2, 28), LeftOut("picture", "x")),
        warnings=("It is torn.", "“Es” fehlt."),
    ),
)
SPOKEN = (Sentence(5, 23, 0, 0), Sentence(24, 36, 0, None), Sentence(37, 49, 1, 1))
TOLD = (Passage(5, 36, 0, 1, (), 0), Passage(37, 49, 2, 2, ("Trade",), 1))
KIEL = replace(GIFU, id="k4", path="d/kiel.txt", date="2020-01-02", speakers=(Speaker("Ann Lee"),))


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    """A database of two documents with speakers, and one without between them."""
    writer = RecordWriter(tmp_path / "spoken.sqlite")
    assert writer.add(HARBOUR, SPOKEN, TOLD) == range(2)
    assert writer.add(GIFU, (Sentence(0, 5, 0),), (Passage(0, 5, 0, 0),)) == range(2, 3)
    by_ann = (Sentence(0, 5, 0, 0),), (Passage(0, 5, 0, 0, (), 0), Passage(0, 5, 0, 0))
    assert writer.add(KIEL, *by_ann) == range(3, 5)
    writer.close()
    return tmp_path / "spoken.sqlite"


def test_who_speaks_and_how_it_was_read_come_back_whole(spoken: Path):
    records = Records.open(spoken)
    assert records.record(0) == Record(HARBOUR, SPOKEN, TOLD, range(2))
    assert records.record(1).document.extraction == Extraction()
    listed = next(document for document in records.documents() if document.id == "h3")
    assert listed == replace(HARBOUR, text="", blocks=())


def test_the_length_of_each_text_is_counted_in_code_points(path: Path):
    assert Records.open(path).characters() == {"a1": 35, "g2": 5}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Kloeck", [(0, 0)]),
        ("dr. kloeck", [(0, 0)]),
        ("Dr. Ben Kloeck, mayor, City of Kobe", [(0, 0)]),
        ("田中", [(0, 1)]),
        ("Lee", [(2, 0)]),
        ("BEN", [(0, 0)]),
        ("mayor", []),
        ("Nobody", []),
        ("", []),
        ("%", []),
        ("' OR 1=1", []),
    ],
)
def test_speakers_are_found_by_name_in_all_documents(spoken: Path, name: str, found: list[object]):
    assert Records.open(spoken).speakers_named(name) == found


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (Filters(speakers=("Kloeck",)), [0]),
        (Filters(speakers=("太郎",)), [1]),
        (Filters(speakers=("Ann Lee",)), [3]),
        (Filters(speakers=("Ann Lee", "Kloeck")), [0, 3]),
        (Filters(speakers=("Nobody",)), []),
        (Filters(speakers=("Ann Lee", "Nobody")), [3]),
        (Filters(speakers=("Ann Lee",), documents=("h3",)), []),
        (Filters(speakers=("Ann Lee", "Kloeck"), documents=("h3", "g2")), [0]),
        (Filters(speakers=("Ann Lee", "Kloeck"), after="2020-01-01"), [3]),
        (Filters(speakers=("Ann Lee",), before="2020-01-01"), []),
    ],
)
def test_a_filter_by_speaker_chooses_the_rows_of_what_they_said(
    spoken: Path, filters: Filters, rows: list[int]
):
    assert Records.open(spoken).rows(filters) == rows


@pytest.mark.parametrize(
    ("speakers", "rows"),
    [
        ([(0, 0)], [0]),
        ([(0, 1)], [1]),
        ([(2, 0)], [3]),
        ([(2, 0), (0, 0), (0, 1)], [0, 1, 3]),
        ([(1, 0)], []),
        ([(9, 9)], []),
        ([], []),
    ],
)
def test_the_rows_of_speakers_are_those_of_what_they_say_in_order(
    spoken: Path, speakers: list[tuple[int, int]], rows: list[int]
):
    records = Records.open(spoken)
    assert records.rows_of(speakers) == rows
    assert records.rows_of(frozenset(speakers)) == rows


def test_a_filter_by_speaker_restricts():
    assert Filters(speakers=("Ann Lee",))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents SET speakers = replace(speakers, 'Kloeck', 'Roth')",
        "UPDATE documents SET organiser = 'Port of Bonn'",
        "UPDATE documents SET found_at = '[]'",
        "UPDATE documents SET found_at = 7",
        "UPDATE documents SET extraction = replace(extraction, '0.0125', '0.5')",
        "UPDATE documents SET extraction = '{}'",
        "UPDATE documents SET speakers = 'no JSON'",
        "UPDATE blocks SET speaker = 'BEN' WHERE number = 0",
        "UPDATE sentences SET speaker = 1 WHERE number = 0",
        "UPDATE passages SET speaker = 1 WHERE row = 0",
    ],
)
def test_altered_speakers_and_facts_are_refused(spoken: Path, statement: str):
    alter(spoken, statement)
    with pytest.raises(IndexDamagedError, match="run: seminar-qa index$"):
        Records.open(spoken).record(0)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE documents SET speakers = 'no JSON'", "UPDATE documents SET extraction = '{}'"],
)
def test_altered_facts_are_refused_in_the_list_too(spoken: Path, statement: str):
    alter(spoken, statement)
    with pytest.raises(IndexDamagedError, match="run: seminar-qa index$"):
        list(Records.open(spoken).documents())


def lay_out(words: list[tuple[int, int]], width: int = 40) -> Layout:
    """Return a layout of words that stand side by side, `width` of them on a line."""
    layout = Layout()
    for number, (start, end) in enumerate(words):
        line, place = divmod(number, width)
        bottom = 700.0 - 12 * (line % 50)
        layout.add(start, end, (1 + line // 50, 10.0 * place, bottom, 10.0 * place + 9, bottom + 9))
    return layout


def records_of(folder: Path, layout: Layout, length: int) -> Records:
    document = replace(GIFU, text="x" * length, blocks=(Block(Kind.NOTE, 0, length),))
    file = folder / "laid.sqlite"
    file.unlink(missing_ok=True)
    writer = RecordWriter(file)
    writer.add(KIEL, (), ())
    writer.add(replace(document, layout=layout), (), ())
    writer.close()
    return Records.open(file)


def test_boxes_come_back_a_box_a_line(tmp_path: Path):
    layout = lay_out([(0, 5), (6, 11), (12, 17), (18, 23)], width=2)
    records = records_of(tmp_path, layout, 23)
    assert records.boxes(1, 0, 11) == [(1, 0.0, 700.0, 19.0, 709.0)]
    assert records.boxes(1, 6, 15) == [(1, 10.0, 700.0, 19.0, 709.0), (1, 0.0, 688.0, 9.0, 697.0)]
    assert records.boxes(1, 5, 6) == []
    assert records.boxes(0, 0, 5) == []


def test_boxes_are_found_at_any_distance_from_the_start(tmp_path: Path):
    layout = lay_out([(10 * n, 10 * n + 9) for n in range(3_000)])
    records = records_of(tmp_path, layout, 30_000)
    for start in range(0, 30_000, 370):
        last = start // 400 * 400 + 400  # a line has 40 words of 10 code points
        end = min(start + 150, last)
        if start // 8_192 == end // 8_192:
            assert records.boxes(1, start, end) == layout.boxes(start, end)


CUT = "a part of the layout ends there"


def test_a_line_is_one_box_also_where_the_layout_is_kept_in_two_parts(tmp_path: Path):
    layout = lay_out([(10 * n, 10 * n + 9) for n in range(900)])
    records = records_of(tmp_path, layout, 9_000)
    assert records.boxes(1, 8_150, 8_250) == layout.boxes(8_150, 8_250)


def test_a_word_that_begins_in_one_part_of_the_layout_has_its_box_in_the_next(tmp_path: Path):
    layout = lay_out([(8_170, 8_200), (8_200, 8_230)])
    records = records_of(tmp_path, layout, 9_000)
    assert records.boxes(1, 8_193, 8_199) == layout.boxes(8_193, 8_199) != []


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), max_size=40), st.data())
def test_the_boxes_of_any_stretch_are_those_that_were_laid_out(tmp_path_factory, gaps, data):
    words, place = [], 0
    for gap, length in gaps:
        words.append((place + gap, place + gap + length))
        place += gap + length
    layout = lay_out(words, width=5)
    start, end = (data.draw(st.integers(0, place)) for _ in range(2))
    records = records_of(tmp_path_factory.getbasetemp(), layout, place + 1)
    assert records.boxes(1, start, end) == layout.boxes(start, end)


def test_a_layout_that_was_altered_is_refused(tmp_path: Path):
    records_of(tmp_path, lay_out([(0, 5)]), 10).close()
    other = zlib.compress(lay_out([(0, 9)]).tobytes())
    alter(tmp_path / "laid.sqlite", f"UPDATE layouts SET words = x'{other.hex()}'")
    records = Records.open(tmp_path / "laid.sqlite")
    with pytest.raises(IndexDamagedError, match="the layout of document 1 was altered"):
        records.boxes(1, 0, 5)


@pytest.mark.parametrize("words", ["x'00ff'", "x''"])
def test_a_layout_that_is_cut_short_is_refused(tmp_path: Path, words: str):
    records_of(tmp_path, lay_out([(0, 5)]), 10).close()
    alter(tmp_path / "laid.sqlite", f"UPDATE layouts SET words = {words}")
    with pytest.raises(IndexDamagedError, match="run: seminar-qa index$"):
        Records.open(tmp_path / "laid.sqlite").boxes(1, 0, 5)


# A database that is gone on with


READ_AS = Origin(".txt", "5f", "a.yaml", 7, ("eng", "jpn"))
ONE = (Sentence(0, 5, 0),), (Passage(0, 5, 0, 0),)


def go_on(path: Path) -> RecordWriter:
    return RecordWriter(path)


def test_numbers_and_rows_are_never_used_again(path: Path):
    writer = go_on(path)
    writer.remove(1)
    writer.remove(0)
    assert writer.add(GIFU, *ONE) == range(3, 4)
    writer.close()
    writer = go_on(path)
    writer.remove(2)
    assert writer.add(ALSACE, SENTENCES, PASSAGES) == range(4, 6)
    writer.close()
    records = Records.open(path)
    assert records.numbers() == [3]
    assert records.record(3) == Record(ALSACE, SENTENCES, PASSAGES, range(4, 6))
    assert [records.place_of(row) for row in (4, 5)] == [(3, 0), (3, 1)]
    with pytest.raises(IndexDamagedError):
        records.place_of(3)


def test_removing_a_document_leaves_the_others_and_none_of_its_words(path: Path):
    writer = go_on(path)
    writer.remove(0)
    writer.close()
    records = Records.open(path)
    counts = [records.count(t) for t in ("documents", "blocks", "sentences", "passages", "layouts")]
    assert counts == [1, 1, 1, 1, 0]
    assert records.record(1).document == GIFU
    assert b"Alsace" not in path.read_bytes()


def test_a_renamed_document_is_the_same_under_another_path(path: Path):
    writer = go_on(path)
    writer.rename(0, "z/alsace.txt")
    writer.close()
    renamed = replace(ALSACE, path="z/alsace.txt")
    assert Records.open(path).record(0) == Record(renamed, SENTENCES, PASSAGES, range(2))


def test_a_document_can_be_cut_again(path: Path):
    record = Records.open(path).record(0)
    cut = (Passage(0, 36, 0, 2, ("Alsace",)),)
    writer = go_on(path)
    assert writer.recut(0, record, cut) == range(3, 4)
    writer.close()
    records = Records.open(path)
    assert records.record(0) == Record(ALSACE, SENTENCES, cut, range(3, 4))
    assert records.place_of(3) == (0, 0)
    assert [row for row, _ in records.texts()] == [2, 3]


def test_much_that_was_removed_makes_the_file_smaller(tmp_path: Path):
    path = tmp_path / "records.sqlite"
    writer = RecordWriter(path)
    for number in range(30):
        report = replace(GIFU, id=f"{number}", text="x" * 20_000)
        writer.add(report, *ONE)
    writer.close()
    before = path.stat().st_size
    writer = go_on(path)
    for number in range(25):
        writer.remove(number)
    writer.close()
    assert path.stat().st_size < before / 3
    assert Records.open(path).numbers() == [25, 26, 27, 28, 29]
    assert [p.name for p in tmp_path.iterdir()] == ["records.sqlite"]


def test_entries_tell_each_document_in_short(tmp_path: Path):
    writer = RecordWriter(tmp_path / "records.sqlite")
    writer.add(HARBOUR, SPOKEN, TOLD, READ_AS)
    writer.add(GIFU, *ONE)
    writer.close()
    assert Records.open(tmp_path / "records.sqlite").entries() == [
        Entry(0, "c/harbour.pdf", "cc", READ_AS, True, 2),
        Entry(1, "a/gifu.md", "bb", Origin()),
    ]


def test_texts_come_as_indexed_with_their_hashes_in_order_of_row(spoken: Path):
    writer = go_on(spoken)
    writer.recut(0, Records.open(spoken).record(0), TOLD[1:])
    writer.close()
    records = Records.open(spoken)
    texts = list(records.texts())
    assert [row for row, _ in texts] == [2, 3, 4, 5]
    assert texts[-1][1] == passage_text(HARBOUR, TOLD[1])
    assert texts[-1][1].startswith("Harbour “港”\nTrade\n田中 太郎\nWe doubt it.")
    rows, hashes = records.text_hashes()
    assert rows.tolist() == [2, 3, 4, 5]
    assert hashes.tolist() == [hashlib.sha256(text.encode()).digest() for _, text in texts]


def test_texts_of_some_rows_are_those_of_their_documents(spoken: Path):
    records = Records.open(spoken)
    assert [row for row, _ in records.texts(np.array([4]))] == [3, 4]
    assert [row for row, _ in records.texts(np.array([0, 2]))] == [0, 1, 2]
    assert list(records.texts(np.array([], dtype=np.int64))) == []


def test_a_text_that_was_altered_is_not_indexed_again(path: Path):
    alter(path, "UPDATE documents SET text = replace(text, 'small', 'large') WHERE id = 'a1'")
    with pytest.raises(IndexDamagedError, match="the text of document 0 was altered"):
        list(Records.open(path).texts())


def test_a_database_that_cannot_be_written_is_an_error_of_the_disk(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="unable to open database file") as told:
        RecordWriter(tmp_path / "folder")
    assert told.value.errno == errno.EIO
    (tmp_path / "old.sqlite").write_bytes(b"no database at all " * 300)
    with pytest.raises(OSError, match="not a database"):
        RecordWriter(tmp_path / "old.sqlite")


# What a citation names


@pytest.mark.parametrize("column", ["id", "path", "sha256", "media_type", "date", "characters"])
def test_an_altered_fact_is_refused_whole_and_in_the_list(path: Path, column: str):
    alter(path, f"UPDATE documents SET {column} = '1' WHERE number = 0")
    records = Records.open(path)
    with pytest.raises(IndexDamagedError, match="what is known of .* was altered"):
        records.record(0)
    with pytest.raises(IndexDamagedError, match="what is known of .* was altered"):
        list(records.documents())


def test_a_document_that_was_renamed_is_whole(path: Path):
    writer = RecordWriter(path)
    writer.rename(0, "c.txt")
    writer.close()
    records = Records.open(path)
    assert records.record(0).document.path == "c.txt"
    assert "c.txt" in [document.path for document in records.documents()]


def test_rows_that_were_altered_are_refused(path: Path):
    alter(path, "UPDATE passages SET row = 77 WHERE row = 1")
    with pytest.raises(IndexDamagedError, match=r"the passages of b/alsace\.txt were altered"):
        Records.open(path).record(0)
