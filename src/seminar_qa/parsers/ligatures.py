"""Ligatures that a font names wrongly: "coe!cient" is made "coefficient" again.

Some PDFs give a sign such as ! or $ for glyphs such as ff, fi and ffi, each font its own. A sign
between letters is taken for a ligature when most words that have one become known words with a
ligature in its place; each word gets the ligature that makes it one.
"""

import re
from collections import defaultdict
from dataclasses import replace

from seminar_qa.parsers.reading_order import Line
from seminar_qa.weights import english_words

_LIGATURES = ("fi", "ff", "ffi", "fl", "ffl", "tt", "ft")
_SIGN = re.compile(r"(?<=[a-z])[^\w\s.,;:’'\-–—/@_&()\[\]](?=[a-z])")
_FEWEST_WORDS = 3
_MOST = 0.6
"""A sign stands for ligatures when this share of the words that have it can be mended."""


def with_ligatures(pages: list[list[Line]]) -> list[list[Line]]:
    """Return the pages with wrongly named ligatures put right; without any, the same pages."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for lines in pages:
        for line in lines:
            for word in line.words:
                for match in _SIGN.finditer(word.text) if not word.text.isalnum() else ():
                    found[match.group()][word.text] = _mended(word.text, match.group())
    right = {sign: words for sign, words in found.items() if _is_ligature(words)}
    if sum(map(len, right.values())) < _FEWEST_WORDS:
        return pages
    mended = {word: new for words in right.values() for word, new in words.items()}
    return [[_with_words(line, mended) for line in lines] for lines in pages]


def _is_ligature(words: dict[str, str]) -> bool:
    return sum(word != new for word, new in words.items()) >= _MOST * len(words)


def _mended(word: str, sign: str) -> str:
    """Return a word with the ligature that makes it a known one; the word itself for none."""
    known = english_words()
    for name in _LIGATURES:
        new = word.replace(sign, name)
        bare = new.strip(".,;:!?()[]“”\"'").lower()
        if bare in known or (bare.endswith("s") and bare[:-1] in known):
            return new
    return word


def _with_words(line: Line, mended: dict[str, str]) -> Line:
    if not any(word.text in mended for word in line.words):
        return line
    words = tuple(
        word._replace(text=mended[word.text]) if word.text in mended else word
        for word in line.words
    )
    return replace(line, words=words)
