"""What has to be done, worked out from hashes: no file is touched here."""

import random
from dataclasses import replace

import hypothesis
import pytest
from hypothesis import strategies as st

from seminar_qa.manifest import Manifest, ModelEntry, Recipe, Stale, Unread
from seminar_qa.records import Entry, Origin
from seminar_qa.sources import is_sidecar
from seminar_qa.sync import Before, Difference, Plan, Settled, make_plan, settle

RECIPE = Recipe(ModelEntry("toy", "00", "encoder"), ModelEntry("toy", "01", "reader"), 80, 1)
LIMITS = {"read_seconds": 60.0}
TXT = Origin(".txt", parsers=1)


def before(
    sources: dict[str, str],
    *entries: Entry,
    copies: dict[str, str] | None = None,
    unread: tuple[Unread, ...] = (),
    stale: tuple[Stale, ...] = (),
    recipe: Recipe = RECIPE,
    problem: str = "",
) -> Before:
    manifest = Manifest(
        "g",
        "2026-11-23",
        recipe,
        len(entries),
        9,
        sources,
        unread=unread,
        stale=stale,
        copies=copies or {},
        limits=LIMITS,
    )
    return Before(manifest, entries, problem)


AB = before({"a.txt": "A", "b.txt": "B"}, Entry(0, "a.txt", "A", TXT), Entry(1, "b.txt", "B", TXT))


def plan(hashes: dict[str, str], was: Before | None = AB, **options) -> Plan:
    options = {"recipe": RECIPE, "limits": LIMITS, "shut": {}, **options}
    return make_plan(hashes, before=was, **options)


def read(made: Plan) -> list[str]:
    assert tuple(item.path for item in made.read) == made.difference.read
    return [item.path for item in made.read]


def test_without_an_index_every_file_is_read():
    made = plan({"a.txt": "A", "b.md": "B"}, None)
    assert made.difference.added == ("a.txt", "b.md")
    assert made.difference.why == ("there is no index yet: every file is read",)
    assert read(made) == ["a.txt", "b.md"]
    assert (made.read[1].sha256, made.read[1].origin) == ("B", Origin(".md", parsers=1))


def test_nothing_changed_is_no_difference():
    made = plan({"a.txt": "A", "b.txt": "B"})
    assert not made.difference
    assert made.difference == Difference((), (), (), ("a.txt", "b.txt"))
    assert (read(made), made.keep) == ([], {0: "a.txt", 1: "b.txt"})


def test_what_is_added_changed_and_deleted_is_told_apart():
    made = plan({"a.txt": "A2", "c.txt": "C"})
    told = made.difference
    assert (told.added, told.changed, told.deleted) == (("c.txt",), ("a.txt",), ("b.txt",))
    assert (read(made), made.keep) == (["a.txt", "c.txt"], {})


def test_a_rename_is_told_by_the_bytes_and_keeps_the_document():
    made = plan({"sub/a.txt": "A", "b.txt": "B"})
    assert made.difference.renamed == (("a.txt", "sub/a.txt"),)
    assert (made.difference.added, made.difference.deleted) == ((), ())
    assert (read(made), made.keep) == ([], {0: "sub/a.txt", 1: "b.txt"})


def test_two_files_that_swap_names_are_changed_and_not_read():
    made = plan({"a.txt": "B", "b.txt": "A"})
    assert made.difference.changed == ("a.txt", "b.txt")
    assert (read(made), made.keep) == ([], {0: "b.txt", 1: "a.txt"})


def test_of_several_copies_that_moved_those_of_the_same_name_are_pairs():
    was = before(
        {"x/a.txt": "A", "x/b.txt": "A"},
        Entry(0, "x/a.txt", "A", TXT),
        copies={"x/b.txt": "x/a.txt"},
    )
    made = plan({"y/b.txt": "A", "y/a.txt": "A"}, was)
    assert made.difference.renamed == (("x/a.txt", "y/a.txt"), ("x/b.txt", "y/b.txt"))
    assert (made.keep, made.copies) == ({0: "y/a.txt"}, {"y/b.txt": "y/a.txt"})


def test_a_new_copy_is_told_with_what_it_is_a_copy_of():
    made = plan({"a.txt": "A", "b.txt": "B", "0.txt": "A"})
    assert made.difference.copies == (("0.txt", "a.txt"),)
    assert made.difference.added == ()
    assert (made.copies, made.keep) == ({"a.txt": "0.txt"}, {0: "0.txt", 1: "b.txt"})
    assert read(made) == []


def test_of_copies_one_that_a_parser_and_a_side_car_are_there_for_stands_for_all():
    hashes = {"a.xyz": "C", "b.txt": "C", "c.txt": "C", "c.yaml": "Y"}
    made = plan(hashes, None)
    assert made.copies == {"a.xyz": "c.txt", "b.txt": "c.txt"}
    assert read(made) == ["c.txt"]
    assert made.read[0].origin == Origin(".txt", "Y", "c.yaml", 1)
    del hashes["c.yaml"]
    assert read(plan(hashes, None)) == ["b.txt"]


@pytest.mark.parametrize(
    ("origin", "hashes"),
    [
        (TXT, {"a.md": "A"}),
        (TXT, {"a.txt": "A", "a.yaml": "Y"}),
        (replace(TXT, sidecar="Y"), {"a.txt": "A"}),
        (replace(TXT, sidecar="Y"), {"a.txt": "A", "a.yaml": "Y2"}),
        (replace(TXT, sidecar="Y", sidecar_told="a.yaml"), {"a.txt": "A", "a.yml": "Y"}),
        (replace(TXT, parsers=0), {"a.txt": "A"}),
    ],
)
def test_a_document_that_would_be_read_otherwise_is_read_again(
    origin: Origin, hashes: dict[str, str]
):
    was = before({"a.txt": "A"}, Entry(0, "a.txt", "A", origin))
    made = plan(hashes, was)
    assert len(read(made)) == 1
    assert made.keep == {}


@pytest.mark.parametrize(("pictures", "expected"), [(True, ["a.txt"]), (False, [])])
def test_other_languages_of_ocr_read_only_what_has_pictures_of_text(pictures, expected):
    was = before({"a.txt": "A"}, Entry(0, "a.txt", "A", TXT, pictures))
    made = plan({"a.txt": "A"}, was, recipe=replace(RECIPE, ocr=("eng", "jpn")))
    assert read(made) == expected
    (why,) = made.difference.why
    assert why.startswith("pictures of text are now read in eng, jpn: files with such pages")


def test_a_problem_of_the_index_is_a_reason():
    made = plan({"a.txt": "A", "b.txt": "B"}, replace(AB, problem="dense/ was altered"))
    assert made.difference.why == ("dense/ was altered",)
    assert read(made) == []


def test_force_reads_every_file_and_knows_the_earlier_versions():
    made = plan({"a.txt": "A", "b.txt": "B2"}, force=True)
    assert read(made) == ["a.txt", "b.txt"]
    assert {path: entry.number for path, entry in made.earlier.items()} == {"a.txt": 0, "b.txt": 1}


FAILED = before(
    {"a.txt": "A", "x.txt": "X", "y.txt": "X"},
    Entry(0, "a.txt", "A", TXT),
    unread=(Unread("x.txt", "x.txt: torn"), Unread("y.txt", "y.txt: the same bytes as x.txt")),
)


def test_what_failed_before_is_not_tried_again_while_all_is_the_same():
    made = plan({"a.txt": "A", "x.txt": "X", "y.txt": "X"}, FAILED)
    assert (read(made), made.unread) == ([], {"x.txt": "x.txt: torn"})
    assert not made.difference


@pytest.mark.parametrize(
    ("hashes", "options"),
    [
        ({"y.txt": "X"}, {}),
        ({"x.txt": "X2"}, {}),
        ({"x.txt": "X", "x.yaml": "Y"}, {}),
        ({"x.txt": "X"}, {"recipe": replace(RECIPE, parsers=2)}),
        ({"x.txt": "X"}, {"recipe": replace(RECIPE, ocr=("eng",))}),
        ({"x.txt": "X"}, {"limits": {"read_seconds": 61.0}}),
        ({"x.txt": "X"}, {"force": True}),
    ],
)
def test_what_failed_before_is_tried_again_when_something_is_different(hashes, options):
    made = plan({"a.txt": "A", **hashes}, FAILED, **options)
    assert {"x.txt", "y.txt"} & {*read(made)}
    assert made.difference


def test_lower_limits_try_nothing_again():
    made = plan({"a.txt": "A", "x.txt": "X", "y.txt": "X"}, FAILED, limits={"read_seconds": 1.0})
    assert not made.difference


def test_files_that_cannot_be_opened_are_no_copies_of_each_other():
    shut = {"a.txt": "a.txt: denied", "b.txt": "b.txt: denied"}
    made = plan({"a.txt": "", "b.txt": ""}, shut=shut)
    assert (made.copies, made.unread, read(made)) == ({}, shut, [])
    settled = settle(made, {}, {"a.txt": "", "b.txt": ""})
    assert settled.keep == {0: "a.txt", 1: "b.txt"}
    assert [entry.reason for entry in settled.stale] == ["a.txt: denied", "b.txt: denied"]


def outcome(hashes: dict[str, str], was: Before, *failing: str, **options):
    """Return who keeps which document, who is stale, and who is unread."""
    made = plan(hashes, was, **options)
    assert {*failing} <= {*read(made)}
    settled = settle(made, {path: f"{path}: torn" for path in failing}, hashes)
    stale = {entry.path: entry.sha256 for entry in settled.stale}
    return dict(settled.keep), stale, [entry.path for entry in settled.unread], settled.copies


def test_a_file_that_fails_keeps_its_earlier_version():
    kept, stale, unread, _ = outcome({"a.txt": "A2", "b.txt": "B"}, AB, "a.txt")
    assert (kept, stale, unread) == ({0: "a.txt", 1: "b.txt"}, {"a.txt": "A"}, [])


def test_a_new_file_that_fails_is_unread():
    kept, stale, unread, _ = outcome({"a.txt": "A", "b.txt": "B", "c.txt": "C"}, AB, "c.txt")
    assert (kept, stale, unread) == ({0: "a.txt", 1: "b.txt"}, {}, ["c.txt"])


def test_a_file_that_fails_under_another_name_keeps_its_earlier_version():
    was = before({"a.txt": "A2"}, Entry(0, "a.txt", "A", TXT), stale=(Stale("a.txt", "torn", "A"),))
    kept, stale, unread, _ = outcome({"c.txt": "A2"}, was, "c.txt")
    assert (kept, stale, unread) == ({0: "c.txt"}, {"c.txt": "A"}, [])


def test_an_earlier_version_that_another_file_has_is_not_kept_twice():
    kept, stale, unread, _ = outcome({"a.txt": "A2", "c.txt": "A"}, AB, "a.txt")
    assert (kept, stale, unread) == ({0: "c.txt"}, {"a.txt": "A"}, [])


def test_copies_that_fail_in_two_ways_keep_one_earlier_version():
    was = before(
        {"a.txt": "A", "b.txt": "A"}, Entry(0, "a.txt", "A", TXT), copies={"b.txt": "a.txt"}
    )
    kept, stale, unread, copies = outcome({"a.txt": "A2", "b.txt": "A3"}, was, "a.txt", "b.txt")
    assert (kept, stale, unread) == ({0: "a.txt"}, {"a.txt": "A", "b.txt": "A"}, [])
    assert copies == {}


def test_copies_of_a_file_that_fails_are_told_each():
    kept, stale, unread, copies = outcome({"x.txt": "X", "y.txt": "X"}, AB, "x.txt")
    assert (kept, stale, unread, copies) == ({}, {}, ["x.txt", "y.txt"], {})


def test_copies_stay_copies_of_what_another_parser_cannot_read_any_more():
    was = before(
        {"a.txt": "A", "b.txt": "A"}, Entry(0, "a.txt", "A", TXT), copies={"b.txt": "a.txt"}
    )
    kept, stale, unread, copies = outcome(
        {"a.txt": "A", "b.txt": "A"}, was, "a.txt", recipe=replace(RECIPE, parsers=2)
    )
    assert (kept, stale, unread) == ({0: "a.txt"}, {"a.txt": "A"}, [])
    assert copies == {"b.txt": "a.txt"}


def test_what_is_read_again_takes_the_place_of_the_earlier_version():
    kept, stale, _, _ = outcome(
        {"a.txt": "A", "b.txt": "B"}, AB, "b.txt", recipe=replace(RECIPE, parsers=2)
    )
    assert (kept, stale) == ({1: "b.txt"}, {"b.txt": "B"})


def test_a_side_car_that_is_alone_is_unread():
    made = plan({"a.txt": "A", "b.txt": "B", "c.yaml": "C"})
    settled = settle(made, {}, {})
    assert settled.unread == (
        Unread("c.yaml", "c.yaml: there is no report of that name for this side-car"),
    )


def test_a_copy_of_a_file_that_fails_is_no_earlier_version_of_another():
    """b.txt has a.txt's bytes now, and a.txt has to be read again and fails."""
    hashes = {"a.txt": "A", "a.yaml": "Y", "b.txt": "A"}
    kept, stale, unread, copies = outcome(hashes, AB, "a.txt")
    assert (kept, stale, unread) == ({0: "a.txt"}, {"a.txt": "A"}, [])
    assert copies == {"b.txt": "a.txt"}


# Copies with other endings


MISNAMED = {"a.pdf": "B", "b.txt": "B", "c.txt": "B"}


def test_a_copy_with_another_ending_is_read_when_the_first_fails():
    made = plan(MISNAMED, None)
    assert read(made) == ["a.pdf"]
    assert [item.path for item in made.others["a.pdf"]] == ["b.txt"]
    settled = settle(made, {"a.pdf": "a.pdf: torn"}, MISNAMED)
    assert settled.copies == {"a.pdf": "b.txt", "c.txt": "b.txt"}
    assert (settled.unread, settled.stale) == ((), ())
    assert settled.sources == MISNAMED


def test_a_document_that_another_ending_was_read_for_is_not_read_again():
    copies = {"a.pdf": "b.txt", "c.txt": "b.txt"}
    was = before(MISNAMED, Entry(0, "b.txt", "B", TXT), copies=copies)
    made = plan(MISNAMED, was)
    assert (read(made), made.keep, made.copies) == ([], {0: "b.txt"}, copies)
    assert not made.difference
    without = plan({"a.pdf": "B", "c.txt": "B"}, was)
    assert (read(without), without.keep) == ([], {0: "c.txt"})
    assert without.copies == {"a.pdf": "c.txt"}
    assert read(plan({**MISNAMED, "a.docx": "B"}, was)) == ["a.docx"]


def test_copies_that_fail_with_every_ending_are_told_each_and_not_tried_again():
    made = plan(MISNAMED, None)
    reasons = {"a.pdf": "a.pdf: torn", "b.txt": "b.txt: torn"}
    settled = settle(made, reasons, MISNAMED)
    told = {entry.path: entry.reason for entry in settled.unread}
    assert told == {**reasons, "c.txt": "c.txt: the same bytes as a.pdf, which could not be read"}
    was = before(MISNAMED, unread=settled.unread)
    assert (read(plan(MISNAMED, was)), plan(MISNAMED, was).unread) == ([], reasons)
    assert read(plan({"b.txt": "B"}, was)) == ["b.txt"]


# Failures that may pass


def test_a_failure_that_may_pass_is_looked_at_again_and_so_are_its_copies():
    hashes = {"a.txt": "A", "x.txt": "X", "y.txt": "X"}
    made = plan(hashes, AB)
    settled = settle(made, {"x.txt": "x.txt: no process"}, hashes, {"x.txt"})
    assert settled.sources == {"a.txt": "A", "x.txt": "?", "y.txt": "?"}
    was = before(dict(settled.sources), Entry(0, "a.txt", "A", TXT), unread=settled.unread)
    assert read(plan({"a.txt": "A", "y.txt": "X"}, was)) == ["y.txt"]


def test_of_a_failure_that_may_pass_a_copy_that_was_read_is_not_looked_at_again():
    made = plan(MISNAMED, None)
    settled = settle(made, {"a.pdf": "a.pdf: no process"}, MISNAMED, {"a.pdf"})
    assert settled.sources == {**MISNAMED, "a.pdf": "?"}


# Higher limits


@pytest.mark.parametrize(("unread_pages", "expected"), [(40, ["a.pdf"]), (0, [])])
def test_more_time_for_ocr_reads_what_has_unread_pages(unread_pages, expected):
    recipe = replace(RECIPE, ocr=("eng",))
    origin = Origin(".pdf", parsers=1, ocr=("eng",))
    was = before({"a.pdf": "A"}, Entry(0, "a.pdf", "A", origin, True, unread_pages), recipe=recipe)
    limits = {**LIMITS, "ocr_seconds": 600.0}
    was = replace(was, manifest=replace(was.manifest, unread_pages=unread_pages, limits=limits))
    more = plan({"a.pdf": "A"}, was, recipe=recipe, limits={**limits, "ocr_seconds": 6000.0})
    assert read(more) == expected
    assert more.difference.why == (
        ("ocr_seconds is now 6000: files with pages that could not be read are read again",)
        if expected
        else ()
    )
    assert read(plan({"a.pdf": "A"}, was, recipe=recipe, limits=limits)) == []


# Any way of changing a folder, with files that fail and files that cannot be opened


NAMES = ["a.txt", "b.txt", "c.md", "d.xyz", "a.yaml", "a.pdf"]


def changed(files: dict[str, str], chance: random.Random) -> dict[str, str]:
    """Return a folder in which some files were deleted, renamed, shut, or written."""
    files = dict(files)
    for _ in range(chance.randint(1, 3)):
        name, what = chance.choice(NAMES), chance.random()
        if what < 0.25:
            files.pop(name, None)
        elif what < 0.5 and files:
            files[name] = files.pop(chance.choice(sorted(files)))
        elif what < 0.6:
            files[name] = ""
        else:
            files[name] = "Y" * name.endswith("yaml") + chance.choice("ABC")
    return dict(sorted(files.items()))


def tried(made: Plan, chance: random.Random) -> tuple[list, dict[str, str], set[str]]:
    """Read what is to be read; return what was, why the rest was not, and what may pass."""
    good, failures = [], {}
    for item in made.read:
        for way in (item, *made.others.get(item.path, ())):
            if chance.random() < 0.6:
                good.append(way)
                break
            failures[way.path] = f"{way.path}: torn"
    return good, failures, {path for path in failures if chance.random() < 0.3}


def check_told(hashes: dict[str, str], entries: list[Entry], settled: Settled) -> None:
    """Hold that every report is in the index as it is, or told not to be."""
    by_path = {entry.path: entry.sha256 for entry in entries}
    assert len(by_path) == len({entry.sha256 for entry in entries}) == len(entries)
    stale = {entry.path: entry.sha256 for entry in settled.stale}
    assert {*stale.values()} <= {*by_path.values()}
    assert {*settled.copies.values()} <= {*by_path}
    unread = [entry.path for entry in settled.unread]
    for path, sha256 in hashes.items():
        told = (path in by_path) + (path in settled.copies) + (path in unread)
        assert path in stale or is_sidecar(path) or told == 1
        assert path in stale or by_path.get(path, sha256) == sha256
        assert path not in settled.copies or sha256 in by_path.values()


def paths_of(found: Settled | Manifest) -> tuple[list[str], list[tuple[str, str]]]:
    """Return what is unread and what is stale, without the reasons."""
    stale = [(entry.path, entry.sha256) for entry in found.stale]
    return [entry.path for entry in found.unread], stale


@hypothesis.settings(max_examples=150, deadline=None, derandomize=True)
@hypothesis.given(st.integers(0, 10**9))
def test_after_any_changes_and_failures_every_file_is_there_or_told_not_to_be(seed: int):
    chance = random.Random(seed)
    was, files, recipe, number = None, {}, RECIPE, 0
    for _ in range(8):
        files = changed(files, chance)
        if chance.random() < 0.15:
            recipe = replace(recipe, parsers=recipe.parsers + 1)
        shut = {path: f"{path}: shut" for path in files if not files[path]}
        made = plan(files, was, recipe=recipe, shut=shut, force=chance.random() < 0.15)
        good, failures, passing = tried(made, chance)
        settled = settle(made, failures, files, passing)
        if was is not None and not made.difference:
            assert read(made) == []
            manifest = was.manifest
            assert paths_of(settled) == paths_of(manifest)
            assert settled.copies == manifest.copies
            shown = {entry.number: entry.path for entry in was.entries}
            assert settled.keep.keys() == shown.keys()
            moved = {path for path in settled.keep.values() if path not in shown.values()}
            assert moved <= {entry.path for entry in settled.stale}  # one of several stale files
            continue
        known = {entry.number: entry for entry in (was.entries if was else ())}
        entries = [replace(known[n], path=path) for n, path in settled.keep.items()]
        for way in good:
            entries.append(Entry(number, way.path, way.sha256, way.origin))
            number += 1
        check_told(files, entries, settled)
        if entries:
            was = before(
                dict(settled.sources),
                *entries,
                copies=dict(settled.copies),
                unread=settled.unread,
                stale=settled.stale,
                recipe=recipe,
            )
