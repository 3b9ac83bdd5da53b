"""The codes on labels that we print ourselves: bins, orders, shipments, handling units and badges.

All are capital letters, digits and hyphens, so that the plainest scanner and every keyboard layout can send
them.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec

from services.domain.identifiers import COUNTER_FORM, TERMINAL_CODE_FORM

BADGE_PREFIX: Final = "HFB-"
HANDLING_UNIT_PREFIX: Final = "HU-"
_MOST_SHIPMENTS: Final = 999_999


class LabelKind(StrEnum):
    """What one of our own labels stands for."""

    BADGE = "badge"
    HANDLING_UNIT = "handling_unit"
    SHIPMENT = "shipment"
    ORDER = "order"
    BIN = "bin"


# Tried in this order: a badge or a handling unit is told by its first letters, the others by their shape.
_FORMS: Final = {
    LabelKind.BADGE: re.compile(r"HFB-[A-Z0-9-]{4,32}"),
    LabelKind.HANDLING_UNIT: re.compile(r"HU-[A-Z0-9]{1,16}(-[A-Z0-9]{1,16})?"),
    LabelKind.SHIPMENT: re.compile(f"{TERMINAL_CODE_FORM}-{COUNTER_FORM}-S[0-9]{{1,6}}"),
    LabelKind.ORDER: re.compile(f"{TERMINAL_CODE_FORM}-{COUNTER_FORM}"),
    LabelKind.BIN: re.compile(r"[A-Z][A-Z0-9]{0,7}(-[A-Z0-9]{1,6}){3}"),
}


class BinCode(msgspec.Struct, frozen=True):
    """A bin's address, `zone-aisle-bay-level`."""

    zone: str
    aisle: str
    bay: str
    level: str

    def __str__(self) -> str:
        return f"{self.zone}-{self.aisle}-{self.bay}-{self.level}"


def label_kind(text: str) -> LabelKind | None:
    """Which of our own labels a code is, or None. Case and blanks around it do not matter."""
    code = normal(text)
    return next((kind for kind, form in _FORMS.items() if form.fullmatch(code)), None)


def normal(text: str) -> str:
    """A code as it is stored: capitals, nothing around it."""
    return text.strip().upper()


def bin_code(text: str) -> BinCode | None:
    """Take a bin's address apart, or None when the text is not one."""
    code = normal(text)
    return BinCode(*code.split("-")) if label_kind(code) is LabelKind.BIN else None


def shipment_number(order_number: str, attempt: int) -> str:
    """The number of an order's n-th shipment, such as `T01-000042-S1`; it is also the code on its label."""
    if not 1 <= attempt <= _MOST_SHIPMENTS:
        raise ValueError(f"an order has 1 to {_MOST_SHIPMENTS} shipments, got {attempt}")
    return f"{order_number}-S{attempt}"


def handling_unit_code(terminal_code: str, counter: int) -> str:
    """The code for a tote, carton or pallet without an SSCC, unique to the terminal that printed it."""
    if counter < 1:
        raise ValueError(f"a counter starts at 1, got {counter}")
    return f"{HANDLING_UNIT_PREFIX}{terminal_code}-{counter:06d}"


def badge_code(token: str) -> str:
    """The code on a person's badge. `token` is at least four letters, digits or hyphens, chosen by the
    caller.

    Raises ValueError for a token that would not scan back.
    """
    code = BADGE_PREFIX + normal(token)
    if label_kind(code) is not LabelKind.BADGE:
        raise ValueError("a badge's token is 4 to 32 letters, digits and hyphens")
    return code
