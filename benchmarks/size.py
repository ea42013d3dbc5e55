"""How the index grows: time, disk, memory and recall from a thousand passages to a million.

    python benchmarks/size.py --sizes 1000 10000 100000 1000000

Passages are made with a fixed seed: vectors of 384 numbers about topics that have subtopics (a
mixture of Gaussians on the sphere), and texts of sixty words, each as frequent as Zipf's law says.
They are written, opened and searched by the code of the product; only reading files and embedding
is left out. Questions lie about the same subtopics, farther off, and have eight words of some
passage. Each size is built in one process and measured in another, with the files in the page
cache. Sizes that are not named keep their last result. Writes benchmarks/results/size.json, and
with `size_page` docs/size.md and docs/size.svg. A million passages take about 5 GB of disk, in
--folder or where temporary files go.
"""

import argparse
import json
import math
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import size_page
from rich.console import Console
from rich.progress import track

from seminar_qa.documents import Block, Document, Kind
from seminar_qa.embeddings import Embeddings
from seminar_qa.hits import DEPTH, find_hits
from seminar_qa.index import Contents, GenerationWriter, PassageIndex
from seminar_qa.manifest import ModelEntry, Recipe
from seminar_qa.passages import Passage
from seminar_qa.sentences import Sentence

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "size.json"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
SEED = 20_261_123
DIMENSION, WORDS, IN_A_REPORT, SLICE = 384, 60, 200, 10_000
QUESTIONS, WARM_UP, FILTERED = 300, 50, 40
READ = 20
"""So many passages go to the reader, as in the product."""
STOP_WORDS = (
    "the of and to a in is that for it as was with be by on not he are this at from".split()
)
CONSOLE = Console(stderr=True)


# What is searched


def topics(passages: int) -> np.ndarray:
    """Return the centres of the subtopics, about twenty passages each, float32."""
    random = np.random.default_rng([SEED, 1])
    centres = unit(random.standard_normal((max(4, passages // 1_000), DIMENSION)))
    subtopics = centres[np.arange(max(8, passages // 20)) % len(centres)]
    return about(subtopics, 0.8, random)


def about(centres: np.ndarray, spread: float, random: np.random.Generator) -> np.ndarray:
    """Return for each centre a vector whose cosine to it is about 1 / √(1 + spread²)."""
    noise = random.standard_normal(centres.shape, dtype=np.float32)
    return unit(centres + noise * np.float32(spread / math.sqrt(DIMENSION)))


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def make_vectors(file: Path, passages: int) -> np.ndarray:
    """Write the passages' vectors and return them mapped, float32 (passages, dimension)."""
    shape = (passages, DIMENSION)
    vectors = np.lib.format.open_memmap(file, mode="w+", dtype=np.float32, shape=shape)
    centres = topics(passages)
    for start in range(0, passages, SLICE):
        random = np.random.default_rng([SEED, 2, start])
        own = random.integers(len(centres), size=min(SLICE, passages - start))
        vectors[start : start + SLICE] = about(centres[own], 0.6, random)
    vectors.flush()
    return np.load(file, mmap_mode="r")


def vocabulary() -> np.ndarray:
    """Return 50,000 words, the commonest first; those of the language come before the made ones."""
    syllables = [
        c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u", "an", "el", "or")
    ]
    made = (
        "".join(
            syllables[(number // len(syllables) ** place) % len(syllables)] for place in range(3)
        )
        for number in range(50_000)
    )
    return np.array([*STOP_WORDS, *made][:50_000], dtype=object)


def make_texts(passages: int) -> Iterator[list[str]]:
    """Yield the passages' texts, a report's at a time."""
    words = vocabulary()
    share = np.cumsum(1 / np.arange(1, len(words) + 1) ** 1.07)
    share /= share[-1]
    for start in range(0, passages, IN_A_REPORT):
        random = np.random.default_rng([SEED, 3, start])
        drawn = random.random((min(IN_A_REPORT, passages - start), WORDS))
        yield [" ".join(row) + "." for row in words[np.searchsorted(share, drawn)]]


def make_report(
    number: int, texts: Sequence[str]
) -> tuple[Document, list[Sentence], list[Passage]]:
    """Return a report with a passage of one sentence for each text."""
    ends = np.cumsum([len(text) + 1 for text in texts]).tolist()
    spans = [(end - 1 - len(text), end - 1) for text, end in zip(texts, ends, strict=True)]
    name = f"{number:016x}"
    document = Document(
        *(name, f"{name}.txt", name * 4, "text/plain", "\n".join(texts)),
        blocks=tuple(Block(Kind.PARAGRAPH, *span) for span in spans),
    )
    sentences = [Sentence(*span, n) for n, span in enumerate(spans)]
    return document, sentences, [Passage(*span, n, n) for n, span in enumerate(spans)]


def make_questions(folder: Path, passages: int) -> None:
    """Write the questions' vectors and words, the ten best vectors for each, the tenth's score."""
    random = np.random.default_rng([SEED, 4])
    centres = topics(passages)
    vectors = about(centres[random.integers(len(centres), size=QUESTIONS)], 0.9, random)
    np.save(folder / "questions.npy", vectors)
    reports = random.integers(math.ceil(passages / IN_A_REPORT), size=QUESTIONS)
    wanted = set(reports.tolist())
    texts = {n: report for n, report in enumerate(make_texts(passages)) if n in wanted}
    asked = []
    for number in reports.tolist():
        text = texts[number][random.integers(len(texts[number]))]
        asked.append("What about " + " ".join(random.choice(text[:-1].split(), 8)) + "?")
    (folder / "questions.json").write_text(json.dumps(asked))
    mapped = np.load(folder / "vectors.npy", mmap_mode="r")
    scores = np.zeros((QUESTIONS, 0), dtype=np.float32)
    best = np.zeros((QUESTIONS, 0), dtype=np.int64)
    for start in range(0, passages, SLICE):
        more = vectors @ mapped[start : start + SLICE].T
        scores = np.concatenate([scores, more], axis=1)
        numbers = np.broadcast_to(np.arange(start, start + more.shape[1]), more.shape)
        best = np.concatenate([best, numbers], axis=1)
        order = np.argsort(-scores, axis=1)[:, :10]
        scores = np.take_along_axis(scores, order, axis=1)
        best = np.take_along_axis(best, order, axis=1)
    np.save(folder / "best.npy", best)
    np.save(folder / "tenth.npy", scores[:, -1])


# What is measured


def build(folder: Path, passages: int) -> dict[str, Any]:
    """Build a generation and return how long it took and how much memory."""
    model = ModelEntry("none", "0" * 64, "none")
    with Memory() as memory:
        began = time.perf_counter()
        writer = GenerationWriter(folder / "index")
        total = math.ceil(passages / IN_A_REPORT)
        reports = track(make_texts(passages), "records", total, console=CONSOLE, transient=True)
        for number, texts in enumerate(reports):
            writer.records.add(*make_report(number, texts))
        written = time.perf_counter()
        vectors = np.load(folder / "vectors.npy", mmap_mode="r")
        manifest = writer.finish(
            Contents(
                embeddings=Embeddings(np.arange(passages), vectors, 0),
                recipe=Recipe(model, model, WORDS, 0),
                documents=total,
                sources={},
                unread=(),
                stale=(),
                copies={},
                libraries={},
                limits={},
            )
        )
        ended = time.perf_counter()
    sizes: dict[str, int] = {}
    for name, entry in manifest.files.items():
        part = name.split("/")[0]
        sizes[part] = sizes.get(part, 0) + entry.size
    dense = manifest.dense
    return {
        "records_seconds": round(written - began, 1),
        "searchers_seconds": round(ended - written, 1),
        "build_peak_mb": round(memory.peak / 1e6),
        "bytes": {name: sizes[name] for name in sorted(sizes)},
        "dense": {"kind": dense.kind, "nlist": dense.nlist, "nprobe": dense.nprobe},
        "recall_measured_at_build": dense.recall,
    }


def measure(folder: Path) -> dict[str, Any]:
    """Open the index in this process and return what opening and searching takes."""
    before = resident()
    times = [-time.perf_counter()]
    index = PassageIndex.open(folder / "index")
    times[0] += time.perf_counter()
    after = resident()
    for _ in range(4):
        began = time.perf_counter()
        PassageIndex.open(folder / "index").close()
        times.append(time.perf_counter() - began)
    vectors = np.load(folder / "questions.npy")
    asked = json.loads((folder / "questions.json").read_text())
    best, tenth = np.load(folder / "best.npy"), np.load(folder / "tenth.npy")
    numbers = range(QUESTIONS)
    random = np.random.default_rng([SEED, 5])
    count = len(index.dense)
    few, half = (
        np.sort(random.choice(count, int(count * share), replace=False)).tolist()
        for share in (0.01, 0.5)
    )

    def fused(n: int) -> list[int]:
        hits = find_hits(asked[n], vectors[n], index.dense, index.lexical, limit=READ)
        return [hit.row for hit in hits]

    rows = [fused(n) for n in numbers[:FILTERED]]
    search = {
        "dense": timed(lambda n: index.dense.search(vectors[n], DEPTH), numbers),
        "words": timed(lambda n: index.lexical.search(asked[n], DEPTH), numbers),
        "fused": timed(fused, numbers),
        "fetch": timed(lambda n: fetch(index, rows[n]), numbers[:FILTERED]),
        "dense_of_1_percent": timed(
            lambda n: index.dense.search(vectors[n], DEPTH, few), numbers[:FILTERED]
        ),
        "words_of_1_percent": timed(
            lambda n: index.lexical.search(asked[n], DEPTH, few), numbers[:FILTERED]
        ),
        "dense_of_half": timed(
            lambda n: index.dense.search(vectors[n], DEPTH, half), numbers[:FILTERED]
        ),
        "words_of_half": timed(
            lambda n: index.lexical.search(asked[n], DEPTH, half), numbers[:FILTERED]
        ),
    }
    right = [
        sum(row in best[n] or score >= tenth[n] - 1e-6 for row, score in hits[:10])
        for n, hits in enumerate(index.dense.search(vector, DEPTH) for vector in vectors)
    ]
    return {
        "open_seconds": round(float(np.median(times)), 4),
        "memory_mb": {
            "before": round(before["all"] / 1e6),
            "own_when_open": round((after["own"] - before["own"]) / 1e6, 1),
            "own_after_searches": round((resident()["own"] - before["own"]) / 1e6, 1),
            "shared_after_searches": round((resident()["shared"] - before["shared"]) / 1e6, 1),
        },
        "search_ms": search,
        "recall_at_10": round(sum(right) / best.size, 4),
        "questions": QUESTIONS,
    }


def fetch(index: PassageIndex, rows: Sequence[int]) -> list[str]:
    """Return the texts of passages, each out of its report."""
    found = []
    for row in rows:
        number, place = index.records.place_of(row)
        record = index.records.record(number)
        passage = record.passages[place]
        found.append(record.document.text[passage.start : passage.end])
    return found


def timed(search: Callable[[int], object], numbers: Sequence[int]) -> dict[str, float]:
    """Return the median and the 99th percentile of what a search takes, in milliseconds."""
    for number in numbers[:WARM_UP]:
        search(number)
    taken = []
    for number in numbers:
        began = time.perf_counter()
        search(number)
        taken.append((time.perf_counter() - began) * 1000)
    return {
        "p50": round(float(np.median(taken)), 3),
        "p99": round(float(np.quantile(taken, 0.99)), 3),
    }


def resident() -> dict[str, int]:
    """Return this process's resident bytes: all, its own, and those of mapped files."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:  # no Linux: the most there ever was
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return {"all": most, "own": most, "shared": 0}
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    sizes = {name: int(lines[name].split()[0]) * 1024 for name in ("VmRSS", "RssAnon", "RssFile")}
    return {"all": sizes["VmRSS"], "own": sizes["RssAnon"], "shared": sizes["RssFile"]}


class Memory:
    """Watches how much memory of its own this process has at most."""

    def __init__(self) -> None:
        self.peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            self.peak = max(self.peak, resident()["own"])


# What is run


def run(size: int, folder: Path) -> dict[str, Any]:
    """Build and measure one size in processes of their own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with CONSOLE.status(f"{size:,} passages: vectors and questions"):
        make_vectors(folder / "vectors.npy", size)
        make_questions(folder, size)
    CONSOLE.print(f"{size:,} passages: building")
    built = in_a_process("--build", str(size), "--folder", str(folder))
    CONSOLE.print(f"{size:,} passages: measuring")
    found = in_a_process("--measure", "--folder", str(folder))
    shutil.rmtree(folder)
    commit = ["git", "rev-parse", "HEAD"]
    versions = " ".join(f"{name} {version(name)}" for name in ("faiss-cpu", "tantivy", "numpy"))
    return {
        "commit": subprocess.run(
            commit, capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": f"Python {platform.python_version()} {versions}",
        **built,
        **found,
    }


def in_a_process(*arguments: str) -> dict[str, Any]:
    """Run this file and return the JSON it prints."""
    command = [sys.executable, __file__, *arguments]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=-1).stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, metavar="N")
    parser.add_argument("--folder", type=Path, help="where to build; its folder size/ is removed")
    parser.add_argument("--build", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.build:
        print(json.dumps(build(options.folder, options.build)))
    elif options.measure:
        print(json.dumps(measure(options.folder)))
    else:
        base = Path(options.folder or tempfile.mkdtemp(prefix="size-"))
        known = json.loads(RESULT.read_text()) if RESULT.exists() else {"sizes": {}}
        for size in options.sizes:
            known["sizes"][str(size)] = run(size, base / "size")
            RESULT.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
        size_page.write(known)
        CONSOLE.print(f"written: {RESULT}, {size_page.PAGE} and {size_page.PLOT}")


if __name__ == "__main__":
    main()
