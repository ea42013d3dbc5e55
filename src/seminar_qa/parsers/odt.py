"""OpenDocument texts (.odt): content.xml, as a word processor shows it. Pages are not known."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.archive import open_archive, read_member
from seminar_qa.parsers.flow import (
    Cell,
    Line,
    Row,
    add_lines,
    cell_text,
    heading_level,
    numeral,
    table_lines,
)
from seminar_qa.parsers.source import SourceFile
from seminar_qa.parsers.xml_tree import Element, attribute, child, children, local, parse_xml, whole

_NUMBERS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter"} | {
    "i": "lowerRoman",
    "I": "upperRoman",
}
_INDEXES = {
    "table-of-content": "table of contents",
    "illustration-index": "list of figures",
    "table-index": "list of tables",
    "object-index": "list of figures",
    "user-index": "index",
    "alphabetical-index": "index",
}
_PASSED = frozenset(
    "forms sequence-decls variable-decls user-field-decls dde-connection-decls "
    "soft-page-break bookmark script event-listeners title desc".split()
)
_SPACES = frozenset(("tab", "line-break", "s"))
_SHAPES = frozenset(
    "custom-shape rect ellipse line path polygon polyline connector caption".split()
)
_MOST_COLUMNS = 100


def parse_odt(source: SourceFile, builder: DocumentBuilder) -> None:
    """Read an OpenDocument text. Raises UnreadableFileError when it is damaged or encrypted."""
    archive = open_archive(source.data)
    manifest = read_member(archive, "META-INF/manifest.xml") or b""
    if b"encryption-data" in manifest or read_member(archive, "encrypted-package") is not None:
        raise UnreadableFileError("it is encrypted; save it anew without a password to be read")
    data = read_member(archive, "content.xml")
    if data is None:
        raise UnreadableFileError("it has no part “content.xml”, which would hold its text")
    root = parse_xml(data)
    body = child(root, "body")
    text = None if body is None else child(body, "text")
    if text is None:
        raise UnreadableFileError("it is no OpenDocument text")
    others = read_member(archive, "styles.xml")
    styles = _Styles([root] if others is None else [parse_xml(others), root])
    styles.tell_margins(builder)
    add_lines(_Reader(builder, styles).lines(text), builder)


@dataclass(frozen=True)
class _Style:
    """What a paragraph style says, its parents included."""

    names: tuple[str, ...] = ()
    level: int = 0
    bold: bool = False
    hidden: bool = False
    list_style: str = ""

    def is_a(self, *names: str) -> bool:
        return any(name in names for name in self.names)


@dataclass(frozen=True)
class _Level:
    """One depth of a list: its numbers' style ("" for a bullet), what is around, the first."""

    style: str = ""
    before: str = ""
    after: str = ""
    start: int = 1


class _Styles:
    """The styles of a document by name, each resolved once."""

    def __init__(self, roots: list[Element]) -> None:
        self.elements: dict[str, Element] = {}
        self.spans: dict[str, Element] = {}
        self.lists: dict[str, list[_Level]] = {}
        self.roots = roots
        self.known: dict[str, _Style] = {}
        for root in roots:
            for group in root:
                if local(group) in ("styles", "automatic-styles"):
                    self._collect(group)

    def _collect(self, group: Element) -> None:
        for style in group:
            name = attribute(style, "name") or ""
            if local(style) == "style" and attribute(style, "family") == "paragraph":
                self.elements[name] = style
            elif local(style) == "style" and attribute(style, "family") == "text":
                self.spans[name] = style
            elif local(style) == "list-style":
                self.lists[name] = [_list_level(level) for level in style]

    def __getitem__(self, name: str) -> _Style:
        if name not in self.known:
            self.known[name] = _Style()  # a style that is its own parent ends here
            self.known[name] = self._resolve(name)
        return self.known[name]

    def _resolve(self, name: str) -> _Style:
        element = self.elements.get(name)
        if element is None:
            return _Style((_shown(name),))
        base = self[attribute(element, "parent-style-name") or ""]
        shown = attribute(element, "display-name") or _shown(name)
        own = _whole(element, "default-outline-level", heading_level(shown))
        style = replace(base, names=(shown.lower(), *base.names), level=own or base.level)
        listed = attribute(element, "list-style-name")
        look = child(element, "text-properties")
        return replace(
            style,
            list_style=base.list_style if listed is None else listed,
            bold=base.bold if look is None else _bold(look, default=base.bold),
            hidden=look is not None and attribute(look, "display") == "none",
        )

    def span(self, name: str) -> Element | None:
        """Return the properties of a character style."""
        element = self.spans.get(name)
        return None if element is None else child(element, "text-properties")

    def tell_margins(self, builder: DocumentBuilder) -> None:
        """Say what the page headers and footers hold."""
        for root in self.roots:
            for kind in ("header", "footer"):
                for margin in root.iter("{urn:oasis:names:tc:opendocument:xmlns:style:1.0}" + kind):
                    if text := "".join(margin.itertext()).strip():
                        builder.leave_out(f"page {kind}", "repeated on every page", text)


def _shown(name: str) -> str:
    return name.replace("_20_", " ").lower()


def _bold(look: Element, *, default: bool) -> bool:
    weight = attribute(look, "font-weight")
    return default if weight is None else weight in ("bold", "600", "700", "800", "900")


def _list_level(element: Element) -> _Level:
    if local(element) != "list-level-style-number":
        return _Level()
    style = _NUMBERS.get(attribute(element, "num-format") or "", "")
    before, after = attribute(element, "num-prefix"), attribute(element, "num-suffix")
    return _Level(style, before or "", after or "", _whole(element, "start-value", 1))


def _whole(element: Element, name: str, default: int) -> int:
    return max(whole(attribute(element, name), default), 0)


@dataclass
class _List:
    """An open list: its style's name, its depth from 0, the number of its last item."""

    style: str
    depth: int
    number: int | None = None


@dataclass
class _Paragraph:
    """What a paragraph is made of, while it is read."""

    parts: list[str] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)
    bold: bool = True


class _Reader:
    """Goes through a body once; the numbers that lists have come to are its state."""

    def __init__(self, builder: DocumentBuilder, styles: _Styles) -> None:
        self.builder = builder
        self.styles = styles
        self.reached: dict[tuple[str, int], int] = {}

    def lines(self, body: Element) -> list[Line]:
        return [line for element in body for line in self._block(element)]

    def _block(self, element: Element) -> Iterator[Line]:
        name = local(element)
        if name in ("p", "h"):
            yield from self._paragraph(element)
        elif name == "list":
            yield from self._list(element, None)
        elif name == "table":
            yield from self._table(element)
        elif name in _INDEXES:
            text = " ".join(element.itertext())
            self.builder.leave_out(_INDEXES[name], "it repeats the headings", text)
        elif name == "tracked-changes":
            self._tell_changes(element)
        elif name in ("frame", "g") or name in _SHAPES:
            yield from self._frame(element)
        elif name not in _PASSED:  # sections, numbered paragraphs, bibliographies and the like
            yield from self.lines(element)

    def _tell_changes(self, changes: Element) -> None:
        for region in changes:
            for deletion in children(region, "deletion"):
                text = " ".join(t for p in children(deletion, "p") for t in p.itertext())
                self.builder.leave_out("deleted text", "struck out by a tracked change", text)

    def _paragraph(self, element: Element, marker: str = "") -> Iterator[Line]:
        paragraph = _Paragraph()
        style = self.styles[attribute(element, "style-name") or ""]
        self._inline(element, paragraph, bold=style.bold)
        text = "".join(paragraph.parts)
        if style.hidden and text.strip():
            self.builder.leave_out("hidden text", "its author hid it", text)
        elif text.strip():
            yield self._line(element, text, style, marker, bold=paragraph.bold)
        yield from paragraph.after

    def _line(self, element: Element, text: str, style: _Style, marker: str, *, bold: bool) -> Line:
        if style.is_a("title"):
            return Line(Kind.TITLE, text)
        if style.is_a("caption", "illustration", "figure", "table", "drawing"):
            return Line(Kind.CAPTION, text)
        if local(element) == "h" or style.level:
            level = _whole(element, "outline-level", style.level or 1)
            return Line(Kind.HEADING, text, marker.strip("-"), level)
        if marker:
            return Line(Kind.LIST_ITEM, text, marker, bold=bold)
        return Line(Kind.PARAGRAPH, text, bold=bold)

    def _inline(self, element: Element, paragraph: _Paragraph, *, bold: bool) -> None:
        self._write(element.text, paragraph, bold=bold)
        for inner in element:
            self._piece(inner, paragraph, bold=bold)
            self._write(inner.tail, paragraph, bold=bold)

    @staticmethod
    def _write(text: str | None, paragraph: _Paragraph, *, bold: bool) -> None:
        if text:
            paragraph.parts.append(text)
            paragraph.bold &= bold or not text.strip()

    def _piece(self, piece: Element, paragraph: _Paragraph, *, bold: bool) -> None:
        name = local(piece)
        if name in _SPACES:
            paragraph.parts.append(" ")
        elif name == "note":
            paragraph.after += self._note(piece)
        elif name == "annotation":
            text = " ".join(t for p in children(piece, "p") for t in p.itertext())
            self.builder.leave_out("comment", "a remark on the text, not part of it", text)
        elif name == "ruby":
            base = child(piece, "ruby-base")
            if base is not None:
                self._inline(base, paragraph, bold=bold)
        elif name in ("frame", "g") or name in _SHAPES:
            paragraph.after += self._frame(piece)
        elif name == "span":
            self._span(piece, paragraph, bold=bold)
        elif name not in _PASSED and name not in ("annotation-end", "ruby-text"):
            self._inline(piece, paragraph, bold=bold)

    def _span(self, span: Element, paragraph: _Paragraph, *, bold: bool) -> None:
        look = self.styles.span(attribute(span, "style-name") or "")
        if look is not None and attribute(look, "display") == "none":
            text = "".join(span.itertext())
            self.builder.leave_out("hidden text", "its author hid it", text)
            return
        self._inline(span, paragraph, bold=bold if look is None else _bold(look, default=bold))

    def _note(self, note: Element) -> list[Line]:
        body = child(note, "note-body")
        lines = [] if body is None else self.lines(body)
        return [replace(line, kind=Kind.NOTE, level=0) if line.text else line for line in lines]

    def _frame(self, frame: Element) -> list[Line]:
        if local(frame) == "frame":
            inner = [part for part in frame if local(part) == "text-box"]
            if not inner:
                self.builder.leave_out("picture", "only text is read")
            return [line for box in inner for line in self.lines(box)]
        return self.lines(frame)

    def _list(self, element: Element, outer: _List | None) -> Iterator[Line]:
        style = attribute(element, "style-name") or (outer.style if outer else "")
        inner = _List(style, outer.depth + 1 if outer else 0)
        if attribute(element, "continue-numbering") == "true" or attribute(
            element, "continue-list"
        ):
            inner.number = self.reached.get((style, inner.depth))
        for item in element:
            yield from self._item(item, inner)
        if inner.number is not None:
            self.reached[style, inner.depth] = inner.number

    def _item(self, item: Element, open_list: _List) -> Iterator[Line]:
        marker = self._marker(item, open_list) if local(item) == "list-item" else ""
        for element in item:
            if local(element) == "list":
                yield from self._list(element, open_list)
            elif local(element) in ("p", "h"):
                lines = list(self._paragraph(element, marker))
                yield from (_listed(line, marker) for line in lines)
                marker = "" if lines else marker
            else:
                yield from self._block(element)

    def _marker(self, item: Element, open_list: _List) -> str:
        if not any(local(element) in ("p", "h") for element in item):
            return ""
        style = open_list.style or self._paragraph_list(item)
        levels = self.styles.lists.get(style, [])
        level = levels[open_list.depth] if open_list.depth < len(levels) else _Level()
        if not level.style:
            return "-"
        following = level.start if open_list.number is None else open_list.number + 1
        open_list.number = _whole(item, "start-value", following)
        return f"{level.before}{numeral(open_list.number, level.style)}{level.after}"

    def _paragraph_list(self, item: Element) -> str:
        paragraph = next(children(item, "p"), None)
        if paragraph is None:
            return ""
        return self.styles[attribute(paragraph, "style-name") or ""].list_style

    def _table(self, table: Element) -> list[Line]:
        rows: list[Row] = []
        heads = 0
        for row, is_head in _rows(table, in_head=False):
            heads += is_head and heads == len(rows)
            rows.append(self._row(row))
        return table_lines(rows, heads)

    def _row(self, row: Element) -> Row:
        cells: Row = []
        for element in row:
            repeated = min(_whole(element, "number-columns-repeated", 1), _MOST_COLUMNS)
            if local(element) == "covered-table-cell":
                cells += [Cell("", goes_on=True)] * repeated
            elif local(element) == "table-cell":
                lines = self.lines(element)
                cells.append(_cell(lines))
                cells += [_cell([])] * (repeated - 1)
        while len(cells) > 1 and not cells[-1].text and not cells[-1].goes_on:
            cells.pop()
        return cells


def _listed(line: Line, marker: str) -> Line:
    """Make a list item of a further paragraph of one, which has no marker of its own."""
    return line if marker or line.kind is not Kind.PARAGRAPH else replace(line, kind=Kind.LIST_ITEM)


def _cell(lines: list[Line]) -> Cell:
    bold = bool(lines) and all(line.bold for line in lines)
    return Cell(cell_text(lines), bold=bold, lines=lines)


def _rows(table: Element, *, in_head: bool) -> Iterator[tuple[Element, bool]]:
    """Yield the rows of a table and whether they are its head."""
    for element in table:
        name = local(element)
        if name == "table-row":
            yield element, in_head
        elif name == "table-header-rows":
            yield from _rows(element, in_head=True)
        elif name in ("table-rows", "table-row-group"):
            yield from _rows(element, in_head=in_head)
