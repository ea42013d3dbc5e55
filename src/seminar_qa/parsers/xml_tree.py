"""XML that a stranger wrote, parsed without opening anything and without unfolding entities."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from lxml import etree

from seminar_qa.errors import UnreadableFileError

Element: TypeAlias = etree._Element
"""An element of a tree, as lxml gives it."""

_MOST_BYTES = 64 << 20
_MOST_TAGS = 8_000_000
_LONGEST_ENTITY = 32
_UNFOLD = "it declares XML entities, which may unfold without end"
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_WHERE = re.compile(r",? line \d+.*$|\(<string>.*$", re.S)


def parse_xml(data: bytes, *, short_entities: bool = False) -> Element:
    """Return the root element of an XML document, without comments and instructions.

    With `short_entities`, entities that stand for a few characters are put in; those that stand
    for a file are dropped. Raises UnreadableFileError when the XML is damaged, nested too deeply,
    too large, or declares any other entity.
    """
    if len(data) > _MOST_BYTES or data.count(b"<") > _MOST_TAGS:
        raise UnreadableFileError(f"its XML is too large to be read ({len(data) / 1e6:.0f} MB)")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFileError(_reason(str(error))) from error
    if root.getroottree().docinfo.internalDTD is not None:
        _settle_entities(root, short_entities)
    return root


def _reason(message: str) -> str:
    if "Excessive depth" in message:
        return "its XML is nested too deeply"
    if "ntity amplification" in message or "entity loop" in message:
        return _UNFOLD
    return f"its XML is damaged: {_WHERE.sub('', message).strip()}"


def _settle_entities(root: Element, short: bool) -> None:
    declared = {
        entity.name: entity.content or ""
        for entity in root.getroottree().docinfo.internalDTD.iterentities()
    }
    for content in declared.values():
        if not short or len(content) > _LONGEST_ENTITY or "&" in content or "<" in content:
            raise UnreadableFileError(_UNFOLD)
    for reference in list(root.iter(etree.Entity)):
        _replace(reference, declared.get(reference.name, ""))


def _replace(reference: Element, text: str) -> None:
    """Put text in the place of an entity's reference."""
    parent, before = reference.getparent(), reference.getprevious()
    text += reference.tail or ""
    if before is None:
        parent.text = (parent.text or "") + text
    else:
        before.tail = (before.tail or "") + text
    reference.tail = None
    parent.remove(reference)


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return _local(element.tag)


def attribute(element: Element, name: str) -> str | None:
    """Return an attribute by its name without namespace, None where there is none."""
    if name in element.attrib:
        return str(element.attrib[name])
    for key, value in element.attrib.items():
        if key.endswith("}" + name):
            return str(value)
    return None


def whole(text: str | None, default: int) -> int:
    """Return the whole number that an attribute says, `default` where it says none."""
    return int(text) if text and _WHOLE.fullmatch(text) else default


def child(element: Element, name: str) -> Element | None:
    """Return the first child of that local name."""
    return next((inner for inner in element if local(inner) == name), None)


def children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children of that local name."""
    return (inner for inner in element if local(inner) == name)


def descendants(element: Element, name: str) -> Iterator[Element]:
    """Yield the elements of that local name at any depth below `element`, in order."""
    return (inner for inner in element.iterdescendants("{*}" + name))
