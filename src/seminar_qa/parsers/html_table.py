"""Tables of a page: which of them hold data, and their rows with the names of the columns.

A cell that spans columns or rows stands once, where it begins.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile

from seminar_qa.parsers.html_tree import Element
from seminar_qa.parsers.html_weights import Weight
from seminar_qa.text import collapse

_MOST_COLUMNS = 200
_MOST_ROWS = 10_000
_CELLS = ("td", "th")
_BOLD = ("b", "strong")


@dataclass(frozen=True)
class Row:
    """The cells of a row and the names of their columns, in order; either may be empty."""

    names: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class _Cell:
    text: str
    column: int
    width: int
    names_column: bool
    is_head: bool


_Line = list[_Cell]


def holds_data(table: Element, weights: Mapping[Element, Weight]) -> bool:
    """Tell a table of data from one that only puts text, pictures and menus in their places.

    A table with text beside its cells holds no data, so nothing of it is lost.
    """
    weight = weights[table]
    if weight.tables or not weight.rows or table.get("role") in ("presentation", "none"):
        return False
    rows = [[cell for cell in row if cell.tag in _CELLS] for row in table.iter("tr")]
    parts = [*table.iter("caption"), *(cell for row in rows for cell in row)]
    if sum(weights[part].characters for part in parts) != weight.characters:
        return False
    if weight.heads:
        return True
    prose = any(weights[cell].blocks > 1 for row in rows for cell in row)
    return len(rows) > 1 and max(map(len, rows)) > 1 and not prose


def read_table(table: Element, text_of: Callable[[Element], str]) -> Iterator[Row]:
    """Yield a table's rows below its header; `text_of` gives the text of a cell."""
    lines = [line for line in _grid(table, text_of) if any(cell.text for cell in line)]
    columns = max((cell.column + cell.width for line in lines for cell in line), default=0)
    heads = list(takewhile(lambda line: all(cell.names_column for cell in line), lines))
    if not heads and lines and len(lines[0]) > 1 and all(cell.is_head for cell in lines[0]):
        heads = lines[:1]
    names = _names([line for line in heads if not _is_banner(line, columns)], columns)
    yield from (Row((), _texts(line)) for line in heads if _is_banner(line, columns))
    for line in lines[len(heads) :]:
        if not heads and len(line) == 2 and line[0].is_head and not line[1].is_head:
            yield Row((line[0].text.rstrip(":： "),), (line[1].text,))
        else:
            yield Row(() if _is_banner(line, columns) else names, _texts(line))


def _grid(table: Element, text_of: Callable[[Element], str]) -> Iterator[_Line]:
    """Yield the cells of each row with their columns, those that reach down from above counted."""
    taken: dict[int, int] = {}
    for row in table.iter("tr"):
        line: _Line = []
        begun: dict[int, int] = {}
        column = 0
        for cell in (cell for cell in row if cell.tag in _CELLS):
            while taken.get(column):
                column += 1
            width = min(_span(cell, "colspan"), max(1, _MOST_COLUMNS - column))
            line.append(_cell(cell, text_of(cell), column, width))
            if column < _MOST_COLUMNS:
                begun |= dict.fromkeys(range(column, column + width), _span(cell, "rowspan") - 1)
            column += width
        taken = {place: rows - 1 for place, rows in taken.items() if rows > 1} | {
            place: rows for place, rows in begun.items() if rows
        }
        yield line


def _cell(cell: Element, text: str, column: int, width: int) -> _Cell:
    row = cell.getparent()
    group = row.getparent() if row is not None else None
    in_head = group is not None and group.tag == "thead"
    bold = next(cell.iter(*_BOLD), None)
    is_bold = bold is not None and collapse("".join(bold.itertext())) == collapse(text) != ""
    is_head = cell.tag == "th" or in_head or is_bold
    names_column = in_head or (cell.tag == "th" and cell.get("scope") not in ("row", "rowgroup"))
    return _Cell(collapse(text), column, width, names_column, is_head)


def _span(cell: Element, name: str) -> int:
    value = str(cell.get(name, "1")).strip()
    return max(1, min(int(value), _MOST_ROWS)) if value.isdecimal() and len(value) < 9 else 1


def _is_banner(line: _Line, columns: int) -> bool:
    """Tell whether a row is one cell as wide as the table: a heading between its rows."""
    return len(line) == 1 and line[0].width == columns > 1


def _names(heads: list[_Line], columns: int) -> tuple[str, ...]:
    names: list[list[str]] = [[] for _ in range(columns)]
    for line in heads:
        for cell in line:
            for name in names[cell.column : cell.column + cell.width]:
                if cell.text not in name:
                    name.append(cell.text)
    return tuple(collapse(" ".join(name)) for name in names)


def _texts(line: _Line) -> tuple[str, ...]:
    texts: dict[int, str] = {cell.column: cell.text for cell in line}
    return tuple(texts.get(column, "") for column in range(max(texts, default=-1) + 1))
