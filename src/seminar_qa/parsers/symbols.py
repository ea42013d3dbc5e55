"""Characters of the fonts Symbol and Wingdings, whose codes mean other characters in Unicode."""

_SYMBOL = (
    dict(zip(range(0x41, 0x5B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True))
    | dict(zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True))
    | dict(zip(range(0x30, 0x3A), "0123456789", strict=True))
    | dict(zip(range(0xA2, 0xBD), "′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…", strict=True))
    | dict(zip(range(0xC4, 0xD8), "⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅", strict=True))
    | dict(zip(range(0xD8, 0xDF), "¬∧∨⇔⇐⇑⇒", strict=True))
    | {0x22: "∀", 0x24: "∃", 0x2B: "+", 0x2D: "−", 0x3C: "<", 0x3D: "=", 0x3E: ">", 0xE5: "∑"}
    | {0x5E: "⊥", 0x7E: "∼", 0xDF: "⇓", 0xF2: "∫"}
)
_WINGDINGS = (
    {0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "☐", 0x71: "❑", 0x76: "❖", 0x9F: "•"}
    | {0xA7: "▪", 0xA8: "◻", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔"}
    | {0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑"}
)
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}


def symbol(font: str, code: str) -> str | None:
    """Return the character that a font shows for a hexadecimal code, None where it has no name."""
    try:
        number = int(code, 16)
    except ValueError:
        return None
    special = 0xF000 <= number <= 0xF0FF
    if special or (font.lower() in _FONTS and number < 0x100):
        return _FONTS.get(font.lower(), {}).get(number & 0xFF)
    return chr(number) if 0x20 <= number <= 0xFFFF else None
