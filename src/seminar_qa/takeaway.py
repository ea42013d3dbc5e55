"""Answers to be taken along: a citation in several styles, a conversation as Markdown or DOCX.

Nothing of a quotation is changed but what a format cannot hold; what it would read as its own signs
is escaped, so that the same words are seen.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

from seminar_qa.texts import Texts

Style = Literal["plain", "markdown", "footnote", "bibtex", "ris"]


@dataclass(frozen=True)
class Cited:
    """A quotation with what its citation tells; what is not known is empty. `page` counts from 1.

    `start` and `end` are code points of the report's text; `address` opens it at the quotation.
    """

    text: str
    title: str
    path: str
    start: int
    end: int
    sha256: str
    address: str
    organiser: str = ""
    date: str = ""
    place: str = ""
    speaker: str = ""
    section: str = ""
    page: int | None = None


@dataclass(frozen=True)
class Told:
    """One turn: the question, what it was taken to mean, the short answer and the quotations.

    For a no the `answer` is empty and `quotes` are what came nearest.
    """

    question: str
    meaning: str
    answer: str
    quotes: tuple[Cited, ...]


def cite(cited: Cited, style: Style, t: Texts) -> str:
    """Return a quotation with its citation in a style, as text that ends with a line end."""
    return _STYLES[style](cited, t)


def _plain(cited: Cited, t: Texts) -> str:
    return f"{t('quoted', words=cited.text)}\n— {_source(cited, t)}\n"


def _markdown(cited: Cited, t: Texts) -> str:
    quoted = "\n".join(f"> {_escaped(line)}".rstrip() for line in cited.text.split("\n"))
    return f"{quoted}\n>\n> — {_linked_source(cited, t)}\n"


def _footnote(cited: Cited, t: Texts) -> str:
    quoted = _escaped(t("quoted", words=cited.text)).replace("\n", "  \n")
    return f"{quoted}[^1]\n\n[^1]: {_linked_source(cited, t)}\n"


def _bibtex(cited: Cited, t: Texts) -> str:
    year, month, day = [*cited.date.split("-"), "", "", ""][:3]
    fields = {
        "title": f"{{{_tex(cited.title or cited.path)}}}",
        "author": f"{{{_tex(cited.speaker)}}}" if cited.speaker else "",
        "organization": _tex(cited.organiser),
        "year": year,
        "month": str(int(month)) if month else "",
        "day": str(int(day)) if day else "",
        "address": _tex(cited.place),
        "pages": str(cited.page or ""),
        "howpublished": _tex(cited.path),
        "url": cited.address,
        "note": _tex(f"{t('quoted', words=cited.text)} {_proof(cited, t)}"),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{_key(cited)},", *lines, "}", ""])


def _ris(cited: Cited, t: Texts) -> str:
    fields = [
        ("TY", "RPRT"),
        ("TI", cited.title or cited.path),
        ("AU", cited.speaker),
        ("PB", cited.organiser),
        ("PY", cited.date[:4]),
        ("DA", cited.date.replace("-", "/")),
        ("CY", cited.place),
        ("SP", str(cited.page or "")),
        ("AB", cited.text),
        ("N1", f"{cited.path}, {_proof(cited, t)}"),
        ("UR", cited.address),
    ]
    lines = [f"{name}  - {_one_line(value)}" for name, value in fields if value]
    return "\r\n".join([*lines, "ER  - ", ""])


_STYLES: dict[Style, Callable[[Cited, Texts], str]] = {
    "plain": _plain,
    "markdown": _markdown,
    "footnote": _footnote,
    "bibtex": _bibtex,
    "ris": _ris,
}


def _linked_source(cited: Cited, t: Texts) -> str:
    """Return where a quotation stands, in one line of Markdown."""
    return f"{_escaped(_source(cited, t, ''))}, <{cited.address}>"


def _source(cited: Cited, t: Texts, address: str | None = None) -> str:
    """Return where a quotation stands, in one line; another `address`, or none for ""."""
    address = cited.address if address is None else address
    page = t("page", page=cited.page) if cited.page else ""
    told = [
        *(cited.speaker, cited.title or cited.path, cited.section, cited.organiser),
        *(cited.place, cited.date, page, cited.path, _proof(cited, t), address),
    ]
    return ", ".join(_one_line(part) for part in dict.fromkeys(told) if part)


def _proof(cited: Cited, t: Texts) -> str:
    return t("proof", start=str(cited.start), end=str(cited.end), hash=cited.sha256)


def _one_line(text: str) -> str:
    return " ".join(_readable(text).split())


def _readable(text: str) -> str:
    """Return a text without characters that no format holds: controls and halves of pairs."""
    return "".join(
        c if c in "\t\n" or unicodedata.category(c) not in ("Cc", "Cs") else "�" for c in text
    )


_MARKDOWN_SIGNS = re.compile(
    r"([\\`*_{}\[\]<>#|~&$^=])|^(\s*)([-+](?=\s|[-\s]*$)|\d+(?=[.)](?:\s|$)))", re.M
)
_TEX_SIGNS = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}",  # BibTeX counts the braces, those with a backslash too
    "}": r"\textbraceright{}",
    **{sign: f"\\{sign}" for sign in "#$%&_"},
}


def _escaped(text: str) -> str:
    """Return a text that Markdown shows as it is."""

    def sign(found: re.Match[str]) -> str:
        if found[1]:
            return f"\\{found[1]}"
        return f"{found[2]}{found[3]}\\" if found[3].isdigit() else f"{found[2]}\\{found[3]}"

    return _MARKDOWN_SIGNS.sub(sign, _readable(text))


def _tex(text: str) -> str:
    return "".join(_TEX_SIGNS.get(character, character) for character in _one_line(text))


def _key(cited: Cited) -> str:
    """Return a key of plain letters and figures, the same for every citation of one place."""
    title = unicodedata.normalize("NFKD", cited.title or cited.path)
    words = re.findall("[A-Za-z]{3,}", title)[:3]
    return f"{''.join(words).lower() or 'report'}{cited.date[:4]}c{cited.start}"


def conversation_markdown(turns: Sequence[Told], t: Texts) -> str:
    """Return a conversation as Markdown, its sources in footnotes."""
    lines = [f"# {t('conversation')}", ""]
    notes: list[str] = []
    for turn in turns:
        lines += [f"## {_escaped(_one_line(turn.question))}", ""]
        if turn.meaning != turn.question:
            lines += [f"{t('understood-as')} {_escaped(_one_line(turn.meaning))}", ""]
        lines += [f"**{_escaped(_one_line(turn.answer or t('no-answer')))}**", ""]
        if not turn.answer and turn.quotes:
            lines += [f"*{t('close-but-no-answer')}*", ""]
        for cited in turn.quotes:
            notes.append(f"[^{len(notes) + 1}]: {_linked_source(cited, t)}")
            quoted = [f"> {_escaped(line)}".rstrip() for line in cited.text.split("\n")]
            lines += [*quoted[:-1], f"{quoted[-1]}[^{len(notes)}]", ""]
    return "\n".join([*lines, *notes, ""])


# DOCX: Office Open XML (ECMA-376), the least a reader needs for paragraphs, styles and footnotes

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = ("styles", "footnotes", "settings")
_STYLE_ROWS = (
    (
        "Title",
        "Title",
        '<w:pPr><w:spacing w:after="240"/></w:pPr><w:rPr><w:sz w:val="40"/></w:rPr>',
    ),
    (
        "Heading1",
        "heading 1",
        (
            '<w:pPr><w:spacing w:before="360" w:after="80"/><w:outlineLvl w:val="0"/></w:pPr>'
            '<w:rPr><w:sz w:val="28"/></w:rPr>'
        ),
    ),
    ("Answer", "Answer", "<w:rPr><w:b/></w:rPr>"),
    ("Remark", "Remark", "<w:rPr><w:i/></w:rPr>"),
    ("Quote", "Quote", '<w:pPr><w:spacing w:after="160"/><w:ind w:left="425"/></w:pPr>'),
    ("FootnoteText", "footnote text", '<w:rPr><w:sz w:val="18"/></w:rPr>'),
)


def conversation_docx(turns: Sequence[Told], t: Texts) -> bytes:
    """Return a conversation as a DOCX file, its sources in footnotes."""
    notes: list[str] = []
    body = "".join(_paragraphs(turns, t, notes))
    footnotes = "".join(_note(number, words) for number, words in enumerate(notes, 1))
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{id}"><w:name w:val="{name}"/>'
        f"{properties}</w:style>"
        for id, name, properties in _STYLE_ROWS
    )
    files = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations([("officeDocument", "word/document.xml")]),
        "word/_rels/document.xml.rels": _relations([(part, f"{part}.xml") for part in _PARTS]),
        "word/document.xml": _xml("document", f"<w:body>{body}<w:sectPr/></w:body>"),
        "word/styles.xml": _xml("styles", styles),
        "word/settings.xml": _xml("settings", ""),
        "word/footnotes.xml": _xml("footnotes", _separators() + footnotes),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content.encode())
    return out.getvalue()


def _paragraphs(turns: Sequence[Told], t: Texts, notes: list[str]) -> Iterator[str]:
    """Yield the paragraphs of a conversation; what stands in footnotes is put into `notes`."""
    yield _paragraph("Title", t("conversation"))
    for turn in turns:
        yield _paragraph("Heading1", turn.question)
        if turn.meaning != turn.question:
            yield _paragraph("Remark", f"{t('understood-as')} {turn.meaning}")
        yield _paragraph("Answer", turn.answer or t("no-answer"))
        if not turn.answer and turn.quotes:
            yield _paragraph("Remark", t("close-but-no-answer"))
        for cited in turn.quotes:
            notes.append(_source(cited, t))
            yield _paragraph("Quote", cited.text, len(notes))


def _raised(sign: str) -> str:
    return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>{sign}</w:r>'


def _paragraph(style: str, text: str, note: int = 0) -> str:
    mark = _raised(f'<w:footnoteReference w:id="{note}"/>') if note else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{_run(text)}{mark}</w:p>'


def _run(text: str) -> str:
    lines = (
        f'<w:t xml:space="preserve">{escape(_for_xml(line))}</w:t>' for line in text.split("\n")
    )
    return f"<w:r>{'<w:br/>'.join(lines)}</w:r>"


def _note(number: int, words: str) -> str:
    reference = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>'
    style = '<w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>'
    return (
        f'<w:footnote w:id="{number}"><w:p>{style}{reference}{_run(f" {words}")}</w:p></w:footnote>'
    )


def _separators() -> str:
    rows = (("separator", -1), ("continuationSeparator", 0))
    return "".join(
        f'<w:footnote w:type="{kind}" w:id="{id}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
        for kind, id in rows
    )


def _for_xml(text: str) -> str:
    """Return a text with what XML 1.0 does not allow replaced."""
    return re.sub("[\ufffe\uffff]", "�", _readable(text))


def _xml(root: str, content: str) -> str:
    return f'{_HEAD}<w:{root} xmlns:w="{_MAIN}">{content}</w:{root}>'


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="r{number}" Type="{_RELATION}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _content_types() -> str:
    kinds = {"document": "document.main", **{part: part for part in _PARTS}}
    rows = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for part, kind in kinds.items()
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    defaults = (
        f'<Default Extension="rels" ContentType="{relations}"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{defaults}{rows}</Types>'
