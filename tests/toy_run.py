"""Indexes a home with stand-ins, in a process that can be killed: `toy_run.py HOME LOG [PAUSE]`.

Every text that is embedded and every file that is read is a line of LOG, written when it is done;
between batches and files the process waits PAUSE seconds.
"""

import os
import sys
import time
from pathlib import Path

from seminar_qa.ingest import build_index
from seminar_qa.settings import Settings
from toys import ToyModels, ToyReader


class TellingModels(ToyModels):
    def __init__(self, told: int, pause: float):
        super().__init__()
        self._told, self._pause = told, pause

    def encode(self, texts, advance=lambda _: None):
        vectors = super().encode(texts, advance)
        for text in texts:
            os.write(self._told, b"embedded " + text.encode().hex().encode() + b"\n")
        time.sleep(self._pause)
        return vectors


class TellingReader(ToyReader):
    def __init__(self, told: int, pause: float):
        super().__init__()
        self._told, self._pause = told, pause

    def __call__(self, jobs, limits, processes):
        for job, outcome in super().__call__(jobs, limits, processes):
            os.write(self._told, b"read " + job.path.encode() + b"\n")
            yield job, outcome
            time.sleep(self._pause)


def main(home: Path, log: Path, pause: float) -> None:
    told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    build_index(
        Settings(home=home), models=TellingModels(told, pause), read=TellingReader(told, pause)
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 0.0)
