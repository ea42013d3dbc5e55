"""What becomes of each file of the shared folders of nasty and real documents.

    python benchmarks/files_read.py ../shared/documents

Reads every file of nasty/ (MANIFEST.tsv tells why each is nasty, and the passwords, which go into
side-cars) and of real/, and writes docs/files_read.md. `tests/test_files_read.py` does the same and
compares. Needs tesseract-ocr with eng and jpn.
"""

import csv
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from seminar_qa.parsers.ocr import ocr_languages
from seminar_qa.reading import Reading
from seminar_qa.views import document_view, how_read
from seminar_qa.worker import Job, Limits, Outcome, read_all

__all__ = ["TABLE", "ocr_languages", "table"]
TABLE = Path(__file__).parents[1] / "docs" / "files_read.md"
HEAD = """# What becomes of difficult files

Written by `python benchmarks/files_read.py ../shared/documents`; see `tests/test_files_read.py`.
The passwords of encrypted files stand in side-cars, except where the table says so.

| file | why it is here | what became of it |
|---|---|---|
"""


def table(folder: Path) -> str:
    """Return the table of all files below nasty/ and real/ of a folder."""
    with (folder / "nasty" / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        known = {row["file"]: row for row in csv.DictReader(manifest, delimiter="\t")}
    with tempfile.TemporaryDirectory() as copy:
        for name in ("nasty", "real"):
            shutil.copytree(folder / name, Path(copy) / name)
        (Path(copy) / "nasty" / "MANIFEST.tsv").unlink()
        jobs = list(_jobs(Path(copy), known))
        rows = [_row(job, outcome, known) for job, outcome in read_all(jobs, Limits(), 2)]
    return HEAD + "".join(rows)


def _jobs(copy: Path, known: dict[str, dict[str, str]]) -> Iterator[Job]:
    for file in sorted(path for path in copy.rglob("*") if path.is_file()):
        path = file.relative_to(copy).as_posix()
        password = known.get(file.name, {}).get("password")
        if password:
            sidecar = file.with_name(file.name + ".yaml")
            sidecar.write_text(f'password: "{password}"\n', encoding="utf-8")
            yield Job(path, file, path + ".yaml", sidecar)
        else:
            yield Job(path, file)


def _row(job: Job, outcome: Outcome, known: dict[str, dict[str, str]]) -> str:
    why = known.get(Path(job.path).name, {}).get("why", "a real report")
    if isinstance(outcome, Reading):
        document = outcome.document
        told = "; ".join(how_read(document_view(document, len(document.text))))
    else:
        told = "**not read**: " + str(outcome).removeprefix(f"{job.path}: ")
    return f"| {job.path} | {why} | {told.replace('|', '/')} |\n"


if __name__ == "__main__":
    TABLE.write_text(table(Path(sys.argv[1])), encoding="utf-8")
    print(f"written: {TABLE}")
