"""PowerPoint presentations (.pptx): each slide is a page, read from its XML.

lxml is used on the parts and not python-pptx, which refuses a package that is wrong in any part of
it and does not reach diagrams. What a chart shows is not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.flow import Cell, Line, cell_text, is_caption, numeral, table_lines
from seminar_qa.parsers.opc import Package
from seminar_qa.parsers.source import SourceFile
from seminar_qa.parsers.xml_tree import (
    Element,
    attribute,
    child,
    children,
    descendants,
    local,
    whole,
)
from seminar_qa.text import collapse

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_TITLES = ("title", "ctrTitle")
_MARGINS = {"sldNum": "slide number", "dt": "slide date", "ftr": "slide footer", "hdr": "header"}
_LINE = 200_000  # shapes whose tops differ by less, in English Metric Units, stand side by side
_NO_TEXT = ("pic", "graphicFrame", "contentPart")
_DIAGRAM_GLUE = ("pres", "parTrans", "sibTrans")
_AUTO_STYLES = {
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}


def parse_pptx(source: SourceFile, builder: DocumentBuilder) -> None:
    """Read a presentation. Raises UnreadableFileError when it is damaged or encrypted."""
    package = Package(source.data)
    slides = _slides(package)
    if not slides:
        raise UnreadableFileError("it is a presentation without slides")
    for number, part in enumerate(slides, 1):
        builder.begin_page()
        _Slide(package, part, number, builder).read()


def _slides(package: Package) -> list[str]:
    """Return the names of the slides in their order."""
    main = package.main("ppt/presentation.xml")
    root = package.root(main)
    listed = None if root is None else child(root, "sldIdLst")
    if root is None or local(root) != "presentation":
        raise UnreadableFileError("it is no PowerPoint presentation")
    relations = package.relations(main)
    ids = [slide.get(f"{_R}id", "") for slide in listed] if listed is not None else []
    return [relations[name].target for name in ids if name in relations]


@dataclass(frozen=True)
class _Shape:
    """A shape of a slide with its place: left and top in English Metric Units."""

    element: Element = field(repr=False)
    left: float = 0
    top: float = 0
    kind: str = ""

    @property
    def is_title(self) -> bool:
        return self.kind in _TITLES


@dataclass(frozen=True)
class _Frame:
    """How the places in a group are turned into places on the slide."""

    left: float = 0
    top: float = 0
    across: float = 1
    down: float = 1

    def place(self, offset: Element) -> tuple[float, float]:
        x, y = _coordinate(offset, "x"), _coordinate(offset, "y")
        return self.left + x * self.across, self.top + y * self.down

    def within(self, group: Element) -> "_Frame":
        """Return the frame of a group's shapes, this one where the group does not say."""
        parts = {local(part): part for part in group}
        if not {"off", "ext", "chOff", "chExt"} <= set(parts):
            return self
        wide = _coordinate(parts["chExt"], "cx") or 1
        high = _coordinate(parts["chExt"], "cy") or 1
        across = self.across * _coordinate(parts["ext"], "cx") / wide
        down = self.down * _coordinate(parts["ext"], "cy") / high
        left, top = self.place(parts["off"])
        x, y = _coordinate(parts["chOff"], "x"), _coordinate(parts["chOff"], "y")
        return _Frame(left - x * across, top - y * down, across, down)


def _coordinate(element: Element, name: str) -> float:
    return float(whole(element.get(name), 0))


class _Slide:
    """Reads one slide; what it inherits from its layout and master is looked up there."""

    def __init__(self, package: Package, part: str, number: int, builder: DocumentBuilder) -> None:
        self.package = package
        self.part = part
        self.number = number
        self.builder = builder
        layout = next(iter(package.related(part, "slideLayout")), "")
        master = next(iter(package.related(layout, "slideMaster")), "") if layout else ""
        roots = [self._root(name) for name in (layout, master) if name]
        self.parents = [root for root in roots if root is not None]
        self.pictures = 0

    def _root(self, part: str) -> Element | None:
        try:
            return self.package.root(part)
        except UnreadableFileError as error:
            self.builder.warn(f"A part of the presentation was not read: {error}.")
            return None

    def read(self) -> None:
        root = self._root(self.part)
        tree = None if root is None else next(descendants(root, "spTree"), None)
        if root is None or tree is None:
            self.builder.mark_page(self.number, "unread")
            return
        if root.get("show") in ("0", "false"):
            self.builder.warn(f"Slide {self.number} is hidden in the presentation; it was read.")
        shapes = list(self._shapes(tree, _Frame()))
        lines = self._titled([line for shape in _in_order(shapes) for line in self._lines(shape)])
        for line in lines:
            self._add(line)
        if not lines:
            self.builder.mark_page(self.number, "unread" if self.pictures else "blank")
        for line in self._notes():
            self._add(line)

    def _add(self, line: Line) -> None:
        if line.kind is Kind.TABLE_ROW:
            self.builder.add_row(line.header, line.cells)
        else:
            self.builder.add(line.kind, line.text, marker=line.marker, level=line.level)

    def _titled(self, lines: list[Line]) -> list[Line]:
        """Give the slide its heading; the first slide's is the title, its short lines FRONT."""
        lines = [line for line in lines if line.cells or collapse(line.text)]
        titles = sum(line.kind is Kind.HEADING for line in lines)
        if not titles and self.number > 1 and len(lines) > 1 and _heads(lines):
            lines[0] = replace(lines[0], kind=Kind.HEADING, level=1)
        if self.number > 1:
            return lines
        return [self._as_head(line) for line in lines]

    @staticmethod
    def _as_head(line: Line) -> Line:
        if line.kind is Kind.HEADING:
            return replace(line, kind=Kind.TITLE, level=0)
        short = line.kind in (Kind.PARAGRAPH, Kind.LIST_ITEM) and line.is_short
        return replace(line, kind=Kind.FRONT, marker="") if short else line

    def _shapes(self, tree: Element, frame: _Frame) -> Iterator[_Shape]:
        for element in tree:
            name = local(element)
            if name == "grpSp":
                properties = child(element, "grpSpPr")
                place = None if properties is None else child(properties, "xfrm")
                inner = frame if place is None else frame.within(place)
                yield from self._shapes(element, inner)
            elif name == "AlternateContent":
                rendering = child(element, "Choice")
                rendering = child(element, "Fallback") if rendering is None else rendering
                if rendering is not None:
                    yield from self._shapes(rendering, frame)
            elif name in ("sp", *_NO_TEXT):
                yield self._shape(element, frame)

    def _shape(self, element: Element, frame: _Frame) -> _Shape:
        holder = _placeholder(element)
        kind = "" if holder is None else holder.get("type", "obj")
        offset = next(descendants(element, "off"), None)
        if offset is not None:
            return _Shape(element, *frame.place(offset), kind)
        for parent in self._counterparts(holder):
            offset = next(descendants(parent, "off"), None)
            if offset is not None:
                return _Shape(element, *_Frame().place(offset), kind)
        return _Shape(element, 0, 0, kind)

    def _counterparts(self, holder: Element | None) -> Iterator[Element]:
        """Yield the shapes of the layout and the master that a placeholder takes after."""
        for root in self.parents if holder is not None else ():
            for shape in descendants(root, "sp"):
                other = _placeholder(shape)
                if other is not None and _same_place(holder, other):
                    yield shape
                    break

    def _lines(self, shape: _Shape) -> list[Line]:
        name = local(shape.element)
        if name == "graphicFrame":
            return self._frame_lines(shape.element)
        if name != "sp":
            self.pictures += 1
            self.builder.leave_out("picture", "only text is read")
            return []
        body = child(shape.element, "txBody")
        if body is None:
            return []
        if shape.kind in _MARGINS:
            self._tell(_MARGINS[shape.kind], body)
            return []
        if shape.is_title:
            return [Line(Kind.HEADING, " ".join(map(_text, children(body, "p"))), level=1)]
        return _Body(body, [body, *self._list_styles(shape)]).lines()

    def _tell(self, what: str, body: Element) -> None:
        if text := " ".join(map(_text, children(body, "p"))).strip():
            self.builder.leave_out(what, "repeated on the slides", text)

    def _list_styles(self, shape: _Shape) -> list[Element]:
        """Return the elements that say what bullets a placeholder's paragraphs have."""
        holder = _placeholder(shape.element)
        if holder is None:
            return []
        found = [
            body for s in self._counterparts(holder) if (body := child(s, "txBody")) is not None
        ]
        if shape.kind in ("body", "obj", "subTitle") and self.parents:
            found += list(descendants(self.parents[-1], "bodyStyle"))
        return found

    def _frame_lines(self, frame: Element) -> list[Line]:
        table = next(descendants(frame, "tbl"), None)
        if table is not None:
            return self._table(table)
        ids = next(descendants(frame, "relIds"), None)
        if ids is not None and (lines := self._diagram(attribute(ids, "dm") or "")):
            return lines
        self.pictures += 1
        self.builder.leave_out("chart or diagram", "only text is read")
        return []

    def _diagram(self, relation: str) -> list[Line]:
        found = self.package.relations(self.part).get(relation)
        root = self._root(found.target) if found else None
        points = () if root is None else descendants(root, "pt")
        texts = [
            " ".join(map(_text, descendants(point, "p")))
            for point in points
            if point.get("type") not in _DIAGRAM_GLUE
        ]
        return [Line(Kind.LIST_ITEM, text, "-") for text in texts if text.strip()]

    def _table(self, table: Element) -> list[Line]:
        rows = [[_cell(cell) for cell in children(row, "tc")] for row in children(table, "tr")]
        properties = child(table, "tblPr")
        marked = properties is not None and properties.get("firstRow") in ("1", "true")
        return table_lines(rows, int(marked and len(rows) > 1))

    def _notes(self) -> Iterator[Line]:
        for part in self.package.related(self.part, "notesSlide"):
            root = self._root(part)
            for shape in () if root is None else descendants(root, "sp"):
                holder, body = _placeholder(shape), child(shape, "txBody")
                if holder is not None and holder.get("type") == "body" and body is not None:
                    for paragraph in children(body, "p"):
                        yield Line(Kind.NOTE, _text(paragraph))
        for part in self.package.related(self.part, "comments"):
            root = self._root(part)
            text = "" if root is None else " ".join(root.itertext())
            self.builder.leave_out("comment", "a remark on the slide, not part of it", text)


def _heads(lines: list[Line]) -> bool:
    first = lines[0]
    return first.kind is Kind.PARAGRAPH and first.is_short and len(first.text) <= 100


def _placeholder(shape: Element) -> Element | None:
    properties = next((part for part in shape if local(part).startswith("nv")), None)
    return None if properties is None else next(descendants(properties, "ph"), None)


def _same_place(holder: Element | None, other: Element) -> bool:
    if holder is None:
        return False
    kind, index = holder.get("type", "obj"), holder.get("idx")
    if index is not None and index == other.get("idx"):
        return True
    alike = {"ctrTitle": "title", "subTitle": "body", "obj": "body"}
    same = alike.get(kind, kind) == alike.get(other.get("type", "obj"), other.get("type", "obj"))
    return same and (index is None or kind in _MARGINS or other.get("type") == "body")


def _in_order(shapes: list[_Shape]) -> list[_Shape]:
    """Return the shapes as they are read: the title, then line by line from the left."""
    rows: list[list[_Shape]] = []
    for shape in sorted(shapes, key=lambda shape: (not shape.is_title, shape.top)):
        if rows and not rows[-1][0].is_title and shape.top - rows[-1][0].top < _LINE:
            rows[-1].append(shape)
        else:
            rows.append([shape])
    return [shape for row in rows for shape in sorted(row, key=lambda shape: shape.left)]


def _text(paragraph: Element) -> str:
    parts = []
    for piece in paragraph.iter(f"{_A}t", f"{_A}br", "{*}oMath"):
        name = local(piece)
        if name == "t" and not _is_running_number(piece):
            parts.append(piece.text or "")
        elif name == "br":
            parts.append(" ")
        elif name == "oMath":
            parts += [text.text or "" for text in piece.iter("{*}t")]
    return "".join(parts)


def _is_running_number(piece: Element) -> bool:
    parent = piece.getparent()
    return local(parent) == "fld" and parent.get("type", "") == "slidenum"


def _cell(element: Element) -> Cell:
    body = child(element, "txBody")
    lines = [] if body is None else _Body(body, [body]).lines()
    span = int(_coordinate(element, "gridSpan")) or 1
    goes_on = element.get("vMerge") in ("1", "true")
    if element.get("hMerge") in ("1", "true"):
        return Cell("", 0)
    return Cell(cell_text(lines), min(span, 100), _is_bold(body), goes_on, lines)


def _is_bold(body: Element | None) -> bool:
    runs = (
        [] if body is None else [r for r in descendants(body, "r") if "".join(r.itertext()).strip()]
    )
    bold = (child(run, "rPr") for run in runs)
    return bool(runs) and all(p is not None and p.get("b") in ("1", "true") for p in bold)


class _Body:
    """Reads the paragraphs of a text body and counts its numbered ones."""

    def __init__(self, body: Element, styles: list[Element]) -> None:
        self.body = body
        self.styles = styles
        self.counts: dict[int, int] = {}

    def lines(self) -> list[Line]:
        return [line for p in children(self.body, "p") if (line := self._line(p)).text.strip()]

    def _line(self, paragraph: Element) -> Line:
        text = _text(paragraph)
        if not text.strip():
            return Line(Kind.PARAGRAPH, "")
        marker = self._marker(paragraph)
        if marker:
            return Line(Kind.LIST_ITEM, text, marker)
        return Line(Kind.CAPTION if is_caption(collapse(text)) else Kind.PARAGRAPH, text)

    def _marker(self, paragraph: Element) -> str:
        properties = child(paragraph, "pPr")
        level = 0 if properties is None else whole(properties.get("lvl"), 0)
        bullet = self._bullet(properties, level)
        for other in [other for other in self.counts if other > level]:
            del self.counts[other]
        if bullet is None or local(bullet) != "buAutoNum":
            self.counts.pop(level, None)
            return "-" if bullet is not None and local(bullet) in ("buChar", "buBlip") else ""
        start = int(_coordinate(bullet, "startAt")) or 1
        self.counts[level] = self.counts.get(level, start - 1) + 1
        return _auto_number(bullet.get("type", ""), self.counts[level])

    def _bullet(self, properties: Element | None, level: int) -> Element | None:
        """Return what says how a paragraph is marked: its own word, or that of its styles."""
        inherited = (_level_properties(style, level) for style in self.styles)
        for candidate in (properties, *inherited):
            for part in candidate if candidate is not None else ():
                if local(part) in ("buNone", "buChar", "buAutoNum", "buBlip"):
                    return part
        return None


def _level_properties(style: Element, level: int) -> Element | None:
    return next(descendants(style, f"lvl{level + 1}pPr"), None)


def _auto_number(style: str, number: int) -> str:
    name = next((name for start, name in _AUTO_STYLES.items() if style.startswith(start)), "")
    text = numeral(number, name)
    if style.endswith("ParenBoth"):
        return f"({text})"
    return text + (")" if style.endswith("ParenR") else "" if style.endswith("Plain") else ".")
