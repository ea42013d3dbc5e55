"""Two runs of the same questions, one of them changed by hand."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from seminar_qa.comparison import Comparison, Difference, compare, make_run, read_run, write_run
from seminar_qa.errors import EvaluationError
from seminar_qa.evaluation import Evaluation, Question, Result
from seminar_qa.manifest import Manifest, ModelEntry, Recipe
from seminar_qa.records import Filters


def result(number: int, *, answerable: bool = True, right: bool = True, sure: float = 0.6):
    question = Question(f"q{number}", f"Who is {number}?", answerable, "who", ("Mr. Löer",))
    return Result(
        question=question,
        answered=("balanced",) if sure >= 0.5 else (),
        answer="Mr. Löer",
        quoted="Mr. Löer spoke.",
        document="a.txt",
        confidence=sure,
        hit_at_1=right,
        hit_at_3=right,
        passage_rank=1,
        exact=right,
        f1=float(right),
        quotes=1,
        quotes_verbatim=1,
        milliseconds=1.0,
    )


RUN = [result(n, sure=0.9) for n in range(40)]
RUN += [result(n, answerable=False, right=False, sure=0.1) for n in range(40, 60)]


def changed(count: int, **fields: object) -> list[Result]:
    return [replace(r, **fields) if n < count else r for n, r in enumerate(RUN)]


def by_name(comparison: Comparison) -> dict[str, Difference]:
    return {difference.name: difference for difference in comparison.differences}


def test_the_same_run_differs_in_nothing():
    comparison = compare(RUN, RUN)
    assert comparison.shared == 60
    assert {(d.now - d.before, d.low, d.high, d.verdict) for d in comparison.differences} == {
        (0.0, 0.0, 0.0, "")
    }
    assert (comparison.lost, comparison.won, comparison.worse) == ((), (), ())


def test_one_question_lost_of_forty_is_noise_and_ten_are_not():
    one = compare(RUN, changed(1, hit_at_1=False))
    assert by_name(one)["quote_hit@1"].now == pytest.approx(39 / 40)
    assert (one.lost, one.worse) == (("q0",), ())
    ten = compare(RUN, changed(10, hit_at_1=False))
    assert ten.worse == ("quote_hit@1",)
    difference = by_name(ten)["quote_hit@1"]
    assert (difference.before, difference.now) == (1.0, 0.75)
    # with the answerable as many as forty, a quarter of them varies by sqrt(.25 * .75 / 40)
    assert difference.low == pytest.approx(-0.25 - 1.96 * 0.0685, abs=0.02)
    assert difference.high == pytest.approx(-0.25 + 1.96 * 0.0685, abs=0.02)
    back = compare(changed(10, hit_at_1=False), RUN)
    assert by_name(back)["quote_hit@1"].verdict == "better"
    assert (len(back.won), back.worse) == (10, ())


def test_what_chance_does_to_both_runs_falls_out():
    """Half of the questions are wrong in both: the share varies much, the difference does not."""
    before = [replace(r, hit_at_1=n % 2 == 0) for n, r in enumerate(RUN)]
    now = [replace(r, hit_at_1=r.hit_at_1 and n >= 16) for n, r in enumerate(before)]
    difference = by_name(compare(before, now))["quote_hit@1"]
    assert (difference.before, difference.now) == (0.5, 0.3)
    assert difference.verdict == "worse"


def test_more_refusals_are_worse_and_fewer_false_answers_better_but_neither_is_a_main_number():
    refused = compare(RUN, changed(20, answered=()))
    assert by_name(refused)["missed_answers_balanced"].verdict == "worse"
    assert by_name(refused)["quote_hit@1_balanced"].verdict == "worse"
    answered = [replace(r, answered=("balanced",)) for r in RUN]
    assert by_name(compare(answered, RUN))["false_answers_balanced"].verdict == "better"
    assert refused.worse == ()


def test_only_questions_of_both_runs_are_compared():
    other = replace(RUN[0], question=replace(RUN[0].question, answers=("Mr. Other",)))
    comparison = compare(RUN[:30], [other, *RUN[1:40]])
    assert (comparison.shared, comparison.added, comparison.dropped) == (29, 11, 1)
    assert "auroc" not in by_name(comparison)  # nothing unanswerable among them
    with pytest.raises(EvaluationError, match="none of these questions"):
        compare(RUN[:5], RUN[5:])


def test_a_run_that_was_saved_is_read_again_as_it_was(tmp_path: Path):
    evaluation = Evaluation(tuple(RUN), {"balanced": 0.5, "strict": 0.9})
    recipe = Recipe(ModelEntry("e", "1", "e-1"), ModelEntry("r", "2", "r-2"), 80, 1)
    manifest = Manifest("20261123", "2026-11-23", recipe, 1, 2, {})
    run = make_run(Path("questions.jsonl"), manifest, evaluation)
    write_run(tmp_path / "run.json", run)
    assert read_run(tmp_path / "run.json") == tuple(RUN)
    assert run["numbers"]["quote_hit@1"] == 1.0
    assert run["intervals"]["quote_hit@1"] == (1.0, 1.0)
    assert run["kinds"]["who"]["values"]["questions"] == 60
    assert run["curve"][0] == {"threshold": 0.05, "false": 1.0, "missed": 0.0, "right": 1.0}
    assert (run["generation"], run["encoder"], run["reader_sha256"]) == ("20261123", "e", "2")
    assert run["misses"] == []


def test_what_a_question_was_restricted_to_is_read_again(tmp_path: Path):
    restricted = replace(RUN[0].question, filters=Filters(("a.txt",), ("Eve",), "2018-01-01"))
    before = (replace(RUN[0], question=restricted), RUN[1])
    evaluation = Evaluation(before, {"balanced": 0.5, "strict": 0.9})
    recipe = Recipe(ModelEntry("e", "1", "e-1"), ModelEntry("r", "2", "r-2"), 80, 1)
    manifest = Manifest("20261123", "2026-11-23", recipe, 1, 2, {})
    run = make_run(Path("questions.jsonl"), manifest, evaluation)
    write_run(tmp_path / "run.json", run)
    assert read_run(tmp_path / "run.json") == before
    del run["results"][1]["question"]["filters"]  # as an earlier version saved it
    write_run(tmp_path / "run.json", run)
    assert read_run(tmp_path / "run.json") == before


def test_a_run_that_cannot_be_read_or_written_is_told(tmp_path: Path):
    file = tmp_path / "run.json"
    for content in ("{", "[]", '{"results": [{"question": {}}]}', '{"results": [7]}'):
        file.write_text(content)
        with pytest.raises(EvaluationError, match=r"run\.json is no run of this version"):
            read_run(file)
    with pytest.raises(EvaluationError, match=r"gone\.json is no run"):
        read_run(tmp_path / "gone.json")
    with pytest.raises(EvaluationError, match="cannot be written"):
        write_run(tmp_path / "no" / "run.json", json.loads("{}"))
