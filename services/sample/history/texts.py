"""Cleans the text of a cell: one kind of blank, one form of each letter, and nothing that is not text."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_BLANKS: Final = "\t\n\r\x0b\x0c\x85"
# Byte order marks, zero-width blanks, soft hyphens, and marks that reorder what is shown. The joiners U+200C and
# U+200D stay: several scripts are wrong without them.
_INVISIBLE: Final = dict.fromkeys(
    [0xFEFF, 0x200B, 0x2060, 0x00AD, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_NOTHING: Final = frozenset({"", "nan", "null", "none", "n/a", "#n/a", "-"})
_WHOLE_FLOAT: Final = re.compile(r"(\d+)\.0+")


def clean_text(text: str, longest: int) -> str:
    """The text with single blanks and in Unicode form NFC. Raises ValueError with the reason for what is no text."""
    if not (text.isascii() and text.isprintable()):
        text = _tidy(text)
    if "  " in text or text[:1] == " " or text[-1:] == " ":
        text = " ".join(text.split())
    if len(text) > longest:
        raise ValueError(f"is longer than {longest} characters")
    return text


def clean_code(text: str, longest: int) -> str:
    """A code that must be there. Raises ValueError where it is missing or cannot be read with certainty."""
    code = clean_text(text, longest)
    if not code:
        raise ValueError("is missing")
    if "\ufffd" in code:
        raise ValueError("has characters that cannot be read")
    return code


def without_decimals(code: str) -> str:
    """A whole number that a spreadsheet turned into 12345.0, as it was."""
    match = _WHOLE_FLOAT.fullmatch(code)
    return code if match is None else match[1]


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is no value, in one of the ways that programs write it."""
    return text.strip().casefold() in _NOTHING


def _tidy(text: str) -> str:
    for character in text:
        if character.isprintable() or character in _BLANKS:
            continue
        category = unicodedata.category(character)
        if character == "\0":
            raise ValueError("has a NUL byte")
        if category == "Cc":
            raise ValueError(f"has a control character (U+{ord(character):04X})")
        if category == "Cs":
            raise ValueError("has characters that cannot be read")
    return " ".join(unicodedata.normalize("NFC", text.translate(_INVISIBLE)).split())
