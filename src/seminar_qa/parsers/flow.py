"""The running order of an office document: its lines, before they become blocks.

Word processors mark little reliably. So the short lines that a report begins with are told from
running text by their shape, and tables that only lay out a page from those that hold data. Nothing
here knows a file format.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.text import collapse, count_words, ends_sentence

_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}\b(?!\.\d)")
_CAPTION = re.compile(
    r"^(?:figure|fig\.?|table|photo|picture|image|chart|map|abbildung|tabelle|tableau|図表?|表|写真)"
    r"\s*\d+(?:[.-]\d+)*[a-z]?\s*(?:[.:–—|-]|\s{2}|$)",
    re.I,
)
_HEADING_STYLE = re.compile(
    r"^(?:heading|überschrift|titre|título|titolo|kop|nagłówek|заголовок|rubrik|overskrift|otsikko|"
    r"cabeçalho|nadpis|başlık|見出し|标题|標題|제목)[ _]*([1-9])$",
    re.I,
)
_TYPED_MARKER = re.compile(
    r"^(?P<marker>[-–—•‣▪●○◦·・➢✓]|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})\)|(?:[a-z]|\d{1,2})\.)\s+(?=\S)"
)
_CONTENTS = re.compile(
    r"^(?:(?:table of )?contents|inhalt(?:sverzeichnis)?|table des matières|índice|目\s*次|目录)$",
    re.I,
)
_CONTENTS_ENTRY = re.compile(r"^.*[^\W\d_].*?(?:\d|\s[ivxl]+)$")
_ORNAMENT = re.compile(r"^[-–—_=*#~•·.\s]*$")
_LABEL = re.compile(r"^[^\W\d_][^:：]{0,40}[:：]$")
_SHORT_LINE = 25
_LONG_CELL = 60
_MOST_FRONT = 12
"""A report has no more short lines at its head; a document of short lines only is no head."""
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


@dataclass(frozen=True)
class Line:
    """A block to be. `bold` says that all of it is set in bold, as an unmarked heading is."""

    kind: Kind
    text: str
    marker: str = ""
    level: int = 0
    bold: bool = False
    header: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()

    @property
    def is_short(self) -> bool:
        """Whether it may be a heading or a line of a report's head."""
        return not ends_sentence(self.text) and count_words(self.text) <= _SHORT_LINE


@dataclass
class Cell:
    """A table's cell: its text, how many columns it spans, and what else stands in it."""

    text: str
    span: int = 1
    bold: bool = False
    goes_on: bool = False
    lines: list[Line] = field(default_factory=list)


Row = list[Cell]


def heading_level(style: str) -> int:
    """Return the level of a heading style by its name in a common language, 0 for no heading."""
    match = _HEADING_STYLE.match(style.strip())
    return int(match[1]) if match else 0


def is_caption(text: str) -> bool:
    """Tell whether a line has the shape of a caption: "Figure 1: the plan"."""
    return bool(_CAPTION.match(text)) and count_words(text) <= 2 * _SHORT_LINE


def numeral(number: int, style: str) -> str:
    """Return a number in a style: "decimal", "lowerLetter", "upperRoman" and the like."""
    if style.endswith("Roman") and 0 < number < 4000:
        text = _roman(number)
    elif style.endswith("Letter") and 0 < number <= 26 * 26:
        text = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
    else:
        return f"{number:02d}" if style == "decimalZero" else str(number)
    return text.upper() if style.startswith("upper") else text


def _roman(number: int) -> str:
    parts = []
    for value, letters in _ROMAN:
        times, number = divmod(number, value)
        parts.append(letters * times)
    return "".join(parts)


def add_lines(lines: Sequence[Line], builder: DocumentBuilder) -> None:
    """Add the lines of a document, those at its head as FRONT."""
    tidy = [_tidied(line) for line in lines]
    filled = [line for line in tidy if line.cells or not _ORNAMENT.match(line.text)]
    shaped = _with_headings(_without_contents(filled, builder))
    for line in _with_head([_itemised(line) for line in shaped]):
        if line.kind is Kind.TABLE_ROW:
            builder.add_row(line.header, line.cells)
        else:
            builder.add(line.kind, line.text, marker=line.marker, level=line.level)


def _tidied(line: Line) -> Line:
    text = collapse(line.text)
    return line if text == line.text else replace(line, text=text)


def _without_contents(lines: list[Line], builder: DocumentBuilder) -> list[Line]:
    """Leave out a table of contents that was typed by hand: its name, then lines with pages."""
    start = next((n for n, line in enumerate(lines) if _CONTENTS.match(line.text)), len(lines))
    last, entries = start, 0
    for number in range(start + 1, len(lines)):
        if number - last > 3 or not lines[number].is_short:
            break
        if _CONTENTS_ENTRY.match(lines[number].text):
            last, entries = number, entries + 1
    if entries < 3:
        return lines
    for line in lines[start : last + 1]:
        builder.leave_out("table of contents", "it repeats the headings", line.text)
    return lines[:start] + lines[last + 1 :]


def _with_headings(lines: list[Line]) -> list[Line]:
    """Make headings of short bold lines in front of text that is not bold, and captions."""
    deepest = max((line.level for line in lines if line.kind is Kind.HEADING), default=0)
    done: list[Line] = []
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else None
        at_head = len(done) < _MOST_FRONT and all(map(_may_be_front, done))
        if at_head and (following is None or _may_be_front(following)):
            done.append(_captioned(line))
        else:
            done.append(_with_shape(line, following, deepest + 1))
    return done


def _captioned(line: Line) -> Line:
    caption = line.kind is Kind.PARAGRAPH and is_caption(line.text)
    return replace(line, kind=Kind.CAPTION) if caption else line


def _with_shape(line: Line, following: Line | None, level: int) -> Line:
    line = _captioned(line)
    if line.kind not in (Kind.PARAGRAPH, Kind.LIST_ITEM) or not line.bold or following is None:
        return line
    heads = following.kind.is_running and not following.bold
    if heads and line.is_short and (line.kind is Kind.PARAGRAPH or line.marker not in ("", "-")):
        return replace(line, kind=Kind.HEADING, level=level)
    return line


def _itemised(line: Line) -> Line:
    """Make a list item of a paragraph whose marker was typed by hand."""
    match = _TYPED_MARKER.match(line.text) if line.kind is Kind.PARAGRAPH else None
    if not match:
        return line
    text = line.text[match.end() :]
    return replace(line, kind=Kind.LIST_ITEM, text=text, marker=match["marker"])


def _with_head(lines: list[Line]) -> list[Line]:
    """Make a title of a heading that stands first and alone, and FRONT of the lines after it."""
    titled = any(line.kind is Kind.TITLE for line in lines[:_MOST_FRONT])
    done: list[Line] = []
    end = _head_end(lines)
    for number, line in enumerate(lines):
        if line.kind is Kind.TITLE and any(other.kind is Kind.TITLE for other in done):
            _add_title(done, line)
        elif number >= end or line.kind in (Kind.TITLE, Kind.CAPTION, Kind.NOTE):
            done.append(line)
        elif line.kind is Kind.HEADING:
            stands_alone = sum(x.kind is Kind.HEADING and x.level <= line.level for x in lines) == 1
            alone = stands_alone and not titled and not line.bold
            done.append(replace(line, kind=Kind.TITLE, level=0) if alone else line)
        else:
            done.append(_as_front(line))
    return done


def _add_title(done: list[Line], line: Line) -> None:
    """Add a further title: the second line of the first, or the heading of a part."""
    if done[-1].kind is Kind.TITLE:
        done[-1] = replace(done[-1], text=f"{done[-1].text} {line.text}")
    else:
        done.append(replace(line, kind=Kind.HEADING, level=1))


def _as_front(line: Line) -> Line:
    if line.kind is Kind.TABLE_ROW:
        return replace(line, kind=Kind.FRONT, text=f"{line.header[0]}: {line.cells[0]}")
    return replace(line, kind=Kind.FRONT)


def _head_end(lines: list[Line]) -> int:
    """Return how many lines belong to the head: short ones, with one heading at most."""
    headings = 0
    for number, line in enumerate(lines):
        headings += line.kind is Kind.HEADING
        if headings > 1 or number >= _MOST_FRONT or not _may_be_front(line):
            return number
    return len(lines)


def _may_be_front(line: Line) -> bool:
    if line.kind is Kind.TABLE_ROW:
        return (
            len(line.header) == len(line.cells) == 1 and count_words(line.cells[0]) <= _SHORT_LINE
        )
    if line.kind is Kind.PARAGRAPH:
        return line.is_short
    return line.kind in (Kind.TITLE, Kind.FRONT, Kind.HEADING, Kind.CAPTION)


def table_lines(rows: list[Row], heads: int) -> list[Line]:
    """Return the lines of a table whose first `heads` rows are marked as its head, 0 for none.

    A table that only lays out prose gives the lines of its cells. Otherwise each row is one line,
    followed by the notes and tables that stand in its cells.
    """
    rows = [row for row in rows if any(cell.text or cell.lines for cell in row)]
    if not rows:
        return []
    if _is_layout(rows):
        return [line for row in rows for cell in row for line in cell.lines]
    if not heads and _is_labelled(rows):
        return [line for row in rows for line in _labelled(row)]
    heads = heads or int(_has_head(rows))
    if heads >= len(rows):
        heads = 0
    header = _header([_spread(row) for row in rows[:heads]])
    above = [line for row in rows[:heads] for line in _inner(row)]
    return above + [line for row in rows[heads:] for line in _row_lines(header, row)]


def _row_lines(header: tuple[str, ...], row: Row) -> list[Line]:
    cells = tuple(_spread(row))
    return [Line(Kind.TABLE_ROW, " ".join(cells), header=header, cells=cells), *_inner(row)]


def _labelled(row: Row) -> list[Line]:
    """Return the line of a row that says one thing: "Place" and "Osaka"."""
    label, value = row[0].text.rstrip(" :："), row[1].text
    if not label or not value:
        return _row_lines((), row)
    line = Line(Kind.TABLE_ROW, f"{label} {value}", header=(label,), cells=(value,))
    return [line, *_inner(row)]


def _inner(row: Row) -> list[Line]:
    """Return what stands in a row's cells and is no part of the row: notes, nested tables."""
    return [line for cell in row for line in cell.lines if _stands_apart(line)]


def _stands_apart(line: Line) -> bool:
    return line.kind in (Kind.NOTE, Kind.TABLE_ROW)


def cell_text(lines: Sequence[Line]) -> str:
    """Return the text of a cell out of its lines, markers included."""
    return collapse(
        " ".join(f"{line.marker} {line.text}" for line in lines if not _stands_apart(line))
    )


def _spread(row: Row) -> list[str]:
    """Return a row's texts by column: a wide cell stands in its first, none is doubled."""
    texts: list[str] = []
    for cell in row:
        texts += ["" if cell.goes_on else cell.text, *[""] * (cell.span - 1)]
    return texts


def _header(rows: list[list[str]]) -> tuple[str, ...]:
    width = max(map(len, rows), default=0)
    columns = [[row[n] for row in rows if n < len(row) and row[n]] for n in range(width)]
    return tuple(" ".join(dict.fromkeys(column)) for column in columns)


def _is_layout(rows: list[Row]) -> bool:
    """Tell whether a table only sets prose side by side or in a frame."""
    cells = [cell for row in rows for cell in row if cell.text]
    if all(len(row) == 1 for row in rows):
        return True
    if len(rows) == 1 and any(len(cell.lines) > 1 or _is_prose(cell.text) for cell in cells):
        return True
    if any(line.kind is Kind.HEADING for cell in cells for line in cell.lines):
        return True
    return sum(count_words(cell.text) > _LONG_CELL for cell in cells) > len(cells) / 2


def _is_prose(text: str) -> bool:
    return count_words(text) > _SHORT_LINE


def _is_labelled(rows: list[Row]) -> bool:
    """Tell whether the first of two columns names what the second says."""
    if any(len(row) != 2 or row[0].span + row[1].span != 2 for row in rows):
        return False
    labels, values = [row[0] for row in rows], [row[1] for row in rows]
    if any(count_words(label.text) > 8 for label in labels):
        return False
    colons = sum(bool(_LABEL.match(label.text)) for label in labels)
    if colons > len(rows) / 2:
        return True
    if all(label.bold for label in labels) and not any(value.bold for value in values):
        return True
    return _has_digit(values[0].text) and not _has_digit(labels[0].text)


def _has_head(rows: list[Row]) -> bool:
    """Tell whether the first row, though not marked so, names the columns."""
    first = [cell.text for cell in rows[0] if cell.text]
    if any(count_words(text) > 12 or ends_sentence(text.rstrip(":：")) for text in first):
        return False
    if any(_CLOCK.match(text) for text in first):  # the first entry of an agenda
        return False
    return len(first) > 1 and not all(map(_has_digit, first))


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
