"""An order's states, channels and reasons in words, with the tone of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from desktop_app.themes.tokens import Tone

STATUSES: Final[Mapping[str, tuple[str, Tone]]] = {
    "draft": ("Draft", "neutral"),
    "confirmed": ("Confirmed", "neutral"),
    "allocated": ("Allocated", "info"),
    "partially_allocated": ("Part allocated", "warning"),
    "backordered": ("Backordered", "warning"),
    "picking": ("Picking", "accent"),
    "picked": ("Picked", "accent"),
    "packed": ("Packed", "accent"),
    "partially_shipped": ("Part shipped", "ok"),
    "shipped": ("Shipped", "ok"),
    "delivered": ("Delivered", "ok"),
    "closed": ("Closed", "neutral"),
    "on_hold": ("On hold", "warning"),
    "cancelled": ("Cancelled", "danger"),
    "returned": ("Returned", "danger"),
}
CHANNELS: Final[Mapping[str, str]] = {"desk": "Desk", "csv": "Import", "shopify": "Shop", "api": "API"}
PRIORITIES: Final[tuple[tuple[int, str], ...]] = (
    (1, "1  First of all"),
    (2, "2"),
    (3, "3  Urgent"),
    (4, "4"),
    (5, "5  Usual"),
    (6, "6"),
    (7, "7  Can wait"),
    (8, "8"),
    (9, "9  Last"),
)
CANCEL_REASONS: Final[tuple[tuple[str, str], ...]] = (
    ("Customer asked for it", "The customer asked for it"),
    ("Entered by mistake", "It was entered by mistake"),
    ("Ordered twice", "It was ordered twice"),
    ("Cannot be supplied", "We cannot supply it"),
    ("Not paid", "It is not paid"),
    ("Address is wrong", "The address is wrong"),
    ("Other", "Something else"),
)
HOLD_REASONS: Final[tuple[tuple[str, str], ...]] = (
    ("Payment is checked", "Payment is being checked"),
    ("Customer asked to wait", "The customer asked to wait"),
    ("Address is checked", "The address is being checked"),
    ("Stock is checked", "The stock is being checked"),
    ("Other", "Something else"),
)


def status_of(status: str) -> tuple[str, Tone]:
    """A state as the word and tone of its pill."""
    return STATUSES.get(status, (status.replace("_", " ").capitalize(), "neutral"))


def day_in_words(day: str, today: date) -> str:
    """`2026-11-24` as `Today`, `Tomorrow`, `Tue 24 Nov`, and with the year where it is another; a dash for none."""
    if not day:
        return "–"
    when = date.fromisoformat(day)
    near = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get((when - today).days)
    if near:
        return near
    return f"{when:%a} {when.day} {when:%b}" + (f" {when.year}" if when.year != today.year else "")


def count(number: int, one: str, many: str = "") -> str:
    """`1 line`, `3 lines`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
