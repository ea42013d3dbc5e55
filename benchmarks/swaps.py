"""What those who ask notice while the index is made anew and swapped under them.

    python benchmarks/swaps.py [--clients 8] [--swaps 20] [--reports 12] [--seconds 60]
                               [--models HOME/index/models]

A server answers clients that ask without pause, first in peace and then while it is asked again and
again for an index run, each after every report was rewritten. Every report names its edition, so an
answer that mixes generations shows, and one that names none is counted. Exported models are taken
from `--models`, if given. Writes benchmarks/results/swaps.json; ends with 1 when a question was
lost or an answer mixed generations.
"""

import argparse
import http.client
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RESULT = Path(__file__).parent / "results" / "swaps.json"
TOOL = [sys.executable, "-m", "seminar_qa.cli"]
TOKEN = "of this benchmark"
WARMING = 10.0
"""So many seconds are asked before the peace counts."""
PLACES = (
    *("Aarhus", "Bergen", "Cadiz", "Dublin", "Esbjerg", "Faro", "Genoa", "Hamburg", "Izmir"),
    *("Kobe", "Lisbon", "Malmo", "Nagoya", "Odense", "Porto", "Riga", "Sines", "Trieste"),
)


@dataclass(frozen=True)
class Asked:
    """A question's fate: when it ended, its seconds, the status, the answer."""

    at: float
    seconds: float
    status: int
    reply: dict


def write_reports(home: Path, number: int, edition: int) -> None:
    """Write all reports; each sentence with a figure names the edition."""
    folder = home / "documents"
    folder.mkdir(exist_ok=True)
    for place in (f"{PLACES[n % len(PLACES)]} {n // len(PLACES) + 1}" for n in range(number)):
        days = "\n\n".join(
            f"## Day {day}\n\nOn day {day} the harbour of {place} counted {edition} ships. The "
            f"wind was from the west, and the quay was open from five. Dr. Ann Lee of the port "
            f"said that {edition} containers were shipped on day {day}."
            for day in range(1, 6)
        )
        (folder / f"{place}.md").write_text(f"# The harbour of {place}\n\n{days}\n", "utf-8")


class Service:
    """A running `seminar-qa serve` over a home."""

    def __init__(self, home: Path):
        settings = {"SEMINAR_QA_HOME": str(home), "SEMINAR_QA_ORGANISER_TOKEN": TOKEN}
        self._process = subprocess.Popen(
            [*TOOL, "serve", "--port", "0", "--json"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **settings},
        )
        text = ""
        while not text.endswith("}\n"):
            line = self._process.stdout.readline()
            assert line, f"the server ended: {text}"
            text += line
        self._port = int(json.loads(text)["url"].rsplit(":", 1)[1])

    def fetch(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        headers = {"content-type": "application/json", "authorization": f"Bearer {TOKEN}"}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        reply = connection.getresponse()
        told = json.loads(reply.read())
        connection.close()
        return reply.status, told

    def index(self) -> str:
        """Do an index run; return the generation it made."""
        status, told = self.fetch("POST", "/index")
        assert status == 202, told
        while (told := self.fetch("GET", "/index")[1])["status"] == "running":
            time.sleep(0.2)
        assert told["status"] == "finished", told
        return told["result"]["generation"]

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(30)


def ask_without_pause(
    service: Service, reports: int, seed: int, stop: threading.Event
) -> list[Asked]:
    asked = []
    drawing = np.random.default_rng(seed)
    while not stop.is_set():
        n = int(drawing.integers(reports))
        place = f"{PLACES[n % len(PLACES)]} {n // len(PLACES) + 1}"
        day = drawing.integers(1, 6)
        question = f"How many ships did the harbour of {place} count on day {day}?"
        began = time.perf_counter()
        status, reply = service.fetch("POST", "/ask", {"question": question})
        ended = time.perf_counter()
        asked.append(Asked(ended, ended - began, status, reply))
    return asked


def editions(asked: Asked) -> set[int]:
    """Return the editions that an answer quotes."""
    quotes = asked.reply["quotes"] + asked.reply["nearest"]
    texts = " ".join(quote["before"] + quote["text"] + quote["after"] for quote in quotes)
    return set(map(int, re.findall(r"(\d+) (?:ships|containers)", texts)))


def is_mixed(asked: Asked, edition_of: dict[str, int]) -> bool:
    """Tell whether an answer quotes another edition than its generation is of."""
    return not editions(asked) <= {edition_of[asked.reply["index"]["generation"]]}


def figures(asked: list[Asked]) -> dict[str, float]:
    seconds = [one.seconds for one in asked]
    p50, p99 = np.percentile(seconds, [50, 99])
    return {"questions": len(asked), "p50_s": round(p50, 3), "p99_s": round(p99, 3)}


def measure(options: argparse.Namespace, home: Path) -> dict:
    models = home / "index" / "models"
    models.mkdir(parents=True)
    for folder in options.models.iterdir() if options.models else ():
        (models / folder.name).symlink_to(folder.resolve(), target_is_directory=True)
    write_reports(home, options.reports, 1000)
    subprocess.run([*TOOL, "index"], check=True, env={**os.environ, "SEMINAR_QA_HOME": str(home)})
    service, stop = Service(home), threading.Event()
    with ThreadPoolExecutor(options.clients) as threads:
        edition_of = {service.fetch("GET", "/readyz")[1]["generation"]: 1000}
        asking = [
            threads.submit(ask_without_pause, service, options.reports, seed, stop)
            for seed in range(options.clients)
        ]
        try:
            time.sleep(WARMING)
            warm = time.perf_counter()
            time.sleep(options.seconds)
            begun = time.perf_counter()
            for edition in range(1001, 1001 + options.swaps):
                write_reports(home, options.reports, edition)
                edition_of[service.index()] = edition
            ended = time.perf_counter()
        finally:
            stop.set()
        asked = [one for client in asking for one in client.result()]
    service.end()
    good = [one for one in asked if one.status == 200]
    peace = figures([one for one in good if warm <= one.at - one.seconds and one.at <= begun])
    swaps = figures([one for one in good if begun < one.at - one.seconds <= ended])
    return {
        "clients": options.clients,
        "reports": options.reports,
        "swaps": options.swaps,
        "seconds_a_swap": round((ended - begun) / options.swaps, 2),
        "errors": len(asked) - len(good),
        "mixed": sum(is_mixed(one, edition_of) for one in good),
        "without_figure": sum(not editions(one) for one in good),
        "generations_answered": len({one.reply["index"]["generation"] for one in good}),
        "in_peace": peace,
        "during_swaps": swaps,
        "p99_ratio": round(swaps["p99_s"] / peace["p99_s"], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--swaps", type=int, default=20)
    parser.add_argument("--reports", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=60)
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
    options.result.parent.mkdir(exist_ok=True)
    options.result.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
    sys.exit(1 if result["errors"] or result["mixed"] else 0)


if __name__ == "__main__":
    main()
