"""Characters and words: what is done to text once, before any offset is taken.

Nothing here knows of documents. Offsets everywhere in the package are Unicode code points into
text that went through `clean`, so these functions decide what a reader can ever see quoted.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

_CJK = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f\uac00-\ud7af\U00020000-\U0003134f"
)
_CJK_RUN = re.compile(f"[{_CJK}]+")
_CJK_WIDE = re.compile(f"[{_CJK}\u3000-\u303f\uff00-\uffef]")
_WORD = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+(?:[.,'’][^\\W_{_CJK}]+)*")
_LATIN = "a-zA-Z\u00c0-\u024f"
_OTHER = "\u0400-\u052f\u0590-\u05ff\u0600-\u06ff\u0900-\u0dff\u0e00-\u0eff"
_MIXED = re.compile(
    f"(?<![{_LATIN}])[{_LATIN}]*(?:[a-z\u00df-\u024f][{_OTHER}]|[{_OTHER}][a-z\u00df-\u024f])"
    f"[{_LATIN}{_OTHER}]*"
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_LINE_END = re.compile("\r\n|[\r\x0b\x85\u2028\u2029]")
_UNWANTED = re.compile("[\u00ad\ufeff\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Soft hyphens, byte order marks, control characters and halves of surrogate pairs."""
_GARBLED = re.compile(
    "[\ufffd\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000f0000-\U0010ffff\x00-\x08]"
)
_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?…:;。！？][\"'”’»)\]」』）]*$")


def clean(raw: str) -> str:
    r"""Return `raw` in NFC without control characters and soft hyphens; line ends become "\\n".

    NFC and not NFKC: ligatures, full-width forms and the like stay as the author wrote them.
    """
    if raw.isascii() and raw.isprintable():
        return raw
    text = _UNWANTED.sub("", _LINE_END.sub("\n", raw))
    return unicodedata.normalize("NFC", text)


def collapse(text: str) -> str:
    """Return `text` with every run of white space as one space and none at the ends."""
    return _SPACE.sub(" ", text).strip()


def join_lines(lines: list[str]) -> str:
    """Return the lines of one paragraph as one line; no space goes between two CJK characters."""
    parts: list[str] = []
    for line in filter(None, map(collapse, lines)):
        if parts:
            parts.append(glue(parts[-1], line))
        parts.append(line)
    return "".join(parts)


def glue(before: str, after: str) -> str:
    """Return what goes between two pieces of running text: a space, nothing between CJK."""
    return "" if is_cjk(before[-1]) and is_cjk(after[0]) else " "


def is_cjk(character: str) -> bool:
    """Tell whether a character is Chinese, Japanese or Korean, their punctuation included."""
    return bool(_CJK_WIDE.match(character))


def has_cjk(text: str) -> bool:
    """Tell whether `text` has a Chinese, Japanese or Korean letter."""
    return bool(_CJK_RUN.search(text))


def ends_sentence(text: str) -> bool:
    """Tell whether `text` ends with punctuation that closes a sentence or opens a list."""
    return bool(_SENTENCE_END.search(text))


def fold(text: str) -> str:
    """Return `text` for comparing words: NFKC, case folded, accents off Latin letters."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    base = _ACCENTS.sub("", unicodedata.normalize("NFKD", folded))
    return unicodedata.normalize("NFKC", base)


def words(text: str) -> Iterator[str]:
    """Yield the folded words of `text`; a CJK run gives its characters in overlapping pairs.

    Bigrams are the usual cure for scripts without spaces: they need no dictionary and find any
    name (Nie et al. 2000, "On the use of words and n-grams for Chinese information retrieval").
    """
    folded = fold(text)
    if not _CJK_RUN.search(folded):
        yield from _WORD.findall(folded.replace("’", "'"))
        return
    for match in _WORD.finditer(folded):
        word = match.group()
        if not _CJK_RUN.fullmatch(word):
            yield word.replace("’", "'")
        elif len(word) == 1:
            yield word
        else:
            yield from (word[i : i + 2] for i in range(len(word) - 1))


def count_words(text: str) -> int:
    """Return the length of `text` in words, two CJK characters counting as one word."""
    total = 0
    for match in _WORD.finditer(text):
        word = match.group()
        total += (len(word) + 1) // 2 if _CJK_RUN.fullmatch(word) else 1
    return total


def share_garbled(text: str) -> float:
    """Return the share of characters, 0.0 to 1.0, that cannot be meant.

    These are replacement and private-use characters, those that are no characters, and words that
    mix Latin letters with those of a script that is never mixed with them.
    """
    shown = len(text) - sum(len(space.group()) for space in _SPACE.finditer(text))
    if not shown:
        return 0.0
    strange = sum(1 for _ in _GARBLED.finditer(text))
    mixed = sum(len(word.group()) for word in _MIXED.finditer(text))
    return min(1.0, (strange + mixed) / shown)


def digest(text: str) -> str:
    """Return the SHA-256 of `text` in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
