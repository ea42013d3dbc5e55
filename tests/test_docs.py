"""The documentation against the code: what exists is described, and the examples run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from seminar_qa.api import create_app
from seminar_qa.cli import app
from seminar_qa.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [command.callback.__name__ for command in app.registered_commands]
EXAMPLES = re.findall(r"^\$ (seminar-qa (?:ask|status|index)(?: [^&\n]*)?)\n(.+)$", README, re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_described(command):
    assert f"`seminar-qa {command}" in README


@pytest.mark.parametrize("setting", list(Settings.model_fields))
def test_every_setting_is_described(setting):
    assert f"`SEMINAR_QA_{setting.upper()}`" in README


def test_every_route_is_described(tmp_path):
    service = create_app(Settings(home=tmp_path))
    routes = [
        f"{method.upper()} {path}"
        for path, operations in service.openapi()["paths"].items()
        for method in operations
    ]
    routes += ["GET /documents/{id}", "GET /docs"]
    assert [route for route in routes if f"`{route}`" not in README] == []


def test_there_are_examples():
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize(("command", "first_line"), EXAMPLES)
def test_an_example_gives_what_the_readme_says(command, first_line, home):
    done = subprocess.run(
        [sys.executable, "-m", "seminar_qa.cli", *shlex.split(command)[1:]],
        capture_output=True,
        text=True,
        env={**os.environ, "SEMINAR_QA_HOME": str(home), "COLUMNS": "200"},
        check=True,
    )
    said = done.stdout.splitlines()[0].strip()
    changing = r"/\S+|\d{8}T\d+-[0-9a-f]+"
    assert re.sub(changing, "…", said) == re.sub(changing, "…", first_line.strip())


@pytest.mark.parametrize("document", ["README.md", "DESIGN.md", "LOG.md", "CHANGELOG.md"])
def test_links_to_files_lead_somewhere(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_drawing_of_the_house_names_every_module():
    design = (ROOT / "DESIGN.md").read_text(encoding="utf-8")
    modules = {p.stem for p in (ROOT / "src" / "seminar_qa").glob("*.py")} - {"__init__"}
    assert {name for name in modules if f"`{name}`" not in design} == set()
