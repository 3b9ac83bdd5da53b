"""How the fleet's states are called, and in what tone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from desktop_app.themes.tokens import Tone

STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    "executing": ("On the road", "accent"),
    "idle": ("Idle", "neutral"),
    "charging": ("Charging", "info"),
    "error": ("Error", "danger"),
    "unavailable": ("Unavailable", "stale"),
    "unknown": ("Unknown", "stale"),
}
LINKS: Final[Mapping[str, tuple[str, Tone]]] = {
    "online": ("Online", "ok"),
    "stale": ("Stale", "warning"),
    "offline": ("Offline", "stale"),
}
ROUTES: Final[Mapping[str, tuple[str, Tone]]] = {
    "open": ("Open", "neutral"),
    "locked": ("Locked", "info"),
    "under_way": ("Under way", "accent"),
    "finished": ("Finished", "ok"),
    "cancelled": ("Cancelled", "stale"),
}
STOPS: Final[Mapping[str, tuple[str, Tone]]] = {
    "planned": ("Planned", "neutral"),
    "next": ("Next", "accent"),
    "done": ("Done", "ok"),
    "failed": ("Failed", "danger"),
}
PROCESSING: Final[Mapping[str, str]] = {
    "idle": "Free for a route",
    "awaiting": "Waits for its next step",
    "processing": "Working on its route",
}
INTEGRATION: Final[Mapping[str, str]] = {
    "ignored": "left out of planning",
    "noticed": "shown, but given no work",
    "respected": "its way kept free, but given no work",
    "utilized": "",
}
"""How far the desk takes a vehicle into account, where that is less than giving it work."""

# What a person may report of a vehicle. That it drives follows from its route.
REPORTABLE: Final[tuple[tuple[str, str], ...]] = (
    ("idle", "Ready for work"),
    ("charging", "Charging or refuelling"),
    ("unavailable", "Not available"),
    ("error", "Broken down..."),
)
ERROR_REASONS: Final[tuple[tuple[str, str], ...]] = (
    ("engine", "Engine or drive"),
    ("tyre", "Tyre"),
    ("accident", "Accident"),
    ("battery", "Battery or fuel"),
    ("refrigeration", "Refrigeration"),
    ("door or lift", "Door or tail lift"),
    ("other", "Something else"),
)


def minutes(ms: int) -> str:
    """A span in words: `25 min`, `1 h 10`."""
    whole = ms // 60_000
    return f"{whole} min" if whole < 60 else f"{whole // 60} h {whole % 60:02d}"
