"""The words of the interface: one catalogue a language, in Project Fluent's format.

What a report says, and what the engine says of an error, is not translated.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

LANGUAGES = {"en": "English", "ja": "日本語"}
"""The languages of the interface, by code, each with its own name; the first is the default."""
_WISH = re.compile(
    r"\s*(?P<tag>[A-Za-z*]{1,8})(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q=(?P<weight>[0-9.]+)\s*)?"
)
_LONG = 1_000
_MARK = "\ue000"
_MARKED = re.compile(f"{_MARK}[0-9]+{_MARK}")
_SLOTS = {name: f"{{{name}}}" for name in ("done", "total", "percent", "name", "seconds", "stage")}
"""What a script fills in by itself."""


class Texts:
    """The catalogue of one language; called with a message's name it gives its words.

    >>> Texts("en", "ask = Ask { $whom }")("ask", whom="us")
    'Ask us'
    """

    def __init__(self, language: str, catalogue: str):
        """Parse a `catalogue`, the text of a file in Fluent's format."""
        self.language = language
        resource = FluentResource(catalogue)
        self._bundle = FluentBundle([language], use_isolating=False)
        self._bundle.add_resource(resource)

    def __call__(self, name: str, /, **values: str | int | float) -> str:
        """Return the words of a message, or of an attribute (`message.attribute`) of it.

        Raises KeyError when there is no such message or one of its values is not given.
        """
        message, _, attribute = name.partition(".")
        found = self._bundle.get_message(message)
        pattern = found.attributes[attribute] if attribute else found.value
        if pattern is None:
            raise KeyError(name)
        held: dict[str, str] = {}  # Fluent refuses a long text: a mark goes in for it
        given = dict(values)
        for key, value in values.items():
            if isinstance(value, str) and (len(value) > _LONG or _MARK in value):
                given[key] = mark = f"{_MARK}{len(held)}{_MARK}"
                held[mark] = value
        words, errors = self._bundle.format_pattern(pattern, given)
        if errors:
            raise KeyError(f"{name}: {errors[0]}")
        return _MARKED.sub(lambda found: held.get(found[0], found[0]), str(words))

    def listed(self, words: Sequence[str], last: str) -> str:
        """Return words in quotation marks as a list, the message `last` before the last of them."""
        quoted = [self("quoted", words=word) for word in words]
        front, end = quoted[:-1], quoted[-1:]
        return self(last).join([self("comma").join(front), *end]) if front else "".join(end)

    def for_script(self, names: Iterable[str]) -> dict[str, str]:
        """Return messages by name for a script, which fills in slots such as `{done}` itself."""
        return {name: self(name, **_SLOTS) for name in names}


@lru_cache(maxsize=len(LANGUAGES))
def load_texts(folder: Path, language: str) -> Texts:
    """Return the catalogue `folder`/`language`.ftl."""
    return Texts(language, (folder / f"{language}.ftl").read_text(encoding="utf-8"))


def choose_language(chosen: str | None, accepted: str) -> str:
    """Return the language that was `chosen`, or else the best of an Accept-Language header."""
    if chosen in LANGUAGES:
        return str(chosen)
    wishes: Mapping[str, float] = dict(reversed([*_wishes(accepted)]))
    best = max(LANGUAGES, key=lambda language: wishes.get(language, 0.0))
    return best if wishes.get(best, 0.0) >= wishes.get("*", 0.0) else next(iter(LANGUAGES))


def _wishes(accepted: str) -> Iterable[tuple[str, float]]:
    """Yield the languages of a header with their weights; what is malformed is passed over."""
    for part in accepted[:1_000].split(","):
        if found := _WISH.fullmatch(part):
            try:
                yield found["tag"].lower(), float(found["weight"] or 1)
            except ValueError:
                continue
