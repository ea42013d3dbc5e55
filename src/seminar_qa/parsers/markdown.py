"""Markdown: the structure is written down, so it is taken from markdown-it's tokens."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.parsers.plain_text import own_lines
from seminar_qa.parsers.source import SourceFile, decode
from seminar_qa.text import clean, collapse, count_words, ends_sentence

_FRONT_MATTER = re.compile(r"\A---\n((?:[\w-]+:.*\n|[ \t-].*\n|#.*\n|\n)*)---\n")
_SETTING = re.compile(r"^(?:(?P<key>[\w-]+):|[ \t]*-[ \t])[ \t]*(?P<value>.*)$")
_TOLD = frozenset(
    "date author authors by speaker speakers location place venue event organizer organiser "
    "organizers organisers organization host subtitle".split()
)
"""Settings of a page that say something of the report; others are its layout."""
_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.S)
_TAG = re.compile(r"<(script|style|template)\b.*?(?:</\1\s*>|\Z)|<[^>]*>", re.S | re.I)
_NOTE = re.compile(r"^( {0,3})\[\^([^\]\s]{1,40})\]:", re.M)
_NOTE_MARK = re.compile(r"\[\^([^\]\s]{1,40})\]")
_FRONT_WORDS = 25
"""A line below the title has no more words than this."""
_DEEPEST = 10_000  # past its limit markdown-it drops text without a word; Python says so instead


def parse_markdown(source: SourceFile, builder: DocumentBuilder) -> None:
    """Read CommonMark with tables and footnotes. Raises UnreadableFileError when it is not text."""
    text = clean(decode(source.data)).replace("\f", "\n")
    walk = _Walk(builder, notes=frozenset(match[2] for match in _NOTE.finditer(text)))
    settings = _FRONT_MATTER.match(text)
    if settings:
        walk.settle(settings[1])
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    # behind a backslash a note is no definition of a link, which markdown-it takes out of the text
    walk.run(parser.parse(_NOTE.sub(r"\1\\[^\2]:", _FRONT_MATTER.sub("", text))))


@dataclass
class _Walk:
    """Goes through the tokens once; open lists and a table's header are its state."""

    builder: DocumentBuilder
    notes: frozenset[str] = frozenset()
    lists: list[int | None] = field(default_factory=list)  # the next number, None for bullets
    marker: str = ""
    header: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    title: str = ""
    opening: bool = False  # whether only the title and short lines came so far

    def settle(self, settings: str) -> None:
        """Take the title and what else concerns the report from the settings of the page."""
        key = ""
        for match in filter(None, map(_SETTING.match, settings.splitlines())):
            key = (match["key"] or key).lower()
            value = match["value"].strip().strip("\"'")
            if key == "title" and value and not self.title:
                self._titled(value)
            elif key in _TOLD and value:
                self.builder.add(Kind.FRONT, f"{key}: {value}")
            elif value:
                self.builder.leave_out("setting of the page", "it is not text", value)

    def run(self, tokens: list[Token]) -> None:
        for position, token in enumerate(tokens):
            if token.type == "inline":
                before, after = tokens[position - 1], tokens[position + 2 : position + 3]
                self._inline(before, token, after[0].type if after else "")
            elif token.type in ("fence", "code_block"):
                self._add(Kind.PARAGRAPH, token.content)
            elif token.type == "html_block":
                self._add(Kind.PARAGRAPH, self._without_tags(token.content))
            else:
                self._structure(token)

    def _without_tags(self, content: str) -> str:
        for match in _COMMENT.finditer(content):
            self.builder.leave_out("comment", "a reader of the page does not see it", match[1])
        return html.unescape(_TAG.sub(" ", _COMMENT.sub(" ", content)))

    def _structure(self, token: Token) -> None:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            start = int(str(token.attrs.get("start", 1)))
            self.lists.append(start if "ordered" in token.type else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
        elif token.type == "list_item_open":
            number = self.lists[-1]
            self.marker = "-" if number is None else f"{number}."
            self.lists[-1] = None if number is None else number + 1
        elif token.type == "tr_open":
            self.row = []
        elif token.type == "tr_close":
            self._row()
        elif token.type == "thead_open":
            self.header = []

    def _inline(self, opening: Token, inline: Token, following: str) -> None:
        text = self._plain(inline)
        if opening.type == "heading_open":
            self._heading(int(opening.tag[1]), text)
        elif opening.type in ("th_open", "td_open"):
            self.row.append(collapse(text))
        elif self.lists:
            self._add(Kind.LIST_ITEM, text, marker=self.marker)
            self.marker = ""
        elif _NOTE.match(text):
            self._notes(text)
        elif _is_picture(inline) or (following == "table_open" and _is_bold(inline)):
            self._add(Kind.CAPTION, text)
        else:
            for part in own_lines(text.split("\n")):
                self._paragraph("\n".join(part))

    def _heading(self, level: int, text: str) -> None:
        if level == 1 and not self.title and not self.builder.blocks:
            self._titled(text)
        elif collapse(text) != self.title or not self.opening:
            self._add(Kind.HEADING, text, level=level)

    def _titled(self, text: str) -> None:
        self.builder.add(Kind.TITLE, text)
        self.title = collapse(text)
        self.opening = True

    def _paragraph(self, text: str) -> None:
        front = self.opening and count_words(text) <= _FRONT_WORDS and not ends_sentence(text)
        if front:
            self.builder.add(Kind.FRONT, text)
        else:
            self._add(Kind.PARAGRAPH, text)

    def _notes(self, text: str) -> None:
        """Write the notes of a paragraph; each begins a line with its mark."""
        _, *parts = _NOTE.split(text)
        for mark, note in zip(parts[1::3], parts[2::3], strict=True):
            self._add(Kind.NOTE, note, marker=f"{mark}.")

    def _row(self) -> None:
        """Write a row; the first of a table without a head is its header."""
        if not self.header:
            self.header = self.row
            return
        self.builder.add_row(self.header, self.row)
        self.opening = False

    def _add(self, kind: Kind, text: str, *, marker: str = "", level: int = 0) -> None:
        self.builder.add(kind, text, marker=marker, level=level)
        self.opening = self.opening and not text.strip()

    def _plain(self, inline: Token) -> str:
        """Return what a reader sees of an inline token, without what is struck through."""
        struck: list[str] = []
        parts: list[str] = []
        depth = 0
        for token in inline.children or ():
            depth += token.nesting if token.type in ("s_open", "s_close") else 0
            (struck if depth else parts).append(_shown(token))
        if struck:
            self.builder.leave_out("struck text", "its author crossed it out", "".join(struck))
        text = "".join(parts)
        return text if _NOTE.match(text) else self._without_marks(text)

    def _without_marks(self, text: str) -> str:
        marks = [mark[0] for mark in _NOTE_MARK.finditer(text) if mark[1] in self.notes]
        for mark in marks:
            self.builder.leave_out("footnote mark", "it would stand in mid-sentence", mark)
        return _NOTE_MARK.sub(lambda mark: "" if mark[1] in self.notes else mark[0], text)


def _shown(token: Token) -> str:
    """Return what a reader sees of a token: no marks, line breaks as line ends."""
    is_break = token.type == "html_inline" and token.content.lower().startswith("<br")
    if is_break or token.type in ("softbreak", "hardbreak"):
        return "\n"
    return token.content if token.type in ("text", "code_inline", "image") else ""


def _meaning(inline: Token) -> Iterator[Token]:
    """Yield the tokens of an inline token that are more than empty text."""
    return (t for t in inline.children or () if t.type != "text" or t.content.strip())


def _is_picture(inline: Token) -> bool:
    return {token.type for token in _meaning(inline)} == {"image"}


def _is_bold(inline: Token) -> bool:
    types = [token.type for token in _meaning(inline)]
    return types[:1] == ["strong_open"] and types.index("strong_close") == len(types) - 1
