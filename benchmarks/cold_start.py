"""How long a cold command takes, beside what importing sentence-transformers alone takes.

    python benchmarks/cold_start.py [--runs 7]

Whole processes, in turn, so that a slow moment of the machine meets all of them; the ratio is taken
run by run and its median reported. Needs an index in the working directory (or SEMINAR_QA_HOME).
Writes benchmarks/results/cold_start.json.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

RESULT = Path(__file__).parent / "results" / "cold_start.json"
TOOL = [sys.executable, "-m", "seminar_qa.cli"]
COMMANDS = {
    "import sentence_transformers": [sys.executable, "-c", "import sentence_transformers"],
    "seminar-qa ask": [*TOOL, "ask", "How many people attended the seminar?"],
    "seminar-qa --help": [*TOOL, "--help"],
}


def seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    runs: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(options.runs + 1):
        for name, command in COMMANDS.items():
            taken = seconds(command)
            if number:  # the first round warms the disk
                runs[name].append(taken)
    base = runs["import sentence_transformers"]
    revision = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(revision, capture_output=True, text=True, check=True)
    result = {
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "runs": options.runs,
        "seconds_median": {n: round(statistics.median(t), 3) for n, t in runs.items()},
        "ratio_to_import_median": {
            name: round(statistics.median(a / b for a, b in zip(times, base, strict=True)), 3)
            for name, times in runs.items()
        },
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
