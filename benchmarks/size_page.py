"""The page and the plot of `size`'s results: docs/size.md and docs/size.svg.

    python benchmarks/size_page.py

Reads benchmarks/results/size.json. The plot is written as it is read, so that it needs no library.
"""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "size.json"
PAGE, PLOT = ROOT / "docs" / "size.md", ROOT / "docs" / "size.svg"

HEAD = """# How the index grows

Written by `python benchmarks/size.py`; what the passages are, and how they are measured, stands
there. Files are in the page cache. `own` memory is what one process has for itself, beyond what it
had before; the mapped files are shared by all processes.

"""


def table(result: dict[str, Any]) -> str:
    """Return the results as a Markdown table with a column a size."""
    sizes = {int(size): entry for size, entry in result["sizes"].items()}
    order = sorted(sizes)

    def row(name: str, value: Callable[[dict[str, Any]], str]) -> str:
        return f"| {name} | " + " | ".join(value(sizes[size]) for size in order) + " |\n"

    def search(kind: str) -> Callable[[dict[str, Any]], str]:
        return lambda entry: "{p50:.2f} / {p99:.2f} ms".format(**entry["search_ms"][kind])

    def dense(entry: dict[str, Any]) -> str:
        how = entry["dense"]
        told = "{nprobe} of {nlist:,} clusters".format(**how)
        return "every vector" if how["kind"] == "exact" else told

    return (
        "| passages | " + " | ".join(f"{size:,}" for size in order) + " |\n"
        "|---|"
        + "---:|" * len(order)
        + "\n"
        + row("compared with", dense)
        + row("recall@10 against exact search", lambda e: f"{e['recall_at_10']:.4f}")
        + row("… as measured when it was built", lambda e: f"{e['recall_measured_at_build']:.4f}")
        + row("writing records", lambda e: f"{e['records_seconds']:,.1f} s")
        + row("writing and checking searchers", lambda e: f"{e['searchers_seconds']:,.1f} s")
        + row("most memory while building", lambda e: f"{e['build_peak_mb']:,} MB")
        + row("bytes on disk", lambda e: f"{sum(e['bytes'].values()) / 1e6:,.1f} MB")
        + row("… of vectors", lambda e: f"{e['bytes']['dense'] / 1e6:,.1f} MB")
        + row("… of the keyword index", lambda e: f"{e['bytes']['lexical'] / 1e6:,.1f} MB")
        + row("opening", lambda e: f"{e['open_seconds'] * 1000:,.0f} ms")
        + row("own memory when open", lambda e: f"{e['memory_mb']['own_when_open']:,.1f} MB")
        + row("… after all searches", lambda e: f"{e['memory_mb']['own_after_searches']:,.1f} MB")
        + row("mapped then", lambda e: f"{e['memory_mb']['shared_after_searches']:,.1f} MB")
        + row("search by meaning, p50 / p99", search("dense"))
        + row("search by words", search("words"))
        + row("both, fused", search("fused"))
        + row("fetching the 20 best", search("fetch"))
        + row("by meaning among 1 % of the rows", search("dense_of_1_percent"))
        + row("by words among 1 % of the rows", search("words_of_1_percent"))
        + row("by meaning among half of the rows", search("dense_of_half"))
        + row("by words among half of the rows", search("words_of_half"))
    )


def render(result: dict[str, Any]) -> str:
    """Return the page."""
    entries = list(result["sizes"].values())
    machines = sorted({f"{entry['machine']}, {entry['versions']}" for entry in entries})
    told = "".join(f"\nMeasured on {machine}.\n" for machine in machines)
    return f"{HEAD}{table(result)}\n![Time, disk and memory by size](size.svg)\n{told}"


Series = dict[str, Callable[[dict[str, Any]], float]]
PANELS: dict[str, Series] = {
    "search, p50 in ms": {
        "meaning": lambda e: e["search_ms"]["dense"]["p50"],
        "words": lambda e: e["search_ms"]["words"]["p50"],
        "fused": lambda e: e["search_ms"]["fused"]["p50"],
    },
    "opening in ms": {"opening": lambda e: e["open_seconds"] * 1000},
    "building in s": {
        "records": lambda e: e["records_seconds"],
        "searchers": lambda e: e["searchers_seconds"],
    },
    "MB on disk": {
        "vectors": lambda e: e["bytes"]["dense"] / 1e6,
        "words": lambda e: e["bytes"]["lexical"] / 1e6,
        "records": lambda e: e["bytes"]["records.sqlite"] / 1e6,
    },
}
COLOURS = ("#1f5fa8", "#b3541e", "#3c7a3c")
WIDE, HIGH, MARGIN = 330, 230, 46


def plot(result: dict[str, Any]) -> str:
    """Return the results as an SVG of four panels, all axes logarithmic."""
    sizes = {int(size): result["sizes"][size] for size in sorted(result["sizes"], key=int)}
    panels = "".join(
        f'<g transform="translate({number % 2 * WIDE},{number // 2 * HIGH})">'
        f"{panel(title, series, sizes)}</g>\n"
        for number, (title, series) in enumerate(PANELS.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDE} {2 * HIGH}" '
        'font-family="sans-serif" font-size="11">\n'
        "<title>Time, disk and memory by the number of passages</title>\n"
        f'<rect width="100%" height="100%" fill="#fff"/>\n{panels}</svg>\n'
    )


def panel(title: str, series: Series, sizes: dict[int, dict[str, Any]]) -> str:
    """Return one panel: a line a series, its name at the last point."""
    values = {name: [max(of(e), 1e-3) for e in sizes.values()] for name, of in series.items()}
    everything = [value for found in values.values() for value in found]
    low, high = math.floor(math.log10(min(everything))), math.ceil(math.log10(max(everything)))
    low, high = min(low, high - 1), max(high, low + 1)
    left, right = math.log10(min(sizes)), max(math.log10(max(sizes)), math.log10(min(sizes)) + 1)

    def x(size: float) -> float:
        return MARGIN + (math.log10(size) - left) / (right - left) * (WIDE - 2.4 * MARGIN)

    def y(value: float) -> float:
        return HIGH - MARGIN - (math.log10(value) - low) / (high - low) * (HIGH - 2 * MARGIN)

    parts = [f'<text x="{MARGIN}" y="{MARGIN - 16}" font-weight="bold">{title}</text>']
    for power in range(low, high + 1):
        at = y(10**power)
        parts.append(
            f'<path d="M{MARGIN} {at:.1f}H{WIDE - 1.4 * MARGIN:.1f}" stroke="#ddd"/>'
            f'<text x="{MARGIN - 5}" y="{at + 4:.1f}" text-anchor="end">{10**power:,g}</text>'
        )
    for size in sizes:
        parts.append(
            f'<text x="{x(size):.1f}" y="{HIGH - MARGIN + 16}" text-anchor="middle">{size:,}</text>'
        )
    ends = sorted(values, key=lambda name: -values[name][-1])
    beside: dict[str, float] = {}
    for name in ends:  # names keep off each other
        lowest = max(beside.values(), default=-math.inf) + 12
        beside[name] = max(y(values[name][-1]) + 4, lowest)
    for colour, (name, found) in zip(COLOURS, values.items(), strict=False):
        points = " ".join(f"{x(s):.1f},{y(v):.1f}" for s, v in zip(sizes, found, strict=True))
        place = f'x="{x(max(sizes)) + 5:.1f}" y="{beside[name]:.1f}"'
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<text {place} fill="{colour}">{name}</text>'
        )
    return "".join(parts)


def write(result: dict[str, Any]) -> None:
    """Write the page and the plot."""
    PAGE.write_text(render(result), encoding="utf-8")
    PLOT.write_text(plot(result), encoding="utf-8")


if __name__ == "__main__":
    write(json.loads(RESULT.read_text(encoding="utf-8")))
