"""What the tests share: the first report, a home with an index of it, and an engine on that."""

import shutil
from pathlib import Path

import pytest
import reportlab
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pdfs import drawn, page
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


MINUTES = """\
Minutes of the Harbour Meeting

Date: 3 March 2021
Place: Bonn

Attendees: Ann Lee (AL), City of Bonn; Ben Roth (BR), Port of Kiel

AL: The new harbour is going to be paid by the region, and I expect some 40 million.

"""
HARBOUR = "BR: The harbour will cost {0} million euros.\n\nAL: I see, item {0}.\n\n"
WIND = """\
<!DOCTYPE html><html><head><title>Wind day</title></head><body><nav><a href="/">Home</a></nav>
<main><h1>Wind day</h1><p>Esbjerg, 4 April 2022</p><h2>Talks</h2>
<p>Ms. Clara Berg of Aarhus explained that 42 turbines will be shipped in June.</p>
<p>The speakers named three conditions for wind farms:</p>
<ul><li>Ms. Elin Dahl of Malmo said that cheap steel is needed.</li>
<li>Mr. David Holm of Esbjerg said that long quays are needed.</li></ul></main></body></html>
"""
HOSTILE = """\
title: "<i>Evil</i> & co"
organiser: "<u>Nobody</u>"
speakers: [{name: "<b>Eve</b> \\"E\\" Evans", role: "<script>alert(1)</script>"}]
"""


def lighthouse(canvas: Canvas) -> None:
    """Draw a page as a scanner makes it: a picture of a sentence."""
    picture = Image.new("L", (1240, 1754), 255)
    font = ImageFont.truetype(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf", 40)
    lines = "The old lighthouse was built in 1874\nby engineers from Marseille."
    ImageDraw.Draw(picture).text((120, 200), lines, fill=0, font=font, spacing=20)
    canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """A home of small reports in several formats, with speakers; for tests that only read.

    One is scanned in part, one is hostile, and one cannot be read.
    """
    folder = tmp_path_factory.mktemp("collection")
    documents = folder / "documents"
    documents.mkdir()
    (folder / "index").mkdir()
    (folder / "index" / "models").symlink_to(home / "index" / "models", target_is_directory=True)
    turns = "".join(HARBOUR.format(number) for number in range(90, 105))
    (documents / "minutes.txt").write_text(MINUTES + turns)
    (documents / "wind.html").write_text(WIND)
    (documents / "<b>evil&.txt").write_text("Nothing of note was said on that day.\n")
    (documents / "<b>evil&.yaml").write_text(HOSTILE)
    (documents / "noise.txt").write_bytes(b"a\x00b")
    first = page(
        *(
            "Dr. Ben Kloeck, Mayor of Kobe, said that 17 ferries will run on hydrogen from",
            "2030. He added that the tanks are ready.",
        )
    )
    second = page("Ms. Ida Friis of Skagen explained that the fish market opens at four.")
    blank = page()
    (documents / "ferries.pdf").write_bytes(drawn(first, second, lighthouse, blank))
    (documents / "ferries.yaml").write_text("title: Ferries\ndate: 2019-06-01\n")
    build_index(Settings(home=folder))
    return folder
