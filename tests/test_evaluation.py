"""The numbers of an evaluation, worked out by hand, and the quality on the first report."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from seminar_qa.calibration import Calibration
from seminar_qa.engine import Engine
from seminar_qa.errors import EvaluationError
from seminar_qa.evaluation import (
    Evaluation,
    Question,
    Rates,
    evaluate,
    normalise,
    rates,
    read_questions,
    token_f1,
)
from seminar_qa.index import PassageIndex
from seminar_qa.reader import Span
from seminar_qa.vectors import open_query_encoder

DEV = Path(__file__).parents[2] / "shared" / "eval"


class MarkingReader:
    """A reader told beforehand which words to mark for a question, and how sure to be."""

    def __init__(self, marks: dict[str, tuple[str, float]]):
        self.marks = marks
        self.asked: list[str] = []

    def read(
        self, question: str, passages: Sequence[str], fronts: Sequence[str] = ()
    ) -> list[list[Span]]:
        self.asked.append(question)
        words, score = self.marks.get(question, ("", 0.0))
        places = [passage.find(words) if words else -1 for passage in passages]
        return [[Span(place, place + len(words), score)] if place >= 0 else [] for place in places]


def engine_with(home: Path, reader: MarkingReader) -> Engine:
    """An engine whose probability is the logistic of the score; 0.5 is enough to answer."""
    return Engine(
        PassageIndex.open(home / "index"),
        open_query_encoder(next((home / "index" / "models").glob("encoder-*"))),
        reader,
        Calibration({"span": 1.0}, {"score": 1.0}, balanced=0.5, strict=0.9),
        passages_read=100,
    )


def logistic(score: float) -> float:
    return 1 / (1 + math.exp(-score))


ATTENDED, TEXTILE = "How many people attended?", "When did the textile trade with Alsace start?"
WEATHER, MOON = "How was the weather in Tokyo?", "Who walked on the moon?"
QUESTIONS = [
    Question("right", ATTENDED, True, answers=("approximately 100 audiences",)),
    Question("missed", TEXTILE, True, answers=("1863",)),
    Question("false", WEATHER, False),
    Question("no", MOON, False),
]
MARKS = {
    ATTENDED: ("approximately 100", 2.0),
    TEXTILE: ("1863", -2.0),
    WEATHER: ("Sardinia", 1.0),
}


@pytest.fixture(scope="module")
def evaluation(home: Path) -> Evaluation:
    """Four questions: answered right, missed, answered though it should not be, and a no."""
    return evaluate(engine_with(home, MarkingReader(MARKS)), [[question] for question in QUESTIONS])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("questions", 4),
        ("answerable", 2),
        ("quote_hit@1", 1.0),
        ("quote_hit@3", 1.0),
        ("answer_exact_match", 0.5),  # “approximately 100” is not all of the first
        ("answer_f1", 0.9),  # (2·2 / (2 + 3) + 1) / 2
        ("auroc", 0.75),  # 0.88 and 0.12 against 0.73 and 0: three of four pairs
        ("quote_hit@1_balanced", 0.5),  # the second is refused
        ("quote_hit@3_balanced", 0.5),
        ("answer_exact_match_balanced", 0.0),
        ("answer_f1_balanced", 0.4),
        ("false_answers_balanced", 0.5),
        ("missed_answers_balanced", 0.5),
        ("quote_hit@1_strict", 0.0),  # 0.88 is under 0.9
        ("false_answers_strict", 0.0),
        ("missed_answers_strict", 1.0),
        # |0.88 - 1| + |0.12 - 1| + |0.73 - 0| + |0 - 0|, over four
        ("expected_calibration_error", (1 + logistic(1.0)) / 4),
        ("passage_recall@10", 1.0),
        ("quotes", 3),
        ("quotes_verbatim", 3),
    ],
)
def test_the_numbers_are_those_worked_out_by_hand(evaluation: Evaluation, name: str, value: float):
    assert evaluation.numbers[name] == pytest.approx(value)


def test_each_result_tells_what_became_of_its_question(evaluation: Evaluation):
    right, missed, false, no = evaluation.results
    assert (right.answered, right.answer) == (("balanced",), "approximately 100")
    assert right.quoted == "The seminar attracted approximately 100 audiences."
    assert right.document == "seminar-report-2018-11-20.txt"
    assert (missed.answered, missed.answer, missed.exact) == ((), "1863", True)
    assert right.confidence == pytest.approx(logistic(2.0))
    assert missed.confidence == pytest.approx(logistic(-2.0))
    assert (false.answered, false.answer) == (("balanced",), "Sardinia")
    assert (no.answered, no.confidence, no.quotes, no.quoted) == ((), 0.0, 0, "")
    assert [result.served for result in evaluation.results] == [True, False, False, True]
    assert [result.hit_at_1 for result in (false, no)] == [False, False]


def test_an_answer_above_the_strict_threshold_is_answered_in_both_modes(home: Path):
    engine = engine_with(home, MarkingReader({ATTENDED: ("approximately 100", 3.0)}))
    evaluation = evaluate(engine, [[QUESTIONS[0]]])
    assert evaluation.results[0].answered == ("balanced", "strict")
    assert evaluation.numbers["quote_hit@1_strict"] == 1.0
    assert evaluation.thresholds == {"balanced": 0.5, "strict": 0.9}


def test_every_number_lies_in_its_interval_and_counts_have_none(evaluation: Evaluation):
    numbers, intervals = evaluation.numbers, evaluation.overall.intervals
    assert all(low <= numbers[name] <= high for name, (low, high) in intervals.items())
    assert intervals["answer_f1"] == pytest.approx((0.8, 1.0))
    assert "questions" not in intervals
    assert "milliseconds_p50" not in intervals


def test_each_kind_of_question_has_numbers_of_its_own(home: Path):
    engine = engine_with(home, MarkingReader(MARKS))
    who = Question("w", ATTENDED, True, "number", answers=("nobody",))
    kinds = evaluate(engine, [[who], [QUESTIONS[1]], [QUESTIONS[3]]]).kinds
    assert list(kinds) == ["number", ""]
    assert (kinds["number"].values["questions"], kinds["number"].values["quote_hit@1"]) == (1, 0.0)
    assert (kinds[""].values["questions"], kinds[""].values["quote_hit@1"]) == (2, 1.0)


def test_the_curve_tells_what_each_threshold_costs(evaluation: Evaluation):
    # confidences: 0.88 and 0.12 where there is an answer, 0.73 and 0 where there is none
    assert rates(evaluation.results, 0.1) == Rates(0.1, 0.5, 0.0, 1.0)
    assert rates(evaluation.results, 0.8) == Rates(0.8, 0.0, 0.5, 0.5)
    assert [point.threshold for point in evaluation.curve][::6] == [0.05, 0.35, 0.65, 0.95]
    assert evaluation.curve[-1] == Rates(0.95, 0.0, 1.0, 0.0)
    assert [(part.low, part.questions, part.right) for part in evaluation.reliability] == [
        (0.0, 1, 0.0),
        (0.1, 1, 1.0),
        (0.7, 1, 0.0),
        (0.8, 1, 1.0),
    ]


def test_an_answer_that_was_missed_is_a_miss_and_a_right_one_is_not(evaluation: Evaluation):
    misses = [result.question.id for result in evaluation.misses]
    assert "missed" in misses
    assert not {"right", "no"} & set(misses)


def test_a_quote_with_another_sentence_is_no_hit(home: Path):
    engine = engine_with(home, MarkingReader({TEXTILE: ("Sardinia", 2.0)}))
    numbers = evaluate(engine, [[QUESTIONS[1]]]).numbers
    assert (numbers["quote_hit@1"], numbers["answer_f1"]) == (0.0, 0.0)
    assert numbers["auroc"] is None
    assert numbers["false_answers_balanced"] is None


@pytest.mark.parametrize(("any_answer", "hit"), [(False, False), (True, True)])
def test_all_gold_strings_must_stand_in_the_quotes_unless_one_is_enough(
    home: Path, any_answer: bool, hit: bool
):
    engine = engine_with(home, MarkingReader({TEXTILE: ("1863", 2.0)}))
    question = Question("q", TEXTILE, True, answers=("1863", "Sardinia"), any_answer=any_answer)
    (result,) = evaluate(engine, [[question]]).results
    assert (result.hit_at_1, result.hit_at_3) == (hit, hit)


def test_a_quote_inside_of_the_evidence_is_a_hit(home: Path):
    engine = engine_with(home, MarkingReader({TEXTILE: ("1863", 2.0)}))
    inside = "A long history.  It started in 1863\nthrough textile trade. And more."
    for evidence, hit in ((inside, True), ("It started in 1864.", False)):
        (result,) = evaluate(engine, [[Question("q", TEXTILE, True, evidence=(evidence,))]]).results
        assert result.hit_at_1 is hit


def test_a_conversation_goes_on_with_the_systems_own_answers(home: Path):
    reader = MarkingReader({ATTENDED: ("Ms. Marta Sanna", 3.0)})
    follow_up = Question("c.2", "And where is she from?", True, answers=("Sardinia",))
    ticks: list[int] = []
    conversation = [QUESTIONS[0], follow_up]
    evaluate(engine_with(home, reader), [conversation], lambda: ticks.append(1))
    assert reader.asked[0] == ATTENDED
    assert any("Marta Sanna" in question for question in reader.asked[1:])
    assert len(ticks) == 2


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("The EU-Japan Centre", "eujapan centre"),
        ("  a  “global   cooperation”.", "global cooperation"),
        ("An apple, the theatre and a banana", "apple theatre and banana"),
        ("11%", "11"),
        ("2011–2013", "20112013"),
        ("the", ""),
        ("日欧", "日欧"),
    ],
)
def test_short_answers_are_normalised_as_squad_does(text: str, normalised: str):
    assert normalise(text) == normalised


@pytest.mark.parametrize(
    ("answer", "gold", "f1"),
    [
        ("November 20, 2018", "on November 20, 2018 in Tokyo", 2 * 3 / (3 + 6)),
        ("the 100", "100", 1.0),
        ("Tokyo", "Osaka", 0.0),
        ("", "Osaka", 0.0),
        ("", "the", 1.0),
        ("very very good", "very good good", 2 * 2 / (3 + 3)),
    ],
)
def test_token_f1_is_twice_the_shared_words_over_all_words(answer: str, gold: str, f1: float):
    assert token_f1(answer, gold) == pytest.approx(f1)


def write(folder: Path, *lines: object) -> Path:
    path = folder / "questions.jsonl"
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def test_a_question_is_read_with_all_its_fields(tmp_path: Path):
    row = {
        "id": 7,
        "question": "Who?",
        "answerable": True,
        "kind": "who",
        "answers": ["Mr. Löer"],
        "documents": ["a.txt"],
        "match": "any",
        "evidence": ["Mr. Löer spoke."],
    }
    question = Question(
        "7", "Who?", True, "who", ("Mr. Löer",), ("a.txt",), True, ("Mr. Löer spoke.",)
    )
    assert read_questions(write(tmp_path, row)) == [[question]]


def test_a_question_without_a_known_answer_counts_as_unanswerable(tmp_path: Path):
    path = write(
        tmp_path, {"id": "a", "question": "Who?"}, {"id": "b", "question": "Why?", "answers": []}
    )
    assert [question.answerable for (question,) in read_questions(path)] == [False, False]


def test_a_conversation_is_read_turn_by_turn_and_blank_lines_are_passed_over(tmp_path: Path):
    turns = [{"question": "Who?", "answers": ["He"]}, {"question": "And when?"}]
    path = write(tmp_path, "", {"id": "c", "turns": turns}, "  ", {"id": "d", "question": "Why?"})
    assert read_questions(path) == [
        [
            Question("c.1", "Who?", True, answers=("He",)),
            Question("c.2", "And when?", False, "follow-up"),
        ],
        [Question("d", "Why?", False)],
    ]


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "b", "question": "Wh',
        '{"id": "b"}',
        '{"question": "Who?"}',
        "[]",
        "null",
        '"Who?"',
        '{"id": "b", "question": "Who?", "answers": 7}',
        '{"id": "b", "turns": ["Who?"]}',
        '{"id": "b", "question": "Who?", "filters": {"paths": []}}',
        '{"id": "b", "question": "Who?", "filters": {"after": "tomorrow"}}',
        '{"id": "b", "question": "Who?", "filters": []}',
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str):
    path = write(tmp_path, {"id": "a", "question": "Who?"}, "", line)
    with pytest.raises(EvaluationError, match=r"questions\.jsonl, line 3, is no question"):
        read_questions(path)


def test_the_questions_that_the_readme_shows_can_be_read(tmp_path: Path):
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    shown = readme.split("```json\n", 1)[1].split("```", 1)[0]
    single, conversation = read_questions(write(tmp_path, *shown.splitlines()))
    assert single[0].answers == ("approximately 100",)
    assert [question.id for question in conversation] == ["b.1", "b.2"]


def test_a_file_without_questions_is_an_error(tmp_path: Path):
    with pytest.raises(EvaluationError, match="holds no questions"):
        read_questions(write(tmp_path, "", "  "))


def test_a_file_that_is_missing_or_not_text_is_an_error(tmp_path: Path):
    with pytest.raises(EvaluationError, match=r"gone\.jsonl cannot be read"):
        read_questions(tmp_path / "gone.jsonl")
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EvaluationError, match=r"binary\.jsonl cannot be read"):
        read_questions(tmp_path / "binary.jsonl")


@pytest.fixture(scope="module")
def dev(engine: Engine) -> Evaluation:
    """The questions on the first report that the project is tuned on."""
    path = DEV / "seminar-2018.dev.jsonl"
    if not path.is_file():
        pytest.skip(f"the evaluation data are not here: {path}")
    return evaluate(engine, read_questions(path))


@pytest.mark.parametrize(
    ("name", "least"), [("quote_hit@1", 0.70), ("quote_hit@3", 0.90), ("auroc", 0.88)]
)
def test_the_first_report_is_answered_well(dev: Evaluation, name: str, least: float):
    assert dev.numbers["questions"] == 44
    assert dev.numbers["answerable"] == 32
    assert dev.numbers[name] >= least


def test_all_quotes_of_the_evaluation_are_verbatim(dev: Evaluation):
    assert dev.numbers["quotes"] >= 44
    assert dev.numbers["quotes_verbatim"] == dev.numbers["quotes"]


def test_a_false_answer_is_a_miss(engine):
    rows = [[Question("f", "Who is the Governor of Iwate Prefecture?", answerable=False)]]
    evaluation = evaluate(engine, rows)
    assert evaluation.results[0].answered
    assert [miss.question.id for miss in evaluation.misses] == ["f"]


@pytest.mark.parametrize(
    "row",
    [
        '{"id": "a", "question": "Who?", "answers": "11%"}',
        '{"id": "a", "question": null}',
        '{"id": "a", "question": ""}',
        '{"id": "a", "question": "Who?", "answers": [""]}',
    ],
)
def test_a_row_with_the_wrong_types_is_refused_by_its_line(tmp_path, row):
    file = tmp_path / "q.jsonl"
    file.write_text('{"id": "ok", "question": "Who?"}\n' + row + "\n")
    with pytest.raises(EvaluationError, match="line 2"):
        read_questions(file)


def test_only_line_feeds_end_a_row(tmp_path):
    file = tmp_path / "q.jsonl"
    file.write_text('{"id": "a", "question": "Who\u2028spoke?"}\n', encoding="utf-8")
    assert read_questions(file)[0][0].question == "Who spoke?"


def test_follow_ups_on_the_first_report_find_their_answer(engine: Engine):
    path = DEV / "seminar-2018.conversations.dev.jsonl"
    if not path.is_file():
        pytest.skip(f"the evaluation data are not here: {path}")
    evaluation = evaluate(engine, read_questions(path))
    assert evaluation.numbers["questions"] == 13
    assert evaluation.numbers["quote_hit@1"] >= 0.75
    assert evaluation.numbers["quotes"] == evaluation.numbers["quotes_verbatim"]


def test_a_question_is_asked_of_what_it_is_restricted_to(engine: Engine, tmp_path: Path):
    (report,) = engine.documents()
    row = {"id": "1", "question": "How many people attended the seminar?", "answers": ["100"]}
    rows = [
        row | {"filters": {"documents": [report.path]}},
        row | {"filters": {"documents": ["gone.txt"]}},
        row | {"filters": {"before": "2001-01-01"}},
    ]
    results = evaluate(engine, read_questions(write(tmp_path, *rows))).results
    assert [bool(result.answered) for result in results] == [True, True, False]
    unknown = read_questions(write(tmp_path, row | {"filters": {"speakers": ["Nobody Nowhere"]}}))
    with pytest.raises(EvaluationError, match="the question 1 cannot be asked: no report names"):
        evaluate(engine, unknown)
