"""The reader's training rows: near misses of real questions, and windows whose spans answer."""

import random
import re
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

sys.path.append(str(Path(__file__).parents[1] / "training"))

from average import average
from near_misses import Exchanger, made_up_name
from windows import NEAR, SIZES, Asked, Collection, paragraph_id, read_near_misses, windows

HARBOUR = (
    "The harbour of Kiel was opened by Ann Lee in 1874. It was the largest harbour for 25 years. "
    "In May the mayor Ben Roth said that it would be sold to Marseille for 40 million crowns."
)
WIND = (
    "The wind farm near Esbjerg was planned by Clara Berg in 1999. It has 42 turbines, and every "
    "one of them is older than the quay. The harbour of Malmo paid for 17 of the turbines."
)
TEXTS = [HARBOUR, WIND]
SEEDS = range(60)


def missed(question: str, window: str = HARBOUR) -> set[str | None]:
    exchanger = Exchanger(TEXTS)
    return {exchanger.near_miss(question, window, random.Random(seed)) for seed in SEEDS}


def test_a_name_of_the_window_is_exchanged_for_another_of_the_texts():
    found = missed("Who owned Marseille?") - {None}
    assert {"Who owned Kiel?", "Who owned Esbjerg?"} <= found
    assert all("Marseille" not in question for question in found)


def test_a_number_of_the_window_is_exchanged_for_one_as_long():
    found = missed("To whom did 25 belong?") - {None}
    assert found == {f"To whom did {number} belong?" for number in (40, 42, 17)}


def test_a_word_is_exchanged_for_its_antonym():
    assert "Who has the smallest harbour?" in missed("Who has the largest harbour?")


def test_a_word_of_the_window_is_exchanged_for_one_of_the_same_ending():
    exchanger = Exchanger(TEXTS, ["who painted the ferries", "who was taxed"])
    found = {exchanger.near_miss("who opened it", HARBOUR, random.Random(s)) for s in SEEDS}
    assert {"who painted it", "who taxed it"} <= found
    assert "who ferries it" not in found


def test_a_question_with_nothing_to_exchange_is_negated_or_left():
    assert missed("who can sail?") == {None, "who can not sail?", "who can never sail?"}
    assert missed("how to sail?") == {None}


@pytest.mark.parametrize(
    "question",
    [
        "Who opened the harbour of Kiel in 1874?",
        "For how many crowns was it sold to Marseille?",
        "What is the largest harbour?",
        "Which harbour was sold?",
    ],
)
def test_a_near_miss_is_never_the_question_itself(question: str):
    assert question not in missed(question)
    assert missed(question) - {None}


def test_a_name_that_the_window_lacks_is_not_exchanged():
    assert all("Esbjerg" in (q or "Esbjerg") for q in missed("Where is Esbjerg?"))


def test_made_up_names_have_two_parts_and_follow_the_seed():
    names = {made_up_name(random.Random(seed)) for seed in SEEDS}
    assert len(names) > 30
    assert {len(name.split()) for name in names} == {2}
    assert made_up_name(random.Random(7)) == made_up_name(random.Random(7))


@pytest.mark.parametrize("size", SIZES)
def test_windows_are_slices_of_whole_sentences(size: int):
    cuts = windows(HARBOUR, size)
    assert (cuts[0][0], cuts[-1][1]) == (0, len(HARBOUR))
    assert all(HARBOUR[end - 1] == "." and HARBOUR[start].isupper() for start, end in cuts)


QUESTIONS = [
    ("Who opened the harbour of Kiel in 1874?", 0, "Ann Lee"),
    ("For how much was the harbour sold?", 0, "40 million crowns"),
    ("How many turbines has the wind farm near Esbjerg?", 1, "42"),
]


def rows_of(question: str, number: int, answer: str) -> list[list[list]]:
    start = TEXTS[number].index(answer)
    asked = Asked(question, "", number, start, start + len(answer))
    return [Collection(TEXTS, ["Port", "Wind"], random.Random(s)).rows(asked) for s in SEEDS]


@pytest.mark.parametrize(("question", "number", "answer"), QUESTIONS)
def test_a_span_is_the_answer_and_a_window_without_a_span_does_not_answer(
    question: str, number: int, answer: str
):
    units = rows_of(question, number, answer)
    kinds = set()
    for unit in units:
        asked, front, window, start, end = unit[0]
        assert (asked, window[start:end]) == (question, answer)
        assert front in ("", ("Port | ", "Wind | ")[number])
        for asked, _, window, start, end in unit[1:]:
            if start >= 0:
                assert window[start:end] == answer
                assert asked != question
            else:
                assert end == -1
                assert asked != question or answer not in window
            kinds.add((asked == question, start >= 0))
    assert kinds == {(True, False), (False, False), (False, True)}


def test_the_paragraph_may_come_without_the_sentences_that_answer():
    units = rows_of(*QUESTIONS[0])
    cut = [row[2] for unit in units for row in unit[1:] if row[0] == unit[0][0]]
    rest = [text for text in cut if text in HARBOUR or " ".join(text.split()[:3]) in HARBOUR]
    assert rest
    assert all("Ann Lee" not in text for text in cut)


def test_somebody_is_in_front_of_the_window_whom_the_question_names_or_not():
    spoken = [
        row
        for unit in rows_of(*QUESTIONS[0])
        for row in unit[1:]
        if "according to" in row[0].lower() or ", as " in row[0]
    ]
    assert spoken
    for asked, front, _, start, _ in spoken:
        family = front.rstrip(" :|").split()[-1]
        assert (family in asked) is (start >= 0)


def test_a_question_whose_answer_no_window_holds_has_no_rows():
    asked = Asked("What is all of it?", "", 0, 0, len(HARBOUR) + 1)
    assert Collection(TEXTS, ["Port", "Wind"], random.Random(1)).rows(asked) == []


def test_a_question_that_a_paragraph_does_not_answer_comes_with_its_nearest_windows():
    collection = Collection([WIND], ["Wind"], random.Random(2))
    rows = collection.unanswered("How much did the wind farm near Esbjerg cost?", 0)
    assert 1 <= len(rows) <= 2
    for asked, front, window, start, end in rows:
        assert (asked, start, end) == ("How much did the wind farm near Esbjerg cost?", -1, -1)
        assert front in ("", "Wind | ")
        assert window in WIND
    assert "Esbjerg" in rows[0][2]


@pytest.mark.parametrize(
    ("name", "paragraphs"),
    [("near_misses", 3_840), ("near_misses_nq", 720), ("near_misses_shifts", 480)],
)
def test_the_written_near_misses_are_three_a_paragraph_and_no_two_alike(name, paragraphs):
    found = read_near_misses(NEAR.with_name(f"{name}.jsonl"))
    assert len(found) == paragraphs
    assert all(re.fullmatch("[0-9a-f]{10}", name) for name in found)
    assert all(len({q.lower() for q in asked}) == len(asked) == 3 for asked in found.values())
    assert len(paragraph_id(WIND)) == 10


def test_weights_are_averaged_number_by_number(tmp_path):
    paths = [tmp_path / name for name in ("a", "b")]
    for path, value in zip(paths, (1.0, 2.0), strict=True):
        save_file({"layer": torch.full((2, 3), value, dtype=torch.float16)}, path)
    found = average(paths, [3, 1])
    assert set(found) == {"layer"}
    assert found["layer"].dtype == torch.float16
    assert found["layer"].tolist() == [[1.25] * 3] * 2
