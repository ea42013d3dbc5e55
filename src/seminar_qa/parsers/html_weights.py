"""What each element of a page holds: characters, links, prose; counted in one walk.

It knows which tags are blocks and which hold nothing that is read. What follows from the numbers
is decided by others (`html_pruning`, `html_table`).
"""

from collections import defaultdict
from dataclasses import dataclass, field

from lxml import etree

from seminar_qa.parsers.html_tree import Element
from seminar_qa.text import collapse, count_words, ends_sentence

MACHINERY = frozenset(
    "head script style template noframes audio video canvas svg map object embed iframe applet "
    "input select textarea button datalist progress meter label annotation annotation-xml "
    "rt rp rtc".split()
)
"""Tags that hold no text of the page: nobody needs to be told that they are not read."""
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main "
    "menu nav noscript ol optgroup option p pre search section summary table tbody td tfoot th "
    "thead tr ul".split()
)
"""Tags that begin and end a block of text."""
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LONG_LINK = 200
"""What is longer is no link's name but a text in a link, or a link that nobody closed."""
_PROSE_WORDS = 8
_LONG_PROSE = 25


@dataclass
class Weight:
    """Sums over an element and all below it.

    `linked` and `local` are the characters in links, and in links to the same page; `prose` says
    whether a sentence stands outside of links, `own_prose` whether it is the element's own text;
    `tables`, `heads`, `rows` and `blocks` count what is below it.
    """

    characters: int = 0
    linked: int = 0
    local: int = 0
    links: int = 0
    tables: int = 0
    heads: int = 0
    rows: int = 0
    blocks: int = 0
    prose: bool = False
    own_prose: bool = False

    def add(self, below: "Weight") -> None:
        """Add what a child holds."""
        self.characters += below.characters
        self.linked += below.linked
        self.local += below.local
        self.links += below.links
        self.tables += below.tables
        self.heads += below.heads
        self.rows += below.rows
        self.blocks += below.blocks
        self.prose |= below.prose


def is_prose(text: str) -> bool:
    """Tell whether a block's text is a sentence and no label or name of a link."""
    counted = count_words(text[:2000])
    return counted >= _LONG_PROSE or (counted >= _PROSE_WORDS and ends_sentence(collapse(text)))


def is_link(element: Element) -> bool:
    """Tell whether an element leads somewhere; an anchor that is only a name does not."""
    return element.tag == "a" and element.get("href") is not None


def is_local(element: Element) -> bool:
    """Tell whether a link leads to a place in the same page."""
    return is_link(element) and str(element.get("href")).startswith("#")


def weigh(root: Element) -> dict[Element, Weight]:
    """Return the weight of every element of a page; what stands in `MACHINERY` weighs nothing."""
    return _Scales().weigh(root)


@dataclass
class _Scales:
    """The state of the walk: the open elements, and the text of the block now open."""

    weights: defaultdict[Element, Weight] = field(default_factory=lambda: defaultdict(Weight))
    open: list[Element] = field(default_factory=list)
    blocks: list[Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    links: int = 0

    def weigh(self, root: Element) -> dict[Element, Weight]:
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                self._start(element)
                if element.tag in MACHINERY:
                    walk.skip_subtree()
            else:
                self._end(element)
        return self.weights

    def _start(self, element: Element) -> None:
        self.weights[element] = Weight()
        self.open.append(element)
        self.links += is_link(element)
        if element.tag in BLOCKS:
            self._close_block()
            self.blocks.append(element)
        if element.tag not in MACHINERY:
            self._read(element.text)

    def _end(self, element: Element) -> None:
        if element.tag in BLOCKS:
            self._close_block()
            self.blocks.pop()
        self.open.pop()
        weight = self.weights[element]
        if is_link(element):
            self._end_link(element, weight)
        if self.open:
            above = self.weights[self.open[-1]]
            above.add(weight)
            _count(element, above)
            self._read(element.tail)

    def _end_link(self, element: Element, weight: Weight) -> None:
        self.links -= 1
        if 0 < weight.characters <= _LONG_LINK:
            weight.links = 1
            weight.linked = weight.characters
            weight.local = weight.characters if is_local(element) else 0

    def _read(self, text: str | None) -> None:
        if text and self.open:
            self.weights[self.open[-1]].characters += len("".join(text.split()))
            if not self.links:
                self.text.append(text)

    def _close_block(self) -> None:
        if self.text and self.blocks and is_prose("".join(self.text)):
            self.weights[self.blocks[-1]].own_prose = True
            self.weights[self.blocks[-1]].prose = True
        self.text.clear()


def _count(element: Element, above: Weight) -> None:
    above.tables += element.tag == "table"
    above.heads += element.tag in ("th", "thead")
    above.rows += element.tag == "tr"
    above.blocks += element.tag in BLOCKS
