"""How the map puts states, links and ages into words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from desktop_app.formats import ago
from desktop_app.widgets.fleet_map.marks import Link, StopStatus, VehicleState

STATE_WORDS: Final[dict[VehicleState, str]] = {
    "executing": "On the road",
    "idle": "Idle",
    "charging": "Charging",
    "error": "Fault",
    "unavailable": "Unavailable",
    "unknown": "State unknown",
}
LINK_WORDS: Final[dict[Link, str]] = {"online": "online", "stale": "silent", "offline": "offline"}
STOP_WORDS: Final[dict[StopStatus, str]] = {
    "planned": "Planned",
    "next": "Next stop",
    "done": "Delivered",
    "failed": "Failed",
}


_START = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST = timedelta(days=30)


def age_text(seconds: float) -> str:
    """How long ago a vehicle was last heard of: `now`, `40 s ago`, `12 min ago`, at most `over 30 d ago`."""
    age = timedelta(seconds=seconds)
    return ago(_START, _START + age) if age <= _LONGEST else "over 30 d ago"
