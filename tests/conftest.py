"""What the tests share: the first report, a home with an index of it, and an engine on that."""

import shutil
from pathlib import Path

import pytest

from seminar_qa.engine import Engine
from seminar_qa.ingest import build_index
from seminar_qa.settings import Settings


@pytest.fixture(scope="session")
def report() -> Path:
    """The project's first report, as it lies in the repository."""
    return Path(__file__).parents[1] / "documents" / "seminar-report-2018-11-20.txt"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, report: Path) -> Path:
    """A home with the report and an index of it; for tests that only read."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "documents").mkdir()
    shutil.copy(report, folder / "documents")
    build_index(Settings(home=folder))
    return folder


@pytest.fixture(scope="session")
def engine(home: Path) -> Engine:
    """An engine on the index of `home`."""
    return Engine.open(Settings(home=home))


@pytest.fixture
def fresh_home(tmp_path: Path, report: Path, home: Path) -> Path:
    """A home of one's own with the report and the exported models, but no index yet."""
    folder = tmp_path / "home"
    (folder / "documents").mkdir(parents=True)
    (folder / "index" / "models").mkdir(parents=True)
    shutil.copy(report, folder / "documents")
    for model in (home / "index" / "models").iterdir():
        (folder / "index" / "models" / model.name).symlink_to(model, target_is_directory=True)
    return folder
