"""Counting units and packs: reading quantities, and what a barcode for a pack of n stands for."""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from services.domain.refusals import refuse

MAX_QUANTITY: Final = 1_000_000
"""The most that one line, pick or receipt may hold; more is a slip of the keyboard or a barcode in the wrong
field.
"""

_WHOLE: Final = re.compile(r"([+-]?[0-9]{1,15})(?:\.0*)?")


class Packs(msgspec.Struct, frozen=True):
    """So many packs of `size` units each."""

    size: int
    count: int


def parse_quantity(text: str, *, field: str = "quantity", lowest: int = 1) -> int:
    """Units written by a person or a spreadsheet; `6.0` is 6, but `6.5` is refused: stock is counted in whole
    units.

    Raises RuleViolation `invalid_value` naming `field`, also below `lowest` and above MAX_QUANTITY.
    """
    match = _WHOLE.fullmatch(text.strip())
    problem = ""
    if match is None:
        problem = f"{text.strip()[:40]!r} is not a whole number"
    elif int(match.group(1)) < lowest:
        problem = f"{int(match.group(1))} is less than {lowest}"
    elif int(match.group(1)) > MAX_QUANTITY:
        problem = f"{int(match.group(1))} is more than {MAX_QUANTITY}"
    if match is None or problem:
        refuse("invalid_value", details=[{"field": field, "problem": problem}], field=field, problem=problem)
    return int(match.group(1))


def scanned_units(pack_quantity: int, count_in_barcode: int | None = None) -> int:
    """The units that one scan stands for: those of the barcode's pack, times the count the barcode itself
    names (GS1 identifiers 30 and 37) where it names one.
    """
    return pack_quantity * (1 if count_in_barcode is None else count_in_barcode)


def in_packs(quantity: int, sizes: Iterable[int]) -> list[Packs]:
    """How to pick or show a quantity in packs, biggest first, the rest as single units: 29 by 12 and 6 is
    2 x 12, 5 x 1. Raises ValueError for a pack below one unit.
    """
    left = quantity
    found: list[Packs] = []
    for size in sorted({1, *sizes}, reverse=True):
        if size < 1:
            raise ValueError(f"a pack has at least one unit, got {size}")
        count, left = divmod(left, size)
        if count:
            found.append(Packs(size, count))
    return found
