"""Reads the cells of a row as what their columns hold; a cell that says something else refuses its row."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

from services.domain.money import exponent
from services.imports.fields import DAY, DECIMAL, MONEY, WHOLE, YES_NO, FileKind
from services.imports.outcomes import RowRefused, SheetRow
from services.sample.history.line import to_minor
from services.sample.history.numbers import parse_number

_YES: Final = frozenset({"1", "true", "yes", "y", "ja", "oui", "si", "x"})
_NO: Final = frozenset({"0", "false", "no", "n", "nein", "non"})
_CONTROL: Final = re.compile(r"[\x00-\x1f]+")


def read_values(row: SheetRow, kind: FileKind, currency: str) -> dict[str, Any]:
    """The cells of a row that say something, by field. Money is in minor units of the row's currency, or ``currency``.

    Raises RowRefused for the first field that is missing or cannot be read.
    """
    if row.problem:
        raise RowRefused("", "", row.problem)
    unknown = [name for name in row.values if kind.field(name) is None]
    if unknown:
        raise RowRefused(unknown[0], row.values[unknown[0]], f"there is no field {unknown[0]} in {kind.name}")
    money = row.values.get("currency", "").strip().upper() or currency
    if not re.fullmatch(r"[A-Z]{3}", money):
        raise RowRefused("currency", money, "is no currency code of three letters")
    found: dict[str, Any] = {}
    for field in kind.fields:
        text = _CONTROL.sub(" ", row.values.get(field.name, "")).strip()
        if text:
            try:
                found[field.name] = _read(text, field.holds, money)
            except ValueError as problem:
                raise RowRefused(field.name, text, str(problem)) from problem
        elif field.required:
            raise RowRefused(field.name, "", "is missing")
    if "currency" in found:
        found["currency"] = money
    return found


def _read(text: str, holds: str, currency: str) -> Any:
    if holds == WHOLE:
        number = parse_number(text)
        if number != number.to_integral_value():
            raise ValueError("is not a whole number")
        return int(number)
    if holds == MONEY:
        amount = parse_number(text)
        if abs(amount) > Decimal(10) ** (12 - exponent(currency)):
            raise ValueError("is more than a price can be")
        return to_minor(amount, currency)
    if holds == DECIMAL:
        return float(parse_number(text))
    if holds == YES_NO:
        if text.casefold() in _YES:
            return True
        if text.casefold() in _NO:
            return False
        raise ValueError("says neither yes nor no")
    if holds == DAY:
        try:
            return date.fromisoformat(text[:10]).isoformat()
        except ValueError:
            raise ValueError("is no day; write it like 2026-05-31") from None
    return text
