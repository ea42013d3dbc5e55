"""Search by words."""

import math
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
import tantivy

from seminar_qa.errors import IndexDamagedError, IndexUnavailableError
from seminar_qa.lexical import LexicalIndex

TEXTS = [
    "Osaka cooperates in hydrogen and fuel cells.",
    "Forests are resources of Japan’s rural regions.",
    "日欧産業協力センターは東京にあります。",
    "Mr. Löer spoke in Düsseldorf of hydrogen; hydrogen it was.",
]


@pytest.fixture
def index(tmp_path) -> LexicalIndex:
    return LexicalIndex.build(enumerate(TEXTS), tmp_path)


def rows(found: list[tuple[int, float]]) -> list[int]:
    return [row for row, _ in found]


def test_the_text_with_the_word_twice_comes_first(index):
    found = index.search("hydrogen", 5)
    assert rows(found) == [3, 0]
    assert found[0][1] > found[1][1] > 0


def test_no_more_than_the_limit_comes_back(index):
    assert rows(index.search("hydrogen", 1)) == [3]
    assert index.search("hydrogen", 0) == []


def test_only_the_allowed_rows_are_ranked_and_their_scores_stay(index):
    everywhere = dict(index.search("hydrogen", 5))
    assert index.search("hydrogen", 5, rows=[0, 1]) == [(0, pytest.approx(everywhere[0]))]
    assert index.search("hydrogen", 5, rows=[]) == []


def test_a_word_is_found_in_another_form(index):
    assert rows(index.search("a forested region", 5)) == [1]


def test_a_word_is_found_without_its_accents(index):
    assert rows(index.search("LOER dusseldorf", 5)) == [3]


def test_japanese_is_found_by_a_part_of_a_name(index):
    assert rows(index.search("産業協力", 5)) == [2]


def test_question_words_and_common_words_are_not_searched_for(index):
    assert index.terms("What did the regions and the region do?") == ["region"]
    assert index.search("What is the?", 5) == []


def test_a_word_that_no_text_has_finds_nothing(index):
    assert index.search("submarine", 5) == []


@pytest.mark.parametrize("question", ["", "???", 'body:"x" AND (', "row:0", "👨‍👩‍👧", "w" * 70_000])
def test_a_question_is_never_read_as_a_query_language(index, question):
    assert index.search(question, 5) == []


def test_equal_scores_come_in_the_order_of_the_rows(tmp_path):
    same = LexicalIndex.build(enumerate(["trade"] * 4), tmp_path)
    assert rows(same.search("trade", 4)) == [0, 1, 2, 3]


def test_rows_are_any_numbers_with_gaps_between(tmp_path):
    index = LexicalIndex.build(zip([7, 2**40, 2**41], TEXTS, strict=False), tmp_path)
    assert rows(index.search("hydrogen", 5)) == [7]
    assert rows(index.search("forests", 5)) == [2**40]
    assert rows(index.search("forests hydrogen", 5, rows=[2**40, 8])) == [2**40]


def test_passages_are_taken_one_at_a_time(tmp_path):
    class Text(str):
        """A text that can be watched."""

    alive = weakref.WeakSet()

    def passages() -> Iterator[tuple[int, str]]:
        for row in range(300):
            text = Text(f"trade {row}")
            alive.add(text)
            assert len(alive) <= 3
            yield row, text

    assert len(LexicalIndex.build(passages(), tmp_path)) == 300


def test_an_index_of_nothing_finds_nothing(tmp_path):
    empty = LexicalIndex.build([], tmp_path)
    assert (len(empty), empty.search("trade", 3)) == (0, [])


def test_an_opened_index_answers_as_the_one_that_was_built(index, tmp_path):
    opened = LexicalIndex.open(tmp_path)
    assert len(opened) == 4
    assert opened.search("Osaka hydrogen", 5) == index.search("Osaka hydrogen", 5)


def test_a_missing_folder_is_a_damaged_index_and_the_message_names_the_cure(tmp_path):
    with pytest.raises(IndexDamagedError, match="seminar-qa index --force"):
        LexicalIndex.open(tmp_path / "nowhere")


@pytest.fixture
def shut(index, tmp_path) -> Path:
    """An index whose folder takes no lock, as one of another user or on a read-only disk."""
    (tmp_path / ".tantivy-meta.lock").unlink()
    (tmp_path / ".tantivy-meta.lock").mkdir()
    with pytest.raises(ValueError, match="Lockfile"):
        tantivy.Index.open(str(tmp_path))
    return tmp_path


def test_an_index_that_cannot_be_written_can_be_read(index, shut, tmp_path_factory, monkeypatch):
    beside = tmp_path_factory.mktemp("beside")
    monkeypatch.setattr(tempfile, "tempdir", str(beside))
    opened = LexicalIndex.open(shut)
    assert list(beside.iterdir()) == []
    assert len(opened) == 4
    assert opened.search("Osaka hydrogen", 5) == index.search("Osaka hydrogen", 5)


def test_an_index_that_can_be_locked_nowhere_is_not_damaged(shut, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(shut / "nowhere"))
    with pytest.raises(IndexUnavailableError, match="TMPDIR") as told:
        LexicalIndex.open(shut)
    assert not isinstance(told.value, IndexDamagedError)


def test_a_damaged_index_that_cannot_be_written_is_damaged(shut):
    next(shut.glob("*.term")).unlink()
    with pytest.raises(IndexDamagedError):
        LexicalIndex.open(shut)


def test_an_index_with_a_broken_file_is_damaged(index, tmp_path):
    (tmp_path / "meta.json").write_text("{")
    with pytest.raises(IndexDamagedError):
        LexicalIndex.open(tmp_path)


def test_an_index_with_other_fields_is_damaged(tmp_path):
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", stored=True)
    tantivy.Index(builder.build(), path=str(tmp_path))
    with pytest.raises(IndexDamagedError, match="another version"):
        LexicalIndex.open(tmp_path)


def test_no_passage_reaches_the_ceiling_and_an_unknown_word_raises_it(tmp_path):
    index = LexicalIndex.build(enumerate(["hydrogen " * 50, "forest", "song"]), tmp_path)
    best = index.search("hydrogen", 1)[0][1]
    ceiling = index.ceiling("hydrogen")
    assert 0.5 * ceiling < best < ceiling < index.ceiling("hydrogen battery")


def test_a_word_tells_more_the_fewer_passages_have_it(tmp_path):
    index = LexicalIndex.build(enumerate(["地域 alpha", "地域 beta", "地域 gamma"]), tmp_path)
    assert 0 < index.rarity("地域") < index.rarity("alpha") < index.rarity("delta")
    assert index.rarity("delta") == pytest.approx(math.log1p(3.5 / 0.5))


def test_a_full_disk_is_an_error_of_the_disk(tmp_path: Path):
    code = (
        "import pathlib, resource, sys; from seminar_qa.lexical import LexicalIndex\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "texts = ((n, f'w{n} v{7 * n} x{n * n} y{n}z') for n in range(20_000))\n"
        "try:\n    LexicalIndex.build(texts, pathlib.Path(sys.argv[1]))\n"
        "except OSError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("[Errno ")
    assert str(tmp_path) in done.stdout


def test_the_files_may_be_read_by_whom_any_other_file_may(tmp_path: Path):
    LexicalIndex.build([(0, "Alsace works with Iwate.")], tmp_path)
    modes = {file.stat().st_mode for file in tmp_path.iterdir()}
    (tmp_path / "other").touch()
    assert modes == {(tmp_path / "other").stat().st_mode}
