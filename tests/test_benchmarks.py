"""The benchmarks' measures, and that the documentation claims what the committed ones say."""

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from seminar_qa.measures import point
from seminar_qa.reader import Span

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
DATA = ROOT.parent / "shared" / "eval"
sys.path.insert(0, str(ROOT / "benchmarks"))

import evaluation_page  # noqa: E402
import homes  # noqa: E402
import quality  # noqa: E402
import scifact  # noqa: E402
import size_page  # noqa: E402
import squad_given  # noqa: E402


def result(name: str) -> dict:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def test_a_cold_question_takes_less_than_half_of_importing_the_heavy_library():
    ratios = result("cold_start")["ratio_to_import_median"]
    assert ratios["seminar-qa ask"] <= 0.5
    assert ratios["seminar-qa --help"] <= 0.1


def test_a_hundred_pages_are_read_in_a_second_and_no_reader_beside_is_faster_or_nearer():
    found = result("reading")
    speed, near = found["pages_per_second"], found["overlap_with_pdftotext"]
    assert found["pages"] >= 200
    assert speed["seminar-qa"] >= 100
    for other in ("pypdf", "pdfplumber"):
        assert speed["seminar-qa"] > speed[other]
        assert near["seminar-qa"]["median_file"] >= near[other]["median_file"]


def test_search_opening_and_recall_keep_what_was_aimed_at_in_every_size():
    sizes = result("size")["sizes"]
    assert {*sizes} == {"1000", "10000", "100000", "1000000"}
    for found in sizes.values():
        assert found["search_ms"]["dense"]["p50"] <= 10
        assert found["open_seconds"] <= 0.5
        assert found["recall_at_10"] >= 0.99


def test_the_page_of_the_sizes_is_made_of_their_numbers():
    found = result("size")
    assert size_page.PAGE.read_text(encoding="utf-8") == size_page.render(found)
    assert size_page.PLOT.read_text(encoding="utf-8") == size_page.plot(found)


def test_the_page_of_the_evaluation_is_made_of_its_numbers():
    page = evaluation_page.PAGE.read_text(encoding="utf-8")
    assert page == evaluation_page.render(result("quality"))


def test_every_set_was_measured_whole_or_is_named_as_missing():
    found = result("quality")
    measured = found["sets"]
    without = [kept.title for name, kept in quality.SETS.items() if name not in measured]
    assert found["missing"] == without
    page = evaluation_page.PAGE.read_text(encoding="utf-8")
    assert all(title in page for title in without)
    assert [n for n, s in measured.items() if s["limit"] != quality.SETS[n].questions] == []


@pytest.mark.parametrize(
    ("ranked", "grades", "gain"),
    [
        (["a", "b"], {"a": 1}, 1.0),
        (["b", "a"], {"a": 1}, 1 / math.log2(3)),
        (["b", "a", "c"], {"a": 1, "c": 1}, (1 / math.log2(3) + 1 / 2) / (1 + 1 / math.log2(3))),
        ([*"bcdefghijk", "a"], {"a": 1}, 0.0),
        ([], {"a": 1}, 0.0),
    ],
)
def test_ndcg_is_the_discounted_gain_over_the_best_there_could_be(ranked, grades, gain):
    assert scifact.ndcg(ranked, grades) == pytest.approx(gain)


def test_ndcg_is_that_of_scikit_learn():
    random = np.random.default_rng(3)
    for _ in range(20):
        grades, scores = random.integers(0, 2, 30), random.random(30)
        grades[0] = 1
        ranked = [str(n) for n in np.argsort(-scores)]
        known = {str(n): int(grade) for n, grade in enumerate(grades) if grade}
        expected = ndcg_score(grades[None], scores[None], k=10)
        assert scifact.ndcg(ranked, known) == pytest.approx(expected)


def test_recall_is_the_share_of_the_relevant_documents_found():
    assert scifact.recall(["a", "b", "c"], {"a": 1, "c": 1, "d": 1}, 2) == pytest.approx(1 / 3)


@pytest.mark.skipif(not DATA.exists(), reason="needs the shared evaluation data")
def test_the_judging_queries_of_scifact_are_the_three_hundred():
    queries = scifact.read_queries(DATA / "scifact")
    assert len(queries) == 300
    assert queries[0].grades == {"31715818": 1}


@pytest.mark.parametrize(
    ("answer", "golds", "exact", "f1"),
    [
        ("The Normans", ("Normans", "the Franks"), 1.0, 1.0),
        ("in the 10th century", ("10th century",), 0.0, 2 * 2 / (3 + 2)),
        ("Rollo’s", ("Rollos",), 0.0, 0.0),  # only ASCII punctuation goes
        ("", (), 1.0, 1.0),
        ("Rollo", (), 0.0, 0.0),
        ("", ("Rollo",), 0.0, 0.0),
        ("the", ("a",), 1.0, 1.0),
    ],
)
def test_answers_are_scored_as_the_official_script_does(answer, golds, exact, f1):
    assert squad_given.exact_match(answer, golds) == exact
    assert squad_given.f1_score(answer, golds) == pytest.approx(f1)


def scored(*rows: tuple[bool, float, float]) -> list[squad_given.Scored]:
    return [squad_given.Scored(n, yes, sure, f1, f1) for n, (yes, sure, f1) in enumerate(rows)]


FOUR = scored((True, 3.0, 0.5), (False, 2.0, 0.0), (True, 1.0, 1.0), (False, -1.0, 0.0))


def test_a_span_that_is_not_above_the_threshold_is_no_answer():
    assert squad_given.at(FOUR, "f1", 0.0).tolist() == [0.5, 0.0, 1.0, 1.0]
    assert squad_given.at(FOUR, "f1", 2.0).tolist() == [0.5, 1.0, 0.0, 1.0]
    assert squad_given.at(FOUR, "f1", np.array([9, 9, 0, -9])).tolist() == [0.0, 1.0, 1.0, 0.0]


def test_the_best_threshold_is_the_one_that_the_official_search_finds():
    """Nothing answered 2, then 2.5, 1.5, 2.5, 1.5 of four: the first of the best is kept."""
    assert squad_given.best_threshold(FOUR) == 2.0
    assert squad_given.at(FOUR, "f1", 2.0).mean() == pytest.approx(2.5 / 4)
    best = squad_given.best_of(FOUR)
    assert point(best, 4) == pytest.approx(2.5 / 4)
    # without the first: nothing answered gives 2 of 3, and nothing is better
    assert best(np.array([[0.0, 1.0, 1.0, 1.0]])) == pytest.approx([2 / 3])


def test_the_crossed_threshold_of_a_half_comes_from_the_other():
    rows = scored((True, 3.0, 1.0), (True, 1.0, 1.0), (False, 2.0, 0.0), (False, 0.5, 0.0))
    # even articles, 3.0 and a no at 2.0, do best above 2; odd ones, 1.0 and a no at 0.5, above 0.5
    crossed = squad_given.measures(rows)["f1_crossed"]
    assert point(crossed, 4) == pytest.approx((1 + 0 + 0 + 1) / 4)
    assert point(squad_given.measures(rows)["f1_best"], 4) == pytest.approx(3 / 4)


class Marking:
    """Marks the word Rollo wherever it stands, surer the shorter the passage."""

    def read(
        self, question: str, passages: Sequence[str], fronts: Sequence[str] = ()
    ) -> list[list[Span]]:
        places = [passage.find("Rollo") for passage in passages]
        return [
            [Span(place, place + 5, 100.0 - len(passage))] if place >= 0 else []
            for place, passage in zip(places, passages, strict=True)
        ]


def test_the_best_span_over_the_passages_of_the_paragraph_is_the_answer():
    filler = "Many words stand here that say nothing at all about anybody in the north. " * 9
    paragraph = f"Their leader was Rollo. {filler}Nobody is named here."
    assert len(squad_given.as_record(paragraph, 80).passages) == 2
    asked = [
        squad_given.Given(0, "Who led?", paragraph, ("Rollo",)),
        squad_given.Given(0, "Who lost?", filler, ()),
    ]
    found, none = squad_given.score(Marking(), asked)
    assert (found.answerable, found.f1, found.exact) == (True, 1.0, 1.0)
    assert (none.answerable, none.f1, none.score) == (False, 1.0, -1e9)


def test_a_sample_is_the_same_every_time_and_keeps_the_order():
    questions = [squad_given.Given(0, str(n), "", ()) for n in range(50)]
    drawn = squad_given.sample(questions, 20)
    assert drawn == squad_given.sample(questions, 20)
    numbers = [int(given.question) for given in drawn]
    assert (numbers, len(numbers)) == (sorted(numbers), 20)
    assert numbers != list(range(20))
    assert squad_given.sample(questions, 0) == questions


ENTRY = {
    "title": "Set",
    "note": "",
    "questions": 4,
    "targets": {"quote_hit@1": (">=", 0.97), "follow-up quote_hit@1": (">=", 0.9)},
    "numbers": {"quote_hit@1": [0.9688, 0.9, 1.0]},
    "kinds": {"follow-up": {"quote_hit@1": [0.5, 0.2, 0.8]}},
}


def test_a_number_is_reached_when_it_is_so_rounded_to_two_digits():
    assert evaluation_page.is_reached(0.9688, ">=", 0.97)
    assert not evaluation_page.is_reached(0.9649, ">=", 0.97)
    assert evaluation_page.is_reached(0.0833, "<=", 0.08)
    assert not evaluation_page.is_reached(None, "<=", 0.08)
    assert evaluation_page.value_of(ENTRY, "follow-up quote_hit@1") == [0.5, 0.2, 0.8]
    assert evaluation_page.value_of(ENTRY, "auroc") == [None]


def test_the_page_tells_what_is_reached_and_the_numbers_of_parts_alone():
    run = {"commit": "abc", "measured": "2026-11-23", "seconds": 1.0}
    page = evaluation_page.render({"machine": "two cores", "sets": {"given": {**ENTRY, **run}}})
    assert "| Set | 4 | hit@1 | 0.969 (0.900–1.000) | ≥ 0.97 | yes |" in page
    assert "| Set | 4 | hit@1 of follow-ups | 0.500 (0.200–0.800) | ≥ 0.90 | **no** |" in page
    assert "| quote_hit@1 | 0.969 (0.900–1.000) |" in page
    assert "| Set | `--sets given` | abc | 2026-11-23 | 1.0 |" in page
    assert "False answers against missed ones" not in page  # nothing was asked


def test_an_index_is_built_anew_for_what_decides_it_and_not_for_what_reads_it():
    needed = homes.needed_modules()
    assert {"ingest", "index", "passages", "parsers.pdf", "facts", "lexical"} <= set(needed)
    assert not {"hits", "answers", "engine", "reader", "calibration", "settings"} & set(needed)


def test_no_kill_at_any_instant_of_a_run_cost_the_index(home: Path, tmp_path: Path):
    committed = result("faults")
    assert committed["killed"] >= 200
    assert committed["failures"] == []
    assert min(committed["answered_as_the_old"], committed["answered_as_the_new"]) > 0
    command = [sys.executable, ROOT / "benchmarks" / "faults.py", "--kills", "20", "--seed", "2"]
    models = ["--models", home / "index" / "models"]
    done = subprocess.run(
        [*command, *models, "--result", tmp_path / "faults.json"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "faults.json").read_text(encoding="utf-8"))
    assert found["killed"] == 20


def test_following_a_thousand_reports_takes_as_long_as_promised():
    found = result("follow")
    assert found["reports"] >= 1000
    assert found["seconds"]["unchanged"] <= 1.5
    assert found["seconds"]["one_changed"] <= 3
    assert found["seconds"]["one_renamed"] <= 3


def test_swaps_lose_no_question_and_mix_no_generations():
    found = result("swaps")
    assert (found["clients"], found["swaps"]) == (8, 20)
    assert (found["errors"], found["mixed"]) == (0, 0)
    assert found["generations_answered"] == found["swaps"] + 1
    assert found["without_figure"] == 0
    assert found["p99_ratio"] <= 3
