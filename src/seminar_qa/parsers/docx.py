"""Word documents (.docx): the main part's XML, as Word shows it with all changes accepted.

lxml is used on the parts and not python-docx, which does not reach what lies in content controls,
text boxes, tracked changes, notes and fields. Pages are not known: a Word file does not hold them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
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
from seminar_qa.parsers.opc import Package
from seminar_qa.parsers.source import SourceFile
from seminar_qa.parsers.symbols import symbol
from seminar_qa.parsers.xml_tree import Element, child, children, descendants, local, whole

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DELETED = ("del", "moveFrom")
_WRAPPERS = frozenset(
    "sdt sdtContent customXml ins moveTo hyperlink smartTag dir bdo fldSimple ruby rubyBase".split()
)
_SPACES = frozenset(("tab", "br", "cr", "ptab"))
_STYLE_KINDS = {
    "title": "title",
    "subtitle": "subtitle",
    "caption": "caption",
    "toc ": "contents",
    "table of figures": "contents",
    "list bullet": "list",
    "list number": "list",
}
_DEEPEST = 8
_FORMATS = {"bullet": "-", "none": ""}


def parse_docx(source: SourceFile, builder: DocumentBuilder) -> None:
    """Read a Word document. Raises UnreadableFileError when it is damaged or encrypted."""
    package = Package(source.data)
    main = package.main("word/document.xml")
    root = package.root(main)
    body = None if root is None else child(root, "body")
    if root is None or body is None:
        raise UnreadableFileError("it is no Word document: its main part has no body")
    parts = _Parts(package, main, builder)
    _tell_margins(parts, builder)
    reader = _Reader(builder, _Styles(parts.first("styles")), _Notes(parts))
    reader.numbers = _Numbers(parts.first("numbering"), reader.styles)
    add_lines(reader.read(body), builder)


@dataclass(frozen=True)
class _Parts:
    """The parts beside the main one; the text can be read without one that is damaged."""

    package: Package
    main: str
    builder: DocumentBuilder

    def all(self, kind: str) -> Iterator[Element]:
        for part in self.package.related(self.main, kind):
            try:
                root = self.package.root(part)
            except UnreadableFileError as error:
                self.builder.warn(f"The {kind} of the document could not be read: {error}.")
            else:
                yield root

    def first(self, kind: str) -> Element | None:
        return next(self.all(kind), None)


def _tell_margins(parts: _Parts, builder: DocumentBuilder) -> None:
    for kind in ("header", "footer"):
        for root in parts.all(kind):
            if text := _raw_text(root):
                builder.leave_out(f"page {kind}", "repeated on every page", text)
    comments = parts.first("comments")
    for comment in () if comments is None else children(comments, "comment"):
        builder.leave_out("comment", "a remark on the text, not part of it", _raw_text(comment))
    if parts.package.related(parts.main, "aFChunk"):
        builder.warn("Another document is embedded in the file; it was not read.")


def _raw_text(element: Element | None) -> str:
    found = () if element is None else element.iter(f"{_W}t", f"{_W}delText")
    return " ".join(text.text for text in found if text.text).strip()


def _value(element: Element | None, name: str = "val", default: str = "") -> str:
    return default if element is None else str(element.get(_W + name, default))


def _number(element: Element | None, default: int) -> int:
    return whole(_value(element), default)


def _outline(element: Element) -> int:
    """Return the level from 1 that an outline level from 0 means; 9 is body text."""
    level = _number(element, 9)
    return level + 1 if 0 <= level < 9 else 0


def _is_on(element: Element | None) -> bool:
    return element is not None and _value(element, default="1") not in ("0", "false", "off")


@dataclass(frozen=True)
class _Style:
    """What a paragraph style says, those it is based on included."""

    level: int = 0
    list_id: str | None = None
    depth: int = 0

    kind: str = ""

    @classmethod
    def kind_of(cls, name: str) -> str:
        """Return what a style of that name is for, of what is treated in a way of its own."""
        return next((kind for start, kind in _STYLE_KINDS.items() if name.startswith(start)), "")


class _Styles:
    """The styles of a document by id, each resolved once."""

    def __init__(self, root: Element | None) -> None:
        found = () if root is None else children(root, "style")
        self.elements = {_value(style, "styleId"): style for style in found}
        self.known: dict[str, _Style] = {}

    def __getitem__(self, name: str) -> _Style:
        if name not in self.known:
            self.known[name] = _Style()  # a style that is based on itself ends here
            self.known[name] = self._resolve(self.elements.get(name))
        return self.known[name]

    def _resolve(self, element: Element | None) -> _Style:
        if element is None:
            return _Style()
        base = self[_value(element.find(f"{_W}basedOn"))]
        name = _value(element.find(f"{_W}name")).lower()
        kind, level = _Style.kind_of(name), heading_level(name)
        style = replace(base, kind=kind or base.kind, level=level or base.level)
        return self._with_properties(style, element)

    @staticmethod
    def _with_properties(style: _Style, element: Element) -> _Style:
        outline = element.find(f"{_W}pPr/{_W}outlineLvl")
        if outline is not None:
            style = replace(style, level=_outline(outline))
        listed = element.find(f"{_W}pPr/{_W}numPr")
        if listed is not None:
            number = listed.find(f"{_W}numId")
            depth = _number(listed.find(f"{_W}ilvl"), style.depth)
            style = replace(style, list_id=_value(number) or style.list_id, depth=depth)
        return style


@dataclass(frozen=True)
class _Level:
    """One depth of a list: its numbers' style, the pattern around them, the first number."""

    style: str = "bullet"
    pattern: str = ""
    start: int = 1


class _Numbers:
    """Counts the items of numbered lists as Word does."""

    def __init__(self, root: Element | None, styles: _Styles) -> None:
        self.lists: dict[str, tuple[str, dict[int, _Level]]] = {}
        self.overrides: dict[str, dict[int, int]] = {}
        self.counts: dict[str, dict[int, int]] = {}
        self.styles = styles
        if root is not None:
            self._read(root)

    def _read(self, root: Element) -> None:
        shapes = {_value(a, "abstractNumId"): a for a in children(root, "abstractNum")}
        for number in children(root, "num"):
            name = _value(number, "numId")
            abstract = _value(number.find(f"{_W}abstractNumId"))
            shape = self._linked(shapes.get(abstract), shapes)
            self.lists[name] = (abstract, self._levels(shape) | self._levels(number))
            self.overrides[name] = {
                _depth(override): _number(start, 1)
                for override in children(number, "lvlOverride")
                if (start := override.find(f"{_W}startOverride")) is not None
            }

    def _linked(self, shape: Element | None, shapes: dict[str, Element]) -> Element | None:
        """Return the list that a list borrows its looks from by the name of a style."""
        link = None if shape is None else _value(shape.find(f"{_W}numStyleLink"))
        owners = (s for s in shapes.values() if _value(s.find(f"{_W}styleLink")) == link)
        return next(owners, shape) if link else shape

    @staticmethod
    def _levels(shape: Element | None) -> dict[int, _Level]:
        found = () if shape is None else shape.iter(f"{_W}lvl")
        return {
            _depth(level): _Level(
                _value(level.find(f"{_W}numFmt"), default="decimal"),
                _value(level.find(f"{_W}lvlText")),
                _number(level.find(f"{_W}start"), 1),
            )
            for level in found
        }

    def marker(self, list_id: str, depth: int) -> str:
        """Return what stands in front of the next item of a list at a depth, "" for nothing."""
        if list_id not in self.lists:
            return "-"
        abstract, levels = self.lists[list_id]
        counts = self.counts.setdefault(abstract, {})
        if depth in self.overrides[list_id]:
            counts[depth] = self.overrides[list_id].pop(depth) - 1
        start = levels.get(depth, _Level()).start
        counts[depth] = counts.get(depth, start - 1) + 1
        for deeper in [other for other in counts if other > depth]:
            del counts[deeper]
        return self._label(levels, counts, depth)

    @staticmethod
    def _label(levels: dict[int, _Level], counts: dict[int, int], depth: int) -> str:
        level = levels.get(depth, _Level())
        if level.style in _FORMATS:
            return _FORMATS[level.style]
        label = level.pattern
        for other in range(depth + 1):
            shown = levels.get(other, _Level("decimal"))
            count = counts.get(other, shown.start)
            label = label.replace(f"%{other + 1}", numeral(count, shown.style))
        return label.strip()


def _depth(level: Element) -> int:
    return min(max(whole(_value(level, "ilvl"), 0), 0), _DEEPEST)


class _Notes:
    """The footnotes and endnotes of a document by id."""

    def __init__(self, parts: _Parts) -> None:
        self.elements = {
            (kind, _value(note, "id")): note
            for kind in ("footnote", "endnote")
            if (root := parts.first(f"{kind}s")) is not None
            for note in children(root, kind)
            if _value(note, "type") in ("", "normal")
        }

    def take(self, reference: Element) -> Element | None:
        """Return the note that a reference leads to, the first time."""
        kind = local(reference).removesuffix("Reference")
        return self.elements.pop((kind, _value(reference, "id")), None)


@dataclass
class _Paragraph:
    """What a paragraph is made of, while it is read."""

    parts: list[str] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)
    weights: Counter[bool] = field(default_factory=Counter)

    @property
    def text(self) -> str:
        return "".join(self.parts)


class _Reader:
    """Goes through a body once. Fields, and text held over a deleted line end, are its state."""

    def __init__(self, builder: DocumentBuilder, styles: _Styles, notes: _Notes) -> None:
        self.builder = builder
        self.styles = styles
        self.notes = notes
        self.numbers = _Numbers(None, styles)
        self.fields: list[str | None] = []  # the instruction of an open field, None once it is read
        self.contents = 0  # how many of the open fields make a table of contents
        self.held: _Paragraph | None = None
        self.default = next((n for n, s in styles.elements.items() if _is_default(s)), "")

    def read(self, body: Element) -> list[Line]:
        """Return all the lines of a body."""
        lines = self._lines(body)
        if self.held:  # no paragraph follows that it could be joined to
            lines += [Line(Kind.PARAGRAPH, self.held.text), *self.held.after]
            self.held = None
        return lines

    def _lines(self, body: Element) -> list[Line]:
        return [line for element in body for line in self._block(element)]

    def _block(self, element: Element) -> Iterator[Line]:
        name = local(element)
        if name == "p":
            yield from self._paragraph(element)
        elif name == "tbl":
            yield from self._table(element)
        elif name == "AlternateContent":
            yield from self._lines(_chosen(element))
        elif name in _DELETED:
            self._tell_deleted(element)
        elif name == "sdt" and _is_contents(element):
            self._tell_contents(_raw_text(element))
        elif name in _WRAPPERS:
            yield from self._lines(element)
        elif name == "oMathPara":
            yield Line(Kind.PARAGRAPH, _math(element))

    def _tell_deleted(self, element: Element) -> None:
        if text := _raw_text(element):
            self.builder.leave_out("deleted text", "struck out by a tracked change", text)

    def _tell_contents(self, text: str) -> None:
        if text.strip():
            self.builder.leave_out("table of contents", "it repeats the headings", text)

    def _paragraph(self, element: Element) -> Iterator[Line]:
        paragraph, self.held = self.held or _Paragraph(), None
        in_contents = self.contents
        self._inline(element, paragraph)
        properties = element.find(f"{_W}pPr")
        if properties is not None and _has_deleted_end(properties):
            self.held = paragraph
            return
        style = self._style(properties)
        if style.kind == "contents" or (in_contents and self.contents):
            self._tell_contents(paragraph.text)
        elif paragraph.text.strip():
            yield self._line(paragraph, properties, style)
        yield from paragraph.after

    def _style(self, properties: Element | None) -> _Style:
        named = None if properties is None else properties.find(f"{_W}pStyle")
        style = self.styles[_value(named, default=self.default)]
        outline = None if properties is None else properties.find(f"{_W}outlineLvl")
        if outline is not None:
            style = replace(style, level=_outline(outline))
        return style

    def _line(self, paragraph: _Paragraph, properties: Element | None, style: _Style) -> Line:
        text, marker = paragraph.text, self._marker(properties, style)
        bold = paragraph.weights[True] > 0 and not paragraph.weights[False]
        if style.kind == "title":
            return Line(Kind.TITLE, text)
        if style.kind == "subtitle":
            return Line(Kind.PARAGRAPH, text)
        if style.kind == "caption":
            return Line(Kind.CAPTION, text)
        if style.level:
            return Line(Kind.HEADING, text, marker.strip("-"), style.level)
        if marker:
            return Line(Kind.LIST_ITEM, text, marker, bold=bold)
        return Line(Kind.PARAGRAPH, text, bold=bold)

    def _marker(self, properties: Element | None, style: _Style) -> str:
        listed = None if properties is None else properties.find(f"{_W}numPr")
        list_id, depth = style.list_id, style.depth
        if listed is not None:
            list_id = _value(listed.find(f"{_W}numId")) or list_id
            depth = min(max(_number(listed.find(f"{_W}ilvl"), depth), 0), _DEEPEST)
        if list_id and list_id != "0":
            return self.numbers.marker(list_id, depth)
        return "-" if style.kind == "list" else ""

    def _inline(self, element: Element, paragraph: _Paragraph) -> None:
        for inner in element:
            name = local(inner)
            if name == "r" and not inner.tag.startswith(_MATH):
                self._run(inner, paragraph)
            elif name in _DELETED:
                self._tell_deleted(inner)
            elif name in _WRAPPERS:
                self._inline(inner, paragraph)
            elif name == "AlternateContent":
                self._inline(_chosen(inner), paragraph)
            elif name in ("oMath", "oMathPara"):
                self._write(_math(inner), paragraph)

    def _run(self, run: Element, paragraph: _Paragraph) -> None:
        properties = run.find(f"{_W}rPr")
        if properties is not None and _is_on(properties.find(f"{_W}vanish")):
            self._hidden(run)
            return
        before = len(paragraph.parts)
        for inner in run:
            self._piece(inner, paragraph)
        if any(part.strip() for part in paragraph.parts[before:]):
            bold = properties is not None and _is_on(properties.find(f"{_W}b"))
            paragraph.weights[bold] += 1

    def _hidden(self, run: Element) -> None:
        for mark in children(run, "fldChar"):
            self._field(mark)
        for instruction in children(run, "instrText"):
            self._instruct(instruction)
        if (text := _raw_text(run)) and not self.fields:
            self.builder.leave_out("hidden text", "its author hid it", text)

    def _piece(self, piece: Element, paragraph: _Paragraph) -> None:
        name = local(piece)
        if name == "t":
            self._write(piece.text or "", paragraph)
        elif name in _SPACES:
            self._write(" ", paragraph)
        elif name == "noBreakHyphen":
            self._write("-", paragraph)
        elif name == "sym":
            self._symbol(piece, paragraph)
        elif name == "fldChar":
            self._field(piece)
        elif name == "instrText":
            self._instruct(piece)
        elif name in ("footnoteReference", "endnoteReference"):
            paragraph.after += self._note(piece)
        elif name == "ruby":
            self._inline(piece, paragraph)
        elif name == "AlternateContent":
            for inner in _chosen(piece):
                self._piece(inner, paragraph)
        elif name in ("drawing", "pict", "object"):
            paragraph.after += self._drawing(piece)

    def _write(self, text: str, paragraph: _Paragraph) -> None:
        if all(instruction is None for instruction in self.fields):
            paragraph.parts.append(text)

    def _symbol(self, piece: Element, paragraph: _Paragraph) -> None:
        text = symbol(_value(piece, "font"), _value(piece, "char"))
        if text is None:
            self.builder.leave_out("symbol", "its font gives it no meaning as a character")
        self._write(text or " ", paragraph)

    def _field(self, mark: Element) -> None:
        kind = _value(mark, "fldCharType")
        if kind == "begin":
            self.fields.append("")
        elif kind == "separate" and self.fields:
            instruction = self.fields[-1] or ""
            self.contents += _makes_contents(instruction)
            self.fields[-1] = None
        elif kind == "end" and self.fields:
            self.fields.pop()
            self.contents = min(self.contents, len(self.fields))

    def _instruct(self, piece: Element) -> None:
        if self.fields and self.fields[-1] is not None:
            self.fields[-1] += piece.text or ""

    def _note(self, reference: Element) -> list[Line]:
        note = self.notes.take(reference)
        if note is None:
            return []
        return [_as_note(line) for line in self._apart(note)]

    def _drawing(self, drawing: Element) -> list[Line]:
        boxes = list(_outermost(drawing, "txbxContent"))
        if not boxes:
            self.builder.leave_out("picture", "only text is read")
        return [line for box in boxes for line in self._apart(box)]

    def _apart(self, body: Element) -> list[Line]:
        """Return the lines of a body that stands within a paragraph, that one's state kept."""
        kept = self.fields, self.contents, self.held
        self.fields, self.contents, self.held = [], 0, None
        lines = self.read(body)
        self.fields, self.contents, self.held = kept
        return lines

    def _table(self, table: Element) -> list[Line]:
        rows: list[Row] = []
        heads = 0
        for element in _inside(table, "tr"):
            properties = element.find(f"{_W}trPr")
            if properties is not None and properties.find(f"{_W}del") is not None:
                self._tell_deleted(element)
                continue
            row = [self._cell(cell) for cell in _inside(element, "tc")]
            marked = properties is not None and _is_on(properties.find(f"{_W}tblHeader"))
            heads += marked and heads == len(rows)
            rows.append(_indented(row, properties))
        return table_lines(rows, heads)

    def _cell(self, element: Element) -> Cell:
        lines = self.read(element)
        properties = element.find(f"{_W}tcPr")
        span = None if properties is None else properties.find(f"{_W}gridSpan")
        merge = None if properties is None else properties.find(f"{_W}vMerge")
        goes_on = merge is not None and _value(merge) != "restart"
        width = min(max(_number(span, 1), 1), 100)
        bold = bool(lines) and all(line.bold for line in lines)
        return Cell(cell_text(lines), width, bold, goes_on, lines)


def _is_default(style: Element) -> bool:
    return _value(style, "type") == "paragraph" and _value(style, "default") in ("1", "true", "on")


def _has_deleted_end(properties: Element) -> bool:
    return properties.find(f"{_W}rPr/{_W}del") is not None


def _is_contents(control: Element) -> bool:
    gallery = control.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
    return _value(gallery) == "Table of Contents"


def _makes_contents(instruction: str) -> bool:
    return instruction.split(maxsplit=1)[:1] == ["TOC"]


def _chosen(alternatives: Element) -> Element:
    """Return the one of several renderings of the same thing that is read."""
    choices = [*children(alternatives, "Choice"), *children(alternatives, "Fallback")]
    with_text = (c for c in choices if next(descendants(c, "txbxContent"), None) is not None)
    return next(with_text, choices[0] if choices else alternatives)


def _outermost(element: Element, name: str) -> Iterator[Element]:
    """Yield the elements of a name that are in no other of it, each rendering once."""
    for inner in element:
        if local(inner) == name:
            yield inner
        elif local(inner) == "AlternateContent":
            yield from _outermost(_chosen(inner), name)
        else:
            yield from _outermost(inner, name)


def _inside(element: Element, name: str) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, those in content controls included."""
    for inner in element:
        if local(inner) == name:
            yield inner
        elif local(inner) in _WRAPPERS:
            yield from _inside(inner, name)


def _indented(row: Row, properties: Element | None) -> Row:
    """Put empty cells where a row leaves out the first columns."""
    before = None if properties is None else properties.find(f"{_W}gridBefore")
    return [Cell("")] * min(_number(before, 0), 100) + row


def _as_note(line: Line) -> Line:
    return line if line.kind is Kind.TABLE_ROW else Line(Kind.NOTE, line.text, line.marker)


def _math(formula: Element) -> str:
    return "".join(text.text or "" for text in formula.iter(f"{_MATH}t"))
