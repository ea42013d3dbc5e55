"""What the committed benchmarks say is what the documentation claims."""

import json
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results"


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
