"""What `pip install` brings: a wheel with all it needs, used outside the checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(out),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
    )
    return next(out.glob("*.whl"))


def test_the_wheel_holds_pages_weights_and_licence(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    templates = {p.name for p in (ROOT / "web" / "templates").iterdir()}
    static = {p.name for p in (ROOT / "web" / "static").iterdir()}
    assert {f"seminar_qa/web/templates/{name}" for name in templates} <= names
    assert {f"seminar_qa/web/static/{name}" for name in static} <= names
    assert "seminar_qa/weights/reader.safetensors" in names
    assert "seminar_qa/weights/calibration.json" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_answers_in_an_empty_environment_outside_the_checkout(wheel, tmp_path, home):
    """The dependencies are lent from this environment, so that none is fetched; the package is not."""
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    site = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    )
    zipfile.ZipFile(wheel).extractall(site)
    lent = site / "lent"
    lent.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "seminar_qa" not in entry.name and entry.suffix != ".pth":
            (lent / entry.name).symlink_to(entry)
    (site / "lent.pth").write_text(str(lent))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environment["SEMINAR_QA_HOME"] = str(home)

    def run(*arguments):
        done = subprocess.run(
            [python, *arguments],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
            check=True,
        )
        return done.stdout

    where = run(
        "-c", "import seminar_qa, seminar_qa.pages as p; print(seminar_qa.__file__, p.web_folder())"
    )
    assert where.count(str(site)) == 2
    reply = json.loads(run("-m", "seminar_qa.cli", "ask", "--json", "Who prepared the report?"))
    first = (reply["quotes"] or reply["nearest"])[0]
    assert first["text"].startswith("Prepared by Toshiro Fukura")
