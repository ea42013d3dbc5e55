"""A server over a real index of toy models, of a report that counts its editions."""

import re
from contextlib import contextmanager

from seminar_qa.api import create_app
from seminar_qa.calibration import Calibration
from seminar_qa.engine import Engine
from seminar_qa.index import PassageIndex
from seminar_qa.ingest import build_index
from seminar_qa.jobs import summarise
from seminar_qa.reader import Span
from seminar_qa.settings import Settings
from standins import served
from toys import ToyModels, ToyReader

HERE = "http://127.0.0.1"


class NumberReader:
    """A reader that marks the first number of four digits, and is sure of it."""

    def read(self, question, passages, fronts=()):
        found = [re.search(r"\d{4}", passage) for passage in passages]
        return [[Span(*match.span(), 9.0)] if match else [] for match in found]


def write_edition(home, number):
    (home / "documents").mkdir(exist_ok=True)
    for name in ("a", "b", "c"):
        text = f"# Harbour {name}\n\nThe {name} harbour counted {1000 + number} ships that year.\n"
        (home / "documents" / f"{name}.md").write_text(text)


class ToyRunner:
    """Runs a real index of toy models in this process."""

    def __init__(self, settings):
        self._settings = settings
        self.edition_of = {}
        self.edition = 0

    def run(self, progress, *, force):
        write_edition(self._settings.home, self.edition)
        outcome = build_index(
            self._settings, progress, force=force, models=ToyModels(), read=ToyReader()
        )
        self.edition_of[outcome.generation] = 1000 + self.edition
        return summarise(outcome)

    def stop(self):
        pass


def toy_engine(settings, calibration):
    index = PassageIndex.open(settings.index)
    return Engine(index, ToyModels(), NumberReader(), calibration)


@contextmanager
def toy_service(home, runner, **settings):
    """Serve a real index of toy models; its runs are those of `runner`."""
    settings, calibration = Settings(home=home, **settings), Calibration.load()
    editions = ToyRunner(settings)
    editions.run(None, force=False)
    app = create_app(
        settings, runner=runner, open_engine=lambda _: toy_engine(settings, calibration)
    )
    with served(app) as port:
        yield app, f"{HERE}:{port}", editions
