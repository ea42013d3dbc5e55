"""Whether an index survives kill -9 at any instant of a run.

    python benchmarks/faults.py [--kills 200] [--reports 60] [--seed 1] [--models HOME/index/models]

A run over many reports, of which some were changed, added, removed and renamed, is killed at a
random instant, half of the time in its last fifth, and so are up to two that go on after it. Each
time the index must open and answer as either the old generation or the new one; the next run must
then end well, answer as the new one, and leave nothing behind on disk. Exported models are taken
from `--models`, if given. Writes benchmarks/results/faults.json; ends with 1 for any failure.
"""

import argparse
import hashlib
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from seminar_qa.engine import Engine
from seminar_qa.errors import SeminarQAError
from seminar_qa.settings import Settings

RESULT = Path(__file__).parent / "results" / "faults.json"
COMMAND = [sys.executable, "-m", "seminar_qa.cli", "index", "--json"]
BELONGS = {".lock", "current", "generations", "models"}
"""What lies in the index folder when a run has ended."""
CHANGED = 0.2
"""The share of the reports that an edition changes."""
LONGER = 1.05
"""Kills fall over so many times the length of a run."""
LAST = 0.8
"""Half of them fall behind this part of it."""
MOST_KILLS = 3
"""So many runs in a row are killed at most before one may end."""


class Reports:
    """A folder of reports that changes from edition to edition. `figures` are by town."""

    def __init__(self, folder: Path, count: int, chance: random.Random):
        self._folder, self._chance = folder, chance
        self._files: dict[int, str] = {}
        self._next = 0
        self.figures: dict[int, int] = {}
        folder.mkdir(parents=True)
        for _ in range(count):
            self._add(1000)

    def change(self, edition: int) -> None:
        """Change some reports, rename one, and put a new one in the place of another."""
        towns = sorted(self._files)
        gone, moved, *others = self._chance.sample(towns, 2 + round(CHANGED * len(towns)))
        (self._folder / self._files.pop(gone)).unlink()
        del self.figures[gone]
        name = f"{edition} {self._files[moved].split()[-1]}"
        (self._folder / self._files[moved]).rename(self._folder / name)
        self._files[moved] = name
        for town in others:
            self._write(town, edition)
        self._add(edition)

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each file by its name."""
        files = sorted(self._folder.iterdir())
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def _add(self, edition: int) -> None:
        self._next += 1
        self._files[self._next] = f"{self._next}.txt"
        self._write(self._next, edition)

    def _write(self, town: int, edition: int) -> None:
        self.figures[town] = edition
        text = (
            f"The harbour of Town {town}\n\nThe harbour of Town {town} counted {edition} ships in "
            "spring. The wind was from the west, and the quay was open from five.\n\nDr. Ann Lee "
            f"of the port said that {edition} containers were unloaded in Town {town}.\n"
        )
        (self._folder / self._files[town]).write_text(text, encoding="utf-8")


class Home:
    """A home whose index runs are killed."""

    def __init__(self, home: Path, chance: random.Random):
        self._settings = Settings(home=home)
        self._chance = chance
        self._engine: Engine | None = None
        self._environment = {**os.environ, "SEMINAR_QA_HOME": str(home)}

    def run(self, kill_after: float | None = None) -> bool:
        """Run the index; return whether it ended by itself. Raises AssertionError when badly."""
        process = subprocess.Popen(
            COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self._environment
        )
        try:
            _, told = process.communicate(timeout=kill_after)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return False
        assert process.returncode == 0, f"a run ended with {process.returncode}: {told.decode()}"
        return True

    def answers_as(self, *editions: tuple[dict[str, str], dict[int, int]]) -> int:
        """Return which of the editions answers. Raises AssertionError for none or a mixture."""
        engine = self._engine = Engine.open(self._settings, self._engine)
        held = {document.path: document.sha256 for document in engine.documents()}
        which = next((n for n, (hashes, _) in enumerate(editions) if held == hashes), None)
        assert which is not None, f"the index holds neither edition: {sorted(held)}"
        town, figure = self._chance.choice(sorted(editions[which][1].items()))
        reply = engine.ask(f"How many ships did the harbour of Town {town} count in spring?")
        quoted = [quote.text for quote in (*reply.answer.quotes, *reply.answer.nearest)]
        own = [text for text in quoted if f"Town {town} counted" in text]
        assert own, f"the sentence on Town {town} is not found"
        assert all(f"counted {figure} ships" in text for text in own), f"{own}, not {figure}"
        return which

    def leftovers(self) -> list[str]:
        """Return what lies in the index folder and should not."""
        index = self._settings.index
        there = [path.name for path in index.iterdir() if path.name not in BELONGS]
        generations = sorted(path.name for path in (index / "generations").iterdir())
        if len(generations) > 2 or any("." in name for name in generations):
            there += generations
        there += [path.name for path in (index / "models").glob("*.building-*")]
        return there


def measure(options: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Kill runs; return what was found."""
    chance = random.Random(options.seed)
    models = folder / "index" / "models"
    models.mkdir(parents=True)
    for model in options.models.iterdir() if options.models else ():
        (models / model.name).symlink_to(model.resolve(), target_is_directory=True)
    reports = Reports(folder / "documents", options.reports, chance)
    home = Home(folder, chance)
    home.run()
    reports.change(1001)
    begun = time.perf_counter()
    home.run()
    length = time.perf_counter() - begun
    answered, runs, killed, edition, failures = [0, 0], 0, 0, 1001, []
    while killed < options.kills:
        before = reports.hashes(), dict(reports.figures)
        edition += 1
        reports.change(edition)
        after = reports.hashes(), dict(reports.figures)
        instant = 0.0
        try:
            for _ in range(min(chance.randint(1, MOST_KILLS), options.kills - killed)):
                instant = chance.uniform(chance.choice((0, LAST)) * length, LONGER * length)
                runs += 1
                ended = home.run(instant)
                killed += not ended
                answered[home.answers_as(before, after)] += 1
                if ended:
                    break
            home.run()
            home.answers_as(after)
            assert not (left := home.leftovers()), f"left on disk: {left}"
        except (AssertionError, SeminarQAError) as error:
            failures.append(f"run {runs}, after {instant:.2f} s: {error}")
            print(failures[-1], flush=True)
        if edition % 5 == 0:
            print(f"{killed} of {options.kills}", flush=True)
    return {
        "reports": options.reports,
        "runs": runs,
        "killed": killed,
        "seconds_a_run": round(length, 2),
        "answered_as_the_old": answered[0],
        "answered_as_the_new": answered[1],
        "failures": failures,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--reports", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
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
        "seed": options.seed,
        **found,
    }
    options.result.parent.mkdir(parents=True, exist_ok=True)
    options.result.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
    sys.exit(bool(found["failures"]))


if __name__ == "__main__":
    main()
