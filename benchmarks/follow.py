"""How long an index takes to follow a large folder of which little or nothing has changed.

    python benchmarks/follow.py [--reports 1000] [--runs 7] [--models HOME/index/models]

`seminar-qa index` is run as a command, the start of Python included: first over all reports, then
again and again over an unchanged folder, after one report was changed, and after one was renamed.
Exported models are taken from `--models`, if given. Writes benchmarks/results/follow.json, with the
medians in seconds.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

RESULT = Path(__file__).parent / "results" / "follow.json"
COMMAND = [sys.executable, "-m", "seminar_qa.cli", "index", "--json"]
PARAGRAPHS = 8
SEED = 3


def write_report(path: Path, number: int, chance: np.random.Generator) -> None:
    """Write a report of some 500 made-up words, common ones more often."""
    paragraphs = []
    for _ in range(PARAGRAPHS):
        numbers = chance.zipf(1.3, size=(5, 12)) % 20_000
        paragraphs.append(" ".join(f"The {' '.join(map(word, row))}." for row in numbers.tolist()))
    path.write_text("\n\n".join([f"Report {number}", *paragraphs]) + "\n", encoding="utf-8")


def word(number: int) -> str:
    """Return a made-up word for a number: the same one each time."""
    return "".join("bdfgklmnprst"[n % 12] + "aeiou"[n % 5] for n in map(int, str(number + 10)))


def timed_run(home: Path) -> tuple[float, dict]:
    """Run the command; return its seconds and what it told."""
    begun = time.perf_counter()
    done = subprocess.run(
        COMMAND,
        capture_output=True,
        check=True,
        env={**os.environ, "SEMINAR_QA_HOME": str(home)},
    )
    return time.perf_counter() - begun, json.loads(done.stdout)


def measure(options: argparse.Namespace, home: Path) -> dict[str, object]:
    """Return the seconds that each kind of run took."""
    chance = np.random.default_rng(SEED)
    documents, models = home / "documents", home / "index" / "models"
    documents.mkdir()
    models.mkdir(parents=True)
    for model in options.models.iterdir() if options.models else ():
        (models / model.name).symlink_to(model.resolve(), target_is_directory=True)
    for number in range(options.reports):
        write_report(documents / f"{number}.txt", number, chance)
    first, told = timed_run(home)

    def change(run: int) -> None:
        write_report(documents / f"{run}.txt", run, chance)

    def rename(run: int) -> None:
        (documents / f"{run}.txt").rename(documents / f"{run} renamed.txt")

    def nothing(_: int) -> None:
        return

    seconds = {}
    kinds: dict[str, Callable[[int], None]] = {
        "unchanged": nothing,
        "one_changed": change,
        "one_renamed": rename,
    }
    for name, act in kinds.items():
        times = []
        for run in range(options.runs):
            act(run)
            took, outcome = timed_run(home)
            assert outcome["built"] == (name != "unchanged"), outcome
            times.append(took)
        seconds[name] = round(statistics.median(times), 2)
        print(name, [round(one, 2) for one in times], flush=True)
    return {
        "reports": options.reports,
        "passages": told["passages"],
        "runs": options.runs,
        "seconds": {"first": round(first, 1), **seconds},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--models", type=Path)
    parser.add_argument("--result", type=Path, default=RESULT)
    options = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )
    with tempfile.TemporaryDirectory() as folder:
        found = measure(options, Path(folder))
    result = {
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        **found,
    }
    options.result.parent.mkdir(parents=True, exist_ok=True)
    options.result.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
