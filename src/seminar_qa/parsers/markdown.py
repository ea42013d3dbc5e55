"""Markdown: the structure is written down, so it is taken from markdown-it's tokens."""

import html
import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.parsers.plain_text import decode
from seminar_qa.text import clean, collapse

_FRONT_MATTER = re.compile(r"\A---\n(?:[\w-]+:.*\n|[ \t-].*\n|#.*\n|\n)*---\n")
_TAG = re.compile(r"<[^>]*>|<!--.*?-->", re.S)
_DEEPEST = 10_000  # past its limit markdown-it drops text without a word; Python says so instead


def parse_markdown(data: bytes, builder: DocumentBuilder) -> None:
    """Read CommonMark with tables. Raises UnreadableFileError when it is not text."""
    source = _FRONT_MATTER.sub("", clean(decode(data)).replace("\f", "\n"))
    _Walk(builder).run(
        MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table").parse(source)
    )


class _Walk:
    """Goes through the tokens once; a stack of open lists and a table's header are its state."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self.builder = builder
        self.lists: list[int | None] = []  # the next number, None for bullets
        self.marker = ""
        self.header: list[str] = []
        self.row: list[str] = []
        self.titled = False

    def run(self, tokens: list[Token]) -> None:
        for position, token in enumerate(tokens):
            if token.type == "inline":
                self._inline(tokens[position - 1], plain(token))
            elif token.type in ("fence", "code_block"):
                self.builder.add(Kind.PARAGRAPH, token.content)
            elif token.type == "html_block":
                self.builder.add(Kind.PARAGRAPH, html.unescape(_TAG.sub(" ", token.content)))
            else:
                self._structure(token)

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

    def _inline(self, opening: Token, text: str) -> None:
        if opening.type == "heading_open":
            self._heading(int(opening.tag[1]), text)
        elif opening.type in ("th_open", "td_open"):
            self.row.append(collapse(text))
        elif self.lists:
            self.builder.add(Kind.LIST_ITEM, text, marker=self.marker)
            self.marker = ""
        else:
            self.builder.add(Kind.PARAGRAPH, text)

    def _heading(self, level: int, text: str) -> None:
        if level == 1 and not self.titled and not self.builder.blocks:
            self.builder.add(Kind.TITLE, text)
        else:
            self.builder.add(Kind.HEADING, text, level=level)
        self.titled = True

    def _row(self) -> None:
        """Write a row with its column names, so that it can be understood when quoted alone."""
        if not self.header:
            self.header = self.row
            return
        cells = [
            f"{name}: {cell}" if name else cell
            for name, cell in zip(self.header, self.row, strict=False)
            if cell
        ]
        self.builder.add(Kind.TABLE_ROW, "; ".join(cells))


def plain(inline: Token) -> str:
    """Return what a reader sees of an inline token: no marks, line breaks as spaces."""
    parts: list[str] = []
    for token in inline.children or ():
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif token.type == "image":
            parts.append(token.content)
    return "".join(parts)
