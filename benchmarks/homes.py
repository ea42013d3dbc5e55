"""Homes of reports for the benchmarks, kept below a cache folder outside the repository.

A home is made once for its reports (a hash of them is in its name). Its index is built anew when a
module that decides what an index holds has changed; otherwise a run does what has to be done.
"""

import ast
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

from seminar_qa.index import MODELS
from seminar_qa.ingest import Progress, SilentProgress, build_index
from seminar_qa.settings import Settings

_IN_THE_RECIPE = {"settings", "errors"}


def make_home(
    cache: Path,
    name: str,
    key: bytes,
    fill: Callable[[Path], None],
    progress: Progress | None = None,
) -> Settings:
    """Return the settings of an indexed home.

    `fill` is called with the folder of a new home and writes documents/ and whatever else is to be
    kept beside it; `key` stands for all that it writes.
    """
    home = cache / f"{name}-{hashlib.sha256(key).hexdigest()[:12]}"
    if not home.is_dir():
        building = cache / f"{home.name}.building-{os.getpid()}"
        (building / "documents").mkdir(parents=True)
        fill(building)
        building.rename(home)
    settings = Settings(home=home)
    _share_models(cache / MODELS, settings.index / MODELS)
    _bring_up_to_date(settings, progress or SilentProgress())
    _share_models(settings.index / MODELS, cache / MODELS)
    return settings


def _bring_up_to_date(settings: Settings, progress: Progress) -> None:
    stamp = settings.home / "code.json"
    code = _code()
    known = json.loads(stamp.read_text(encoding="utf-8")) if stamp.is_file() else None
    if known == code:
        build_index(settings, progress)
        return
    stamp.unlink(missing_ok=True)
    build_index(settings, progress, force=True)
    stamp.write_text(json.dumps(code), encoding="utf-8")


def _code() -> str:
    """Return a hash of the modules that decide what an index holds."""
    found = hashlib.sha256()
    for path in needed_modules().values():
        found.update(path.read_bytes())
    return found.hexdigest()


def needed_modules() -> dict[str, Path]:
    """Return all that `ingest` needs, by name: the modules that decide what an index holds.

    What the settings and the models' weights decide is in the index's own recipe.
    """
    source = Path(str(files("seminar_qa")))
    paths = {
        ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__"): path
        for path in source.rglob("*.py")
    }
    needed, wanted = set[str](), ["ingest"]
    while wanted:
        name = wanted.pop()
        if name in paths and name not in needed | _IN_THE_RECIPE:
            needed.add(name)
            wanted += _imports(paths[name])
    return {name: paths[name] for name in sorted(needed)}


def _imports(module: Path) -> Iterator[str]:
    """Yield the names below seminar_qa that a module may import."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("seminar_qa"):
            name = (node.module or "").removeprefix("seminar_qa").removeprefix(".")
            yield name
            yield from (f"{name}.{alias.name}".removeprefix(".") for alias in node.names)


def _share_models(source: Path, target: Path) -> None:
    """Link the exported models of one folder into another."""
    for folder in source.iterdir() if source.is_dir() else ():
        if not (target / folder.name).exists() and ".building" not in folder.name:
            shutil.copytree(folder, target / folder.name, copy_function=os.link)
