"""Lines between line breaks, and the paragraphs they make."""

import pytest

from seminar_qa.parsers.html_lines import Line, paragraphs


def texts(*lines: str, every: bool = False) -> list[str]:
    return [group.text for group in paragraphs([Line([line]) for line in lines], every=every)]


def test_lines_belong_together_until_an_empty_one():
    assert texts("one", "two", " ", "three") == ["one two", "three"]
    assert texts("one", "two", every=True) == ["one", "two"]


@pytest.mark.parametrize(
    "line",
    [
        "Ana: yes",
        "Dr. Ana Ruiz-Li (EU): yes",
        "ana_r: yes",
        "田中：はい",
        "○田中委員 はい",
        "<ana> yes",
        "　はい",
    ],
)
def test_a_label_or_an_indent_begins_a_paragraph(line):
    assert len(texts("one", line)) == 2


@pytest.mark.parametrize(
    "line", ["Https://a.example", "the words that follow: yes", "at 10:30", "yes (a: b)", "Yes"]
)
def test_other_lines_go_on(line):
    assert texts("one", line) == [f"one {line}"]


def test_dots_and_bullets_are_taken_off_and_said():
    dots, bullet, dash = paragraphs([Line(["... a"]), Line(["• b"]), Line(["- c"])], every=False)
    assert (dots.text, dots.marker, dots.goes_on, dots.is_item) == ("a", "...", True, False)
    assert (bullet.text, bullet.marker, bullet.goes_on, bullet.is_item) == ("b", "•", False, True)
    assert (dash.text, dash.is_item) == ("c", True)


def test_dots_alone_and_a_dash_at_the_beginning_are_text():
    assert texts("one", "...") == ["one ..."]
    assert texts("- Ana Ruiz") == ["- Ana Ruiz"]


def test_a_path_is_links_with_signs_between_them():
    path = Line(["Home > Reports > Day"], links=2, linked=11, rest=[" > ", " > Day"])
    list_of_names = Line(["Ana, Bo"], links=2, linked=5, rest=[", "])
    assert paragraphs([path], every=False)[0].is_path
    assert not paragraphs([list_of_names], every=False)[0].is_path
