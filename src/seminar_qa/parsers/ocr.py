"""Reading pictures of pages with tesseract, where it is installed.

Knows nothing of PDF: an image goes in, lines of words with boxes come out.
"""

import os
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

import pytesseract

from seminar_qa.text import has_cjk

_LANGUAGES = ("eng", "jpn")
_LEAST_CONFIDENCE = 30.0
"""Words that tesseract is less sure of, in percent, are mostly specks and lines."""
_LEAST_MEAN = 60.0
"""A page whose words it is less sure of on average is in no language that it knows."""


@dataclass(frozen=True)
class OcrWord:
    """A word in an image; left, top, right and bottom in pixels from the upper left corner."""

    text: str
    box: tuple[float, float, float, float]
    spaced: bool = True


@cache
def ocr_languages() -> tuple[str, ...]:
    """Return the languages that can be read; empty where tesseract is not installed."""
    try:
        installed = pytesseract.get_languages(config="")
    except (pytesseract.TesseractError, OSError):
        return ()
    return tuple(language for language in _LANGUAGES if language in installed)


def read_image(image: Any, seconds: float) -> list[list[OcrWord]]:
    """Return the lines of an image (PIL) in the order of reading.

    Empty when nothing is recognised with some certainty. Raises TimeoutError when it takes longer
    than `seconds`. The words of a page mostly in Japanese
    have no spaces between them.
    """
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # several threads are slower on few cores
    if seconds <= 0:
        raise TimeoutError
    try:
        found = pytesseract.image_to_data(
            image,
            lang="+".join(ocr_languages()),
            timeout=seconds,
            output_type=pytesseract.Output.DICT,
        )
    except pytesseract.TesseractError:
        return []
    except RuntimeError as error:
        raise TimeoutError(str(error)) from error
    numbers = [n for n, text in enumerate(found["text"]) if _is_word(text, found["conf"][n])]
    if sum(float(found["conf"][n]) for n in numbers) < _LEAST_MEAN * len(numbers):
        return []
    lines = groupby(
        numbers, key=lambda n: (found["block_num"][n], found["par_num"][n], found["line_num"][n])
    )
    return [[_word(found, number) for number in line] for _, line in lines]


def _is_word(text: str, confidence: float) -> bool:
    return bool(text.strip()) and float(confidence) >= _LEAST_CONFIDENCE


def _word(found: dict[str, list[Any]], number: int) -> OcrWord:
    left, top, width, height = (found[key][number] for key in ("left", "top", "width", "height"))
    text = found["text"][number].strip()
    return OcrWord(text, (left, top, left + width, top + height), not has_cjk(text))
