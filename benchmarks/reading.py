"""How fast PDFs are read, and how much of their text, beside pypdf and pdfplumber.

    python benchmarks/reading.py FOLDER... [--runs 3]

Takes the text PDFs below the folders: those that open without a password and have at least 500
characters on an average page. All readers read all files in turn, so that a slow moment of the
machine meets all of them; the fastest run counts. `seminar-qa` is what `index` does before it
embeds (worker processes, structure, facts, sentences, speakers), its processes started beforehand;
`seminar-qa, one process` is its parser alone. The overlap is the F1 of character 5-grams, white
space left out, with the text of Poppler's pdftotext. Writes benchmarks/results/reading.json.
Needs pypdf, pdfplumber and pdftotext (poppler-utils).
"""

import argparse
import json
import logging
import os
import platform
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pdfplumber
import pypdf
import pypdfium2

from seminar_qa.parsers import read_document
from seminar_qa.parsers.source import SourceFile
from seminar_qa.reading import Reading
from seminar_qa.worker import Job, Limits, Pool

RESULT = Path(__file__).parent / "results" / "reading.json"
FEWEST = 500
PROCESSES = min(4, os.cpu_count() or 1)


def with_pypdf(file: Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(file).pages)


def with_pdfplumber(file: Path) -> str:
    with pdfplumber.open(file) as pdf:
        return "\n".join(page.extract_text() or "" for page in pdf.pages)


def with_parser(file: Path) -> str:
    return read_document(file.name, SourceFile(file.read_bytes(), ocr_seconds=0), "").text


def reference(file: Path) -> str:
    command = ["pdftotext", "-q", str(file), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def text_pdfs(folders: list[Path]) -> dict[Path, int]:
    """Return the text PDFs below the folders with their numbers of pages."""
    found = {}
    for file in sorted(file for folder in folders for file in folder.rglob("*.pdf")):
        try:
            pdf = pypdfium2.PdfDocument(file)
            pages = [page.get_textpage().get_text_range() for page in pdf]
            with_pypdf(file)
        except Exception as error:
            print(f"left aside: {file.name}: {error}", file=sys.stderr)
            continue
        readable = sum(c.isprintable() for page in pages for c in page)
        if pages and readable >= FEWEST * len(pages):
            found[file] = len(pages)
    return found


def timed(read: Callable[[list[Path]], list[str]], files: list[Path]) -> tuple[float, list[str]]:
    began = time.perf_counter()
    texts = read(files)
    return time.perf_counter() - began, texts


def grams(text: str) -> Counter[str]:
    dense = "".join(text.split())
    return Counter(dense[n : n + 5] for n in range(len(dense) - 4))


def overlap(text: str, other: str) -> float:
    one, two = grams(text), grams(other)
    return 2 * sum((one & two).values()) / max(1, sum(one.values()) + sum(two.values()))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    logging.disable(logging.ERROR)
    pages = text_pdfs(options.folders)
    files = list(pages)
    total = sum(pages.values())
    pool = Pool(Limits(ocr_seconds=0), PROCESSES)
    with pool:
        list(pool.read(Job(file.name, file) for file in files[:PROCESSES]))

        def with_workers(files: list[Path]) -> list[str]:
            outcomes = pool.read(Job(file.name, file) for file in files)
            return [o.document.text if isinstance(o, Reading) else "" for _, o in outcomes]

        def one_by_one(read: Callable[[Path], str]) -> Callable[[list[Path]], list[str]]:
            return lambda files: [read(file) for file in files]

        readers = {
            "seminar-qa": with_workers,
            "seminar-qa, one process": one_by_one(with_parser),
            "pypdf": one_by_one(with_pypdf),
            "pdfplumber": one_by_one(with_pdfplumber),
        }
        seconds: dict[str, list[float]] = {name: [] for name in readers}
        texts: dict[str, list[str]] = {}
        for _ in range(options.runs):
            for name, read in readers.items():
                taken, texts[name] = timed(read, files)
                seconds[name].append(taken)
    expected = [reference(file) for file in files]
    revision = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(revision, capture_output=True, text=True, check=True)
    result = {
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("pypdfium2", "pypdf", "pdfplumber")},
        "processes": PROCESSES,
        "runs": options.runs,
        "pages": total,
        "characters_per_page": round(sum(map(len, expected)) / total),
        "files": {file.name: number for file, number in pages.items()},
        "pages_per_second": {name: round(total / min(t), 1) for name, t in seconds.items()},
        "overlap_with_pdftotext": {
            name: {
                "all": round(overlap("\0".join(found), "\0".join(expected)), 3),
                "median_file": round(statistics.median(map(overlap, found, expected)), 3),
            }
            for name, found in texts.items()
        },
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
