"""From the bytes of a file to a report that is read: its text, facts, sentences and speakers.

One call does all that looks at what a stranger wrote, so that it can be done in a process of its
own (`worker`).
"""

from dataclasses import dataclass, replace

from seminar_qa.documents import Document
from seminar_qa.errors import UnreadableFileError
from seminar_qa.facts import find_facts
from seminar_qa.parsers import read_document
from seminar_qa.parsers.source import SourceFile
from seminar_qa.sentences import Sentence, split_sentences
from seminar_qa.sidecar import SideCar, read_sidecar
from seminar_qa.speakers import find_speakers
from seminar_qa.speakers.turns import mark_turns


@dataclass(frozen=True)
class Reading:
    """A report that was read, with its sentences in order; they know their speakers."""

    document: Document
    sentences: tuple[Sentence, ...]


def read_report(
    path: str, source: SourceFile, sha256: str, sidecar: tuple[str, bytes | None] | None = None
) -> Reading:
    """Read one file; `sidecar` is the path of the file beside it and its bytes, None if shut.

    A side-car that cannot be read is told as a warning, and the report is read without it. Raises
    UnreadableFileError.
    """
    said, warning = _sidecar(sidecar)
    try:
        document = read_document(path, replace(source, password=said.password), sha256)
    except UnreadableFileError as error:
        raise UnreadableFileError(f"{error}; {warning}" if warning else str(error)) from error
    document = replace(document, blocks=mark_turns(document.text, document.blocks))
    facts = find_facts(document.text, document.blocks)
    warnings = document.extraction.warnings + ((warning,) if warning else ())
    document = said.correct(
        replace(
            document,
            title=facts.title,
            date=facts.date,
            place=facts.place,
            organiser=facts.organiser,
            found_at=facts.found_at,
            extraction=replace(document.extraction, warnings=warnings),
        )
    )
    sentences = split_sentences(document)
    speakers, spoken = find_speakers(document, sentences, said.speakers)
    told = (replace(s, speaker=n) for s, n in zip(sentences, spoken, strict=True))
    return Reading(replace(document, speakers=speakers), tuple(told))


def _sidecar(sidecar: tuple[str, bytes | None] | None) -> tuple[SideCar, str]:
    if sidecar is None:
        return SideCar(), ""
    path, data = sidecar
    if data is None:
        return SideCar(), f"{path} is left aside: it cannot be opened"
    try:
        return read_sidecar(data), ""
    except UnreadableFileError as error:
        return SideCar(), f"{path} is left aside: {error}"
