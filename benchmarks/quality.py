"""How good the answers are on all sets of the shared evaluation data.

    python benchmarks/quality.py ../shared/eval [--sets seminar real scifact] [--questions 100]

Writes benchmarks/results/quality.json and docs/evaluation.md. A set that is measured replaces its
entry there, the others stay; one whose code, models and settings are as they were is not measured
again unless --again is given. What became of each question lies in the cache, in runs/SET.json; the
difference to the last run of the same questions is printed, and the command ends with 4 when a main
number is worse beyond noise. The texts of the sets are never copied into the project.

Example: python benchmarks/quality.py ../shared/eval --sets seminar real --again
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import follow_ups
import homes
import scifact
import squad_given
from evaluation_page import PAGE, render, value_of
from homes import make_home
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from seminar_qa.comparison import MAIN, compare, make_run, read_run, write_run
from seminar_qa.engine import Engine
from seminar_qa.errors import EvaluationError
from seminar_qa.evaluation import Result, evaluate, read_questions
from seminar_qa.index import MODELS
from seminar_qa.measures import draw_weights, interval, mean_of, point
from seminar_qa.settings import Settings

RESULT = Path(__file__).parent / "results" / "quality.json"
FACES = {"views", "pages", "api", "cli"}
WORSE = 4
Entry = dict[str, Any]


class Bar:
    """Shows on a terminal how a set goes on."""

    def __init__(self) -> None:
        columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
        self._bar = Progress(*columns, TimeElapsedColumn(), transient=True)
        self._task = self._bar.add_task("")
        self.name = ""

    def __enter__(self) -> "Bar":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def begin(self, stage: str, total: int) -> None:
        self._bar.reset(self._task, description=f"{self.name}: {stage}", total=total or None)

    def advance(self, steps: int = 1) -> None:
        self._bar.advance(self._task, steps)

    def print(self, line: str) -> None:
        self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Place:
    """Where the data lie, where homes and runs are kept, and who is told."""

    data: Path
    cache: Path
    bar: Bar


@dataclass(frozen=True)
class Set:
    """A set: how it is measured, on how many questions (0 for all), and what is to be reached."""

    title: str
    measure: Callable[[Place, int], Entry]
    questions: int = 0
    targets: dict[str, tuple[str, float]] = field(default_factory=dict)
    note: str = ""


def our_reports(place: Place) -> Settings:
    """Return the home of the first report alone."""
    report = place.data.parent / "documents" / "seminar-report-2018-11-20.txt"

    def fill(home: Path) -> None:
        shutil.copy(report, home / "documents")

    return make_home(place.cache, "seminar", report.read_bytes(), fill, place.bar)


def real_reports(place: Place) -> Settings:
    """Return the home of the first report and the real ones, at the paths of the questions."""
    source = place.data.parent / "documents"
    report = source / "seminar-report-2018-11-20.txt"
    found = [report, *sorted(path for path in (source / "real").rglob("*") if path.is_file())]

    def fill(home: Path) -> None:
        shutil.copytree(source / "real", home / "documents", dirs_exist_ok=True)
        shutil.copy(report, home / "documents")

    return make_home(place.cache, "real", b"".join(p.read_bytes() for p in found), fill, place.bar)


def ours(home: Callable[[Place], Settings], file: str) -> Callable[[Place, int], Entry]:
    """Measure a question file of our own on a home of our own."""

    def measure(place: Place, questions: int) -> Entry:
        return ask(place, home(place), place.data / file, questions)

    return measure


def corpus(name: str, form: str, *patterns: str) -> Callable[[Place, int], Entry]:
    """Measure a public set as one corpus, open book: nobody tells which paragraph."""

    def measure(place: Place, questions: int) -> Entry:
        sources = [path for pattern in patterns for path in sorted(place.data.glob(pattern))]
        maker = place.data / "make_corpus.py"

        def fill(home: Path) -> None:
            command = [sys.executable, maker, form, *sources, home, "--seed", "0"]
            subprocess.run(command, check=True, capture_output=True)

        key = b"".join(path.read_bytes() for path in (maker, *sources))
        settings = make_home(place.cache, name, key, fill, place.bar)
        return ask(place, settings, settings.home / "questions.jsonl", questions)

    return measure


def ask(place: Place, settings: Settings, file: Path, questions: int) -> Entry:
    """Ask the questions of a file, or the first so many; keep the run and tell the difference."""
    conversations = read_questions(file)[: questions or None]
    engine = Engine.open(settings)
    place.bar.begin("asking", sum(map(len, conversations)))
    result = evaluate(engine, conversations, place.bar.advance)
    run = make_run(file, engine.manifest, result)
    kept = place.cache / "runs" / f"{place.bar.name}.json"
    kept.parent.mkdir(exist_ok=True)
    changes = since(kept, result.results)
    write_run(kept, run)
    return {
        "questions": len(result.results),
        "documents": engine.manifest.documents,
        "passages": engine.manifest.passages,
        "thresholds": run["thresholds"],
        "numbers": with_intervals(run["numbers"], run["intervals"]),
        "kinds": {
            kind: with_intervals(part["values"], part["intervals"])
            for kind, part in run["kinds"].items()
        },
        "curve": run["curve"],
        "reliability": run["reliability"],
        "misses": run["misses"],
        "changes": changes,
    }


def since(kept: Path, results: Sequence[Result]) -> list[str]:
    """Return what is beyond noise better or worse than in the last run, if there was one."""
    try:
        found = compare(read_run(kept), results) if kept.is_file() else None
    except EvaluationError:
        return []
    return [
        f"{d.name} {d.verdict}: {d.before:.3f}, now {d.now:.3f} ({d.low:+.3f} to {d.high:+.3f})"
        for d in (found.differences if found else ())
        if d.name in MAIN and d.verdict
    ]


def with_intervals(values: dict[str, Any], intervals: dict[str, Any]) -> dict[str, list[Any]]:
    """Return [value, low, high] by name, or [value] where there is no interval."""
    return {name: [value, *intervals.get(name, ())] for name, value in values.items()}


def squad_paragraphs(place: Place, questions: int) -> Entry:
    """Measure the reader alone on given paragraphs."""
    settings = make_home(place.cache, "one", b"one", squad_given.one_report, place.bar)
    every = squad_given.read_questions(place.data / "squad" / "dev-v2.0.part1.json.gz")
    drawn = squad_given.sample(every, questions)
    place.bar.begin("reading", len(drawn))
    scored = squad_given.score(
        squad_given.open_reader(settings), drawn, settings.passage_words, place.bar.advance
    )
    found = {name: list(values) for name, values in squad_given.numbers(scored).items()}
    return {"questions": len(scored), "of": len(every), "numbers": found}


def scifact_ranking(place: Place, questions: int) -> Entry:
    """Measure retrieval alone."""
    source = place.data / "scifact"
    settings = scifact.scifact_home(source, place.cache, place.bar)
    queries = scifact.read_queries(source)[: questions or None]
    place.bar.begin("ranking", len(queries))
    rows = []
    for row in scifact.scores(settings, queries):
        rows.append(row)
        place.bar.advance()
    weights = draw_weights(len(rows))
    numbers = {}
    for name, values in zip(
        ("ndcg@10", "recall@10", "recall@50"), zip(*rows, strict=True), strict=True
    ):
        measure = mean_of(values)
        numbers[name] = [point(measure, len(rows)), *(interval(measure(weights)) or ())]
    return {"questions": len(rows), "numbers": numbers}


def follow_up_rewrites(place: Place, questions: int) -> Entry:
    """Measure retrieval with follow-ups against retrieval with their rewrites."""
    settings = make_home(place.cache, "one", b"one", squad_given.one_report, place.bar)
    place.bar.begin("retrieving", 0)
    source = place.data / "canard" / "dev.json.gz"
    found = follow_ups.measure(source, settings.index / MODELS, questions=questions or 10**9)
    forms = {form: values for form, values in found.items() if isinstance(values, dict)}
    numbers = {f"{form}/{n}": [v] for form, values in forms.items() for n, v in values.items()}
    return {"questions": found["questions"], "numbers": numbers}


SETS = {
    "seminar": Set(
        "First report",
        ours(our_reports, "seminar-2018.dev.jsonl"),
        targets={
            "quote_hit@1": (">=", 0.97),
            "quote_hit@3": (">=", 1.0),
            "answer_f1": (">=", 0.88),
            "auroc": (">=", 0.97),
            "false_answers_balanced": ("<=", 0.08),
            "missed_answers_balanced": ("<=", 0.05),
        },
        note="Designs were chosen on these questions.",
    ),
    "seminar-talk": Set(
        "First report, conversations",
        ours(our_reports, "seminar-2018.conversations.dev.jsonl"),
        targets={"follow-up quote_hit@1": (">=", 0.90)},
    ),
    "real": Set(
        "Real reports",
        ours(real_reports, "real.dev.jsonl"),
        targets={
            "quote_hit@1": (">=", 0.75),
            "quote_hit@3": (">=", 0.88),
            "auroc": (">=", 0.88),
            "expected_calibration_error": ("<=", 0.06),
        },
        note="Every gold string must stand in the quotation.",
    ),
    "real-talk": Set(
        "Real reports, conversations",
        ours(real_reports, "real.conversations.dev.jsonl"),
        targets={"follow-up quote_hit@1": (">=", 0.75)},
    ),
    "squad-open": Set(
        "SQuAD 2.0 part 1, open book",
        corpus("squad", "squad", "squad/dev-v2.0.part1.json.gz"),
        600,
        {
            "quote_hit@1": (">=", 0.92),
            "answer_f1": (">=", 0.84),
            "auroc": (">=", 0.80),
            "expected_calibration_error": ("<=", 0.06),
        },
    ),
    "squad-given": Set(
        "SQuAD 2.0 part 1, paragraph given",
        squad_paragraphs,
        1500,
        {"f1_own": (">=", 0.76)},
        "The reader alone, scored as the official script does. own: a span must beat the reader's "
        "own “no answer”; crossed: the threshold was found on the other half of the articles; "
        "best: it was found on these questions, as the official best_f1.",
    ),
    "scifact": Set(
        "SciFact",
        scifact_ranking,
        targets={"ndcg@10": (">=", 0.70)},
        note="Retrieval alone; a document stands where its best passage of eighty words stands.",
    ),
    "clapnq": Set(
        "CLAPNQ part, open book",
        corpus("clapnq", "clapnq", "clapnq/dev_*answerable.jsonl.gz"),
        targets={"quote_hit@1": (">=", 0.80), "auroc": (">=", 0.80)},
    ),
    "jsquad": Set(
        "JSQuAD valid, open book",
        corpus("jsquad", "squad", "jsquad/valid-v1.3.json.gz"),
        500,
        {"quote_hit@1": (">=", 0.80)},
        "Japanese has no spaces, so token F1 is all or nothing here.",
    ),
    "jaquad": Set(
        "JaQuAD dev, open book",
        corpus("jaquad", "squad", "jaquad/dev/*.json.gz"),
        500,
        {"quote_hit@1": (">=", 0.68)},
        "Japanese has no spaces, so token F1 is all or nothing here.",
    ),
    "canard": Set(
        "CANARD, follow-ups against their rewrites",
        follow_up_rewrites,
        500,
        {"heading_and_answer/completed_to_rewrite": (">=", 0.90)},
        "Passages are the dialogues' answers, bare or with the article's heading; recall@10 of the "
        "follow-up alone, completed, by all its meanings, and of the rewrite by a human.",
    ),
    "nq": Set(
        "NQ-open, gold passages",
        corpus("nq", "nq", "nq_oracle/nq-open-oracle.jsonl.gz"),
        200,
        note="Flattered: the reader was trained on three fifths of these questions, the confidence "
        "partly fitted on the others.",
    ),
    "qmsum": Set(
        "QMSum val",
        corpus("qmsum", "qmsum", "qmsum/val/*.json.gz"),
        150,
        note="Right is a quotation that stands inside a turn marked as relevant; short ones may "
        "do so by chance.",
    ),
}


def stamp(name: str, questions: int) -> str:
    """Return a hash of all that an entry depends on: code, weights, the set and its size."""
    found = hashlib.sha256(f"{name} {questions}".encode())
    product = Path(str(files("seminar_qa")))
    modules = [Path(module.__file__ or "") for module in (follow_ups, homes, scifact, squad_given)]
    modules += [path for path in product.rglob("*.py") if path.stem not in FACES]
    modules += [path for path in (product / "weights").rglob("*") if path.is_file()]
    for path in sorted(modules):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:16]


def measured(name: str, place: Place, questions: int) -> Entry:
    """Measure one set and return its entry."""
    place.bar.name = name
    began = time.perf_counter()
    entry = SETS[name].measure(place, questions)
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "stamp": stamp(name, questions),
        "limit": questions,
        "seconds": round(time.perf_counter() - began, 1),
        **rounded(entry),
    }


def commit() -> str:
    """Return the commit that is checked out, with "+" when the tree differs from it."""
    head, changes = (
        subprocess.run(["git", *command], capture_output=True, text=True, check=True).stdout
        for command in (["rev-parse", "--short", "HEAD"], ["status", "--porcelain", "src"])
    )
    return head.strip() + ("+" if changes.strip() else "")


def rounded(value: Any) -> Any:
    """Return the same data with numbers of four digits."""
    if isinstance(value, float):
        return None if value != value else round(value, 4)
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    return [rounded(part) for part in value] if isinstance(value, list | tuple) else value


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of the evaluation data")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), metavar="SET")
    parser.add_argument("--questions", type=int, help="of each set; 0 for all; default by set")
    parser.add_argument("--again", action="store_true", help="measure also what has not changed")
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "seminar-qa-benchmarks"
    )
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    known = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.is_file() else {"sets": {}}
    worse = []
    with Bar() as bar:
        place = Place(options.data.resolve(), options.cache, bar)
        for name in options.sets:
            size = SETS[name].questions if options.questions is None else options.questions
            last = known["sets"].get(name, {})
            if last.get("stamp") == stamp(name, size) and not options.again:
                bar.print(f"{name}: as it was")
                continue
            entry = measured(name, place, size)
            changes = entry.pop("changes", [])
            worse += [f"{name}: {change}" for change in changes if "worse" in change]
            known["sets"][name] = entry
            write({**known, "machine": f"{platform.machine()}, {os.cpu_count()} cores"})
            bar.print(f"{name}: {summary(known['sets'][name])}; {entry['seconds']:.0f} s")
            for change in changes:
                bar.print(f"    {change}")
    if worse:
        print("worse than the last run:", *worse, sep="\n", file=sys.stderr)
    return WORSE if worse else 0


def summary(entry: Entry) -> str:
    wanted = dict.fromkeys((*entry["targets"], "quote_hit@1", "quote_hit@3", "answer_f1", "auroc"))
    values = {name: value_of(entry, name)[0] for name in wanted}
    told = [f"{name} {value:.3f}" for name, value in values.items() if value is not None]
    return ", ".join([f"{entry['questions']} questions", *told])


def write(result: Entry) -> None:
    """Write the results, the sets in their order, and the page made of them."""
    sets = result["sets"]
    for name, kept in SETS.items():
        if name in sets:
            told = {"title": kept.title, "note": kept.note, "targets": kept.targets}
            sets[name] = {**told, **sets.pop(name), **told}
    result["missing"] = [kept.title for name, kept in SETS.items() if name not in sets]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(render(result), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
