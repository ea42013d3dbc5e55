"""The packages that Word and PowerPoint write: XML parts in a zip, related to one another.

Names of parts and relationships are taken as leniently as Office takes them; what a part means is
for the parsers to know.
"""

import posixpath
from dataclasses import dataclass, field
from urllib.parse import unquote

from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.archive import open_archive, read_member
from seminar_qa.parsers.xml_tree import Element, children, parse_xml

_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"http://purl.oclc.org/ooxml/presentationml/main": b"http://schemas.openxmlformats.org/presentationml/2006/main",
    b"http://purl.oclc.org/ooxml/drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    b"http://purl.oclc.org/ooxml/officeDocument/math": b"http://schemas.openxmlformats.org/officeDocument/2006/math",
}
"""Namespaces of ISO “Strict” files, by those that are written commonly."""


@dataclass(frozen=True)
class Relation:
    """A relationship: the last word of its type ("footnotes") and the part it leads to."""

    kind: str
    target: str


@dataclass
class Package:
    """A package of parts. Raises UnreadableFileError as `open_archive` does."""

    data: bytes = field(repr=False)
    _roots: dict[str, Element | None] = field(default_factory=dict, repr=False)
    _relations: dict[str, dict[str, Relation]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._archive = open_archive(self.data)
        self._names = {_key(name): name for name in self._archive.namelist()}

    def __contains__(self, part: str) -> bool:
        return _key(part) in self._names

    def root(self, part: str) -> Element | None:
        """Return the root element of a part, None when there is no such part."""
        if part not in self._roots:
            name = self._names.get(_key(part))
            data = read_member(self._archive, name) if name else None
            self._roots[part] = None if data is None else parse_xml(_transitional(data))
        return self._roots[part]

    def relations(self, part: str) -> dict[str, Relation]:
        """Return a part's relationships to other parts by their ids; "" is the package itself."""
        if part not in self._relations:
            folder, name = posixpath.split(part)
            root = self.root(posixpath.join(folder, "_rels", f"{name}.rels"))
            found = {} if root is None else _relations(root, folder)
            self._relations[part] = found
        return self._relations[part]

    def related(self, part: str, kind: str) -> list[str]:
        """Return the parts there are that a part has a relationship of a kind to."""
        return [
            relation.target
            for relation in self.relations(part).values()
            if relation.kind == kind and relation.target in self
        ]

    def main(self, usual: str) -> str:
        """Return the name of the main part, `usual` where the package does not say.

        Raises UnreadableFileError when there is none.
        """
        for part in (*self.related("", "officeDocument"), usual):
            if part in self:
                return part
        raise UnreadableFileError(f"it has no part “{usual}”, which would hold its text")


def _key(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").lower()


def _transitional(data: bytes) -> bytes:
    if b"http://purl.oclc.org/ooxml/" in data[:10_000]:
        for strict, common in _STRICT.items():
            data = data.replace(strict, common)
    return data


def _relations(root: Element, folder: str) -> dict[str, Relation]:
    found = {}
    for relation in children(root, "Relationship"):
        if relation.get("TargetMode") != "External":
            target = posixpath.join("/" + folder, unquote(relation.get("Target", "")))
            kind = relation.get("Type", "").rpartition("/")[2]
            name = posixpath.normpath(target).lstrip("/")
            found[relation.get("Id", "")] = Relation(kind, name)
    return found
