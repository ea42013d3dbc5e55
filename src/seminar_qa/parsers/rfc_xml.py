"""RFC XML, the vocabulary of xml2rfc in its versions 2 and 3, in which RFCs and drafts are written.

References are left out: they are a list of other documents' titles. Files that are included by
name are not looked for.
"""

import re
from collections.abc import Iterator

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.flow import Cell, Line, numeral, table_lines
from seminar_qa.parsers.source import SourceFile
from seminar_qa.parsers.xml_tree import (
    Element,
    child,
    children,
    descendants,
    local,
    parse_xml,
    whole,
)
from seminar_qa.text import collapse

_STYLES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_OLD_STYLES = {"letters": "lowerLetter", "numbers": "decimal"}
_PASSED = frozenset("name iref cref toc comment author".split())
_BLOCKS = frozenset(
    "t ul ol dl list table texttable figure artwork sourcecode artset aside blockquote note "
    "section references".split()
)
_INLINE_BREAKS = frozenset(("br", "vspace"))
_PICTURES = frozenset(("svg", "img"))
_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_SIGN = b"<"
_WITHIN = re.compile(r"(?:Section|Appendix|Figure|Table) [\w.]+$|(?:\d+|[A-Z])(?:\.\d+)*$")


def parse_rfc_xml(source: SourceFile, builder: DocumentBuilder) -> None:
    """Read RFC XML. Raises UnreadableFileError when the file is damaged or other XML."""
    if not source.data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").startswith(_SIGN):
        raise UnreadableFileError("it is no XML file: it does not begin with “<”")
    root = parse_xml(source.data, short_entities=True)
    if root.tag != "rfc":
        raise UnreadableFileError(
            f"its XML is of a kind that is not known (its root is “{local(root)}”); "
            "only RFC XML, whose root is “rfc”, is read"
        )
    _show_references(root)
    reader = _Reader(builder)
    for line in reader.document(root):
        if line.kind is Kind.TABLE_ROW:
            builder.add_row(line.header, line.cells)
        else:
            builder.add(line.kind, line.text, marker=line.marker, level=line.level)


def _show_references(root: Element) -> None:
    """Write into references within the document what they show: "Section 2.1"."""
    labels = dict(_labels(root))
    for reference in descendants(root, "xref"):
        shown = labels.get(reference.get("target") or "")
        if shown and not reference.get("derivedContent"):
            counter = reference.get("format") == "counter"
            reference.set("derivedContent", shown.rpartition(" ")[2] if counter else shown)


def _labels(root: Element) -> Iterator[tuple[str, str]]:
    """Yield the anchors of sections, figures and tables with what references to them show."""
    for part, name in (("middle", "Section"), ("back", "Appendix")):
        element = child(root, part)
        if element is not None:
            yield from _section_labels(element, name, "")
    for name, kinds in (("Figure", ("figure",)), ("Table", ("table", "texttable"))):
        found = (e for e in root.iterdescendants() if local(e) in kinds)
        for number, element in enumerate(found, 1):
            yield element.get("anchor") or "", f"{name} {number}"


def _section_labels(parent: Element, name: str, before: str) -> Iterator[tuple[str, str]]:
    for number, section in enumerate(children(parent, "section"), 1):
        lettered = name == "Appendix" and not before
        label = before + (numeral(number, "upperLetter") if lettered else str(number))
        yield section.get("anchor") or "", f"{name} {label}"
        yield from _section_labels(section, name, f"{label}.")


class _Reader:
    """Goes through a document once; the numbers of its lists that go on are its state."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self.builder = builder
        self.groups: dict[str, int] = {}

    def document(self, root: Element) -> Iterator[Line]:
        front, middle, back = (child(root, name) for name in ("front", "middle", "back"))
        if front is not None:
            yield from self._front(root, front)
        for part in (middle, back):
            for element in part if part is not None else ():
                yield from self._block(element, 1)

    def _front(self, root: Element, front: Element) -> Iterator[Line]:
        yield Line(Kind.TITLE, _inline(child(front, "title")))
        number = root.get("number") or ""
        name = f"RFC {number}" if number else root.get("docName") or ""
        yield Line(Kind.FRONT, name)
        yield from (Line(Kind.FRONT, _author(author)) for author in children(front, "author"))
        yield Line(Kind.FRONT, _date(child(front, "date")))
        yield from (Line(Kind.FRONT, _inline(group)) for group in children(front, "workgroup"))
        for element in front:
            if local(element) == "boilerplate":
                self.builder.leave_out("boilerplate", "the same in every RFC", _inline(element))
            elif local(element) in ("abstract", "note"):
                yield from self._named(element, 1, local(element).capitalize())

    def _block(self, element: Element, level: int) -> Iterator[Line]:
        name = local(element)
        reader = {
            "t": self._paragraph,
            "ul": self._list,
            "ol": self._list,
            "dl": self._definitions,
            "list": self._old_list,
            "table": self._table,
            "texttable": self._old_table,
            "figure": self._figure,
            "artwork": self._artwork,
            "sourcecode": self._artwork,
            "artset": self._artset,
            "references": self._references,
        }.get(name)
        if reader:
            yield from reader(element, level)
        elif name == "section":
            yield from self._named(element, level, "")
        elif name == "aside":
            yield from _as_notes(self._children(element, level))
        elif name in ("blockquote", "note", "li", "dd"):
            yield from self._children(element, level)
        elif name not in _PASSED:
            yield Line(Kind.PARAGRAPH, _inline(element))

    def _children(self, element: Element, level: int) -> Iterator[Line]:
        """Yield the lines of a holder of blocks, its bare text in between as paragraphs."""
        bare = element.text or ""
        for inner in element:
            if _is_block(inner):
                yield Line(Kind.PARAGRAPH, bare)
                bare = inner.tail or ""
                yield from self._block(inner, level)
            else:
                bare += "".join(_piece(inner)) + (inner.tail or "")
        yield Line(Kind.PARAGRAPH, bare)

    def _named(self, element: Element, level: int, usual: str) -> Iterator[Line]:
        heading = _name(element) or usual
        if heading:
            yield Line(Kind.HEADING, heading, level=level)
        for inner in element:
            yield from self._block(inner, level + 1)

    def _paragraph(self, element: Element, level: int) -> Iterator[Line]:
        hanging = element.get("hangText")
        first = True
        for line in self._children(element, level):
            if line.text and first and hanging:
                yield Line(line.kind, f"{hanging} {line.text}", line.marker)
            else:
                yield line
            first = first and not line.text

    def _list(self, element: Element, level: int) -> Iterator[Line]:
        markers = self._markers(element)
        for item in children(element, "li"):
            yield from _as_items(self._children(item, level), next(markers))

    def _markers(self, element: Element) -> Iterator[str]:
        """Yield the markers of a list's items; an ordered one may go on with another's."""
        if local(element) == "ul":
            while True:
                yield "-"
        style, group = element.get("type") or "1", element.get("group") or ""
        number = whole(element.get("start"), self.groups.get(group, 1))
        while True:
            self.groups[group] = number + 1 if group else 1
            yield _marker(style, number)
            number += 1

    def _definitions(self, element: Element, level: int) -> Iterator[Line]:
        term = ""
        for item in element:
            if local(item) == "dt":
                term = f"{term} {_inline(item)}".strip()
            elif local(item) == "dd":
                yield from _as_items(_with_term(self._children(item, level), term), "-")
                term = ""
        if term:
            yield Line(Kind.LIST_ITEM, term, "-")

    def _old_list(self, element: Element, level: int) -> Iterator[Line]:
        style = element.get("style") or "symbols"
        for number, item in enumerate(children(element, "t"), 1):
            if style.startswith("format "):
                marker = style.removeprefix("format ").replace("%d", str(number))
            elif style in _OLD_STYLES:
                marker = numeral(number, _OLD_STYLES[style]) + "."
            else:
                marker = "" if style == "empty" else "-"
            yield from _as_items(self._paragraph(item, level), marker)

    def _table(self, element: Element, level: int) -> Iterator[Line]:
        rows = [[_cell(c) for c in row if local(c) in ("td", "th")] for row in _rows(element)]
        head = child(element, "thead")
        heads = 0 if head is None else sum(1 for _ in children(head, "tr"))
        yield Line(Kind.CAPTION, _name(element))
        yield from table_lines(rows, heads)

    def _old_table(self, element: Element, level: int) -> Iterator[Line]:
        header = [Cell(_inline(column)) for column in children(element, "ttcol")]
        cells = [Cell(_inline(cell)) for cell in children(element, "c")]
        width = max(1, len(header))
        rows = [cells[n : n + width] for n in range(0, len(cells), width)]
        yield from self._around(element, "preamble")
        yield Line(Kind.CAPTION, _name(element))
        yield from table_lines([header, *rows], 1)
        yield from self._around(element, "postamble")

    def _figure(self, element: Element, level: int) -> Iterator[Line]:
        yield from self._around(element, "preamble")
        for inner in element:
            if local(inner) not in ("preamble", "postamble", "name"):
                yield from self._block(inner, level)
        yield Line(Kind.CAPTION, _name(element))
        yield from self._around(element, "postamble")

    @staticmethod
    def _around(element: Element, name: str) -> Iterator[Line]:
        return (Line(Kind.PARAGRAPH, _inline(part)) for part in children(element, name))

    def _artwork(self, element: Element, level: int) -> Iterator[Line]:
        text = _inline(element)
        what = "drawing" if local(element) == "artwork" else "source code"
        self.builder.leave_out(what, "it is no running text", text)
        yield from ()

    def _artset(self, element: Element, level: int) -> Iterator[Line]:
        """Yield the lines of the first of several renderings of one drawing."""
        for inner in list(element)[:1]:
            yield from self._block(inner, level)

    def _references(self, element: Element, level: int) -> Iterator[Line]:
        for reference in descendants(element, "reference"):
            self.builder.leave_out("reference", "it names another document", _inline(reference))
        yield from ()


def _is_block(element: Element) -> bool:
    return local(element) in _BLOCKS


def _as_notes(lines: Iterator[Line]) -> Iterator[Line]:
    return (line if line.cells else Line(Kind.NOTE, line.text, line.marker) for line in lines)


def _as_items(lines: Iterator[Line], marker: str) -> Iterator[Line]:
    """Yield the lines of a list's item, the first with its marker."""
    for line in lines:
        if line.kind is Kind.PARAGRAPH and line.text.strip():
            yield Line(Kind.LIST_ITEM, line.text, marker)
            marker = ""
        else:
            yield line


def _with_term(lines: Iterator[Line], term: str) -> Iterator[Line]:
    """Yield the lines of a definition, the first with the term in front."""
    joint = " " if term.endswith((":", ".", "-", "–", "—")) else ": "
    for line in lines:
        if not term or not line.text.strip():
            yield line
        elif line.kind is Kind.PARAGRAPH:
            yield Line(line.kind, term + joint + collapse(line.text))
            term = ""
        else:
            yield from (Line(Kind.PARAGRAPH, term), line)
            term = ""
    if term:
        yield Line(Kind.PARAGRAPH, term)


def _marker(style: str, number: int) -> str:
    if "%" in style:
        kinds = {"c": "a", "C": "A", "i": "i", "I": "I"}
        for sign in "dcCiIp":
            text = numeral(number, _STYLES.get(kinds.get(sign, ""), ""))
            style = style.replace(f"%{sign}", text)
        return style
    return numeral(number, _STYLES.get(style, "")) + "."


def _name(element: Element) -> str:
    """Return an element's name: version 3 has an element for it, version 2 an attribute."""
    named = child(element, "name")
    return _inline(named) if named is not None else element.get("title") or ""


def _inline(element: Element | None) -> str:
    """Return the text of an element with what references show, notes for the editor left out."""
    return "" if element is None else collapse("".join(_pieces(element)))


def _pieces(element: Element) -> Iterator[str]:
    yield element.text or ""
    for inner in element:
        yield from _piece(inner)
        yield inner.tail or ""


def _piece(inner: Element) -> Iterator[str]:
    name = local(inner)
    if name in _INLINE_BREAKS:
        yield " "
    elif name in ("xref", "relref", "eref") and not (inner.text or len(inner)):
        yield _shown_reference(inner)
    elif name == "contact":
        yield inner.get("fullname") or ""
    elif name not in ("iref", "cref", *_PICTURES):
        yield from _pieces(inner)


def _shown_reference(reference: Element) -> str:
    target = reference.get("target") or ""
    if local(reference) == "eref":
        return f"<{target}>"
    shown = reference.get("derivedContent") or target
    section = reference.get("section") or ""
    if section:
        return f"Section {section} of [{target}]"
    return shown if _WITHIN.match(shown) else f"[{shown}]"


def _author(author: Element) -> str:
    name = author.get("fullname") or ""
    if not name:
        name = f"{author.get('initials') or ''} {author.get('surname') or ''}".strip()
    editor = "Editor" if author.get("role") == "editor" else ""
    return ", ".join(
        part for part in (name, editor, _inline(child(author, "organization"))) if part
    )


def _date(date: Element | None) -> str:
    if date is None:
        return ""
    month = date.get("month") or ""
    if 0 < whole(month, 0) <= 12:
        month = _MONTHS[int(month) - 1]
    return " ".join(part for part in (date.get("day"), month, date.get("year")) if part)


def _rows(table: Element) -> Iterator[Element]:
    """Yield the rows of a table of version 3, its head first and its foot last."""
    for name in ("thead", "tbody", "tfoot"):
        for part in children(table, name):
            yield from children(part, "tr")


def _cell(element: Element) -> Cell:
    wide = min(max(whole(element.get("colspan"), 1), 1), 100)
    blocks = [inner for inner in element if _is_block(inner)]
    text = " ".join(map(_inline, blocks)) if blocks else _inline(element)
    return Cell(text, wide, lines=[Line(Kind.PARAGRAPH, text)])
