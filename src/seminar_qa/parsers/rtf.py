"""Rich Text Format: striprtf turns it into plain text, and that is cut by its shape.

What striprtf would drop without a word (notes) or put in (links' addresses) is seen to before.
Headings are told by shape only; a note stands at the end of the text.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from striprtf.striprtf import charset_map, destinations, rtf_to_text

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.flow import Cell, Row, table_lines
from seminar_qa.parsers.plain_text import add_plain_text
from seminar_qa.parsers.source import SourceFile
from seminar_qa.text import clean, collapse

_BINARY = re.compile(rb"\\bin(\d{1,9}) ?")
_CODE_PAGE = re.compile(rb"\\ansicpg(\d{1,5})")
_BRACE = re.compile(r"\\[\\{}]|[{}]")
_APART = re.compile(
    r"\{\s*(?:\\[a-z]+-?\d* ?){0,9}?(?:\\\*)?"
    r"\\(?P<what>footnote|header[lrf]?|footer[lrf]?|annotation|deleted|v)(?![a-z0-9])"
)
_FONT_TABLE = re.compile(r"\{[^{}]{0,40}\\fonttbl")
_FONT = re.compile(r"\\f(\d{1,5})(?![\da-z])|\\fcharset(\d{1,3})")
_TOKEN = re.compile(r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\[^a-z]|[{}]")
_PIECE = 30_000
_MOST_OPEN = 50
_RENAMED = (
    (re.compile(r"\\fldinst(?![a-z])"), r"\\fldtype"),  # else addresses of links get into the text
    (re.compile(r"\\(?:pntext|listtext)(?![a-z])"), "\\\\listtext \ue001"),
    (re.compile(r"\\line(?![a-z]) ?"), r"\\tab "),
    (re.compile(r"\\(?:nest)?cell(?![a-z]) ?"), "\ue000 "),
    (re.compile(r"\\nestrow(?![a-z])"), r"\\row"),
    (re.compile(r"\\uc(?![a-z\d])"), r"\\uc1"),
    (re.compile(r"\\bin(?![a-z])"), r"\\pict"),  # binary data is cut out before
)
_strip: Callable[..., str] = rtf_to_text
_ITEM_START = "\ue001"
_CELL_END = "\ue000"
_GROUP_END = "\ue002"
_TOLD = {
    "header": ("page header", "repeated on every page"),
    "footer": ("page footer", "repeated on every page"),
    "annotation": ("comment", "a remark on the text, not part of it"),
    "deleted": ("deleted text", "struck out by a tracked change"),
    "v": ("hidden text", "its author hid it"),
}


@dataclass(frozen=True)
class _State:
    """What holds in a group: its font, how much follows a Unicode sign, whether it is shown."""

    font: str = ""
    skip: str = "1"
    shown: bool = True

    def after(self, sign: str, word: str | None, number: str | None) -> "_State":
        """Return what holds after a control word."""
        if sign == "\\*" or word in destinations:
            return replace(self, shown=False)
        if word == "f":
            return replace(self, font=number or "")
        return replace(self, skip=number) if word == "uc" and number else self

    @property
    def written(self) -> str:
        font = f"\\f{self.font}" if self.font else ""
        return f"{font}\\uc{self.skip} "


def parse_rtf(source: SourceFile, builder: DocumentBuilder) -> None:
    """Read an RTF file. Raises UnreadableFileError when it is none or damaged."""
    if not source.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        raise UnreadableFileError("it is no RTF file: it does not begin with “{\\rtf”")
    text, apart = _without_groups(_decoded(source.data))
    notes: list[str] = []
    for what, words in _read_apart(_prologue(text), apart):
        if what == "footnote":
            notes.append(words)
        elif words:
            builder.leave_out(*_TOLD[what[:6] if what[:6] in _TOLD else what], words)
    add_plain_text(clean(_paragraphs(_plain(text))), builder)
    for note in notes:
        builder.add(Kind.NOTE, note)


def _decoded(data: bytes) -> str:
    """Return the file as text, without pictures' bytes; eight-bit ones by its code page."""
    data = b"".join(_without_binary(data))
    match = _CODE_PAGE.search(data[:4096])
    code_page = f"cp{int(match[1])}" if match else "cp1252"
    if not _is_known(code_page):
        code_page, data = "cp1252", _CODE_PAGE.sub(b"", data)
    return data.decode(code_page, errors="replace")


def _without_binary(data: bytes) -> Iterator[bytes]:
    place = 0
    while match := _BINARY.search(data, place):
        yield data[place : match.start()]
        place = match.end() + int(match[1])
    yield data[place:]


def _is_known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


def _without_groups(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the text without notes, margins and the like, and those by what they are."""
    kept: list[str] = []
    apart: list[tuple[str, str]] = []
    place = 0
    while match := _APART.search(text, place):
        if match.start() and text[match.start() - 1] == "\\":  # an escaped brace
            kept.append(text[place : match.start() + 1])
            place = match.start() + 1
            continue
        end = _group_end(text, match.start())
        kept.append(text[place : match.start()])
        inner = text[match.start() : match.start("what") - 1] + text[match.end() : end]
        apart.append((match["what"], inner.replace("\\*", "", 1)))
        place = end
    return "".join([*kept, text[place:]]), apart


def _read_apart(prologue: str, apart: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what stands apart as plain text; all of it is read at once, with one font table."""
    groups = f"\\par {_GROUP_END}".join(group for _, group in apart)
    texts = _plain(f"{prologue}{groups}}}").split(_GROUP_END)
    for (what, _), text in zip(apart, texts, strict=False):
        yield what, collapse(text.replace(_CELL_END, " ").replace(_ITEM_START, ""))


def _group_end(text: str, start: int) -> int:
    depth = 0
    for brace in _BRACE.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(brace.group(), 0)
        if depth == 0:
            return brace.end()
    return len(text)


def _prologue(text: str) -> str:
    """Return the beginning of an RTF file with its code page and fonts, without its end."""
    code_page = re.search(r"\\ansicpg\d+", text[:4096])
    start = _FONT_TABLE.search(text)
    table = text[start.start() : _group_end(text, start.start())] if start else ""
    return "{\\rtf1\\ansi" + (code_page.group() if code_page else "") + _fonts(table)


def _fonts(table: str) -> str:
    """Return a font table with nothing but fonts that have an encoding Python knows."""
    fonts: list[str] = []
    number = None
    for match in _FONT.finditer(table):
        number = match[1] or number
        if match[2] and number and _is_known(charset_map.get(int(match[2]), "")):
            fonts.append(f"{{\\f{number}\\fcharset{match[2]} x;}}")
    return "{\\fonttbl" + "".join(fonts) + "}"


def _plain(text: str) -> str:
    start = _FONT_TABLE.search(text)
    if start:
        end = _group_end(text, start.start())
        text = text[: start.start()] + _fonts(text[start.start() : end]) + text[end:]
    for pattern, replacement in _RENAMED:
        text = pattern.sub(replacement, text)
    try:
        plain = "".join(_strip(piece, errors="replace") for piece in _cut(text))
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        raise UnreadableFileError("its RTF is damaged") from error
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _cut(text: str) -> Iterator[str]:
    """Yield the text in pieces that are RTF each, as striprtf's time grows with the square.

    A piece ends where text is shown, and the next begins with the groups, font and skip that were.
    """
    begun, place = "", 0
    state, stack = _State(), list[_State]()
    for match in _TOKEN.finditer(text):
        sign, word = match.group(), match[1]
        if sign == "{":
            stack.append(state)
        elif sign == "}":
            state = stack.pop() if stack else state
        else:
            state = state.after(sign, word, match[2])
        may_end = (sign == "}" or word == "par") and state.shown and 0 < len(stack) <= _MOST_OPEN
        if may_end and match.end() - place > _PIECE:
            yield begun + text[place : match.end()] + "}" * len(stack)
            begun = _prologue(text) + "{" * (len(stack) - 1) + state.written
            place = match.end()
    yield begun + text[place:]


def _paragraphs(plain: str) -> str:
    """Return the text with a blank line after each paragraph, but none within a list."""
    done: list[str] = []
    rows: list[Row] = []
    listed = False
    for line in plain.split("\n"):
        if _CELL_END in line:
            rows.append([Cell(collapse(cell)) for cell in line.split(_CELL_END)[:-1]])
        elif line.strip():
            is_item = _ITEM_START in line
            done += [*_items(rows), "\n" if is_item and listed else "\n\n", _tidy(line)]
            rows, listed = [], is_item
    return "".join(done + _items(rows))


def _tidy(line: str) -> str:
    """Return a paragraph; a bullet's letter, which means nothing without its font, is a dash."""
    start, sign, rest = line.strip().rpartition(_ITEM_START)
    marker, tab, text = rest.partition("\t")
    if not sign or not tab:
        return start + rest
    shown = collapse(marker)
    bullet = shown == "o" or not any(map(str.isalnum, shown))
    return f"{start}{'-' if bullet else shown} {text}"


def _items(rows: list[Row]) -> list[str]:
    items = []
    for line in table_lines([row for row in rows if row], 0):
        named = zip(line.cells, (*line.header, *[""] * len(line.cells)), strict=False)
        items.append("; ".join(f"{name}: {cell}" if name else cell for cell, name in named if cell))
    return [f"\n\n- {item}" for item in items if item]
