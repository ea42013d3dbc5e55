"""The gold answers of real reports stand in what was read of them, verbatim and in one passage."""

import json
from functools import cache
from pathlib import Path

import pytest

from seminar_qa.passages import split_passages
from seminar_qa.reading import Reading
from seminar_qa.text import collapse
from seminar_qa.worker import Job, Limits, read_all

SHARED = Path(__file__).parents[1].parent / "shared"
REAL = SHARED / "documents" / "real"
ENOUGH = 0.98

pytestmark = pytest.mark.skipif(not REAL.exists(), reason="needs the shared documents")


@cache
def texts() -> dict[str, tuple[str, list[str]]]:
    """Return each real file's text and passages, white space collapsed, by its path."""
    files = sorted(path for path in REAL.rglob("*") if path.is_file())
    jobs = [Job(file.relative_to(REAL).as_posix(), file) for file in files]
    found = {}
    for job, reading in read_all(jobs, Limits(ocr_seconds=0), 2):
        assert isinstance(reading, Reading), reading
        text = reading.document.text
        cut = split_passages(reading.document, reading.sentences)
        found[job.path] = collapse(text), [collapse(text[p.start : p.end]) for p in cut]
    return found


def golds() -> list[tuple[str, list[str]]]:
    """Return each gold answer with the paths of the files that one of must hold it."""
    found = []
    for name in ("real.dev.jsonl", "real.conversations.dev.jsonl"):
        for line in (SHARED / "eval" / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            for turn in row.get("turns", [row]):
                found += [(collapse(a), turn["documents"]) for a in turn.get("answers", ())]
    return found


def test_the_gold_answers_stand_verbatim_in_the_text_of_their_report():
    missing = [g for g, paths in golds() if not any(g in texts()[path][0] for path in paths)]
    assert len(missing) <= (1 - ENOUGH) * len(golds()), missing


def test_each_gold_answer_stands_in_one_passage():
    torn = [
        gold
        for gold, paths in golds()
        if not any(gold in passage for path in paths for passage in texts()[path][1])
    ]
    assert len(torn) <= (1 - ENOUGH) * len(golds()), torn
