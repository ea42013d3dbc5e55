"""docs/evaluation.md, made of benchmarks/results/quality.json.

    python benchmarks/evaluation_page.py

`benchmarks/quality.py` writes both; this alone writes the page again from the numbers.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "evaluation.md"
RESULT = ROOT / "benchmarks" / "results" / "quality.json"
Entry = dict[str, Any]

HEAD = """# Evaluation

Written by `python benchmarks/quality.py ../shared/eval`; the numbers with their settings are in
[quality.json](../benchmarks/results/quality.json). In brackets the 95 % interval of a bootstrap
over the questions (1,000 draws, seed 0, percentiles); it takes them as independent of each other.
Where all are right it has no width; of n right ones the true share may still be 1 - 3/n. These are
development sets: designs were chosen with them in sight, so new questions may fare worse."""
NAMES = {
    "quote_hit@1": "hit@1",
    "quote_hit@3": "hit@3",
    "follow-up quote_hit@1": "hit@1 of follow-ups",
    "answer_exact_match": "exact match",
    "answer_f1": "F1",
    "auroc": "AUROC",
    "expected_calibration_error": "calibration error",
    "false_answers_balanced": "false answers, balanced",
    "missed_answers_balanced": "missed answers, balanced",
    "passage_recall@10": "passage recall@10",
    "passage_mrr@10": "passage MRR@10",
    "ndcg@10": "nDCG@10",
    "f1_own": "F1, the reader's own no",
    "heading_and_answer/completed_to_rewrite": "recall@10, share of the rewrite's",
}


def render(result: Entry) -> str:
    """Return the page."""
    sets: dict[str, Entry] = result["sets"]
    asked = {name: entry for name, entry in sets.items() if "curve" in entry}
    refusing = {
        name: entry
        for name, entry in asked.items()
        if entry["numbers"]["false_answers_balanced"][0] is not None
    }
    missing = result.get("missing", [])
    parts = [
        HEAD,
        *_section("To reach", _targets(sets)),
        *_section("What is found and what is quoted", _qualities(asked)),
        *_section("What is served: a refused answer counts as wrong", _served(asked)),
        *_section("False answers against missed ones", _curve(refusing)),
        *_section("Is the confidence right?", _reliability(asked)),
        *_section("By kind of question", _kinds(asked)),
        *_section("Parts alone", _alone({n: e for n, e in sets.items() if "curve" not in e})),
        *_section("What went wrong", _misses(asked)),
        *_section("How it was measured", _runs(sets, result.get("machine", ""), missing)),
    ]
    return "\n".join(parts)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    body = list(lines)
    if body:
        yield f"\n## {title}\n"
        yield from body


def _table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    names = list(columns)
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"


def value_of(entry: Entry, name: str) -> list[Any]:
    """Return [value, low, high] of a number, of a kind of question if one is named in front."""
    kind, _, number = name.rpartition(" ")
    found: dict[str, list[Any]] = entry["kinds"].get(kind, {}) if kind else entry["numbers"]
    return found.get(number, [None])


def _shown(value: list[Any]) -> str:
    if not value or value[0] is None:
        return "–"
    if len(value) < 3 or value[1] is None:
        return _plain(value[0])
    return f"{_plain(value[0])} ({_plain(value[1])}–{_plain(value[2])})"


def _plain(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def is_reached(value: float | None, sign: str, wanted: float) -> bool:
    """Tell whether a number, of two digits, is as wanted."""
    if value is None:
        return False
    return round(value, 2) >= wanted if sign == ">=" else round(value, 2) <= wanted


def _targets(sets: dict[str, Entry]) -> Iterator[str]:
    rows = []
    for entry in sets.values():
        for name, (sign, wanted) in entry["targets"].items():
            value = value_of(entry, name)
            reached = "yes" if is_reached(value[0], sign, wanted) else "**no**"
            served = value_of(entry, f"{name}_balanced")[0]
            shown = (entry["title"], entry["questions"], NAMES.get(name, name), _shown(value))
            wish = f"{'≥' if sign == '>=' else '≤'} {wanted:.2f}"
            rows.append((*shown, wish, reached, "" if served is None else _plain(served)))
    columns = ["set", "questions", "number", "value", "to reach", "reached", "served"]
    yield from _table(columns, rows)
    yield "\nA number is reached when it is so rounded to two digits. Served is what is left of it"
    yield "in mode balanced, where a refused answer counts as wrong; reached does not look at that."


def _qualities(sets: dict[str, Entry]) -> Iterator[str]:
    names = ("passage_recall@10", "passage_mrr@10", "quote_hit@1", "quote_hit@3", "answer_f1")
    names = (*names, "auroc", "expected_calibration_error")
    rows = [
        (
            *(entry["title"], entry["documents"], entry["passages"]),
            *(_shown(entry["numbers"][name]) for name in names),
        )
        for entry in sets.values()
    ]
    yield from _table(["set", "reports", "passages", *(NAMES[n] for n in names)], rows)
    yield "\nThese numbers look at the best quotation whether or not it was shown."
    yield from (f"\n{entry['title']}: {entry['note']}" for entry in sets.values() if entry["note"])


def _served(sets: dict[str, Entry]) -> Iterator[str]:
    names = ("quote_hit@1", "quote_hit@3", "answer_f1", "false_answers", "missed_answers")
    rows = [
        (
            *(entry["title"], mode, f"{threshold:.2f}"),
            *(_shown(entry["numbers"][f"{name}_{mode}"]) for name in names),
        )
        for entry in sets.values()
        for mode, threshold in entry["thresholds"].items()
    ]
    columns = ["set", "mode", "threshold", "hit@1", "hit@3", "F1", "false answers"]
    yield from _table([*columns, "missed answers"], rows)
    yield "\nFalse answers are shares of the questions that the reports do not answer, missed ones"
    yield "of those that they do. In a conversation mode strict is told from the confidence alone."


def _curve(sets: dict[str, Entry]) -> Iterator[str]:
    if not sets:
        return
    rows = [
        (
            f"{points[0]['threshold']:.2f}",
            *(f"{_percent(p['false'])} / {_percent(p['missed'])}" for p in points),
        )
        for points in zip(*(entry["curve"] for entry in sets.values()), strict=True)
    ]
    yield "Per cent of the unanswerable questions that get an answer / of the answerable that get"
    yield "none, by threshold.\n"
    yield from _table(["threshold", *(entry["title"] for entry in sets.values())], rows)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f}"


def _reliability(sets: dict[str, Entry]) -> Iterator[str]:
    bins = sorted({part["low"] for entry in sets.values() for part in entry["reliability"]})
    rows = []
    for low in bins:
        cells = []
        for entry in sets.values():
            part = next((p for p in entry["reliability"] if p["low"] == low), None)
            shown = f"{_percent(part['right'])} of {part['questions']}" if part else ""
            cells.append(f"{_percent(part['confidence'])}: {shown}" if part else "")
        rows.append((f"{low:.1f}–{low + 0.1:.1f}", *cells))
    if rows:
        yield "Mean confidence in per cent: per cent right, of so many questions. Right is a first"
        yield "quotation that answers.\n"
        yield from _table(["confidence", *(entry["title"] for entry in sets.values())], rows)


def _kinds(sets: dict[str, Entry]) -> Iterator[str]:
    names = ("quote_hit@1", "quote_hit@3", "answer_f1")
    shown = (*names, "missed_answers_balanced", "false_answers_balanced")
    rows = [
        (
            *(entry["title"], kind or "–", part["questions"][0]),
            *(_shown(part[name]) for name in shown),
        )
        for entry in sets.values()
        for kind, part in entry["kinds"].items()
        if len(entry["kinds"]) > 1
    ]
    if rows:
        yield from _table(["set", "kind", "questions", *(NAMES[name] for name in shown)], rows)


def _alone(sets: dict[str, Entry]) -> Iterator[str]:
    for entry in sets.values():
        yield f"{entry['title']}, {entry['questions']} questions. {entry['note']}\n"
        rows = ((name, _shown(value)) for name, value in entry["numbers"].items())
        yield from _table(["number", "value"], rows)
        yield ""


def _misses(sets: dict[str, Entry]) -> Iterator[str]:
    rows = [(entry["title"], len(entry["misses"]), entry["questions"]) for entry in sets.values()]
    if rows:
        yield from _table(["set", "not served right", "of"], rows)
        yield "\nTheir ids are in quality.json; what was quoted instead, with the confidence, in"
        yield "runs/SET.json of the cache, or by `seminar-qa evaluate FILE --misses`."


def _runs(sets: dict[str, Entry], machine: str, missing: Iterable[str]) -> Iterator[str]:
    rows = [
        (entry["title"], f"`--sets {name}`", entry["commit"], entry["measured"], entry["seconds"])
        for name, entry in sets.items()
    ]
    yield f"Machine: {machine}. Seconds with whatever else ran, building the index included where"
    yield "it was not there.\n"
    yield from _table(["set", "of quality.py", "commit", "measured", "seconds"], rows)
    yield ""
    if missing:
        yield f"Not measured with this version: {', '.join(missing)}."


def main() -> None:
    PAGE.write_text(render(json.loads(RESULT.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
