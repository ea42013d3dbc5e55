"""Footnotes of a page: which elements hold notes, which are only the marks that lead to them."""

import re
from itertools import islice

from seminar_qa.parsers.html_tree import Element
from seminar_qa.parsers.html_weights import is_local
from seminar_qa.text import collapse

_SIGN = r"(?:\d{1,4}|[a-z]|[ivxl]{1,5}|\*{1,3}|[†‡§¶]{1,2})"
_MARK = re.compile(rf"^[\[(]?{_SIGN}(?:\]?\s?[,–-]?\s?\[?{_SIGN}){{0,5}}[\])]?$")
_LONGEST_MARK = 16
_LARGEST_MARK = 12
_BACK = re.compile("^[↩↑⏎^¶#§🔗⇧\ufe0e\ufe0f]{1,3}$")
_MARK_CLASSES = frozenset("footnote-ref footnoteref noteref reference MsoFootnoteReference".split())
_NOTE_NAMES = frozenset(
    "doc-footnote doc-endnote doc-endnotes footnote footnotes endnote endnotes rearnote "
    "rearnotes".split()
)


def is_mark(element: Element) -> bool:
    """Tell whether an element is the mark of a footnote, or leads from the note back to it."""
    if element.tag not in ("a", "sup", "span"):
        return False
    inner = [*islice(element.iter(), _LARGEST_MARK)]
    text = collapse(
        "".join((e.text or "") + (e.tail or "" if e is not element else "") for e in inner)
    )
    link = next((e for e in inner if "#" in str(e.get("href"))), None)
    names = {*str(element.get("class", "")).split(), *_roles(element)}
    marked = bool(names & (_MARK_CLASSES | {"doc-noteref", "doc-backlink"}))
    if len(inner) == _LARGEST_MARK or len(text) > _LONGEST_MARK or (link is None and not marked):
        return False
    if "doc-backlink" in names or (link is not None and is_local(link) and _BACK.match(text)):
        return True
    raised = any(e.tag == "sup" for e in inner)
    return (raised or marked) and bool(_MARK.match(text))


def _roles(element: Element) -> list[str]:
    return f"{element.get('role', '')} {element.get('epub:type', '')}".split()


def is_note(element: Element) -> bool:
    """Tell whether an element holds footnotes or endnotes, by its role, type or class."""
    names = {*_roles(element)}
    if element.tag in ("ol", "ul", "li", "section", "aside", "div", "p"):
        names |= {*str(element.get("class", "")).lower().split()}
    return bool(names & _NOTE_NAMES) or "mso-element:footnote" in str(element.get("style", ""))
