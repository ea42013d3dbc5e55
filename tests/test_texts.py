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
    messages = [entry for entry in resource.body if isinstance(entry, ast.Message)]
    found = {entry.id.name: entry for entry in messages}
    assert len(found) == len(messages), "a message is given twice, the later one is never shown"
    return found


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
CLASS = re.compile(r"\{% block body_class %\}.*?\{% endblock %\}", re.S)
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)
ELEMENT = re.compile(r"<!--.*?-->|<[^>]*>", re.S)
TOLD = re.compile(r"""\b(?:alt|title|placeholder|aria-label)="([^"]*[^\W\d_]{2,}[^"]*)\"""")
TEMPLATES = sorted((web_folder() / "templates").glob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_words_of_its_own(path):
    source = JINJA.sub(" ", CLASS.sub(" ", path.read_text("utf-8")))
    words = set(WORDS.findall(ELEMENT.sub(" ", source)))
    assert words - {"seminar", "qa", "sha", "Markdown"} == set()
    assert TOLD.findall(source) == []


def test_a_catalogue_has_no_message_that_nothing_uses():
    """A name may be put together of a prefix that ends with a hyphen and the rest."""
    root = Path(__file__).parents[1]
    files = [*TEMPLATES, *(web_folder() / "static").glob("*.js"), *root.glob("src/seminar_qa/*.py")]
    used = "".join(path.read_text("utf-8") for path in files)
    named = set(re.findall(r"""["'`]([a-z][\w-]*[a-z\d])["'`]""", used))
    prefixes = tuple(re.findall(r"""["'`]([a-z][\w-]*-)(?:["'] ?[~+]|\$\{)""", used))
    unused = [name for name in entries("en") if name not in named and not name.startswith(prefixes)]
    assert unused == []


def test_a_catalogue_is_read_once():
    assert load_texts(FOLDER, "en") is load_texts(FOLDER, "en")


def test_a_text_is_put_in_as_it_is_however_long():
    texts = Texts("en", "told = “{ $text }” of { $name }")
    assert texts("told", text="\ue0001\ue000", name="\ue0000\ue000") == (
        "“\ue0001\ue000” of \ue0000\ue000"
    )
    for text in ("x" * 100_000, "{ $name } \ue0001\ue000" * 500):
        assert texts("told", text=text, name="y" * 2_600) == f"“{text}” of {'y' * 2_600}"
