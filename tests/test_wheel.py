"""What `pip install` brings: a wheel with all it needs, used outside the checkout."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from test_house import ADDRESSES

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


def test_the_wheel_answers_in_an_empty_environment_outside_the_checkout(
    wheel, tmp_path, fresh_home
):
    """The dependencies are lent from this environment, so that none is fetched; the package is not."""
    venv.create(tmp_path / "venv", with_pip=True)
    binaries = tmp_path / "venv" / "bin"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environment["SEMINAR_QA_HOME"] = str(fresh_home)

    def run(*command):
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run(binaries / "pip", "install", "--quiet", "--no-deps", "--no-index", wheel)
    purelib = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(run(binaries / "python", "-c", purelib).strip())
    lent = site / "lent"
    lent.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "seminar_qa" not in entry.name and entry.suffix != ".pth":
            (lent / entry.name).symlink_to(entry)
    (site / "lent.pth").write_text(str(lent))
    where = run(
        binaries / "python", "-c", "import seminar_qa.rendering as p; print(p.web_folder())"
    )
    assert where.startswith(str(site))
    assert "indexed: 1 report," in run(binaries / "seminar-qa", "index")
    question = "How many people attended the seminar?"
    reply = json.loads(run(binaries / "seminar-qa", "ask", "--json", question))
    assert "approximately 100 audiences" in reply["quotes"][0]["text"]


def test_the_wheel_names_all_its_dependencies(wheel):
    """Every outside library that the house may import is asked for by the wheel."""
    archive = zipfile.ZipFile(wheel)
    name = next(n for n in archive.namelist() if n.endswith("METADATA"))
    asked = re.findall(r"^Requires-Dist: ([\w.-]+)", archive.read(name).decode(), re.M)
    modules = {re.sub("[-.]", "_", package).lower() for package in asked}
    renamed = {
        "faiss": "faiss_cpu",
        "fluent": "fluent_runtime",
        "markdown_it": "markdown_it_py",
        "starlette": "fastapi",
        "yaml": "pyyaml",
    }
    wanted = {renamed.get(library, library) for library in ADDRESSES} - {"sqlite3"}
    assert wanted - modules == set()
