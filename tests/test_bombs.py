"""Files made to use up time or memory: each is refused, or read, within its limits."""

import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pdfs import packed, raw_page, raw_pdf, stream
from seminar_qa.errors import UnreadableFileError
from seminar_qa.worker import Job, Limits, Worker

LIMITS = Limits(seconds=20, memory=1024, ocr_seconds=8)
MEBIBYTE = 1 << 20
ENTITIES = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">'
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
LAUGHS = f'<!DOCTYPE x [<!ENTITY a "lol lol lol lol ">{ENTITIES}]>'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
DEFAULTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="r" Type="{OFFICE}" Target="word/document.xml"/></Relationships>'
    ),
}


def archive(parts: dict[str, tuple[bytes, int, int]]) -> bytes:
    """Return a ZIP of deflated parts, each with the size and the check sum that it claims."""
    out, directory = b"", b""
    for name, (data, size, check) in parts.items():
        head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, check, len(data), size, len(name), 0)
        place = len(out)
        out += b"PK\x03\x04" + head + name.encode() + data
        directory += b"PK\x01\x02\x14\x00" + head + struct.pack("<HHHII", 0, 0, 0, 0, place)
        directory += name.encode()
    count = len(parts)
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(out), 0)
    return out + directory + b"PK\x05\x06" + end


def part(text: str) -> tuple[bytes, int, int]:
    packer, data = zlib.compressobj(wbits=-15), text.encode()
    return packer.compress(data) + packer.flush(), len(data), zlib.crc32(data)


def zeros(mebibytes: int) -> bytes:
    """Return so many MiB of letters, deflated, made without having them all at once."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(b"a" * MEBIBYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * mebibytes + packer.flush()


def zip_bomb(claimed: int) -> bytes:
    parts = {name: part(text) for name, text in DEFAULTS.items()}
    return archive({**parts, "word/document.xml": (zeros(3 * 1024), claimed, 0)})


def laughing_docx() -> bytes:
    body = f'{LAUGHS}<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>&i;</w:t></w:r></w:p></w:body></w:document>'
    parts = {**DEFAULTS, "word/document.xml": body}
    return archive({name: part(text) for name, text in parts.items()})


def long_line(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(300):
            file.write(b"words and more. " * 65536)


def page_that_draws_a_form(times: bytes, levels: int) -> bytes:
    forms = [
        stream(
            times,
            b"/Type/XObject/Subtype/Form/BBox[0 0 600 700]/Resources<</XObject<</X %d 0 R>>>>"
            % min(7 + level, 5 + levels),
        )
        for level in range(levels)
    ]
    return raw_page(stream(times), *forms, resources=b"/XObject<</X 6 0 R>>")


def ten_million_letters() -> bytes:
    line = b"(Osaka signed the memorandum and went home, which was good for all) Tj 0 -1 Td "
    return raw_page(packed(b"BT /F 1 Tf 0 790 Td " + line * 150_000 + b"ET"))


def picture_of_a_billion_dots() -> bytes:
    picture = packed(
        bytes(3750 * 30_000),
        b"/Type/XObject/Subtype/Image/Width 30000/Height 30000/BitsPerComponent 1"
        b"/ColorSpace/DeviceGray",
    )
    content = stream(b"q 600 0 0 700 0 0 cm /X Do Q")
    return raw_page(content, picture, resources=b"/XObject<</X 6 0 R>>")


def endless_tree() -> bytes:
    tree = b"<</Type/Pages/Kids[%s]/Count 10000000>>" % (b"2 0 R " * 100_000)
    return raw_pdf([b"<</Type/Catalog/Pages 2 0 R>>", tree])


@contextmanager
def peak_of_children() -> Iterator[list[int]]:
    """Give the most memory, in MiB, that a child of this process has held so far."""
    peak, done = [0], threading.Event()

    def look() -> None:
        while not done.wait(0.01):
            for children in Path("/proc/self/task").glob("*/children"):
                for child in _read(children).split():
                    held = _read(Path("/proc", child, "status")).partition("VmHWM:")[2].split()
                    peak[0] = max(peak[0], int(held[0]) // 1024 if held else 0)

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield peak
    finally:
        done.set()
        watching.join()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def refused(path: Path) -> str:
    """Return why a bomb is refused, once time and memory were looked at and the worker lives on."""
    harmless = path.with_name("harmless.txt")
    harmless.write_text("Osaka spoke.")
    worker = Worker(LIMITS)
    begun = time.monotonic()
    try:
        with peak_of_children() as peak, pytest.raises(UnreadableFileError) as error:
            worker.read(Job(path.name, path))
        assert time.monotonic() - begun < LIMITS.seconds + LIMITS.ocr_seconds + 2
        assert 0 < peak[0] <= LIMITS.memory
        assert worker.read(Job("harmless.txt", harmless)).document.text == "Osaka spoke."
    finally:
        worker.close()
    return str(error.value)


def test_a_zip_bomb_in_a_docx_is_not_opened(tmp_path):
    bomb = tmp_path / "bomb.docx"
    bomb.write_bytes(zip_bomb(claimed=3 << 30))
    assert "it unpacks to 3.2 GB" in refused(bomb)


def test_a_zip_bomb_that_lies_of_its_size_is_refused(tmp_path):
    bomb = tmp_path / "bomb.docx"
    bomb.write_bytes(zip_bomb(claimed=1_000))
    assert refused(bomb).startswith("bomb.docx: ")


def test_a_billion_laughs_in_a_docx_are_refused(tmp_path):
    bomb = tmp_path / "bomb.docx"
    bomb.write_bytes(laughing_docx())
    assert "entities" in refused(bomb)


def test_a_billion_laughs_in_xml_are_refused(tmp_path):
    bomb = tmp_path / "bomb.xml"
    bomb.write_text(f'<?xml version="1.0"?>{LAUGHS}<rfc><t>&i;</t></rfc>')
    assert "entities" in refused(bomb)


@pytest.mark.parametrize("ending", ["txt", "md"])
def test_a_line_of_300_mb_is_refused_for_the_memory_it_needs(tmp_path, ending):
    bomb = tmp_path / f"bomb.{ending}"
    long_line(bomb)
    assert "needs more than 1024 MiB of memory" in refused(bomb)


def test_html_nested_five_million_deep_is_refused(tmp_path):
    bomb = tmp_path / "bomb.html"
    bomb.write_bytes(b"<div>" * 5_000_000 + b"deep" + b"</div>" * 5_000_000)
    assert "nested too deeply" in refused(bomb)


@pytest.mark.parametrize(
    "made",
    [
        lambda: page_that_draws_a_form(b"/X Do /X Do ", 1),
        lambda: page_that_draws_a_form(b"/X Do " * 10, 12),
        lambda: raw_page(packed(bytes(500 * MEBIBYTE))),
        lambda: raw_page(packed(b"q " * 50 * MEBIBYTE)),
        ten_million_letters,
        picture_of_a_billion_dots,
        endless_tree,
        lambda: raw_page(stream(b"0 0 m 9 9 l S"), box=b"0 0 1000000000 1000000000"),
    ],
    ids=["own form", "forms", "zeros", "states", "letters", "picture", "tree", "broad page"],
)
def test_a_pdf_that_grows_without_end_is_refused(tmp_path, made: Callable[[], bytes]):
    bomb = tmp_path / "bomb.pdf"
    bomb.write_bytes(made())
    assert refused(bomb).startswith("bomb.pdf: ")
