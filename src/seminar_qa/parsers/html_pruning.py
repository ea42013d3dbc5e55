"""What of a page is not its report: menus, sidebars, hidden parts, tables of contents.

Where the page says which part is its main one, that decides; in older pages lists of links are
told by how much of them is links. Prose is never left out for its place or its links alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile

from lxml import etree

from seminar_qa.parsers.html_table import holds_data
from seminar_qa.parsers.html_tree import Element
from seminar_qa.parsers.html_weights import HEADINGS, MACHINERY, Weight
from seminar_qa.text import collapse, fold


@dataclass(frozen=True)
class Omission:
    """Why an element is not read, in plain words; with empty ones nobody needs to be told."""

    what: str = ""
    why: str = ""


_SILENT = Omission()
_NAVIGATION = Omission("navigation", "it leads to other pages")
_HIDDEN = Omission("hidden text", "a browser does not show it")
_STRUCK = Omission("struck text", "its author crossed it out")
_CONTENTS = Omission("table of contents", "it repeats the headings")
_LINKS = Omission("list of links", "it stands beside the text and leads to other pages")
_ASIDE = "it stands outside the main part of the page"
_OUTSIDE = {
    "header": Omission("page header", _ASIDE),
    "footer": Omission("page footer", _ASIDE),
    "aside": Omission("sidebar", _ASIDE),
}
_BESIDE = Omission("text around the main part", _ASIDE)
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_MENU_ROLES = ("navigation", "search", "menu", "menubar", "toolbar")
_LINK_LISTS = ("ul", "ol", "dl", "div", "section", "center", "menu", "aside", "td", "table")
_LINE = 160
_MOST_ENTRIES = 3000
_FRAMED = ("header", "hgroup")


@dataclass(frozen=True)
class Pruning:
    """The elements that are not read, the title, and the elements that the page's head is in."""

    omitted: Mapping[Element, Omission]
    title: Element | None
    heads: frozenset[Element]
    has_main: bool


def prune(root: Element, weights: Mapping[Element, Weight]) -> Pruning:
    """Return what of a page is left out. What would leave nothing at all is not left out."""
    omitted = dict(_by_themselves(root, weights))
    mains = _mains(root, weights, omitted)
    title = _title(root, mains, weights, omitted)
    heads = _heads(title, mains, weights)
    around = dict(_around(root, _outside(heads, mains), mains, omitted))
    if _loses_prose(around, mains, weights):
        mains, around, heads = [], {}, _heads(title, [], weights)
    if not mains:
        around = dict(_footers(root, omitted)) | dict(_link_lists(root, title, weights, omitted))
    everything = omitted | around
    left = weights[root].characters - _characters(root, weights, everything)
    if left <= 0:
        everything = {e: o for e, o in omitted.items() if o is _SILENT and e.tag != "noscript"}
    return Pruning(everything, title, frozenset(heads), bool(mains))


def walk(root: Element, omitted: Mapping[Element, Omission]) -> Iterator[Element]:
    """Yield the elements of a page in order, without those omitted and what is in them."""
    steps = etree.iterwalk(root, events=("start",))
    for _, element in steps:
        if element in omitted:
            steps.skip_subtree()
        else:
            yield element


def _by_themselves(
    root: Element, weights: Mapping[Element, Weight]
) -> Iterator[tuple[Element, Omission]]:
    """Yield what is left out wherever it stands."""
    headings = {fold(_text(heading)) for heading in root.iter(*HEADINGS)}
    steps = etree.iterwalk(root, events=("start",))
    for _, element in steps:
        omission = _omission(element)
        if not omission and _is_contents(element, weights, headings):
            omission = _CONTENTS
        if omission:
            yield element, omission
            steps.skip_subtree()


def _omission(element: Element) -> Omission | None:
    tag, role = element.tag, element.get("role")
    if tag in MACHINERY or tag == "noscript":
        return _SILENT
    if tag == "nav" or role in _MENU_ROLES:
        return _NAVIGATION
    if tag in ("del", "s", "strike"):
        return _STRUCK
    return _HIDDEN if _is_hidden(element) else None


def _is_hidden(element: Element) -> bool:
    return (
        element.get("hidden", "until-found") != "until-found"
        or element.get("aria-hidden") == "true"
        or (element.tag == "dialog" and element.get("open") is None)
        or bool(_NOT_SHOWN.search(str(element.get("style", ""))))
    )


def _is_contents(element: Element, weights: Mapping[Element, Weight], headings: set[str]) -> bool:
    """Tell a list that only links to headings of the same page, most of them word by word."""
    if element.tag not in ("ul", "ol"):
        return False
    weight = weights[element]
    if not 2 <= weight.links <= _MOST_ENTRIES or weight.local * 10 < weight.characters * 9:
        return False
    entries = [fold(_text(link)) for link in element.iter("a")]
    known = sum(any(part in headings for part in (entry, _bare(entry))) for entry in entries)
    return known * 10 >= len(entries) * 7


def _bare(entry: str) -> str:
    """Return an entry without the number in front of it."""
    return re.sub(r"^[\d.]+\s+", "", entry)


def _text(element: Element) -> str:
    return collapse("".join(element.itertext()))


def _title(
    root: Element,
    mains: list[Element],
    weights: Mapping[Element, Weight],
    omitted: Mapping[Element, Omission],
) -> Element | None:
    """Return the first top heading with text; one in the main part goes before the site's."""
    inside = {top for main in mains for top in main.iter("h1")}
    tops = [e for e in walk(root, omitted) if e.tag == "h1" and weights[e].characters]
    return next((top for top in tops if top in inside), next(iter(tops), None))


def _mains(
    root: Element, weights: Mapping[Element, Weight], omitted: Mapping[Element, Omission]
) -> list[Element]:
    """Return the main parts of a page, or its only article; empty when it does not say."""
    mains = _outermost(root, "main", weights, omitted)
    articles = _outermost(root, "article", weights, omitted)
    return mains or (articles if len(articles) == 1 else [])


def _outermost(
    root: Element,
    name: str,
    weights: Mapping[Element, Weight],
    omitted: Mapping[Element, Omission],
) -> list[Element]:
    """Return the elements with text that have a name as tag or role and stand in no other."""
    found: list[Element] = []
    steps = etree.iterwalk(root, events=("start",))
    for _, element in steps:
        named = name in (element.tag, element.get("role")) and weights[element].characters > 0
        if named and element not in omitted:
            found.append(element)
        if named or element in omitted:
            steps.skip_subtree()
    return found


def _above(elements: Iterable[Element]) -> set[Element]:
    """Return all that stands above the elements."""
    above: set[Element] = set()
    for element in elements:
        for up in element.iterancestors():
            if up in above:
                break
            above.add(up)
    return above


def _heads(
    title: Element | None, mains: list[Element], weights: Mapping[Element, Weight]
) -> list[Element]:
    """Return the block of short lines that the title stands in, else the title and such lines."""
    if title is None:
        return []
    stop = _above(mains) | {*mains}
    block = title
    for above in title.iterancestors():
        if above in stop or above.tag in ("body", "html", "article"):
            break
        if above.tag in _FRAMED or above.get("role") == "banner":
            return [above]
        block = above
    if not mains or any(up in mains for up in title.iterancestors()):
        return [title]
    lines = (
        takewhile(lambda e: _is_line(e, weights), block.itersiblings()) if block is title else ()
    )
    return [block, *lines]


def _is_line(element: Element, weights: Mapping[Element, Weight]) -> bool:
    """Tell whether an element is a line below a title, such as a date and place."""
    tag, weight = element.tag, weights[element]
    short = weight.characters <= _LINE and not weight.prose and weight.linked < weight.characters
    return tag in (*HEADINGS, "p", "div", "address") and short


def _outside(heads: list[Element], mains: list[Element]) -> list[Element]:
    return [e for e in heads if not {*mains}.intersection(e.iterancestors())]


def _around(
    root: Element,
    heads: list[Element],
    mains: list[Element],
    omitted: Mapping[Element, Omission],
) -> Iterator[tuple[Element, Omission]]:
    """Yield what stands beside the main parts and the heads, at every level above them."""
    if not mains:
        return
    path = _above([*heads, *mains]) | {root}
    read = path.union(heads, mains)
    for above in path:
        for element in above:
            if element not in read and element not in omitted:
                yield element, _OUTSIDE.get(str(element.tag), _BESIDE)


def _loses_prose(
    around: Mapping[Element, Omission],
    mains: list[Element],
    weights: Mapping[Element, Weight],
) -> bool:
    """Tell whether more prose stands beside the main part than in it: then the page is wrong."""
    beside = [weights[e] for e, omission in around.items() if omission is _BESIDE]
    prose = sum(weight.characters for weight in beside if weight.prose)
    return prose > sum(weights[main].characters for main in mains)


def _footers(
    root: Element, omitted: Mapping[Element, Omission]
) -> Iterator[tuple[Element, Omission]]:
    """Yield the footers of the page itself, not those of its articles."""
    for element in walk(root, omitted):
        above = {up.tag for up in element.iterancestors()} if element.tag == "footer" else {""}
        if not above & {"article", "section", "blockquote", ""}:
            yield element, _OUTSIDE["footer"]


def _link_lists(
    root: Element,
    title: Element | None,
    weights: Mapping[Element, Weight],
    omitted: Mapping[Element, Omission],
) -> Iterator[tuple[Element, Omission]]:
    """Yield the largest blocks that are mostly links and do not stand among running text."""
    texts = {e.getparent() for e, weight in weights.items() if _is_text(e, weight)}
    titled = _above([] if title is None else [title])
    steps = etree.iterwalk(root, events=("start",))
    for _, element in steps:
        if element in omitted or (element.tag == "table" and holds_data(element, weights)):
            steps.skip_subtree()
        elif element in titled or element.getparent() in texts:
            continue
        elif _is_link_list(element, weights):
            yield element, _LINKS
            steps.skip_subtree()


def _is_text(element: Element, weight: Weight) -> bool:
    heading = element.tag in HEADINGS and weight.characters > 2 * weight.linked
    return heading or (weight.own_prose and element.tag not in ("td", "th"))


def _is_link_list(element: Element, weights: Mapping[Element, Weight]) -> bool:
    weight = weights[element]
    many = weight.links > 2 and weight.linked * 2 >= weight.characters
    return element.tag in _LINK_LISTS and many and not weight.prose


def _characters(
    root: Element, weights: Mapping[Element, Weight], omitted: Mapping[Element, Omission]
) -> int:
    """Return the characters of the elements that are left out, nested ones counted once."""
    total = 0
    steps = etree.iterwalk(root, events=("start",))
    for _, element in steps:
        if element in omitted:
            total += weights[element].characters
            steps.skip_subtree()
    return total
