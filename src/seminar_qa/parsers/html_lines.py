"""The lines of a block between its line breaks, put together to paragraphs.

Minutes and older pages break lines where they mean paragraphs: a line that begins with dots, with
a label or with a bullet stands alone, others belong together.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property

from seminar_qa.text import join_lines

_ELLIPSIS = re.compile(r"^\s*(\.{3,}|…+)\s*(?=\S)")
_LABEL = re.compile(
    r"^\s*(?:[A-ZÀ-ÖØ-Þ][\w.'’/-]{0,30}(?: [A-ZÀ-ÖØ-Þ(&][\w.'’/()-]{0,30}){0,4} ?:(?!//)"
    r"|[a-z][\w-]{0,20}:\s|[^\s:：。、,.]{1,15}：|[○◯●][^\s]|<[^<>\s]{1,30}> )|^\s*\u3000"
)
"""What begins a block of its own behind a line break: a label, or the indent of a paragraph."""
_BULLET = re.compile(r"^\s*([•·●▪■‣◦]\s|[・•])\s*(?=\S)")
_DASH = re.compile(r"^\s*([•·●▪■‣◦*-]\s|[・•])\s*(?=\S)")
_SEPARATOR = re.compile(r"[>»›|/·•<«‹←→＞｜／–-]")
_LAST_CRUMB = 40


@dataclass
class Line:
    """What stands between two line breaks: its text, and how much of that is links.

    `linked` and `local` are the characters in links, and in links to the same page; `rest` is the
    text outside of links.
    """

    parts: list[str] = field(default_factory=list)
    links: int = 0
    linked: int = 0
    local: int = 0
    rest: list[str] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        """The line as one line; no space goes between two CJK characters."""
        return join_lines("".join(self.parts).split("\n"))


@dataclass
class Group:
    """The lines of one paragraph. `marker` stood in front: the dots of one that goes on, or "-"."""

    lines: list[Line]
    beginning: str
    marker: str = ""
    goes_on: bool = False
    is_item: bool = False

    def join(self, line: Line) -> None:
        """Let the paragraph go on with a line."""
        self.lines.append(line)

    @property
    def text(self) -> str:
        """The text without its marker."""
        return join_lines([*self.beginning.split("\n"), *(line.text for line in self.lines[1:])])

    @property
    def characters(self) -> int:
        """The characters without white space."""
        return sum(len("".join(part.split())) for line in self.lines for part in line.parts)

    @property
    def links(self) -> int:
        """The links that begin in it."""
        return sum(line.links for line in self.lines)

    @property
    def linked(self) -> int:
        """The characters in links."""
        return sum(line.linked for line in self.lines)

    @property
    def local(self) -> int:
        """The characters in links to the same page."""
        return sum(line.local for line in self.lines)

    @property
    def is_path(self) -> bool:
        """Whether it is links with signs between them: Home > Reports > 2018."""
        rest = "".join(part for line in self.lines for part in line.rest)
        signs = len(_SEPARATOR.findall(rest))
        words = len("".join(_SEPARATOR.sub("", rest).split()))
        mostly = self.linked * 2 >= self.characters and words <= _LAST_CRUMB
        return self.links > 1 and signs >= self.links - 1 and mostly


def paragraphs(lines: list[Line], *, every: bool) -> list[Group]:
    """Put the lines of a block together that are one paragraph; with `every`, none are."""
    groups: list[Group] = []
    apart = True
    for line in lines:
        if not line.text:
            apart = True
            continue
        group = _opened(line, first=not groups)
        if apart or every or group.marker or _LABEL.match("".join(line.parts)):
            groups.append(group)
        else:
            groups[-1].join(line)
        apart = False
    return groups


def _opened(line: Line, *, first: bool) -> Group:
    """Return the group that a line would begin, its dots or bullet taken off."""
    raw = "".join(line.parts)
    dots = _ELLIPSIS.match(raw)
    if dots:
        return Group([line], raw[dots.end() :], dots[1], goes_on=True)
    bullet = (_BULLET if first else _DASH).match(raw)
    if bullet:
        return Group([line], raw[bullet.end() :], bullet[1].strip(), is_item=True)
    return Group([line], raw)
