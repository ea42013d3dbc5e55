"""The tree of errors."""

import re

import pytest

from seminar_qa import errors


def _drawn() -> dict[str, str]:
    """Return each error's parent as the module's docstring draws it."""
    above: list[str] = []
    parents = {}
    for line in errors.__doc__.splitlines():
        match = re.match(r"^([│├└─ ]*)(\w+Error)\b", line)
        if match:
            depth = len(match[1]) // 4
            above[depth:] = [match[2]]
            parents[match[2]] = above[depth - 1] if depth else "Exception"
    return parents


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes():
    classes = [c for c in vars(errors).values() if isinstance(c, type)]
    assert _drawn() == {c.__name__: c.__base__.__name__ for c in classes}


def test_an_unreadable_file_can_be_caught_as_a_trouble_with_the_documents():
    with pytest.raises(errors.DocumentsError, match=r"^a\.txt: the file holds no text$"):
        raise errors.UnreadableFileError("a.txt: the file holds no text")


def test_a_missing_index_and_a_damaged_one_are_both_an_unavailable_one():
    assert issubclass(errors.IndexMissingError, errors.IndexUnavailableError)
    assert issubclass(errors.IndexDamagedError, errors.IndexUnavailableError)
    assert not issubclass(errors.IndexUnavailableError, errors.DocumentsError)
