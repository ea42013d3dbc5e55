"""What has to be done so that an index follows its folder of reports, worked out from hashes alone.

`make_plan` compares the index as it was with the folder as it is; after the reading `settle` says
which earlier versions stay because a newer one could not be read. Nothing here touches a disk, and
no time of a file counts: a clock that was set back changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from seminar_qa.manifest import Manifest, Recipe, Stale, Unread
from seminar_qa.parsers import FORMATS
from seminar_qa.records import Entry, Origin
from seminar_qa.sources import is_sidecar, sidecars_of

LOOK_AGAIN = "?"
"""Stands for the SHA-256 of a file that has to be looked at again: no file has it."""


@dataclass(frozen=True)
class Difference:
    """How the folder of reports differs from the index, by path; `why` more is done than that.

    `renamed` are pairs of the old path and the new one; `copies` pairs of a path that is new and of
    one with the same bytes. `stale` are the files of which an earlier version is in the index, and
    `read` those that have to be read.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]
    unchanged: tuple[str, ...]
    why: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    copies: tuple[tuple[str, str], ...] = ()
    stale: tuple[Stale, ...] = ()
    read: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        files = self.added or self.changed or self.deleted or self.renamed or self.copies
        return bool(files or self.why)


@dataclass(frozen=True)
class Before:
    """The index as it was. `problem` says what of it cannot be used, "" when it is sound."""

    manifest: Manifest
    entries: tuple[Entry, ...]
    problem: str = ""


@dataclass(frozen=True)
class ToRead:
    """A file to read, the SHA-256 it has, and what else decides the reading."""

    path: str
    sha256: str
    origin: Origin


@dataclass(frozen=True)
class Plan:
    """What to do. Documents are named by their numbers in the index as it was.

    `others` maps the path of a file to read to copies of it with other endings: when it cannot be
    read, these are read in turn until one can be. `keep` maps each document that stays to the path
    it has now, `copies` a file to the one with the same bytes that stands for both. `unread` are
    files that cannot be read, known without trying, with the reason. `earlier` maps a path to the
    last version of it that could be read.
    """

    difference: Difference
    read: tuple[ToRead, ...] = ()
    others: Mapping[str, tuple[ToRead, ...]] = field(default_factory=dict)
    keep: Mapping[int, str] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    earlier: Mapping[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True)
class Settled:
    """What the index holds in the end besides what was read, in the words of `Plan`.

    `sources` are the SHA-256 to remember by path, "" for a file that could not be opened and "?"
    for one that has to be looked at again.
    """

    keep: Mapping[int, str]
    copies: Mapping[str, str]
    sources: Mapping[str, str]
    unread: tuple[Unread, ...]
    stale: tuple[Stale, ...]


def make_plan(
    hashes: Mapping[str, str],
    shut: Mapping[str, str],
    before: Before | None,
    recipe: Recipe,
    limits: Mapping[str, float],
    *,
    absent: str = "there is no index yet",
    force: bool = False,
) -> Plan:
    """Return what has to be done.

    `hashes` are the SHA-256 of all files by path, `shut` why some have none; `recipe` and `limits`
    are those asked for. `absent` says why there is no index before. With `force` every file is
    read, whatever is there.
    """
    folder = _Folder(hashes, recipe)
    keep: dict[int, str] = {}
    failed: dict[str, str] = {}
    earlier: dict[str, Entry] = {}
    why: tuple[str, ...] = (f"{absent}: every file is read",)
    if before is not None:
        why = tuple(_reasons(before, recipe, limits))
        earlier = _earlier(hashes, before)
    if before is not None and not force:
        keep = dict(_fitting(folder, before, limits))
        failed = dict(_known_failures(folder, before, limits))
    kept = {hashes[path]: path for path in keep.values()}
    ways = [folder.ways(sha256) for sha256 in folder.groups if sha256 not in kept]
    wanted = {first: others for first, *others in ways if first.path not in failed}
    read = sorted(wanted, key=lambda item: item.path)
    orphans = {
        path: f"{path}: there is no report of that name for this side-car"
        for path in folder.orphans
    }
    difference = _compare(hashes, folder, before)
    if force:
        why += ("it is asked for: every file is read",)
    return Plan(
        replace(difference, why=why, read=tuple(item.path for item in read)),
        tuple(read),
        {item.path: tuple(others) for item, others in wanted.items() if others},
        keep,
        folder.copies(kept),
        {**failed, **shut, **orphans},
        earlier,
    )


def settle(
    plan: Plan,
    failures: Mapping[str, str],
    hashes: Mapping[str, str],
    passing: Set[str] = frozenset(),
) -> Settled:
    """Return what stays, once each of `plan.read` was read or is in `failures` with the reason.

    A file that is in `failures` was read as the first of `plan.others` that is not. One that could
    not be read in any way keeps its last good version. The failures of the paths in `passing` may
    be none at another time.
    """
    failed = {**plan.unread, **failures}
    copies, shown = dict(plan.copies), dict(plan.keep)
    there = {entry.sha256 for entry in plan.earlier.values() if entry.number in shown}
    for item in plan.read:
        ways = [item.path, *(other.path for other in plan.others.get(item.path, ()))]
        read = next((path for path in ways if path not in failures), None)
        if read is not None:
            there.add(item.sha256)
            failed = {path: reason for path, reason in failed.items() if path not in ways}
            copies = {p: read if first == item.path else first for p, first in copies.items()}
        if read is not None and read != item.path:
            del copies[read]
            copies[item.path] = read
    for path, original in plan.copies.items():
        if original in failed and _has_bytes(plan, original, hashes):
            failed.pop(path, None)  # what it is a copy of is in the index
        elif original in failed:
            same = f"{path}: the same bytes as {original}, which could not be read"
            failed.setdefault(path, same)
            del copies[path]
    stale: dict[str, Stale] = {}
    # Whoever has the very bytes of the earlier version goes first.
    for path in sorted(failed, key=lambda p: (not _has_bytes(plan, p, hashes), p)):
        entry = plan.earlier.get(path)
        if entry is not None:
            if entry.sha256 not in there:
                there.add(entry.sha256)
                shown[entry.number] = path
            stale[path] = Stale(path, failed[path], entry.sha256)
    lost = {hashes[path] for path in passing}
    again = passing | {path for path in failed if hashes.get(path) in lost}
    return Settled(
        shown,
        copies,
        {path: LOOK_AGAIN if path in again else sha256 for path, sha256 in hashes.items()},
        tuple(Unread(path, failed[path]) for path in sorted(failed) if path not in stale),
        tuple(stale[path] for path in sorted(stale)),
    )


def _has_bytes(plan: Plan, path: str, hashes: Mapping[str, str]) -> bool:
    entry = plan.earlier.get(path)
    return entry is not None and entry.sha256 == hashes.get(path)


class _Folder:
    """The folder of reports by content: reports of the same bytes are one document.

    `groups` has the paths of each document; the first stands for all, one that a parser and a
    side-car are there for before others.
    """

    def __init__(self, hashes: Mapping[str, str], recipe: Recipe):
        self._hashes = hashes
        self._recipe = recipe
        self.sidecars = sidecars_of(hashes)
        self.orphans = {p for p in hashes if is_sidecar(p)} - {*self.sidecars.values()}
        self.groups: dict[str, list[str]] = {}
        for path in sorted(self.sidecars, key=self._rank):
            if hashes[path]:
                self.groups.setdefault(hashes[path], []).append(path)

    def _rank(self, path: str) -> tuple[bool, bool, str]:
        return _ending(path) not in FORMATS, not self.sidecars[path], path

    def copies(self, stands: Mapping[str, str]) -> dict[str, str]:
        """Return for each copy the path that stands for it.

        That is the one that `stands` has for its SHA-256, else the first.
        """
        return {
            path: stands.get(sha256, paths[0])
            for sha256, paths in self.groups.items()
            for path in paths
            if path != stands.get(sha256, paths[0])
        }

    def ways(self, sha256: str) -> list[ToRead]:
        """Return the files that a document may be read as: of each known ending the first."""
        found: dict[str, ToRead] = {}
        for path in self.groups.get(sha256, ()):
            if not found or _ending(path) in FORMATS:
                found.setdefault(_ending(path), ToRead(path, sha256, self.origin(path)))
        return list(found.values())

    def origin(self, path: str) -> Origin:
        """Return what decides the reading of a report, as if it had a warning of its side-car."""
        sidecar = self.sidecars[path]
        sha256 = self._hashes[sidecar] or "shut" if sidecar else ""
        return Origin(_ending(path), sha256, sidecar, self._recipe.parsers, self._recipe.ocr)


def _ending(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _fitting(
    folder: _Folder, before: Before, limits: Mapping[str, float]
) -> Iterator[tuple[int, str]]:
    """Yield the documents that need no reading, with the path of today."""
    was = _Folder(before.manifest.sources, before.manifest.recipe)
    more_ocr = "ocr_seconds" in _raised(before.manifest, limits)
    for entry in before.entries:
        ways, earlier = folder.ways(entry.sha256), was.ways(entry.sha256)
        failed = next((n for n, way in enumerate(earlier) if way.path == entry.path), 0)
        if ways[:failed] == earlier[:failed] and not (more_ocr and entry.unread_pages):
            for way in ways[failed : failed + 1]:
                if _fits(entry, way.origin):
                    yield entry.number, way.path


def _fits(entry: Entry, wanted: Origin) -> bool:
    """Tell whether a document was read as it would be read today."""
    made = entry.origin
    return (
        (made.ending, made.sidecar, made.parsers) == (wanted.ending, wanted.sidecar, wanted.parsers)
        and (made.ocr == wanted.ocr or not entry.pictures)
        and made.sidecar_told in ("", wanted.sidecar_told)
    )


def _known_failures(
    folder: _Folder, before: Before, limits: Mapping[str, float]
) -> Iterator[tuple[str, str]]:
    """Yield the files that would fail as they did before, with the reason they failed for."""
    old = before.manifest
    if _raised(old, limits):
        return
    was = _Folder(old.sources, old.recipe)
    reasons = {entry.path: entry.reason for entry in old.unread}
    reasons |= {entry.path: entry.reason for entry in old.stale}
    for ways in map(folder.ways, folder.groups):
        if ways[0].path in reasons and ways == was.ways(ways[0].sha256):
            yield from ((way.path, reasons[way.path]) for way in ways if way.path in reasons)


def _raised(old: Manifest, limits: Mapping[str, float]) -> list[str]:
    """Return which limits of reading are higher than they were."""
    return [name for name, value in limits.items() if value > old.limits.get(name, value)]


def _earlier(hashes: Mapping[str, str], before: Before) -> dict[str, Entry]:
    """Return for each path the last version that could be read, also under an earlier path.

    One of the very bytes of today goes before any other.
    """
    old = before.manifest
    entries = {entry.path: entry for entry in before.entries}
    by_hash = {entry.sha256: entry for entry in before.entries}
    for lasting in old.stale:
        if lasting.sha256 in by_hash:
            entries[lasting.path] = by_hash[lasting.sha256]
    for path, original in old.copies.items():
        if original in entries:
            entries[path] = entries[original]
    for was, path in _renamed(hashes, old.sources):
        if was in entries:
            entries.setdefault(path, entries[was])
    entries |= {path: by_hash[sha256] for path, sha256 in hashes.items() if sha256 in by_hash}
    reports = {path for path in hashes if not is_sidecar(path)}
    return {path: entry for path, entry in entries.items() if path in reports}


def _renamed(hashes: Mapping[str, str], old: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return which paths have become which others: the same bytes, the same name if there is."""
    came: dict[str, list[str]] = {}
    for path in sorted(hashes):
        if path not in old and hashes[path]:
            came.setdefault(hashes[path], []).append(path)
    gone = sorted(path for path in old if path not in hashes and old[path] in came)
    pairs = {}
    for same_name in (True, False):
        for was in gone:
            found = came[old[was]]
            name = PurePosixPath(was).name
            fitting = [p for p in found if not same_name or PurePosixPath(p).name == name]
            if was not in pairs and fitting:
                pairs[was] = fitting[0]
                found.remove(fitting[0])
    return sorted(pairs.items())


def _compare(hashes: Mapping[str, str], folder: _Folder, before: Before | None) -> Difference:
    old = before.manifest.sources if before else {}
    renamed = _renamed(hashes, old)
    moved = {path for pair in renamed for path in pair}
    new = [path for path in hashes if path not in old and path not in moved]
    copies = list(_new_copies(new, folder))
    copied = {path for path, _ in copies}
    unchanged = tuple(path for path in hashes if old.get(path) == hashes[path])
    return Difference(
        added=tuple(path for path in new if path not in copied),
        changed=tuple(path for path in hashes if path in old and old[path] != hashes[path]),
        deleted=tuple(path for path in old if path not in hashes and path not in moved),
        unchanged=unchanged,
        renamed=tuple(renamed),
        copies=tuple(copies),
        stale=tuple(
            entry for entry in (before.manifest.stale if before else ()) if entry.path in unchanged
        ),
    )


def _new_copies(new: Iterable[str], folder: _Folder) -> Iterator[tuple[str, str]]:
    """Yield the new paths that have the bytes of another file, and that file's path."""
    fresh = set(new)
    for paths in folder.groups.values():
        known = [path for path in paths if path not in fresh] or paths[:1]
        yield from ((path, known[0]) for path in paths if path in fresh and path != known[0])


def _reasons(before: Before, new: Recipe, limits: Mapping[str, float]) -> Iterator[str]:
    """Yield what else than the files has changed, and what is done for it."""
    old = before.manifest.recipe
    if before.problem:
        yield before.problem
    if old.encoder.for_passages != new.encoder.for_passages:
        yield (
            f"the encoder is now {new.encoder.name}: every passage is embedded again, "
            "no file is read"
        )
    elif old.encoder != new.encoder:
        yield f"questions are now embedded otherwise by {new.encoder.name}: nothing is done again"
    if old.reader != new.reader:
        yield "the reader's weights are new: its model is exported, nothing else is done again"
    if old.passage_words != new.passage_words:
        yield (
            f"passages now have {new.passage_words} words, not {old.passage_words}: every report "
            "is cut again, and what is cut otherwise embedded; no file is read"
        )
    if old.parsers != new.parsers:
        yield (
            "files are now read in another way: every file is read, and passages with other words "
            "are embedded"
        )
    if old.ocr != new.ocr:
        languages = ", ".join(new.ocr) or "no language any more"
        yield (
            f"pictures of text are now read in {languages}: files with such pages, and those that "
            "could not be read, are read"
        )
    raised = _raised(before.manifest, limits)
    shown = ", ".join(f"{name} is now {limits[name]:g}" for name in raised)
    if raised and (before.manifest.unread or before.manifest.stale):
        yield f"{shown}: files that could not be read are tried again"
    if "ocr_seconds" in raised and before.manifest.unread_pages:
        yield f"{shown}: files with pages that could not be read are read again"
