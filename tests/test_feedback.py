"""Feedback: what readers say is kept, and becomes questions with known answers."""

import json
import sqlite3
import threading

import pytest

from seminar_qa.errors import FeedbackError
from seminar_qa.evaluation import read_questions
from seminar_qa.feedback import FILE, Feedback, FeedbackStore, as_questions
from seminar_qa.records import Filters

RIGHT = Feedback(
    "right", "How many people attended?", (), "", "g1", "d", "a.txt", "A", 3, 9, "0" * 64,
    "The seminar attracted approximately 100 audiences.", "100",
)  # fmt: skip


def test_what_is_said_is_kept_the_newest_first(tmp_path):
    store = FeedbackStore(tmp_path)
    store.add(RIGHT)
    store.add(Feedback("missing", "Which hotel?", ("Who came?",), note="the Grand"))
    newest, oldest = store.listed()
    assert (newest.question, newest.earlier, newest.note) == (
        "Which hotel?",
        ("Who came?",),
        "the Grand",
    )
    assert (oldest.quote, oldest.answer, oldest.start, oldest.end) == (RIGHT.quote, "100", 3, 9)
    assert oldest.given_at
    assert store.counts() == {"right": 1, "wrong": 0, "passage": 0, "missing": 1}
    assert [entry.verdict for entry in store.listed(["right"])] == ["right"]
    assert store.listed(first=1, most=1) == [oldest]


def test_before_anybody_says_anything_there_is_no_file(tmp_path):
    assert FeedbackStore(tmp_path).listed() == []
    assert not (tmp_path / FILE).exists()


def test_several_may_write_at_once(tmp_path):
    threads = [
        threading.Thread(target=FeedbackStore(tmp_path).add, args=(RIGHT,)) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(FeedbackStore(tmp_path).listed()) == 16


def test_a_damaged_file_is_told_with_the_cure(tmp_path):
    (tmp_path / FILE).write_bytes(b"this is no database" * 100)
    with pytest.raises(FeedbackError, match="move it away"):
        FeedbackStore(tmp_path).listed()


def test_a_file_of_a_later_version_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 9")
    with pytest.raises(FeedbackError, match="format 9"):
        FeedbackStore(tmp_path).add(RIGHT)


def test_a_file_of_the_first_format_is_gone_on_with(tmp_path):
    columns = 'number INTEGER PRIMARY KEY, given_at TEXT, verdict TEXT, question TEXT, earlier TEXT, interpreted TEXT, generation TEXT, document_id TEXT, path TEXT, title TEXT, start INTEGER, "end" INTEGER, quote_sha256 TEXT, quote TEXT, answer TEXT, note TEXT'
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute(f"CREATE TABLE feedback ({columns})")
        connection.execute(
            "INSERT INTO feedback VALUES (1, '2026', 'right', 'Who?', '[]', '', 'g', 'd', 'a.txt',"
            " 'A', 3, 9, 'h', 'Eve came.', 'Eve', '')"
        )
        connection.execute("PRAGMA user_version = 1")
    store = FeedbackStore(tmp_path)
    assert [entry.answer for entry in store.listed()] == ["Eve"]
    store.add(said("right", 1, filters=WITHIN))
    assert [entry.filters for entry in store.listed()] == [WITHIN, Filters()]


WITHIN = Filters(("a.txt",), ("Eve Evans",), "2018-01-01", "2018-12-31")


def test_a_question_is_given_with_what_it_was_restricted_to(tmp_path):
    given = [said("right", 2, filters=WITHIN), said("right", 1)]
    inside, outside = sorted(as_questions(given), key=lambda row: "filters" not in row)
    assert inside["filters"] == {
        "documents": ("a.txt",),
        "speakers": ("Eve Evans",),
        "after": "2018-01-01",
        "before": "2018-12-31",
    }
    assert inside["id"] != outside["id"]
    assert "filters" not in outside
    (tmp_path / "f.jsonl").write_text(f"{json.dumps(inside)}\n{json.dumps(outside)}\n")
    read = [question.filters for (question,) in read_questions(tmp_path / "f.jsonl")]
    assert read == [WITHIN, Filters()]


def said(verdict, at, **more):
    fields = {**vars(RIGHT), "verdict": verdict, "given_at": f"2026-01-0{at}", **more}
    return Feedback(**fields)


def test_what_was_said_last_counts():
    passage = said("passage", 2, quote="It had 90 guests.", answer="")
    (row,) = as_questions([passage, said("right", 1)])
    assert row["answers"] == ["It had 90 guests."]
    assert list(as_questions([said("wrong", 2), said("right", 1)])) == []
    assert list(as_questions([said("missing", 2), said("wrong", 1)])) == []


def test_a_follow_up_is_given_as_what_it_was_taken_to_mean():
    (row,) = as_questions([said("right", 1, question="And?", interpreted="How many came?")])
    assert (row["question"], row["answers"], row["documents"]) == (
        "How many came?",
        ["100"],
        ["a.txt"],
    )


def test_the_questions_can_be_read_by_evaluate(tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in as_questions([said("right", 1)])))
    ((question,),) = read_questions(file)
    assert (question.question, question.answers, question.answerable) == (
        "How many people attended?",
        ("100",),
        True,
    )


def test_of_two_verdicts_of_the_same_second_the_later_one_counts(tmp_path):
    store = FeedbackStore(tmp_path)
    for verdict in ("right", "wrong"):
        store.add(said(verdict, 1))
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("UPDATE feedback SET given_at = '2026-01-01T00:00:00+00:00'")
    assert list(as_questions(store.listed())) == []


def test_a_question_keeps_its_id_when_another_is_withdrawn():
    other = said("right", 2, question="Who came?")
    both = list(as_questions([other, said("right", 1)]))
    (left,) = as_questions([said("wrong", 3), other, said("right", 1)])
    assert left == both[1]


def test_an_altered_entry_is_told_as_damage(tmp_path):
    store = FeedbackStore(tmp_path)
    for change in ("earlier = '{'", "earlier = NULL", "earlier = '5'"):
        (tmp_path / FILE).unlink(missing_ok=True)
        store.add(RIGHT)
        with sqlite3.connect(tmp_path / FILE) as connection:
            connection.execute(f"UPDATE feedback SET {change}")
        with pytest.raises(FeedbackError, match="move it away"):
            store.listed()


def test_a_file_that_is_no_file_is_told_with_the_cure(tmp_path):
    (tmp_path / FILE).mkdir()
    with pytest.raises(FeedbackError, match="check its rights"):
        FeedbackStore(tmp_path).add(RIGHT)


def test_a_file_that_is_large_enough_takes_no_more_and_still_gives_what_it_has(
    tmp_path, monkeypatch
):
    store = FeedbackStore(tmp_path)
    store.add(RIGHT)
    monkeypatch.setattr("seminar_qa.feedback.LARGEST", (tmp_path / FILE).stat().st_size - 1)
    with pytest.raises(FeedbackError, match="no more is kept; save it elsewhere"):
        store.add(RIGHT)
    assert len(store.listed()) == 1
