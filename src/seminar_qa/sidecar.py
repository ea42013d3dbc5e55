"""A side-car: the YAML file beside a report that corrects or adds what is known of it."""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import yaml

from seminar_qa.documents import Document, Speaker
from seminar_qa.errors import UnreadableFileError
from seminar_qa.text import clean, collapse

ENDINGS = (".yaml", ".yml")
_LARGEST = 200_000
_TEXTS = ("title", "place", "organiser", "password")
_KEYS = (*_TEXTS, "date", "speakers")
_SPEAKER_KEYS = ("name", "role", "organisation", "labels")


@dataclass(frozen=True)
class SideCar:
    """What a side-car says; None where it is silent. `date` is ISO 8601."""

    title: str | None = None
    date: str | None = None
    place: str | None = None
    organiser: str | None = None
    speakers: tuple[Speaker, ...] = ()
    password: str | None = field(default=None, repr=False)

    def correct(self, document: Document) -> Document:
        """Return a document with the side-car's facts in place of those found in its text."""
        facts = {name: getattr(self, name) for name in ("title", "date", "place", "organiser")}
        said = {name: value for name, value in facts.items() if value is not None}
        found_at = tuple(entry for entry in document.found_at if entry[0] not in said)
        return replace(document, found_at=found_at, **said)


def read_sidecar(data: bytes) -> SideCar:
    """Read a side-car. Raises UnreadableFileError that says what is wrong and how it should be."""
    if len(data) > _LARGEST:
        raise UnreadableFileError(f"it has more than {_LARGEST:,} bytes; is it a side-car?")
    try:
        found = yaml.safe_load(data.decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 1}" if where else ""
        raise UnreadableFileError(
            f"it is no YAML{line}; write lines such as “date: 2018-11-20”"
        ) from error
    except ValueError as error:  # what YAML takes for a date and is none
        raise UnreadableFileError(
            "it has a date that does not exist; write it as 2018-11-20"
        ) from error
    if found is None:
        return SideCar()
    if not isinstance(found, dict):
        raise UnreadableFileError("it holds no “key: value” lines such as “date: 2018-11-20”")
    for key in found:
        if key not in _KEYS:
            raise UnreadableFileError(f"it has the key “{key}”; there are {', '.join(_KEYS)}")
    texts = {key: _text(key, found.get(key)) for key in _TEXTS}
    return SideCar(
        date=_date(found.get("date")), speakers=_speakers(found.get("speakers")), **texts
    )


def _text(key: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise UnreadableFileError(f"its {key} is no text; write: {key}: “…”")
    text = str(value) if key == "password" else collapse(clean(str(value)))
    return text or None


def _date(value: Any) -> str | None:
    if value is None:
        return None
    text = str(value)
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError(text)
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise UnreadableFileError(
            f"its date “{text}” is no date; write it as 2018-11-20"
        ) from error


def _speakers(value: Any) -> tuple[Speaker, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise UnreadableFileError("its speakers are no list; begin each with “- name: …”")
    return tuple(map(_speaker, value))


def _speaker(entry: Any) -> Speaker:
    if isinstance(entry, str) and entry.strip():
        return Speaker(collapse(clean(entry)))
    if not isinstance(entry, dict) or not entry.get("name"):
        raise UnreadableFileError("a speaker of it has no name; begin each with “- name: …”")
    for key in entry:
        if key not in _SPEAKER_KEYS:
            known = ", ".join(_SPEAKER_KEYS)
            raise UnreadableFileError(f"a speaker of it has the key “{key}”; there are {known}")
    labels = entry.get("labels") or ()
    labels = [labels] if isinstance(labels, str) else labels
    if not isinstance(labels, list | tuple) or not all(isinstance(x, str) for x in labels):
        raise UnreadableFileError("the labels of a speaker are no list of texts")
    name = _text("name", entry["name"]) or ""
    role, organisation = (_text(key, entry.get(key)) for key in ("role", "organisation"))
    return Speaker(name, role, organisation, tuple(labels))
