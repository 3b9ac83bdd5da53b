"""How stock is spoken of: bands, kinds of movement, states of bins and counts, reasons."""

from __future__ import annotations

from typing import Final

from desktop_app.themes.tokens import Tone
from services.domain.stock_rules import Band

BANDS: Final[dict[Band, tuple[str, Tone]]] = {
    Band.GREEN: ("Plenty", "ok"),
    Band.YELLOW: ("Fair", "warning"),
    Band.RED: ("Short", "danger"),
}
OUT: Final[tuple[str, Tone]] = ("Out", "danger")
MOVEMENTS: Final = {
    "receipt": "Received",
    "move": "Moved",
    "adjust": "Adjusted",
    "count": "Counted",
    "found": "Found",
    "hold": "On hold",
    "release": "Released",
    "pick": "Picked",
    "unpick": "Put back",
    "staging": "Staged",
    "depart": "Departed",
    "return": "Returned",
}
STATUSES: Final[dict[str, tuple[str, Tone]]] = {
    "good": ("Good", "ok"),
    "held": ("On hold", "warning"),
    "suspect": ("Not found", "danger"),
}
COUNTS: Final[dict[str, tuple[str, Tone]]] = {
    "queued": ("To count", "info"),
    "counted": ("To approve", "warning"),
    "approved": ("Approved", "ok"),
    "rejected": ("Dismissed", "neutral"),
}
LOCATION_KINDS: Final = {
    "pick": "Pick",
    "reserve": "Reserve",
    "receiving": "Receiving",
    "staging": "Staging",
    "dock": "Dock",
}
ADJUST_REASONS: Final = tuple(
    (words.lower(), words)
    for words in ("Damaged", "Lost", "Found", "Theft", "Expired", "Miscounted", "Sample or own use",
                  "Back to the supplier", "Booked wrongly")
)  # fmt: skip
HOLD_REASONS: Final = tuple(
    (words.lower(), words)
    for words in (
        "Damaged",
        "Quarantine",
        "Quality check",
        "Expired",
        "Recall",
        "Customer return",
        "Wrong label",
    )
)
RECOUNT_REASONS: Final = tuple(
    (words.lower(), words)
    for words in (
        "Variance too large",
        "Wrong bin or product",
        "Units were being moved",
        "Count not complete",
    )
)


def band_pill(band: Band, available: int) -> tuple[str, Tone]:
    """The word and tone of a band; nothing left has its own word."""
    return OUT if available <= 0 else BANDS[band]


def units(number: int, words: str = "unit") -> str:
    """`1 unit`, `1,200 units`."""
    return f"{number:,} {words}{'' if number == 1 else 's'}"
