"""From a file to a `Document`: one module a format, one line here for each.

A parser gets a `SourceFile` and feeds a `DocumentBuilder`. Its own errors are told as
UnreadableFileError with a reason in plain words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from seminar_qa.documents import Document, DocumentBuilder, document_id
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.docx import parse_docx
from seminar_qa.parsers.html import parse_html
from seminar_qa.parsers.markdown import parse_markdown
from seminar_qa.parsers.odt import parse_odt
from seminar_qa.parsers.pdf import parse_pdf
from seminar_qa.parsers.plain_text import parse_plain_text
from seminar_qa.parsers.pptx import parse_pptx
from seminar_qa.parsers.rfc_xml import parse_rfc_xml
from seminar_qa.parsers.rtf import parse_rtf
from seminar_qa.parsers.source import SourceFile

Parser = Callable[[SourceFile, DocumentBuilder], None]


@dataclass(frozen=True)
class Format:
    """A file format: its media type and its parser."""

    media_type: str
    parse: Parser


DOCX = Format("application/vnd.openxmlformats-officedocument.wordprocessingml.document", parse_docx)
HTML = Format("text/html", parse_html)
MARKDOWN = Format("text/markdown", parse_markdown)
ODT = Format("application/vnd.oasis.opendocument.text", parse_odt)
PDF = Format("application/pdf", parse_pdf)
PLAIN_TEXT = Format("text/plain", parse_plain_text)
PPTX = Format(
    "application/vnd.openxmlformats-officedocument.presentationml.presentation", parse_pptx
)
RFC_XML = Format("application/rfc+xml", parse_rfc_xml)
RTF = Format("application/rtf", parse_rtf)

FORMATS: dict[str, Format] = {
    ".docm": DOCX,
    ".docx": DOCX,
    ".htm": HTML,
    ".html": HTML,
    ".markdown": MARKDOWN,
    ".md": MARKDOWN,
    ".odt": ODT,
    ".pdf": PDF,
    ".pptm": PPTX,
    ".pptx": PPTX,
    ".rtf": RTF,
    ".text": PLAIN_TEXT,
    ".txt": PLAIN_TEXT,
    ".xhtml": HTML,
    ".xml": RFC_XML,
}
"""Format by the end of the file's name, lower case."""

VERSION = 2
"""Raised when the same bytes are read or cut in another way, so that indexes are made anew."""


def read_document(path: str, source: SourceFile, sha256: str) -> Document:
    """Return the report in `source`, its facts not yet looked for.

    `path` is the file's place below the folder of reports, with "/". Raises UnreadableFileError
    when the format is unknown or the file holds no text.
    """
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in FORMATS:
        known = ", ".join(sorted(FORMATS))
        raise UnreadableFileError(
            f"{path}: no reader for “{suffix or 'no ending'}”; known: {known}"
        )
    file_format = FORMATS[suffix]
    builder = DocumentBuilder()
    try:
        file_format.parse(source, builder)
    except UnreadableFileError as error:
        raise UnreadableFileError(f"{path}: {error}") from error
    except RecursionError as error:
        raise UnreadableFileError(f"{path}: its parts are nested too deeply") from error
    if not builder.blocks:
        raise UnreadableFileError(f"{path}: the file holds no text")
    return Document(
        id=document_id(source.data),
        path=path,
        sha256=sha256,
        media_type=file_format.media_type,
        text=builder.text,
        blocks=builder.blocks,
        page_starts=builder.page_starts,
        extraction=builder.extraction,
        layout=builder.layout,
    )
