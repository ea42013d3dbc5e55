"""Stands in for `python -m seminar_qa.jobs`, with toys for the models: `toy_jobs.py LOG PAUSE`.

What it writes into LOG and how long it waits is told in `toy_run`.
"""

import os
import sys
from functools import partial

from seminar_qa import jobs
from seminar_qa.ingest import build_index
from toy_run import TellingModels, TellingReader

if __name__ == "__main__":
    told, pause = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND), float(sys.argv[2])
    toys = {"models": TellingModels(told, pause), "read": TellingReader(told, pause)}
    jobs.build_index = partial(build_index, **toys)
    jobs._serve()
