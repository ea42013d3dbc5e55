"""A name for a file that somebody sends: one that is safe here, on every system and in every list.

Where the file lay at home is left out, and what cannot be seen; nothing else is changed.
"""

import re
import unicodedata
from pathlib import PurePosixPath

from seminar_qa.errors import UploadError
from seminar_qa.parsers import FORMATS
from seminar_qa.sidecar import ENDINGS

LONGEST = 200
"""A name has at most this many bytes of UTF-8."""
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}  # control and bidi characters, halves of pairs, no letters
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # on Windows
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)", re.IGNORECASE)


def safe_name(given: str) -> str:
    """Return the name under which a file that was sent as `given` may be kept.

    It has no folder, no hidden or reserved name, and at most `LONGEST` bytes. Raises UploadError
    when nothing is left of it, or when its ending is none that is read.

    >>> safe_name("../../minutes of  May?.PDF")
    'minutes of May_.PDF'
    """
    name = " ".join(re.split(r"[/\\]", given)[-1].split())
    name = "".join(c for c in name if unicodedata.category(c) not in _UNSEEN)
    name = " ".join(unicodedata.normalize("NFC", name).split())
    name = _FORBIDDEN.sub("_", name).lstrip(". ").rstrip(". ")
    if _RESERVED.match(name):
        name = f"_{name}"
    ending = _ending(name)
    if not ending:
        known = ", ".join(sorted([*FORMATS, *ENDINGS]))
        raise UploadError(f"“{name or '?'}” is no report by its name; it must end with {known}")
    return _cut(name.removesuffix(ending), LONGEST - len(ending.encode())) + ending


def _ending(name: str) -> str:
    """Return what tells the format, "" when nothing does; of a side-car also its report's."""
    path = PurePosixPath(name)
    own = path.suffix
    if own.lower() in FORMATS:
        return own
    if own.lower() not in ENDINGS:
        return ""
    before = PurePosixPath(path.stem).suffix
    return (before if before.lower() in FORMATS else "") + own


def _cut(stem: str, most: int) -> str:
    return stem.encode()[:most].decode(errors="ignore").rstrip()
