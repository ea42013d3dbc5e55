"""HTML: the blocks that a reader of the page sees, in the order of the page.

Nothing remote is fetched. What is left out is decided in `html_pruning`; here the elements that
remain become titles, headings, paragraphs, list items, rows, notes and captions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.html_lines import Group, Line, paragraphs
from seminar_qa.parsers.html_notes import is_mark, is_note
from seminar_qa.parsers.html_pruning import Omission, Pruning, prune
from seminar_qa.parsers.html_table import holds_data, read_table
from seminar_qa.parsers.html_tree import Element, read_tree
from seminar_qa.parsers.html_weights import (
    BLOCKS,
    HEADINGS,
    MACHINERY,
    Weight,
    is_link,
    is_local,
    weigh,
)
from seminar_qa.parsers.source import SourceFile
from seminar_qa.text import clean, collapse, count_words, ends_sentence, join_lines

_LINK_LINE = 80
_SHORT = 25
"""A line at a page's head has no more words than this."""
_FRONT_LINES = 8


def parse_html(source: SourceFile, builder: DocumentBuilder) -> None:
    """Read a page. Raises UnreadableFileError when it is none or cannot be read whole."""
    root = read_tree(source.data)
    weights = weigh(root)
    pruning = prune(root, weights)
    _tell(root, pruning.omitted, builder)
    _Page(builder, weights, pruning).read(root)
    if not builder.blocks and next(root.iter("frame", "iframe"), None) is not None:
        raise UnreadableFileError(
            "the page only frames other pages, and nothing is fetched from elsewhere"
        )


def _tell(root: Element, omitted: Mapping[Element, Omission], builder: DocumentBuilder) -> None:
    """Say what is left out of the page, without empty elements and machinery."""
    steps = etree.iterwalk(root, events=("start",))
    for _, element in steps:
        omission = omitted.get(element)
        if omission:
            text = _plain(element)
            if omission.what and text:
                builder.leave_out(omission.what, omission.why, text)
            steps.skip_subtree()
        if element.tag in ("iframe", "frame") and element.get("src"):
            builder.leave_out("page in a frame", "nothing is fetched from elsewhere")


def _plain(element: Element, skip: Mapping[Element, Omission] | None = None) -> str:
    """Return the text of an element in one line; blocks are parted by a space."""
    parts: list[str] = []
    steps = etree.iterwalk(element, events=("start", "end"))
    for event, inner in steps:
        if inner.tag in BLOCKS or inner.tag == "br":
            parts.append(" ")
        if event == "start":
            if inner.tag in MACHINERY or (skip and inner in skip) or is_mark(inner):
                steps.skip_subtree()
            else:
                parts.append(inner.text or "")
        elif inner is not element:
            parts.append(inner.tail or "")
    return collapse("".join(parts))


@dataclass
class _Item:
    """An open list item: its marker until that is written, and the term it explains."""

    marker: str = ""
    term: str = ""


@dataclass
class _Page:
    """Goes through a page once; what is open above the text decides what a block becomes."""

    builder: DocumentBuilder
    weights: Mapping[Element, Weight]
    pruning: Pruning
    lines: list[Line] = field(default_factory=lambda: [Line()])
    links: list[Element] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)  # the next number, None for bullets
    items: list[_Item] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    notes: int = 0
    captions: int = 0
    heads: int = 0
    terms: int = 0
    pending: str = ""  # the text of an open heading or term
    headings: list[Element] = field(default_factory=list)
    last: Kind | None = None
    front_left: int = _FRONT_LINES

    def read(self, root: Element) -> None:
        self._begin(root)
        steps = etree.iterwalk(root, events=("start", "end"))
        passed: set[Element] = set()
        for event, element in steps:
            if event == "start" and not self._enter(element):
                passed.add(element)
                steps.skip_subtree()
            elif event == "end":
                if element not in passed:
                    self._leave(element)
                self._write(element.tail)
        self._flush()

    def _begin(self, root: Element) -> None:
        if self.pruning.title is None:
            named = (_plain(title) for title in root.iter("title"))
            title = next(filter(None, named), "")
            self.builder.add(Kind.TITLE, title)
            self.front_left *= bool(title)

    def _enter(self, element: Element) -> bool:
        """Open an element; False when there is nothing in it to go through."""
        tag = element.tag
        if tag in BLOCKS:
            self._flush()
        if element in self.pruning.omitted:
            return False
        if is_mark(element):
            self.builder.leave_out(
                "footnote mark", "it would stand in mid-sentence", _plain(element)
            )
            return False
        if tag == "br":
            self.lines.append(Line())
        elif tag == "table" and holds_data(element, self.weights):
            self._table(element)
            return False
        elif tag == "pre":
            self._preformatted(element)
            return False
        elif tag in BLOCKS:
            self._open(element)
        elif is_link(element) and self.weights[element].links:
            self.links.append(element)
            self.lines[-1].links += 1
        self._write(element.text)
        return True

    def _leave(self, element: Element) -> None:
        if element.tag in BLOCKS:
            self._flush()
            self._close(element)
        elif self.links and self.links[-1] is element:
            self.links.pop()

    def _open(self, element: Element) -> None:
        self.heads += element in self.pruning.heads
        self.notes += is_note(element)
        self.captions += element.tag in ("figcaption", "caption")
        self.terms += element.tag == "dt"
        if element.tag in HEADINGS:
            self._open_heading(element)
        elif element.tag in ("ul", "ol", "dl", "table", "menu"):
            self._explain_nothing()
        if element.tag in ("ul", "ol", "menu"):
            self.lists.append(_number(element, "start", 1) if element.tag == "ol" else None)
        elif element.tag == "li":
            self.items.append(_Item(self._marker(element)))
        elif element.tag == "dd":
            self.items.append(_Item(term=self.pending))
            self.pending = ""

    def _open_heading(self, element: Element) -> None:
        """Open a heading; one that nobody closed ends here."""
        if self.headings:
            self._add_heading(self.headings[-1])
        self._explain_nothing()
        self.headings.append(element)

    def _close(self, element: Element) -> None:
        self.heads -= element in self.pruning.heads
        self.notes -= is_note(element)
        self.captions -= element.tag in ("figcaption", "caption")
        self.terms -= element.tag == "dt"
        if element.tag in HEADINGS:
            self._add_heading(self.headings.pop())
        elif element.tag in ("dd", "dl"):
            self._explain_nothing()
        if element.tag in ("ul", "ol", "menu"):
            self.lists.pop()
        elif element.tag in ("li", "dd"):
            self.items.pop()

    def _marker(self, item: Element) -> str:
        number = self.lists[-1] if self.lists else None
        if number is None:
            return "-"
        number = _number(item, "value", number)
        self.lists[-1] = number + 1
        return f"{number}."

    def _explain_nothing(self) -> None:
        """Write a term whose explanation does not come, or begins with a list of its own."""
        if self.headings:
            return
        term = self.pending or (self.items[-1].term if self.items else "")
        self.pending = ""
        if self.items:
            self.items[-1].term = ""
        self._add(Kind.LIST_ITEM, term)

    def _write(self, text: str | None) -> None:
        if not text:
            return
        line = self.lines[-1]
        line.parts.append(text)
        if not self.links:
            line.rest.append(text)
            return
        counted = len("".join(text.split()))
        line.linked += counted
        line.local += counted if is_local(self.links[-1]) else 0

    def _table(self, table: Element) -> None:
        self._explain_nothing()
        for caption in table.iter("caption"):
            self._add(Kind.CAPTION, _plain(caption, self.pruning.omitted))
        self.front_left = 0
        for row in read_table(table, lambda cell: _plain(cell, self.pruning.omitted)):
            self.builder.add_row(row.names, row.cells)
        self.last = Kind.TABLE_ROW

    def _preformatted(self, element: Element) -> None:
        """Read lines as they are broken; blank ones part paragraphs as two line breaks do."""
        for text in element.itertext():
            first, *others = clean(text).split("\n")
            self.lines[-1].parts.append(first)
            self.lines += [Line([other], rest=[other]) for other in others]
        self._flush()

    def _flush(self) -> None:
        """Make blocks of the text since the last block's end."""
        lines, self.lines = self.lines, [Line(links=bool(self.links))]
        if not any(part.strip() for line in lines for part in line.parts):
            return
        if self.terms or self.headings:
            self.pending = join_lines([self.pending, *(line.text for line in lines)])
            return
        for group in paragraphs(lines, every=self.heads > 0):
            if not self._is_furniture(group):
                self._add_group(group)

    def _is_furniture(self, group: Group) -> bool:
        """Tell whether a group of lines only leads elsewhere, and say so."""
        if self.notes or self.captions or not group.links:
            return False
        if self.heads and group.linked == group.characters:
            self.builder.leave_out("link", "it stands in the page's head", group.text)
        elif self.items:
            return False
        elif group.local == group.characters <= _LINK_LINE:
            self.builder.leave_out("link", "it leads to another place of the page", group.text)
        elif not self.pruning.has_main and group.is_path:
            self.builder.leave_out("list of links", "it leads to other pages", group.text)
        else:
            return False
        return True

    def _add_group(self, group: Group) -> None:
        text, marker = group.text, group.marker
        if self.items:
            item = self.items[-1]
            text, marker = join_lines([item.term, text]), item.marker or marker
            self.items[-1] = _Item()
        kind = self._kind(group, text)
        running = self.last in (Kind.PARAGRAPH, Kind.LIST_ITEM)
        marker = "" if kind is Kind.FRONT else marker
        self._add(kind, text, marker=marker, tight=group.goes_on and running)

    def _kind(self, group: Group, text: str) -> Kind:
        if self.notes:
            return Kind.NOTE
        if self.captions:
            return Kind.CAPTION
        short = count_words(text) <= _SHORT and not group.goes_on
        if self.heads and short:
            return Kind.FRONT
        if self.items or group.is_item:
            return Kind.LIST_ITEM
        front = self.front_left and short and not ends_sentence(text)
        return Kind.FRONT if front else Kind.PARAGRAPH

    def _add_heading(self, heading: Element) -> None:
        text, self.pending = self.pending, ""
        if heading is self.pruning.title:
            self._add(Kind.TITLE, text)
        elif self.heads:
            self._add(Kind.FRONT, text)
        elif text:
            depth = int(str(heading.tag)[1])
            self.levels = [level for level in self.levels if level < depth] + [depth]
            self._add(Kind.HEADING, text, level=len(self.levels))

    def _add(
        self, kind: Kind, text: str, *, marker: str = "", level: int = 0, tight: bool = False
    ) -> None:
        if not text:
            return
        if kind is Kind.FRONT and not self.heads:
            self.front_left -= 1
        elif kind is not Kind.TITLE and not self.heads:
            self.front_left = 0
        self.builder.add(kind, text, marker=marker, level=level, tight=tight)
        self.last = kind


def _number(element: Element, name: str, default: int) -> int:
    value = str(element.get(name, "")).strip()
    return int(value) if value.isdecimal() and len(value) < 7 else default
