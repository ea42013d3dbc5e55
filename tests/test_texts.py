"""The catalogues: every language says the same, and a reader gets the language asked for."""

import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast

from seminar_qa.rendering import web_folder
from seminar_qa.texts import LANGUAGES, Texts, choose_language, load_texts

FOLDER = web_folder() / "texts"


def entries(language):
    resource = FluentParser().parse((FOLDER / f"{language}.ftl").read_text("utf-8"))
    assert [entry for entry in resource.body if isinstance(entry, ast.Junk)] == []
    return {entry.id.name: entry for entry in resource.body if isinstance(entry, ast.Message)}


def names_in(entry):
    found = set()

    def walk(node):
        if isinstance(node, dict):
            if node.get("type") == "VariableReference":
                found.add(node["id"]["name"])
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(entry.to_json())
    return found


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_language_has_the_same_messages_with_the_same_values(language):
    english, other = entries("en"), entries(language)
    assert list(other) == list(english)
    assert {name: names_in(entry) for name, entry in other.items()} == {
        name: names_in(entry) for name, entry in english.items()
    }


def test_a_message_that_is_missing_or_lacks_a_value_is_an_error():
    texts = Texts("en", "ask = Ask { $whom }")
    assert texts("ask", whom="us") == "Ask us"
    for wrong in (lambda: texts("tell"), lambda: texts("ask")):
        with pytest.raises(KeyError):
            wrong()


def test_a_script_fills_in_its_slots_by_itself():
    texts = Texts("en", "step = { $done } of { $total }")
    assert texts.for_script(["step"]) == {"step": "{done} of {total}"}


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "ja", "ja"),
        (None, "ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        (None, "en-GB,ja;q=0.9", "en"),
        (None, "de,ja;q=0.5,en;q=0.4", "ja"),
        (None, "de,fr;q=0.5", "en"),
        (None, "*", "en"),
        (None, "ja;q=0", "en"),
        (None, "ja;q=x,;;,\x00", "en"),
        ("ja", "en", "ja"),
        ("xx", "ja", "ja"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_best_the_browser_asks_for(
    chosen, accepted, language
):
    assert choose_language(chosen, accepted) == language


WORDS = re.compile(r"[^\W\d_]{2,}")
MARKUP = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->|<[^>]*>", re.S)
TOLD = re.compile(
    r"""\b(?:alt|title|placeholder|aria-label|content)="([^"{]*[^\W\d_]{2,}[^"{]*)\""""
)


@pytest.mark.parametrize(
    "path", sorted(Path(web_folder() / "templates").rglob("*.html")), ids=lambda p: p.name
)
def test_a_template_has_no_words_of_its_own(path):
    source = path.read_text("utf-8")
    source = re.sub(r'<meta name="(?:viewport|color-scheme)"[^>]*>|<[A-Z!][^>]*>', "", source)
    words = {word for text in [MARKUP.sub(" ", source)] for word in WORDS.findall(text)}
    told = TOLD.findall(source)
    assert (words - {"seminar", "qa", "DOCX", "Markdown", "BibTeX", "RIS"}, told) == (set(), [])


def test_a_catalogue_has_no_message_that_nothing_uses():
    folder = web_folder()
    used = "".join(
        path.read_text("utf-8")
        for pattern in ("templates/*.html", "static/*.js")
        for path in folder.glob(pattern)
    )
    used += "".join(
        path.read_text("utf-8") for path in Path(__file__).parents[1].glob("src/seminar_qa/*.py")
    )
    assert [
        name for name in entries("en") if f'"{name}"' not in used and f"'{name}'" not in used
    ] == []


def test_a_catalogue_is_read_once():
    assert load_texts(FOLDER, "en") is load_texts(FOLDER, "en")
