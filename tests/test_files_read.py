"""What becomes of the nasty and the real files, held against the committed table."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "documents"
sys.path.insert(0, str(ROOT / "benchmarks"))

import files_read  # noqa: E402


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared documents")
@pytest.mark.skipif(not files_read.ocr_languages(), reason="needs tesseract-ocr with eng and jpn")
def test_the_committed_table_says_what_becomes_of_each_file():
    said = files_read.TABLE.read_text(encoding="utf-8").splitlines()
    found = files_read.table(SHARED).splitlines()
    assert [_settled(row) for row in found] == [_settled(row) for row in said]


def _settled(row: str) -> str:
    """A row without what depends on the version of tesseract: how much it recognises."""
    return re.sub(r"[\d,]+ characters?", "# characters", row) if "by OCR" in row else row
